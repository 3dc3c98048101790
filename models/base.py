"""The common base of every value that crosses a room's boundary: frozen, strict about unknown keys."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value; two values with equal fields are equal. Unknown keys are an error, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
