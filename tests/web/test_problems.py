"""Whatever goes wrong is told as a problem with a code and a remedy, in the language that was asked for."""

from __future__ import annotations

from tests.web.support import Served


def test_an_address_that_is_not_there_is_a_problem_in_vietnamese_unless_asked_otherwise(
    house: Served,
) -> None:
    with house.client() as english:
        found = english.get("/nowhere")
        assert (found.status_code, found.headers["content-type"]) == (404, "application/problem+json")
        body = found.json()
        assert (body["code"], body["type"]) == ("NO_SUCH_ADDRESS", "urn:ecopy:problem:NO_SUCH_ADDRESS")
        assert body["instance"].endswith(found.headers["request-id"])
        vietnamese = english.get("/nowhere", headers={"Accept-Language": "fr, vi;q=0.5"})
    assert vietnamese.json()["detail"] == "Không có địa chỉ này."
    assert vietnamese.headers["content-language"] == "vi"


def test_a_method_that_an_address_does_not_take_is_a_problem(house: Served) -> None:
    with house.client() as client:
        found = client.post("/health/live")
    assert (found.status_code, found.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert found.headers["allow"] == "GET"


def test_the_caller_may_name_the_request(house: Served) -> None:
    with house.client() as client:
        assert (
            client.get("/health/live", headers={"Request-Id": "tthc-77"}).headers["request-id"] == "tthc-77"
        )
        made = client.get("/health/live", headers={"Request-Id": "not one\tword"}).headers["request-id"]
    assert len(made) == 26


def test_it_is_ready_when_the_register_answers(house: Served) -> None:
    with house.client() as client:
        assert client.get("/health/ready").json() == {"status": "pass"}
