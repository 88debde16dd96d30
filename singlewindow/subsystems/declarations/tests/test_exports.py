"""Exported data: made in steps, fetched in three formats, the question before a part (PRNT-03, -07, -08, -11)."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from singlewindow.kernel.exchange.worker import sweep
from singlewindow.kernel.jobs import runner
from singlewindow.kernel.spreadsheets import exporting
from singlewindow.kernel.spreadsheets.exporting import ExportFailed
from singlewindow.subsystems.declarations import export_job, rules
from singlewindow.subsystems.declarations import work as chapter_work
from singlewindow.subsystems.declarations.keeping import kept_until
from singlewindow.subsystems.declarations.tests.scene import (
    BASE,
    applied,
    declaration,
    done,
    publish,
    results,
    scene,
    view,
)
from tests.house import House, Member
from tests.kernel.jobs import work


class Killed(BaseException):
    """A worker that ends in the middle of a step: nothing after it is done."""


@pytest.fixture
async def clock(house: House) -> AsyncIterator[Callable[[timedelta], Any]]:
    """Moves business time; put right at the end."""
    yield lambda shift: house.sql("update clock set shift = $1", shift)
    await house.sql("update clock set shift = '0', frozen = null")


async def data_of(member: Member, application: str, format: str = "xlsx", **more: Any) -> httpx.Response:
    return await member.http.get(f"{BASE}/applications/{application}/data", params={"format": format, **more})


def numbers_in(answer: httpx.Response) -> list[str]:
    """海关编号 of the rows of sheet 表头."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name("表头")
    heads, *rows = sheet.to_python()
    at = heads.index("海关编号")
    return [str(row[at]) for row in rows]


async def test_data_of_an_application_as_workbook_csv_and_json(house: House) -> None:
    """PRNT-03, PRNT-07: one row for each declaration; 导出 delivers all of the application, numbers as texts."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member, contract_no=f"合同{n}") for n in range(3)))
    application = await done(house, member, numbers, "export")
    rows = await results(member, "export", application=application)
    assert [(row["state"], row["state_name"], row["sealed"]) for row in rows] == [
        ("1", "数据已生成", False)
    ] * 3
    assert [row["may"]["export"]["allowed"] for row in rows] == [True] * 3
    assert not any(row["may"][each]["allowed"] for row in rows for each in ("print", "log"))
    book = await data_of(member, application)
    assert book.status_code == 200, book.text
    assert application in book.headers["content-disposition"]
    assert numbers_in(book) == numbers
    plain = await data_of(member, application, "json")
    assert (plain.status_code, plain.headers["content-type"]) == (200, "application/json")
    assert [each["number"] for each in _declarations(plain.json())] == numbers
    parts = await data_of(member, application, "csv")
    assert parts.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(parts.content)) as archive:
        assert archive.testzip() is None
        assert any(numbers[2] in archive.read(name).decode("utf-8-sig") for name in archive.namelist())
    assert (await data_of(member, application, "exe")).status_code == 422


def _declarations(found: Any) -> list[dict[str, Any]]:
    """The declarations of the json file, whatever stands around them."""
    if isinstance(found, list):
        return found
    [rows] = [each for each in found.values() if isinstance(each, list)]
    return rows


async def test_where_some_failed_it_asks_first(house: House) -> None:
    """PRNT-07: 报关单号 XXX数据生成失败，请确认是否继续导出？ and after 确定 the others."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member, goods=None), declaration(member))
    application = await done(house, member, numbers, "export")
    rows = {row["number"]: row for row in await results(member, "export", application=application)}
    failed = rows[numbers[1]]
    assert (failed["state"], failed["state_name"], "没有商品数据" in failed["why"]) == (
        "2",
        "数据生成失败",
        True,
    )
    assert not failed["may"]["export"]["allowed"]
    asked = await data_of(member, application)
    assert (asked.status_code, asked.json()["type"]) == (409, "/problems/partial-data")
    assert asked.json()["detail"] == f"报关单号 {numbers[1]}数据生成失败，请确认是否继续导出？"
    for format in ("xlsx", "json", "csv"):
        assert (await data_of(member, application, format, partial=True)).status_code == 200
    assert numbers_in(await data_of(member, application, partial=True)) == [numbers[0], numbers[2]]
    assert [row["number"] for row in await results(member, "export", application=application, state="2")] == [
        numbers[1]
    ]
    assert len(await results(member, "export", application=application, state="3")) == 3  # 全部


async def test_the_question_names_twenty(house: House) -> None:
    """PRNT-07: of more, the count."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member, goods=[]) for _ in range(22)), declaration(member))
    application = await done(house, member, numbers, "export")
    asked = (await data_of(member, application)).json()["detail"]
    assert asked == f"报关单号 {'、'.join(numbers[:20])}等 22 份数据生成失败，请确认是否继续导出？"


async def test_where_all_failed_or_it_is_not_done_there_is_nothing_to_be_had(house: House) -> None:
    """PRNT-07: in words, and what to do."""
    member = await scene(house)
    numbers = await publish(house, declaration(member, goods=[]))
    application = (await applied(member, numbers, "export"))["number"]
    [row] = await results(member, "export", application=application)
    assert (row["state"], row["state_name"]) == ("0", "生成中")
    waiting = await data_of(member, application)
    assert (waiting.status_code, "正在生成" in waiting.json()["detail"]) == (409, True)
    await work(house)
    for partial in (False, True):
        nothing = await data_of(member, application, partial=partial)
        assert (nothing.status_code, "数据生成失败" in nothing.json()["detail"]) == (409, True)
        assert nothing.json()["advice"]


async def test_data_are_as_they_were_when_generated(house: House) -> None:
    """PRNT-08: a later change at customs changes nothing of it, in no format."""
    member = await scene(house)
    number, data = declaration(member, contract_no="第一份")
    await publish(house, (number, data))
    application = await done(house, member, [number], "export")
    await publish(house, (number, {**data, "contract_no": "第二份"}), seq=2)
    [kept] = _declarations((await data_of(member, application, "json")).json())
    assert kept["contract_no"] == "第一份"


async def test_after_a_natural_month_the_data_are_gone(house: House, clock: Any) -> None:
    """PRNT-08: the row stays, grey; the data are swept."""
    member = await scene(house)
    numbers = await publish(house, declaration(member))
    application = await done(house, member, numbers, "export")
    await clock(kept_until(datetime.now(UTC)) - datetime.now(UTC) + timedelta(seconds=1))
    [row] = await results(member, "export", application=application)
    assert (row["expired"], row["may"]["export"]) == (
        True,
        {"allowed": False, "why": "已超过保存期限，请重新申请"},
    )
    answer = await data_of(member, application)
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/gone")
    await sweep(house.worker)
    assert not await house.sql("select from file where name like $1", f"%{application}%")
    assert not await house.sql("select from file where name = $1", f"{numbers[0]}.json")
    assert (await data_of(member, application, "csv")).status_code == 410


async def test_a_killed_worker_neither_doubles_nor_loses(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-11: also killed while the workbook is written."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member) for _ in range(230)))
    application = (await applied(member, numbers, "export"))["number"]
    whole, steps = chapter_work.record, 0

    async def dies_in_the_second(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        made = await whole(*given)
        if steps == 2:
            raise Killed
        return made

    monkeypatch.setattr(chapter_work, "record", dies_in_the_second)
    with pytest.raises(Killed):
        await work(house)
    assert (await view(member, application))["done"] == 200
    await house.sql("update job set leased_until = now()")
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["total"], seen["done"]) == ("done", 230, 230)
    assert numbers_in(await data_of(member, application)) == numbers
    [kept] = await house.sql(
        "select count(*) as n from file where name = any($1)", [f"{n}.json" for n in numbers]
    )
    assert kept["n"] == 230


async def test_a_stopped_export_is_had_once_it_went_on(house: House, clock: Any) -> None:
    """PRNT-11: its data are complete or not handed out."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member) for _ in range(210)))
    application = (await applied(member, numbers, "export"))["number"]
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    await member.http.post(f"{BASE}/applications/{application}/stop")
    await work(house)
    assert not await house.sql("select from file where name like $1", f"%{application}%")  # nor written
    answer = await data_of(member, application, partial=True)
    assert (answer.status_code, "还有 10 份没有生成" in answer.json()["detail"]) == (409, True)
    await clock(timedelta(days=33))  # its month ends for what was not generated, too (PRNT-08)
    answer = await data_of(member, application, partial=True)
    assert (answer.status_code, answer.json()["detail"]) == (410, f"申请 {application} {rules.GONE}")
    await clock(timedelta(0))
    await member.http.post(f"{BASE}/applications/{application}/resume")
    await work(house)
    assert numbers_in(await data_of(member, application)) == numbers


async def test_a_workbook_that_could_not_be_written_is_not_called_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-07, PRNT-11: the words say that it may go on; then it is there."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member))
    application = (await applied(member, numbers, "export"))["number"]

    async def fails(*given: Any) -> int:
        raise ExportFailed("no room")

    with monkeypatch.context() as patched:
        patched.setattr(export_job, "export_declarations", fails)
        for _ in range(10):
            await house.sql("update job set leased_until = now()")
            await work(house)
    assert (await view(member, application))["state"] == "failed"
    answer = await data_of(member, application)
    assert (answer.status_code, "继续生成" in answer.json()["detail"]) == (409, True)
    assert (await data_of(member, application, "csv")).status_code == 409
    rows = await results(member, "export", application=application)
    assert [(row["state"], row["may"]["export"]) for row in rows] == [
        ("1", {"allowed": False, "why": rules.UNWRITTEN})
    ] * 2
    await house.sql("update declarations_application set job_id = null where number = $1", application)
    assert (await view(member, application))["state"] == "failed", "also when its job was swept"
    assert (await member.http.post(f"{BASE}/applications/{application}/resume")).status_code == 200
    await work(house)
    assert numbers_in(await data_of(member, application)) == numbers


@pytest.mark.parametrize("format", ["csv", "json"])
async def test_data_that_are_swept_on_the_way_are_not_handed_out_in_part(house: House, format: str) -> None:
    """PRNT-08: a part would look like the whole."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member))
    application = await done(house, member, numbers, "export")
    await house.sql("delete from file where name = $1", f"{numbers[0]}.json")
    answer = await data_of(member, application, format)
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/gone")


async def test_a_company_has_one_file_written_at_a_time(house: House) -> None:
    """PRNT-07: who asks for a second is asked to wait; the workbook, which is there, is had at any time."""
    member = await scene(house)
    application = await done(house, member, await publish(house, declaration(member)), "export")
    answers = await asyncio.gather(*(data_of(member, application, each) for each in ("csv", "json", "xlsx")))
    assert sorted(each.status_code for each in answers) == [200, 200, 429]
    assert answers[2].status_code == 200
    told = next(each.json()["detail"] for each in answers if each.status_code == 429)
    assert told == f"{exporting.OWN_BUSY}，或导出 xlsx"
    assert (await data_of(member, application, "csv")).status_code == 200
