"""`ecopy types`: which papers are known, whether a new type's file is right, and what it finds on scans."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console, tell_error

if TYPE_CHECKING:
    from extraction.definitions import TypeDefinition
    from extraction.explain import Explanation, FieldStory
    from models.errors import BadTypeDefinition
    from pipeline.document_types import LoadedTypes

HANDLINGS = {
    "SCAN": ("sao chụp", "scanned"),
    "PRESENT_ONLY": ("chỉ xuất trình", "only shown"),
    "ONLINE": ("nộp trực tuyến", "comes online"),
    "SECRET_NO_SCAN": ("mật, không sao chụp", "secret, never scanned"),
    "DB_REPLACED": ("lấy từ cơ sở dữ liệu trước", "taken from a database first"),
}


def run(console: Console, *, action: str, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {
        "list": _list,
        "show": _show,
        "check": _check,
        "try": _try,
        "schema": _schema,
    }
    return actions[action](console, **options)


def _loaded(console: Console) -> LoadedTypes:
    """The types of this installation; files that can't be used are told on standard error."""
    from pipeline.document_types import use_types

    loaded = use_types(console.settings())
    for fault in loaded.faults:
        _tell(console, fault)
    return loaded


def _tell(console: Console, fault: BadTypeDefinition) -> None:
    report = fault.report(console.language or "vi")
    tell_error(console, report.code, report.message, report.remedy)


def _known(loaded: LoadedTypes, code: str) -> TypeDefinition:
    from models.errors import UnknownDocumentType

    definition = loaded.catalogue.get(code)
    if definition is None:
        known = ", ".join(d.code for d in loaded.catalogue.types)
        raise UnknownDocumentType(type=code, known=known)
    return definition


def _list(console: Console) -> int:
    from rich.table import Table

    loaded = _loaded(console)
    sources = loaded.catalogue.sources
    if console.json:
        for d in loaded.catalogue.types:
            console.machine(_summary(d, sources.get(d.code)))
        return 1 if loaded.faults else 0
    table = Table()
    for vi, en in (
        ("Mã", "Code"),
        ("Phiên bản", "Version"),
        ("Tên", "Name"),
        ("Xử lý", "Handling"),
        ("Số trường", "Fields"),
        ("Nguồn", "Source"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold", no_wrap=en == "Code")
    for d in loaded.catalogue.types:
        table.add_row(
            d.code,
            str(d.version),
            f"{d.name_vi}\n[dim]{d.name_en}[/dim]",
            console.pick(*HANDLINGS[d.handling.value]),
            str(len(_living(d))),
            sources.get(d.code) or console.pick("có sẵn", "packaged"),
        )
    console.out.print(table)
    return 1 if loaded.faults else 0


def _living(definition: TypeDefinition) -> list[str]:
    """Names of the fields that papers are searched for, the columns of tables with them."""
    columns = [f"{g.name}_N_{c.name}" for g in definition.members for c in g.columns]
    return [*(f.name for f in definition.fields if not f.retired), *columns]


def _summary(definition: TypeDefinition, source: str | None) -> dict[str, Any]:
    return {
        "code": definition.code,
        "version": definition.version,
        "name_vi": definition.name_vi,
        "name_en": definition.name_en,
        "handling": definition.handling.value,
        "fields": _living(definition),
        "source": source or "packaged",
    }


def _show(console: Console, *, code: str) -> int:
    from rich.table import Table

    loaded = _loaded(console)
    definition = _known(loaded, code)
    source = loaded.catalogue.sources.get(code)
    if console.json:
        console.machine(
            {"source": source or "packaged", **definition.model_dump(mode="json", exclude_defaults=True)}
        )
        return 0
    pick = console.pick
    console.out.print(f"[bold]{definition.name_vi}[/bold] / {definition.name_en}")
    console.out.print(
        f"{definition.code}, {pick('phiên bản', 'version')} {definition.version}, "
        f"{source or pick('có sẵn', 'packaged')}",
        highlight=False,
    )
    handling = definition.handling
    console.out.print(
        f"{pick('Xử lý', 'Handling')}: {pick(*HANDLINGS[handling.value])} ({handling.source})",
        highlight=False,
    )
    if definition.retention is not None:
        kept = definition.retention
        how_long = pick("vĩnh viễn", "for good") if kept.permanent else f"{kept.years} {pick('năm', 'years')}"
        console.out.print(f"{pick('Thời hạn bảo quản', 'Kept')}: {how_long} ({kept.source})", highlight=False)
    table = Table()
    for vi, en in (
        ("Trường", "Field"),
        ("Kiểu", "Kind"),
        ("Phần", "Part"),
        ("Nhãn", "Labels"),
        ("Lưu ý", "Remarks"),
    ):
        table.add_column(pick(vi, en), overflow="fold")
    for field in definition.fields:
        labels = ", ".join((*field.labels, *field.also, *field.phrases)) or ", ".join(field.finders)
        name = f"{pick(field.name_vi, field.name_en)}\n[dim]{field.name}[/dim]"
        table.add_row(name, field.kind, field.section or "", labels, _remarks(console, field))
    for group in definition.members:
        for column in group.columns:
            name = f"{pick(column.name_vi, column.name_en)}\n[dim]{group.name}_N_{column.name}[/dim]"
            table.add_row(name, column.kind, pick(group.name_vi, group.name_en), ", ".join(column.labels), "")
    console.out.print(table)
    return 0


def _remarks(console: Console, field: Any) -> str:
    said = [
        console.pick(vi, en)
        for there, vi, en in (
            (field.required, "bắt buộc", "required"),
            (field.must_check, "luôn phải xem", "always looked at"),
            (field.handwriting != "none", "có thể viết tay", "may be handwritten"),
            (field.retired, "thôi dùng", "retired"),
            (field.accept is not None, f"ngưỡng {field.accept}", f"threshold {field.accept}"),
        )
        if there
    ]
    return ", ".join(said)


def _check(console: Console, *, path: Path) -> int:
    """Every file judged alone, then beside the other types; 1 when one of them can't be used."""
    from extraction.definitions import packaged_types
    from extraction.lint import remarks
    from models.errors import PathNotFound
    from pipeline.document_types import combine, type_files

    console.settings()
    if not path.exists():
        raise PathNotFound(path=path)
    files = type_files(path)
    loaded = combine(packaged_types(), files)
    faults = {str(fault.details["path"]): fault for fault in loaded.faults}
    own = {source: code for code, source in loaded.catalogue.sources.items()}
    language = console.language or "vi"
    for file in files:
        fault = faults.get(str(file))
        definition = loaded.catalogue.get(own[str(file)]) if str(file) in own else None
        found = remarks(definition, loaded.catalogue.types) if definition else []
        if console.json:
            console.machine(
                {
                    "file": str(file),
                    "code": definition.code if definition else None,
                    "error": fault.report(language).model_dump() if fault else None,
                    "problems": [p.told(language) for p in fault.details.get("problems", ())]
                    if fault
                    else [],
                    "remarks": [
                        {"level": r.level, "code": r.code, "message": r.text(language)} for r in found
                    ],
                }
            )
        elif fault:
            _tell_wrong(console, file, fault)
        else:
            _tell_right(console, file, definition, [(r.level, r.text(language)) for r in found])
    if not files:
        console.say(f"Không có tệp .yaml nào trong {path}.", f"There is no .yaml file in {path}.")
    return 1 if loaded.faults or not files else 0


def _tell_wrong(console: Console, file: Path, fault: BadTypeDefinition) -> None:
    """One line a problem; one sentence where the file as a whole is the problem."""
    problems = fault.details.get("problems", ())
    if not problems:
        _tell(console, fault)
        return
    console.out.print(f"✘ {file}", highlight=False, markup=False)
    for problem in problems:
        console.out.print(
            f"  {problem.text(console.language or 'vi')}", highlight=False, markup=False, soft_wrap=True
        )


def _tell_right(
    console: Console, file: Path, definition: TypeDefinition | None, found: list[tuple[str, str]]
) -> None:
    if definition is None:  # another file of the folder has the type in a higher version
        console.say(f"{file}: bị thay bởi phiên bản cao hơn.", f"{file}: a higher version takes its place.")
        return
    pick = console.pick
    said = pick("dùng được", "can be used")
    console.out.print(f"✔ {file}: {definition.code} {definition.version}, {said}", highlight=False)
    for level, text in found:
        mark = pick("cảnh báo", "warning") if level == "warning" else pick("lưu ý", "note")
        console.out.print(f"  {mark}: {text}", highlight=False, markup=False)


def _try(console: Console, *, path: Path, scans: list[Path]) -> int:
    """Scans read by the configured engine and understood with the new type beside the others."""
    from extraction.explain import explain
    from models.errors import PathNotFound
    from models.rulesets import rule_set_on
    from models.times import vietnam_time
    from pdf.textlayer import TEXT_LAYER
    from pipeline.clock import SystemClock
    from pipeline.document_types import definition_in, load_types
    from pipeline.inputs import collect
    from pipeline.learning.calibration import use_calibration
    from pipeline.reading import Reader

    settings = console.settings()
    use_calibration(settings)
    if not path.is_file():
        raise PathNotFound(path=path)
    definition = definition_in(path)
    catalogue = load_types(settings).catalogue.with_types([(definition, str(path))])
    rules = rule_set_on(vietnam_time(SystemClock().now()).date())
    recognised = True
    with Reader(settings) as reader:
        for file in collect(scans).files:
            reading = reader.read(file.path)
            origin = "text-layer" if reading.engine == TEXT_LAYER else "ocr"
            story = explain(reading, definition, catalogue, rules=rules, origin=origin)  # type: ignore[arg-type]
            recognised = recognised and story.probabilities[0][0] == definition.code
            if console.json:
                console.machine(_try_json(console, file.path, definition, story))
            else:
                _tell_story(console, file.path, definition, story)
    return 0 if recognised else 1


def _try_json(console: Console, file: Path, definition: TypeDefinition, story: Explanation) -> dict[str, Any]:
    language = console.language or "vi"
    return {
        "file": str(file),
        "type": story.probabilities[0][0],
        "probabilities": {code: round(p, 4) for code, p in story.probabilities[:5]},
        "flags": list(story.extraction.flags),
        "fields": {
            one.field.name: {
                "value": one.value.value if one.value else None,
                "confidence": one.value.confidence if one.value else None,
                "page": one.value.page if one.value else None,
                "needs_review": one.doubtful,
                "reasons": [reason.text(language) for reason in one.reasons],
            }
            for one in story.fields
        },
    }


def _tell_story(console: Console, file: Path, definition: TypeDefinition, story: Explanation) -> None:
    from rich.table import Table

    pick = console.pick
    code, probability = story.probabilities[0]
    style = "green" if code == definition.code else "red"
    console.out.print(f"\n[bold]{file}[/bold]")
    console.out.print(f"{pick('Nhận ra là', 'Taken for')} [{style}]{code}[/{style}] ({probability:.0%})")
    rest = ", ".join(f"{other} {p:.0%}" for other, p in story.probabilities[1:4] if p >= 0.005)
    if rest:
        console.out.print(f"{pick('Sau đó', 'Then')}: {rest}", highlight=False)
    table = Table(title=pick(f"Đọc như {definition.name_vi}", f"Read as {definition.name_en}"))
    for vi, en in (("Trường", "Field"), ("Giá trị", "Value"), ("Tin cậy", "Confidence"), ("Vì sao", "Why")):
        table.add_column(pick(vi, en), overflow="fold")
    for one in story.fields:
        table.add_row(*_told(console, one), style=_style(one))
    console.out.print(table)


def _style(one: FieldStory) -> str | None:
    if one.value is None:
        return "red" if one.doubtful else "dim"
    return "yellow" if one.doubtful else None


def _told(console: Console, one: FieldStory) -> tuple[str, str, str, str]:
    from rich.markup import escape

    from cli.labels import value_for_people

    language = console.language or "vi"
    name = f"{console.pick(one.field.name_vi, one.field.name_en)}\n[dim]{one.field.name}[/dim]"
    value = value_for_people(one.value.value) if one.value else console.pick("(không thấy)", "(not found)")
    confidence = f"{one.value.confidence:.0%}" if one.value else ""
    return name, escape(value), confidence, escape("\n".join(reason.text(language) for reason in one.reasons))


def _schema(console: Console, *, code: str) -> int:
    import sys

    from extraction.schema import schema_of

    definition = _known(_loaded(console), code)
    sys.stdout.write(json.dumps(schema_of(definition), ensure_ascii=False, indent=1) + "\n")
    return 0
