"""Papers that do not go on by themselves: which they are and why, and how somebody sets one going again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from models.errors import (
    CertificateStatusUnknown,
    EcopyError,
    ErrorReport,
    SigningFault,
    TimestampUnavailable,
    by_code,
)
from models.states import EcopyState
from models.text import Language
from models.times import iso
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.papers.outcome import WaitingPaper
from storage import work
from storage.records import DocumentRecord

if TYPE_CHECKING:
    from storage.register import Transaction

SERVICES_AWAY = (TimestampUnavailable, CertificateStatusUnknown)
"""Faults of services that a signature needs: nothing is wrong with the paper, which waits until they are back."""

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)


def wait_for_services(tx: Transaction, document: DocumentRecord, fault: SigningFault) -> None:
    """A document can't be signed while a service is away: on record with the reason, and the worker tries again."""
    until = iso(datetime.fromisoformat(tx.at) + FIRST_WAIT)
    work.wait(tx, document.source_id, code=fault.code, reason=particulars(fault), until=until)


def particulars(fault: EcopyError) -> str:
    """What an error's message says besides its words, as JSON; nothing of a paper's contents is among it."""
    return json.dumps({name: str(value) for name, value in fault.details.items()}, ensure_ascii=False)


def told(job: work.Job, language: Language) -> ErrorReport | None:
    """Why a piece of work does not go on; None where nothing went wrong."""
    if job.error_code is None:
        return None
    details = json.loads(job.reason) if job.reason is not None else {"reason": job.error_code}
    return by_code(job.error_code)(**details).report(language)


def services_are_back(tx: Transaction, document: DocumentRecord) -> None:
    """A document was signed: where that was all its scan waited for, it waits no longer."""
    codes = [kind.code for kind in SERVICES_AWAY]
    work.end_wait(tx, document.source_id, document.id, codes=codes)


def pause(since: str | None, now: datetime) -> timedelta:
    """Until the next try of what has waited `since` then: half as long again, within limits."""
    waited = now - datetime.fromisoformat(since) if since is not None else timedelta()
    return min(max(FIRST_WAIT, waited / 2), LONGEST_WAIT)


def waiting_papers(app: Application, language: Language) -> list[WaitingPaper]:
    """Parked ones first, then those that are put off; the oldest first."""
    with app.register.reading() as connection:
        found = [*work.jobs(connection, "parked"), *work.jobs(connection, "waiting")]
    return [_paper(app, job, language) for job in found]


def wait_of(app: Application, document: DocumentRecord, language: Language) -> WaitingPaper | None:
    """Why a document does not go on though no person has to do anything; None where it goes on, or waits for a person."""
    if document.state not in work.PROGRAM_STATES:
        ecopy = app.register.ecopy_in_making(document.id)
        stamped = ecopy is None or ecopy.state is not EcopyState.AWAITING_TIMESTAMP
        if stamped and not _capture_lacks_stamp(app, document):
            return None
    with app.register.reading() as connection:
        job = work.job_of(connection, document.source_id)
    return None if job is None or job.error_code is None else _paper(app, job, language)


def _capture_lacks_stamp(app: Application, document: DocumentRecord) -> bool:
    from pipeline.offices.acts import lacks_stamp
    from pipeline.stages.captured import wants_capture

    return wants_capture(app, document) and lacks_stamp(app, document)


def try_again(app: Application, any_id: str, *, purpose: str) -> DocumentRecord:
    """The document's scan is worked on again now, whatever went wrong before. Raises NotFound, UsageError."""
    purpose = given(purpose)
    with attempt(app, "try_again", any_id, purpose=purpose):
        document = app.register.find_document(any_id)
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            work.ask(tx, document.source_id)
            tx.audit("try_again", document.id)
        return document


def try_parked_again(app: Application, code: str | None, *, purpose: str) -> int:
    """All that is parked, or is with that code, is worked on again now; how many files that are."""
    purpose = given(purpose)
    with (
        attempt(app, "try_again", "parked", purpose=purpose),
        app.register.transaction(actor=operator(), purpose=purpose) as tx,
    ):
        count = work.ask_parked(tx, code)
        tx.audit("try_again", "parked", code=code, count=count)
    return count


_STATES: dict[str, Literal["at_work", "put_off", "parked"]] = {
    "due": "put_off",
    "leased": "at_work",
    "waiting": "put_off",
    "parked": "parked",
}


def _paper(app: Application, job: work.Job, language: Language) -> WaitingPaper:
    return WaitingPaper(
        document=app.register.scan_of(job.source_id).id,
        state=_STATES[job.state],
        attempts=job.attempts,
        next_at=job.next_at,
        error=told(job, language),
        since=job.since,
    )
