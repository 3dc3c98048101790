"""The report of a batch, at any time: every file in CSV, and a page of figures and plots that needs nothing but itself."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from models.errors import by_code
from models.text import Language
from models.times import for_people
from pipeline.application import Application
from pipeline.attempts import attempt, operator
from pipeline.batch import plots
from pipeline.batch.reasons import REMARKS, STATES, reason_said, said
from storage.batch import entries as rows
from storage.batch import tallies
from storage.batch.entries import Batch
from storage.batch.results import BINS, Figures, figures

MOST_ROWS = 200
"""Rows of a table on the page; all of them are in the CSV files."""
MOST_COLUMNS = 200
COLUMNS = (
    *(
        "path",
        "box",
        "state",
        "reason",
        "error_code",
        "row",
        "document",
        "expected_pages",
        "pages",
        "documents",
    ),
    *(
        "holder",
        "document_type",
        "component",
        "secret",
        "dated",
        "size",
        "source_id",
        "received_at",
        "finished_at",
    ),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def look_at_batch(app: Application, name: str) -> Batch:
    """The batch of that name; the look is on record. Raises NotFound."""
    with attempt(app, "look", "batch", purpose="archive:batch"):
        with app.register.reading() as connection:
            found = rows.batch(connection, name)
        with app.register.transaction(actor=operator(), purpose=f"batch:{found.id}") as tx:
            tx.audit("look", found.id)
        return found


def write_report(app: Application, name: str, out: Path, language: Language) -> tuple[Path, ...]:
    """Write `entries.csv`, `boxes.csv`, `manifest-remarks.csv` and `report.html` into the folder `out`.

    Each is written beside its place first, so that an older report stays whole until the new one is. Raises NotFound.
    """
    batch = look_at_batch(app, name)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with app.register.reading() as connection:
        pages = rows.pages_of_entries(connection, batch.id)
        every = ([getattr(one, column) for column in COLUMNS] for page in pages for one in page)
        written.append(_csv(out / "entries.csv", COLUMNS, every))
        written.append(_csv(out / "boxes.csv", tallies.Box._fields, tallies.boxes(connection, batch.id)))
        remarked = tallies.remarks(connection, batch.id)
        written.append(_csv(out / "manifest-remarks.csv", tallies.Remarked._fields, remarked))
    written.append(_replace(out / "report.html", [_page(app, batch, language)]))
    return tuple(written)


def _csv(path: Path, header: Sequence[str], lines: Iterable[Sequence[object]]) -> Path:
    """With the mark that makes Excel read UTF-8; words that it would take for a formula begin with an apostrophe."""

    class Sink:
        def __init__(self) -> None:
            self.line = ""

        def write(self, text: str) -> int:
            self.line = text
            return len(text)

    sink = Sink()
    writer = csv.writer(sink)

    def texts() -> Iterator[str]:
        yield "\ufeff"
        writer.writerow(header)
        yield sink.line
        for line in lines:
            writer.writerow([_cell(value) for value in line])
            yield sink.line

    return _replace(path, texts())


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _replace(path: Path, texts: Iterable[str]) -> Path:
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8", newline=""
    ) as draft:
        try:
            draft.writelines(texts)
        except BaseException:
            Path(draft.name).unlink()
            raise
    Path(draft.name).chmod(0o640)
    return Path(draft.name).replace(path)


def _page(app: Application, batch: Batch, language: Language) -> str:
    with app.register.reading() as connection:
        counted = figures(connection, batch.id)
        over = tallies.finished_between(connection, batch.id)
        length, buckets = _buckets(*over) if over else (tallies.MINUTE, [])
        by_time = tallies.pages_by_time(connection, batch.id, length) if over else {}
        boxes = list(tallies.boxes(connection, batch.id))
        sure = tallies.confidences(connection, batch.id)
        stuck = tallies.stuck(connection, batch.id, MOST_ROWS)
        remarks = tallies.remarks(connection, batch.id, MOST_ROWS)
    told = sorted(boxes, key=lambda box: box.expected is None or box.expected == box.found)[:40]
    shown = [box for box in boxes if box in told]
    now = for_people(app.clock.now())
    parts = [
        _head(batch.name),
        f"<h1>{escape(batch.name)}</h1>",
        f"<p>Báo cáo đợt số hóa, lập lúc {now}. Kho: <code>{escape(batch.root)}</code><br>"
        f"<i>Report of a batch, made at {now}.</i></p>",
        _summary(counted, language),
        _section("Tiến độ theo thời gian", "Throughput over time"),
        plots.columns(
            [_label(one, length) for one in buckets],
            [by_time.get(one, 0) for one in buckets],
            f"trang / {_UNITS[length]}",
        )
        if buckets
        else _nothing(),
        _section("Lỗi và lý do không số hóa", "Errors, and reasons for skipping"),
        _reasons(counted, language),
        _section("Độ tin cậy của các trường", "Confidence of fields"),
        plots.columns(
            [f"{at / BINS:.1f}–{(at + 1) / BINS:.1f}".replace(".", ",") for at in range(BINS)],
            sure,
            "trường",
            plots.GREEN,
        )
        if any(sure)
        else _nothing(),
        _section("Số trang theo hộp: bản kê và thực tế", "Pages by box: expected and found"),
        _boxes_said(boxes, shown),
        plots.pairs([(box.box or "(ngoài hộp)", box.expected, box.found) for box in shown])
        if shown
        else _nothing(),
        _section("Tệp đang kẹt", "Stuck files"),
        _table(
            ("Tệp", "Lỗi", "Từ lúc", "Nguồn"),
            (
                (
                    one.path,
                    _error(one.error_code, one.reason, language),
                    for_people(datetime.fromisoformat(one.since)) if one.since else "",
                    one.source_id,
                )
                for one in stuck
            ),
        ),
        _section("Dòng bản kê cần xem lại", "Rows of the manifest to look at"),
        _table(
            ("Dòng", "Vì sao", "Nội dung"),
            ((str(r.row), said(REMARKS, r.code, language), r.said) for r in remarks),
        ),
        "</body></html>\n",
    ]
    return "\n".join(parts)


_UNITS = {tallies.DAY: "ngày", tallies.HOUR: "giờ", tallies.TEN_MINUTES: "10 phút", tallies.MINUTE: "phút"}
_STEPS = {
    tallies.MINUTE: timedelta(minutes=1),
    tallies.TEN_MINUTES: timedelta(minutes=10),
    tallies.HOUR: timedelta(hours=1),
    tallies.DAY: timedelta(days=1),
}


def _buckets(first: str, last: str) -> tuple[int, list[str]]:
    """Spans of time from the first moment to the last, as short as gives no more than MOST_COLUMNS of them."""
    begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    length = next((n for n, step in _STEPS.items() if (end - begin) / step < MOST_COLUMNS), tallies.DAY)
    named, at = [], begin
    while at <= end + _STEPS[length]:
        named.append(at.isoformat(timespec="seconds")[:length])
        at += _STEPS[length]
    return length, [one for one in named if one <= last[:length]][-MOST_COLUMNS * 20 :]


def _label(moment: str, length: int) -> str:
    """A span as people write it."""
    day = f"{moment[8:10]}/{moment[5:7]}"
    if length == tallies.DAY:
        return day
    clock = moment[11:] + {tallies.HOUR: ":00", tallies.TEN_MINUTES: "0", tallies.MINUTE: ""}[length]
    return f"{day} {clock}" if length == tallies.HOUR else clock


def _head(title: str) -> str:
    return (
        "<!doctype html><html lang='vi'><head><meta charset='utf-8'>"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    )


_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1c2430;max-width:920px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}h2 i,p i{color:#667080;font-weight:400}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #e3e6ea;
vertical-align:top;overflow-wrap:anywhere}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#1c2430}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:.6rem;margin:1rem 0}
.tiles div{border:1px solid #d9dee5;border-radius:8px;padding:.6rem .8rem}.tiles b{display:block;font-size:1.5rem}
.tiles i{display:block;color:#667080;font-size:.8rem}code{overflow-wrap:anywhere}
"""


def _section(vi: str, en: str) -> str:
    return f"<h2>{vi} <i>· {en}</i></h2>"


def _nothing() -> str:
    return "<p>Chưa có gì. <i>Nothing yet.</i></p>"


def _summary(counted: Figures, language: Language) -> str:
    tiles = (
        ("Tệp đã xong", "files done", counted.done),
        ("Trang", "pages", counted.pages),
        ("Giấy tờ", "documents", counted.documents),
        ("Chờ rà soát", "wait for review", counted.in_review),
        ("Bị từ chối", "refused", counted.states.get("refused", 0)),
        ("Không thấy", "missing", counted.states.get("missing", 0)),
    )
    shown = "".join(f"<div><b>{plots.number(value)}</b>{vi}<i>{en}</i></div>" for vi, en, value in tiles)
    lines = (
        (STATES[state][0 if language == "vi" else 1], plots.number(counted.states[state]))
        for state in STATES
        if counted.states.get(state)
    )
    return f"<div class='tiles'>{shown}</div>{_table(('Tệp · <i>files</i>', ''), lines, numbers=True, plain=False)}"


def _reasons(counted: Figures, language: Language) -> str:
    found = [(_error(code, None, language), float(n)) for code, n in _most(counted.errors)]
    skipped = [(reason_said(code, language), float(n)) for code, n in _most(counted.reasons)]
    if not found and not skipped:
        return _nothing()
    return (plots.bars(found) if found else "") + (plots.bars(skipped, plots.GREY) if skipped else "")


def _most(counted: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:20]


def _error(code: str | None, reason: str | None, language: Language) -> str:
    """A code with its words, where there are some that need no particulars."""
    kind = by_code(code) if code else None
    if kind is None:
        return code or ""
    words = (kind.vi if language == "vi" else kind.en).message
    short = words.split(":")[0] if "{" in words else words
    return f"{code} – {reason or (short if '{' not in short else '')}".rstrip(" –")


def _boxes_said(boxes: Sequence[tallies.Box], shown: Sequence[tallies.Box]) -> str:
    wrong = sum(box.expected is not None and box.expected != box.found for box in boxes)
    more = (
        f" Hình vẽ {len(shown)} hộp, hộp lệch trước; tất cả ở boxes.csv." if len(shown) < len(boxes) else ""
    )
    return (
        f"<p>{plots.number(len(boxes))} hộp, {plots.number(wrong)} hộp chưa khớp số trang (xám: bản kê; xanh: khớp; đỏ: lệch).{more}<br>"
        f"<i>{len(boxes)} boxes, {wrong} of them with other pages than expected (grey: manifest; green: agrees; red: not).</i></p>"
    )


def _table(
    header: Sequence[str], lines: Iterable[Sequence[str]], *, numbers: bool = False, plain: bool = True
) -> str:
    body = [
        "<tr>"
        + "".join(
            f"<td class='n'>{escape(cell)}</td>" if numbers and at else f"<td>{escape(cell)}</td>"
            for at, cell in enumerate(line)
        )
        + "</tr>"
        for line in lines
    ]
    if not body:
        return _nothing()
    head = "".join(f"<th>{escape(cell) if plain else cell}</th>" for cell in header)
    return f"<table><tr>{head}</tr>{''.join(body)}</table>"
