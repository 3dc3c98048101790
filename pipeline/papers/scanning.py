"""What is said of a scanning, held against the clock and against the pictures that came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.errors import ScanRecordWrong
from models.scans import ScanRecord, paper_differs
from models.times import for_people
from pipeline.application import Application
from pipeline.stages.base import scanned_blanks
from storage.records import SourceRecord

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far a device's clock may be ahead of this one."""
DIFFERS = "page_count_differs"
"""Flag (`pipeline.stages.flags`)."""


@dataclass(frozen=True)
class CountedPaper:
    """The count of paper held against a file's pictures."""

    images: int
    """Pictures of the whole file, separator sheets not among them."""
    blank: int
    differs: bool


def check_scan(app: Application, scan: ScanRecord | None) -> None:
    """Raises ScanRecordWrong for a file that is scanned only later: what a wrong clock says is no evidence."""
    if scan is None or scan.scanned_at is None:
        return
    moment = datetime.fromisoformat(scan.scanned_at)
    if moment > app.clock.now() + CLOCKS_DIFFER:
        raise ScanRecordWrong(reason=f"scanned_at {for_people(moment)}")


def counted_paper(app: Application, source: SourceRecord, separators: Iterable[int]) -> CountedPaper | None:
    """The count that came with a source against its pictures, without the pages that are `separators`.

    None where nobody counted. Only after the pages stage.
    """
    if paper_differs(source.scan, 0, 0) is None:
        return None
    blanks, apart = scanned_blanks(app, source.id), frozenset(separators)
    shown = [blank for page, blank in blanks.items() if page not in apart]
    differs = paper_differs(source.scan, len(shown), sum(shown))
    return CountedPaper(images=len(shown), blank=sum(shown), differs=differs is True)
