"""A counter behind the API: a served home with a procedure, people of two agencies, and papers put into the register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from models.access import CallerKind
from models.casework import ComponentRule, Procedure
from models.people import Role
from storage import schema as t
from storage.audit import chain
from storage.cases.procedures import put_procedure
from tests.clocks import FixedClock
from tests.storage import papers
from tests.storage.support import Room
from tests.web.support import OTHER_AGENCY, Served, served

BIRTH = Procedure(
    code="1.001193",
    name="Đăng ký khai sinh",
    valid_from=date(2025, 7, 1),
    source="test",
    components=(
        ComponentRule(code="GCS", name="Giấy khai sinh", document_type="giay_khai_sinh"),
        ComponentRule(code="TT", name="Giấy tờ tùy thân", handling="PRESENT_ONLY"),
        ComponentRule(code="KH", name="Giấy chứng nhận kết hôn", required=False),
    ),
)
_NUMBERS = count(1)


@dataclass
class Counter:
    """People and systems of the installation's agency, one of another, and what they work on."""

    served: Served
    clock: FixedClock
    clerk: httpx.Client = field(init=False)
    officer: httpx.Client = field(init=False)
    other_officer: httpx.Client = field(init=False)
    stranger: httpx.Client = field(init=False)
    """An officer of another agency in the same installation."""
    administrator: httpx.Client = field(init=False)
    tthc: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.clerk = self.served.person("binh", Role.CLERK)
        self.officer = self.served.person("an", Role.OFFICER)
        self.other_officer = self.served.person("cuc", Role.OFFICER)
        self.stranger = self.served.person("xa", Role.OFFICER, agency=OTHER_AGENCY)
        self.administrator = self.served.person("quan", Role.ADMINISTRATOR)
        self.tthc = self.served.machine(CallerKind.SYSTEM, "tthc")
        with self.served.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
            put_procedure(tx, BIRTH)

    @cached_property
    def room(self) -> Room:
        """The register and store behind, for papers put straight into them."""
        office = self.served.office
        return Room(office.engine, office.store, office.vault, office.register, self.clock)  # type: ignore[arg-type]

    @staticmethod
    def code() -> str:
        return f"H99.01-261122-{next(_NUMBERS):04d}"

    def open(self, who: httpx.Client | None = None, **more: Any) -> str:
        """A dossier opened through the API; returns its code."""
        code = self.code()
        asked = {"code": code, "procedure": BIRTH.code, **more}
        made = (who or self.clerk).post("/api/v1/dossiers", json=asked, headers=of_dossier(code))
        assert made.status_code == 201, made.text
        return code

    def holder(self, number: str) -> str:
        return papers.holder(self.room, ("personal_id", number))

    def paper(self, number: str, **facts: Any) -> papers.Paper:
        """A confirmed paper with an issued e-copy of the holder with that personal number."""
        from models.holders import HolderIdentifier
        from storage.people.holders import holder_by

        with self.served.office.register.reading() as connection:
            known = holder_by(connection, HolderIdentifier(kind="personal_id", value=number))
        return papers.paper(self.room, known.id if known else self.holder(number), **facts)

    def belongs_to_others(self, paper: papers.Paper) -> None:
        """The paper came in at the other agency."""
        with self.room.engine.begin() as connection:
            mine = t.sources.c.id == paper.source
            connection.execute(t.sources.update().where(mine).values(agency=OTHER_AGENCY.identifier))

    def trail(self, subject: str) -> list[tuple[str, str, str, str]]:
        """Actor, action, purpose and outcome of everything on record about `subject`."""
        with self.served.office.register.reading() as connection:
            return [
                (entry.actor, entry.action, entry.purpose, entry.outcome)
                for entry in chain.entries(connection, subject)
            ]


def of_dossier(code: str, **more: str) -> dict[str, str]:
    return {"Ecopy-Purpose": f"dossier:{code}", **more}


def purpose(text: str, **more: str) -> dict[str, str]:
    return {"Ecopy-Purpose": quote(text, safe=":/ "), **more}


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]


@contextmanager
def counter(home: Path, **settings: object) -> Iterator[Counter]:
    clock = FixedClock()
    with served(home, clock, **settings) as house:
        made = Counter(house, clock)
        yield made
        for client in vars(made).values():
            if isinstance(client, httpx.Client):
                client.close()
