"""Chapters' own work in the worker's loops, and their own lines on the home page (CONS-13, CONS-16)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.documents import reminders
from singlewindow.kernel.exchange import chores
from singlewindow.kernel.exchange.chores import all_chores, call, do
from singlewindow.kernel.exchange.worker import Loop, wake
from singlewindow.kernel.subsystem import Chore, Reminded, subsystems
from tests.house import House
from tests.kernel.conftest import FROZEN
from tests.kernel.deliveries import TYPE, approved

COLLECT = next(chore for chore in all_chores() if chore.name == "_deliveries.collect")


async def test_the_worker_does_what_is_due(house: House, clock: Any) -> None:
    """CONS-13: what is queued is collected, at the business clock's moment; then there is nothing to do."""
    await house.sql(f"update find_{TYPE} set hidden = true where status = '6'")  # of other tests
    queued = [await approved(house) for _ in range(3)]
    for each in queued:
        await each.moved("queue")
    assert [await do(house.worker, COLLECT), await do(house.worker, COLLECT)] == [3, 0]
    assert [await each.status() for each in queued] == ["7"] * 3
    assert [row["at"] for row in await house.sql("select at from move order by id desc limit 3")] == [
        FROZEN
    ] * 3


async def test_several_workers_do_each_once(house: House) -> None:
    """CONS-13: rows that another worker has are passed over, and nothing is done twice."""
    await house.sql(f"update find_{TYPE} set hidden = true where status = '6'")
    queued = [await approved(house) for _ in range(4)]
    for each in queued:
        await each.moved("queue")
    assert sum(await asyncio.gather(*(do(house.worker, COLLECT) for _ in range(4)))) == 4
    for each in queued:
        assert [text for kind, text in await each.history() if kind == "moved"] == [
            "排队：已排队",
            "提货：已提货",
        ]


async def test_one_that_fails_or_hangs_delays_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-04: it is tried again, what takes too long is cut off, and the others go on meanwhile."""
    tries: dict[str, int] = {"fails": 0, "hangs": 0, "works": 0}
    enough = asyncio.Event()

    def counting(name: str, then: Callable[[], Awaitable[int]]) -> Chore:
        async def run(database: Database, now: datetime) -> int:
            tries[name] += 1
            if min(tries.values()) == 3:
                enough.set()
            return await then()

        return Chore(f"x.{name}", run)

    async def fails() -> int:
        raise RuntimeError("broken")

    async def hangs() -> int:
        return await asyncio.sleep(60, 0)

    async def works() -> int:
        return 0

    monkeypatch.setattr(chores, "LONGEST", 0.05)
    monkeypatch.setattr("singlewindow.kernel.exchange.worker.IDLE_SECONDS", 0.05)
    made = [counting("fails", fails), counting("hangs", hangs), counting("works", works)]
    loops = [Loop(each.name, partial(do, house.worker, each), idle=0.05) for each in made]
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    async with asyncio.timeout(20):
        await enough.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_chore_can_be_called_and_stops_when_told(house: House) -> None:
    """CONS-13: who leaves work for it waits for no next look. Cancelled in the midst of a round, as a worker is
    that ends, it goes no further."""
    rounds: asyncio.Queue[datetime] = asyncio.Queue()

    async def run(database: Database, now: datetime) -> int:
        rounds.put_nowait(now)
        return 0

    chore = Chore("x.called", run)
    loop = Loop(chore.name, partial(do, house.worker, chore), idle=60)
    tasks = [asyncio.create_task(wake(house.owner_url, [loop]))]
    await asyncio.wait_for(loop.woken.wait(), 20)  # somebody listens
    tasks.append(asyncio.create_task(loop.run()))
    await asyncio.wait_for(rounds.get(), 20)
    async with house.web.transaction() as transaction:
        await call(transaction, chore.name)
    await asyncio.wait_for(rounds.get(), 20)
    for task in tasks:
        task.cancel()
    done, _ = await asyncio.wait(tasks, timeout=20)
    assert len(done) == 2


async def test_a_loop_that_shall_end_finishes_what_it_does() -> None:
    """OPER-04: a worker that is replaced leaves nothing half done, and begins nothing new."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    done = Counter[str]()

    async def round() -> int:
        begun.set()
        await go_on.wait()
        done["rounds"] += 1
        return 1  # there is more to do

    loop = Loop("x", round, idle=60)
    running = asyncio.create_task(loop.run())
    await begun.wait()
    loop.end()
    go_on.set()
    await asyncio.wait_for(running, 20)
    assert done["rounds"] == 1


def test_chores_bear_their_chapters_name() -> None:
    """Two of one name, or one of another chapter's, do not start."""
    chapter = subsystems()[TYPE]
    for names in (["x.y"], ["_deliveries.a", "_deliveries.a"]):
        with pytest.raises(ValueError, match="chores"):
            replace(chapter, chores=tuple(replace(COLLECT, name=name) for name in names))


async def test_a_chapter_reminds_of_its_own(house: House, clock: Any) -> None:
    """CONS-16: among the timers' lines, the next term first; a line leads to a document or to a page; others' are not
    told, nor those of an application that is closed to who asks."""
    delivery = await approved(house)
    [item] = (await delivery.member.http.get("/api/reminders")).json()["items"]
    assert item["text"] == f"样例提货 {delivery.number}：请尽快提货"
    named = {name: item[name] for name in ("application", "type", "title", "number", "page", "days")}
    assert named == {
        "application": TYPE, "type": TYPE, "title": "样例提货", "number": delivery.number, "page": "", "days": 3,
    }  # fmt: skip
    stranger = await house.member()
    assert (await stranger.http.get("/api/reminders")).json() == {"items": [], "total": 0}


async def test_one_that_stumbles_takes_nothing_from_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-16: the home page shows what the others say, whether one fails in the database, in its own code, or names a
    document type that there is not."""
    delivery = await approved(house)

    async def stumbles(transaction: Transaction, limit: int) -> Sequence[Reminded]:
        return [Reminded(str(await transaction.value("select 1 / 0")), FROZEN)]

    async def errs(transaction: Transaction, limit: int) -> Sequence[Reminded]:
        raise KeyError("term")

    async def misnames(transaction: Transaction, limit: int) -> Sequence[Reminded]:
        return [Reminded("请办理", FROZEN, type="no.such")]

    async def page(transaction: Transaction, limit: int) -> Sequence[Reminded]:
        return [Reminded("请汇总", FROZEN, page="gather")] * 60

    chapters = dict(subsystems())
    for name, wrong in (("a", stumbles), ("c", errs), ("d", misnames)):
        chapters[name] = replace(chapters["_labels"], name=name, reminders=wrong)
    chapters |= {"b": replace(chapters["_labels"], name="b", reminders=page)}
    monkeypatch.setattr(reminders, "subsystems", lambda: chapters)
    answer = (await delivery.member.http.get("/api/reminders")).json()
    assert (len(answer["items"]), answer["total"]) == (50, 51)
    first = answer["items"][0]
    assert (first["application"], first["page"], first["type"], first["number"]) == ("b", "gather", "", "")
