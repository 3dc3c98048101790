"""`ecopy serve`: the web application, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console
from cli.init import warn_development


def run(console: Console, *, home: Path | None, listen: str | None) -> int:
    from pipeline.observing.logs import logging_of
    from web.server import address, serve

    settings = console.settings(home=home, listen=listen)
    host, port = address(settings)
    with logging_of(settings, service=True) as console.logged:
        if settings.trust == "development":
            warn_development(console)
        console.say(
            f"Đang phục vụ ở http://{host}:{port} (mô tả API: /api/v1/openapi.json). Ctrl+C để dừng.",
            f"Serving at http://{host}:{port} (the API's description: /api/v1/openapi.json). Ctrl+C stops it.",
        )
        serve(settings)
    return 0
