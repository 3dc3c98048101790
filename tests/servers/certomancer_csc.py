"""Certomancer's CSC server (1.0.4), a foreign implementation, with keys and certificates of the development PKI."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from certomancer.registry import CertomancerConfig
from csc_dummy.csc_dummy_server import CSCWithCertomancer

CONFIGURATION = """
keysets:
  development:
    path-prefix: private
    keys:
      root: {{path: root.key.pem}}
      intermediate: {{path: intermediate.key.pem}}
      {person}: {{path: {person}.key.pem}}
pki-architectures:
  development:
    keyset: development
    entities:
      root: {{common-name: root}}
      intermediate: {{common-name: intermediate}}
      {person}: {{common-name: {person}}}
    certs:
      root: {{subject: root, issuer: root, certificate-file: root.pem, validity: {validity}}}
      intermediate:
        {{subject: intermediate, issuer: root, certificate-file: certificates/intermediate.pem, validity: {validity}}}
      {person}:
        {{subject: {person}, issuer: intermediate, certificate-file: certificates/{person}.pem, validity: {validity}}}
"""
_VALIDITY = '{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}'


@contextmanager
def served(pki_folder: Path, person: str) -> Iterator[tuple[str, str]]:
    """Its address and the identifier of the person's credential."""
    (pki_folder / "certomancer.yml").write_text(CONFIGURATION.format(person=person, validity=_VALIDITY))
    config = CertomancerConfig.from_file(str(pki_folder / "certomancer.yml"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its way of keeping things in aiohttp has become old-fashioned
        service = CSCWithCertomancer(config)
    service.register_routes()
    loop, ready, port = asyncio.new_event_loop(), threading.Event(), []

    async def begin() -> web.AppRunner:
        runner = web.AppRunner(service.app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port.append(runner.addresses[0][1])
        return runner

    def run() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{port[0]}/csc/v1", f"development/{person}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
