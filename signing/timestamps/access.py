"""How we are let in by a time-stamping authority: a user's name and password, a client certificate, or both.

`https://host[:port]?user=…&password-source=/path`
`https://host[:port]?certificate=/path.pem&key-source=/path.pem&key-password-source=/path&ca-file=/path.pem`
"""

from __future__ import annotations

import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from signing.asking import NoAnswer
from signing.keys.opening import LOOPBACK, Said
from signing.keys.pins import PinFile, secret_in

SETTING = "ECOPY_TSA_ACCESS"
PORTS = {"http": 80, "https": 443}
UNAUTHORIZED = 401

Mark = tuple[int, int, int]


@dataclass(frozen=True)
class TsaAccess:
    """What lets us in, all of it in files that are read when an authority is asked. Safe to share between threads."""

    user: str | None = None
    password: PinFile | None = field(default=None, repr=False)
    certificate: Path | None = None
    """PEM: the client's certificate, those above it, and the key unless it is in a file of its own."""
    key: Path | None = None
    key_password: Path | None = None
    ca_file: Path | None = None
    """PEM: further roots that the authority's server is trusted by."""
    _context: list[tuple[tuple[Mark, ...], ssl.SSLContext]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    @contextmanager
    def headers(self) -> Iterator[dict[str, str]]:
        """What a request says about us (RFC 7617), while it is made.

        A password that the request's NoAnswer says is refused is not sent again, so that no account gets locked. Raises
        PinRefused when it was refused before, or there is none.
        """
        if self.password is None:
            yield {}
            return
        with self.password.read() as secret:
            pair = f"{self.user}:".encode() + secret
            try:
                yield {"Authorization": f"Basic {b64encode(pair).decode()}"}
            except NoAnswer as fault:
                if fault.status == UNAUTHORIZED:
                    self.password.refused(secret)
                raise
            self.password.taken()

    def context(self) -> ssl.SSLContext | None:
        """For the connection; read anew when a file changed, None where the usual one will do.

        Raises OSError; ssl.SSLError or ValueError for files that are not what they should be.
        """
        files = [
            one for one in (self.certificate, self.key, self.key_password, self.ca_file) if one is not None
        ]
        if not files:
            return None
        with self._lock:
            marks = tuple(_mark(one) for one in files)
            if not self._context or self._context[0][0] != marks:
                self._context[:] = [(marks, self._loaded())]
            return self._context[0][1]

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.ca_file is not None:
            context.load_verify_locations(self.ca_file)
        if self.certificate is not None:
            password = secret_in(self.key_password) if self.key_password is not None else ""
            # never asks at the terminal: a locked key without its password is an error
            context.load_cert_chain(self.certificate, self.key, lambda: password)
        return context


def accesses(spec: str | None) -> dict[str, TsaAccess]:
    """What `ECOPY_TSA_ACCESS` says, by `origin`. Raises BadSettings."""
    found: dict[str, TsaAccess] = {}
    for entry in (spec or "").split():
        said = Said(entry, SETTING)
        at = _place(said)
        if at in found:
            raise said.wrong(f"{at} is there twice")
        found[at] = _access(said, at)
    return found


def origin(url: str) -> str:
    """Scheme, host and port of an address, by which it is known who is asked."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{parts.port or PORTS.get(parts.scheme, 0)}"


def _place(said: Said) -> str:
    """https alone: a password would be there for all to read. http is for this machine."""
    try:
        parts = urlsplit(f"{said.scheme}:{said.body}")
        fits = parts.hostname and parts.username is None and parts.path in ("", "/") and not parts.fragment
        fits = fits and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
        at = origin(parts.geturl())
    except ValueError:
        fits, at = False, ""
    if not fits:
        raise said.wrong("https://host or https://host:port is expected before the question mark")
    return at


def _access(said: Said, at: str) -> TsaAccess:
    user, password_file = said.option("user"), said.file("password-source")
    certificate, key = said.file("certificate"), said.file("key-source")
    key_password, ca_file = said.file("key-password-source"), said.file("ca-file")
    said.done()
    if (user is None) != (password_file is None):
        raise said.wrong("user and password-source belong together")
    if user is not None and (":" in user or not user.isprintable()):
        raise said.wrong("a user's name has no colon (RFC 7617)")
    if certificate is None and (key is not None or key_password is not None):
        raise said.wrong("key-source and key-password-source want a certificate")
    if certificate is not None and at.startswith("http:"):
        raise said.wrong("a certificate wants https")
    if user is None and certificate is None and ca_file is None:
        raise said.wrong("user, certificate or ca-file is missing")
    password = None
    if password_file is not None:
        password = PinFile(password_file, unquote(at), f"tsa {at} {user}")
    return TsaAccess(user, password, certificate, key, key_password, ca_file)


def _mark(path: Path) -> Mark:
    about = path.stat()
    return about.st_ino, about.st_mtime_ns, about.st_size
