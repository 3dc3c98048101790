"""A real PKCS#11 token in software (SoftHSM), in a temporary folder of its own, once a test process."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"
LABEL = "ecopy tests"


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ecopy-token-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")  # read when the module is loaded
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN],
        check=True,
        capture_output=True,
    )
    (folder / "pin").write_text(f"{PIN}\n")
    return folder


def new_key(label: str) -> str:
    """Make an AES key in the token; its PKCS#11 URI, as the settings take it."""
    import pkcs11
    from pkcs11.exceptions import UserAlreadyLoggedIn

    folder = _folder()
    token = pkcs11.lib(str(MODULE)).get_token(token_label=LABEL)
    try:
        session = token.open(rw=True, user_pin=PIN)
    except UserAlreadyLoggedIn:
        session = token.open(rw=True)
    with session:
        session.generate_key(pkcs11.KeyType.AES, 256, label=label, store=True)
    return f"pkcs11:token={LABEL.replace(' ', '%20')};object={label}?module-path={MODULE}&pin-source=file:{folder / 'pin'}"
