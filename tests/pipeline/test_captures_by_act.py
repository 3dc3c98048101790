"""Captures that wait for the counter officer: one act for all of a dossier, at a signing service that asks a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from cli.main import app as cli
from models.casework import ComponentRule, Procedure
from models.errors import (
    BadSettings,
    CaptureAwaited,
    CaptureNotAwaited,
    CaptureOfAnother,
    HandoverNotConfigured,
    PinRefused,
    SignatureNotConfirmed,
    TimestampUnavailable,
    WrongRole,
)
from models.people import Person, Role
from models.signatures import Level, Verdict
from models.states import DocumentState
from pipeline import doctor
from pipeline.access import confirm_document, issue_document
from pipeline.application import Application
from pipeline.cases.casework import open_dossier
from pipeline.cases.meeting import Case
from pipeline.clock import SystemClock
from pipeline.handover.captures import hand_out_captures
from pipeline.hands import load_hands
from pipeline.offices.acts import all_awaited, sign_captures
from pipeline.papers.report import document_outcome
from pipeline.papers.status import document_status
from pipeline.runner import UP_TO_REVIEW, UP_TO_SPLIT, advance
from pipeline.settings import load_settings
from pipeline.stages.receive import receive
from pipeline.worker import Worker
from signing.development.pki import create_development_pki, load_development_pki
from signing.judging.verify import verify_pdf
from signing.timestamps.authorities import EmbeddedTsa
from storage import work
from storage.cases.casework import missing_captures
from storage.cases.procedures import put_procedure
from tests.pipeline.support import application, sample_card
from tests.servers.csc import CscServer, served
from tests.signing.keys.support import above, certified

CARD = Procedure(
    code="1.004194",
    name="Đăng ký tạm trú",
    valid_from=SystemClock().now().date().replace(month=1, day=1),
    source="test",
    components=(ComponentRule(code="CC", name="Căn cước", document_type="can_cuoc"),),
)
_PAPERS, _DOSSIERS = count(1), count(1)
PURPOSE = "maintenance:test"


@dataclass
class Desk:
    """A home whose counter officer signs with a service, and what the service has seen."""

    app: Application
    server: CscServer
    folder: Path

    @property
    def clerk(self) -> Person:
        return self.app.hands.clerk.person

    def dossier(self, papers: int) -> tuple[str, list[str]]:
        """Its code and the documents that came in with it, as far as they go before they are read."""
        code = f"Y99.99.99-261123-{next(_DOSSIERS):04d}"
        open_dossier(self.app, code, CARD.code, by=self.clerk)
        made = []
        for _ in range(papers):
            source = receive(
                self.app,
                sample_card(self.folder, remark=f"tờ {next(_PAPERS)}"),
                intake="counter",
                presented_as="ban_chinh",
                forced_type=None,
                case=Case(dossier_code=code),
            )
            made.append(self.app.register.scan_of(source.id).id)
            advance(self.app, made[-1], UP_TO_SPLIT[:4])
        return code, made

    def authorised(self) -> list[int]:
        """Signatures by each authorisation; forgotten by asking."""
        found = [
            int(asked["numSignatures"])
            for method, asked in self.server.asked
            if method == "credentials/authorize"
        ]
        self.server.asked.clear()
        return found

    def captures(self, documents: list[str]) -> list[bool]:
        return [self.app.register.capture(one) is not None for one in documents]

    def awaited(self) -> set[str]:
        return {one.id for one in all_awaited(self.app, purpose=PURPOSE)}


@contextmanager
def desk_in(home: Path, files: Path) -> Iterator[Desk]:
    create_development_pki(home / "pki", SystemClock())
    pki = load_development_pki(home / "pki")
    key = ec.generate_private_key(ec.SECP256R1())
    server = CscServer(
        key,
        [certified(pki, key.public_key(), pki.persons["clerk"].name), *above(pki)],
        mode="explicit",
        pin="246810",
        multisign=2,
    )
    (files / "token").write_text("access-token-1\n")
    (files / "pin").write_text("246810\n")
    with served(server) as url:
        line = f"csc:{url}?credential={server.CREDENTIAL}&token-source={files}/token&pin-source={files}/pin"
        with application(home, clerk_key=f"{line}&patience=1&act=dossier") as app:
            with app.register.transaction(actor="test", purpose=PURPOSE) as tx:
                put_procedure(tx, CARD)
            yield Desk(app, server, files)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_in(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("files")) as made:
        yield made


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No time-stamp is to be had until it is undone."""

    def silent(self: EmbeddedTsa, message_digest: bytes, algorithm: str) -> bytes:
        raise TimestampUnavailable(reason="silent")

    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedTsa, "token", silent)
        yield patched


def test_one_act_signs_all_captures_of_a_dossier(desk: Desk, tmp_path: Path) -> None:
    code, documents = desk.dossier(2)
    other = desk.dossier(1)[1]
    assert desk.captures(documents) == [False] * 2
    assert desk.awaited() == {*documents, *other}
    assert desk.authorised() == [], "nobody was asked at intake"
    told = document_status(desk.app, documents[0], "vi")
    assert told.error is not None
    assert (told.capture, told.error.code) == (None, CaptureAwaited.code)
    assert f"ecopy capture {documents[0]}" in told.error.remedy

    done = sign_captures(desk.app, code, desk.clerk, purpose=PURPOSE)
    assert [(one.document, one.state, one.error) for one in done] == [(d, "signed", None) for d in documents]
    assert (desk.authorised(), desk.captures(documents), desk.awaited()) == ([2], [True] * 2, set(other))
    for document in documents:
        capture = desk.app.register.capture(document)
        assert capture is not None
        with desk.app.vault.local_path(capture.object_key) as path:
            report = verify_pdf(path, desk.app.hands.trust)
        assert (report.verdict, [one.level for one in report.signatures]) == (Verdict.VALID, [Level.B_T])
        acts = [entry for entry in desk.app.register.audit_of(document) if entry.action == "sign_captures"]
        assert [(entry.actor, entry.details["together"]) for entry in acts] == [(desk.clerk.id, 2)]
    assert document_status(desk.app, documents[0], "vi").error is None
    with pytest.raises(CaptureNotAwaited):
        sign_captures(desk.app, code, desk.clerk, purpose=PURPOSE)
    assert desk.authorised() == []


def test_only_the_officer_whose_key_it_is_acts(desk: Desk) -> None:
    code, documents = desk.dossier(1)
    officer = desk.app.hands.person("officer")
    for person, why in (
        (officer, WrongRole),
        (desk.clerk.model_copy(update={"id": "binh"}), CaptureOfAnother),
        (desk.clerk.model_copy(update={"role": Role.SUPERVISOR}), WrongRole),
    ):
        with pytest.raises(why):
            sign_captures(desk.app, code, person, purpose=PURPOSE)
    with pytest.raises(HandoverNotConfigured):
        hand_out_captures(desk.app, code, desk.clerk, purpose=PURPOSE)
    assert (desk.authorised(), desk.captures(documents)) == ([], [False])


def test_a_refused_act_leaves_all_of_them_waiting(desk: Desk) -> None:
    code, documents = desk.dossier(2)
    desk.server.confirm_after = 99
    try:
        told = sign_captures(desk.app, code, desk.clerk, purpose=PURPOSE)
    finally:
        desk.server.confirm_after = 0
    assert [(one.state, one.error.code if one.error else None) for one in told] == [
        ("awaited", SignatureNotConfirmed.code)
    ] * 2
    assert (desk.authorised(), desk.captures(documents)) == ([2], [False] * 2)
    for document in documents:
        tried = [
            entry.outcome for entry in desk.app.register.audit_of(document) if entry.action == "sign_captures"
        ]
        assert tried == [SignatureNotConfirmed.code]
    assert set(documents) <= desk.awaited()
    assert all(desk.app.register.derivation(document, "act") is None for document in documents)
    (desk.folder / "pin").write_text("000000\n")
    told = sign_captures(desk.app, documents[1], desk.clerk, purpose=PURPOSE)
    assert [(one.state, one.error.code if one.error else None) for one in told] == [
        ("awaited", PinRefused.code)
    ], "by a document: its own scan only"
    (desk.folder / "pin").write_text("246810\n")


def test_more_than_the_service_allows_at_once_takes_several_authorisations(desk: Desk) -> None:
    code, documents = desk.dossier(3)
    desk.authorised()
    assert {one.state for one in sign_captures(desk.app, code, desk.clerk, purpose=PURPOSE)} == {"signed"}
    assert (desk.authorised(), desk.captures(documents)) == ([2, 1], [True] * 3)


def test_an_act_is_not_lost_when_there_are_no_time_stamps(desk: Desk, away: pytest.MonkeyPatch) -> None:
    code, (document, other) = desk.dossier(2)
    desk.authorised()
    told = sign_captures(desk.app, code, desk.clerk, purpose=PURPOSE)
    assert [(one.state, one.error.code if one.error else None) for one in told] == [
        ("awaiting_timestamp", TimestampUnavailable.code)
    ] * 2
    assert desk.captures([document, other]) == [False] * 2, "without its time-stamp it is no capture"
    waits = document_status(desk.app, document, "vi")
    assert waits.error is not None
    assert (waits.work, waits.error.code) == ("put_off", TimestampUnavailable.code)
    assert not {document, other} & desk.awaited()
    away.undo()
    for one in (document, other):  # what the worker does, without reading the papers
        advance(desk.app, one, UP_TO_SPLIT[3:4])
    assert desk.captures([document, other]) == [True] * 2
    assert desk.authorised() == [2], "nobody was asked again"


@pytest.mark.slow
def test_a_paper_is_read_meanwhile_and_nothing_is_composed_before_its_capture(
    desk: Desk, away: pytest.MonkeyPatch
) -> None:
    code, (document,) = desk.dossier(1)
    assert advance(desk.app, document, UP_TO_REVIEW).state is DocumentState.IN_REVIEW
    with desk.app.register.reading() as connection:
        assert [one.component_code for one in missing_captures(connection, code)] == ["CC"]
    confirm_document(desk.app, document, desk.app.hands.person("officer"), corrections={}, document_type=None)
    with pytest.raises(CaptureAwaited):
        issue_document(desk.app, document)
    shown = document_outcome(desk.app, desk.app.register.document(document)).error
    assert shown is not None
    assert shown.code == CaptureAwaited.code
    assert desk.app.register.ecopies_of(document) == []

    (told,) = sign_captures(desk.app, code, desk.clerk, purpose=PURPOSE)
    assert told.state == "awaiting_timestamp"
    with pytest.raises(TimestampUnavailable):
        issue_document(desk.app, document)
    assert desk.app.register.ecopies_of(document) == []
    away.undo()
    with desk.app.register.transaction(actor="test", purpose=PURPOSE) as tx:
        work.ask(tx, desk.app.register.document(document).source_id)
    Worker(desk.app).run_due()
    assert desk.captures([document]) == [True], "the worker finishes what the officer signed"
    assert issue_document(desk.app, document).ecopy is not None


def test_the_command_lists_what_waits_and_signs_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    code, documents = desk.dossier(2)
    home = desk.app.settings.home
    monkeypatch.setenv("ECOPY_CLERK_KEY", str(desk.app.settings.clerk_key))

    def ecopy(*words: str) -> tuple[int, list[dict[str, object]]]:
        done = CliRunner().invoke(cli, ["capture", *words, "--home", str(home), "--json"])
        return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]

    listed = ecopy()[1]
    assert [one for one in listed if one["dossier"] == code] == [
        {"document": document, "dossier": code} for document in documents
    ]
    exit_code, (refused,) = ecopy(code, "--as", "officer")
    assert (exit_code, refused["id"]) == (WrongRole.exit_code, code)
    signed = {"state": "signed", "error": None}
    assert ecopy(code, "--as", "clerk") == (0, [{"document": document, **signed} for document in documents])
    exit_code, (told,) = ecopy(code, "--as", "clerk")
    assert isinstance(told["error"], dict)
    assert (exit_code, told["error"]["code"]) == (1, CaptureNotAwaited.code)
    assert desk.captures(documents) == [True] * 2


def test_the_doctor_asks_nobody(desk: Desk) -> None:
    desk.authorised()
    assert "own act" in doctor._signing(desk.app)
    assert desk.authorised() == []


def test_a_key_that_signs_by_itself_again_makes_what_was_awaited(desk: Desk) -> None:
    _, documents = desk.dossier(1)
    assert desk.captures(documents) == [False]
    with application(desk.app.settings.home) as app:
        assert all_awaited(app, purpose=PURPOSE) == []
        with pytest.raises(CaptureNotAwaited):
            sign_captures(app, documents[0], app.hands.clerk.person, purpose=PURPOSE)
        advance(app, documents[0], UP_TO_SPLIT[:4])
    assert desk.captures(documents) == [True]


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("clerk_key", "csc:https://ky.example.vn/csc/v2?credential=a&token-source=/t&act=always"),
        ("agency_key", "csc:https://ky.example.vn/csc/v2?credential=a&token-source=/t&act=dossier"),
    ],
)
def test_an_act_is_the_counter_officer_s_and_for_a_dossier(
    desk: Desk, tmp_path: Path, setting: str, line: str
) -> None:
    words = {
        "trust": "configured", "trust_anchors": desk.app.hands.anchor_file, "agency_name": "UBND",
        "agency_identifier": "H99.1.2", "clerk_name": "A", "officer_name": "B", "tsa_urls": "http://tsa.example.vn",
        "agency_key": "pkcs12:/a?password-source=/b", "clerk_key": "pkcs12:/a?password-source=/b",
    }  # fmt: skip
    settings = load_settings(home=tmp_path, **words | {setting: line})
    with pytest.raises(BadSettings, match=f"ECOPY_{setting.upper()}.*act"):
        load_hands(settings, SystemClock(), lambda _holder: lambda _certificate: None)
