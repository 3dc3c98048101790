"""Events: what is told to other systems, as ids, states and codes; a paper's contents and people's data never are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

EventData = dict[str, str | int | bool | None]


class EventType(StrEnum):
    """What can have happened. Names stay; new ones may come, and a reader leaves those it does not know."""

    DOCUMENT_RECEIVED = "document.received"
    DOCUMENT_SPLIT = "document.split"
    """A scan turned out to hold this document too, or one in the place of those that it was taken for."""
    DOCUMENT_REPLACED = "document.replaced"
    """A person put the pages together otherwise: other documents took its place."""
    DOCUMENT_REFUSED = "document.refused"
    DOCUMENT_CAPTURED = "document.captured"
    """The counter officer's signed scan is there (ND118 Art. 17.1.c)."""
    DOCUMENT_CONFIRMED = "document.confirmed"
    """A named person stands for the data."""
    DOCUMENT_CORRECTED = "document.corrected"
    """A confirmed field has a new version."""
    DOCUMENT_REUSABLE = "document.reusable"
    """From now on it may be used again (ND118 Art. 22.1)."""
    DOCUMENT_REUSED = "document.reused"
    """A dossier used it again (ND118 Art. 17.1.b); told to the dossier's agency alone."""
    DOCUMENT_DISPOSED = "document.disposed"
    ECOPY_ISSUED = "ecopy.issued"
    ECOPY_RENEWED = "ecopy.renewed"
    """Its file has a further time-stamp; the file of before is the beginning of it."""
    ECOPY_REVOKED = "ecopy.revoked"
    ECOPY_SUPERSEDED = "ecopy.superseded"
    DOSSIER_ENDED = "dossier.ended"
    CORRECTION_RAISED = "correction.raised"
    CORRECTION_DECIDED = "correction.decided"
    RESULT_BROUGHT = "result.brought"
    """A signed electronic result of a procedure came in."""
    HOOK_TEST = "hook.test"
    """Only ever sent to a webhook that asked for it, to try it out; it stands in no feed."""


FEED = tuple(kind for kind in EventType if kind is not EventType.HOOK_TEST)
"""What stands in the feed, and what a webhook can ask for."""

_T = EventType
DATA: dict[EventType, frozenset[str]] = {
    _T.DOCUMENT_RECEIVED: frozenset({"document", "source", "intake"}),
    _T.DOCUMENT_SPLIT: frozenset({"document", "source"}),
    _T.DOCUMENT_REPLACED: frozenset({"document", "source"}),
    _T.DOCUMENT_REFUSED: frozenset({"document", "code", "quarantined"}),
    _T.DOCUMENT_CAPTURED: frozenset({"document", "sha256"}),
    _T.DOCUMENT_CONFIRMED: frozenset({"document", "document_type"}),
    _T.DOCUMENT_CORRECTED: frozenset({"document", "field", "version"}),
    _T.DOCUMENT_REUSABLE: frozenset({"document"}),
    _T.DOCUMENT_REUSED: frozenset({"document", "ecopy", "component"}),
    _T.DOCUMENT_DISPOSED: frozenset({"document"}),
    _T.ECOPY_ISSUED: frozenset({"document", "ecopy", "revision", "sha256"}),
    _T.ECOPY_RENEWED: frozenset({"document", "ecopy", "revision", "sha256"}),
    _T.ECOPY_REVOKED: frozenset({"document", "ecopy", "reason"}),
    _T.ECOPY_SUPERSEDED: frozenset({"document", "ecopy", "by_ecopy"}),
    _T.DOSSIER_ENDED: frozenset({"state"}),
    _T.CORRECTION_RAISED: frozenset({"document", "correction", "field"}),
    _T.CORRECTION_DECIDED: frozenset({"document", "correction", "field", "state"}),
    _T.RESULT_BROUGHT: frozenset({"document", "sha256"}),
    _T.HOOK_TEST: frozenset({"hook"}),
}
"""What each event may tell, besides `dossier`: the code of the dossier of the agency that is told. `sha256` is of the
bytes that are given out, so that a reader can check what it fetches."""


@dataclass(frozen=True)
class Announcement:
    """Something that happened, on its way to those whom it concerns."""

    type: EventType
    subject: str
    """Id of what it happened to: a document, an e-copy, a correction; a dossier's code."""
    agency: str | None = None
    """The one agency that is told; None: all that have to do with the document in `data`, or else this installation's."""
    data: EventData = field(default_factory=dict)

    def __post_init__(self) -> None:
        strange = self.data.keys() - DATA[self.type] - {"dossier"}
        if strange:
            raise ValueError(f"{self.type.value} does not tell {', '.join(sorted(strange))}")


@dataclass(frozen=True)
class Event:
    """An event as it stands in the feed; `seq` grows along it."""

    seq: int
    id: str
    type: EventType
    subject: str
    agency: str
    at: str
    data: EventData
