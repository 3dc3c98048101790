"""A real S3 server from a package (SeaweedFS): started once a test process, killed at its end."""

from __future__ import annotations

import atexit
import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx

ACCESS_KEY = "ecopy-tests"
SECRET_KEY = "not-a-secret-of-anybody"
_START_S = 60


@dataclass(frozen=True)
class Server:
    """Where the server listens and what opens it."""

    ports: tuple[int, ...]
    folder: Path
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """host:port"""
        return f"127.0.0.1:{self.ports[3]}"

    @property
    def secret_file(self) -> Path:
        return self.folder / "secret"

    def url(self, bucket: str, **options: str) -> str:
        """The URL of a store in `bucket`, as the settings take it; the bucket is made by `prepare`."""
        given = {
            "access-key": ACCESS_KEY,
            "secret-key-file": str(self.secret_file),
            "create": "yes",
            **options,
        }
        query = "&".join(f"{name}={value}" for name, value in given.items())
        return f"s3+http://{self.endpoint}/{bucket}?{query}"

    def start(self) -> None:
        """Returns once a first object can be written."""
        with (self.folder / "weed.log").open("ab") as log:
            process = subprocess.Popen(
                self._command(),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder), "WEED_S3_SSE_KEK": self._sse_key()},
                start_new_session=True,
            )
        self._running.append(process)
        _wait(self, process, self.folder / "weed.log")

    def crash(self) -> None:
        """At once, as by a power cut; an orderly end takes half a minute."""
        while self._running:
            process = self._running.pop()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _command(self) -> list[str]:
        ports = self.ports
        return [
            *("setpriv", "--pdeathsig", "KILL", "--"),  # a test process that is killed takes the server along
            str(Path(sys.executable).parent / "weed"),
            "-logtostderr=true",
            "server",
            f"-dir={self.folder / 'data'}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-master.port={ports[0]}",
            f"-master.port.grpc={ports[0] + 10000}",
            f"-volume.port={ports[1]}",
            f"-volume.port.grpc={ports[1] + 10000}",
            f"-filer.port={ports[2]}",
            f"-filer.port.grpc={ports[2] + 10000}",
            "-s3",
            f"-s3.port={ports[3]}",
            f"-s3.port.grpc={ports[3] + 10000}",
            f"-s3.config={self.folder / 's3.json'}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=2000",
        ]

    def _sse_key(self) -> str:
        path = self.folder / "sse.key"
        if not path.exists():
            path.write_text(secrets.token_hex(32))
        return path.read_text()


@cache
def server() -> Server:
    """The server of this test process."""
    return own_server()


def own_server() -> Server:
    """One more, of the caller's own."""
    folder = Path(tempfile.mkdtemp(prefix="ecopy-seaweed-"))
    (folder / "s3.json").write_text(
        json.dumps(
            {
                "identities": [
                    {
                        "name": "tests",
                        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
                        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                    }
                ]
            }
        )
    )
    # Every test has a bucket of its own; with seven volumes each, as is the custom, a run would use them up.
    (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")
    secret = folder / "secret"
    secret.write_text(SECRET_KEY)
    secret.chmod(0o600)
    (folder / "data").mkdir()
    made = Server(tuple(_free_ports(6)), folder)

    def _end() -> None:
        made.crash()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(_end)
    made.start()
    return made


def new_bucket() -> str:
    """A name that no other test has."""
    return f"t{secrets.token_hex(8)}"


def _wait(found: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a first object can be written: the port opens some seconds before that."""
    from minio import Minio

    client = Minio(found.endpoint, ACCESS_KEY, SECRET_KEY, secure=False, region="us-east-1")
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            httpx.get(f"http://{found.endpoint}/healthz", timeout=2)
            if not client.bucket_exists("warm-up"):
                client.make_bucket("warm-up")
            client.put_object("warm-up", "first", io.BytesIO(b"x"), 1)
        except Exception:  # noqa: BLE001 - whatever a server says that is not up yet
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"weed did not start: {log.read_text(errors='replace')[-2000:]}")


def _free_ports(count: int) -> list[int]:
    """Ports that are free, and free again 10000 higher, where the server wants its second ones."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port > 55000 or port in found:
                continue
            try:
                other.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
            found.append(port)
    return found
