"""tus 1.0.0 as it is meant, and what happens to those who mean something else."""

from __future__ import annotations

import base64
import hashlib
import threading
import time

import pytest

from models.access import CallerKind
from models.ids import new_id
from models.people import Role
from models.scans import ScanRecord
from storage.uploads.rows import upload
from tests.web.raw import Peer, peer
from tests.web.support import Served
from tests.web.uploads.support import PIECE, TUS, UPLOADS, Sender, code, metadata, said, sha256, unlike


def test_a_file_in_two_pieces_ends_with_a_receipt_that_only_its_file_fits(kiosk: Sender) -> None:
    content, own = unlike(), new_id()
    address = kiosk.begin(content, id=own, sha256=sha256(content))
    first = kiosk.send(address, content[:1000], 0)
    assert (first.status_code, first.headers["upload-offset"]) == (204, "1000")
    assert "ecopy-receipt" not in first.headers
    assert kiosk.offset(address) == 1000
    last = kiosk.send(address, content[1000:], 1000)
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))
    receipt = kiosk.receipt(
        last.headers["ecopy-receipt"], upload=own, sha256=sha256(content), size=len(content)
    )
    assert receipt.received_by == kiosk.http.get("/api/v1/me").json()["id"]
    source = kiosk.site.office.register.source(
        kiosk.site.office.register.document(receipt.document).source_id
    )
    assert (source.filename, source.received_by) == ("Tờ khai.pdf", receipt.received_by)
    assert kiosk.site.office.vault.read(source.object_key) == content
    shown = kiosk.http.get(address).json()
    assert (shown["state"], shown["receipt"], shown["document_state"]) == (
        "complete",
        last.headers["ecopy-receipt"],
        "received",
    )


def test_nothing_of_a_file_is_left_on_the_way_and_its_name_is_forgotten(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    assert kiosk.send(address, content, 0).status_code == 204
    name = address.rpartition("/")[2]
    assert not (kiosk.site.office.settings.home / "uploads" / name).exists()
    with kiosk.site.office.register.reading() as connection:
        assert upload(connection, name).declared.filename == "-"


def test_the_same_upload_begun_again_goes_on_and_done_again_is_done(kiosk: Sender) -> None:
    content, own = unlike(), new_id()
    address = kiosk.begin(content, id=own)
    kiosk.send(address, content[:10], 0)
    again = kiosk.http.post(UPLOADS, headers=said(content, id=own))
    assert (again.status_code, again.headers["location"], again.headers["upload-offset"]) == (
        201,
        address,
        "10",
    )
    receipt = kiosk.send(address, content[10:], 10).headers["ecopy-receipt"]
    done = kiosk.http.post(UPLOADS, headers=said(content, id=own))
    assert (done.status_code, done.headers["ecopy-receipt"]) == (200, receipt)
    other = kiosk.http.post(UPLOADS, headers=said(content + b"x", id=own))
    assert code(other) == (409, "UPLOAD_EXISTS")


def test_what_is_known_of_the_scanning_is_kept_with_the_file(kiosk: Sender) -> None:
    content, own = unlike(), new_id()
    scan = '{"scanned_by": "Trần Thị Mẫu", "device": {"serial": "A1"}, "paper": {"sheets": 2, "pages": 3}}'
    address = kiosk.begin(content, id=own, scan=scan)
    kiosk.send(address, content[:9], 0)
    assert kiosk.begin(content, id=own, scan=scan) == address
    other = kiosk.http.post(UPLOADS, headers=said(content, id=own, scan='{"paper": {"pages": 4}}'))
    assert code(other) == (409, "UPLOAD_EXISTS")
    document = kiosk.send(address, content[9:], 9).headers["ecopy-document"]
    register = kiosk.site.office.register
    assert register.source(register.document(document).source_id).scan == ScanRecord.model_validate_json(scan)
    with register.reading() as connection:
        assert upload(connection, own).declared.scan is None
    assert kiosk.http.post(UPLOADS, headers=said(content, id=own, scan=scan)).status_code == 200


@pytest.mark.parametrize(
    ("scan", "expected"),
    [
        ("{", (422, "metadata/scan")),
        ('{"paper": {"pages": 0}}', (422, "metadata/scan/paper/pages")),
        ('{"paper": {"sheets": 1, "pages": 3}}', (422, "metadata/scan/paper")),
        ('{"scanned_at": "2026-11-23T09:15:04"}', (422, "metadata/scan/scanned_at")),
        ('{"scanned_at": "2999-11-23T09:15:04+07:00"}', (400, "scanned_at 23/11/2999 09:15:04")),
    ],
)
def test_what_can_not_be_true_of_a_scanning_is_told_before_the_first_byte(
    kiosk: Sender, scan: str, expected: tuple[int, str]
) -> None:
    refused = kiosk.http.post(UPLOADS, headers=said(unlike(), scan=scan))
    assert (refused.status_code, expected[1] in refused.text) == (expected[0], True), refused.text


def test_a_body_that_comes_with_the_beginning_is_taken(kiosk: Sender) -> None:
    content = unlike()
    headers = {**said(content), **PIECE}
    answer = kiosk.http.post(UPLOADS, headers=headers, content=content)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(content)))
    kiosk.receipt(answer.headers["ecopy-receipt"], sha256=sha256(content))


def test_it_says_what_it_speaks_to_anybody_and_refuses_what_it_does_not(kiosk: Sender) -> None:
    with kiosk.site.client() as stranger:
        told = stranger.options(UPLOADS)
        refused = stranger.post(UPLOADS, headers=said(b"x"))
    assert (told.status_code, told.headers["tus-version"], told.headers["tus-max-size"]) == (
        204,
        "1.0.0",
        "5000000",
    )
    assert told.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert told.headers["tus-checksum-algorithm"] == "sha256,sha1"
    assert refused.status_code == 401
    old = kiosk.http.post(UPLOADS, headers={**said(b"x"), "Tus-Resumable": "0.2.2"})
    assert code(old) == (412, "UPLOAD_VERSION")
    assert old.headers["tus-resumable"] == "1.0.0"


def test_an_offset_that_is_not_the_real_one_changes_nothing(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    kiosk.send(address, content[:100], 0)
    for lie in (0, 99, 101, len(content)):
        assert code(kiosk.send(address, b"zz", lie)) == (409, "UPLOAD_OFFSET")
    assert kiosk.offset(address) == 100
    for nonsense in ("-1", "1e3", "١", "9" * 30, ""):
        answer = kiosk.http.patch(
            address, headers=[*PIECE.items(), ("Upload-Offset", nonsense.encode())], content=b"z"
        )
        assert code(answer) == (400, "UPLOAD_MALFORMED")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_a_wrong_checksum_is_dropped_and_one_with_a_right_one_kept(
    kiosk: Sender, algorithm: str
) -> None:
    content = unlike()
    address = kiosk.begin(content)
    right = base64.b64encode(hashlib.new(algorithm, content[:500]).digest()).decode()
    damaged = kiosk.send(address, content[:499] + b"?", 0, **{"Upload-Checksum": f"{algorithm} {right}"})
    assert code(damaged) == (460, "UPLOAD_CHECKSUM")
    assert kiosk.offset(address) == 0
    kept = kiosk.send(address, content[:500], 0, **{"Upload-Checksum": f"{algorithm} {right}"})
    assert (kept.status_code, kiosk.offset(address)) == (204, 500)
    unknown = kiosk.send(address, b"x", 500, **{"Upload-Checksum": "crc32 AAAA"})
    assert code(unknown) == (400, "UPLOAD_MALFORMED")


def test_a_file_that_is_not_the_one_announced_is_refused_and_may_be_sent_again(kiosk: Sender) -> None:
    content, own = unlike(), new_id()
    address = kiosk.begin(content, id=own, sha256=sha256(content))
    assert code(kiosk.send(address, bytes(len(content)), 0)) == (422, "UPLOAD_DAMAGED")
    assert kiosk.http.head(address, headers=TUS).status_code == 410
    shown = kiosk.http.get(address).json()
    assert (shown["state"], shown["error"], shown["receipt"]) == ("refused", "UPLOAD_DAMAGED", None)
    assert kiosk.begin(content, id=own, sha256=sha256(content)) == address
    assert kiosk.send(address, content, 0).status_code == 204


def test_a_body_longer_than_was_said_is_refused_whether_it_says_so_or_not(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    assert code(kiosk.send(address, content + b"more", 0)) == (413, "UPLOAD_TOO_LONG")
    chunked = kiosk.http.patch(
        address, headers={**PIECE, "Upload-Offset": "0"}, content=iter([content, b"more"])
    )
    assert code(chunked) == (413, "UPLOAD_TOO_LONG")
    assert kiosk.offset(address) == 0


def test_a_body_that_breaks_off_leaves_what_came_and_goes_on_from_there(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    with peer(kiosk.site.url) as one:
        _patch(one, kiosk, address, 0, len(content))
        one.say(content[:700])
        _wait_until_held(kiosk, address)
    assert kiosk.offset(address) == 700
    assert kiosk.send(address, content[700:], 700).headers["ecopy-receipt"]


def test_a_checked_piece_that_breaks_off_leaves_nothing(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    with peer(kiosk.site.url) as one:
        checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
        _patch(one, kiosk, address, 0, len(content), f"Upload-Checksum: sha256 {checksum}")
        one.say(content[:700])
        _wait_until_held(kiosk, address)
    assert kiosk.offset(address) == 0


def test_of_two_clients_with_one_upload_the_second_waits_and_asking_takes_it_over(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    with peer(kiosk.site.url) as one:
        _patch(one, kiosk, address, 0, len(content))
        one.say(content[:400])
        _wait_until_held(kiosk, address)
        assert code(kiosk.send(address, content, 0)) == (423, "UPLOAD_BUSY")
        assert kiosk.offset(address) == 400  # on a new connection: the old one is told to stop
        assert one.status() == 408
    assert kiosk.send(address, content[400:], 400).status_code == 204


def test_it_is_its_senders_alone_and_its_purpose_stays(kiosk: Sender, site: Served) -> None:
    content = unlike()
    address = kiosk.begin(content)
    with site.machine(CallerKind.DEVICE, f"other-{new_id()}") as other:
        other.headers["Ecopy-Purpose"] = "intake:counter"
        thief = Sender(site, other)
        assert code(thief.send(address, content, 0)) == (404, "NOT_FOUND")
        for answer in (
            other.head(address, headers=TUS),
            other.delete(address, headers=TUS),
            other.get(address),
        ):
            assert answer.status_code == 404
        taken = other.post(UPLOADS, headers=said(content, id=address.rpartition("/")[2]))
        assert code(taken) == (409, "UPLOAD_EXISTS")
    with site.person(f"admin-{new_id()}", Role.ADMINISTRATOR) as admin:
        admin.headers["Ecopy-Purpose"] = "intake:counter"
        assert code(admin.post(UPLOADS, headers=said(content))) == (403, "ROLE_NOT_ALLOWED")


def test_what_can_never_be_taken_is_refused_before_a_byte_is_sent(kiosk: Sender, site: Served) -> None:
    def begun(headers: dict[str, str], **more: str) -> tuple[int, str]:
        return code(kiosk.http.post(UPLOADS, headers={**headers, **more}))

    assert begun({**said(b"x"), "Upload-Length": str(10 << 30)}) == (413, "UPLOAD_TOO_LARGE")
    assert begun(said(b"")) == (422, "INPUT_EMPTY")
    assert begun(said(b"x", presented_as="")) == (422, "REQUEST_MALFORMED")
    assert begun(said(b"x", presented_as="bản gì")) == (422, "REQUEST_MALFORMED")
    assert begun(said(b"x", filename="../..")) == (422, "REQUEST_MALFORMED")
    assert begun(said(b"x", sha256="abc")) == (422, "REQUEST_MALFORMED")
    assert begun(said(b"x", document_type="khong_co")) == (400, "UNKNOWN_DOCUMENT_TYPE")
    assert begun(said(b"x", id="../../etc/passwd")) == (400, "UPLOAD_MALFORMED")
    assert begun({**said(b"x"), "Upload-Metadata": "filename ???"}) == (400, "UPLOAD_MALFORMED")
    assert begun({**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata(filename="a")}) == (
        400,
        "UPLOAD_MALFORMED",
    )
    assert begun(said(b"x"), **{"Ecopy-Purpose": "dossier:H00.00-990101-0001"}) == (403, "CASE_NOT_OPEN")
    assert begun(said(b"x"), **{"Ecopy-Purpose": ""}) == (400, "PURPOSE_NEEDED")
    with site.machine(CallerKind.DEVICE, f"small-{new_id()}", quota_bytes=1000) as small:
        small.headers["Ecopy-Purpose"] = "intake:counter"
        first = small.post(UPLOADS, headers=said(bytes(900)))
        second = small.post(UPLOADS, headers=said(bytes(101)))
        assert (first.status_code, code(second)) == (201, (429, "UPLOAD_QUOTA"))
        small.delete(first.headers["location"], headers=TUS)
        assert small.post(UPLOADS, headers=said(bytes(101))).status_code == 201


def test_who_may_not_send_is_told_so_before_a_byte_of_the_body(kiosk: Sender, site: Served) -> None:
    words = said(bytes(5000))
    asked = [f"{name}: {value}" for name, value in {**words, **PIECE}.items()]
    asked += ["Content-Length: 5000", "Expect: 100-continue"]
    with peer(site.url) as stranger:
        stranger.ask(f"POST {UPLOADS}", *asked)
        assert stranger.heard().startswith("HTTP/1.1 401")
    with (
        site.machine(CallerKind.DEVICE, f"small-{new_id()}", quota_bytes=4999) as small,
        peer(site.url) as one,
    ):
        small.headers["Ecopy-Purpose"] = "intake:counter"
        one.ask(f"POST {UPLOADS}", Sender(site, small).bearer, "Ecopy-Purpose: intake:counter", *asked)
        assert one.heard().startswith("HTTP/1.1 429")
    address = kiosk.begin(bytes(10))
    with peer(site.url) as one:
        _patch(one, kiosk, address, 3, 7, "Expect: 100-continue")
        assert one.heard().startswith("HTTP/1.1 409")
    with peer(site.url) as one:
        _patch(one, kiosk, address, 0, 10, "Expect: 100-continue")
        assert one.socket.recv(100).startswith(b"HTTP/1.1 100")


def test_a_name_from_a_path_is_only_a_name(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content, filename="..\\..\\home/Nguyễn Văn\tMẫu.pdf")
    document = kiosk.send(address, content, 0).headers["ecopy-document"]
    register = kiosk.site.office.register
    assert register.source(register.document(document).source_id).filename == "Nguyễn Văn Mẫu.pdf"


def test_an_ended_upload_takes_nothing_more(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    kiosk.send(address, content[:10], 0)
    assert kiosk.http.delete(address, headers=TUS).status_code == 204
    assert code(kiosk.send(address, content[10:], 10)) == (410, "UPLOAD_GONE")
    assert code(kiosk.http.delete(address, headers=TUS)) == (410, "UPLOAD_GONE")
    assert kiosk.http.get(address).json()["state"] == "terminated"


def test_a_sender_sees_what_it_has_not_finished_and_nobody_else_s(kiosk: Sender, site: Served) -> None:
    content = unlike()
    mine = sorted(kiosk.begin(content, id=new_id()).rpartition("/")[2] for _ in range(3))
    kiosk.send(f"{UPLOADS}/{mine[1]}", content[:5], 0)
    kiosk.http.delete(f"{UPLOADS}/{mine[2]}", headers=TUS)
    first = kiosk.http.get(UPLOADS, params={"limit": 1}).json()
    rest = kiosk.http.get(UPLOADS, params={"limit": 1, "cursor": first["next"]}).json()
    assert [(one["id"], one["offset"]) for one in first["items"] + rest["items"]] == [
        (mine[0], 0),
        (mine[1], 5),
    ]
    assert rest["next"] is None
    with site.machine(CallerKind.DEVICE, f"other-{new_id()}") as other:
        other.headers["Ecopy-Purpose"] = "intake:counter"
        assert other.get(UPLOADS).json()["items"] == []


def test_a_method_may_be_said_in_a_header_by_those_who_have_no_other(kiosk: Sender) -> None:
    content = unlike()
    address = kiosk.begin(content)
    headers = {**PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert kiosk.http.post(address, headers=headers, content=content).status_code == 204
    assert code(kiosk.http.post(address, headers=TUS)) == (405, "METHOD_NOT_ALLOWED")


def test_a_piece_that_is_no_piece_is_refused(kiosk: Sender) -> None:
    address = kiosk.begin(unlike())
    answer = kiosk.http.patch(
        address, headers={**TUS, "Upload-Offset": "0", "Content-Type": "image/jpeg"}, content=b"x"
    )
    assert code(answer) == (415, "UPLOAD_MEDIA_TYPE")


def test_fifty_uploads_at_once_all_end_with_a_receipt(kiosk: Sender) -> None:
    results: list[int] = []

    def one() -> None:
        content = unlike(300_000)
        with kiosk.site.client() as http:
            http.headers.update(kiosk.headers)
            sender = Sender(kiosk.site, http)
            address = sender.begin(content, sha256=sha256(content))
            for at in range(0, len(content), 100_000):
                answer = sender.send(address, content[at : at + 100_000], at)
            results.append(answer.status_code if "ecopy-receipt" in answer.headers else 0)

    threads = [threading.Thread(target=one) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [204] * 50


def _patch(one: Peer, kiosk: Sender, address: str, offset: int, length: int, *more: str) -> None:
    one.ask(
        f"PATCH {address}",
        kiosk.bearer,
        "Tus-Resumable: 1.0.0",
        "Content-Type: application/offset+octet-stream",
        f"Upload-Offset: {offset}",
        f"Content-Length: {length}",
        "Connection: close",
        *more,
    )


def _wait_until_held(kiosk: Sender, address: str) -> None:
    """Until the server has begun to read the body of another connection."""
    writing = kiosk.site.api.state.services["uploads"].writing
    while address.rpartition("/")[2] not in writing:
        time.sleep(0.01)
    time.sleep(0.1)
