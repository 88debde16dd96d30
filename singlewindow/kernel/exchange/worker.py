"""The worker: sends the outbox, understands the inbox, does jobs and chores, sweeps what has expired.

Any number may run.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import asyncpg
import httpx
import structlog

from singlewindow.contract.files import keys_in
from singlewindow.contract.folder import Boxes
from singlewindow.contract.postgres import connect
from singlewindow.contract.readiness import tell_ready
from singlewindow.kernel.database.bound import connect_bound
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.documents import checkpoints
from singlewindow.kernel.documents.autosave import KEPT_DAYS
from singlewindow.kernel.exchange import figures, inbox, outbox, timers
from singlewindow.kernel.exchange.chores import all_chores, do
from singlewindow.kernel.exchange.folder import FolderTransport, InBoxReader
from singlewindow.kernel.exchange.inbox import apply_received
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.outbox import NOTED_SECONDS, Acknowledged, send_due, write_sent
from singlewindow.kernel.exchange.timers import any_timers, move_due
from singlewindow.kernel.exchange.transport import HttpTransport, Transport
from singlewindow.kernel.exchange.waits import any_waits, settle_due
from singlewindow.kernel.jobs import runner
from singlewindow.kernel.jobs.runner import run_due
from singlewindow.kernel.jobs.tools import tools_of_worker
from singlewindow.kernel.live import sequencer
from singlewindow.kernel.people import token_store
from singlewindow.kernel.settings import Settings, settings
from singlewindow.kernel.webhooks import courier as couriers
from singlewindow.kernel.webhooks import spreading
from singlewindow.kernel.webhooks.courier import CHANNEL as SENDING
from singlewindow.kernel.webhooks.courier import Courier
from singlewindow.kernel.webhooks.sending import Sender
from singlewindow.kernel.webhooks.signing import Sealer
from singlewindow.kernel.webhooks.spreading import CHANNEL as SPREADING
from singlewindow.kernel.webhooks.spreading import spread

IDLE_SECONDS = 1.0  # between two rounds of what cannot say whether there is anything to do
LOOK_PATIENCE = 30.0  # seconds for the answer
LOOK_SECONDS = 0.5  # between two questions to the database whether there is anything to do
WAITING_SECONDS = 5.0  # the same for submissions that wait for another document
EVENTS_GATHER_SECONDS = (
    0.02  # the same for events: few go to an endpoint at once, so that the next ones follow soon
)
GATHER_SECONDS = 0.2  # batches begin so far apart at least: alone a message goes at once, many go together
SWEEP_SECONDS = 300.0
LEAVE_SECONDS = 2.5  # asked to end, a loop may go on so long with what it is doing
JOB_DAYS = 30
FILES_AT_ONCE = 1_000  # of companies' files that one statement sweeps
AWAY = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection cut in the middle of a word
    httpx.HTTPError,
)
"""Failures of database and network, which pass."""


def _older(table: str, moment: str, age: str) -> str:
    """Rows of a large table without an index of the time: ids grow with it, so that only what stands before the first
    one that stays is looked at."""
    stays = f"select id from {table} where {moment} >= now() - interval '{age}' order by id limit 1"
    return f"{table} where {moment} < now() - interval '{age}' and id < coalesce(({stays}), {2**63 - 1})"


EXPIRED = (
    "session where expires_at < now()",
    "challenge where expires_at < now()",
    "prepared where expires_at < now() - interval '1 day'",
    "idempotency where created_at < now() - interval '7 days'",
    f"autosave where saved_at < now() - interval '{KEPT_DAYS} days'",
    "file where expires_at < now()",
    f"job where created_at < now() - interval '{JOB_DAYS} days' and state not in ('queued', 'running')",
    _older("login_attempt", "at", "180 days"),
    _older("webhook_delivery", "made_at", "30 days") + " and state <> 'waiting'",
    _older("inbox", "received_at", "30 days") + " and state = 'applied'",
)
ITEMS_OF_OLD_JOBS = """job_item i using job j where i.job_id = j.id and j.ended_at < now() - $1::interval
    and j.state not in ('queued', 'running')"""
log = structlog.get_logger()


@dataclass(frozen=True)
class Loop:
    """One kind of work, done again as long as there is any, then when woken or after `idle` seconds.

    Where SQL can say whether there is anything to do (`due`), one question for all kinds asks it twice a second, and
    nothing else is done while there is none.
    """

    channel: str
    work: Callable[[], Awaitable[int]]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    due: str = ""
    idle: float = IDLE_SECONDS
    gather: float = GATHER_SECONDS
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Let it end once what it is doing is done."""
        self.over.set()
        self.woken.set()

    async def run(self) -> None:
        """Work until it is over; a database that is away is waited for."""
        while not self.over.is_set():
            try:
                await self._round()
            except AWAY as error:
                log.warning("worker waits", channel=self.channel, error=repr(error))
                await asyncio.sleep(IDLE_SECONDS)
            except Exception:  # a defect in one kind of work must not end the others
                log.exception("worker waits", channel=self.channel)
                await asyncio.sleep(IDLE_SECONDS)

    async def _round(self) -> None:
        clock = asyncio.get_running_loop().time
        self.woken.clear()
        began = clock()
        while await self.work() and not self.over.is_set():
            pass
        try:
            async with asyncio.timeout(0 if self.over.is_set() else None if self.due else self.idle):
                await self.woken.wait()
        except TimeoutError:
            return
        await asyncio.sleep(max(0.0, began + self.gather - clock()))


async def wake(url: str, loops: Sequence[Loop]) -> None:
    """Wake the loops when their channels call and when there is something to do, for ever. One connection listens for
    all: each that listens is a process of PostgreSQL's that every notification wakes."""
    while True:
        try:
            await _listen(url, loops)
        except AWAY as error:
            log.warning("nobody listens", error=repr(error))
        await asyncio.sleep(IDLE_SECONDS)


async def _listen(url: str, loops: Sequence[Loop]) -> None:
    asked = [loop for loop in loops if loop.due]
    question = f"select {', '.join(loop.due for loop in asked) or 'true'}"
    # A few rows out of great tables, by index whatever the statistics say.
    connection = await connect(url, server_settings={"enable_seqscan": "off"})
    try:
        for loop in loops:
            await connection.add_listener(loop.channel, lambda *_, woken=loop.woken: woken.set())
            loop.woken.set()  # what came while nobody listened
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            found = await connection.fetchrow(question, timeout=LOOK_PATIENCE)
            for loop, due in zip(asked, found or (), strict=False):
                if due:
                    loop.woken.set()
    finally:
        await connection.close(timeout=2)


async def work(settings: Settings) -> None:
    """Run all loops of one worker until cancelled. Raises SystemExit where its keys cannot be read."""
    web = await connect_bound(settings.web_database_url, size=2)  # jobs are done as who asked for them
    url = settings.worker_database_url
    database = await Database.connect(url, size=settings.database_connections)
    with keys_in(settings.pki_folder):
        keys = ExchangeKeys.load(settings.pki_folder)
        notary = checkpoints.Notary.load(settings.history, settings.pki_folder)
    acknowledged = Acknowledged()
    async with (
        httpx.AsyncClient(base_url=settings.customs_url, timeout=8) as client,
        tools_of_worker(settings.fonts, settings.pki_folder) as tools,
        sending_events(database, settings) as events,
    ):
        transport, reading = _transport(settings, client, database, keys)
        port = settings.worker_metrics_port
        serving = [figures.keep_serving(settings.host, port)] if port else []
        log.info("worker ready", customs=settings.customs_url, transport=settings.transport)
        loops = (
            *([Loop("schedule", lambda: move_due(database), due=timers.DUE)] if any_timers() else []),
            *([Loop("waiting", lambda: settle_due(database), idle=WAITING_SECONDS)] if any_waits() else []),
            *exchanging(database, transport, keys, acknowledged),
            Loop("checkpoint", lambda: notary.work(database), idle=checkpoints.SECONDS),
            Loop("jobs", lambda: run_due(database, web, tools), due=runner.DUE),
            Loop("sequence", lambda: sequencer.sequence(database), due=sequencer.DUE),  # nobody calls
            *events,
            *(Loop(chore.name, partial(do, database, chore), due=chore.due) for chore in all_chores()),
        )
        tell_ready()
        await _until_asked(loops, (wake(url, loops), _sweep(database), *reading, *serving))
        await write_sent(database, acknowledged.take_all())


@dataclass
class Renewal:
    """Whether customs' certificate was renewed: what was not known by the one before may be by this one.

    While a batch is `under_way` nobody looks: what it did not know by the certificate before stands nowhere until it is
    committed, and would lie there until the next renewal.
    """

    database: Database
    keys: ExchangeKeys
    known: bytes = b""
    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> int:
        """Look now, as the loops want it: with it there is nothing more to do."""
        if self.keys.customs_certificate != self.known:
            async with self.under_way:
                certificate = self.keys.customs_certificate
                await inbox.known_now(self.database)
                self.known = certificate
        return 0


async def _until_asked(loops: Sequence[Loop], beside: Sequence[Coroutine[None, None, None]]) -> None:
    """Work until SIGTERM; then each loop ends what it is doing, for which all together have LEAVE_SECONDS."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    working = [asyncio.create_task(loop.run()) for loop in loops]
    others = [asyncio.create_task(each) for each in (*beside, asked.wait())]
    try:
        ended, _ = await asyncio.wait([*working, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()  # what ends otherwise is a defect, which ends the worker
        for loop in loops:
            loop.end()
        await asyncio.wait(working, timeout=LEAVE_SECONDS)
    finally:
        for task in (*working, *others):
            task.cancel()
        await asyncio.gather(*working, *others, return_exceptions=True)


def exchanging(
    database: Database, transport: Transport, keys: ExchangeKeys, acknowledged: Acknowledged
) -> tuple[Loop, Loop, Loop]:
    """The loops that send to customs, hear them, and look for their renewed certificate. That something was sent is
    noted with the receipts, which mostly come at once, and after a moment without them."""
    held = inbox.Held()
    renewal = Renewal(database, keys)

    async def hear() -> int:
        async with renewal.under_way:
            return await apply_received(database, keys.customs_certificate, acknowledged, held)

    hearing = Loop("inbox", hear, due=inbox.DUE)

    async def send() -> int:
        tried = await send_due(database, transport, keys, acknowledged)
        if acknowledged:
            asyncio.get_running_loop().call_later(NOTED_SECONDS, hearing.woken.set)
        return tried

    return Loop("outbox", send, due=outbox.DUE), hearing, Loop("renewal", renewal.look)  # nobody calls it


@asynccontextmanager
async def sending_events(database: Database, settings: Settings) -> AsyncIterator[tuple[Loop, ...]]:
    """The loops of 事件推送; at the end nothing is under way any more."""
    woken = asyncio.Event()
    async with Sender(private=settings.webhook_private) as sender:
        courier = Courier(database, Sealer(settings.pki_folder), sender, woken=woken)

        async def spread_events() -> int:
            behind, made = await spread(database)
            if made:
                woken.set()
            return behind

        try:
            yield (
                Loop(SPREADING, spread_events, due=spreading.DUE),
                Loop(SENDING, courier.round, woken, couriers.DUE, gather=EVENTS_GATHER_SECONDS),
            )
        finally:
            await courier.stop()


def _transport(
    settings: Settings, client: httpx.AsyncClient, database: Database, keys: ExchangeKeys
) -> tuple[Transport, list[Coroutine[None, None, None]]]:
    """How messages travel, and the work of taking in what comes where it does not come by HTTP."""
    if settings.transport == "http":
        return HttpTransport(client), []
    boxes = Boxes(settings.boxes).make()
    return FolderTransport(boxes), [InBoxReader(database, boxes, keys).run()]


async def _sweep(database: Database) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await sweep(database)
        except AWAY as error:
            log.warning("nothing swept", error=repr(error))


async def sweep(database: Database) -> None:
    """Take away what has expired: sessions, challenges, pinned statements, keys, autosaves, messages, files, jobs.

    Each by itself: what takes longer than a statement may hinders none of the others.
    """
    await _delete(database, ITEMS_OF_OLD_JOBS, timedelta(days=settings().item_days))
    for statement in EXPIRED:
        await _delete(database, statement)
    while await _sweep_files(database) == FILES_AT_ONCE:
        pass
    await sequencer.sweep(database)
    await token_store.sweep(database, timedelta(days=settings().token_log_days))


async def _delete(database: Database, what: str, *arguments: timedelta) -> None:
    try:
        async with database.transaction() as transaction:
            await transaction.run(f"delete from {what}", *arguments)
    except AWAY as error:
        log.warning("not swept", table=what.partition(" ")[0], error=repr(error))


async def _sweep_files(database: Database) -> int:
    """Take away a portion of the companies' files whose time is over, and say how many: those of one day may be more
    than one statement has time for."""
    async with database.transaction() as transaction:
        gone: int = await transaction.value(
            """with gone as (
                   delete from file where id = any(array(select id from file where until < $1 order by until limit $2))
                   returning 1
               )
               select count(*) from gone""",
            transaction.now,
            FILES_AT_ONCE,
        )
    return gone
