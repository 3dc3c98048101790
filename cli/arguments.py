"""Arguments that several commands check in the same way."""

from __future__ import annotations


def known_type(code: str | None) -> str | None:
    """The type code as given; `unknown` means: find out. Raises UnknownDocumentType."""
    from extraction.extract import known_types
    from models.errors import UnknownDocumentType
    from models.extraction import UNKNOWN_TYPE

    if code is None or code == UNKNOWN_TYPE:
        return None
    known = {definition.code for definition in known_types()}
    if code not in known:
        raise UnknownDocumentType(type=code, known=", ".join(sorted(known)))
    return code


def name_and_value(text: str) -> tuple[str, str]:
    """`name=value` taken apart, the value in NFC. Raises UsageError."""
    from models.errors import UsageError
    from models.text import squeeze

    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(reason=f"--set {text}: name=value")
    return name.strip(), squeeze(value)
