"""A server that is killed in the middle loses nothing that it had said it has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from models.access import CallerKind
from models.wire.receipts import ReceiptKeys, check_receipt
from storage.access.clients import add_client
from storage.access.tokens import issue_token
from tests.pipeline.support import application, sample_card
from tests.servers.oidc_provider import free_port
from tests.soundness import abandoned, orphans, trail_break
from tests.web.uploads.support import PIECE, TUS, UPLOADS, said, sha256

PATIENCE_S = 60


@dataclass
class Running:
    """`ecopy serve` in a process of its own."""

    http: httpx.Client
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(home: Path, token: str) -> Iterator[Running]:
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve", "--home", str(home), "--listen", address],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    headers = {"Authorization": f"Bearer {token}", "Ecopy-Purpose": "intake:counter"}
    with httpx.Client(base_url=f"http://{address}", headers=headers, timeout=30) as http:
        found = Running(http, process)
        try:
            _until(lambda: _ready(http))
            yield found
        finally:
            if process.poll() is None:
                found.kill()


def _ready(http: httpx.Client) -> bool:
    try:
        return http.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def _until(true: object) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


@pytest.mark.slow
def test_uploads_and_work_go_on_where_a_killed_server_left_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with application(home) as app, app.register.transaction(actor="test", purpose="t") as tx:
        device = add_client(tx, CallerKind.DEVICE, "kiosk", name="kiosk", agency=app.hands.agency.identifier)
        token = issue_token(tx, "access", device, lifetime=timedelta(hours=1), proof="assertion")
    content = sample_card(tmp_path).read_bytes()
    half = len(content) // 2
    with running(home, token) as first:
        begun = first.http.post(UPLOADS, headers=said(content, filename="the.jpg", sha256=sha256(content)))
        address = begun.headers["location"]
        sent = first.http.patch(address, headers={**PIECE, "Upload-Offset": "0"}, content=content[:half])
        assert sent.status_code == 204
        first.kill()
    with running(home, token) as second:
        assert second.http.head(address, headers=TUS).headers["upload-offset"] == str(half)
        done = second.http.patch(
            address, headers={**PIECE, "Upload-Offset": str(half)}, content=content[half:]
        )
        assert done.status_code == 204
        second.kill()  # the worker has just begun
    with running(home, token) as third:
        keys = ReceiptKeys.model_validate(third.http.get("/api/v1/keys").json())
        check_receipt(done.headers["ecopy-receipt"], keys, sha256=sha256(content))
        assert third.http.get(address).json()["receipt"] == done.headers["ecopy-receipt"]
        _until(lambda: third.http.get(address).json()["document_state"] == "in_review")
    with application(home) as app:
        assert app.register.object_kinds()["original"] == 1
        assert (abandoned(app.engine), orphans(app.engine, app.store)) == ((), ())
        assert trail_break(app.engine) is None
