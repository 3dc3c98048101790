"""A request that is sent again while the first is at work, or whose answer could not be kept, is never done twice."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

import web.idempotency
from models.errors import StorageFault
from tests.web.cases.support import Counter, purpose, told


def test_of_many_at_once_one_is_done(desk: Counter) -> None:
    name = "Cung luc"
    headers = purpose(f"lot:{name}", **{"Idempotency-Key": "at-once"})

    def ask(_: int) -> tuple[int, str]:
        answer = desk.tthc.post("/api/v1/lots", json={"name": name}, headers=headers)
        return answer.status_code, answer.json().get("code") or answer.json()["id"]

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, range(6)))
    done = {what for status, what in found if status == 201}
    assert len(done) == 1
    assert {what for status, what in found if status != 201} <= {"REQUEST_AT_WORK"}
    assert ask(0) == (201, *done)
    assert ("system:tthc", "answer_again", f"lot:{name}", "done") in desk.trail("POST /api/v1/lots")


def test_a_waiting_one_is_told_when_to_come_back(
    desk: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> None:
        raise StorageFault(reason="disk")

    name = "Mat tra loi"
    headers = purpose(f"lot:{name}", **{"Idempotency-Key": "not-kept"})
    monkeypatch.setattr(web.idempotency, "keep", failing)
    with caplog.at_level(logging.ERROR, "ecopy.web"):
        done = desk.tthc.post("/api/v1/lots", json={"name": name}, headers=headers)
    assert done.status_code == 201  # it is done, and the client hears so
    assert "could not be kept" in caplog.text
    again = desk.tthc.post("/api/v1/lots", json={"name": name}, headers=headers)
    assert told(again) == (409, "REQUEST_AT_WORK")
    assert int(again.headers["retry-after"]) > 0


@pytest.mark.parametrize("key", ["", "x" * 101, "two words", "Đ".encode()])
def test_a_key_that_is_none_is_refused(desk: Counter, key: str | bytes) -> None:
    sent = {**purpose("lot:x"), "Idempotency-Key": key}
    answer = desk.tthc.post("/api/v1/lots", json={"name": "x"}, headers=sent)  # type: ignore[arg-type]
    assert told(answer) == (422, "REQUEST_MALFORMED")
