"""How the kiosk is, asked by another program of the same computer: of the one that runs, or of its folder where none does."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import httpx

from kiosk_agent.settings import KioskSettings


def state_of(settings: KioskSettings) -> dict[str, Any]:
    """As `kiosk_agent.page.shown.Shown` has it. Raises KioskNotEnrolled, KioskSecretsLost, SpoolBusy where a program has the
    spool that does not answer, SpoolBroken."""
    with suppress(
        httpx.TransportError, ValueError
    ):  # nobody is there, or somebody else: then the folder tells
        answer = httpx.get(f"http://{settings.listen}/api/state", timeout=5, trust_env=False)
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            if found.get("home") == str(settings.home.resolve()):
                return found
    return _of_the_folder(settings)


def _of_the_folder(settings: KioskSettings) -> dict[str, Any]:
    from kiosk_agent.agent import Agent
    from kiosk_agent.page.counter_page import CounterPage
    from kiosk_agent.page.shown import shown

    agent = Agent(settings)
    try:
        return shown(CounterPage(agent)).model_dump(mode="json")
    finally:
        agent.close()
