"""Reading manifests (bản kê, mục lục hồ sơ): CSV or XLSX as offices keep them, one row at a time."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import BatchManifestWrong
from models.identifiers.dates import parse_date
from models.scans import MOST_PAGES
from models.text import folded, squeeze
from pipeline.batch.paths import inside

CHUNK = 1 << 20
LARGEST_XLSX = 1 << 30
"""Bytes of all that is packed in it: its texts are read into memory at once; CSV is read row by row."""
HEADINGS_WITHIN = 20
"""The headings stand in one of the first rows, below titles and the agency's name."""
LONGEST_CELL = 2000

COLUMNS: dict[str, tuple[str, ...]] = {
    "box": ("hop", "hop so", "so hop", "ma hop", "cap", "cap so", "box", "box no", "box number"),
    "file": (
        "ho so",
        "ho so so",
        "so ho so",
        "ma ho so",
        "don vi bao quan",
        "dvbq",
        "file",
        "file no",
        "folder",
    ),
    "document": (
        *(
            "tep",
            "ten tep",
            "tep tin",
            "ten file",
            "duong dan",
            "van ban",
            "so van ban",
            "tai lieu",
            "giay to",
        ),
        *("document", "document no", "filename", "file name", "path"),
    ),
    "title": ("tieu de", "ten ho so", "tieu de ho so", "trich yeu", "noi dung", "title", "description"),
    "pages": ("so trang", "trang", "so to", "tong so trang", "pages", "expected pages", "page count"),
    "holder": (
        "chu the",
        "nguoi",
        "ho ten",
        "ho va ten",
        "chu ho so",
        "so dinh danh",
        "cccd",
        "holder",
        "name",
    ),
    "type": ("loai", "loai giay to", "loai van ban", "ma loai", "type", "document type"),
    "component": ("thanh phan", "thanh phan ho so", "ma thanh phan", "component"),
    "secret": ("mat", "do mat", "muc do mat", "dau mat", "secret", "secrecy", "classification"),
    "date": (
        "ngay",
        "ngay thang",
        "thoi gian",
        "nam",
        "ngay van ban",
        "ngay cap",
        "date",
        "year",
        "issued on",
    ),
}
"""Headings in small letters without marks, as people write them, by what stands below."""

_OF_HEADING = {heading: column for column, headings in COLUMNS.items() for heading in headings}
_OPEN = frozenset(
    {"", "khong", "khong mat", "thuong", "binh thuong", "no", "none", "open", "public", "0", "-"}
)
_SECRET = {
    "mat": "mật",
    "toi mat": "tối mật",
    "tuyet mat": "tuyệt mật",
    "a": "tuyệt mật",
    "b": "tối mật",
    "c": "mật",
}
_SECRET |= {
    "secret": "tối mật",
    "top secret": "tuyệt mật",
    "confidential": "mật",
    "co": "mật",
    "x": "mật",
    "yes": "mật",
}
_DELIMITERS = (";", ",", "\t", "|")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_WHOLE = re.compile(r"(\d{1,6})(?:[.,]0+)?(?:\s*(?:trang|tờ|to|pages?|p))?", re.IGNORECASE)


@dataclass(frozen=True)
class Remark:
    """What is odd about a row."""

    code: str
    """One of `pipeline.batch.reasons.REMARKS`."""
    said: str = ""
    """The words it is about."""


class Place(NamedTuple):
    """A path below the archive as a row names it."""

    path: str
    boxed: bool
    """Whether its first folder is the box, by name or number."""


@dataclass(frozen=True)
class Row:
    """One row of a manifest."""

    number: int
    """As the program that shows the file counts rows; the headings count too."""
    places: tuple[Place, ...] = ()
    """What the row may mean, the likeliest first."""
    document: str | None = None
    pages: int | None = None
    holder: str | None = None
    document_type: str | None = None
    component: str | None = None
    secret: str | None = None
    dated: str | None = None
    """ISO date, or a year alone."""
    remarks: tuple[Remark, ...] = field(default=())


def mark_of(path: Path, sheet: str | None) -> str:
    """A hash of what a manifest says. Raises BatchManifestWrong."""
    found = sha256(f"2 {sheet or ''}\0".encode())
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                found.update(chunk)
    except OSError as fault:
        raise BatchManifestWrong(path=path, reason=fault.strerror or str(fault)) from fault
    return found.hexdigest()


def read_manifest(
    path: Path, find_type: Callable[[str], str | None], sheet: str | None = None
) -> Iterator[Row]:
    """The rows below the headings, as they stand; what is off with a row is said in it.

    Raises BatchManifestWrong where the file is no manifest at all.
    """
    with path.open("rb") as handle:
        packed = handle.read(4) == b"PK\x03\x04"
    raw = _xlsx(path, sheet) if packed else _csv(path)
    columns: dict[str, int] | None = None
    for number, cells in raw:
        if columns is None:
            columns = _headings(cells or ())
            if columns is None and number >= HEADINGS_WITHIN:
                break
        elif cells is None:
            yield Row(number, remarks=(Remark("row"),))
        elif any(_text(cell) for cell in cells):
            yield _row(number, cells, columns, find_type)
    if columns is None:
        raise BatchManifestWrong(path=path, reason=", ".join(("Hộp/box", "Hồ sơ/file", "Tệp/document")))


def _headings(cells: Sequence[Any]) -> dict[str, int] | None:
    """Which column is what; None for a row that is no row of headings."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        column = _OF_HEADING.get(re.sub(r"[^a-z0-9 ]+", " ", folded(_text(cell))).strip())
        if column is not None:
            found.setdefault(column, at)
    placed = found.keys() & {"box", "file", "document"}
    return found if placed and (len(found) > 1 or len([c for c in cells if _text(c)]) == 1) else None


def _row(
    number: int, cells: Sequence[Any], columns: dict[str, int], find_type: Callable[[str], str | None]
) -> Row:
    remarks: list[Remark] = []

    def raw(column: str) -> Any:
        at = columns.get(column)
        return cells[at] if at is not None and at < len(cells) else None

    def text(column: str) -> str | None:
        return _text(raw(column))[:LONGEST_CELL] or None

    box, file, document = (text(column) for column in ("box", "file", "document"))
    places: list[Place] = []
    last = document or file or box
    inner = [file] if document is not None else []
    for parts in ([box, *inner, last], [box, last], [*inner, last], [last]):
        if parts[:-1] == [box] and last is box:
            continue
        path = inside("/".join(part for part in parts if part))
        place = Place(path, boxed=parts[0] is box and box is not None) if path is not None else None
        if place is not None and place not in places:
            places.append(place)
    if not places:
        said = "/".join(part for part in (box, file, document) if part)
        return Row(number, remarks=(Remark("outside" if said else "no_path", said),))
    pages = _pages(raw("pages"))
    if pages is None and text("pages"):
        remarks.append(Remark("pages", text("pages") or ""))
    dated = _dated(raw("date"))
    if dated is None and text("date"):
        remarks.append(Remark("date", text("date") or ""))
    kind = text("type")
    document_type = find_type(kind) if kind else None
    if kind and document_type is None:
        remarks.append(Remark("type", kind))
    marking = folded(text("secret") or "").strip(" .")
    secret = None if marking in _OPEN else _SECRET.get(marking, "?")
    if secret == "?":
        remarks.append(Remark("secret", text("secret") or ""))
    return Row(
        number,
        places=tuple(places),
        document=text("title") or document,
        pages=pages,
        holder=text("holder"),
        document_type=document_type,
        component=(text("component") or "")[:100] or None,
        secret=secret,
        dated=dated,
        remarks=tuple(remarks),
    )


def _text(cell: Any) -> str:
    """A cell as it is shown: whole numbers without a point, days as in Vietnam."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.strftime("%d/%m/%Y")
    return squeeze(str(cell).replace("\0", " "))


def _pages(cell: Any) -> int | None:
    found = _WHOLE.fullmatch(_text(cell))
    pages = int(found[1]) if found else 0
    return pages if 1 <= pages <= MOST_PAGES else None


def _dated(cell: Any) -> str | None:
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    text = _text(cell)
    if _YEAR.fullmatch(text):
        return text
    found = parse_date(text) if text else None
    return found.isoformat() if found else None


def _xlsx(path: Path, sheet: str | None) -> Iterator[tuple[int, Sequence[Any] | None]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_XLSX:
                raise BatchManifestWrong(path=path, reason="XLSX > 1 GiB: CSV")
        book = load_workbook(path, read_only=True, data_only=True)
    except BatchManifestWrong:
        raise
    except Exception as fault:  # openpyxl raises what the broken part happens to raise
        raise BatchManifestWrong(path=path, reason=f"XLSX: {fault}") from fault
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise BatchManifestWrong(path=path, reason=f"{sheet}: {', '.join(book.sheetnames)}")
        rows = (book[sheet] if sheet is not None else book.worksheets[0]).iter_rows(values_only=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(rows, None)
            except Exception as fault:  # the same: the sheet breaks off here
                raise BatchManifestWrong(path=path, reason=f"XLSX, {number}: {fault}") from fault
            if cells is None:
                return
            yield number, cells
    finally:
        book.close()


def _csv(path: Path) -> Iterator[tuple[int, Sequence[str] | None]]:
    encoding = _encoding(path)
    with path.open("r", encoding=encoding, errors="replace", newline="") as lines:
        head = list(_lines(lines, HEADINGS_WITHIN))
        delimiter = _delimiter(head)
        lines.seek(0)
        rows = csv.reader(lines, delimiter=delimiter)
        while True:
            before = rows.line_num
            try:
                cells = next(rows, None)
            except csv.Error:  # this row is beyond reading, the next one may be in order
                yield before + 1, None
                continue
            if cells is None:
                return
            yield before + 1, cells


def _lines(handle: Any, most: int) -> Iterator[str]:
    for _ in range(most):
        line = handle.readline(CHUNK)
        if not line:
            return
        yield line


def _encoding(path: Path) -> str:
    """UTF-16 or UTF-8 by its mark, UTF-8 where all of it is, else the Vietnamese Windows code page."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as handle:
        chunk = handle.read(CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = handle.read(CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1258"
    return "utf-8-sig"


def _delimiter(head: Sequence[str]) -> str:
    """The one that makes the most headings of one of the first lines."""

    def headings(delimiter: str) -> int:
        found = 0
        for line in head:
            try:
                cells = next(iter(csv.reader([line], delimiter=delimiter)), [])
            except csv.Error:  # no headings in there
                continue
            found = max(found, len(_headings(cells) or ()))
        return found

    return max(_DELIMITERS, key=headings)
