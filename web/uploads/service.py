"""The uploads of this process: who is writing to which, and the work that they leave when nobody asks after them."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from models.errors import EcopyError, UploadBusy
from models.uploads import UploadState
from pipeline.application import Application
from pipeline.incoming import end, finish, overdue_uploads, upload_files
from pipeline.parts import end_parts
from storage.uploads.files import UploadFile
from storage.uploads.rows import UploadRecord, find_upload
from web.services import Service

log = logging.getLogger("ecopy.uploads")

PATIENCE_S = 5.0
"""How long a request waits for another one on the same upload to let go."""
ABANDONED_S = 3600.0
FINISHING_AT_ONCE = 4
"""Whole files being hashed and taken in at the same time."""


@dataclass
class Held:
    """An upload in one request's hands; `scope` ends where another request takes it over."""

    file: UploadFile
    scope: anyio.CancelScope


class Uploads(Service):
    """Holds uploads for requests; finishes those that broke off at the very end, forgets those out of time."""

    name = "uploads"
    every_s = 60.0

    def __init__(self, office: Application) -> None:
        super().__init__(office)
        self.files = upload_files(office)
        self.writing: dict[str, anyio.CancelScope] = {}
        """The uploads whose bodies are being read."""
        self._finishing = anyio.CapacityLimiter(FINISHING_AT_ONCE)

    @asynccontextmanager
    async def hold(self, upload_id: str, *, take_over: bool) -> AsyncIterator[Held]:
        """The upload's file, for nobody else. Raises UploadBusy.

        With `take_over` a request that is still reading is told to stop first: on a weak line its sender is usually
        gone, and the one that asks now is the same sender on a new connection.
        """
        with ExitStack() as stack:
            file = await self._file(stack, upload_id, take_over=take_over)
            held = Held(file, anyio.CancelScope())
            self.writing[upload_id] = held.scope
            try:
                yield held
            finally:
                self.writing.pop(upload_id, None)

    async def finish(self, record: UploadRecord, held: Held) -> UploadRecord:
        """`pipeline.incoming.finish` in a thread; raises what it raises."""
        return await anyio.to_thread.run_sync(
            finish, self.office, self.files, record.id, held.file, limiter=self._finishing
        )

    def round(self) -> None:
        self._look_through()  # what is whole is not forgotten for being late
        self._expire()

    async def _file(self, stack: ExitStack, upload_id: str, *, take_over: bool) -> UploadFile:
        until = time.monotonic() + (PATIENCE_S if take_over else 0)
        while True:
            try:
                return await run_in_threadpool(stack.enter_context, self.files.held(upload_id))
            except UploadBusy:
                if time.monotonic() >= until:
                    raise
            if (scope := self.writing.get(upload_id)) is not None:
                scope.cancel()
            await anyio.sleep(0.02)

    def _expire(self) -> None:
        for record in overdue_uploads(self.office):
            try:
                if record.kind == "parts":
                    end_parts(self.office, record, UploadState.EXPIRED)
                else:
                    with self.files.held(record.id):
                        end(self.office, record, UploadState.EXPIRED)
            except EcopyError as reason:
                log.warning("upload %s could not be ended: %s", record.id, reason)

    def _look_through(self) -> None:
        """Finish what is whole; forget files of uploads that have ended, left by a process that was killed just then."""
        for upload_id in self.files.names():
            if self.stopping:
                return
            with self.office.register.reading() as connection:
                record = find_upload(connection, upload_id)
            if record is not None and record.state is UploadState.OPEN:
                if self.files.offset(upload_id) == record.length:
                    self._finish(record)
            elif self.files.idle_s(upload_id) > ABANDONED_S:
                self.files.remove(upload_id)

    def _finish(self, record: UploadRecord) -> None:
        try:
            with self.files.held(record.id) as file:
                if file.size == record.length:
                    finish(self.office, self.files, record.id, file)
        except UploadBusy:
            return  # somebody is at it
        except EcopyError as reason:
            log.warning("upload %s is whole and could not be taken in: %s", record.id, reason)


def uploads_of(request: Request) -> Uploads:
    """The uploads of the application behind a request."""
    found: Uploads = request.app.state.services[Uploads.name]
    return found
