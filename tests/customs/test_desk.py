"""What customs say: decisions, their receipts and numbers, the automatic mode (CUST-03, CUST-04, CUST-05)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from singlewindow.customs import answers, mode
from singlewindow.customs.answers import DECIDED, decide, decide_all
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import RECEIVED, Decision, Desk, Ruling, Taken, roll
from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.default import automatic
from singlewindow.customs.due import reschedule
from singlewindow.customs.exchange import understanding
from singlewindow.customs.exchange.understanding import understand_next
from singlewindow.customs.settings import CustomsSettings
from tests.customs.company import Company
from tests.customs.conftest import Customs, running
from tests.customs.portal import Portal

NUMBER = "202611210000000001"


async def shift(customs: Customs, seconds: float) -> None:
    async with customs.database.transaction() as transaction:
        await transaction.run("update clock set shift = $1 * interval '1 second'", seconds)


async def freeze(customs: Customs, moment: str) -> None:
    async with customs.database.transaction() as transaction:
        await transaction.run("update clock set frozen = $1", datetime.fromisoformat(moment))


async def test_an_officer_approves_and_the_company_gets_a_number(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-03, CUST-05: RECEIVED then APPROVED with 海关审核编号 = district, business day in China, serial."""
    await freeze(customs, "2026-11-21T16:30:00+00:00")  # in China the 22nd has begun
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    response = await customs.client.post(
        f"/api/submissions/{identifier}/decision",
        json={"decision": "approve", "remark": " 符合条件 "},
        headers=headers,
    )
    assert response.status_code == 200
    assert response.json()["customs_no"] == "223320261122000001"
    assert response.json()["decided_by"] == "陈关员"
    assert await customs.sender(portal).send_due() == 2
    assert [(r.seq, r.code, r.text, r.data) for r in portal.receipts] == [
        (1, "RECEIVED", "海关接收成功", {}),
        (2, "APPROVED", "同意：符合条件", {"customs_no": "223320261122000001"}),
    ]
    receipt = portal.receipts[1]
    assert (receipt.type, receipt.number, receipt.submission) == ("inspection.declaration", NUMBER, 1)
    assert receipt.request_id == f"request-of-{NUMBER}"
    assert receipt.at == datetime(2026, 11, 21, 16, 30, tzinfo=UTC)


async def test_a_refusal_needs_a_remark(customs: Customs, own: Company) -> None:
    """CUST-03: 422 without one, and nothing is sent; with one it is REFUSED."""
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    path = f"/api/submissions/{identifier}/decision"
    response = await customs.client.post(path, json={"decision": "refuse", "remark": "  "}, headers=headers)
    assert (response.status_code, response.json()["violations"][0]["path"]) == (422, "remark")
    long = await customs.client.post(path, json={"decision": "refuse", "remark": "不" * 501}, headers=headers)
    assert long.json()["violations"][0]["message"] == "审核意见至多 500 个字符，现为 501 个"
    assert await customs.value("select last_seq from submission") == 1
    response = await customs.client.post(
        path, json={"decision": "refuse", "remark": "材料不全"}, headers=headers
    )
    assert [(r["code"], r["text"]) for r in response.json()["receipts"]][1:] == [
        ("REFUSED", "不同意：材料不全")
    ]
    assert len(response.json()["customs_no"]) == 18


async def test_an_officer_cannot_decide_twice(customs: Customs, own: Company) -> None:
    """CUST-03: twenty officers at once, one decision; the others are told 409, and so is a later one."""
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    path = f"/api/submissions/{identifier}/decision"
    wanted = [{"decision": "approve"}, {"decision": "refuse", "remark": "不符"}] * 10
    answers = await asyncio.gather(*(customs.client.post(path, json=w, headers=headers) for w in wanted))
    assert sorted(a.status_code for a in answers) == [200] + [409] * 19
    late = await customs.client.post(path, json={"decision": "approve"}, headers=headers)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/not-in-this-state")
    assert await customs.rows("select seq from receipt order by seq") == [(1,), (2,)]


async def test_a_rejected_submission_cannot_be_decided(customs: Customs, own: Company) -> None:
    """CUST-03: 接收失败 is the end at customs."""
    await customs.post(own.envelope(own.submission(NUMBER)))  # its attachment was never sent
    await customs.understand()
    headers = await customs.log_in()
    response = await customs.client.post(
        "/api/submissions/1/decision", json={"decision": "approve"}, headers=headers
    )
    assert response.status_code == 409
    detail = (await customs.client.get("/api/submissions/1", headers=headers)).json()
    assert (detail["decisions"], detail["signer"], detail["attachments"][0]["arrived"]) == ([], None, False)


async def test_receipts_are_numbered_without_gap_or_double_under_concurrency(
    customs: Customs, own: Company
) -> None:
    """CUST-05: twenty answers to one submission at the same instant."""
    more = Decision("more", "补充说明", "MORE", RECEIVED)
    identifier = await customs.receive(own, NUMBER)

    async def one() -> None:
        async with customs.database.transaction() as transaction:
            await decide(transaction, identifier, more, "", "陈关员")

    await asyncio.gather(*(one() for _ in range(20)))
    assert await customs.rows("select seq from receipt order by seq") == [(n,) for n in range(1, 22)]
    queued = await customs.rows(
        "select (payload ->> 'seq')::int from outgoing where state = 'queued' order by id"
    )
    assert queued == [(n,) for n in range(1, 22)]


async def test_numbers_of_one_batch_are_asked_for_at_once(customs: Customs, own: Company) -> None:
    """CUST-03: else two batches could each hold the district that the other needs next."""
    asked: list[int] = []

    async def data(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
        asked.append(len(rows))
        return [{} for _ in rows]

    for n in range(2):
        await customs.receive(own, f"{n:018d}")
    yes, no = (Decision(name, name, name, "approved", data=data) for name in ("YES", "NO"))
    async with customs.database.transaction() as transaction:
        rows = await transaction.rows(f"select {DECIDED} from submission order by id for update")
        await decide_all(
            transaction, [Taken(row, said, "") for row, said in zip(rows, (yes, no), strict=True)], "x"
        )
    assert asked == [2]
    assert await customs.rows("select code from receipt where seq = 2 order by submission_id") == [
        ("YES",),
        ("NO",),
    ]


@pytest.mark.parametrize("broken", ["ruling", "data", "hindrance"])
async def test_what_a_desk_stumbles_on_is_left_to_an_officer(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """CUST-04: one desk's defect does not stop the automatic mode of the others."""

    async def no_number(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
        if any(row["type"] == "bad" for row in rows):
            raise LookupError("a defect")
        return [{} for _ in rows]

    async def hinder(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
        await transaction.run("select 1 / 0")
        return [""] * len(rows)

    def stumble(state: str, margin: float) -> Ruling:
        if broken == "ruling":
            raise LookupError("a defect")
        return Ruling("yes")

    yes = Decision("yes", "同意", "YES", "approved", data=no_number if broken == "data" else None)
    good = Desk("good", (), {}, (yes,), lambda state, margin: Ruling("yes"))
    hindered = replace(yes, hindrance=hinder) if broken == "hindrance" else yes
    bad = Desk("bad", (), {}, (hindered,), stumble)
    monkeypatch.setattr(mode, "desk_for", lambda name: bad if name == "bad" else good)
    identifiers = [await customs.receive(own, f"{n:018d}") for n in range(3)]
    async with customs.database.transaction() as transaction:
        await transaction.run("update submission set due_at = '2000-01-01'")
        await transaction.run("update submission set type = 'bad' where id = $1", identifiers[1])
    assert await mode.decide_due(customs.database) == 3
    assert await mode.decide_due(customs.database) == 0
    states = await customs.rows("select state from submission order by id")
    assert [row[0] for row in states] == ["approved", "received", "approved"]
    assert await customs.value("select count(*) from receipt where code = 'YES'") == 2


async def test_twenty_submissions_decided_at_once_get_twenty_numbers(customs: Customs, own: Company) -> None:
    """CUST-03: the serial per district and day counts on without gap or double."""
    identifiers = [await customs.receive(own, f"{n:018d}") for n in range(20)]
    headers = await customs.log_in()
    await asyncio.gather(
        *(
            customs.client.post(
                f"/api/submissions/{i}/decision", json={"decision": "approve"}, headers=headers
            )
            for i in identifiers
        )
    )
    rows = await customs.rows("select right(customs_no, 6) from submission order by 1")
    assert rows == [(f"{n:06d}",) for n in range(1, 21)]


async def test_the_automatic_mode_decides_after_its_delay(settings: CustomsSettings, own: Company) -> None:
    """CUST-04: due_at stands in the database, so a restart in between changes nothing."""
    automatic = settings.model_copy(update={"customs_mode": "automatic", "customs_delay": 60})
    async with running(automatic) as first:
        await first.receive(own, NUMBER)
        assert await first.decide_due() == 0
    async with running(settings) as second:  # manual by its settings: the mode was chosen at the first start
        await shift(second, 30)
        assert await second.decide_due() == 0
        await shift(second, 61)
        assert await second.decide_due() == 1
        assert await second.decide_due() == 0
        assert await second.rows("select state, decided_by from submission") == [("approved", "自动审核")]


async def test_the_share_of_refusals_is_the_same_every_time(customs: Customs, own: Company) -> None:
    """CUST-04: decided by the number alone, so that tests and trainings repeat."""
    numbers = [f"2026{n:014d}" for n in range(1000)]
    refused = [n for n in numbers if roll(n, 1) < 0.3]
    assert 250 < len(refused) < 350
    assert all(0 <= roll(n, 1) < 1 for n in numbers)
    assert [automatic("received", margin).decision for margin in (-0.1, 0, 0.1)] == [
        "refuse",
        "approve",
        "approve",
    ]
    headers = await customs.log_in()
    await customs.receive(own, refused[0])
    mode = {"automatic": True, "delay_seconds": 0, "delay_max_seconds": 0, "refuse_share": 0.3}
    assert (await customs.client.put("/api/mode", json=mode, headers=headers)).json() == mode
    await customs.decide_due()
    assert await customs.value("select text from receipt where code = 'REFUSED'")


async def test_switching_the_mode_takes_along_what_waits(customs: Customs, own: Company) -> None:
    """CUST-04: on: decided after the delay; off again: waits for an officer."""
    await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    on = {"automatic": True, "delay_seconds": 0, "refuse_share": 0}
    await customs.client.put("/api/mode", json=on, headers=headers)
    await customs.client.put("/api/mode", json={**on, "automatic": False}, headers=headers)
    assert await customs.decide_due() == 0
    await customs.client.put("/api/mode", json=on, headers=headers)
    assert await customs.decide_due() == 1
    too_long = await customs.client.put("/api/mode", json={**on, "delay_seconds": -1}, headers=headers)
    assert too_long.status_code == 422


@pytest.mark.parametrize("automatic_before", [False, True])
async def test_what_is_taken_in_while_the_mode_is_switched_follows_the_switch(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch, automatic_before: bool
) -> None:
    """CUST-04: what is not committed yet is no exception: neither left undecided for ever, nor decided after all."""
    headers = await customs.log_in()
    on = {"automatic": True, "delay_seconds": 0, "refuse_share": 0}
    await customs.client.put("/api/mode", json={**on, "automatic": automatic_before}, headers=headers)
    taken_in, committed = asyncio.Event(), asyncio.Event()

    async def hold(*_: object) -> bool:
        taken_in.set()
        await committed.wait()
        return False

    monkeypatch.setattr(understanding, "decide_at_once", hold)
    await customs.post(own.envelope(own.submission(NUMBER, [])))
    intake = asyncio.create_task(understand_next(customs.database, customs.keys, decides=True))
    await taken_in.wait()
    switched = {**on, "automatic": not automatic_before}
    switch = asyncio.create_task(customs.client.put("/api/mode", json=switched, headers=headers))
    assert not (await asyncio.wait({switch}, timeout=0.3))[0]
    committed.set()
    assert (await intake, (await switch).status_code) == (1, 200)
    assert await customs.decide_due() == (0 if automatic_before else 1)


@pytest.mark.parametrize("by_officer", [False, True])
async def test_a_decision_and_the_switch_do_not_wait_for_each_other(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch, by_officer: bool
) -> None:
    """CUST-04: after which the automatic mode goes on; whoever is first holds the mode before any submission."""
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    body = {"automatic": True, "delay_seconds": 0, "refuse_share": 0}
    await customs.client.put("/api/mode", json=body, headers=headers)
    goes_on = replace(desk_for("inspection.declaration"), automatic_states=(RECEIVED, "approved"))
    monkeypatch.setattr(answers, "desk_for", lambda name: goes_on)
    monkeypatch.setattr(mode, "automatic_states", lambda: list(goes_on.automatic_states))
    locked, free = asyncio.Event(), asyncio.Event()

    async def hold(*arguments: Any) -> None:
        locked.set()
        await free.wait()
        await decide_all(*arguments)

    monkeypatch.setattr(answers if by_officer else mode, "decide_all", hold)
    path = f"/api/submissions/{identifier}/decision"
    asked = (
        customs.client.post(path, json={"decision": "approve"}, headers=headers)
        if by_officer
        else mode.decide_due(customs.database)
    )
    deciding = asyncio.create_task(asked)
    await locked.wait()
    switching = asyncio.create_task(
        customs.client.put("/api/mode", json={**body, "automatic": False}, headers=headers)
    )
    assert not (await asyncio.wait({switching}, timeout=0.3))[0]
    free.set()
    assert (await switching).status_code == 200
    await deciding
    assert await customs.rows("select state, due_at from submission") == [("approved", None)]


async def test_delays_lie_between_the_shortest_and_the_longest(customs: Customs, own: Company) -> None:
    """CUST-04: spread over the span, the same again for the same number; a longest below the shortest is refused."""
    headers = await customs.log_in()
    mode = {"automatic": True, "delay_seconds": 100, "delay_max_seconds": 200, "refuse_share": 0}
    wrong = await customs.client.put("/api/mode", json={**mode, "delay_max_seconds": 99}, headers=headers)
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "最长延时不能小于最短延时")
    assert (await customs.client.put("/api/mode", json=mode, headers=headers)).status_code == 200
    for n in range(6):
        await customs.receive(own, f"{n:018d}")
    waits = await customs.rows("select extract(epoch from due_at - received_at)::float8 from submission")
    assert all(100 <= wait <= 201 for (wait,) in waits)
    assert len({round(wait) for (wait,) in waits}) > 3


async def test_a_clock_that_was_set_back_or_frozen_stops_nothing(customs: Customs, own: Company) -> None:
    """CUST-04: what waits is due after the delay at most, by the clock as it stands now."""
    headers = await customs.log_in()
    mode = {"automatic": True, "delay_seconds": 10, "refuse_share": 0}
    await customs.client.put("/api/mode", json=mode, headers=headers)
    await shift(customs, 86400)
    await customs.receive(own, NUMBER)
    await shift(customs, 0)
    await reschedule(customs.database)
    assert await customs.value("select due_at - business_now() < interval '11 seconds' from submission")
    assert await customs.decide_due() == 0
    await freeze(customs, "2026-11-21T08:00:00+00:00")
    await reschedule(customs.database)
    assert await customs.decide_due() == 1


async def test_figures_for_prometheus(customs: Customs, own: Company) -> None:
    """OPER-01: customs' requests by route, never by address, and what waits."""
    identifier = await customs.receive(own, NUMBER)
    await customs.client.get(f"/api/submissions/{identifier}")
    text = (await customs.client.get("/metrics")).text
    assert 'customs_messages{state="waiting"} 1.0' in text
    assert 'customs_messages{state="queued"} 1.0' in text
    assert 'route="/api/submissions/{identifier}"' in text
    assert f"/api/submissions/{identifier}" not in text


async def test_the_pages_learn_whether_the_clock_is_real(customs: Customs) -> None:
    """The banner 训练时钟: no log-in needed, real unless moved or frozen."""
    assert (await customs.client.get("/clock")).json()["real"] is True
    await shift(customs, 86400)
    moved = (await customs.client.get("/clock")).json()
    assert (moved["real"], moved["frozen"]) == (False, False)
    await shift(customs, 0)
    await freeze(customs, "2026-12-24T01:30:00+00:00")
    frozen = (await customs.client.get("/clock")).json()
    assert frozen == {"now": "2026-12-24T01:30:00Z", "real": False, "frozen": True}


async def test_a_filter_that_is_no_district_is_refused(customs: Customs, own: Company) -> None:
    """CUST-03, UI-16: it would find nothing and say nothing; refused at the field, with what to do."""
    await customs.receive(own, NUMBER)
    await customs.log_in()
    for wanted in ("53x", "530", "53011", "５３０１"):
        refused = await customs.client.get("/api/submissions", params={"district": wanted})
        assert refused.status_code == 422
        [wrong] = refused.json()["violations"]
        assert (wrong["path"], wanted in wrong["message"], bool(wrong["advice"])) == ("district", True, True)
    for wanted, found in (("", 1), (" 2233 ", 1), ("5301", 0)):
        answer = await customs.client.get("/api/submissions", params={"district": wanted})
        assert answer.json()["total"] == found


async def test_what_is_decided_at_once_leaves_with_its_reception(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-04: without delay both answers are written by the transaction that takes a submission in. What goes wrong
    with the decision leaves the reception as it is, and the desk's own loop decides."""
    headers = await customs.log_in()
    on = {"automatic": True, "delay_seconds": 0, "refuse_share": 0}
    await customs.client.put("/api/mode", json=on, headers=headers)
    await customs.post(own.envelope(own.submission("1" * 18, [])), own.envelope(own.submission("2" * 18, [])))
    assert await understand_next(customs.database, customs.keys, decides=True) == 2
    written = "select count(*), count(distinct topic) from outgoing where kind = 'receipt'"
    assert await customs.rows(written) == [(4, 2)]
    assert await customs.decide_due() == 0

    async def stumble(*_: object) -> int:
        raise LookupError("a defect")

    monkeypatch.setattr(mode, "decide_within", stumble)
    await customs.post(own.envelope(own.submission("3" * 18, [])))
    assert await understand_next(customs.database, customs.keys, decides=True) == 1
    monkeypatch.undo()
    assert await customs.value("select state from submission where number = $1", "3" * 18) == "received"
    assert await customs.decide_due() == 1
