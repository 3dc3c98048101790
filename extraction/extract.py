"""A reading becomes a typed document: class, fields, confidence, evidence, and what a person must look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from extraction import (
    articles,
    blank,
    checks,
    closing,
    confidence,
    consistency,
    handwriting,
    heading,
    letter,
    machine_zone,
    marks,
    opening,
    own_form,
    place_checks,
    plausibility,
    repeated,
    several,
    signer,
    tables,
)
from extraction import definitions as types
from extraction.calibration import calibration_in_force
from extraction.classify import Classification, classifier
from extraction.corrections import read_typed
from extraction.definitions import FieldDefinition, Finder, TypeDefinition, type_definition
from extraction.finding import Found, Search, by_label
from extraction.fixed_phrases import by_machine_zone, by_phrase
from extraction.grids import grids_of
from extraction.machine_codes import understanding, witness
from extraction.panels import lay_out
from extraction.phrases import Runs
from models.errors import BadFieldValue, UnknownField
from models.extraction import UNKNOWN_TYPE, CodeReport, Extraction, FieldValue, Origin
from models.geometry import Box
from models.reading import Reading
from models.rulesets import RuleSet

EXTRACTOR = "rules-1"

_LAST = 10**6
"""Place on the form of a field that only an earlier version of its type had."""
_CONTRADICTED = 0.05
"""Below this probability the paper speaks against the type that a person named."""

_FIRST_PAGES, _LAST_PAGES = 3, 2
"""A document says what it is at its beginning and who signed it at its end; a volume's body says neither."""

FINDERS: dict[Finder, Callable[[Search, FieldDefinition], Found | None]] = {
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
    "signing_agency": closing.signing_agency,
    "agency_line": closing.agency_line,
    "header_subject": letter.header_subject,
    "recipients": letter.recipients,
    "declared_date": closing.declared_date,
    "certified_date": closing.certified_date,
    "opening_date": opening.opening_date,
    "opening_place": opening.opening_place,
    "again": repeated.again,
    "own_form": own_form.own_form,
}


def known_types() -> tuple[TypeDefinition, ...]:
    """Every type that can be recognised, by code."""
    return types.known_types()


def extractor_version() -> str:
    """What stands with every extraction: the rules' own version and that of the calibration in force."""
    return f"{EXTRACTOR};calibration={calibration_in_force().version}"


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
    pages = tuple(p for p in reading.pages if p.page in wanted)
    sheets = lay_out(Reading(engine=reading.engine, pages=pages))
    codes = understanding.understood(pages)
    runs = tuple(Runs(sheet.rows) for sheet in sheets)
    found = classifier(types.types_in_force()).classify(sheets, runs)
    definition = forced or (
        type_definition(found.document_type) if found.document_type != UNKNOWN_TYPE else None
    )
    if definition is None:
        return Extraction(
            extractor=extractor_version(),
            document_type=UNKNOWN_TYPE,
            type_probability=found.probability,
            fields={},
            flags=(
                "unknown_type",
                *(() if any(s.rows for s in sheets) else ("no_text",)),
                *understanding.flags_of(codes),
                *several.flags_of(sheets, runs, found),
            ),
            codes=codes,
        )
    probability, flags = _type_judgement(found, definition, forced is not None, rules)
    title = found.titles.get(definition.code)
    held = tables.read(definition, sheets, grids_of(pages), title)
    rest = tuple(
        run if sheet is whole else Runs(sheet.rows)
        for sheet, whole, run in zip(held.sheets, sheets, runs, strict=True)
    )
    search = Search.over(definition, held.sheets, rest, title)
    strokes = handwriting.strokes_of(pages)
    fields, more_flags, codes = _fields(search, held.found, strokes, origin, codes)
    more_flags = (*more_flags, *(("rows_left_out",) if held.left_out else ()))
    flags = (*flags, *more_flags, *understanding.flags_of(codes), *several.flags_of(sheets, runs, found))
    return _assembled(definition, probability, fields, flags, rules, codes)


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


def _fields(
    search: Search,
    held: Mapping[str, Found],
    strokes: Sequence[handwriting.Strokes],
    origin: Origin,
    codes: Sequence[CodeReport],
) -> tuple[dict[str, FieldValue], tuple[str, ...], tuple[CodeReport, ...]]:
    """All fields found, with their confidence, the flags of checks that failed, and what the codes say of them."""
    cells = [cell for name in held if (cell := search.definition.field(name))]
    kinds = {wanted.name: wanted.kind for wanted in (*search.definition.fields, *cells)}
    located: dict[str, Found] = dict(held)
    for wanted in search.definition.fields:
        found = held.get(wanted.name) or _located(search, wanted)
        if found is not None:
            located[wanted.name] = found
    # The people of a table live where they live: that two names of places differ in marks says nothing there.
    own = {
        name: found for name, found in located.items() if name in {f.name for f in search.definition.fields}
    }
    located |= consistency.with_agreed_places(own, kinds)
    printed = {name: found.parsed.value for name, found in located.items() if found.origin != "code"}
    zone = _zone(search)
    heard = witness.hear(search.definition, located, codes, zone)
    located = heard.located
    plain = {name: found.parsed.value for name, found in located.items()}
    judged = [
        *checks.verdicts(search.definition, plain),
        *place_checks.verdicts(search.definition, plain),
        *machine_zone.verdicts(zone, printed),
        *heard.verdicts,
        *plausibility.verdicts(search, located),
        # The words of an electronic document were never read: their marks are the author's.
        *(marks.verdicts(search, located) if origin == "ocr" else ()),
        *handwriting.verdicts(search, located, strokes),
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
        evidence = confidence.with_holds(
            kinds[name], confidence.evidence_of(found.tokens, found.quality, passed, failed)
        )
        fields[name] = FieldValue(
            value=found.parsed.value,
            confidence=confidence.field_confidence(kinds[name], evidence),
            page=page,
            box=Box.around(t.box for t in found.tokens if t.page == page),
            origin=found.origin or origin,
            printed=found.parsed.as_printed,
            evidence=evidence,
        )
    unread = handwriting.unread(search, located, strokes)
    fields |= unread
    flags = [v.flag for v in judged if v.flag]
    flags += ["poor_reading"] if poor else []
    flags += [handwriting.FLAG] if unread else []
    flags += [blank.FLAG] if blank.is_blank(search, fields) else []
    return fields, tuple(dict.fromkeys(flags)), heard.reports


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
        found = FINDERS[finder](search, wanted)
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
    codes: tuple[CodeReport, ...],
) -> Extraction:
    today, divided = place_checks.today(definition, fields)
    fields = {name: field.model_copy(update={"today": today.get(name)}) for name, field in fields.items()}
    flags = (*(f for f in flags if f != place_checks.DIVIDED), *([place_checks.DIVIDED] if divided else []))
    return Extraction(
        extractor=extractor_version(),
        document_type=definition.code,
        type_probability=round(min(probability, 1.0), 4),
        fields=dict(sorted(fields.items(), key=lambda item: definition.order.get(item[0], _LAST))),
        needs_review=_doubtful(definition, fields, rules, all_of_them="type_contradicted" in flags),
        flags=tuple(dict.fromkeys(flags)),
        codes=codes,
    )


def _doubtful(
    definition: TypeDefinition, fields: Mapping[str, FieldValue], rules: RuleSet, *, all_of_them: bool
) -> tuple[str, ...]:
    """Doubtful fields and required ones that were not found, in the order of the form.

    On a paper that speaks against its type every field that no person has confirmed is doubtful.
    """
    form = {wanted.name for wanted in definition.fields}
    cells = [cell for name in fields if name not in form and (cell := definition.field(name))]
    names = []
    for wanted in (*definition.fields, *cells):
        value = fields.get(wanted.name)
        if value is None:
            if wanted.required:
                names.append(wanted.name)
        elif value.origin != "person" and (
            all_of_them or wanted.must_check or _below(value, definition.accept_of(wanted), rules)
        ):
            names.append(wanted.name)
    return (*names, *tables.missing_cells(definition, fields))


def _below(value: FieldValue, accept: float | None, rules: RuleSet) -> bool:
    """Whether a value is too uncertain for its field, by the definition's threshold, else by the rule set's, or held."""
    if value.evidence is not None and value.evidence.holds:
        return True
    return (
        confidence.is_doubtful(value.confidence, rules.review)
        if accept is None
        else value.confidence < accept
    )


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
            raise UnknownField(field=name, known=", ".join(f.name for f in definition.fields))
        fields[name] = _corrected(wanted, fields.get(name), typed)
    plain = {name: field.value for name, field in fields.items() if field.value is not None}
    judged = [*checks.verdicts(definition, plain), *place_checks.verdicts(definition, plain)]
    for verdict in judged:
        for name in verdict.fields if not verdict.passed else ():
            field = fields[name]
            if field.origin != "person" and field.confidence > confidence.FAILED:
                fields[name] = field.model_copy(update={"confidence": confidence.FAILED})
    checked = {flag for flag in extraction.flags if flag in checks.FLAGS | place_checks.FLAGS}
    flags = [flag for flag in extraction.flags if flag not in checked] + [v.flag for v in judged if v.flag]
    confirmed = _assembled(
        definition, extraction.type_probability, fields, tuple(flags), rules, extraction.codes
    )
    return confirmed.model_copy(update={"extractor": extraction.extractor})  # it made what was corrected


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
