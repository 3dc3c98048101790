"""A confirmation taken apart: what it says of each field that the person was shown, and of nothing else."""

from __future__ import annotations

from collections.abc import Collection

from extraction.definitions import type_definition
from models.extraction import UNKNOWN_TYPE, Extraction, FieldValue
from models.judgement import TYPE_FIELD, TYPE_KIND, JudgedDocument, Judgement, Outcome

_TYPE_IN_DOUBT = frozenset({"type_doubtful", "type_contradicted"})
_FORMER_FIELD_KIND = "text"
"""Kind of a field that the type no longer has."""


def judged_document(
    shown: Extraction,
    proposal: Extraction,
    confirmed: Extraction,
    *,
    typed: Collection[str],
    engine: str,
    machine_found_type: bool,
) -> JudgedDocument:
    """What a person who was shown `shown` says by confirming `confirmed`, having typed values of the fields `typed`.

    `proposal` is what the confirmed data were corrected from: `shown` itself, or what the machine made of the paper
    when the person named another type. In that case nobody saw its values, and only the typed fields are judged.
    `machine_found_type` is false where a person had named the type before the machine began.
    """
    definition = type_definition(confirmed.document_type)
    seen = set(typed)
    if proposal.document_type == shown.document_type:
        seen |= set(proposal.fields) | set(confirmed.fields)
    judged = [_type_judged(shown, definition.code)] if machine_found_type else []
    for name in sorted(seen, key=lambda n: (definition.order.get(n, len(definition.order)), n)):
        field = definition.field(name)
        judged.append(
            Judgement(
                field=name,
                kind=field.kind if field else _FORMER_FIELD_KIND,
                look="asked" if name in proposal.needs_review else "shown",
                outcome=_outcome(_value(proposal, name), _value(confirmed, name)),
                proposal=proposal.fields[name] if _value(proposal, name) is not None else None,
                truth=_value(confirmed, name),
            )
        )
    return JudgedDocument(
        document_type=definition.code,
        type_version=definition.version,
        extractor=proposal.extractor,
        engine=engine,
        fields=tuple(judged),
    )


def _value(extraction: Extraction, name: str) -> str | None:
    field = extraction.fields.get(name)
    return field.value if field else None


def _outcome(proposed: str | None, truth: str | None) -> Outcome:
    if proposed == truth:
        return "confirmed"
    if proposed is None:
        return "added"
    return "removed" if truth is None else "changed"


def _type_judged(shown: Extraction, truth: str) -> Judgement:
    """The type is judged like a field: its value is the code, its confidence the probability."""
    known = shown.document_type != UNKNOWN_TYPE
    proposal = FieldValue(
        value=shown.document_type, confidence=min(shown.type_probability, 1.0), origin="derived"
    )
    asked = not known or bool(_TYPE_IN_DOUBT & set(shown.flags))
    return Judgement(
        field=TYPE_FIELD,
        kind=TYPE_KIND,
        look="asked" if asked else "shown",
        outcome=_outcome(shown.document_type if known else None, truth),
        proposal=proposal if known else None,
        truth=truth,
    )
