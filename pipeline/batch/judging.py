"""What is to happen to a file of an archive, before a byte of it is read: taken in, and when; or skipped, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from models.casework import NEVER_SCANNED
from models.errors import UnknownProcedure
from models.text import nfc
from models.times import vietnam_time
from pipeline.application import Application
from pipeline.batch.paths import box_of, sort_key, year_in
from pipeline.batch.plan import Plan, SkipRule, fits
from pipeline.inputs import DOCUMENT_SUFFIXES
from storage.batch.entries import Entry
from storage.cases.procedures import procedure_on

SECRET_FOLDERS = frozenset(
    {"mật", "tối mật", "tuyệt mật", "tài liệu mật", "hồ sơ mật", "top secret", "secret"}
)
"""Folders whose name alone says that nothing in them may be scanned."""
LAST = 99_999_999
"""The rank of what has no date."""


class Judge:
    """Says what a plan makes of entries."""

    def __init__(self, plan: Plan, never_scanned: Callable[[str], bool]) -> None:
        """`never_scanned`: whether a component, as `PROCEDURE/COMPONENT`, may not be scanned."""
        self._plan = plan
        self._never_scanned = never_scanned
        self._suffixes = frozenset(plan.suffixes) if plan.suffixes is not None else DOCUMENT_SUFFIXES

    def judged(self, entry: Entry) -> Entry:
        """The entry, `found` or `skipped`, with its box and its place in the order of work."""
        reason = self._reason(entry)
        return replace(
            entry,
            state="skipped" if reason else "found",
            reason=reason,
            error_code=None,
            finished_at=None,
            box=box_of(entry.path, self._plan.box_level),
            rank=self._rank(dated(entry)),
            sort=sort_key(entry.path),
        )

    def _reason(self, entry: Entry) -> str | None:
        plan, path = self._plan, PurePosixPath(entry.path)
        if any(part.startswith(".") for part in path.parts):
            return "hidden"
        if entry.secret or any(nfc(part).casefold() in SECRET_FOLDERS for part in path.parts[:-1]):
            return "secret"
        if path.suffix.lower() not in self._suffixes:
            return "suffix"
        if plan.manifest is not None and entry.row is None and plan.unlisted == "skip":
            return "unlisted"
        if entry.component is not None and self._never_scanned(entry.component):
            return "component"
        for number, rule in enumerate(plan.skip, start=1):
            if self._forbids(rule, entry):
                return f"rule:{number}"
        day = dated(entry)
        if plan.cut_off is not None and day is not None and first_day(day) >= plan.cut_off:
            return "cut_off"
        return None

    def _forbids(self, rule: SkipRule, entry: Entry) -> bool:
        day = dated(entry)
        box = box_of(entry.path, self._plan.box_level)
        if not rule.holds(box, entry.path):
            return False
        if rule.type and type_of(self._plan, entry, box) not in rule.type:
            return False
        if rule.secret and not fits(entry.secret or "", rule.secret):
            return False
        if rule.component and not fits(entry.component or "", rule.component):
            return False
        if rule.before is not None and (day is None or last_day(day) >= rule.before):
            return False
        return not (rule.after is not None and (day is None or first_day(day) <= rule.after))

    def _rank(self, day: str | None) -> int:
        if self._plan.order == "path":
            return 0
        if day is None:
            return LAST
        if self._plan.order == "newest":
            return -int(f"{last_day(day):%Y%m%d}")
        return int(f"{first_day(day):%Y%m%d}")


def dated(entry: Entry) -> str | None:
    """ISO date or year of a paper, as the manifest says or else the folders it lies in."""
    year = year_in(entry.path) if entry.dated is None else None
    return entry.dated or (str(year) if year is not None else None)


def first_day(day: str) -> date:
    """The first day that an ISO date, or a year alone, may mean."""
    return date.fromisoformat(day if len(day) > 4 else f"{day}-01-01")


def last_day(day: str) -> date:
    """The last one."""
    return date.fromisoformat(day if len(day) > 4 else f"{day}-12-31")


def type_of(plan: Plan, entry: Entry, box: str) -> str | None:
    """What a paper is: by the manifest, by the first rule that holds, by default; None leaves it to be found out."""
    if entry.document_type is not None:
        return entry.document_type
    return next((rule.type for rule in plan.types if rule.holds(box, entry.path)), plan.document_type)


def inherited(entry: Entry, folder: Mapping[str, Any]) -> Entry:
    """The entry with what the manifest says of the folder it lies in, where it says nothing of the file."""
    said = {
        name: value for name, value in folder.items() if value is not None and getattr(entry, name) is None
    }
    return replace(entry, **said) if said else entry


def component_judge(app: Application) -> Callable[[str], bool]:
    """Whether a component is one that its procedure, as in force today, forbids to scan; unknown ones are none."""
    today = vietnam_time(app.clock.now()).date()

    @lru_cache(maxsize=4096)
    def never_scanned(named: str) -> bool:
        procedure_code, _, code = named.rpartition("/")
        if not procedure_code:
            return False
        try:
            with app.register.reading() as connection:
                procedure = procedure_on(connection, procedure_code, today)
        except UnknownProcedure:
            return False
        return any(one.code == code and one.handling in NEVER_SCANNED for one in procedure.components)

    return never_scanned
