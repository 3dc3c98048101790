"""Webhooks go to public addresses, and to internal ones only where the settings name their network."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadSettings, HookAddressRefused
from pipeline.events.addresses import Gate, NoAddress
from pipeline.settings import load_settings

OPEN = Gate()
GOVERNMENT = Gate(networks=("10.20.0.0/16", "fd12:3456::/32"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.20.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "169.254.169.254", "100.100.100.200", "192.0.0.192", "198.18.0.1", "192.0.2.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2002:7f00:1::1", "2001:0:1::1",
        "64:ff9b::7f00:1", "64:ff9b::a14:1", "64:ff9b:1::a14:1", "fec0::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_closed(address: str) -> None:
    assert not OPEN.opens(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.191", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_what_is_public_is_open(address: str) -> None:
    assert OPEN.opens(ip_address(address))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_an_address_that_is_open_without_a_setting_is_global(address: IPv4Address | IPv6Address) -> None:
    assert not OPEN.opens(address) or address.is_global


def test_a_named_network_is_open_and_its_neighbours_stay_closed() -> None:
    assert GOVERNMENT.opens(ip_address("10.20.7.7"))
    assert GOVERNMENT.opens(ip_address("fd12:3456::7"))
    assert not GOVERNMENT.opens(ip_address("10.21.0.1"))
    assert not GOVERNMENT.opens(ip_address("::ffff:10.20.7.7")), "the same place by another name"


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.0", "fe80::1", "fd00:ec2::254", "224.0.0.1", "255.255.255.255"]
)
def test_no_setting_opens_metadata_services_neighbours_or_groups(address: str) -> None:
    everything = Gate(networks=("0.0.0.0/0", "::/0"))
    assert everything.opens(ip_address("127.0.0.1"))
    assert not everything.opens(ip_address(address))


def test_a_network_that_is_none_is_told_when_the_settings_are_read() -> None:
    with pytest.raises(BadSettings, match="ECOPY_HOOK_NETWORKS"):
        load_settings(hook_networks="10.0.0.0/8 nonsense")


@pytest.mark.parametrize(
    "url",
    [
        "http://tthc.vn/", "ftp://tthc.vn/", "file:///etc/passwd", "gopher://tthc.vn/", "//tthc.vn/", "tthc.vn", "",
        "https://", "https:///x", "https://an:mat-khau@tthc.vn/", "https://@tthc.vn/", "https://tthc.vn:22/",
        "https://tthc.vn:0/", "https://tthc.vn:99999/", "https://tthc.vn:x/", "https://tthc.vn\\@127.0.0.1/",
        "https://tthc.vn/\r\nHost: x", "https://tthc.vn/\t", "https://tthc.vn/a b", "https://tỉnh.vn/",
        "https://[fe80::1%25eth0]/", "https://[::1/", "https://-tthc.vn/", "https://tthc..vn/",
        "https://" + "a" * 64 + ".vn/", "https://" + "a." * 127 + "vn/",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(HookAddressRefused):
        OPEN.endpoint(url)


def test_an_address_is_taken_apart_as_a_request_needs_it() -> None:
    found = OPEN.endpoint("https://TTHC.tinh.gov.vn:8443/a/b?c=d#e")
    assert (found.host, found.port, found.target) == ("tthc.tinh.gov.vn", 8443, "/a/b?c=d")
    assert found.authority == "tthc.tinh.gov.vn:8443"
    literal = OPEN.endpoint("https://[2001:4860:4860::8888]/")
    assert (literal.authority, literal.target) == ("[2001:4860:4860::8888]", "/")


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(HookAddressRefused):
        OPEN.resolve(OPEN.endpoint(f"https://{host}/"))


def test_a_name_with_one_closed_address_among_open_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _answers("8.8.8.8", "10.0.0.7"))
    with pytest.raises(HookAddressRefused):
        OPEN.resolve(OPEN.endpoint("https://tthc.vn/"))


def test_a_name_without_an_address_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(NoAddress):
        OPEN.resolve(OPEN.endpoint("https://tthc.vn/"))


def _answers(*addresses: str):  # type: ignore[no-untyped-def]
    def found(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return found
