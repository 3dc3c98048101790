"""Inputs for the pipeline's tests: sample papers drawn on the spot, and short ways to run the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models.people import Role
from models.ports import Clock, TimestampAuthority
from pipeline import hands as pipeline_hands
from pipeline.application import Application, open_application
from pipeline.digitize import Order, digitize
from pipeline.inputs import collect
from pipeline.offices.register import import_certificate
from pipeline.papers.outcome import SourceOutcome, SourceRefused
from pipeline.settings import load_settings
from samples.generate import generate
from storage import schema as t
from storage.records import DocumentRecord

if TYPE_CHECKING:
    import pytest

    from tests.signing.eras import Eras


def sample_card(folder: Path, remark: str = "") -> Path:
    """A small paper that is read quickly and has nothing doubtful about it: one side of an identity card.

    A `remark` inside the file makes it another content with the same picture.
    """
    made = generate("can_cuoc", 10, "clean", layout="2024-card")
    path = folder / f"{made.stem}.jpg"
    content, said = made.pages[0].jpeg(), remark.encode()
    segment = b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said if said else b""
    path.write_bytes(content[:2] + segment + content[2:])
    return path


@contextmanager
def application(home: Path, clock: Clock | None = None, **settings: object) -> Iterator[Application]:
    with open_application(load_settings(home=home, **settings), clock) as app, app.working():
        yield app


def imported(app: Application, folder: Path, role: Role, *ders: bytes) -> None:
    """Bind a certificate, given with those above it, to the office that signs with it here."""
    from asn1crypto import pem

    path = folder / f"{role.value}.import.pem"
    path.write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in ders))
    person = None if role is Role.SEAL_HOLDER else role.value
    import_certificate(app, path, role, person=person, purpose="maintenance:test")


def documents_of(app: Application) -> list[DocumentRecord]:
    """Every document of a register, oldest first."""
    with app.register.reading() as connection:
        ids = connection.scalars(sa.select(t.documents.c.id).order_by(t.documents.c.id)).all()
    return [app.register.document(identifier) for identifier in ids]


def digitized(
    app: Application, out: Path, *paths: Path, confirm: bool = True, **order: object
) -> list[SourceOutcome | SourceRefused]:
    person = app.hands.person("officer") if confirm else None
    return list(
        digitize(app, collect(paths).files, Order(out=out, language="vi", confirm_as=person, **order))  # type: ignore[arg-type]
    )


def live_under(eras: Eras, tsa: TimestampAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let homes that are opened from now on sign and verify under the authorities of `eras`, at their time."""
    made = pipeline_hands.load_hands

    def load(*args: Any) -> pipeline_hands.Hands:
        return replace(made(*args), trust=eras.trust, tsa=tsa, evidence=eras)

    monkeypatch.setattr("pipeline.hands.load_hands", load)
    monkeypatch.setattr("pipeline.application.SystemClock", lambda: eras.clock)
