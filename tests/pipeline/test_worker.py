"""The worker takes papers on by itself, picks up where it was, waits faults out, and parks what keeps failing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.errors import EngineFault, NoProgress, StoreDown, TimestampUnavailable
from models.states import DocumentState
from pipeline import worker as module
from pipeline.application import Application
from pipeline.runner import UP_TO_SPLIT, advance
from pipeline.stages.receive import receive
from pipeline.worker import ATTEMPTS, Worker
from storage import work
from tests.clocks import FixedClock
from tests.pipeline.support import application, sample_card


def handed_in(app: Application, path: Path, grouping: str | None = None) -> str:
    """The id of the document."""
    source = receive(
        app, path, intake="counter", presented_as="ban_chinh", forced_type=None, grouping=grouping
    )
    return app.register.scan_of(source.id).id


def nothing(tmp_path: Path, name: str = "a.pdf") -> Path:
    path = tmp_path / name
    path.write_bytes(b"nothing that anybody could read: " + name.encode())
    return path


def job_of(app: Application, document_id: str) -> work.Job | None:
    with app.register.reading() as connection:
        return work.job_of(connection, app.register.document(document_id).source_id)


def test_a_paper_goes_on_to_review_and_another_program_s_work_is_taken_up(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        document = handed_in(app, sample_card(tmp_path))
        with app.locks.document(document):
            assert Worker(app).run_due() == 1  # somebody else holds it: it is put off
            advance(app, document, UP_TO_SPLIT[:2])
        job = job_of(app, document)
        assert job is not None
        assert (job.state, job.attempts) == ("waiting", 0)
        with app.register.transaction(actor="test", purpose="t") as tx:
            work.ask(tx, job.source_id)
        assert Worker(app).run_due() == 1
        assert app.register.document(document).state is DocumentState.IN_REVIEW
        assert app.register.capture(document) is not None
        assert job_of(app, document) is None
        assert Worker(app).run_due() == 0


def test_what_is_no_paper_is_refused_and_left_alone(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        document = handed_in(app, nothing(tmp_path))
        assert Worker(app).run_due() == 1
        assert app.register.document(document).state is DocumentState.REFUSED
        assert job_of(app, document) is None
        # Handed in again, it is judged again.
        handed_in(app, nothing(tmp_path))
        assert Worker(app).run_due() == 1
        assert app.register.document(document).state is DocumentState.REFUSED


def refusing(app: Application) -> Any:
    """In the place of `advance`, where it need not be the real one: every document turns out to be none."""

    def refuse(_: Application, document_id: str, *__: Any) -> None:
        with app.register.transaction(actor="test", purpose="t") as tx:
            tx.refuse(app.register.document(document_id), "INPUT_NOT_A_DOCUMENT", {}, quarantine=False)

    return refuse


class Failing:
    """In the place of `advance`: every document fails with this fault."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
        self.calls = 0
        self._fault = fault
        monkeypatch.setattr(module, "advance", self)

    def __call__(self, *_: Any) -> None:
        self.calls += 1
        raise self._fault


def test_a_paper_that_keeps_failing_is_parked_with_its_error_and_a_restart_tries_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    with application(tmp_path / "home", clock) as app:
        document = handed_in(app, nothing(tmp_path))
        failing = Failing(monkeypatch, EngineFault(engine="own", reason="killed"))
        for attempt in range(1, ATTEMPTS + 1):
            assert Worker(app).run_due() == 1
            assert Worker(app).run_due() == 0  # not before its pause is over
            job = job_of(app, document)
            assert job is not None
            assert (job.state, job.error_code) == (
                "waiting" if attempt < ATTEMPTS else "parked",
                "ENGINE_FAULT",
            )
            clock.move(module.LONGEST_WAIT)
        assert Worker(app).run_due() == 0
        assert app.register.document(document).state is DocumentState.RECEIVED
        assert Worker(app).take_back() == 1
        assert Worker(app).run_due() == 1
        job = job_of(app, document)
        assert job is not None
        assert (job.state, failing.calls) == ("parked", ATTEMPTS + 1)
        monkeypatch.setattr(module, "advance", refusing(app))
        other = handed_in(app, nothing(tmp_path, "b.pdf"))
        assert Worker(app).run_due() == 1  # the next one is not stopped by it
        assert app.register.document(other).state is DocumentState.REFUSED


@pytest.mark.parametrize(
    "fault",
    [StoreDown(store="s", reason="r"), TimestampUnavailable(tsa="t", reason="r")],
    ids=lambda f: f.code,
)
def test_faults_of_the_store_and_the_time_stamps_are_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    clock = FixedClock()
    with application(tmp_path / "home", clock) as app:
        document = handed_in(app, nothing(tmp_path))
        Failing(monkeypatch, fault)
        for _ in range(ATTEMPTS + 2):
            assert Worker(app).run_due() == 1
            clock.move(module.LONGEST_WAIT)
        job = job_of(app, document)
        assert job is not None
        assert (job.state, job.attempts) == ("waiting", 0)
        monkeypatch.setattr(module, "advance", refusing(app))
        assert Worker(app).run_due() == 1
        assert app.register.document(document).state is DocumentState.REFUSED


def test_a_defect_of_the_program_parks_one_paper_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with application(tmp_path / "home") as app:
        document = handed_in(app, nothing(tmp_path))
        Failing(monkeypatch, ZeroDivisionError("a defect"))
        assert Worker(app).run_due() == 1
        job = job_of(app, document)
        assert job is not None
        assert (job.error_code, job.attempts) == ("INTERNAL", 1)
        assert "a defect" in caplog.text


def test_a_paper_that_does_not_move_is_not_worked_on_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(tmp_path / "home") as app:
        document = handed_in(app, nothing(tmp_path))
        monkeypatch.setattr(module, "advance", lambda *_: None)
        assert Worker(app).run_due() == 1
        job = job_of(app, document)
        assert job is not None
        assert (job.error_code, job.state) == (NoProgress.code, "waiting")


def test_told_to_stop_it_leaves_the_paper_where_it_is_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    with application(tmp_path / "home", clock) as app:
        document = handed_in(app, nothing(tmp_path))
        looks = iter([False, True, True, True, True])
        assert Worker(app, lambda: next(looks, True)).run_due() == 1
        assert app.register.document(document).state is DocumentState.RECEIVED
        job = job_of(app, document)
        assert job is not None
        assert (job.state, job.attempts) == ("waiting", 0)
    with application(tmp_path / "home", clock) as app:
        Worker(app).take_back()
        clock.move(timedelta(seconds=10))
        monkeypatch.setattr(module, "advance", refusing(app))
        assert Worker(app).run_due() == 1
        assert app.register.document(document).state is DocumentState.REFUSED
