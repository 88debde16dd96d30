"""Submissions that wait for another document (CONS-06): kept, let go, ended; never left hanging."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from singlewindow.kernel import subsystem
from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.exchange import waits
from singlewindow.kernel.exchange.receipts import hear_all
from singlewindow.kernel.exchange.waits import settle_due
from tests.fences import leave_standing
from tests.house import House
from tests.kernel.deliveries import (
    DELIVERY,
    LETTER,
    TYPE,
    Delivery,
    application,
    approved,
    draft,
    shelf,
    taking,
)

KEPT, SENT, FAILED = "3", "2", "E"


async def kept(house: House, **content: Any) -> tuple[Delivery, Delivery]:
    """An application with customs, and a delivery that waits for it."""
    letter = await application(house)
    await letter.declare()
    delivery = await draft(house, letter.member, **{**taking(), **content, "letter": letter.number})
    await delivery.declare()
    assert await delivery.status() == KEPT
    return letter, delivery


async def waiting(house: House, delivery: Delivery) -> int:
    rows = await house.sql(
        "select from waiting w join document d on d.id = w.document_id where number = $1", delivery.number
    )
    return len(rows)


async def test_it_is_kept_and_goes_by_itself(house: House) -> None:
    """CONS-06: nothing is sent before; in the transaction of the approval it is let go, and sent once."""
    letter, delivery = await kept(house)
    assert await delivery.sent() == 0
    assert (await delivery.history())[-1] == ("held", f"等待「样例申请」{letter.number}生效后自动发送")
    await letter.said(1, "RECEIVED")
    assert await delivery.status() == KEPT
    await letter.said(2, "APPROVED")
    assert await delivery.status() == "1"
    assert (await delivery.history())[-1] == (
        "released",
        f"所等待的「样例申请」{letter.number}已生效，自动发送",
    )
    await letter.said(2, "APPROVED")
    assert await delivery.sent() == 1
    await delivery.said(1, "APPROVED")
    assert (await delivery.status(), await waiting(house, delivery)) == ("4", 0)
    news = (await delivery.member.http.get("/api/news")).json()["items"]
    assert ("自动发送", "已申报") in [(each["code_name"], each["status_name"]) for each in news]


async def test_what_is_approved_is_not_waited_for(house: House) -> None:
    """CONS-06: it goes at once; so does one that names no application."""
    letter = await application(house)
    await letter.declare()
    await letter.said(1, "APPROVED")
    for content in ({"letter": letter.number}, {}):
        delivery = await draft(house, letter.member, **taking(), **content)
        await delivery.declare()
        assert (await delivery.sent(), await delivery.status()) == (1, SENT)


async def test_it_waits_on_where_that_is_returned(house: House) -> None:
    """CONS-06: a returned application may be declared again; the history says so, once."""
    letter, delivery = await kept(house)
    await letter.said(1, "REFUSED")
    await letter.said(1, "REFUSED")
    assert (await delivery.history())[-1] == (
        "waits",
        f"所等待的「样例申请」{letter.number}现为「退单」，继续等待",
    )
    assert [kind for kind, _ in await delivery.history()].count("waits") == 1
    assert (await delivery.status(), await delivery.sent()) == (KEPT, 0)
    await letter.declare()
    await letter.said(1, "APPROVED", submission=2)
    assert (await delivery.sent(), await delivery.status()) == (1, SENT)


async def test_it_fails_with_words_where_that_has_ended(house: House) -> None:
    """CONS-06: withdrawn, so that it never comes so far: the delivery is a draft again, and says why."""
    letter, delivery = await kept(house)
    await letter.said(1, "RECEIVED")
    await letter.declare("withdraw")
    await letter.said(1, "APPROVED", submission=2)
    assert await letter.status() == "9"
    assert (await delivery.status(), await waiting(house, delivery)) == (FAILED, 0)
    [(code, text)] = await delivery.receipts()
    assert code == "SEND_FAILED"
    assert text == f"未发送：所等待的样例申请 {letter.number} 状态为「已撤回」，请核对后重新申报"
    answer = await delivery.member.prepare(TYPE, await delivery.member.view(TYPE, delivery.number))
    [violation] = answer.json()["violations"]
    assert (answer.status_code, violation["path"]) == (422, "letter")
    assert violation["message"] == f"样例申请 {letter.number} 状态为「已撤回」，不能申报"


@pytest.mark.parametrize("was_sent", [False, True])
async def test_it_fails_where_that_is_deleted(house: House, was_sent: bool) -> None:
    """CONS-06: a draft that is deleted is gone, a returned one is hidden; the worker ends what waited."""
    letter = await application(house)
    if was_sent:
        await letter.declare()
        await letter.said(1, "REFUSED")
    delivery = await draft(house, letter.member, **taking(), letter=letter.number)
    await delivery.declare()
    assert await settle_due(house.worker) == 0
    version = (await letter.member.view(LETTER, letter.number))["version"]
    deleted = await letter.member.http.delete(
        f"/api/documents/{LETTER}/{letter.number}", headers={"If-Match": f'"{version}"'}
    )
    assert deleted.status_code == 204, deleted.text
    assert await settle_due(house.worker) == 1
    assert await delivery.status() == FAILED
    assert (await delivery.receipts())[0][
        1
    ] == f"未发送：所等待的样例申请 {letter.number} 不存在或已删除，请核对后重新申报"


@pytest.mark.parametrize("fences", ["both", "the application alone"])
async def test_anothers_or_no_document_is_not_waited_for(house: House, fences: str) -> None:
    """CONS-06, PORT-10: a foreign application is refused exactly as an absent one, at its field; so are one that was
    deleted and a document of another type."""
    member, foreign = await house.member(), await application(house)
    hidden, other = await application(house, member), await draft(house, member)
    await house.sql("update document set hidden = true where number = $1", hidden.number)
    leave_standing(house, fences)
    said = []
    for number in (foreign.number, "202600000000999999", hidden.number, other.number):
        delivery = await draft(house, member, **taking(), letter=number)
        answer = await delivery.member.prepare(TYPE, await delivery.member.view(TYPE, delivery.number))
        assert answer.status_code == 422
        said.append(answer.json()["violations"][0]["message"].replace(number, "N"))
    assert said == ["样例申请 N 不存在或已删除，不能申报"] * 4


async def test_what_was_kept_may_be_deleted(house: House) -> None:
    """CONS-06: then nothing of it is ever sent, whatever becomes of the application."""
    letter, delivery = await kept(house)
    version = (await delivery.member.view(TYPE, delivery.number))["version"]
    deleted = await delivery.member.http.delete(
        f"/api/documents/{TYPE}/{delivery.number}", headers={"If-Match": f'"{version}"'}
    )
    assert deleted.status_code == 204, deleted.text
    await letter.said(1, "APPROVED")
    await settle_due(house.worker)
    assert (await waiting(house, delivery), await delivery.sent()) == (0, 0)


async def test_approval_and_submission_at_the_same_instant(house: House) -> None:
    """CONS-06: whichever is first, nobody waits for ever and it is sent once."""
    seen = set()
    for _ in range(8):
        letter = await application(house)
        await letter.declare()
        delivery = await draft(house, letter.member, **taking(), letter=letter.number)
        view = await delivery.member.view(TYPE, delivery.number)
        prepared = (await delivery.member.prepare(TYPE, view)).json()
        submitted, _ = await asyncio.gather(
            delivery.member.submit(TYPE, delivery.number, prepared), letter.said(1, "APPROVED")
        )
        assert submitted.status_code == 200, submitted.text
        seen.add(submitted.json()["status"]["code"])
        await settle_due(house.worker)
        assert (await waiting(house, delivery), await delivery.sent()) == (0, 1)
    assert seen <= {"1", KEPT}


@pytest.mark.parametrize("first", ["approval", "submission"])
async def test_neither_waits_for_who_holds_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """CONS-06: the one is stopped in the middle of its transaction while the other ends: it is let go all the same."""
    letter = await application(house)
    await letter.declare()
    delivery = await draft(house, letter.member, **taking(), letter=letter.number)
    prepared = (await delivery.member.prepare(TYPE, await delivery.member.view(TYPE, delivery.number))).json()
    stopped, goes_on = asyncio.Event(), asyncio.Event()

    def stopping(real: Callable[..., Any]) -> Callable[..., Any]:
        async def stop(*given: Any, **more: Any) -> Any:
            done = await real(*given, **more)
            stopped.set()
            await asyncio.wait_for(goes_on.wait(), 20)
            return done

        return stop

    submit = delivery.member.submit(TYPE, delivery.number, prepared)
    if first == "approval":  # has changed the application, and has not committed
        monkeypatch.setattr(waits, "hear_all", stopping(hear_all))
        task: asyncio.Task[Any] = asyncio.create_task(letter.said(1, "APPROVED"))
        await asyncio.wait_for(stopped.wait(), 20)
        assert (await asyncio.wait_for(submit, 20)).json()["status"]["code"] == KEPT
    else:  # knows that it must wait, and has not committed
        monkeypatch.setattr(waits, "awaited", stopping(waits.awaited))
        task = asyncio.create_task(submit)
        await asyncio.wait_for(stopped.wait(), 20)
        approval = asyncio.create_task(letter.said(1, "APPROVED"))
        await asyncio.sleep(0.2)
    goes_on.set()
    await asyncio.wait_for(task, 20)
    if first == "submission":
        await asyncio.wait_for(approval, 20)
        assert await waiting(house, delivery) == 0, "in the transaction of the approval"
    await settle_due(house.worker)
    assert (await waiting(house, delivery), await delivery.sent()) == (0, 1)


async def test_many_workers_let_it_go_once(house: House) -> None:
    """CONS-06: several that look at the same instant, while the approval comes."""
    letter, first = await kept(house)
    others = [await draft(house, letter.member, **taking(), letter=letter.number) for _ in range(3)]
    for each in others:
        await each.declare()
    await house.sql("update document set status = '4' where number = $1", letter.number)
    looked = await asyncio.gather(*(settle_due(house.worker) for _ in range(4)))
    assert sum(looked) == 4
    for each in (first, *others):
        assert await each.sent() == 1
        assert [kind for kind, _ in await each.history()].count("released") == 1


async def test_a_kill_lets_nothing_go_by_halves(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONS-06, OPER-04: who dies in between leaves both as they were; the next one does both."""
    letter, delivery = await kept(house)

    async def died(*_: Any) -> None:
        raise ConnectionError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(waits, "change_many", died)
        with pytest.raises(ConnectionError):
            await letter.said(1, "APPROVED")
        assert (await letter.status(), await delivery.status()) == ("1", KEPT)
        assert await delivery.sent() == 0
    await letter.said(1, "APPROVED")
    assert await delivery.sent() == 1


async def test_one_that_makes_difficulties_holds_up_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-06: it waits half a minute; the others go."""
    letter, bad = await kept(house)
    good = await draft(house, letter.member, **taking(), letter=letter.number)
    await good.declare()
    await house.sql("update document set status = '4' where number = $1", letter.number)
    real, id = waits._release, (await bad.row())["id"]

    async def stumbles(transaction: Any, rows: Any) -> None:
        if id in rows:
            raise RuntimeError("stumbled")
        await real(transaction, rows)

    with monkeypatch.context() as patched:
        patched.setattr(waits, "_release", stumbles)
        await settle_due(house.worker)
        assert (await bad.status(), await good.status()) == (KEPT, "1")
        assert await settle_due(house.worker) == 0, "it waits after trouble"
    await house.sql("update waiting set next_at = now()")
    assert await settle_due(house.worker) == 1
    assert await bad.status() == "1"


async def test_a_claim_in_the_way_is_said(house: House) -> None:
    """CONS-06: what is let go needs a claim that another holds by now: it fails with words, and holds up nobody."""
    gate = shelf()[:10]
    letter, delivery = await kept(house, gate=gate)
    other = await draft(house, **taking(), gate=gate)
    await other.declare()
    await letter.said(1, "APPROVED")
    assert (await letter.status(), await delivery.status()) == ("4", FAILED)
    assert "与另一单据冲突" in (await delivery.receipts())[0][1]


def test_what_is_copied_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """CONS-06: a type that copies into no field of its own, or from none of the awaited one's, does not start."""
    awaits = DELIVERY.waits
    assert awaits
    with pytest.raises(ValueError, match="no field reference"):  # the application's alone
        replace(DELIVERY, waits=replace(awaits, copies=("reference",)))
    copying = replace(DELIVERY, waits=replace(awaits, copies=("gate",)))  # the delivery's alone
    chapters = dict(subsystem.subsystems())
    chapters[TYPE] = replace(chapters[TYPE], documents=(copying,))
    monkeypatch.setattr(subsystem, "subsystems", lambda: chapters)
    with pytest.raises(ValueError, match="copies from _template"):
        subsystem.document_types.__wrapped__()


async def test_others_see_nothing_of_what_waits(house: House) -> None:
    """Row-level security: another company reads no row of what waits, was moved or is drawn on."""
    _, delivery = await kept(house)
    moved = await approved(house)
    await moved.moved("queue")
    stranger = await house.member()
    company = (await house.sql("select id from company where customs_code = $1", stranger.customs_code))[0][
        "id"
    ]
    for actor, count in ((Actor(company), 0), (Actor((await delivery.row())["company_id"]), 1)):
        async with house.web.transaction(actor) as transaction:
            assert await transaction.value("select count(*) from waiting") == count
            assert await transaction.value("select count(*) from draw") == count
            assert await transaction.value("select count(*) from move") == 0
