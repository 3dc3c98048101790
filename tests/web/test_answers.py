"""What all endpoints share: tags and conditions, pages and cursors, keys that are sent twice, and their description."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from models.base import Value
from models.errors import EcopyError, PreconditionFailed, RequestMalformed
from models.wire.pages import Page
from tests.web.support import Served
from web.etags import check_match, is_known, may_continue, tag, tag_of, tagged
from web.paging import Paging, sealed

TAG = '"abc"'
OWN_FORM = {"GET /health/ready", "POST /oauth/token"}
"""What other programs read by a form that is not ours: health checks, and OAuth clients (RFC 6749 section 5.2)."""


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": raw})


@pytest.mark.parametrize(
    ("given_", "known"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ("*", True),
        ('"ab"', False),
        ("abc", False),
        ("", False),
        ('"abc', False),
    ],
)
def test_what_the_client_has_is_told_by_weak_comparison(given_: str, known: bool) -> None:
    assert is_known(request(if_none_match=given_), TAG) is known


def test_a_change_goes_on_only_from_the_state_it_names() -> None:
    check_match(request(), TAG)
    check_match(request(if_match="*"), TAG)
    check_match(request(if_match='"old", "abc"'), TAG)
    for stale in ('"old"', 'W/"abc"', "abc", ""):
        with pytest.raises(PreconditionFailed):
            check_match(request(if_match=stale), TAG)


def test_a_range_goes_on_only_in_the_same_file() -> None:
    assert may_continue(request(), TAG)
    assert may_continue(request(if_range=TAG), TAG)
    for other in ('"old"', 'W/"abc"', "Sun, 22 Nov 2026 09:15:04 GMT"):
        assert not may_continue(request(if_range=other), TAG)
    assert tag("abc") == TAG


class Named(Value):
    name: str


def test_an_answer_that_the_client_has_is_not_sent_again() -> None:
    response = Response()
    value = Named(name="Đỗ")
    assert tagged(request(), response, value) is value
    assert response.headers["etag"] == tag_of(value) != tag_of(Named(name="Đò"))
    again = tagged(request(if_none_match=tag_of(value)), Response(), value)
    assert isinstance(again, Response)
    assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", tag_of(value))


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=3
    )
)
def test_a_cursor_leads_back_to_its_key(parts: list[str]) -> None:
    assert Paging(sealed(tuple(parts)), 1).after(len(parts)) == tuple(parts)


@given(st.text() | st.binary().map(lambda b: b.hex()))
def test_whatever_else_is_sent_as_a_cursor_is_refused(text: str) -> None:
    try:
        found = Paging(text, 1).after()
    except RequestMalformed:
        return
    assert found is not None
    assert len(found) == 1


def test_a_page_ends_where_nothing_follows() -> None:
    paged = Paging(None, 2)
    assert (paged.after(), paged.fetch) == (None, 3)
    page: Page[Named] = paged.page(["a", "b", "c"], key=lambda one: (one,), wire=lambda one: Named(name=one))
    assert ([one.name for one in page.items], page.next) == (["a", "b"], sealed(("b",)))
    assert paged.page(["a", "b"], key=lambda one: (one,), wire=lambda one: Named(name=one)).next is None


def operations(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in ("get", "put", "post", "delete", "patch", "head", "options")
    ]


def test_the_description_tells_every_failure_as_a_problem(house: Served) -> None:
    with house.client() as client:
        description = client.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    schemas = description["components"]["schemas"]
    assert {"Problem", "FaultyField"} <= set(schemas)
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)
    codes = {kind.code for kind in _catalogue()}
    for name, operation in operations(description):
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and name not in OWN_FORM and not name.startswith("HEAD"):
                assert "application/problem+json" in answer.get("content", {}), (name, status)
                named = {
                    word.strip("`, ")
                    for word in answer["description"].split(": ")[-1].split(",")
                    if "`" in word
                }
                assert named <= codes, (name, status)
        assert operation.get("summary"), name


def test_behind_the_door_token_and_purpose_are_asked_for_together(house: Served) -> None:
    with house.client() as client:
        description = client.get("/api/v1/openapi.json").json()
    found = dict(operations(description))["GET /api/v1/dossiers/{code}"]
    assert found["security"] == [{"HTTPBearer": [], "APIKeyHeader": []}]


def test_a_framework_of_another_make_is_described_alike() -> None:
    from web import problems, responses

    api = FastAPI()
    problems.install(api)
    responses.install(api)

    @api.get("/things/{number}", summary="A thing")
    def thing(number: int) -> Named:
        return Named(name=str(number))

    described = api.openapi()["paths"]["/things/{number}"]["get"]["responses"]["422"]
    assert described["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert api.openapi()["components"]["schemas"]["Problem"]["required"]


def _catalogue() -> list[type[EcopyError]]:
    from models.errors import catalogue

    return list(catalogue())
