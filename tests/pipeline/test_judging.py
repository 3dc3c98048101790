"""A confirmation is taken apart into what a person says of each field: reading, proposal and truth, and no more."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from extraction.calibration import GROUPS, Calibration, put_in_force
from models.errors import BadFieldValue, StillDoubtful
from models.judgement import TYPE_FIELD
from models.states import DocumentState
from pipeline.application import Application
from pipeline.stages.review import confirm
from storage.records import DocumentRecord, JudgementRecord
from storage.register import Transaction
from tests import warm
from tests.extraction.support import paper
from tests.pipeline.reviewing import OFFICER, decision, in_review, read
from tests.pipeline.support import application, digitized, documents_of, sample_card

LETTER = """
ỦY BAN NHÂN DÂN              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
XÃ MẪU                       Độc lập - Tự do - Hạnh phúc
Số: 34/UBND-VP               Mẫu, ngày 12 tháng 3 năm 2026
V/v rà soát hộ nghèo
         Kính gửi: Phòng Văn hóa - Xã hội
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with application(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _packaged_again() -> Iterator[None]:
    yield
    put_in_force(None)


def judged(app: Application, document: DocumentRecord, **given: object) -> dict[str, JudgementRecord]:
    """What stands in the register after the officer confirmed with these corrections."""
    confirm(app, document, OFFICER, **given)  # type: ignore[arg-type]
    return {r.judgement.field: r for r in app.register.judgements() if r.document_id == document.id}


def test_a_changed_value_is_kept_as_reading_proposal_and_truth(app: Application) -> None:
    document = in_review(app, decision("signer_name", signer_name=read("Nguyên Văn Mẫu", 0.4, "spelling")))
    kept = judged(app, document, corrections={"signer_name": "Nguyễn Văn Mẫu"})["signer_name"]
    judgement = kept.judgement
    assert (judgement.outcome, judgement.look, judgement.kind) == ("changed", "asked", "name")
    assert judgement.truth == "Nguyễn Văn Mẫu"
    assert judgement.proposal == read("Nguyên Văn Mẫu", 0.4, "spelling")
    assert (kept.document_type, kept.type_version, kept.extractor) == ("quyet_dinh", 1, "rules-1")
    assert kept.engine == "drawn 7"
    assert (kept.judged_by, kept.role.value) == ("officer", "officer")
    assert kept.judged_at.endswith("+07:00")
    assert kept.judged_at == app.register.document(document.id).confirmed_at


def test_what_was_asked_and_let_stand_is_told_from_what_was_only_shown(app: Application) -> None:
    document = in_review(app, decision("abstract", abstract=read("Về việc nọ", 0.5)))
    kept = judged(app, document)
    looks = {name: (r.judgement.look, r.judgement.outcome) for name, r in kept.items()}
    assert looks == {
        TYPE_FIELD: ("shown", "confirmed"),
        "number": ("shown", "confirmed"),
        "issuer": ("shown", "confirmed"),
        "issued_on": ("shown", "confirmed"),
        "abstract": ("asked", "confirmed"),
        "signer_name": ("shown", "confirmed"),
    }
    assert kept["number"].judgement.accepted
    assert not kept["abstract"].judgement.accepted


def test_an_accepted_value_that_a_person_changes_counts_as_accepted_and_wrong(app: Application) -> None:
    kept = judged(app, in_review(app, decision()), corrections={"number": "13/QĐ-UBND"})
    judgement = kept["number"].judgement
    assert judgement.accepted
    assert not judgement.right
    assert (judgement.proposal and judgement.proposal.value, judgement.truth) == ("12/QĐ-UBND", "13/QĐ-UBND")


def test_a_value_that_was_missing_is_added(app: Application) -> None:
    document = in_review(app, decision("signer_name", signer_name=None))
    given = {"signer_name": "Lê Thị Mẫu", "holder_name": "Phạm Văn Thử"}
    kept = judged(app, document, corrections=given)
    asked, unasked = kept["signer_name"].judgement, kept["holder_name"].judgement
    assert (asked.outcome, asked.look, asked.proposal, asked.truth) == ("added", "asked", None, "Lê Thị Mẫu")
    assert (unasked.outcome, unasked.look, unasked.truth) == ("added", "shown", "Phạm Văn Thử")
    assert not unasked.accepted


def test_a_value_that_is_not_on_the_paper_is_removed(app: Application) -> None:
    document = in_review(app, decision(holder_name=read("Về Việc Công", 0.9)))
    judgement = judged(app, document, corrections={"holder_name": ""})["holder_name"].judgement
    assert (judgement.outcome, judgement.truth) == ("removed", None)
    assert judgement.proposal is not None


def test_a_field_that_the_paper_lacks_as_the_machine_thought_is_confirmed(app: Application) -> None:
    document = in_review(app, decision("signer_name", signer_name=None))
    judgement = judged(app, document, corrections={"signer_name": ""})["signer_name"].judgement
    assert (judgement.outcome, judgement.proposal, judgement.truth) == ("confirmed", None, None)


def test_the_same_value_typed_again_confirms_it_whatever_its_form(app: Application) -> None:
    document = in_review(app, decision("issued_on", issued_on=read("2026-03-12", 0.5)))
    assert judged(app, document, corrections={"issued_on": "12/03/2026"})["issued_on"].judgement.right


def test_fields_that_nobody_named_and_nobody_was_shown_are_not_judged(app: Application) -> None:
    assert "holder_name" not in judged(app, in_review(app, decision()))


def test_another_type_given_judges_the_type_and_of_its_fields_only_the_typed_ones(app: Application) -> None:
    """The values under the new type were never shown to the person who named it."""
    document = in_review(app, decision(), reading=paper(LETTER, split=True))
    given = {
        "recipient": "Phòng Văn hóa - Xã hội",
        "abstract": "rà soát hộ nghèo",
        "signer_name": "Lê Văn Mẫu",
        "number": "34/UBND-VP",
        "issued_on": "12/3/2026",
        "issuer": "UBND xã Mẫu",
    }
    kept = judged(app, document, document_type="cong_van", corrections=given)
    assert set(kept) == {TYPE_FIELD, *given}
    mistaken = kept[TYPE_FIELD].judgement
    assert (mistaken.outcome, mistaken.look, mistaken.truth) == ("changed", "shown", "cong_van")
    assert mistaken.proposal is not None
    assert (mistaken.proposal.value, mistaken.proposal.confidence) == ("quyet_dinh", 0.98)
    assert all(r.document_type == "cong_van" for r in kept.values())


def test_a_doubtful_type_was_asked_about_and_one_that_a_person_gave_is_no_proposal(app: Application) -> None:
    doubtful = judged(app, in_review(app, decision(probability=0.6)))[TYPE_FIELD].judgement
    assert (doubtful.look, doubtful.outcome) == ("asked", "confirmed")
    given = judged(app, in_review(app, decision(), forced_type="quyet_dinh"))
    assert TYPE_FIELD not in given
    assert "number" in given


def test_nothing_is_judged_where_somebody_stands_for_a_batch_unseen(app: Application) -> None:
    document = in_review(app, decision())
    confirm(app, document, OFFICER, looked=False)
    assert app.register.document(document.id).state is DocumentState.APPROVED
    assert list(app.register.judgements()) == []


@pytest.mark.slow
def test_digitising_with_a_person_who_confirms_what_nobody_looked_at_judges_nothing(tmp_path: Path) -> None:
    card, trusting = sample_card(tmp_path), tmp_path / "trusting.json"
    sure = Calibration(version="trusting", weights={f"group.{group}": 12.0 for group in GROUPS})
    trusting.write_text(sure.model_dump_json(), encoding="utf-8")
    with application(tmp_path / "home", calibration=trusting) as app:
        digitized(app, tmp_path / "out", card)
        assert [d.state for d in documents_of(app)] == [DocumentState.APPROVED]
        assert list(app.register.judgements()) == []


def test_a_confirmation_that_is_refused_judges_nothing(app: Application) -> None:
    document = in_review(app, decision("signer_name", signer_name=None))
    with pytest.raises(StillDoubtful):
        confirm(app, document, OFFICER)
    with pytest.raises(BadFieldValue):
        confirm(app, document, OFFICER, corrections={"signer_name": "Lê Văn 7"})
    assert list(app.register.judgements()) == []


def test_confirmation_and_judgements_stand_or_fall_together(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = in_review(app, decision())

    def full_disk(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Transaction, "add_judgements", full_disk)
    with pytest.raises(OSError, match="no space"):
        confirm(app, document, OFFICER)
    assert app.register.document(document.id).state is DocumentState.IN_REVIEW
    assert app.register.derivation(document.id, "confirm") is None
    monkeypatch.undo()
    confirm(app, document, OFFICER)
    assert len(list(app.register.judgements())) == 6


@pytest.mark.parametrize(("commits", "kept"), [("before", 0), ("after", 6)])
def test_killed_around_its_commit_a_confirmation_is_there_whole_or_not_at_all(
    commits: str, kept: int, tmp_path: Path
) -> None:
    with application(tmp_path / "home") as app:
        document = in_review(app, decision())
    words = ("-m", "tests.pipeline.killed_confirm", tmp_path / "home", document.id, commits)
    killed = warm.run(words, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    with application(tmp_path / "home") as app:
        assert len(list(app.register.judgements())) == kept
        now = app.register.document(document.id)
        assert now.state is (DocumentState.APPROVED if kept else DocumentState.IN_REVIEW)
        if not kept:
            confirm(app, now, OFFICER)
        assert len(list(app.register.judgements())) == 6


@pytest.mark.slow
def test_of_a_real_scan_everything_that_was_read_and_thought_is_kept(tmp_path: Path) -> None:
    card = sample_card(tmp_path)
    with application(tmp_path / "home") as app:
        digitized(app, tmp_path / "out", card, confirm=False)
        (document,) = documents_of(app)
        kept = judged(app, document, corrections={"full_name": "Nguyễn Thị Khác"})
        engine = app.engine_version
    name = kept["full_name"]
    proposal = name.judgement.proposal
    assert proposal is not None
    assert name.judgement.outcome == "changed"
    assert proposal.printed
    assert proposal.page == 1
    assert proposal.box is not None
    assert proposal.evidence is not None
    assert proposal.evidence.weakest > 0
    assert name.engine == f"{engine.name} {engine.version}"
    assert name.extractor.startswith("rules-")
    assert kept["personal_id"].judgement.right
