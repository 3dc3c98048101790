"""Live checks: a page is judged while the citizen still stands there, by the measures and limits that the server will use.

They run beside the writing of a page, never before it: whatever they say, the page is kept until the clerk drops it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import cv2
import numpy as np
from PIL import Image

from imaging.alike import Face, perhaps_noted, repeated, with_notes
from imaging.decoding import opened, plain_pixels, within_budget
from imaging.faults import picture_faults
from imaging.jpeg import read_jpeg_header
from imaging.noted import note_share
from imaging.quality import measure, same_page
from imaging.scaling import reduced
from imaging.sources import look_at
from imaging.standing import stood_upright
from imaging.upright import orient
from kiosk_agent.advices import Advice, advice
from kiosk_agent.encoding import MOST_PIXELS
from kiosk_agent.judged import Comparisons, PageCheck
from models.pages import SourceKind
from models.quality import PictureLimits
from models.scanners import ScanOrder
from models.scans import PaperCount, ScanProfile, ScanRecord, paper_differs
from models.wire.sealed import PageMedia

PREVIEW_PX = 1600
_PREVIEW_QUALITY = 80
_COMPARE_DPI = 75.0
_SMALL_QUALITY = 92
_KINDS: Final[dict[PageMedia, SourceKind]] = {
    "image/jpeg": SourceKind.JPEG,
    "image/png": SourceKind.PNG,
    "image/tiff": SourceKind.TIFF,
}


def check_page(
    content: bytes,
    media_type: PageMedia,
    limits: PictureLimits,
    *,
    dpi: int | None = None,
    told: tuple[str, ...] = (),
) -> PageCheck:
    """Judge a page as it is kept. `dpi` is what the scanner was told to scan at, for a picture that says
    nothing of it; `told` what the scanner has found out itself (`models.scanners.ScannedPage.told`).

    Raises TruncatedFile, DecompressionBomb, TooManyPixels for a picture that can't be read to its end.
    """
    look = look_at(content, _KINDS[media_type], max_pixels=MOST_PIXELS, dpi=dpi)
    picture, grey, flags = stood_upright(look.picture, look.grey, look.grey_dpi)
    quality = measure(grey, dpi=look.grey_dpi, detail_dpi=look.detail_dpi)
    small, small_dpi = reduced(grey, look.grey_dpi, _COMPARE_DPI)
    codes = [*told, *flags, *picture_faults(picture, quality, limits)]
    return PageCheck(
        sha256=sha256(content).hexdigest(),
        picture=picture,
        quality=quality,
        advices=tuple(advice(code) for code in dict.fromkeys(codes)),
        small=_jpeg(Image.fromarray(small), _SMALL_QUALITY),
        small_dpi=small_dpi,
    )


def check_scan(
    pages: Sequence[PageCheck],
    *,
    counted: PaperCount | None = None,
    order: ScanOrder | None = None,
    finished: bool = True,
    compared: Comparisons | None = None,
) -> list[Advice]:
    """What is odd about the pages of one paper taken together.

    `order`: how they were scanned, where all of them came in one go; after pages were dropped, added from the glass or put
    in another order nothing is known of fronts and backs. `finished`: all is scanned, so that the count must fit. Give the
    same `compared` again as the scan grows.
    """
    known = compared or Comparisons()
    faces = [
        Face(number, page.quality.perceptual_hash, page.quality.blank)
        for number, page in enumerate(pages, start=1)
    ]
    twins = repeated(faces, lambda one, other: _same(known, pages[one - 1], pages[other - 1]))
    likely = perhaps_noted([face for face in faces if face.page not in twins])
    notes = with_notes(likely, [_noted(known, pages[one - 1], pages[other - 1]) for one, other in likely])
    found = [advice("duplicate_page", (one, other)) for other, one in sorted(twins.items())]
    found += [advice("same_page_twice", (one, other)) for other, one in sorted(notes.items())]
    if order is not None and order.feed == "feeder" and order.sides == "both":
        found += _sides(faces, finished)
    if finished and _differs(faces, counted, order):
        found.append(advice("page_count_differs"))
    return found


def preview(
    content: bytes, media_type: PageMedia, *, orientation: int = 1, longest: int = PREVIEW_PX
) -> bytes:
    """The page for the screen, a JPEG of at most `longest` pixels a side, upright. Raises as `check_page` does.

    `orientation`: that of `PageCheck.picture`.
    """
    kind = _KINDS[media_type]
    with opened(content, kind) as image:
        within_budget(image.width, image.height, MOST_PIXELS)
        kept = kind is SourceKind.JPEG and read_jpeg_header(content).keeps
        if kept:  # the decoder halves as it goes, that costs a quarter
            image.draft("RGB", (longest, longest))
        image.load()
        shown = image.convert("RGB") if kept else plain_pixels(image)
    if shown.mode == "1":
        shown = shown.convert("L")
    shown.thumbnail((longest, longest), Image.Resampling.BOX, reducing_gap=None)
    upright = np.ascontiguousarray(orient(np.asarray(shown), orientation))
    return _jpeg(Image.fromarray(upright), _PREVIEW_QUALITY)


def _sides(faces: Sequence[Face], finished: bool) -> list[Advice]:
    """Fronts and backs come in turn: a blank back is as it should be, a blank front before print is not."""
    found = [
        advice("sheet_turned_over", (front.page, back.page))
        for front, back in zip(faces[::2], faces[1::2], strict=False)
        if front.blank and not back.blank
    ]
    if finished and len(faces) % 2:
        found.append(advice("side_missing", (len(faces),)))
    return found


def _differs(faces: Sequence[Face], counted: PaperCount | None, order: ScanOrder | None) -> bool:
    profile = ScanProfile(feed=order.feed, sides=order.sides) if order is not None else None
    record = ScanRecord(profile=profile, paper=counted)
    return paper_differs(record, len(faces), sum(face.blank for face in faces)) is True


def _same(known: Comparisons, one: PageCheck, other: PageCheck) -> bool:
    """Whether both show the same sheet."""
    pair = (one.sha256, other.sha256)
    if pair not in known.same:
        equal = one.sha256 == other.sha256
        known.same[pair] = equal or same_page(_small(one), _small(other), dpi=one.small_dpi)
    return known.same[pair]


def _noted(known: Comparisons, one: PageCheck, other: PageCheck) -> bool:
    """Whether both show the same sheet, one of them with a note on it."""
    pair = (one.sha256, other.sha256)
    if pair not in known.noted:
        known.noted[pair] = note_share(_small(one), _small(other), dpi=one.small_dpi) is not None
    return known.noted[pair]


def _small(page: PageCheck) -> np.ndarray:
    decoded: np.ndarray | None = cv2.imdecode(np.frombuffer(page.small, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert decoded is not None  # made by ourselves
    return decoded


def _jpeg(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()
