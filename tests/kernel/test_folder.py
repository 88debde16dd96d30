"""The portal's side of the folder: what counts as sent, what is put aside, what is taken in (CUST-05)."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from singlewindow.contract import folder
from singlewindow.contract.folder import Boxes
from singlewindow.contract.messages import Envelope, MessageKind
from singlewindow.kernel.exchange import folder as transport_module
from singlewindow.kernel.exchange.folder import FolderTransport, InBoxReader
from singlewindow.kernel.exchange.keys import ExchangeKeys
from singlewindow.kernel.exchange.outbox import send_due
from singlewindow.kernel.exchange.transport import TemporaryFailure
from tests.house import House
from tests.kernel.test_documents import TYPE, applied

DIGEST = "a" * 64


@pytest.fixture
def boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Boxes:
    monkeypatch.setattr(transport_module, "WAIT_SECONDS", 0.0)
    return Boxes(tmp_path / "exchange").make()


def envelope() -> Envelope:
    return Envelope(id=str(uuid4()), kind=MessageKind.SUBMISSION, sender="portal", body="a.b.c.d.e")


def file(sealed: str) -> Envelope:
    return Envelope(id=DIGEST, kind=MessageKind.ATTACHMENT, sender="portal", body=sealed)


async def test_sent_is_what_customs_took(boxes: Boxes) -> None:
    """No answer while it waits; stored in SentBox; refused with customs' reason in FailBox; never written twice."""
    transport, message = FolderTransport(boxes), envelope()
    file = boxes.out / f"{message.id}.json"
    assert await transport.send([message]) == []
    written = file.stat().st_mtime_ns
    assert await transport.send([message]) == []
    assert file.stat().st_mtime_ns == written
    folder.move(file, boxes.sent)
    [answer] = await transport.send([message])
    assert (answer.stored, list(boxes.out.iterdir())) == (True, [])
    other = envelope()
    await transport.send([other])
    folder.fail(boxes.out / f"{other.id}.json", boxes, "海关无法解密报文")
    [answer] = await transport.send([other])
    assert (answer.stored, answer.reason) == (False, "海关无法解密报文")


async def test_a_file_that_customs_did_not_take_can_be_sent_anew(boxes: Boxes) -> None:
    """The refusal is heard once; the next try writes the file again."""
    transport, name = FolderTransport(boxes), f"{DIGEST}.attachment"
    assert await transport.send([file("sealed")]) == [], "its message is not written before customs took it"
    folder.fail(boxes.out / name, boxes, "内容与摘要不符")
    [answer] = await transport.send([file("sealed")])
    assert (answer.stored, answer.reason) == (False, "内容与摘要不符")
    await transport.send([file("sealed again")])
    assert (boxes.out / name).read_text() == "sealed again"
    folder.move(boxes.out / name, boxes.sent)
    [answer] = await transport.send([file("third")])
    assert (answer.stored, list(boxes.out.iterdir())) == (True, [])


async def test_a_message_is_written_when_customs_have_its_files(house: House, boxes: Boxes) -> None:
    """CUST-05: customs take a file away whose key they do not know yet. Its message may not come before it is there,
    or they would refuse it for good."""
    await house.sql("delete from outbox where state = 'queued'")  # what others left
    await applied(house)
    transport, keys = FolderTransport(boxes), ExchangeKeys.load(house.pki)

    async def written() -> list[Path]:
        await house.sql("update outbox set next_at = clock_timestamp() where state = 'queued'")
        await send_due(house.worker, transport, keys)
        return list(boxes.out.iterdir())

    [attachment] = await written()
    assert attachment.suffix == folder.ATTACHMENT
    assert await written() == [attachment]
    folder.take_away(attachment)
    assert await written() == [attachment]
    folder.move(attachment, boxes.sent)
    [message] = await written()
    assert message.suffix == folder.MESSAGE
    folder.move(message, boxes.sent)
    assert await written() == []
    assert await house.sql("select from outbox where state = 'queued'") == []


async def test_a_folder_that_is_away_is_a_passing_trouble(boxes: Boxes) -> None:
    boxes.out.rmdir()
    with pytest.raises(TemporaryFailure):
        await FolderTransport(boxes).send([envelope()])
    with pytest.raises(TemporaryFailure):
        await FolderTransport(boxes).send([file("sealed")])


async def test_receipts_are_taken_in_once_and_strangers_put_aside(house: House, boxes: Boxes) -> None:
    """CUST-05: stored before the file goes; the same file again changes nothing; a wrong signature lies in FailBox."""
    member, view = await applied(house)
    await house.send()
    receipt = house.customs.receipt_for(TYPE, view["number"], 1, 1, "RECEIVED")
    forged = receipt.model_copy(update={"id": str(uuid4())})
    for each in (receipt, forged):
        folder.write(boxes.inbox / f"{each.id}.json", each.model_dump_json().encode())
    (boxes.inbox / "12345678.json").write_text("{", encoding="utf-8")
    reader = InBoxReader(house.worker, boxes, ExchangeKeys.load(house.pki))
    assert await reader.take() == 2
    assert [file.name for file in boxes.inbox.iterdir()] == ["12345678.json"]
    assert folder.why_failed(boxes, f"{forged.id}.json") == "the envelope's id is not the signed message's"
    folder.write(boxes.inbox / f"{receipt.id}.json", receipt.model_dump_json().encode())
    assert await reader.take() == 1
    assert [
        row["n"]
        for row in await house.sql("select count(*) as n from inbox where message_id = $1", receipt.id)
    ] == [1]
    await house.hear()
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "海关接收成功"
