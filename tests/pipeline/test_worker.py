"""The worker takes papers on by itself, picks up where it was, waits faults out, and parks what keeps failing."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.errors import EngineFault, NoProgress, StoreDown, TimestampUnavailable
from models.states import DocumentState
from models.times import iso
from pipeline import worker as module
from pipeline.application import Application
from pipeline.runner import UP_TO_SPLIT, advance
from pipeline.stages.receive import receive
from pipeline.waiting import try_parked_again
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


def test_a_holder_whose_lease_is_over_by_a_wrong_clock_alone_is_not_counted_as_lost(tmp_path: Path) -> None:
    clock = FixedClock()
    with application(tmp_path / "home", clock) as app:
        document = handed_in(app, nothing(tmp_path))
        for _ in range(module.MOST_LOST + 2):
            with app.register.transaction(actor="test", purpose="t") as tx:
                until = iso(clock.now() - timedelta(hours=3))
                assert work.claim_source(tx, app.register.document(document).source_id, "late", until=until)
            with app.locks.document(document):
                assert Worker(app).run_due() == 1
            job = job_of(app, document)
            assert job is not None
            assert (job.state, job.lost) == ("waiting", 0)
            clock.move(module.BUSY_WAIT)


def test_what_was_put_off_by_a_wrong_clock_does_not_wait_for_as_long_as_it_was_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    with application(tmp_path / "home", clock) as app:
        clock.move(timedelta(hours=2))
        put_off = handed_in(app, nothing(tmp_path, "a.pdf"))
        with monkeypatch.context() as patch:
            Failing(patch, EngineFault(engine="own", reason="killed"))
            assert Worker(app).run_due() == 1
        came_in = handed_in(app, nothing(tmp_path, "b.pdf"))
        clock.move(timedelta(hours=-2))
        worker = Worker(app)
        assert worker.run_due() == 0
        monkeypatch.setattr(module, "RENEW_S", 0)
        worker.renew()
        assert worker.run_due() == 2
        states = {app.register.document(document).state for document in (put_off, came_in)}
        assert states == {DocumentState.REFUSED}


def test_what_a_full_disk_may_have_spoiled_waits_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, card = FixedClock(), tmp_path / "card.jpg"
    card.write_bytes(sample_card(tmp_path).read_bytes()[:60_000])  # as a disk without room would leave it
    with application(tmp_path / "home", clock) as app:
        document = handed_in(app, card)
        room = shutil.disk_usage(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.application.shutil.disk_usage", lambda _: room._replace(free=1 << 20))
            for _ in range(ATTEMPTS + 1):
                assert Worker(app).run_due() == 1
                clock.move(module.LONGEST_WAIT)
        job = job_of(app, document)
        assert job is not None
        assert (job.state, job.error_code, job.attempts) == ("waiting", "STORAGE_STORE_FULL", 0)
        assert Worker(app).run_due() == 1
        assert app.register.document(document).state in (DocumentState.REFUSED, DocumentState.QUARANTINED)


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


def test_a_paper_that_keeps_failing_is_parked_with_its_error_until_somebody_wants_another_try(
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
        assert Worker(app).take_back() == 0  # a restart alone mends nothing
        assert try_parked_again(app, "STORAGE_FAULT", purpose="maintenance") == 0
        assert try_parked_again(app, None, purpose="maintenance") == 1
        assert Worker(app).run_due() == 1
        job = job_of(app, document)
        assert job is not None
        assert (job.state, job.attempts, failing.calls) == ("waiting", 1, ATTEMPTS + 1)
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
