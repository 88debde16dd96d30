"""集报清单业务统计, 期限日历, 列表导出 and what stands at their boxes (CONS-14, CONS-16)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.spreadsheets import exporting
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.merging import checking, declarations, routes
from singlewindow.subsystems.consolidated.merging.asking import Terms
from singlewindow.subsystems.consolidated.merging.deadlines import reminded
from singlewindow.subsystems.consolidated.readings import Overdue, Readings
from singlewindow.subsystems.consolidated.tests.merging_samples import DURIAN, good, listed, m1
from singlewindow.subsystems.consolidated.tests.merging_scene import AT, Stage
from tests.dry_runs import foresee
from tests.house import House
from tests.samples import put_document

SPAN = {"declared_from": "2026-10-01", "declared_to": "2026-11-30"}


@pytest.fixture
async def stage(house: House) -> Stage:
    return await Stage.of(house)


def line(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: found[name] for name in names}


async def test_statistics(stage: Stage) -> None:
    """CONS-14, FA 3.6: lists, items, packages and weights by district, flag, nature, mode and currency; what was
    merged, and into how many declarations."""
    lists = await stage.m1()
    bonded = replace(m1()["L1"], content={**m1()["L1"].content, "nature": "2", "trade_mode": "0615"})
    cny = listed("C", "2026-10-07", [good(DURIAN, "5", "2", "10.00", currency="CNY")], 1, 3)
    await stage.lists([bonded])
    await stage.lists([cny], currency="CNY")
    await stage.merge([lists["L1"], lists["L2"], lists["L4"]])
    await stage.build()
    counts = ("lists", "items", "packages", "merged", "unmerged", "declarations")
    sums = ("gross_weight", "net_weight", "total")
    found = await stage.get("statistics", None, **SPAN)
    assert [line(each, "nature", "trade_mode", "currency") for each in found["lines"]] == [
        {"nature": "1", "trade_mode": "0110", "currency": "CNY"},
        {"nature": "1", "trade_mode": "0110", "currency": "USD"},
        {"nature": "2", "trade_mode": "0615", "currency": "USD"},
    ]
    general = found["lines"][1]
    assert [general[name] for name in counts] == [5, 8, 550, 3, 2, 2]
    assert [general[name] for name in sums] == ["5775", "5500", "14960"]
    assert general["district_name"] == "5729 中山快件"
    assert [found["total"][name] for name in counts] == [7, 11, 851, 3, 4, 2]
    assert (found["total"]["district_name"], found["total"]["total"]) == ("合计", "")
    only = await stage.get("statistics", None, **SPAN, goods_nature="bonded", ie_flag="I", district="5729")
    assert [each["lists"] for each in only["lines"]] == [1]
    october = await stage.get("statistics", declared_from="2026-10-01", declared_to="2026-10-31")
    assert october["total"]["lists"] == 6
    paper = await stage.owner.http.get(f"{AT}/statistics/print", params=SPAN)
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")


def test_what_is_asked_is_written_as_the_form_writes_it() -> None:
    """CONS-13, UI-07: small letters and full-width signs of 备案号 find what the form would have made of them; numbers,
    which no form takes, are written as plainly."""
    terms = Terms()
    terms.equal(LIST.form.content, book_no=" ｘ57292600001 ", list_no=" ５729 ", number="")
    assert (str(terms), terms.values) == ("f.book_no = $1 and f.list_no = $2", ["X57292600001", "5729"])


async def test_what_was_not_accepted_is_not_counted(stage: Stage) -> None:
    """Returned, revoked and deleted lists are no business."""
    lists = await stage.m1()
    for name, status in (("L1", "8"), ("L2", "14")):
        await stage.house.sql(
            "update find_consolidated_list set status = $2 where number = $1", lists[name], status
        )
    assert (await stage.get("statistics", None, **SPAN))["total"]["lists"] == 3


@pytest.mark.parametrize(
    ("path", "asked", "at", "words"),
    [
        ("statistics", {}, "declared_from", "不可为空"),
        ("statistics", {"declared_from": "2026-01-01"}, "declared_to", "不可为空"),
        ("statistics", {"declared_from": "2025-01-01", "declared_to": "2026-11-30"}, "declared_to", "366 天"),
        (
            "statistics",
            {"declared_from": "2026-11-30", "declared_to": "2026-11-01"},
            "declared_to",
            "早于起始日期",
        ),
        ("candidates", {"declared_from": "20261101"}, "declared_from", "不是有效的日期"),
        ("declarations", {"filed_to": "2026-02-30"}, "filed_to", "不是有效的日期"),
        ("declarations/export", {}, "company_kind", "仅限报关单的境内收发货人"),
        ("declarations/export", {"company_kind": "B"}, "", "没有符合条件的集报报关单"),
        ("deadlines", {"month": "2026-13"}, "month", "不是有效的月份"),
        ("relations", {}, "list_number", "请勾选"),
        ("candidates", {"sort": "total"}, "sort", "不能按「total」排序"),
        ("declarations", {"sort": "-total"}, "sort", "不能按「total」排序"),
    ],
)
async def test_what_is_asked_wrongly_is_said_at_its_box(
    stage: Stage, path: str, asked: dict[str, str], at: str, words: str
) -> None:
    """UI-16: what is wrong, what to do, and where that is written."""
    answer = await stage.owner.http.get(f"{AT}/{path}", params=asked)
    assert answer.status_code == 422, answer.text
    [violation] = answer.json()["violations"]
    assert violation["path"] == at
    assert words in violation["message"]
    assert violation["advice"]
    assert violation["clause"]


async def test_only_the_consignee_exports_the_list(stage: Stage) -> None:
    """CONS-14: 列表导出; an agent sees his declarations, and exports none."""
    agent, lists = await stage.agent(), await stage.m1()
    await stage.merge([lists["L1"], lists["L4"]], agent.customs_code)
    await stage.build()
    answer = await stage.owner.http.get(f"{AT}/declarations/export", params={"company_kind": "B"})
    assert answer.status_code == 200, answer.text
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet[1:]] == [each["number"] for each in await stage.declarations(agent)]
    assert sheet[0][:3] == ["统一编号", "海关编号", "状态"]
    for kind in "AB":
        refused = await agent.http.get(f"{AT}/declarations/export", params={"company_kind": kind})
        assert refused.status_code == 422


def _held_while_written(patched: pytest.MonkeyPatch) -> set[int]:
    """How many transactions are open while a record of the next export is written, each number that there is."""
    open_now, seen, begin = 0, set[int](), Database.transaction

    @asynccontextmanager
    async def counted(database: Database, *given: Any) -> AsyncIterator[Transaction]:
        nonlocal open_now
        async with begin(database, *given) as transaction:
            open_now += 1
            yield transaction
        open_now -= 1

    async def written(format: str, parts: Any, records: AsyncIterator[Any], target: Path) -> None:
        async for _ in records:
            seen.add(open_now)
        await asyncio.to_thread(target.touch)

    patched.setattr(Database, "transaction", counted)
    patched.setattr(routes, "export", written)
    return seen


async def test_few_exports_are_written_at_once_and_none_without_bound(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-14, INTG-01: a company writes one at a time and all together a few, each without holding a connection;
    too many rows are refused, and a file that is not made is told in words."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L4"]])
    await stage.build()

    async def exported() -> Any:
        return await stage.owner.http.get(f"{AT}/declarations/export", params={"company_kind": "B"})

    async def busy() -> set[str]:
        answers = await asyncio.gather(exported(), exported(), exported())
        late = [each for each in answers if each.status_code == 429 and each.headers["Retry-After"]]
        assert [each.status_code for each in answers if each not in late] == [200] * (3 - len(late))
        return {each.json()["detail"] for each in late}

    assert await busy() == {exporting.OWN_BUSY}
    with monkeypatch.context() as patched:
        patched.setattr(exporting, "OF_COMPANY", 3)
        assert await busy() == set()
        patched.setattr(exporting, "AT_ONCE", 1)
        assert await busy() == {exporting.BUSY}
        open_ones = _held_while_written(patched)
        assert (await exported()).status_code == 200
        assert open_ones == {0}
    with monkeypatch.context() as patched:
        patched.setattr(declarations, "MOST_EXPORTED", 0)
        refused = await exported()
    assert (refused.status_code, refused.json()["violations"][0]["rule"]) == (422, "declarations.many")
    with monkeypatch.context() as patched:
        patched.setattr(exporting, "CHILD", Path("/nowhere"))
        failed = await exported()
    assert (failed.status_code, failed.json()["type"]) == (500, "/problems/cannot-export")
    assert (await exported()).status_code == 200


async def test_declarations_are_found_by_their_conditions(stage: Stage) -> None:
    """CONS-14: 是否结关, 进出口标志, 统一编号, 申报日期; a draft has none."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L4"]])
    await stage.build()
    numbers = [each["number"] for each in await stage.declarations()]
    await stage.house.sql(
        "update find_consolidated_declaration set status = '10', declared_on = '2026-11-05' where number = $1",
        numbers[0],
    )
    for asked, expected in (
        ({"closed": "yes"}, numbers[:1]), ({"closed": "no"}, numbers[1:]), ({"ie_flag": "E"}, []),
        ({"number": numbers[1]}, numbers[1:]), ({"entry_type": "0"}, numbers), ({"status": "10"}, numbers[:1]),
        ({"declared_from": "2026-11-05", "declared_to": "2026-11-05"}, numbers[:1]),
        ({"filed_from": "2026-11-09", "filed_to": "2026-11-09"}, numbers), ({"filed_to": "2026-11-08"}, []),
    ):  # fmt: skip
        assert [each["number"] for each in await stage.declarations(**asked)] == expected, asked


async def test_the_calendar_says_what_is_due(stage: Stage) -> None:
    """CONS-16: lists of October until the tenth of November, bonded ones until its end; what ends that month."""
    lists = await stage.m1()
    bonded = replace(m1()["L1"], content={**m1()["L1"].content, "nature": "2"})
    await stage.lists([bonded])
    await stage.house.sql("update find_consolidated_list set status = '7' where number = $1", lists["L2"])
    qualification = {"district": "5729", "nature": "1", "guarantee_until": "20271120"}
    number = await put_document(
        stage.house, stage.owner, "consolidated.qualification", qualification, "7", valid_until="2026-11-20"
    )
    await stage.house.sql(
        "update find_consolidated_qualification set guarantee_until = '20261120' where number = $1", number
    )
    found = (await stage.get("deadlines", month="2026-11"))["items"]
    kinds = [(each["day"], each["kind"], each["count"], each["pending"], each["days_left"]) for each in found]
    assert kinds == [
        ("2026-11-10", "merge", 3, 1, 1), ("2026-11-20", "guarantee", 1, 0, 11),
        ("2026-11-20", "qualification", 1, 0, 11), ("2026-11-30", "merge", 1, 0, 21),
    ]  # fmt: skip
    assert (
        found[0]["text"] == "2026-10 海关接受的一般贸易进口集报清单：3 份已结关、尚未汇总，另有 1 份尚未结关"
    )
    assert [each["preset"].get("goods_nature") for each in found] == ["general", None, None, "bonded"]
    assert found[1]["number"] == number
    december = (await stage.get("deadlines", month="2026-12"))["items"]
    assert [(each["day"], each["count"]) for each in december] == [("2026-12-10", 1)]
    await stage.merge([lists["L1"], lists["L3"], lists["L4"]])
    assert (await stage.get("deadlines", month="2026-11"))["items"][0]["count"] == 0


async def test_what_is_left_in_the_grey_guarantee_of_bonded_goods_has_no_deadline(stage: Stage) -> None:
    """CONS-02, CONS-16: it counts for nothing, and need not even be a day."""
    content = {"district": "5729", "nature": "2"}
    await put_document(
        stage.house, stage.owner, "consolidated.qualification", content, "7", valid_until="2026-11-20"
    )
    for left in ("20261115", "20261131"):
        await stage.house.sql("update find_consolidated_qualification set guarantee_until = $1", left)
        found = (await stage.get("deadlines", month="2026-11"))["items"]
        assert [(each["day"], each["kind"]) for each in found] == [("2026-11-20", "qualification")]
        lines = (await stage.owner.http.get("/api/reminders")).json()["items"]
        assert ["担保" in each["text"] for each in lines] == [False]


async def test_the_home_page_reminds(stage: Stage) -> None:
    """CONS-16: ten days before the tenth, and after it as long as lists wait."""
    await stage.m1()
    for today, expected in (
        (date(2026, 10, 30), []), (date(2026, 11, 1), [("merge", 4)]), (date(2026, 11, 12), [("merge", 4)]),
        (date(2026, 12, 25), [("merge", 4), ("merge", 1)]), (date(2027, 1, 2), []),
    ):  # fmt: skip
        await stage.set(today)
        [ids] = await stage.house.sql(
            "select id from company where customs_code = $1", stage.owner.customs_code
        )
        async with stage.house.owner.transaction() as transaction:
            transaction.actor = replace(transaction.actor, company_id=ids["id"])
            assert [(each.kind, each.count) for each in await reminded(transaction)] == expected, today


@pytest.mark.parametrize(
    ("overdue", "words", "row_says"),
    [
        ("warn", "请尽快汇总", "已逾期：海关"),
        ("refuse", "不能再汇总，请向申报地海关咨询", "已逾期，不能再汇总：海关"),
    ],
)
async def test_what_is_late_is_urged_where_it_can_be_merged(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, overdue: Overdue, words: str, row_says: str
) -> None:
    """CONS-16: home page, calendar, 集报清单汇总 and the refusal say the same: none asks for what 汇总 refuses (令169
    第十三条, as SINGLEWINDOW_CONSOLIDATED_OVERDUE reads it)."""
    lists = await stage.m1()
    await stage.set(date(2026, 11, 12))
    monkeypatch.setattr(checking, "readings", lambda: Readings(overdue=overdue))
    [line] = (await stage.owner.http.get("/api/reminders")).json()["items"]
    [term] = (await stage.get("deadlines", month="2026-11"))["items"]
    assert f"已逾期，{words}" in line["text"]
    assert f"已逾期，{words}" in term["text"]
    row = (await stage.get("candidates", **line["preset"]))["items"][0]
    assert (row["message"].startswith(row_says), row["may"]["allowed"]) == (True, overdue == "warn")
    answer = (await stage.preview([lists["L1"]])).json()
    [said] = answer["warnings"] if overdue == "warn" else answer["violations"]
    assert row_says in said["message"]


async def test_until_which_day_lists_are_merged_is_as_it_is_set(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-16: 集报清单汇总 is told the day that SINGLEWINDOW_CONSOLIDATED_MERGE_DAY sets, before it has a list."""
    assert (await stage.get("merges"))["merge_day"] == 10
    monkeypatch.setattr(routes, "readings", lambda: Readings(merge_day=15))
    assert (await stage.get("merges"))["merge_day"] == 15


async def test_what_a_reminder_opens_shows_the_lists_that_it_is_about(stage: Stage) -> None:
    """CONS-16, CONS-13: late ones of two months ago, import and export, general and bonded each for themselves."""
    first = m1()["L1"]
    kinds = [{"ie_flag": flag, "nature": nature} for flag in ("I", "E") for nature in ("1", "2")]
    await stage.lists([replace(first, content={**first.content, **kind}) for kind in kinds])
    await stage.set(date(2026, 12, 12))
    lines = (await stage.owner.http.get("/api/reminders")).json()["items"]
    late = [each for each in lines if each["page"] == "merge"]
    assert [("逾期" in each["text"], each["preset"]["ie_flag"]) for each in late] == [
        (True, "E"),
        (True, "I"),
    ] * 2
    found = [(await stage.get("candidates", **each["preset"]))["items"] for each in late]
    assert [len(each) for each in found] == [1, 1, 1, 1]
    assert len({rows[0]["number"] for rows in found}) == 4


async def test_a_line_of_the_home_page(stage: Stage) -> None:
    """CONS-16: it says how many lists, until when, and leads to 集报清单汇总."""
    await stage.m1()
    found = (await stage.owner.http.get("/api/reminders")).json()["items"]
    text = "2026-10 海关接受的一般贸易进口集报清单：4 份已结关、尚未汇总，请于 2026-11-10 前（含当日）汇总"
    assert [(each["page"], each["text"], each["days"]) for each in found] == [
        ("merge", f"集报一般贸易进口清单汇总：{text}", 2)
    ]
    assert (await (await stage.house.member()).http.get("/api/reminders")).json()["items"] == []


async def test_a_declaration_is_made_by_merging_alone(stage: Stage) -> None:
    """CONS-15, UI-16: whoever saves or imports one is told in words why it cannot be."""
    saved = await stage.owner.http.post(f"/api/documents/{DECLARATION.name}", json={"content": {}})
    assert (saved.status_code, saved.json()["detail"]) == (
        409, "这类单据不能录入、修改或导入",
    )  # fmt: skip
    assert saved.json()["advice"] == "请从生成这类单据的业务办理"


async def test_a_merged_declaration_is_looked_at_before_it_is_declared(stage: Stage) -> None:
    """CONS-14, INTG-01: the dry run of what nobody saves: as it is stored, without its content or with it; any
    other content, and a new one, is refused."""
    lists = await stage.m1()
    await stage.merge([lists["L1"]])
    await stage.build()
    [number] = [each["number"] for each in await stage.declarations()]
    view = await stage.owner.view(DECLARATION.name, number)
    for asked in ({}, {"content": view["content"]}):
        found = await foresee(stage.owner, DECLARATION.name, number=number, **asked)
        assert (found["would_be"], found["action"], found["refusal"]) == ("accepted", "declare", None), asked
        assert found["values"] == view["content"]
    changed = view["content"] | {"note": "别的"}
    for other in ({"content": view["content"]}, {"number": number, "content": changed}):
        wrong = await foresee(stage.owner, DECLARATION.name, **other)
        assert wrong["refusal"]["detail"] == "这类单据不能录入、修改或导入"
