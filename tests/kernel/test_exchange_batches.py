"""Batches of the exchange: signed as a whole, and noted together (CUST-05, PORT-08)."""

from __future__ import annotations

from datetime import datetime

import pytest

from singlewindow.contract.batches import HEADER, is_signed, sign_batch
from singlewindow.contract.messages import Answer, Envelope, EnvelopeBatch, MessageKind
from singlewindow.kernel.exchange import inbox, outbox, worker
from singlewindow.kernel.exchange.keys import ExchangeKeys, customs_certificate
from singlewindow.kernel.exchange.outbox import Acknowledged, send_due
from singlewindow.kernel.exchange.receipts import File, Heard
from tests.house import House
from tests.kernel.test_documents import TYPE, applied


async def _posted(house: House, *envelopes: Envelope, signature: str | None = None) -> list[Answer]:
    """Over HTTP, with customs' signature for the batch or another one."""
    body = EnvelopeBatch(messages=list(envelopes)).model_dump_json().encode()
    key = (house.pki / "customs-signing.key.pem").read_bytes()
    headers = {
        "Content-Type": "application/json",
        HEADER: sign_batch(body, key, "customs") if signature is None else signature,
    }
    answer = await house.client().post("/exchange/messages", content=body, headers=headers)
    return [Answer(**each) for each in answer.json()["answers"]]


def _forged(envelope: Envelope) -> Envelope:
    """The same with another signature."""
    start, _, signature = envelope.body.rpartition(".")
    return envelope.model_copy(update={"body": f"{start}.{signature[:40]}{signature[46:]}AAAAAA"})


async def test_a_signed_batch_is_stored_and_each_message_judged(house: House) -> None:
    """PORT-08: customs' signature for the batch lets it in; a message whose own does not hold, or which is another one
    than it is said to be, waits for a person and moves nothing."""
    documents = [await applied(house) for _ in range(3)]
    await house.send()
    known = {each.number: each for each in house.customs.received}
    good, bad, other = (house.customs.receipt(known[view["number"]], 1, "RECEIVED") for _, view in documents)
    bad, other = _forged(bad), other.model_copy(update={"id": "another-message"})
    notice = house.customs.envelope(MessageKind.NOTICE, "no-notice-at-all", "{}")
    answers = await _posted(house, good, bad, other, notice)
    assert all(answer.stored for answer in answers)
    await house.hear()
    names = [(await member.view(TYPE, view["number"]))["status"]["name"] for member, view in documents]
    assert names == ["海关接收成功", "发往海关成功", "发往海关成功"]
    rows = await house.sql(
        "select message_id, state from inbox where message_id = any($1)",
        [each.id for each in (good, bad, other, notice)],
    )
    assert dict(map(tuple, rows)) == {
        good.id: "applied", bad.id: "unreadable", other.id: "unreadable", notice.id: "unreadable",
    }  # fmt: skip


async def test_without_a_batch_s_signature_each_message_is_looked_at(house: House) -> None:
    """PORT-08: nobody fills the portal's tables with what customs did not sign."""
    _, view = await applied(house)
    await house.send()
    [submission] = [each for each in house.customs.received if each.number == view["number"]]
    good = house.customs.receipt(submission, 1, "RECEIVED")
    bad = _forged(house.customs.receipt(submission, 2, "APPROVED"))
    for signature in ("", "x", good.body, good.body[:-8]):
        assert [each.stored for each in await _posted(house, good, bad, signature=signature)] == [True, False]
    body = b"{}"
    key = (house.pki / "customs-signing.key.pem").read_bytes()
    assert is_signed(body, sign_batch(body, key, "customs"), customs_certificate(house.pki))
    assert not is_signed(body + b" ", sign_batch(body, key, "customs"), customs_certificate(house.pki))


async def _sent(house: House, acknowledged: Acknowledged) -> None:
    await send_due(house.worker, house.customs, ExchangeKeys.load(house.pki), acknowledged)


async def _heard(house: House, acknowledged: Acknowledged) -> None:
    await inbox.apply_received(house.worker, customs_certificate(house.pki), acknowledged)


async def _history(house: House, number: str) -> list[tuple[str, str, str]]:
    """Codes of the receipts in the history with the status after each, and the transaction that wrote it."""
    rows = await house.sql(
        """select data->>'code', data->>'status', xid::text from event e join document d on d.id = e.document_id
           where number = $1 and kind = 'receipt' order by no""",
        number,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def test_messages_are_understood_as_they_came(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUST-05: no more than so many at once, and what came first does not wait behind what came later."""
    documents = [await applied(house) for _ in range(3)]
    await house.send()
    while await inbox.apply_received(house.worker, customs_certificate(house.pki)):
        pass  # what others left
    monkeypatch.setattr(inbox, "BATCH", 2)
    for _, view in documents:
        await house.customs.post([house.customs.receipt_for(TYPE, view["number"], 1, 1, "RECEIVED")])
    for many, expected in ((2, ["3", "3", "2"]), (1, ["3", "3", "3"]), (0, ["3", "3", "3"])):
        assert await inbox.apply_received(house.worker, customs_certificate(house.pki)) == many
        views = [await member.view(TYPE, view["number"]) for member, view in documents]
        assert [view["status"]["code"] for view in views] == expected


async def test_what_was_sent_is_noted_with_its_first_receipts(house: House) -> None:
    """CUST-05: one change of the document, and an entry of the history for each."""
    member, view = await applied(house)
    acknowledged = Acknowledged()
    await _sent(house, acknowledged)
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "已申报"
    [submission] = [each for each in house.customs.received if each.number == view["number"]]
    await house.customs.post(
        [house.customs.receipt(submission, 1, "RECEIVED"), house.customs.receipt(submission, 2, "APPROVED")]
    )
    await _heard(house, acknowledged)
    assert not acknowledged
    history = await _history(house, view["number"])
    assert [entry[:2] for entry in history] == [("SENT", "2"), ("RECEIVED", "3"), ("APPROVED", "4")]
    assert len({transaction for *_, transaction in history}) == 1
    told = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/receipts")).json()["items"]
    assert [each["code"] for each in told] == ["APPROVED", "RECEIVED", "SENT"]
    at = [datetime.fromisoformat(each["at"]) for each in told]
    assert at[2] <= at[1], "it was sent before customs had it, whenever that was noted (UI-08)"
    [row] = await house.sql(
        "select o.state from outbox o join document d on d.id = o.document_id where number = $1",
        view["number"],
    )
    assert row["state"] == "sent"


async def test_what_is_not_answered_is_noted_after_a_while(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: customs that take their time do not keep anybody from seeing that it was sent."""
    member, view = await applied(house)
    acknowledged = Acknowledged()
    await _sent(house, acknowledged)
    await _heard(house, acknowledged)
    assert acknowledged
    monkeypatch.setattr(outbox, "NOTED_SECONDS", 0.0)
    await _heard(house, acknowledged)
    assert not acknowledged
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"


async def test_a_failing_round_forgets_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUST-05: what was sent is noted by the next round where the database was away; and by itself where a receipt
    of the same round makes a difficulty."""
    monkeypatch.setattr(outbox, "NOTED_SECONDS", 0.0)
    member, view = await applied(house)
    _, bad = await applied(house)
    acknowledged = Acknowledged()
    await _sent(house, acknowledged)
    settle = outbox.settle_sent

    async def away(*_: object) -> list[Heard]:
        raise ConnectionResetError

    monkeypatch.setattr(inbox, "settle_sent", away)
    with pytest.raises(ConnectionResetError):
        await _heard(house, acknowledged)
    assert acknowledged
    monkeypatch.setattr(inbox, "settle_sent", settle)
    takes = File.takes

    def stumble(self: File, heard: Heard) -> bool:
        if heard.number == bad["number"] and heard.seq > 0:
            raise RuntimeError("a defect")
        return takes(self, heard)

    monkeypatch.setattr(File, "takes", stumble)
    await house.customs.post([house.customs.receipt_for(TYPE, bad["number"], 1, 1, "RECEIVED")])
    await _heard(house, acknowledged)
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"
    assert [entry[0] for entry in await _history(house, bad["number"])] == ["SENT"]


async def test_one_question_tells_what_there_is_to_do(house: House) -> None:
    """OPER-01: what nobody called for is found all the same, by the question that the worker asks twice a second."""
    keys = ExchangeKeys.load(house.pki)
    sending, hearing, _ = worker.exchanging(house.worker, house.customs, keys, Acknowledged())
    _, view = await applied(house)
    [asked] = await house.sql(f"select {sending.due} as sends, {hearing.due} as hears")
    assert (asked["sends"], asked["hears"]) == (True, False)
    await house.send()
    await house.customs.post([house.customs.receipt_for(TYPE, view["number"], 1, 1, "RECEIVED")])
    [asked] = await house.sql(f"select {sending.due} as sends, {hearing.due} as hears")
    assert (asked["sends"], asked["hears"]) == (False, True)
    await house.hear()
