"""The exchange under trouble: poisoned messages, forged ones, customs away, two workers, locks (CUST-05)."""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.kernel.database.connection import Actor, Transaction
from singlewindow.kernel.exchange import inbox, outbox, people_list, worker
from singlewindow.kernel.exchange.keys import customs_certificate
from singlewindow.kernel.exchange.receipts import File, Heard
from singlewindow.kernel.exchange.transport import HttpTransport, PermanentFailure, TemporaryFailure
from tests.house import House
from tests.kernel.test_amendments import accepted
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.pdf_samples import make_pdf


async def test_one_bad_notice_does_not_hold_up_the_others(house: House) -> None:
    """What the database cannot store goes to a person's list; what stands in the same batch is taken in."""
    key = str(uuid4())
    bad = house.customs.notice("thing", key + "-bad", {"name": "a\x00b"})
    good = house.customs.notice("thing", key, {"name": "good"})
    await house.hear(bad, good)
    rows = await house.sql("select data from register_entry where key = $1", key)
    assert [row["data"] for row in rows] == ['{"name": "good"}']
    [row] = await house.sql("select state, problem from inbox where message_id = $1", bad.id)
    assert row["state"] == "unreadable"
    assert row["problem"]


async def test_one_bad_message_does_not_hold_up_the_others(house: House) -> None:
    """A submission that cannot be made into a message waits; the healthy one behind it is sent."""
    _, broken = await applied(house)
    await house.sql(
        "update submission s set action = 'nothing' from document d where d.id = s.document_id and d.number = $1",
        broken["number"],
    )
    member, view = await applied(house)
    await house.send()
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"
    [row] = await house.sql(
        "select o.state, o.last_error from outbox o join document d on d.id = o.document_id where number = $1",
        broken["number"],
    )
    assert row["state"] == "queued"
    assert "nothing" in row["last_error"]
    await house.sql("delete from outbox where state = 'queued'")


async def test_a_submission_that_cannot_be_read_does_not_hold_up_the_others(house: House) -> None:
    """CUST-05: the names of codes are looked up for a whole batch; what is not even JSON has none."""
    _, broken = await applied(house)
    await house.sql(
        "update submission s set content = '{' from document d where d.id = s.document_id and d.number = $1",
        broken["number"],
    )
    member, view = await applied(house)
    await house.send()
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"
    await house.sql("delete from outbox where state = 'queued'")


async def test_a_receipt_on_which_the_portal_stumbles_does_not_hold_up_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: a defect of ours sets one receipt aside, whatever its kind; after its repair it is tried again."""
    _, bad = await applied(house)
    member, good = await applied(house)
    await house.send()
    known = {s.number: s for s in house.customs.received}
    receipts = [house.customs.receipt(known[view["number"]], 1, "RECEIVED") for view in (bad, good)]
    takes = File.takes

    def stumble(self: File, heard: Heard) -> bool:
        if heard.number == bad["number"]:
            raise RuntimeError("a defect")
        return takes(self, heard)

    monkeypatch.setattr(File, "takes", stumble)
    await house.customs.post(receipts)
    assert await inbox.apply_received(house.worker, customs_certificate(house.pki)) == 2
    monkeypatch.undo()
    assert (await member.view(TYPE, good["number"]))["status"]["name"] == "海关接收成功"
    [row] = await house.sql("select id, state from inbox where message_id = $1", receipts[0].id)
    assert row["state"] == "unreadable"
    await people_list.again(house.worker, [row["id"]])
    await house.hear()
    [row] = await house.sql("select state from inbox where id = $1", row["id"])
    assert row["state"] == "applied"


async def _states(house: House, envelopes: Sequence[Envelope]) -> list[tuple[str, str]]:
    """State and problem of each in the inbox."""
    rows = await house.sql(
        "select state, problem from inbox where message_id = any($1) order by array_position($1, message_id)",
        [each.id for each in envelopes],
    )
    return [(row["state"], row["problem"]) for row in rows]


@pytest.mark.parametrize("what", ["receipt", "notice"])
async def test_a_message_that_is_always_stuck_holds_up_none_of_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """CUST-05: one whose statement takes too long at each try is tried alone, and set aside after some tries; the
    others of its batch are understood at once, and a person can have it tried again."""
    await house.hear()
    if what == "receipt":
        views = sorted([(await applied(house))[1]["number"] for _ in range(3)])
        await house.send()
        known = {each.number: each for each in house.customs.received}
        messages = [house.customs.receipt(known[number], 1, "RECEIVED") for number in views]
        patched, bad = "hear_and_follow", views[1]
    else:
        messages = [house.customs.notice("_stuck", f"key-{at}", {"name": "甲"}) for at in range(3)]
        patched, bad = "store_notices", "key-1"
    whole = getattr(inbox, patched)

    async def stuck(transaction: Transaction, given: Sequence[Any]) -> None:
        if any(bad in (getattr(each, "number", ""), getattr(each, "key", "")) for each in given):
            await transaction._connection.execute("select pg_sleep(60)", timeout=0.05)
        await whole(transaction, given)

    monkeypatch.setattr(inbox, patched, stuck)
    monkeypatch.setattr(inbox, "AGAIN_SECONDS", 3600.0)
    held, certificate = inbox.Held(), customs_certificate(house.pki)
    assert all(answer.stored for answer in await house.customs.post(messages))
    for many in (3, 1, 0):
        assert await inbox.apply_received(house.worker, certificate, None, held) == many
    assert await _states(house, messages) == [("applied", ""), ("received", ""), ("applied", "")]
    monkeypatch.setattr(inbox, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(inbox.Held, "due", inbox.Held.ids)
    for _ in range(inbox.TRIES - 1):
        assert (await _states(house, messages))[1] == ("received", "")
        assert await inbox.apply_received(house.worker, certificate, None, held) == 1
    assert await inbox.apply_received(house.worker, certificate, None, held) == 0
    assert (await _states(house, messages))[1] == ("unreadable", "TimeoutError: see the log")
    monkeypatch.undo()
    [row] = await house.sql("select id from inbox where message_id = $1", messages[1].id)
    await people_list.again(house.worker, [row["id"]])
    await house.hear()
    assert (await _states(house, messages))[1] == ("applied", "")


async def test_a_message_that_was_stuck_is_understood_when_it_goes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: trouble that passes leaves nothing behind, also where another worker was quicker."""
    await house.hear()
    held, certificate = inbox.Held(), customs_certificate(house.pki)
    messages = [house.customs.notice("_stuck", f"once-{at}", {"name": "甲"}) for at in range(2)]
    for message in messages:
        with monkeypatch.context() as broken:

            async def stuck(*_: object) -> None:
                raise FileNotFoundError

            broken.setattr(inbox, "store_notices", stuck)
            await house.customs.post([message])
            assert await inbox.apply_received(house.worker, certificate, None, held) == 1
    assert len(held.ids()) == 2
    assert await inbox.apply_received(house.worker, certificate, None, held) == 0, "none is due yet"
    [quick] = await house.sql("select id from inbox where message_id = $1", messages[0].id)
    await house.sql("update inbox set state = 'applied' where id = $1", quick["id"])
    monkeypatch.setattr(inbox.Held, "due", inbox.Held.ids)
    async with house.plain.acquire() as other, other.transaction():
        await other.fetch("select from inbox where state = 'received' for update")
        assert await inbox.apply_received(house.worker, certificate, None, held) == 0
    assert len(held.ids()) == 1, "another worker has it under way"
    assert await inbox.apply_received(house.worker, certificate, None, held) == 1
    assert (await _states(house, messages), held.ids()) == ([("applied", "")] * 2, [])


@pytest.mark.parametrize(
    "trouble",
    [asyncpg.DiskFullError("no space"), OSError(errno.ENOSPC, "no space")],
    ids=["database", "file"],
)
async def test_a_disk_without_room_sets_no_message_aside(
    house: House, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """CUST-05: all wait for it."""
    await house.hear()
    messages = [house.customs.notice("_full", f"key-{at}", {"name": "甲"}) for at in range(2)]
    await house.customs.post(messages)
    held, certificate = inbox.Held(), customs_certificate(house.pki)

    async def full(*_: object) -> None:
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "store_notices", full)
        for _ in range(2 * inbox.TRIES):
            with pytest.raises(type(trouble)):
                await inbox.apply_received(house.worker, certificate, None, held)
    assert (await _states(house, messages), held.ids()) == ([("received", "")] * 2, [])
    await house.hear()
    assert await _states(house, messages) == [("applied", "")] * 2


async def test_old_messages_and_tries_to_log_in_go(house: House) -> None:
    """OPER-01: what was understood a month ago; what nobody understood stays, and what is newer."""
    await house.sql("delete from inbox")
    await house.sql("delete from login_attempt")
    for name, state, age in (
        ("old", "applied", "31 days"), ("unread", "unreadable", "31 days"), ("new", "applied", "29 days"),
        ("late", "applied", "31 days"),
    ):  # fmt: skip
        await house.sql(
            """insert into inbox (message_id, kind, body, state, received_at)
               values ('sweep-' || $1, 'notice', '', $2, now() - $3::text::interval)""",
            name, state, age,
        )  # fmt: skip
    for age in ("181 days", "179 days"):
        await house.sql(
            """insert into login_attempt (username, address, level, at)
               values ('sweep', '', 'card', now() - $1::text::interval)""",
            age,
        )
    await worker.sweep(house.worker)
    left = await house.sql("select message_id from inbox where message_id like 'sweep-%' order by 1")
    assert [row["message_id"] for row in left] == ["sweep-late", "sweep-new", "sweep-unread"], (
        "late: next time"
    )
    assert len(await house.sql("select from login_attempt where username = 'sweep'")) == 1
    await house.sql("delete from inbox where message_id like 'sweep-%'")


async def test_a_person_lets_a_message_be_tried_again(house: House) -> None:
    """A receipt that came before its document's submission was restored, say."""
    _member, view = await applied(house)
    early = house.customs.receipt_for(TYPE, view["number"], 2, 1, "RECEIVED")
    await house.hear(early)
    [listed] = [each for each in await people_list.waiting(house.worker) if each.message_id == early.id]
    assert "第 2 次申报" in listed.problem
    assert await people_list.again(house.worker, [listed.id]) == 1
    assert await people_list.again(house.worker, [listed.id]) == 0
    await house.hear()
    assert early.id in {each.message_id for each in await people_list.waiting(house.worker)}


async def test_the_rest_of_a_batch_waits_when_customs_are_away(house: House) -> None:
    """One request finds out, not one for each message."""
    documents = [await applied(house) for _ in range(3)]
    asked: list[str] = []

    async def away(envelopes: Sequence[Envelope]) -> list[Answer]:
        asked.append(envelopes[0].kind)
        raise TemporaryFailure("away")

    original, house.customs.send = house.customs.send, away  # type: ignore[method-assign]
    await house.send()
    assert asked == ["attachment"]
    house.customs.send = original  # type: ignore[method-assign]
    await house.sql("update outbox set next_at = now() where state = 'queued'")
    await house.send()
    for member, view in documents:
        assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"


async def test_a_message_that_does_not_go_waits_longer_each_time(house: House) -> None:
    """CUST-05: 0.2 s, doubled with each try up to half a minute; before that it is not tried again."""
    _, view = await applied(house)
    of_it = "o.document_id = (select id from document where number = $1)"
    house.customs.away = True
    for tries, seconds in ((0, 0.2), (1, 0.4), (6, 12.8), (7, 25.6), (8, 30), (1_000, 30)):
        await house.sql(
            f"update outbox o set attempts = $2, next_at = now() where {of_it}", view["number"], tries
        )
        [begun] = await house.sql("select clock_timestamp() as at")
        await house.send()
        [row] = await house.sql(
            f"""select attempts, extract(epoch from next_at - $2)::float as since_it_began,
                    extract(epoch from next_at - clock_timestamp())::float as left
                from outbox o where {of_it}""",
            view["number"],
            begun["at"],
        )
        assert row["attempts"] == tries + 1
        assert row["left"] < seconds + 0.01, tries
        assert row["since_it_began"] > seconds - 0.01, tries
    house.customs.away = False
    await house.send()
    assert view["number"] not in {each.number for each in house.customs.received}, "half a minute is not over"
    await house.sql(f"update outbox o set next_at = now() where {of_it}", view["number"])
    await house.send()
    assert view["number"] in {each.number for each in house.customs.received}


async def test_messages_of_one_document_go_in_their_order(house: House) -> None:
    """CUST-05: of a document the oldest message alone; while that one waits, nothing behind it goes."""
    made = await accepted(house)
    await made.changed(vessel="远洋二号")
    await made.declare("change")
    # As a worker leaves it that died before it had noted that customs have the first.
    await house.sql(
        """update outbox o set state = 'queued', next_at = now() + interval '1 hour'
           from submission s join document d on d.id = s.document_id
           where s.id = o.submission_id and s.sequence = 1 and d.number = $1""",
        made.number,
    )

    async def gone() -> list[int]:
        house.customs.received.clear()
        await house.send()
        return [each.sequence for each in house.customs.received if each.number == made.number]

    assert await gone() == []
    await house.sql("update outbox set next_at = now() where state = 'queued'")
    assert [await gone() for _ in range(3)] == [[1], [2], []]


async def test_what_was_not_sent_is_not_noted_as_sent(house: House) -> None:
    """CUST-05: of several messages that wait, those alone which customs took."""
    numbers = [(await applied(house))[1]["number"] for _ in range(3)]
    await house.sql(
        """update outbox o set next_at = now() + interval '1 hour' from document d
           where d.id = o.document_id and number = $1""",
        numbers[2],
    )
    await house.send()
    rows = await house.sql(
        """select o.state, d.status from outbox o join document d on d.id = o.document_id
           where number = any($1) order by number""",
        numbers,
    )
    assert [tuple(row) for row in rows] == [("sent", "2"), ("sent", "2"), ("queued", "1")]
    await house.sql("delete from outbox where state = 'queued'")


@pytest.mark.parametrize("became", ["sent", "failed", "put off"])
@pytest.mark.parametrize("many", [1, 2])
async def test_what_another_worker_noted_is_not_noted_again(house: House, became: str, many: int) -> None:
    """CUST-05: a worker whose lease ended while customs took their time comes too late, whatever it heard."""
    documents = [await applied(house) for _ in range(many)]
    numbers, original = [view["number"] for _, view in documents], house.customs.send
    noted = "update outbox o set state = 'sent', last_error = 'by another' from document d where d.id = o.document_id"

    async def slow(envelopes: Sequence[Envelope]) -> list[Answer]:
        if envelopes[0].kind is MessageKind.ATTACHMENT:
            return await original(envelopes)
        await house.sql(f"{noted} and d.number = any($1)", numbers)
        if became == "put off":
            raise TemporaryFailure("away")
        return [Answer(id=each.id, stored=became == "sent", reason="no") for each in envelopes]

    house.customs.send = slow  # type: ignore[method-assign]
    await house.send()
    rows = await house.sql(
        """select o.state, o.last_error, d.status, (select count(*) from receipt r where r.document_id = d.id) as heard
           from outbox o join document d on d.id = o.document_id where d.number = any($1)""",
        numbers,
    )
    assert [tuple(row) for row in rows] == [("sent", "by another", "1", 0)] * many


async def test_customs_that_were_restored_get_again_what_they_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-04: what was sent since a moment, in portions; the document and its history stay as they are."""
    monkeypatch.setattr(outbox, "PORTION", 1)
    [(_, before), (member, after)] = [await applied(house) for _ in range(2)]
    await house.send()
    await house.sql(
        "update outbox set sent_at = sent_at - interval '1 hour' where document_id <> "
        "(select id from document where number = $1)",
        after["number"],
    )
    [submission] = [each for each in house.customs.received if each.number == after["number"]]
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    view = await member.view(TYPE, after["number"])
    house.customs.received.clear()
    assert await outbox.send_again(house.worker, datetime.now(UTC) - timedelta(minutes=5)) == 1
    await house.send()
    assert [each.number for each in house.customs.received] == [after["number"]]
    assert await member.view(TYPE, after["number"]) == view
    states = (
        "select distinct state from outbox o join document d on d.id = o.document_id where number = any($1)"
    )
    assert [row["state"] for row in await house.sql(states, [before["number"], after["number"]])] == ["sent"]


async def test_two_workers_send_each_message_once(house: House) -> None:
    numbers = [(await applied(house))[1]["number"] for _ in range(6)]
    await asyncio.gather(*(house.send() for _ in range(4)))
    sent = [s.number for s in house.customs.received if s.number in numbers]
    assert sorted(sent) == sorted(numbers)


async def test_a_deleted_document_hears_nothing_more(house: House) -> None:
    """PORT-08: hidden after 发送失败, a late receipt neither shows it again nor takes its number."""
    member, view = await applied(house)
    house.customs.refuses = "no"
    await house.send()
    house.customs.refuses = ""
    assert (await member.http.delete(f"/api/documents/{TYPE}/{view['number']}")).status_code == 204
    [row] = await house.sql(
        "select s.sequence, d.content->>'reference' as reference from submission s join document d "
        "on d.id = s.document_id where d.number = $1",
        view["number"],
    )
    late = house.customs.receipt_for(TYPE, view["number"], row["sequence"], 1, "RECEIVED")
    await house.hear(late)
    assert await house.sql("select from claim where key = $1", row["reference"]) == []
    [document] = await house.sql("select status, hidden from document where number = $1", view["number"])
    assert document["hidden"] is True
    assert document["status"] == "E"
    assert len(await house.sql("select from receipt where jws = $1", late.body)) == 1


async def test_what_customs_returned_goes_with_its_submission(house: House) -> None:
    """A refused application that is saved again shows no 海关审核编号 any more."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "REFUSED", customs_no="530120261121000007"))
    refused = await member.view(TYPE, view["number"])
    assert refused["header"]["customs_no"] == "530120261121000007"
    saved = await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}",
        json={"content": letter(reference())},
        headers={"If-Match": f'"{refused["version"]}"'},
    )
    assert saved.json()["header"]["customs_no"] == ""


async def test_the_accepted_submission_is_in_force(house: House) -> None:
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    [row] = await house.sql("select * from document where number = $1", view["number"])
    assert row["pending_submission"] is not None
    assert row["in_force_submission"] is None
    await house.hear(house.customs.receipt(submission, 2, "APPROVED"))
    [row] = await house.sql("select * from document where number = $1", view["number"])
    assert row["pending_submission"] is None
    assert row["in_force_submission"] is not None
    assert member.customs_code


async def test_another_answer_under_the_same_number_is_for_a_person(house: House) -> None:
    """CUST-05: a double says the same; anything else is not silently dropped."""
    _member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    other = house.customs.receipt(submission, 1, "REJECTED")
    await house.hear(other)
    [row] = await house.sql("select state, problem from inbox where message_id = $1", other.id)
    assert row["state"] == "unreadable"
    assert "REJECTED" in row["problem"]


async def test_an_envelope_carries_its_own_message_only(house: House) -> None:
    """CUST-05: one signed message under many ids would fill the inbox."""
    notice = house.customs.notice("thing", str(uuid4()), {"name": "x"})
    [answer] = await house.customs.post([notice.model_copy(update={"id": str(uuid4())})])
    assert answer.stored is False
    [answer] = await house.customs.post([notice.model_copy(update={"kind": MessageKind.SUBMISSION})])
    assert answer.stored is False


async def test_signing_and_deleting_at_the_same_instant(house: House) -> None:
    """Both lock the document first: one of them wins, none of them fails inside."""
    for _ in range(8):
        member = await house.member()
        view = await member.save(TYPE, letter(reference()))
        view = (await member.upload(TYPE, view["number"], "1")).json()
        prepared = (await member.prepare(TYPE, view)).json()
        submitted, deleted = await asyncio.gather(
            member.submit(TYPE, view["number"], prepared),
            member.http.delete(f"/api/documents/{TYPE}/{view['number']}"),
        )
        assert (submitted.status_code, deleted.status_code) in {(200, 409), (404, 204)}


async def test_receipts_and_batch_deletes_lock_in_one_order(house: House) -> None:
    """Two workers and a user at the same documents from both ends."""
    company = await house.company()
    member = await house.member(company)
    views = []
    for _ in range(6):
        view = await member.save(TYPE, letter(reference()))
        view = (await member.upload(TYPE, view["number"], "1")).json()
        views.append(await member.apply(TYPE, view))
    await house.send()
    mine = {view["number"] for view in views}
    submissions = [s for s in house.customs.received if s.number in mine]
    answers = [house.customs.receipt(s, 1, "REFUSED") for s in submissions]
    await house.customs.post(answers[::-1])
    numbers = [view["number"] for view in views]
    results = await asyncio.gather(
        house.hear(),
        house.hear(),
        *(
            member.http.post(f"/api/documents/{TYPE}/delete", json={"numbers": order})
            for order in (numbers, numbers[::-1])
        ),
    )
    assert {r.status_code for r in results if isinstance(r, httpx.Response)} == {200}


async def test_a_stranger_cannot_make_himself_a_party(house: House) -> None:
    """PORT-10: with the web role and no check of ours: no part in another's document and no event at it."""
    _member, view = await applied(house)
    stranger = await house.member()
    [row] = await house.sql("select id, company_id from document where number = $1", view["number"])
    [me] = await house.sql("select id from company where customs_code = $1", stranger.customs_code)
    party = """insert into document_party (document_id, owner_id, code, role, type, status, updated_at)
               select $1, $2, customs_code, 'agent', '_template', '0', now() from company where id = $3"""
    event = "insert into event (document_id, company_id, at, kind, who) values ($1, $2, now(), 'x', 'x')"
    for statement, values in (
        (party, (row["id"], me["id"], me["id"])),
        (party, (row["id"], row["company_id"], me["id"])),
        (event, (row["id"], me["id"])),
        (event, (row["id"], row["company_id"])),
    ):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)):
            async with house.web.transaction(Actor(me["id"], None)) as transaction:
                await transaction.run(statement, *values)
    async with house.web.transaction(Actor(me["id"], None)) as transaction:
        taken = "update document_party set code = $1, shown = true where document_id = $2 returning role"
        assert await transaction.rows(taken, stranger.customs_code, row["id"]) == []


async def test_the_worker_cannot_rewrite_history(house: House) -> None:
    for statement in ("update event set who = 'x'", "update receipt set text = 'x'", "delete from event",
                      "update submission set content = ''"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.worker.transaction() as transaction:
                await transaction.run(statement)


async def test_every_party_sees_the_new_status(house: House) -> None:
    """Another company's row follows the document, whoever's transaction changes it."""
    _member, view = await applied(house)
    agent = await house.company()
    await house.sql(
        """insert into document_party (document_id, owner_id, code, role, type, status, updated_at)
           select id, company_id, $2, 'agent', type, '0', updated_at from document where number = $1""",
        view["number"],
        agent,
    )
    await house.send()
    rows = await house.sql(
        """select p.status, p.updated_at = d.updated_at as now from document_party p
           join document d on d.id = p.document_id where number = $1 and p.role = 'agent'""",
        view["number"],
    )
    assert [tuple(row) for row in rows] == [("2", True)]


@pytest.mark.parametrize(
    ("status", "failure"),
    [(400, PermanentFailure), (413, PermanentFailure), (422, PermanentFailure), (302, TemporaryFailure),
     (401, TemporaryFailure), (404, TemporaryFailure), (500, TemporaryFailure), (503, TemporaryFailure)],
)  # fmt: skip
async def test_what_an_answer_means(status: int, failure: type[Exception]) -> None:
    """A wrong address or a proxy in between must not fail applications for good."""
    answering = httpx.MockTransport(lambda request: httpx.Response(status, text="no"))
    async with httpx.AsyncClient(transport=answering, base_url="http://customs") as client:
        with pytest.raises(failure):
            await HttpTransport(client).send([])


async def test_an_answer_that_is_not_customs() -> None:
    answering = httpx.MockTransport(lambda request: httpx.Response(200, text="<html>"))
    async with httpx.AsyncClient(transport=answering, base_url="http://customs") as client:
        with pytest.raises(TemporaryFailure):
            await HttpTransport(client).send([])


async def test_officers_get_labels_and_code_names(house: House) -> None:
    """CUST-03: names of codes as of the day of the submission, labels of the columns of line tables."""
    _, view = await applied(house)
    await house.send()
    submission = next(each for each in house.customs.received if each.number == view["number"])
    content = json.loads(base64.b64decode(submission.content))
    columns = ["goods/name", "goods/weight", "goods/vessel_mark", "goods/goods_code"]
    assert list(submission.labels)[-7:] == ["goods", *columns, "answers", "answers/answer_no"]
    assert submission.labels["goods/weight"] == "重量"
    names = {"2": "水路运输", "4": "公路运输", "5": "航空运输"}
    assert submission.code_names == {"transport": names[content["transport"]]}


async def test_files_of_a_batch_travel_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUST-05: as many in one request as it can hold; a refused one fails its own submission and no other."""
    monkeypatch.setattr(outbox, "FILES", 2)
    documents = []
    for pages in (1, 2, 3):
        member = await house.member()
        view = await member.save(TYPE, letter(reference()))
        view = (await member.upload(TYPE, view["number"], "1", make_pdf(pages=pages))).json()
        documents.append((member, await member.apply(TYPE, view)))
    original, asked = house.customs.send, []

    async def picky(envelopes: Sequence[Envelope]) -> list[Answer]:
        asked.append([each.kind.value for each in envelopes])
        answers = await original(envelopes)
        if len(asked) == 2:
            return [answer.model_copy(update={"stored": False, "reason": "no"}) for answer in answers]
        return answers

    house.customs.send = picky  # type: ignore[method-assign]
    await house.send()
    house.customs.send = original  # type: ignore[method-assign]
    assert asked == [["attachment"] * 2, ["attachment"], ["submission"] * 2]
    names = [(await member.view(TYPE, view["number"]))["status"]["name"] for member, view in documents]
    assert sorted(names) == ["发往海关成功", "发往海关成功", "发送失败"]


async def test_a_request_holds_only_so_many_bytes_of_files(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: customs refuse a request that is too large; a file that is larger than that by itself goes alone."""
    await house.sql("delete from outbox where state = 'queued'")  # what others left
    files = [make_pdf(pages=pages) for pages in (4, 5, 6, 7)]
    for data in files:
        member = await house.member()
        view = await member.save(TYPE, letter(reference()))
        view = (await member.upload(TYPE, view["number"], "1", data)).json()
        await member.apply(TYPE, view)
    original, asked = house.customs.send, []

    async def watched(envelopes: Sequence[Envelope]) -> list[Answer]:
        asked.append([each.id for each in envelopes if each.kind is MessageKind.ATTACHMENT])
        if asked[-1]:  # each request may take as long as the first: the messages are held anew
            [held] = await house.sql(
                """select min(next_at) > clock_timestamp() + interval '5 seconds' as longer from outbox
                   where state = 'queued' and attempts > 0"""
            )
            assert held["longer"]
            await house.sql("update outbox set next_at = clock_timestamp() where state = 'queued'")
        return await original(envelopes)

    monkeypatch.setattr(house.customs, "send", watched)
    monkeypatch.setattr(outbox, "FILES_BYTES", len(files[0]) + len(files[1]))
    await house.send()
    one, two, three, four = (hashlib.sha256(data).hexdigest() for data in files)
    assert asked == [[one, two], [three], [four], []]
    asked.clear()
    monkeypatch.setattr(outbox, "FILES_BYTES", 1)
    await house.sql(
        """update outbox set state = 'queued', next_at = now()
           where id in (select id from outbox order by id desc limit 2)"""
    )
    await house.send()
    assert asked == [[three], [four], []]
