"""Paths of an archive as the register keeps them: relative, in Unicode, comparable, and in the order people count in."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import PurePosixPath

from models.text import folded, nfc, squeeze

SORT_LENGTH = 240
"""Characters of a sort key; two paths that are alike for so long come in any, but always the same, order."""

_NUMBER = re.compile(r"\d+")
_ESCAPED = re.compile(r"\\(\\|x[0-9a-f]{2})")
_VOLUME = re.compile(
    r"^(?P<box>.*?\S)[\s,;:._–-]*[(\[]?\s*(?:tập|quyển|phần|vol(?:ume)?|part)\b[\s.:_-]*(?:\d+|[ivxlc]+)\s*[)\]]?$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def written(path: str) -> str:
    """A file system's path as text that any database takes: bytes that are no UTF-8 become `\\xNN`."""
    return "".join(
        "\\\\"
        if letter == "\\"
        else f"\\x{ord(letter) - 0xDC00:02x}"
        if 0xDC80 <= ord(letter) <= 0xDCFF
        else letter
        for letter in path
    )


def read(text: str) -> str:
    """The path that `written` made `text` of."""

    def letter(found: re.Match[str]) -> str:
        return "\\" if found[1] == "\\" else chr(0xDC00 + int(found[1][1:], 16))

    return _ESCAPED.sub(letter, text)


def key_of(path: str) -> str:
    """One key for all spellings of a path: composed or decomposed letters, large or small ones."""
    return sha256(b"path " + os.fsencode(nfc(path).casefold())).hexdigest()


def exact_key_of(path: str) -> str:
    """The key of a path that stands beside another one with the same `key_of`."""
    return sha256(b"exact " + os.fsencode(path)).hexdigest()


def sort_key(path: str) -> str:
    """Hexadecimal, so that every database sorts it alike: names without marks, numbers by their value."""
    parts = []
    for part in path.split("/"):
        numbers = _NUMBER.sub(lambda found: _counted(found[0]), folded(part))
        parts.append(os.fsencode(numbers))
    return b"\x01".join(parts).hex()[:SORT_LENGTH]


def _counted(digits: str) -> str:
    digits = str(int(digits)) if len(digits) < 40 else digits
    return f"{chr(ord('0') + min(len(digits), 75))}{digits}"


def box_of(path: str, level: int) -> str:
    """The box that a file lies in: its first `level` folders, the volumes of a box together; empty outside of any."""
    folders = PurePosixPath(path).parts[:-1][:level]
    if not folders:
        return ""
    volume = _VOLUME.match(nfc(folders[-1]))
    last = volume["box"] if volume else nfc(folders[-1])
    return "/".join([*(nfc(folder) for folder in folders[:-1]), last])


def year_in(path: str) -> int | None:
    """The year that the folders of a path name last, as in «Khai sinh 1998»; None where they name none."""
    for folder in reversed(PurePosixPath(path).parts[:-1]):
        found = _YEAR.findall(folder)
        if found:
            return int(found[-1])
    return None


def inside(text: str) -> str | None:
    """A path that a manifest names, relative and with «/» between folders; None where it leads out of the archive."""
    parts = [squeeze(part) for part in text.replace("\\", "/").split("/")]
    parts = [part for part in parts if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in text or re.match(r"^[A-Za-z]:$", parts[0]):
        return None
    return "/".join(parts)
