"""Papers digitised elsewhere come in by the national guidance's codes and fields, and nobody stands for them yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from models.access import CallerKind
from models.ids import new_id
from models.people import Person, Role
from pipeline.cases import casework
from samples.demo import write_demo
from tests.web.cases.support import Counter, of_dossier, told
from tests.web.papers.support import another_system, confirmed, form, record, taken_to_review
from tests.web.support import OTHER_AGENCY

LOT = {"Ecopy-Purpose": "lot:Kho 7"}
IMPORT = "/api/v1/documents/import"


@pytest.fixture(scope="session")
def archive(desk: Counter) -> Iterator[httpx.Client]:
    """A system that brings in what the archive digitised, for a lot that takes papers."""
    casework.create_lot(desk.served.office, "Kho 7", by=desk.served.office.hands.person("officer"))
    with desk.served.machine(CallerKind.SYSTEM, "kho") as client:
        yield client


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("decision")
    write_demo(folder)
    return (folder / "quyet-dinh-dien-tu.pdf").read_bytes()


def unlike() -> bytes:
    """A file that was never brought in before; what it is shows later."""
    return b"%PDF-1.7 " + new_id().encode()


def bring(
    who: httpx.Client, said: object, content: bytes, purpose: dict[str, str] = LOT, **headers: str
) -> httpx.Response:
    return who.post(IMPORT, files=form(said, content), headers={**purpose, **headers})


def test_a_paper_comes_in_under_its_code_and_says_what_its_sender_said(
    desk: Counter, archive: httpx.Client
) -> None:
    content = unlike()
    made = bring(archive, record("H99.01_CV_000021_V1", IssuedDate="12/03/2019"), content)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == "/api/v1/documents/H99.01_CV_000021_V1"
    body = made.json()
    assert (body["DocCode"], body["Size"], body["Known"]) == ("H99.01_CV_000021_V1", len(content), False)
    found = archive.get("/api/v1/documents/H99.01_CV_000021_V1", headers=LOT)
    said = found.json()
    assert (said["TypeName"], said["CodeNumber"], said["CodeNotation"]) == ("Công văn", "21", "UBND-VP")
    assert (said["IssuedDate"], said["Confirmed"], said["Version"]) == ("2019-03-12", False, 1)
    assert found.headers["link"] == f'</api/v1/documents/{body["Document"]}>; rel="related"'
    status = archive.get(f"/api/v1/documents/{body['Document']}", headers=LOT).json()
    assert (status["intake"], status["document_type"]) == ("archive", None)
    assert desk.trail(body["Document"])[0][:2] == ("system:kho", "receive")


def test_the_same_again_is_done_and_anything_else_under_the_code_is_refused(archive: httpx.Client) -> None:
    content, said = unlike(), record("H99.01_CV_000022_V1")
    first, again = bring(archive, said, content), bring(archive, said, content)
    assert (again.status_code, again.json()["Known"]) == (201, True)
    assert again.json()["Document"] == first.json()["Document"]
    assert told(bring(archive, said, unlike())) == (409, "DOC_CODE_TAKEN")
    assert told(bring(archive, {**said, "Subject": "Khác"}, content)) == (409, "DOC_CODE_TAKEN")
    assert told(bring(archive, record("H99.01_CV_000023_V1"), content)) == (409, "HELD_ALREADY")


def test_of_two_files_at_once_under_one_code_one_comes_in(desk: Counter, archive: httpx.Client) -> None:
    def sent(content: bytes) -> httpx.Response:
        headers = {**LOT, "Authorization": archive.headers["authorization"]}
        with desk.served.client() as own:
            return own.post(IMPORT, files=form(record("H99.01_CV_000040_V1"), content), headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sent, [unlike() for _ in range(4)]))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "DOC_CODE_TAKEN"}


def test_a_request_that_is_sent_again_is_answered_as_before(archive: httpx.Client) -> None:
    content, said = unlike(), record("H99.01_CV_000024_V1")
    first = bring(archive, said, content, **{"Idempotency-Key": "k-24"})
    again = bring(archive, said, content, **{"Idempotency-Key": "k-24"})
    assert (again.status_code, again.json()) == (201, first.json())
    other = bring(archive, record("H99.01_CV_000025_V1"), content, **{"Idempotency-Key": "k-24"})
    assert told(other) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_a_record_is_amended_version_by_version_until_somebody_confirms(archive: httpx.Client) -> None:
    bring(archive, record("H99.01_CV_000026_V1"), unlike())
    address = "/api/v1/documents/H99.01_CV_000026_V1"
    before = archive.get(address, headers=LOT)
    fields = record("x", Subject="V/v sửa đổi", Keyword="hộ tịch")
    del fields["DocCode"]
    amended = archive.put(address, json=fields, headers={**LOT, "If-Match": before.headers["etag"]})
    assert (amended.status_code, amended.json()["Version"]) == (200, 2), amended.text
    assert (amended.json()["Subject"], amended.json()["Keyword"]) == ("V/v sửa đổi", "hộ tịch")
    stale = archive.put(address, json=fields, headers={**LOT, "If-Match": before.headers["etag"]})
    assert told(stale) == (412, "PRECONDITION_FAILED")
    same = archive.put(address, json=fields, headers=LOT)
    assert (same.status_code, same.json()["Version"]) == (200, 2)
    assert archive.get(address, headers=LOT).headers["etag"] == same.headers["etag"]


def test_codes_are_an_agencys_own(desk: Counter, archive: httpx.Client) -> None:
    content = unlike()
    bring(archive, record("H99.01_CV_000027_V1"), content)
    with another_system(desk) as other:
        assert told(other.get("/api/v1/documents/H99.01_CV_000027_V1", headers=LOT)) == (404, "NOT_FOUND")
        assert told(bring(other, record("A_1"), unlike())) == (404, "NOT_FOUND")
        casework.create_lot(desk.served.office, "Kho khác", by=other_officer())
        theirs = {"Ecopy-Purpose": "lot:Kho%20kh%C3%A1c"}
        mine = bring(other, record("H99.01_CV_000027_V1"), unlike(), theirs)
        assert mine.status_code == 201, mine.text
        same = bring(other, record("A_2"), content, theirs)
        assert (same.status_code, same.json()["Known"]) == (201, False)
    first = archive.get("/api/v1/documents/H99.01_CV_000027_V1", headers=LOT).headers["link"]
    assert same.json()["Document"] not in first, "the same bytes are a document of each agency"


def other_officer() -> Person:
    return Person(id="xa", name="Người xa", role=Role.OFFICER, agency=OTHER_AGENCY)


def test_only_a_system_for_an_open_case_of_its_agency_brings_papers_in(
    desk: Counter, archive: httpx.Client
) -> None:
    said = record("H99.01_CV_000028_V1")
    assert told(bring(desk.officer, said, unlike())) == (403, "ROLE_NOT_ALLOWED")
    assert told(bring(archive, said, unlike(), {"Ecopy-Purpose": "lot:Kho 99"})) == (404, "NOT_FOUND")
    assert told(bring(archive, said, unlike(), {"Ecopy-Purpose": "intake:counter"})) == (
        403,
        "PURPOSE_NOT_ALLOWED",
    )
    assert told(bring(archive, said, unlike(), {})) == (400, "PURPOSE_NEEDED")
    code = desk.open()
    assert bring(archive, said, unlike(), of_dossier(code)).status_code == 201
    assert archive.get("/api/v1/documents/H99.01_CV_000028_V1", headers=of_dossier(code)).is_success


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"DocCode": "01JD0000000000000000000000"}, "DocCode"),
        ({"DocCode": "../etc/passwd"}, "DocCode"),
        ({"DocCode": "x" * 31}, "DocCode"),
        ({"Subject": "x" * 501}, "Subject"),
        ({"Subject": " "}, "Subject"),
        ({"Subject": "a\u0000b"}, "Subject"),
        ({"IssuedDate": "2019-13-03"}, "IssuedDate"),
        ({"PageAmount": 0}, "PageAmount"),
        ({"Unknown": "x"}, "Unknown"),
    ],
)
def test_a_record_that_is_not_in_its_form_is_refused_by_its_field(
    archive: httpx.Client, change: dict[str, object], field: str
) -> None:
    found = bring(archive, record("H99.01_CV_000029_V1", **change), unlike())
    assert told(found) == (422, "REQUEST_MALFORMED")
    assert f"record/{field}" in found.json()["detail"]


def raw(boundary: str, *parts: tuple[str, bytes]) -> bytes:
    """A form written by hand."""
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    return body + f"--{boundary}--\r\n".encode()


SAID = json.dumps(record("H99.01_CV_000030_V1")).encode()
FILE = ('name="file"; filename="a.pdf"', b"%PDF")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        raw("b", ('name="record"', SAID)),
        raw("b", FILE),
        raw("b", ('name="record"', SAID), ('name="record"', SAID), FILE),
        raw("b", ('name="record"', SAID), FILE, ('name="more"', b"x")),
        raw("b", ('name="record"', SAID), FILE)[:-6],
        raw("b", ('name="record"', b" " * 70_000 + SAID), FILE),
        raw("b", (f'name="record"; x="{"y" * 9000}"', SAID), FILE),
        b"--b\r\n" + b"X: y\r\n" * 2000 + b"\r\n",
    ],
    ids=["empty", "text", "no-file", "no-record", "twice", "more", "cut", "huge", "header", "headers"],
)
def test_a_broken_form_is_refused(archive: httpx.Client, body: bytes) -> None:
    headers = {**LOT, "Content-Type": "multipart/form-data; boundary=b"}
    assert told(archive.post(IMPORT, content=body, headers=headers)) == (400, "FORM_BROKEN")


def test_what_is_no_form_is_refused(archive: httpx.Client) -> None:
    assert told(archive.post(IMPORT, json=record("x"), headers=LOT)) == (400, "FORM_BROKEN")


def test_an_empty_file_is_refused(archive: httpx.Client) -> None:
    assert told(bring(archive, record("H99.01_CV_000031_V1"), b"")) == (422, "INPUT_EMPTY")


def test_a_files_name_leads_nowhere(desk: Counter, archive: httpx.Client) -> None:
    said = form(record("H99.01_CV_000032_V1"), unlike(), name="..\\..\\..\\etc/pass\u202ewd.pdf")
    made = archive.post(IMPORT, files=said, headers=LOT)
    assert made.status_code == 201, made.text
    document = desk.served.office.register.document(made.json()["Document"])
    assert desk.served.office.register.source(document.source_id).filename == "passwd.pdf"
    assert not list((desk.served.office.settings.home / "work").glob("*/*.pdf"))


def test_nobody_without_a_token_gets_a_byte_through(desk: Counter) -> None:
    with desk.served.client() as nobody:
        assert told(bring(nobody, record("x"), unlike())) == (401, "NOT_AUTHENTICATED")


def test_what_a_named_person_confirmed_takes_the_records_place(
    desk: Counter, archive: httpx.Client, decision: bytes
) -> None:
    made = bring(archive, record("H99.01_QD_000001_V1", TypeName="Quyết định", Mode="01"), decision)
    document, address = made.json()["Document"], "/api/v1/documents/H99.01_QD_000001_V1"
    download = "/api/v1/documents/download/H99.01_QD_000001_V1"
    assert told(archive.get(download, headers=LOT)) == (404, "NOT_FOUND")
    taken_to_review(desk, document)
    assert confirmed(desk, document, LOT).is_success
    found = archive.get(address, headers=LOT).json()
    assert (found["Confirmed"], found["TypeName"], found["Mode"]) == (True, "Quyết định", "01")
    assert (found["CodeNumber"], found["PageAmount"]) != ("21", None)
    settled = archive.put(
        address,
        json={name: value for name, value in record("x").items() if name != "DocCode"},
        headers=LOT,
    )
    assert told(settled) == (409, "RECORD_SETTLED")
    with desk.served.machine(CallerKind.SYSTEM, "khac") as other:
        by_id = other.get(f"/api/v1/documents/download/{document}", headers=LOT)
    assert told(by_id) == (404, "NOT_FOUND")  # there is no e-copy before the issue
