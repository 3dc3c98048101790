"""bench api: how fast the API answers over a large register, how fast files leave it, whether it keeps its memory.

    python -m bench.api                              # 1,000,000 e-copies, 100,000 requests: an hour with loading
    python -m bench.api --size 20000 --requests 5000 --seconds 30   # a try

The server and the load are two processes; the register is the one that `bench.storage` fills, and is continued. What the
load's own process spends is not counted, but on a machine with few cores it takes from the server.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from bench.api_load import WORK, number_of
from bench.figures import Figure, report
from bench.storage import _engine
from bench.storage_rows import BATCH, NEW_HOLDERS, grow

MIB = 1 << 20
SIZE, REQUESTS, SECONDS = 1_000_000, 100_000, 120.0
USERS, THINK_S = 50, 5.0
CONNECTIONS = 8
ASKED_AFTER = 20_000
"""Holders whose papers are looked up, all over the register."""
SMALL, LARGE = 400_000, 32 * MIB
"""Bytes of the e-copies that are fetched: a usual one of a page, and one of a thick file."""
UPLOADS, UPLOAD_BYTES, PIECE = 50, 2 * MIB, 512 * 1024
LOOK_UP_MS, STATUS_MS, SHARE, GROWTH_MIB = 50.0, 30.0, 0.7, 32.0
QUICK = {"ECOPY_REQUESTS_PER_MINUTE": "10000000", "ECOPY_STRANGER_REQUESTS_PER_MINUTE": "10000000"}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "ecopy-bench-storage")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server goes with whoever started it
    with ExitStack() as stack:
        engine = stack.enter_context(_engine(options.database, options.folder))
        grow(engine, options.size, lambda done: print(f"\r{done:,} of {options.size:,}", end="", flush=True))
        url = engine.url.render_as_string(hide_password=False)
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecopy-bench-api-")))
        environment = {"ECOPY_HOME": str(home), "ECOPY_DATABASE_URL": url, "ECOPY_WORKERS": "1", **QUICK}
        job = _prepared(environment, home, options.size)
        server = stack.enter_context(_serving(environment, home))
        job["url"] = server.url
        figures = {
            **_thinking(job, options.seconds),
            **_fetching(job),
            **_hurrying(job, server, options.requests),
            **_uploading(job),
        }
    return report(f"api-{options.database}-{options.size}", figures)


# ── what is there ────────────────────────────────────────────────────────────────────────────────────


def _prepared(environment: dict[str, str], home: Path, size: int) -> dict[str, Any]:
    """People who are signed in, a dossier of each, and two e-copies with files behind them."""
    from models.people import Person, Role
    from pipeline.application import open_application
    from pipeline.cases import casework
    from pipeline.cases.procedures import import_procedures
    from pipeline.settings import load_settings
    from storage.access.accounts import open_account
    from storage.access.tokens import issue_token

    os.environ.update(environment)
    asked_after = min(ASKED_AFTER, size // BATCH * NEW_HOLDERS)
    run = f"{int(time.time())}"
    with open_application(load_settings()) as app:
        _number_holders(app, asked_after, size // BATCH * NEW_HOLDERS)
        import_procedures(app, Path(__file__).parents[1] / "samples" / "procedures.yaml")
        users = []
        for number in range(USERS):
            person = Person(
                id=f"bench-{run}-{number}", name=f"Bench {number}", role=Role.OFFICER, agency=app.hands.agency
            )
            with app.register.transaction(actor="bench", purpose="maintenance:bench") as tx:
                open_account(tx, person)
                lifetime = timedelta(hours=12)
                token = issue_token(tx, "session", person.id, lifetime=lifetime, proof="password+totp")
            code = f"BENCH-{run}-{number:02}"
            casework.open_dossier(app, code, "2.000815", by=person)
            users.append({"token": token, "purpose": f"dossier:{code}"})
        addresses = {
            name: (
                _ecopy(app, home, at, bytes_, users[0]["purpose"].partition(":")[2]),
                f"/bench/plain/{name}",
            )
            for at, (name, bytes_) in enumerate((("small", SMALL), ("large", LARGE)))
        }
    return {
        "users": users,
        "addresses": addresses,
        "asked_after": asked_after,
        "documents": size,
        "think_s": THINK_S,
    }


def _number_holders(app: Any, asked_after: int, holders: int) -> None:
    """Give holders all over the register a number of the form that a counter takes; the generated ones are none."""
    from bench.storage_rows import identifier
    from storage import schema as t

    rows = [
        {
            "kind": "personal_id",
            "value": number_of(number),
            "holder_id": identifier("H", number * holders // asked_after),
            "document_id": None,
            "added_at": "2026-01-01T08:00:00+07:00",
        }
        for number in range(asked_after)
    ]
    with app.register.transaction(actor="bench", purpose="maintenance:bench") as tx:
        table = t.holder_identifiers
        mine = sa.and_(table.c.kind == "personal_id", table.c.value.between("0010", "0011"))
        tx.connection.execute(sa.delete(table).where(mine))
        tx.connection.execute(sa.insert(table), rows)


def _ecopy(app: Any, home: Path, at: int, size: int, dossier: str) -> str:
    """Give one of the generated e-copies a file of `size` bytes, and a place in the dossier; its address."""
    from bench.storage_rows import identifier
    from storage import schema as t
    from storage.vault import Vault

    content = random.Random(at).randbytes(size)
    plain = home / "plain"
    plain.mkdir(exist_ok=True)
    (plain / ("small", "large")[at]).write_bytes(content)
    stored = app.vault.write("ecopy", io.BytesIO(content))
    ecopy, document = identifier("E", at), identifier("D", at)
    with app.register.transaction(actor="bench", purpose="maintenance:bench") as tx:
        Vault.adopt(tx.connection, stored)
        revisions, documents = t.ecopy_revisions, t.documents
        tx.connection.execute(
            sa.update(revisions)
            .where(revisions.c.ecopy_id == ecopy)
            .values(object_key=stored.key, sha256=stored.sha256, size=size)
        )
        tx.connection.execute(
            sa.update(documents).where(documents.c.id == document).values(dossier_code=dossier)
        )
        tx.connection.execute(sa.update(t.ecopies).where(t.ecopies.c.id == ecopy).values(state="issued"))
    return f"/api/v1/ecopies/{ecopy}"


class _Server:
    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid

    def memory(self) -> int:
        """Bytes of its own that are in memory."""
        rows = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(row for row in rows if row.startswith("VmRSS")).split()[1]) * 1024


@contextmanager
def _serving(environment: dict[str, str], home: Path) -> Iterator[_Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = (home / "server.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.api_server"],
        env={**os.environ, **environment, "ECOPY_LISTEN": f"127.0.0.1:{port}"},
        stdout=log,
        stderr=log,
    )
    try:
        _wait(process, url, home / "server.log")
        yield _Server(url, process.pid)
    except RuntimeError:
        print((home / "server.log").read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(log.read_text()[-2000:])
        try:
            urllib.request.urlopen(f"{url}/health/ready", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server is not ready after two minutes")


def _load(kind: str, job: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One job of the load generator, in its own process."""
    assert kind in WORK
    done = subprocess.run(
        [sys.executable, "-m", "bench.api_load"],
        input=json.dumps({**job, "kind": kind, **more}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# ── what is measured ─────────────────────────────────────────────────────────────────────────────────


def _thinking(job: dict[str, Any], seconds: float) -> dict[str, Figure]:
    _load("thinking", job, seconds=min(10.0, seconds))  # warms caches up as the morning does
    found = _load("thinking", job, seconds=seconds)
    _check(found["statuses"], {"200"})
    figures = {}
    for kind, target in (("look_up", LOOK_UP_MS), ("status", STATUS_MS)):
        p50, p95, p99 = (float(value) for value in np.percentile(found["times"][kind], [50, 95, 99]))
        figures[f"{kind}_p95"] = Figure(
            round(p95, 1), "ms", target, p95 <= target, (round(p50, 1), round(p99, 1))
        )
    return figures


def _fetching(job: dict[str, Any]) -> dict[str, Figure]:
    figures = {}
    for name, addresses in job["addresses"].items():
        for connections in (1, 8):
            rounds = {"small": 60, "large": 6}[name] // (1 if connections == 1 else 3)
            found = _load("fetching", job, addresses=addresses, connections=connections, rounds=rounds)
            ours, plain = (found["bytes_per_s"][path] for path in addresses)
            share = ours / plain
            which = f"{name}_x{connections}"
            figures[f"ecopy_{which}"] = Figure(round(ours / MIB, 1), "MiB/s", None, None)
            figures[f"plain_{which}"] = Figure(round(plain / MIB, 1), "MiB/s", None, None)
            figures[f"share_{which}"] = Figure(round(share, 3), f"≥ {SHARE}", None, share >= SHARE)
    return figures


def _hurrying(job: dict[str, Any], server: _Server, requests: int) -> dict[str, Figure]:
    """Memory after the first tenth, when everything has been touched once, and at the end."""
    more = {"connections": CONNECTIONS}
    first = _load("hurrying", job, requests=requests // 10, **more)
    before = server.memory()
    rest = _load("hurrying", job, requests=requests - requests // 10, **more)
    grown = (server.memory() - before) / MIB
    for found in (first, rest):
        _check(found["statuses"], {"200"})
    return {
        "requests_per_s": Figure(round(rest["per_s"], 1), "1/s", None, None),
        "memory": Figure(round(before / MIB), "MiB", None, None),
        f"memory_grown_{requests}": Figure(round(grown, 1), "MiB", GROWTH_MIB, grown <= GROWTH_MIB),
    }


def _uploading(job: dict[str, Any]) -> dict[str, Figure]:
    found = _load("uploading", job, uploads=UPLOADS, size=UPLOAD_BYTES, piece=PIECE)
    kept = found["ended"].pop("receipt", 0)
    for how, count in found["ended"].items():
        print(f"{count} uploads: {how}", file=sys.stderr)
    return {
        "uploads_failed": Figure(UPLOADS - kept, f"of {UPLOADS}", 0, kept == UPLOADS),
        "upload_speed": Figure(round(found["bytes_per_s"] / MIB, 1), "MiB/s", None, None),
    }


def _check(statuses: dict[str, int], expected: set[str]) -> None:
    wrong = {status: count for status, count in statuses.items() if status not in expected}
    if wrong:
        raise RuntimeError(f"answers that were not expected: {wrong}")


if __name__ == "__main__":
    sys.exit(main())
