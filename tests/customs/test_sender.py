"""What goes out: everything once, in order, whatever happens to the portal (CUST-05)."""

from __future__ import annotations

import asyncio

from singlewindow.customs import faults, registers, sweeping
from singlewindow.customs.answers import decide
from singlewindow.customs.desks.default import APPROVE
from singlewindow.customs.exchange.sender import BATCH, FIRST_WAIT
from singlewindow.customs.registers import Entry
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.portal import Portal


async def approve(customs: Customs, identifier: int) -> None:
    async with customs.database.transaction() as transaction:
        await decide(transaction, identifier, APPROVE, "", "陈关员")


async def publish(customs: Customs, count: int) -> None:
    entries = [Entry("declaration", f"{n:018d}", 1, {"status": "4"}) for n in range(count)]
    async with customs.database.transaction() as transaction:
        await registers.add(transaction, entries)


async def test_a_portal_that_was_down_gets_everything_once_and_in_order(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-05: down, then up; each document's receipts arrive in the order of seq."""
    portal.away = True
    sender = customs.sender(portal)
    for n in range(5):
        identifier = await customs.receive(own, f"{n:018d}")
        assert await sender.send_due() == 0
        await approve(customs, identifier)
    assert portal.messages == {}
    portal.away = False
    await asyncio.sleep(await sender.idle())
    assert await sender.send_due() == 10
    assert len(portal.deliveries) == len(set(portal.deliveries)) == 10
    for n in range(5):
        assert [r.seq for r in portal.receipts if r.number == f"{n:018d}"] == [1, 2]


async def test_the_wait_grows_while_the_portal_is_away(customs: Customs, portal: Portal) -> None:
    """CUST-05: 0.2 s, doubled; a new message does not shorten it."""
    portal.away = True
    sender = customs.sender(portal)
    await publish(customs, 1)
    waits = []
    for _ in range(2):
        await sender.send_due()
        waits.append(await sender.idle())
        await asyncio.sleep(waits[-1])
    assert FIRST_WAIT * 0.5 < waits[0] <= FIRST_WAIT < waits[1] <= 2 * FIRST_WAIT
    await sender.send_due()
    portal.away = False
    assert await sender.send_due() == 0


async def test_an_answer_that_was_lost_leads_to_the_same_bytes_again(
    customs: Customs, portal: Portal
) -> None:
    """CUST-05: at least once: the same id and JWS, which the portal stores once."""
    await publish(customs, 1)
    portal.answers_lost = 1
    sender = customs.sender(portal)
    assert await sender.send_due() == 0
    first = dict(portal.messages)
    again = customs.sender(portal)  # as after kill -9
    assert await again.send_due() == 1
    assert len(portal.deliveries) == 2
    assert portal.messages == first
    assert (
        await customs.value("select body from outgoing where state = 'sent' and body is not null")
        == next(iter(first.values())).body
    )


async def test_batches_are_at_most_500(customs: Customs, portal: Portal) -> None:
    """CUST-02: a whole world of notices goes out in few requests."""
    await publish(customs, BATCH + 1)
    sender = customs.sender(portal)
    while await sender.send_due():
        pass
    assert portal.batches == [BATCH, 1]
    assert [n.key for n in portal.notices] == [f"{n:018d}" for n in range(BATCH + 1)]


async def test_a_message_that_breaks_the_portal_holds_back_its_own_document_only(
    customs: Customs, portal: Portal
) -> None:
    """CUST-05: it is found by halving and put off; the later one of its topic waits behind it."""
    await publish(customs, 9)
    async with customs.database.transaction() as transaction:
        await registers.change(transaction, "declaration", f"{4:018d}", 1, {"status": "9"})
    portal.poison = f'"key":"{4:018d}","kind":"declaration","message_id":'
    sender = customs.sender(portal)
    while await sender.send_due():
        pass
    assert [n.key for n in portal.notices] == [f"{n:018d}" for n in range(9) if n != 4]
    waiting = await customs.rows("select topic, attempts from outgoing where state = 'queued' order by id")
    # Tried once, or more often where the halving took longer than the wait before the next try.
    tried = [(topic, attempts > 0) for topic, attempts in waiting]
    assert tried == [(f"declaration/{4:018d}", True), (f"declaration/{4:018d}", False)]
    portal.poison = ""
    await asyncio.sleep(await sender.idle())
    assert await sender.send_due() == 2
    assert [n.seq for n in portal.notices if n.key == f"{4:018d}"] == [1, 2]


async def test_a_refused_message_is_shown_and_stops_nobody(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """CUST-03: the portal refuses for good: the officer sees that with the reason."""
    identifier = await customs.receive(own, "1" * 18)
    portal.refusing = "the signature is not customs'"
    await customs.sender(portal).send_due()
    headers = await customs.log_in()
    receipt = (await customs.client.get(f"/api/submissions/{identifier}", headers=headers)).json()[
        "receipts"
    ][0]
    assert (receipt["delivery"], receipt["problem"]) == ("refused", "the signature is not customs'")
    assert (await customs.client.get("/api/delivery", headers=headers)).json()["refused"] == 1


async def test_old_messages_are_emptied_and_known_all_the_same(
    customs: Customs, own: Company, portal: Portal
) -> None:
    """OPER: what was understood or published a month ago takes no room; what a person may need does, receipts too."""

    async def swept() -> tuple[list[tuple[str, bool]], list[tuple[str, str, bool]]]:
        await sweeping.sweep(customs.database, 1095)
        return (
            await customs.rows("select state, body = '' from incoming order by id"),
            await customs.rows(
                "select kind, state, body is null and payload::text = '{}' from outgoing where id > $1 order by id",
                before,
            ),
        )

    before = await customs.value("select coalesce(max(id), 0) from outgoing")
    submission = own.submission("1" * 18)
    assert await customs.put(own.sealed(), submission.attachments[0].sha256) == ""
    envelope = own.envelope(submission)
    await customs.post(own.envelope({}), envelope)
    await customs.understand()
    await publish(customs, 1)
    sender = customs.sender(portal)
    while await sender.send_due():
        pass
    async with customs.database.transaction() as transaction:
        await registers.change(transaction, "declaration", f"{0:018d}", 1, {"status": "9"})
    sent = [("receipt", "sent", False), ("notice", "sent", False), ("notice", "queued", False)]
    assert await swept() == ([("unreadable", False), ("understood", False)], sent)
    async with customs.database.transaction() as transaction:
        await transaction.run("update incoming set received_at = received_at - interval '31 days'")
        await transaction.run("update outgoing set sent_at = sent_at - interval '31 days'")
    sent[1] = ("notice", "sent", True)
    assert await swept() == ([("unreadable", False), ("understood", True)], sent)

    assert [answer.stored for answer in await customs.post(envelope)] == [True]
    await customs.understand()
    receipts = "select count(*) from receipt"
    assert (len((await swept())[0]), await customs.value(receipts)) == (2, 1), "it is known by its id"
    known = dict(portal.messages)
    async with customs.database.transaction() as transaction:
        identifier = await transaction.value("select id from submission")
        assert await faults.send_again(transaction, identifier) == 1
    assert await sender.send_due() == 2
    assert {id: portal.messages[id] for id in known} == known
