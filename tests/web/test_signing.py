"""What signs slowly goes on after the answer, in the name of who asked; what fails at once is told at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import TimestampUnavailable
from pipeline.attempts import Acting, acting, acting_now
from tests.pipeline.support import application
from web import signing
from web.signing import Signing


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signing]:
    monkeypatch.setattr(signing, "PATIENCE_S", 0.05)
    with application(tmp_path / "home") as app:
        made = Signing(app)
        made.start()
        yield made
        made.stop()


def test_a_slow_one_goes_on_in_the_name_of_who_asked(service: Signing) -> None:
    go_on, who = threading.Event(), []

    def work() -> None:
        go_on.wait(30)
        who.append(acting_now())

    me = Acting("mai", "10.0.0.7", "H99.01")
    with acting(me):
        service.within_patience(work)
    assert who == []
    go_on.set()
    service.stop()
    assert who == [me]


def test_a_fault_is_raised_at_once_or_logged_later(
    service: Signing, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(event: threading.Event) -> None:
        event.wait(30)
        raise TimestampUnavailable(reason="nobody answers")

    at_once, later = threading.Event(), threading.Event()
    at_once.set()
    with pytest.raises(TimestampUnavailable):
        service.within_patience(lambda: fails(at_once))
    with caplog.at_level(logging.WARNING, "ecopy.web"):
        service.within_patience(lambda: fails(later))
        later.set()
        service.stop()
    assert "nobody answers" in caplog.text
