"""Trying out a store of the settings, with a trace in the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.errors import NoSecondStore
from pipeline.access import given, operator
from pipeline.application import Application
from storage.stores.conformance import Check, examine_store

__all__ = ["Check", "check_store"]


def check_store(app: Application, *, second: bool = False, purpose: str = "maintenance") -> Iterator[Check]:
    """Prepare the store and try everything it should hold; what was written for that is removed again.

    Raises NoSecondStore; StorageFault when the store can't be reached at all or trials can't be removed.
    """
    store = app.second_store if second else app.store
    if store is None:
        raise NoSecondStore()
    store.prepare()
    outcomes = Counter[str]()
    broken = []
    try:
        for check in examine_store(store):
            outcomes[check.outcome] += 1
            if check.outcome == "broken":
                broken.append(check.name)
            yield check
    finally:
        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            tx.audit("check_store", store.description[:80], outcomes=dict(outcomes), broken=broken)
