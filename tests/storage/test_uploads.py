"""Rows of uploads: begun once, ended once, within a quota, on every database alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.access import CallerKind
from models.errors import ConflictError, NotFound, UploadExists, UploadQuota, UploadsTooMany
from models.ids import new_id
from models.times import iso
from models.uploads import Declared, UploadState
from storage.access.clients import add_client
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
from tests.storage.support import DATABASES, Room, room

NAMED = Declared(filename="Nguyễn Thị Mẫu.pdf", presented_as="ban_chinh")
BIG = 3 << 40


@pytest.fixture(params=DATABASES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    return room(tmp_path, request.param)


def new(home: Room, **changes: Any) -> NewUpload:
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": "tus",
        "caller": "device:kiosk",
        "agency": "H99",
        "length": 10,
        "declared": NAMED,
        "purpose": "intake:counter",
        "expires_at": iso(home.clock.now() + timedelta(hours=1)),
        **changes,
    }
    return NewUpload(**values)


def begun(home: Room, one: NewUpload, quota: int = BIG) -> tuple[UploadRecord, bool]:
    with home.register.transaction(actor=one.caller, purpose=one.purpose) as tx:
        return begin_upload(tx, one, quota=quota)


def seen(home: Room, upload_id: str) -> UploadRecord:
    with home.register.reading() as connection:
        return upload(connection, upload_id)


def test_the_same_one_again_is_the_same_and_another_one_is_refused(home: Room) -> None:
    one = new(home)
    record, fresh = begun(home, one)
    assert (fresh, record.state, record.declared) == (True, UploadState.OPEN, NAMED)
    assert begun(home, one) == (record, False)
    for other in ({"length": 11}, {"caller": "device:other"}, {"purpose": "lot:x"}, {"kind": "parts"}):
        with pytest.raises(UploadExists):
            begun(home, new(home, id=one.id, **other))


def test_what_it_was_called_is_forgotten_when_it_has_ended(home: Room) -> None:
    document = home.receive(b"scan")
    done, refused = new(home), new(home)
    for one in (done, refused):
        begun(home, one)
    with home.register.transaction(actor="t", purpose="t") as tx:
        complete_upload(tx, seen(home, done.id), document_id=document.id, receipt="a.b.c")
        end_upload(tx, seen(home, refused.id), UploadState.REFUSED, code="UPLOAD_DAMAGED")
    found = seen(home, done.id)
    assert (found.state, found.document_id, found.receipt) == (UploadState.COMPLETE, document.id, "a.b.c")
    assert seen(home, refused.id).error_code == "UPLOAD_DAMAGED"
    for one in (done, refused):
        assert seen(home, one.id).declared.filename == "-"
    # Sent again it is still known; the refused one begins anew.
    assert begun(home, done) == (found, False)
    record, fresh = begun(home, refused)
    assert (fresh, record.error_code, record.declared) == (True, None, NAMED)


def test_an_upload_ends_once(home: Room) -> None:
    record, _ = begun(home, new(home))
    with home.register.transaction(actor="t", purpose="t") as tx:
        end_upload(tx, record, UploadState.TERMINATED)
    with pytest.raises(ConflictError), home.register.transaction(actor="t", purpose="t") as tx:
        end_upload(tx, record, UploadState.EXPIRED)
    assert seen(home, record.id).state is UploadState.TERMINATED


def test_what_is_unfinished_counts_against_the_quota_and_a_client_may_have_one_of_its_own(home: Room) -> None:
    with home.register.transaction(actor="t", purpose="t") as tx:
        small = add_client(tx, CallerKind.DEVICE, "small", name="s", agency="H99", quota_bytes=15)
    first, _ = begun(home, new(home, caller=small))
    with pytest.raises(UploadQuota):
        begun(home, new(home, caller=small, length=6))
    begun(home, new(home, length=2 << 40), quota=BIG)
    with home.register.reading() as connection:
        assert announced_bytes(connection, caller=small) == 10
        assert announced_bytes(connection, kind="tus") == 10 + (2 << 40)
    with home.register.transaction(actor="t", purpose="t") as tx:
        end_upload(tx, first, UploadState.TERMINATED)
    begun(home, new(home, caller=small, length=15))


def test_nobody_may_begin_more_than_so_many(home: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.uploads.rows.MOST_UNFINISHED", 2)
    begun(home, new(home))
    last, _ = begun(home, new(home))
    with pytest.raises(UploadsTooMany):
        begun(home, new(home))
    begun(home, new(home, caller="device:other"))
    with home.register.transaction(actor="t", purpose="t") as tx:
        end_upload(tx, last, UploadState.TERMINATED)
    begun(home, new(home))


def test_those_whose_time_is_over_are_found(home: Room) -> None:
    early, late = new(home), new(home, expires_at=iso(home.clock.now() + timedelta(hours=2)))
    for one in (early, late):
        begun(home, one)
    with home.register.reading() as connection:
        at = iso(home.clock.now() + timedelta(hours=1))
        assert [one.id for one in overdue(connection, at)] == [early.id]
        assert find_upload(connection, new_id()) is None
        with pytest.raises(NotFound):
            upload(connection, new_id())
