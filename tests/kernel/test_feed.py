"""The feed of events: whole, the same each time, each company's own (INTG-03). Its order: test_sequencer.py."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from singlewindow.kernel.database.skipping import SKIPPED, skip_numbers
from singlewindow.kernel.exchange.timers import move_due
from singlewindow.kernel.http import desk
from singlewindow.kernel.live import bell as bells
from singlewindow.kernel.live import feed, sequencer
from singlewindow.kernel.live.bell import Bell
from singlewindow.kernel.live.feed import cursor_of
from singlewindow.kernel.live.sequencer import sequence, sweep
from singlewindow.kernel.subsystem import subsystems
from tests.fences import FENCES, leave_standing
from tests.house import House
from tests.kernel.conftest import FROZEN
from tests.kernel.deliveries import approved as delivered
from tests.kernel.feeds import ask, kinds, page, sequenced, told
from tests.kernel.test_amendments import accepted
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.kernel.test_timers import ANSWER_BY, DUE, answer

Freeze = Callable[[datetime], Awaitable[None]]


async def test_what_happens_to_a_document_is_told_once_and_in_order(house: House) -> None:
    """INTG-03: from 暂存 to customs' last word, doubled and late receipts among them: each with the status after it, in
    customs' own words; read in one piece or in many, the same."""
    member, view = await applied(house)
    await house.send()
    customs = house.customs
    [submission] = [s for s in customs.received if s.number == view["number"]]
    received, refused = (customs.receipt(submission, n, c) for n, c in ((1, "RECEIVED"), (2, "REFUSED")))
    await house.hear(refused, refused)
    await house.hear(received, refused)
    await member.save_again(TYPE, await member.view(TYPE, view["number"]), remark="改")
    await house.hear(customs.receipt(submission, 3, "APPROVED"))
    items = await told(house, member)
    assert kinds(items) == [
        ("created", "", "0"), ("uploaded", "1", "0"), ("submitted", "apply", "1"), ("receipt", "SENT", "2"),
        ("receipt", "REFUSED", "5"), ("receipt", "RECEIVED", "5"), ("saved", "", "0"),
        ("late receipt", "APPROVED", "0"),
    ]  # fmt: skip
    assert [item["no"] for item in items] == list(range(1, 9))
    assert {(item["number"], item["type"]) for item in items} == {(view["number"], TYPE)}
    assert [item["version"] for item in items] == [1, 2, 2, 2, 2, 2, 3, 3]
    last = items[5]
    assert (last["code_name"], last["text"], last["status_name"]) == ("海关接收成功", "回执 RECEIVED", "退单")
    assert items[1]["code_name"] == "申请书"
    pieces, after = [], ""
    while (piece := await page(member, after, most=3))["items"]:
        pieces += piece["items"]
        after = piece["next"]
    assert pieces == items
    assert (await page(member, items[4]["cursor"]))["items"] == items[5:]


async def test_what_was_told_stays_as_it_was(house: House) -> None:
    """INTG-03: the same bytes whatever became of the document since: amended, deleted with its history, hidden."""
    letter_ = await accepted(house)
    member = letter_.member
    draft = (await member.save(TYPE, letter(reference())))["number"]
    await sequenced(house)
    first = (await ask(member)).content
    count = len((await page(member))["items"])
    await letter_.changed(remark="变更")
    await letter_.declare("change")
    await letter_.hear(2, 2, "APPROVED", customs_no="999")
    deleted = await member.http.post(f"/api/documents/{TYPE}/delete", json={"numbers": [draft]})
    assert deleted.json()["deleted"] == [draft], deleted.text
    assert (await member.http.delete(letter_.url)).status_code in (200, 204, 409)
    items = await told(house, member)
    assert (await ask(member, most=count)).content == first
    since = items[count:]
    assert [i["kind"] for i in since if i["number"] == draft] == ["deleted"]
    amended = [(i["amends"], i["outcome"], i["amendment"]) for i in since if i["amends"]]
    assert amended == [("change", "accepted", "海关已接受变更")]
    again = (await ask(member, items[0]["cursor"])).content
    assert (await ask(member, items[0]["cursor"])).content == again


async def test_a_program_follows_its_documents(house: House) -> None:
    """INTG-01, INTG-03: with a token that may read, of the chapters that it has; under the sender's own number, which
    is told to nobody else, and also of a draft that is gone."""
    party = await house.member()
    member, _ = await applied(house, consignee_code=party.customs_code)
    program = await house.program(member, right="draft")
    body = {"content": letter(reference()), "sender_number": "订单-1"}
    made = await program.http.post(f"/api/documents/{TYPE}", json=body)
    assert made.status_code == 201, made.text
    assert [item["sender_number"] for item in await told(house, program)] == [None] * 3 + ["订单-1"]
    await member.http.delete(f"/api/documents/{TYPE}/{made.json()['number']}")
    assert [item["sender_number"] for item in await told(house, member)][3:] == ["订单-1"] * 2
    assert {item["sender_number"] for item in await told(house, party)} == {None}
    elsewhere = await house.program(member, right="read", chapters=["gate"])
    found = await page(elsewhere)
    assert (found["items"], found["next"]) == ([], (await page(member, "now"))["next"])


async def test_a_draft_that_is_gone_before_it_was_told_is_told_all_the_same(house: House) -> None:
    """INTG-03, PORT-08: deleted for good in between: all that had happened, then that; and nothing is left over."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    await member.save_again(TYPE, view, remark="改")
    await member.http.delete(f"/api/documents/{TYPE}/{view['number']}")
    items = await told(house, member)
    assert kinds(items) == [("created", "", "0"), ("saved", "", "0"), ("deleted", "", "0")]
    assert [item["version"] for item in items] == [1, 2, 2]
    assert await house.sql("select from feed_left") == []


async def test_timers_and_moves_are_told(house: House, clock: Freeze) -> None:
    """INTG-03, APPT-16, CONS-13: what comes by itself, with its cause; the text of a move is for who files it."""
    member, view = await applied(house, answer_by=ANSWER_BY)
    await house.send()
    await answer(house, view["number"], 1, "APPROVED", FROZEN)
    await clock(DUE)
    while await move_due(house.worker):
        pass
    item = (await told(house, member))[-1]
    assert (item["kind"], item["code_name"], item["status_name"]) == ("timed", "答复期限已过五日", "逾期")
    delivery = await delivered(house)
    await delivery.moved("queue", "第 1 批")
    item = (await told(house, delivery.member))[-1]
    assert (item["kind"], item["code"], item["text"]) == ("moved", "queue", "第 1 批")
    assert item["status"] == await delivery.status()


async def test_a_clock_that_is_moved_changes_no_order(house: House, clock: Freeze) -> None:
    """INTG-03: an hour back, an hour on, by the business clock and by the computer's."""
    member = await house.member()
    numbers = []
    for hours in (0, -1, 1):
        await clock(FROZEN + timedelta(hours=hours))
        view = await member.save(TYPE, letter(reference()))
        await house.sql(
            """update event set recorded_at = now() + $2::interval
               where document_id = (select id from document where number = $1)""",
            view["number"],
            timedelta(hours=-hours),
        )
        await member.save_again(TYPE, view, remark="改")
        numbers.append(view["number"])
        if hours < 0:
            await sequenced(house)
    items = await told(house, member)
    assert len(items) == 6
    for number in numbers:
        assert [item["no"] for item in items if item["number"] == number] == [1, 2]
    assert [item["number"] for item in items[4:]] == [numbers[2]] * 2, (
        "what comes later stands behind what was told"
    )


@pytest.mark.parametrize("fences", FENCES)
async def test_a_company_reads_its_own_feed_alone(house: House, fences: str) -> None:
    """PORT-10, INTG-03: each fence holds by itself; another's cursor is refused like a made-up one."""
    owner, view = await applied(house)
    stranger = await house.member()
    await stranger.save(TYPE, letter(reference()))
    [foreign, *_] = await told(house, owner)
    leave_standing(house, fences)
    items = (await page(stranger))["items"]
    assert [item["kind"] for item in items] == ["created"]
    assert view["number"] not in {item["number"] for item in items}
    for cursor in (foreign["cursor"], "1-00000000", "1", "-1", "x" * 40, "１-e18b55d0", "9" * 30, "1-é"):
        refused = await ask(stranger, cursor)
        assert refused.status_code == 422, cursor
        [violation] = refused.json()["violations"]
        assert (violation["path"], violation["rule"]) == ("after", "event.cursor")
        assert violation["advice"]
    assert (await ask(stranger, "1" * 41)).status_code == 422


async def test_a_party_is_told_what_was_submitted_and_answered(house: House) -> None:
    """PORT-10, APPT-13, INTG-03: in its own feed, from the submission on; never how it was drawn up, nor after it is
    worked on anew; the number of one feed says nothing of the other."""
    party = await house.member()
    member, view = await applied(house, consignee_code=party.customs_code)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "REFUSED"))
    own, others = await told(house, member), await told(house, party)
    assert [item["kind"] for item in others] == ["submitted", "receipt", "receipt"]
    assert [item["no"] for item in others] == [3, 4, 5]
    assert others[-1] == {**own[-1], "cursor": others[-1]["cursor"]}
    await member.save_again(TYPE, await member.view(TYPE, view["number"]), remark="改")
    await house.hear(house.customs.receipt(submission, 2, "APPROVED"))
    assert len(await told(house, member)) == len(own) + 2
    assert await told(house, party) == others


async def test_types_that_the_session_may_not_enter_are_left_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-06, INTG-03: and the cursor goes on past them, also past more than one question looks at."""
    member, _ = await applied(house)
    delivery = await delivered(house, member)
    items = await told(house, member)
    known = subsystems()
    closed = {**known, "_template": replace(known["_template"], card_kind="法人卡")}
    monkeypatch.setattr(desk, "subsystems", lambda: closed)
    found = await page(member)
    assert {item["number"] for item in found["items"]} == {delivery.number}
    assert found["items"] == [item for item in items if item["type"] != TYPE]
    assert found["next"] == items[-1]["cursor"]
    monkeypatch.setattr(feed, "PASSED_OVER", 2)
    passed = await page(member)
    assert (passed["items"], passed["next"]) == ([], items[1]["cursor"])
    bell = house.app.state.bell = Bell(house.owner_url.replace("sw_migrate", "sw_web"))
    async with asyncio.timeout(10):
        found = await page(member, wait=25)
    await bell.close()
    assert {item["number"] for item in found["items"]} == {delivery.number}, (
        "who waits is told what stands behind"
    )


async def test_a_cursor_that_is_too_old_says_where_to_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTG-03: after 90 days events are taken away, in portions; who comes too late is told, and is not led past a gap
    unseen. Without a cursor one begins with the oldest that is kept."""
    monkeypatch.setattr(sequencer, "SWEPT_AT_ONCE", 2)
    member, _ = await applied(house)
    other, _ = await applied(house)
    items = await told(house, member)
    begin = (await page(member, "now"))["next"]
    old = """update feed set made_at = now() - interval '91 days' where no <= $2 and company_id = (
                 select id from company where customs_code = $1)"""
    await house.sql(old, member.customs_code, 2)
    await sweep(house.worker)
    assert (await page(member))["items"] == items[2:]
    assert (await page(member, items[1]["cursor"]))["items"] == items[2:], "nothing after it is missing"
    gone = await ask(member, items[0]["cursor"])
    assert (gone.status_code, gone.json()["type"]) == (410, "/problems/cursor-expired")
    assert "90 天" in gone.json()["detail"]
    assert (await page(member, gone.json()["oldest"]))["items"] == items[2:]
    await house.sql(old, member.customs_code, 99)
    await sweep(house.worker)
    assert await page(member) == {"items": [], "next": begin}
    assert (await ask(member, items[1]["cursor"])).status_code == 410
    assert len(await told(house, other)) == 3
    await member.save(TYPE, letter(reference()))
    assert [item["kind"] for item in await told(house, member)] == ["created"]
    [me] = await house.sql("select id from company where customs_code = $1", member.customs_code)
    assert (await ask(member, cursor_of(me["id"], 99))).status_code == 422, (
        "from a time that is not there any more"
    )


async def test_after_a_restore_a_cursor_of_the_life_that_is_lost_is_refused(house: House) -> None:
    """INTG-03, OPER-03: for ever, also when the feed has gone on, since numbers go on beyond all that were given, those
    of documents too; who had read no further than the restored moment misses nothing."""
    member, before = await applied(house)
    await sequenced(house)
    begin = (await page(member, "now"))["next"]
    [me] = await house.sql("select id from company where customs_code = $1", member.customs_code)
    lost = cursor_of(me["id"], int(begin.partition("-")[0]) + 2)
    beyond = await ask(member, lost)
    assert beyond.status_code == 422
    await skip_numbers(house.owner)
    assert (await ask(member, lost)).status_code == 422
    first = (await page(member, "now"))["next"]
    for _ in range(3):
        after = await member.save(TYPE, letter(reference()))
    items = (await told(house, member))[-3:]
    assert kinds(items) == [("created", "", "0")] * 3
    assert (await page(member, first))["items"] == items == (await page(member, begin))["items"]
    refused = await ask(member, lost)
    assert (refused.status_code, refused.json()["violations"][0]["rule"]) == (422, "event.cursor")
    assert "数据查询核对" in refused.json()["violations"][0]["advice"]
    assert refused.json()["last_known"] == begin  # from which nothing is missed and nothing comes twice
    assert "last_known" not in beyond.json()  # without numbers skipped nobody can say
    assert int(after["number"][4:]) - int(before["number"][4:]) > SKIPPED


async def test_who_waits_is_woken_by_the_round(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: the answer comes with the event, not when the time is over; another company's events wake nobody, and a
    session that ended meanwhile gets nothing."""
    monkeypatch.setattr(bells, "TICK_SECONDS", 20.0)
    bell = house.app.state.bell = Bell(house.owner_url.replace("sw_migrate", "sw_web"))
    member, stranger, leaver = await house.member(), await house.member(), await house.member()
    program = await house.program(await house.member())
    waiting, gone, revoked = (
        asyncio.create_task(ask(each, feed.NOW, wait=25)) for each in (member, leaver, program)
    )
    async with asyncio.timeout(10):
        while not (bell._listening and len(bell._ears) == 3):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # all have looked once more since
        await stranger.save(TYPE, letter(reference()))
        await sequenced(house)
        await leaver.save(TYPE, letter(reference()))
        await leaver.http.delete("/api/session")
        await program.save(TYPE, letter(reference()))
        await house.sql(
            """update api_token set revoked_at = now()
               where company_id = (select id from company where customs_code = $1)""",
            program.customs_code,
        )
        assert not waiting.done()
        view = await member.save(TYPE, letter(reference()))
        await sequenced(house)
        assert (await gone).status_code == 401
        assert (await revoked).status_code == 401
        [item] = (await waiting).json()["items"]
        assert item["number"] == view["number"]
    assert (await page(member, item["cursor"], wait=0.1))["items"] == []
    await bell.close()


async def test_only_so_many_wait_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: an account's many questions do not take the process from others; who does not wait is answered. Where
    nobody can listen, whoever waits looks by himself."""
    monkeypatch.setattr(bells, "PER_ACCOUNT", 1)
    monkeypatch.setattr(bells, "TICK_SECONDS", 0.05)
    bell = house.app.state.bell = Bell("postgresql://nobody@/none?host=/nowhere")
    member = await house.member()
    waiting = asyncio.create_task(ask(member, wait=25))
    async with asyncio.timeout(10):
        while not bell._ears:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        refused = await ask(member, wait=1)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
        assert (await page(member))["items"] == []
        await member.save(TYPE, letter(reference()))
        await sequenced(house)
        assert len((await waiting).json()["items"]) == 1
    bell.leaving = lambda: True
    assert (await page(await house.member(), wait=25))["items"] == [], (
        "a process that ends keeps nobody waiting"
    )
    await bell.close()


async def test_who_has_no_card_or_company_reads_nothing(house: House) -> None:
    """PORT-04: as with documents."""
    unbound = await house.member(bound=False)
    assert (await ask(unbound)).status_code == 403
    assert (await house.client().get("/api/events")).status_code == 401
    assert await sequence(house.worker) in (0, 1)
