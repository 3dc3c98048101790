"""What a picture of a page has to reach: one set of limits for the counter, where a page can be scanned again, and for the server."""

from __future__ import annotations

from pydantic import Field

from models.base import Value


class PictureLimits(Value):
    """The limits that a page's measures (`models.pages.PageQuality`) are held against; the rule set has their articles."""

    minimum_dpi: int = Field(gt=0)
    recommended_dpi: int = Field(gt=0)
    colour_required: bool
    maximum_skew_degrees: float = Field(ge=0)
    minimum_sharpness: float = Field(ge=0)
    minimum_contrast: float = Field(ge=0, le=1)
    minimum_effective_dpi: int = Field(ge=0)
    maximum_cut_lines: int = Field(ge=0)
    maximum_glare_share: float = Field(ge=0, le=1)
    minimum_paper_light: float = Field(ge=0, le=1)
    maximum_ink_light: float = Field(ge=0, le=1)
    maximum_blown_share: float = Field(ge=0, le=1)
    """Ink lighter than the one on paper that is blown out to white by more than the other: overexposed."""
