"""Customs' side of the folder: what is taken, left alone, put aside; answers as files (CUST-01, CUST-05)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import pytest

from singlewindow.contract.folder import Boxes, write
from singlewindow.contract.messages import Envelope
from singlewindow.customs.exchange import folder
from singlewindow.customs.exchange.folder import FolderSender, OutBoxReader
from singlewindow.customs.settings import CustomsSettings
from tests.customs.company import PDF, Company, sha256
from tests.customs.conftest import Customs, running

NUMBER = "202611210000000001"


@pytest.fixture
def boxes(tmp_path: Path) -> Boxes:
    return Boxes(tmp_path / "exchange").make()


@pytest.fixture
def reader(customs: Customs, boxes: Boxes) -> OutBoxReader:
    return OutBoxReader(customs.database, customs.keys, boxes)


def put(boxes: Boxes, own: Company, number: str = NUMBER) -> Envelope:
    """An honest submission with its attachment, as the portal writes them."""
    envelope = own.envelope(own.submission(number))
    write(boxes.out / f"{sha256(PDF)}.attachment", own.sealed().encode())
    write(boxes.out / f"{envelope.id}.json", envelope.model_dump_json().encode())
    return envelope


def names(box: Path) -> set[str]:
    return {file.name for file in box.iterdir()}


async def test_what_is_taken_lies_in_sentbox_and_is_taken_once(
    customs: Customs, own: Company, boxes: Boxes, reader: OutBoxReader
) -> None:
    """CUST-05: attachment and message; the same file once more changes nothing."""
    envelope = put(boxes, own)
    assert await reader.take() == 2
    assert await reader.take() == 0
    await customs.understand()
    assert await customs.rows("select number, state from submission") == [(NUMBER, "received")]
    assert (names(boxes.out), names(boxes.failed)) == (set(), set())
    assert names(boxes.sent) == {f"{envelope.id}.json", f"{sha256(PDF)}.attachment"}
    write(boxes.out / f"{envelope.id}.json", envelope.model_dump_json().encode())
    assert await reader.take() == 1
    await customs.understand()
    assert await customs.value("select count(*) from incoming") == 1


async def test_no_message_is_taken_before_its_attachments(
    customs: Customs, own: Company, boxes: Boxes, reader: OutBoxReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: however many attachments wait, a message finds its own; else it would be rejected for good."""
    monkeypatch.setattr(folder, "BATCH", 1)
    files = [PDF + str(at).encode() for at in range(12)]
    for data in files:
        write(boxes.out / f"{sha256(data)}.attachment", own.sealed(data).encode())
    envelope = own.envelope(own.submission(NUMBER, [own.attachment(NUMBER, files[-1])]))
    write(boxes.out / f"{envelope.id}.json", envelope.model_dump_json().encode())
    assert await reader.take() == 13
    await customs.understand()
    assert await customs.rows("select number, state from submission") == [(NUMBER, "received")]


async def test_half_written_files_are_left_alone_and_bad_ones_put_aside(
    customs: Customs, own: Company, boxes: Boxes, reader: OutBoxReader
) -> None:
    """CUST-05: a young one may still be written; an old one, a wrong name, a stranger's seal are put aside."""
    honest = own.envelope(own.submission(NUMBER))
    whole = honest.model_dump_json()
    (boxes.out / "11111111.json").write_text(whole[:100], encoding="utf-8")
    (boxes.out / "22222222.json.part").write_text(whole[:100], encoding="utf-8")
    (boxes.out / "33333333.json").write_text("{", encoding="utf-8")
    os.utime(boxes.out / "33333333.json", (0, 0))
    (boxes.out / "44444444.json").write_text(whole, encoding="utf-8")
    forged = {**json.loads(whole), "id": "55555555", "body": "a.b.c.d.e"}
    (boxes.out / "55555555.json").write_text(json.dumps(forged), encoding="utf-8")
    (boxes.out / f"{'0' * 64}.attachment").write_text(own.sealed(), encoding="ascii")
    assert await reader.take() == 4
    assert names(boxes.out) == {"11111111.json", "22222222.json.part"}
    reasons = {
        f.name.split(".")[0][:8]: f.read_text("utf-8").strip() for f in boxes.failed.glob("*.reason.txt")
    }
    assert reasons == {
        "33333333": "报文格式不符合规定（1 处）",
        "44444444": "文件名不是报文编号",
        "55555555": "海关无法解密报文",
        "00000000": "随附单据的内容与摘要不符",
    }
    assert await customs.value("select count(*) from incoming") == 0
    (boxes.out / "11111111.json").unlink()
    write(boxes.out / f"{honest.id}.json", whole.encode())  # the other program has finished
    assert await reader.take() == 1


async def test_answers_lie_in_inbox_as_files(customs: Customs, own: Company, boxes: Boxes) -> None:
    """CUST-05: one file for each message under its id; a folder that is away is waited for."""
    await customs.receive(own, NUMBER)
    async with httpx.AsyncClient() as client:
        sender = FolderSender(customs.database, customs.keys, client, boxes)
        boxes.inbox.rmdir()
        assert await sender.send_due() == 0
        boxes.make()
        sender._not_before = 0  # the wait for an absent portal is tested elsewhere
        assert await sender.send_due() == 1
    [file] = boxes.inbox.iterdir()
    envelope = Envelope.model_validate_json(file.read_bytes())
    assert (file.name, envelope.kind.value) == (f"{envelope.id}.json", "receipt")
    assert await customs.value("select state from outgoing where kind = 'receipt'") == "sent"


async def test_without_its_folder_customs_do_not_start(settings: CustomsSettings, tmp_path: Path) -> None:
    """CUST-01: else it would seem ready, and nothing would ever be sent or taken."""
    (tmp_path / "file").touch()
    wrong = settings.model_copy(update={"transport": "folder", "exchange_folder": tmp_path / "file"})
    with pytest.raises(OSError, match="file"):
        async with running(wrong, background=True):
            pass
