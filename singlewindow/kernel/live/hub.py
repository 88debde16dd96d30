"""The streams of one web process, fed by one connection that listens to the database.

1. A change of documents notifies at its commit, with the history entries and the companies that are parties
   (trigger event_live).
2. Every web process with an open stream hears it. For each of those companies with an open stream here, the entries
   are read as that company, so that row-level security decides once more what it may learn.
3. The reading goes to each of the company's streams.
Every few seconds the connection is tried, every stream gets a beat with a new cursor, and streams whose session is over
are ended. When the connection was lost, each company is told what it may have missed.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
import structlog

from singlewindow.contract.postgres import connect
from singlewindow.kernel.database.connection import Actor, Database
from singlewindow.kernel.live import changes
from singlewindow.kernel.live.changes import Change, Entry, cursor_of
from singlewindow.kernel.people import session_store

CHANNEL = "live"
PER_ACCOUNT = 8
IN_ALL = 2000
WAITING = 200  # messages that a slow reader may be behind
GATHER_SECONDS = 0.03  # what happens together is told together
TICK_SECONDS = 1.0
SESSIONS_SECONDS = 2.0  # how soon the end of a session ends its streams
BEAT_SECONDS = 10.0
LISTEN_SECONDS = 3.0  # the longest that a new stream waits until somebody listens
LINGER_SECONDS = 20.0  # how long one listens on when the last page was closed
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
log = structlog.get_logger()


@dataclass(frozen=True)
class Message:
    """One message of a stream: its event, its JSON, the cursor that a reader has after it, and the document type that
    it is about ("" where it is about none)."""

    event: str
    data: str = "{}"
    cursor: str = ""
    about: str = ""

    def encode(self) -> bytes:
        """As Server-Sent Events are written; JSON has no line breaks."""
        number = f"id: {self.cursor}\n" if self.cursor else ""
        return f"{number}event: {self.event}\ndata: {self.data}\n\n".encode()


RESYNC = Message("resync")  # more was missed than can be told: look at everything anew
END = Message("end")  # the session is over, or may not listen any more


@dataclass(eq=False)
class Stream:
    """An open stream of one account; `session` is the digest of its session's token, or of the token that stands
    in its place."""

    actor: Actor
    session: bytes
    ended: bool = False
    _waiting: asyncio.Queue[Message | None] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def put(self, message: Message) -> None:
        """Send a message. A reader that is too far behind loses what waits and is told to look anew."""
        if self._waiting.full():
            self._empty()
            self._waiting.put_nowait(RESYNC)
        self._waiting.put_nowait(message)

    def end(self, *last: Message) -> None:
        """Let it end after these last messages, at once."""
        self.ended = True
        self._empty()
        for message in (*last, None):
            self._waiting.put_nowait(message)

    async def messages(self) -> AsyncIterator[Message]:
        """What is sent, until its end."""
        while (message := await self._waiting.get()) is not None:
            yield message

    def _empty(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()


class Hub:
    """All streams of this process."""

    def __init__(self, database: Database, url: str, leaving: Callable[[], bool] = lambda: False) -> None:
        self._database = database
        self._url = url
        self._leaving = leaving
        self._streams: dict[int, set[Stream]] = defaultdict(set)  # by company
        self._heard: list[tuple[Entry, Sequence[int]]] = []
        self._woken = asyncio.Event()
        self._told: datetime | None = None  # everything up to then has been passed on
        self._listening = asyncio.Event()
        self._deaf = False  # while streams were open, nobody listened
        self._open_at = 0.0  # when a stream was open last

    @property
    def open(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._streams.values()))

    def full(self, account_id: int) -> bool:
        """Whether one more stream of this account would be too many."""
        of_account = sum(s.actor.account_id == account_id for each in self._streams.values() for s in each)
        return of_account >= PER_ACCOUNT or self.open >= IN_ALL

    def join(self, actor: Actor, session: bytes) -> Stream:
        """Open a stream: from now on it gets what concerns its company."""
        assert actor.company_id is not None
        stream = Stream(actor, session)
        self._streams[actor.company_id].add(stream)
        self._woken.set()  # so that somebody listens
        if self._leaving():
            stream.end()
        return stream

    def leave(self, stream: Stream) -> None:
        """Close a stream; again does nothing."""
        company = stream.actor.company_id
        assert company is not None
        self._streams[company].discard(stream)
        if not self._streams[company]:
            del self._streams[company]

    async def missed(self, actor: Actor, cursor: str) -> list[Message]:
        """What a new stream begins with: hello with the cursor of now, and what was missed since an earlier one."""
        with suppress(TimeoutError):  # the database is away: who listens again tells what nobody heard
            await asyncio.wait_for(self._listening.wait(), LISTEN_SECONDS)
        async with self._database.transaction(Actor(actor.company_id)) as transaction:
            now = await transaction.value("select clock_timestamp()")
            since = changes.moment_of(cursor) if cursor else now
            found = await changes.since(transaction, since) if cursor and since else []
        missed = [RESYNC] if found is None or since is None else _messages(found)
        return [*missed, Message("hello", cursor=cursor_of(now))]

    async def run(self) -> None:
        """Listen for ever; a database that is away is waited for."""
        while True:
            try:
                await self._listen()
            except AWAY as error:
                log.warning("live stream waits", error=repr(error))
            except Exception:  # a defect here must not leave pages without news for ever
                log.exception("live stream waits")
            self._end_all_when_leaving()
            await asyncio.sleep(TICK_SECONDS)

    async def _listen(self) -> None:
        connection = await connect(
            self._url,
            timeout=10,
            command_timeout=10,
            server_settings={"application_name": "singlewindow live"},
        )
        try:
            beat = sessions = 0.0
            while not connection.is_closed():
                await self._tune(connection)
                await self._pass_on()
                self._end_all_when_leaving()
                now = time.monotonic()
                if now - beat > BEAT_SECONDS:
                    await self._beat(connection)
                    beat = now
                if now - sessions > SESSIONS_SECONDS:
                    await self._end_sessions()
                    sessions = now
                await self._wait()
            raise ConnectionError("the listening connection is closed")
        finally:
            self._deaf = self._deaf or bool(self._streams)
            self._listening.clear()
            await connection.close(timeout=2)

    async def _tune(self, connection: asyncpg.Connection) -> None:
        """Listen as long as any stream is open: whoever listens is woken by every notification."""
        if self._streams:
            self._open_at = time.monotonic()
        if self._streams and not self._listening.is_set():
            await connection.add_listener(CHANNEL, self._hear)
            if self._deaf:
                await self._catch_up()
            self._deaf = False
            self._listening.set()
        elif self._listening.is_set() and time.monotonic() - self._open_at > LINGER_SECONDS:
            await connection.remove_listener(CHANNEL, self._hear)
            self._listening.clear()

    def _hear(self, connection: object, process: int, channel: str, payload: object) -> None:
        if not self._streams:
            return
        for told in str(payload).split(";"):
            document, no, companies = told.split(":")
            parties = [int(company) for company in companies.split(",") if company]
            if any(company in self._streams for company in parties):
                self._heard.append(((int(document), int(no)), parties))
                self._woken.set()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), TICK_SECONDS)
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)

    async def _pass_on(self) -> None:
        """Tell what was heard since the last time."""
        self._woken.clear()
        heard, self._heard = self._heard, []
        by_company: dict[int, list[Entry]] = defaultdict(list)
        for entry, companies in heard:
            for company in companies:
                by_company[company].append(entry)
        for company, entries in by_company.items():
            if company in self._streams:
                await self._tell(company, entries)

    async def _tell(self, company: int, entries: Sequence[Entry]) -> None:
        if len(entries) > WAITING:
            self._send(company, [RESYNC])
            return
        async with self._database.transaction(Actor(company)) as transaction:
            found = await changes.of_entries(transaction, entries)
        self._send(company, _messages(found))

    async def _catch_up(self) -> None:
        """Tell every company what it missed while nobody listened."""
        if self._told is None:
            return
        for company in list(self._streams):
            async with self._database.transaction(Actor(company)) as transaction:
                found = await changes.since(transaction, self._told)
            self._send(company, [RESYNC] if found is None else _messages(found))

    async def _beat(self, connection: asyncpg.Connection) -> None:
        """Try the connection, and tell every stream that it lives."""
        self._told = await connection.fetchval("select clock_timestamp()")
        message = Message("beat", cursor=cursor_of(self._told))
        for company in list(self._streams):
            self._send(company, [message])

    async def _end_sessions(self) -> None:
        """End the streams whose session or token is over (logged out, revoked, expired, its account closed) or has no
        card any more."""
        streams = [stream for each in self._streams.values() for stream in each if not stream.ended]
        if not streams:
            return
        async with self._database.transaction() as transaction:
            over = await session_store.over(transaction, {stream.session for stream in streams})
        for stream in streams:
            if stream.session in over:
                stream.end(END)

    def _send(self, company: int, messages: Sequence[Message]) -> None:
        for stream in self._streams.get(company, ()):
            if not stream.ended:
                for message in messages:
                    stream.put(message)

    def _end_all_when_leaving(self) -> None:
        if self._leaving():
            for each in self._streams.values():
                for stream in each:
                    stream.end()


def _messages(found: Sequence[Change]) -> list[Message]:
    return [Message("change", change.model_dump_json(), change.cursor, change.type) for change in found]
