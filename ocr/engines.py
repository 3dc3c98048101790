"""The engines by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.errors import BadSettings
from models.ports import OcrEngine


def create_engine(name: str = "tesseract", **settings: Any) -> OcrEngine:
    """Make the engine called `name` with its own settings (see its class).

    Raises BadSettings for an unknown name or setting, EngineMissing when it is not installed.
    """
    if name not in _FACTORIES:
        raise BadSettings(reason=f"ocr engine {name!r}; known: {', '.join(engine_names())}")
    try:
        return _FACTORIES[name](**settings)
    except TypeError as e:
        raise BadSettings(reason=f"ocr engine {name!r}: {e}") from e


def engine_names() -> tuple[str, ...]:
    """Every known name, the default first."""
    return tuple(_FACTORIES)


def _tesseract(language: str = "vie", timeout_s: float = 120.0) -> OcrEngine:
    from ocr.tesseract import TesseractEngine

    return TesseractEngine(language, timeout_s=timeout_s)


_FACTORIES: dict[str, Callable[..., OcrEngine]] = {"tesseract": _tesseract}
