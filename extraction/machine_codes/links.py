"""Addresses in codes: which host one leads to, and whether it tries to look like another. Nothing is ever fetched."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_ADDRESS = re.compile(
    r"(?i)\b([a-z][a-z0-9+.-]{1,15})://[^\s|<>\"]+|\b(?:javascript|data|file|vbscript):[^\s|]+"
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
STATE = ".gov.vn"
"""Second-level domain of Vietnam's state bodies (Circular 24/2015/TT-BTTTT)."""


@dataclass(frozen=True)
class Link:
    """The first address in a code's text."""

    host: str | None
    """Lower case, ASCII; None where there is none that could be called."""
    suspicious: bool
    """Not plain https to a host under .gov.vn: a person must look before anyone follows it."""


def find(text: str) -> Link | None:
    """The first address in the text; None where there is none. Nothing in it makes this fail."""
    match = _ADDRESS.search(text)
    if match is None:
        return None
    try:
        parts = urlsplit(match[0])
        host, port, user = parts.hostname, parts.port, parts.username
    except ValueError:  # an impossible port, a bracket left open
        return Link(None, suspicious=True)
    if not host or not _is_name(host):
        return Link(_shown(host), suspicious=True)
    official = host.endswith(STATE) and parts.scheme == "https" and port in (None, 443) and user is None
    return Link(host, suspicious=not official or "xn--" in host)


def _is_name(host: str) -> bool:
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))


def _shown(host: str | None) -> str | None:
    """A host that is no plain name as it would be called: a number, or letters of another alphabet in ASCII."""
    if not host:
        return None
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return host.encode("idna").decode("ascii")[:253]
    except UnicodeError:
        return None
