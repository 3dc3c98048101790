#!/usr/bin/env python3
"""Checks an audit trail, wherever it lies: this one file needs nothing but Python 3.11, and travels with every export.

    python3 verify_audit.py AN-EXPORT.zip        (or the folder it was unpacked into)

Exit code 0: sound. 1: damaged, every finding is listed. 2: not readable. 3: the chain is sound, but its time-stamps
were not checked (no `openssl`; the commands are printed) or there are none.
"""

from __future__ import annotations

import base64
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

GENESIS = "0" * 64
"""What the first entry has as the hash of the one before."""

COVERED = {
    1: ("at", "actor", "action", "subject", "purpose", "details"),
    2: ("seq", "at", "actor", "action", "subject", "purpose", "details", "place", "outcome"),
}
"""The columns that the hash of an entry covers, by its `form`."""

ANCHORED, TRIMMED = "audit_anchor", "audit_trim"
"""Acts of the trail upon itself: an entry was time-stamped; the beginning was cut off after it had been exported."""

MOST_SUSPECTS = 5000
"""Damaged entries that are looked at for having been moved; more than these are called altered."""

ALTERED, REPLACED, MOVED, DELETED = "altered", "replaced", "moved", "deleted"
CUT_OFF, ADDED, REWRITTEN, STAMP_LOST, STAMP_BROKEN = (
    "cut_off",
    "added",
    "rewritten",
    "stamp_lost",
    "stamp_broken",
)

WORDS = {
    ALTERED: (
        "nội dung bị sửa: không còn khớp mã băm của chính nó",
        "altered: it no longer fits its own hash",
    ),
    REPLACED: (
        "bị thay rồi tính lại mã băm: mục sau vẫn dẫn tới mục cũ; các mục ngay trước cũng có thể đã bị thay",
        "replaced and hashed anew: the next entry still names the old one; those just before it may be replaced too",
    ),
    MOVED: ("bị đổi chỗ", "moved to another place"),
    DELETED: ("bị xóa", "deleted"),
    CUT_OFF: ("bị cắt khỏi cuối nhật ký", "cut off the end of the trail"),
    ADDED: ("thêm vào cuối, ngoài chương trình", "added at the end, not by the program"),
    REWRITTEN: (
        "bị viết lại sau khi đóng dấu thời gian: mã băm khác mã đã được đóng dấu",
        "rewritten after the time-stamp: the hash is not the one that was stamped",
    ),
    STAMP_LOST: ("mất dấu thời gian đã được ghi nhận", "a time-stamp on record is gone or was exchanged"),
    STAMP_BROKEN: ("dấu thời gian không hợp lệ", "the time-stamp does not hold"),
}
"""What each kind of damage is called, in Vietnamese and in English."""

Row = Mapping[str, Any]


def entry_hash(row: Row) -> str:
    """SHA-256 (hex) over a row's `previous` and everything its `form` covers, as a JSON list in UTF-8.

    `row` maps the names of the columns to their stored values. Raises KeyError for an unknown form.
    """
    parts = [row["previous"], *[row[name] for name in COVERED[row["form"]]]]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Fault:
    """Damage to the entries `first` to `last`, and the times of the nearest entries (or stamps) that are sound."""

    kind: str
    first: int
    last: int
    after: str | None = None
    before: str | None = None
    note: str = ""

    def words(self, language: str) -> str:
        """The finding in a sentence, `vi` or `en`."""
        vi = language == "vi"
        which = f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"
        said = f"{'Mục' if vi else 'Entry'} {which}: {WORDS[self.kind][0 if vi else 1]}"
        if self.note:
            said += f" ({self.note})"
        if self.after or self.before:
            between = (self.after or "…", self.before or "…")
            said += (" [giữa {} và {}]" if vi else " [between {} and {}]").format(*between)
        return said


@dataclass
class _Suspect:
    """An entry that does not fit itself or the one before it, until all is seen."""

    row: dict[str, Any]
    fits_itself: bool
    before: tuple[int, str, bool] | None
    """Number and hash of the entry that stands before it, and whether that one is a suspect too."""
    after_at: str | None
    before_at: str | None = None


@dataclass
class Chain:
    """Takes the entries one by one, in the order of their numbers, and tells what is wrong with them."""

    anchors: Mapping[int, str]
    """Hashes that were time-stamped, by the numbers of their entries."""
    stamped_at: Mapping[int, str] = field(default_factory=dict)
    tokens: Mapping[int, str] = field(default_factory=dict)
    """SHA-256 (hex) of the time-stamps' DER, by the numbers of their entries."""

    def __post_init__(self) -> None:
        self.count = 0
        self.first: int | None = None
        self.last: tuple[int, str, str] | None = None
        """Number, hash and time of the newest entry so far."""
        self._first_at: str | None = None
        self._start: int | None = None
        self._trimmed: set[int] = set()
        self._faults: list[Fault] = []
        self._suspects: list[_Suspect] = []
        self._waiting: _Suspect | None = None
        self._last_suspect = False
        self._sound_anchor: tuple[int, str | None] = (0, None)

    def begin_after(self, row: Row) -> None:
        """Take the stored hash of `row` as it is: only what follows is examined. To be called before the first entry."""
        self.first, self.last = row["seq"] + 1, (row["seq"], row["hash"], row["at"])
        if row["seq"] in self.anchors:
            self._check_anchor(row)

    def feed(self, row: Row) -> None:
        """The next entry. Raises KeyError where a column is missing."""
        seq, at = row["seq"], row["at"]
        if self._waiting is not None:
            self._waiting.before_at, self._waiting = at, None
        gap = self._check_number(row)
        own = row["form"] in COVERED and entry_hash(row) == row["hash"]
        linked = gap or row["previous"] == (self.last[1] if self.last else GENESIS)
        suspect = not (own and linked)
        if suspect:
            self._suspect(row, own)
        if seq in self.anchors:
            self._check_anchor(row)
        if own and row["action"] in (ANCHORED, TRIMMED) and row["outcome"] == "done":
            self._check_act(row)
        self.last = (seq, row["hash"], at)
        self._last_suspect = suspect
        self.count += 1

    def finish(self, head: tuple[int, str] | None) -> list[Fault]:
        """Everything that was found, in the order of the numbers; `head` is what is on record as the newest entry."""
        faults = [*self._faults, *self._settled()]
        if self._start is not None and self._start not in self._trimmed:
            faults.append(Fault(DELETED, 1, self._start, None, self._first_at))
        faults += self._at_the_end(head)
        return sorted(faults, key=lambda f: (f.first, f.last))

    def _check_number(self, row: Row) -> bool:
        """Whether entries are missing just before this one; those are told."""
        seq = row["seq"]
        if self.last is None:
            self.first, self._first_at = seq, row["at"]
            if seq == 1:
                return False
            if self.anchors.get(seq - 1) == row["previous"]:
                self._start = seq - 1  # a lawful beginning, if the cut is on record further on
                self._sound_anchor = (seq - 1, self.stamped_at.get(seq - 1))
            else:
                self._faults.append(Fault(DELETED, 1, seq - 1, None, row["at"]))
            return True
        if seq == self.last[0] + 1:
            return False
        self._faults.append(Fault(DELETED, self.last[0] + 1, seq - 1, self.last[2], row["at"]))
        return True

    def _suspect(self, row: Row, own: bool) -> None:
        before = (self.last[0], self.last[1], self._last_suspect) if self.last else (0, GENESIS, False)
        suspect = _Suspect(dict(row), own, before, self.last[2] if self.last else None)
        if len(self._suspects) >= MOST_SUSPECTS:
            self._add_to_run(REPLACED if own else ALTERED, row["seq"], suspect.after_at)
            return
        self._suspects.append(suspect)
        self._waiting = suspect

    def _add_to_run(self, kind: str, seq: int, after: str | None) -> None:
        """Damage without end is told as runs of entries, so that it fits into memory."""
        last = self._faults[-1] if self._faults else None
        if last is not None and (last.kind, last.last) == (kind, seq - 1):
            self._faults[-1] = replace(last, last=seq)
        else:
            self._faults.append(Fault(kind, seq, seq, after))

    def _settled(self) -> Iterator[Fault]:
        """Tell moved entries from altered ones: a moved one fits where its own link says that it belongs."""
        places = {s.before[1]: s.before[0] for s in self._suspects if s.before and not s.before[2]}
        open_ones = list(self._suspects)
        moved = True
        while moved:
            moved = False
            for suspect in list(open_ones):
                row = suspect.row
                place = places.get(row["previous"], -1) + 1
                if not place or not (
                    suspect.fits_itself
                    if row["form"] == 1
                    else row["form"] in COVERED and entry_hash({**row, "seq": place}) == row["hash"]
                ):
                    continue
                open_ones.remove(suspect)
                places[row["hash"]] = place
                moved = True
                if place != row["seq"]:
                    yield Fault(
                        MOVED,
                        row["seq"],
                        row["seq"],
                        suspect.after_at,
                        suspect.before_at,
                        f"{place} → {row['seq']}",
                    )
        altered = {s.row["seq"] for s in open_ones if not s.fits_itself}
        for suspect in open_ones:
            seq = suspect.row["seq"]
            if not suspect.fits_itself:
                yield Fault(ALTERED, seq, seq, suspect.after_at, suspect.before_at)
            elif suspect.before and suspect.before[0] not in altered:
                at = max(suspect.before[0], 1)
                yield Fault(REPLACED, at, at, self._sound_anchor[1], suspect.row["at"])

    def _check_anchor(self, row: Row) -> None:
        seq, before = row["seq"], self._sound_anchor
        if self.anchors[seq] == row["hash"]:
            self._sound_anchor = (seq, self.stamped_at.get(seq))
        else:
            self._faults.append(Fault(REWRITTEN, before[0] + 1, seq, before[1], self.stamped_at.get(seq)))

    def _check_act(self, row: Row) -> None:
        try:
            details = dict(json.loads(row["details"]))
        except (ValueError, TypeError):  # nothing that the program wrote
            details = {}
        if row["action"] == TRIMMED:
            self._trimmed.add(details.get("through", 0))
            return
        seq = details.get("seq", 0)
        if self.tokens.get(seq) != details.get("token_sha256") and seq >= (self.first or 1) - 1:
            self._faults.append(Fault(STAMP_LOST, seq, seq, row["at"]))

    def _at_the_end(self, head: tuple[int, str] | None) -> Iterator[Fault]:
        last_seq, last_hash, last_at = self.last or (0, GENESIS, None)
        told = max([last_seq, *([head[0]] if head else []), *self.anchors])
        if told > last_seq:
            stamp = min((at for seq, at in self.stamped_at.items() if seq > last_seq), default=None)
            yield Fault(CUT_OFF, last_seq + 1, told, last_at, stamp)
        if head is None and last_seq:
            yield Fault(ADDED, 1, last_seq, None, None, "không có mục đầu / no head")
        elif head is not None and head[0] < last_seq:
            yield Fault(ADDED, head[0] + 1, last_seq, None, last_at)
        elif head and head[0] == last_seq and head[1] != last_hash and not self._last_suspect:
            yield Fault(REPLACED, last_seq, last_seq, self._sound_anchor[1], None)


# What follows checks an export.
ENTRIES, ANCHORS, MANIFEST, ROOTS, CHAIN = (
    "entries.jsonl",
    "anchors.jsonl",
    "manifest.json",
    "certificates/roots.pem",
    "certificates/chain.pem",
)

Opener = Callable[[str], IO[bytes]]


@contextmanager
def opened(place: Path) -> Iterator[Opener]:
    """The files of an export, in its ZIP or in a folder. Raises OSError, KeyError or zipfile.BadZipFile."""
    if place.is_dir():
        yield lambda name: (place / name).open("rb")
        return
    with zipfile.ZipFile(place) as archive:
        yield lambda name: archive.open(name)


def lines(source: IO[bytes]) -> Iterator[dict[str, Any]]:
    for line in source:
        yield json.loads(line)


def read_anchors(opener: Opener) -> list[dict[str, Any]]:
    with opener(ANCHORS) as source:
        return list(lines(source))


def check_chain(opener: Opener) -> tuple[Chain, list[Fault]]:
    """The chain of an export, entry by entry, against its manifest and its time-stamped hashes."""
    anchors = read_anchors(opener)
    with opener(MANIFEST) as source:
        manifest = json.load(source)
    chain = chain_with(anchors)
    with opener(ENTRIES) as source:
        for row in lines(source):
            chain.feed(row)
    head = manifest["head"]
    return chain, chain.finish((head["seq"], head["hash"]) if head else None)


def chain_with(anchors: Iterable[Row]) -> Chain:
    """A chain to be checked against anchors (rows with `seq`, `hash`, `at` and the `token` in base64)."""
    found = list(anchors)
    return Chain(
        anchors={a["seq"]: a["hash"] for a in found},
        stamped_at={a["seq"]: a["at"] for a in found},
        tokens={a["seq"]: sha256(base64.b64decode(a["token"])).hexdigest() for a in found},
    )


def openssl_command(folder: Path, anchor: Row) -> list[str]:
    """How OpenSSL checks a time-stamp over the hash of an entry, as of the time that it was made."""
    made = int(datetime.fromisoformat(anchor["at"]).timestamp())
    return [
        "openssl", "ts", "-verify", "-digest", anchor["hash"],
        "-token_in", "-in", str(folder / f"anchors/{anchor['seq']}.tst"),
        "-CAfile", str(folder / ROOTS), "-untrusted", str(folder / CHAIN), "-attime", str(made),
    ]  # fmt: skip


def check_stamps(opener: Opener, anchors: list[dict[str, Any]]) -> list[Fault] | None:
    """What OpenSSL says of the time-stamps; None where it is not there, and its commands are printed."""
    if shutil.which("openssl") is None:
        print("openssl: không có; tự chạy / not found; run yourself:")
        for anchor in anchors:
            print(" ", shlex.join(openssl_command(Path(), anchor)))
        return None
    faults = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "certificates").mkdir()
        (folder / "anchors").mkdir()
        for name in (ROOTS, CHAIN):
            with opener(name) as source:
                (folder / name).write_bytes(source.read())
        for anchor in anchors:
            (folder / f"anchors/{anchor['seq']}.tst").write_bytes(base64.b64decode(anchor["token"]))
            done = subprocess.run(
                openssl_command(folder, anchor), capture_output=True, text=True, check=False
            )
            if done.returncode:
                reason = " ".join(done.stderr.split())[-200:]
                faults.append(Fault(STAMP_BROKEN, anchor["seq"], anchor["seq"], note=reason))
    return faults


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with opened(Path(arguments[0])) as opener:
            chain, faults = check_chain(opener)
            anchors = read_anchors(opener)
            stamps = check_stamps(opener, anchors)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as reason:
        print(f"Không đọc được bản xuất / The export can't be read: {type(reason).__name__}: {reason}")
        return 2
    faults += stamps or []
    last = chain.last[0] if chain.last else 0
    print(f"Mục / entries: {chain.count} ({chain.first or 0}–{last})")
    stamped = max((a["seq"] for a in anchors), default=0)
    print(f"Dấu thời gian / time-stamps: {len(anchors)}, đến mục / up to entry {stamped}")
    for fault in faults:
        print(f"✘ {fault.words('vi')}\n  {fault.words('en')}")
    if faults:
        print("KẾT LUẬN: NHẬT KÝ BỊ XÂM PHẠM / THE TRAIL WAS TAMPERED WITH")
        return 1
    if stamps is None or not anchors:
        print(
            "KẾT LUẬN: chuỗi nguyên vẹn, chưa kiểm tra dấu thời gian / the chain is sound, no time-stamp was checked"
        )
        return 3
    print("KẾT LUẬN: NGUYÊN VẸN / SOUND")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
