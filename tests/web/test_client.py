"""The client of other systems: it signs in by itself, repeats what can do no harm, and knows what it got."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from models.access import Action, CallerKind
from models.errors import (
    AnswerNotUnderstood,
    AssertionRefused,
    BadClientKey,
    CaseNotOpen,
    DossierExists,
    DownloadDamaged,
    NotAuthenticated,
    NotFound,
    ServerUnreachable,
    by_code,
)
from models.ids import new_id
from models.scans import PaperCount, ScanRecord
from models.states import DocumentState
from models.wire.dossiers import DossierEnd
from pipeline.identity.clients import add_client
from samples.generate import generate
from storage.access.tokens import revoke_tokens_of
from tests.pipeline.support import sample_card
from tests.web.cutting import Line, line_to
from tests.web.peopled import COPYING, OPEN, PART, Peopled
from web.client import ClientKey, Ecopy, files, uploads
from web.client.said import error_in

EXCHANGE = "exchange:QC-1"


@pytest.fixture(scope="session")
def house(peopled_home: Peopled) -> Peopled:
    return peopled_home


@pytest.fixture(scope="session")
def key(house: Peopled) -> ClientKey:
    """As long-lived as the home: tests of one module may come in two parts, and an account is opened once."""
    made = ClientKey.generate()
    add_client(
        house.served.office,
        CallerKind.SYSTEM,
        "tthc",
        name="TTHC",
        purpose="maintenance:test",
        jwk=made.public_jwk,
    )
    return made


@pytest.fixture
def ecopy(house: Peopled, key: ClientKey) -> Iterator[Ecopy]:
    with Ecopy(house.served.url, "system:tthc", key, language="en") as found:
        yield found


def _client(url: str, key: ClientKey, audience: str | None = None) -> Ecopy:
    return Ecopy(url, "system:tthc", key, language="en", audience=audience)


@pytest.fixture
def broken(house: Peopled, key: ClientKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Ecopy, Line]]:
    """The same over a line that breaks; waiting is left out."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    with line_to(house.served.url) as line, _client(line.url, key, house.served.url) as found:
        yield found, line


def _another_card(folder: Path) -> Path:
    path = folder / "card.jpg"
    path.write_bytes(generate("can_cuoc", 11, "clean", layout="2024-card").pages[0].jpeg())
    return path


def test_it_is_who_it_proves_to_be(ecopy: Ecopy) -> None:
    me = ecopy.me()
    assert (me.id, me.kind, me.proof) == ("system:tthc", CallerKind.SYSTEM, "assertion")
    assert Action.FIND_REUSE in me.actions


def test_a_token_that_was_ended_is_replaced_without_a_word(house: Peopled, ecopy: Ecopy) -> None:
    ecopy.me()
    with house.served.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        revoke_tokens_of(tx, "system:tthc")
    assert ecopy.me().id == "system:tthc"


def test_a_token_is_asked_for_once_for_many_requests(house: Peopled, ecopy: Ecopy) -> None:
    def asked() -> int:
        return len(house.served.office.register.audit_of("system:tthc"))

    ecopy.me()
    before = asked()
    for _ in range(3):
        ecopy.me()
    assert asked() == before


def test_another_s_key_opens_nothing(house: Peopled) -> None:
    with _client(house.served.url, ClientKey.generate()) as thief, pytest.raises(AssertionRefused):
        thief.me()


def test_errors_are_those_of_the_server_with_its_words(ecopy: Ecopy) -> None:
    with pytest.raises(CaseNotOpen) as told:
        ecopy.working_on("dossier:H00-1").look_up("027307941037")
    error = told.value
    assert error.code == "CASE_NOT_OPEN"
    assert "H00-1" in error.message("en")
    assert len(error.details["request_id"]) == 26
    with pytest.raises(NotFound):
        ecopy.working_on(f"dossier:{OPEN}").status(new_id())


def test_what_a_later_version_says_is_an_error_all_the_same() -> None:
    body = {
        "type": "urn:ecopy:problem:NEW_ONE", "title": "NEW_ONE", "status": 409, "detail": "{a}", "remedy": "{0!x}",
        "code": "NEW_ONE", "retryable": False, "instance": "urn:ecopy:request:r-1", "further": 1,
    }  # fmt: skip
    error = error_in(httpx.Response(409, json=body))
    assert (type(error), error.code, error.http_status) == (by_code("INTERNAL"), "NEW_ONE", 409)
    assert (error.message("vi"), error.remedy("en")) == ("{a}", "{0!x}")


def test_what_is_no_answer_of_ours_is_told_so() -> None:
    error = error_in(httpx.Response(502, html="<h1>Bad Gateway</h1>"))
    assert isinstance(error, AnswerNotUnderstood)
    assert error.retryable, "a proxy says so while the server starts"
    assert isinstance(error_in(httpx.Response(401)), NotAuthenticated), "an answer to HEAD has no words"


def test_nobody_there_is_told_so(key: ClientKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with Ecopy("http://127.0.0.1:9", "system:tthc", key) as alone, pytest.raises(ServerUnreachable):
        alone.me()


def test_a_dossier_from_its_opening_to_its_papers_used_again(
    house: Peopled, ecopy: Ecopy, tmp_path: Path
) -> None:
    work = ecopy.working_on("dossier:H99.01-261123-0001")
    opened = work.open_dossier(COPYING, holder=house.number)
    assert opened.missing == (PART,)
    with pytest.raises(DossierExists):
        work.open_dossier(COPYING)
    found = work.look_up(house.number)
    assert found.usable == (house.document,)
    used = work.use_again(house.document, PART, checked=found.found[0].checks)
    assert used.document_id == house.document
    ended = work.end(DossierEnd(outcome="succeeded"))
    assert ended.dossier.state == "succeeded"


def test_a_paper_handed_in_is_safe_when_the_receipt_is_there(
    house: Peopled, ecopy: Ecopy, tmp_path: Path
) -> None:
    card = _another_card(tmp_path)
    upload_id = new_id()
    intake = ecopy.working_on("intake:counter")
    scan = ScanRecord(scanned_by="Trần Thị Mẫu", paper=PaperCount(sheets=1))
    receipt = intake.submit(card, "ban_chinh", upload_id=upload_id, scan=scan)
    assert (receipt.upload, receipt.sha256) == (upload_id, sha256(card.read_bytes()).hexdigest())
    register = house.served.office.register
    assert register.source(register.document(receipt.document).source_id).scan == scan
    assert intake.submit(card, "ban_chinh", upload_id=upload_id, scan=scan) == receipt, (
        "sent again it is the same one"
    )
    status = ecopy.working_on(EXCHANGE).when_read(receipt.document, every_s=0.2)
    assert status.state is DocumentState.IN_REVIEW
    assert status.capture is not None


def test_a_file_arrives_whole_over_a_line_that_breaks(
    broken: tuple[Ecopy, Line], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ecopy, line = broken
    monkeypatch.setattr(uploads, "PIECE", 20_000)
    card = sample_card(tmp_path)
    ecopy.me()
    ecopy.close()
    ecopy.__post_init__()
    line.cuts += [600, 0, 900]
    receipt = ecopy.working_on("intake:counter").submit(card, "ban_chinh")
    assert receipt.size == card.stat().st_size
    assert line.cuts == []


def test_an_e_copy_arrives_as_it_is_over_a_line_that_breaks(
    house: Peopled, broken: tuple[Ecopy, Line], tmp_path: Path
) -> None:
    ecopy, line = broken
    work = ecopy.working_on(f"dossier:{OPEN}")
    status = work.status(house.ecopy)
    assert status.ecopy is not None
    ecopy.close()
    ecopy.__post_init__()
    line.cuts += [20_000, 30_000]
    fetched = work.fetch_ecopy(house.ecopy, tmp_path / "copy.pdf")
    assert line.cuts == []
    assert (fetched.sha256, fetched.size) == (status.ecopy.sha256, status.ecopy.size)
    assert fetched.path.read_bytes().startswith(b"%PDF-")
    assert [path.name for path in tmp_path.iterdir()] == ["copy.pdf"]
    with pytest.raises(FileExistsError):
        work.fetch_ecopy(house.ecopy, tmp_path / "copy.pdf")


def test_a_file_that_is_not_what_was_promised_is_not_kept(
    house: Peopled, ecopy: Ecopy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_hash", lambda path: ("0" * 64, 1))  # a disk that garbles
    with pytest.raises(DownloadDamaged):
        ecopy.working_on(f"dossier:{OPEN}").fetch_ecopy(house.ecopy, tmp_path / "copy.pdf")
    assert list(tmp_path.iterdir()) == []


def test_events_tell_what_happened_and_where_to_go_on(house: Peopled, ecopy: Ecopy) -> None:
    work = ecopy.working_on(EXCHANGE)
    first = work.feed(limit=2)
    assert len(first.items) == 2
    rest = work.feed(first.next)
    assert not {event.id for event in first.items} & {event.id for event in rest.items}
    stream = work.events(rest.next, wait_s=5)
    other = ecopy.working_on("dossier:H99.01-261123-0009")
    other.open_dossier(COPYING)
    other.end(DossierEnd(outcome="withdrawn"))
    event, cursor = next(stream)
    assert (event.type, event.subject) == ("dossier.ended", "H99.01-261123-0009")
    assert cursor != rest.next


def test_keys_are_read_as_they_were_written(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from pipeline.identity.keys import create_key_file

    assert ClientKey.load(tmp_path / "a.jwk" if create_key_file(tmp_path / "a.jwk") else tmp_path)
    for number, curve in enumerate((ec.SECP256R1(), ec.SECP384R1())):
        pem = ec.generate_private_key(curve).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / f"{number}.pem").write_bytes(pem)
    assert ClientKey.load(tmp_path / "0.pem").public_jwk["crv"] == "P-256"
    for name in ("1.pem", "nowhere"):
        with pytest.raises(BadClientKey):
            ClientKey.load(tmp_path / name)
