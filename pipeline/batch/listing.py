"""Getting to know an archive: what its manifest names and what is really there, in pages, so that memory stays flat.

Nothing is read but names, sizes and times. Links are not followed, and what is no regular file is never opened.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from models.errors import BatchNotAFolder, FileUnreadable
from models.text import folded
from models.times import iso
from pipeline.application import Application
from pipeline.attempts import operator
from pipeline.batch.judging import Judge, component_judge, inherited
from pipeline.batch.manifest import Place, Row, mark_of, read_manifest
from pipeline.batch.paths import box_of, exact_key_of, key_of, sort_key, written
from pipeline.batch.plan import Plan, type_finder
from pipeline.inputs import DOCUMENT_SUFFIXES
from storage.batch import entries as rows
from storage.batch.entries import Batch, Entry

PAGE = 500
"""Entries in one transaction."""

Watch = Callable[[str, int], None]
"""Told now and then how many rows (`manifest`) or files (`walk`) have been looked at."""

_TOLD = ("row", "document", "holder", "document_type", "component", "secret", "dated")
_INHERITED = ("row", "holder", "document_type", "component", "secret", "dated")
_WALKED = (
    *(
        "path",
        "kind",
        "box",
        "state",
        "rank",
        "sort",
        "size",
        "mtime_ns",
        "reason",
        "error_code",
        "finished_at",
    ),
    *_INHERITED,
)
_BOX_NUMBER = re.compile(r"^\D*?0*(\d+)\D*$")


@dataclass(frozen=True)
class Seen:
    """Something in a folder of the archive."""

    path: str
    """Below the archive, as the file system has it."""
    kind: Literal["file", "folder"] = "file"
    size: int | None = None
    mtime_ns: int | None = None
    reason: str | None = None
    """Why it is passed over whatever the plan says: `link`, `special` or `hidden`."""
    error_code: str | None = None
    folder: Mapping[str, Any] | None = None
    """What the manifest says of the folder it lies in."""


def check_root(root: Path) -> Path:
    """The archive's folder, absolute; a link to it is followed. Raises BatchNotAFolder."""
    try:
        found = root.resolve(strict=True)
    except OSError:
        raise BatchNotAFolder(path=root) from None
    if not found.is_dir():
        raise BatchNotAFolder(path=root)
    return found


class Listing:
    """One batch's archive."""

    def __init__(
        self, app: Application, batch: Batch, plan: Plan, root: Path, watch: Watch | None = None
    ) -> None:
        self._app = app
        self._batch = batch
        self._plan = plan
        self._root = root
        self._watch = watch or (lambda what, count: None)
        self._judge = Judge(plan, component_judge(app))
        self._purpose = f"batch:{batch.id}"

    def run(self) -> None:
        """Read the manifest, unless it was read to its end as it is, and walk through the archive.

        Several at once take turns, and what one has just done the next does not do again. Raises BatchManifestWrong.
        """
        began = iso(self._app.clock.now())
        with self._app.locks.document(f"batch-{self._batch.id}", wait=True):
            with self._app.register.reading() as connection:
                now = rows.batch(connection, self._batch.id)
            mark = mark_of(self._plan.manifest, self._plan.sheet) if self._plan.manifest else None
            if mark != now.manifest_mark:
                self._manifest(mark)
            elif now.listed_at is not None and now.listed_at > began:
                return
            self._walk()

    def _manifest(self, mark: str | None) -> None:
        with self._changing() as tx:
            rows.forget_manifest(tx, self._batch.id)
        if self._plan.manifest is None:
            return
        places = _Places(self._root)
        page: list[Row] = []
        count = 0
        for row in read_manifest(self._plan.manifest, type_finder(), self._plan.sheet):
            page.append(row)
            if len(page) >= PAGE:
                count += len(page)
                self._take_rows(page, places)
                self._watch("manifest", count)
                page = []
        self._take_rows(page, places)
        self._watch("manifest", count + len(page))
        with self._changing() as tx:
            rows.set_listed(tx, self._batch.id, manifest_mark=mark)

    def _take_rows(self, page: list[Row], places: _Places) -> None:
        placed = {row.number: places.of(row) for row in page if row.places}
        keys = {number: key_of(path) for number, (path, _) in placed.items()}
        with self._changing() as tx:
            known = rows.known(tx.connection, self._batch.id, set(keys.values()))
            wanted: dict[str, Entry] = {}
            for row in page:
                for one in row.remarks:
                    rows.remark(tx, self._batch.id, row.number, one.code, one.said)
                if row.number not in placed:
                    continue
                key, (path, folder) = keys[row.number], placed[row.number]
                before = wanted.get(key) or known.get(key)
                if before is not None and before.row is not None:
                    rows.remark(tx, self._batch.id, row.number, "twice", f"{path} ({before.row})")
                    continue
                wanted[key] = self._expected(row, key, path, folder=folder)
            rows.put(tx, list(wanted.values()), (*_TOLD, "expected_pages"))

    def _expected(self, row: Row, key: str, path: str, *, folder: bool) -> Entry:
        level = self._plan.box_level
        return Entry(
            batch_id=self._batch.id,
            key=key,
            kind="folder" if folder else "file",
            path=written(path),
            box=box_of(f"{path}/" if folder else path, level),
            state="expected",
            rank=0,
            sort=sort_key(path),
            row=row.number,
            document=row.document,
            expected_pages=row.pages,
            holder=row.holder,
            document_type=row.document_type,
            component=row.component,
            secret=row.secret,
            dated=row.dated,
        )

    def _walk(self) -> None:
        page: list[Seen] = []
        count = 0
        for seen in self._seen():
            page.append(seen)
            if len(page) >= PAGE:
                count += len(page)
                self._take_seen(page)
                self._watch("walk", count)
                page = []
        self._take_seen(page)
        self._watch("walk", count + len(page))
        with self._changing() as tx:
            rows.not_there(tx, self._batch.id)
            rows.set_listed(tx, self._batch.id, listed_at=tx.at)

    def _take_seen(self, page: list[Seen]) -> None:
        """Judge what was seen and write down what is new or judged otherwise than before."""
        keys = [key_of(seen.path) for seen in page]
        exact = [exact_key_of(seen.path) for seen in page]
        with self._app.register.reading() as connection:
            known = rows.known(connection, self._batch.id, {*keys, *exact})
        wanted: dict[str, Entry] = {}
        for seen, key, own_key in zip(page, keys, exact, strict=True):
            text = written(seen.path)
            before = known.get(own_key) or wanted.get(key) or known.get(key)
            if before is not None and before.path != text and _is_another(before):
                key, before = own_key, known.get(own_key)  # two spellings of a name beside each other
            elif own_key in known:
                key = own_key
            if before is not None and not before.may_be_judged:
                continue
            after = self._judged(seen, key, text, before)
            if after != before:
                wanted[key] = after
        if wanted:
            with self._changing() as tx:
                rows.put(tx, list(wanted.values()), _WALKED)

    def _judged(self, seen: Seen, key: str, text: str, before: Entry | None) -> Entry:
        entry = before or Entry(
            batch_id=self._batch.id, key=key, kind="file", path=text, box="", state="found", rank=0, sort=""
        )
        entry = replace(entry, kind=seen.kind, path=text, size=seen.size, mtime_ns=seen.mtime_ns)
        if seen.folder:
            entry = inherited(entry, seen.folder)
        judged = self._judge.judged(entry)
        if seen.error_code is not None:
            return replace(judged, state="refused", reason=None, error_code=seen.error_code)
        return replace(judged, state="skipped", reason=seen.reason) if seen.reason else judged

    def _seen(self) -> Iterator[Seen]:
        """Everything in the archive, folder by folder; the open folders are all that is held in memory."""
        with self._app.register.reading() as connection:
            tells = rows.has_folders(connection, self._batch.id)
        stack: list[tuple[str, Iterator[os.DirEntry[str]], Mapping[str, Any]]] = []

        def enter(path: str, said: Mapping[str, Any]) -> Seen | None:
            try:
                stack.append((path, os.scandir(self._root / path), self._said(path, said) if tells else {}))
            except OSError:
                return Seen(path or ".", kind="folder", error_code=FileUnreadable.code)
            return None

        if (fault := enter("", {})) is not None:
            raise BatchNotAFolder(path=self._root)
        while stack:
            folder, inside, said = stack[-1]
            try:
                found = next(inside, None)
            except OSError:
                yield Seen(folder or ".", kind="folder", error_code=FileUnreadable.code)
                found = None
            if found is None:
                stack.pop()[1].close()  # type: ignore[attr-defined]
                continue
            path = f"{folder}/{found.name}" if folder else found.name
            seen = _looked_at(found, path, said)
            if seen is not None:
                yield seen
            elif (fault := enter(path, said)) is not None:
                yield fault

    def _said(self, path: str, above: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the manifest says of a folder, and of those around it."""
        if not path:
            return above
        key = key_of(path)
        with self._app.register.reading() as connection:
            found = rows.known(connection, self._batch.id, [key]).get(key)
        if found is None or found.row is None:
            return above
        own = {name: getattr(found, name) for name in _INHERITED if getattr(found, name) is not None}
        return {**above, **own}

    def _changing(self) -> Any:
        return self._app.register.transaction(actor=operator(), purpose=self._purpose)


def _looked_at(found: os.DirEntry[str], path: str, said: Mapping[str, Any]) -> Seen | None:
    """What is there, judged by its kind alone; None for a folder to go into."""
    try:
        facts = found.stat(follow_symlinks=False)
    except OSError:
        return Seen(path, error_code=FileUnreadable.code, folder=said)
    if stat.S_ISLNK(facts.st_mode):
        return Seen(path, reason="link", folder=said)
    if stat.S_ISDIR(facts.st_mode):
        return Seen(path, reason="hidden") if found.name.startswith(".") else None
    if not stat.S_ISREG(facts.st_mode):
        return Seen(path, reason="special", folder=said)
    return Seen(path, size=facts.st_size, mtime_ns=facts.st_mtime_ns, folder=said)


def _is_another(before: Entry) -> bool:
    """Whether an entry is of a file that is there, and not of a row that spells this one's name otherwise."""
    return before.size is not None


class _Places:
    """Which of the paths that a row may mean there is."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._boxes = _numbered_boxes(root)

    def of(self, row: Row) -> tuple[str, bool]:
        """The path, and whether it is a folder's; the likeliest one where there is none."""
        wanted = [path for place in row.places for path in self._spelled(place)]
        for path in wanted:
            try:
                facts = os.lstat(self._root / path)
            except (OSError, ValueError):
                continue
            return path, stat.S_ISDIR(facts.st_mode)
        return row.places[0].path, False

    def _spelled(self, place: Place) -> Iterator[str]:
        """The path itself, with the folder that has the box's number, and with the suffixes of documents."""
        spelled = [place.path]
        head, _, rest = place.path.partition("/")
        number = _BOX_NUMBER.match(head) if place.boxed else None
        box = self._boxes.get(int(number[1])) if number and len(number[1]) < 12 else None
        if box is not None and box != head:
            spelled.append("/".join(filter(None, (box, rest))))
        for one in spelled:
            yield one
            if PurePosixPath(one).suffix.lower() not in DOCUMENT_SUFFIXES - {""}:
                for suffix in sorted(DOCUMENT_SUFFIXES - {""}):
                    yield f"{one}{suffix}"
                    yield f"{one}{suffix.upper()}"


def _numbered_boxes(root: Path) -> dict[int, str]:
    """The archive's folders by the number in their names, where the name has one and no other folder has it."""
    found: dict[int, list[str]] = {}
    with os.scandir(root) as inside:
        for one in inside:
            number = _BOX_NUMBER.match(folded(one.name))
            if number and len(number[1]) < 12 and one.is_dir(follow_symlinks=False):
                found.setdefault(int(number[1]), []).append(one.name)
    return {number: names[0] for number, names in found.items() if len(names) == 1}
