"""Open connections of one role, which requests take in turns.

asyncpg's own pool gives each back in a task of its own and waits for a time limit even where a connection is free: half
as much work again as a statement. Nothing has to be reset here, since all that our transactions set they set for
themselves alone.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

IDLE_SECONDS = 300.0  # what nobody asked so long is closed: a firewall may have forgotten it
LIFETIME_SECONDS = (
    1800.0  # at most: a session of PostgreSQL keeps in memory what it ever planned and looked up
)
Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Pool:
    """At most `size` connections, the one that was used last first; `patience` is the longest wait for one, in
    seconds."""

    def __init__(self, connect: Connect, size: int, patience: float) -> None:
        self._connect = connect
        self._patience = patience
        self._places = asyncio.Semaphore(size)
        self._idle: deque[tuple[asyncpg.Connection, float]] = deque()
        self._taken: set[asyncpg.Connection] = set()
        self._renewed: dict[asyncpg.Connection, float] = {}  # when each open one is to make room for another
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """One for the time being. Raises TimeoutError where none becomes free, InterfaceError after `close`."""
        if self._places.locked():
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            connection = await self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._places.release()

    async def close(self) -> None:
        """Let no more be taken, wait for those that are, and close all."""
        self._closed = True
        await self._nobody.wait()
        while self._idle:
            await self._idle.pop()[0].close()

    def terminate(self) -> None:
        """Cut all off, whatever is under way."""
        self._closed = True
        for connection in (*self._taken, *(connection for connection, _ in self._idle)):
            connection.terminate()

    async def _take(self) -> asyncpg.Connection:
        connection = self._find_idle()
        if self._closed:
            raise asyncpg.InterfaceError("the pool is closed")
        connection = connection or await self._open()
        self._taken.add(connection)
        self._nobody.clear()
        return connection

    async def _open(self) -> asyncpg.Connection:
        connection = await self._connect()
        # not all at once, where all were opened at once
        self._renewed[connection] = time.monotonic() + LIFETIME_SECONDS * random.uniform(0.5, 1)  # noqa: S311
        return connection

    def _find_idle(self) -> asyncpg.Connection | None:
        """The open one that was used last, if there is any."""
        latest = time.monotonic() - IDLE_SECONDS
        while self._idle and self._idle[0][1] < latest:
            self._end(self._idle.popleft()[0])
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._end(connection)
        return None

    def _give_back(self, connection: asyncpg.Connection) -> None:
        """Keep it, unless it is old, or what it was taken for was cut off so that its transaction is still open."""
        self._taken.discard(connection)
        if not self._taken:
            self._nobody.set()
        now = time.monotonic()
        left_open = connection.is_closed() or connection.is_in_transaction()
        if left_open or self._closed or self._renewed[connection] < now:
            self._end(connection)
        else:
            self._idle.append((connection, now))

    def _end(self, connection: asyncpg.Connection) -> None:
        self._renewed.pop(connection, None)
        connection.terminate()
