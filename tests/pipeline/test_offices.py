"""Certificates of office in a real installation: imported before anything is signed, ended by a merger, revoked later."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from typer.testing import CliRunner, Result

from cli.main import app as command
from models.errors import (
    CertificateNotImported,
    CertificateNotOfOffice,
    CertificateUsage,
    NotFound,
    OfficeTaken,
    PathNotFound,
    RevocationNotKnown,
    UnknownPerson,
    UsageError,
)
from models.offices import EndReason
from models.people import Agency, Role
from models.signatures import Verdict
from pipeline import doctor
from pipeline.access import issue_document
from pipeline.application import Application
from pipeline.clock import SystemClock
from pipeline.keeping.lifecycle import revoke
from pipeline.offices import affected, register
from pipeline.offices.affected import Why
from pipeline.papers.outcome import SourceOutcome, SourceRefused
from signing.development import certs
from signing.development.pki import (
    SAMPLE_AGENCY,
    DevelopmentPki,
    create_development_pki,
    load_development_pki,
)
from signing.judging.verify import verify_pdf
from storage.people.offices import offices_of
from storage.people.parties import note_agency
from tests.openssl_tsa import openssl_authority, served
from tests.pipeline.conftest import Finished
from tests.pipeline.support import application, digitized, sample_card
from tests.stories import tell

pytestmark = pytest.mark.slow

PURPOSE = "maintenance:test"
MERGED = Agency(identifier="Y99.99.77", name="Ủy ban nhân dân phường Mẫu Thử Mới")


@dataclass
class Place:
    """An installation with real keys, all of them in files."""

    folder: Path
    settings: dict[str, Any]
    pki: DevelopmentPki

    def opened(self, **more: object) -> Any:
        return application(self.folder / "home", **{**self.settings, **more})

    def certificate(self, name: str, *, der: bool = False) -> Path:
        """The certificate of somebody, with its issuer where the form allows."""
        own, above = (self.pki.folder / "certificates" / f"{one}.pem" for one in (name, "intermediate"))
        path = self.folder / f"{name}.cer"
        whole = own.read_bytes() + above.read_bytes()
        path.write_bytes(pem.unarmor(own.read_bytes())[2] if der else whole)
        return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("offices")
    create_development_pki(folder / "pki", SystemClock())
    pki = load_development_pki(folder / "pki")
    _issue_for_the_merged_agency(pki)
    (folder / "word").write_text("mật khẩu\n", encoding="utf-8")
    with served(openssl_authority(pki.folder, folder)) as url:
        settings = {
            "trust": "configured",
            "trust_anchors": pki.root_path,
            "status_online": False,
            "agency_name": SAMPLE_AGENCY.name,
            "agency_identifier": SAMPLE_AGENCY.identifier,
            "agency_key": _key(pki, "vanthu", folder),
            "clerk_name": "Trần Văn Mẫu",
            "clerk_key": _key(pki, "clerk", folder),
            "officer_name": "Lê Thị Mẫu",
            "tsa_urls": url,
        }
        yield Place(folder, settings, pki)


def _issue_for_the_merged_agency(pki: DevelopmentPki) -> None:
    above = pki._issued("intermediate")
    name = certs.subject(f"{MERGED.name} (TEST)", MERGED.name, MERGED.identifier)
    issued = certs.issue(name, certs.SIGNING, datetime.now(UTC), above)
    (pki.folder / "certificates" / "merged.pem").write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    private = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (pki.folder / "private" / "merged.key.pem").write_bytes(private)


def _key(pki: DevelopmentPki, name: str, folder: Path) -> str:
    key = load_pem_private_key((pki.folder / "private" / f"{name}.key.pem").read_bytes(), None)
    own, above = (
        x509.load_pem_x509_certificate((pki.folder / "certificates" / f"{one}.pem").read_bytes())
        for one in (name, "intermediate")
    )
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    kept = pkcs12.serialize_key_and_certificates(
        name.encode(),
        key,  # type: ignore[arg-type]
        own,
        [above],
        BestAvailableEncryption("mật khẩu".encode()),
    )
    (folder / f"{name}.p12").write_bytes(kept)
    return f"pkcs12:{folder / name}.p12?password-source={folder / 'word'}"


def bind(app: Application, path: Path, role: Role, **more: str) -> str:
    return register.import_certificate(app, path, role, purpose=PURPOSE, **more).certificate.sha256


def certificates(app: Application) -> str:
    return doctor._certificates(app)


def test_certificates_of_an_office_from_import_to_merger(
    place: Place, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    tell(globals(), subtests, tmp_path, place=place)


def step_1_what_can_not_be_bound_is_refused_with_its_own_code(place: Place) -> None:
    with place.opened() as app:
        for wanted, name, role, more in (
            (CertificateUsage, "tsa", Role.CLERK, {"person": "clerk"}),
            (CertificateUsage, "ocsp", Role.SEAL_HOLDER, {}),
            (CertificateNotOfOffice, "vanthu", Role.CLERK, {"person": "clerk"}),
            (CertificateNotOfOffice, "merged", Role.SEAL_HOLDER, {}),
            (UnknownPerson, "clerk", Role.CLERK, {"person": "nobody"}),
            (UnknownPerson, "clerk", Role.OFFICER, {"person": "clerk"}),
            (UsageError, "clerk", Role.CLERK, {}),
            (UsageError, "vanthu", Role.SEAL_HOLDER, {"person": "clerk"}),
            (UsageError, "vanthu", Role.SUPERVISOR, {"person": "clerk"}),
            (UsageError, "vanthu", Role.SEAL_HOLDER, {"agency": "?"}),
        ):
            with pytest.raises(wanted):
                bind(app, place.certificate(name), role, **more)
        with pytest.raises(PathNotFound):
            bind(app, place.folder / "none.cer", Role.SEAL_HOLDER)
        with pytest.raises(UsageError):  # an authority's alone
            bind(app, place.pki.root_path, Role.SEAL_HOLDER)
        assert register.list_certificates(app, purpose=PURPOSE, everything=True) == []
        tried = [act for act in app.register.audit_of("vanthu.cer") if act.action == "import_certificate"]
        assert {act.outcome for act in tried} >= {CertificateNotOfOffice.code, UsageError.code}


def step_2_nothing_is_signed_before_an_administrator_said_whose_certificate_it_is(place: Place) -> None:
    card = sample_card(place.folder)
    with place.opened() as app:
        (refused,) = digitized(app, place.folder / "out", card)
        assert isinstance(refused, SourceRefused)
        assert refused.error.code == CertificateNotImported.code
        assert "ecopy certificate import" in refused.error.remedy
        assert not list(place.folder.glob("out/*.pdf"))
        assert "capture" not in app.register.object_kinds()
        with pytest.raises(CertificateNotImported):
            certificates(app)


def step_3_with_both_imported_the_copy_is_made_and_sealed_by_a_person(place: Place) -> None:
    with place.opened() as app:
        clerk = bind(app, place.certificate("clerk"), Role.CLERK, person="clerk")
        (waiting,) = digitized(app, place.folder / "out", sample_card(place.folder))
        assert isinstance(waiting, SourceOutcome), waiting
        (document,) = waiting.documents
        assert document.capture is not None
        assert (document.error.code if document.error else None) == "SEAL_AWAITED"
        seal = app.hands.person("vanthu")
        with pytest.raises(CertificateNotImported):
            issue_document(app, document.id, sealer=seal)
        assert app.register.latest_revision(_ecopy(app, document.id)) is None
        bind(app, place.certificate("vanthu"), Role.SEAL_HOLDER)
        issued = issue_document(app, document.id, sealer=seal)
        assert issued.ecopy is not None
        with pytest.raises(OfficeTaken):
            bind(app, place.certificate("clerk"), Role.OFFICER, person="officer")
        with app.register.reading() as connection:
            (bound,) = offices_of(connection, clerk)
        assert (bound.person, bound.agency, len(bound.issuers)) == ("clerk", SAMPLE_AGENCY.identifier, 2)
        assert "clerk: 1" in certificates(app)  # days
        assert "ecopy certificate list" not in certificates(app)


def _ecopy(app: Application, document: str) -> str:
    found = app.register.ecopy_of(document)
    assert found is not None
    return found.id


def _file(app: Application, document: str) -> str:
    revision = app.register.latest_revision(_ecopy(app, document))
    assert revision is not None
    return revision.object_key


def step_4_a_merger_ends_the_old_certificate_and_leaves_old_copies_as_valid_as_they_were(
    place: Place,
) -> None:
    with place.opened() as app:
        (old,) = {one.document_id for one in _made(app, place, "vanthu")}
        with app.register.transaction(actor="os:admin", purpose=PURPOSE) as tx:
            note_agency(tx, MERGED)
        successor = bind(app, place.certificate("merged"), Role.SEAL_HOLDER, agency=MERGED.identifier)
        with app.vault.local_path(_file(app, old)) as path:
            before = path.read_bytes()
        ended = register.end_certificate(
            app, str(place.certificate("vanthu")), EndReason.MERGER, successor=successor[:16], purpose=PURPOSE
        )
        assert (ended.successor, ended.end_reason) == (successor, EndReason.MERGER)
        with pytest.raises(CertificateNotOfOffice, match="merger"):
            app.hands.seal.signer.sign_statement(b"after the merger")
        with pytest.raises(CertificateNotOfOffice):
            certificates(app)
    new = {"agency_name": MERGED.name, "agency_identifier": MERGED.identifier}
    new["agency_key"] = _key(place.pki, "merged", place.folder)
    with place.opened(**new) as app:
        assert app.hands.seal.signer.sign_statement(b"the new agency").signer.startswith(MERGED.name)
        with pytest.raises(CertificateNotOfOffice, match=r"Y99\.99\.99 ≠ Y99\.99\.77"):
            app.hands.clerk.signer.sign_statement(b"an officer of the old one")
        with app.vault.local_path(_file(app, old)) as path:
            report = verify_pdf(path, app.hands.trust)
            assert (report.verdict, path.read_bytes() == before) == (Verdict.VALID, True)
        listed = register.list_certificates(app, purpose=PURPOSE, everything=True)
        assert sorted(one.state.value for one in listed) == ["ended", "in_use", "in_use"]
        assert len(register.list_certificates(app, purpose=PURPOSE)) == 2


def _made(app: Application, place: Place, name: str) -> list[affected.MadeWith]:
    inquiry = affected.inquire(app, str(place.certificate(name)), datetime.now(UTC), purpose=PURPOSE)
    return [one.signature for one in affected.affected(app, inquiry)]


@pytest.fixture
def issued(finished: Finished, tmp_path: Path) -> Path:
    """A home of its own with the demonstration's e-copies."""
    shutil.copytree(finished.home, tmp_path / "home")
    return tmp_path / "home"


def test_what_a_revoked_certificate_signed_holds_where_it_is_proven_older(
    issued: Path, finished: Finished
) -> None:
    file = str(issued / "pki" / "certificates" / "vanthu.pem")
    with application(issued) as app:
        with pytest.raises(RevocationNotKnown):
            affected.inquire(app, file, None, purpose=PURPOSE)
        with pytest.raises(NotFound):
            affected.inquire(app, "0" * 64, None, purpose=PURPOSE)

        late = affected.inquire(app, file, datetime.now(UTC) + timedelta(hours=1), purpose=PURPOSE)
        found = list(affected.affected(app, late))
        copies = len(found)
        assert copies >= len(finished.issued()) > 0
        assert [(one.why, one.proposal) for one in found] == [(Why.PROVEN_BEFORE, None)] * copies
        assert all(one.proven_at is not None and one.proven_at < late.revoked_at for one in found)

        early = affected.inquire(
            app, late.certificate.sha256[:20], datetime(2020, 1, 1, tzinfo=UTC), purpose=PURPOSE
        )
        found = list(affected.affected(app, early))
        assert [one.why for one in found] == [Why.PROVEN_AFTER] * copies
        said = found[0].proposal
        assert said is not None
        assert said.startswith(f"ecopy lifecycle revoke {found[0].signature.ecopy_id} ")
        ecopy = found[0].signature.ecopy_id or ""
        revoke(app, ecopy, person=app.hands.person("officer"), reason=affected.REVOCATION_REASON, note=None)
        again = [one for one in affected.affected(app, early) if one.signature.ecopy_id == ecopy]
        assert [(one.why, one.proposal) for one in again] == [(Why.PROVEN_AFTER, None)]


def test_a_file_that_is_changed_or_gone_holds_for_nothing(issued: Path) -> None:
    file = str(issued / "pki" / "certificates" / "clerk.pem")
    with application(issued) as app:
        asked = affected.inquire(app, file, datetime.now(UTC) + timedelta(hours=1), purpose=PURPOSE)
        first, second, *_ = [one.signature.object_key or "" for one in affected.affected(app, asked)]
        folder = issued / "objects"
        one, other = (next(folder.rglob(f"*{key}*")) for key in (first, second))
        one.chmod(0o600)
        content = bytearray(one.read_bytes())
        content[len(content) // 3] ^= 1
        one.write_bytes(content)
        other.unlink()
        found = {made.signature.object_key: made for made in affected.affected(app, asked)}
    assert (found[second].why, found[second].holds) == (Why.NOT_HERE, False)
    assert found[first].why in (Why.NOT_SOUND, Why.NOT_HERE)
    assert {one.why for key, one in found.items() if key not in (first, second)} == {Why.PROVEN_BEFORE}


def _said(home: Path, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in (*words, "--home", home)])


def _machine(home: Path, *words: object) -> tuple[int, list[dict[str, Any]]]:
    done = _said(home, *words, "--json")
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_commands_of_the_administrator_and_of_the_seal_holder(issued: Path) -> None:
    folder = issued / "pki" / "certificates"
    chain = issued / "vanthu.pem"
    chain.write_bytes((folder / "vanthu.pem").read_bytes() + (folder / "intermediate.pem").read_bytes())
    assert "ecopy certificate import" in _said(issued, "certificate", "list").stderr
    code, (bound,) = _machine(issued, "certificate", "import", chain, "--role", "vanthu")
    assert (code, bound["role"], bound["agency"], bound["person"]) == (0, "vanthu", "Y99.99.99", None)
    assert bound["imported_by"].startswith("os:")
    code, (refused,) = _machine(
        issued, "certificate", "import", chain, "--role", "clerk", "--person", "clerk"
    )
    assert (code, refused["error"]["code"]) == (3, CertificateNotOfOffice.code)
    for language, words in (("vi", "đang dùng"), ("en", "in use")):
        assert words in _said(issued, "certificate", "list", "--lang", language).stdout
    code, (listed,) = _machine(issued, "certificate", "list")
    assert (listed["state"], listed["soon"], listed["days_left"] > 60) == ("in_use", False, True)
    ended = ("certificate", "end", bound["sha256"][:12], "--reason", "lost", "--at", "01/07/2099")
    code, (end,) = _machine(issued, *ended, "--note", "mất ở nhà")
    assert (code, end["ends_at"], end["end_note"]) == (0, "2099-07-01T00:00:00+07:00", "mất ở nhà")
    code, (listed,) = _machine(issued, "certificate", "list", "--all")
    assert listed["state"] == "ends"
    with application(issued) as app:
        acts = [act for act in app.register.audit_of(bound["sha256"]) if act.action != "look"]
    assert [(act.action, act.purpose) for act in acts] == [
        ("import_certificate", "maintenance"),
        ("end_certificate", "maintenance"),
    ]
    assert _machine(issued, "seal") == (0, [])
    code, (wrong,) = _machine(issued, "seal", "0" * 26)
    assert (code, wrong["error"]["code"]) == (2, "USAGE")
    code, (wrong,) = _machine(issued, "seal", "0" * 26, "--as", "vanthu")
    assert (code, wrong["error"]["code"]) == (1, "NOT_FOUND")


def test_the_lists_tell_since_when_and_the_command_tells_machines_line_by_line(
    issued: Path, finished: Finished
) -> None:
    pki = load_development_pki(issued / "pki")
    pki.revoke("clerk", datetime.now(UTC) + timedelta(seconds=1))
    chain = issued / "chain.pem"
    certificate = (issued / "pki" / "certificates" / "clerk.pem").read_bytes()
    chain.write_bytes(certificate + (issued / "pki" / "certificates" / "intermediate.pem").read_bytes())

    def ecopy(*words: object) -> tuple[int, list[dict[str, Any]]]:
        return _machine(issued, *words)

    code, (*lines, summary) = ecopy("certificate", "affected", chain)
    assert code == 0, lines
    assert {line["why"] for line in lines} == {"proven_before"}
    assert {line["ecopy"] for line in lines} == {None}, "captures"
    assert (summary["signatures"], summary["holding"]) == (len(lines), len(lines))
    code, (*lines, summary) = ecopy("certificate", "affected", chain, "--revoked-at", "01/07/2025 08:00:00")
    assert (code, summary["holding"], summary["counts"]) == (1, 0, {"proven_after": len(lines)})
    assert summary["revoked_at"] == "2025-07-01T08:00:00+07:00"
    code, (wrong,) = ecopy("certificate", "affected", chain, "--revoked-at", "yesterday")
    assert (code, wrong["error"]["code"]) == (2, "USAGE")
    assert finished.issued()


def test_only_a_time_stamp_of_the_file_itself_counts(issued: Path) -> None:
    """A report without a proven time, or about another certificate's field, proves nothing."""
    with application(issued) as app:
        file = str(issued / "pki" / "certificates" / "vanthu.pem")
        asked = affected.inquire(app, file, datetime.now(UTC) + timedelta(hours=1), purpose=PURPOSE)
        first = next(affected.affected(app, asked)).signature
        with app.vault.local_path(first.object_key or "") as path:
            report = verify_pdf(path, app.hands.trust)
    bare = tuple(one.model_copy(update={"proven_at": None}) for one in report.signatures)
    assert affected.weigh(first, report.model_copy(update={"signatures": bare}), asked).why is Why.NO_PROOF
    other = report.model_copy(update={"evidence": tuple(None for _ in report.evidence)})
    assert affected.weigh(first, other, asked).why is Why.NOT_SOUND


def test_the_certificates_of_trials_need_no_import(finished: Finished) -> None:
    assert "days left" in certificates(finished.app)


def step_5_an_expiring_certificate_is_told_sixty_days_before(place: Place) -> None:
    with place.opened() as app:
        rules = app.rules_today().certificates.warn_days
        assert (rules.value, rules.source.startswith("ours")) == (60, True)
        (mine, *_) = [
            one for one in register.list_certificates(app, purpose=PURPOSE) if one.office.role is Role.CLERK
        ]
        assert mine.soon is False
        near = datetime.fromisoformat(mine.office.certificate.not_after) - timedelta(days=59)
    from tests.clocks import FixedClock

    with application(place.folder / "home", FixedClock(near), **place.settings) as app:
        listed = register.list_certificates(app, purpose=PURPOSE)
        assert {one.soon for one in listed} == {True}
        assert {one.days_left for one in listed if one.office.role is Role.CLERK} == {59}
