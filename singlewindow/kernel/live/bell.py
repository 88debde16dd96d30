"""Wakes those who wait for events of their company's feed: one connection of a web process, while anybody waits.

Each round of the sequencer calls once (`NOTIFY feed`) and names the companies. While nobody listens (the connection was
lost, or is not there yet), whoever waits looks by himself every second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
import structlog

from singlewindow.contract.postgres import connect
from singlewindow.kernel.live.sequencer import CHANNEL
from singlewindow.kernel.problems import TooMany

PER_ACCOUNT = 8
IN_ALL = 2_000
LINGER_SECONDS = 20.0  # how long one listens on when nobody waits any more
TICK_SECONDS = 1.0
RETRY_SECONDS = 5
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
log = structlog.get_logger()


@dataclass(eq=False)
class Ear:
    """Someone who waits."""

    company_id: int
    account_id: int
    rung: asyncio.Event = field(default_factory=asyncio.Event)


class Bell:
    """All who wait at this process."""

    def __init__(self, url: str, leaving: Callable[[], bool] = lambda: False) -> None:
        self._url = url
        self._ears: set[Ear] = set()
        self._task: asyncio.Task[None] | None = None
        self._listening = False
        self.leaving = leaving

    @contextmanager
    def ear(self, company_id: int, account_id: int) -> Iterator[Ear]:
        """Someone who waits from here on: what is called meanwhile is not missed. Raises TooMany."""
        if len(self._ears) >= IN_ALL or sum(e.account_id == account_id for e in self._ears) >= PER_ACCOUNT:
            raise TooMany(
                f"该账号同时等待事件的请求已达上限（{PER_ACCOUNT} 个）；请减少同时的请求，或不带 wait 参数读取",
                retry_after=RETRY_SECONDS,
            )
        ear = Ear(company_id, account_id)
        self._ears.add(ear)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def wait(self, ear: Ear, seconds: float) -> None:
        """Until something may have come for it, the process ends, or so much time has gone by."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0 and not self.leaving():
            with suppress(TimeoutError):
                await asyncio.wait_for(ear.rung.wait(), min(TICK_SECONDS, left))
            if ear.rung.is_set() or not self._listening:
                break
        ear.rung.clear()

    async def close(self) -> None:
        """Listen no more."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        while self._ears:
            try:
                await self._listen_once()
            except AWAY as error:
                log.warning("events are looked for every second", error=repr(error))
                await asyncio.sleep(TICK_SECONDS)

    async def _listen_once(self) -> None:
        """Listen until nobody has waited for a while. Raises what tells that the database is away."""
        connection = await connect(
            self._url,
            timeout=10,
            command_timeout=10,
            server_settings={"application_name": "singlewindow feed"},
        )
        try:
            await connection.add_listener(CHANNEL, self._hear)
            self._listening = True
            self._ring(self._ears)  # what was called before
            waited_for = asyncio.get_running_loop().time()
            while not connection.is_closed():
                now = asyncio.get_running_loop().time()
                waited_for = now if self._ears else waited_for
                if now - waited_for > LINGER_SECONDS:
                    return
                await asyncio.sleep(TICK_SECONDS)
            raise ConnectionError("the listening connection is closed")
        finally:
            self._listening = False
            await connection.close(timeout=2)

    def _hear(self, connection: object, process: int, channel: str, payload: object) -> None:
        named = {int(company) for company in str(payload).split(",") if company}
        self._ring({ear for ear in self._ears if not named or ear.company_id in named})

    def _ring(self, ears: set[Ear]) -> None:
        for ear in ears:
            ear.rung.set()
