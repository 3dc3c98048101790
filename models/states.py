"""The states of everything that has a course of its own, and the only ways between them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from models.errors import IllegalTransition


class DocumentState(StrEnum):
    RECEIVED = "received"
    TRIAGED = "triaged"
    READ = "read"
    EXTRACTED = "extracted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    REPLACED = "replaced"
    """A person put the pages of the scan together otherwise: other documents took its place."""
    DISPOSED = "disposed"


class EcopyState(StrEnum):
    COMPOSED = "composed"
    AWAITING_SIGNATURE = "awaiting_signature"
    AWAITING_TIMESTAMP = "awaiting_timestamp"
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


UNSIGNED = (EcopyState.COMPOSED, EcopyState.AWAITING_SIGNATURE, EcopyState.AWAITING_TIMESTAMP)
"""An e-copy in these is being made: nothing of it counts yet."""


class DossierState(StrEnum):
    """ND118 Art. 17–22. The system that runs the dossier decides; this is what the register knows of it."""

    RECEIVED = "received"
    """Mã hồ sơ and Giấy tiếp nhận are given (Art. 17.3)."""
    SUPPLEMENT = "supplement"
    """The applicant was asked to complete it (Phiếu yêu cầu bổ sung, Art. 16.3)."""
    IN_PROCESS = "in_process"
    """Handed over to those who decide (Art. 18)."""
    SUCCEEDED = "succeeded"
    """Only now may its papers be used again (Art. 22.1)."""
    FAILED = "failed"
    """Decided against the applicant."""
    REFUSED = "refused"
    """Not taken (Phiếu từ chối, Art. 17.1.c)."""
    WITHDRAWN = "withdrawn"
    """The applicant stopped it before the decision (Art. 21)."""
    CLOSED = "closed"
    """Ended because nothing was supplied in time (Art. 19.5); a person says so, no clock does."""


class ComponentState(StrEnum):
    """How a component of a dossier (thành phần hồ sơ) was met."""

    WANTED = "wanted"
    SCANNED = "scanned"
    REUSED = "reused"
    """By an e-copy that exists already (ND118 Art. 17.1.b)."""
    PRESENTED = "presented"
    """Shown and handed back."""
    ONLINE = "online"
    """It came as electronic data."""
    WAIVED = "waived"
    """Not needed in this dossier."""


class LotState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class CorrectionState(StrEnum):
    """A disagreement between paper and data: open until somebody decides it (ND118 Art. 17.1.b)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class RequestState(StrEnum):
    """A data subject's request: answered first, then carried out (NĐ 356/2025)."""

    RECEIVED = "received"
    REPLIED = "replied"
    EXECUTED = "executed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HandoverState(StrEnum):
    """A document given to the program on an officer's computer to be signed there; each can be used once."""

    OPEN = "open"
    FETCHED = "fetched"
    """The program has the prepared document."""
    RECEIVED = "received"
    """The signed file is here and right; it waits for its time-stamps."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """What came back is not what was asked for."""
    EXPIRED = "expired"
    """Nothing came back in time, or it was asked for anew."""


D, E = DocumentState, EcopyState

DOCUMENT_WAYS: dict[DocumentState, frozenset[DocumentState]] = {
    D.RECEIVED: frozenset({D.TRIAGED, D.REFUSED, D.QUARANTINED}),
    D.TRIAGED: frozenset({D.READ, D.REFUSED, D.QUARANTINED, D.REPLACED}),
    D.READ: frozenset({D.EXTRACTED, D.REFUSED, D.REPLACED}),
    D.EXTRACTED: frozenset({D.IN_REVIEW, D.REFUSED, D.REPLACED}),
    D.IN_REVIEW: frozenset({D.APPROVED, D.REFUSED, D.REPLACED}),
    D.APPROVED: frozenset({D.DISPOSED}),
    D.REFUSED: frozenset({D.RECEIVED, D.DISPOSED}),  # judged again when limits or software have changed
    D.QUARANTINED: frozenset({D.RECEIVED, D.DISPOSED}),
    D.REPLACED: frozenset({D.DISPOSED}),
    D.DISPOSED: frozenset(),
}

ECOPY_WAYS: dict[EcopyState, frozenset[EcopyState]] = {
    E.COMPOSED: frozenset({E.AWAITING_SIGNATURE}),
    E.AWAITING_SIGNATURE: frozenset({E.AWAITING_TIMESTAMP}),
    E.AWAITING_TIMESTAMP: frozenset({E.AWAITING_SIGNATURE, E.ISSUED}),
    E.ISSUED: frozenset({E.SUPERSEDED, E.REVOKED}),
    E.SUPERSEDED: frozenset({E.REVOKED}),
    E.REVOKED: frozenset(),
}

H, C, L, K, R = DossierState, ComponentState, LotState, CorrectionState, RequestState

DOSSIER_WAYS: dict[DossierState, frozenset[DossierState]] = {
    # A procedure whose result is handed over at once (Art. 17.4) is decided without a transfer.
    H.RECEIVED: frozenset({H.SUPPLEMENT, H.IN_PROCESS, H.SUCCEEDED, H.FAILED, H.REFUSED, H.WITHDRAWN}),
    H.SUPPLEMENT: frozenset({H.RECEIVED, H.IN_PROCESS, H.REFUSED, H.WITHDRAWN, H.CLOSED}),
    H.IN_PROCESS: frozenset({H.SUPPLEMENT, H.SUCCEEDED, H.FAILED, H.WITHDRAWN}),
    H.SUCCEEDED: frozenset(),
    H.FAILED: frozenset(),
    H.REFUSED: frozenset(),
    H.WITHDRAWN: frozenset(),
    H.CLOSED: frozenset(),
}

_MET = frozenset({C.SCANNED, C.REUSED, C.PRESENTED, C.ONLINE, C.WAIVED})

COMPONENT_WAYS: dict[ComponentState, frozenset[ComponentState]] = {
    C.WANTED: _MET,
    # What met it turned out not to: it is wanted again, and what comes then is put on record anew.
    **{met: frozenset({C.WANTED}) for met in _MET},
}

LOT_WAYS: dict[LotState, frozenset[LotState]] = {
    L.OPEN: frozenset({L.ACCEPTED, L.REJECTED}),
    L.ACCEPTED: frozenset(),
    L.REJECTED: frozenset(),
}

CORRECTION_WAYS: dict[CorrectionState, frozenset[CorrectionState]] = {
    K.OPEN: frozenset({K.ACCEPTED, K.REJECTED}),
    K.ACCEPTED: frozenset(),
    K.REJECTED: frozenset(),
}

REQUEST_WAYS: dict[RequestState, frozenset[RequestState]] = {
    R.RECEIVED: frozenset({R.REPLIED, R.REFUSED, R.WITHDRAWN}),
    R.REPLIED: frozenset({R.EXECUTED, R.REFUSED, R.WITHDRAWN}),
    R.EXECUTED: frozenset(),
    R.REFUSED: frozenset(),
    R.WITHDRAWN: frozenset(),
}

V = HandoverState

HANDOVER_WAYS: dict[HandoverState, frozenset[HandoverState]] = {
    V.OPEN: frozenset({V.FETCHED, V.RECEIVED, V.REFUSED, V.EXPIRED}),
    V.FETCHED: frozenset({V.RECEIVED, V.REFUSED, V.EXPIRED}),
    V.RECEIVED: frozenset({V.ACCEPTED, V.REFUSED}),
    V.ACCEPTED: frozenset(),
    V.REFUSED: frozenset(),
    V.EXPIRED: frozenset(),
}

S = TypeVar("S", bound=StrEnum)


def check_way(what: str, ways: Mapping[S, frozenset[S]], before: S, after: S) -> None:
    """Raise IllegalTransition unless a `what` may go from `before` to `after` along `ways`."""
    if after not in ways[before]:
        raise IllegalTransition(what=what, before=before.value, after=after.value)


def check_document_way(before: DocumentState, after: DocumentState) -> None:
    """Raise IllegalTransition unless a document may go from `before` to `after`."""
    check_way("document", DOCUMENT_WAYS, before, after)


def check_ecopy_way(before: EcopyState, after: EcopyState) -> None:
    """Raise IllegalTransition unless an e-copy may go from `before` to `after`."""
    check_way("e-copy", ECOPY_WAYS, before, after)
