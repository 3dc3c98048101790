"""Facts about a received file and its pages, as triage and page preparation establish them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.base import Value
from models.geometry import Box


class SourceKind(StrEnum):
    """What a received file really is, by its content."""

    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    HEIC = "heic"
    PDF = "pdf"


class PdfNature(StrEnum):
    """How a PDF came into being; decides whether OCR, a capture and a sao y make sense."""

    SCANNED = "scanned"
    """Pages are pictures of paper (an older OCR layer, if any, is not trusted)."""
    BORN_DIGITAL = "born_digital"
    """Every page with content has a sound text layer that was there from the start."""
    SIGNED = "signed"
    """Carries at least one signature: kept byte for byte, registered as an original."""


class PageSize(Value):
    """Physical size of the upright page in millimetres."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)


class SourceFacts(Value):
    """The judgement of triage over one received file."""

    kind: SourceKind
    size: int
    page_count: int
    pdf_nature: PdfNature | None = None
    signature_count: int = 0


PageImageForm = Literal["jpeg", "png", "pdf"]
"""`jpeg`: the device's own bytes, `png`: lossless pixels, `pdf`: a one-page PDF whose single image stream
(CCITT, JBIG2, Flate, JPX) is kept as it came."""


class PagePicture(Value):
    """One page's picture exactly as it will stand in capture and e-copy."""

    form: PageImageForm
    width_px: int
    height_px: int
    colour: Literal["bilevel", "grey", "rgb"]
    orientation: int = Field(default=1, ge=1, le=8)
    """EXIF orientation that makes the stored pixels upright; the bytes stay untouched."""
    size: PageSize
    """Size of the upright page."""
    dpi: float
    """Effective resolution: the smaller of both directions."""
    dpi_assumed: bool = False
    """True where the file gave no usable resolution and a paper size was assumed."""
    rendered: bool = False
    """True where the page was no single picture and had to be drawn (born-digital or composed pages)."""


class PageQuality(Value):
    """Measures of one page's picture; thresholds live in the rule set."""

    skew_degrees: float
    sharpness: float = Field(ge=0)
    """Relative edge width: about 1 for a crisp 300-dpi scan, towards 0 when blurred."""
    contrast: float = Field(ge=0, le=1)
    ink_share: float = Field(ge=0, le=1)
    blank: bool
    effective_dpi: float | None = Field(default=None, gt=0)
    """Estimated optical resolution, at most the picture's own; None where there was no print to judge by."""
    cut_lines: int = Field(default=0, ge=0)
    """Text lines that run off the picture's edge."""
    negative: bool = False
    """White print on black."""
    glare_share: float | None = Field(default=None, ge=0, le=1)
    """Share of a photographed identity card that light has blotted out; None where there is no such card."""
    paper_light: float | None = Field(default=None, ge=0, le=1)
    """Brightness of the paper; None where an earlier release did not measure it, as with the next two."""
    ink_light: float | None = Field(default=None, ge=0, le=1)
    """Brightness of the darkest tenth of the ink; None on a blank page."""
    blown_share: float | None = Field(default=None, ge=0, le=1)
    """Share of the paper that is blown out to white."""
    perceptual_hash: str
    """256-bit difference hash in hexadecimal."""


class PageFacts(Value):
    """Everything known about one page before it is read."""

    page: int = Field(ge=1)
    picture: PagePicture
    quality: PageQuality
    duplicate_of: int | None = None
    """An earlier page that looks the same."""
    stamp_area: Box | None = None
    """Where on the upright page the agency's block fits without covering ink; page 1 only."""
    flags: tuple[str, ...] = ()
