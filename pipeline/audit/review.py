"""The weekly review of the audit trail (QCVN 12:2026/BCA): what stands out, for a person to ask about. It proves nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from models.times import VIETNAM, iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from storage.audit import chain as trail
from storage.audit.anchors import SUBJECT
from storage.audit.verify import snapshot
from storage.schema import audit

LOOKS = frozenset({"look", "release", "export", "search", "shown_in_look_up"})
"""Acts that show somebody something and change nothing."""
MANY_LOOKS = 100
"""More documents than these, looked at by one person within an hour, are called bulk."""
OFFICE_HOURS = (time(7, 0), time(18, 0))
"""Wide enough for every agency's own hours; days off are left to the reader's calendar but for Sundays and holidays."""


@dataclass
class PersonReview:
    """What stands out in one person's acts."""

    acts: int = 0
    looks: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Failed attempts by the code of their error."""
    outside_hours: int = 0
    bulk_hours: list[str] = field(default_factory=list)
    """Hours (ISO, their beginning) with more than MANY_LOOKS documents looked at."""
    without_act: int = 0
    """Documents looked at, and not worked on by the same person in the time reviewed."""


@dataclass(frozen=True)
class Review:
    """A period of the trail, person by person."""

    first: date
    last: date
    entries: int
    people: dict[str, PersonReview]
    last_review: str | None
    """When somebody reviewed the trail before."""


def review_trail(app: Application, *, since: date | None = None, purpose: str) -> Review:
    """Review from `since` on, or the rule set's period up to now; on record itself. Raises UsageError without a purpose."""
    with attempt(app, "audit_review", SUBJECT, purpose=purpose):
        purpose = given(purpose)
        today = vietnam_time(app.clock.now()).date()
        first = since or today - timedelta(days=app.rules_today().audit.review_days.value)
        with snapshot(app.engine) as connection:
            before = last_review(connection)
            moment = iso(datetime.combine(first, time(), VIETNAM))
            review = _reviewed(trail.entries(connection, since=moment), first, today, before)
        with app.register.transaction(actor=operator(), purpose=purpose) as tx:
            tx.audit("audit_review", SUBJECT, since=first.isoformat(), entries=review.entries)
    return review


def last_review(connection: sa.Connection) -> str | None:
    """When the trail was reviewed last."""
    mine = sa.and_(
        audit.c.subject == SUBJECT, audit.c.action == "audit_review", audit.c.outcome == trail.DONE
    )
    return connection.scalar(sa.select(audit.c.at).where(mine).order_by(audit.c.seq.desc()).limit(1))


def _reviewed(entries: Iterator[trail.AuditEntry], first: date, last: date, before: str | None) -> Review:
    people: dict[str, PersonReview] = defaultdict(PersonReview)
    looked: dict[str, set[str]] = defaultdict(set)
    worked: dict[str, set[str]] = defaultdict(set)
    by_hour: Counter[tuple[str, str]] = Counter()
    closed = _holidays(range(first.year, last.year + 1))
    count = 0
    for entry in entries:
        count += 1
        person = people[entry.actor]
        person.acts += 1
        if entry.outcome != trail.DONE:
            person.failed[entry.outcome] += 1
        elif entry.action in LOOKS:
            person.looks += 1
            if any(letter.isdigit() for letter in entry.subject):  # a document, not a list of them
                looked[entry.actor].add(entry.subject)
            by_hour[entry.actor, entry.at[:13]] += 1
        else:
            worked[entry.actor].add(entry.subject)
        person.outside_hours += _outside(datetime.fromisoformat(entry.at), closed)
    for (actor, hour), looks in sorted(by_hour.items()):
        if looks > MANY_LOOKS:
            people[actor].bulk_hours.append(f"{hour}:00")
    for actor, subjects in looked.items():
        people[actor].without_act = len(subjects - worked[actor])
    return Review(first, last, count, dict(people), before)


def _outside(moment: datetime, closed: set[date]) -> bool:
    opens, closes = OFFICE_HOURS
    day = moment.date()
    return not opens <= moment.time() < closes or day.weekday() == 6 or day in closed


def _holidays(years: range) -> set[date]:
    import holidays

    return set(holidays.country_holidays("VN", years=list(years)))
