"""The reference pages of `docs/`, written from the code so that they can't be wrong: errors, flags, settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings


def errors_page() -> str:
    """docs/errors.md."""
    from models.errors import catalogue

    rows = [
        "# Error codes",
        "",
        "Written by `make docs`. Exit code and HTTP status derive from the error; “again” says whether trying again may",
        "help; “quarantine” that the original is kept apart.",
        "",
        "| code | exit | HTTP | again | quarantine | Tiếng Việt | English |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in sorted(catalogue(), key=lambda k: k.code):
        again = "yes" if kind.retryable else ""
        apart = "yes" if kind.quarantine else ""
        rows.append(
            f"| `{kind.code}` | {kind.exit_code} | {kind.http_status} | {again} | {apart} "
            f"| {kind.vi.message} → {kind.vi.remedy} | {kind.en.message} → {kind.en.remedy} |"
        )
    return "\n".join(rows) + "\n"


def flags_page() -> str:
    """docs/flags.md."""
    from pipeline.stages.flags import FLAGS

    rows = [
        "# Flags of a document",
        "",
        "Written by `make docs`. `info` changes nothing, `review` makes a person look before the document is confirmed,",
        "`block` means that the law allows no e-copy of this input, whoever confirms it.",
        "",
        "| flag | weight | Tiếng Việt | English |",
        "|---|---|---|---|",
    ]
    rows += [f"| `{f.code}` | {f.weight.value} | {f.vi} | {f.en} |" for f in FLAGS.values()]
    return "\n".join(rows) + "\n"


def settings_page() -> str:
    """docs/settings.md."""
    from kiosk_agent.settings import KioskSettings
    from pipeline.settings import Settings

    rows = [
        "# Settings",
        "",
        "Written by `make docs`. Every setting is an environment variable. Without any, the embedded mode runs.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    rows += _settings("ECOPY_", Settings)
    rows += ["", "## Of a kiosk", "", "| variable | default | meaning |", "|---|---|---|"]
    rows += _settings("ECOPY_KIOSK_", KioskSettings)
    return "\n".join(rows) + "\n"


def _settings(prefix: str, settings: type[BaseSettings]) -> list[str]:
    rows = []
    for name, field in settings.model_fields.items():
        default = "see meaning" if field.default_factory else f"`{field.default}`"
        if field.default is None:
            default = ""
        rows.append(f"| `{prefix}{name.upper()}` | {default} | {field.description} |")
    return rows


def metrics_page() -> str:
    """docs/metrics.md."""
    from pipeline.observing.catalogue import FIGURES

    rows = [
        "# Metrics",
        "",
        "Written by `make docs`. What `/metrics` tells at `ECOPY_METRICS_LISTEN`, beside the usual `process_…` ones. “all”: the same",
        "on every machine, because all of them ask the same register; take the `max`, never the `sum`. Alerts:",
        "[alerts.yaml](alerts.yaml); how to set it up: [operations.md](operations.md).",
        "",
        "| metric | kind | labels | all | Tiếng Việt | English |",
        "|---|---|---|---|---|---|",
    ]
    for f in FIGURES:
        labels = ", ".join(f"`{label}`" for label in f.labels)
        rows.append(f"| `{f.name}` | {f.kind} | {labels} | {'all' if f.shared else ''} | {f.vi} | {f.en} |")
    return "\n".join(rows) + "\n"


def types_page() -> str:
    """docs/types/README.md."""
    from extraction.definitions import packaged_types

    rows = [
        "# Document types",
        "",
        "Written by `make docs`. Each schema (JSON Schema 2020-12) describes the data of one type: field name → value. How to",
        "add a type: [adding-a-type.md](../adding-a-type.md).",
        "",
        "| code | version | Tiếng Việt | English | handling | fields | schema |",
        "|---|---|---|---|---|---|---|",
    ]
    for d in packaged_types().types:
        living = sum(not f.retired for f in d.fields) + sum(len(g.columns) for g in d.members)
        rows.append(
            f"| `{d.code}` | {d.version} | {d.name_vi} | {d.name_en} | {d.handling.value} ({d.handling.source}) "
            f"| {living} | [{d.code}.schema.json]({d.code}.schema.json) |"
        )
    return "\n".join(rows) + "\n"


def verification_schema() -> str:
    """docs/verification.schema.json."""
    from models.wire.verification import VerificationDocument

    schema = VerificationDocument.model_json_schema(mode="serialization")
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def note_schema() -> str:
    """docs/transfer-note.schema.json."""
    from models.ecopy import TransferNote

    schema = TransferNote.model_json_schema(mode="serialization")
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


PAGES = {
    "errors.md": errors_page,
    "flags.md": flags_page,
    "settings.md": settings_page,
    "metrics.md": metrics_page,
    "types/README.md": types_page,
    "verification.schema.json": verification_schema,
    "transfer-note.schema.json": note_schema,
}


def type_schemas() -> dict[str, str]:
    """The schema of every packaged type, by file name."""
    from extraction.definitions import packaged_types
    from extraction.schema import schema_of

    return {
        f"{d.code}.schema.json": json.dumps(schema_of(d), ensure_ascii=False, indent=1) + "\n"
        for d in packaged_types().types
    }


def write(folder: Path) -> None:
    """Write all reference pages into `folder`; schemas of types that are no longer there are removed."""
    (folder / "types").mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
    schemas = type_schemas()
    for left in set((folder / "types").glob("*.schema.json")) - {folder / "types" / name for name in schemas}:
        left.unlink()
    for name, text in schemas.items():
        (folder / "types" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path("docs"))
