"""What was scanned goes to the server by itself, over whatever line there is, and is let go of on its receipt alone."""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from kiosk_agent.agent import Agent
from kiosk_agent.sending import Sender
from kiosk_agent.settings import KioskSettings
from kiosk_agent.spool.obstacle import Obstacle
from kiosk_agent.words import PROVISIONAL, ScanWords
from models.errors import ServerUnreachable
from models.ids import new_id
from models.wire.receipts import ReceiptKeys, check_receipt
from tests.kiosk_agent.counters import Counter, Pile, dossier, joined
from tests.web.cutting import line_to
from tests.web.kiosks.joining import drawn
from tests.web.support import Served


@contextmanager
def running(agent: Agent) -> Iterator[Agent]:
    """While a sender is at work: a new one every time, as after a start of the program."""
    agent.sender = Sender(agent.spool, agent.line, now=agent.home.now, changed=agent.news.tell)
    agent.sender.start()
    try:
        yield agent
    finally:
        agent.sender.stop()


def source_of(house: Served, document: str) -> bytes:
    app = house.office
    return app.vault.read(app.register.source(app.register.document(document).source_id).object_key)


def test_a_page_arrives_as_the_scanner_gave_it_and_is_gone_here(counter: Counter) -> None:
    spool, picture = counter.agent.spool, drawn().content
    words = ScanWords(purpose=f"dossier:{dossier(counter.house)}", presented_as="ban_chinh", component="TK")
    scan = spool.begin(words.model_dump())
    counter.agent.scan(scan, Pile([picture]), counter.agent.home.profile(None))
    counter.agent.finish(scan)
    with running(counter.agent):
        counter.until(scan)
    kept = spool.scan(scan)
    assert kept.receipt is not None
    receipt = check_receipt(kept.receipt, counter.agent.line.receipt_keys, upload=scan)
    assert source_of(counter.house, receipt.document) == picture
    assert not list((counter.agent.settings.spool_folder / "pages").iterdir())
    assert counter.agent.sender.progress.course == "idle"


def test_several_pages_become_one_file_with_the_scanner_s_own_pictures(counter: Counter) -> None:
    pictures = [drawn().content for _ in range(3)]
    words = ScanWords(purpose=f"dossier:{dossier(counter.house)}", presented_as="ban_chinh", component="TK")
    scan = counter.agent.spool.begin(words.model_dump())
    counter.agent.scan(scan, Pile(list(pictures)), counter.agent.home.profile(None))
    counter.agent.finish(scan)
    with running(counter.agent):
        counter.until(scan)
    receipt = check_receipt(counter.agent.spool.scan(scan).receipt or "", counter.agent.line.receipt_keys)
    with pikepdf.open(io.BytesIO(source_of(counter.house, receipt.document))) as made:
        streams = [next(iter(page.get_images().values())).read_raw_bytes() for page in made.pages]
    assert streams == pictures


def test_a_day_without_a_line_is_sent_in_its_order_later(house: Served, tmp_path: Path) -> None:
    with line_to(house.url) as line:
        counter = Counter(house, _opened(joined(house, tmp_path / "kiosk", line.url)))
        agent = counter.agent
        line.cuts += [0] * 10_000  # nothing comes through
        codes = [dossier(house) for _ in range(4)]
        with running(agent):
            scans = [counter.scan(code, "TK", pages=2) for code in codes]
            end = time.monotonic() + 20
            while agent.sender.progress.course != "waiting":
                assert time.monotonic() < end
                time.sleep(0.02)
            assert _code(agent.sender.progress.error) == ServerUnreachable.code
            assert [counter.state(scan) for scan in scans] == ["closed"] * 4
            line.cuts.clear()
            agent.sender.nudge()
            for scan in scans:
                counter.until(scan)
        done = [agent.spool.scan(scan) for scan in scans]
        assert [one.done_at for one in done] == sorted(one.done_at or "" for one in done)
        agent.close()


def test_a_line_that_breaks_again_and_again_brings_everything_bit_for_bit(
    house: Served, tmp_path: Path
) -> None:
    with line_to(house.url) as line:
        counter = Counter(house, _opened(joined(house, tmp_path / "kiosk", line.url)))
        agent = counter.agent
        line.cuts += [400, 0, 1500, 2500, 300]
        with running(agent):
            scan = counter.scan(dossier(house), "TK", pages=5)
            counter.until(scan)
        agent.close()


def test_what_was_refused_is_set_aside_and_holds_up_nobody(counter: Counter) -> None:
    taken = dossier(counter.house)
    with running(counter.agent):
        counter.until(counter.scan(taken, "TK"))
        second = counter.scan(taken, "TK")
        unknown = counter.scan("H99.01-261122-9999", "TK")
        fine = counter.scan(dossier(counter.house), "TK")
        counter.until(fine)
        spool = counter.agent.spool
        assert _code(spool.scan(second).error) == "COMPONENT_MET"
        assert spool.scan(unknown).error is not None
        assert (counter.state(second), counter.state(unknown)) == ("closed", "closed")
        words = ScanWords.model_validate(spool.scan(second).words)
        spool.redirect(second, words.model_copy(update={"component": "HN1"}).model_dump())
        counter.agent.sender.nudge(second)
        counter.until(second)


def test_a_provisional_dossier_waits_for_its_code(counter: Counter) -> None:
    with running(counter.agent):
        scan = counter.scan(f"{PROVISIONAL}TAM-quay-1")
        counter.until(counter.scan(dossier(counter.house), "TK"))
        assert counter.state(scan) == "closed"
        words = ScanWords.model_validate(counter.agent.spool.scan(scan).words)
        purpose = f"dossier:{dossier(counter.house)}"
        counter.agent.spool.redirect(scan, words.model_copy(update={"purpose": purpose}).model_dump())
        counter.agent.sender.nudge()
        counter.until(scan)


class _Forger:
    """Brings a scan to the real server, and a receipt of its own to the kiosk."""

    def __init__(self, agent: Agent, text: str) -> None:
        self._line, self._text = agent.line, text

    @property
    def receipt_keys(self) -> ReceiptKeys:
        return self._line.receipt_keys

    def send(self, *words, **more):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        return replace(self._line.send(*words, **more), text=self._text)


def test_a_receipt_that_is_forged_or_another_s_lets_nothing_go(counter: Counter) -> None:
    with running(counter.agent):
        first = counter.scan(dossier(counter.house), "TK")
        counter.until(first)
    others = counter.agent.spool.scan(first).receipt
    assert others is not None
    for text in (others, "a.b.c", others[:-4] + "AAAA"):
        scan = counter.scan(dossier(counter.house), "TK")
        sender = Sender(counter.agent.spool, _Forger(counter.agent, text), now=counter.agent.home.now)
        sender.round()
        kept = counter.agent.spool.scan(scan)
        assert (kept.state, _code(kept.error)) == ("closed", "RECEIPT_INVALID")
        assert len(counter.agent.spool.pages_of(scan)) == 1
    with running(counter.agent):  # the server has them: the true receipts come at once
        for kept in counter.agent.spool.scans("closed"):
            counter.until(kept.id)


def test_stopped_in_the_middle_of_a_scan_it_goes_on_from_there(counter: Counter) -> None:
    scan = counter.scan(dossier(counter.house), "TK", pages=2)
    stop = threading.Event()

    class Slow:
        receipt_keys = counter.agent.line.receipt_keys

        def send(self, *words, wait, heard):  # type: ignore[no-untyped-def]
            stop.set()
            wait(30)
            raise AssertionError("it was not told to stop")

    sender = Sender(counter.agent.spool, Slow(), now=counter.agent.home.now)
    sender.start()
    assert stop.wait(10)
    began = time.monotonic()
    sender.stop()
    assert time.monotonic() - began < 5
    assert counter.state(scan) == "closed"
    with running(counter.agent):
        counter.until(scan)


def test_a_page_of_another_scan_is_refused_and_stays(counter: Counter) -> None:
    """Somebody who holds the disk slips a page of one citizen's scan into another's."""
    one, other = (counter.scan(dossier(counter.house), "TK") for _ in range(2))
    pages = counter.agent.settings.spool_folder / "pages"
    mine, theirs = counter.agent.spool.pages_of(one)[0].id, counter.agent.spool.pages_of(other)[0].id
    whole = (pages / mine).read_bytes()
    if len(whole) == (pages / theirs).stat().st_size:
        (pages / mine).write_bytes((pages / theirs).read_bytes())
    else:
        (pages / mine).write_bytes((pages / theirs).read_bytes().ljust(len(whole), b"\0")[: len(whole)])
    with running(counter.agent):
        counter.until(other)
        end = time.monotonic() + 10
        while counter.agent.spool.scan(one).error is None:
            assert time.monotonic() < end
            time.sleep(0.02)
    kept = counter.agent.spool.scan(one)
    assert kept.state == "closed"
    assert _code(kept.error) in ("SEALED_PAGE_INVALID", "UPLOAD_DAMAGED")
    assert new_id() > one


def test_two_computers_with_one_identity_send_nothing_until_one_is_gone(
    house: Served, tmp_path: Path
) -> None:
    first = Counter(house, Agent(joined(house, tmp_path / "first")))
    first.agent.line.fetch_orders()
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    settings = first.agent.settings.model_copy(update={"home": tmp_path / "second"})
    second = Counter(house, Agent(settings))
    for one in (first, second):
        one.agent.report()
    with running(first.agent) as agent:
        agent.report()
        scan = first.scan(dossier(house), "TK")
        end = time.monotonic() + 10
        while _code(agent.sender.progress.error) != "KIOSK_TWICE":
            assert time.monotonic() < end, agent.sender.progress
            time.sleep(0.02)
        assert first.state(scan) == "closed"
        second.agent.close()
        agent.report()
        agent.sender.nudge()
        first.until(scan)
    first.agent.close()


def _opened(settings: KioskSettings) -> Agent:
    """A kiosk that has its orders and no connection yet."""
    before = Agent(settings)
    before.line.fetch_orders()
    before.close()
    return Agent(settings)


def _code(obstacle: Obstacle | None) -> str | None:
    return obstacle.code if obstacle is not None else None
