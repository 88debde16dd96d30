"""Keys of the exchange are renewed while both sides work: what is under way waits, and nothing is lost (CUST-05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from singlewindow.contract import folder, key_files
from singlewindow.contract.folder import Boxes
from singlewindow.contract.messages import Answer, Envelope
from singlewindow.kernel.documents.checkpoints import Notary
from singlewindow.kernel.exchange import inbox
from singlewindow.kernel.exchange.folder import InBoxReader
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.outbox import send_due
from singlewindow.kernel.exchange.worker import Renewal
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
    async with house.worker.transaction() as transaction:
        await inbox.store(transaction, [receipt], [Answer(id=receipt.id, stored=True)])
    keys = ExchangeKeys.load(pki)
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


async def test_checkpoints_go_on_with_a_new_key(house: House, pki: Path, tmp_path: Path) -> None:
    """CUST-05: what the key before vouched for holds, for its certificate stays below the new one."""
    await house.sql("delete from checkpoint")
    notary = Notary.load(tmp_path / "history", pki)
    await applied(house)
    assert await notary.round(house.worker)
    renew(pki, "portal-signing", keep=True)
    await applied(house)
    assert await notary.round(house.worker)
