"""The engines by name, and which one reads when nobody chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, get_args

from models.base import Value
from models.errors import BadSettings, EngineFault, EngineMissing
from models.ports import OcrEngine

if TYPE_CHECKING:
    from ocr.recognisers.base import LineRecogniser

EngineName = Literal["auto", "own", "tesserocr", "tesseract", "asterocr"]
"""`own`, `tesserocr` and `asterocr` read line by line; `tesseract` is the program, page by page; `auto` takes the
first of `own`, `tesserocr` and `tesseract` that is there."""
Profile = Literal["fast", "best"]
"""`best` reads doubtful lines again with another engine, where one is installed that reads them better."""


class EngineChoice(Value):
    """Which engine is to read, and how: what `create_engine` takes, as one value that can travel."""

    name: str = "auto"
    profile: str = "best"
    language: str = "vie"
    timeout_s: float = 120.0

    def create(self) -> OcrEngine:
        """See `create_engine`."""
        return create_engine(
            self.name, profile=self.profile, language=self.language, timeout_s=self.timeout_s
        )


def create_engine(
    name: str = "auto", *, profile: str = "best", language: str = "vie", timeout_s: float = 120.0
) -> OcrEngine:
    """Make the engine called `name`; `language` is Tesseract's model, `timeout_s` the time for one page.

    Raises BadSettings for an unknown name or profile, EngineMissing when what it needs is not installed.
    """
    if name not in engine_names():
        raise BadSettings(reason=f"ocr engine {name!r}; known: {', '.join(engine_names())}")
    if profile not in get_args(Profile):
        raise BadSettings(reason=f"ocr profile {profile!r}; known: {', '.join(get_args(Profile))}")
    if name == "auto":
        name = best_installed(language)
    if name == "tesseract":
        from ocr.tesseract import TesseractEngine

        return TesseractEngine(language, timeout_s=timeout_s)
    from ocr.page_engine import LineEngine

    others = _worth_asking(name, SECOND_OPINIONS[name], language) if profile == "best" else ()
    return LineEngine(create_recogniser(name, language), others=list(others), timeout_s=timeout_s)


def engine_names() -> tuple[str, ...]:
    """Every known name, the default first."""
    return get_args(EngineName)


def best_installed(language: str = "vie") -> str:
    """What `auto` stands for here."""
    if find_spec("onnxruntime") is None:
        return "tesseract"  # the line finder is a net too
    for name in ("own", "tesserocr"):
        for _ in _installed((name,), language):
            return name
    return "tesseract"


def warm_up() -> None:
    """Load what reading line by line needs, so that processes forked from this one find it there.

    What is missing or damaged is left to the page that will need it, and that will say so.
    """
    with suppress(EngineFault):
        if best_installed() != "tesseract":
            from ocr.linefinder import detector

            import_module("ocr.page_engine")
            detector.warm_up()
            for recogniser in _installed(("own", "tesserocr"), "vie"):
                recogniser.warm_up()


def _worth_asking(name: str, others: Iterable[str], language: str) -> Iterator[LineRecogniser]:
    """Those of `others` that are installed and were found to read something better than all asked before them."""
    # Settings know this module, and commands that read nothing shall not load numpy for it.
    from ocr.decoding.calibration import second_opinion_of

    asked = [name]
    for other in others:
        table = second_opinion_of(*asked, other)
        if table.doubtful_below > 0:
            for recogniser in _installed((other,), language):
                asked.append(other)
                yield recogniser


def _installed(names: Iterable[str], language: str) -> Iterator[LineRecogniser]:
    for name in names:
        try:
            yield create_recogniser(name, language)
        except EngineMissing:
            continue


@cache
def create_recogniser(name: str, language: str = "vie") -> LineRecogniser:
    """The line recogniser called `name`, one of LINE_ENGINES, made once in a process. Raises EngineMissing."""
    return _RECOGNISERS[name](language)


def _own(language: str) -> LineRecogniser:
    from ocr.recognisers.own import OwnRecogniser

    return OwnRecogniser()


def _tesserocr(language: str) -> LineRecogniser:
    from ocr.recognisers.tesserocr import TesserocrRecogniser

    return TesserocrRecogniser(language)


def _asterocr(language: str) -> LineRecogniser:
    from ocr.recognisers.asterocr import AsterRecogniser

    return AsterRecogniser()


_RECOGNISERS: dict[str, Callable[[str], LineRecogniser]] = {
    "own": _own,
    "tesserocr": _tesserocr,
    "asterocr": _asterocr,
}
LINE_ENGINES = tuple(_RECOGNISERS)
"""Names of the engines that read single lines."""
SECOND_OPINIONS = {
    "own": ("tesserocr", "asterocr"),
    "tesserocr": ("asterocr",),
    "asterocr": ("tesserocr",),
}
"""Who is asked about the doubtful lines of each, one after the other while doubt remains."""
