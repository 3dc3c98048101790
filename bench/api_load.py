"""The load of `bench.api`, from a process of its own: users who think, users who don't, and many uploads at once.

A job comes as JSON on the standard input, its figures leave as JSON on the standard output. The client is a few lines over
a socket, so that what is measured is the server.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit


def number_of(asked: int) -> str:
    """The personal number of one of the holders who are asked after, of the form that a counter takes."""
    return f"0010{asked % 100:02}{asked // 100:06}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    """From the first byte sent to the last one received."""


class Wire:
    """One connection that is kept open, and opened again when the server has closed it."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port or 80
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        said = {"Host": f"{self._host}:{self._port}", "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        head = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode()
        for again in (True, False):
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection(
                    self._host, self._port, limit=1 << 20
                )
            started = time.perf_counter()
            try:
                self._writer.write(head + body)
                await self._writer.drain()
                return await self._answer(started, method)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()  # it was idle for too long
                if not again:
                    raise
        raise AssertionError("unreachable")

    async def _answer(self, started: float, method: str) -> Answer:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        status = int(head[0].split()[1])
        empty = method == "HEAD" or status in (204, 304)
        body = await self._reader.readexactly(0 if empty else int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body, time.perf_counter() - started)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def thinking(job: dict[str, Any]) -> dict[str, Any]:
    """Users who look up, see a status, and think in between; milliseconds by kind of request."""
    times: dict[str, list[float]] = {"look_up": [], "status": []}
    statuses: Counter[int] = Counter()
    ends = time.monotonic() + job["seconds"]

    async def user(at: int) -> None:
        wire, rng, who = Wire(job["url"]), random.Random(at), job["users"][at]
        await asyncio.sleep(rng.uniform(0, job["think_s"]))
        while time.monotonic() < ends:
            for kind in ("look_up", "status"):
                answer = await wire.ask(*request(kind, who, job, rng))
                statuses[answer.status] += 1
                times[kind].append(answer.seconds * 1000)
                await asyncio.sleep(rng.expovariate(1 / job["think_s"]))
        wire.close()

    await asyncio.gather(*(user(at) for at in range(len(job["users"]))))
    return {"times": times, "statuses": statuses}


async def hurrying(job: dict[str, Any]) -> dict[str, Any]:
    """So many requests as fast as they are answered; how many a second, and how they ended."""
    statuses: Counter[int] = Counter()
    left = iter(range(job["requests"]))
    started = time.perf_counter()

    async def user(at: int) -> None:
        wire, rng, who = Wire(job["url"]), random.Random(at), job["users"][at]
        for number in left:
            kind = ("status", "status", "look_up", "standing")[number % 4]
            answer = await wire.ask(*request(kind, who, job, rng))
            statuses[answer.status] += 1
        wire.close()

    await asyncio.gather(*(user(at) for at in range(job["connections"])))
    return {"statuses": statuses, "per_s": job["requests"] / (time.perf_counter() - started)}


async def fetching(job: dict[str, Any]) -> dict[str, Any]:
    """Files by turns from each of the addresses; bytes a second of each, with so many connections at once."""
    headers = said(job["users"][0])
    spent = dict.fromkeys(job["addresses"], 0.0)
    sizes = dict.fromkeys(job["addresses"], 0)

    async def one(path: str) -> int:
        wire = Wire(job["url"])
        answer = await wire.ask("GET", path, headers)
        wire.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
        return len(answer.body)

    for turn in range(job["rounds"] + 1):
        for path in job["addresses"]:
            started = time.perf_counter()
            found = await asyncio.gather(*(one(path) for _ in range(job["connections"])))
            if turn:  # the first round warms up
                spent[path] += time.perf_counter() - started
                sizes[path] += sum(found)
    return {"bytes_per_s": {path: sizes[path] / spent[path] for path in job["addresses"]}}


async def uploading(job: dict[str, Any]) -> dict[str, Any]:
    """Files that all come at once, in pieces; how each ended."""
    statuses: Counter[str] = Counter()

    async def one(at: int) -> None:
        content = random.Random(at).randbytes(job["size"] - 2)
        wire, who = Wire(job["url"]), {**said(job["users"][at % len(job["users"])]), "Tus-Resumable": "1.0.0"}
        who["Ecopy-Purpose"] = "intake:counter"
        pairs = {"filename": f"{at}.jpg", "presented_as": "ban_chinh", "sha256": sha256(content).hexdigest()}
        words = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items()
        )
        begun = await wire.ask(
            "POST", "/api/v1/uploads", {**who, "Upload-Length": str(len(content)), "Upload-Metadata": words}
        )
        place, offset = begun.headers.get("location", ""), 0
        answer = begun
        while place and offset < len(content):
            piece = content[offset : offset + job["piece"]]
            headers = {**who, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = await wire.ask("PATCH", place, headers, piece)
            if answer.status != 204:
                break
            offset = int(answer.headers["upload-offset"])
        kept = "ecopy-receipt" in answer.headers
        statuses["receipt" if kept else f"{answer.status} {answer.body[:120]!r}"] += 1
        wire.close()

    started = time.perf_counter()
    await asyncio.gather(*(one(at) for at in range(job["uploads"])))
    seconds = time.perf_counter() - started
    return {"ended": statuses, "bytes_per_s": job["uploads"] * job["size"] / seconds}


def request(kind: str, who: dict[str, str], job: dict[str, Any], rng: random.Random) -> Any:
    """Method, path, headers and body of one request."""
    if kind == "look_up":
        body = json.dumps({"number": number_of(rng.randrange(job["asked_after"]))}).encode()
        return "POST", "/api/v1/reuse/look-ups", {**said(who), "Content-Type": "application/json"}, body
    number = f"{rng.randrange(job['documents']):024}"
    if kind == "standing":
        return "GET", f"/api/v1/ecopies/0E{number}/status", {}
    return "GET", f"/api/v1/documents/0D{number}", said(who)


def said(who: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {who['token']}", "Ecopy-Purpose": who["purpose"]}


WORK = {"thinking": thinking, "hurrying": hurrying, "fetching": fetching, "uploading": uploading}


def main() -> None:
    job = json.load(sys.stdin)
    json.dump(asyncio.run(WORK[job["kind"]](job)), sys.stdout)


if __name__ == "__main__":
    main()
