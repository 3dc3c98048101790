"""Scans on their way: pages are sealed and on the disk before they are promised, and go when the server's receipt proves
that it has them.

One program owns a spool at a time. A page is a file first and a row then, so a kill between the two leaves a file that
nobody was promised; the next start takes it away. What a row says is there is there, whole.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from kiosk_agent.spool.files import PageFiles
from kiosk_agent.spool.index import Index
from kiosk_agent.spool.obstacle import Obstacle
from kiosk_agent.spool.words import Words
from models.errors import ScanClosed, ScanEmpty, ScanUnknown, SpoolBroken
from models.ids import new_id
from models.times import iso
from models.wire.receipts import Receipt, ReceiptKeys, check_receipt
from models.wire.sealed import (
    CONTENTS,
    SCAN,
    Contents,
    PageHead,
    PageMedia,
    SealingKey,
    framed,
    hash_of_scan,
    seal,
)

State = Literal["open", "closed", "done"]
KEPT_FREE = 256 << 20
"""So much of the disk stays free: for the index, the log, and the system itself."""


@dataclass(frozen=True)
class KeptPage:
    """A page that lies safe; `place` is where it stands in its scan, from 1."""

    id: str
    scan: str
    place: int
    size: int
    """Bytes of the picture."""
    sha256: str
    facts: dict[str, Any]
    """What was measured on it, for the list of pages; nothing that stands on it."""


@dataclass(frozen=True)
class KeptScan:
    """One paper: open while pages come, closed when it may go, done with the receipt."""

    id: str
    state: State
    words: dict[str, Any]
    """What is said of it to the server."""
    began_at: str
    closed_at: str | None
    done_at: str | None
    sha256: str | None
    size: int | None
    tries: int
    error: Obstacle | None
    """What stood in its way last."""
    receipt: str | None


@dataclass(frozen=True)
class Depth:
    """How much waits, for how long."""

    open: int
    closed: int
    pages: int
    bytes: int
    oldest: str | None
    """When the oldest that is not at the server yet was begun."""
    free: int
    """Bytes free on the disk."""


class Spool:
    """The spool in `folder`. Safe for several threads of its one owner."""

    def __init__(
        self,
        folder: Path,
        *,
        words_key: bytes,
        now: Callable[[], datetime],
        kept_free: int = KEPT_FREE,
    ) -> None:
        """`words_key` (32 bytes) closes what is said of the scans. Raises SpoolBusy, SpoolBroken."""
        self._folder = folder
        self._words = Words(words_key)
        self._now = now
        self._guard = threading.RLock()
        self._files = PageFiles(folder / "pages", kept_free)
        self._index = Index(folder / "index.sqlite3")
        try:
            rows = self._index.all("SELECT id, sealed_size FROM pages")
            self._files.tidy({row["id"]: row["sealed_size"] for row in rows})
        except BaseException:
            self._index.close()
            raise

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._guard:
            self._index.close()

    def begin(self, words: dict[str, Any]) -> str:
        """A new scan, to which pages come; its id is the one that the server knows it by."""
        identifier = new_id()
        with self._guard, self._changing() as rows:
            rows.execute(
                "INSERT INTO scans (id, state, words, began_at) VALUES (?, 'open', ?, ?)",
                (identifier, self._words.closed(identifier, words), iso(self._now())),
            )
        return identifier

    def describe(self, scan: str, words: dict[str, Any]) -> None:
        """What is said of an open scan from now on. Raises ScanUnknown, ScanClosed."""
        with self._guard, self._changing() as rows:
            self._open(scan)
            self._say(rows, scan, words)

    def redirect(self, scan: str, words: dict[str, Any]) -> None:
        """What is said of a closed scan that the server has not taken. Raises ScanUnknown, ScanClosed for one that it has."""
        with self._guard, self._changing() as rows:
            self._in_state(scan, "closed")
            self._say(rows, scan, words)
            rows.execute("UPDATE scans SET error = NULL WHERE id = ?", (scan,))

    def add(
        self,
        scan: str,
        picture: bytes,
        media_type: PageMedia,
        key: SealingKey,
        facts: dict[str, Any] | None = None,
        *,
        dpi: int = 0,
    ) -> KeptPage:
        """Keep a page behind the others: when this returns, it is on the disk, sealed. `dpi`: 0 where only the picture says.

        Raises ScanUnknown, ScanClosed, SpoolFull (nothing of it is kept then), SpoolBroken.
        """
        with self._guard:
            self._open(scan)
            self._files.check_room(len(picture))
            (row,) = self._index.all(
                "SELECT coalesce(max(place), 0) + 1 AS place, coalesce(max(number), 0) + 1 AS number FROM pages WHERE scan = ?",
                scan,
            )
            page = KeptPage(
                new_id(), scan, row["place"], len(picture), sha256(picture).hexdigest(), facts or {}
            )
            sealed_size = self._seal(page, row["number"], picture, media_type, key, dpi)
            with self._changing() as rows:
                rows.execute(_NEW_PAGE, (*_columns(page), row["number"], sealed_size))
            return page

    def drop_page(self, page: str) -> None:
        """A page that the person at the counter does not want: scanned askew, or twice. Raises ScanUnknown, ScanClosed."""
        with self._guard:
            (row,) = self._index.all("SELECT scan FROM pages WHERE id = ?", page) or (None,)
            if row is None:
                raise ScanUnknown()
            self._open(row["scan"])
            with self._changing() as rows:
                rows.execute("DELETE FROM pages WHERE id = ?", (page,))
            self._files.remove(page)

    def put_in_order(self, scan: str, pages: list[str]) -> None:
        """The pages of an open scan from now on stand in this order, all of them. Raises ScanUnknown, ScanClosed."""
        with self._guard:
            self._open(scan)
            if sorted(pages) != sorted(page.id for page in self.pages_of(scan)):
                raise ScanUnknown()
            with self._changing() as rows:
                for sign in (-1, 1):  # no two may stand at one place even for a moment
                    rows.executemany(
                        "UPDATE pages SET place = ? WHERE id = ?",
                        [(sign * place, page) for place, page in enumerate(pages, start=1)],
                    )

    def finish(self, scan: str, key: SealingKey) -> KeptScan:
        """No more pages come: what they are and in which order is sealed too, and it may go.

        Raises ScanUnknown, ScanClosed, ScanEmpty, SpoolFull.
        """
        with self._guard:
            self._open(scan)
            if not (pages := self.pages_of(scan)):
                raise ScanEmpty()
            words = Contents(scan=scan, pages=tuple(page.sha256 for page in pages)).model_dump_json().encode()
            contents = KeptPage(new_id(), scan, 0, len(words), sha256(words).hexdigest(), {})
            sealed_size = self._seal(contents, 0, words, CONTENTS, key)
            frames = [(contents.id, sealed_size), *self._frames(scan)]
            digest, size = hash_of_scan((size, self._files.pieces(name)) for name, size in frames)
            with self._changing() as rows:
                rows.execute(_NEW_PAGE, (*_columns(contents), 0, sealed_size))
                rows.execute(
                    "UPDATE scans SET state = 'closed', closed_at = ?, sha256 = ?, size = ? WHERE id = ?",
                    (iso(self._now()), digest, size, scan),
                )
            return self.scan(scan)

    def abandon(self, scan: str, *, closed: bool = False) -> None:
        """A scan that the person at the counter gives up, a `closed` one only where that is said.

        Raises ScanUnknown, ScanClosed.
        """
        with self._guard:
            self._in_state(scan, "closed" if closed else "open")
            pages = [name for name, _ in self._frames(scan)]
            with self._changing() as rows:
                rows.execute("DELETE FROM pages WHERE scan = ?", (scan,))
                rows.execute("DELETE FROM scans WHERE id = ?", (scan,))
            for page in pages:
                self._files.remove(page)

    def acknowledge(self, scan: str, receipt: str, keys: ReceiptKeys) -> Receipt:
        """Let go of a scan that the server has: its pages are deleted, the receipt stays.

        Raises ReceiptInvalid, and everything stays, where the receipt is not for exactly these bytes.
        """
        with self._guard:
            kept = self.scan(scan)
            if kept.sha256 is None:
                raise ScanUnknown()
            proved = check_receipt(receipt, keys, upload=scan, sha256=kept.sha256, size=kept.size)
            pages = [name for name, _ in self._frames(scan)]
            with self._changing() as rows:
                rows.execute("DELETE FROM pages WHERE scan = ?", (scan,))
                rows.execute(
                    "UPDATE scans SET state = 'done', done_at = ?, receipt = ?, error = NULL WHERE id = ?",
                    (iso(self._now()), receipt, scan),
                )
            for page in pages:
                self._files.remove(page)
            return proved

    def failed(self, scan: str, obstacle: Obstacle) -> None:
        """What stood in the way of sending it this time."""
        said = self._words.closed(_error_of(scan), obstacle.model_dump())
        with self._guard, self._changing() as rows:
            rows.execute("UPDATE scans SET tries = tries + 1, error = ? WHERE id = ?", (said, scan))

    def forget(self, before: datetime) -> int:
        """Let go of the receipts of what was done before then; returns how many those were."""
        with self._guard, self._changing() as rows:
            gone = rows.execute("DELETE FROM scans WHERE state = 'done' AND done_at < ?", (iso(before),))
            return gone.rowcount

    def scan(self, identifier: str) -> KeptScan:
        """Raises ScanUnknown."""
        with self._guard:
            for row in self._index.all(f"{_SCANS} WHERE id = ?", identifier):
                return self._scan(row)
        raise ScanUnknown()

    def scans(self, *states: State) -> list[KeptScan]:
        """Those in `states`, the oldest first."""
        marks = ", ".join("?" * len(states))
        with self._guard:
            return [
                self._scan(row)
                for row in self._index.all(f"{_SCANS} WHERE state IN ({marks}) ORDER BY id", *states)
            ]

    def pages_of(self, scan: str) -> list[KeptPage]:
        """In their order."""
        with self._guard:
            rows = self._index.all(
                "SELECT id, scan, place, size, sha256, facts FROM pages WHERE scan = ? AND place > 0 ORDER BY place",
                scan,
            )
        return [KeptPage(**{**dict(row), "facts": json.loads(row["facts"])}) for row in rows]

    def read(self, scan: str, offset: int = 0) -> Iterator[bytes]:
        """The bytes of a closed scan as they are sent, from `offset` on."""
        with self._guard:
            files = self._frames(scan)
        skip = offset
        for size, name in ((len(SCAN), None), *((len(framed(size)) + size, name) for name, size in files)):
            if skip >= size:
                skip -= size
                continue
            pieces = iter((SCAN,)) if name is None else self._frame(name, size)
            for piece in pieces:
                if skip < len(piece):
                    yield piece[skip:]
                skip = max(0, skip - len(piece))

    def depth(self) -> Depth:
        with self._guard:
            counts = {
                row[0]: row[1] for row in self._index.all("SELECT state, count(*) FROM scans GROUP BY state")
            }
            (sums,) = self._index.all("SELECT count(*), coalesce(sum(sealed_size), 0) FROM pages")
            (oldest,) = self._index.all("SELECT min(began_at) FROM scans WHERE state != 'done'")
        return Depth(
            counts.get("open", 0), counts.get("closed", 0), sums[0], sums[1], oldest[0], self._files.free
        )

    def _seal(
        self,
        page: KeptPage,
        number: int,
        content: bytes,
        media_type: PageMedia | Literal["application/json"],
        key: SealingKey,
        dpi: int = 0,
    ) -> int:
        """Put a page on the disk, sealed; how many bytes that are."""
        head = PageHead(
            kid=key.kid,
            scan=page.scan,
            number=number,
            media_type=media_type,
            size=page.size,
            sha256=page.sha256,
            dpi=dpi,
        )
        sealed = seal(head, content, key)
        self._files.write(page.id, sealed)
        return len(sealed)

    def _frames(self, scan: str) -> list[tuple[str, int]]:
        """Names and sizes of what a scan is made of, in order."""
        rows = self._index.all("SELECT id, sealed_size FROM pages WHERE scan = ? ORDER BY place", scan)
        return [(row["id"], row["sealed_size"]) for row in rows]

    def _frame(self, name: str, size: int) -> Iterator[bytes]:
        yield framed(size - len(framed(0)))
        yield from self._files.pieces(name)

    def _open(self, scan: str) -> None:
        self._in_state(scan, "open")

    def _in_state(self, scan: str, state: State) -> None:
        for row in self._index.all("SELECT state FROM scans WHERE id = ?", scan):
            if row["state"] != state:
                raise ScanClosed()
            return
        raise ScanUnknown()

    def _say(self, rows: sqlite3.Connection, scan: str, words: dict[str, Any]) -> None:
        rows.execute("UPDATE scans SET words = ? WHERE id = ?", (self._words.closed(scan, words), scan))

    def _scan(self, row: sqlite3.Row) -> KeptScan:
        try:
            words = self._words.opened(row["id"], row["words"])
            error = (
                self._words.opened(_error_of(row["id"]), row["error"]) if row["error"] is not None else None
            )
            obstacle = Obstacle.model_validate(error) if error is not None else None
        except ValueError as fault:
            raise SpoolBroken(reason=f"scan {row['id']}", place=self._folder) from fault
        return KeptScan(**{**dict(row), "words": words, "error": obstacle})

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._index.changing() as rows:
                yield rows
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
                raise self._files.full() from fault
            raise SpoolBroken(reason=str(fault), place=self._folder) from fault
        except sqlite3.DatabaseError as fault:
            raise SpoolBroken(reason=str(fault), place=self._folder) from fault


_NEW_PAGE = "INSERT INTO pages (id, scan, place, size, sha256, facts, number, sealed_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_SCANS = (
    "SELECT id, state, words, began_at, closed_at, done_at, sha256, size, tries, error, receipt FROM scans"
)


def _error_of(scan: str) -> str:
    """What a scan's error is bound to, so that it can't stand for the scan's words."""
    return f"{scan}/error"


def _columns(page: KeptPage) -> tuple[str, str, int, int, str, str]:
    return page.id, page.scan, page.place, page.size, page.sha256, _json(page.facts)


def _json(words: dict[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
