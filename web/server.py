"""The HTTP server: uvicorn with the limits that a slow or lying peer runs into."""

from __future__ import annotations

import warnings

import uvicorn
from fastapi import FastAPI

from models.errors import BadSettings
from pipeline.observing.listening import Watched, telling
from pipeline.settings import Settings
from web.app import create_app
from web.limits import ADDRESS_BYTES, HEADER_BYTES
from web.protocol import PatientProtocol

KEEP_ALIVE_S = 15
STOP_TIMEOUT_S = 30
HTTP_EVENT_BYTES = ADDRESS_BYTES + 2 * HEADER_BYTES
"""What the parser takes of a request's head before it gives up; the exact limits answer before that."""


def serve(settings: Settings) -> None:
    """Serve until told to stop; requests under way are finished first. Raises BadSettings."""
    host, port = address(settings)
    # RFC 9864 calls it Ed25519; the older name is what clients still write.
    warnings.filterwarnings("ignore", message="EdDSA is deprecated")
    watched = Watched()
    with telling(settings, watched):
        uvicorn.Server(configuration(create_app(settings, watched=watched), settings, host, port)).run()


def configuration(api: FastAPI, settings: Settings, host: str, port: int) -> uvicorn.Config:
    """How `api` is served at `host`:`port`."""
    return uvicorn.Config(
        api,
        host=host,
        port=port,
        http=PatientProtocol,
        ws="none",
        h11_max_incomplete_event_size=HTTP_EVENT_BYTES,
        limit_concurrency=settings.max_connections,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies.split() or None,
        server_header=False,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        log_config=None,
    )


def address(settings: Settings) -> tuple[str, int]:
    """Host and port of `ECOPY_LISTEN`. Raises BadSettings."""
    host, _, port = settings.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BadSettings(reason=f"ECOPY_LISTEN: {settings.listen}")
    return host.strip("[]"), int(port)
