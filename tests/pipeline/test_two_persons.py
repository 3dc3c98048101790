"""Who confirmed the data of a paper does not seal the copy of it: every combination of roles, persons and agencies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app as command
from models.errors import (
    OtherAgency,
    SamePersonTwice,
    SealAwaited,
    TimestampUnavailable,
    UnknownPerson,
    WrongRole,
)
from models.people import Agency, Person, Role
from models.states import EcopyState
from pipeline.access import confirm_document, issue_document, look_at
from pipeline.application import Application
from pipeline.attempts import Acting, acting
from pipeline.identity.people import open_account
from pipeline.offices.sealing import TwoPersons, let_seal, person_named, waiting_for_seal
from pipeline.papers.outcome import SourceOutcome
from pipeline.papers.status import document_status
from tests.pipeline.support import application, digitized, sample_card

OWN = Agency(identifier="H99.01", name="Ủy ban nhân dân phường Mẫu")
OTHER = Agency(identifier="H99.02", name="Ủy ban nhân dân phường Khác")


def person(identifier: str, role: Role, agency: Agency = OWN) -> Person:
    return Person(id=identifier, name=identifier, role=role, agency=agency)


@pytest.mark.parametrize("same_may", [False, True])
@pytest.mark.parametrize("confirmer", ["an", "AN ", "binh", None])
@pytest.mark.parametrize("agency", [OWN, OTHER])
@pytest.mark.parametrize("role", list(Role))
def test_every_combination(role: Role, agency: Agency, confirmer: str | None, same_may: bool) -> None:
    rule = TwoPersons((Role.SEAL_HOLDER,), OWN, same_may=same_may)
    wanted: type[Exception] | None = None
    if role is not Role.SEAL_HOLDER:
        wanted = WrongRole
    elif agency is OTHER:
        wanted = OtherAgency
    elif not same_may and confirmer != "binh":
        wanted = SamePersonTwice  # the same account however it is written; nobody known is nobody else
    if wanted is None:
        rule.check(person("an", role, agency), (confirmer,))
        return
    with pytest.raises(wanted):
        rule.check(person("an", role, agency), (confirmer,))


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with one paper that waits to be confirmed."""
    folder = tmp_path_factory.mktemp("two")
    with application(folder / "home") as app:
        (outcome,) = digitized(app, folder / "out", sample_card(folder), confirm=False)
    assert isinstance(outcome, SourceOutcome), outcome
    return folder / "home", outcome.documents[0].id


def state(app: Application, document: str) -> EcopyState | None:
    ecopy = app.register.ecopy_of(document)
    return ecopy.state if ecopy is not None else None


@pytest.mark.slow
def test_a_copy_waits_for_a_second_person_and_the_seal_is_recorded(reviewed: tuple[Path, str]) -> None:
    home, document = reviewed
    with application(home, seal_needs_person=True) as app:
        for one, roles in (("lan", [Role.OFFICER, Role.SEAL_HOLDER]), ("mai", [Role.SEAL_HOLDER])):
            open_account(app, one, one, roles, purpose="maintenance")
        lan = person_named(app, "lan", Role.OFFICER)
        confirm_document(app, document, lan, corrections={}, document_type=None)

        waits = issue_document(app, document)
        assert (waits.ecopy, waits.error.code if waits.error else None) == (None, SealAwaited.code)
        assert state(app, document) is EcopyState.AWAITING_SIGNATURE
        told = document_status(app, document, "vi").error
        assert told is not None
        assert (told.code, f"ecopy seal {document}" in told.remedy) == (SealAwaited.code, True)
        assert [one.document_id for one in waiting_for_seal(app, purpose="maintenance")] == [document]

        with pytest.raises(SamePersonTwice):
            issue_document(app, document, sealer=person_named(app, "lan", Role.SEAL_HOLDER))
        with pytest.raises(WrongRole):
            issue_document(app, document, sealer=person_named(app, "officer", Role.SEAL_HOLDER))
        with pytest.raises(UnknownPerson):
            person_named(app, "nobody", Role.SEAL_HOLDER)
        assert state(app, document) is EcopyState.AWAITING_SIGNATURE
        unsigned = app.register.ecopy_of(document)
        assert unsigned is not None
        assert app.register.derivation(document, "sign", ecopy=unsigned.id) is None

    # without the setting the server's key signs by itself, yet not for who confirmed and issues from the same account
    with (
        application(home) as app,
        acting(Acting(actor="lan", place="10.0.0.9")),
    ):
        with pytest.raises(SamePersonTwice):
            issue_document(app, document)
        again = look_at(app, document, purpose="maintenance").error
        assert again is not None
        assert again.code == SamePersonTwice.code
        assert state(app, document) is EcopyState.AWAITING_SIGNATURE

    with application(home, seal_needs_person=True) as app:
        mai = person_named(app, "mai", Role.SEAL_HOLDER)
        issued = issue_document(app, document, sealer=mai)
        assert issued.ecopy is not None
        assert (issued.error, state(app, document)) == (None, EcopyState.ISSUED)
        acts = {act.action: act for act in app.register.audit_of(issued.ecopy.id)}
        assert acts["release_seal"].actor == "mai"
        assert waiting_for_seal(app, purpose="maintenance") == []
        let_seal(app, app.register.document(document), mai)
        assert len([a for a in app.register.audit_of(issued.ecopy.id) if a.action == "release_seal"]) == 1


class _Away:
    """An authority that gives no time-stamp."""

    name = "away"

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        raise TimestampUnavailable(reason="away")


@pytest.mark.slow
def test_a_copy_that_waits_for_its_time_stamp_is_sealed_once_and_again_asked_for(tmp_path: Path) -> None:
    """`ecopy seal` on it tries again, whoever asks; who let the key sign stays who it was."""

    def sealed(by: str) -> tuple[int, dict[str, Any]]:
        called = ("seal", document, "--as", by, "--home", str(tmp_path / "home"), "--json")
        done = CliRunner().invoke(command, called, env={"ECOPY_SEAL_NEEDS_PERSON": "true"})
        return done.exit_code, json.loads(done.stdout)

    with application(tmp_path / "home", seal_needs_person=True) as app:
        (outcome,) = digitized(app, tmp_path / "out", sample_card(tmp_path), confirm=False)
        assert isinstance(outcome, SourceOutcome), outcome
        document = outcome.documents[0].id
        for name in ("mai", "hoa"):
            open_account(app, name, name, [Role.SEAL_HOLDER], purpose="maintenance")
        confirm_document(app, document, app.hands.person("officer"), corrections={}, document_type=None)
        seal = replace(app.hands.seal, signer=replace(app.hands.seal.signer, tsa=_Away()))  # type: ignore[type-var]
        app.__dict__["hands"] = replace(app.hands, seal=seal)
        with pytest.raises(TimestampUnavailable):
            issue_document(app, document, sealer=person_named(app, "mai", Role.SEAL_HOLDER))
        assert state(app, document) is EcopyState.AWAITING_TIMESTAMP
        assert waiting_for_seal(app, purpose="maintenance") == []  # it has its seal
        with pytest.raises(TimestampUnavailable):
            issue_document(app, document, sealer=person_named(app, "hoa", Role.SEAL_HOLDER))
        ecopy = app.register.ecopy_of(document)
        assert ecopy is not None
        assert ecopy.state is EcopyState.AWAITING_TIMESTAMP
        assert app.register.latest_revision(ecopy.id) is None

    code, told = sealed("officer")
    assert (code, told["error"]["code"]) == (WrongRole.exit_code, WrongRole.code)
    code, told = sealed("hoa")
    assert (code, told["ecopy"]["id"]) == (0, ecopy.id)
    with application(tmp_path / "home") as app:
        assert state(app, document) is EcopyState.ISSUED
        acts = [act for act in app.register.audit_of(ecopy.id) if act.action == "release_seal"]
        assert [act.actor for act in acts] == ["mai"]
    code, told = sealed("hoa")
    assert (code, told["ecopy"]["id"]) == (0, ecopy.id)
