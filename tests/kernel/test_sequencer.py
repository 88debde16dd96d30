"""The sequencer: every committed entry is told once and in order, whatever order transactions end in (INTG-03)."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from structlog.testing import capture_logs

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.exchange import figures
from singlewindow.kernel.live import sequencer
from singlewindow.kernel.live.sequencer import sequence
from singlewindow.launch.binaries import Binaries
from singlewindow.launch.databases import create_roles
from singlewindow.launch.postgres import Cluster
from tests.house import House
from tests.kernel.feeds import Scribe, begun, sequenced

if TYPE_CHECKING:
    from conftest import TestPostgres


@asynccontextmanager
async def connections(house: House, count: int) -> AsyncIterator[list[asyncpg.Connection]]:
    async with AsyncExitStack() as stack:
        opened = [await asyncpg.connect(house.owner_url) for _ in range(count)]
        for each in opened:
            stack.push_async_callback(each.close, timeout=2)
        yield opened


async def scribe_of(house: House) -> Scribe:
    await sequenced(house)
    return await Scribe.of(house, await house.member(), await house.member())


async def test_transactions_that_end_in_another_order(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: what began first and ends last keeps what came after it waiting: nothing ever comes to stand before what
    was read. What was rolled back is no event, and keeps nobody waiting any more."""
    scribe = await scribe_of(house)
    async with connections(house, 3) as (early, late, failed):
        first, second, third = [await scribe.document(early) for _ in range(3)]
        slow, lost = await begun(early), await begun(failed)
        await scribe.write(early, first)
        await scribe.write(failed, third)
        await scribe.write(late, second)  # committed at once
        await sequenced(house)
        assert await scribe.fed() == []
        assert figures._feed_behind._value.get() > 0, "the figure tells that something is held up"
        assert sequencer.held_up.minutes == 0, "which is nothing yet for a person to look at"
        monkeypatch.setattr(sequencer, "HELD_UP_SECONDS", figures._feed_behind._value.get())
        with capture_logs() as said:
            await sequenced(house)
            monkeypatch.setattr(sequencer, "HELD_UP_SECONDS", 3600.0)
            await sequenced(house)
        assert [each["event"] for each in said] == [
            "the feed of events waits for a transaction that does not end"
        ]
        await slow.commit()
        await sequenced(house)
        assert await scribe.fed() == [(first, 1)], "what may still come has its place before the second"
        await lost.rollback()
        await sequenced(house)
        assert await scribe.fed() == [(first, 1), (second, 1)]
        await sequenced(house)
        assert figures._feed_behind._value.get() == 0


async def test_an_early_transaction_that_writes_late(house: House) -> None:
    """INTG-03: entry 2 of a document belongs to an older transaction than entry 1, and one in between goes on: entry 1
    is told before it all the same, once, and whatever else its transaction did has its turn later."""
    scribe = await scribe_of(house)
    async with connections(house, 3) as (early, middle, late):
        document, other = await scribe.document(early), await scribe.document(early)
        first, goes_on, last = await begun(early), await begun(middle), await begun(late)
        await scribe.write(late, document)
        await scribe.write(late, other)
        await last.commit()
        await scribe.write(early, document)
        await first.commit()
        await sequenced(house)
        assert await scribe.fed() == [(document, 1), (document, 2)]
        await goes_on.rollback()
        await sequenced(house)
        assert await scribe.fed() == [(document, 1), (document, 2), (other, 1)]


async def test_a_sequencer_that_is_killed_and_others_beside_it(house: House, postgres: TestPostgres) -> None:
    """INTG-03: while one is at work the others do nothing; cut off in the middle of a round it has done nothing, and
    the next one does it; many at once tell nothing twice."""
    scribe = await scribe_of(house)
    killed = await Database.connect(postgres.dsn("portal", "sw_worker"), size=1)
    async with connections(house, 2) as (owner, holder):
        documents = [await scribe.document(owner) for _ in range(3)]
        for document in documents:
            await scribe.write(owner, document)
        held = await begun(holder, with_id=False)
        await holder.execute("select from feed_place for update")
        at_work = asyncio.create_task(sequence(killed))
        blocked = (
            "select pid from pg_stat_activity where pg_blocking_pids(pid) <> '{}' and usename = 'sw_worker'"
        )
        async with asyncio.timeout(10):
            while not (found := await owner.fetch(blocked)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await sequence(house.worker) == 0
        assert await scribe.fed() == []
        for row in found:
            postgres.cluster.query("select pg_terminate_backend($1)", row["pid"])
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await at_work
        assert at_work.done()
        await held.rollback()
        assert await scribe.fed() == []
        await asyncio.gather(*(sequence(house.worker, 1) for _ in range(8)))
        await sequenced(house)
        assert sorted(await scribe.fed()) == [(document, 1) for document in documents]
    await killed.close()


async def test_portions_and_one_great_transaction(house: House) -> None:
    """INTG-03: many entries go into many rounds, in their order; those of one transaction into one."""
    scribe = await scribe_of(house)
    async with connections(house, 1) as (owner,):
        documents = [await scribe.document(owner) for _ in range(3)]
        for document in documents * 2:
            await scribe.write(owner, document)
        great = await begun(owner)
        for document in documents:
            await scribe.write(owner, document)
        await great.commit()
    rounds = []
    for _ in range(4):
        await sequence(house.worker, 2)
        rounds.append(len(await scribe.fed()))
    assert rounds == [2, 4, 6, 9]
    assert await scribe.fed() == [(document, no) for no in (1, 2, 3) for document in documents]


@dataclass
class Chaos:
    """Connections that write histories in any order, and a reader who goes on from where he was."""

    scribe: Scribe
    chance: random.Random
    open: dict[asyncpg.Connection, asyncpg.transaction.Transaction] = field(default_factory=dict)
    locked: dict[int, asyncpg.Connection] = field(default_factory=dict)
    documents: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    written: dict[asyncpg.Connection, list[tuple[int, int, str]]] = field(default_factory=dict)
    committed: list[tuple[int, int, str]] = field(default_factory=list)
    read: list[tuple[int, int]] = field(default_factory=list)

    async def step(self, connection: asyncpg.Connection) -> None:
        """Something that this connection may do now."""
        if connection not in self.open:
            self.open[connection] = await begun(connection, with_id=self.chance.random() < 0.5)
            self.written[connection] = []
            return
        what = self.chance.random()
        if what < 0.3:
            await self.end(connection, commits=self.chance.random() < 0.8)
            return
        free = [d for d in self.documents if self.locked.get(d, connection) is connection]
        if free:
            await self.write(connection, self.chance.choice(sorted(free)), deletes=what > 0.93)

    async def write(self, connection: asyncpg.Connection, document: int, *, deletes: bool) -> None:
        self.locked[document] = connection
        mine = self.written[connection]
        if (document, 0, "gone") in mine:
            return
        if deletes:
            last = await connection.fetchval(
                "select coalesce(max(no), 0) from event where document_id = $1", document
            )
            await connection.execute("delete from document where id = $1", document)
            mine += [(document, last + 1, "deleted"), (document, 0, "gone")]
        else:
            kind = self.chance.choice(("saved", "receipt"))
            mine.append((document, await self.scribe.write(connection, document, kind), kind))

    async def end(self, connection: asyncpg.Connection, *, commits: bool) -> None:
        await (self.open[connection].commit() if commits else self.open[connection].rollback())
        del self.open[connection]
        self.locked = {d: c for d, c in self.locked.items() if c is not connection}
        if commits:
            mine = self.written[connection]
            self.documents -= {document for document, _, kind in mine if kind == "gone"}
            self.committed += [each for each in mine if each[2] != "gone"]

    async def look(self) -> None:
        """What the reader finds behind what he knows."""
        rows = await self.scribe.house.sql(
            "select document_id, event_no from feed where company_id = $1 and no > $2 order by no limit 3",
            self.scribe.company,
            len(self.read),
        )
        self.read += [(row["document_id"], row["event_no"]) for row in rows]


@pytest.mark.parametrize("seed", range(6))
async def test_any_interleaving(house: House, seed: int) -> None:
    """INTG-03: transactions begin, write, delete, commit and roll back in any order while rounds of any size are done
    and a reader reads on: at the end every committed entry is in the feed exactly once, of each document in order, and
    the reader has seen all of it in the order in which it stands."""
    chance = random.Random(seed)
    scribe = await scribe_of(house)
    chaos = Chaos(scribe, chance)
    async with connections(house, 4) as opened:
        for shared in (True, False, True, False, False):
            document = await scribe.document(opened[0], shared=shared)
            chaos.documents.add(document)
            if shared:
                chaos.shared.add(document)
        for _ in range(120):
            await chaos.step(chance.choice(opened))
            if chance.random() < 0.3:
                await sequence(house.worker, chance.randrange(1, 5))
            if chance.random() < 0.3:
                await chaos.look()
        for connection in list(chaos.open):
            await chaos.end(connection, commits=True)
    await sequenced(house)
    for _ in range(60):
        await chaos.look()
    fed = await scribe.fed()
    assert sorted(fed) == sorted((document, no) for document, no, _ in chaos.committed)
    assert chaos.read == fed
    for document in {document for document, _ in fed}:
        numbers = [no for each, no in fed if each == document]
        assert numbers == sorted(numbers)
    others = await scribe.fed(scribe.party)
    answered = [(d, no) for d, no, kind in chaos.committed if kind == "receipt" and d in chaos.shared]
    assert {each for each in answered if each[0] in chaos.documents} <= set(others) <= set(answered)
    assert [each for each in fed if each in others] == others


async def test_a_restored_database_goes_on_in_another_cluster(
    house: House, postgres: TestPostgres, postgres_binaries: Binaries
) -> None:
    """INTG-03: a dump taken with entries that were not in the feed yet, put into a cluster whose transaction ids are
    far lower: these and what comes after are told once and in order; what was told stays, cursors go on."""
    scribe = await scribe_of(house)
    async with connections(house, 1) as (owner,):
        document = await scribe.document(owner)
        await scribe.write(owner, document)
        await sequenced(house)
        await owner.execute(  # each block has an id of its own
            """do $$ begin
                   create temp table burnt (id int);
                   for i in 1 .. 3000 loop
                       begin insert into burnt values (i); exception when division_by_zero then null; end;
                   end loop;
               end $$"""
        )
        await scribe.write(owner, document)
        highest = await owner.fetchval("select xid from event where document_id = $1 and no = 2", document)
    with tempfile.TemporaryDirectory(prefix="singlewindow-test-") as folder:
        Path(folder).chmod(0o777)  # noqa: ASYNC240 - under root another user runs the server
        dump = Path(folder, "dump.sql")
        postgres.cluster.run("pg_dump", "--file", dump, "portal")
        with Cluster(Path(folder, "cluster"), fast=True, binaries=postgres_binaries) as cluster:
            create_roles(cluster)
            cluster.create_database("portal", "sw_migrate")
            cluster.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, "portal")
            [[now]] = cluster.query("select pg_current_xact_id()::text::bigint")
            assert isinstance(now, int)
            assert now < highest, "else nothing is tried here"
            worker = await Database.connect(cluster.dsn("portal", "sw_worker"), size=2)
            there = await asyncpg.connect(cluster.dsn("portal", "sw_migrate"))
            await scribe.write(there, document)
            while await sequence(worker):
                pass
            await scribe.write(there, document)
            await sequence(worker)
            rows = await there.fetch(
                "select no, event_no from feed where company_id = $1 order by no", scribe.company
            )
            assert [tuple(row) for row in rows] == [(1, 1), (2, 2), (3, 3), (4, 4)]
            await there.close()
            await worker.close()
