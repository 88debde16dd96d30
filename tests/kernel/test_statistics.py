"""Business statistics: counts and sums by dimensions, the own company alone (GATE-09, CONS-14)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest

from singlewindow.kernel.documents import statistics
from singlewindow.kernel.documents.search import Where, filters
from singlewindow.kernel.jobs.files import XLSX
from singlewindow.kernel.printing.figures import workbook_of
from singlewindow.kernel.subsystem import Dimension, DocumentType, Statistics, Sum, document_types
from tests.house import House, Member
from tests.kernel.test_amendments import accepted
from tests.kernel.test_documents import TYPE, letter, reference
from tests.kernel.test_printing import Paper, needs_poppler
from tests.workbooks import sheet_of

if TYPE_CHECKING:
    from conftest import TestPostgres

HEAVY = "_load"
SAMPLE = Path(__file__).parents[2] / "singlewindow/subsystems/_load/samples/accepted/ten_rows.json"
CONTENT: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))["content"]
COUNTED = [each for each in document_types().values() if each.queries.statistics]


def span(days: int = 30) -> dict[str, str]:
    """The obligatory span, with a day to spare for a test at midnight."""
    today = date.today()  # noqa: DTZ011
    return {
        "filed_on_from": str(today - timedelta(days=days)),
        "filed_on_to": str(today + timedelta(days=1)),
    }


async def ask(member: Member, type: str, *by: str, path: str = "", **asked: str) -> httpx.Response:
    parameters: list[tuple[str, str | int | float | bool | None]] = [
        *(("by", each) for each in by),
        *({**span(), **asked}).items(),
    ]
    return await member.http.get(f"/api/documents/{type}/statistics{path}", params=parameters)


async def figures(member: Member, type: str, *by: str, **asked: str) -> dict[str, Any]:
    answer = await ask(member, type, *by, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lines(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(*line["names"], line["count"], *line["sums"]) for line in found["lines"]]


async def stored(house: House) -> Member:
    """Three heavy forms of one company in two districts and two statuses."""
    member = await house.member()
    for district, transport, gross in (
        ("5301", "2", "1500.5"),
        ("5301", "4", "1100.25"),
        ("0204", "2", "1200"),
    ):
        view = await member.save(
            HEAVY, {**CONTENT, "district": district, "transport": transport, "gross": gross}
        )
        if transport == "4":
            await house.sql("update find__load set status = '4' where number = $1", view["number"])
    return member


async def test_counts_and_sums_by_one_and_by_two_dimensions(house: House) -> None:
    """GATE-09: codes with their names, in the order of their keys, and a total."""
    member = await stored(house)
    found = await figures(member, HEAVY, "district")
    assert [(line["keys"], line["count"], line["sums"]) for line in found["lines"]] == [
        (["0204"], 1, ["1200"]),
        (["5301"], 2, ["2600.75"]),
    ]
    assert [line["names"] for line in found["lines"]] == [["0204 东港海关"], ["5301 皇岗海关"]]
    assert (found["total"]["count"], found["total"]["sums"], found["capped"]) == (3, ["3800.75"], False)
    crossed = await figures(member, HEAVY, "status", "transport")
    assert lines(crossed) == [
        ("暂存", "2 水路运输", 2, "2700.5"),
        ("审批通过", "4 公路运输", 1, "1100.25"),
    ]
    assert crossed["by"] == ["status", "transport"]


async def test_days_and_months(house: House) -> None:
    """GATE-09: by the day and the month of filed_on, inside the span alone, both ends counted."""
    member = await stored(house)
    numbers = [
        row["number"]
        for row in await house.sql("select number from find__load order by document_id desc limit 3")
    ]
    for number, day in zip(numbers, ("2026-02-27", "2026-03-01", "2026-03-02"), strict=True):
        await house.sql("update find__load set filed_on = $2::text::date where number = $1", number, day)
    asked = {"filed_on_from": "2026-02-27", "filed_on_to": "2026-03-01"}
    found = await figures(member, HEAVY, "day", **asked)
    assert lines(found)[0][:2] == ("2026-02-27", 1)
    assert [line[0] for line in lines(found)] == ["2026-02-27", "2026-03-01"]
    found = await figures(member, HEAVY, "month", **{**asked, "filed_on_to": "2026-03-31"})
    assert [line[:2] for line in lines(found)] == [("2026-02", 1), ("2026-03", 2)]


async def test_conditions_narrow_and_nothing_found_is_an_answer(house: House) -> None:
    """GATE-09: the type's own conditions."""
    member = await stored(house)
    assert (await figures(member, HEAVY, "status", district="5301"))["total"]["count"] == 2
    assert (await figures(member, HEAVY, "status", district="5301", status="4"))["total"]["count"] == 1
    nothing = await figures(member, HEAVY, "status", district="9999")
    assert (nothing["lines"], nothing["total"]) == (
        [],
        {"keys": [""], "names": ["合计"], "count": 0, "ended": 0, "sums": ["0"]},
    )


async def test_what_is_no_number_counts_and_adds_nothing(house: House) -> None:
    """GATE-09: a draft may lack its weight, and an old one may hold what is none; both are counted as documents."""
    member = await house.member()
    await member.save(HEAVY, {**CONTENT, "gross": ""})
    view = await member.save(HEAVY, {**CONTENT, "gross": "1500"})
    await house.sql("update find__load set gross = '1e9' where number = $1", view["number"])
    assert lines(await figures(member, HEAVY, "status")) == [("暂存", 2, "0")]


@pytest.mark.parametrize(
    ("by", "asked", "path", "words"),
    [
        (("remark",), {}, "by", "一个或两个统计维度"),
        ((), {}, "by", ""),
        (("day", "status", "district"), {}, "by", ""),
        (("day", "day"), {}, "", ""),
        (("day",), {"filed_on_from": ""}, "filed_on_from", "不可为空"),
        (("day",), {"filed_on_from": "2026-13-01"}, "filed_on_from", "不是有效的日期"),
        (
            ("day",),
            {"filed_on_from": "2020-01-01", "filed_on_to": "2026-01-01"},
            "filed_on_to",
            "不能超过 366 天",
        ),
        (
            ("day",),
            {"filed_on_from": "2026-02-01", "filed_on_to": "2026-01-01"},
            "filed_on_to",
            "早于起始日期",
        ),
        (("day",), {"reference": "x"}, "reference", "没有查询条件"),
        (("day",), {"status": "\u202e4"}, "status", "不能使用的字符"),
    ],
)
async def test_a_wrong_question_is_refused_with_words(
    house: House, by: tuple[str, ...], asked: dict[str, str], path: str, words: str
) -> None:
    """UI-16: what is wrong stands at the condition where it belongs."""
    answer = await ask(await house.member(), HEAVY, *by, **asked)
    if not path:
        assert answer.status_code == 200, "the same dimension twice is one"
        return
    assert answer.status_code == 422, answer.text
    violations = answer.json()["violations"]
    assert path in violations[0]["path"]
    assert words in violations[0]["message"]
    assert violations[0]["advice"]


async def test_who_may_not_count(house: House) -> None:
    """PORT-04, PORT-07: an unbound account, nobody; and a type without statistics has none."""
    member = await house.member()
    unbound = await house.member(member.customs_code, bound=False)
    assert (await ask(unbound, TYPE, "status")).status_code == 403
    for path in ("", "/print", "/export"):
        answer = await house.client().get(f"/api/documents/{TYPE}/statistics{path}", params={"by": "status"})
        assert answer.status_code == 401
    without = await ask(member, "inspection.declaration", "status")
    assert (without.status_code, without.json()["type"]) == (404, "/problems/not-found")
    definition = (await member.http.get("/api/definitions/inspection.declaration")).json()
    assert definition["statistics"] is None


async def test_a_hidden_document_is_not_counted(house: House) -> None:
    """PORT-08: what the company deleted after sending stands in no list and no figure."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    assert (await figures(member, TYPE, "status"))["total"]["count"] == 1
    await house.sql("update find__template set hidden = true where number = $1", view["number"])
    assert (await figures(member, TYPE, "status"))["total"]["count"] == 0


async def test_what_has_ended_is_told_apart(house: House) -> None:
    """GATE-09: a document that 删单 ended is counted, and counted again in a column of its own; on paper too."""
    document = await accepted(house)
    member = document.member
    await member.save(TYPE, letter(reference()))
    await document.declare("revoke")
    await house.send()
    assert [line["ended"] for line in (await figures(member, TYPE, "status"))["lines"]] == [0, 0]
    await document.hear(2, 1, "APPROVED")
    found = await figures(member, TYPE, "status")
    assert [(line["names"], line["count"], line["ended"]) for line in found["lines"]] == [
        (["暂存"], 1, 0),
        (["审批通过"], 1, 1),
    ]
    assert (found["total"]["count"], found["total"]["ended"]) == (2, 1)
    definition = (await member.http.get(f"/api/definitions/{TYPE}")).json()
    assert definition["statistics"]["ended"] == "已删单"
    rows = sheet_of((await ask(member, TYPE, "status", path="/export")).content, "统计表")
    assert rows == [["单据状态", "票数", "其中已删单"], ["暂存", 1, 0], ["审批通过", 1, 1], ["合计", 2, 1]]


async def test_too_many_lines_are_cut_and_said_to_be(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """GATE-09: the total counts what is not listed too."""
    member = await stored(house)
    monkeypatch.setattr(statistics, "MOST_LINES", 1)
    found = await figures(member, HEAVY, "district")
    assert (len(found["lines"]), found["capped"], found["total"]["count"]) == (1, True, 3)


@needs_poppler
async def test_the_paper_says_the_same(house: House, tmp_path: Path) -> None:
    """GATE-09, UI-12: conditions, bars and table as a PDF."""
    member = await stored(house)
    answer = await ask(member, HEAVY, "district", path="/print", status="0")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert answer.headers["cache-control"] == "no-store"
    path = tmp_path / "figures.pdf"
    path.write_bytes(answer.content)
    paper = Paper(path)
    for words in (member.company_name, "统计维度关区", "单据状态暂存", "毛重（千克）", "5301", "合计22700.5"):
        assert words in paper.text, (words, paper.raw)
    assert "打印人用户" in paper.text
    empty = await ask(member, HEAVY, "district", path="/print", district="9999")
    path.write_bytes(empty.content)
    assert "没有符合条件的数据" in Paper(path).text


async def test_the_file_holds_the_same_table(house: House) -> None:
    """GATE-09: one line for each, and the total; counts and sums are numbers."""
    answer = await ask(await stored(house), HEAVY, "district", "status", path="/export")
    assert answer.headers["content-type"] == XLSX
    rows = sheet_of(answer.content, "统计表")
    assert rows[0] == ["关区", "单据状态", "票数", "毛重（千克）"]
    assert [row[1:] for row in rows[1:]] == [
        ["暂存", 1, 1200], ["暂存", 1, 1500.5], ["审批通过", 1, 1100.25], ["", 3, 3800.75],
    ]  # fmt: skip
    assert rows[-1][0] == "合计"


def test_a_cell_is_never_a_formula() -> None:
    """GATE-11: what a user typed is text in a spreadsheet program too (CWE-1236), also after it was edited there."""
    type = document_types()[HEAVY]
    by = [Dimension("direction", "进出口标志")]
    [line, total] = [statistics.Line((key,), (f"{key}1+1",), 1, ("2",)) for key in ("=", "")]
    made = workbook_of(type, statistics.Figures(by, [], [line], total, False))
    assert sheet_of(made, "统计表")[1] == ["=1+1", 1, 2]
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert parts.read("xl/styles.xml").count(b'quotePrefix="1"') == 1


def test_a_declaration_that_cannot_be_counted_does_not_start() -> None:
    """GATE-09: dimensions and sums are real columns, conditions stand on the query page."""
    type = document_types()[HEAVY]
    for wrong in (
        Statistics(dimensions=(Dimension("vessel", "船名"),)),
        Statistics(dimensions=(Dimension("status", "状态", by="day"),)),
        Statistics(dimensions=(), sums=(Sum("district", "关区"),)),
        Statistics(dimensions=(), conditions=("updated",)),
    ):
        with pytest.raises(ValueError, match="cannot count by"):
            replace(type, queries=replace(type.queries, statistics=wrong))


@pytest.fixture
async def superuser(postgres: TestPostgres, portal_database: str) -> AsyncIterator[asyncpg.Connection]:
    """In a transaction that is never committed, with no triggers and no foreign keys."""
    connection = await asyncpg.connect(postgres.dsn("portal", "postgres"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("set local session_replication_role = replica")
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest.mark.parametrize("type", COUNTED, ids=lambda each: each.name)
@pytest.mark.parametrize("forced", ["auto", "force_generic_plan"])
async def test_the_figures_are_read_by_an_index_of_the_company(
    superuser: asyncpg.Connection, type: DocumentType, forced: str
) -> None:
    """PORT-10, GATE-09: with row-level security on, as the web role; other companies' rows are not read."""
    await superuser.execute(
        f"""insert into {type.find_table} (document_id, company_id, number, status, filed_on, updated_at)
            select -g, 1000000 + g % 200, 'P' || g, (g % 8)::text, current_date - g % 90, now()
            from generate_series(1, 20000) as g"""
    )
    await superuser.execute(f"analyze {type.find_table}")
    await superuser.execute("set local role sw_web")
    await superuser.execute("select sw_begin(1000001, null)")
    await superuser.execute(f"set local plan_cache_mode = {forced}")
    wanted = statistics.declared(type)
    where = filters(type, statistics.conditions(type), span(), Where(("company_id = {}", 1000001)))
    for dimension in wanted.dimensions:
        sql = statistics._sql(type, [dimension], wanted.sums, where)
        plan = "\n".join(str(row[0]) for row in await superuser.fetch("explain " + sql, *where.values))
        assert f"Seq Scan on {type.find_table}" not in plan, plan
