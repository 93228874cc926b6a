"""A proxy before a Redis: the one address of a cache, behind which a network is slow, drips, cuts off or goes dead."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

READ_BYTES = 65_536


@dataclass
class RedisProxy:
    """Forwards between clients and a Redis; what it does to them may be changed at any time.

    Attributes:
        socket: Where it listens.
        upstream: Socket of the Redis behind it.
        delay_s: How long each reply is held back; of one that drips, each piece.
        piece_bytes: Replies go on in pieces of this size; 0 for whole.
        cut: Decides for each reply whether half of it is forwarded and the connection closed.
    """

    socket: Path
    upstream: Path
    delay_s: float = 0.0
    piece_bytes: int = 0
    cut: Callable[[], bool] = lambda: False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _dead: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def close_all(self) -> None:
        """Close every connection, as a failover does."""
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in self._open])

    def forget_open(self) -> None:
        """Forward nothing more on the connections that are open, and tell nobody."""
        self._dead |= self._open

    async def serve(self, listening: threading.Event, stop: asyncio.Event) -> None:
        async with await asyncio.start_unix_server(self._connection, self.socket):
            listening.set()
            await stop.wait()
            while self._open:  # each ends by itself when its two ends are closed
                for writer in self._open:
                    writer.close()
                await asyncio.sleep(0.01)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            to_reader, to_writer = await asyncio.open_unix_connection(self.upstream)
        except OSError:  # the Redis behind is gone
            self._open.discard(writer)
            writer.close()
            return
        self._open.add(to_writer)
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        try:
            await asyncio.gather(
                self._requests(reader, to_writer, writer),
                self._replies(to_reader, writer, pieces),
                _send(pieces, writer),
            )
        finally:
            for one in (writer, to_writer):
                self._open.discard(one)
                one.close()

    async def _requests(
        self, reader: asyncio.StreamReader, to: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(READ_BYTES):
                if back not in self._dead:
                    to.write(data)
                    await to.drain()
        to.close()

    async def _replies(
        self, reader: asyncio.StreamReader, to: asyncio.StreamWriter, pieces: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        """Note when each piece is to go on: a reply that is held back holds up no other that comes after it."""
        now_s = asyncio.get_running_loop().time
        with contextlib.suppress(OSError):
            while data := await reader.read(READ_BYTES):
                if to in self._dead:
                    continue
                due_s = now_s()
                if self.cut():
                    pieces.put_nowait((due_s, data[: max(1, len(data) // 2)]))
                    break
                size = self.piece_bytes or len(data)
                for start in range(0, len(data), size):
                    due_s += self.delay_s
                    pieces.put_nowait((due_s, data[start : start + size]))
        pieces.put_nowait((0.0, b""))


async def _send(pieces: asyncio.Queue[tuple[float, bytes]], to: asyncio.StreamWriter) -> None:
    """Send pieces when they are due, then close."""
    now_s = asyncio.get_running_loop().time
    with contextlib.suppress(OSError):
        while True:
            due_s, data = await pieces.get()
            if not data:
                break
            await asyncio.sleep(max(0.0, due_s - now_s()))
            to.write(data)
            await to.drain()
    to.close()


@contextmanager
def redis_proxy(upstream: Path) -> Iterator[RedisProxy]:
    """Start a proxy that lives as long as the block, on a thread of its own."""
    with TemporaryDirectory(prefix="tr-") as folder:
        proxy = RedisProxy(Path(folder) / "proxy.sock", upstream)
        loop, listening, stop = proxy._loop, threading.Event(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(proxy.serve(listening, stop)), daemon=True)
        thread.start()
        assert listening.wait(5)
        try:
            yield proxy
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(5)
            loop.close()
