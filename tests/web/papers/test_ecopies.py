"""An e-copy's bytes, whole and in stretches; its standing for everybody; its end, seen at once."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from models.people import Role
from pipeline.keeping import batches, records
from signing.lasting.evidence_record import HashTree, record_of
from storage import schema as t
from storage.keeping.evidence import Leaf
from storage.keys.file import create_key_file
from tests.web.cases.support import Counter, counter, of_dossier, purpose, told
from tests.web.papers.support import Journey


def test_the_bytes_are_those_that_were_signed(card: Journey) -> None:
    found = card.get(f"/api/v1/ecopies/{card.ecopy}")
    assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")
    assert sha256(found.content).hexdigest() == card.sha256
    assert found.headers["etag"] == f'"{card.sha256}"'
    assert found.headers["content-disposition"] == f'attachment; filename="{card.ecopy}.pdf"'
    assert found.headers["repr-digest"] == (
        f"sha-256=:{base64.b64encode(bytes.fromhex(card.sha256)).decode()}:"
    )
    assert (found.headers["ecopy-state"], found.headers["accept-ranges"]) == ("issued", "bytes")
    assert card.desk.trail(card.ecopy)[-1] == ("an", "release", f"dossier:{card.dossier}", "done")


def test_the_head_says_what_the_bytes_would(card: Journey) -> None:
    whole = card.get(f"/api/v1/ecopies/{card.ecopy}")
    head = card.desk.officer.head(f"/api/v1/ecopies/{card.ecopy}", headers=card.purpose)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "repr-digest", "content-type"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, None),
        ("bytes=-500", -500, None),
        ("bytes=5-999999999999", 5, None),
        ("bytes=-999999999999", 0, None),
    ],
)
def test_a_stretch_is_that_part_of_the_bytes(card: Journey, asked: str, first: int, last: int | None) -> None:
    whole = card.get(f"/api/v1/ecopies/{card.ecopy}").content
    found = card.get(f"/api/v1/ecopies/{card.ecopy}", Range=asked)
    wanted = whole[first : None if last is None else last + 1]
    begin = len(whole) + first if first < 0 else first
    assert found.status_code == 206
    assert found.content == wanted
    assert found.headers["content-range"] == f"bytes {begin}-{begin + len(wanted) - 1}/{len(whole)}"


def test_a_stretch_beyond_the_end_is_refused_with_the_size(card: Journey) -> None:
    size = len(card.get(f"/api/v1/ecopies/{card.ecopy}").content)
    found = card.get(f"/api/v1/ecopies/{card.ecopy}", Range=f"bytes={size}-")
    assert told(found) == (416, "RANGE_NOT_SATISFIABLE")
    assert found.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=9-1", "bytes=x-", "bytes="])
def test_what_is_no_single_stretch_gives_the_whole_file(card: Journey, asked: str) -> None:
    found = card.get(f"/api/v1/ecopies/{card.ecopy}", Range=asked)
    assert (found.status_code, sha256(found.content).hexdigest()) == (200, card.sha256)


def test_a_stretch_of_another_version_is_not_mixed_in(card: Journey) -> None:
    same = card.get(f"/api/v1/ecopies/{card.ecopy}", Range="bytes=0-9", **{"If-Range": f'"{card.sha256}"'})
    assert same.status_code == 206
    for other in ('"another"', "Sun, 22 Nov 2026 02:15:04 GMT", f'W/"{card.sha256}"'):
        found = card.get(f"/api/v1/ecopies/{card.ecopy}", Range="bytes=0-9", **{"If-Range": other})
        assert (found.status_code, len(found.content)) == (200, int(found.headers["content-length"]))


def test_who_has_it_already_gets_no_bytes(card: Journey) -> None:
    found = card.get(f"/api/v1/ecopies/{card.ecopy}", **{"If-None-Match": f'"x", "{card.sha256}"'})
    assert (found.status_code, found.content) == (304, b"")


def test_the_stretch_that_was_given_is_on_record(card: Journey) -> None:
    from storage.audit import chain

    card.get(f"/api/v1/ecopies/{card.ecopy}", Range="bytes=0-9")
    with card.desk.served.office.register.reading() as connection:
        last = list(chain.entries(connection, card.ecopy))[-1]
    assert last.details == {"sha256": card.sha256, "part": "bytes=0-9"}


def test_an_ecopy_is_fetched_inside_an_open_case_about_it_only(card: Journey) -> None:
    address = f"/api/v1/ecopies/{card.ecopy}"
    assert told(card.desk.officer.get(address, headers=purpose("intake:counter"))) == (
        403,
        "PURPOSE_NOT_ALLOWED",
    )
    assert told(card.desk.officer.get(address)) == (400, "PURPOSE_NEEDED")
    assert told(card.desk.stranger.get(address, headers=card.purpose)) == (404, "NOT_FOUND")
    with card.desk.served.client() as nobody:
        assert told(nobody.get(address, headers=card.purpose)) == (401, "NOT_AUTHENTICATED")
    with card.desk.served.person("kiem", Role.AUDITOR) as auditor:
        assert auditor.get(address, headers=purpose("inspection:TT-7")).status_code == 200


def large(desk: Counter, number: str, content: bytes, digest: str | None = None) -> tuple[str, str]:
    """An e-copy with this file, and a dossier that opens it; `digest` is what the store is told of the bytes."""
    paper, ref = desk.paper(number), desk.room.vault.write("ecopy", content)
    objects, revisions = t.objects, t.ecopy_revisions
    stored = {"state": "stored", "size": ref.stored_size, "sha256": digest or ref.stored_sha256}
    issued = {"object_key": ref.key, "sha256": ref.sha256, "size": ref.size}
    with desk.room.engine.begin() as connection:
        connection.execute(objects.update().where(objects.c.key == ref.key).values(stored))
        connection.execute(revisions.update().where(revisions.c.ecopy_id == paper.ecopy).values(issued))
    return paper.ecopy, desk.open(holder=number)


CONTENT = bytes(n % 251 for n in range(1 << 16)) * 40 + b"end"
"""More than two pieces."""


def test_large_files_come_piece_by_piece(desk: Counter) -> None:
    ecopy, code = large(desk, "001090000211", CONTENT)
    address = f"/api/v1/ecopies/{ecopy}"
    assert desk.officer.get(address, headers=of_dossier(code)).content == CONTENT
    stretch = desk.officer.get(address, headers=of_dossier(code, Range="bytes=600000-2000000"))
    assert stretch.content == CONTENT[600000:2000001]


def test_encrypted_files_come_as_they_were(tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    create_key_file(key)
    with counter(tmp_path / "home", master_key=f"file:{key}") as desk:
        ecopy, code = large(desk, "001090000212", CONTENT)
        whole = desk.officer.get(f"/api/v1/ecopies/{ecopy}", headers=of_dossier(code))
        end = desk.officer.get(f"/api/v1/ecopies/{ecopy}", headers=of_dossier(code, Range="bytes=-5"))
        head = desk.officer.head(f"/api/v1/ecopies/{ecopy}", headers=of_dossier(code))
    assert (whole.content, end.content) == (CONTENT, CONTENT[-5:])
    assert head.headers["content-length"] == str(len(CONTENT))


def test_bytes_that_were_changed_in_the_store_are_never_given_out(desk: Counter) -> None:
    ecopy, code = large(desk, "001090000201", b"%PDF changed", digest="0" * 64)
    found = desk.officer.get(f"/api/v1/ecopies/{ecopy}", headers=of_dossier(code))
    assert told(found) == (503, "STORAGE_OBJECT_DAMAGED")
    assert "etag" not in found.headers
    stated = f"dossier:{code}"
    assert desk.trail(ecopy)[-2:] == [
        ("an", "release", stated, "done"),
        ("an", "release", stated, "STORAGE_OBJECT_DAMAGED"),
    ]


def test_a_large_file_that_was_changed_never_comes_whole(desk: Counter) -> None:
    ecopy, code = large(desk, "001090000213", CONTENT, digest="0" * 64)
    address = f"/api/v1/ecopies/{ecopy}"
    with pytest.raises(httpx.RemoteProtocolError):
        desk.officer.get(address, headers=of_dossier(code))
    assert desk.trail(ecopy)[-1] == ("an", "release", f"dossier:{code}", "STORAGE_OBJECT_DAMAGED")
    again = desk.officer.get(address, headers=of_dossier(code))  # from now on it is looked at before
    assert told(again) == (503, "STORAGE_OBJECT_DAMAGED")
    stretch = desk.officer.get(address, headers=of_dossier(code, Range="bytes=0-9"))
    assert told(stretch) == (503, "STORAGE_OBJECT_DAMAGED")


def test_who_leaves_in_the_middle_leaves_nothing_open(desk: Counter) -> None:
    ecopy, code = large(desk, "001090000214", CONTENT * 8)
    before = open_files()
    for _ in range(5):
        with desk.officer.stream("GET", f"/api/v1/ecopies/{ecopy}", headers=of_dossier(code)) as answer:
            assert next(answer.iter_raw(1000))
    assert desk.officer.get(f"/api/v1/ecopies/{ecopy}", headers=of_dossier(code)).is_success
    deadline = time.monotonic() + 10
    while open_files() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_files() <= before


def open_files() -> int:
    """Objects of stores that this process has open."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            links.append(str(descriptor.readlink()))
    return sum("/objects/" in link for link in links)


def test_the_note_tells_how_paper_became_a_file(card: Journey) -> None:
    found = card.get(f"/api/v1/ecopies/{card.ecopy}/note")
    note = found.json()
    assert (note["ecopy_id"], note["confirmed_by"], note["page_count"]) == (card.ecopy, "Người an", 1)
    assert note["corrected_fields"] == ["residence"]


def test_the_record_that_proves_an_ecopy_is_given_out_where_there_is_one(card: Journey) -> None:
    path = f"/api/v1/ecopies/{card.ecopy}/record"
    assert told(card.get(path)) == (404, "NOT_FOUND"), "it has time-stamps of its own"
    office = card.desk.served.office
    tree = HashTree([bytes.fromhex(card.sha256)])
    leaf = Leaf(card.ecopy, card.sha256, tree.way(0))
    token = records.stamp(office, tree.root, tree.algorithm)
    batches.keep_batch(office, tree, token, [leaf], purpose="test")
    found = card.get(path)
    assert (found.status_code, found.content) == (200, record_of(tree, 0, token))
    assert found.headers["etag"] == f'"{sha256(found.content).hexdigest()}"'
    assert found.headers["content-disposition"] == f'attachment; filename="{card.ecopy}.pdf.ers"'
    assert card.get(path, **{"If-None-Match": found.headers["etag"]}).status_code == 304
    assert card.desk.trail(card.ecopy)[-1] == ("an", "release", f"dossier:{card.dossier}", "done")
    assert told(card.desk.stranger.get(path, headers=card.purpose))[0] in (403, 404)


def test_the_capture_is_given_out_too(card: Journey) -> None:
    found = card.get(f"/api/v1/documents/{card.document}/capture")
    status = card.get(f"/api/v1/documents/{card.document}").json()
    assert sha256(found.content).hexdigest() == status["capture"]["sha256"]
    part = card.get(f"/api/v1/documents/{card.document}/capture", Range="bytes=-20")
    assert (part.status_code, part.content) == (206, found.content[-20:])


def test_anybody_may_ask_whether_an_ecopy_counts_and_hears_nothing_else(card: Journey) -> None:
    with card.desk.served.client() as nobody:
        found = nobody.get(f"/api/v1/ecopies/{card.ecopy}/status")
        absent = nobody.get("/api/v1/ecopies/01JD0000000000000000000000/status")
        no_copy = nobody.get(f"/api/v1/ecopies/{card.document}/status")
    assert found.headers["cache-control"] == "no-store"
    assert {"ecopy": card.ecopy, "state": "issued"} == {
        name: value for name, value in found.json().items() if name != "at"
    }
    assert told(absent) == told(no_copy) == (404, "NOT_FOUND")


def test_what_is_not_issued_yet_is_not_there_for_strangers(desk: Counter) -> None:
    paper = desk.paper("001090000202", ecopy_state="awaiting_timestamp")
    with desk.served.client() as nobody:
        assert told(nobody.get(f"/api/v1/ecopies/{paper.ecopy}/status")) == (404, "NOT_FOUND")


def test_a_revocation_is_seen_at_once_and_the_file_stays_as_evidence(desk: Counter) -> None:
    paper = desk.paper("001090000203")
    code = desk.open(holder="001090000203")
    address, stated = f"/api/v1/ecopies/{paper.ecopy}", of_dossier(code)
    clerk = desk.clerk.post(f"{address}/revocation", json={"reason": "wrong_result"}, headers=stated)
    assert told(clerk) == (403, "ROLE_NOT_ALLOWED")
    unknown = desk.officer.post(f"{address}/revocation", json={"reason": "mood"}, headers=stated)
    assert told(unknown) == (400, "UNKNOWN_REASON")
    done = desk.officer.post(
        f"{address}/revocation", json={"reason": "wrong_result", "note": "QĐ 12"}, headers=stated
    )
    (told_of,) = done.json()["items"]
    assert (told_of["state"], told_of["reason"]) == ("revoked", "wrong_result")
    with desk.served.client() as nobody:
        standing = nobody.get(f"{address}/status").json()
    assert standing["state"] == "revoked"
    assert "wrong_result" not in str(standing)
    assert desk.officer.get(address, headers=stated).headers["ecopy-state"] == "revoked"


def test_a_newer_copy_takes_the_place_of_an_older_one(desk: Counter) -> None:
    old = desk.paper("001090000204", issued_on="2020-01-01")
    new = desk.paper("001090000204", issued_on="2021-01-01")
    code = desk.open(holder="001090000204")
    done = desk.officer.post(
        f"/api/v1/ecopies/{old.ecopy}/supersession",
        json={"by_ecopy": new.ecopy},
        headers=of_dossier(code),
    )
    assert (done.json()["state"], done.json()["superseded_by"]) == ("superseded", new.ecopy)


def test_what_was_destroyed_is_gone_for_good(desk: Counter) -> None:
    paper = desk.paper("001090000205")
    code = desk.open(holder="001090000205")
    with desk.room.engine.begin() as connection:
        mine = t.documents.update().where(t.documents.c.id == paper.document)
        connection.execute(mine.values(state="disposed"))
    found = desk.officer.get(f"/api/v1/ecopies/{paper.ecopy}", headers=of_dossier(code))
    assert told(found) == (410, "DOCUMENT_DISPOSED")
    with desk.served.client() as nobody:
        assert nobody.get(f"/api/v1/ecopies/{paper.ecopy}/status").json()["state"] == "disposed"


def test_what_is_no_id_is_refused_as_such(desk: Counter) -> None:
    found = desk.officer.get("/api/v1/ecopies/not-an-id", headers=purpose("intake:counter"))
    assert told(found) == (422, "REQUEST_MALFORMED")
