"""Verification of any PDF, in a child process, against the trust anchors of the settings or the given ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import FileUnreadable, PathNotFound
from models.signatures import VerificationReport
from pdf.sandbox import Sandbox
from pipeline import child
from pipeline.limits import sandbox_limits
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pdf.embedded import EmbeddedData
    from signing.trust import TrustStore


class Verifier:
    """Verifies files one by one. Close when done."""

    def __init__(self, settings: Settings, anchors: Path | None = None) -> None:
        self._trust = _trust(settings, anchors)
        self._sandbox = Sandbox(sandbox_limits(settings), preload=("pipeline.child", "signing.verify"))

    def __enter__(self) -> Verifier:
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.close()

    def verify(self, path: Path) -> tuple[VerificationReport, EmbeddedData | None]:
        """Judge one file. Raises PathNotFound, FileUnreadable, NotADocument, Unreadable or LimitExceeded."""
        if not path.is_file():
            raise PathNotFound(path=path)
        try:
            with path.open("rb"):
                pass
        except OSError as fault:
            raise FileUnreadable(reason=fault.strerror or str(fault)) from fault
        return self._sandbox.call(child.verify_file, path.resolve(), self._trust)


def _trust(settings: Settings, anchors: Path | None) -> TrustStore:
    from pipeline.hands import trust_of
    from signing.trust import TrustStore

    if anchors is not None:
        if not anchors.is_file():
            raise PathNotFound(path=anchors)
        return TrustStore.from_pem(anchors)
    return trust_of(settings)
