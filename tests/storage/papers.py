"""Papers put straight into the register's tables, with a holder and an e-copy, as a confirmation would leave them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import count

import sqlalchemy as sa

from models.holders import document_code, name_key
from models.ids import new_id
from models.people import Agency, Person, Role
from models.text import folded
from storage import schema as t
from tests.storage.support import Room

AGENCY = Agency(identifier="H99.01", name="UBND xã Mẫu")
CLERK = Person(id="clerk", name="Nguyễn Văn Mẫu", role=Role.CLERK, agency=AGENCY)
OFFICER = Person(id="officer", name="Trần Thị Mẫu", role=Role.OFFICER, agency=AGENCY)
SEAL = Person(id="vanthu", name="UBND xã Mẫu", role=Role.SEAL_HOLDER, agency=AGENCY)
_NUMBERS = count(1)
NOW = "2026-11-22T09:15:04+07:00"


@dataclass(frozen=True)
class Paper:
    """One paper with what it stands on."""

    document: str
    source: str
    ecopy: str
    holder: str
    original: str
    """Key of the scan's object."""
    file: str
    """Key of the e-copy's object."""
    sha256: str


def holder(
    home: Room, *identifiers: tuple[str, str], name: str = "Nguyễn Thị Mẫu", born: str = "1990-05-17"
) -> str:
    """A holder known by these (kind, value) pairs; returns its id."""
    identifier = new_id()
    with home.engine.begin() as connection:
        connection.execute(
            t.holders.insert().values(
                id=identifier,
                kind="citizen",
                name=name,
                name_key=name_key(name),
                birth_date=born,
                created_at=NOW,
            )
        )
        for kind, value in identifiers:
            connection.execute(
                t.holder_identifiers.insert().values(
                    kind=kind, value=value, holder_id=identifier, document_id=None, added_at=NOW
                )
            )
    return identifier


def paper(
    home: Room,
    whose: str,
    *,
    document_type: str = "giay_khai_sinh",
    ecopy_state: str = "issued",
    reusable_from: str | None = "2026-01-01T08:00:00+07:00",
    number: str = "12/2020",
    issued_on: str | None = "2020-03-12",
    issuer: str = "UBND xã Mẫu",
    dossier: str | None = None,
    prints: tuple[str, ...] = (),
    **facts: object,
) -> Paper:
    """A confirmed paper of the holder `whose` with an e-copy and the objects of both in the store."""
    content = f"scan {next(_NUMBERS)} {new_id()}".encode()
    document = home.receive(content)
    file = home.vault.write("ecopy", b"%PDF " + content)
    ecopy, digest = new_id(), sha256(b"%PDF " + content).hexdigest()
    values: dict[str, object] = {
        "state": "approved",
        "pages": "1",
        "confirmed_by": "Trần Thị Mẫu",
        "confirmed_at": NOW,
        "reusable_from": reusable_from,
        "document_type": document_type,
        "number": number,
        "number_key": folded(number),
        "issued_on": issued_on,
        "issuer": issuer,
        "issuer_key": folded(issuer),
        "title": "Giấy khai sinh",
        "abstract": "Giấy khai sinh của Nguyễn Thị Mẫu",
        "perpetual": True,
        "dossier_code": dossier,
        **facts,
    }
    with home.engine.begin() as connection:
        connection.execute(t.documents.update().where(t.documents.c.id == document.id).values(values))
        connection.execute(
            t.objects.update()
            .where(t.objects.c.key == file.key)
            .values(state="stored", size=file.size, sha256=file.sha256)
        )
        connection.execute(
            t.ecopies.insert().values(
                id=ecopy,
                document_id=document.id,
                copy_form="sao_y",
                state=ecopy_state,
                created_at=NOW,
                updated_at=NOW,
            )
        )
        connection.execute(
            t.ecopy_revisions.insert().values(
                ecopy_id=ecopy,
                revision=1,
                object_key=file.key,
                sha256=digest,
                size=file.size,
                level="B-LTA",
                signed_by="UBND xã Mẫu",
                signed_at=NOW,
            )
        )
        value = connection.scalar(
            sa.select(t.holder_identifiers.c.value).where(t.holder_identifiers.c.holder_id == whose)
        )
        connection.execute(
            t.document_holders.insert().values(
                document_id=document.id,
                holder_id=whose,
                document_type=document_type,
                document_code=document_code(value, document_type) if value else None,
            )
        )
        connection.execute(
            t.fields.insert().values(
                document_id=document.id,
                name="full_name",
                version=1,
                current=True,
                value="Nguyễn Thị Mẫu",
                printed="NGUYỄN THỊ MẪU",
                confidence=0.99,
                origin="ocr",
                changed_by="officer",
                changed_at=NOW,
            )
        )
        for page, one in enumerate(prints, start=1):
            connection.execute(t.page_prints.insert().values(document_id=document.id, page=page, print=one))
    source = home.register.source(document.source_id)
    return Paper(document.id, source.id, ecopy, whose, source.object_key, file.key, digest)


def dossier(
    home: Room,
    code: str = "H99.01-261122-0001",
    *,
    whose: str | None = None,
    components: tuple[str, ...] = ("TP01",),
) -> str:
    """A dossier under way that wants these components; returns its code."""
    with home.engine.begin() as connection:
        connection.execute(
            t.procedures.insert().values(
                code=f"1.{code[-4:]}", valid_from="2025-07-01", name="Thủ tục mẫu", source="test"
            )
        )
        connection.execute(
            t.component_rules.insert(),
            [
                {
                    "procedure_code": f"1.{code[-4:]}",
                    "valid_from": "2025-07-01",
                    "component_code": component,
                    "position": position,
                    "name": "Giấy khai sinh",
                    "document_type": "giay_khai_sinh",
                    "handling": "SCAN",
                    "required": True,
                    "result": False,
                }
                for position, component in enumerate(components, start=1)
            ],
        )
        connection.execute(
            t.dossiers.insert().values(
                code=code,
                procedure_code=f"1.{code[-4:]}",
                procedure_valid_from="2025-07-01",
                agency=AGENCY.identifier,
                holder_id=whose,
                channel="direct",
                state="received",
                received_at=NOW,
                received_by="clerk",
            )
        )
        for position, component in enumerate(components, start=1):
            connection.execute(
                t.components.insert().values(
                    id=new_id(),
                    dossier_code=code,
                    component_code=component,
                    position=position,
                    handling="SCAN",
                    state="wanted",
                    updated_at=NOW,
                )
            )
    return code
