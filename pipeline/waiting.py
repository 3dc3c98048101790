"""Papers that do not go on by themselves: which they are and why, and how somebody sets one going again."""

from __future__ import annotations

from typing import Literal

from models.base import Value
from models.errors import ErrorReport, by_code
from models.text import Language
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from storage import work
from storage.records import DocumentRecord


class WaitingPaper(Value):
    """A source that something went wrong with."""

    document: str
    """Its first document."""
    state: Literal["put_off", "parked"]
    attempts: int
    next_at: str | None
    """When it is tried again; parked, it is not, before a restart or before somebody says so."""
    error: ErrorReport | None


def waiting_papers(app: Application, language: Language) -> list[WaitingPaper]:
    """Parked ones first, then those that are put off; the oldest first."""
    with app.register.reading() as connection:
        found = [*work.jobs(connection, "parked"), *work.jobs(connection, "waiting")]
    return [_paper(app, job, language) for job in found]


def try_again(app: Application, any_id: str, *, purpose: str) -> DocumentRecord:
    """The document's scan is worked on again now, whatever went wrong before. Raises NotFound, UsageError."""
    purpose = given(purpose)
    with attempt(app, "try_again", any_id, purpose=purpose):
        document = app.register.find_document(any_id)
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            work.ask(tx, document.source_id)
            tx.audit("try_again", document.id)
        return document


def _paper(app: Application, job: work.Job, language: Language) -> WaitingPaper:
    code = job.error_code
    return WaitingPaper(
        document=app.register.scan_of(job.source_id).id,
        state="parked" if job.state == "parked" else "put_off",
        attempts=job.attempts,
        next_at=job.next_at,
        error=None if code is None else by_code(code)(reason=code).report(language),
    )
