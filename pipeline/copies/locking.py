"""Locking what has to stay: originals, captures and e-copies, in the store, as the rule set of today says."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from models.errors import LocksNotKept, ObjectLocked, ObjectMissing, StorageFault
from models.ports import ObjectLock
from pipeline.access import operator
from pipeline.application import Application
from storage.locking import due, put_on_record, wanted

log = logging.getLogger(__name__)

PURPOSE = "maintenance"


@dataclass
class Locking:
    """What a run did."""

    locked: Counter[str] = field(default_factory=Counter)
    """How many objects, by mode."""
    missing: int = 0
    """Objects that the store does not have: for the fixity check."""


def lock_objects(app: Application) -> Locking:
    """Lock what has no lock or whose lock ends soon; a batch is locked in the store first, then put on record.

    Cut off anywhere, the same call goes on: a store takes the same lock twice. Raises LocksNotKept, StorageFault.
    """
    done = Locking()
    rules = app.rules_today().locks
    for keys in due(app.engine, app.clock.now(), rules):
        with app.register.reading() as connection:
            locks = wanted(connection, keys, app.clock.now(), rules)
        taken: dict[str, ObjectLock] = {}
        for key, lock in locks.items():
            try:
                app.store.lock(key, lock.until, lock.mode)
                taken[key] = lock
            except ObjectLocked:
                present = app.store.lock_of(key)  # a longer or stronger one stands: that is the truth then
                if present is not None:
                    taken[key] = present
            except ObjectMissing:
                done.missing += 1
        with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
            put_on_record(tx, app.store.description, taken)
        done.locked.update(lock.mode for lock in taken.values())
    return done


def lock_after_work(app: Application) -> None:
    """Lock what work has just made, in a store that enforces locks. A store that can't now is locked in the next run."""
    if not app.store.enforces_locks:
        return
    try:
        lock_objects(app)
    except (LocksNotKept, StorageFault) as fault:
        log.warning("objects stay without their locks for now: %s", fault)
