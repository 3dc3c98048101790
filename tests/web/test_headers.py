"""Whatever the API answers, a browser neither runs nor frames nor keeps it; a user's file is never a page."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import Response

from pipeline.settings import load_settings
from tests.web.raw import peer
from tests.web.support import Served
from web.headers import ALWAYS, HeadersMiddleware

PAGE = b"<script>alert(document.domain)</script>"


def handed_out(kind: str, disposition: str | None = None, **settings: object) -> httpx.Response:
    """What somebody uploaded, as an application answers it that believes what they said of it."""
    api = FastAPI()
    headers = {"Content-Disposition": disposition} if disposition else {}

    @api.get("/api/v1/file")
    def file() -> Response:
        return Response(PAGE, media_type=kind, headers=headers)

    api.add_middleware(HeadersMiddleware, settings=load_settings(**settings))

    async def asked() -> httpx.Response:
        way = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=way, base_url="http://test") as client:
            return await client.get("/api/v1/file")

    return asyncio.run(asked())


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/api/v1/openapi.json"])
def test_every_answer_carries_them(house: Served, path: str) -> None:
    with house.client() as client:
        found = client.get(path).headers
    assert {name: found[name] for name in ALWAYS} == ALWAYS
    assert "default-src 'none'" in found["content-security-policy"]
    assert found["cache-control"] == "no-store"
    assert "server" not in found
    assert "strict-transport-security" not in found, "over http it means nothing"


def test_even_what_was_no_request_is_answered_with_them(house: Served) -> None:
    with peer(house.url) as one:
        one.say("HELO\r\n\r\n")
        answer = one.heard().lower()
    assert all(f"{name}: {value}".lower() in answer for name, value in ALWAYS.items())


def test_behind_https_browsers_are_told_to_stay_there() -> None:
    found = handed_out("text/plain", public_url="https://ecopy.example")
    assert found.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    "kind",
    ["text/html", "TEXT/HTML; charset=utf-8", "image/svg+xml", "application/xhtml+xml", "text/javascript"],
)
def test_a_file_that_claims_to_be_a_page_leaves_as_plain_bytes(kind: str) -> None:
    found = handed_out(kind)
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"] == "attachment"
    assert found.content == PAGE


def test_files_are_saved_and_not_shown_whatever_the_handler_says() -> None:
    found = handed_out("application/pdf", 'inline; filename="a.pdf"')
    assert found.headers["content-disposition"] == 'attachment; filename="a.pdf"'
    assert found.headers["content-type"] == "application/pdf"
