"""Renewal of evidence records (RFC 4998, 5): one further time-stamp for a whole batch, or a new tree of stronger digests.

Before a time-stamp ends, the next one covers it. Before the digests of a tree end, the files are read once more and get a
further tree, together with all that proved them so far. Cut off anywhere, nothing has happened but a time-stamp spent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from models.errors import ConflictError, EcopyError, RenewalGainsNothing, SigningFault, StorageFault
from models.times import VIETNAM, for_people, iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import operator
from pipeline.keeping import batches, records
from pipeline.keeping.proofs import algorithms
from pipeline.waiting import SERVICES_AWAY
from signing.judging.record import judge_record
from signing.keys.credential import HASHES
from signing.lasting.evidence_record import HashTree, leaf_again, stamped_by_next
from storage.keeping import evidence
from storage.keeping.evidence import Batch, Leaf, Standing
from storage.keeping.renewal import Ends

PURPOSE = "maintenance:renewal"


@dataclass(frozen=True)
class RecordStep:
    """What became of one batch."""

    batch_id: str
    ecopies: int
    before: Ends
    after: Ends | None = None
    """When its time-stamp ends now; None where it was not renewed."""
    algorithm: str | None = None
    """Digest algorithm of the new tree, where it got one."""
    fault: EcopyError | None = None


def due(app: Application, horizon: datetime) -> list[Batch]:
    """Batches whose proof ends before `horizon`, the soonest first: by their time-stamps and the rules of today, which may
    let an algorithm end that had no end when they were made."""
    found: list[Batch] = []
    after = ""
    while True:
        with app.register.reading() as connection:
            page = evidence.needed(connection, after=after)
        if not page:
            return sorted(found, key=lambda one: (one.ends.at or "", one.id))
        today = (replace(one, ends=records.ends(app, one.tokens[-1])) for one in page)
        found += [one for one in today if (one.ends.at or "") < iso(horizon)]
        after = page[-1].id


def renew_records(
    app: Application, horizon: datetime, watch: Callable[[RecordStep], None] = lambda step: None
) -> list[RecordStep]:
    """Renew the batches that are due. One that fails does not keep the others from it; a service that is away does."""
    steps = []
    for batch in due(app, horizon):
        try:
            step = _renewed(app, batch, horizon)
        except SERVICES_AWAY:
            raise
        except EcopyError as fault:
            if isinstance(fault, StorageFault) and fault.retryable:
                raise
            step = RecordStep(batch.id, batch.leaves, batch.ends, fault=fault)
        steps.append(step)
        watch(step)
    return steps


def _renewed(app: Application, batch: Batch, horizon: datetime) -> RecordStep:
    tokens = [*batch.tokens[:-1], records.refreshed(app, batch.tokens[-1])]
    records.check_stamps(app, records.with_digests(batch.root, batch.algorithm, tokens))
    if _tree_ends(app, batch.algorithm, horizon):
        return _another_tree(app, batch, tokens, horizon)
    token = records.stamp(app, stamped_by_next(tokens[-1], batch.algorithm), batch.algorithm)
    tokens.append(token)
    records.check_stamps(app, records.with_digests(batch.root, batch.algorithm, tokens))
    ends = records.ends(app, token)
    _check_gain(ends, batch.ends)
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        evidence.restamp(tx, batch, tokens, ends, authority=batches.authority_of(token))
    return RecordStep(batch.id, batch.leaves, batch.ends, ends)


def _another_tree(app: Application, batch: Batch, tokens: list[bytes], horizon: datetime) -> RecordStep:
    """A tree of stronger digests over the files of a batch, each joined with its record so far."""
    algorithm = _stronger(app, batch.algorithm, horizon)
    with app.register.reading() as connection:
        standing = list(evidence.standing_in(connection, batch.id))
        parts = {one.ecopy_id: evidence.parts_of(connection, ecopy_id=one.ecopy_id) for one in standing}
    for one in standing:
        parts[one.ecopy_id][-1] = replace(parts[one.ecopy_id][-1], tokens=tuple(tokens))
    leaves = [
        leaf_again(_digest(app, one, algorithm), records.chains(parts[one.ecopy_id]), algorithm)
        for one in standing
    ]
    tree = HashTree(leaves, algorithm)
    token = records.stamp(app, tree.root, algorithm)
    ends = records.ends(app, token)
    _check_gain(ends, batch.ends)
    first = standing[0]
    part = evidence.Part(algorithm, tree.way(0), (token,))
    _check_record(app, first, records.assembled([*parts[first.ecopy_id], part]) or b"")
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        evidence.freshen(tx, batch, tokens)
        evidence.add_batch(
            tx,
            algorithm=algorithm,
            root=tree.root,
            token=token,
            authority=batches.authority_of(token),
            proven_at=iso(vietnam_time(app.clock.now())),
            ends=ends,
            leaves=[
                Leaf(one.ecopy_id, one.sha256, tree.way(at), one.generation + 1)
                for at, one in enumerate(standing)
            ],
        )
    return RecordStep(batch.id, len(standing), batch.ends, ends, algorithm)


def _digest(app: Application, one: Standing, algorithm: str) -> bytes:
    """The file's digest by another algorithm; the file must be the one that is proven. Raises SigningFault, StorageFault."""
    before, after = hashlib.sha256(), hashlib.new(algorithm)
    with app.vault.open(one.object_key) as content:
        while piece := content.read(1 << 20):
            before.update(piece)
            after.update(piece)
    if before.hexdigest() != one.sha256:
        raise SigningFault(reason=f"the file of e-copy {one.ecopy_id} is not the one that was proven")
    return after.digest()


def _check_record(app: Application, one: Standing, record: bytes) -> None:
    """Judge one record of a new tree as a stranger would. Raises SigningFault."""
    with app.vault.open(one.object_key) as content:
        found = judge_record(record, content, app.hands.trust, app.clock.now())
    if not found.holds:
        raise SigningFault(reason=f"the renewed record does not hold: {found.reason} {found.detail}")


def _tree_ends(app: Application, algorithm: str, horizon: datetime) -> bool:
    end = records.digest_ends(algorithm, algorithms(app))
    return end is not None and datetime.combine(end.last_day + timedelta(days=1), time(), VIETNAM) < horizon


def _stronger(app: Application, algorithm: str, horizon: datetime) -> str:
    """The next digest algorithm that does not end as soon. Raises ConflictError where there is none."""
    known = list(HASHES)
    for one in known[known.index(algorithm) + 1 :]:
        if not _tree_ends(app, one, horizon):
            return one
    raise ConflictError(reason=f"no digest algorithm lasts longer than {algorithm}")


def _check_gain(after: Ends, before: Ends) -> None:
    if after.at is not None and before.at is not None and after.at <= before.at:
        raise RenewalGainsNothing(until=_day(after.at), ends=_day(before.at), of=after.of or "")


def _day(moment: str) -> str:
    return for_people(datetime.fromisoformat(moment))
