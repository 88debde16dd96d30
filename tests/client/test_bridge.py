"""`singlewindow bridge` on stand-ins: what is done, what is refused, what waits, and `kill -9` at every step."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from singlewindow.client.bridge import taking
from singlewindow.client.bridge.boxes import Folder, InUse, take
from singlewindow.client.bridge.orders import Definition, Unfinished, read_order
from singlewindow.client.bridge.outbox import CARD_SECONDS, OutBox
from singlewindow.client.bridge.receipts import InBox
from singlewindow.client.bridge.runner import (
    IN_USE,
    PIN_REFUSED,
    TOKEN_REFUSED,
    WAITING,
    Bridge,
    Lines,
)
from singlewindow.client.window import Trouble
from singlewindow.contract.batch_files import XmlNames
from singlewindow.contract.folder import MOST_BYTES
from singlewindow.kernel.definition.export import definition_of
from singlewindow.kernel.subsystem import document_types
from tests.client.stand_ins import CARD, IN_FORCE, TYPE, Portal, Reader

LATER = 10_000.0  # seconds after files were written: nobody writes to them any more
PDF = b"%PDF-1.4 a scan"


class Killed(BaseException):
    """The process is gone at this point, and with it all that was not on the disk."""


class Told:
    """What people read."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, words: str) -> None:
        self.lines.append(words)

    def waits(self, subject: str, words: str) -> None:
        if words:
            self.lines.append(f"{subject}: {words}")

    def tells(self, words: str) -> bool:
        return any(words in line for line in self.lines)


class House:
    """A folder, a portal, a card, and one run of the bridge after another."""

    def __init__(self, place: Path) -> None:
        self.folder = Folder(place).make()
        self.portal, self.reader, self.told = Portal(), Reader(), Told()
        self.later = LATER
        self.portal.clock = self.clock
        self.taken: list[str] = []  # from InBox, by the company's own system

    def put(self, name: str, said: object, **files: bytes) -> None:
        for file, data in files.items():
            (self.folder.out / file.replace("__", ".")).write_bytes(data)
        text = said if isinstance(said, str) else json.dumps(said)
        (self.folder.out / name).write_text(text, "utf-8")

    def run(self, watch: Any = lambda step: None, format: Any = "json", typed: bool = False) -> int:
        """As a process does that ends when nothing is left to do; the other system empties InBox meanwhile."""
        out = OutBox(self.folder, self.portal.window(), self.reader, self.told, watch, self.clock)
        into = InBox(self.folder, self.portal.window(), self.told, format, typed, watch)
        settled = 0
        try:
            out.recover()
            into.begin()
            into.recover()
            while count := out.round():
                settled += count
            while into.round(0):
                pass
        finally:
            for file in sorted(self.folder.inbox.iterdir()):
                self.taken.append(file.name)
                file.unlink()
        return settled

    def wait(self, seconds: float) -> None:
        self.later += seconds

    def clock(self) -> float:
        return time.time() + self.later

    def box(self, name: str) -> set[str]:
        return {file.name for file in (self.folder.folder / name).iterdir()}

    def reason(self, name: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.folder.failed / f"{name}.reason.json").read_text("utf-8"))
        return said


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill spares what was written: only a power cut needs the disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "exchange")


def letter(text: str = "你好", action: str = "apply", **more: object) -> dict[str, object]:
    return {"type": TYPE, "action": action, "content": {"text": text}, **more}


def with_file(file: str, **more: object) -> dict[str, object]:
    return letter(attachments=[{"category": "1", "file": file, **more}])


def fill(house: House, few: bool = False) -> None:
    """One of each kind: sent with a file, a change of what is in force, refused; sent, saved and unreadable unless a
    `few` will do."""
    if not house.portal.documents:
        house.portal._save({"sender_number": "old", "content": {"text": "旧"}})
        house.portal.documents["202600000000000000"].status = IN_FORCE
    house.put("A-1.json", with_file("声明.pdf"), 声明__pdf=PDF)
    house.put("A-4.json", letter(""))
    house.put("A-6.json", letter("新", "change", number="202600000000000000"))
    if not few:
        house.put("A-2.json", letter("第二份"))
        house.put("A-3.json", letter("只暂存", "save", sender_number="自编 3"))
        house.put("A-5.json", '{"type": ')


def assert_all_done_once(house: House, few: bool = False) -> None:
    """Nothing lost, nothing doubled, nothing left."""
    documents = {d.sender_number: d for d in house.portal.documents.values()}
    assert len(documents) == len(house.portal.documents)
    assert set(documents) == {"old", "A-1"} | (set() if few else {"A-2", "自编 3"})
    applied = [(documents[name].number, "apply") for name in ("A-1", "A-2") if name in documents]
    assert sorted(house.portal.submissions) == sorted([*applied, (documents["old"].number, "change")])
    assert len(documents["A-1"].attachments) == 1
    assert documents["old"].amendment == {"text": "新"}
    assert house.box("OutBox") == set()
    done = {f"A-{at}.json" for at in ((1, 6) if few else (1, 2, 3, 6))}
    assert house.box("SentBox") == done | {f"{name}.result.json" for name in done} | {"声明.pdf"}
    refused = [4] if few else [4, 5]
    failed = {f"A-{at}.json{end}" for at in refused for end in ("", ".reason.json", ".reason.txt")}
    assert house.box("FailBox") == failed
    told = [e for e in house.portal.events if e["kind"] in ("submitted", "receipt")]
    assert sorted(house.taken) == sorted(f"{e['number']}-{e['no']:04}.json" for e in told)
    assert not list(house.folder.work.iterdir()) + list(house.folder.leaving.iterdir())


def test_each_file_goes_its_way(house: House) -> None:
    """INTG-02: done, refused with reasons for programs and people, receipts; two prepared together."""
    fill(house)
    assert house.run() == 6
    assert_all_done_once(house)
    assert house.portal.requests.count(f"POST /api/documents/{TYPE}/prepare") == 1
    assert house.reason("A-4.json")["violations"][0]["path"] == "text"
    words = (house.folder.failed / "A-4.json.reason.txt").read_text("utf-8")
    assert "1. text：「正文」必填" in words
    assert "处理方法：请更正" in words
    assert house.reason("A-5.json")["detail"].startswith("文件不是完整的 JSON")
    result = json.loads((house.folder.sent / "A-3.json.result.json").read_text("utf-8"))
    assert (result["sender_number"], result["status"]["name"]) == ("自编 3", "暂存")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b'{"type": ', "文件不是完整的 JSON（第 1 行第 10 个字符处有误）"),
        ("a.json", '{"type": "单据'.encode()[:-1], "文件不是完整的 JSON（最后一个字符不全）"),
        ("a.json", '{"type": "单据'.encode("gb18030")[:-1], "文件不是完整的 JSON（最后一个字符不全）"),
        ("a.json", '{"type": "单据'.encode("gb18030"), "文件不是完整的 JSON（第 1 行第 10 个字符处有误）"),
        ("a.json", b'{"type": "x", }', "文件不是正确的 JSON（第 1 行第 15 个字符处有误）"),
        ("a.json", b'{"type": "\xff\xff"}', "文件的文字不是 UTF-8 或 GB 18030 编码"),
        ("a.xml", b"<Documents><Document>", "文件不是完整的 XML（第 1 行有误）"),
        ("a.xml", '<Documents a="单据'.encode()[:-1], "文件不是完整的 XML（最后一个字符不全）"),
        ("a.xml", b"<Documents></Document>", "文件不是正确的 XML（第 1 行有误）"),
        ("a.xml", b"<Documents>x</Documents>", "文件不是正确的 XML（第 1 行有不属于任何单据的文字）"),
        ("a.xml", b'<?xml version="1.0" encoding="ebcdic"?><a/>', "文件声明的文字编码不受支持"),
        ("a.xml", b"<a>\xff\xff</a>", "文件的文字不是其编码（未声明时为 UTF-8 或 GB 18030）的文字"),
        ("a.xml", b" ", "文件不是完整的 XML（没有内容）"),
    ],
)
def test_what_is_not_whole_is_told_in_chinese(name: str, data: bytes, words: str) -> None:
    """INTG-02, UI-16: no library's words, for people who put the file there."""
    with pytest.raises(Unfinished) as told:
        read_order(name, data, lambda _: pytest.fail("no type is named"))
    assert f"文件{told.value}" == words
    assert ("编码" in told.value.advice) == ("编码" in words)
    assert ("完整" in told.value.advice) == ("完整" in words)


def kill_at(at: int) -> Any:
    """A watch that ends the run at its step of that number, counted from 1."""
    steps: list[str] = []

    def watch(step: str) -> None:
        steps.append(step)
        if len(steps) == at:
            raise Killed(step)

    return watch


def test_killed_at_every_step_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """INTG-02: before and after each effect; at every fifth the next run is killed too, half way to there."""
    steps: list[str] = []
    whole = House(tmp_path / "whole")
    fill(whole, few=True)
    whole.run(steps.append)
    effects = (
        "save",
        "sign",
        "upload",
        "submit",
        "keeping",
        "report",
        "taking out",
        "putting away",
        "forgetting",
        "staging",
        "the cursor",
        "delivering",
    )
    assert {f"{when} {effect}" for when in ("before", "after") for effect in effects} == set(steps)
    for at in range(1, len(steps) + 1):
        house = House(tmp_path / str(at))
        fill(house, few=True)
        for kill in (at, at // 2) if at % 5 == 0 else (at,):
            with contextlib.suppress(Killed):
                house.run(kill_at(kill))
        house.run()
        assert_all_done_once(house, few=True)


@pytest.mark.parametrize(
    "lost", ["POST .*letter$", "/attachments$", "/submit$", "/prepare$", "/amendment$", "events"]
)
def test_lost_answers_double_nothing(house: House, lost: str) -> None:
    """INTG-02: the portal has done it, the connection breaks before it says so."""
    house.portal.lose = lost
    fill(house)
    for _ in range(5):
        try:
            house.run()
        except Trouble:
            continue
    assert_all_done_once(house)


def test_what_arrived_is_done_also_where_the_token_may_no_more(house: House) -> None:
    """INTG-01, INTG-02: the answer was lost, then the token's right was narrowed: the history says that it is done."""
    house.put("A-1.json", letter())
    house.portal.lose = "/submit$"
    with pytest.raises(Trouble):
        house.run()
    house.portal.narrowed = True
    house.put("A-2.json", letter("第二份"))
    assert house.run() == 2
    assert (house.folder.sent / "A-1.json.result.json").exists()
    assert house.reason("A-2.json")["detail"] == "该令牌不能申报"
    assert len(house.portal.submissions) == 1


def test_a_signature_that_came_too_late_is_given_anew(house: House) -> None:
    """INTG-02: killed before sending, started again after five minutes: not submitted by then, so signed again."""
    house.put("A-1.json", letter())

    def watch(step: str) -> None:
        if step == "before submit":
            raise Killed(step)

    with pytest.raises(Killed):
        house.run(watch)
    house.portal.expired = True
    house.run()
    assert (house.portal.submissions, house.box("OutBox")) == ([], {"A-1.json"})
    house.portal.expired = False
    house.run()
    assert (len(house.portal.submissions), house.reader.tries) == (1, 2)


def test_a_slow_card_sends_nothing_to_fail_box(house: House) -> None:
    """INTG-02: what is signed of a batch goes before it is too late; a card that was left waiting for more than five
    minutes signs anew, a file and a document."""
    for at in range(7):
        house.put(f"A-{at}.json", letter(str(at)))
    house.reader.takes = lambda: house.wait(50)
    assert house.run() == 7
    assert (len(house.portal.submissions), house.reader.tries, house.box("FailBox")) == (7, 7, set())
    house.put("B-1.json", with_file("a.pdf"), a__pdf=PDF)
    waits = iter((400, 0, 400, 0))
    house.reader.takes = lambda: house.wait(next(waits))
    for tries in (8, 10, 11):
        house.run()
        assert house.told.tells("卡: 签名用时过长")
        assert house.reader.tries == tries
        house.wait(CARD_SECONDS)
    assert (len(house.portal.submissions), house.box("FailBox"), house.box("OutBox")) == (8, set(), set())


def test_half_written_files_are_left_alone(house: House) -> None:
    """INTG-02: by programs that rename and by those that do not; attachments too, until they are whole."""
    house.later = 1.0
    house.put("A-1.json", json.dumps(letter())[:20])
    house.put("A-2.json.part", letter())
    house.put(".A-3.json", letter())
    house.put("A-4.json", with_file("a.pdf"), a__pdf=PDF[:5])
    house.put("A-5.json", with_file("b.pdf", sha256=hashlib.sha256(PDF).hexdigest()), b__pdf=PDF[:5])
    house.put("A-6.json", with_file("c.pdf"))
    assert house.run() == 0
    assert len(house.box("OutBox")) == 8
    assert house.told.tells("A-1.json: 等待文件写完（文件")
    assert house.told.tells("A-6.json: 等待附件 c.pdf（没有放入 OutBox）")
    (house.folder.out / "b.pdf").write_bytes(PDF)
    assert house.run() == 1  # its digest says that it is whole
    house.put("A-1.json", letter())
    (house.folder.out / "c.pdf").write_bytes(PDF)
    (house.folder.out / "a.pdf").write_bytes(PDF)
    house.later = 60.0
    assert house.run() == 3
    assert house.box("OutBox") == {"A-2.json.part", ".A-3.json"}
    house.put("A-7.json", with_file("never.pdf"))
    house.later = LATER
    assert house.run() == 1
    assert "never.pdf" in house.reason("A-7.json")["detail"]


def test_a_file_that_is_written_over_meanwhile_is_not_lost(house: House) -> None:
    """INTG-02: what leaves OutBox is what was worked on; the newer one is worked on next."""
    house.put("A-1.json", letter("一", number=""))
    house.run(lambda step: house.put("A-1.json", letter("二")) if step == "before taking out" else None)
    assert [d.content for d in house.portal.documents.values()] == [{"text": "一"}]
    assert len(house.portal.submissions) == 1
    assert house.reason("A-1.json")["violations"][0]["rule"] == "sender.other"
    assert json.loads((house.folder.failed / "A-1.json").read_text("utf-8"))["content"] == {"text": "二"}


def test_files_about_one_document_go_one_after_the_other(house: House) -> None:
    """INTG-02: the oldest first, also while it waits for the card; what SentBox holds already is not written over."""
    number = "202600000000000000"
    house.portal._save({"sender_number": "", "content": {"text": "旧"}})
    (house.folder.sent / "scan.pdf").write_bytes(b"another")
    house.put(
        "B-1.json",
        letter("一", number=number, attachments=[{"category": "1", "file": "scan.pdf"}]),
        scan__pdf=PDF,
    )
    house.put("A-2.json", letter("二", "change", number=number))
    os.utime(house.folder.out / "B-1.json", (1, 1))
    house.reader.pulled = True
    assert house.run() == 0
    house.portal.documents[number].status = IN_FORCE if house.portal.submissions else "0"
    house.reader.pulled = False
    house.run(
        lambda step: setattr(house.portal.documents[number], "status", IN_FORCE) if "forg" in step else None
    )
    assert house.portal.submissions == [(number, "apply"), (number, "change")]
    assert (house.folder.sent / "scan.pdf").read_bytes() == PDF
    assert [file.read_bytes() for file in house.folder.sent.glob("scan.????????.pdf")] == [b"another"]


def test_what_is_done_to_documents_that_are_there(house: House) -> None:
    """INTG-02: a draft is saved anew, a follow-up and a change are kept beside what is in force; each by its number."""
    for at in range(3):
        house.portal._save({"sender_number": f"old {at}", "content": {"text": "旧"}})
    numbers = list(house.portal.documents)
    for number in numbers[1:]:
        house.portal.documents[number].status = IN_FORCE
    for number, action in zip(numbers, ("apply", "answer", "change"), strict=True):
        house.put(f"{action}.json", letter("新", action, number=number))
    house.put("none.json", letter("新", "answer"))
    assert house.run() == 4
    assert house.box("FailBox") == {f"none.json{end}" for end in ("", ".reason.json", ".reason.txt")}
    assert sorted(house.portal.submissions) == list(zip(numbers, ("apply", "answer", "change"), strict=True))
    saved = [line for line in house.portal.requests if line.startswith("PUT")]
    assert sorted(line.rpartition("/")[2] for line in saved) == [numbers[0], "amendment", "amendment"]


def test_a_refused_signature_is_not_sent_again(house: House) -> None:
    """PORT-05: the card's certificate is refused at the second step, the card is exchanged: it signs anew."""
    house.put("A-1.json", with_file("a.pdf"), a__pdf=PDF)
    house.portal.revoked_card = True
    for _ in range(3):
        assert house.run() == 0
    assert house.told.tells("卡: 证书已吊销")
    house.portal.revoked_card = False
    assert house.run() == 1
    assert len(house.portal.submissions) == 1
    [note] = {each["used"] for each in house.portal.prepared.values() if each["used"]}
    assert note


def test_the_same_file_again_does_nothing(house: House) -> None:
    """INTG-02: byte for byte what lies in SentBox, and what another system had sent before SentBox was emptied."""
    fill(house)
    house.run()
    house.put("A-2.json", letter("第二份"))
    house.put("A-6.json", letter("新", "change", number="202600000000000000"))
    assert house.run() == 2
    assert_all_done_once(house)
    doubled = json.loads((house.folder.sent / "A-6.json.result.json").read_text("utf-8"))
    assert (doubled["done_before"], doubled["number"]) == (True, "202600000000000000")
    for file in house.folder.sent.iterdir():
        file.unlink()
    house.put("A-2.json", letter("第二份"))
    assert house.run() == 1
    assert len(house.portal.submissions) == 3
    assert json.loads((house.folder.sent / "A-2.json.result.json").read_text("utf-8"))["done_before"]


def test_a_doubled_hand_in_goes_with_its_files_and_is_told(house: House) -> None:
    """INTG-02: nothing of it stays in OutBox, and the report says the number of then and that it came twice."""
    house.put("A-1.json", with_file("声明.pdf"), 声明__pdf=PDF)
    house.run()
    result = house.folder.sent / "A-1.json.result.json"
    first = json.loads(result.read_text("utf-8"))
    house.put("A-1.json", with_file("声明.pdf"), 声明__pdf=PDF)
    house.later = 0.0
    assert (house.run(), house.box("OutBox")) == (0, {"A-1.json", "声明.pdf"})
    assert house.told.tells("A-1.json: 等待附件 声明.pdf 写完")
    house.later = LATER
    assert (house.run(), house.box("OutBox"), house.box("FailBox")) == (1, set(), set())
    words = "与 SentBox 中的同名文件完全相同，此前已办理，未再次办理"
    said = json.loads(result.read_text("utf-8"))
    assert said == {**first, "done_before": True, "detail": words}
    assert house.told.tells(f"A-1.json → SentBox {first['number']} {words}")
    assert (house.folder.sent / "声明.pdf").read_bytes() == PDF
    result.unlink()
    house.put("A-1.json", with_file("声明.pdf"))
    assert (house.run(), len(house.portal.submissions)) == (1, 1)
    assert json.loads(result.read_text("utf-8")) == {
        "file": "A-1.json", "number": "", "status": None, "done_before": True, "detail": words,
    }  # fmt: skip


def test_another_file_beside_a_doubled_hand_in_is_told_to_be_unsent(house: House) -> None:
    """INTG-02: who replaced the attachment and not the document must not think that customs have it."""
    house.put("A-1.json", with_file("声明.pdf"), 声明__pdf=PDF)
    house.run()
    house.put("A-1.json", with_file("声明.pdf"), 声明__pdf=PDF + b"%another")
    assert (house.run(), house.box("OutBox"), len(house.portal.submissions)) == (1, set(), 1)
    said = json.loads((house.folder.sent / "A-1.json.result.json").read_text("utf-8"))
    assert "附件 声明.pdf 与 SentBox 中的同名文件不同，没有发送" in said["detail"]


def test_a_draft_that_somebody_changed_is_not_signed(house: House) -> None:
    """INTG-02, PORT-08: the card signs what the file says and nothing else, whatever the portal answers."""
    house.put("A-1.json", letter())
    house.reader.pulled = True
    house.run()
    document = next(iter(house.portal.documents.values()))
    document.content, document.version = {"text": "别的"}, 2
    house.reader.pulled = False
    house.run()
    assert "别处修改" in house.reason("A-1.json")["detail"]
    assert house.reason("A-1.json")["number"] == document.number
    house.portal.tamper = True
    house.put("A-2.json", letter())
    house.run()
    assert "已拒绝签名" in house.reason("A-2.json")["detail"]
    assert (house.reader.tries, house.portal.submissions) == (0, [])


def test_hostile_names_and_contents(house: House, tmp_path: Path) -> None:
    """INTG-02: nothing outside OutBox is read, nothing in it is lost, and each refusal says why."""
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(PDF)
    (house.folder.out / "link.json").symlink_to(secret)
    (house.folder.out / "link.pdf").symlink_to(secret)
    os.mkfifo(house.folder.out / "pipe.json")
    (house.folder.out / "folder.json").mkdir()
    for name in (
        b"a\nb.json",
        b"\xff\xfe.json",
        b"..json.json",
        "’;rm -rf ~.json".encode(),
        b"x" * 200 + b".json",
        b"CAPITALS.JSON",
        "\U00020000".encode() * 60
        + b".json",  # the names of its reports would be too long for any file system
    ):
        Path(os.fsdecode(os.fsencode(house.folder.out) + b"/" + name)).write_text("{}")
    bad = {
        "B-1.json": with_file("../../secret.pdf"),
        "B-2.json": with_file("link.pdf"),
        "B-3.json": with_file("B-2.json"),
        "B-4.json": letter(number="../x"),
        "B-5.json": letter(action="apply", extra=1),
        "B-6.json": letter(action="delete"),
        "B-7.json": {"type": "../../x", "action": "save", "content": {}},
        "B-8.json": {"type": "other.type", "action": "save", "content": {}},
        "B-9.json": "[" * 100_000,
        "B-10.json": letter(action="change"),
        "B-11.json": '{"type": 1e999}',
        "B-12.json": '"' + "\\ud800" + '"',
        "B-13.json": letter(sender_number="\ud800"),
        "B-14.json": letter() | {"content": json.loads("[" * 940 + "]" * 940)},
        "B-15.json": letter() | {"content": {"text": json.loads('{"a":' * 800 + "0" + "}" * 800)}},
        "B-16.json": dict.fromkeys(map(str, range(200_000)), 0),
        "B-17.json": letter("x" * 5_000_000),
    }
    for file, said in bad.items():
        house.put(file, said)
    house.run()
    assert house.box("OutBox") == {"link.json", "link.pdf", "pipe.json", "folder.json", "..json.json"}
    strange = [name for name in house.box("FailBox") if name.startswith("strange-name-")]
    assert len(strange) == 6 * 3
    for file in bad:
        assert house.reason(file)["detail"], file
    assert len(house.reason("B-16.json")["violations"]) == 100
    assert "没有这一项" in house.reason("B-5.json")["violations"][0]["message"]
    assert "apply（申请）" in house.reason("B-6.json")["advice"]
    assert (house.portal.submissions, list(house.portal.documents)) == ([], [])


def test_a_defect_over_one_file_holds_up_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-02: it is said and left where it is; the others are done."""
    house.put("A-1.json", letter())
    house.put("A-2.json", letter("第二份"))
    read = read_order

    def stumble(name: str, *rest: Any) -> Any:
        if name == "A-1.json":
            raise RecursionError
        return read(name, *rest)

    monkeypatch.setattr(taking, "read_order", stumble)
    assert house.run() == 1
    assert house.told.tells("A-1.json: 内部错误")
    assert house.box("OutBox") == {"A-1.json"}


def test_what_goes_with_a_refused_document_goes_with_it(house: House) -> None:
    """INTG-02: whatever is wrong with the document, its files do not stay behind in OutBox, but for one that is
    still written."""
    house.put("C-1.json", with_file("a.pdf") | {"extra": 1}, a__pdf=PDF)
    house.put("C-2.json", with_file("b.pdf") | {"type": "other.type"}, b__pdf=PDF)
    house.put("C-3.json", with_file("c.pdf", sha256="0" * 64), c__pdf=PDF)
    house.put("C-4.json", with_file("d.pdf"), d__pdf=b"x" * (MOST_BYTES + 1))
    os.utime(house.folder.out / "d.pdf", (time.time() + LATER,) * 2)
    house.put("C-5.json", letter("", attachments=[{"category": "1", "file": "e.pdf"}]), e__pdf=PDF)
    listed = "<Attachments><Row><Category>1</Category><File>f.pdf</File></Row></Attachments>"
    house.put(
        "C-6.xml", f'<Document type="{TYPE}" action="save"><LetterText a="1"/>{listed}</Document>', f__pdf=PDF
    )
    assert house.run() == 6
    assert house.box("OutBox") == {"d.pdf"}
    assert {f"{name}.pdf" for name in "abcef"} < house.box("FailBox")


def test_a_file_that_several_documents_name_stays_for_the_last(house: House) -> None:
    """INTG-02: each finds it beside itself where it went, one that is refused too; none waits for what another took."""
    house.put("C-1.json", with_file("a.pdf") | {"extra": 1}, a__pdf=PDF)
    house.put("C-2.json", with_file("a.pdf"))
    listed = "<Attachments><Row><Category>1</Category><File>a.pdf</File></Row></Attachments>"
    house.put(
        "C-3.xml", f'<Document type="{TYPE}" action="apply"><LetterText>三</LetterText>{listed}</Document>'
    )
    for at in (1, 2, 3):
        os.utime(house.folder.out / f"C-{at}.{'xml' if at == 3 else 'json'}", (at, at))
    house.reader.pulled = True
    assert house.run() == 1
    assert house.box("OutBox") == {"a.pdf", "C-2.json", "C-3.xml"}
    assert (house.folder.failed / "a.pdf").read_bytes() == PDF
    house.reader.pulled = False
    house.wait(CARD_SECONDS + 1)
    steps: list[str] = []
    assert house.run(steps.append) == 2
    assert (len(house.portal.submissions), house.box("OutBox")) == (2, set())
    assert (house.folder.sent / "a.pdf").read_bytes() == PDF
    assert steps.count("after lending") == 1


def test_xml_has_the_elements_of_messages(house: House) -> None:
    """INTG-02: attributes say what is to be done, rows are rows; declarations of document types are refused."""
    document = (
        f'<Document type="{TYPE}" action="apply" senderNumber="X 1"><LetterText>正文</LetterText>'
        "<goods><Row><GCode>0101</GCode></Row></goods>"
        "<Attachments><Row><Category>1</Category><File>a.pdf</File></Row></Attachments></Document>"
    )
    house.put("X-1.xml", "", a__pdf=PDF)
    (house.folder.out / "X-1.xml").write_bytes(document.encode("gb18030"))
    house.put("X-2.xml", f'<!DOCTYPE a [<!ENTITY b "c">]><Document type="{TYPE}" action="save"/>')
    house.put("X-3.xml", document[:50])
    house.put("X-4.xml", f"<Documents>{document}{document}</Documents>")
    house.put("X-5.xml", document.replace("<LetterText>", '<LetterText a="1"><b/>'))
    house.put("X-6.xml", "<Document/>")
    house.run()
    [stored] = house.portal.documents.values()
    assert (stored.sender_number, stored.content) == ("X 1", {"text": "正文", "goods": [{"code": "0101"}]})
    assert (len(stored.attachments), len(house.portal.submissions)) == (1, 1)
    reasons = [house.reason(f"X-{at}.xml")["detail"] for at in range(2, 7)]
    for words, reason in zip(
        ("DOCTYPE", "不是完整的 XML", "恰有一份", "不符合说明", "单据类型"), reasons, strict=True
    ):
        assert words in reason


def test_the_samples_of_the_guide_are_orders() -> None:
    """INTG-02: docs/api.md shows the same document twice; both are read as what they are, with the type's own names."""
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    section = guide[guide.index("## Folder client") :]
    samples = {kind: re.search(rf"^```{kind}\n(.*?)^```", section, re.M | re.S) for kind in ("json", "xml")}
    kind = document_types()["inspection.declaration"]
    said = definition_of(kind).model_dump()
    known = Definition(said["title"], {a["name"]: a for a in said["actions"]}, XmlNames.of_definition(said))
    orders = [
        read_order(f"ERP-117.{kind}", found[1].encode(), lambda _: known)
        for kind, found in samples.items()
        if found
    ]
    assert [order.sender_number for order in orders] == ["ERP-117", "ERP-117"]
    assert orders[0].content == orders[1].content
    assert set(orders[0].content or {}) <= set(kind.form.content.fields)
    assert known.signed(orders[0].action)
    assert orders[0].attachments[0].file == orders[1].attachments[0].file


def test_what_is_away_is_waited_for(house: House) -> None:
    """INTG-02: the portal, the card, another card than the bound one; what needs no card goes on."""
    fill(house)
    house.portal.away = True
    with pytest.raises(Trouble):
        house.run()
    assert {f"A-{at}.json" for at in range(1, 7)} <= house.box("OutBox")
    house.portal.away = False
    house.reader.pulled = True
    house.run()
    assert {name for name in house.box("OutBox") if name.endswith("json")} == {
        "A-1.json",
        "A-2.json",
        "A-6.json",
    }
    assert house.told.tells("卡: 读卡器中没有卡")
    house.reader.pulled, house.reader.number = False, "SW1A000000009"
    assert (house.run(), house.reader.tries) == (0, 0)  # never a PIN for a card that is not the bound one
    assert house.told.tells("与用户注册信息卡号")
    house.reader.number, house.reader.pull_after = CARD, 2
    house.run()
    assert house.told.tells("卡被拔出")
    house.reader.pulled, house.reader.pull_after = False, None
    house.run()
    assert_all_done_once(house)


def test_many_are_signed_together_and_nobody_starves(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-02: as many in one prepare as it takes; those that wait for the card are no hindrance to those that need
    none, and the portal is not asked about them all the time."""
    monkeypatch.setattr("singlewindow.client.bridge.outbox.MOST", 3)
    for at in range(5):
        house.put(f"S-{at}.json", letter(str(at)))
    house.put("W-1.json", with_file("awaited.pdf"))
    house.put("W-2.json", letter("只暂存", "save"))
    for at, file in enumerate(sorted(house.folder.out.iterdir())):
        os.utime(file, (at, at))
    house.reader.pulled, house.later = True, -1_000.0
    out = OutBox(house.folder, house.portal.window(), house.reader, house.told, clock=lambda: house.later)
    assert [out.round() for _ in range(3)] == [0, 1, 0]
    asked = len(house.portal.requests)
    assert (out.round(), len(house.portal.requests)) == (0, asked)
    house.reader.pulled, house.later = False, -900.0
    assert [out.round() for _ in range(3)] == [3, 2, 0]
    assert house.portal.requests.count(f"POST /api/documents/{TYPE}/prepare") == 2
    assert len(house.portal.submissions) == 5


def test_a_wrong_pin_is_tried_once(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """PORT-05, INTG-02: the bridge ends, and the next one does not try either until a person has looked."""
    for at in range(3):
        house.put(f"A-{at}.json", letter(str(at)))
    house.reader.wrong = True
    for _ in range(3):
        assert bridge(house).run() == PIN_REFUSED
    assert house.reader.tries == 1
    assert "为避免锁卡不再自动重试" in capsys.readouterr().out
    assert len(house.box("OutBox")) == 3
    house.reader.wrong = False
    assert bridge(house, typed_pin=True).run(once=True) == 0
    assert len(house.portal.submissions) == 3
    assert bridge(house).run(once=True) == 0


def bridge(house: House, **more: Any) -> Bridge:
    return Bridge(house.folder, house.portal.window(), house.reader, Lines(), **more)


def test_a_revoked_token_ends_the_bridge(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """INTG-01: files stay; the reason is said."""
    house.put("A-1.json", letter())
    house.portal.revoked = True
    assert bridge(house).run() == TOKEN_REFUSED
    assert "该令牌已停用" in capsys.readouterr().out
    assert house.box("OutBox") == {"A-1.json"}


def test_with_once_it_ends_and_says_whether_something_waits(house: House) -> None:
    """INTG-02: for a timetable instead of a process."""
    house.put("A-1.json", letter())
    house.portal.away = True
    assert bridge(house).run(once=True) == WAITING
    house.portal.away, house.portal.nonsense = False, True
    assert bridge(house).run(once=True) == WAITING
    house.portal.nonsense, house.reader.pulled = False, True
    assert bridge(house).run(once=True) == WAITING
    house.reader.pulled = False
    assert bridge(house).run(once=True) == 0


def test_one_folder_one_bridge(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """INTG-02: the second says who has it; a killed one leaves no lock behind."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from singlewindow.client.bridge.boxes import Folder, take\n"
        "lock = take(Folder(Path(sys.argv[1]))); print('locked', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(house.folder.folder)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        assert bridge(house).run(once=True) == IN_USE
        assert str(other.pid) in capsys.readouterr().out
        with pytest.raises(InUse):
            take(house.folder)
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert bridge(house).run(once=True) == 0


def test_a_stumbling_portal_is_asked_a_few_times(house: House) -> None:
    """INTG-02: with pauses, while other documents go on; then a person has to look."""
    house.put("A-1.json", letter())
    house.put("A-2.json", letter("只暂存", "save"))
    house.portal.broken = "/check$"
    assert house.run() == 1
    out = OutBox(house.folder, house.portal.window(), house.reader, house.told)
    out.clock = lambda: (
        LATER * 2 ** len(out._stumbles) + sum(each.again_at for each in out._stumbles.values())
    )
    assert [out.round() for _ in range(5)] == [0, 0, 0, 0, 1]
    assert "系统内部错误" in house.reason("A-1.json")["detail"]


@pytest.mark.parametrize("trouble", ["stumbles", "awaits a file"])
def test_what_waits_keeps_its_place_before_a_later_file(house: House, trouble: str) -> None:
    """INTG-02: about the same document, by whichever of its numbers. The portal stumbles over the first, saved already,
    or that waits for what goes with it; the later one waits too, another document does not."""
    if trouble == "stumbles":
        house.put("A-1.json", letter())
        house.portal.broken = "/submit$"
    else:
        house.later = 11.0
        house.portal._save({"sender_number": "", "content": {"text": "旧"}})
        house.put("A-1.json", with_file("late.pdf") | {"number": "202600000000000000"})
    assert house.run() == 0
    [number] = house.portal.documents
    house.put("A-2.json", letter("新", "change", number=number))
    house.put("A-3.json", letter("只暂存", "save"))
    for at in (1, 2):
        os.utime(house.folder.out / f"A-{at}.json", (time.time() - 10 + at,) * 2)
    out = OutBox(house.folder, house.portal.window(), house.reader, house.told, clock=house.clock)
    assert out.round() == 1  # A-3
    house.portal.broken = ""
    assert (out.round(), house.box("OutBox")) == (0, {"A-1.json", "A-2.json"})
    (house.folder.out / "late.pdf").write_bytes(PDF)
    house.later = 2 * LATER
    for _ in range(3):  # the first may be signed anew
        if out.round():
            house.portal.documents[number].status = IN_FORCE
    assert house.portal.submissions == [(number, "apply"), (number, "change")]


def test_receipts_in_xml_and_after_an_expired_cursor(house: House) -> None:
    """INTG-02: whatever stands in the text, the file is XML; what was missed is said."""
    house.put("A-1.json", letter())
    house.run(format="xml", typed=True)
    assert [name.rpartition("-")[2] for name in house.taken] == ["0001.xml", "0002.xml", "0003.xml"]
    house.folder.inbox.joinpath("x").unlink(missing_ok=True)
    (house.folder.own / "cursor").write_text("old")
    into = InBox(house.folder, house.portal.window(), house.told, "xml")
    while into.round(0):
        pass
    files = sorted(house.folder.inbox.iterdir())
    assert len(files) == 2
    root = ElementTree.fromstring(files[1].read_bytes())
    assert (root.findtext("SenderNumber"), root.findtext("Text")) == ("A-1", "同意\ufffd<&")
    assert house.told.tells("游标已超过 90 天")


def test_after_the_portal_was_restored_receipts_go_on(house: House) -> None:
    """INTG-02, OPER-03: each comes once, those of the new time too; it is said what was lost. A document that is gone
    is not called done when its file comes again, and not declared again before a person has looked: customs may
    have it."""
    house.put("A-1.json", letter())
    house.run()
    moment = len(house.portal.events)
    house.put("A-2.json", letter("第二份"))
    house.run()
    lost = json.loads((house.folder.sent / "A-2.json.result.json").read_text("utf-8"))["number"]
    cursor = (house.folder.own / "cursor").read_text("utf-8")
    house.portal.restore(moment)
    house.taken.clear()
    house.put("A-3.json", letter("第三份"))
    house.run()
    [number] = {d.number for d in house.portal.documents.values() if d.sender_number == "A-3"}
    assert house.taken == [f"{number}-0002.json", f"{number}-0003.json"]
    assert house.told.tells("数据已从备份恢复")
    assert (house.folder.own / "cursor").read_text("utf-8") != cursor
    house.put("A-1.json", letter())
    house.put("A-2.json", letter("第二份"))
    assert (house.run(), len(house.portal.submissions)) == (2, 2)
    assert house.told.tells("A-1.json → SentBox")
    assert lost in house.reason("A-2.json")["detail"]
    assert "移走 SentBox 中的同名文件" in house.reason("A-2.json")["advice"]
    (house.folder.sent / "A-2.json").unlink()
    house.put("A-2.json", letter("第二份"))
    assert (house.run(), len(house.portal.submissions), len(house.portal.documents)) == (1, 3, 3)


def test_what_a_restore_undid_of_a_document_that_is_there_is_not_called_done(house: House) -> None:
    """INTG-02, OPER-03: a change of what is in force, by the version that it had come to."""
    fill(house, few=True)
    house.run()
    document = house.portal.documents["202600000000000000"]
    house.put("A-6.json", letter("新", "change", number=document.number))
    house.run()
    assert "A-6.json" not in house.box("FailBox")
    document.version -= 1
    house.portal.broken = f"GET .*{document.number}$"
    house.put("A-6.json", letter("新", "change", number=document.number))
    assert (house.run(), house.box("OutBox")) == (0, {"A-6.json"})
    house.portal.broken = ""
    assert (house.run(), len(house.portal.submissions)) == (1, 2)
    assert document.number in house.reason("A-6.json")["detail"]


def test_a_cursor_that_the_portal_does_not_know_is_no_reason_to_begin_anew(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """INTG-02: another company's token, another portal, or a restore whose numbers nobody skipped: it says what to do,
    which can be done with a bridge, and writes nothing that came before."""
    house.put("A-1.json", letter())
    house.run(typed=True)
    place = house.folder.own / "cursor"
    place.write_text("c99")
    house.put("A-2.json", letter("第二份"))
    assert bridge(house).run(once=True) == WAITING
    said = capsys.readouterr().out
    assert f"将文件 {place} 的内容改为" in said
    assert house.box("InBox") == set()
    place.write_text("oldest")
    assert bridge(house).run(once=True) == 0
    assert len(house.box("InBox")) == 4


def test_events_that_the_token_does_not_see_hold_up_nothing(house: House) -> None:
    """INTG-02: with --once too what stands behind them is written, also where a page holds none."""
    house.put("A-1.json", letter())
    house.run(typed=True)
    (house.folder.own / "cursor").write_text("c0")
    house.portal.closed = 3
    house.put("B-1.json", letter())
    house.taken.clear()
    house.run(typed=True)
    assert len(house.portal.events) > 3
    assert len(house.taken) == len(house.portal.events) - 3


def test_a_broken_disk_is_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-02: nothing is done whose progress cannot be kept."""
    house.put("A-1.json", letter())
    monkeypatch.setattr(Path, "rename", _full)
    with pytest.raises(OSError, match="space"):
        house.run()
    monkeypatch.undo()
    house.run()
    assert len(house.portal.submissions) == 1


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")
