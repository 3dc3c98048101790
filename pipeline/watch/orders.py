"""What is to become of the files of a watched folder, as a command or the settings say it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote

from pydantic import Field, ValidationError, model_validator

from models.base import Value
from models.ecopy import PresentedAs

Done = Literal["move", "delete-after-receipt", "keep"]
"""What becomes of a file that was received: into `done/yyyy-MM-dd`, removed, or left where it is."""
DossierFrom = Literal["name", "folder"]
"""Where the code of the dossier stands: at the beginning of the file's name, or in the name of its folder."""

_CODE = re.compile(r"[^_+\s]+")


class WatchOrder(Value):
    """One folder, and how its files are taken in."""

    folder: Path
    intake: Literal["counter", "archive"] = "counter"
    presented_as: PresentedAs = "ban_chinh"
    lot: str | None = None
    dossier_from: DossierFrom | None = None
    done: Done = "move"
    every: float = Field(default=5.0, gt=0, le=3600)
    """Seconds between two looks."""
    looks: int = Field(default=3, ge=1, le=100)
    """A file that is the same at so many looks, one after the other, is complete."""
    marker: str | None = Field(default=None, min_length=2, max_length=20, pattern=r"^[.\-_][^/\x00]+$")
    """`.ok`: `a.pdf` is complete when `a.pdf.ok` is there, however many looks that takes."""
    device: str | None = None
    """What the agency calls the scanner."""
    profile: str | None = None

    @model_validator(mode="after")
    def _one_case(self) -> WatchOrder:
        if self.lot is not None and self.dossier_from is not None:
            raise ValueError("lot | dossier-from")
        return self

    @property
    def taken_as(self) -> Literal["counter", "archive"]:
        """The way in: papers of a lot come from the archive."""
        if self.lot is not None:
            return "archive"
        return "counter" if self.dossier_from is not None else self.intake


def orders_in(text: str) -> tuple[WatchOrder, ...]:
    """The folders of `ECOPY_WATCH`: paths with options as in a URL, separated by spaces. Raises ValueError."""
    return tuple(_order(word) for word in text.split())


def dossier_code(source: DossierFrom, place: tuple[str, ...], name: str) -> str:
    """The code of the dossier that a file belongs to; empty where none stands there."""
    if source == "folder":
        return place[-1] if place else ""
    found = _CODE.match(Path(name).stem)
    return found[0] if found is not None else ""


def _order(word: str) -> WatchOrder:
    path, _, query = word.partition("?")
    folder = Path(unquote(path))
    if not folder.is_absolute():
        raise ValueError(f"{path}: an absolute path is needed")
    options = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    given = {name.replace("-", "_"): value for name, value in options}
    if len(given) != len(options) or "folder" in given:
        raise ValueError(f"{query}: an option twice")
    unknown = given.keys() - WatchOrder.model_fields.keys()
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no such option")
    try:
        return WatchOrder(folder=folder, **given)
    except ValidationError as fault:
        wrong = (f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in fault.errors())
        raise ValueError("; ".join(wrong)) from None
