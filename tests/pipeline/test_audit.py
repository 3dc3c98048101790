"""The trail as people use it: looks and failed attempts, time-stamps, evidence that is checked without ecopy, the cut."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.errors import (
    AnchorLate,
    AnchorRefused,
    AuditDamaged,
    ExportUnfit,
    NoAnchoredStart,
    NotFound,
    StillToBeKept,
    StorageFault,
    TimestampUnavailable,
    UsageError,
    WrongRole,
)
from models.ids import new_id
from pipeline.access import confirm_document, fetch_ecopy, look_at
from pipeline.application import Application
from pipeline.attempts import NO_PURPOSE, UNNAMED, attempt
from pipeline.audit.review import MANY_LOOKS, review_trail
from pipeline.audit.trail import (
    anchor_meanwhile,
    anchor_trail,
    anchoring,
    check_trail,
    export_audit,
    show_trail,
    trim_audit,
    verify_trail,
)
from signing.development.pki import create_development_pki, load_development_pki
from signing.timestamps.authorities import EmbeddedTsa
from storage.audit import chain as trail
from storage.audit import checker as checker
from storage.schema import audit
from tests.clocks import FixedClock
from tests.pipeline.support import application

WORDS_OF_A_PERSON = "Nguyễn Văn Mẫu 034192000127"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One development PKI for all homes here: making its keys takes longer than any of the tests."""
    folder = tmp_path_factory.mktemp("keys") / "pki"
    create_development_pki(folder, FixedClock())
    return folder


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def app(tmp_path: Path, keys: Path, clock: FixedClock) -> Iterator[Application]:
    shutil.copytree(keys, tmp_path / "home" / "pki")
    with application(tmp_path / "home", clock) as opened:
        yield opened


def act(
    app: Application, count: int = 1, *, action: str = "look", subject: str = "paper", actor: str = "officer"
) -> None:
    for _ in range(count):
        with app.register.transaction(actor=actor, purpose="dossier:1") as tx:
            tx.audit(action, subject)


def newest(app: Application) -> trail.AuditEntry:
    return list(show_trail(app, purpose="test"))[-2]  # the last one is this look


def with_tsa(app: Application, tsa: object) -> None:
    app.__dict__["hands"] = dataclasses.replace(app.hands, tsa=tsa)


class Broken:
    """An authority that answers nothing."""

    name = "broken"

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        raise TimestampUnavailable(reason="no answer")


class Slow:
    """An authority that answers when it is allowed to."""

    name = "slow"

    def __init__(self, inner: EmbeddedTsa) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        self._inner = inner

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        self.asked.set()
        assert self.go_on.wait(60)
        return self._inner.token(message_digest, algorithm)


# Failed attempts


def refused_acts() -> dict[str, tuple[Callable[[Application], object], type[Exception]]]:
    unknown = new_id()
    return {
        "look": (lambda app: look_at(app, unknown, purpose="t"), NotFound),
        "release": (lambda app: fetch_ecopy(app, unknown, Path("x.pdf"), purpose="t"), NotFound),
        "confirm": (
            lambda app: confirm_document(
                app, unknown, app.hands.person("clerk"), corrections={}, document_type=None
            ),
            NotFound,
        ),
        "audit_show": (lambda app: list(show_trail(app, purpose=" ")), UsageError),
        "audit_export": (lambda app: export_audit(app, Path("x.zip"), purpose=""), UsageError),
        "audit_review": (lambda app: review_trail(app, purpose=""), UsageError),
    }


@pytest.mark.parametrize("action", list(refused_acts()))
def test_a_refused_act_is_on_record_with_the_errors_code(app: Application, action: str) -> None:
    refused, error = refused_acts()[action]
    with pytest.raises(error) as raised:
        refused(app)
    entry = newest(app)
    assert (entry.action, entry.outcome) == (action, raised.value.code)  # type: ignore[attr-defined]
    assert entry.place


def test_an_attempt_of_a_named_person_is_theirs_and_without_a_purpose_says_so(app: Application) -> None:
    with pytest.raises(WrongRole), attempt(app, "confirm", new_id(), actor="clerk"):
        raise WrongRole(person="clerk", act="confirm", allowed="officer")
    entry = newest(app)
    assert (entry.actor, entry.outcome, entry.purpose) == ("clerk", "WRONG_ROLE", NO_PURPOSE)


@pytest.mark.parametrize("subject", [WORDS_OF_A_PERSON, "034192000127", "", "x" * 100])
def test_what_somebody_typed_is_not_kept_with_a_failed_attempt(app: Application, subject: str) -> None:
    with pytest.raises(NotFound):
        look_at(app, subject, purpose="t")
    entry = newest(app)
    assert (entry.subject, entry.details) == (UNNAMED, {})


def test_an_attempt_within_an_attempt_is_recorded_once(app: Application) -> None:
    before = len(list(show_trail(app, purpose="t")))
    with pytest.raises(NotFound), attempt(app, "outer", "a"), attempt(app, "inner", "b"):
        raise NotFound(what="x", id="y")
    after = list(show_trail(app, purpose="t"))
    assert [e.action for e in after[before:] if e.outcome != "done"] == ["inner"]


def test_with_the_register_out_of_reach_the_first_error_is_still_told(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**_: object) -> None:
        raise StorageFault(reason="connection refused")

    monkeypatch.setattr(app.register, "transaction", gone)
    with pytest.raises(NotFound) as raised, attempt(app, "look", new_id()):
        raise NotFound(what="x", id="y")
    assert any("connection refused" in note for note in raised.value.__notes__)


# Time-stamps


def test_an_anchor_is_a_genuine_time_stamp_over_the_newest_entry(app: Application) -> None:
    act(app, 3)
    anchor = anchor_trail(app)
    assert anchor is not None
    assert anchor.seq == 3
    found = verify_trail(app, purpose="t")
    assert (found.faults, found.anchored_to, found.open_stamps) == ((), 3, ())
    assert anchor_trail(app) is not None  # over the entry about the verification
    assert anchor_trail(app) is None  # the anchoring's own entries are nothing new


def test_only_a_due_anchor_is_fetched_by_the_timer(app: Application, clock: FixedClock) -> None:
    act(app)
    assert anchor_trail(app, only_if_due=True) is None
    clock.move(timedelta(hours=24))
    assert anchor_trail(app, only_if_due=True) is not None


def test_a_failing_authority_leaves_the_trail_as_it_was_and_is_told_when_late(
    app: Application, clock: FixedClock
) -> None:
    act(app)
    with_tsa(app, Broken())
    with pytest.raises(TimestampUnavailable):
        anchor_trail(app)
    act(app)  # work goes on
    clock.move(timedelta(hours=47))
    assert "not yet time-stamped, 2 entries" in anchoring(app)
    clock.move(timedelta(hours=2))
    with pytest.raises(AnchorLate):
        check_trail(app)


def test_a_slow_authority_keeps_nobody_waiting(app: Application, clock: FixedClock) -> None:
    slow = Slow(app.hands.tsa)  # type: ignore[arg-type]
    act(app)
    clock.move(timedelta(hours=25))
    with_tsa(app, slow)
    anchor_meanwhile(app)
    assert slow.asked.wait(60)
    act(app, 2)  # the chain is not locked while the authority thinks
    slow.go_on.set()
    (thread,) = [t for t in threading.enumerate() if t.name == "audit-anchor"]
    thread.join(60)
    found = verify_trail(app, purpose="t")
    assert (found.anchored_to, found.faults) == (1, ())


def test_a_time_stamp_of_a_stranger_is_refused(app: Application, clock: FixedClock, tmp_path: Path) -> None:
    create_development_pki(tmp_path / "strange", clock)
    with_tsa(app, EmbeddedTsa.for_development(load_development_pki(tmp_path / "strange"), clock))
    act(app)
    with pytest.raises(AnchorRefused):
        anchor_trail(app)
    assert verify_trail(app, purpose="t").anchors == 0


def test_a_broken_token_is_found_even_if_its_hash_is_on_record(app: Application) -> None:
    act(app)
    anchor_trail(app)
    found = verify_trail(app, purpose="t")
    assert found.faults == ()
    token = bytearray(_token(app))
    token[-5] ^= 1
    with app.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE audit_anchors SET token = ?", (base64.b64encode(bytes(token)).decode(),)
        )
    kinds = {f.kind for f in verify_trail(app, purpose="t").faults}
    assert kinds == {checker.STAMP_LOST, checker.STAMP_BROKEN}


def _token(app: Application) -> bytes:
    with app.engine.connect() as connection:
        return base64.b64decode(connection.exec_driver_sql("SELECT token FROM audit_anchors").scalar_one())


@pytest.mark.slow
def test_an_old_time_stamp_holds_by_the_newer_one_over_it(tmp_path: Path, keys: Path) -> None:
    shutil.copytree(keys, tmp_path / "home" / "pki")
    for days in (0, 200, 400):  # the first revocation lists end after a year
        clock = FixedClock()
        clock.move(timedelta(days=days))
        with application(tmp_path / "home", clock) as app:
            act(app)
            assert anchor_trail(app) is not None
            found = verify_trail(app, purpose="t")
            assert found.faults == ()
    assert found.anchors == 3


def test_a_damaged_trail_is_told_by_the_doctor_and_gets_no_entry_of_the_look(app: Application) -> None:
    act(app, 3)
    with app.engine.begin() as connection:
        connection.execute(audit.update().where(audit.c.seq == 2).values(actor="x"))
    with pytest.raises(AuditDamaged, match="2"):
        check_trail(app)
    before = verify_trail(app, purpose="t")
    assert verify_trail(app, purpose="t") == before


def test_the_doctor_goes_through_the_newest_entries_and_says_how_many(app: Application) -> None:
    act(app, 9)
    assert check_trail(app).startswith("all 9 entries intact; ")
    told = check_trail(app, newest=4)
    assert told.startswith("newest 4 entries intact, from 6 on (ecopy audit verify: all); ")
    with app.engine.begin() as connection:
        connection.execute(audit.update().where(audit.c.seq == 2).values(actor="x"))
    assert check_trail(app, newest=4) == told
    with pytest.raises(AuditDamaged, match="2"):
        check_trail(app)
    with app.engine.begin() as connection:
        connection.execute(audit.update().where(audit.c.seq == 7).values(actor="x"))
    with pytest.raises(AuditDamaged, match="7"):
        check_trail(app, newest=4)


# Evidence


@pytest.fixture
def exported(app: Application, tmp_path: Path) -> Path:
    act(app, 4)
    anchor_trail(app)
    act(app, 3)
    target = tmp_path / "evidence.zip"
    made = export_audit(app, target, purpose="inspection")
    assert (made.entries, made.anchors) == (10, 2)
    return target


def check(place: Path, folder: Path, **environment: str) -> tuple[int, str]:
    """Run the checker that lies in an export, where no line of ecopy can be imported."""
    with zipfile.ZipFile(place) as archive:
        (folder / "verify_audit.py").write_bytes(archive.read("verify_audit.py"))
    done = subprocess.run(
        [sys.executable, "-I", "verify_audit.py", str(place)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def forged(place: Path, target: Path, name: str, change: Callable[[list[str]], list[str]]) -> Path:
    """The export with the lines of one file changed."""
    with zipfile.ZipFile(place) as source, zipfile.ZipFile(target, "w") as sink:
        for member in source.namelist():
            content = source.read(member)
            if member == name:
                content = "".join(change(content.decode().splitlines(keepends=True))).encode()
            sink.writestr(member, content)
    return target


def test_a_sound_export_passes_without_ecopy(exported: Path, tmp_path: Path) -> None:
    code, said = check(exported, tmp_path)
    assert (code, "NGUYÊN VẸN / SOUND" in said) == (0, True), said
    (tmp_path / "unpacked").mkdir()
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(tmp_path / "unpacked")
        readme = archive.read("README.txt").decode()
    done = subprocess.run(
        [sys.executable, "-I", "verify_audit.py", "."],
        cwd=tmp_path / "unpacked",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert "python3 verify_audit.py" in readme
    assert "BẢN XUẤT" in readme


def altered(lines: list[str]) -> list[str]:
    return [*lines[:2], lines[2].replace('"officer"', '"somebody"'), *lines[3:]]


def deleted(lines: list[str]) -> list[str]:
    return lines[:4] + lines[5:]


def cut(lines: list[str]) -> list[str]:
    return lines[:-2]


def swapped(lines: list[str]) -> list[str]:
    rows = [json.loads(line) for line in lines]
    rows[2]["seq"], rows[3]["seq"] = 4, 3
    rows[2], rows[3] = rows[3], rows[2]
    return [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]


def rewritten(lines: list[str]) -> list[str]:
    rows = [json.loads(line) for line in lines]
    rows[1]["actor"] = "somebody"
    for before, row in zip([None, *rows], rows, strict=False):
        row["previous"] = before["hash"] if before else checker.GENESIS
        row["hash"] = checker.entry_hash(row)
    return [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]


def without_stamps(lines: list[str]) -> list[str]:
    return lines[:1]


def broken_stamp(lines: list[str]) -> list[str]:
    row = json.loads(lines[0])
    token = bytearray(base64.b64decode(row["token"]))
    token[-5] ^= 1
    row["token"] = base64.b64encode(bytes(token)).decode()
    return [json.dumps(row) + "\n", *lines[1:]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("entries.jsonl", altered, "Entry 3: altered"),
        ("entries.jsonl", deleted, "Entry 5: deleted"),
        ("entries.jsonl", cut, "Entry 9–10: cut off"),
        ("entries.jsonl", swapped, "Entry 3: moved"),
        ("entries.jsonl", rewritten, "Entry 1–4: rewritten after the time-stamp"),
        ("anchors.jsonl", without_stamps, "a time-stamp on record is gone"),
        ("anchors.jsonl", broken_stamp, "the time-stamp does not hold"),
    ],
)
def test_a_tampered_export_fails_and_says_where(
    exported: Path, tmp_path: Path, name: str, change: Callable[[list[str]], list[str]], words: str
) -> None:
    code, said = check(forged(exported, tmp_path / "forged.zip", name, change), tmp_path)
    assert code == 1, said
    assert words in said


def test_a_stamp_of_strangers_fails_against_the_root(
    exported: Path, tmp_path: Path, clock: FixedClock
) -> None:
    create_development_pki(tmp_path / "strange", clock)
    root = (tmp_path / "strange" / "root.pem").read_text()
    code, said = check(forged(exported, tmp_path / "forged.zip", checker.ROOTS, lambda _: [root]), tmp_path)
    assert (code, "the time-stamp does not hold" in said) == (1, True)


def test_without_openssl_the_chain_is_checked_and_the_commands_are_printed(
    exported: Path, tmp_path: Path
) -> None:
    code, said = check(exported, tmp_path, PATH=str(tmp_path))
    assert code == 3
    assert said.count("openssl ts -verify -digest") == 2


def test_rubbish_is_not_readable_and_no_traceback(exported: Path, tmp_path: Path) -> None:
    check(exported, tmp_path)
    for content in (b"", b"PK\x03\x04rubbish", exported.read_bytes()[:2000]):
        (tmp_path / "rubbish.zip").write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-I", "verify_audit.py", "rubbish.zip"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (2, "")


def test_an_export_is_possible_while_no_time_stamp_can_be_had(app: Application, tmp_path: Path) -> None:
    act(app, 2)
    with_tsa(app, Broken())
    made = export_audit(app, tmp_path / "e.zip", purpose="inspection")
    assert (made.entries, made.anchors) == (3, 0)
    assert check(tmp_path / "e.zip", tmp_path)[0] == 3


# The cut


@pytest.fixture
def old(tmp_path: Path, keys: Path) -> Iterator[Application]:
    """A trail of two years: entries and a time-stamp in the first, more in the last month."""
    shutil.copytree(keys, tmp_path / "home" / "pki")
    with application(tmp_path / "home", FixedClock()) as app:
        act(app, 5)
        anchor_trail(app)
    late = FixedClock()
    late.move(timedelta(days=700))
    with application(tmp_path / "home", late) as app:
        act(app, 2)
        yield app


LONG_AGO = date(2027, 1, 1)


def test_what_was_exported_may_be_cut_off_and_the_rest_is_sound_and_says_from_where(
    old: Application, tmp_path: Path
) -> None:
    export_audit(old, tmp_path / "e.zip", purpose="archive")
    assert trim_audit(old, before=LONG_AGO, exported=tmp_path / "e.zip", purpose="archive") == 6
    found = verify_trail(old, purpose="t")
    assert (found.first, found.faults) == (6, ())
    export_audit(old, tmp_path / "rest.zip", purpose="archive")
    assert check(tmp_path / "rest.zip", tmp_path)[0] == 0
    with old.engine.begin() as connection:
        connection.execute(audit.delete().where(audit.c.seq == 6))
    assert [(f.kind, f.first, f.last) for f in verify_trail(old, purpose="t").faults] == [
        (checker.DELETED, 1, 6)
    ]


def test_a_beginning_that_is_gone_without_a_cut_on_record_is_found(old: Application) -> None:
    with old.engine.begin() as connection:
        connection.execute(audit.delete().where(audit.c.seq <= 5))
    assert [(f.kind, f.first, f.last) for f in verify_trail(old, purpose="t").faults] == [
        (checker.DELETED, 1, 5)
    ]


def test_nothing_is_cut_before_the_law_allows_it(old: Application, tmp_path: Path) -> None:
    export_audit(old, tmp_path / "e.zip", purpose="archive")
    with pytest.raises(StillToBeKept):
        trim_audit(old, before=date(2027, 10, 23), exported=tmp_path / "e.zip", purpose="archive")
    assert trim_audit(old, before=date(2027, 10, 22), exported=tmp_path / "e.zip", purpose="archive") == 6


def test_nothing_is_cut_that_the_export_does_not_hold(old: Application, tmp_path: Path) -> None:
    target = tmp_path / "e.zip"
    export_audit(old, target, purpose="archive")
    for change in (altered, deleted, rewritten):
        bad = forged(target, tmp_path / f"{change.__name__}.zip", "entries.jsonl", change)
        with pytest.raises(ExportUnfit):
            trim_audit(old, before=LONG_AGO, exported=bad, purpose="archive")
    (tmp_path / "x.zip").write_bytes(b"x")
    with pytest.raises(ExportUnfit):
        trim_audit(old, before=LONG_AGO, exported=tmp_path / "x.zip", purpose="archive")
    assert verify_trail(old, purpose="t").first == 1


def test_the_trail_can_only_begin_anew_at_a_time_stamp(old: Application, tmp_path: Path) -> None:
    export_audit(old, tmp_path / "e.zip", purpose="archive")
    with pytest.raises(NoAnchoredStart):
        trim_audit(old, before=date(2026, 11, 22), exported=tmp_path / "e.zip", purpose="archive")


# The review


def test_the_review_tells_what_stands_out_and_is_on_record_itself(
    app: Application, clock: FixedClock
) -> None:
    for number in range(MANY_LOOKS + 1):
        act(app, subject=f"paper{number}", actor="curious")
    act(app, subject="mine", actor="busy")
    act(app, action="confirm", subject="mine", actor="busy")
    with pytest.raises(NotFound), attempt(app, "look", "x", actor="curious", purpose="t"):
        raise NotFound(what="x", id="y")
    clock.move(timedelta(hours=12))  # 21:15
    act(app, actor="night")
    review = review_trail(app, purpose="weekly")
    curious, busy, night = (review.people[name] for name in ("curious", "busy", "night"))
    assert (curious.looks, curious.without_act, dict(curious.failed)) == (101, 101, {"NOT_FOUND": 1})
    assert curious.bulk_hours == ["2026-11-22T09:00"]
    assert (busy.looks, busy.without_act, busy.bulk_hours) == (1, 0, [])
    assert night.outside_hours == 1
    assert review.last_review is None
    assert review_trail(app, purpose="weekly").last_review == "2026-11-22T21:15:04+07:00"
