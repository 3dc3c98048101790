"""What is well at a kiosk and what is not, for whoever installs two hundred of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx

from kiosk_agent.agent import now
from kiosk_agent.asking import state_of
from kiosk_agent.home import Belonging, Home
from kiosk_agent.scanners.chosen import the_scanner
from kiosk_agent.settings import KioskSettings
from models.base import Value
from models.errors import EcopyError, KioskNotEnrolled
from web.client.connection import ssl_context, unreachable

CLOCK_S = 60
"""A signed statement lives for two minutes; a clock that is further off than half of it will be refused one day."""
GIB = 1 << 30


class Finding(Value):
    """One thing that was looked at."""

    what: str
    mood: Literal["well", "warn", "stop"]
    vi: str
    en: str


def look_at(settings: KioskSettings) -> Iterator[Finding]:
    """Everything that has to be in order, one after the other; each comes as soon as it is known."""
    home = Home(settings, now)
    try:
        belonging = home.belonging
    except KioskNotEnrolled as fault:
        yield _fault("enrolment", fault)
    else:
        yield _well(
            "enrolment",
            f"Đã ghi danh: {belonging.client}, {belonging.url}",
            f"Enrolled: {belonging.client}, {belonging.url}",
        )
        yield _tried(
            "secrets",
            home.secrets,
            f"Khóa bí mật ở: {belonging.secrets}",
            f"Secrets are in: {belonging.secrets}",
        )
        yield from _server(settings, belonging)
        yield from _orders(home)
        yield from _spool(settings)
    yield from _scanner(settings)


def _server(settings: KioskSettings, belonging: Belonging) -> Iterator[Finding]:
    ca_file = None if settings.ca_file is None else str(settings.ca_file)
    try:
        answer = httpx.get(f"{belonging.url}/api/v1/keys", timeout=10, verify=ssl_context(ca_file))
    except httpx.TransportError as fault:
        yield _fault("server", unreachable(belonging.url, fault))
        return
    yield _well(
        "server", f"Máy chủ trả lời ({answer.status_code})", f"The server answers ({answer.status_code})"
    )
    said = answer.headers.get("date")
    if said is None:
        return
    seconds = round((now() - parsedate_to_datetime(said)).total_seconds())
    well = abs(seconds) <= CLOCK_S
    yield Finding(
        what="clock",
        mood="well" if well else "stop",
        vi=f"Đồng hồ lệch {seconds} giây" + ("" if well else " – chỉnh lại giờ, bật đồng bộ qua mạng"),
        en=f"The clock is {seconds} s off" + ("" if well else " – set it, best by network"),
    )


def _orders(home: Home) -> Iterator[Finding]:
    try:
        orders = home.orders()
    except EcopyError as fault:
        yield _fault("orders", fault)
        return
    names = ", ".join(one.name for one in orders.profiles)
    old = orders.are_old(now())
    yield Finding(
        what="orders",
        mood="warn" if old else "well",
        vi=f"Hồ sơ quét: {names}" + (" – đã cũ, nối mạng để lấy mới" if old else ""),
        en=f"Profiles: {names}" + (" – old, connect to fetch new ones" if old else ""),
    )


def _spool(settings: KioskSettings) -> Iterator[Finding]:
    try:
        spool = state_of(settings)["spool"]
    except EcopyError as fault:
        yield _fault("spool", fault)
        return
    waits = spool["closed"] + spool["open"]
    yield Finding(
        what="spool",
        mood="warn" if waits else "well",
        vi=f"{waits} giấy tờ, {spool['pages']} trang đang giữ"
        + (f", lâu nhất từ {spool['oldest']}" if waits else ""),
        en=f"{waits} papers, {spool['pages']} pages are held"
        + (f", the oldest since {spool['oldest']}" if waits else ""),
    )
    free = spool["free"]
    low = free < 2 * (settings.keep_free_mib << 20)
    yield Finding(
        what="disk",
        mood="stop" if low else "well",
        vi=f"Đĩa còn trống {free / GIB:.1f} GiB" + (" – sắp đầy, kiosk sẽ ngừng nhận trang" if low else ""),
        en=f"{free / GIB:.1f} GiB of the disk are free"
        + (" – the kiosk will soon take no more pages" if low else ""),
    )


def _scanner(settings: KioskSettings) -> Iterator[Finding]:
    try:
        facts = the_scanner(settings.scanner).facts
    except EcopyError as fault:
        yield _fault("scanner", fault)
        return
    name = facts.device.model or facts.address
    can = ", ".join([*facts.feeds, *(["duplex"] if facts.duplex else [])])
    yield _well("scanner", f"Máy quét: {name} ({can})", f"Scanner: {name} ({can})")


def _tried(what: str, work: Callable[[], object], vi: str, en: str) -> Finding:
    try:
        work()
    except EcopyError as fault:
        return _fault(what, fault)
    return _well(what, vi, en)


def _well(what: str, vi: str, en: str) -> Finding:
    return Finding(what=what, mood="well", vi=vi, en=en)


def _fault(what: str, fault: EcopyError) -> Finding:
    vi, en = fault.report("vi"), fault.report("en")
    return Finding(
        what=what,
        mood="stop",
        vi=f"{vi.message} → {vi.remedy} [{fault.code}]",
        en=f"{en.message} → {en.remedy} [{fault.code}]",
    )
