"""The demonstration's inputs: committed files that need no fonts, and the recipe they were made by."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from models.errors import TruncatedFile
from samples.digital import born_digital
from samples.flaws import wrong_birth_year
from samples.fonts import FontBook
from samples.formats import write_sample
from samples.generate import Sample, draw_paper, fonts, scan_paper
from samples.scan import RECIPES
from samples.truth import Truth

Outcome = Literal["issued", "signed_original", "in_review", "refused"]
FAMILIES = ("Tinos", "Arimo", "Cousine")
"""The fonts of the committed files: one serif, one sans, one for machine-readable zones."""


@dataclass(frozen=True)
class DemoFile:
    """One input of the demonstration and what must become of it."""

    name: str
    title_vi: str
    title_en: str
    outcome: Outcome
    """`signed_original`: the demonstration signs this born-digital PDF first, then hands it in."""
    error_code: str | None = None


DEMO_FILES = (
    DemoFile(
        "giay-khai-sinh.jpg", "Giấy khai sinh, quét màu 300 dpi", "Birth certificate, colour scan", "issued"
    ),
    DemoFile("can-cuoc.jpg", "Căn cước, hai mặt trên một tờ A4", "Identity card, both sides on A4", "issued"),
    DemoFile(
        "quyet-dinh.pdf", "Quyết định ba trang, PDF quét", "Decision of three pages, scanned PDF", "issued"
    ),
    DemoFile(
        "quyet-dinh-dien-tu.pdf",
        "Quyết định điện tử, sẽ được ký số trước khi nộp",
        "Born-digital decision, to be signed before it is handed in",
        "signed_original",
    ),
    DemoFile(
        "trich-luc-khai-sinh-nghi-van.jpg",
        "Trích lục khai sinh (bản photo) có số định danh mâu thuẫn với năm sinh",
        "Photocopied birth extract whose personal number contradicts the birth year",
        "in_review",
    ),
    DemoFile("tep-hong.jpg", "Tệp JPEG bị cụt", "Truncated JPEG", "refused", TruncatedFile.code),
)


def write_demo(folder: Path) -> tuple[tuple[DemoFile, Path], ...]:
    """Copy every input into `folder`; needs neither fonts nor tools."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for entry in DEMO_FILES:
        target = folder / entry.name
        with resources.as_file(_packaged() / entry.name) as source:
            shutil.copyfile(source, target)
        written.append((entry, target))
    return tuple(written)


def demo_truth(name: str) -> Truth | None:
    """The ground truth of one input; None for the broken file."""
    file = _packaged() / f"{Path(name).stem}.truth.json"
    return Truth.model_validate_json(file.read_text(encoding="utf-8")) if file.is_file() else None


def build_demo(folder: Path, book: FontBook | None = None) -> None:
    """Make the committed files anew (`python -m samples --demo DIR`). Raises NoFont."""
    folder.mkdir(parents=True, exist_ok=True)
    used = (book or fonts()).only(FAMILIES)
    certificate = _scanned("giay_khai_sinh", 2026, "form-2020", used, quality=50)
    write_sample(certificate, folder, "jpeg", "giay-khai-sinh")
    write_sample(_scanned("can_cuoc", 2024, "2024-sheet", used, quality=80), folder, "jpeg", "can-cuoc")
    write_sample(
        _scanned("quyet_dinh", _THREE_PAGES, "commune", used, quality=48), folder, "pdf", "quyet-dinh"
    )
    data, truth = born_digital(118, layout="province", book=used)
    (folder / "quyet-dinh-dien-tu.pdf").write_bytes(data)
    truth.write(folder / "quyet-dinh-dien-tu.truth.json")
    doubtful = wrong_birth_year(draw_paper("trich_luc_khai_sinh", 7, "form-2015", used))
    photocopy = scan_paper(
        doubtful,
        7,
        "photocopy",
        used,
        recipe=replace(RECIPES["photocopy"], noise=(0.6, 1.0), jpeg_quality=(60, 60)),
    )
    write_sample(photocopy, folder, "jpeg", "trich-luc-khai-sinh-nghi-van")
    whole = certificate.pages[0].jpeg()
    (folder / "tep-hong.jpg").write_bytes(whole[: len(whole) // 3])


_THREE_PAGES = 29
"""A seed whose decision runs over three pages, with a table and a company's tax code."""


def _scanned(kind: str, seed: int, layout: str, book: FontBook, *, quality: int) -> Sample:
    """A good office scanner: little noise, so that the files stay small."""
    recipe = replace(RECIPES["scanned"], noise=(0.5, 0.9), skew=0.8, jpeg_quality=(quality, quality))
    return scan_paper(draw_paper(kind, seed, layout, book), seed, "scanned", book, recipe=recipe)


def _packaged() -> Traversable:
    return resources.files("samples") / "demo"
