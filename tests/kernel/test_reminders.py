"""Reminders: what has its term soon is told to the company that files it (APPT-10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.documents import reminders
from singlewindow.kernel.exchange.timers import move_due
from singlewindow.kernel.subsystem import get_document_type
from singlewindow.kernel.timing import Reminder
from tests.fences import FENCES, leave_standing
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.kernel.test_timers import ANSWER_BY, BEGIN, DAY, DUE, answer, sent


async def asked(member: Member) -> dict[str, Any]:
    """What the home page asks for."""
    got = await member.http.get("/api/reminders")
    assert got.status_code == 200, got.text
    body: dict[str, Any] = got.json()
    return body


async def days_left(member: Member) -> list[int]:
    return [item["days"] for item in (await asked(member))["items"]]


async def approved(house: House) -> tuple[Member, str]:
    member, number = await sent(house)
    await answer(house, number, 1, "APPROVED", BEGIN)
    return member, number


async def one_more(house: House, member: Member, answer_by: str) -> str:
    """A further document of the same company, approved; its number."""
    view = await member.save(TYPE, letter(reference(), answer_by=answer_by))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    await member.apply(TYPE, view)
    await house.send()
    await answer(house, view["number"], 1, "APPROVED", BEGIN)
    return str(view["number"])


async def test_the_last_days_of_a_term_are_told(house: House, clock: Any) -> None:
    """APPT-10: from five days before its moment, with the days that are left; no longer once it has come."""
    member, number = await approved(house)
    await clock(DUE - 5 * DAY - timedelta(seconds=1))
    assert await days_left(member) == []
    for moment, days in (
        (DUE - 5 * DAY, 5),
        (DUE - DAY - timedelta(hours=1), 2),
        (DUE - timedelta(seconds=1), 1),
    ):
        await clock(moment)
        assert await days_left(member) == [days]
    told = await asked(member)
    [item] = told["items"]
    assert (told["total"], item["type"], item["title"], item["number"]) == (1, TYPE, "样例申请", number)
    assert item["text"] == f"样例申请 {number}：请在 1 天内答复"
    assert datetime.fromisoformat(item["due_at"]) == DUE
    await clock(DUE)
    assert await days_left(member) == [], "before the worker has looked"
    await move_due(house.worker)
    assert await days_left(member) == []
    await clock(DUE - DAY)
    assert await days_left(member) == [], "what has moved waits for nothing"


async def test_what_is_under_way_or_deleted_is_not_told(house: House, clock: Any) -> None:
    """APPT-10: what is with customs cannot be hurried; it is told again when customs refuse."""
    member, number = await approved(house)
    await clock(DUE - DAY)
    await house.sql("update document set amending = 'change' where number = $1", number)
    assert await days_left(member) == []
    await house.sql("update document set amending = '' where number = $1", number)
    assert await days_left(member) == [1]
    await house.sql("update document set hidden = true where number = $1", number)
    assert await days_left(member) == []


async def test_the_next_term_first_and_no_list_without_a_limit(
    house: House,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """APPT-10: by their terms; what is not shown is counted."""
    member = await house.member()
    numbers = [await one_more(house, member, f"2026-11-{23 - at}") for at in range(3)]
    await clock(DUE - DAY)
    found = await asked(member)
    assert [item["number"] for item in found["items"]] == numbers[::-1]
    assert [item["days"] for item in found["items"]] == [1, 2, 3]
    monkeypatch.setattr(reminders, "_FOUND", reminders._FOUND.replace(f"limit {reminders.SHOWN}", "limit 1"))
    found = await asked(member)
    assert ([item["number"] for item in found["items"]], found["total"]) == (numbers[2:], 3)


@pytest.mark.parametrize("fences", FENCES)
async def test_terms_of_others_are_not_told(
    house: House,
    clock: Any,
    fences: str,
) -> None:
    """PORT-10: neither to a stranger nor to another party; each of the two fences holds by itself."""
    party, stranger = await house.member(), await house.member()
    _owner, view = await applied(house, consignee_code=party.customs_code, answer_by=ANSWER_BY)
    await house.send()
    await answer(house, view["number"], 1, "APPROVED", BEGIN)
    await clock(DUE - DAY)
    leave_standing(house, fences)
    for member in (party, stranger):
        assert await asked(member) == {"items": [], "total": 0}


async def test_who_may_ask(house: House) -> None:
    """PORT-04: an account without a card is told how to bind one, nobody that he must log in."""
    assert (await house.client().get("/api/reminders")).status_code == 401
    unbound = await house.member(bound=False)
    assert (await unbound.http.get("/api/reminders")).status_code == 403


async def test_types_that_are_closed_to_a_session_are_left_out(house: House, clock: Any) -> None:
    """PORT-06: a session that may not enter the application hears nothing of its documents."""
    member, _number = await approved(house)
    await clock(DUE - DAY)
    [row] = await house.sql(
        "select id, company_id from account where display_name = $1", await name_of(member)
    )
    async with house.web.transaction(Actor(row["company_id"], row["id"])) as transaction:
        assert (await reminders.of_company(transaction))[1] == 1
        assert await reminders.of_company(transaction, [TYPE]) == ([], 0)


async def name_of(member: Member) -> str:
    name: str = (await member.http.get("/api/session")).json()["account"]["display_name"]
    return name


def test_what_a_reminder_cannot_say() -> None:
    """What no document has, and what would be said after its time."""
    with pytest.raises(KeyError):
        Reminder(5, "{name}")
    with pytest.raises(ValueError, match="never"):
        Reminder(0, "{number}")


def test_letters_remind_of_their_term() -> None:
    """The invented document's own."""
    [timer] = get_document_type(TYPE).lifecycle.timers
    assert timer.reminds == Reminder(5, "样例申请 {number}：请在 {days} 天内答复")
