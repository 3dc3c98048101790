"""A served home whose agency's token is at the văn thư's computer, her page, and documents that wait for her."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from models.people import Role
from pipeline.cases.meeting import Case
from pipeline.stages.receive import receive
from signing.development.pki import DevelopmentPki, create_development_pki, load_development_pki
from storage.cases.procedures import put_procedure
from tests.clocks import FixedClock
from tests.pipeline.support import sample_card
from tests.servers.vgca import Manner, asked_by_page, sign_service
from tests.web.cases.support import Counter, counter, of_dossier
from tests.web.papers.support import CARD, confirmed, patiently, taken_to_review

_PAPERS = count(1)


@dataclass
class Waiting:
    """A confirmed document whose e-copy nobody has signed yet."""

    desk: Desk
    document: str
    purpose: dict[str, str]

    def ask(self, who: httpx.Client | None = None) -> httpx.Response:
        """What the page of the văn thư does first."""
        address = f"/api/v1/documents/{self.document}/handover"
        return patiently(lambda: (who or self.desk.vanthu).post(address, headers=self.purpose))

    def opened(self) -> dict[str, Any]:
        answer = self.ask()
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def state(self, handover: dict[str, Any]) -> dict[str, Any]:
        """What the page asks at the end, whatever the program said."""
        answer = self.desk.vanthu.get(f"/api/v1/handovers/{handover['id']}", headers=self.purpose)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def through_program(
        self, handover: dict[str, Any], manner: Manner | None = None, **how: Any
    ) -> tuple[dict[str, Any] | None, list[httpx.Response]]:
        """What the program tells the page, and what it was answered itself."""
        with sign_service(manner or self.desk.manner, **how) as service:
            said = asked_by_page(service.url, "/SignCopy", handover["request"])
            return said, service.uploads

    def acts(self, ecopy: str) -> list[str]:
        """What is on record about the e-copy; a failed act with its code."""
        return [
            action if outcome == "done" else f"{action}: {outcome}"
            for _, action, _, outcome in self.desk.counter.trail(ecopy)
        ]


@dataclass
class Desk:
    counter: Counter
    clock: FixedClock
    pki: DevelopmentPki
    folder: Path
    vanthu: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.vanthu = self.counter.served.person("vanthu", Role.SEAL_HOLDER)
        office = self.counter.served.office
        with office.register.transaction(actor="test", purpose="maintenance:test") as tx:
            put_procedure(tx, CARD)

    @property
    def manner(self) -> Manner:
        """How the program signs with the right token."""
        return Manner(self.pki.credential("vanthu"))

    def waiting(self, confirmer: httpx.Client | None = None) -> Waiting:
        """A new paper, read and confirmed by the officer or by somebody else."""
        office = self.counter.served.office
        code = self.counter.open(procedure=CARD.code)
        purpose = of_dossier(code)
        source = receive(
            office,
            sample_card(self.folder, remark=f"tờ {next(_PAPERS)}"),
            intake="counter",
            presented_as="ban_chinh",
            forced_type=None,
            case=Case(dossier_code=code, component_code="CC"),
        )
        document = office.register.scan_of(source.id).id
        taken_to_review(self.counter, document)
        answer = confirmed(self.counter, document, purpose, confirmer)
        assert answer.status_code == 200, answer.text
        return Waiting(self, document, purpose)


@contextmanager
def desk_elsewhere(home: Path, **settings: object) -> Iterator[Desk]:
    clock = FixedClock()
    create_development_pki(home / "pki", clock)
    pki = load_development_pki(home / "pki")
    token = home / "vanthu.cer"
    token.write_bytes(pki.credential("vanthu").certificate.dump())
    with counter(home, agency_key=f"vgca:{token}", **settings) as made:
        desk = Desk(made, made.clock, pki, home)
        yield desk
        desk.vanthu.close()
