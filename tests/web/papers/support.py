"""One paper's whole way over the API, kept answer by answer, and forms as other systems send them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from models.access import CallerKind
from models.casework import ComponentRule, Procedure
from models.people import Role
from models.signatures import Level, SignRequest
from models.times import iso
from pipeline.cases.meeting import Case
from pipeline.runner import UP_TO_REVIEW, advance
from pipeline.stages.receive import receive
from samples.demo import write_demo
from storage.cases.procedures import put_procedure
from tests.pipeline.support import sample_card
from tests.web.cases.support import Counter, of_dossier
from tests.web.support import OTHER_AGENCY

_SYSTEMS = count(1)

CARD = Procedure(
    code="1.004194",
    name="Đăng ký tạm trú",
    valid_from=date(2025, 7, 1),
    source="test",
    components=(ComponentRule(code="CC", name="Căn cước", document_type="can_cuoc", result=True),),
)


@dataclass
class Journey:
    """A card that came in with a dossier: read, confirmed, issued, each step by the one whose step it is."""

    desk: Counter
    dossier: str
    document: str
    vanthu: httpx.Client
    proposed: httpx.Response
    refused_to_systems: httpx.Response
    confirmed: httpx.Response
    issued: httpx.Response

    @property
    def purpose(self) -> dict[str, str]:
        return of_dossier(self.dossier)

    @property
    def ecopy(self) -> str:
        found: str = self.issued.json()["ecopy"]["id"]
        return found

    @property
    def sha256(self) -> str:
        found: str = self.issued.json()["ecopy"]["sha256"]
        return found

    def get(self, address: str, who: httpx.Client | None = None, **headers: str) -> httpx.Response:
        return (who or self.desk.officer).get(address, headers={**self.purpose, **headers})


def journey(desk: Counter, folder: Path) -> Journey:
    office = desk.served.office
    with office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        put_procedure(tx, CARD)
    code = desk.open(procedure=CARD.code)
    source = receive(
        office,
        sample_card(folder),
        intake="counter",
        presented_as="ban_chinh",
        forced_type=None,
        case=Case(dossier_code=code, component_code="CC"),
    )
    document = office.register.scan_of(source.id).id
    taken_to_review(desk, document)
    vanthu = desk.served.person("vanthu", Role.SEAL_HOLDER)
    purpose = of_dossier(code)
    address = f"/api/v1/documents/{document}"
    return Journey(
        desk,
        code,
        document,
        vanthu,
        proposed=desk.clerk.get(f"{address}/data", headers=purpose),
        refused_to_systems=desk.tthc.get(f"{address}/data", headers=purpose),
        confirmed=patiently(
            lambda: desk.officer.post(
                f"{address}/confirmation",
                json={"corrections": {"residence": "Số 1, phố Mẫu"}},
                headers={**purpose, "Idempotency-Key": "once"},
            )
        ),
        issued=patiently(lambda: vanthu.post(f"{address}/issue", headers=purpose)),
    )


def patiently(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer when nobody else has the document in hand, such as the worker that looks after it."""
    while (answer := ask()).status_code == 409 and answer.json()["code"] == "HOME_BUSY":
        time.sleep(0.05)
    return answer


def taken_to_review(desk: Counter, document: str) -> None:
    """What the worker does, now."""
    office = desk.served.office
    with office.locks.document(document, wait=True):
        advance(office, document, UP_TO_REVIEW)


def confirmed(
    desk: Counter, document: str, purpose: dict[str, str], by: httpx.Client | None = None
) -> httpx.Response:
    address = f"/api/v1/documents/{document}/confirmation"
    return patiently(lambda: (by or desk.officer).post(address, json={}, headers=purpose))


def signed_decision(desk: Counter, folder: Path) -> bytes:
    """A decision that was made electronically and signed by the agency."""
    office = desk.served.office
    write_demo(folder / "papers")
    request = SignRequest(field_name="CoQuan", level=Level.B_LTA, signed_at=iso(office.clock.now()))
    target = folder / "signed.pdf"
    office.hands.seal.signer.sign(folder / "papers" / "quyet-dinh-dien-tu.pdf", target, request)
    return target.read_bytes()


def form(record: Any, content: bytes, name: str = "Giấy tờ.pdf") -> dict[str, Any]:
    """A record with its file, as `httpx` sends forms."""
    said = record if isinstance(record, str) else json.dumps(record)
    return {
        "record": (None, said, "application/json"),
        "file": (name, content, "application/octet-stream"),
    }


def record(code: str, **more: object) -> dict[str, object]:
    """A record of the national guidance."""
    return {
        "DocCode": code,
        "TypeName": "Công văn",
        "CodeNumber": "21",
        "CodeNotation": "UBND-VP",
        "IssuedDate": "2019-03-12",
        "OrganName": "UBND xã Mẫu",
        "Subject": "V/v rà soát hồ sơ",
        **more,
    }


def another_system(desk: Counter) -> httpx.Client:
    """A system of the other agency."""
    return desk.served.machine(CallerKind.SYSTEM, f"tthc-xa-{next(_SYSTEMS)}", agency=OTHER_AGENCY)
