"""Who reads in the OCR bench: each contender is one command line from picture files to text, as a user runs it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bench.figures import OUT
from bench.processes import PeakMemory
from models.errors import EcopyError

OCRMYPDF = "ocrmypdf==17.13.0"
VENV = OUT / "ocrmypdf-environment"
MIB = 1 << 20


class NotHere(RuntimeError):
    """The contender can't run on this machine; says why."""


@dataclass(frozen=True)
class Run:
    """What one command did with some pages."""

    texts: tuple[str, ...]
    """Text by page."""
    seconds: float
    first_page_seconds: float | None
    """From the start of the command to the first page's text, where the contender tells."""
    largest_process_mib: float
    all_processes_mib: float
    """Proportional set size of the command and its children."""


class Contender(ABC):
    """One way to read pages."""

    name: str
    title: str
    """For tables."""
    ours: bool = False

    @abstractmethod
    def version(self) -> str:
        """What runs. Raises NotHere."""

    @abstractmethod
    def command(self, pages: Sequence[Path], jobs: int, folder: Path) -> list[str]:
        """The command that reads `pages` on `jobs` processes and leaves its results in `folder`."""

    @abstractmethod
    def texts(self, pages: Sequence[Path], folder: Path) -> list[str]:
        """The text of each page, out of `folder`."""

    def prepare(self, pages: Sequence[Path], dpi: Sequence[float], folder: Path) -> None:
        """What is done before the clock starts: the input in the form the contender takes."""
        return

    def first_page_at(self, folder: Path) -> float | None:
        """When the first page's text was there (seconds since the epoch); None where the command doesn't tell."""
        return None

    def run(self, pages: Sequence[Path], dpi: Sequence[float], jobs: int, folder: Path) -> Run:
        """Read `pages` in an empty `folder`. Raises CalledProcessError with what the command said."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.prepare(pages, dpi, folder)
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        with (folder / "log").open("wb") as log:
            began, start = time.time(), time.perf_counter()
            child = subprocess.Popen(
                self.command(pages, jobs, folder), stdout=log, stderr=subprocess.STDOUT, env=environment
            )
            with PeakMemory(0.1, root=child.pid) as peak:
                status = child.wait()
            spent = time.perf_counter() - start
        if status:
            said = (folder / "log").read_text(errors="replace")[-3000:]
            raise subprocess.CalledProcessError(status, self.name, said)
        first = self.first_page_at(folder)
        return Run(
            texts=tuple(self.texts(pages, folder)),
            seconds=spent,
            first_page_seconds=None if first is None else first - began,
            largest_process_mib=peak.largest_process / MIB,
            all_processes_mib=peak.whole_tree / MIB,
        )


class Ours(Contender):
    """One of our engines: prepares, reads and writes the PDF/A with its text layer."""

    ours = True

    def __init__(self, engine: str, profile: str) -> None:
        self.engine, self.profile = engine, profile
        self.name = f"{engine}-{profile}"
        self.title = f"ecopy {engine}, {profile}"

    def version(self) -> str:
        from ocr.engines import create_engine

        try:
            found = create_engine(self.engine, profile=self.profile).version
        except EcopyError as reason:
            raise NotHere(str(reason)) from reason
        return f"{found.name} {found.version}"

    def command(self, pages: Sequence[Path], jobs: int, folder: Path) -> list[str]:
        head = [
            sys.executable,
            "-m",
            "bench.ocr_reader",
            self.engine,
            self.profile,
            str(jobs),
            str(folder / "out"),
        ]
        return [*head, *map(str, pages)]

    def texts(self, pages: Sequence[Path], folder: Path) -> list[str]:
        return [(folder / "out" / f"{n}.txt").read_text(encoding="utf-8") for n in range(len(pages))]

    def first_page_at(self, folder: Path) -> float | None:
        return float(json.loads((folder / "out" / "facts.json").read_text())["first_page_at"])


class Tesseract(Contender):
    """The program on each picture with its own settings (`--psm 3`), as many at a time as jobs."""

    name, title = "tesseract-raw", "Tesseract as installed (`--psm 3`)"

    def version(self) -> str:
        return _said(["tesseract", "--version"]).splitlines()[0]

    def prepare(self, pages: Sequence[Path], dpi: Sequence[float], folder: Path) -> None:
        lines = [f"{page}\0{folder / str(n)}\0" for n, page in enumerate(pages)]
        (folder / "work").write_text("".join(lines))

    def command(self, pages: Sequence[Path], jobs: int, folder: Path) -> list[str]:
        script = 'exec tesseract "$0" "$1" -l vie --psm 3'
        return ["xargs", "-a", str(folder / "work"), "-0", "-n", "2", "-P", str(jobs), "sh", "-c", script]

    def texts(self, pages: Sequence[Path], folder: Path) -> list[str]:
        return [(folder / f"{n}.txt").read_text(encoding="utf-8") for n in range(len(pages))]


class OcrMyPdf(Contender):
    """OCRmyPDF from an environment of its own; `options` beside language and jobs."""

    def __init__(self, name: str, title: str, *options: str) -> None:
        self.name, self.title, self.options = name, title, options

    def version(self) -> str:
        if "--clean" in self.options and not shutil.which("unpaper"):
            raise NotHere("--clean needs the program unpaper (apt-get install unpaper)")
        program = _installed_ocrmypdf()
        return f"OCRmyPDF {_said([str(program), '--version']).strip()}"

    def prepare(self, pages: Sequence[Path], dpi: Sequence[float], folder: Path) -> None:
        from samples.formats import scanned_pdf

        content = []
        for page, resolution in zip(pages, dpi, strict=True):
            data = page.read_bytes()
            with Image.open(page) as picture:
                size = picture.size
                if picture.format != "JPEG" or picture.mode != "RGB":
                    data = _as_jpeg(picture)
            content.append((data, size, round(resolution)))
        scanned_pdf(content, folder / "in.pdf")

    def command(self, pages: Sequence[Path], jobs: int, folder: Path) -> list[str]:
        files = ["--sidecar", str(folder / "text"), str(folder / "in.pdf"), str(folder / "out.pdf")]
        return [str(VENV / "bin" / "ocrmypdf"), "-l", "vie", "--jobs", str(jobs), *self.options, *files]

    def texts(self, pages: Sequence[Path], folder: Path) -> list[str]:
        found = (folder / "text").read_text(encoding="utf-8").split("\f")
        return (found + [""] * len(pages))[: len(pages)]


def all_contenders() -> list[Contender]:
    """Ours first, then what a user could install instead."""
    return [
        Ours("own", "best"),
        Ours("own", "fast"),
        Ours("tesserocr", "best"),
        Ours("tesserocr", "fast"),
        Ours("tesseract", "best"),
        Tesseract(),
        OcrMyPdf("ocrmypdf", "OCRmyPDF, its defaults"),
        OcrMyPdf("ocrmypdf-clean", "OCRmyPDF `--deskew --clean`", "--deskew", "--clean"),
    ]


def _installed_ocrmypdf() -> Path:
    """Its program, installed on first use into an environment of its own. Raises NotHere."""
    program = VENV / "bin" / "ocrmypdf"
    if program.exists():
        return program
    try:
        if uv := shutil.which("uv"):
            subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(VENV)], check=True)
            install = [uv, "pip", "install", "-q", "--python", str(VENV / "bin" / "python"), OCRMYPDF]
        else:
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
            install = [str(VENV / "bin" / "pip"), "install", "-q", OCRMYPDF]
        subprocess.run(install, check=True)
    except (OSError, subprocess.CalledProcessError) as reason:
        raise NotHere(f"{OCRMYPDF} could not be installed: {reason}") from reason
    return program


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=True, text=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as reason:
        raise NotHere(f"{command[0]}: {reason}") from reason


def _as_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()
