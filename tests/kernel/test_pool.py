"""The portal's connections: taken in turns, and never given on with something left open (OPER-04)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.pool import IDLE_SECONDS, LIFETIME_SECONDS, Pool
from tests.house import House


@dataclass(eq=False)
class Connection:
    """What the pool asks of one."""

    closed: bool = False
    open_transaction: bool = False

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return self.open_transaction

    def terminate(self) -> None:
        self.closed = True

    async def close(self) -> None:
        self.closed = True


@dataclass
class Opened:
    """A pool of such connections, and all that it opened."""

    size: int = 2
    patience: float = 5.0
    all: list[Connection] = field(default_factory=list)
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self._open, self.size, self.patience)

    async def _open(self) -> Any:
        self.all.append(Connection())
        return self.all[-1]


async def test_the_one_that_was_used_last_is_taken_first() -> None:
    opened = Opened()
    async with opened.pool.connection(), opened.pool.connection():
        pass
    async with opened.pool.connection() as again:
        assert id(again) == id(opened.all[0])  # which was given back last
    assert len(opened.all) == 2


async def test_who_finds_none_waits_and_then_gives_up() -> None:
    opened = Opened(size=1, patience=0.01)
    async with opened.pool.connection():
        with pytest.raises(TimeoutError):
            async with opened.pool.connection():
                pass
    async with opened.pool.connection() as free:
        assert id(free) == id(opened.all[0])


async def test_a_waiting_request_gets_the_one_that_becomes_free() -> None:
    opened = Opened(size=1)

    async def use() -> Any:
        async with opened.pool.connection() as connection:
            await asyncio.sleep(0)
            return connection

    used = await asyncio.gather(*(use() for _ in range(5)))
    assert set(map(id, used)) == {id(opened.all[0])}


@pytest.mark.parametrize("left", ["closed", "open_transaction"])
async def test_what_is_cut_off_or_half_done_is_not_given_on(left: str) -> None:
    opened = Opened(size=1)
    async with opened.pool.connection() as connection:
        setattr(connection, left, True)
    assert connection.is_closed()
    async with opened.pool.connection() as other:
        assert other is not connection


async def test_one_that_was_closed_while_nobody_had_it_is_passed_over() -> None:
    opened = Opened(size=1)
    async with opened.pool.connection() as connection:
        pass
    connection.terminate()
    async with opened.pool.connection() as other:
        assert other is not connection


async def test_one_that_nobody_asked_for_long_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, now = Opened(), [0.0]
    monkeypatch.setattr("singlewindow.kernel.database.pool.time.monotonic", lambda: now[0])
    async with opened.pool.connection() as connection:
        pass
    now[0] = IDLE_SECONDS + 1
    async with opened.pool.connection() as other:
        assert other is not connection
    assert connection.is_closed()


async def test_one_that_is_old_is_renewed_though_it_is_asked_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened, now = Opened(size=1), [0.0]
    monkeypatch.setattr("singlewindow.kernel.database.pool.time.monotonic", lambda: now[0])
    monkeypatch.setattr("singlewindow.kernel.database.pool.random.uniform", lambda least, most: most)
    taken = []
    for now[0] in range(0, int(LIFETIME_SECONDS) + 180, 60):
        async with opened.pool.connection() as connection:
            assert not connection.is_closed()
            taken.append(connection)
    assert taken[0] is taken[1]
    assert [each.closed for each in opened.all] == [True, False]


async def test_closing_waits_for_what_is_under_way_and_lets_nobody_in() -> None:
    opened = Opened()
    async with opened.pool.connection() as connection:
        closing = asyncio.create_task(opened.pool.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        assert not connection.is_closed()
        with pytest.raises(asyncpg.InterfaceError):
            async with opened.pool.connection():
                pass
    await closing
    assert connection.is_closed()


async def test_terminating_cuts_off_what_is_under_way() -> None:
    opened = Opened()
    async with opened.pool.connection() as connection:
        opened.pool.terminate()
        assert connection.is_closed()


async def test_a_cancelled_request_leaves_nothing_to_the_next(house: House) -> None:
    """A statement that is cut off, in a pool of one: the next one to ask finds a transaction of its own."""
    database = await Database.connect(house.owner_url, size=1)

    async def slow() -> None:
        async with database.transaction() as transaction:
            await transaction.run("create temporary table left_over (x int)")
            await transaction.run("select pg_sleep(20)")

    request = asyncio.create_task(slow())
    await asyncio.sleep(0.2)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    async with database.transaction() as transaction:
        assert await transaction.value("select to_regclass('pg_temp.left_over')") is None
    await database.close()
