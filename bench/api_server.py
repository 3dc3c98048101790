"""The server that `bench.api` asks: the application as it is, and one more address that streams a plain file.

The plain stream knows who asks and puts it on record as every other does, and does nothing else: what an e-copy's own way
(looked up, decided, opened, decrypted, checked) costs beyond it is what the bench tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from models.access import Action
from pipeline.settings import load_settings
from web.app import create_app
from web.guard import AtTheDoor
from web.server import address, configuration

CHUNK = 1 << 18

router = APIRouter(tags=["bench"])


@router.get("/bench/plain/{name}")
def plain(door: AtTheDoor, name: str) -> StreamingResponse:
    person = door.admit(Action.FIND_REUSE)
    path = door.office.settings.home / "plain" / name
    with door.office.register.transaction(actor=person.id, purpose=str(door.purpose)) as tx:
        tx.audit("look", "plain", what="plain")
    return StreamingResponse(_pieces(path), headers={"Content-Length": str(path.stat().st_size)})


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def main() -> None:
    settings = load_settings()
    api = create_app(settings)
    api.include_router(router)
    host, port = address(settings)
    uvicorn.Server(configuration(api, settings, host, port)).run()


if __name__ == "__main__":
    main()
