"""Identifiers that the product gives out itself: ULIDs, sortable by time, safe in paths and URLs; and codes to be typed once."""

import re
import secrets

from ulid import ULID

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
_LOOK_ALIKE = str.maketrans("OIL", "011")
_GROUP, _GROUPS = 4, 4
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new_id() -> str:
    """A fresh ULID (26 characters of Crockford base 32)."""
    return str(ULID())


def is_id(text: str) -> bool:
    """Whether `text` has the form of an identifier given out by `new_id`."""
    return _ULID.fullmatch(text) is not None


def new_code() -> str:
    """A fresh code of 80 random bits for a person to type: `7K3D-M9QX-2VTA-R4HB`."""
    groups = ("".join(secrets.choice(_SYMBOLS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def code_typed(text: str) -> str | None:
    """The code that somebody typed, without its hyphens: in small letters, with blanks, O for 0, I or L for 1; None for none."""
    letters = re.sub(r"[\s\u2010-\u2015-]", "", text).upper().translate(_LOOK_ALIKE)
    return letters if len(letters) == _GROUP * _GROUPS and set(letters) <= set(_SYMBOLS) else None
