"""A reading becomes a typed document: class, fields, confidence, evidence, and what a person must look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from extraction import articles, checks, confidence, consistency, heading, machine_zone, signer, values
from extraction import definitions as types
from extraction.classify import Classification, classifier
from extraction.corrections import read_typed
from extraction.definitions import FieldDefinition, Finder, TypeDefinition, type_definition
from extraction.finding import Found, Search, by_label, by_machine_zone, by_phrase
from extraction.layout import lay_out
from extraction.phrases import Runs
from models.errors import BadFieldValue, UnknownField
from models.extraction import UNKNOWN_TYPE, Extraction, FieldValue, MinimumData, Origin
from models.geometry import Box
from models.reading import Reading
from models.rulesets import RuleSet

EXTRACTOR = "rules-1"

_CONTRADICTED = 0.05
"""Below this probability the paper speaks against the type that a person named."""

_FIRST_PAGES, _LAST_PAGES = 3, 2
"""A document says what it is at its beginning and who signed it at its end; a volume's body says neither."""

_FINDERS: dict[Finder, Callable[[Search, FieldDefinition], Found | None]] = {
    "label": by_label,
    "phrase": by_phrase,
    "machine_zone": by_machine_zone,
    "header_number": heading.header_number,
    "header_issuer": heading.header_issuer,
    "header_issuer_parent": heading.header_issuer_parent,
    "header_place": heading.header_place,
    "header_date": heading.header_date,
    "subject": heading.subject,
    "effect_date": articles.effect_date,
    "holder_name": articles.holder_name,
    "holder_id": articles.holder_id,
    "signer_name": signer.signer_name,
    "signer_office": signer.signer_office,
}


def known_types() -> tuple[TypeDefinition, ...]:
    """Every type that can be recognised, by code."""
    return types.known_types()


def extract(
    reading: Reading, *, rules: RuleSet, forced_type: str | None = None, origin: Origin = "ocr"
) -> Extraction:
    """Understand a reading.

    `forced_type` is a type that a person named (`unknown` means none); its probability is then 1 unless the
    paper speaks against it. `origin` says where the words came from (`ocr` or `text-layer`). Nothing in a
    reading makes this fail; raises UnknownDocumentType only for a `forced_type` that does not exist.
    """
    forced = type_definition(forced_type) if forced_type and forced_type != UNKNOWN_TYPE else None
    wanted = set(telling_pages([page.page for page in reading.pages]))
    sheets = lay_out(
        Reading(engine=reading.engine, pages=tuple(p for p in reading.pages if p.page in wanted))
    )
    runs = tuple(Runs(sheet.rows) for sheet in sheets)
    found = classifier(tuple(d.code for d in known_types())).classify(sheets, runs)
    definition = forced or (
        type_definition(found.document_type) if found.document_type != UNKNOWN_TYPE else None
    )
    if definition is None:
        return Extraction(
            extractor=EXTRACTOR,
            document_type=UNKNOWN_TYPE,
            type_probability=found.probability,
            fields={},
            flags=("unknown_type",) if any(s.rows for s in sheets) else ("unknown_type", "no_text"),
        )
    probability, flags = _type_judgement(found, definition, forced is not None, rules)
    search = Search.over(definition, sheets, runs, found.titles.get(definition.code))
    fields, more_flags = _fields(search, origin)
    return _assembled(definition, probability, fields, (*flags, *more_flags), rules)


def telling_pages(pages: Sequence[int]) -> list[int]:
    """Those of a document's page numbers, in order, that fields are looked for on."""
    if len(pages) <= _FIRST_PAGES + _LAST_PAGES:
        return list(pages)
    return [*pages[:_FIRST_PAGES], *pages[-_LAST_PAGES:]]


def _type_judgement(
    found: Classification, definition: TypeDefinition, forced: bool, rules: RuleSet
) -> tuple[float, tuple[str, ...]]:
    probability = found.probabilities[definition.code]
    accept = rules.review.accept_type_probability.value
    if not forced:
        return probability, (() if probability >= accept else ("type_doubtful",))
    other = found.document_type not in {definition.code, UNKNOWN_TYPE} and found.probability >= accept
    if other or probability < _CONTRADICTED:
        return probability, ("type_contradicted",)
    return 1.0, ()


def _fields(search: Search, origin: Origin) -> tuple[dict[str, FieldValue], tuple[str, ...]]:
    """All fields found, with their confidence, and the flags of checks that failed."""
    kinds = {wanted.name: wanted.kind for wanted in search.definition.fields}
    located: dict[str, Found] = {}
    for wanted in search.definition.fields:
        found = _located(search, wanted)
        if found is not None:
            located[wanted.name] = found
    located = consistency.with_agreed_places(located, kinds)
    plain = {name: found.parsed.value for name, found in located.items()}
    printed = {name: value for name, value in plain.items() if located[name].origin != "code"}
    judged = [
        *checks.verdicts(search.definition, plain),
        *machine_zone.verdicts(_zone(search), printed),
    ]
    outcomes = {
        name: _outcome(found, [v for v in judged if name in v.fields]) for name, found in located.items()
    }
    failures = [failed for _, failed in outcomes.values()]
    poor, unmarked = confidence.is_poor_reading(failures), confidence.loses_marks(failures)
    fields: dict[str, FieldValue] = {}
    for name, found in located.items():
        passed, failed = outcomes[name]
        if not confidence.PROVEN & set(passed):
            failed = (*failed, *(["poor_reading"] if poor else []))
            failed = (*failed, *(["lost_marks"] if unmarked and kinds[name] in confidence.PROSE else []))
        page = found.tokens[0].page
        fields[name] = FieldValue(
            value=found.parsed.value,
            confidence=confidence.field_confidence(kinds[name], found.tokens, found.quality, passed, failed),
            page=page,
            box=Box.around(t.box for t in found.tokens if t.page == page),
            origin=found.origin or origin,
            printed=found.parsed.as_printed,
        )
    flags = [v.flag for v in judged if v.flag]
    flags += ["poor_reading"] if poor else []
    return fields, tuple(dict.fromkeys(flags))


def _zone(search: Search) -> machine_zone.Zone | None:
    """The machine-readable zone, on types that have one."""
    if not any("machine_zone" in field.finders for field in search.definition.fields):
        return None
    return machine_zone.of(search.sheets)


def _outcome(found: Found, judged: list[checks.Verdict]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Checks passed and failed, by the value alone and by comparison with others."""
    passed = (*found.parsed.passed, *(v.name for v in judged if v.passed))
    failed = (*found.parsed.failed, *(v.name for v in judged if not v.passed))
    return passed, failed


def _located(search: Search, wanted: FieldDefinition) -> Found | None:
    """The first finder's value that no check speaks against, else the first value at all."""
    first: Found | None = None
    for finder in wanted.finders:
        found = _FINDERS[finder](search, wanted)
        if found is None or not found.tokens:
            continue
        if finder == "machine_zone" and first is not None and first.parsed.value != found.parsed.value:
            return found  # checked digits beat a value that already failed a check
        if not found.parsed.failed:
            return found
        first = first or found
    return first


def _assembled(
    definition: TypeDefinition,
    probability: float,
    fields: Mapping[str, FieldValue],
    flags: tuple[str, ...],
    rules: RuleSet,
) -> Extraction:
    return Extraction(
        extractor=EXTRACTOR,
        document_type=definition.code,
        type_probability=round(min(probability, 1.0), 4),
        fields=dict(sorted(fields.items(), key=lambda item: definition.order[item[0]])),
        needs_review=_doubtful(definition, fields, rules, all_of_them="type_contradicted" in flags),
        flags=tuple(dict.fromkeys(flags)),
    )


def _doubtful(
    definition: TypeDefinition, fields: Mapping[str, FieldValue], rules: RuleSet, *, all_of_them: bool
) -> tuple[str, ...]:
    """Doubtful fields and required ones that were not found, in the order of the form.

    On a paper that speaks against its type every field that no person has confirmed is doubtful.
    """
    names = []
    for wanted in definition.fields:
        value = fields.get(wanted.name)
        if value is None:
            if wanted.required:
                names.append(wanted.name)
        elif value.origin != "person" and (
            all_of_them or confidence.is_doubtful(value.confidence, rules.review)
        ):
            names.append(wanted.name)
    return tuple(names)


def apply_corrections(
    extraction: Extraction, corrections: Mapping[str, str | None], *, rules: RuleSet
) -> Extraction:
    """What a person typed takes the place of what was read: origin `person`, confidence 1.

    A value equal to the one read confirms it; None or an empty text says that the paper does not have the
    field. Cross-checks run again: where a field that a person did not confirm contradicts the new values, it
    goes to review. Raises UnknownField and BadFieldValue; UnknownDocumentType while the type is unknown.
    """
    definition = type_definition(extraction.document_type)
    fields = dict(extraction.fields)
    for name, typed in corrections.items():
        wanted = definition.field(name)
        if wanted is None:
            raise UnknownField(field=name, known=", ".join(definition.order))
        fields[name] = _corrected(wanted, fields.get(name), typed)
    plain = {name: field.value for name, field in fields.items() if field.value is not None}
    judged = checks.verdicts(definition, plain)
    for verdict in judged:
        for name in verdict.fields if not verdict.passed else ():
            field = fields[name]
            if field.origin != "person" and field.confidence > confidence.FAILED:
                fields[name] = field.model_copy(update={"confidence": confidence.FAILED})
    checked = {flag for flag in extraction.flags if flag in checks.FLAGS}
    flags = [flag for flag in extraction.flags if flag not in checked] + [v.flag for v in judged if v.flag]
    return _assembled(definition, extraction.type_probability, fields, tuple(flags), rules)


def _corrected(wanted: FieldDefinition, before: FieldValue | None, typed: str | None) -> FieldValue:
    value: str | None = None
    if typed is not None and typed.strip():
        try:
            value = read_typed(wanted, typed)
        except ValueError as reason:
            raise BadFieldValue(field=wanted.name, value=typed, reason=str(reason)) from reason
    if before is None:
        return FieldValue(value=value, confidence=1.0, origin="person")
    return before.model_copy(update={"value": value, "confidence": 1.0, "origin": "person"})


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


def is_settled(extraction: Extraction, rules: RuleSet) -> bool:
    """Whether nothing is left that a person must look at: type, fields and flags."""
    certain = extraction.type_probability >= rules.review.accept_type_probability.value
    return (
        extraction.document_type != UNKNOWN_TYPE
        and certain
        and not extraction.needs_review
        and not extraction.flags
    )
