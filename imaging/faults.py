"""What is odd about a page's picture, by its measures and the limits in force: the same at the counter and on the server."""

from __future__ import annotations

from models.pages import PagePicture, PageQuality
from models.quality import PictureLimits


def picture_faults(picture: PagePicture, quality: PageQuality, limits: PictureLimits) -> list[str]:
    """Codes of flags (`docs/flags.md`) in a fixed order; of a blank page only what needs no print to judge by."""
    faults = []
    if picture.dpi < limits.minimum_dpi - 0.5:
        faults.append("low_resolution")
    elif picture.dpi < limits.recommended_dpi - 1:
        faults.append("resolution_below_300")
    if picture.dpi_assumed:
        faults.append("resolution_assumed")
    if picture.rendered:
        faults.append("rendered")
    if quality.blank:
        return [*faults, "blank_page"]
    if limits.colour_required and picture.colour != "rgb":
        faults.append("not_colour")
    if abs(quality.skew_degrees) > limits.maximum_skew_degrees:
        faults.append("skewed")
    if quality.sharpness < limits.minimum_sharpness:
        faults.append("blurred")
    if quality.contrast < limits.minimum_contrast:
        faults.append("low_contrast")
    if quality.effective_dpi is not None and quality.effective_dpi < limits.minimum_effective_dpi:
        faults.append("detail_too_low")
    if quality.cut_lines > limits.maximum_cut_lines:
        faults.append("cut_off")
    if not picture.rendered:
        faults += _exposure(quality, limits)
    if quality.glare_share is not None and quality.glare_share > limits.maximum_glare_share:
        faults.append("glare")
    if quality.negative:
        faults.append("negative")
    if picture.orientation != 1:
        faults.append("turned")
    return faults


def _exposure(quality: PageQuality, limits: PictureLimits) -> list[str]:
    """A photographed card lies on whatever it lies on, and a negative is dark by its nature: they have flags of their own."""
    if quality.paper_light is None or quality.glare_share is not None or quality.negative:
        return []
    if quality.paper_light < limits.minimum_paper_light:
        return ["too_dark"]
    washed = quality.ink_light is not None and quality.ink_light > limits.maximum_ink_light
    blown = (quality.blown_share or 0.0) > limits.maximum_blown_share
    return ["too_light"] if washed and blown else []
