"""File names as they come from anywhere: which are documents, which only half of one, and which name is free."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

DOCUMENT_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".heic", ".heif", ".pdf", ""}
)
"""What is taken from a folder; a file named on the command line is taken whatever it is called."""
_TEMPORARY = re.compile(
    r"^[.~]|~$|\.(part|partial|tmp|temp|crdownload|download|filepart|writing|swp|lock)$", re.IGNORECASE
)
_LONGEST = 255
"""Bytes of a name that every file system takes."""


def temporary(name: str) -> bool:
    """Whether a name is one that programs give to what they are still at work on, or hide."""
    return _TEMPORARY.search(name) is not None


def document_by_name(name: str) -> bool:
    return PurePath(name).suffix.lower() in DOCUMENT_SUFFIXES


def variant(name: str, number: int, added: str = "") -> str:
    """`name` with a number before its suffix (`a-2.pdf`; none for 1) and `added` behind it, no longer than names may be."""
    suffix = PurePath(name).suffix
    tail = os.fsencode(("" if number == 1 else f"-{number}") + suffix + added)
    stem = os.fsencode(name.removesuffix(suffix) if suffix else name)
    return os.fsdecode(stem[: _LONGEST - len(tail)] + tail)
