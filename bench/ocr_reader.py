"""Reads pages with one of our engines as the product does, and writes the searchable PDF/A: one run of the bench.

python -m bench.ocr_reader ENGINE PROFILE JOBS OUT PAGE…   writes OUT/N.txt for each page, OUT/all.pdf, OUT/facts.json
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from models.pages import SourceKind

if TYPE_CHECKING:
    from models.pages import PagePicture
    from models.ports import OcrEngine
    from models.reading import PageReading

MAX_PIXELS = 200_000_000
KINDS = {
    ".jpg": SourceKind.JPEG,
    ".jpeg": SourceKind.JPEG,
    ".png": SourceKind.PNG,
    ".tif": SourceKind.TIFF,
    ".tiff": SourceKind.TIFF,
}
_engine: OcrEngine | None = None
"""This process's engine, made once."""


def main(engine: str, profile: str, jobs: int, out: Path, pages: list[Path]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    work = [(number, path, out) for number, path in enumerate(pages)]
    if jobs == 1:
        start(engine, profile)
        found = [read(item) for item in work]
    else:
        context = get_context("spawn")
        with ProcessPoolExecutor(
            jobs, mp_context=context, initializer=start, initargs=(engine, profile)
        ) as pool:
            found = list(pool.map(read, work))
    _write_pdf(out / "all.pdf", found)
    version = found[0][4]
    facts = {
        "engine": version,
        "seconds": [round(spent, 3) for _, _, _, spent, _, _ in found],
        "first_page_at": min(done for *_, done in found),
    }
    (out / "facts.json").write_text(json.dumps(facts))


def start(engine: str, profile: str) -> None:
    """Make this process's engine."""
    import os

    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    from ocr.engines import create_engine

    global _engine
    _engine = create_engine(engine, profile=profile)


def read(item: tuple[int, Path, Path]) -> tuple[PagePicture, Path, PageReading, float, str, float]:
    """Prepare and read one page: its picture, its file, the reading, seconds, the engine, when it was done."""
    from imaging.sources import prepare_page
    from imaging.upright import load_upright

    number, path, out = item
    if _engine is None:
        raise RuntimeError("the engine is made when the process starts")
    started = time.perf_counter()
    own = out / f"page-{number}"
    own.mkdir()
    prepared = prepare_page(path, KINDS[path.suffix.lower()], 1, own, max_pixels=MAX_PIXELS)
    pixels = load_upright(prepared.path, prepared.picture)
    reading = _engine.read_page(pixels, dpi=prepared.picture.dpi, page=number + 1)
    (out / f"{number}.txt").write_text(reading.text, encoding="utf-8")
    version = f"{_engine.version.name} {_engine.version.version}"
    return prepared.picture, prepared.path, reading, time.perf_counter() - started, version, time.time()


def _write_pdf(target: Path, found: list[tuple[PagePicture, Path, PageReading, float, str, float]]) -> None:
    from pdf.writer import PageInput, write_pdfa
    from pdf.xmp import DocumentMetadata

    metadata = DocumentMetadata(
        title="Bench",
        created_at="2025-07-01T00:00:00+07:00",
        creator_tool="ecopy bench",
        producer="ecopy bench",
    )
    pages = (PageInput(picture, path, reading) for picture, path, reading, *_ in found)
    write_pdfa(target, pages, metadata=metadata, conformance="2u")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), [Path(p) for p in sys.argv[5:]])
