"""Renewal: e-copies whose proof ends soon get a further time-stamp, one by one, each a new revision of the same e-copy.

A run may be cut off anywhere: what is done is done and is not done again, what was half done leaves no trace but an
object that the next opening of the home removes.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from models.errors import ConflictError, EcopyError, StorageFault
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import operator
from pipeline.keeping.proofs import algorithms, as_ends, proof_of, proof_of_stranger
from pipeline.keeping.record_renewal import RecordStep, renew_records
from pipeline.keeping.record_renewal import due as due_records
from pipeline.waiting import SERVICES_AWAY
from signing.lasting.renewing import Renewer
from storage.keeping import renewal
from storage.keeping.renewal import Ends, LastRevision, Original

T = TypeVar("T")

PURPOSE = "maintenance:renewal"
BATCH = 100
"""So many files share what was asked about the authority; a batch costs one time-stamp more."""
BATCH_TIME = timedelta(minutes=15)
PAGE = 200


@dataclass(frozen=True)
class Step:
    """What became of one e-copy."""

    ecopy_id: str
    document_id: str
    before: Ends | None
    """When its proof ended so far; None where that could not be told."""
    after: Ends | None = None
    """When it ends now; None where it was not renewed."""
    revision: int | None = None
    sha256: str | None = None
    fault: EcopyError | None = None


@dataclass
class Run:
    """What a run did."""

    horizon: datetime
    """Proofs that end before this moment are due."""
    due: int = 0
    """E-copies that were due when it began."""
    renewed: list[Step] = field(default_factory=list)
    failed: list[Step] = field(default_factory=list)
    originals: list[Original] = field(default_factory=list)
    """Signed originals whose proof ends as soon; others signed them, so they are left as they are."""
    records: list[RecordStep] = field(default_factory=list)
    """Batches of e-copies that evidence records prove: renewed, or why not."""
    stopped: EcopyError | None = None
    """What kept it from going on, such as an authority that does not answer."""

    @property
    def records_failed(self) -> int:
        return sum(1 for step in self.records if step.fault is not None)

    @property
    def left(self) -> int:
        """How many are due still, those that failed aside."""
        return max(self.due - len(self.renewed) - len(self.failed), 0)


def renew(
    app: Application,
    *,
    within: int | None = None,
    limit: int | None = None,
    watch: Callable[[Step, Run], None] = lambda step, run: None,
    watch_records: Callable[[RecordStep], None] = lambda step: None,
) -> Run:
    """Renew what ends within so many months (by the rule set where not given), at most `limit` e-copies.

    Batches of e-copies that evidence records prove are renewed too: they cost a time-stamp each, however many e-copies. One
    that fails does not keep the others from it; a service that is away, or a store, does. Raises StorageFault
    when the register can't be read, and what loading the keys raises.
    """
    survey = {step.ecopy_id: step for step in _survey(app)}
    run = _begun(app, within)
    run.failed.extend(survey.values())
    run.due += len(survey)
    session = _Session(app)
    try:
        for one in _due(app, run.horizon):
            if limit is not None and len(run.renewed) >= limit:
                break
            step = session.step(one)
            if step is None:  # another process was faster
                run.due -= 1
                continue
            (run.failed if step.fault else run.renewed).append(step)
            watch(step, run)
        run.records.extend(renew_records(app, run.horizon, watch_records))
    except (*SERVICES_AWAY, StorageFault) as fault:
        run.stopped = fault
    _put_on_record(app, run)
    return run


def look(app: Application, *, within: int | None = None) -> tuple[Run, list[Step]]:
    """What `renew` would do, without doing or writing anything: the e-copies that are due, the soonest first."""
    run = _begun(app, within)
    found, before = [], iso(run.horizon)
    with app.register.reading() as connection:
        unknown = list(_pages(lambda after: renewal.unknown_ecopies(connection, after=after), _ecopy_id))
    for one in unknown:
        try:
            ends = proof_of(app, one.object_key)
        except EcopyError as fault:
            run.failed.append(Step(one.ecopy_id, one.document_id, None, fault=fault))
            continue
        if ends.at is None or ends.at < before:
            found.append(Step(one.ecopy_id, one.document_id, ends))
    found += [Step(one.ecopy_id, one.document_id, one.ends) for one in _due(app, run.horizon)]
    run.records = [RecordStep(one.id, one.leaves, one.ends) for one in due_records(app, run.horizon)]
    found.sort(key=lambda step: (step.before.at or "" if step.before else "", step.ecopy_id))
    run.due = len(found) + len(run.failed)
    return run, found


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and time so many months on, or the last day of that month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _begun(app: Application, within: int | None) -> Run:
    months = app.rules_today().lasting.renew_months.value if within is None else within
    run = Run(months_later(vietnam_time(app.clock.now()), months))
    with app.register.reading() as connection:
        run.due = renewal.count_due(connection, iso(run.horizon))
        run.originals = renewal.originals_due(connection, iso(run.horizon))
    return run


def _survey(app: Application) -> Iterator[Step]:
    """Look once into every file that nobody has looked at; those of ours that can't be read are told."""
    with app.register.reading() as connection:
        ours = list(_pages(lambda after: renewal.unknown_ecopies(connection, after=after), _ecopy_id))
        theirs = list(_pages(lambda after: renewal.unknown_originals(connection, after=after), _document_id))
    noted: list[tuple[str, Ends]] = []
    for one in ours:
        try:
            noted.append((one.object_key, proof_of(app, one.object_key)))
        except EcopyError as fault:
            yield Step(one.ecopy_id, one.document_id, None, fault=fault)
        noted = _noted(app, noted, PAGE)
    for original in theirs:
        try:
            noted.append((original.object_key, proof_of_stranger(app, original.object_key)))
        except StorageFault:
            continue  # the store's own check tells of it; here it is looked at again the next time
        noted = _noted(app, noted, PAGE)
    _noted(app, noted, 1)


def _noted(app: Application, ends: list[tuple[str, Ends]], at_least: int) -> list[tuple[str, Ends]]:
    if len(ends) < at_least:
        return ends
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        for key, end in ends:
            renewal.note_proof(tx, key, end)
    return []


def _due(app: Application, horizon: datetime) -> Iterator[LastRevision]:
    """Page by page, so that what was renewed on the way is not met again."""
    after = ("", "")
    while True:
        with app.register.reading() as connection:
            page = renewal.due(connection, iso(horizon), after=after, limit=PAGE)
        if not page:
            return
        yield from page
        last = page[-1]
        after = ((last.ends.at if last.ends else None) or "", last.ecopy_id)


class _Session:
    """Renews one e-copy after the other, in batches that share what was asked about the authority."""

    def __init__(self, app: Application) -> None:
        self._app = app
        hands = app.hands
        self._renewer = Renewer(hands.trust, app.clock, hands.tsa, hands.evidence, algorithms(app))
        self._done = 0
        self._began: datetime | None = None

    def step(self, one: LastRevision) -> Step | None:
        """Renew one; None where another process did. Raises what concerns more than this one."""
        try:
            self._batch()
            return self._renewed(one)
        except ConflictError as fault:
            return Step(one.ecopy_id, one.document_id, one.ends, fault=fault)
        except SERVICES_AWAY:
            raise
        except EcopyError as fault:
            if isinstance(fault, StorageFault) and fault.retryable:
                raise
            return Step(one.ecopy_id, one.document_id, one.ends, fault=fault)

    def _batch(self) -> None:
        now = self._app.clock.now()
        if self._began is None or self._done >= BATCH or now - self._began > BATCH_TIME:
            self._renewer.begin()
            self._began, self._done = now, 0

    def _renewed(self, one: LastRevision) -> Step | None:
        app = self._app
        with app.locks.document(one.document_id, wait=True):
            with app.register.reading() as connection:
                current = renewal.last_revision(connection, one.ecopy_id)
            if current is None or current.revision != one.revision:
                return None
            with app.workspace() as folder, app.vault.local_path(one.object_key) as path:
                made = self._renewer.renew(path, folder / "renewed.pdf")
                stored = app.vault.write("ecopy", folder / "renewed.pdf")
            ends = as_ends(made.ends)
            with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
                revision = renewal.add_renewed(tx, current, stored, ends, authority=made.authority)
        self._done += 1
        return Step(one.ecopy_id, one.document_id, one.ends, ends, revision, stored.sha256)


def _put_on_record(app: Application, run: Run) -> None:
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        tx.audit(
            "renewal",
            "ecopies",
            before=iso(run.horizon),
            renewed=len(run.renewed),
            failed=len(run.failed),
            left=run.left,
            originals=len(run.originals),
            records=len(run.records) - run.records_failed,
            records_failed=run.records_failed,
            stopped=run.stopped.code if run.stopped else None,
        )


def _pages(load: Callable[[str], list[T]], key: Callable[[T], str]) -> Iterator[T]:
    after = ""
    while page := load(after):
        yield from page
        after = key(page[-1])


def _ecopy_id(one: LastRevision) -> str:
    return one.ecopy_id


def _document_id(one: Original) -> str:
    return one.document_id
