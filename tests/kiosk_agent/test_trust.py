"""A kiosk speaks to the server that it knows: another certificate is refused before anything is said."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from kiosk_agent.agent import VERSION, Agent, now
from kiosk_agent.doctor import look_at
from kiosk_agent.home import Home
from kiosk_agent.line import enrol
from kiosk_agent.settings import load_kiosk_settings
from models.errors import ServerNotTrusted
from tests.kiosk_agent.counters import joined
from tests.web.receiver import receiver
from tests.web.support import Served


def certified(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate of its own for 127.0.0.1, and what a server needs to show it."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    words = (
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    subprocess.run(words, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def test_a_server_with_another_certificate_hears_nothing(house: Served, tmp_path: Path) -> None:
    own, _ = certified(tmp_path, "own")
    _, strange = certified(tmp_path, "strange")
    settings = joined(house, tmp_path / "kiosk").model_copy(update={"ca_file": own})
    home = Home(settings, now)
    with receiver(tls=strange) as there:
        url = there.url.replace("http://", "https://")
        home.belong(home.belonging.model_copy(update={"url": url}))
        agent = Agent(settings)
        with pytest.raises(ServerNotTrusted):
            agent.report()
        with pytest.raises(ServerNotTrusted):
            agent.line.fetch_orders()
        agent.close()
        other = Home(load_kiosk_settings(home=tmp_path / "other", key_store="file", ca_file=own), now)
        with pytest.raises(ServerNotTrusted):
            enrol(other, url, "AAAA-BBBB-CCCC-DDDD", version=VERSION)
        finding = next(one for one in look_at(settings) if one.what == "server")
        assert (finding.mood, "SERVER_NOT_TRUSTED" in finding.vi) == ("stop", True)
        assert there.got == []
