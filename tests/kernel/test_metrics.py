"""Figures for Prometheus, of portal and worker (OPER-01)."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from unittest.mock import Mock

import httpx
import pytest

from singlewindow.kernel.exchange import figures, outbox
from singlewindow.kernel.exchange.receipts import NotForUs
from tests.house import House
from tests.kernel.test_documents import TYPE, applied, letter, reference


async def value(house: House, name: str) -> float:
    """One figure of /metrics, by its name with labels."""
    text = (await house.client().get("/metrics")).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, (name, text)
    return float(found[1])


async def nothing_waits(house: House) -> None:
    """Take away what other tests left in the queues: the database of a test process is theirs too."""
    await house.sql("delete from outbox where state = 'queued'")
    await house.sql("delete from inbox where state = 'received'")


async def test_what_waits_and_for_how_long(house: House) -> None:
    """OPER-01: depth and age of the queues, from the database: the same at every process."""
    waiting, oldest = (
        'singlewindow_messages_waiting{where="outbox"}',
        'singlewindow_oldest_waiting_seconds{where="outbox"}',
    )
    await nothing_waits(house)
    assert (await value(house, waiting), await value(house, oldest)) == (0, 0)
    before = await value(house, 'singlewindow_made{what="submissions"}')
    await applied(house)
    assert await value(house, 'singlewindow_made{what="submissions"}') > before
    assert await value(house, waiting) == 1
    await house.sql("update submission set submitted_at = submitted_at - interval '1 hour'")
    assert await value(house, oldest) > 3600
    await house.send()
    assert (await value(house, waiting), await value(house, oldest)) == (0, 0)


async def test_the_inbox_has_an_age_too(house: House) -> None:
    """OPER-01: a message from customs that nobody takes up."""
    await nothing_waits(house)
    [envelope] = [house.customs.notice("company", "4403000001", {})]
    await house.customs.post([envelope])
    await house.sql(
        "update inbox set received_at = received_at - interval '5 minutes' where message_id = $1", envelope.id
    )
    assert await value(house, 'singlewindow_oldest_waiting_seconds{where="inbox"}') > 300
    await house.hear()
    assert await value(house, 'singlewindow_oldest_waiting_seconds{where="inbox"}') == 0


async def test_days_left_of_list_and_certificates(house: House) -> None:
    """OPER-01: before no card counts any more; of this computer's PKI folder."""
    left = {
        file: await value(house, f'singlewindow_days_left{{file="{file}"}}')
        for file in ("ca.pem", "crl.pem", "print-seal.pem")
    }
    assert all(days > 3600 for days in left.values()), left


async def test_prints_are_counted(house: House) -> None:
    """OPER-01, UI-12: those of this process."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    before = await value(house, 'singlewindow_prints{result="made"}')
    await member.http.get(f"/api/documents/{TYPE}/{view['number']}/prints/form")
    assert await value(house, 'singlewindow_prints{result="made"}') == before + 1
    assert await value(house, "singlewindow_streams_open") == 0


async def test_a_worker_that_takes_over_waits_for_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-01: the one before it has the port until the new one does its work; the new one may not die of that."""
    monkeypatch.setattr(figures, "RETRY_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as before:
        port = before.getsockname()[1]
        serving = asyncio.create_task(figures.keep_serving("127.0.0.1", port))
        await asyncio.sleep(0.05)
        assert not serving.done()
    async with httpx.AsyncClient() as client:
        for _ in range(500):
            with suppress(httpx.TransportError):
                assert (await client.get(f"http://127.0.0.1:{port}/metrics")).status_code == 200
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("nobody serves")
    serving.cancel()


LEASE_ENDS = """update outbox o set next_at = now() from document d where d.id = o.document_id and d.number = $1
    returning state"""


async def test_a_worker_tells_what_it_did(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPER-01: messages by outcome, receipts by type and code, and what needs a person, at a port of its own. What is
    sent again because its outcome could not be written counts once; what a document does not take goes no more."""
    address = f"http://127.0.0.1:{figures.serve('127.0.0.1', 0)}/metrics"

    async def told() -> list[float]:
        async with httpx.AsyncClient() as client:
            text = (await client.get(address)).text
        assert "UNHEARD" not in text
        found = [re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE) for name in names]
        return [float(each[1]) if each else 0 for each in found]

    names = (
        f'singlewindow_sent_total{{outcome="SENT",type="{TYPE}"}}',
        f'singlewindow_receipts_applied_total{{code="RECEIVED",type="{TYPE}"}}',
        "singlewindow_messages_set_aside_total",
    )
    await nothing_waits(house)  # else theirs would be counted with ours
    before = await told()
    _member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(
        house.customs.receipt(submission, 1, "RECEIVED"), house.customs.receipt(submission, 2, "UNHEARD")
    )
    after = await told()
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1]
    for trouble, state, counted in (
        (RuntimeError("the disk is full"), "queued", [1, 0, 0]),
        (NotForUs("another document's claim"), "sent", [0, 0, 1]),
    ):
        _member, view = await applied(house)
        before = await told()
        with monkeypatch.context() as patched:
            patched.setattr(outbox, "hear", Mock(side_effect=trouble))
            await house.send()
        [row] = await house.sql(LEASE_ENDS, view["number"])
        assert row["state"] == state
        assert await house.send() == (state == "queued")
        assert [new - old for old, new in zip(before, await told(), strict=True)] == counted
