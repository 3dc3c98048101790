"""The demonstration's inputs: committed files that need no fonts, and the recipe they were made by."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from models.errors import TruncatedFile
from samples.digital import digital_truth, paper_as_pdf
from samples.flaws import wrong_birth_year
from samples.fonts import FontBook
from samples.formats import write_sample
from samples.generate import Sample, draw_paper, fonts, scan_paper
from samples.papers import Paper
from samples.scan import RECIPES, Recipe
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
        "quyet-dinh.pdf", "Quyết định hai trang, PDF quét", "Decision of two pages, scanned PDF", "issued"
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


def demo_papers(book: FontBook) -> dict[str, Paper]:
    """The papers behind the inputs, before scanning. Raises NoFont."""
    used = book.only(FAMILIES)
    return {
        "giay-khai-sinh.jpg": draw_paper("giay_khai_sinh", 41, "form-2020", used),
        "can-cuoc.jpg": draw_paper("can_cuoc", 2024, "2024-sheet", used),
        # This seed's decision runs over two pages.
        "quyet-dinh.pdf": draw_paper("quyet_dinh", 120, "commune", used),
        "quyet-dinh-dien-tu.pdf": draw_paper("quyet_dinh", 11, "province", used),
        "trich-luc-khai-sinh-nghi-van.jpg": wrong_birth_year(
            draw_paper("trich_luc_khai_sinh", 7, "form-2015", used)
        ),
    }


def build_demo(folder: Path, book: FontBook | None = None) -> None:
    """Make the committed files anew (`python -m samples --demo --out DIR`). Raises NoFont."""
    folder.mkdir(parents=True, exist_ok=True)
    used = (book or fonts()).only(FAMILIES)
    papers = demo_papers(used)
    # A good office scanner: little noise, so that the files stay small.
    office = replace(RECIPES["scanned"], noise=(0.3, 0.5), skew=0.8)
    copier = replace(RECIPES["photocopy"], noise=(0.4, 0.6), jpeg_quality=(60, 60))

    def scanned(name: str, variant: str, recipe: Recipe) -> Sample:
        return scan_paper(papers[name], 1, variant, used, recipe=recipe)

    for name, form, quality in (
        ("giay-khai-sinh.jpg", "jpeg", 60),
        ("can-cuoc.jpg", "jpeg", 80),
        ("quyet-dinh.pdf", "pdf", 65),
    ):
        sample = scanned(name, "scanned", replace(office, jpeg_quality=(quality, quality)))
        write_sample(sample, folder, form, Path(name).stem)
    doubtful = "trich-luc-khai-sinh-nghi-van.jpg"
    write_sample(scanned(doubtful, "photocopy", copier), folder, "jpeg", Path(doubtful).stem)
    electronic = papers["quyet-dinh-dien-tu.pdf"]
    title = f"Quyết định {electronic.fields['number']} (mẫu)"
    (folder / "quyet-dinh-dien-tu.pdf").write_bytes(paper_as_pdf(electronic, title))
    digital_truth(electronic, 1).write(folder / "quyet-dinh-dien-tu.truth.json")
    whole = (folder / "giay-khai-sinh.jpg").read_bytes()
    (folder / "tep-hong.jpg").write_bytes(whole[: len(whole) // 3])


def _packaged() -> Traversable:
    return resources.files("samples") / "demo"
