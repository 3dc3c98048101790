"""Paths given by a person become an ordered list of files, each with the place its results go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from models.errors import PathNotFound
from models.filenames import DOCUMENT_SUFFIXES


@dataclass(frozen=True)
class InputFile:
    """One file to work on."""

    path: Path
    place: PurePath
    """Where its results go, relative to the output folder and without suffix."""


@dataclass(frozen=True)
class Inputs:
    """The files of one call, in order."""

    files: tuple[InputFile, ...]
    skipped: tuple[Path, ...]
    """Files found in folders that are no documents by their names; said, never hidden."""


def collect(paths: Iterable[Path]) -> Inputs:
    """Walk files and folders. Raises PathNotFound before any work begins."""
    files: list[InputFile] = []
    skipped: list[Path] = []
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found = [p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p, path)]
            wanted = [(p, p.relative_to(path)) for p in found if p.suffix.lower() in DOCUMENT_SUFFIXES]
            skipped.extend(p for p in found if p.suffix.lower() not in DOCUMENT_SUFFIXES)
        elif path.exists():
            wanted = [(path, Path(path.name))]
        else:
            raise PathNotFound(path=path)
        for file, relative in wanted:
            resolved = file.resolve()
            if resolved not in seen:
                seen.add(resolved)
                files.append(InputFile(path=file, place=PurePath(relative)))
    return Inputs(files=_without_clashes(files), skipped=tuple(skipped))


def _without_clashes(files: list[InputFile]) -> tuple[InputFile, ...]:
    """Drop suffixes; where `a.jpg` and `a.png` would meet, the later ones keep their full name."""
    taken: set[PurePath] = set()
    placed = []
    for file in files:
        place = file.place.with_suffix("") if file.place.suffix else file.place
        for number in range(len(files) + 1):
            candidate = place if number == 0 else file.place.with_name(f"{file.place.name}{_tail(number)}")
            if candidate not in taken:
                break
        taken.add(candidate)
        placed.append(InputFile(path=file.path, place=candidate))
    return tuple(placed)


def _tail(number: int) -> str:
    return "" if number == 1 else f"-{number}"


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
