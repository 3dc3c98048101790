"""Opens an image file of a known kind and turns any of its pixel formats into 1-bit, 8-bit grey or RGB."""

from __future__ import annotations

import errno
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import (
    Image,
    ImageCms,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
)

from models.errors import DecompressionBomb, TooManyPixels, TruncatedFile
from models.pages import SourceKind

# What Pillow and its plugins raise on damaged input; anything else is a fault of ours and must show.
_DAMAGE = (
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    RuntimeError,
    OverflowError,
    UnidentifiedImageError,
    struct.error,
    zlib.error,
)
_TEXT_BOMBS = ("MAX_TEXT_CHUNK", "MAX_TEXT_MEMORY", "text memory")
_ORIENTATION = 0x0112


@contextmanager
def damage_refused() -> Iterator[None]:
    """Turn a decoder's complaint about the content into TruncatedFile or DecompressionBomb.

    Faults of the machine (a disk error, a missing file) pass through unchanged.
    """
    try:
        yield
    except Image.DecompressionBombError as e:
        raise DecompressionBomb() from e
    except OSError as e:
        if e.errno is not None and e.errno != errno.EINVAL:
            raise
        raise TruncatedFile(reason=str(e)) from e
    except _DAMAGE as e:
        if any(sign in str(e) for sign in _TEXT_BOMBS):
            raise DecompressionBomb() from e
        raise TruncatedFile(reason=str(e) or type(e).__name__) from e


@contextmanager
def opened(source: Path | bytes, kind: SourceKind) -> Iterator[ImageFile.ImageFile]:
    """Open lazily with the decoder of `kind` and no other; only headers are read until the first `load`.

    The classes are called directly: `Image.open` would try every format there is and would apply Pillow's
    process-wide pixel limit in place of ours. They get no file name, or else an uncompressed TIFF that lies on its
    side is mapped into memory with its sides mixed up. Raises TruncatedFile or DecompressionBomb, also from the body.
    """
    with damage_refused(), source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file:
        image: ImageFile.ImageFile
        if kind is SourceKind.JPEG:
            image = JpegImagePlugin.JpegImageFile(file)
        elif kind is SourceKind.PNG:
            image = PngImagePlugin.PngImageFile(file)
        elif kind is SourceKind.TIFF:
            image = TiffImagePlugin.TiffImageFile(file)
        elif kind is SourceKind.HEIC:
            from pillow_heif import HeifImageFile

            image = HeifImageFile(file)
        else:
            raise AssertionError(f"{kind} is no image format")
        with image:
            yield image


def within_budget(width: int, height: int, max_pixels: int) -> None:
    """Raise TooManyPixels where width × height exceeds the budget."""
    if width * height > max_pixels:
        raise TooManyPixels(width=width, height=height, limit=max_pixels)


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation 1–8; 1 where the file names none or nonsense."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except (*_DAMAGE, OSError):  # a broken EXIF block makes a picture neither unreadable nor turned
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def resolution_of(image: Image.Image) -> tuple[float, float] | None:
    """The resolution the file claims, in dpi as stored (horizontal, vertical), None where it claims none."""
    claimed = image.info.get("dpi")
    try:
        if claimed is None:
            exif = image.getexif()
            unit = {2: 1.0, 3: 2.54}.get(exif.get(0x0128, 2))
            if unit is None or 0x011A not in exif or 0x011B not in exif:
                return None
            return float(exif[0x011A]) * unit, float(exif[0x011B]) * unit
        return float(claimed[0]), float(claimed[1])
    except (*_DAMAGE, OSError, ZeroDivisionError):
        return None


def plain_pixels(image: Image.Image) -> Image.Image:
    """The loaded `image`, upright, as mode "1", "L" or "RGB" in sRGB.

    16 bits become 8, palettes and CMYK and LAB become RGB, what is transparent shows white paper; a colour
    profile other than sRGB is applied. One bit a pixel stays so.
    """
    orientation = orientation_of(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        plain = Image.fromarray(_eight_bits(image))
    elif image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        plain = _over_white(image)
    elif image.mode in ("1", "L"):
        plain = image
    else:
        plain = _srgb(image)
    if plain.mode == "RGB" and image.mode in ("RGB", "RGBA") and image.info.get("icc_profile"):
        plain = _with_profile(plain, image.info["icc_profile"]) or plain
    if orientation != 1:
        plain.getexif()[_ORIENTATION] = orientation
        plain = ImageOps.exif_transpose(plain)
    return plain


def _eight_bits(image: Image.Image) -> np.ndarray:
    values = np.asarray(image)
    if image.mode == "F":
        top = 255.0 if float(np.nanmax(values)) > 1.0 else 1.0
        return np.nan_to_num(np.clip(values / top, 0, 1) * 255).astype(np.uint8)
    bits = 16
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = max(8, int(image.tag_v2.get(258, (16,))[0]))
    return np.clip(values.astype(np.int64) >> (bits - 8), 0, 255).astype(np.uint8)


def _over_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    flat = Image.alpha_composite(white, rgba)
    return flat.convert("L" if image.mode in ("L", "LA", "La", "1") else "RGB")


def _srgb(image: Image.Image) -> Image.Image:
    if image.mode == "LAB":
        return _with_profile(image, None) or image.convert("RGB")
    if image.mode == "CMYK" and image.info.get("icc_profile"):
        return _with_profile(image, image.info["icc_profile"]) or image.convert("RGB")
    return image.convert("RGB")


def _with_profile(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    """`image` in sRGB by its own profile (CIE L*a*b* where None); None where the profile is useless."""
    try:
        source = ImageCms.ImageCmsProfile(
            io.BytesIO(profile) if profile is not None else ImageCms.createProfile("LAB")
        )
        if "sRGB" in (ImageCms.getProfileDescription(source) or ""):
            return image
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
