"""What the portal may lack is sent once more: after a restore of one side alone (OPER-04), or where it refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from singlewindow.customs import registers
from singlewindow.customs.exchange import again
from singlewindow.customs.registers import Entry
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.portal import Portal

KIND = "declaration"


async def put(customs: Customs, *entries: tuple[str, int, dict[str, Any]]) -> None:
    async with customs.database.transaction() as transaction:
        await registers.put_all(transaction, [Entry(KIND, key, seq, data) for key, seq, data in entries])


async def all_sent(customs: Customs, portal: Portal) -> None:
    sender = customs.sender(portal)
    while await sender.send_due():
        pass


def held(portal: Portal) -> dict[str, Any]:
    """What a portal holds of the register that takes an entry with a higher number alone."""
    newest: dict[str, Any] = {}
    for notice in portal.notices:
        if notice.kind == KIND and notice.seq > newest.get(notice.key, (0, None))[0]:
            newest[notice.key] = (notice.seq, notice.data)
    return {key: data for key, (_, data) in newest.items()}


async def test_a_restored_customs_publishes_beyond_what_was_given(
    customs: Customs, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: the portal knows higher numbers than the restored entries have, and new ones of entries that are lost;
    after a publication it holds what customs hold, also of what is changed and added from then on; so it is after
    another restore."""
    await put(customs, ("a" * 18, 1, {"status": "1"}))
    await put(customs, ("a" * 18, 2, {"status": "2"}), ("b" * 18, 1, {"status": "lost"}))
    await put(customs, ("a" * 18, 3, {"status": "lost"}))
    await all_sent(customs, portal)
    monkeypatch.setattr(again, "ENTRIES", 2)
    for status in ("x", "y"):
        async with customs.database.transaction() as transaction:  # the moment before
            await transaction.run("delete from entry where kind = $1", KIND)
            await transaction.run("update publication set ahead = 0")
            await transaction.run("insert into entry values ($1, $2, 1, $3)", KIND, "a" * 18, {"status": "1"})
        count = await customs.value("select count(*) from entry")
        assert await again.publish(customs.database) == count
        await all_sent(customs, portal)
        assert held(portal)["a" * 18] == {"status": "1"}
        await put(customs, ("a" * 18, 2, {"status": status}), ("b" * 18, 1, {"status": status}))
        await all_sent(customs, portal)
        assert held(portal) == {key: {"status": status} for key in ("a" * 18, "b" * 18)}
        await asyncio.sleep(0.002)


async def test_who_publishes_while_the_numbers_are_raised_is_waited_for(
    customs: Customs, portal: Portal
) -> None:
    """OPER-04: a change that is under way goes out with a lower number, but before everything is published."""
    await put(customs, ("a" * 18, 1, {"status": "1"}))
    async with customs.database.transaction() as transaction:
        await registers.change(transaction, KIND, "a" * 18, 1, {"status": "2"})
        publishing = asyncio.create_task(again.publish(customs.database))
        await asyncio.sleep(0.2)
        assert not publishing.done()
    await publishing
    await all_sent(customs, portal)
    assert held(portal)["a" * 18] == {"status": "2"}
    assert [n.seq < 10 for n in portal.notices if n.key == "a" * 18] == [True, True, False]


async def test_what_was_sent_since_a_moment_or_refused_goes_again(
    customs: Customs, own: Company, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: receipts and notices alike, in portions; what was sent before the moment stays, and what is emptied."""
    monkeypatch.setattr(again, "MESSAGES", 3)
    await put(customs, ("old-" * 4, 1, {"status": "1"}))
    await all_sent(customs, portal)
    async with customs.database.transaction() as transaction:
        await transaction.run("update outgoing set sent_at = clock_timestamp() - interval '1 hour'")
        await transaction.run("update outgoing set payload = '{}', sent_at = clock_timestamp() where id = 1")
    moment = datetime.now(UTC) - timedelta(minutes=1)
    await customs.receive(own, "1" * 18)
    await put(customs, ("new-" * 4, 1, {"status": "1"}))
    await all_sent(customs, portal)
    portal.refusing = "something was wrong"
    await put(customs, ("refused-" * 2, 1, {"status": "1"}))
    await all_sent(customs, portal)
    portal.refusing = ""
    portal.messages.clear()
    assert await again.send_again(customs.database) == 1
    await all_sent(customs, portal)
    assert list(held(portal)) == ["refused-" * 2]
    portal.messages.clear()
    assert await again.send_again(customs.database, moment) == 3
    await all_sent(customs, portal)
    assert sorted(held(portal)) == ["new-" * 4, "refused-" * 2]
    assert [receipt.number for receipt in portal.receipts] == ["1" * 18]
