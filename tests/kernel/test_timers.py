"""What comes by itself: timed transitions, in any order with customs' receipts (APPT-16)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.exchange import timers
from singlewindow.kernel.exchange.receipts import Heard, hear
from singlewindow.kernel.exchange.timers import move_due
from singlewindow.kernel.lifecycle import Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import get_document_type
from singlewindow.kernel.timing import CHINA, Moments, Timer, due_of, midnight_after
from tests.house import House, Member
from tests.kernel.conftest import FROZEN
from tests.kernel.test_documents import TYPE, applied, letter

BEGIN = FROZEN
DAY = timedelta(days=1)
ANSWER_BY = "2026-11-21"
DUE = datetime(2026, 11, 27, tzinfo=CHINA)  # 00:00 after the fifth day after it


async def sent(house: House) -> tuple[Member, str]:
    """A document with a term, which customs have; its owner and its number."""
    member, view = await applied(house, answer_by=ANSWER_BY)
    await house.send()
    return member, view["number"]


async def answer(house: House, number: str, seq: int, code: str, at: datetime) -> None:
    """Customs' receipt of that moment arrives now."""
    async with house.worker.transaction() as transaction:
        await hear(transaction, Heard(TYPE, number, 1, seq, code, code, at, {}))


async def status(house: House, number: str) -> str:
    [row] = await house.sql("select status from document where number = $1", number)
    return str(row["status"])


async def history(house: House, number: str) -> list[tuple[str, str]]:
    """Kind and status of what happened since it was sent."""
    rows = await house.sql(
        """select e.kind, e.data->>'status' as status from event e join document d on d.id = e.document_id
           where number = $1 and e.kind in ('receipt', 'timed') order by no""",
        number,
    )
    return [(row["kind"], row["status"]) for row in rows][1:]


async def planned(house: House, number: str) -> list[datetime]:
    rows = await house.sql(
        "select due_at from schedule s join document d on d.id = s.document_id where number = $1", number
    )
    return [row["due_at"] for row in rows]


async def is_due(house: House) -> bool:
    [row] = await house.sql(f"select {timers.DUE} as due")
    return bool(row["due"])


async def test_a_document_moves_when_its_time_has_come(house: House, clock: Any) -> None:
    """APPT-16: at 00:00 after the fifth day and no moment earlier; once, with its cause, in history, list and news."""
    member, number = await sent(house)
    assert await planned(house, number) == [], "nothing waits for what is not approved"
    await answer(house, number, 1, "APPROVED", BEGIN)
    assert await planned(house, number) == [DUE]
    await clock(DUE - timedelta(microseconds=1))
    assert (await is_due(house), await move_due(house.worker)) == (False, 0)
    await clock(DUE)
    assert await is_due(house), "which the worker asks now and then"
    assert [await move_due(house.worker), await move_due(house.worker)] == [1, 0]
    assert (await member.view(TYPE, number))["status"]["name"] == "逾期"
    assert await history(house, number) == [("receipt", "4"), ("timed", "7")]
    told = (await member.http.get(f"/api/documents/{TYPE}/{number}/history")).json()["items"][-1]
    assert (told["who"], told["text"]) == ("单一窗口", "答复期限已过五日：逾期")
    news = (await member.http.get("/api/news")).json()["items"][0]
    assert (news["number"], news["status_name"], news["code_name"]) == (number, "逾期", "答复期限已过五日")
    assert await house.sql(f"select from find_{TYPE} where number = $1 and status = '7'", number)
    assert (
        await house.sql("select from claim c join document d on d.id = document_id where number = $1", number)
        == []
    )
    assert await planned(house, number) == []


async def test_an_answer_makes_it_moot(house: House, clock: Any) -> None:
    """APPT-16: what customs answered before the moment stands, whether it arrives before or after it."""
    for arrives_late in (False, True):
        _member, number = await sent(house)
        await clock(BEGIN)
        await answer(house, number, 1, "APPROVED", BEGIN)
        if not arrives_late:
            await answer(house, number, 2, "LOCKED", BEGIN + DAY)
        await clock(DUE + DAY)
        await move_due(house.worker)
        if arrives_late:
            assert await status(house, number) == "7"
            await answer(house, number, 2, "LOCKED", BEGIN + DAY)
        assert await status(house, number) == "6"
        assert await planned(house, number) == []
        await answer(house, number, 3, "UNLOCKED", DUE + DAY)  # customs open it again: its time has passed
        assert await status(house, number) == "7"
        assert (await history(house, number))[-2:] == [("receipt", "4"), ("timed", "7")]


async def test_a_moot_row_only_goes(house: House, clock: Any) -> None:
    """A row that should not be there changes nothing of the document."""
    _member, number = await sent(house)
    await house.sql(
        """insert into schedule (document_id, company_id, timer, due_at)
           select id, company_id, 'overdue', $2 from document where number = $1""",
        number,
        BEGIN,
    )
    before = await house.sql("select * from document where number = $1", number)
    assert await move_due(house.worker) == 1
    assert await house.sql("select * from document where number = $1", number) == before
    assert await planned(house, number) == []


async def test_two_workers_move_it_once(house: House, clock: Any) -> None:
    """Several workers at the same instant: each document moves once."""
    numbers = [(await sent(house))[1] for _ in range(4)]
    for number in numbers:
        await answer(house, number, 1, "APPROVED", BEGIN)
    await clock(DUE)
    assert sum(await asyncio.gather(*(move_due(house.worker) for _ in range(4)))) == len(numbers)
    for number in numbers:
        assert await history(house, number) == [("receipt", "4"), ("timed", "7")]


async def test_a_worker_that_dies_moves_nothing_by_halves(
    house: House, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: what was under way never was; the row is still there, and the next one does it."""
    _member, number = await sent(house)
    await answer(house, number, 1, "APPROVED", BEGIN)
    await clock(DUE)
    with monkeypatch.context() as patched:
        patched.setattr("singlewindow.kernel.exchange.timers.change_many", died)
        assert await move_due(house.worker) == 0
    assert (await status(house, number), await planned(house, number)) == ("4", [DUE])
    assert (await is_due(house), await move_due(house.worker)) == (False, 0), "it waits after trouble"
    await house.sql("update schedule set next_at = now()")
    assert await move_due(house.worker) == 1
    assert await status(house, number) == "7"


async def died(*_: object) -> None:
    raise RuntimeError("died")


async def test_a_late_approval_is_overdue_at_once(house: House, clock: Any) -> None:
    """APPT-16: the moment has passed when the approval arrives: both stand in the history."""
    _member, number = await sent(house)
    await clock(DUE + DAY)
    await answer(house, number, 1, "APPROVED", BEGIN)
    assert await history(house, number) == [("receipt", "4"), ("timed", "7")]
    await answer(house, number, 0 + 2, "RECEIVED", DUE + DAY)
    assert await history(house, number) == [("receipt", "4"), ("timed", "7"), ("receipt", "7")]


async def test_who_draws_it_up_anew_stops_the_clock(house: House, clock: Any) -> None:
    """What is worked on again waits for nothing; a deleted document takes its rows along."""
    member, number = await sent(house)
    await answer(house, number, 1, "APPROVED", BEGIN)
    await answer(house, number, 2, "REFUSED", BEGIN)
    assert await planned(house, number) == [DUE]
    await house.sql("update document set status = '5' where number = $1", number)
    await member.save_again(TYPE, await member.view(TYPE, number), remark="又一次")
    assert await planned(house, number) == []


# ---------------------------------------------------------------- the fold

A, B, C, D = "ABCD"
FLOW = Lifecycle(
    states=tuple(State(code, code) for code in (A, B, C, D)),
    actions=(),
    hears=(
        Hear("b", states(A, C), B),
        Hear("a", states(B, D), A),
        Hear("c", states(B), C),
        Hear("d", states(C), D),
    ),
    timers=(
        Timer("late", "迟", states(B), C, lambda content, moments: content.get("at")),
        Timer("after b", "其后", states(C), D, lambda content, moments: after(moments, "b", 3)),
    ),
)


def after(moments: Moments, code: str, hours: int) -> datetime | None:
    heard = moments.heard.get(("apply", code))
    return None if heard is None else heard + timedelta(hours=hours)


def fold(receipts: dict[int, tuple[str, int]], at: int, now: int) -> str:
    """The status from what was heard by then, as a document's case reckons it."""
    timed = [(seq, code, BEGIN + timedelta(hours=hour)) for seq, (code, hour) in receipts.items()]
    heard = {("apply", code): moment for _, code, moment in sorted(timed)}
    content = {"at": BEGIN + timedelta(hours=at)}
    due = due_of(FLOW.timers, content, Moments(heard=heard))
    return FLOW.fold_timed(A, timed, due, BEGIN + timedelta(hours=now))


@given(st.data())
def test_any_order_of_receipts_and_clock_ends_the_same(data: st.DataObject) -> None:
    """APPT-16, CUST-05: receipts arrive in any order and at any hour, timers are done whenever a row says so or late:
    in the end the status is what it would have been with everything in time."""
    count = data.draw(st.integers(0, 6))
    codes = [data.draw(st.sampled_from("abcd")) for _ in range(count)]
    hours = sorted(data.draw(st.integers(0, 20)) for _ in range(count))
    receipts = dict(enumerate(zip(codes, hours, strict=True)))
    at, end = data.draw(st.integers(0, 20)), 40
    expected = fold(receipts, at, end)
    heard: dict[int, tuple[str, int]] = {}
    now, found, row = 0, A, None
    for seq in data.draw(st.permutations(list(receipts))):
        now = max(now, receipts[seq][1], data.draw(st.integers(0, 30)))
        if data.draw(st.booleans()) and row is not None and row <= now:  # the worker, in time or not at all
            found, row = looked_at(heard, at, now)
        heard[seq] = receipts[seq]
        found, row = looked_at(heard, at, now)
    while row is not None and row <= end:
        found, row = looked_at(heard, at, max(now, row))
        now = max(now, row or 0)
    assert found == expected


def looked_at(heard: dict[int, tuple[str, int]], at: int, now: int) -> tuple[str, int | None]:
    """The status, and the hour at which it is to be looked at again."""
    found = fold(heard, at, now)
    timed = {("apply", code): BEGIN + timedelta(hours=hour) for _, (code, hour) in sorted(heard.items())}
    due = due_of(FLOW.timers, {"at": BEGIN + timedelta(hours=at)}, Moments(heard=timed))
    waits = [due[t.name] for t in FLOW.timers if t.name in due and found in t.from_states]
    return found, int((min(waits) - BEGIN).total_seconds() // 3600) if waits else None


@pytest.mark.parametrize(
    ("day", "moment"),
    [(ANSWER_BY, DUE), (ANSWER_BY + "T22:30", DUE), ("2026-02-24", datetime(2026, 3, 2, tzinfo=CHINA)),
     ("", None), ("2026-02-30", None), ("9999-12-31", None)],
)  # fmt: skip
def test_midnight_after(day: str, moment: datetime | None) -> None:
    """APPT-16: 00:00 Chinese time after the fifth calendar day."""
    assert midnight_after(day, 5) == moment


@pytest.mark.parametrize(("start", "to"), [("0", "7"), ("4", "4"), ("", "7"), ("4", "X")])
def test_what_a_timer_cannot_be(start: str, to: str) -> None:
    """Of drafts and of nothing, into the same state, into none that there is."""
    lifecycle = get_document_type(TYPE).lifecycle
    with pytest.raises(ValueError, match=r"timers|unknown"):
        replace(lifecycle, timers=(Timer("x", "x", states(start), to, lambda content, moments: None),))


def test_timers_do_not_go_round() -> None:
    """Two that lead to one another would never end."""
    back = Timer("back", "回", states(D), B, lambda content, moments: None)
    with pytest.raises(ValueError, match="late"):
        replace(FLOW, timers=(*FLOW.timers, back))


def test_letters_have_a_term() -> None:
    """The invented document's own timer."""
    due = due_of(get_document_type(TYPE).lifecycle.timers, letter("AB1", answer_by=ANSWER_BY), Moments())
    assert due == {"overdue": DUE}
