"""Receive: hash, keep and sync the original; only then is anything promised."""

from __future__ import annotations

import hmac
import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import sqlalchemy as sa

from models.batches import AUTO, ONE_DOCUMENT
from models.ecopy import PresentedAs
from models.errors import ConflictError, FileUnreadable, PathNotFound, TooLarge
from models.scans import ScanRecord
from models.states import DocumentState, check_document_way
from models.text import shown
from pipeline.application import Application
from pipeline.attempts import acting_now, operator
from pipeline.cases.meeting import Case, check_room, put_in
from pipeline.stages.base import ACTOR
from storage import work
from storage.papers.parts import set_grouping
from storage.records import Intake, SourceRecord, StoredRef

CHUNK = 1 << 20


def content_mac(app: Application, source: BinaryIO) -> str:
    """Keyed hash of the plaintext: nobody without the key can test for it. What it finds is `known_content`'s to say."""
    mac = hmac.new(app.content_key, digestmod=sha256)
    while chunk := source.read(CHUNK):
        mac.update(chunk)
    return mac.hexdigest()


def known_content(app: Application, mac: str, agency: str | None = None) -> SourceRecord | None:
    """The source of content with the keyed hash `mac` that came in at `agency`, or at the one that acts now.

    What another agency handed in is never found: its holdings are not this one's to know of.
    """
    at = agency or _agency_now(app)
    found = app.register.source_by_content(_at_agency(app, mac, at))
    if found is not None:
        return found
    # Earlier releases kept the hash without the agency.
    earlier = app.register.source_by_content(mac)
    own = app.hands.agency.identifier
    return earlier if earlier is not None and (earlier.agency or own) == at else None


def _at_agency(app: Application, mac: str, agency: str) -> str:
    """What the register keeps of a content: one that several agencies hand in is a source of each."""
    return hmac.new(app.content_key, f"{agency}\0{mac}".encode(), sha256).hexdigest()


def _agency_now(app: Application) -> str:
    who = acting_now()
    return (who.agency if who is not None else None) or app.hands.agency.identifier


def _always() -> None:
    """A file that was handed in is whole."""


def receive(
    app: Application,
    path: Path,
    *,
    intake: Intake,
    presented_as: PresentedAs,
    forced_type: str | None,
    grouping: str | None = None,
    case: Case | None = None,
    filename: str | None = None,
    scan: ScanRecord | None = None,
    whole: Callable[[], None] = _always,
) -> SourceRecord:
    """Take a file into the store and the register. The same content again, at the same agency, gives the same source.

    `grouping` is a person's word on how it falls into documents (`storage.records.SourceRecord.grouping`); `case` is
    what it came in for; `filename` what its sender calls it, where that is not the name of `path`; `scan` what is said of
    the scanning, of which the first word about a content stands. `whole` is called when the bytes are in the store and not yet
    in the register, and raises where they turn out not to count: they go again. Raises PathNotFound,
    FileUnreadable, TooLarge, ComponentMet, CaseEnded (nothing is kept then), StorageFault, or ConflictError when the
    documents of a known source are to be put together otherwise and one of them is confirmed.
    """
    try:
        if not path.is_file():
            raise PathNotFound(path=path)
        size = path.stat().st_size
        if size > app.settings.max_file_bytes:
            raise TooLarge(size=size, limit=app.settings.max_file_bytes)
        with path.open("rb") as handle:
            mac = content_mac(app, handle)
            known = known_content(app, mac)
            if known is not None:
                return received_again(app, known, grouping, case)
            check_room(app, case)
            handle.seek(0)
            copy = _Counted(handle, app.content_key)
            stored = app.vault.write("original", cast(BinaryIO, copy))
            try:
                whole()
            except BaseException:
                app.vault.discard(stored)
                raise
    except OSError as fault:
        raise FileUnreadable(reason=fault.strerror or str(fault)) from fault
    return register_stored(
        app,
        stored,
        copy.mac(),
        filename=filename or shown(path.name),
        intake=intake,
        presented_as=presented_as,
        forced_type=forced_type,
        grouping=grouping,
        case=case,
        scan=scan,
    )


def register_stored(
    app: Application,
    stored: StoredRef,
    mac: str,
    *,
    filename: str,
    intake: Intake,
    presented_as: PresentedAs,
    forced_type: str | None,
    grouping: str | None,
    case: Case | None,
    scan: ScanRecord | None,
) -> SourceRecord:
    """The source of an object that is in the store and nobody's yet; `mac` is the keyed hash of its content.

    Where the content turns out to be known, or is not wanted any more, the object goes again. Raises as `receive`.
    """
    rules = app.rules_today()
    try:
        purpose = case.purpose if case else f"intake:{intake}"
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            source_id, document_id = tx.add_source(
                stored,
                content_mac=_at_agency(app, mac, _agency_now(app)),
                filename=filename,
                received_by=operator(),
                intake=intake,
                presented_as=presented_as,
                rule_set=rules.id,
                forced_type=forced_type,
                grouping=grouping or AUTO,
                agency=who.agency if (who := acting_now()) else None,
                scan=scan,
            )
            if case is not None:
                put_in(tx, app, case, [document_id])
    except sa.exc.IntegrityError:
        # Another worker registered the same content between our look and our write: theirs counts.
        app.vault.discard(stored)
        winner = known_content(app, mac)
        if winner is None:
            raise
        _put_in(app, winner, case)
        return winner
    except ConflictError:
        # The component was met, or its dossier ended, between our look and our write.
        app.vault.discard(stored)
        raise
    return app.register.source(source_id)


def received_again(
    app: Application, source: SourceRecord, grouping: str | None, case: Case | None = None
) -> SourceRecord:
    """A refused file that is handed in again is judged again: limits or software may have changed."""
    documents = app.register.documents_of(source.id)
    if grouping is not None and grouping != source.grouping:
        for document in documents if len(documents) > 1 or grouping != ONE_DOCUMENT else []:
            if document.state in (DocumentState.APPROVED, DocumentState.DISPOSED):
                check_document_way(document.state, DocumentState.REPLACED)
        with app.register.transaction(actor=operator(), purpose=f"source:{source.id}") as tx:
            set_grouping(tx, source.id, grouping)
            work.ask(tx, source.id)
    for document in documents:
        if document.state in (DocumentState.REFUSED, DocumentState.QUARANTINED):
            with app.register.transaction(actor=ACTOR, purpose=f"document:{document.id}") as tx:
                tx.set_document_state(document, DocumentState.RECEIVED)
                tx.audit("judge_again", document.id)
                work.ask(tx, source.id)
    _put_in(app, source, case)
    return app.register.source(source.id)


def _put_in(app: Application, source: SourceRecord, case: Case | None) -> None:
    """A known source comes in for another case: its documents are the same ones."""
    if case is not None:
        documents = [document.id for document in app.register.documents_of(source.id)]
        with app.register.transaction(actor=operator(), purpose=case.purpose) as tx:
            put_in(tx, app, case, documents)


class _Counted(io.RawIOBase):
    """Computes the keyed hash of exactly the bytes that the store gets, in case the file changes meanwhile."""

    def __init__(self, handle: BinaryIO, key: bytes) -> None:
        self._handle = handle
        self._mac = hmac.new(key, digestmod=sha256)

    def read(self, size: int = -1) -> bytes:
        chunk = self._handle.read(size)
        self._mac.update(chunk)
        return chunk

    def mac(self) -> str:
        return self._mac.hexdigest()
