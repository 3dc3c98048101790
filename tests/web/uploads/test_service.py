"""What happens to uploads when nobody asks after them: finished, forgotten, or waited out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.access import Caller, CallerKind, Purpose, PurposeKind
from models.errors import StoreDown, StoreFull, UploadQuota
from models.ids import new_id
from models.people import Role
from models.uploads import Declared, UploadState
from pipeline import incoming
from pipeline.application import Application
from pipeline.incoming import begin, finish, own_upload
from storage.uploads.rows import UploadRecord
from tests.clocks import FixedClock
from tests.pipeline.support import application
from tests.web.uploads.support import sha256, unlike
from web.uploads.service import Uploads

DAY = timedelta(days=1)
COUNTER = Purpose(kind=PurposeKind.INTAKE, reference="counter")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[Application]:
    with application(tmp_path / "home", clock) as opened:
        yield opened


def caller(app: Application) -> Caller:
    return Caller(
        id="device:kiosk",
        kind=CallerKind.DEVICE,
        name="Kiosk",
        agency=app.hands.agency,
        roles=frozenset({Role.DEVICE}),
    )


def begun(app: Application, content: bytes) -> UploadRecord:
    declared = Declared(filename="a.pdf", presented_as="ban_chinh", sha256=sha256(content))
    record, _ = begin(
        app, caller(app), COUNTER, declared, upload_id=new_id(), length=len(content), lifetime=DAY
    )
    return record


def sent(app: Application, record: UploadRecord, content: bytes) -> Uploads:
    service = Uploads(app)
    with service.files.held(record.id) as file:
        file.append(content)
        file.sync()
    return service


def state(app: Application, record: UploadRecord) -> UploadState:
    return own_upload(app, caller(app), record.id).state


def test_one_that_broke_off_after_its_last_byte_is_finished(app: Application) -> None:
    content = unlike()
    record = begun(app, content)
    service = sent(app, record, content)
    service.round()
    done = own_upload(app, caller(app), record.id)
    assert (done.state, done.receipt is not None) == (UploadState.COMPLETE, True)
    assert done.document_id is not None
    source = app.register.source(app.register.document(done.document_id).source_id)
    assert (source.received_by, source.agency) == ("device:kiosk", app.hands.agency.identifier)
    service.round()
    assert own_upload(app, caller(app), record.id) == done


def test_one_whose_time_is_over_is_forgotten_with_its_bytes(app: Application, clock: FixedClock) -> None:
    content = unlike()
    record = begun(app, content)
    service = sent(app, record, content[:100])
    clock.move(DAY - timedelta(seconds=1))
    service.round()
    assert state(app, record) is UploadState.OPEN
    clock.move(timedelta(seconds=1))
    service.round()
    assert state(app, record) is UploadState.EXPIRED
    assert service.files.offset(record.id) == 0
    # The same sender may begin it anew.
    again, new = begin(
        app,
        caller(app),
        COUNTER,
        record.declared,
        upload_id=record.id,
        length=record.length,
        lifetime=DAY,
    )
    assert (again.state, new) == (UploadState.OPEN, True)


def test_a_store_that_is_down_at_the_end_loses_nothing(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = unlike()
    record = begun(app, content)

    def down(*_: object) -> object:
        raise StoreDown(store="s", reason="away")

    with monkeypatch.context() as away:
        away.setattr(app.vault, "write", down)
        service = sent(app, record, content)
        service.round()
        assert state(app, record) is UploadState.OPEN
        assert service.files.offset(record.id) == len(content)
    service.round()
    assert state(app, record) is UploadState.COMPLETE


def test_killed_between_the_register_and_the_receipt_it_is_taken_in_once(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = unlike()
    record = begun(app, content)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> str:
        raise Killed

    with monkeypatch.context() as at_the_receipt:
        at_the_receipt.setattr(incoming, "sign_receipt", killed)
        service = sent(app, record, content)
        with service.files.held(record.id) as file, pytest.raises(Killed):
            finish(app, service.files, record.id, file)
    assert app.register.object_kinds() == {"original": 1}
    service.round()
    assert state(app, record) is UploadState.COMPLETE
    assert app.register.object_kinds() == {"original": 1}


def test_files_that_belong_to_no_open_upload_go_after_an_hour(app: Application) -> None:
    record = begun(app, b"abc")
    service = sent(app, record, b"a")
    stray = new_id()
    with service.files.held(stray) as file:
        file.append(b"x")
    for name in (stray, record.id):
        os.utime(service.files.folder / name, (0, 0))
    service.round()
    assert [path.name for path in service.files.folder.iterdir()] == [record.id]


def test_a_disk_that_would_be_full_and_a_quota_that_is_used_up_take_nothing_more(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.uploads.files.UploadFiles.free_bytes", lambda _: incoming.SPARE_BYTES + 1500)
    begun(app, bytes(1000))
    with pytest.raises(StoreFull):
        begun(app, bytes(501))
    begun(app, bytes(500))
    monkeypatch.undo()
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update={"upload_quota_bytes": 2000}))
    with pytest.raises(UploadQuota):
        begun(app, bytes(501))
