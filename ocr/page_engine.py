"""The page engine: cleaning, line finder, recogniser and second opinion put together into one `OcrEngine`."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from imaging.cleaning import CleanedPage, clean_for_reading
from models.errors import EngineFault
from models.reading import EngineVersion, PageReading
from ocr.confidence import believable, without_seal_lettering
from ocr.crops import cut
from ocr.decoding.calibration import TABLES, calibration_of, second_opinion_of
from ocr.decoding.lost_dots import over_leaders, with_lost_dots
from ocr.decoding.spelling import spelt
from ocr.decoding.words import words_of
from ocr.emptiness import SMALLEST_PX, no_text
from ocr.ink import with_ink
from ocr.layout import bars_of, unread_parts
from ocr.linefinder import FoundLine, find_lines
from ocr.linefinder.detector import WEIGHTS as FINDER_WEIGHTS
from ocr.lines import Leader, PlacedLine, PlacedWord, build_lines
from ocr.nets import fingerprint
from ocr.placing import WayBack
from ocr.recognisers.base import LineRecogniser
from ocr.second_opinion import is_doubtful, merged
from ocr.wording import without_leader_dots

_AT_ONCE = 64
"""Lines cut out and read in one go: a page of print, so that a sheet of noise can't fill the memory."""
_RECIPE = "r4"
"""Changes whenever the code changes what comes out for the same picture; nets and fitted tables tell by their hash."""


class LineEngine:
    """`models.ports.OcrEngine` by a line finder and one or two line recognisers.

    Every found line is read by the first recogniser; lines it is not sure of also by the next, and so on while
    doubt remains; word by word the surer reading counts. Each line of the reading says which engines it is from.
    Instances hold no state of a page and may be shared between threads.
    """

    def __init__(
        self, recogniser: LineRecogniser, *, others: Sequence[LineRecogniser] = (), timeout_s: float = 120.0
    ) -> None:
        """`others` are asked about doubtful lines, one after the other; `timeout_s` bounds one page."""
        self._first, self._others, self._timeout_s = recogniser, tuple(others), timeout_s

    @property
    def version(self) -> EngineVersion:
        """The first recogniser's name; versions of everything that has a part in the reading."""
        first = self._first.version
        finder, tables = fingerprint(FINDER_WEIGHTS), fingerprint(TABLES)
        parts = [first.version, f"finder-{finder}", f"{_RECIPE}-{tables}"]
        parts += [f"{other.version.name}-{other.version.version}" for other in self._others]
        return EngineVersion(name=first.name, version="+".join(parts))

    def read_page(self, image: np.ndarray, *, dpi: float, page: int) -> PageReading:
        """See `models.ports.OcrEngine.read_page`. Noise, photographs and blank pages give no lines."""
        deadline = time.monotonic() + self._timeout_s
        height, width = image.shape[:2]
        if min(height, width) < SMALLEST_PX:
            return PageReading(page=page, regions=(), width_px=width, height_px=height)
        cleaned = clean_for_reading(image, dpi)
        found = [] if no_text(cleaned) else find_lines(cleaned)
        lines = self._lines(cleaned, [line for line in found if line.kind == "print"], deadline)
        back = WayBack(cleaned, image.shape)
        unread = [
            back.empty(part.kind, part.x0, part.y0, part.x1, part.y1)
            for part in unread_parts(cleaned, found, image)
        ]
        reading = PageReading(
            page=page,
            regions=(*back.arranged(lines), *unread),
            width_px=width,
            height_px=height,
        )
        return with_ink(reading, image, dpi)

    def _lines(self, cleaned: CleanedPage, found: Sequence[FoundLine], deadline: float) -> list[PlacedLine]:
        leaders = [Leader(box.x0, box.y0, box.x1, box.y1) for box in cleaned.leaders]
        fragments = self._read(self._first, cleaned, found, deadline)
        asked = [self._first.version.name]
        for other in self._others:
            asked.append(other.version.name)
            table = second_opinion_of(*asked)
            again = [i for i, words in enumerate(fragments) if is_doubtful(words, table)]
            read = self._read(other, cleaned, [found[i] for i in again], deadline)
            for i, words in zip(again, read, strict=True):
                fragments[i] = merged(fragments[i], words, table)
        lines = without_leader_dots(build_lines(fragments, leaders, bars_of(cleaned.rules)), leaders)
        return believable(without_seal_lettering(lines, cleaned.round_seals), cleaned.dpi)

    def _read(
        self,
        recogniser: LineRecogniser,
        cleaned: CleanedPage,
        found: Sequence[FoundLine],
        deadline: float,
    ) -> list[list[PlacedWord]]:
        """The words of each found line in pixels of the cleaned page."""
        name = recogniser.version.name
        calibration = calibration_of(name)
        words: list[list[PlacedWord]] = []
        for at in range(0, len(found), _AT_ONCE):
            if time.monotonic() > deadline:
                raise EngineFault(engine=name, reason=f"time limit of {self._timeout_s:g} s")
            some = found[at : at + _AT_ONCE]
            crops = [cut(cleaned.grey, line, recogniser.height) for line in some]
            for read, crop, line in zip(recogniser.read(crops), crops, some, strict=True):
                doubted = with_lost_dots(read, over_leaders(line, crop, cleaned.leaders))
                words.append(words_of(spelt(doubted), crop, calibration, name))
        return words
