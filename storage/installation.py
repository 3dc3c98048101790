"""What all machines of an installation have to agree on: said by the first, checked by the others."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage import schema as t

_I = t.installation


def agreed(engine: sa.Engine, name: str, value: str) -> bool:
    """Whether `value` is what the installation goes by; the first value that is said of a `name` is."""
    with engine.connect() as connection:
        known = connection.scalar(sa.select(_I.c.value).where(_I.c.name == name))
    if known is None:
        try:
            with engine.begin() as connection:
                connection.execute(_I.insert().values(name=name, value=value))
            return True
        except IntegrityError:  # another machine was first
            return agreed(engine, name, value)
    return bool(known == value)
