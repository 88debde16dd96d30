"""Faults of delivery: struck by dice that can be repeated, and always mended in the end (CUST-04, CUST-05)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from singlewindow.customs import faults
from singlewindow.customs.faults import Faults
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.portal import Portal

NUMBERS = [f"2026{n:014d}" for n in range(8)]
NONE: dict[str, Any] = {
    "lost": 0, "doubled": 0, "delayed": 0, "shuffled": 0, "lost_seconds": 0, "hold_seconds": 0, "seed": "",
}  # fmt: skip


async def strike(customs: Customs, **wanted: Any) -> None:
    async with customs.database.transaction() as transaction:
        await faults.set_faults(transaction, Faults(**{**NONE, **wanted}))


async def deliver(customs: Customs, portal: Portal, rounds: int = 3) -> None:
    sender = customs.sender(portal)
    for _ in range(rounds):
        while await sender.send_due():
            pass
        await faults.redeliver_due(customs.database)
        await asyncio.sleep(0.06)


async def receive_all(customs: Customs, own: Company) -> list[int]:
    identifiers = [await customs.receive(own, number) for number in NUMBERS]
    headers = await customs.log_in()
    for identifier in identifiers:
        await customs.client.post(
            f"/api/submissions/{identifier}/decision", json={"decision": "approve"}, headers=headers
        )
    return identifiers


async def test_lost_ones_come_after_the_set_time(customs: Customs, own: Company, portal: Portal) -> None:
    """CUST-04: the first delivery does not happen; later ones of the document are not held back."""
    await strike(customs, lost=1, lost_seconds=0.05)
    await receive_all(customs, own)
    while await customs.sender(portal).send_due():
        pass
    assert portal.receipts == []
    await asyncio.sleep(0.06)
    await deliver(customs, portal)
    assert sorted((r.number, r.seq) for r in portal.receipts) == [(n, s) for n in NUMBERS for s in (1, 2)]


async def test_a_double_that_was_refused_is_not_waited_for(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-04: what the portal refused is an officer's to send again, and no reason to look every second."""
    await strike(customs, doubled=1, hold_seconds=3600)  # none is due while this runs
    await receive_all(customs, own)
    await deliver(customs, portal, rounds=1)
    async with customs.database.transaction() as transaction:
        await transaction.run("update outgoing set again_at = clock_timestamp() where again_at is not null")
        assert await transaction.value("select count(*) from outgoing where again_at is not null") == 16
        await transaction.run("update outgoing set state = 'refused' where again_at is not null")
    assert await faults.idle(customs.database) == faults.LONGEST_IDLE


async def test_really_lost_ones_come_when_an_officer_sends_again(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-03, CUST-04: lost_seconds 0; 重发 sends all receipts of a submission, the same bytes."""
    await strike(customs, lost=1)
    identifiers = await receive_all(customs, own)
    await deliver(customs, portal)
    assert portal.receipts == []
    headers = await customs.log_in()
    assert (await customs.client.get("/api/delivery")).json()["lost"] == 16
    detail = (await customs.client.get(f"/api/submissions/{identifiers[0]}")).json()
    assert {receipt["delivery"] for receipt in detail["receipts"]} == {"lost"}
    path = f"/api/submissions/{identifiers[0]}/send-again"
    assert (await customs.client.post(path, headers=headers)).json() == {"receipts": 2}
    await deliver(customs, portal)
    await customs.client.post(path, headers=headers)
    await deliver(customs, portal)
    assert [(r.number, r.seq) for r in portal.receipts] == [(NUMBERS[0], 1), (NUMBERS[0], 2)]
    assert len(portal.deliveries) == 4
    missing = await customs.client.post("/api/submissions/999/send-again", headers=headers)
    assert (missing.status_code, missing.json()["detail"]) == (404, "没有可以重发的回执")


async def test_doubled_ones_come_twice_with_the_same_id(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-04, CUST-05."""
    await strike(customs, doubled=1)
    await receive_all(customs, own)
    await deliver(customs, portal)
    assert len(portal.deliveries) == 32
    assert len(set(portal.deliveries)) == 16


async def test_delayed_ones_keep_their_order_and_shuffled_ones_do_not(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-04."""
    await strike(customs, delayed=1, hold_seconds=0.2, seed="a")
    await receive_all(customs, own)
    await deliver(customs, portal, rounds=6)
    for number in NUMBERS:
        assert [r.seq for r in portal.receipts if r.number == number] == [1, 2]
    await strike(customs, shuffled=1, hold_seconds=3600, seed="a")
    others = [f"2027{n:014d}" for n in range(8)]
    headers = await customs.log_in()
    for number in others:
        identifier = await customs.receive(own, number)
        await customs.client.post(
            f"/api/submissions/{identifier}/decision", json={"decision": "approve"}, headers=headers
        )
    held = await customs.rows("select id from outgoing where state = 'queued' order by next_at")
    sender = customs.sender(portal)
    for (identifier,) in held:
        await customs.rows(
            "update outgoing set next_at = clock_timestamp() where id = $1 returning id", identifier
        )
        await sender.send_due()
    orders = [[r.seq for r in portal.receipts if r.number == number] for number in others]
    assert all(sorted(order) == [1, 2] for order in orders)
    assert [2, 1] in orders


async def test_the_same_seed_strikes_the_same_receipts(customs: Customs, own: Company) -> None:
    """CUST-04: another seed strikes others; notices are never struck."""
    await receive_all(customs, own)

    async def struck(seed: str) -> list[bool]:
        rows = await customs.rows(
            """select roll(concat_ws('/', $1::text, topic, payload ->> 'submission', payload ->> 'seq')
                           || '/lost') < 0.5
               from outgoing where kind = 'receipt' order by id""",
            seed,
        )
        return [bool(row[0]) for row in rows]

    assert await struck("a") == await struck("a") != await struck("b")
    assert 2 < sum(await struck("a")) < 14
    await strike(customs, lost=1)
    headers = await customs.log_in()
    await customs.client.put(
        "/api/registers/pilot_switch/exemption", json={"seq": 1, "data": {"enabled": False}}, headers=headers
    )
    assert await customs.value("select count(*) from outgoing where kind = 'notice' and state = 'lost'") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("lost", 1.1), ("doubled", -0.1), ("lost_seconds", 86401), ("hold_seconds", 3601), ("seed", "x" * 33)],
)
async def test_limits_are_told_in_words(customs: Customs, name: str, value: Any) -> None:
    """CUST-04, UI-16."""
    headers = await customs.log_in()
    answer = await customs.client.put("/api/faults", json={**NONE, name: value}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["violations"][0]["path"] == name
    good = {**NONE, "lost": 0.2, "seed": "训练"}
    assert (await customs.client.put("/api/faults", json=good, headers=headers)).json() == good
    assert (await customs.client.get("/api/faults")).json() == good
