"""Signed electronic results of procedures, as they are brought in for their dossier (ND118 Art. 22)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.base import Value
from models.states import DocumentState

ResultCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
TypeCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ResultRecord(Value):
    """What the sender says of a result; both may be left out."""

    result_code: ResultCode | None = None
    """Mã loại kết quả of the national database of procedures (ND118 Art. 22.4)."""
    document_type: TypeCode | None = None
    """Code of the type here, where the sender knows it; otherwise the paper is recognised."""


class ResultSignature(Value):
    """One of the signatures on the file, all of which were valid when it was brought in."""

    field_name: str
    signer: str | None
    level: str | None
    proven_at: str | None
    """When it is proven to have existed."""


class DossierResult(Value):
    """A result that was brought in."""

    document: str
    dossier: str
    result_code: str | None
    sha256: str
    """Of the file as it came, which is the original and is given out byte for byte."""
    size: int
    state: DocumentState
    brought_at: str
    brought_by: str
    reusable_from: str | None


class ResultBrought(DossierResult):
    """A result as it has just come in."""

    signatures: tuple[ResultSignature, ...]


class DossierResults(Value):
    """The results of a dossier, oldest first."""

    items: tuple[DossierResult, ...]
