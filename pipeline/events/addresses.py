"""Where webhooks may go: a name is resolved once, judged, and only what was judged is connected to (SSRF).

Whoever sets a webhook could otherwise make this installation talk to its own network. Public addresses are open; internal
ones only where the settings name their network; this machine, its neighbours on the link and the metadata services of
clouds never, unless the settings name exactly the loopback.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from models.errors import HookAddressRefused
from pipeline.settings import Settings

Address = IPv4Address | IPv6Address

_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.ASCII,
)
_TRIED = 3
"""Addresses of one name that are tried, one after another."""

_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, with the metadata services of most clouds
        "100.100.100.200/32",  # metadata of Alibaba Cloud
        "192.0.0.192/32",  # metadata of Oracle Cloud
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fe80::/10",
        "fd00:ec2::/32",  # metadata of AWS
        "ff00::/8",
    )
)
_CARRIES_IPV4 = tuple(
    IPv6Network(text)
    for text in ("::ffff:0:0/96", "::/96", "2002::/16", "2001::/32", "64:ff9b:1::/48", "fec0::/10")
)
"""Forms of IPv6 that reach an IPv4 address by another name, or a site's own network: refused whatever is in them."""
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Endpoint:
    """An address on the web, taken apart."""

    tls: bool
    host: str
    port: int
    target: str
    """Path and query, as the request line has them."""

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


class NoAddress(Exception):
    """The name does not resolve now."""


@dataclass(frozen=True)
class Gate:
    """What an installation's settings open."""

    networks: tuple[str, ...] = ()
    plain_http: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Gate:
        return cls(tuple(settings.hook_networks.split()), settings.hook_http)

    def endpoint(self, url: str) -> Endpoint:
        """The parts of `url`. Raises HookAddressRefused for what is no plain web address of a form that is taken."""
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise HookAddressRefused
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise HookAddressRefused from None
        host = (parts.hostname or "").rstrip(".")
        tls = parts.scheme == "https"
        if not tls and not (parts.scheme == "http" and self.plain_http):
            raise HookAddressRefused
        if parts.username is not None or parts.password is not None or "@" in parts.netloc:
            raise HookAddressRefused
        if not _NAME.fullmatch(host) and not _is_address(host):
            raise HookAddressRefused
        port = port if port is not None else (443 if tls else 80)
        if port not in (80, 443) and port < 1024:  # the ports of other services of a machine
            raise HookAddressRefused
        query = f"?{parts.query}" if parts.query else ""
        return Endpoint(tls, host, port, f"{parts.path or '/'}{query}")

    def resolve(self, endpoint: Endpoint) -> Sequence[Address]:
        """The addresses of a host, all of them open. Raises HookAddressRefused where one is not, NoAddress for none."""
        try:
            found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NoAddress from None
        addresses = list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
        if not addresses:
            raise NoAddress
        # A name with one open address among closed ones is nobody's honest name.
        if not all(self.opens(address) for address in addresses):
            raise HookAddressRefused
        return addresses[:_TRIED]

    def opens(self, address: Address) -> bool:
        """Whether messages may go to `address`."""
        if isinstance(address, IPv6Address):
            if address in _NAT64:
                return self.opens(IPv4Address(int(address) & 0xFFFFFFFF))
            if address != IPv6Address("::1") and _in(address, _CARRIES_IPV4):
                return False
        if _in(address, _NEVER):
            return False
        if _in(address, (ip_network(text) for text in self.networks)):
            return True
        return address.is_global and not address.is_reserved


def _in(address: Address, networks: Iterable[object]) -> bool:
    return any(address in network for network in networks)  # type: ignore[operator]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
