"""Giving out the evidence record of an e-copy (RFC 4998): the proof of its time, beside its file."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from models.errors import NotFound
from pipeline.application import Application
from pipeline.attempts import attempt, operator
from pipeline.keeping.records import record_of_ecopy
from pipeline.papers.release import stated_purpose


@dataclass(frozen=True)
class FetchedRecord:
    """A record that was released."""

    ecopy_id: str
    content: bytes
    """DER."""
    sha256: str


def release_record(
    app: Application, any_id: str, *, purpose: str, reason: str | None = None
) -> FetchedRecord:
    """Let go of the evidence record of an issued e-copy; of a restricted document with a reason only.

    Raises NotFound where there is none, DocumentRestricted or DocumentDisposed. Whoever calls gives it out.
    """
    with attempt(app, "release", any_id, purpose=purpose):
        document = app.register.find_document(any_id)
        said = stated_purpose(app, document, purpose, reason)
        ecopy = app.register.named_ecopy(any_id)
        issued = ecopy is not None and app.register.latest_revision(ecopy.id) is not None
        content = None
        if ecopy is not None and issued:
            with app.register.reading() as connection:
                content = record_of_ecopy(connection, ecopy.id)
        if ecopy is None or content is None:
            raise NotFound(what="evidence record", id=any_id)
        digest = sha256(content).hexdigest()
        with app.register.transaction(actor=operator(), purpose=said) as tx:
            tx.audit("release", ecopy.id, sha256=digest, record=True)
        return FetchedRecord(ecopy.id, content, digest)
