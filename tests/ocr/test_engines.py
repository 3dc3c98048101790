"""Which engine reads: names, profiles, what `auto` stands for, and what happens where parts are missing."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator

import pytest

from models.errors import BadSettings, EngineFault, EngineMissing, ModelMissing, PackageMissing
from ocr import engines
from ocr.decoding import calibration
from ocr.decoding.calibration import SecondOpinion, second_opinion_of
from ocr.engines import EngineChoice, best_installed, create_engine, create_recogniser, engine_names
from ocr.linefinder import detector


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Makes line engines fail as if they were not installed."""

    def remove(*names: str, error: EngineFault | None = None) -> None:
        def missing(language: str) -> None:
            raise error or PackageMissing(engine="x", package="x")

        kept = {name: missing if name in names else make for name, make in engines._RECOGNISERS.items()}
        monkeypatch.setattr(engines, "_RECOGNISERS", kept)
        create_recogniser.cache_clear()

    yield remove
    create_recogniser.cache_clear()


def test_auto_takes_our_own_net_then_tesseract_in_process_then_the_program(
    without: Callable[..., None],
) -> None:
    without("own")
    assert best_installed() == "tesserocr"
    assert create_engine("auto").version.name == "tesserocr"
    without("own", "tesserocr")
    assert best_installed() == "tesseract"
    assert create_engine("auto").version.name == "tesseract"


def test_without_the_nets_runtime_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    assert create_engine().version.name == "tesseract"


def test_a_named_engine_that_is_missing_is_never_replaced(without: Callable[..., None]) -> None:
    without("own", error=ModelMissing(engine="own", path="lines.onnx"))
    with pytest.raises(EngineMissing):
        create_engine("own")


def test_the_best_profile_asks_whoever_else_is_installed(without: Callable[..., None]) -> None:
    without("own", "asterocr")
    fast, best = (create_engine("tesserocr", profile=p).version.version for p in ("fast", "best"))
    assert fast == best
    assert "asterocr" not in best


def test_only_those_are_asked_who_read_doubtful_lines_better(monkeypatch: pytest.MonkeyPatch) -> None:
    def threshold(asked: str) -> float:
        return {"tesserocr+own": 0.9, "tesserocr+own+asterocr": 0.0, "tesserocr+asterocr": 0.0}[asked]

    def fitted(*asked: str) -> SecondOpinion:
        return second_opinion_of(*asked).model_copy(update={"doubtful_below": threshold("+".join(asked))})

    monkeypatch.setitem(engines.SECOND_OPINIONS, "tesserocr", ("asterocr", "own"))
    monkeypatch.setattr(calibration, "second_opinion_of", fitted)
    version = create_engine("tesserocr", profile="best").version.version
    assert "+own-" in version
    assert "asterocr" not in version


def test_unknown_names_and_profiles_are_bad_settings() -> None:
    with pytest.raises(BadSettings) as unknown:
        create_engine("tesseracht")
    assert "tesserocr" in unknown.value.message("vi")
    with pytest.raises(BadSettings):
        create_engine("tesseract", profile="quick")


def test_a_choice_travels_and_makes_its_engine() -> None:
    choice = pickle.loads(pickle.dumps(EngineChoice(name="tesseract", timeout_s=5)))
    assert choice.create().version.name == "tesseract"
    assert engine_names()[0] == "auto" == EngineChoice().name


def test_warming_up_is_quiet_about_what_is_missing(
    without: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise EngineFault(engine="line finder", reason="damaged")

    monkeypatch.setattr(detector, "warm_up", broken)
    engines.warm_up()
    without("own", "tesserocr")
    engines.warm_up()
