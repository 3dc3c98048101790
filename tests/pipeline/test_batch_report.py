"""What a batch tells of itself: a report at any time, progress while it runs, and an estimate before it begins."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from typer.testing import CliRunner

from cli.batch_progress import Pace, seconds_left
from cli.main import app as ecopy_app
from models.errors import NotFound
from pipeline.application import Application
from pipeline.batch import report as report_module
from pipeline.batch.estimate import Measured, _reckoned
from pipeline.batch.plan import Plan
from pipeline.batch.report import write_report
from pipeline.batch.running import run_batch
from storage import schema as t
from storage.batch import tallies
from storage.batch.results import Figures
from tests.pipeline.support import application
from tests.pipeline.test_batch import PLAN, planned, put

HOSTILE = "=HYPERLINK(1)<script>alert(1)<∕script>.pdf"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report") / "home"


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Application]:
    """A batch that ran: two papers, one twice, one refused, one stuck, one missing, a hostile name."""
    archive = home.parent / "kho"
    put(archive, "Hộp 1/1.pdf", "Hộp 1/2.pdf", "Hộp 2/ket.pdf", HOSTILE)
    shutil.copy(archive / "Hộp 1/1.pdf", archive / "Hộp 2/lai.pdf")
    (archive / "Hộp 2/hong.pdf").write_bytes(b"no paper")
    lines = "box,document,pages\nHộp 1,1.pdf,1\nHộp 1,2.pdf,2\nHộp 2,ket.pdf,1\nHộp 2,mat.pdf,x\n"
    (home.parent / "m.csv").write_text(lines, encoding="utf-8")
    with application(home) as office:
        plan = planned(office, home.parent, PLAN + "manifest: m.csv\nunlisted: take\n")
        run_batch(office, archive, plan)
        stuck = sa.select(t.batch_entries.c.source_id).where(t.batch_entries.c.path == "Hộp 2/ket.pdf")
        with office.register.transaction(actor="t", purpose="t") as tx:
            source = tx.connection.scalar(stuck)
            job = {
                "priority": 20,
                "agency": "",
                "state": "parked",
                "attempts": 4,
                "error_code": "ENGINE_FAULT",
            }
            tx.connection.execute(
                t.jobs.insert().values(source_id=source, created_at=tx.at, changed_at=tx.at, **job)
            )
            tx.connection.execute(
                t.batch_entries.update().where(t.batch_entries.c.source_id == source).values(finished_at=None)
            )
        yield office


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


class _Inside(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data + "\n"


def test_the_report_tells_every_file_box_and_odd_row(app: Application, tmp_path: Path) -> None:
    files = write_report(app, "Kho report0", tmp_path / "a" / "b", "vi")
    assert [path.name for path in files] == [
        "entries.csv",
        "boxes.csv",
        "manifest-remarks.csv",
        "report.html",
    ]
    entries = {line["path"]: line for line in lines_of(files[0])}
    assert {path: line["state"] for path, line in entries.items()} == {
        "Hộp 1/1.pdf": "received",
        "Hộp 1/2.pdf": "received",
        "Hộp 2/ket.pdf": "received",
        "Hộp 2/lai.pdf": "duplicate",
        "Hộp 2/hong.pdf": "refused",
        "Hộp 2/mat.pdf": "missing",
        f"'{HOSTILE}": "received",
    }
    assert entries["Hộp 2/hong.pdf"]["error_code"] == "INPUT_NOT_A_DOCUMENT"
    boxes = {line["box"]: line for line in lines_of(files[1])}
    assert (boxes["Hộp 1"]["expected"], boxes["Hộp 1"]["found"], boxes["Hộp 1"]["done"]) == ("3", "2", "2")
    assert (boxes["Hộp 2"]["refused"], boxes["Hộp 2"]["missing"]) == ("1", "1")
    assert [line["code"] for line in lines_of(files[2])] == ["pages"]


def test_the_page_needs_nothing_but_itself_and_runs_nobodys_code(app: Application, tmp_path: Path) -> None:
    *_, html = write_report(app, "Kho report0", tmp_path, "vi")
    page = _Inside()
    page.feed(html.read_text(encoding="utf-8"))
    assert not [
        tag for tag, given in page.tags if tag in ("script", "img", "link", "iframe") or "src" in given
    ]
    assert not re.search(r"https?://", html.read_text(encoding="utf-8"))
    assert sum(tag == "svg" for tag, _ in page.tags) >= 3
    for words in (
        "Tiến độ theo thời gian",
        "INPUT_NOT_A_DOCUMENT",
        "ENGINE_FAULT",
        "Hộp 2/ket.pdf",
        "số trang không hợp lệ",
    ):
        assert words in page.words
    with app.register.reading() as connection:
        assert sum(tallies.pages_by_time(connection, lots_batch(app), tallies.DAY).values()) == 3


def lots_batch(app: Application) -> str:
    with app.register.reading() as connection:
        return connection.scalars(sa.select(t.batches.c.id)).one()


def test_an_older_report_stays_whole_where_a_new_one_can_not_be_written(
    app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(app, "Kho report0", tmp_path, "vi")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> str:
        raise OSError("full")

    monkeypatch.setattr(report_module, "_cell", full)
    with pytest.raises(OSError, match="full"):
        write_report(app, "Kho report0", tmp_path, "vi")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    with pytest.raises(NotFound):
        write_report(app, "không có", tmp_path, "vi")


@pytest.mark.parametrize(
    ("first", "last", "length", "count"),
    [
        ("2026-01-01T08:00:30+07:00", "2026-01-01T08:00:40+07:00", tallies.MINUTE, 1),
        ("2026-01-01T08:59:30+07:00", "2026-01-01T09:01:01+07:00", tallies.MINUTE, 3),
        ("2026-01-01T08:00:00+07:00", "2026-01-02T08:00:00+07:00", tallies.TEN_MINUTES, 145),
        ("2026-01-01T08:00:00+07:00", "2026-01-08T07:00:00+07:00", tallies.HOUR, 168),
        ("2026-01-01T23:59:00+07:00", "2026-12-31T00:00:00+07:00", tallies.DAY, 365),
    ],
)
def test_time_is_cut_into_spans_without_a_gap(first: str, last: str, length: int, count: int) -> None:
    found, buckets = report_module._buckets(first, last)
    assert (found, len(buckets), buckets[0], buckets[-1]) == (length, count, first[:length], last[:length])


def ecopy(*words: str | Path) -> Result:
    return CliRunner().invoke(ecopy_app, [str(word) for word in words])


def test_the_command_goes_from_the_archive_to_its_report(tmp_path: Path) -> None:
    archive, home = tmp_path / "report-of-1998", ("--home", tmp_path / "home")
    put(archive, "Hộp 1/1.pdf")
    (archive / "Hộp 1/hong.pdf").write_bytes(b"no paper")
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    done = ecopy("batch", archive, "--plan", tmp_path / "plan.yaml", *home, "--json")
    assert done.exit_code == 1, done.output
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["states"], last["done"], last["pages"]) == ({"received": 1, "refused": 1}, 1, 1)
    shown = ecopy("batch", "show", "Kho thử", *home, "--lang", "en")
    assert "1 files done, 1 pages" in shown.stdout
    assert ecopy("batch", "report", "Kho thử", "--out", tmp_path / "out", *home).exit_code == 0
    assert (tmp_path / "out" / "report.html").is_file()
    wrong = ecopy("batch", "show", "Kho khác", *home, "--json")
    assert json.loads(wrong.stdout)["error"]["code"] == "NOT_FOUND"
    tried = ecopy(
        "batch",
        "run",
        archive,
        "--plan",
        tmp_path / "plan.yaml",
        "--dry-run",
        "--sample",
        "2",
        *home,
        "--json",
    )
    found = json.loads(tried.stdout.splitlines()[-1])
    assert (found["files"], found["sample"]) == (2, 1)
    assert not list((tmp_path / "home" / "work").iterdir())


def test_an_estimate_grows_with_the_archive_and_says_its_range(app: Application) -> None:
    plan = Plan(name="x", prices={"timestamp": 100, "gib": 1000})
    sample = [
        Measured(n % 4 + 1, 1, 2.0 * (n % 4 + 1), 10_000, 1 << 20, refused=False, issued=True)
        for n in range(40)
    ]
    small, large = (
        _reckoned(app, plan, sample, files=files, told=None, skipped={}, missing=0)
        for files in (1000, 10_000)
    )
    assert small.pages.likely == 2500
    assert small.pages.low < 2500 < small.pages.high
    assert large.hours.likely == pytest.approx(10 * small.hours.likely)
    assert small.hours.likely * small.workers == pytest.approx(5000 / 3600)
    assert small.timestamps.likely == 2000
    assert small.cost is not None
    assert small.cost.likely == pytest.approx(200_000 + 1000 * small.gib.likely)
    told = _reckoned(app, plan, sample, files=1000, told=3000, skipped={}, missing=0)
    assert (told.pages.low, told.pages.high) == (3000, 3000)
    together = _reckoned(
        app, Plan(name="x", proof="evidence_record"), sample, files=1000, told=None, skipped={}, missing=0
    )
    assert together.timestamps.likely == 1
    assert together.cost is None


def test_the_speed_is_that_of_the_last_minutes() -> None:
    pace = Pace()
    assert pace.a_minute() == (0.0, 0.0)
    for minute, pages in enumerate((0, 1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080, 1090, 1100)):
        pace.note(minute * 60.0, pages, minute)
    assert pace.a_minute() == (pytest.approx(10), pytest.approx(1))
    figures = Figures({"found": 4, "received": 10}, 4, 0, 0, 0, {}, {})
    assert seconds_left(figures, 2.0) == 300
    assert seconds_left(figures, 0.0) is None
