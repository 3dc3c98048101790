"""`ecopy serve`: the web application, until it is told to stop."""

from __future__ import annotations

import logging
from pathlib import Path

from cli.console import Console
from cli.init import warn_development


def run(console: Console, *, home: Path | None, listen: str | None) -> int:
    from web.server import address, serve

    settings = console.settings(home=home, listen=listen)
    host, port = address(settings)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.basicConfig(
        filename=settings.home / "ecopy.log",
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        level=logging.INFO,
    )
    if settings.trust == "development":
        warn_development(console)
    console.say(
        f"Đang phục vụ ở http://{host}:{port} (mô tả API: /api/v1/openapi.json). Ctrl+C để dừng.",
        f"Serving at http://{host}:{port} (the API's description: /api/v1/openapi.json). Ctrl+C stops it.",
    )
    serve(settings)
    return 0
