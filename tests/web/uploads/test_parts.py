"""Archives send straight into a real S3 store, by addresses that hold for one part of one file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import httpx
import pytest

from models.access import CallerKind
from models.errors import StorageFault
from models.ids import new_id
from models.scans import ScanRecord
from models.wire.sealed import SCAN
from pipeline import incoming
from pipeline.cases import casework
from pipeline.copies.stores import store_from_url
from storage.keys.file import create_key_file
from storage.stores.s3 import S3Store
from storage.uploads.rows import upload
from tests.servers import seaweed
from tests.soundness import abandoned, orphans
from tests.web.support import Served, served
from tests.web.uploads.support import Sender, code, sha256
from web.working import Working

LOT = "Lô hộ tịch 1995"
FOR_THE_LOT = {b"Ecopy-Purpose": f"lot:{LOT}".encode()}
PARTS = "/api/v1/part-uploads"
MIB = 1 << 20


@pytest.fixture(scope="module", params=["plain", "encrypted"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("archive")
    place = seaweed.server().url(seaweed.new_bucket(), **{"part-mib": "5"})
    store_from_url(place).prepare()
    settings: dict[str, object] = {"store": place}
    if request.param == "encrypted":
        create_key_file(folder / "master.key")
        settings["master_key"] = f"file:{folder / 'master.key'}"
    with served(folder / "home", **settings) as found:
        found.api.state.services[Working.name].stop()
        casework.create_lot(found.office, LOT)
        yield found


@pytest.fixture
def sender(archive: Served) -> Iterator[Sender]:
    with archive.machine(CallerKind.SYSTEM, f"archive-{new_id()}") as http:
        http.headers.update(FOR_THE_LOT)
        yield Sender(archive, http)


@pytest.fixture
def content() -> bytes:
    return new_id().encode() + secrets.token_bytes(6 * MIB)


def order(content: bytes, **more: object) -> dict[str, object]:
    return {
        "filename": "Sổ khai sinh.pdf",
        "presented_as": "ban_goc",
        "length": len(content),
        "sha256": sha256(content),
        **more,
    }


def put(part: dict[str, object], content: bytes) -> int:
    at, length = int(str(part["offset"])), int(str(part["length"]))
    return httpx.put(str(part["url"]), content=content[at : at + length], timeout=60).status_code


def test_a_file_in_parts_becomes_a_document_of_the_lot_with_a_receipt(sender: Sender, content: bytes) -> None:
    own = new_id()
    scan = {"device": {"model": "i5850"}, "paper": {"sheets": 400}}
    begun = sender.http.post(PARTS, json=order(content, id=own, scan=scan))
    assert begun.status_code == 201, begun.text
    parts = begun.json()["parts"]
    assert [(part["number"], part["offset"], part["length"]) for part in parts] == [
        (1, 0, 5 * MIB),
        (2, 5 * MIB, len(content) - 5 * MIB),
    ]
    assert put(parts[1], content) == 200
    early = sender.http.post(f"{PARTS}/{own}/complete")
    assert code(early) == (409, "UPLOAD_PARTS_WRONG")
    shown = sender.http.get(f"{PARTS}/{own}").json()
    assert ([part["number"] for part in shown["parts"]], shown["offset"]) == ([1], len(content) - 5 * MIB)
    assert put(shown["parts"][0], content) == 200
    done = sender.http.post(f"{PARTS}/{own}/complete")
    assert done.status_code == 200, done.text
    sender.receipt(done.json()["receipt"], upload=own, sha256=sha256(content), size=len(content))
    office = sender.site.office
    document = office.register.document(done.json()["document"])
    source = office.register.source(document.source_id)
    assert (source.intake, source.filename, document.lot_id is not None) == (
        "archive",
        "Sổ khai sinh.pdf",
        True,
    )
    assert source.scan == ScanRecord.model_validate(scan)
    assert office.vault.read(source.object_key) == content
    assert list(orphans(office.engine, office.store)) == []
    assert abandoned(office.engine) == ()
    again = sender.http.post(f"{PARTS}/{own}/complete")
    assert again.json()["receipt"] == done.json()["receipt"]
    assert sender.http.post(PARTS, json=order(content, id=own)).json()["state"] == "complete"
    # Another file of the same bytes is the same document, and leaves nothing behind.
    twin = sender.http.post(PARTS, json=order(content)).json()
    for part in twin["parts"]:
        put(part, content)
    second = sender.http.post(f"{PARTS}/{twin['id']}/complete").json()
    assert second["document"] == done.json()["document"]
    assert list(orphans(office.engine, office.store)) == []


def test_what_is_not_the_file_announced_is_refused_and_removed(sender: Sender, content: bytes) -> None:
    begun = sender.http.post(PARTS, json=order(content)).json()
    for part in begun["parts"]:
        assert put(part, bytes(len(content))) == 200
    refused = sender.http.post(f"{PARTS}/{begun['id']}/complete")
    assert code(refused) == (422, "UPLOAD_DAMAGED")
    assert sender.http.get(f"{PARTS}/{begun['id']}").json()["error"] == "UPLOAD_DAMAGED"
    office = sender.site.office
    assert (list(orphans(office.engine, office.store)), abandoned(office.engine)) == ([], ())


def test_what_a_kiosk_sealed_does_not_come_in_parts(sender: Sender, content: bytes) -> None:
    sealed = SCAN + content
    begun = sender.http.post(PARTS, json=order(sealed)).json()
    for part in begun["parts"]:
        assert put(part, sealed) == 200
    refused = sender.http.post(f"{PARTS}/{begun['id']}/complete")
    assert code(refused) == (422, "SEALED_PAGE_INVALID")
    office = sender.site.office
    assert (list(orphans(office.engine, office.store)), abandoned(office.engine)) == ([], ())


def test_a_fault_before_the_receipt_is_made_good_without_sending_again(
    sender: Sender, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = sender.site.office
    before = office.register.object_kinds().get("original", 0)
    begun = sender.http.post(PARTS, json=order(content)).json()
    for part in begun["parts"]:
        put(part, content)

    def broken(*_: object) -> str:
        raise StorageFault(reason="the register went away")

    with monkeypatch.context() as fault:
        fault.setattr(incoming, "sign_receipt", broken)
        for _ in range(2):
            assert code(sender.http.post(f"{PARTS}/{begun['id']}/complete")) == (503, "STORAGE_FAULT")
    done = sender.http.post(f"{PARTS}/{begun['id']}/complete")
    sender.receipt(done.json()["receipt"], sha256=sha256(content))
    assert office.register.object_kinds()["original"] == before + 1
    assert (list(orphans(office.engine, office.store)), abandoned(office.engine)) == ([], ())


def test_parts_that_the_store_has_forgotten_are_asked_for_again(sender: Sender, content: bytes) -> None:
    office = sender.site.office
    begun = sender.http.post(PARTS, json=order(content)).json()
    put(begun["parts"][0], content)
    with office.register.reading() as connection:
        record = upload(connection, begun["id"])
    assert isinstance(office.store, S3Store)
    office.store.parts().abort(str(record.object_key), json.loads(str(record.multipart))["id"])
    anew = sender.http.get(f"{PARTS}/{begun['id']}").json()
    assert (len(anew["parts"]), anew["offset"]) == (2, 0)
    assert [put(part, content) for part in anew["parts"]] == [200, 200]
    assert sender.http.post(f"{PARTS}/{begun['id']}/complete").status_code == 200


def test_a_part_of_a_wrong_size_is_named(sender: Sender, content: bytes) -> None:
    begun = sender.http.post(PARTS, json=order(content)).json()
    assert httpx.put(begun["parts"][0]["url"], content=content[: 5 * MIB - 1]).status_code == 200
    assert put(begun["parts"][1], content) == 200
    answer = sender.http.post(f"{PARTS}/{begun['id']}/complete")
    assert (answer.json()["code"], "1" in answer.json()["detail"]) == ("UPLOAD_PARTS_WRONG", True)


def test_an_address_is_for_its_part_alone(sender: Sender, content: bytes) -> None:
    begun = sender.http.post(PARTS, json=order(content)).json()
    url = begun["parts"][0]["url"]
    assert httpx.put(url.replace("partNumber=1", "partNumber=7"), content=b"x").status_code == 403
    assert httpx.get(url).status_code == 403
    assert httpx.delete(url).status_code == 403


def test_an_ended_upload_is_removed_from_the_store(sender: Sender, content: bytes) -> None:
    begun = sender.http.post(PARTS, json=order(content)).json()
    put(begun["parts"][0], content)
    assert sender.http.delete(f"{PARTS}/{begun['id']}").status_code == 204
    assert code(sender.http.delete(f"{PARTS}/{begun['id']}")) == (410, "UPLOAD_GONE")
    assert code(sender.http.post(f"{PARTS}/{begun['id']}/complete")) == (410, "UPLOAD_GONE")
    assert put(begun["parts"][1], content) == 404


def test_it_is_for_lots_and_for_its_sender_alone(sender: Sender, archive: Served, content: bytes) -> None:
    counter = sender.http.post(PARTS, json=order(content), headers={"Ecopy-Purpose": "intake:counter"})
    assert code(counter) == (403, "PURPOSE_NOT_ALLOWED")
    begun = sender.http.post(PARTS, json=order(content)).json()
    with archive.machine(CallerKind.SYSTEM, f"other-{new_id()}") as other:
        other.headers.update(FOR_THE_LOT)
        assert code(other.get(f"{PARTS}/{begun['id']}")) == (404, "NOT_FOUND")
        assert code(other.post(f"{PARTS}/{begun['id']}/complete")) == (404, "NOT_FOUND")


def test_where_the_store_is_a_folder_there_are_no_parts(site: Served, content: bytes) -> None:
    casework.create_lot(site.office, LOT)
    with site.machine(CallerKind.SYSTEM, f"archive-{new_id()}") as http:
        http.headers.update(FOR_THE_LOT)
        assert code(http.post(PARTS, json=order(content))) == (409, "UPLOAD_PARTS_NOT_HERE")
