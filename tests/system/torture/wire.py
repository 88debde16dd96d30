"""The line between portal and customs, on which both run: open, cut, slow, or deaf (what is asked arrives, the answer
does not)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

State = Literal["open", "cut", "slow", "deaf"]
CHUNK = 65_536
SLOW_SECONDS = 0.4  # for each piece


@dataclass
class Wire:
    """Passes on what comes to one port of this computer to another, as its state lets it."""

    port: int
    target: int
    state: State = "open"
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None

    def turn(self, state: State) -> None:
        """From now on; a cut line also loses what is on it."""
        self.state = state
        if state == "cut" and self._loop:
            self._loop.call_soon_threadsafe(self._lose)

    def _lose(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def listen(self) -> None:
        """Begin to listen, in the loop that runs."""
        self._loop = asyncio.get_running_loop()
        await asyncio.start_server(self._meet, "127.0.0.1", self.port)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state == "cut":
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back}
        self._open |= both
        try:
            await asyncio.gather(
                self._pass(reader, back, answers=False), self._pass(there, writer, answers=True)
            )
        finally:
            self._open -= both
            for each in both:
                each.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.state == "slow":
                    await asyncio.sleep(SLOW_SECONDS)
                if self.state == "deaf" and answers:
                    continue
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.close()


@contextmanager
def wired(*wires: Wire) -> Iterator[None]:
    """Let the wires work, in a thread of their own: nothing that the caller waits for holds them up."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    for wire in wires:
        asyncio.run_coroutine_threadsafe(wire.listen(), loop).result(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
