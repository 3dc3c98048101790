"""The part of the register that a search may show: the papers of a case, of a holder, of a lot, or of an agency."""

from __future__ import annotations

from dataclasses import dataclass

_OF_HOLDER = (
    "EXISTS (SELECT 1 FROM document_holders wh WHERE wh.document_id = d.id AND wh.holder_id = :within_holder)"
)
_COMPONENT = "EXISTS (SELECT 1 FROM components wc WHERE wc.document_id = d.id AND wc.dossier_code {})"
_RESULT = "EXISTS (SELECT 1 FROM results wr WHERE wr.document_id = d.id AND wr.dossier_code {})"
_AGAIN = "EXISTS (SELECT 1 FROM presented_again wp WHERE wp.document_id = d.id AND wp.dossier_code {})"
_OF_AGENCY = "IN (SELECT wd.code FROM dossiers wd WHERE wd.agency = :within_agency)"


@dataclass(frozen=True)
class Within:
    """A condition on the row `d` of a document, with its values."""

    condition: str
    values: dict[str, str]


def of_dossier(code: str, holder_id: str | None) -> Within:
    """What a dossier is about: its own papers and those of its holder, as `storage.access.targets` has it."""
    ways = ["d.dossier_code = :within_dossier"]
    ways += [part.format("= :within_dossier") for part in (_COMPONENT, _RESULT, _AGAIN)]
    values = {"within_dossier": code}
    if holder_id is not None:
        ways.append(_OF_HOLDER)
        values["within_holder"] = holder_id
    return Within(f"({' OR '.join(ways)})", values)


def of_holder(holder_id: str | None) -> Within:
    """The papers of one holder; nothing for a holder whom nothing is known of."""
    return Within(_OF_HOLDER, {"within_holder": holder_id}) if holder_id is not None else Within("1 = 0", {})


def of_lot(lot_id: str) -> Within:
    return Within("d.lot_id = :within_lot", {"within_lot": lot_id})


def of_agency(agency: str, own: str) -> Within:
    """What came in at an agency or belongs to a case of it; `own` is the installation's."""
    ways = (
        "coalesce((SELECT ws.agency FROM sources ws WHERE ws.id = d.source_id), :within_own) = :within_agency",
        f"d.dossier_code {_OF_AGENCY}",
        "d.lot_id IN (SELECT wl.id FROM lots wl WHERE wl.agency = :within_agency)",
        _COMPONENT.format(_OF_AGENCY),
    )
    return Within(f"({' OR '.join(ways)})", {"within_agency": agency, "within_own": own})
