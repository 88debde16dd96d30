"""Import of many documents from a workbook (GATE-11, CONS-17, INTG-02, UI-16)."""

from __future__ import annotations

import asyncio
import threading
from datetime import date, datetime
from typing import Any

import pytest

from singlewindow.kernel.jobs.runner import run_due
from singlewindow.kernel.spreadsheets import importing, results
from singlewindow.kernel.spreadsheets.layout import KEY_HINT
from singlewindow.kernel.spreadsheets.workbook import Book
from tests.house import House, Member
from tests.kernel.jobs import TYPE, findings, hand_in, imported, start, view, work
from tests.kernel.spans import this_week
from tests.workbooks import GOODS, HEADER, letters, sheet_of, workbook

GREY = ("applicant_code", "letter_no")


async def saved(member: Member) -> list[dict[str, Any]]:
    """The company's drafts, the oldest first."""
    found = await member.http.get(
        f"/api/documents/{TYPE}", params={**this_week(), "sort": "number", "size": 100}
    )
    assert found.status_code == 200, found.text
    return [await member.view(TYPE, row["number"]) for row in found.json()["items"]]


async def test_each_document_is_saved_as_a_draft_with_its_rows(house: House) -> None:
    """GATE-11: header and rows are joined by 序号; codes and names are taken alike; numbers and dates as texts."""
    member = await house.member()
    data = letters(
        [
            [1, "AB11", "2", "远洋", None],
            ["2", "ab12", "水路运输", "东方", "第二"],
            [3.0, "AB13", "4 公路运输", None, "=1+1"],
        ],
        [
            [2, "苹果", 12.5, "A1"],
            [1, "梨", "3", "B2"],
            [1, "桃", 0.1 + 0.2, "B3"],
            [3, "李", 7, None],
        ],
    )
    job = await imported(house, member, data)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 3, 3, 0)
    views = await saved(member)
    assert all(view["content"]["letter_no"].endswith(view["number"][-13:]) for view in views)
    contents = [{k: v for k, v in view["content"].items() if k not in {*GREY, "answers"}} for view in views]
    assert contents == [
        {
            "reference": "AB11", "transport": "2", "vessel": "远洋",
            "goods": [
                {"name": "梨", "weight": "3", "vessel_mark": "B2"},
                {"name": "桃", "weight": "0.3", "vessel_mark": "B3"},
            ],
        },
        {
            "reference": "AB12", "transport": "2", "vessel": "东方", "remark": "第二",
            "goods": [{"name": "苹果", "weight": "12.5", "vessel_mark": "A1"}],
        },
        {"reference": "AB13", "transport": "4", "remark": "=1+1", "goods": [{"name": "李", "weight": "7"}]},
    ]  # fmt: skip
    assert {(each["status"]["name"], each["version"]) for each in await saved(member)} == {("暂存", 1)}


async def test_a_wrong_cell_refuses_its_document_and_no_other(house: House) -> None:
    """GATE-11: nothing is saved by halves; each finding names sheet, row, column, head, and what to do (UI-16)."""
    member = await house.member()
    data = letters(
        [
            [1, "AB21", "2", "远洋", None],
            [2, "wrong", "U", None, None],
            [3, "AB23", "4", None, None],
            [4, "AB24", "4", None, None],
        ],
        [
            [1, "梨", "3", "B2"],
            [3, "桃", "many", None],
            [3, "李", 123456789012345678, None],
            [4, "杏", "2000", None],
        ],
    )
    job = await imported(house, member, data)
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 4, 1, 3)
    assert [each["content"]["reference"] for each in await saved(member)] == ["AB21"]
    found = await findings(member, job["id"])
    assert [(f["sheet"], f["row"], f["column"], f["head"], f["value"]) for f in found] == [
        ("表头", 3, "B", "申请事项编号", "wrong"),
        ("表头", 3, "C", "运输方式", "U"),
        ("货物", 3, "C", "重量", "many"),
        ("货物", 4, "C", "重量", "1.23456789012346e+17"),
        ("货物", 5, "A", "序号", "4"),
    ]
    assert ("没有代码 U" in found[1]["message"], "代码表" in found[1]["advice"]) == (True, True)
    assert "超过 15 位的数字已被表格软件改变" in found[3]["message"]
    assert "货物总重 2000 千克" in found[4]["message"]
    assert all(f["advice"] and f["clause"] for f in found)


async def test_the_result_can_be_corrected_and_handed_in_again(house: House) -> None:
    """GATE-11: the list of errors is a workbook that holds the refused documents, and only those, as they were."""
    member = await house.member()
    data = letters(
        [[1, "AB31", "4", None, None], [2, "=bad", "4", None, "甲"]],
        [[1, "梨", "3", None], [2, "桃", 4.5, None]],
    )
    job = await imported(house, member, data)
    assert job["result"]["name"] == "样例申请导入结果.xlsx"
    made = await member.http.get(f"/api/jobs/{job['id']}/result")
    assert made.headers["content-disposition"].startswith("attachment")
    listed = sheet_of(made.content, "错误清单")
    assert listed[1][:6] == ["2", "表头", "3", "B", "申请事项编号", "=BAD"] or listed[1][5] == "=bad"
    [number] = [each["number"] for each in await saved(member)]
    assert sheet_of(made.content, "已暂存")[1:] == [["1", number, "", ""]]
    again = sheet_of(made.content, "表头")
    assert again[2] == ["2", "=bad", "4", "", "甲", "", "", "", ""]
    assert sheet_of(made.content, "货物")[2] == ["2", "桃", 4.5, "", ""]
    again[2][1] = "AB32"
    repaired = workbook({"表头": again, "货物": sheet_of(made.content, "货物"), "错误清单": listed})
    assert (await imported(house, member, repaired))["done"] == 1
    assert [each["content"]["reference"] for each in await saved(member)] == ["AB31", "AB32"]


async def test_the_result_is_written_some_documents_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GATE-11: however many there are, the worker holds few and goes on with its other work meanwhile."""
    monkeypatch.setattr(results, "LISTED", 2)
    loop, threads, write = threading.get_ident(), set(), Book.put

    def put(*given: Any, **more: Any) -> None:
        threads.add(threading.get_ident())
        write(*given, **more)

    member = await house.member()
    names = ["AB11", "bad", "AB12", "AB13", "worse", "AB14", "no", "AB15"]
    file = await hand_in(member, letters([[at, name, "4", None, None] for at, name in enumerate(names, 1)]))
    id = (await start(member, file)).json()["id"]
    for _ in range(2):
        await run_due(house.worker, house.web, house.tools)
    monkeypatch.setattr(Book, "put", put)
    await work(house)
    made = (await member.http.get(f"/api/jobs/{id}/result")).content
    assert [row[0] for row in sheet_of(made, "错误清单")[1:]] == ["2", "5", "7"]
    assert [row[0] for row in sheet_of(made, "已暂存")[1:]] == ["1", "3", "4", "6", "8"]
    assert threads - {loop}, "beside the loop"


async def test_the_template_is_what_is_read(house: House) -> None:
    """GATE-11: heads in Chinese, obligatory ones marked, elements below, codes on a sheet; it is imported."""
    member = await house.member()
    made = await member.http.get(f"/api/spreadsheets/{TYPE}")
    assert made.status_code == 200, made.text
    header, goods, codes = (sheet_of(made.content, title) for title in ("表头", "货物", "代码表"))
    assert header == [
        [*HEADER, "收货单位代码", "答复期限", "到访时间", "自编号"],
        [
            KEY_HINT, "RefNo", "TrafMode；代码或名称", "Vessel", "Remark", "RcvCode", "AnswerBy；YYYY-MM-DD",
            "VisitAt；YYYY-MM-DD HH:MM", "",
        ],
    ]  # fmt: skip
    assert goods == [[*GOODS, "商品编号"], [KEY_HINT, "GName", "Weight；数字", "Hold", "CodeTS；代码或名称"]]
    assert codes[0] == ["商品编号", "运输方式"]
    assert "2 水路运输" in [row[1] for row in codes]
    empty = await imported(house, member, made.content)
    assert (empty["state"], empty["message"]) == (
        "failed", "工作簿中没有填写任何单据。怎么办：请从第 3 行起填写后重新导入",
    )  # fmt: skip
    filled = workbook(
        {"表头": [*header, ["1", "AB41", "2 水路运输", "远洋"]], "货物": [*goods, ["1", "梨", "3", "A"]]}
    )
    assert (await imported(house, member, filled))["done"] == 1
    assert (await saved(member))[0]["content"]["transport"] == "2"


async def test_a_moment_is_read_as_it_was_typed_or_kept(house: House) -> None:
    """APPT-02: a text in any way of writing, a cell that the program keeps as date and time; a day alone is refused."""
    member = await house.member()
    head = [*HEADER, "收货单位代码", "答复期限", "到访时间"]
    cells = [
        "2026112710",
        "2026/11/27 9:30",
        datetime(2026, 11, 28, 14, 0),  # noqa: DTZ001
        datetime(2026, 11, 28),  # noqa: DTZ001
        "2026-02-30 10:00",
    ]
    rows = [[at, f"AB6{at}", "4", None, None, None, None, cell] for at, cell in enumerate(cells, 1)]
    goods = [[at, "梨", "3", None] for at in range(1, 6)]
    file = workbook({"表头": [head, *rows], "货物": [[*GOODS], *goods]})
    job = await imported(house, member, file)
    assert (job["done"], job["failed"]) == (3, 2)
    assert [(each["content"]["visit_at"], each["content"]["visit_end"]) for each in await saved(member)] == [
        ("2026-11-27 10:00", "2026-11-27 12:00"),
        ("2026-11-27 09:30", "2026-11-27 11:30"),
        ("2026-11-28 14:00", "2026-11-28 16:00"),
    ]
    found = await findings(member, job["id"])
    assert [(f["row"], f["column"], f["head"], f["message"]) for f in found] == [
        (5, "H", "到访时间", "请按 YYYY-MM-DD HH:MM 填写日期和时间"),
        (6, "H", "到访时间", "「到访时间」不是有效的时间"),
    ]
    assert all(f["advice"] and f["clause"] for f in found)


async def test_what_only_checks_saves_nothing(house: House) -> None:
    """GATE-11: the page says how many will be saved before anything is."""
    member = await house.member()
    data = letters([[1, "AB51", "4", None, None], [2, "bad", "4", None, None]])
    job = await imported(house, member, data, options={"check_only": True})
    assert (job["done"], job["failed"], job["options"]) == (1, 1, {"check_only": True})
    assert await saved(member) == []
    assert (await imported(house, member, data))["done"] == 1, "having checked a file is not having sent it"
    assert len(await saved(member)) == 1


async def test_a_file_that_is_sent_twice_is_asked_about(house: House) -> None:
    """GATE-11, INTG-02: the same bytes do not double; who means it says so; a colleague is told too."""
    member = await house.member()
    data = letters([[1, "AB61", "4", None, None]])
    await imported(house, member, data)
    for other in (member, await house.member(member.customs_code)):
        file = await hand_in(other, data)
        refused = await start(other, file)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/sent-before")
        assert "已完成 1 份" in refused.json()["detail"]
    assert len(await saved(member)) == 1
    assert (await start(other, file, again=True)).status_code == 201
    await work(house)
    assert len(await saved(member)) == 2
    stranger = await house.member()
    assert (await start(stranger, await hand_in(stranger, data))).status_code == 201


async def test_the_same_request_twice_is_one_job(house: House) -> None:
    """INTG-02: an idempotency key answers with the job of then, also when both come at once; not for another type."""
    member = await house.member()
    file = await hand_in(member, letters([[1, "AB71", "4", None, None]]))
    first, second = await asyncio.gather(start(member, file, key="k1"), start(member, file, key="k1"))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    await work(house)
    assert (await start(member, file, key="k1")).json()["done"] == 1
    assert len(await saved(member)) == 1
    assert (await start(member, file, type="_load", key="k1")).status_code == 422


async def test_a_key_stands_for_one_file_and_one_wish(house: House) -> None:
    """UI-16: the same key with another file, or with 只检查, is refused; else nobody would see that nothing is done."""
    member = await house.member()
    one, other = (letters([[1, name, "4", None, None]]) for name in ("AB11", "AB12"))
    first = await start(member, await hand_in(member, one), key="k1")
    assert first.status_code == 201
    refused = await start(member, await hand_in(member, other), key="k1")
    assert (refused.status_code, refused.json()["violations"][0]["rule"]) == (422, "request.idempotency")
    file = await hand_in(member, one)
    assert (await start(member, file, key="k1", options={"check_only": True})).status_code == 422
    assert (await start(member, file, key="k1")).json()["id"] == first.json()["id"]
    await work(house)


async def test_two_imports_at_once(house: House) -> None:
    """OPER-04: two companies and two workers; each company gets its own documents, each once."""
    one, two = await house.member(), await house.member()
    jobs = []
    for member, mark in ((one, "AC"), (two, "AD")):
        data = letters([[at, f"{mark}{at:04d}", "4", None, None] for at in range(1, 251)])
        jobs.append((member, mark, (await start(member, await hand_in(member, data))).json()["id"]))
    await asyncio.gather(work(house), work(house))
    for member, mark, id in jobs:
        while (job := await view(member, id))["state"] in ("queued", "running"):
            await work(house)
        assert (job["done"], job["failed"]) == (250, 0)
        rows = await house.sql(
            "select reference from find__template f join company c on c.id = f.company_id where customs_code = $1",
            member.customs_code,
        )
        assert sorted(row["reference"] for row in rows) == [f"{mark}{at:04d}" for at in range(1, 251)]


async def test_what_joins_is_checked(house: House) -> None:
    """GATE-11: a 序号 that is missing, doubled, or belongs to no header is an error with its place."""
    member = await house.member()
    data = letters(
        [[1, "AB81", "4", None, None], [1, "AB82", "4", None, None], [None, "AB83", "4", None, None],
         [5, "AB85", "4", None, None]],
        [[9, "梨", "3", None], [None, "桃", "4", None], [5, "李", "5", None]],
    )  # fmt: skip
    job = await imported(house, member, data)
    assert (job["done"], job["failed"]) == (1, 5)
    found = [(f["sheet"], f["row"], f["column"], f["message"]) for f in await findings(member, job["id"])]
    assert found == [
        ("表头", 2, "A", "「序号」1 重复（第 2、3 行）"),
        ("表头", 3, "A", "「序号」1 重复（第 2、3 行）"),
        ("表头", 4, "A", "「序号」没有填写"),
        ("货物", 2, "A", "「表头」中没有序号 9"),
        ("货物", 3, "A", "「序号」没有填写"),
    ]
    assert [each["content"]["goods"][0]["name"] for each in await saved(member)] == ["李"]


async def test_what_a_spreadsheet_made_of_a_cell_is_said_not_guessed(house: House) -> None:
    """GATE-11: dates in texts, error values, truth values, lost zeros."""
    member = await house.member()
    data = letters(
        [
            [1, "AB91", "4", None, date(2026, 11, 26)],
            [2, "AB92", "4", None, True],
            [3, 1234, "4", None, "=1/0"],
            [4, "AB94", 99, None, None],
        ]
    )
    data = workbook_with_error(data)
    job = await imported(house, member, data)
    found = await findings(member, job["id"])
    assert [(f["row"], f["column"], f["message"]) for f in found][:2] == [
        (2, "E", "「备注」已被表格软件改为日期 2026-11-26"),
        (3, "E", "「备注」是逻辑值 TRUE，不是文字"),
    ]
    assert any(f["message"] == "「备注」是公式的错误值" for f in found)
    assert any("开头的 0 会丢失" in f["advice"] for f in found if f["row"] == 5)


def workbook_with_error(data: bytes) -> bytes:
    """The workbook, with an error value in E4."""
    import io
    import zipfile

    from tests.workbooks import changed

    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    at = sheet.index('<c r="E4"')
    end = sheet.index("</c>", at) + 4
    sheet = f'{sheet[:at]}<c r="E4" t="e"><f>1/0</f><v>#DIV/0!</v></c>{sheet[end:]}'
    return changed(data, **{"xl/worksheets/sheet1.xml": sheet.encode()})


async def test_a_step_ends_before_a_thousand_rows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """GATE-11: documents with many rows go by fewer in a step, so that the worker's messages wait for none of them."""
    member = await house.member()
    rows = {1: 49, 2: 49, 3: 199, 4: 2, 5: 1}
    data = letters(
        [[at, f"AB6{at}", "4", None, None] for at in rows],
        [[at, "梨", "1", None] for at, many in rows.items() for _ in range(many)],
    )
    monkeypatch.setitem(importing.IMPORT.__dict__, "most_weight", 100)
    while await run_due(house.worker, house.web, house.tools):
        pass  # what tests before it left
    job = (await start(member, await hand_in(member, data), options={"check_only": True})).json()
    seen = []
    while await run_due(house.worker, house.web, house.tools):
        now = await view(member, job["id"])
        seen.append(now["done"] + now["failed"])
    assert seen == [0, 2, 3, 5, 5], "two to the brim, the heavy one alone, the rest"
    assert importing.ROWS == 1_000
    [kept] = await house.sql(
        "select array_agg(weight order by no) as w from job_item where job_id = $1", job["id"]
    )
    assert kept["w"] == [1 + many for many in rows.values()]
