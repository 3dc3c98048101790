"""The whole described API, asked by people, devices and systems with whatever fits its description or does not: no request
breaks it, and every answer is one that the description tells of, each code by its name; on SQLite and on PostgreSQL.

`ECOPY_CONTRACT_EXAMPLES=200 pytest tests/web/test_contract.py` asks longer, and differently every time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models.errors import LimitReached, MethodNotAllowed, NoSuchAddress, catalogue
from pipeline.settings import load_settings
from tests.servers.postgres import ready_database
from tests.web.peopled import Peopled, peopled
from web.app import create_app

EXAMPLES = int(os.environ.get("ECOPY_CONTRACT_EXAMPLES", "3"))
"""Of each operation, as it is described and as it is not; in CI the same ones every time."""
LONGER = EXAMPLES > 3
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
OF_NO_OPERATION = {NoSuchAddress.code, MethodNotAllowed.code}
"""What is answered where what was made up leads to no operation at all, so that none can tell of it."""


def operations() -> dict[str, APIOperation]:
    api = create_app(load_settings(home=Path(tempfile.gettempdir()) / "never-opened"))
    schema = schemathesis.openapi.from_dict(api.openapi())
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def _described(operation: APIOperation, status: int) -> str:
    """What the description says of that answer."""
    words: str = operation.definition.raw["responses"][str(status)]["description"]
    return words


OPERATIONS = operations()


@dataclass(frozen=True)
class Asked:
    """Who is asked, and how often about each operation."""

    house: Peopled
    examples: int


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """On both databases; on the second with one example of each, unless it is to be longer anyway."""
    on_server = request.param == "postgresql"
    settings: dict[str, object] = {"database_url": ready_database()} if on_server else {}
    settings |= dict.fromkeys(
        ("requests_per_minute", "stranger_requests_per_minute", "sign_ins_per_minute"), 1_000_000
    )
    with peopled(tmp_path_factory.mktemp("contract"), **settings) as house:
        assert house.served.office.engine.dialect.name == request.param
        yield Asked(house, 1 if on_server and not LONGER else EXAMPLES)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_every_operation_tells_of_the_limits_before_it(label: str) -> None:
    for error in catalogue():
        if issubclass(error, LimitReached) and error is not LimitReached:
            assert f"`{error.code}`" in _described(OPERATIONS[label], error.http_status)


@pytest.mark.slow
@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as told", "otherwise"]
)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_nothing_that_is_asked_breaks_it(asked: Asked, label: str, mode: GenerationMode) -> None:
    operation, house = OPERATIONS[label], asked.house
    callers = house.callers()
    with httpx.Client(base_url=house.served.url, timeout=60) as client:

        @settings(
            max_examples=asked.examples,
            derandomize=not LONGER,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def ask(case: Case, data: st.DataObject) -> None:
            _as_somebody(case, callers, house, data)
            _with_real_names(case, house, data)
            answer = _answer(client, case)
            code = _code(answer)
            if code in OF_NO_OPERATION:
                return
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as failures:
                raise AssertionError("\n".join(str(one) for one in failures.exceptions)) from None
            if code is not None:
                told = _described(operation, answer.status_code)
                assert f"`{code}`" in told, f"{code} came, of {answer.status_code} is said: {told}"

        try:
            ask()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "where nothing can be wrong"


LIKELY = (
    ("/api/v1/access/", "admin", "maintenance:test"),
    ("/api/v1/webhooks", "system:one", "exchange:QC-1"),
    ("/api/v1/events", "system:one", "exchange:QC-1"),
    ("/api/v1/requests", "staff", "request"),
    ("/api/v1/lots", "staff", "lot"),
    ("/api/v1/documents/import", "system:one", "dossier"),
    ("/api/v1/documents/{DocCode}", "system:one", "dossier"),
    ("/api/v1/uploads", "device:one", "intake:counter"),
    ("/api/v1/kiosk/reports", "admin", "maintenance:test"),
    ("/api/v1/kiosk/", "device:one", "maintenance:test"),
    ("/", "staff", "dossier"),
)
"""Who has business where, and what for."""


def _as_somebody(case: Case, callers: dict[str, str], house: Peopled, data: st.DataObject) -> None:
    """Mostly somebody who has business there; now and then anybody for anything, or what was made up."""
    headers = dict(case.headers or {})
    _, likely, what_for = next(row for row in LIKELY if case.path.startswith(row[0]))
    chance = data.draw(st.integers(0, 7), label="who")
    who = data.draw(st.sampled_from(sorted(callers))) if chance == 1 else likely
    why = data.draw(st.sampled_from(house.purposes)) if chance == 2 else house.purpose(what_for)
    if chance != 3:
        headers["Authorization"] = f"Bearer {callers[who]}"
    if chance != 4:
        headers["Ecopy-Purpose"] = why
    if chance != 5 and case.path.startswith("/api/v1/uploads"):
        headers["Tus-Resumable"] = "1.0.0"
    case.headers = headers


def _with_real_names(case: Case, house: Peopled, data: st.DataObject) -> None:
    """Mostly ids of what is there, in the address and in the body."""

    def named(name: str, made_up: Any) -> Any:
        found = house.names.get(name, ())
        if not found or data.draw(st.integers(0, 4), label="real") == 1:
            return made_up
        return data.draw(st.sampled_from(found))

    if case.path_parameters:
        case.path_parameters = {
            name: named("type" if "document-types" in case.path else name, value)
            for name, value in case.path_parameters.items()
        }
    if isinstance(case.body, dict):
        case.body = {name: named(name, value) for name, value in case.body.items()}
    if case.query and "wait" in case.query:
        case.query = {**case.query, "wait": 0}  # nobody has that long


def _code(answer: Response) -> str | None:
    kind = answer.headers.get("content-type", [""])[0]
    return answer.json()["code"] if kind == "application/problem+json" and answer.content else None


def _answer(client: httpx.Client, case: Case) -> Response:
    try:
        return case.call(base_url=str(client.base_url).rstrip("/"))
    except ValueError:
        reject()  # no HTTP client sends this; the next example is tried
