"""Archive e-copies issued on one time-stamp: those that wait become the leaves of a hash tree, and are issued one by one.

Cut off anywhere it goes on where it was: before the tree is in the register nothing has happened but a time-stamp spent;
afterwards every e-copy in it has its record, and what is not issued yet is issued the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.errors import ConflictError, EcopyError, HomeBusy, StorageFault
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import given, operator
from pipeline.keeping import records
from pipeline.quality.holding import lot_wait
from pipeline.runner import advance
from pipeline.stages.issue import Issue
from signing.keys.credential import common_name
from signing.lasting.ends import Leaning
from signing.lasting.evidence_record import HashTree
from storage.cases.casework import lot as find_lot
from storage.keeping import evidence
from storage.keeping.evidence import Leaf, Waiting
from storage.keeping.renewal import Ends

PURPOSE = "maintenance:evidence"
MOST = 20_000
"""E-copies in one tree: so many are put on record in one transaction."""


@dataclass
class Done:
    """What a run did."""

    stamps: int = 0
    """Time-stamps that were spent."""
    stamped: int = 0
    """E-copies that they prove."""
    issued: list[str] = field(default_factory=list)
    """Documents whose e-copies are issued now."""
    failed: list[tuple[str, EcopyError]] = field(default_factory=list)
    """Documents whose e-copies could not be, and why; they are tried again the next time."""
    waiting: int = 0
    """E-copies that still wait for a time-stamp."""


def issue_waiting(
    app: Application,
    *,
    lot: str | None = None,
    only_if_due: bool = False,
    purpose: str = PURPOSE,
    watch: Callable[[str], None] = lambda document: None,
) -> Done:
    """Stamp the e-copies that wait for an evidence record, of one lot (name or id) or of all, and issue them.

    `only_if_due`: only when enough wait, or the oldest long enough, by the settings. Raises NotFound for the lot,
    TimestampUnavailable, StorageFault; what was done until then is done.
    """
    purpose = given(purpose)
    done = Done()
    with app.register.reading() as connection:
        lot_id = find_lot(connection, lot).id if lot is not None else None
    _issue(app, lot_id, done, watch)  # those of a run that was cut off
    while True:
        with app.register.reading() as connection:
            found = evidence.waiting(connection, lot_id=lot_id, limit=MOST)
        if not found or (only_if_due and not is_due(app, found)):
            break
        try:
            _stamp(app, found, purpose)
        except ConflictError:  # another process was faster with some of them
            continue
        done.stamps += 1
        done.stamped += len(found)
        _issue(app, lot_id, done, watch)
    done.waiting = len(found)
    return done


def is_due(app: Application, found: list[Waiting]) -> bool:
    """Whether enough e-copies wait, or the oldest long enough."""
    if len(found) >= app.settings.evidence_batch:
        return True
    waited = app.clock.now() - min(datetime.fromisoformat(one.since) for one in found)
    return waited >= timedelta(hours=app.settings.evidence_hours)


def _stamp(app: Application, found: list[Waiting], purpose: str) -> None:
    tree = HashTree([bytes.fromhex(one.sha256) for one in found])
    token = records.stamp(app, tree.root, tree.algorithm)
    leaves = [Leaf(one.ecopy_id, one.sha256, tree.way(at)) for at, one in enumerate(found)]
    keep_batch(app, tree, token, leaves, purpose=purpose)


def keep_batch(app: Application, tree: HashTree, token: bytes, leaves: list[Leaf], *, purpose: str) -> Ends:
    """Put a stamped tree on record. Returns until when its time-stamp holds. Raises ConflictError."""
    since = records.check_stamps(app, [(token, tree.root)])
    ends = records.ends(app, token)
    with app.register.transaction(actor=operator(), purpose=purpose) as tx:
        evidence.add_batch(
            tx,
            algorithm=tree.algorithm,
            root=tree.root,
            token=token,
            authority=authority_of(token),
            proven_at=iso(vietnam_time(since)),
            ends=ends,
            leaves=leaves,
        )
    return ends


def authority_of(token: bytes) -> str:
    """Common name of who gave a time-stamp."""
    from asn1crypto import cms

    return common_name(Leaning.on(cms.ContentInfo.load(token)["content"]).certificate)


def _issue(app: Application, lot_id: str | None, done: Done, watch: Callable[[str], None]) -> None:
    with app.register.reading() as connection:
        documents = evidence.to_issue(connection, lot_id=lot_id)
    for document_id in documents:
        if (
            lot_wait(app, app.register.document(document_id)) is not None
        ):  # signed before its lot was to be accepted
            continue
        try:
            with app.locks.document(document_id):
                advance(app, document_id, (Issue(),))
        except HomeBusy as busy:  # somebody is at it, and issues it
            done.failed.append((document_id, busy))
        except EcopyError as fault:
            if isinstance(fault, StorageFault) and fault.retryable:
                raise
            done.failed.append((document_id, fault))
        else:
            done.issued.append(document_id)
            watch(document_id)
