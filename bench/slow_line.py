"""A weak line: a proxy in user space that lets so many bits a second through, late, and resets every connection now and then."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE = 4096


@dataclass
class WeakLine:
    """What the line is like, and what came to pass on it. Bytes are those that were let through, headers and all."""

    url: str = ""
    bits_a_second: float = 1e6
    delay_s: float = 0.15
    """One way: what is asked is answered after twice that."""
    reset_every_s: float = 20.0
    upwards: int = 0
    downwards: int = 0
    cuts: int = 0
    """Resets that hit a connection."""
    _free_at: dict[str, float] = field(default_factory=lambda: {"up": 0.0, "down": 0.0})

    async def pass_on(self, way: str, size: int) -> None:
        """Wait until `size` bytes may pass: all connections share the line."""
        now = time.monotonic()
        begin = max(now, self._free_at[way])
        self._free_at[way] = begin + size * 8 / self.bits_a_second
        await asyncio.sleep(self._free_at[way] - now)
        if way == "up":
            self.upwards += size
        else:
            self.downwards += size


@contextmanager
def weak_line(server: str, **more: float) -> Iterator[WeakLine]:
    """A weak line to the server at an address."""
    line = WeakLine(**more)  # type: ignore[arg-type]
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    thread = threading.Thread(target=_run, args=(loop, line, server, ready), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, line: WeakLine, server: str, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    where = urlsplit(server)
    open_ones: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(where.hostname, where.port)
        except OSError:
            writer.close()
            return
        open_ones.add(writer)
        ways = [
            loop.create_task(_pass(line, "up", reader, far_writer)),
            loop.create_task(_pass(line, "down", far_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        open_ones.discard(writer)
        for task in ways:
            task.cancel()
        for one in (writer, far_writer):
            one.close()

    async def resets() -> None:
        while True:
            await asyncio.sleep(line.reset_every_s)
            for writer in list(open_ones):
                line.cuts += 1
                near = writer.get_extra_info("socket")
                with suppress(OSError):  # it has just closed by itself
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    async def begin() -> None:
        # What waits in the buffers of this machine is on no line yet: little of it, or every reset would lose much.
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * PIECE)
        line.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await asyncio.start_server(connected, sock=listening, limit=PIECE)
        line_resets.append(loop.create_task(resets()))
        ready.set()

    line_resets: list[asyncio.Task[None]] = []
    loop.create_task(begin())
    loop.run_forever()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


async def _pass(line: WeakLine, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes in one direction until either side ends. What was let through arrives `delay_s` later, and meanwhile more is."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            at, piece = await under_way.get()
            await asyncio.sleep(at - time.monotonic())
            if not piece:
                return
            writer.write(piece)
            await writer.drain()

    arriving = asyncio.create_task(arrive())
    try:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                await line.pass_on(way, len(piece))
                under_way.put_nowait((time.monotonic() + line.delay_s, piece))
        under_way.put_nowait((time.monotonic() + line.delay_s, b""))
        with suppress(OSError):
            await arriving
    finally:
        arriving.cancel()
