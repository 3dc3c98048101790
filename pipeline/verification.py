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
    from storage.keeping.lifecycle import EcopyStatus


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


def status_here(
    settings: Settings, report: VerificationReport, data: EmbeddedData | None
) -> EcopyStatus | None:
    """What this home's register says of the file today: revoked, superseded, destroyed. No look at anybody's data.

    None where the home has no register, or never issued the file. Raises StorageFault.
    """
    if settings.database_url is None and not (settings.home / "register.sqlite3").is_file():
        return None
    from storage.database import open_database
    from storage.keeping.lifecycle import status_of, status_of_file

    engine = open_database(settings.register_url)
    try:
        with engine.connect().execution_options(reading=True) as connection:
            found = status_of_file(connection, report.sha256)
            if found is None and data is not None:
                found = status_of(connection, data.data.ecopy_id)
            return found
    finally:
        engine.dispose()


def _trust(settings: Settings, anchors: Path | None) -> TrustStore:
    from pipeline.hands import trust_of
    from signing.trust import TrustStore

    if anchors is not None:
        if not anchors.is_file():
            raise PathNotFound(path=anchors)
        return TrustStore.from_pem(anchors)
    return trust_of(settings)
