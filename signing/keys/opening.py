"""Credentials from what the settings say of them: a file, a token, or a remote service.

`pkcs12:/path?password-source=/path`
`pkcs11:token=…;object=…?module-path=/path&pin-source=/path&chain-file=/path&sessions=4` (RFC 7512)
`csc:https://host/csc/v2?credential=…&token-source=/path&pin-source=/path&mode=async&patience=180`
A person's key, with `act=dossier` added to the line, signs only when the person acts.
"""

from __future__ import annotations

import re
import ssl
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from models.errors import BadSettings, KeyModuleUnusable
from signing.keys.credential import Credential

Opening = Callable[[], Credential]
"""Opens the credential each time it is called. Raises SigningFault and its kinds, BadSettings."""

_MODULE_PATH = re.compile(r"[?&]module-path=(?:file:)?([^&\s]+)")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def needs_act(spec: str, setting: str) -> bool:
    """Whether the key signs only when its holder acts, `act=dossier`: once for all captures of a dossier.

    Raises BadSettings, naming `setting`.
    """
    said = Said(spec, setting)
    wanted = said.option("act")
    if wanted not in (None, "dossier"):
        raise said.wrong("act=dossier is expected, or nothing")
    return wanted is not None


def credential_at(spec: str, setting: str, *, personal: bool = False) -> Opening:
    """How to open the credential of `spec`, a person's where the line may say `act`; nothing is opened yet, and no library
    loaded.

    Raises BadSettings, naming `setting`, for words that can't be right.
    """
    said = Said(spec, setting)
    if personal:
        said.option("act")
    known = {"pkcs12": _pkcs12, "pkcs11": _pkcs11, "csc": _csc}
    if said.scheme not in known:
        raise said.wrong("pkcs12:/path?…, pkcs11:token=…?… or csc:https://…?… is expected")
    return known[said.scheme](said)


def open_shared_modules(master_keys: str, signing_keys: str) -> None:
    """Load the PKCS#11 libraries that both kinds of keys are behind, so that they don't hinder each other.

    Whoever opens such a library first decides for the whole process whether threads may call it side by side (see
    `signing.keys.modules`). One that can't be loaded is told by whoever needs it.
    """
    for module in _modules_in(master_keys) & _modules_in(signing_keys):
        from signing.keys.modules import module_at

        with suppress(KeyModuleUnusable):
            module_at(module)


def _modules_in(specs: str) -> set[Path]:
    return {Path(unquote(found)) for found in _MODULE_PATH.findall(specs)}


class Said:
    """A line of the settings in its parts; every option is asked for once, and one that nobody asks for is an error."""

    def __init__(self, spec: str, setting: str) -> None:
        self.setting = setting
        self.scheme, _, rest = spec.partition(":")
        self.body, _, query = rest.partition("?")
        self._options: dict[str, str] = {}
        for part in filter(None, query.split("&")):
            name, _, value = part.partition("=")
            self._options[unquote(name)] = unquote(value)
        if {"pin-value", "password", "token-value"} & self._options.keys():
            raise self.wrong("secrets belong in files (pin-source, password-source, token-source)")

    def wrong(self, reason: str) -> BadSettings:
        return BadSettings(reason=f"{self.setting}: {reason}")

    def option(self, name: str) -> str | None:
        return self._options.pop(name, None) or None

    def needed(self, name: str) -> str:
        value = self.option(name)
        if value is None:
            raise self.wrong(f"{name} is missing")
        return value

    def file(self, name: str) -> Path | None:
        value = self.option(name)
        if value is None:
            return None
        path = Path(value.removeprefix("file:"))
        if not path.is_absolute():
            raise self.wrong(f"{name} is no absolute path")
        return path

    def needed_file(self, name: str) -> Path:
        path = self.file(name)
        if path is None:
            raise self.wrong(f"{name} is missing")
        return path

    def number(self, name: str, default: int) -> int:
        value = self.option(name) or str(default)
        if not value.isdecimal() or not 0 < int(value) <= 86_400:
            raise self.wrong(f"{name} is no number above 0")
        return int(value)

    def done(self) -> None:
        if self._options:
            raise self.wrong(f"unknown: {', '.join(sorted(self._options))}")


def _pkcs12(said: Said) -> Opening:
    path, password_file = Path(unquote(said.body)), said.needed_file("password-source")
    said.done()
    if not path.is_absolute():
        raise said.wrong("pkcs12: wants an absolute path")

    def opened() -> Credential:
        from signing.keys.memory import credential_from_pkcs12

        try:
            password = password_file.read_text(encoding="utf-8").rstrip("\r\n")
            return credential_from_pkcs12(path, password)
        except (OSError, UnicodeDecodeError) as fault:
            raise said.wrong(f"{getattr(fault, 'filename', None) or password_file}: {_why(fault)}") from fault

    return opened


def _pkcs11(said: Said) -> Opening:
    attributes = dict(part.partition("=")[::2] for part in said.body.split(";") if part)
    unknown = attributes.keys() - {"token", "object", "id", "serial", "type"}
    if unknown:
        raise said.wrong(f"unknown: {', '.join(sorted(unknown))}")
    if not attributes.get("token") or not (attributes.get("object") or attributes.get("id")):
        raise said.wrong("the PKCS#11 URI lacks token, or both object and id")
    module, pin_file = said.needed_file("module-path"), said.file("pin-source")
    chain_file, sessions = said.file("chain-file"), said.number("sessions", 4)
    said.done()

    def opened() -> Credential:
        from signing.keys.pkcs11 import TokenPlace, credential_from_token

        return credential_from_token(
            TokenPlace(
                module=module,
                token=unquote(attributes["token"]),
                label=unquote(attributes["object"]) if "object" in attributes else None,
                id=unquote_to_bytes(attributes["id"]) if "id" in attributes else None,
                serial=unquote(attributes["serial"]) if "serial" in attributes else None,
                pin_file=pin_file,
                chain_file=chain_file,
                sessions=sessions,
            )
        )

    return opened


def _csc(said: Said) -> Opening:
    url = _address(said, unquote(said.body))
    credential, mode = said.needed("credential"), said.option("mode") or "sync"
    version = said.option("version") or next((v for v in "12" if f"/csc/v{v}" in url), "")
    pin_file, otp_file, ca_file = said.file("pin-source"), said.file("otp-source"), said.file("ca-file")
    patience, timeout = said.number("patience", 180), said.number("timeout", 20)
    token_file, token_url = said.file("token-source"), said.option("token-url")
    if version not in ("1", "2") or mode not in ("sync", "async") or (mode == "async" and version == "1"):
        raise said.wrong("version is 1 or 2 (or the address ends in /csc/v1 or /csc/v2); mode=async needs 2")
    if (token_file is None) == (token_url is None):
        raise said.wrong("either token-source or token-url is wanted")
    if token_url is not None:
        token_url = _address(said, token_url)
        client_id, secret_file = said.needed("client-id"), said.needed_file("client-secret-source")
        scope = said.option("scope") or "service"
    said.done()

    def opened() -> Credential:
        from signing.keys.csc import CscKey, CscPlace, credential_from_service
        from signing.keys.csc_service import (
            AccessTokens,
            ClientCredentials,
            CscService,
            TokenFile,
            http_client,
        )

        try:
            client = http_client(timeout, ca_file)
        except (OSError, ssl.SSLError) as fault:
            raise said.wrong(f"ca-file: {_why(fault)}") from fault
        tokens: AccessTokens
        if token_file is not None:
            tokens = TokenFile(token_file)
        else:
            assert token_url is not None
            tokens = ClientCredentials(token_url, client_id, secret_file, client, scope)
        place = CscPlace(credential, int(version), mode == "async", pin_file, otp_file, patience)
        key = CscKey(CscService(url, client, tokens), place)
        weakref.finalize(key, client.close)
        return credential_from_service(key)

    return opened


def _address(said: Said, text: str) -> str:
    """An https address without anything secret in it; http on this machine alone."""
    try:
        parts = urlsplit(text)
        fits = parts.hostname and not parts.username and not parts.fragment
        fits = fits and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    except ValueError:
        fits = False
    if not fits:
        raise said.wrong("a service has an https:// address, without a user's name in it")
    return text


def _why(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or str(fault)
