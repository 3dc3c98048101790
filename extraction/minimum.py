"""The least that must be known about a digitised paper (ND118 Art. 19.2), from its reviewed fields."""

from __future__ import annotations

from collections.abc import Mapping

from extraction import definitions as types
from extraction import values
from extraction.definitions import TypeDefinition
from models.extraction import FieldValue, MinimumData


def minimum_data(fields: Mapping[str, FieldValue], definition: TypeDefinition) -> MinimumData:
    """The minimum data of ND118 Art. 19.2 from the (reviewed) fields of a paper of this type."""
    plain = {name: field.value for name, field in fields.items() if field.value}
    mapping = definition.minimum

    def first(names: tuple[str, ...]) -> str | None:
        return next((plain[name] for name in names if name in plain), None)

    valid_to = first(mapping.valid_to)
    unlimited = valid_to == values.UNLIMITED
    birth = first(mapping.holder_birth)
    return MinimumData(
        type_code=definition.code,
        holder_identifier=first(mapping.holder_identifier),
        holder_name=first(mapping.holder_name),
        holder_birth_year=birth[:4] if birth else None,
        issued_on=first(mapping.issued_on),
        issuer=first(mapping.issuer),
        title=definition.title,
        abstract=_abstract(definition, plain),
        valid_from=first(mapping.valid_from),
        valid_to=None if unlimited else valid_to,
        perpetual=unlimited or (mapping.perpetual and valid_to is None),
        scope=mapping.scope,
    )


def _abstract(definition: TypeDefinition, plain: Mapping[str, str]) -> str:
    """The first template whose fields are all known; dates in it as people write them."""
    for template in definition.minimum.abstract:
        names = types.placeholders(template)
        if all(name in plain for name in names):
            shown = {name: _for_people(definition, name, plain[name]) for name in names}
            return template.format_map(shown)
    return definition.title


def _for_people(definition: TypeDefinition, name: str, value: str) -> str:
    field = definition.field(name)
    if field is not None and field.kind in {"date", "expiry"} and len(value) == 10:
        return "/".join(reversed(value.split("-")))
    return value
