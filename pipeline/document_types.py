"""The document types of this installation: the packaged ones with those of the agency's own folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extraction.definitions import Catalogue, TypeDefinition, packaged_types, put_in_force
from extraction.type_file import LARGEST, BadTypeFile, Problem, read_type
from models.errors import BadSettings, BadTypeDefinition
from pipeline.settings import Settings

log = logging.getLogger("ecopy.types")

SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True)
class LoadedTypes:
    """What an installation knows, and the files that it could not use."""

    catalogue: Catalogue
    faults: tuple[BadTypeDefinition, ...] = ()


def load_types(settings: Settings) -> LoadedTypes:
    """The packaged types and those of `types_folder`. Raises BadSettings when there is no such folder.

    A file that can't be used is left out and reported; it never keeps the others from being used.
    """
    folder = settings.types_folder
    if folder is None:
        return LoadedTypes(packaged_types())
    if not folder.is_dir():
        raise BadSettings(reason=f"ECOPY_TYPES_FOLDER: {folder}")
    return combine(packaged_types(), type_files(folder))


def use_types(settings: Settings) -> LoadedTypes:
    """Load the types and make this process work with them; faults go to the log. Raises BadSettings."""
    loaded = load_types(settings)
    put_in_force(loaded.catalogue)
    for fault in loaded.faults:
        log.error("%s", fault)
    return loaded


def type_files(path: Path) -> tuple[Path, ...]:
    """The type files of a folder in the order of their names; a file stands for itself."""
    if path.is_file():
        return (path,)
    return tuple(sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file()))


def combine(base: Catalogue, files: tuple[Path, ...]) -> LoadedTypes:
    """`base` with the types of some files; of two files with one code the higher version counts."""
    faults: list[BadTypeDefinition] = []
    chosen: dict[str, tuple[TypeDefinition, Path]] = {}
    for path in files:
        try:
            definition = definition_in(path)
            _must_supersede(definition, path, base.get(definition.code))
            rival = chosen.get(definition.code)
            if rival and rival[0].version == definition.version:
                raise _refusal(
                    path,
                    f"{rival[1].name} đã định nghĩa {definition.code} cùng phiên bản {definition.version}",
                    f"{rival[1].name} defines {definition.code} with the same version {definition.version}",
                )
        except BadTypeDefinition as fault:
            faults.append(fault)
            continue
        if rival is None or rival[0].version < definition.version:
            chosen[definition.code] = (definition, path)
    catalogue = base.with_types((definition, str(path)) for definition, path in chosen.values())
    return LoadedTypes(catalogue, tuple(faults))


def definition_in(path: Path) -> TypeDefinition:
    """The definition that a file holds. Raises BadTypeDefinition with every problem, its line and its key."""
    try:
        with path.open("rb") as source:
            content = source.read(LARGEST + 1)
        return read_type(content.decode("utf-8-sig"))
    except BadTypeFile as fault:
        vi, en = ("; ".join(p.text(language) for p in fault.problems) for language in ("vi", "en"))
        raise _refusal(path, vi, en, fault.problems) from fault
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise _refusal(path, f"dòng {line}: không phải UTF-8", f"line {line}: this is not UTF-8") from fault
    except OSError as fault:
        said = fault.strerror or str(fault)
        raise _refusal(path, f"không mở được tệp ({said})", f"the file can't be opened ({said})") from fault


def _must_supersede(definition: TypeDefinition, path: Path, packaged: TypeDefinition | None) -> None:
    """A type that takes another's place has a higher version and keeps its fields, for the documents stored so far."""
    if packaged is None or packaged is definition:
        return
    if definition.version <= packaged.version:
        raise _refusal(
            path,
            f"loại {definition.code} đã có ở phiên bản {packaged.version}; cần phiên bản cao hơn",
            f"the type {definition.code} exists with version {packaged.version}; a higher version is needed",
        )
    lost = [name for name in _names(packaged) if definition.field(name) is None]
    if lost:
        names = ", ".join(lost)
        raise _refusal(
            path,
            f"thiếu trường của phiên bản {packaged.version}: {names}; trường thôi dùng thì ghi retired: true",
            f"fields of version {packaged.version} are missing: {names}; keep unused ones with retired: true",
        )


def _names(definition: TypeDefinition) -> Iterator[str]:
    yield from (f.name for f in definition.fields)
    yield from (group.field(1, c).name for group in definition.members for c in group.columns)


def _refusal(path: Path, vi: str, en: str, problems: tuple[Problem, ...] = ()) -> BadTypeDefinition:
    return BadTypeDefinition(path=str(path), reason=en, reason_vi=vi, reason_en=en, problems=problems)
