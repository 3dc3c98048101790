"""Results as files in the output folder: e-copy, capture and JSON, each replaced whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from models.errors import StorageFault
from models.ids import new_id
from pipeline.application import Application
from pipeline.outcome import DocumentOutcome
from pipeline.report import document_outcome
from storage.records import DocumentRecord


@dataclass(frozen=True)
class Exported:
    """Where the files of one document were written."""

    outcome: DocumentOutcome
    json: Path


def export_document(app: Application, document: DocumentRecord, stem: Path, sources: list[str]) -> Exported:
    """Write `STEM.pdf`, `STEM.capture.pdf` (where they exist) and `STEM.json`.

    Raises StorageFault when the output folder can't be written.
    """
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        stem = _own_stem(stem)
        _remove_stale(stem, document.id)
        capture = app.register.capture(document.id)
        capture_path = _beside(stem, ".capture.pdf") if capture else None
        if capture and capture_path:
            _copy_object(app, capture.object_key, capture_path)
        ecopy = app.register.ecopy_of(document.id)
        revision = app.register.latest_revision(ecopy.id) if ecopy else None
        ecopy_path = _beside(stem, ".pdf") if revision else None
        if revision and ecopy_path:
            _copy_object(app, revision.object_key, ecopy_path)
        outcome = document_outcome(app, document, capture_path=capture_path, ecopy_path=ecopy_path)
        target = _beside(stem, ".json")
        written = outcome.model_dump(mode="json")
        _replace(target, _json({"sources": sources, **written}))
    except OSError as fault:
        raise StorageFault(reason=f"{stem.parent}: {fault.strerror or fault}") from fault
    return Exported(outcome=outcome, json=target)


def _own_stem(stem: Path) -> Path:
    """`stem`, unless files of somebody else stand there: an input folder may be the output folder too."""
    ours = _beside(stem, ".json").exists()
    foreign = any(_beside(stem, suffix).exists() for suffix in (".pdf", ".capture.pdf"))
    return _beside(stem, ".ecopy") if foreign and not ours else stem


def _remove_stale(stem: Path, document_id: str) -> None:
    """A new scan under an old name: what the old document left there must not pass for the new one's."""
    record = _beside(stem, ".json")
    if not record.exists():
        return
    try:
        previous = json.loads(record.read_text(encoding="utf-8")).get("id")
    except (ValueError, AttributeError):
        previous = None
    if previous != document_id:
        for suffix in (".pdf", ".capture.pdf"):
            _beside(stem, suffix).unlink(missing_ok=True)


def copy_out(app: Application, key: str, target: Path) -> None:
    """Copy an object to `target`, replaced whole or not at all. Raises StorageFault."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_object(app, key, target)
    except OSError as fault:
        raise StorageFault(reason=f"{target}: {fault.strerror or fault}") from fault


def _copy_object(app: Application, key: str, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.{new_id()}")
    try:
        with app.vault.open(key) as source, temporary.open("xb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _replace(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}.{new_id()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _beside(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + os.linesep
