"""Keys of the exchange are renewed while both sides work: what is under way waits, and nothing is lost (CUST-05)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract import folder, key_files
from singlewindow.contract.folder import Boxes
from singlewindow.contract.messages import Answer, Envelope, MessageKind
from singlewindow.contract.signatures import verify_jws
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.documents.checkpoints import Notary
from singlewindow.kernel.exchange import inbox, worker
from singlewindow.kernel.exchange.folder import InBoxReader
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.outbox import Acknowledged, send_due
from singlewindow.kernel.exchange.worker import Loop, Renewal
from tests.house import Customs, House
from tests.kernel.test_documents import TYPE, applied
from tests.renewing import copy_of, hand_over, renew


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at each time."""
    monkeypatch.setattr(key_files, "LOOK_SECONDS", 0.0)


@pytest.fixture
def pki(house: House, tmp_path: Path) -> Path:
    """The portal's folder of keys."""
    return copy_of(house.pki, tmp_path / "portal-pki")


@pytest.fixture
def customs(house: House, tmp_path: Path) -> Customs:
    """Customs with a new signing key, of which the portal knows nothing yet."""
    own = copy_of(house.pki, tmp_path / "customs-pki")
    renew(own, "customs-signing")
    return replace(house.customs, pki=own)


class Waiting:
    """Customs that do not know the portal's new key yet."""

    async def send(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Nothing is taken now."""
        return [Answer(id=each.id, stored=False, reason="没有有效签名", later=True) for each in envelopes]


async def _store(
    database: Database, envelopes: Sequence[Envelope], certificate: bytes, *, whole: bool = True
) -> None:
    """Into the inbox, as customs' batch or each by its own signature, where those known are customs'."""
    answers = [Answer(id=each.id, stored=True) for each in envelopes]
    if not whole:
        answers = await inbox.verified(envelopes, certificate)
        assert all(each.stored for each in answers)
    async with database.transaction() as transaction:
        await inbox.store(transaction, envelopes, answers, certificate)


async def _body(house: House, identifier: str) -> str:
    [row] = await house.sql("select body from inbox where message_id = $1", identifier)
    return str(row["body"])


async def _state(house: House, identifier: str) -> str:
    [row] = await house.sql("select state from inbox where message_id = $1", identifier)
    return str(row["state"])


async def test_what_customs_cannot_open_yet_is_sent_again(house: House, pki: Path) -> None:
    """CUST-05: the document stays 已申报 and its company signs nothing anew; the next try has the present key."""
    member, view = await applied(house)
    renew(pki, "portal-signing")
    keys = ExchangeKeys.load(pki)
    await send_due(house.worker, Waiting(), keys)
    row = "select state, last_error from outbox o join document d on d.id = o.document_id where number = $1"
    assert [tuple(each) for each in await house.sql(row, view["number"])] == [("queued", "没有有效签名")]
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "已申报"
    await house.sql("update outbox set next_at = clock_timestamp() where state = 'queued'")
    renew(pki, "portal-signing")
    await send_due(house.worker, replace(house.customs, pki=pki), keys)
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"


async def test_what_customs_signed_with_a_new_key_is_asked_for_again(
    house: House, pki: Path, customs: Customs
) -> None:
    """CUST-05: at the portal's door, and of a file in InBox, which comes back when customs' certificate is known."""
    _, view = await applied(house)
    await house.send()
    receipt = customs.receipt_for(TYPE, view["number"], 1, 1, "RECEIVED")
    malformed = receipt.model_copy(update={"body": "no.signature"})
    keys = ExchangeKeys.load(pki)
    [answer, other] = await inbox.verified([receipt, malformed], keys.customs_certificate)
    assert (answer.stored, answer.later, other.later) == (False, True, False)
    boxes = Boxes(pki.parent / "exchange").make()
    folder.write(boxes.inbox / f"{receipt.id}.json", receipt.model_dump_json().encode())
    reader = InBoxReader(house.worker, boxes, keys)
    await reader.take()
    assert (list(boxes.inbox.iterdir()), len(list(boxes.failed.iterdir()))) == ([], 2)
    assert await house.sql("select from inbox where message_id = $1", receipt.id) == []
    hand_over("customs-signing.pem", out=customs.pki, to=pki)
    assert await reader.take() == 1
    assert list(boxes.failed.iterdir()) == []
    assert await _state(house, receipt.id) == "received"


async def test_an_answer_says_later_only_where_it_is_so(house: House, customs: Customs) -> None:
    """CUST-05: a version of customs that does not know the word yet understands all others."""
    _, view = await applied(house)
    await house.send()
    post = house.client().post
    known = house.customs.receipt_for(TYPE, view["number"], 1, 1, "RECEIVED")
    unknown = customs.receipt_for(TYPE, view["number"], 1, 2, "APPROVED")
    body = {"messages": [known.model_dump(mode="json"), unknown.model_dump(mode="json")]}
    assert (await post("/exchange/messages", json=body)).json()["answers"] == [
        {"id": known.id, "stored": True},
        {"id": unknown.id, "stored": False, "reason": inbox.NOT_CUSTOMS, "later": True},
    ]


async def test_what_was_stored_before_its_key_is_known_is_understood_then(
    house: House, pki: Path, customs: Customs
) -> None:
    """CUST-05: accepted by one process, and by another not understood: no person has to try it again."""
    member, view = await applied(house)
    await house.send()
    receipt = customs.receipt_for(TYPE, view["number"], 1, 1, "RECEIVED")
    keys = ExchangeKeys.load(pki)
    await _store(house.worker, [receipt], keys.customs_certificate)
    renewal = Renewal(house.worker, keys)
    for _ in range(2):
        await inbox.apply_received(house.worker, keys.customs_certificate)
        assert await _state(house, receipt.id) == "unreadable"
        await renewal.look()  # at its start too, once
    hand_over("customs-signing.pem", out=customs.pki, to=pki)
    await renewal.look()
    await inbox.apply_received(house.worker, keys.customs_certificate)
    assert await _state(house, receipt.id) == "applied"
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "海关接收成功"


async def test_what_was_under_way_when_the_key_became_known_is_understood_too(
    house: House, pki: Path, customs: Customs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: a batch that began with the certificate before sets a message aside after the new one was seen."""
    await applied(house)
    await house.send()
    receipt = customs.receipt(house.customs.received[-1], 1, "RECEIVED")
    keys = ExchangeKeys.load(pki)
    await _store(house.worker, [receipt], keys.customs_certificate)
    _, hearing, renewing = worker.exchanging(house.worker, house.customs, keys, Acknowledged())
    await renewing.work()
    looking: list[asyncio.Task[int]] = []
    mark = inbox._mark

    async def slowly(*what: Any) -> None:
        if not looking:
            hand_over("customs-signing.pem", out=customs.pki, to=pki)
            looking.append(asyncio.create_task(_awaited(renewing)))
            await asyncio.wait(looking, timeout=0.5)
        await mark(*what)

    monkeypatch.setattr(inbox, "_mark", slowly)
    await hearing.work()
    await looking[0]
    assert await _state(house, receipt.id) == "received"
    await hearing.work()
    assert await _state(house, receipt.id) == "applied"


async def _awaited(loop: Loop) -> int:
    return await loop.work()


@pytest.mark.parametrize("whole", [True, False], ids=["a batch signed as a whole", "each by itself"])
async def test_a_message_that_is_signed_anew_takes_the_place_of_the_unreadable_one(
    house: House, pki: Path, customs: Customs, whole: bool
) -> None:
    """CUST-05: the key that signed it was taken out before it was understood, and customs send it again. A stranger's
    takes no place, though it comes in a batch of customs', nor does anything that of one that was understood."""
    member, view = await applied(house)
    await house.send()
    old, seen = (house.customs.receipt_for(TYPE, view["number"], 1, at, "RECEIVED") for at in (1, 2))
    keys = ExchangeKeys.load(pki)
    await _store(house.worker, [old], keys.customs_certificate, whole=whole)
    hand_over("customs-signing.pem", out=customs.pki, to=pki)  # the new one alone
    certificate = keys.customs_certificate
    await inbox.apply_received(house.worker, certificate)
    assert await _state(house, old.id) == "unreadable"

    stranger = replace(customs, pki=copy_of(pki, pki.parent / "stranger"))
    renew(stranger.pki, "customs-signing")
    payload = verify_jws(old.body, (house.pki / "customs-signing.pem").read_bytes()).decode()
    forged, again = (each.envelope(MessageKind.RECEIPT, old.id, payload) for each in (stranger, customs))
    for database in (house.web, house.worker):  # over HTTP, and from InBox
        await _store(database, [forged], certificate, whole=True)
        assert await _body(house, old.id) == old.body
    other = customs.envelope(MessageKind.RECEIPT, old.id, payload.replace(old.id, seen.id))
    await _store(house.web, [other], certificate, whole=True)
    assert (await _state(house, old.id), await _body(house, old.id)) == ("unreadable", old.body)

    await _store(house.web, [again], certificate, whole=whole)
    assert (await _state(house, old.id), await _body(house, old.id)) == ("received", again.body)
    await inbox.apply_received(house.worker, certificate)
    assert await _state(house, old.id) == "applied"
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "海关接收成功"

    third = customs.envelope(MessageKind.RECEIPT, old.id, payload.replace("回执", "其他"))
    await _store(house.web, [third], certificate)
    assert (await _state(house, old.id), await _body(house, old.id)) == ("applied", again.body)


async def test_what_a_person_is_to_judge_is_not_replaced(house: House, pki: Path, customs: Customs) -> None:
    """CUST-05: a message whose signature is customs', and which fits no document, stays as it came."""
    keys = ExchangeKeys.load(pki)
    hand_over("customs-signing.pem", out=customs.pki, to=pki)
    lost = customs.receipt_for(TYPE, "nobody's", 1, 1, "RECEIVED")
    await _store(house.web, [lost], keys.customs_certificate)
    await inbox.apply_received(house.worker, keys.customs_certificate)
    payload = verify_jws(lost.body, keys.customs_certificate).decode()
    await _store(house.web, [customs.envelope(lost.kind, lost.id, payload)], keys.customs_certificate)
    assert (await _state(house, lost.id), await _body(house, lost.id)) == ("unreadable", lost.body)


async def test_checkpoints_go_on_with_a_new_key(house: House, pki: Path, tmp_path: Path) -> None:
    """CUST-05: what the key before vouched for holds, for its certificate stays below the new one."""
    await house.sql("delete from checkpoint")
    notary = Notary.load(tmp_path / "history", pki)
    await applied(house)
    assert await notary.round(house.worker)
    renew(pki, "portal-signing", keep=True)
    await applied(house)
    assert await notary.round(house.worker)
