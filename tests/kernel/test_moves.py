"""Moves: what a chapter's own work makes of documents that were submitted (CONS-13, CUST-05).

The fold is compared with a reference that goes moment by moment; the real tables with the order in which everything
happened in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.verification import Checked, breaks
from singlewindow.kernel.exchange import moves
from singlewindow.kernel.exchange.moves import move_many
from singlewindow.kernel.exchange.receipts import CaseFile, File, Heard, Moved, hear
from singlewindow.kernel.http.sessions import cookie_name, session_life
from singlewindow.kernel.lifecycle import Move, states
from singlewindow.kernel.people import session_store
from singlewindow.kernel.problems import Conflict, NotFound
from tests.house import House
from tests.kernel.conftest import FROZEN
from tests.kernel.deliveries import DELIVERY, TYPE, Delivery, application, approved, draft, shelf, taking
from tests.kernel.test_amendments import in_thread

HOUR = timedelta(hours=1)
MOVES = {move.name: move for move in DELIVERY.lifecycle.moves}
HEARD = {"APPROVED": ("12E", "4"), "REFUSED": ("12E", "5"), "REVOKED": ("467", "8")}


def at(hour: int) -> datetime:
    return FROZEN + hour * HOUR


Step = tuple[int, str]
"""An hour, and a receipt's code or a move's name."""


def slowly(steps: Sequence[Step], status: str = "1") -> str:
    """Hour by hour: what customs said, then what was moved."""
    for _, name in sorted(steps, key=lambda step: (step[0], step[1] in MOVES)):
        if name in MOVES:
            status = MOVES[name].to if status in MOVES[name].from_states else status
        else:
            status = HEARD[name][1] if status in HEARD[name][0] else status
    return status


def case_of(steps: Sequence[Step], order: Callable[[list[Any]], list[Any]]) -> CaseFile:
    """A document's case when all of that is known, receipts in any order."""
    document = Document(1, TYPE, "n", 1, "1", 1, taking(), {}, date(2026, 11, 20), at(0), None, 1)
    case = CaseFile(DELIVERY, document, at(24))
    said = [(hour, name) for hour, name in steps if name not in MOVES]
    receipts: Any = {seq: (name, {}, at(hour)) for seq, (hour, name) in order(list(enumerate(said, 1)))}
    case.live.append(File(case, 1, "apply", "1", False, None, None, receipts, at(0)))
    case.moves += [Moved(name, at(hour), 1) for hour, name in steps if name in MOVES]
    return case


@settings(max_examples=400)
@given(st.data())
def test_a_case_with_moves_is_what_the_slow_reference_says(data: st.DataObject) -> None:
    """CONS-13, CUST-05: any order of arrival of any receipts, with any moves between them."""
    names = [*MOVES, *HEARD, "APPROVED"]
    hours = sorted(data.draw(st.lists(st.integers(1, 6), max_size=8)))
    steps = sorted(
        [(hour, data.draw(st.sampled_from(names))) for hour in hours], key=lambda s: (s[0], s[1] in MOVES)
    )
    case = case_of(steps, lambda said: data.draw(st.permutations(said)))
    assert case.last is not None
    assert case.status_of(case.last) == slowly(steps)


async def test_a_delivery_is_queued_and_collected(house: House) -> None:
    """CONS-13: status, list, history with its chain, news; what a person does by a click is no news."""
    delivery = await approved(house)
    assert await delivery.moved("queue", "第 1 批", who="张三") == 1
    assert await delivery.moved("unqueue") == 1
    assert await delivery.moved("queue", "第 2 批") == 1
    assert await delivery.moved("collect") == 1
    assert await delivery.status() == "7"
    assert await house.sql(f"select from find_{TYPE} where number = $1 and status = '7'", delivery.number)
    assert (await delivery.history())[-4:] == [
        ("moved", "排队：已排队（第 1 批）"), ("moved", "取消排队：已批准"), ("moved", "排队：已排队（第 2 批）"),
        ("moved", "提货：已提货"),
    ]  # fmt: skip
    news = (await delivery.member.http.get("/api/news")).json()["items"]
    assert [(each["code_name"], each["status_name"]) for each in news] == [
        ("提货", "已提货"),
        ("已批准", "已批准"),
    ]
    assert delivery.number not in [each.number async for each in breaks(house.owner, Checked())]


async def test_what_may_not_be_moved_moves_nothing(house: House) -> None:
    """CONS-13: all or none; a document in another state, with a change, deleted or another company's is named."""
    first, second = await approved(house), await draft(house)
    ids = [(await each.row())["id"] for each in (first, second)]

    async def refused(
        ids: Sequence[int], name: str = "queue", actor: Delivery | None = None, fences: bool = True
    ) -> str:
        database = (house.web if fences else house.owner) if actor else house.worker
        with pytest.raises((Conflict, NotFound)) as caught:
            async with database.transaction(
                *([await actor_of(house, actor)] if actor else [])
            ) as transaction:
                await move_many(transaction, DELIVERY, ids, name, "")
        return caught.value.detail

    assert await refused(ids) == f"样例提货 {second.number} 状态为「暂存」，不能排队"
    assert await refused([ids[0], -1]) == "1 份样例提货不存在或已删除，不能排队"
    assert await refused([ids[0]], actor=second) == "1 份样例提货不存在或已删除，不能排队"
    assert await refused([ids[0]], actor=second, fences=False) == "1 份样例提货不存在或已删除，不能排队"
    other, hidden = await application(house), await approved(house)
    await house.sql("update document set hidden = true where number = $1", hidden.number)
    gone = [(await each.row())["id"] for each in (other, hidden)]
    assert await refused([*gone, ids[0]]) == "2 份样例提货不存在或已删除，不能排队"
    assert await first.status() == "4"
    assert await house.sql("select from move where document_id = any($1)", ids) == []
    await first.member.apply(TYPE, await first.member.view(TYPE, first.number), "revoke")
    assert await refused([ids[0]]) == f"样例提货 {first.number} 「删单中」，不能排队"
    await first.said(1, "AGREED", submission=2)
    assert await refused([ids[0]]) == f"样例提货 {first.number} 「已删单」，不能排队"
    with pytest.raises(ValueError, match="no move"):
        await first.moved("unknown")


async def actor_of(house: House, delivery: Delivery) -> Any:
    token = delivery.member.http.cookies[cookie_name()]
    person = await session_store.find(house.web, token, session_life())
    assert person is not None
    return person.actor


async def test_a_company_moves_its_own(house: House) -> None:
    """CONS-13: in a request of its own, behind row-level security."""
    delivery = await approved(house)
    async with house.web.transaction(await actor_of(house, delivery)) as transaction:
        assert await move_many(transaction, DELIVERY, [(await delivery.row())["id"]], "queue", "") == 1
    assert await delivery.status() == "6"


async def test_a_clock_that_was_set_back_moves_all_the_same(house: House, clock: Any) -> None:
    """CONS-13: a move stands after all that was known when it was made."""
    delivery = await approved(house)
    await clock(FROZEN - 5 * HOUR)
    await delivery.moved("queue")
    await delivery.moved("unqueue")
    await delivery.moved("queue")
    assert await delivery.status() == "6"
    await delivery.said(2, "APPROVED", FROZEN + HOUR)
    assert await delivery.status() == "6"


async def test_many_are_moved_some_at_a_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONS-13: each once, whoever is named twice; of those that cannot be moved the first few are named."""
    monkeypatch.setattr(moves, "CHUNK", 2)
    deliveries = [await approved(house) for _ in range(5)]
    ids = [(await each.row())["id"] for each in deliveries]
    for name in ("queue", "collect"):
        async with house.worker.transaction() as transaction:
            assert await move_many(transaction, DELIVERY, [*ids, ids[0]], name, "") == 5
    assert [await each.status() for each in deliveries] == ["7"] * 5
    made = await house.sql("select count(*) from move where document_id = any($1)", ids)
    assert made[0]["count"] == 10
    with pytest.raises(Conflict) as caught:
        async with house.worker.transaction() as transaction:
            await move_many(transaction, DELIVERY, ids, "queue", "")
    named = "；".join(f"样例提货 {each.number} 状态为「已提货」" for each in deliveries[:3])
    assert caught.value.detail == f"{named}（另有 2 份），不能排队"


async def test_two_at_once_move_it_once(house: House) -> None:
    """CONS-13: two who move the same documents at the same instant: one does, the other is told why not."""
    deliveries = [await approved(house) for _ in range(3)]
    ids = [(await each.row())["id"] for each in deliveries]

    async def move(ids: Sequence[int]) -> str:
        try:
            async with house.worker.transaction() as transaction:
                await move_many(transaction, DELIVERY, ids, "queue", "")
        except Conflict:
            return "conflict"
        return "moved"

    assert sorted(await asyncio.gather(move(ids), move(ids[::-1]))) == ["conflict", "moved"]
    assert [await each.status() for each in deliveries] == ["6"] * 3


class Undone(Exception):
    """Ends a savepoint, so that the next order begins where this one did."""


async def test_any_order_of_arrival_and_moves_ends_the_same(house: House, clock: Any) -> None:
    """CONS-13, CUST-05: on the real tables. Moves are made when what was known permits them; receipts, late or not,
    lead to what they and the moves come to in time."""
    delivery = await draft(house, **taking(shelf(), "1", gate=shelf()))
    await delivery.declare()
    await delivery.said(0, "SENT")

    async def after(order: Sequence[Heard | str]) -> tuple[dict[str, Any], list[Step]]:
        found: dict[str, Any] = {}
        made: list[Step] = []
        try:
            async with house.worker.transaction() as transaction, transaction.savepoint():
                await _happens(transaction, delivery, order, made)
                row = await transaction.row(STATE, delivery.number)
                assert row is not None
                found = dict(row)
                raise Undone
        except Undone:
            return found, made

    def work(run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        ends: set[str] = set()

        codes = st.sampled_from([*HEARD, "APPROVED"])

        @settings(max_examples=60)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            hours = sorted(data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=4)))
            receipts = [
                Heard(TYPE, delivery.number, 1, seq, data.draw(codes), "", at(hour), {})
                for seq, hour in enumerate(hours, 1)
            ]
            moves = data.draw(st.lists(st.sampled_from([*MOVES]), max_size=4))
            kinds = data.draw(st.permutations([True] * len(receipts) + [False] * len(moves)))
            shuffled, waiting = iter(data.draw(st.permutations(receipts))), iter(moves)
            found, made = run(after([next(shuffled) if kind else next(waiting) for kind in kinds]))
            said = [(int((each.at - FROZEN) / HOUR), each.code) for each in receipts]
            assert found["status"] == found["found_as"] == slowly(said + made, "2")
            held = found["status"] in states("1", "2", "4", "6", "7")
            assert found["drawn"] == (1 if held else None)
            assert found["claimed"] == (1 if found["status"] in "12" else 0)
            ends.add(found["status"])

        check()
        assert len(ends) >= 4, ends

    await in_thread(work)


async def _happens(
    transaction: Transaction, delivery: Delivery, order: Sequence[Heard | str], made: list[Step]
) -> None:
    """What comes is heard, and what can be moved is moved; a clock that goes on says when."""
    id = (await delivery.row())["id"]
    last = 0
    for each in order:
        if isinstance(each, Heard):
            await hear(transaction, each)
            last = max(last, int((each.at - FROZEN) / HOUR))
            continue
        transaction.now = at(last)
        try:
            async with transaction.savepoint():
                await move_many(transaction, DELIVERY, [id], each, "")
        except Conflict:
            continue
        made.append((last, each))


STATE = f"""
select d.status, f.status as found_as, (select sum(amount)::int from draw w where w.document_id = d.id) as drawn,
       (select count(*) from claim c where c.document_id = d.id) as claimed
from document d join find_{TYPE} f on f.document_id = d.id where d.number = $1"""


def test_moves_are_of_what_was_submitted() -> None:
    """A move from or to a draft does not start."""
    for froms, to in ((states("0"), "4"), (states("4"), "0"), (states("4"), "unknown")):
        with pytest.raises(ValueError, match=r"moves are|unknown states"):
            replace(DELIVERY.lifecycle, moves=(Move("x", "x", froms, to),))
