"""What a page does to the child that reads it costs one attempt of that page: real children, which hang, eat and crash."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from models.batches import ONE_DOCUMENT
from models.errors import EngineFault, LimitExceeded
from models.states import DocumentState
from ocr.engines import EngineChoice
from pdf.sandbox import Sandbox
from pipeline import child, limits
from pipeline import worker as worker_module
from pipeline.application import Application
from pipeline.settings import load_settings
from pipeline.stages import pages as pages_module
from pipeline.stages.read import read_pages
from pipeline.stages.receive import receive
from pipeline.waiting import try_parked_again
from pipeline.worker import Worker
from storage import work
from tests.clocks import FixedClock
from tests.pipeline import troubled
from tests.pipeline.support import application

WELL = 600
PAGES = 3
ATTEMPTS = 3
"""As many as the test has time for; the worker has more."""


def volume(folder: Path, width: int, pages: int = PAGES) -> Path:
    """A scan of several pages whose pictures are `width` pixels wide."""
    drawn = []
    for number in range(1, pages + 1):
        image = Image.new("L", (width, 850), 255)
        ImageDraw.Draw(image).text(
            (60, 60 * number), f"trang {number} trong {pages}, {width}", fill=0, font_size=24
        )
        drawn.append(image)
    path = folder / f"{width}.tif"
    drawn[0].save(path, save_all=True, append_images=drawn[1:], dpi=(100, 100), compression="tiff_lzw")
    return path


def handed_in(app: Application, path: Path) -> str:
    """The id of its source."""
    return receive(
        app, path, intake="archive", presented_as="ban_chinh", forced_type=None, grouping=ONE_DOCUMENT
    ).id


def job_of(app: Application, source: str) -> work.Job | None:
    with app.register.reading() as connection:
        return work.job_of(connection, source)


def tried(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, int]]:
    """Counts how often each page (by width and number) is given to a child to read."""
    counted: Counter[tuple[int, int]] = Counter()
    original, guard = Application.in_reading_child, threading.Lock()

    def counting(self: Application, function: object, /, *args: object, **named: object) -> object:
        if function in (troubled.read_well, troubled.read_badly):
            with guard:
                counted[args[1].width_px, args[2]] += 1  # type: ignore[attr-defined, index]
        return original(self, function, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Application, "in_reading_child", counting)
    return counted


def test_a_page_that_hangs_eats_memory_or_crashes_costs_its_own_attempts_and_nobody_else_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, attempts = FixedClock(), tried(monkeypatch)
    monkeypatch.setattr(limits, "OCR_MARGIN_SECONDS", 0)
    monkeypatch.setattr(child, "read_picture", troubled.read_badly)
    monkeypatch.setattr(worker_module, "ATTEMPTS", ATTEMPTS)
    settings = {"ocr_timeout_seconds": 2, "child_memory_bytes": 256 << 20, "workers": 3}
    with application(tmp_path / "home", clock, ocr_engine="tesseract", **settings) as app:
        sick = {
            troubled.HANGING: "2 s",
            troubled.EATING: "256 MiB (memory)",
            troubled.CRASHING: "crash (SIGSEGV)",
            troubled.KILLED: "crash (SIGKILL)",
        }
        sources = {width: handed_in(app, volume(tmp_path, width)) for width in (*sick, WELL)}
        for _ in range(ATTEMPTS):
            Worker(app).run_due()
            assert app.register.scan_of(sources[WELL]).state is DocumentState.IN_REVIEW
            clock.move(worker_module.LONGEST_WAIT)
        assert Worker(app).run_due() == 0
        for width, limit in sick.items():
            job = job_of(app, sources[width])
            assert job is not None
            assert (job.state, job.error_code) == ("parked", "ENGINE_FAULT")
            assert limit in (job.reason or "")
            scan = app.register.scan_of(sources[width])
            assert scan.state is DocumentState.TRIAGED
            assert set(read_pages(app, scan, app.engine_version)) == {1, 3}
            assert [attempts[width, page] for page in (1, 2, 3)] == [1, ATTEMPTS, 1]
        assert job_of(app, sources[WELL]) is None
        # Once what ailed is mended, one word sets it going, and no page is read again.
        monkeypatch.setattr(child, "read_picture", troubled.read_well)
        attempts.clear()
        assert try_parked_again(app, EngineFault.code, purpose="maintenance") == len(sick)
        assert Worker(app).run_due() == len(sick)
        assert {app.register.scan_of(one).state for one in sources.values()} == {DocumentState.IN_REVIEW}
        assert attempts == Counter({(width, troubled.SICK_PAGE): 1 for width in sick})


def test_a_machine_without_memory_puts_no_sound_paper_into_quarantine_and_a_crashing_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    with application(tmp_path / "home", clock, ocr_engine="tesseract") as app:
        killed = handed_in(app, volume(tmp_path, 700, 1))
        with monkeypatch.context() as patch:
            patch.setattr(pages_module.child, "prepare_pages", troubled.killed_at_work)
            assert Worker(app).run_due() == 1
        job = job_of(app, killed)
        assert job is not None
        assert (job.state, job.error_code, job.attempts) == ("waiting", "ENGINE_FAULT", 1)
        assert "crash (SIGKILL)" in (job.reason or "")
        clock.move(worker_module.LONGEST_WAIT)
        monkeypatch.setattr(child, "read_picture", troubled.read_well)
        assert Worker(app).run_due() == 1
        assert app.register.scan_of(killed).state is DocumentState.IN_REVIEW
        crashing = handed_in(app, volume(tmp_path, 701, 1))
        monkeypatch.setattr(pages_module.child, "prepare_pages", troubled.crashed_at_work)
        assert Worker(app).run_due() == 1
        assert app.register.scan_of(crashing).state is DocumentState.QUARANTINED
        assert app.register.source(crashing).error_code == LimitExceeded.code
        assert job_of(app, crashing) is None


@pytest.fixture(scope="module")
def reading() -> Iterator[tuple[Sandbox, EngineChoice]]:
    """Children that read with our own net, as the application makes them, under an owner who asks for many threads."""
    settings = load_settings(ocr_engine="own", ocr_profile="fast")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"):
            patch.setenv(name, "4")
        with Sandbox(
            limits.sandbox_limits(settings),
            preload=(*limits.child_modules(settings, limits.READING_MODULES), "tests.pipeline.troubled"),
        ) as sandbox:
            sandbox.warm_up()
            yield sandbox, settings.ocr


def test_a_child_works_on_one_thread_with_nets_that_were_loaded_once(
    reading: tuple[Sandbox, EngineChoice],
) -> None:
    sandbox, engine = reading
    page = np.full((600, 1800), 255, np.uint8)
    cv2.putText(page, "Ho va ten: Tran Thi Mau", (60, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    first, second = (sandbox.call(troubled.threads_of_work, page, engine) for _ in range(2))
    assert first["pid"] != second["pid"]
    for told in (first, second):
        assert {name: told[name] for name in ("threads", "cv2", "openmp")} == {
            "threads": 1,
            "cv2": 1,
            "openmp": "1",
        }
        assert told["warm_threads"] in (1, 2)  # the net's runtime keeps one that sleeps
        assert told["words"]
        assert (told["nets"], told["nets_loaded_here"]) == (2, 0)


def test_every_page_has_a_fresh_child_and_what_it_is_forked_from_does_not_grow(
    reading: tuple[Sandbox, EngineChoice],
) -> None:
    sandbox, _ = reading
    sandbox.call(troubled.grow, 1)
    calls = [sandbox.call(troubled.grow, 4 << 20) for _ in range(20)]
    assert len({pid for pid, _, _ in calls}) == 20
    assert len({warm for _, warm, _ in calls}) == 1
    assert calls[-1][2] - calls[0][2] < 1 << 20
