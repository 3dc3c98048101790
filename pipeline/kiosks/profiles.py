"""The scan profiles of this installation: the packaged ones, or those of the agency's own file, never below the rule set."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from models.base import Value
from models.errors import ScanProfilesWrong
from models.rulesets import RuleSet
from models.wire.profiles import MOST_PROFILES, KioskProfile

LARGEST = 256 * 1024
PACKAGED = "profiles.yaml"


class _File(Value):
    profiles: tuple[KioskProfile, ...] = Field(min_length=1, max_length=MOST_PROFILES)


def load_profiles(path: Path | None, rules: RuleSet) -> tuple[KioskProfile, ...]:
    """The profiles in a file, by default the packaged ones. Raises ScanProfilesWrong, also for what `rules` forbid."""
    name = path or PACKAGED
    try:
        if path is None:
            text = resources.files("pipeline.kiosks").joinpath(PACKAGED).read_text(encoding="utf-8")
        else:
            with path.open(encoding="utf-8") as source:
                text = source.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as fault:
        raise ScanProfilesWrong(path=name, reason=getattr(fault, "strerror", None) or "UTF-8") from fault
    if len(text) > LARGEST:
        raise ScanProfilesWrong(path=name, reason=f"> {LARGEST} bytes")
    try:
        found = _File.model_validate(yaml.safe_load(text)).profiles
    except yaml.YAMLError as fault:
        raise ScanProfilesWrong(path=name, reason=" ".join(str(fault).split())) from None
    except ValidationError as fault:
        told = (f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors()[:5])
        raise ScanProfilesWrong(path=name, reason="; ".join(told)) from None
    for profile in found:
        _check(profile, name, rules)
    if len({profile.name for profile in found}) < len(found):
        raise ScanProfilesWrong(path=name, reason="two profiles of one name")
    return found


def _check(profile: KioskProfile, name: Path | str, rules: RuleSet) -> None:
    image, order = rules.image, profile.order
    if order.dpi < image.minimum_dpi.value:
        least = f"dpi {order.dpi} < {image.minimum_dpi.value} ({image.minimum_dpi.source})"
        raise ScanProfilesWrong(path=name, reason=f"{profile.name}: {least}")
    if image.colour_required.value and order.colour != "rgb":
        wanted = f"colour {order.colour}, rgb ({image.colour_required.source})"
        raise ScanProfilesWrong(path=name, reason=f"{profile.name}: {wanted}")
