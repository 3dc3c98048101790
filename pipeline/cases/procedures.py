"""Procedures from a file into the register, and out of it for people to look at."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from models.base import Value
from models.casework import Procedure
from models.errors import BadProcedures, PathNotFound
from pipeline.application import Application
from pipeline.attempts import attempt, operator
from storage.cases import procedures as stored

PURPOSE = "maintenance:procedures"


class ProcedureFile(Value):
    """What a file of procedures holds."""

    procedures: tuple[Procedure, ...] = Field(min_length=1)


def procedures_in(path: Path) -> tuple[Procedure, ...]:
    """The procedures of a YAML file. Raises PathNotFound or BadProcedures."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PathNotFound(path=path) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise BadProcedures(path=path, reason=str(fault)) from fault
    try:
        found = ProcedureFile.model_validate(yaml.safe_load(text)).procedures
    except yaml.YAMLError as fault:
        raise BadProcedures(path=path, reason=str(fault)) from fault
    except ValidationError as fault:
        lines = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors())
        raise BadProcedures(path=path, reason="; ".join(lines)) from None
    versions = [(one.code, one.valid_from) for one in found]
    if twice := sorted({f"{code} ({day})" for code, day in versions if versions.count((code, day)) > 1}):
        raise BadProcedures(path=path, reason=f"twice: {', '.join(twice)}")
    return found


def import_procedures(app: Application, path: Path) -> list[Procedure]:
    """Take over a file's procedures, all or none. Returns those that were new or changed.

    Raises PathNotFound, BadProcedures, or ProcedureInUse.
    """
    with (
        attempt(app, "put_procedure", "procedures", purpose=PURPOSE),
        app.register.transaction(actor=operator(), purpose=PURPOSE) as tx,
    ):
        found = procedures_in(path)
        return [one for one in sorted(found, key=lambda p: p.valid_from) if stored.put_procedure(tx, one)]


def known_procedures(app: Application, code: str | None = None) -> list[Procedure]:
    """Every version of every procedure, or of one."""
    with app.register.reading() as connection:
        return stored.procedures(connection, code)
