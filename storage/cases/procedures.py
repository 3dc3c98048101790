"""Procedures with what they ask for, each version for a time."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from models.casework import ComponentRule, Procedure, procedure_number
from models.errors import ProcedureInUse, UnknownProcedure
from models.times import for_people
from storage import schema as t
from storage.once import insert_once
from storage.register import Transaction

_P, _R = t.procedures, t.component_rules


def put_procedure(tx: Transaction, procedure: Procedure) -> bool:
    """Take over one version of a procedure, in place of what was known of that code and day.

    A version without an end ends on the day before the next one. Returns whether anything changed. Raises
    ProcedureInUse when dossiers were opened under other components of this very version.
    """
    procedure = _ended_before_next(tx.connection, procedure)
    begins = procedure.valid_from.isoformat()
    known = _stored(tx.connection, procedure.code, begins)
    if known == procedure:
        return False
    if known is not None and known.components != procedure.components:
        _check_unused(tx.connection, known)
    facts = {
        "valid_to": procedure.valid_to.isoformat() if procedure.valid_to else None,
        "name": procedure.name,
        "source": procedure.source,
    }
    if not insert_once(tx.connection, _P, code=procedure.code, valid_from=begins, **facts):
        mine = sa.and_(_P.c.code == procedure.code, _P.c.valid_from == begins)
        tx.connection.execute(_P.update().where(mine).values(**facts))
        rules = sa.and_(_R.c.procedure_code == procedure.code, _R.c.valid_from == begins)
        tx.connection.execute(_R.delete().where(rules))
    if procedure.components:
        tx.connection.execute(
            _R.insert(),
            [
                {
                    "procedure_code": procedure.code,
                    "valid_from": begins,
                    "component_code": rule.code,
                    "position": position,
                    "name": rule.name,
                    "document_type": rule.document_type,
                    "handling": rule.handling,
                    "required": rule.required,
                    "result": rule.result,
                }
                for position, rule in enumerate(procedure.components, start=1)
            ],
        )
    _end_earlier(tx, procedure)
    tx.audit("put_procedure", procedure.code, valid_from=begins, components=len(procedure.components))
    return True


def procedure_on(connection: sa.Connection, code: str, day: date) -> Procedure:
    """The version of a procedure in force on `day`; a localised code falls back on the national one.

    Raises UnknownProcedure.
    """
    for wanted in dict.fromkeys((code, procedure_number(code))):
        query = sa.select(_P.c.valid_from).where(
            _P.c.code == wanted,
            _P.c.valid_from <= day.isoformat(),
            sa.or_(_P.c.valid_to.is_(None), _P.c.valid_to >= day.isoformat()),
        )
        begins = connection.scalar(query.order_by(_P.c.valid_from.desc()).limit(1))
        found = _stored(connection, wanted, begins) if begins is not None else None
        if found is not None:
            return found
    raise UnknownProcedure(code=code, day=for_people(day))


def procedures(connection: sa.Connection, code: str | None = None) -> list[Procedure]:
    """Every version of every procedure, or of one; by code and time."""
    query = sa.select(_P.c.code, _P.c.valid_from).order_by(_P.c.code, _P.c.valid_from)
    if code is not None:
        query = query.where(_P.c.code.in_({code, procedure_number(code)}))
    found = (_stored(connection, known, begins) for known, begins in connection.execute(query).all())
    return [procedure for procedure in found if procedure is not None]


def _ended_before_next(connection: sa.Connection, procedure: Procedure) -> Procedure:
    later = sa.and_(_P.c.code == procedure.code, _P.c.valid_from > procedure.valid_from.isoformat())
    begins = connection.scalar(sa.select(sa.func.min(_P.c.valid_from)).where(later))
    if procedure.valid_to is not None or begins is None:
        return procedure
    last = date.fromordinal(date.fromisoformat(begins).toordinal() - 1)
    return procedure.model_copy(update={"valid_to": last})


def _check_unused(connection: sa.Connection, procedure: Procedure) -> None:
    """Dossiers keep the components they were opened with."""
    h = t.dossiers
    opened = sa.and_(
        h.c.procedure_code == procedure.code,
        h.c.procedure_valid_from == procedure.valid_from.isoformat(),
    )
    if connection.scalar(sa.select(h.c.code).where(opened).limit(1)) is not None:
        raise ProcedureInUse(code=procedure.code, day=for_people(procedure.valid_from))


def _end_earlier(tx: Transaction, procedure: Procedure) -> None:
    """What went on without an end before this version ends on the day before it."""
    begins = procedure.valid_from
    earlier = sa.and_(
        _P.c.code == procedure.code, _P.c.valid_from < begins.isoformat(), _P.c.valid_to.is_(None)
    )
    last = date.fromordinal(begins.toordinal() - 1).isoformat()
    tx.connection.execute(_P.update().where(earlier).values(valid_to=last))


def _stored(connection: sa.Connection, code: str, begins: str) -> Procedure | None:
    row = connection.execute(sa.select(_P).where(_P.c.code == code, _P.c.valid_from == begins)).first()
    if row is None:
        return None
    query = sa.select(_R).where(_R.c.procedure_code == code, _R.c.valid_from == begins)
    rules = connection.execute(query.order_by(_R.c.position))
    return Procedure(
        code=row.code,
        name=row.name,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        components=tuple(
            ComponentRule(
                code=rule.component_code,
                name=rule.name,
                document_type=rule.document_type,
                handling=rule.handling,
                required=rule.required,
                result=rule.result,
            )
            for rule in rules
        ),
    )
