"""Dossiers as the counter knows them: from the server while the line holds, from what it learned before where it doesn't.

What a procedure asks for is kept on the disk, so that a day without a line knows it too; whose dossier it is never is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kiosk_agent.files import replace
from kiosk_agent.words import PROVISIONAL
from models.base import Value
from models.casework import NEVER_SCANNED, Handling
from models.errors import BadDossierCode, ComponentNotScanned, UnknownComponent
from models.identifiers import dossier_code
from models.reuse import FoundEcopy
from models.states import ComponentState
from models.wire.dossiers import Component, Dossier
from models.wire.reuse import LookUpAnswer

MOST_PROCEDURES = 500


class Wanted(Value):
    """What a procedure asks for, as it was when a dossier of it was last seen here."""

    code: str
    name: str
    handling: Handling
    required: bool
    result: bool
    document_type: str | None


_Known = TypeAdapter(dict[str, tuple[Wanted, ...]])


@dataclass
class AtCounter:
    """The dossier that lies on the counter now."""

    code: str
    procedure: str | None
    components: tuple[Component, ...] = ()
    provisional: bool = False
    """Its code is ours until somebody tells the one of the TTHC system."""
    state: str | None = None
    """As the server told it; None where it was not asked."""
    found: tuple[FoundEcopy, ...] = ()
    """What there is of the holder's papers already."""
    usable: tuple[str, ...] = ()
    holder_known: bool | None = None
    """None where nobody was looked up yet."""

    @property
    def purpose(self) -> str:
        return f"{PROVISIONAL}{self.code}" if self.provisional else f"dossier:{self.code}"

    def component(self, code: str) -> Component:
        """Raises UnknownComponent."""
        for one in self.components:
            if one.code == code:
                return one
        raise UnknownComponent(
            dossier=self.code, component=code, known=", ".join(one.code for one in self.components) or "-"
        )

    def to_scan(self, code: str) -> Component:
        """The component, where it may be scanned. Raises UnknownComponent, ComponentNotScanned."""
        one = self.component(code)
        if one.handling in NEVER_SCANNED:
            raise ComponentNotScanned(component=one.code, dossier=self.code, handling=one.handling)
        return one

    def seen(self, dossier: Dossier) -> None:
        """The server told of it."""
        self.procedure, self.components, self.state = (
            dossier.procedure,
            dossier.components,
            dossier.state.value,
        )

    def looked_up(self, answer: LookUpAnswer) -> None:
        self.found, self.usable = answer.found, answer.usable
        self.holder_known = answer.holder is not None

    def fits(self, component: Component) -> tuple[FoundEcopy, ...]:
        """What is there already and meets a component that nothing meets yet: usable, and of its type."""
        if component.state is not ComponentState.WANTED or component.document_type is None:
            return ()
        return tuple(
            one
            for one in self.found
            if one.document_id in self.usable and one.document_type == component.document_type
        )


@dataclass
class Procedures:
    """What procedures ask for, remembered in a file."""

    path: Path
    _known: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            self._known = _Known.validate_json(self.path.read_bytes())
        except (FileNotFoundError, ValidationError):
            self._known = {}  # it is learned again with the next dossier

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted(self._known))

    def learn(self, dossier: Dossier) -> None:
        wanted = tuple(
            Wanted.model_validate(one.model_dump(include=set(Wanted.model_fields)))
            for one in dossier.components
        )
        if self._known.get(dossier.procedure) == wanted:
            return
        self._known.pop(dossier.procedure, None)
        self._known[dossier.procedure] = wanted
        while len(self._known) > MOST_PROCEDURES:
            del self._known[next(iter(self._known))]
        words = {code: [one.model_dump() for one in wanted] for code, wanted in self._known.items()}
        replace(self.path, json.dumps(words, ensure_ascii=False).encode())

    def components(self, procedure: str | None) -> tuple[Component, ...]:
        """As they stand in a dossier that was just begun."""
        return tuple(
            Component(**one.model_dump(), state=ComponentState.WANTED, document=None, found_type=None)
            for one in self._known.get(procedure or "", ())
        )


def checked_code(text: str) -> str:
    """A dossier's code as it is written. Raises BadDossierCode."""
    try:
        return dossier_code.parse(text).text
    except ValueError as fault:
        raise BadDossierCode(value=text[:80], reason=str(fault)) from None


def provisional_code(client: str, now: Callable[[], datetime], taken: set[str]) -> str:
    """A code for a dossier whose own isn't known: no other kiosk gives the same, and everybody sees that it is none."""
    place = client.partition(":")[2]
    day = now().strftime("%y%m%d")
    number = 1
    while (code := f"TAM-{place}-{day}-{number:04d}") in taken:
        number += 1
    return code
