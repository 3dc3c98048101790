"""The audit trail as people use it: looked at, verified, time-stamped, exported as evidence, cut when old enough."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import (
    AnchorLate,
    AnchorRefused,
    AuditDamaged,
    EcopyError,
    PathNotFound,
    StillToBeKept,
    StorageFault,
)
from models.times import VIETNAM, iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.version import software
from storage.audit import chain as trail
from storage.audit.anchors import SUBJECT, Anchor, add_anchor, anchors_of, newest_anchor, unanchored
from storage.audit.export import Exported, export_trail, trim
from storage.audit.verify import Stamps, Verification, recorded_head, snapshot, verify, verify_newest

if TYPE_CHECKING:
    from signing.timestamps.stamps import StampJudgement

log = logging.getLogger("ecopy.audit")

LATE = 2
"""An anchor is late when the oldest uncovered entry has waited for so many intervals."""
NEWEST = 100_000
"""Entries that the doctor goes through: about two seconds."""
ANCHORING = "audit:anchoring"
"""Purpose of the entries about time-stamps."""


def show_trail(
    app: Application,
    *,
    subject: str | None = None,
    actor: str | None = None,
    since: date | None = None,
    purpose: str,
) -> Iterator[trail.AuditEntry]:
    """Entries, oldest first, as they stood before this look, which is on record too. Raises UsageError without a
    purpose."""
    with (
        attempt(app, "audit_show", SUBJECT, purpose=purpose),
        app.register.transaction(actor=operator(), purpose=given(purpose)) as tx,
    ):
        told = {"about": subject, "of": actor, "since": since.isoformat() if since else None}
        tx.audit("audit_show", SUBJECT, **{name: value for name, value in told.items() if value})
    first = iso(datetime.combine(since, time(), VIETNAM)) if since else None
    with snapshot(app.engine) as connection:
        yield from trail.entries(connection, subject, actor=actor, since=first)


def verify_trail(app: Application, *, purpose: str) -> Verification:
    """Examine everything: chain, head, time-stamps and the trust in them. Raises UsageError without a purpose.

    Only a sound trail gets an entry about it: a damaged one is left as it was found.
    """
    with attempt(app, "audit_verify", SUBJECT, purpose=purpose):
        purpose = given(purpose)
        with snapshot(app.engine) as connection:
            found = verify(connection, partial(_stamps, app))
        if not found.faults:
            with app.register.transaction(actor=operator(), purpose=purpose) as tx:
                tx.audit("audit_verify", SUBJECT, entries=found.entries, anchors=found.anchors)
    return found


def anchor_trail(app: Application, *, only_if_due: bool = False) -> Anchor | None:
    """Fetch a time-stamp over the newest entry; None where nothing is new, or nothing due.

    Nobody waits for it: the chain is not locked meanwhile. A failure leaves the trail as it was, to be tried again.
    Raises TimestampUnavailable, AnchorRefused, or what loading the hands raises.
    """
    with snapshot(app.engine) as connection:
        waiting = unanchored(connection, 1)
        head = recorded_head(connection)
    if head is None or not waiting.entries or (only_if_due and not _due(app)):
        return None
    digest = bytes.fromhex(head[1])
    token = app.hands.tsa.token(digest, "sha256")
    judged = _judged(app, token, digest, app.clock.now())
    if judged.stamped_at is None or not (judged.holds or judged.open):
        raise AnchorRefused(reason=judged.reason)
    anchor = Anchor(
        seq=head[0], hash=head[1], at=iso(judged.stamped_at), authority=judged.authority or "", token=token
    )
    with app.register.transaction(actor=operator(), purpose=ANCHORING) as tx:
        return anchor if add_anchor(tx, anchor) else None


def anchor_meanwhile(app: Application) -> None:
    """Begin to fetch a time-stamp if one is due, and go on without waiting for it. Whatever fails is logged; the next
    caller tries again, and the doctor says when it is late."""
    if _due(app):
        threading.Thread(target=_anchor_quietly, args=(app,), name="audit-anchor", daemon=True).start()


def _anchor_quietly(app: Application) -> None:
    try:
        anchor_trail(app, only_if_due=True)
    except Exception:  # a thread's end has no caller; the log and the doctor tell
        log.exception("the audit trail was not time-stamped; the next run tries again")


def _due(app: Application) -> bool:
    with snapshot(app.engine) as connection:
        waiting = unanchored(connection, app.settings.audit_anchor_entries)
    return waiting.due(app.clock.now(), _interval(app), app.settings.audit_anchor_entries)


def anchoring(app: Application) -> str:
    """How the anchoring stands, in a few words. Raises AnchorLate when it should have happened long ago."""
    with snapshot(app.engine) as connection:
        waiting = unanchored(connection)
        newest = newest_anchor(connection)
    if waiting.older_than(app.clock.now(), _interval(app) * LATE):
        raise AnchorLate(since=waiting.since, entries=waiting.entries)
    stamped = f"time-stamped up to entry {newest.seq} ({newest.at})" if newest else "not yet time-stamped"
    return f"{stamped}, {waiting.entries} entries since"


def check_trail(app: Application, newest: int = NEWEST) -> str:
    """For the doctor: the chain's `newest` entries are sound, and the anchoring not late; in a few words.

    A trail grows for years and the doctor is asked every day: all of it is for `verify_trail`.
    Raises AuditDamaged or AnchorLate.
    """
    with snapshot(app.engine) as connection:
        found = verify_newest(connection, newest)
    if found.faults:
        raise AuditDamaged(reason=found.faults[0].words(app.settings.language))
    checked = (
        f"all {found.entries} entries intact"
        if found.whole
        else f"newest {found.entries} entries intact, from {found.first} on (ecopy audit verify: all)"
    )
    return f"{checked}; {anchoring(app)}"


def export_audit(app: Application, target: Path, *, purpose: str) -> Exported:
    """Write the trail as evidence, this export's own entry included, with a fresh time-stamp where one can be had.

    Raises UsageError without a purpose, StorageFault when the file can't be written.
    """
    with attempt(app, "audit_export", SUBJECT, purpose=purpose):
        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            tx.audit("audit_export", SUBJECT)
        try:
            anchor_trail(app)
        except EcopyError as reason:
            log.warning("the export has no fresh time-stamp: %s", reason)
        from signing.timestamps.stamps import anchors_as_pem, certificates_in

        try:
            with snapshot(app.engine) as connection:
                tokens = [a.token for a in anchors_of(connection)]
                return export_trail(
                    connection,
                    target,
                    at=iso(app.clock.now()),
                    roots=anchors_as_pem(app.hands.trust),
                    chain=certificates_in(tokens),
                    facts={"software": software(), "agency": app.hands.agency.identifier},
                )
        except OSError as fault:
            raise StorageFault(reason=f"{target}: {fault.strerror or fault}") from fault


def trim_audit(app: Application, *, before: date, exported: Path, purpose: str) -> int:
    """Cut off what is older than `before` and stands in the export; returns the number of the new oldest entry.

    Raises StillToBeKept, NoAnchoredStart, ExportUnfit, PathNotFound, UsageError, or AuditDamaged: nothing is cut from a
    trail that is not sound.
    """
    with attempt(app, "audit_trim", SUBJECT, purpose=purpose):
        purpose = given(purpose)
        if not exported.exists():
            raise PathNotFound(path=exported)
        months = app.rules_today().audit.keep_months.value
        youngest = _months_before(vietnam_time(app.clock.now()).date(), months)
        if before > youngest:
            raise StillToBeKept(months=months, day=youngest.strftime("%d/%m/%Y"))
        with snapshot(app.engine) as connection:
            found = verify(connection, partial(_stamps, app))
        if found.faults:
            raise AuditDamaged(reason=found.faults[0].words(app.settings.language))
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            return trim(tx, before=iso(datetime.combine(before, time(), VIETNAM)), exported=exported)


def _stamps(app: Application, anchors: list[Anchor]) -> Stamps:
    """What the time-stamps are worth, the newest judged first: one whose authority's certificate has run out still
    holds if a newer one that holds lies over the entry that names it."""
    broken: dict[int, str] = {}
    unproven = []
    proven = now = app.clock.now()
    for anchor in reversed(anchors):
        digest = bytes.fromhex(anchor.hash)
        judged = _judged(app, anchor.token, digest, now)
        if not judged.holds and proven < now:
            judged = _judged(app, anchor.token, digest, proven)
        if judged.stamped_at is None or not (judged.holds or judged.open):
            broken[anchor.seq] = judged.reason
        elif iso(judged.stamped_at) != anchor.at:
            broken[anchor.seq] = f"{anchor.at} ≠ {iso(judged.stamped_at)}"
        elif judged.open:
            unproven.append(anchor.seq)
        else:
            proven = judged.stamped_at
    return Stamps(broken, tuple(reversed(unproven)))


def _judged(app: Application, token: bytes, digest: bytes, at: datetime) -> StampJudgement:
    from signing.timestamps.stamps import judge_stamp

    return judge_stamp(token, digest, app.hands.trust, at)


def _interval(app: Application) -> timedelta:
    return timedelta(hours=app.settings.audit_anchor_hours)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last one."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
