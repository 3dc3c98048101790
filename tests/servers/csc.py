"""A remote signing service after the specification of the Cloud Signature Consortium, 1.0.4 and 2.0, with real keys.

It is strict where the specification is: names of fields by version, one use of every SAD for the hashes it was
given for, no more of them than it allows, an OTP once, and three wrong PINs lock. Its faults are set by the tests.
"""

from __future__ import annotations

import json
import secrets
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any, ClassVar
from urllib.parse import parse_qs

from asn1crypto import algos, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

Answer = tuple[int, dict[str, Any] | bytes]

HASHES = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
SCHEMES = {
    "1.2.840.113549.1.1.11": hashes.SHA256,
    "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512,
    "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384,
    "1.2.840.10045.4.3.4": hashes.SHA512,
}
PLAIN_RSA = "1.2.840.113549.1.1.1"
TRIES = 3


class Refusal(Exception):
    def __init__(self, error: str, said: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.answer: Answer = (status, {"error": error, "error_description": said})


@dataclass
class CscServer:
    """One credential; what a test may set, and what the service has seen."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificates: list[x509.Certificate]
    version: int = 2
    mode: str = "implicit"
    pin: str | None = None
    otp: str | None = None
    multisign: int = 1
    """Signatures that one authorisation may be for."""
    plain_algorithms: bool = False
    """RSA without a hash algorithm in the key's algorithm."""
    plain_ecdsa: bool = False
    """Give r and s side by side instead of DER."""
    confirm_after: int = 0
    """Authorisation waits for the phone: so many times it is asked about before it is there."""
    poll_after: int = 0
    """The same for a signature that is made asynchronously."""
    access_tokens: set[str] = field(default_factory=lambda: {"access-token-1"})
    client: tuple[str, str] | None = None
    """Client and secret that get access tokens."""
    faults: dict[str, Answer | str] = field(default_factory=dict)
    """Method → what is answered instead; `slow` waits, `drop` hangs up, `other hash`, `wrong sad`, `two`."""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    wrong_pins: int = 0
    _sads: dict[str, list[str]] = field(default_factory=dict)
    _pending: dict[str, tuple[int, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    CREDENTIAL: ClassVar[str] = "GX0112348"

    # The methods of the specification

    def credentials_info(self, asked: dict[str, Any]) -> Answer:
        self._check_credential(asked)
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        algorithms = [PLAIN_RSA] if is_rsa else []
        if not (is_rsa and self.plain_algorithms):
            algorithms += [oid for oid in SCHEMES if ("113549" in oid) == is_rsa]
        info: dict[str, Any] = {
            "key": {"status": "enabled", "algo": algorithms, "len": self.key.key_size},
            "SCAL": "2",
            "multisign": self.multisign,
        }
        if asked.get("certificates") == "chain":
            info["cert"] = {"certificates": [b64encode(one.dump()).decode() for one in self.certificates]}
        if self.version == 1:
            info["authMode"] = self.mode
            info["PIN"] = {"presence": str(self.pin is not None).lower(), "format": "N"}
            info["OTP"] = {"presence": str(self.otp is not None).lower(), "type": "offline"}
        else:
            objects = [{"type": "Password", "id": "PIN", "format": "N"}] if self.pin else []
            objects += [{"type": "Password", "id": "OTP", "generator": "totp"}] if self.otp else []
            info["auth"] = {"mode": self.mode}
            if self.mode == "explicit":
                info["auth"] |= {
                    "objects": objects or [{"type": "app", "id": "mobile"}],
                    "expression": "PIN AND OTP",
                }
        return 200, info

    def credentials_authorize(self, asked: dict[str, Any]) -> Answer:
        self._check_credential(asked)
        if self.mode == "oauth2code":
            raise Refusal("invalid_request", "not for this credential")
        wanted = asked.get("hash" if self.version == 1 else "hashes")
        count = asked.get("numSignatures")
        if not isinstance(wanted, list) or not 0 < len(wanted) <= self.multisign or count != len(wanted):
            raise Refusal("invalid_request", "Invalid value for parameter numSignatures")
        if self.version >= 2 and asked.get("hashAlgorithmOID") not in HASHES:
            raise Refusal("invalid_request", "hashAlgorithmOID")
        self._check_secrets(asked)
        with self._lock:
            if self.confirm_after:
                handle = secrets.token_hex(8)
                self._pending[handle] = (self.confirm_after, wanted)
                return 202, {"handle": handle}
            return 200, {"SAD": self._new_sad(wanted), "expiresIn": 300}

    def credentials_authorizecheck(self, asked: dict[str, Any]) -> Answer:
        return self._later(
            asked["handle"], {"handle": asked["handle"]}, lambda kept: {"SAD": self._new_sad(kept)}
        )

    def signatures_signhash(self, asked: dict[str, Any]) -> Answer:
        self._check_credential(asked)
        wanted = asked.get("hash" if self.version == 1 else "hashes")
        if not isinstance(wanted, list):
            raise Refusal("invalid_request", "Missing (or invalid type) array parameter hash")
        if self.mode != "oauth2code" and self._sads.pop(str(asked.get("SAD")), None) != wanted:
            raise Refusal("invalid_request", "Invalid parameter SAD")
        if self.faults.get("signatures/signHash") == "wrong sad":
            raise Refusal("invalid_request", f"Invalid parameter SAD {asked.get('SAD')}")
        digest = self._digest_of(asked)
        made = {"signatures": [self._signed(b64decode(one), digest) for one in wanted]}
        if asked.get("operationMode") == "A":
            response = secrets.token_hex(8)
            self._pending[response] = (self.poll_after, made)
            return 200, {"responseID": response}
        return 200, made

    def signatures_signpolling(self, asked: dict[str, Any]) -> Answer:
        waiting = {"error": "accepted_request", "error_description": "not yet completed"}
        return self._later(asked["requestID"], waiting, lambda kept: kept)

    # What is behind them

    def _later(self, name: str, waiting: dict[str, Any], done: Any) -> Answer:
        with self._lock:
            left, kept = self._pending[name]
            if left > 0:
                self._pending[name] = (left - 1, kept)
                return 202, waiting
            del self._pending[name]
            return 200, done(kept)

    def _check_credential(self, asked: dict[str, Any]) -> None:
        if asked.get("credentialID") != self.CREDENTIAL:
            raise Refusal("invalid_request", "Invalid parameter credentialID")

    def _check_secrets(self, asked: dict[str, Any]) -> None:
        if self.mode != "explicit":
            return
        if self.version == 1:
            given = {name: asked.get(name) for name in ("PIN", "OTP")}
        else:
            given = {one["id"]: one.get("value") for one in asked.get("authData", [])}
        if self.wrong_pins >= TRIES:
            raise Refusal("invalid_request", "Credential locked")
        if self.pin is not None and given.get("PIN") != self.pin:
            self.wrong_pins += 1
            error = "invalid_pin" if self.version == 1 else "invalid_authentication_data"
            raise Refusal(error, f"The PIN {given.get('PIN')} is invalid")
        if self.otp is not None:
            if given.get("OTP") != self.otp:
                raise Refusal("invalid_otp", "The OTP is invalid")
            self.otp = secrets.token_hex(3)  # it was good once

    def _new_sad(self, wanted: list[str]) -> str:
        sad = secrets.token_urlsafe(24)
        self._sads[sad] = wanted
        return sad

    def _digest_of(self, asked: dict[str, Any]) -> hashes.HashAlgorithm:
        beside = asked.get("hashAlgo" if self.version == 1 else "hashAlgorithmOID")
        if asked["signAlgo"] == PLAIN_RSA:
            if beside not in HASHES:
                raise Refusal(
                    "invalid_request", "Missing (or invalid type) string parameter hashAlgorithmOID"
                )
            return HASHES[beside]()
        if beside is not None:
            raise Refusal("invalid_request", "Invalid parameter hashAlgorithmOID")
        return SCHEMES[asked["signAlgo"]]()

    def _signed(self, digest: bytes, kind: hashes.HashAlgorithm) -> str:
        if self.faults.get("signatures/signHash") == "other hash":
            digest = bytes(len(digest))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return b64encode(self.key.sign(digest, padding.PKCS1v15(), Prehashed(kind))).decode()
        value = self.key.sign(digest, ec.ECDSA(Prehashed(kind)))
        if self.plain_ecdsa:
            pair = algos.DSASignature.load(value).native
            value = b"".join(pair[name].to_bytes(32, "big") for name in ("r", "s"))
        return b64encode(value).decode()

    def answer(self, path: str, asked: dict[str, Any]) -> Answer:
        """What `path` gives, the access token being good."""
        method = path.removeprefix(f"/csc/v{self.version}/")
        with self._lock:
            self.asked.append((method, asked))
        fault = self.faults.get(method)
        if isinstance(fault, tuple):
            return fault
        if fault == "slow":
            sleep(1)
        work = getattr(self, method.replace("/", "_").lower(), None)
        if work is None:
            raise Refusal("invalid_request", "no such method", 404)
        status, body = work(asked)
        if fault == "two" and isinstance(body, dict):
            body["signatures"] *= 2
        return status, body

    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]


@contextmanager
def served(server: CscServer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve it on the loopback; yields the address that the methods are under."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/oauth2/token":
                return self._send(*_token(server, body, self.headers.get("Authorization", "")))
            if self.headers.get("Authorization", "").removeprefix("Bearer ") not in server.access_tokens:
                return self._send(401, {"error": "invalid_token", "error_description": "expired"})
            try:
                status, content = server.answer(self.path, json.loads(body))
            except Refusal as refusal:
                status, content = refusal.answer
            if server.faults.get(self.path.partition(f"/v{server.version}/")[2]) == "drop":
                self.close_connection = True
                return None
            return self._send(status, content)

        def _send(self, status: int, content: dict[str, Any] | bytes) -> None:
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            return  # clients that give up are part of the tests

    http = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{http.server_port}/csc/v{server.version}"
    finally:
        http.shutdown()
        http.server_close()


def _token(server: CscServer, body: bytes, authorization: str) -> Answer:
    form = parse_qs(body.decode())
    if server.client is None or form.get("grant_type") != ["client_credentials"]:
        return 400, {"error": "unsupported_grant_type"}
    if authorization != "Basic " + b64encode(":".join(server.client).encode()).decode():
        return 401, {"error": "invalid_client"}
    token = f"access-token-{secrets.token_hex(8)}"
    server.access_tokens.add(token)
    return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
