"""The log of a kiosk that nobody looks at for months."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler

from kiosk_agent.settings import KioskSettings

LOG_BYTES, LOGS = 2 << 20, 5


@contextmanager
def logging_of(settings: KioskSettings) -> Iterator[None]:
    """What happens goes to `kiosk.log` in the home; a few files of bounded size, no word of a paper in them."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        settings.home / "kiosk.log", maxBytes=LOG_BYTES, backupCount=LOGS, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
