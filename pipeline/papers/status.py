"""Where a document stands, for whoever handed it in or works on its case: states, codes and hashes, no contents."""

from __future__ import annotations

import json
from typing import Literal, cast

import sqlalchemy as sa

from models.ecopy import WHOLE_FORMS as WHOLE
from models.ecopy import CopyForm
from models.errors import EcopyError, ErrorReport, NotFound, by_code
from models.page_ranges import pages_in
from models.signatures import Level
from models.states import DocumentState, EcopyState
from models.text import Language
from models.wire.documents import CaptureStatus, DocumentStatus, IssuedCopy
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.keeping.records import evidence_wait
from pipeline.offices.acts import capture_wait, lacks_stamp
from pipeline.offices.sealing import seal_wait
from pipeline.quality.holding import lot_wait
from pipeline.stages.captured import wants_capture
from pipeline.waiting import told
from storage import schema as t
from storage.work import PROGRAM_STATES, Job, job_of

_D, _S, _C, _E, _R = t.documents, t.sources, t.captures, t.ecopies, t.ecopy_revisions


def look_at_status(app: Application, document_id: str, *, purpose: str, language: Language) -> DocumentStatus:
    """Where a document stands; the look is on record. Raises NotFound, or UsageError without a purpose."""
    with attempt(app, "look", document_id, purpose=purpose):
        found = document_status(app, document_id, language)
        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            tx.audit("look", document_id, what="status")
        return found


def document_status(app: Application, document_id: str, language: Language) -> DocumentStatus:
    """Where a document stands, reasons in `language`. Raises NotFound."""
    with app.register.reading() as connection:
        row = _document(connection, document_id)
        copies = _copies(connection, document_id)
        waits = any(copy.state is EcopyState.AWAITING_TIMESTAMP for copy in copies)
        programs = waits or row["state"] in PROGRAM_STATES or _lacks_stamp(app, document_id)
        job = job_of(connection, row["source_id"]) if programs else None
        unsealed = _waits_for(app, document_id)
        return DocumentStatus(
            id=document_id,
            state=DocumentState(row["state"]),
            document_type=row["document_type"],
            pages=len(pages_in(row["pages"])) if row["pages"] is not None else None,
            intake=cast(Literal["counter", "archive", "import"], row["intake"]),
            received_at=row["received_at"],
            updated_at=row["updated_at"],
            confirmed_at=row["confirmed_at"],
            reusable_from=row["reusable_from"],
            dossier=row["dossier_code"],
            lot=row["lot_id"],
            work=_work(row, job),
            waiting_since=job.since if job is not None else None,
            error=_refusal(row, language)
            or _fault(job, language)
            or (unsealed.report(language) if unsealed is not None else None),
            quarantined=row["quarantined"],
            restricted=row["restricted"],
            signed_original=row["signed_original"],
            capture=_capture(connection, document_id),
            ecopy=next((copy for copy in copies if copy.form in WHOLE), None),
            further=tuple(copy for copy in copies if copy.form not in WHOLE),
            siblings=_siblings(connection, document_id, row["source_id"]),
        )


def copy_status(app: Application, ecopy_id: str) -> IssuedCopy:
    """How far one e-copy has come. Raises NotFound."""
    with app.register.reading() as connection:
        document_id = app.register.ecopy(ecopy_id).document_id
        return next(copy for copy in _copies(connection, document_id) if copy.id == ecopy_id)


def _lacks_stamp(app: Application, document_id: str) -> bool:
    """Whether its capture is signed and waits for a time-stamp."""
    document = app.register.document(document_id)
    return wants_capture(app, document) and lacks_stamp(app, document)


def _waits_for(app: Application, document_id: str) -> EcopyError | None:
    """Why the capture waits for its officer, or an e-copy for its lot, a person's seal or the time-stamp of its batch."""
    document, making = app.register.document(document_id), app.register.ecopy_in_making(document_id)
    return (
        capture_wait(app, document)
        or lot_wait(app, document)
        or seal_wait(app, document, making)
        or evidence_wait(app, document, making)
    )


def _document(connection: sa.Connection, document_id: str) -> sa.RowMapping:
    of_source = [
        _S.c[name] for name in ("intake", "received_at", "error_code", "error_details", "quarantined")
    ]
    query = sa.select(_D, *of_source).join(_S, _S.c.id == _D.c.source_id).where(_D.c.id == document_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(what="document", id=document_id)
    return row


def _refusal(row: sa.RowMapping, language: Language) -> ErrorReport | None:
    """Why the file was refused, in today's words."""
    if row["error_code"] is None or DocumentState(row["state"]) not in _REFUSED:
        return None
    details = json.loads(row["error_details"]) if row["error_details"] else {}
    return by_code(row["error_code"])(**details).report(language)


def _work(row: sa.RowMapping, job: Job | None) -> Work | None:
    if job is not None:
        return _WORK[job.state]
    return "waiting" if row["state"] in PROGRAM_STATES else None


def _fault(job: Job | None, language: Language) -> ErrorReport | None:
    """What stopped the program last, where it has stopped."""
    return None if job is None or job.state == "leased" else told(job, language)


Work = Literal["waiting", "at_work", "put_off", "parked"]
_WORK: dict[str, Work] = {"due": "waiting", "leased": "at_work", "waiting": "put_off", "parked": "parked"}
_REFUSED = (DocumentState.REFUSED, DocumentState.QUARANTINED)


def _capture(connection: sa.Connection, document_id: str) -> CaptureStatus | None:
    query = sa.select(_C.c.sha256, _C.c.level, _C.c.signed_at).where(_C.c.document_id == document_id)
    row = connection.execute(query).one_or_none()
    return CaptureStatus(sha256=row.sha256, level=Level(row.level), signed_at=row.signed_at) if row else None


def _copies(connection: sa.Connection, document_id: str) -> list[IssuedCopy]:
    """The e-copies, each with its newest revision, the oldest first."""
    of_file = [_R.c[name] for name in ("revision", "sha256", "size", "level", "signed_at")]
    last = (
        sa.select(sa.func.max(_R.c.revision)).where(_R.c.ecopy_id == _E.c.id).correlate(_E).scalar_subquery()
    )
    query = (
        sa.select(_E.c.id, _E.c.copy_form, _E.c.state, _E.c.superseded_by, *of_file)
        .outerjoin(_R, sa.and_(_R.c.ecopy_id == _E.c.id, _R.c.revision == last))
        .where(_E.c.document_id == document_id)
        .order_by(_E.c.id)
    )
    return [
        IssuedCopy(
            id=row.id,
            form=CopyForm(row.copy_form),
            state=EcopyState(row.state),
            revision=row.revision,
            sha256=row.sha256,
            size=row.size,
            level=Level(row.level) if row.level is not None else None,
            signed_at=row.signed_at,
            superseded_by=row.superseded_by,
        )
        for row in connection.execute(query)
    ]


def _siblings(connection: sa.Connection, document_id: str, source_id: str) -> tuple[str, ...]:
    query = sa.select(_D.c.id).where(
        _D.c.source_id == source_id,
        _D.c.id != document_id,
        _D.c.state != DocumentState.REPLACED.value,
    )
    return tuple(connection.scalars(query.order_by(_D.c.position)))
