"""What is too long, too large, too slow or no HTTP at all is refused with a code, and nothing of it is taken in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import repeat

import httpx
import pytest
from fastapi import APIRouter, Request

from models.access import CallerKind
from tests.web.raw import peer
from tests.web.support import Served, served
from web import limits, protocol

MIB = 1 << 20
ECHO, BULK = "/test/echo", "/api/v1/uploads/echo"
bodies: list[int] = []
"""How long the bodies were that reached a handler whole."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A home with little patience, and two addresses that take bodies."""
    router = APIRouter(tags=["test"])

    @router.post(ECHO)
    @router.post(BULK)
    async def echo(request: Request) -> int:
        body = await request.body()
        bodies.append(len(body))
        return len(body)

    @router.get("/api/v1/fault")
    def fault() -> None:
        raise ValueError("Nguyễn Văn A")  # stands for what nobody foresaw, with somebody's name in it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "REQUEST", limits.Patience(idle_s=0.4, grace_s=0.4, slowest=4096))
        patch.setattr(protocol, "REQUEST_S", 0.5)
        home = tmp_path_factory.mktemp("strict")
        with served(home, max_file_bytes=2 * MIB, max_connections=10) as found:
            found.api.include_router(router)
            yield found


@pytest.fixture(scope="module")
def system(strict: Served) -> Iterator[httpx.Client]:
    with strict.machine(CallerKind.SYSTEM, "tthc") as client:
        yield client


def test_a_body_said_to_be_too_large_is_refused_before_a_byte_of_it_is_sent(strict: Served) -> None:
    with peer(strict.url) as one:
        one.ask(f"POST {BULK}", f"Content-Length: {10 * 1024 * MIB}", "Accept-Language: en")
        answer = one.heard()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413 ")
    assert "connection: close" in head
    assert json.loads(body)["code"] == "BODY_TOO_LARGE"


def test_who_asks_first_whether_a_large_body_is_welcome_is_not_told_to_go_on(strict: Served) -> None:
    with peer(strict.url) as one:
        one.ask(f"POST {BULK}", f"Content-Length: {3 * MIB}", "Expect: 100-continue")
        assert one.status() == 413


def test_a_body_that_does_not_say_its_length_is_cut_off_where_it_grows_too_large(strict: Served) -> None:
    bodies.clear()
    with strict.client() as client:
        answer = client.post(BULK, content=repeat(b"x" * 65536, 48))
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert bodies == []


def test_a_stranger_is_not_listened_to_for_long(strict: Served, system: httpx.Client) -> None:
    bodies.clear()
    large = b"x" * 100_000
    with strict.client() as stranger:
        assert stranger.post(ECHO, content=large).json()["code"] == "NOT_AUTHENTICATED"
        assert stranger.post(ECHO, content=repeat(large, 1)).status_code == 401
    assert bodies == []
    assert system.post(ECHO, content=large).json() == len(large)


def test_a_body_shorter_than_said_never_reaches_what_it_was_for(strict: Served) -> None:
    bodies.clear()
    with peer(strict.url) as one:
        one.ask(f"POST {ECHO}", "Content-Length: 100", body=b"x" * 99)
        one.socket.shutdown(1)
        one.heard()
    with strict.client() as client:
        assert client.get("/health/live").status_code == 200
    assert bodies == []


def test_what_follows_a_body_is_no_part_of_it(strict: Served) -> None:
    bodies.clear()
    with peer(strict.url) as one:
        one.ask(f"POST {ECHO}", "Content-Length: 3", body=b"abcd and more\r\n\r\n")
        answer = one.heard()
    assert bodies == [3]
    assert "HTTP/1.1 400 " in answer
    assert "NOT_HTTP" in answer


def test_a_body_that_drips_is_given_up(strict: Served) -> None:
    with peer(strict.url) as one:
        one.ask(f"POST {ECHO}", "Content-Length: 60000")
        one.drip(repeat(b"x", 40), 0.1)
        answer = one.heard()
    assert answer.startswith("HTTP/1.1 408 ")
    assert "BODY_TOO_SLOW" in answer


def test_a_body_that_stops_is_given_up(strict: Served) -> None:
    with peer(strict.url) as one:
        one.ask(f"POST {ECHO}", "Content-Length: 60000", body=b"x")
        assert one.status() == 408


def test_who_never_finishes_asking_is_not_waited_for(strict: Served) -> None:
    with peer(strict.url) as one:
        one.say("GET /health/live HTTP/1.1\r\nHost: test\r\n")
        one.drip(repeat(b"X-A: b\r\n", 60), 0.05)
        assert one.heard() == ""


def test_who_says_nothing_is_not_waited_for(strict: Served) -> None:
    with peer(strict.url) as one:
        assert one.heard() == ""


def test_a_connection_too_many_is_told_to_come_back(strict: Served) -> None:
    connections = [peer(strict.url) for _ in range(11)]
    opened = [connection.__enter__() for connection in connections]
    answer = opened[-1].heard()
    for connection in connections:
        connection.__exit__(None, None, None)
    assert answer.startswith("HTTP/1.1 503 ")
    assert "TOO_BUSY" in answer
    assert "retry-after" in answer


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GET /health/live?" + "a" * 9000, (), 414),
        ("GET /health/live", tuple(f"X-{n}: 1" for n in range(120)), 431),
        ("GET /health/live", ("X-A: " + "a" * 20_000,), 431),
        ("GET /health/live", ("X-A: " + "a" * 60_000,), 431),
        ("POST /test/echo", ("Content-Length: 3", "Transfer-Encoding: chunked"), 400),
        ("POST /test/echo", ("Content-Length: 3", "Content-Length: 4"), 400),
        ("POST /test/echo", ("Content-Length: -1",), 400),
        ("POST /test/echo", ("Content-Length: 9" + "9" * 19,), 400),
        ("POST /test/echo", ("Transfer-Encoding: gzip",), 400),
        ("GET /health/li ve", (), 400),
        ("TRACE /health/live", (), 405),
        ("GET /health/live%00", (), 400),
        ("GET /health/../health/live", (), 400),
        ("GET /health/%2e%2e/live", (), 400),
        ("GET /api/v1/ecopies/..%5c..%5cetc", (), 400),
        ("GET /api/v1/ecopies/%ff%fe", (), 400),
        ("GET /health/live?a=%00", (), 400),
        ("GET http://other/health/nowhere", (), 404),
        ("GET //health/live", (), 404),
    ],
)
def test_what_can_not_be_meant_is_refused(
    strict: Served, line: str, headers: tuple[str, ...], status: int
) -> None:
    with peer(strict.url) as one:
        one.ask(line, "Connection: close", *headers)
        assert one.status() == status


def test_what_is_no_http_is_told_so_as_a_problem(strict: Served) -> None:
    with peer(strict.url) as one:
        one.say(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        head, _, body = one.heard().partition("\r\n\r\n")
    assert "x-content-type-options: nosniff" in head.lower()
    assert json.loads(body)["code"] == "NOT_HTTP"


@pytest.mark.parametrize("kind", ["application/json", "application/merge-patch+json"])
def test_text_that_no_database_takes_is_refused_wherever_it_is_cut(strict: Served, kind: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"a": "x\\u00'
        yield b'00y"}'

    with strict.client() as client:
        whole = client.post(ECHO, content=b'{"a": "\\u0000"}', headers={"Content-Type": kind})
        with strict.machine(CallerKind.SYSTEM, f"nul-{len(kind)}") as known:
            cut = known.post(ECHO, content=pieces(), headers={"Content-Type": kind})
    assert [whole.json()["code"], cut.json()["code"]] == ["FORBIDDEN_CHARACTERS"] * 2


def test_a_fault_nobody_foresaw_tells_its_number_and_nothing_else(strict: Served) -> None:
    with strict.client() as client:
        answer = client.get("/api/v1/fault", headers={"Request-Id": "nr-7"})
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert answer.headers["request-id"] == "nr-7"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Nguyễn" not in answer.text
