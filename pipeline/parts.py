"""Uploads in parts straight into the object store: addressed, put together, checked, and only then received.

For bulk work on archives inside the data centre, where the bytes need not pass through this program twice. What lies in
the store is read once as a whole: its hash and size have to be those announced. Where objects are encrypted, it is
written again under a key of its own and the plain one goes.
"""

from __future__ import annotations

import hmac
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from models.errors import (
    ConflictError,
    HomeBusy,
    InputRefused,
    PartsNotHere,
    PartsWrong,
    SealedPageInvalid,
    UploadBusy,
    UploadDamaged,
    UsageError,
)
from models.ids import new_id
from models.uploads import UploadState
from pipeline.application import Application
from pipeline.cases.meeting import check_room
from pipeline.incoming import (
    Taken,
    by_its_sender,
    case_of_upload,
    check_open,
    end,
    grouping_of,
    intake_of,
    settle,
)
from pipeline.kiosks.unsealing import begins_sealed
from pipeline.stages.receive import known_content, received_again, register_stored
from storage.records import SourceRecord, StoredRef
from storage.uploads.objects import announce_object, object_state
from storage.uploads.rows import UploadRecord, set_multipart, upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.stores.s3_parts import S3Parts, SentPart

MOST_PARTS = 1000
LIFETIME = timedelta(hours=12)
"""Less than a store's `tidy` waits before it gives an unfinished upload up."""
ADDRESS_VALID = timedelta(hours=1)
CHUNK = 1 << 20
MIB = 1 << 20


@dataclass(frozen=True)
class Part:
    """Where one part begins, how long it is, and where it goes."""

    number: int
    offset: int
    length: int
    address: str


@dataclass(frozen=True)
class Parts:
    """An upload in parts: what is still to come, and how many bytes have come."""

    record: UploadRecord
    part_length: int
    missing: tuple[Part, ...]
    offset: int


def check_parts_here(app: Application) -> None:
    """Raises PartsNotHere where the store takes no uploads of others."""
    _parts_of(app)


def begin_parts(app: Application, record: UploadRecord) -> Parts:
    """Make the store ready for an upload that was begun; begun before, it goes on. Raises PartsNotHere, StorageFault."""
    with _alone(app, record):
        record = _again(app, record)
        check_open(record)
        found = None if record.multipart is None else _standing(app, record)
        return found or _missing(app, _ready(app, record), {})


def parts(app: Application, record: UploadRecord) -> Parts:
    """How far an upload in parts is, with fresh addresses for what is missing. Raises PartsNotHere, StorageFault."""
    if record.state is not UploadState.OPEN:
        return Parts(record, 0, (), record.length if record.state is UploadState.COMPLETE else 0)
    found = None if record.multipart is None else _standing(app, record)
    return found or begin_parts(app, record)


def complete_parts(app: Application, record: UploadRecord) -> UploadRecord:
    """Put the parts together and take the file in; done already, it is done.

    Raises PartsWrong, UploadBusy, and as `pipeline.incoming.finish`: what is refused is removed from the store.
    """
    with _alone(app, record):
        record = _again(app, record)
        if record.state is UploadState.COMPLETE:
            return record
        check_open(record)
        key, multipart = _place(record)
        if not app.store.exists(key):
            _put_together(app, record, key, multipart)
        done = settle(app, record, lambda: _settled(app, record, key))
        _discard(
            app, key
        )  # not before there is a receipt: a fault until then can be made good without sending again
        return done


def end_parts(app: Application, record: UploadRecord, after: UploadState) -> None:
    """End an upload and remove what came of it from the store. Raises UploadGone, UploadBusy, StorageFault."""
    with _alone(app, record):
        record = _again(app, record)
        check_open(record)
        if record.multipart is not None:
            key, multipart = _place(record)
            _parts_of(app).abort(key, multipart["id"])
            _discard(app, key)
        end(app, record, after)


def _standing(app: Application, record: UploadRecord) -> Parts | None:
    """What is still to come; None where the store has forgotten the upload, and all of it is to be sent again."""
    key, multipart = _place(record)
    sent = _parts_of(app).sent(key, multipart["id"])
    if sent is not None:
        return _missing(app, record, sent)
    if app.store.exists(key):  # put together; taking it in is still to be done
        return Parts(record, multipart["part_length"], (), record.length)
    return None


def _missing(app: Application, record: UploadRecord, sent: dict[int, SentPart]) -> Parts:
    key, multipart = _place(record)
    store = _parts_of(app)
    missing = tuple(
        Part(number, at, size, store.address(key, multipart["id"], number, ADDRESS_VALID))
        for number, at, size in _layout(record.length, multipart["part_length"])
        if number not in sent or sent[number].size != size
    )
    here = record.length - sum(part.length for part in missing)
    return Parts(record, multipart["part_length"], missing, here)


def _ready(app: Application, record: UploadRecord) -> UploadRecord:
    store, key = _parts_of(app), new_id()
    least = -(-record.length // MOST_PARTS)
    part_length = max(store.part_bytes, -(-least // MIB) * MIB)
    words = json.dumps({"id": store.begin(key, record.id), "part_length": part_length})
    with app.register.transaction(actor=record.caller, purpose=record.purpose) as tx:
        return set_multipart(tx, record, object_key=key, multipart=words)


def _put_together(app: Application, record: UploadRecord, key: str, multipart: dict[str, Any]) -> None:
    store = _parts_of(app)
    sent = store.sent(key, multipart["id"]) or {}
    layout = _layout(record.length, multipart["part_length"])
    wrong = [number for number, _, size in layout if number not in sent or sent[number].size != size]
    wrong += sorted(sent.keys() - {number for number, _, _ in layout})
    if wrong:
        raise PartsWrong(parts=", ".join(str(number) for number in wrong[:20]))
    whole: list[SentPart] = [sent[number] for number, _, _ in layout]
    # Announced first: a process that is killed now leaves an object that the register knows.
    with app.register.transaction(actor=record.caller, purpose=record.purpose) as tx:
        announce_object(tx, key, "original")
    store.complete(key, multipart["id"], whole, record.id)


def _settled(app: Application, record: UploadRecord, key: str) -> Taken:
    source = _taken(app, record, key)
    return Taken(source, source.sha256)


def _taken(app: Application, record: UploadRecord, key: str) -> SourceRecord:
    """What lies under `key`, received; refused, it goes again."""
    try:
        return _received(app, record, key)
    except (InputRefused, ConflictError, UsageError):
        _discard(app, key)
        raise


def _received(app: Application, record: UploadRecord, key: str) -> SourceRecord:
    declared, case = record.declared, case_of_upload(app, record)
    stored, mac = _read_through(app, key)
    if stored.size != record.length or stored.sha256 != record.sha256:
        raise UploadDamaged
    known = known_content(app, mac)
    if known is not None:
        return received_again(app, known, grouping_of(declared), case)
    check_room(app, case)
    if app.keys.newest is not None:
        with app.store.open(key) as source:
            stored = app.vault.write("original", source)
    return register_stored(
        app,
        stored,
        mac,
        filename=declared.filename,
        intake=intake_of(record),
        presented_as=declared.presented_as,
        forced_type=declared.document_type,
        grouping=grouping_of(declared),
        case=case,
        scan=declared.scan,
    )


def _read_through(app: Application, key: str) -> tuple[StoredRef, str]:
    """Size and hash of an object as it lies there, and the keyed hash of its content."""
    digest, mac, size = sha256(), hmac.new(app.content_key, digestmod=sha256), 0
    with app.store.open(key) as handle:
        while chunk := handle.read(CHUNK):
            if size == 0 and begins_sealed(chunk):  # kiosks send theirs by tus
                raise SealedPageInvalid(reason="part-uploads")
            digest.update(chunk)
            mac.update(chunk)
            size += len(chunk)
    return StoredRef(key=key, size=size, sha256=digest.hexdigest()), mac.hexdigest()


def _layout(length: int, part_length: int) -> list[tuple[int, int, int]]:
    """Number, offset and length of every part."""
    return [
        (number, at, min(part_length, length - at))
        for number, at in enumerate(range(0, length, part_length), start=1)
    ]


def _place(record: UploadRecord) -> tuple[str, dict[str, Any]]:
    return str(record.object_key), dict(json.loads(record.multipart or "{}"))


def _discard(app: Application, key: str) -> None:
    """Remove an object unless it became somebody's, in an attempt that was killed before it could say so."""
    with app.register.reading() as connection:
        state = object_state(connection, key)
    if state == "writing":
        app.vault.discard(StoredRef(key=key, size=0, sha256=""))


def _parts_of(app: Application) -> S3Parts:
    from storage.stores.s3 import S3Store

    if not isinstance(app.store, S3Store):
        raise PartsNotHere
    return app.store.parts()


def _again(app: Application, record: UploadRecord) -> UploadRecord:
    with app.register.reading() as connection:
        return upload(connection, record.id)


@contextmanager
def _alone(app: Application, record: UploadRecord) -> Iterator[None]:
    """Nobody else in this home is at work on the upload; in its sender's name. Raises UploadBusy."""
    try:
        with app.locks.document(record.id), by_its_sender(record):
            yield
    except HomeBusy as reason:
        if reason.details.get("id") != record.id:
            raise
        raise UploadBusy(id=record.id) from reason
