"""Results as files in the output folder: e-copy, capture and JSON, each replaced whole or not at all."""

from __future__ import annotations

import glob
import itertools
import json
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePath

from models.errors import DocumentDisposed, DocumentRestricted, ErrorReport, StorageFault
from models.ids import new_id
from models.signatures import RECORD_SUFFIX
from pipeline.application import Application
from pipeline.attempts import attempt, operator
from pipeline.papers.outcome import DocumentOutcome
from pipeline.papers.report import document_outcome
from pipeline.stages.base import purpose_of
from storage.keeping.disposal import why_withheld
from storage.records import DocumentRecord

FILES = (".pdf", f".pdf{RECORD_SUFFIX}", ".capture.pdf")
"""What may stand beside the JSON: the e-copy, its evidence record, the capture."""


@dataclass(frozen=True)
class Exported:
    """Where the files of one document were written."""

    outcome: DocumentOutcome
    json: Path


def part_places(out: Path, place: PurePath, count: int, taken: frozenset[PurePath]) -> list[Path]:
    """Where the results of a source's `count` documents go, without suffix: `a` alone, `a-1`, `a-2` of several.

    The names of the other files of the call are `taken`: beside `a.pdf` there may be an `a-1.jpg`.
    """
    if count == 1:
        return [out / place]
    for strokes in itertools.count(1):
        names = [place.with_name(f"{place.name}{'-' * strokes}{n}") for n in range(1, count + 1)]
        if not taken.intersection(names):
            break
    return [out / name for name in names]


def remove_replaced(stem: Path, gone: Collection[str]) -> None:
    """Remove the results of documents that others took the place of: they must not pass for what counts now."""
    for record in stem.parent.glob(f"{glob.escape(stem.name)}*.json") if gone else ():
        if _id_in(record) in gone:
            for suffix in (*FILES, ".json"):
                record.with_name(record.name.removesuffix(".json") + suffix).unlink(missing_ok=True)


def check_exportable(app: Application, document: DocumentRecord) -> None:
    """Raise DocumentRestricted or DocumentDisposed where nothing of a document may be given out; that is on record."""
    with attempt(app, "export", document.id, purpose=purpose_of(document)):
        with app.register.reading() as connection:
            withheld = why_withheld(connection, document.id)
        if withheld == "restricted":
            raise DocumentRestricted(id=document.id)
        if withheld == "disposal":
            raise DocumentDisposed(id=document.id)


def export_document(
    app: Application,
    document: DocumentRecord,
    stem: Path,
    sources: list[str],
    fault: ErrorReport | None = None,
) -> Exported:
    """Write `STEM.pdf`, its evidence record `STEM.pdf.ers`, `STEM.capture.pdf` (where they exist) and `STEM.json`; `fault` is what stopped the document.

    Raises StorageFault when the output folder can't be written.
    """
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        stem = _own_stem(stem)
        _remove_stale(stem, document.id)
        capture = app.register.capture(document.id)
        _put_on_record(app, document)
        capture_path = _beside(stem, ".capture.pdf") if capture else None
        if capture and capture_path:
            _copy_object(app, capture.object_key, capture_path)
        ecopy = app.register.ecopy_of(document.id)
        revision = app.register.latest_revision(ecopy.id) if ecopy else None
        ecopy_path = _beside(stem, ".pdf") if revision else None
        if revision and ecopy_path:
            _copy_object(app, revision.object_key, ecopy_path)
            write_record(app, revision.ecopy_id, ecopy_path)
        outcome = document_outcome(app, document, capture_path=capture_path, ecopy_path=ecopy_path)
        if fault is not None:
            outcome = outcome.model_copy(update={"error": fault})
        target = _beside(stem, ".json")
        written = outcome.model_dump(mode="json")
        _replace(target, _json({"sources": sources, **written}))
    except OSError as fault:
        raise StorageFault(reason=f"{stem.parent}: {fault.strerror or fault}") from fault
    return Exported(outcome=outcome, json=target)


def write_record(app: Application, ecopy_id: str, ecopy: Path) -> Path | None:
    """Write the evidence record of an e-copy beside its file; where it has none, none is left there. Returns its place."""
    from pipeline.keeping.records import record_of_ecopy

    with app.register.reading() as connection:
        record = record_of_ecopy(connection, ecopy_id)
    place = ecopy.with_name(ecopy.name + RECORD_SUFFIX)
    if record is None:
        place.unlink(missing_ok=True)
        return None
    _replace(place, record)
    return place


def _put_on_record(app: Application, document: DocumentRecord) -> None:
    """What leaves the store for somebody's folder is a release, also when it left it before."""
    ecopy = app.register.ecopy_of(document.id)
    with app.register.transaction(actor=operator(), purpose=purpose_of(document)) as tx:
        tx.audit("export", document.id, ecopy=ecopy.id if ecopy else None)


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
    if _id_in(record) != document_id:
        for suffix in FILES:
            _beside(stem, suffix).unlink(missing_ok=True)


def _id_in(record: Path) -> str | None:
    """The id of the document that a JSON file of results is about; None for any other file."""
    try:
        found = json.loads(record.read_text(encoding="utf-8")).get("id")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def copy_out(app: Application, key: str, target: Path) -> None:
    """Copy an object to `target`, replaced whole or not at all. Raises StorageFault."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_object(app, key, target)
    except OSError as fault:
        raise StorageFault(reason=f"{target}: {fault.strerror or fault}") from fault


def write_out(target: Path, content: str) -> None:
    """Write a file, replaced whole or not at all. Raises StorageFault."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content)
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


def _replace(target: Path, content: str | bytes) -> None:
    temporary = target.with_name(f".{target.name}.{new_id()}")
    try:
        temporary.write_bytes(content if isinstance(content, bytes) else content.encode())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _beside(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + os.linesep
