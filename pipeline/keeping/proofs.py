"""Until when the proof in a stored file holds: worked out from the file once, by the rules of the day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.errors import EngineFault, InputRefused, SigningFault
from models.rulesets import AlgorithmEnd
from models.times import iso
from pipeline.application import Application
from signing.lasting.ends import ProofEnd, proof_ends
from signing.trust import TrustStore
from storage.keeping.renewal import Ends


def proof_of(app: Application, object_key: str) -> Ends:
    """When the proof in a file of ours ends. Raises StorageFault, or SigningFault for one that can't be read."""
    with app.vault.local_path(object_key) as path:
        return as_ends(proof_ends(path, app.hands.trust, algorithms(app)))


def proof_of_stranger(app: Application, object_key: str) -> Ends:
    """The same of a file that others made, in a child process; without an end where it can't be told."""
    with app.vault.local_path(object_key) as path:
        try:
            return app.in_child("renew", _ends_in_child, path, app.hands.trust, algorithms(app))
        except (InputRefused, EngineFault):
            return Ends(None, None, None)


def algorithms(app: Application) -> tuple[AlgorithmEnd, ...]:
    """The algorithms that have an end by today's rules."""
    return app.rules_today().lasting.algorithms


def as_ends(end: ProofEnd | None) -> Ends:
    """As the register keeps it."""
    return Ends(None, None, None) if end is None else Ends(iso(end.at), end.because, end.of)


def _ends_in_child(path: Path, trust: TrustStore, ending: Sequence[AlgorithmEnd]) -> Ends:
    try:
        return as_ends(proof_ends(path, trust, ending))
    except SigningFault:
        return Ends(None, None, None)
