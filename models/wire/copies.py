"""Over the wire: copies that are asked for besides the whole one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.base import Value
from models.wire.lines import OneLine

MOST_FIELDS = 200


class ExcerptWanted(Value):
    """A part of a paper, laid out anew (trích sao)."""

    fields: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")], ...],
        Field(min_length=1, max_length=MOST_FIELDS),
    ]
    """Names of confirmed fields; they stand in the order of the paper's form."""


class CertificationWanted(Value):
    """A certified copy (chứng thực bản sao điện tử từ bản chính); the caller certifies."""

    number: Annotated[OneLine, Field(min_length=1, max_length=40)]
    """Số chứng thực."""
    book: Annotated[OneLine, Field(min_length=1, max_length=60)]
    """Quyển số."""
    office: Annotated[OneLine, Field(min_length=1, max_length=120)]
    """What stands above the certifier's name."""
