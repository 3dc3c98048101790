"""Kiosks for tests: joined to a served installation, with papers to scan and dossiers to scan them for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from kiosk_agent.agent import VERSION, Agent, now
from kiosk_agent.home import Home
from kiosk_agent.line import enrol
from kiosk_agent.settings import KioskSettings, load_kiosk_settings
from kiosk_agent.words import ScanWords
from models.access import CallerKind
from models.scanners import ScannedPage, ScannerFacts, ScanOrder
from models.scans import ScanDevice
from pipeline.cases import casework
from pipeline.identity import clients
from pipeline.kiosks.enrolment import invite_client
from tests.web.kiosks.joining import drawn
from tests.web.support import Served

PROCEDURES = Path(__file__).parents[2] / "samples" / "procedures.yaml"
PURPOSE = "maintenance:test"
MARRIAGE = "1.000894"
"""It asks for TK, HN1 and HN2 as scans, and TT to be shown only."""
_NUMBERS = count(1)


def invited(house: Served) -> tuple[str, str]:
    """A new device and the code that it joins with."""
    made = clients.add_client(
        house.office, CallerKind.DEVICE, f"quay-{next(_NUMBERS)}", name="Kiosk", purpose=PURPOSE
    )
    return made.record.id, invite_client(house.office, made.record.id, purpose=PURPOSE).code


def joined(house: Served, folder: Path, url: str | None = None, **more: object) -> KioskSettings:
    """The settings of a kiosk that has joined, and whose line to the server goes by `url`."""
    settings = load_kiosk_settings(home=folder, key_store="file", keep_free_mib=16, language="en", **more)
    home = Home(settings, now)
    belonging = enrol(home, house.url, invited(house)[1], version=VERSION)
    if url is not None:
        home.belong(belonging.model_copy(update={"url": url}))
    return settings


def dossier(house: Served) -> str:
    """The code of a dossier that was just opened."""
    code = f"H99.01-261122-{5000 + next(_NUMBERS)}"
    app = house.office
    casework.open_dossier(app, code, MARRIAGE, by=app.hands.person("clerk"))
    return code


@dataclass
class Pile:
    """A scanner with a pile of paper in it."""

    pictures: list[bytes]

    @property
    def facts(self) -> ScannerFacts:
        return ScannerFacts(
            address="pile", device=ScanDevice(model="Pile"), feeds=("feeder", "flatbed"), duplex=True
        )

    def pages(self, order: ScanOrder):  # type: ignore[no-untyped-def]
        while self.pictures:
            yield ScannedPage(self.pictures.pop(0), "image/jpeg", order.dpi)


@dataclass
class Counter:
    """A kiosk at a counter."""

    house: Served
    agent: Agent

    def scan(self, code: str, component: str | None = None, pages: int = 1) -> str:
        """Scan and close a paper of so many pages; its id."""
        purpose = code if ":" in code else f"dossier:{code}"
        words = ScanWords(purpose=purpose, presented_as="ban_chinh", component=component)
        scan = self.agent.spool.begin(words.model_dump())
        pile = Pile([drawn().content for _ in range(pages)])
        self.agent.scan(scan, pile, self.agent.home.profile(None))
        self.agent.finish(scan)
        return scan

    def state(self, scan: str) -> str:
        return self.agent.spool.scan(scan).state

    def until(self, scan: str, state: str = "done", seconds: float = 20) -> None:
        """Wait until the sender has got so far with it."""
        end = time.monotonic() + seconds
        while self.state(scan) != state:
            assert time.monotonic() < end, self.agent.spool.scan(scan)
            time.sleep(0.02)
