"""Sao lục, trích sao, certified copies: what each shows and hides, who may ask, and that they keep out of each other's way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from models.ecopy import CopyForm, PresentedAs
from models.errors import (
    AttestationNumberTaken,
    CopyNotAllowed,
    EcopyError,
    ExcerptEmpty,
    UnknownField,
    WrongRole,
)
from models.signatures import Verdict
from models.states import EcopyState
from pipeline.access import fetch_ecopy, issue_document
from pipeline.application import Application
from pipeline.keeping import lifecycle
from pipeline.papers.further_copies import ask_excerpt, certify
from pipeline.papers.outcome import SourceOutcome
from pipeline.papers.release import look_at_note
from pipeline.papers.report import document_outcome
from pipeline.papers.status import document_status
from signing.judging.verify import verify_pdf
from storage.records import EcopyRecord
from tests.pdf.support import faults
from tests.pipeline.conftest import Finished
from tests.pipeline.support import application, digitized, sample_card
from tests.soundness import trail_break

PURPOSE = "dossier:H26.17-261123-0001"


@dataclass
class Office:
    app: Application
    document: str
    other: str
    names: tuple[str, ...]
    """Confirmed fields with a value."""


@pytest.fixture(scope="module")
def office(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("further") / "home"
    shutil.copytree(finished.home, home)
    first, second = (found for found in finished.issued()[:2])
    names = tuple(name for name, field in first.fields.items() if field.value)
    with application(home) as app, app.working():
        yield Office(app, first.id, second.id, names)


@pytest.fixture(scope="module")
def excerpt(office: Office) -> EcopyRecord:
    officer = office.app.hands.person("officer")
    asked = ask_excerpt(office.app, office.document, office.names[:2][::-1], person=officer, purpose=PURPOSE)
    assert asked.state is EcopyState.AWAITING_SIGNATURE
    return issued(office, asked)


@pytest.fixture(scope="module")
def certified(office: Office) -> EcopyRecord:
    return issued(office, attested(office, office.document))


def names_of(office: Office, document: str) -> list[str]:
    fields = document_outcome(office.app, office.app.register.document(document)).fields
    return [name for name, field in fields.items() if field.value]


def issued(office: Office, asked: EcopyRecord) -> EcopyRecord:
    issue_document(office.app, asked.id)
    return office.app.register.ecopy(asked.id)


def attested(office: Office, document: str, number: str = "0123") -> EcopyRecord:
    return certify(
        office.app,
        document,
        number=number,
        book="01/2026-SCT/BS",
        office="CHỦ TỊCH",
        person=office.app.hands.person("officer"),
        purpose=PURPOSE,
    )


def fetched(office: Office, ecopy: EcopyRecord, target: Path) -> str:
    """The copy at `target`; what its pages say."""
    fetch_ecopy(office.app, ecopy.id, target, purpose=PURPOSE)
    with pdfplumber.open(target) as pdf:
        return "\n".join(page.extract_text() or "" for page in pdf.pages)


def unsound(signed: Path) -> list[str]:
    """What keeps it from being PDF/A; the rule about one signature's range cannot hold for a file that was added to."""
    return [fault for fault in faults(signed, "2u") if "SIGNATURE-BYTERANGE-001" not in fault]


def words(text: str) -> str:
    return " ".join(text.split())


def test_an_excerpt_is_laid_out_anew_and_tells_only_what_was_asked_for(
    office: Office, excerpt: EcopyRecord, tmp_path: Path
) -> None:
    assert (excerpt.copy_form, excerpt.state) == (CopyForm.TRICH_SAO, EcopyState.ISSUED)
    target = tmp_path / "excerpt.pdf"
    text = words(fetched(office, excerpt, target))
    outcome = document_outcome(office.app, office.app.register.document(office.document))
    shown, hidden = office.names[:2], office.names[2:]
    kept = [outcome.fields[name].value or "" for name in shown]
    with pikepdf.open(target) as pdf:
        packet = bytes(pdf.Root.Metadata.read_bytes()).decode()
        assert not any("/XObject" in page.get("/Resources", {}) for page in pdf.pages), (
            "no picture of the paper"
        )
    for value in kept:
        assert value in packet
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "(Trích)" in text
    left_out = [value for name in hidden if len(value := outcome.fields[name].value or "") > 6]
    secret = [value for value in left_out if not any(value in one for one in kept)]
    assert secret, "the sample has something to leave out"
    for value in secret:
        assert value not in packet
    assert not unsound(target)
    report = verify_pdf(target, office.app.hands.trust)
    assert report.verdict is Verdict.VALID
    note = look_at_note(office.app, excerpt.id, purpose=PURPOSE)
    assert (note.copy_form, note.excerpt_of) == (CopyForm.TRICH_SAO, shown), "in the order of the form"


def test_a_certified_copy_has_the_pages_and_its_attestation_behind_them(
    office: Office, certified: EcopyRecord, tmp_path: Path
) -> None:
    target, whole = tmp_path / "certified.pdf", tmp_path / "whole.pdf"
    text = words(fetched(office, certified, target))
    fetch_ecopy(office.app, office.document, whole, purpose=PURPOSE)
    with pikepdf.open(target) as made, pikepdf.open(whole) as copy:
        assert len(made.pages) == len(copy.pages) + 1
    for said in (
        "LỜI CHỨNG",
        "Số chứng thực: 0123; quyển số: 01/2026-SCT/BS",
        "CHỦ TỊCH",
        "Trần Văn Mẫu Thử",
    ):
        assert said in text
    assert not unsound(target)
    assert verify_pdf(target, office.app.hands.trust).verdict is Verdict.VALID
    note = look_at_note(office.app, certified.id, purpose=PURPOSE)
    assert note.attestation is not None
    assert (note.attestation.number, note.attestation.certifier) == ("0123", "Trần Văn Mẫu Thử")


def test_a_number_is_given_once(office: Office, certified: EcopyRecord) -> None:
    assert attested(office, office.document).id == certified.id, "the same again is the same copy"
    with pytest.raises(AttestationNumberTaken) as taken:
        attested(office, office.other)
    assert certified.id in str(taken.value)


def test_the_whole_copy_stays_what_the_document_is_known_by(
    office: Office, excerpt: EcopyRecord, certified: EcopyRecord
) -> None:
    status = document_status(office.app, office.document, "vi")
    assert status.ecopy is not None
    assert status.ecopy.form is CopyForm.SAO_Y
    assert {copy.id for copy in status.further} >= {excerpt.id, certified.id}
    outcome = document_outcome(office.app, office.app.register.document(office.document))
    assert outcome.ecopy is not None
    assert outcome.ecopy.id == status.ecopy.id
    assert trail_break(office.app.register._engine) is None


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda o: ask_excerpt(o.app, o.document, ["no_such_field"], person=o.app.hands.person("officer"), purpose=PURPOSE), UnknownField),
        (lambda o: ask_excerpt(o.app, o.document, [], person=o.app.hands.person("officer"), purpose=PURPOSE), ExcerptEmpty),
        (lambda o: ask_excerpt(o.app, o.document, o.names[:1], person=o.app.hands.person("clerk"), purpose=PURPOSE), WrongRole),
    ],
)  # fmt: skip
def test_what_is_not_to_be_copied_is_refused_with_a_reason(
    office: Office, ask: object, error: type[EcopyError]
) -> None:
    before = len(office.app.register.ecopies_of(office.document))
    with pytest.raises(error):
        ask(office)  # type: ignore[operator]
    assert len(office.app.register.ecopies_of(office.document)) == before


def test_two_that_wait_are_signed_one_after_the_other(office: Office) -> None:
    officer = office.app.hands.person("officer")
    asked = [
        ask_excerpt(office.app, office.other, names, person=officer, purpose=PURPOSE)
        for names in ([name] for name in names_of(office, office.other)[:2])
    ]
    issue_document(office.app, office.other)
    copies = [office.app.register.ecopy(one.id) for one in asked]
    assert [copy.state for copy in copies] == [EcopyState.ISSUED] * 2
    assert len({copy.id for copy in copies}) == 2, "each excerpt is a copy of its own"


def test_of_a_sao_y_on_paper_comes_a_sao_luc(office: Office, tmp_path: Path) -> None:
    made = of_card(office, tmp_path, "ban_sao_y")
    ecopy = office.app.register.ecopy_of(made)
    assert ecopy is not None
    assert (ecopy.copy_form, ecopy.state) == (CopyForm.SAO_LUC, EcopyState.ISSUED)
    with pytest.raises(CopyNotAllowed):
        ask_excerpt(
            office.app, made, office.names[:1], person=office.app.hands.person("officer"), purpose=PURPOSE
        )
    with pytest.raises(CopyNotAllowed):
        attested(office, made, "0999")


def of_card(office: Office, folder: Path, presented_as: PresentedAs) -> str:
    """A card that came in as what it is said to be, confirmed and issued."""
    scan = sample_card(folder, remark=presented_as)
    (outcome,) = digitized(office.app, folder / "out", scan, presented_as=presented_as)
    assert isinstance(outcome, SourceOutcome), outcome
    (document,) = outcome.documents
    issue_document(office.app, document.id)
    return document.id


def test_by_the_document_all_copies_that_count_are_revoked(office: Office, tmp_path: Path) -> None:
    made = of_card(office, tmp_path, "ban_chinh")
    officer, vanthu = (office.app.hands.person(name) for name in ("officer", "vanthu"))
    part = ask_excerpt(office.app, made, names_of(office, made)[:1], person=officer, purpose=PURPOSE)
    issued(office, part)
    waits = ask_excerpt(office.app, made, names_of(office, made)[1:2], person=officer, purpose=PURPOSE)
    whole = office.app.register.ecopy_of(made)
    assert whole is not None
    told = lifecycle.revoke(office.app, made, person=vanthu, reason="wrong_data", note=None)
    assert [one.ecopy_id for one in told] == [whole.id, part.id]
    with pytest.raises(CopyNotAllowed):  # nothing more comes of data that were wrong
        issue_document(office.app, waits.id)
    assert office.app.register.ecopy(waits.id).state is EcopyState.AWAITING_SIGNATURE
    with pytest.raises(CopyNotAllowed):
        ask_excerpt(office.app, made, names_of(office, made)[:1], person=officer, purpose=PURPOSE)
