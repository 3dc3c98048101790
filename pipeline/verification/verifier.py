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
    from pdf.revisions import RevisionShown
    from signing.trust import TrustStore
    from storage.keeping.lifecycle import EcopyStatus


SHOWN_SIGNATURES = 6
"""Of so many signatures pictures are drawn."""
NO_CHANGE = frozenset({"dss", "timestamp"})
"""What may follow a signature without any page looking different."""


class Verifier:
    """Verifies files one by one, and draws what their signatures covered. Close when done."""

    def __init__(self, settings: Settings, anchors: Path | None = None) -> None:
        self._trust = trust_for(settings, anchors)
        self._sandbox = Sandbox(
            sandbox_limits(settings), preload=("pipeline.child", "signing.judging.verify", "pdf.revisions")
        )

    def __enter__(self) -> Verifier:
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.close()

    def verify(
        self, path: Path, record: bytes | None = None
    ) -> tuple[VerificationReport, EmbeddedData | None]:
        """Judge one file, with its evidence record where there is one.

        Raises PathNotFound, FileUnreadable, NotADocument, Unreadable or LimitExceeded.
        """
        if not path.is_file():
            raise PathNotFound(path=path)
        try:
            with path.open("rb"):
                pass
        except OSError as fault:
            raise FileUnreadable(reason=fault.strerror or str(fault)) from fault
        return self._sandbox.call(child.verify_file, path.resolve(), self._trust, record)

    def shown(self, path: Path, report: VerificationReport) -> list[RevisionShown | None]:
        """What the first signatures of a judged file covered, as pictures; None where a signature says nothing sound.

        Raises LimitExceeded, Unreadable or EngineFault where the file can't be drawn.
        """
        first = report.signatures[:SHOWN_SIGNATURES]
        ends = [one.covers_bytes for one in first if one.covers_bytes is not None]
        changed = [not set(one.changes_after) <= NO_CHANGE for one in first if one.covers_bytes is not None]
        drawn = iter(
            self._sandbox.call(child.show_revisions, path.resolve(), ends, changed_after=changed)
            if ends
            else ()
        )
        return [next(drawn) if one.covers_bytes is not None else None for one in first]


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


def trust_for(settings: Settings, anchors: Path | None) -> TrustStore:
    """The anchors given, or those of the settings. Raises PathNotFound or NoTrustAnchor."""
    from pipeline.hands import trust_of
    from signing.trust import TrustStore

    if anchors is not None:
        if not anchors.is_file():
            raise PathNotFound(path=anchors)
        return TrustStore.from_pem(anchors)
    return trust_of(settings)
