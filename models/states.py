"""The states of a document and of an e-copy, and the only ways between them."""

from enum import StrEnum

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


def check_document_way(before: DocumentState, after: DocumentState) -> None:
    """Raise IllegalTransition unless a document may go from `before` to `after`."""
    if after not in DOCUMENT_WAYS[before]:
        raise IllegalTransition(what="document", before=before.value, after=after.value)


def check_ecopy_way(before: EcopyState, after: EcopyState) -> None:
    """Raise IllegalTransition unless an e-copy may go from `before` to `after`."""
    if after not in ECOPY_WAYS[before]:
        raise IllegalTransition(what="e-copy", before=before.value, after=after.value)
