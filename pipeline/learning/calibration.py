"""The calibration that this installation works with: the packaged one, or the file of its settings."""

from __future__ import annotations

from pydantic import ValidationError

from extraction.calibration import Calibration, packaged, put_in_force
from models.errors import BadSettings
from pipeline.settings import Settings

_LARGEST = 1 << 20


def load_calibration(settings: Settings) -> Calibration:
    """The calibration that the settings name. Raises BadSettings when its file can't be used.

    Unlike a type's file it is never left out: confidences of another origin than the one asked for would pass unseen.
    """
    path = settings.calibration
    if path is None:
        return packaged()
    try:
        with path.open("rb") as source:
            content = source.read(_LARGEST + 1)
        return Calibration.model_validate_json(content)
    except OSError as fault:
        raise BadSettings(reason=f"ECOPY_CALIBRATION: {path}: {fault.strerror or fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadSettings(reason=f"ECOPY_CALIBRATION: {path}: {place}: {first['msg']}") from fault


def use_calibration(settings: Settings) -> Calibration:
    """Load the calibration and make this process work with it. Raises BadSettings."""
    calibration = load_calibration(settings)
    put_in_force(calibration)
    return calibration
