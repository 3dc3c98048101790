"""Incoming uploads: begun, finished, ended. What is complete is received, and only then is a receipt signed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePath

from extraction.extract import known_types
from models.access import Action, Caller, Purpose, PurposeKind, purpose_in
from models.batches import ONE_DOCUMENT
from models.errors import (
    ConflictError,
    EmptyFile,
    InputRefused,
    NotFound,
    PurposeNeeded,
    StorageFault,
    StoreFull,
    UnknownDocumentType,
    UploadDamaged,
    UploadGone,
    UploadTooLarge,
    UsageError,
)
from models.times import iso
from models.uploads import Declared, UploadKind, UploadState
from models.wire.receipts import Receipt
from pipeline.admission import admit, read_purpose
from pipeline.application import Application
from pipeline.attempts import Acting, acting, acting_now, attempt
from pipeline.cases.meeting import Case, case_of
from pipeline.kiosks.unsealing import is_sealed, opened_scan
from pipeline.papers.scanning import check_scan
from pipeline.receipts import sign_receipt
from pipeline.stages.receive import receive
from storage.records import Intake, SourceRecord
from storage.uploads.files import UploadFile, UploadFiles
from storage.uploads.rows import (
    NewUpload,
    UploadRecord,
    announced_bytes,
    begin_upload,
    complete_upload,
    end_upload,
    find_upload,
    overdue,
    upload,
)

log = logging.getLogger("ecopy.uploads")

SPARE_BYTES = 1 << 30
"""What an upload may not take of the disk: the register and the work on papers need it."""


def upload_files(app: Application) -> UploadFiles:
    """Where unfinished uploads of this home lie."""
    return UploadFiles(app.settings.home / "uploads")


def begin(
    app: Application,
    caller: Caller,
    purpose: Purpose,
    declared: Declared,
    *,
    upload_id: str,
    length: int,
    kind: UploadKind = "tus",
    lifetime: timedelta,
) -> tuple[UploadRecord, bool]:
    """The upload, and whether it begins now. Nothing has been read of it yet; the caller was admitted before.

    Raises EmptyFile, UploadTooLarge, UnknownDocumentType, ScanRecordWrong, NotFound, CaseEnded, UnknownComponent, ComponentNotScanned,
    UploadExists, UploadQuota, StoreFull.
    """
    with attempt(app, "begin_upload", upload_id, actor=caller.id, purpose=str(purpose)):
        if length == 0:
            raise EmptyFile
        if length > app.settings.max_file_bytes:
            raise UploadTooLarge(size=length, limit=app.settings.max_file_bytes)
        _check_type(declared)
        check_scan(app, declared.scan)
        with app.register.reading() as connection:
            known = find_upload(connection, upload_id)
        if known is None or known.state is not UploadState.COMPLETE:
            _case(app, purpose, declared)
            if kind == "tus":
                _check_space(app, length)
        with app.register.transaction(actor=caller.id, purpose=str(purpose)) as tx:
            new = NewUpload(
                id=upload_id,
                kind=kind,
                caller=caller.id,
                agency=caller.agency.identifier,
                length=length,
                declared=declared,
                purpose=str(purpose),
                expires_at=iso(app.clock.now() + lifetime),
            )
            return begin_upload(tx, new, quota=app.settings.upload_quota_bytes)


def own_upload(app: Application, caller: Caller, upload_id: str) -> UploadRecord:
    """The caller's upload. Raises NotFound, also for what is somebody else's."""
    with app.register.reading() as connection:
        found = find_upload(connection, upload_id)
    if found is None or found.caller != caller.id:
        raise NotFound(what="upload", id=upload_id[:40])
    return found


def admit_to_upload(
    app: Application, caller: Caller, upload_id: str, kind: UploadKind, action: Action
) -> UploadRecord:
    """The caller's own upload of that kind, for the purpose it was begun for. Raises NotFound or an AccessRefused."""
    record = own_upload(app, caller, upload_id)
    if record.kind != kind:
        raise NotFound(what="upload", id=upload_id[:40])
    admit(app, caller, action, read_purpose(record.purpose))
    return record


def check_open(record: UploadRecord) -> None:
    """Raises UploadGone for an upload that takes no more bytes."""
    if record.state is not UploadState.OPEN:
        raise UploadGone(id=record.id, state=record.state.value)


def finish(app: Application, files: UploadFiles, upload_id: str, held: UploadFile) -> UploadRecord:
    """Take in what is whole: hashed again, received, and a receipt signed for it; done already, it is done.

    The holder of the file calls it. What can't be taken is put on record as refused, its bytes are forgotten, and the
    reason raised; faults leave everything as it is, to be tried again. A sealed scan (`models.wire.sealed`) is opened first; its
    receipt is for the sealed file, and names what came out of it too.
    """
    with app.register.reading() as connection:
        record = upload(connection, upload_id)
    if record.state is UploadState.COMPLETE:
        return record
    check_open(record)

    def taken() -> Taken:
        digest = held.sha256()
        _check_digest(record, digest)
        if not is_sealed(held.path):
            return Taken(_received(app, record, held.path, record.declared.filename, digest), digest)
        with opened_scan(app, held.path, record.id) as path:
            name = f"{PurePath(record.declared.filename).stem}{path.suffix}"
            source = _received(app, record, path, name, _sha256(path))
        return Taken(source, digest, sealed_size=record.length)

    done = settle(app, record, taken)
    files.remove(record.id)
    return done


def _received(app: Application, record: UploadRecord, path: Path, filename: str, digest: str) -> SourceRecord:
    declared = record.declared
    source = receive(
        app,
        path,
        intake=intake_of(record),
        presented_as=declared.presented_as,
        forced_type=declared.document_type,
        grouping=grouping_of(declared),
        case=case_of_upload(app, record),
        filename=filename,
        scan=declared.scan,
    )
    if source.sha256 != digest:  # a receipt never says more than what is safe
        raise StorageFault(reason=f"upload {record.id} changed while it was taken in")
    return source


@dataclass(frozen=True)
class Taken:
    """What an upload became; `sha256` of the file as it was sent, `sealed_size` its size where it was a sealed scan."""

    source: SourceRecord
    sha256: str
    sealed_size: int | None = None


def settle(app: Application, record: UploadRecord, take: Callable[[], Taken]) -> UploadRecord:
    """`take` the upload in, in its sender's name, and sign the receipt; what `take` refuses ends the upload.

    Raises what `take` raises.
    """
    with by_its_sender(record):
        try:
            with attempt(app, "receive", record.id, actor=record.caller, purpose=record.purpose):
                done = take()
        except (InputRefused, ConflictError, UsageError) as reason:
            if not reason.retryable:
                end(app, record, UploadState.REFUSED, code=reason.code)
            raise
        source, sealed = done.source, done.sealed_size
        scan = app.register.scan_of(source.id)
        receipt = Receipt(
            upload=record.id,
            document=scan.id,
            sha256=done.sha256,
            size=source.size if sealed is None else sealed,
            received_at=iso(app.clock.now()),
            received_by=record.caller,
            agency=record.agency,
            purpose=record.purpose,
            source_sha256=None if sealed is None else source.sha256,
        )
        signed = sign_receipt(app, receipt)
        with app.register.transaction(actor=record.caller, purpose=record.purpose) as tx:
            complete_upload(tx, record, document_id=scan.id, receipt=signed)
    with app.register.reading() as connection:
        return upload(connection, record.id)


def end(app: Application, record: UploadRecord, after: UploadState, *, code: str | None = None) -> None:
    """Put the end of an upload on record and forget its bytes. Raises ConflictError where it has ended before."""
    with app.register.transaction(actor=record.caller, purpose=record.purpose) as tx:
        end_upload(tx, record, after, code=code)
    if record.kind == "tus":
        upload_files(app).remove(record.id)
    log.info("upload %s: %s %s", record.id, after.value, code or "")


def overdue_uploads(app: Application) -> list[UploadRecord]:
    """Open uploads whose time is over."""
    with app.register.reading() as connection:
        return overdue(connection, iso(app.clock.now()))


@contextmanager
def by_its_sender(record: UploadRecord) -> Iterator[None]:
    """What happens inside is done by the one who sent the upload, wherever it is done."""
    now = acting_now()
    with acting(Acting(record.caller, now.place if now is not None else "", record.agency)):
        yield


def case_of_upload(app: Application, record: UploadRecord) -> Case | None:
    """What it came in for, asked whether it still takes papers. Raises as `pipeline.cases.meeting.case_of`."""
    purpose = purpose_in(record.purpose)
    if purpose is None:
        raise PurposeNeeded(given=record.purpose[:80])
    return _case(app, purpose, record.declared)


def intake_of(record: UploadRecord) -> Intake:
    """Papers of a lot come from an archive, all others over a counter."""
    return "archive" if record.purpose.startswith(f"{PurposeKind.LOT.value}:") else "counter"


def grouping_of(declared: Declared) -> str | None:
    """A scan for one component is one document."""
    return ONE_DOCUMENT if declared.one_document or declared.component is not None else None


def _case(app: Application, purpose: Purpose, declared: Declared) -> Case | None:
    if declared.component is not None and purpose.kind is not PurposeKind.DOSSIER:
        raise UsageError(reason="component: dossier:…")
    if purpose.kind is PurposeKind.DOSSIER:
        return case_of(app, dossier=purpose.reference, component=declared.component)
    return case_of(app, lot=purpose.reference) if purpose.kind is PurposeKind.LOT else None


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _check_digest(record: UploadRecord, digest: str) -> None:
    if record.sha256 is not None and record.sha256 != digest:
        raise UploadDamaged


def _check_type(declared: Declared) -> None:
    if declared.document_type is not None:
        known = {definition.code for definition in known_types()}
        if declared.document_type not in known:
            raise UnknownDocumentType(type=declared.document_type, known=", ".join(sorted(known)))


def _check_space(app: Application, length: int) -> None:
    """A disk that all unfinished uploads together would fill takes no more of them."""
    files = upload_files(app)
    with app.register.reading() as connection:
        announced = announced_bytes(connection, kind="tus")
    still_to_come = max(0, announced - files.present_bytes())
    if files.free_bytes() < still_to_come + length + SPARE_BYTES:
        raise StoreFull(store=files.folder.name, reason=f"{still_to_come + length} bytes")
