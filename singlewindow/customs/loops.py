"""Work in the background: woken at once by the database, and again after a while in case a call was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import httpx
import structlog

from singlewindow.contract.folder import Boxes
from singlewindow.contract.postgres import connect
from singlewindow.customs import due, faults, mode, sweeping
from singlewindow.customs.database import Database
from singlewindow.customs.exchange import intake, outgoing
from singlewindow.customs.exchange.folder import FolderSender, OutBoxReader
from singlewindow.customs.exchange.sender import Sender
from singlewindow.customs.exchange.understanding import Renewal
from singlewindow.customs.keys import Keys
from singlewindow.customs.settings import CustomsSettings

RETRY_SECONDS = 1.0
LONGEST_IDLE = 30.0
GATHER_SECONDS = 0.2  # batches begin so far apart at least: alone a message goes at once, many go together
SENDER_LOCK = 812_001
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Failures of the database's connection, which pass; the last one is a connection cut in the middle of a word."""
log = structlog.get_logger()


async def _usual_idle() -> float:
    return LONGEST_IDLE


@dataclass(frozen=True)
class Loop:
    """One kind of work: repeated while there is any, then when its channel calls or after `idle` seconds.

    With `lock`, one process at a time does it; another takes over when that one is gone.
    """

    channel: str
    work: Callable[[], Awaitable[int]]
    idle: Callable[[], Awaitable[float]] = _usual_idle
    lock: int | None = None

    async def run(self, url: str) -> None:
        """Work until cancelled; a database that is away is waited for, a defect is logged and tried again."""
        while True:
            try:
                await self._listen(url)
            except AWAY as error:
                log.warning("background work waits", channel=self.channel, reason=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                log.exception("background work waits", channel=self.channel)
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, url: str) -> None:
        woken = asyncio.Event()
        connection = await connect(url)
        try:
            if self.lock is not None:
                await connection.execute("select pg_advisory_lock($1)", self.lock)
            connection.add_termination_listener(lambda _: woken.set())
            await connection.add_listener(self.channel, lambda *_: woken.set())
            clock = asyncio.get_running_loop().time
            while not connection.is_closed():
                woken.clear()
                began = clock()
                await self._work_off()
                await self._rest(woken)
                await asyncio.sleep(max(0.0, began + GATHER_SECONDS - clock()))
        finally:
            await connection.close(timeout=2)

    async def _work_off(self) -> None:
        while await self.work():  # noqa: ASYNC110
            await asyncio.sleep(0)  # requests come first

    async def _rest(self, woken: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(woken.wait(), await self.idle())
        except TimeoutError:
            return


async def renewed(renewal: Renewal) -> None:
    """Look for renewed keys for ever; a database that is away is asked again."""
    while True:
        try:
            await renewal.look()
        except AWAY as error:
            log.warning("background work waits", work="renewal", reason=repr(error))
        await asyncio.sleep(RETRY_SECONDS)


async def work(database: Database, keys: Keys, settings: CustomsSettings, boxes: Boxes | None = None) -> None:
    """All background work of one customs process, until cancelled; with `boxes` messages travel as files."""
    url = settings.customs_database_url
    async with httpx.AsyncClient(base_url=settings.portal_url, timeout=20) as client:
        sender = FolderSender(database, keys, client, boxes) if boxes else Sender(database, keys, client)
        reading = [OutBoxReader(database, keys, boxes).run()] if boxes else []
        renewal = Renewal(database, keys)
        await asyncio.gather(
            Loop(intake.CHANNEL, renewal.understand).run(url),
            Loop(due.CLOCK_CHANNEL, lambda: due.reschedule(database)).run(url),
            Loop(faults.CHANNEL, lambda: faults.redeliver_due(database), lambda: faults.idle(database)).run(
                url
            ),
            Loop(due.DESK_CHANNEL, lambda: mode.decide_due(database, keys), lambda: mode.idle(database)).run(
                url
            ),
            Loop(outgoing.CHANNEL, sender.send_due, sender.idle, SENDER_LOCK).run(url),
            Loop(
                sweeping.CHANNEL, lambda: sweeping.sweep(database, settings.customs_note_days), sweeping.idle
            ).run(url),
            renewed(renewal),
            *reading,
        )
