"""Bad input: a stable code and a remedy each, the original kept, the rest of the run unaffected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.states import DocumentState
from pipeline.application import Application
from pipeline.papers.outcome import SourceOutcome, SourceRefused
from pipeline.stages.receive import known_content
from samples.hostile import NAMES, write_hostile
from tests.pipeline.support import application, digitized, documents_of, sample_card


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("bad") / "home", workers=1) as opened:
        yield opened


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_is_refused_by_its_code_and_kept(app: Application, tmp_path: Path, name: str) -> None:
    hostile = write_hostile(name, tmp_path)
    (outcome,) = digitized(app, tmp_path / "out", hostile.path)
    assert isinstance(outcome, SourceRefused), outcome
    assert outcome.error.code in hostile.accepts
    assert outcome.error.remedy
    source = known_content(app, _mac(app, hostile.path))
    assert source is not None
    assert source.error_code == outcome.error.code
    assert app.vault.read(source.object_key) == hostile.path.read_bytes()
    (document,) = app.register.documents_of(source.id)
    apart = document.state is DocumentState.QUARANTINED
    assert apart == source.quarantined
    assert apart or document.state is DocumentState.REFUSED


def test_a_file_too_large_is_refused_at_the_door(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"x" * 5000)
    with application(tmp_path / "home", max_file_bytes=1000) as app:
        (outcome,) = digitized(app, tmp_path / "out", path)
    assert isinstance(outcome, SourceRefused)
    assert outcome.error.code == "INPUT_TOO_LARGE"


def test_a_refused_file_is_judged_again_when_limits_have_changed(tmp_path: Path) -> None:
    card = sample_card(tmp_path)
    with application(tmp_path / "home", max_pixels=1000) as app:
        (refused,) = digitized(app, tmp_path / "out", card)
    assert isinstance(refused, SourceRefused)
    with application(tmp_path / "home") as app:
        (taken,) = digitized(app, tmp_path / "out", card)
    assert isinstance(taken, SourceOutcome)


def test_one_bad_file_among_good_ones_changes_nothing_for_them(app: Application, tmp_path: Path) -> None:
    card = sample_card(tmp_path)
    bad = write_hostile("pdf_launch", tmp_path)
    outcomes = digitized(app, tmp_path / "out", bad.path, card)
    assert sorted(type(o).__name__ for o in outcomes) == ["SourceOutcome", "SourceRefused"]


def _mac(app: Application, path: Path) -> str:
    from pipeline.stages.receive import content_mac

    with path.open("rb") as handle:
        return content_mac(app, handle)


def test_a_reading_that_runs_out_of_time_leaves_the_document_where_it_was(tmp_path: Path) -> None:
    card = sample_card(tmp_path)
    with application(tmp_path / "home", ocr_timeout_seconds=0.05) as app:
        (slow,) = digitized(app, tmp_path / "out", card)
        assert isinstance(slow, SourceRefused)
        assert slow.error.code == "ENGINE_FAULT"
        (document,) = documents_of(app)
        assert document.state is DocumentState.TRIAGED
        assert app.register.capture(document.id) is not None
    with application(tmp_path / "home") as app:
        (taken,) = digitized(app, tmp_path / "out", card)
    assert isinstance(taken, SourceOutcome)
    assert taken.documents[0].id == document.id
