"""Master keys from what the settings say of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from models.errors import BadSettings
from models.ports import KeyWrapper
from storage.keys.command import CommandKey
from storage.keys.file import FileKey
from storage.keys.ring import KeyRing


def ring_from(newest: str | None, older: str | None) -> KeyRing:
    """The ring of `ECOPY_MASTER_KEY` and `ECOPY_OLD_MASTER_KEYS`. Raises BadSettings, MasterKeyUnusable."""
    return KeyRing(
        wrapper_from(newest, "ECOPY_MASTER_KEY") if newest else None,
        [wrapper_from(one, "ECOPY_OLD_MASTER_KEYS") for one in (older or "").split()],
    )


def wrapper_from(spec: str, setting: str = "ECOPY_MASTER_KEY") -> KeyWrapper:
    """The master key that `spec` names; a token or command is not asked before it is needed.

    `file:/path`, `command:/program?name=…&timeout=…`, or a PKCS#11 URI (RFC 7512) with `token`, `object`,
    `module-path` and `pin-source`. Raises BadSettings, naming `setting`; MasterKeyUnusable.
    """
    parts = urlsplit(spec)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "file" and parts.path.startswith("/"):
        return FileKey(Path(unquote(parts.path)))
    if parts.scheme == "command" and parts.path.startswith("/") and options.get("name"):
        timeout = options.get("timeout", "20")
        if not timeout.isdecimal() or int(timeout) == 0:
            raise BadSettings(reason=f"{setting}: timeout is a number of seconds")
        return CommandKey(Path(unquote(parts.path)), options["name"], timeout_s=int(timeout))
    if parts.scheme == "pkcs11":
        return _token_key(parts.path, options, setting)
    raise BadSettings(
        reason=f"{setting}: file:/path, command:/program?name=… or pkcs11:token=…;object=… is expected"
    )


def _token_key(path: str, options: dict[str, str], setting: str) -> KeyWrapper:
    from storage.keys.token import TokenKey

    attributes = dict(part.partition("=")[::2] for part in path.split(";") if part)
    missing = [
        name for name, there in (("token", attributes), ("object", attributes), ("module-path", options))
        if not there.get(name)
    ]  # fmt: skip
    if missing:
        raise BadSettings(reason=f"{setting}: the PKCS#11 URI lacks {', '.join(missing)}")
    if "pin-value" in options:
        raise BadSettings(reason=f"{setting}: the PIN belongs in a file (pin-source), not in the URI")
    pin = options.get("pin-source", "").removeprefix("file:")
    return TokenKey(
        Path(options["module-path"]),
        unquote(attributes["token"]),
        unquote(attributes["object"]),
        Path(pin) if pin else None,
    )
