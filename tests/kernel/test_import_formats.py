"""Import from JSON and XML, and documents that are sent again under their sender's number (INTG-02, UI-16)."""

from __future__ import annotations

import asyncio
import json
from contextlib import nullcontext
from typing import Any
from xml.etree import ElementTree

import pytest

from singlewindow.kernel.jobs.runner import run_due
from singlewindow.kernel.spreadsheets import importing, sent
from singlewindow.kernel.spreadsheets.layout import sheets_of
from singlewindow.kernel.subsystem import document_types, get_document_type
from tests.house import House, Member
from tests.kernel.jobs import TYPE, findings, hand_in, imported, start, view, work
from tests.kernel.test_import import saved
from tests.workbooks import GOODS, HEADER, sheet_of, workbook


def letter(reference: str, sender: str | None = None, **more: Any) -> dict[str, Any]:
    goods = [{"name": "梨", "weight": "3", "vessel_mark": "B2"}]
    made: dict[str, Any] = {"content": {"reference": reference, "transport": "4", "goods": goods, **more}}
    return made if sender is None else {"sender_number": sender, **made}


def lines(*documents: dict[str, Any] | str) -> bytes:
    texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in documents]
    return "\n".join(texts).replace("\ud800", "\\ud800").encode()


async def result(member: Member, job: dict[str, Any]) -> bytes:
    made = await member.http.get(f"/api/jobs/{job['id']}/result")
    assert made.status_code == 200, made.text
    return made.content


async def told(member: Member, job: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What became of each document: line, sender's number, outcome, whether it has a number, paths of findings."""
    found = [json.loads(line) for line in (await result(member, job)).splitlines()]
    return [
        (
            each["line"], each["sender_number"], each["outcome"], bool(each["number"]),
            [finding["path"] for finding in each["findings"]],
        )
        for each in found
    ]  # fmt: skip


XML = """<?xml version="1.0" encoding="GB18030"?>
<Documents type="_template">
 <Document senderNumber="X-1">
  <RefNo>AB11</RefNo><TrafMode>2</TrafMode><Vessel>远洋</Vessel>
  <goods>
   <Row><GName>梨</GName><Weight>3</Weight><Hold>B2</Hold></Row>
   <Row><GName>桃</GName><Weight>many</Weight></Row>
  </goods>
 </Document>
 <Document senderNumber="X-2">
  <RefNo>AB12</RefNo>
  <TrafMode>U</TrafMode>
  <Foo>1</Foo>
 </Document>
 <Document><RefNo>AB13</RefNo><TrafMode>4</TrafMode><goods><Row><GName>李</GName><Weight>7</Weight></Row></goods></Document>
</Documents>"""


async def test_json_is_saved_line_by_line_and_answered_so(house: House) -> None:
    """Each document on its own: what is saved, what is wrong by line and path, what was there before."""
    member = await house.member()
    data = lines(
        letter("AB11", "J-1"),
        letter("wrong", "J-2", goods=[{"name": "梨", "weight": "x"}, "row"]),
        letter("AB13", "J-3", goods=[{"name": "梨", "weight": "x"}]),
        '{"content": {"reference": ',
        letter("AB14", nonsense="1"),
        {**letter("AB15"), "typ": "x"},
        {**letter("AB16"), "type": "_load"},
        letter("AB17", "J-4", transport=4),
        letter("AB18\u0000\ud800", "J-5"),
        letter("AB11", " J-1"),
        letter("AB12", "J-1"),
        {"sender_number": 7, "content": {}},
        letter("AB19", "J" * 101),
        letter("AB20", ""),
    )
    job = await imported(house, member, data)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 14, 3, 11)
    assert job["result"]["name"] == "样例申请导入结果.jsonl"
    assert await told(member, job) == [
        (1, "J-1", "saved", True, []),
        (2, "J-2", "refused", False, ["content/goods"]),
        (3, "J-3", "refused", False, ["content/goods/1/weight"]),
        (4, None, "refused", False, [""]),
        (5, None, "refused", False, ["content/nonsense"]),
        (6, None, "refused", False, [""]),
        (7, None, "refused", False, [""]),
        (8, "J-4", "refused", False, ["content/transport"]),
        (9, "J-5", "refused", False, ["content/reference"]),
        (10, "J-1", "existing", True, []),
        (11, "J-1", "refused", False, ["sender_number"]),
        (12, None, "refused", False, ["sender_number"]),
        (13, None, "refused", False, ["sender_number"]),
        (14, None, "saved", True, []),
    ]
    first, second = [json.loads(line) for line in (await result(member, job)).splitlines()][2:4]
    assert first["content"]["goods"] == [{"name": "梨", "weight": "x"}], "as it was sent, to be corrected"
    assert (first["findings"][0]["label"], first["findings"][0]["value"]) == ("重量", "x")
    assert "第 27 个字符" in second["findings"][0]["message"]
    found = await findings(member, job["id"])
    assert all(each["advice"] and each["clause"] and each["message"] for each in found)
    assert found[1]["place"] == "第 3 行 content/goods/1/weight"
    assert [each["content"]["reference"] for each in await saved(member)] == ["AB11", "AB20"]


async def test_xml_takes_the_messages_names(house: House) -> None:
    """GB 18030 as it says itself; findings by line and element; the result is XML too."""
    member = await house.member()
    job = await imported(house, member, XML.encode("gb18030"))
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 3, 1, 2)
    assert [(each["place"], each["head"], each["value"]) for each in await findings(member, job["id"])] == [
        ("第 7 行 goods/Row[2]/Weight", "重量", "many"),
        ("第 13 行 Foo", "", "1"),
    ]
    assert [each["content"]["reference"] for each in await saved(member)] == ["AB13"]
    made = ElementTree.fromstring((await result(member, job)).decode())
    assert (made.tag, made.get("type")) == ("Results", TYPE)
    assert [(each.get("line"), each.get("senderNumber"), each.get("outcome")) for each in made] == [
        ("3", "X-1", "refused"), ("10", "X-2", "refused"), ("15", None, "saved"),
    ]  # fmt: skip
    assert (made[0][0].get("path"), (made[0][0].text or "")[:4]) == ("goods/Row[2]/Weight", "请填写数")


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (XML.encode("gb18030")[:-30], "a.xml", "XML 在第"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><Documents>&b;</Documents>", "a.xml", "DOCTYPE"),
        (b"<Documents>" + b"<Document>" * 9_000, "a.xml", "嵌套过深"),
        (b"<Documents/>", "a.txt", "文件中没有单据"),
        (b"[" + json.dumps(letter("AB11")).encode(), "a.json", "JSON 在第 1 行"),
        (b"\x80\x80", "a.jsonl", "文字编码无法识别"),
        (b"\n", "a.json", "文件是空的"),
        (b"a,b,c", "a.csv", "文件不是 xlsx 工作簿"),
    ],
)
async def test_a_file_that_is_none_is_refused_whole(house: House, data: bytes, name: str, words: str) -> None:
    """Half a file, entities, deep nesting: nothing is saved, and the job says what to do."""
    member = await house.member()
    id = (await start(member, await hand_in(member, data, name))).json()["id"]
    await work(house)
    job = await view(member, id)
    assert (job["state"], job["done"], job["total"]) == ("failed", 0, None)
    assert words in job["message"]
    assert "怎么办" in job["message"]
    assert await saved(member) == []


async def test_the_same_documents_in_any_format_are_the_same(house: House) -> None:
    """A workbook, JSON, XML and POST share the sender's numbers; a file that is handed in `again` doubles nothing."""
    member = await house.member()
    book = workbook(
        {
            "表头": [
                [*HEADER, "自编号"],
                [1, "ab11", "公路运输", None, None, "S-1"],
                [2, "AB12", "4", None, "", 17],
            ],
            "货物": [[*GOODS], [1, "梨", 3, "B2"], [2, "梨", "3", "B2"]],
        }
    )
    job = await imported(house, member, book)
    assert (job["done"], job["failed"]) == (2, 0)
    first, second = await saved(member)
    again = await imported(house, member, book, again=True)
    assert (again["done"], again["failed"]) == (2, 0)
    assert again["message"] == "其中 2 份此前已收到（自编号和内容均相同），未重复暂存"
    assert job["message"] == ""
    assert sheet_of(await result(member, again), "已暂存")[1:] == [
        ["1", first["number"], "S-1", "此前已导入，未重复保存"],
        ["2", second["number"], "17", "此前已导入，未重复保存"],
    ]
    other = await imported(
        house, member, lines(letter("AB11", "S-1"), letter("AB12", "17"), letter("AB13", "17"))
    )
    assert [each[2] for each in await told(member, other)] == ["existing", "existing", "refused"]
    text = XML.replace("X-1", "S-1").replace("AB11", "AB10").replace("many", "4").encode("gb18030")
    [found, _] = await findings(member, (await imported(house, member, text))["id"])
    assert (found["place"], found["head"]) == ("第 3 行 senderNumber", "自编号")
    assert first["number"] in found["message"]
    mistyped = await imported(house, member, lines(letter("AB11", "S-1", no_such_field="1")))
    assert [each[4] for each in await told(member, mistyped)] == [["content/no_such_field"]], "said once"
    posted = await member.http.post(f"/api/documents/{TYPE}", json=letter("AB11", "S-1"))
    assert (posted.status_code, posted.json()["number"]) == (200, first["number"])
    assert len(await saved(member)) == 3


async def test_numbers_that_stand_twice_in_a_file(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same twice is one document, something else is refused: in one step and in several, checked or imported."""
    member = await house.member()
    documents = [letter("AB11", "T-1"), letter("AB12", "T-2"), letter("AB11", "T-1"), letter("bad", "T-3")]
    documents += [letter("AB13", "T-3"), letter("AB14", "T-2"), letter("AB11", "T-1"), letter("AB15")]
    expected = ["valid", "valid", "valid", "refused", "valid", "refused", "valid", "valid"]
    for batch in (3, 100):
        monkeypatch.setitem(importing.IMPORT.__dict__, "batch", batch)
        checked = await imported(house, member, lines(*documents), options={"check_only": True})
        assert [each[2] for each in await told(member, checked)] == expected, batch
    assert await saved(member) == []
    job = await imported(house, member, lines(*documents))
    outcomes = [each[2] for each in await told(member, job)]
    assert outcomes == ["saved", "saved", "existing", "refused", "saved", "refused", "existing", "saved"]
    assert len(await saved(member)) == 4
    checked = await imported(house, member, lines(*documents), options={"check_only": True})
    assert [each[2] for each in await told(member, checked)][:3] == ["existing"] * 3
    monkeypatch.setitem(importing.IMPORT.__dict__, "batch", 2)
    job = await imported(house, member, lines(*[letter("AB21", "T-9")] * 5))
    assert [each[2] for each in await told(member, job)] == ["saved"] + ["existing"] * 4


async def test_two_imports_of_one_file_at_the_same_moment_make_each_document_once(house: House) -> None:
    """OPER-04: two workers, two jobs, the numbers in opposite order: none waits crosswise, none is doubled."""
    member = await house.member()
    documents = [letter("AB11", f"P-{at}") for at in range(150)]
    files = [
        await hand_in(member, data, "a.jsonl") for data in (lines(*documents), lines(*reversed(documents)))
    ]
    ids = [(await start(member, file)).json()["id"] for file in files]
    await asyncio.gather(work(house), work(house))
    jobs = [await view(member, id) for id in ids]
    assert [(job["state"], job["done"], job["failed"]) for job in jobs] == [("done", 150, 0)] * 2
    rows = await house.sql(
        "select d.number from document d join company c on c.id = d.company_id where customs_code = $1",
        member.customs_code,
    )
    assert len(rows) == 150
    found = [[json.loads(line) for line in (await result(member, job)).splitlines()] for job in jobs]
    one, other = ({each["sender_number"]: each["number"] for each in of_job} for of_job in found)
    assert one == other


@pytest.mark.parametrize("format", ["json", "xml"])
async def test_a_step_that_was_half_done_is_done_again_once(
    house: House, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    """A worker that dies while it reads, or after it saved and before it said so, leaves nothing of that step."""
    member = await house.member()
    data = (
        lines(*[letter("AB11", f"K-{at}") for at in range(5)]) if format == "json" else XML.encode("gb18030")
    )
    monkeypatch.setitem(importing.IMPORT.__dict__, "batch", 2)
    id = (await start(member, await hand_in(member, data))).json()["id"]
    save, broken = sent.SentBefore.save, [True, True]

    async def dies(*given: Any) -> None:
        await save(*given)
        if broken and broken.pop():
            raise SystemExit("killed")

    monkeypatch.setattr(sent.SentBefore, "save", dies)
    for reading in (True, False, False):
        with nullcontext() if reading else pytest.raises(SystemExit):
            await run_due(house.worker, house.web, house.tools)
        await house.sql("update job set leased_until = '-infinity' where id = $1", id)
    await work(house)
    job = await view(member, id)
    assert (job["state"], job["done"]) == ("done", 5 if format == "json" else 1)
    assert len(await saved(member)) == job["done"]


@pytest.mark.parametrize("format", ["json", "xml"])
async def test_the_sample_of_every_type_has_the_right_names(house: House, format: str) -> None:
    """What is handed out is what is read: no name in it is unknown, no value of the wrong shape."""
    member = await house.member()
    listed = (await member.http.get("/api/definitions")).json()["items"]
    assert {each["type"] for each in listed} == {each.name for each in document_types().values()}
    [made] = [each["type"] for each in listed if not each["drafted"]]
    for route in ("samples", "spreadsheets", "form-templates"):
        refused = await member.http.get(f"/api/{route}/{made}")
        assert (refused.status_code, refused.json()["type"]) == (404, "/problems/not-found")
    for type in (each["type"] for each in listed if each["drafted"]):
        sample = await member.http.get(f"/api/samples/{type}", params={"format": format})
        assert sample.status_code == 200, sample.text
        job = await imported(house, member, sample.content, type, options={"check_only": True})
        assert (job["state"], job["total"]) == ("done", 1), (type, job["message"])
        found = await findings(member, job["id"])
        shapes = [each for each in found if "未知" in each["message"] or "应为" in each["message"]]
        assert shapes == [], type
        fields = {head.field.name for sheet in sheets_of(get_document_type(type)) for head in sheet.heads}
        assert all(name in sample.text for name in fields - {"sender_number"}) or format == "xml"
