"""Where the system has a keyring the kiosk's secrets are in it, and nowhere on the disk in the open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

KEPT = """
import sys
from pathlib import Path
from kiosk_agent.secrets import Secrets, SecretStore
store = SecretStore(Path(sys.argv[1]))
assert store.keep(Secrets({"kty": "OKP", "d": "bi-mat-cua-kiosk"}, bytes(range(32)))) == "keyring"
assert store.load("keyring").words == bytes(range(32))
assert SecretStore(Path(sys.argv[1]) / "other").keep(Secrets({"d": "x"}, bytes(32))) == "keyring"
assert store.load("keyring").device["d"] == "bi-mat-cua-kiosk", "each kiosk has its own"
"""
FOUND = """
import sys
from pathlib import Path
from kiosk_agent.secrets import SecretStore
store = SecretStore(Path(sys.argv[1]))
assert store.load("keyring").device["d"] == "bi-mat-cua-kiosk"
store.forget()
"""
LOST = """
import sys
from pathlib import Path
from kiosk_agent.secrets import SecretStore
from models.errors import KioskSecretsLost
try:
    SecretStore(Path(sys.argv[1])).load("keyring")
except KioskSecretsLost:
    sys.exit(7)
"""


def in_session(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a desktop session of its own whose keyring (of Secret Service) is unlocked."""
    unlock = 'printf mat-khau | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'
    words = [
        "dbus-run-session",
        "--",
        "sh",
        "-c",
        unlock,
        "sh",
        sys.executable,
        "-c",
        script,
        folder / "kiosk",
    ]
    env = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(folder),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_secrets_are_in_the_keyring_from_one_session_to_the_next(tmp_path: Path) -> None:
    first = in_session(tmp_path, KEPT)
    assert first.returncode == 0, first.stderr
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"bi-mat-cua-kiosk" not in path.read_bytes()
    assert not (tmp_path / "kiosk" / "secrets.json").exists()
    assert (again := in_session(tmp_path, FOUND)).returncode == 0, again.stderr
    assert (lost := in_session(tmp_path, LOST)).returncode == 7, lost.stderr
