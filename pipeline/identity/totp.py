"""The second factor: time-based one-time passwords (RFC 6238), each step taken once, the secret kept sealed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp

STEP_S = 30
_DRIFT = 1
"""Steps that a phone's clock may be off, either way."""


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app is told: the secret (base32), and the same as an `otpauth:` address."""

    secret: str
    uri: str


def new_secret() -> str:
    """160 random bits in base32 (RFC 4226 section 4, R6)."""
    return pyotp.random_base32()


def enrolment(secret: str, person: str, issuer: str) -> Enrolment:
    """What to show to `person`; `issuer` is the agency's name."""
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=issuer))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, among those around `now`; None where it is of none. The same time either way."""
    current = int(now.timestamp()) // STEP_S
    made = pyotp.TOTP(secret, interval=STEP_S)
    found = None
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(made.generate_otp(step).encode(), code.encode()):
            found = step
    return found
