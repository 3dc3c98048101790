"""Certificates of office: bound to an agency or a person when imported, ended with a reason, found again by what they signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.errors import NotFound, OfficeTaken, UsageError
from models.ids import new_id
from models.offices import EndReason, OfficeCertificate
from models.people import Person, Role
from models.signatures import SignerCertificate
from storage import schema as t
from storage.once import insert_once
from storage.papers.facts import ORIGINAL
from storage.register import Transaction

_O, _C, _S, _E, _R = t.office_certificates, t.certificates, t.signatures, t.ecopies, t.ecopy_revisions
PAGE = 200


@dataclass(frozen=True)
class MadeWith:
    """A signature that a certificate made here or on an original that came in, and where the newest file with it lies."""

    id: str
    document_id: str
    ecopy_id: str | None
    """None for a capture or an original."""
    ecopy_state: str | None
    field_name: str
    signed_at: str
    object_key: str | None
    original: bool
    """Somebody else's, on the file that came in."""


def bind(
    tx: Transaction, certificate: SignerCertificate, issuers: tuple[str, ...], holder: Person
) -> OfficeCertificate:
    """Let a certificate sign from now on in the office that `holder` is in; an agency's own for its văn thư.

    The same certificate for the same office again is no error. Raises OfficeTaken while it belongs to another one.
    """
    person = None if holder.role is Role.SEAL_HOLDER else holder.id
    # the person is not noted in that office: a certificate opens no door
    facts = {"person": person, "agency": holder.agency.identifier, "known_since": tx.at}
    insert_once(tx.connection, _C, **certificate.model_dump(), **facts)
    for held in offices_of(tx.connection, certificate.sha256):
        if held.ends_at is not None and held.ends_at <= tx.at:
            continue
        if (held.role, held.agency, held.person, held.ends_at) == (
            holder.role, holder.agency.identifier, person, None,
        ):  # fmt: skip
            return held
        raise OfficeTaken(id=certificate.sha256, office=_said(held))
    new = OfficeCertificate(
        id=new_id(),
        certificate=certificate,
        issuers=issuers,
        role=holder.role,
        agency=holder.agency.identifier,
        person=person,
        imported_by=tx.actor,
        imported_at=tx.at,
    )
    row = new.model_dump(mode="json", exclude={"certificate", "issuers"})
    if not insert_once(
        tx.connection, _O, **row, certificate=certificate.sha256, issuers=json.dumps(issuers)
    ):  # somebody else was faster
        raise OfficeTaken(id=certificate.sha256, office="-")
    tx.audit(
        "import_certificate", certificate.sha256, office=new.id, role=new.role.value, agency=new.agency,
        person=person, named=certificate.subject, not_after=certificate.not_after,
    )  # fmt: skip
    return new


def end(
    tx: Transaction,
    sha256: str,
    *,
    at: str,
    reason: EndReason,
    note: str | None = None,
    successor: str | None = None,
) -> OfficeCertificate:
    """From `at` on the certificate signs nothing in its office; an end that has not come yet may be changed.

    Raises NotFound where it holds no office, or where the successor is not known here; UsageError where it would be its
    own successor.
    """
    if successor == sha256:
        raise UsageError(reason="--successor")
    if successor is not None and tx.connection.scalar(_known(successor)) is None:
        raise NotFound(what="certificate", id=successor)
    held = [one for one in offices_of(tx.connection, sha256) if one.ends_at is None or one.ends_at > tx.at]
    if not held:
        raise NotFound(what="certificate in office", id=sha256)
    values = {
        "ends_at": at,
        "end_reason": reason.value,
        "end_note": note,
        "ended_by": tx.actor,
        "successor": successor,
    }
    tx.connection.execute(_O.update().where(_O.c.id == held[0].id).values(**values))
    tx.audit(
        "end_certificate",
        sha256,
        office=held[0].id,
        at=at,
        reason=reason.value,
        note=note,
        successor=successor,
    )
    return held[0].model_copy(update={**values, "end_reason": reason})


def offices_of(connection: sa.Connection, sha256: str) -> list[OfficeCertificate]:
    """Every office that a certificate was bound to, the newest first."""
    return _offices(connection, _O.c.certificate == sha256)


def all_offices(connection: sa.Connection, agency: str | None = None) -> list[OfficeCertificate]:
    """Every binding, of one agency or of all of them, the newest first."""
    return _offices(connection, sa.true() if agency is None else _O.c.agency == agency)


def certificate_named(connection: sa.Connection, prefix: str) -> SignerCertificate:
    """The certificate whose SHA-256 begins so. Raises NotFound where it is none or not the only one."""
    columns = [_C.c[name] for name in SignerCertificate.model_fields]
    query = sa.select(*columns).where(_C.c.sha256.startswith(prefix, autoescape=True)).limit(2)
    found = connection.execute(query).mappings().all()
    if len(found) != 1:
        raise NotFound(what="certificate", id=prefix)
    return SignerCertificate(**found[0])


def made_with(connection: sa.Connection, sha256: str, after: str = "", limit: int = PAGE) -> list[MadeWith]:
    """At most `limit` signatures that a certificate made here, or on originals that came in, behind the one called
    `after`, oldest first; those of papers that were destroyed are gone with them."""
    newest = (
        sa.select(_R.c.object_key)
        .where(_R.c.ecopy_id == _S.c.ecopy_id)
        .order_by(_R.c.revision.desc())
        .limit(1)
        .scalar_subquery()
    )
    captured = (
        sa.select(t.captures.c.object_key)
        .where(t.captures.c.document_id == _S.c.document_id)
        .scalar_subquery()
    )
    came_in = (
        sa.select(t.sources.c.object_key)
        .join(t.documents, t.documents.c.source_id == t.sources.c.id)
        .where(t.documents.c.id == _S.c.document_id)
        .scalar_subquery()
    )
    original = _S.c.role == ORIGINAL
    where = sa.case((original, came_in), (_S.c.ecopy_id.is_(None), captured), else_=newest)
    query = (
        sa.select(
            _S.c.id,
            _S.c.document_id,
            _S.c.ecopy_id,
            _E.c.state.label("ecopy_state"),
            _S.c.field_name,
            _S.c.signed_at,
            where.label("object_key"),
            original.label("original"),
        )
        .outerjoin(_E, _E.c.id == _S.c.ecopy_id)
        .where(_S.c.certificate == sha256, _S.c.id > after)
        .order_by(_S.c.id)
        .limit(limit)
    )
    return [
        MadeWith(**{**row, "original": bool(row["original"])}) for row in connection.execute(query).mappings()
    ]


def _offices(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[OfficeCertificate]:
    facts = [_C.c[name].label(f"certificate_{name}") for name in SignerCertificate.model_fields]
    query = sa.select(_O, *facts).join(_C, _C.c.sha256 == _O.c.certificate).where(where)
    return [_office(row) for row in connection.execute(query.order_by(_O.c.id.desc())).mappings()]


def _office(row: sa.RowMapping) -> OfficeCertificate:
    own: dict[str, Any] = {column.name: row[column.name] for column in _O.c}
    facts = {name: row[f"certificate_{name}"] for name in SignerCertificate.model_fields}
    own |= {"certificate": SignerCertificate(**facts), "issuers": tuple(json.loads(own["issuers"]))}
    return OfficeCertificate(**own)


def _known(sha256: str) -> sa.Select[tuple[str]]:
    return sa.select(_C.c.sha256).where(_C.c.sha256 == sha256)


def _said(held: OfficeCertificate) -> str:
    return ", ".join(filter(None, (held.role.value, held.agency, held.person, held.ends_at)))
