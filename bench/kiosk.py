"""bench kiosk: from the scanner to the disk, over a weak line, killed at any moment, fifty at once, and at rest.

python -m bench.kiosk                        everything
python -m bench.kiosk --parts disk,line      some of: disk, line, kills, crowd, rest
python -m bench.kiosk clerk HOME PAGES SEED  one clerk who scans without end (what `kills` kills)
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure, at_most, report
from bench.slow_line import weak_line
from models.scanners import ScanDevice, ScannedPage, ScannerFacts, ScanOrder

if TYPE_CHECKING:
    from tests.web.support import Served

MIB, KIB = 1 << 20, 1 << 10
PARTS = ("disk", "line", "kills", "crowd", "rest")
DISK_PAGES = 30
DOCUMENTS = 100
KILLS = 500
AGENTS = 50


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="?", choices=["clerk"])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--kills", type=int, default=KILLS)
    told = parser.parse_args()
    if told.what == "clerk":
        return _clerk(Path(told.words[0]), Path(told.words[1]), int(told.words[2]))
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory(prefix="ecopy-bench-") as name, _server(Path(name) / "server") as house:
        for part in told.parts.split(","):
            folder = Path(name) / part
            folder.mkdir()
            figures |= {
                "disk": lambda at=folder: _disk(house, at),
                "line": lambda at=folder: _line(house, at, told.documents),
                "kills": lambda at=folder: _kills(house, at, told.kills),
                "crowd": lambda at=folder: _crowd(house, at),
                "rest": lambda at=folder: _rest(house, at),
            }[part]()
    return report("kiosk", figures)


@contextmanager
def _server(home: Path) -> Iterator[Served]:
    """An installation whose worker rests: what arrives is taken in, which is what a kiosk waits for."""
    from tests.web.support import served
    from web.working import Working

    with served(home, sign_ins_per_minute=100_000, upload_quota_bytes=100 << 30) as house:
        house.api.state.services[Working.name].stop()
        yield house


def _disk(house: Served, folder: Path) -> dict[str, Figure]:
    """From the moment that the scanner has given a page until it lies on the disk, sealed; A4 at 300 dpi in colour."""
    from kiosk_agent.agent import Agent

    figures: dict[str, Figure] = {}
    with _agent(house, folder / "kiosk") as (agent, _):
        pages = _sheets(4)
        assert isinstance(agent, Agent)
        for form, given_as in {"jpeg": _as_jpeg, "pixels": _as_pixels}.items():
            took: list[float] = []
            scanner = Watched([given_as(pages[number % len(pages)]) for number in range(DISK_PAGES)])

            def told(_: object, took: list[float] = took, scanner: Watched = scanner) -> None:
                took.append(time.perf_counter() - scanner.given)

            scan = agent.spool.begin({"purpose": "intake:counter", "presented_as": "ban_chinh"})
            agent.scan(scan, scanner, agent.home.profile(None), told=told)
            agent.spool.abandon(scan)
            figures[f"page_on_disk_{form}"] = at_most(took[2:], "s", None)
            figures[f"page_on_disk_{form}_worst"] = at_most([max(took)], "s", 0.3)
    return figures


def _line(house: Served, folder: Path, documents: int) -> dict[str, Figure]:
    """Papers of one page over 1 Mbit/s with 300 ms and a reset every 20 s: all of them, bit for bit, with little sent twice."""
    with weak_line(house.url) as line, _agent(house, folder / "kiosk", line.url) as (agent, bring):
        agent.line.fetch_orders()
        papers = [bring(1, seed) for seed in range(documents)]
        sizes = sum(agent.spool.scan(scan).size or 0 for scan, _ in papers)
        before, cuts, began = line.upwards, line.cuts, time.perf_counter()
        agent.sender.start()
        while agent.spool.depth().closed:
            time.sleep(0.5)
        seconds = time.perf_counter() - began
        again = line.upwards - before - sizes
        allowed = 256 * KIB * (line.cuts - cuts) + 0.02 * sizes
        wrong = sum(not _arrived(house, agent, scan, pages) for scan, pages in papers)
    return {
        "documents": at_most([documents], "", None),
        "megabytes": at_most([sizes / 1e6], "MB", None),
        "seconds": at_most([seconds], "s", None),
        "share_of_the_line": at_most([sizes * 8 / seconds / line.bits_a_second], "", None),
        "cuts": at_most([line.cuts - cuts], "", None),
        "sent_again": at_most([again / KIB], "KiB", round(allowed / KIB)),
        "not_bit_for_bit": at_most([wrong], "", 0),
    }


def _kills(house: Served, folder: Path, kills: int) -> dict[str, Figure]:
    """SIGKILL at random moments of scanning, closing and sending: every page that was promised arrives, none twice."""
    from kiosk_agent.agent import Agent
    from kiosk_agent.settings import load_kiosk_settings
    from tests.kiosk_agent.counters import joined

    rng = random.Random(20261123)
    home = folder / "kiosk"
    joined(house, home)
    promised: list[str] = []
    for number in range(kills):
        clerk = subprocess.Popen(
            [sys.executable, "-m", "bench.kiosk", "clerk", str(home), str(folder / "told"), str(number)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert clerk.stdout is not None
        promised += clerk.stdout.readline().split()
        time.sleep(rng.uniform(0, 0.4))
        clerk.send_signal(signal.SIGKILL)
        promised += [line for line in clerk.stdout.read().split("\n") if re.fullmatch("[0-9a-f]{64}", line)]
        clerk.wait()
    agent = Agent(load_kiosk_settings(home=home, key_store="file", keep_free_mib=16))
    for scan in agent.spool.scans("open"):
        if agent.spool.pages_of(scan.id):
            agent.finish(scan.id)
        else:
            agent.spool.abandon(scan.id)
    agent.sender.start()
    while agent.spool.depth().closed:
        time.sleep(0.2)
    arrived = _pages_of_all(house, agent)
    left = len(list((home / "spool" / "pages").iterdir()))
    agent.close()
    return {
        "kills": at_most([kills], "", None),
        "pages_promised": at_most([len(promised)], "", None),
        "pages_lost": at_most([len(set(promised) - set(arrived))], "", 0),
        "pages_twice": at_most([len(arrived) - len(set(arrived))], "", 0),
        "files_left": at_most([left], "", 0),
    }


def _clerk(home: Path, _: Path, seed: int) -> int:
    """Scan, close and send without end; tell the hash of every page when it is kept."""
    from kiosk_agent.agent import Agent
    from kiosk_agent.settings import load_kiosk_settings
    from models.scanners import ScannedPage
    from tests.kiosk_agent.counters import Pile

    agent = Agent(load_kiosk_settings(home=home, key_store="file", keep_free_mib=16))
    agent.line.fetch_orders()
    agent.sender.start()
    profile = agent.home.profile(None)
    rng = random.Random(seed)

    class Endless(Pile):
        def pages(self, order):  # type: ignore[no-untyped-def]
            for _ in range(rng.randint(1, 4)):
                yield ScannedPage(_small(rng.randrange(1 << 60)), "image/jpeg", order.dpi)

    while True:
        scan = agent.spool.begin({"purpose": "intake:counter", "presented_as": "ban_chinh"})
        agent.scan(scan, Endless([]), profile, told=lambda page: print(page.sha256, flush=True))
        agent.finish(scan)


def _crowd(house: Served, folder: Path) -> dict[str, Figure]:
    """Fifty kiosks with a paper of three pages each, all at once."""
    faults: list[str] = []
    took: list[float] = []

    def one(number: int) -> None:
        with _agent(house, folder / str(number)) as (agent, bring):
            scan, pages = bring(3, 10_000 + number)
            ready.wait(300)
            began = time.perf_counter()
            agent.sender.start()
            while agent.spool.scan(scan).state != "done":
                if agent.spool.scan(scan).error is not None:
                    faults.append(str(agent.spool.scan(scan).error))
                    return
                time.sleep(0.05)
            took.append(time.perf_counter() - began)
            if not _arrived(house, agent, scan, pages):
                faults.append("not what was sent")

    ready = threading.Barrier(AGENTS)
    with ThreadPoolExecutor(AGENTS) as pool:
        list(pool.map(one, range(AGENTS)))
    return {
        "kiosks": at_most([AGENTS], "", None),
        "crowd_faults": at_most([len(faults)], "", 0),
        "crowd_seconds": at_most(took, "s", None),
    }


def _rest(house: Served, folder: Path) -> dict[str, Figure]:
    """The program with its page: how soon it answers, and the memory of all its processes when it has nothing to do."""
    import httpx

    from tests.kiosk_agent.counters import joined

    joined(house, folder / "kiosk")
    starts = []
    for number in range(4):
        listen = f"127.0.0.1:{18_117 + number}"
        began = time.perf_counter()
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "cli.main",
                "kiosk",
                "run",
                "--home",
                str(folder / "kiosk"),
                "--listen",
                listen,
            ],
            env={**os.environ, "ECOPY_KIOSK_KEY_STORE": "file"},
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                if httpx.get(f"http://{listen}/api/state").is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.01)
        starts.append(time.perf_counter() - began)
        time.sleep(5)
        resident = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{child.pid}/status").read_text())[1]) / KIB  # type: ignore[index]
        child.terminate()
        child.wait()
    return {"start": at_most(starts[1:], "s", 1.0), "at_rest": at_most([resident], "MiB", 120)}


@contextmanager
def _agent(house: Served, home: Path, url: str | None = None):  # type: ignore[no-untyped-def]
    """A kiosk, and what scans a paper of so many pages with it: its id, and the hashes of its pages."""
    from kiosk_agent.agent import Agent
    from models.scanners import ScannedPage
    from tests.kiosk_agent.counters import Pile, joined

    agent = Agent(joined(house, home, url))
    agent.line.fetch_orders()

    def bring(pages: int, seed: int) -> tuple[str, list[str]]:
        rng = random.Random(seed)

        class Paper(Pile):
            def pages(self, order):  # type: ignore[no-untyped-def]
                for _ in range(pages):
                    yield ScannedPage(_small(rng.randrange(1 << 60)), "image/jpeg", order.dpi)

        scan = agent.spool.begin({"purpose": "intake:counter", "presented_as": "ban_chinh"})
        told: list[str] = []
        agent.scan(scan, Paper([]), agent.home.profile(None), told=lambda page: told.append(page.sha256))
        agent.finish(scan)
        return scan, told

    try:
        yield agent, bring
    finally:
        agent.close()


def _arrived(house: Served, agent, scan: str, pages: list[str]) -> bool:  # type: ignore[no-untyped-def]
    """Whether the server has exactly these pages for a scan."""
    return _pages_of(house, json.loads(_payload(agent.spool.scan(scan).receipt))["document"]) == pages


def _pages_of_all(house: Served, agent) -> list[str]:  # type: ignore[no-untyped-def]
    found: list[str] = []
    for scan in agent.spool.scans("done"):
        found += _pages_of(house, json.loads(_payload(scan.receipt))["document"])
    return found


def _payload(receipt: str) -> bytes:
    import base64

    text = receipt.split(".")[1]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _pages_of(house: Served, document: str) -> list[str]:
    """Hashes of the pictures that a document's original holds."""
    import pikepdf

    app = house.office
    content = app.vault.read(app.register.source(app.register.document(document).source_id).object_key)
    if content[:2] == b"\xff\xd8":
        return [sha256(content).hexdigest()]
    with pikepdf.open(io.BytesIO(content)) as made:
        return [
            sha256(next(iter(page.get_images().values())).read_raw_bytes()).hexdigest() for page in made.pages
        ]


def _sheets(count: int) -> list[bytes]:
    from samples.generate import generate

    return [generate("quyet_dinh", 700 + number, "scanned").pages[0].jpeg() for number in range(count)]


@dataclass
class Watched:
    """A scanner that notes when it gave each of its pages."""

    pages_in: list[ScannedPage]
    given: float = 0.0

    @property
    def facts(self) -> ScannerFacts:
        return ScannerFacts(address="pile", device=ScanDevice(model="Pile"), feeds=("feeder",), duplex=True)

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        for page in self.pages_in:
            self.given = time.perf_counter()
            yield page


def _as_jpeg(jpeg: bytes) -> ScannedPage:
    return ScannedPage(jpeg, "image/jpeg", 300)


def _as_pixels(jpeg: bytes) -> ScannedPage:
    """A page as a scanner without an encoder of its own gives it."""
    return ScannedPage(_raw(jpeg), "image/x-portable-anymap", 300)


def _raw(jpeg: bytes) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as image:
        image.convert("RGB").save(target, "PPM")
    return target.getvalue()


def _small(seed: int) -> bytes:
    """A page that no other is like, of some 250 KiB: half an A5 in colour."""
    import numpy as np
    from PIL import Image

    grain = np.random.default_rng(seed).integers(150, 256, (440, 310, 3), dtype=np.uint8)
    target = io.BytesIO()
    Image.fromarray(grain).resize((1240, 1760), Image.Resampling.BILINEAR).save(
        target, "JPEG", quality=85, dpi=(300, 300)
    )
    return target.getvalue()


if __name__ == "__main__":
    sys.exit(main())
