"""A real OpenID provider (npm `oidc-provider`), on a port that is known before it starts."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("oidc")
SECRET = "the provider's secret for tests"
CLIENT_ID = "ecopy"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def oidc_provider(port: int, *redirect_uris: str) -> Iterator[str]:
    """The provider's issuer while it runs."""
    subprocess.run([str(ROOT / "scripts" / "install-node-packages"), "oidc"], check=True, timeout=300)
    node = ROOT / ".venv" / "bin" / "node"
    with subprocess.Popen(
        [str(node), "server.mjs", str(port), *redirect_uris],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if line.strip() == "listening":
                    break
            else:
                raise RuntimeError("".join(said))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
