"""Corrections over the wire: paper and data disagree, somebody else decides."""

from __future__ import annotations

from models.base import Value
from models.states import CorrectionState
from models.wire.words import FieldName, Id, Note


class CorrectionToRaise(Value):
    """A field of a confirmed document of which the paper says something else; null: the paper says nothing."""

    document: Id
    field: FieldName
    paper_value: Note | None
    note: Note | None = None


class CorrectionListed(Value):
    """A correction as lists show it: nothing of what paper or data say."""

    id: str
    document: str
    field: str
    state: CorrectionState
    dossier: str | None
    raised_at: str
    raised_by: str
    decided_at: str | None
    decided_by: str | None


class Correction(CorrectionListed):
    """A correction with what paper and data say."""

    data_value: str | None
    paper_value: str | None
    note: str | None
    decision: str | None


class CorrectionDecision(Value):
    """Accepting gives the field a new version; whoever raised it may not decide."""

    accept: bool
    note: Note | None = None


class CorrectionDecided(Value):
    """A decided correction, and the issued e-copies that still say what the data said before."""

    correction: Correction
    outdated: tuple[str, ...]
