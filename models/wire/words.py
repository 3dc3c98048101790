"""Words as they come over the wire: NFC, of a bounded length, without characters that no register takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from models.text import nfc


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL is no text")
    return nfc(text)


_PLAIN = AfterValidator(_plain)

Id = Annotated[str, StringConstraints(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
"""A ULID."""
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-zÀ-ỹ._:()+-]{1,40}$"), _PLAIN]
"""Of a component, a type of document, a procedure, a reason."""
DossierCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-zÀ-ỹ._:()+-]{1,60}$"), _PLAIN]
"""Mã hồ sơ, the TTHC system's."""
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=60), _PLAIN]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), _PLAIN]
"""A name or a number, as a person types it."""
Note = Annotated[str, StringConstraints(max_length=2000), _PLAIN]
"""A few sentences."""
