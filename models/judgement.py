"""What a person's confirmation says about each field that a machine proposed: reading, proposal and truth."""

from __future__ import annotations

from typing import Literal

from models.base import Value
from models.extraction import FieldValue

Outcome = Literal["confirmed", "changed", "added", "removed"]
"""What the person did: let the proposal stand, gave another value, gave a value where nothing was proposed, or said
that the paper has no such field. Nothing proposed and nothing on the paper, said in so many words, is `confirmed`."""

Look = Literal["asked", "shown"]
"""`asked`: the machine was in doubt, or missed the field, and asked the person to look. `shown`: it had accepted the
value (or saw no need for one); the field stood on the same sheet, but nobody was asked to look at it."""

TYPE_FIELD = "_type"
"""The document's type among its judged fields; no field of a definition can have this name."""
TYPE_KIND = "type"


class Judgement(Value):
    """One field before and after a named person looked at it."""

    field: str
    """Name of the field, or TYPE_FIELD."""
    kind: str
    """`extraction.definitions.Kind` of the field, or TYPE_KIND."""
    look: Look
    outcome: Outcome
    proposal: FieldValue | None
    """What the machine read (`printed`, `page`, `box`) and made of it (`value`, `confidence`, `evidence`); None where it
    proposed nothing."""
    truth: str | None
    """The value the person stands for, normalised like `FieldValue.value`; None: the paper does not have the field."""

    @property
    def right(self) -> bool:
        """Whether the machine was right, be it with a value or with none."""
        return self.outcome == "confirmed"

    @property
    def accepted(self) -> bool:
        """Whether the machine proposed a value and was sure enough of it not to ask."""
        return self.look == "shown" and self.proposal is not None


class JudgedDocument(Value):
    """A document as a person confirmed it, field by field."""

    document_type: str
    """The type as confirmed."""
    type_version: int
    """Version of the type's definition."""
    extractor: str
    """Version of the extractor that made the proposals (`Extraction.extractor`)."""
    engine: str
    """Engine and version of the reading they were made from."""
    fields: tuple[Judgement, ...]
