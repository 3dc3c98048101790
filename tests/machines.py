"""An archive that several machines work on: a register, a store and a broker of real servers, and `ecopy worker` processes
that can be killed. For tests and benches."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pikepdf
import sqlalchemy as sa

from models.ids import new_id
from models.states import DocumentState
from pdf.data_sheet import DataSheet, Part, Row, write_data_sheet
from pdf.xmp import DocumentMetadata
from pipeline.application import Application
from pipeline.copies.stores import open_store
from pipeline.settings import load_settings
from pipeline.stages.receive import receive
from storage import schema as t
from tests.pipeline.support import application
from tests.servers import seaweed
from tests.servers.postgres import new_database
from tests.servers.valkey import valkey
from tests.soundness import missing, trail_break
from tests.warm import ECOPY

LONGEST_S = 240.0
SMALLER = 0.35


class Broker(Protocol):
    """A server that can be emptied, stopped and started again."""

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def flush(self) -> None: ...


@dataclass
class Archive:
    """A register, a store and a broker that machines share."""

    folder: Path
    broker: Broker
    store: seaweed.Server
    settings: dict[str, str]
    app: Application
    machines: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def home(self, number: int) -> Path:
        """The home of one more machine, with the keys of the first."""
        home = self.folder / f"machine{number}"
        if not home.exists():
            shutil.copytree(self.app.settings.home / "keys", home / "keys")
            shutil.copytree(self.app.settings.home / "pki", home / "pki")
        return home

    def machine(
        self, number: int, words: Sequence[object] = ("worker", "--workers", 2), *, odd: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start `ecopy WORDS` on a machine; with `odd` one whose clock goes as that file says (`tests.odd_machine`)."""
        program = [str(ECOPY)] if odd is None else [sys.executable, "-m", "tests.odd_machine", str(odd)]
        with (self.folder / f"machine{number}.log").open("ab") as log:
            started = subprocess.Popen(
                [*program, *map(str, words), "--home", str(self.home(number))],
                env={**os.environ, **self.settings},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.machines.append(started)
        return started

    def come_in(self, count: int) -> list[str]:
        """Electronic papers, all different; the ids of their sources."""
        found = []
        for number in range(count):
            path = self.folder / f"{number}.pdf"
            path.write_bytes(paper(f"{number}-{new_id()}"))
            source = receive(self.app, path, intake="archive", presented_as="ban_chinh", forced_type=None)
            found.append(source.id)
        return found

    def left(self, sources: list[str]) -> int:
        with self.app.register.reading() as connection:
            query = sa.select(sa.func.count()).select_from(t.jobs).where(t.jobs.c.source_id.in_(sources))
            return connection.scalar(query) or 0

    def cut_off(self, seconds: float) -> None:
        """The database is away for a while: nobody stays connected, and nobody can connect."""
        url = sa.make_url(self.settings["ECOPY_DATABASE_URL"])
        keeper = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with keeper.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
            everybody = sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            )
            connection.execute(everybody, {"name": url.database})
            time.sleep(seconds)
            connection.exec_driver_sql(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")
        keeper.dispose()

    def wait_until(self, over: Callable[[], bool], longest_s: float = LONGEST_S) -> None:
        deadline = time.monotonic() + longest_s
        while not over():
            assert time.monotonic() < deadline, "the machines do not come to an end"
            time.sleep(0.2)


def paper(words: str) -> bytes:
    """An electronic paper on a small page, which is drawn and looked through much sooner than a whole A4."""
    sheet = DataSheet("GIẤY MẪU", "Giấy để thử.", (Part("Nội dung", (Row("Số", words),)),), "thử")
    metadata = DocumentMetadata(
        title=words, created_at="2026-01-05T08:00:00+07:00", creator_tool="t", producer="t"
    )
    with pikepdf.open(io.BytesIO(write_data_sheet(sheet, metadata))) as pdf:
        page = pdf.pages[0]
        page.mediabox = [SMALLER * float(edge) for edge in page.mediabox]
        page.contents_add(f"{SMALLER} 0 0 {SMALLER} 0 0 cm".encode(), prepend=True)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
    return made.getvalue()


@contextmanager
def archive(
    folder: Path, *, broker: Broker | None = None, database: str | None = None, **more: str
) -> Iterator[Archive]:
    """One on PostgreSQL, S3 and Valkey, unless others are given; `more` are settings."""
    broker, store, bucket = broker or valkey(), seaweed.server(), f"machines-{new_id().lower()}"
    settings = {
        "ECOPY_DATABASE_URL": database or new_database(),
        "ECOPY_STORE": store.url(bucket),
        "ECOPY_BROKER": broker.url,
        **more,
    }
    open_store(load_settings(home=folder / "first", store=settings["ECOPY_STORE"])).prepare()
    try:
        with application(
            folder / "first", database_url=settings["ECOPY_DATABASE_URL"], store=settings["ECOPY_STORE"]
        ) as app:
            assert app.content_key
            assert app.hands  # makes the keys that all machines sign with
            made = Archive(folder, broker, store, settings, app)
            try:
                yield made
            finally:
                for machine in made.machines:
                    kill(machine)
    finally:
        broker.stop()


def kill(machine: subprocess.Popen[bytes]) -> None:
    """A power cut: the machine and its children, at once."""
    if machine.poll() is None:
        os.killpg(machine.pid, signal.SIGKILL)
    machine.wait()


def exactly_once(app: Application, sources: list[str]) -> None:
    """Each source has one document in review, whose steps were each taken once; nothing is missing or left over."""
    with app.register.reading() as connection:
        asked = sa.select(t.documents.c.source_id, t.documents.c.state)
        documents = connection.execute(asked.where(t.documents.c.source_id.in_(sources))).tuples().all()
        steps = connection.execute(
            sa.select(
                t.derivations.c.document_id, t.derivations.c.stage, t.derivations.c.page, sa.func.count()
            )
            .group_by(t.derivations.c.document_id, t.derivations.c.stage, t.derivations.c.page)
            .having(sa.func.count() > 1)
        ).all()
    assert sorted(source for source, _ in documents) == sorted(sources)
    assert {state for _, state in documents} == {DocumentState.IN_REVIEW.value}
    assert steps == []
    assert missing(app.engine, app.store) == ()
    assert trail_break(app.engine) is None
