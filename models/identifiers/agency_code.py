"""Mã định danh điện tử of agencies: today's form, left to right (QĐ 20/2020/QĐ-TTg Art. 4), and the older one, right to left."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 35
"""Characters, points included."""
LEGACY_LENGTH = 13
_TOP = re.compile(r"[A-Y]\d{2}", re.ASCII)
_PART = re.compile(r"[0-9A-Z]+")
_LEGACY = re.compile(r"(\d{2,3})\.(\d{2})\.(\d{2})\.([A-Y]\d{2})", re.ASCII)
_NONE = {2: "00", 3: "000"}


@dataclass(frozen=True)
class AgencyCode:
    """The code of an agency, from the ministry or province down to the unit."""

    segments: tuple[str, ...]
    """`("H01", "23", "005")`: first the letter and two digits of a ministry or province."""

    @property
    def text(self) -> str:
        return ".".join(self.segments)

    @property
    def level(self) -> int:
        """1 for a ministry or province, 2 for what is directly below it, and so on."""
        return len(self.segments)

    @property
    def top(self) -> str:
        """The code of the ministry or province it belongs to."""
        return self.segments[0]

    @property
    def parent(self) -> AgencyCode | None:
        return AgencyCode(self.segments[:-1]) if self.level > 1 else None

    @property
    def legacy(self) -> str | None:
        """The same segments in the thirteen characters of the older order; None where they don't fit into it.

        Only the order is turned round: whether the two codes were given to one agency is for the register of
        codes to say.
        """
        below = [*self.segments[1:], "", "", ""][:3]
        widths = (2, 2, 3)
        if self.level > len(widths) + 1:
            return None
        parts = []
        for segment, width in zip(below, widths, strict=True):
            if segment and (len(segment) != width or not segment.isdecimal() or segment == _NONE[width]):
                return None
            parts.append(segment or _NONE[width])
        return ".".join([*reversed(parts), self.top])


def parse(text: str) -> AgencyCode:
    """Read a code in either order: `H01.23.05` and `000.05.23.H01` are the same. Raises ValueError."""
    plain = text.strip()
    if legacy := _LEGACY.fullmatch(plain):
        return _turned(*legacy.groups())
    segments = tuple(plain.split("."))
    if not _TOP.fullmatch(segments[0]) or not all(_PART.fullmatch(part) for part in segments[1:]):
        raise ValueError(
            "mã định danh cơ quan bắt đầu bằng một chữ cái và 2 chữ số, các cấp cách nhau bằng dấu chấm"
        )
    if len(plain) > LONGEST:
        raise ValueError(f"mã định danh cơ quan có tối đa {LONGEST} ký tự")
    return AgencyCode(segments)


def _turned(fourth: str, third: str, second: str, top: str) -> AgencyCode:
    """Levels behind the last one in use are zeros; a zero between two levels is no code."""
    below = [second, third, fourth]
    while below and not int(below[-1]):
        below.pop()
    if any(not int(part) for part in below):
        raise ValueError("mã định danh cơ quan thiếu một cấp ở giữa")
    return AgencyCode((top, *below))


def parse_or_none(text: str) -> AgencyCode | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None


def is_legacy(text: str) -> bool:
    """Whether `text` is written in the older order."""
    return _LEGACY.fullmatch(text.strip()) is not None
