"""A served home where something has happened: papers, dossiers, a lot, a request, and everybody who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from models.access import CallerKind
from models.people import Person, Role
from models.states import DossierState
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.cases.meeting import case_of
from pipeline.cases.procedures import import_procedures
from pipeline.keeping.requests import open_request
from pipeline.papers.corrections import raise_correction
from pipeline.papers.data import document_data
from pipeline.papers.outcome import SourceOutcome
from storage.access.tokens import issue_token
from tests.pipeline.support import digitized, sample_card
from tests.web.support import OTHER_AGENCY, Served, served

PROCEDURES = Path(__file__).parents[2] / "samples" / "procedures.yaml"
COPYING, PART = "2.000815", "BC"
DONE, OPEN, ELSEWHERE, LOT = (
    "H99.01-261122-0001",
    "H99.01-261122-0002",
    "H99.99-261122-0001",
    "Lô khai sinh 1995",
)
STAFF = (Role.CLERK, Role.OFFICER, Role.SEAL_HOLDER, Role.SUPERVISOR)


@dataclass
class Peopled:
    """Who is there, and what there is to ask after."""

    served: Served
    document: str
    """Of a card that came in for a dossier that ended well, and may be used again."""
    ecopy: str
    number: str
    """Its holder's."""
    correction: str
    request: str
    lot: str
    subjects: dict[str, CallerKind | None] = field(default_factory=dict)

    @property
    def purposes(self) -> list[str]:
        cases = [f"dossier:{OPEN}", f"dossier:{DONE}", f"lot:{self.lot}", f"request:{self.request}"]
        return [*cases, "intake:counter", "inspection:TTr-1", "maintenance:test", "exchange:QC-1"]

    def purpose(self, kind: str) -> str:
        """The one of that kind; others are said in full."""
        return {
            "dossier": f"dossier:{OPEN}",
            "lot": f"lot:{self.lot}",
            "request": f"request:{self.request}",
        }.get(kind, kind)

    @property
    def names(self) -> dict[str, list[str]]:
        """What is there, by what parameters and members of bodies call it."""
        papers = [self.document, self.ecopy]
        return {
            "document": papers,
            "id": papers,
            "DocCode": papers,
            "ecopy": [self.ecopy],
            "by_ecopy": [self.ecopy],
            "code": [OPEN, DONE],
            "dossier": [OPEN, DONE],
            "component": [PART],
            "lot": [self.lot],
            "type": ["can_cuoc"],
            "field": ["full_name"],
            "procedure": [COPYING],
            "number": [self.number],
            "holder": [self.number],
            "correction": [self.correction],
            "request_id": [self.request],
            "person": ["victim"],
            "client": ["system:victim"],
        }

    def token(self, subject: str) -> str:
        """A fresh token of somebody who is there."""
        kind = self.subjects[subject]
        with self.served.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
            return issue_token(
                tx,
                "session" if kind is None else "access",
                subject,
                lifetime=timedelta(hours=1),
                proof="password+totp" if kind is None else "assertion",
            )

    def callers(self) -> dict[str, str]:
        """Fresh tokens of everybody; earlier ones may have been ended by what was asked."""
        return {subject: self.token(subject) for subject in self.subjects if "victim" not in subject}


@contextmanager
def peopled(home: Path, **settings: object) -> Iterator[Peopled]:
    with served(home / "home", **settings) as house:
        app = house.office
        import_procedures(app, PROCEDURES)
        document, ecopy, number = _card(app, home)
        officer, clerk = app.hands.person("officer"), app.hands.person("clerk")
        task = raise_correction(app, document, "full_name", "Nguyễn Thị Mẫu", person=officer, dossier=OPEN)
        asked = open_request(app, number, "access", text="Tôi muốn biết những gì được lưu.", person=clerk)
        lot = casework.create_lot(app, LOT)
        stranger = Person(id="stranger", name="Người khác", role=Role.OFFICER, agency=OTHER_AGENCY)
        casework.open_dossier(app, ELSEWHERE, COPYING, by=stranger)
        found = Peopled(house, document, ecopy, number, task.id, asked.id, lot.id)
        _enter(found)
        yield found


def _card(app: Application, folder: Path) -> tuple[str, str, str]:
    """A card that came in for a dossier, was confirmed, issued, and may be used again in the next one."""
    casework.open_dossier(app, DONE, COPYING)
    case = case_of(app, dossier=DONE, component=PART)
    (taken,) = digitized(app, folder / "out", sample_card(folder), case=case, grouping="one")
    assert isinstance(taken, SourceOutcome), taken
    (card,) = taken.documents
    assert card.ecopy is not None
    number = document_data(app, app.register.document(card.id)).data["personal_id"]
    assert number is not None
    casework.end_dossier(app, DONE, DossierState.SUCCEEDED, by=app.hands.person("officer"))
    casework.open_dossier(app, OPEN, COPYING, holder=number)
    return card.id, card.ecopy.id, number


def _enter(found: Peopled) -> None:
    """Everybody who asks, and two that may be shut out."""
    house = found.served
    people = {
        "staff": STAFF,
        "auditor": (Role.AUDITOR,),
        "admin": (Role.ADMINISTRATOR,),
        "victim": (Role.CLERK,),
    }
    for name, roles in people.items():
        house.person(name, *roles).close()
        found.subjects[name] = None
    for kind in (CallerKind.SYSTEM, CallerKind.DEVICE, CallerKind.POSTAL_OPERATOR):
        house.machine(kind, "one").close()
        found.subjects[f"{kind.value}:one"] = kind
    house.machine(CallerKind.SYSTEM, "victim").close()
    found.subjects["system:victim"] = CallerKind.SYSTEM
    house.machine(CallerKind.SYSTEM, "elsewhere", agency=OTHER_AGENCY).close()
    found.subjects["system:elsewhere"] = CallerKind.SYSTEM
