"""Certomancer, a foreign implementation, as a server process of its own: a PKI with OCSP, lists, issuers and time-stamps."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.keys.credential import Credential
from signing.keys.memory import MemoryKey
from signing.trust import TrustStore
from tests.servers.oidc_provider import free_port

NAMES = ("root", "issuing", "responder", "stamps", "officer", "dismissed")
CONFIGURATION = """
external-url-prefix: "http://127.0.0.1:{port}"
keysets:
  house:
    path-prefix: keys
    keys: {{{keys}}}
pki-architectures:
  house:
    keyset: house
    entity-defaults: {{country-name: VN, organization-name: Mẫu}}
    entities:
      root: {{common-name: Gốc Mẫu}}
      issuing: {{common-name: Cấp phát Mẫu}}
      responder: {{common-name: OCSP Mẫu}}
      stamps: {{common-name: TSA Mẫu}}
      officer: {{common-name: Nguyễn Văn Mẫu}}
      dismissed: {{common-name: Trần Thị Mẫu}}
    certs:
      root:
        issuer: root
        validity: &long {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca, params: {{crl-repo: root}}}}]
      issuing:
        issuer: root
        validity: *long
        profiles: [{{id: simple-ca}}]
      responder:
        issuer: issuing
        validity: *long
        profiles: [{{id: ocsp-responder}}]
      stamps:
        issuer: issuing
        validity: *long
        extensions:
          - {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
          - &status {{id: authority_information_access, smart-value: {{schema: aia-urls, params: {{
            ocsp-responder-names: [issuing], ca-issuer-links: [{{repo: root, cert-labels: [issuing], include-repo-authority: false}}]}}}}}}
      officer:
        issuer: issuing
        validity: *long
        profiles: [{{id: digsig-commitment}}]
        extensions: [*status]
      dismissed:
        issuer: issuing
        validity: *long
        profiles: [{{id: digsig-commitment}}]
        extensions: [*status]
        revocation: {{revoked-since: "2026-01-01T00:00:00+0000", reason: key_compromise}}
    services:
      ocsp: {{issuing: {{for-issuer: issuing, responder-cert: responder, signing-key: responder}}}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: "P30D"}}
      cert-repo:
        root: {{for-issuer: root, publish-issued-certs: true}}
        issuing: {{for-issuer: issuing, publish-issued-certs: true}}
      time-stamping:
        stamps: {{signing-key: stamps, signing-cert: stamps, certs-to-embed: [issuing]}}
        alone: {{signing-key: stamps, signing-cert: stamps}}
"""


@dataclass(frozen=True)
class House:
    url: str
    log: Path
    trust: TrustStore
    keys: dict[str, ec.EllipticCurvePrivateKey]

    @property
    def tsa_url(self) -> str:
        """Tokens bring the authority's issuer along."""
        return f"{self.url}/house/tsa/stamps"

    @property
    def bare_tsa_url(self) -> str:
        return f"{self.url}/house/tsa/alone"

    def requests(self) -> list[str]:
        """What it was asked, as its log says."""
        return [line for line in self.log.read_text().splitlines() if "HTTP/1.1" in line]

    def certificate(self, name: str) -> x509.Certificate:
        return _certificate(self.url, name)

    def credential(self, name: str) -> Credential:
        """Somebody's, without the certificates above it."""
        return Credential(_certificate(self.url, name), (), MemoryKey(self.keys[name]))


@contextmanager
def certomancer(folder: Path) -> Iterator[House]:
    port, keys = free_port(), {name: ec.generate_private_key(ec.SECP256R1()) for name in NAMES}
    (folder / "keys").mkdir()
    for name, key in keys.items():
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "keys" / f"{name}.pem").write_bytes(pem)
    listed = ", ".join(f"{name}: {{path: {name}.pem}}" for name in NAMES)
    (folder / "pki.yml").write_text(CONFIGURATION.format(port=port, keys=listed), encoding="utf-8")
    url, log = f"http://127.0.0.1:{port}", folder / "log"
    command = [
        sys.executable,
        "-m",
        "certomancer",
        "--config",
        "pki.yml",
        "animate",
        "--port",
        str(port),
        "--no-web-ui",
    ]
    with log.open("wb") as sink, subprocess.Popen(command, cwd=folder, stdout=sink, stderr=sink) as process:
        try:
            _until_there(url, process, log)
            yield House(url, log, TrustStore((_certificate(url, "root"),)), keys)
        finally:
            process.kill()


def _until_there(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{url}/house/certs/root/ca.crt", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text())


def _certificate(url: str, name: str) -> x509.Certificate:
    place = {"root": "root/ca", "issuing": "root/issued/issuing"}.get(name, f"issuing/issued/{name}")
    answer = httpx.get(f"{url}/house/certs/{place}.crt", trust_env=False)
    answer.raise_for_status()
    return x509.Certificate.load(answer.content)
