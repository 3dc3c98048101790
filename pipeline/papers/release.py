"""Giving out what is kept of a document: its e-copy, its capture, its note; each time with who and what for on record."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models.ecopy import TransferNote
from models.errors import DocumentDisposed, DocumentRestricted, NotFound
from models.signatures import Level
from models.states import DocumentState, EcopyState
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from storage import schema as t
from storage.keeping.disposal import why_withheld
from storage.papers.facts import transfer_note
from storage.records import DocumentRecord


@dataclass(frozen=True)
class Fetched:
    """A file that was released: an e-copy, a capture, or the electronic original that no copy is made of."""

    id: str
    """Of the e-copy; of the document otherwise."""
    object_key: str
    sha256: str
    level: Level | None
    """Of the signature made here; None for an original, which carries its issuer's."""
    signed_original: bool
    state: EcopyState | None = None
    """Of the e-copy."""
    revision: int | None = None


def release_ecopy(
    app: Application,
    any_id: str,
    *,
    purpose: str,
    reason: str | None = None,
    part: str | None = None,
) -> Fetched:
    """Let go of the newest revision of an issued e-copy, or of a signed original as it came in; of a restricted
    document with a reason only. `part` says which bytes of it are given, where it is not all of them.

    Raises NotFound where there is neither, DocumentRestricted or DocumentDisposed. Whoever calls gives it out.
    """
    with attempt(app, "release", any_id, purpose=purpose):
        with app.register.reading() as connection:
            kept = connection.execute(_KEPT, {"any_id": any_id}).mappings().first()
        if kept is None:
            raise NotFound(what="document", id=any_id)
        said = _stated(_withheld(kept), kept["document_id"], purpose, reason)
        found = _to_fetch(kept)
        if found is None:
            raise NotFound(what="e-copy", id=any_id)
        told = {"original": True} if found.signed_original else {}
        _put_on_record(app, found, said, part, **told)
        return found


def release_capture(
    app: Application, any_id: str, *, purpose: str, reason: str | None = None, part: str | None = None
) -> Fetched:
    """Let go of the signed capture of a document; of a restricted one with a reason only.

    Raises NotFound where there is none, DocumentRestricted or DocumentDisposed. Whoever calls gives it out.
    """
    with attempt(app, "release", any_id, purpose=purpose):
        document = app.register.find_document(any_id)
        said = stated_purpose(app, document, purpose, reason)
        capture = app.register.capture(document.id)
        if capture is None:
            raise NotFound(what="capture", id=any_id)
        found = Fetched(document.id, capture.object_key, capture.sha256, capture.level, signed_original=False)
        _put_on_record(app, found, said, part, capture=True)
        return found


def look_at_note(app: Application, any_id: str, *, purpose: str, reason: str | None = None) -> TransferNote:
    """The transfer note that an issued e-copy carries; of a restricted document with a reason only.

    Raises NotFound before the issue, DocumentRestricted or DocumentDisposed.
    """
    with attempt(app, "look", any_id, purpose=purpose):
        document = app.register.find_document(any_id)
        said = stated_purpose(app, document, purpose, reason)
        ecopy = app.register.named_ecopy(any_id)
        with app.register.reading() as connection:
            note = transfer_note(connection, ecopy.id) if ecopy is not None else None
        if note is None:
            raise NotFound(what="transfer note", id=any_id)
        with app.register.transaction(actor=operator(), purpose=said) as tx:
            tx.audit("look", note.ecopy_id, what="note")
        return note


def stated_purpose(app: Application, document: DocumentRecord, purpose: str, reason: str | None) -> str:
    """The purpose that goes on record: with the reason, where the document is restricted.

    Raises DocumentRestricted for a restricted document without a reason, DocumentDisposed, or UsageError.
    """
    with app.register.reading() as connection:
        withheld = why_withheld(connection, document.id)
    return _stated(withheld, document.id, purpose, reason)


def _stated(withheld: str | None, document_id: str, purpose: str, reason: str | None) -> str:
    if withheld == "disposal":
        raise DocumentDisposed(id=document_id)
    if withheld is None:
        return given(purpose)
    if not reason or not reason.strip():
        raise DocumentRestricted(id=document_id)
    return f"{given(purpose)}; {reason.strip()}"[:200]


_D, _S, _E, _R, _GOING = t.documents, t.sources, t.ecopies, t.ecopy_revisions, t.disposals
_ANY_ID = sa.bindparam("any_id", type_=sa.String)
_KEPT = (
    sa.select(
        _D.c.id.label("document_id"),
        _D.c.state,
        _D.c.restricted,
        _D.c.signed_original,
        sa.exists().where(_GOING.c.document_id == _D.c.id, _GOING.c.state == "approved").label("agreed"),
        _E.c.id.label("ecopy_id"),
        _E.c.state.label("ecopy_state"),
        *(_R.c[name] for name in ("object_key", "sha256", "level", "revision")),
        _S.c.object_key.label("original_key"),
        _S.c.sha256.label("original_sha256"),
    )
    .join(_S, _S.c.id == _D.c.source_id)
    .outerjoin(_E, sa.and_(_E.c.document_id == _D.c.id, sa.or_(t.whole_copy, _E.c.id == _ANY_ID)))
    .outerjoin(_R, _R.c.ecopy_id == _E.c.id)
    .where(
        sa.or_(
            _D.c.id == _ANY_ID,
            _D.c.id
            == sa.select(_E.c.document_id).where(_E.c.id == _ANY_ID).correlate(None).scalar_subquery(),
        )
    )
    .order_by((_E.c.id == _ANY_ID).desc(), _R.c.revision.desc())
    .limit(1)
)
"""Everything that a release asks of the register, in one go: files are fetched often."""


def _withheld(kept: sa.RowMapping) -> str | None:
    """As `storage.keeping.disposal.why_withheld`."""
    if kept["agreed"] or kept["state"] == DocumentState.DISPOSED.value:
        return "disposal"
    return "restricted" if kept["restricted"] else None


def _to_fetch(kept: sa.RowMapping) -> Fetched | None:
    if kept["ecopy_id"] is not None:
        if kept["revision"] is None:
            return None
        return Fetched(
            kept["ecopy_id"],
            kept["object_key"],
            kept["sha256"],
            Level(kept["level"]),
            signed_original=False,
            state=EcopyState(kept["ecopy_state"]),
            revision=kept["revision"],
        )
    if not kept["signed_original"] or kept["state"] != DocumentState.APPROVED.value:
        return None
    return Fetched(
        kept["document_id"], kept["original_key"], kept["original_sha256"], None, signed_original=True
    )


def _put_on_record(app: Application, found: Fetched, purpose: str, part: str | None, **told: bool) -> None:
    with app.register.transaction(actor=operator(), purpose=purpose) as tx:
        tx.audit("release", found.id, sha256=found.sha256, **told, **({"part": part} if part else {}))
