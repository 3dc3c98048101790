"""What is said of one scan to the server: where it belongs, what was laid on the scanner, how it was scanned."""

from __future__ import annotations

from models.base import Value
from models.ecopy import PresentedAs
from models.scans import ScanRecord

PROVISIONAL = "provisional:"
"""In place of a purpose: the dossier's code was not known yet. Such scans wait until somebody tells it."""


class ScanWords(Value):
    """The words of a scan; no name and no number of the person whose paper it is."""

    purpose: str
    """`dossier:CODE`, `lot:NAME`, `intake:counter`, or `provisional:CODE`."""
    presented_as: PresentedAs
    component: str | None = None
    component_name: str | None = None
    """For the screen."""
    document_type: str | None = None
    one_document: bool = True
    counted: int | None = None
    """Pages as the clerk counted them."""
    scan: ScanRecord | None = None

    @property
    def may_go(self) -> bool:
        return not self.purpose.startswith(PROVISIONAL)

    def declared(self, identifier: str) -> dict[str, str | None]:
        """As tus metadata say it."""
        return {
            "filename": f"{identifier}.scan",
            "presented_as": self.presented_as,
            "component": self.component,
            "document_type": self.document_type,
            "one_document": "true" if self.one_document else None,
            "scan": self.scan.model_dump_json(exclude_none=True) if self.scan is not None else None,
        }
