"""What stands in the way of sending, in the words of whoever said so."""

from __future__ import annotations

from models.base import Value
from models.errors import EcopyError, ErrorReport
from models.text import Language


class Obstacle(Value):
    """An error that outlives the moment in which it was raised: kept with what waits because of it, in both languages."""

    vi: ErrorReport
    en: ErrorReport

    @classmethod
    def of(cls, error: EcopyError) -> Obstacle:
        return cls(vi=error.report("vi"), en=error.report("en"))

    @classmethod
    def defect(cls, fault: Exception) -> Obstacle:
        """Of what nobody foresaw."""
        return cls.of(EcopyError(reason=f"{type(fault).__name__}: {fault}"))

    @property
    def code(self) -> str:
        return self.en.code

    def report(self, language: Language) -> ErrorReport:
        return self.vi if language == "vi" else self.en
