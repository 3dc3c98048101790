"""Uploads: what a sender says of a file before the first byte comes, and the course that an upload takes."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import from_json

from models.base import Value
from models.ecopy import PresentedAs
from models.ids import is_id
from models.scans import ScanRecord
from models.text import squeeze

UploadKind = Literal["tus", "parts"]

LONGEST_NAME = 200
_NO_NAME = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_FOLDERS = re.compile(r"[/\\]")


class UploadState(StrEnum):
    OPEN = "open"
    """Bytes may come."""
    COMPLETE = "complete"
    """The whole file is safe, and a receipt was signed."""
    REFUSED = "refused"
    """The file was not taken, nothing of it was kept; it may be sent again."""
    TERMINATED = "terminated"
    """Its sender ended it."""
    EXPIRED = "expired"
    """It was not finished in time."""


def _ulid(text: str) -> str:
    if not is_id(text):
        raise ValueError("not a ULID")
    return text


def bare_name(text: str) -> str:
    """The last part of a path, without what a file's name can't have. Raises ValueError where nothing is left."""
    name = squeeze(_NO_NAME.sub(" ", _FOLDERS.split(text)[-1]))
    if name.strip(". ") == "":
        raise ValueError("no name")
    stem, dot, suffix = name.rpartition(".")
    if len(name) <= LONGEST_NAME:
        return name
    return (
        f"{stem[: LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}"
        if 0 < len(suffix) <= 10
        else name[:LONGEST_NAME]
    )


def _from_json(said: Any) -> Any:
    """Where values are texts, as in headers and queries, a record comes as JSON."""
    return from_json(said, allow_inf_nan=False) if isinstance(said, str) else said


Scan = Annotated[ScanRecord | None, BeforeValidator(_from_json)]
Ulid = Annotated[str, AfterValidator(_ulid), Field(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
FileName = Annotated[str, AfterValidator(bare_name), Field(min_length=1, max_length=400)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Declared(Value):
    """What a file is said to be."""

    filename: FileName
    presented_as: PresentedAs
    """Whether the paper on the counter is an original (bản gốc), an issued exemplar (bản chính) or a copy."""
    sha256: Sha256 | None = None
    """Of the whole file; what arrives with another one is refused."""
    component: Word | None = None
    """The component of the dossier that it is for."""
    document_type: Word | None = None
    """What it is, where the sender knows; else its pages tell."""
    one_document: bool = False
    """Whether all pages are one document; those for a component always are."""
    scan: Scan = None
    """What is known of the scanning."""

    def without_name(self) -> Declared:
        """What may be kept of it when the upload has ended: names of files, and of who scanned, tell of people."""
        return self.model_copy(update={"filename": "-", "scan": None})
