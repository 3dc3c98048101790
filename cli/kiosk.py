"""`ecopy kiosk`: the agent at the counter, from the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console

if TYPE_CHECKING:
    from kiosk_agent.agent import Agent
    from kiosk_agent.settings import KioskSettings
    from kiosk_agent.spool.spool import KeptPage, KeptScan

SEND_S = 0.2


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    from kiosk_agent.logs import logging_of
    from kiosk_agent.settings import load_kiosk_settings

    named = {name: options.pop(name) for name in ("listen", "scanner") if name in options}
    settings = load_kiosk_settings(home=home, language=console.language, **named)
    console.language = settings.language
    with logging_of(settings):
        return _ACTIONS[action](console, settings, **options)


def _enroll(console: Console, settings: KioskSettings, *, url: str, code: str, again: bool) -> int:
    from kiosk_agent.agent import VERSION, now
    from kiosk_agent.home import Home
    from kiosk_agent.line import Line, enrol

    home = Home(settings, now)
    belonging = enrol(home, url, code, version=VERSION, again=again)
    line = Line(home)
    try:
        orders = line.fetch_orders()
    finally:
        line.close()
    if console.json:
        console.machine(
            {"client": belonging.client, "agency": belonging.agency.identifier, "url": belonging.url}
        )
    else:
        names = ", ".join(one.name for one in orders.profiles) if orders is not None else "–"
        console.out.print(
            console.pick(
                f"Máy này là {belonging.client} của {belonging.agency.name}. Hồ sơ quét: {names}.\n"
                "Mở trang quầy bằng: ecopy kiosk run",
                f"This computer is {belonging.client} of {belonging.agency.name}. Profiles: {names}.\n"
                "Open the counter's page with: ecopy kiosk run",
            ),
            highlight=False,
        )
    return 0


def _run(console: Console, settings: KioskSettings) -> int:
    from kiosk_agent.agent import Agent
    from kiosk_agent.page.serving import serve

    with Agent(settings) as agent:
        console.say(
            f"Trang quầy: http://{settings.listen}/ – Ctrl+C để dừng; giấy tờ đã quét vẫn được giữ.",
            f"The counter's page: http://{settings.listen}/ – Ctrl+C stops it; what was scanned is kept.",
        )
        serve(agent)
    return 0


def _scan(
    console: Console,
    settings: KioskSettings,
    *,
    dossier: str,
    presented_as: Any,
    component: str | None,
    profile: str | None,
    counted: int | None,
    person: str | None,
    wait: float,
) -> int:
    from kiosk_agent.agent import Agent
    from kiosk_agent.counter.desk import Desk
    from kiosk_agent.scanners.chosen import Patient, the_scanner
    from models.errors import EcopyError

    with Agent(settings) as agent:
        desk = Desk(agent)
        if person is not None:
            desk.stand_in(person)
        desk.take(dossier)
        chosen = agent.home.profile(profile)
        scanner = Patient(the_scanner(settings.scanner), wait)
        scan = desk.begin(presented_as, component=component)
        desk.note(scan, chosen, scanner.facts, counted)
        try:
            count = agent.scan(scan, scanner, chosen, told=lambda page: _tell_page(console, page))
        except EcopyError:
            if not agent.spool.pages_of(scan):
                agent.spool.abandon(scan)
            raise
        agent.finish(scan)
        console.say(f"Đã giữ {count} trang, đang gửi…", f"{count} pages are kept; sending…")
        return _send_all(console, agent, scan)


def _tell_page(console: Console, page: KeptPage) -> None:
    if console.json:
        console.machine({"page": page.place, "sha256": page.sha256, "bytes": page.size})
    else:
        console.out.print(
            f"{page.place:>4}  {page.size / 1024:8.0f} KiB  {page.sha256[:16]}", highlight=False
        )
    sys.stdout.flush()


def _send_all(console: Console, agent: Agent, wanted: str | None) -> int:
    """Wait until everything, or `wanted`, is at the server, or can't go now."""
    from kiosk_agent.words import ScanWords

    def kept(may_go: bool) -> list[KeptScan]:
        return [
            scan
            for scan in agent.spool.scans("closed")
            if wanted in (None, scan.id) and ScanWords.model_validate(scan.words).may_go is may_go
        ]

    tried = {scan.id: scan.tries for scan in kept(may_go=True) if scan.id != wanted}
    while True:
        left = kept(may_go=True)
        if not left:
            break
        progress = agent.sender.progress
        refused = (scan.error for scan in left if scan.tries > tried.get(scan.id, 0))
        told = progress.error if progress.course == "waiting" else next(refused, None)
        if told is not None and progress.course != "sending":
            console.say(
                f"{len(left)} giấy tờ chưa gửi được ({told.code}); vẫn được giữ và sẽ gửi lại. {told.vi.message} {told.vi.remedy}",
                f"{len(left)} papers could not be sent ({told.code}); they are kept and will be sent again. {told.en.message} {told.en.remedy}",
            )
            return 1
        time.sleep(SEND_S)
    for scan in agent.spool.scans("done"):
        if wanted in (None, scan.id) and console.json:
            console.machine({"scan": scan.id, "receipt": scan.receipt})
    if held := len(kept(may_go=False)):
        console.say(
            f"{held} giấy tờ chưa gửi: hồ sơ chỉ có mã tạm, hãy nhập mã thật ở trang của máy quét.",
            f"{held} papers are not sent: their dossier has a provisional code only; give the real one on the kiosk's page.",
        )
        return 0
    console.say("Đã gửi, có biên nhận của máy chủ.", "Sent; the server gave its receipt.")
    return 0


def _status(console: Console, settings: KioskSettings) -> int:
    from kiosk_agent.asking import state_of

    state = state_of(settings)
    if console.json:
        console.machine(state)
        return 0
    line, spool = state["line"], state["spool"]
    vi, en = {
        "idle": ("đã nối, không còn gì chờ", "connected, nothing waits"),
        "sending": ("đang gửi", "sending"),
        "waiting": ("chờ mạng", "waits for the line"),
    }[line["course"]]
    rows = (
        (("Máy", "Kiosk"), state["client"]),
        (("Cơ quan", "Agency"), state["agency"]),
        (("Máy chủ", "Server"), state["url"]),
        (("Đường truyền", "Line"), console.pick(vi, en)),
        (("Chờ gửi", "To be sent"), str(spool["closed"])),
        (("Đang quét dở", "Open"), str(spool["open"])),
        (("Trang đang giữ", "Pages held"), f"{spool['pages']} ({spool['bytes'] / (1 << 20):.1f} MiB)"),
        (("Lâu nhất từ", "Oldest since"), spool["oldest"] or "–"),
        (("Đĩa còn trống", "Free disk"), f"{spool['free'] / (1 << 30):.1f} GiB"),
    )
    for names, value in rows:
        console.out.print(f"{console.pick(*names):<16} {value}", highlight=False)
    return 0


def _spool(console: Console, settings: KioskSettings, *, send: bool) -> int:
    from kiosk_agent.asking import state_of

    if send:
        from kiosk_agent.agent import Agent

        with Agent(settings) as agent:
            return _send_all(console, agent, None)
    state = state_of(settings)
    for scan in state["scans"]:
        if console.json:
            console.machine(scan)
        else:
            words = f"{scan['id']}  {scan['state']:<6}  {scan['dossier']:<24} {len(scan['pages']):>4}  {scan['at']}"
            error = f"  {scan['error']['code']}" if scan["error"] else ""
            console.out.print(words + error, highlight=False, soft_wrap=True)
    if not state["scans"] and not console.json:
        console.say("Không còn giấy tờ nào ở máy này.", "No paper is held here.")
    return 0


def _profiles(console: Console, settings: KioskSettings) -> int:
    from kiosk_agent.agent import now
    from kiosk_agent.home import Home
    from kiosk_agent.line import Line
    from models.errors import RemoteFault

    home = Home(settings, now)
    line = Line(home)
    try:
        line.fetch_orders()
    except RemoteFault as fault:
        console.say(
            f"Không lấy được hồ sơ quét mới ({fault.code}).", f"No new profiles could be had ({fault.code})."
        )
    finally:
        line.close()
    for one in home.orders().profiles:
        if console.json:
            console.machine(one.model_dump(mode="json"))
        else:
            order = one.order
            title = console.pick(one.title_vi, one.title_en)
            console.out.print(
                f"{one.name:<14} {title:<36} {order.dpi} dpi, {order.colour}, {order.feed}, {order.sides}",
                highlight=False,
            )
    return 0


def _doctor(console: Console, settings: KioskSettings) -> int:
    from kiosk_agent.doctor import look_at

    worst = 0
    for finding in look_at(settings):
        if console.json:
            console.machine(finding.model_dump(mode="json"))
        else:
            mark = {"well": "✓", "warn": "!", "stop": "✗"}[finding.mood]
            console.out.print(
                f"{mark} {console.pick(finding.vi, finding.en)}", highlight=False, soft_wrap=True
            )
        worst = max(worst, ("well", "warn", "stop").index(finding.mood))
    return 1 if worst == 2 else 0


_ACTIONS: dict[str, Callable[..., int]] = {
    "enroll": _enroll,
    "run": _run,
    "scan": _scan,
    "status": _status,
    "spool": _spool,
    "profiles": _profiles,
    "doctor": _doctor,
}
