"""Names of types and fields for people, in their language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from extraction.definitions import TypeDefinition

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def type_label(console: Console, document_type: str) -> str:
    """The type's name; the code itself where nothing is known about it."""
    definition = _definition(document_type)
    if definition is None:
        return console.pick("chưa rõ", "unknown") if document_type == "unknown" else document_type
    return console.pick(definition.name_vi, definition.name_en)


def field_label(console: Console, document_type: str, name: str) -> str:
    """The field's name; its code where the type does not define it."""
    definition = _definition(document_type)
    field = definition.field(name) if definition else None
    return console.pick(field.name_vi, field.name_en) if field else name


def value_for_people(value: str | None) -> str:
    """A field's value as people write it: ISO dates become dd/MM/yyyy."""
    if value is None:
        return "—"
    return "/".join(reversed(value.split("-"))) if ISO_DATE.fullmatch(value) else value


def _definition(document_type: str) -> TypeDefinition | None:
    from extraction.definitions import type_definition
    from models.errors import UnknownDocumentType

    try:
        return type_definition(document_type)
    except UnknownDocumentType:
        return None
