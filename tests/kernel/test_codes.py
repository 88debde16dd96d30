"""Code tables that ship: whole, unambiguous, with sources; and how their entries are found (UI-04)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from singlewindow.kernel.codes.initials import initials_of
from singlewindow.kernel.codes.load import FOLDER, CodeEntry, facts_of, load_shipped_tables, shipped_tables
from singlewindow.kernel.codes.schema import ALWAYS, STILL
from singlewindow.kernel.codes.search import search_statement
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.database.migrate import migrate_async
from singlewindow.kernel.subsystem import ROOT, code_folders
from tests.house import House
from tests.kernel.test_documents import TYPE

ENTRIES = list(load_shipped_tables())
NAMES = {(entry.table, entry.code): entry.name for entry in ENTRIES}
TODAY = date(2026, 11, 21)

DIRECT = {
    f"{part}00"
    for part in re.findall(
        "..",
        "010204050607080915192223293133353740424346474951525357606467687279808386889094959697",
    )
}
SHAPES = {
    "administrative_divisions": r"[0-9]{6}",
    "container_specs": r"[123][123]",
    "countries": r"[A-Z]{3}",
    "currencies": r"[A-Z]{3}",
    "customs_districts": r"[0-9]{4}",
    "duty_mode": r"[1-9]",
    "duty_nature": r"[0-9]{3}",
    "domestic_regions": r"[0-9]{4}[0-9A-Z]",
    "edocs": r"[01]0{6}[1-9]",
    "entry_ports": r"[0-9]{6}",
    "entry_types": r"[0LWDM]",
    "fee_marks": r"[123]",
    "goods": r"[0-9]{10}",
    "goods_attributes": r"[12][0-9]",
    "goods_usages": r"[1239][0-9]",
    "packing": r"[0-9]{2}",
    "ports": r"[A-Z]{3}[0-9]{3}",
    "supporting_documents": r"[0-9A-Za-z]",
    "trade_modes": r"[0-9]{4}",
    "transaction_modes": r"[1-7]",
    "transport_modes": r"[0-9A-Z]",
    "units": r"[0-9]{3}",
}
LEAST = {
    "administrative_divisions": 400, "domestic_regions": 250, "entry_ports": 250,
    "container_specs": 8, "countries": 250, "currencies": 22, "customs_districts": 120, "duty_mode": 9,
    "duty_nature": 40, "edocs": 11, "entry_types": 5, "fee_marks": 3, "goods": 150, "goods_attributes": 16,
    "goods_usages": 21, "packing": 13, "ports": 60, "supporting_documents": 50, "trade_modes": 100,
    "transaction_modes": 7, "transport_modes": 18, "units": 123,
}  # fmt: skip


def test_every_table_is_there() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.csv")) == sorted(SHAPES)
    counts = Counter(entry.table for entry in ENTRIES)
    assert all(counts[table] >= least for table, least in LEAST.items())


def test_codes_are_unique_well_formed_and_named() -> None:
    assert len(NAMES) == len(ENTRIES)
    for entry in ENTRIES:
        assert re.fullmatch(SHAPES.get(entry.table, "[0-9A-Za-z]+"), entry.code), entry
        assert entry.name == entry.name.strip() != ""
        assert re.fullmatch(r"[0-9a-z]+", entry.initials), entry


def test_chapters_bring_tables_of_their_own() -> None:
    """Found by walking; each is named after its chapter, so that no two chapters can mean different things by one."""
    own = {
        file.stem: file.relative_to(ROOT).parts[0] for each in code_folders() for file in each.glob("*.csv")
    }
    assert shipped_tables() == sorted([*SHAPES, *own])
    assert [table for table, chapter in own.items() if not table.startswith(f"{chapter}_")] == []


@pytest.mark.parametrize("table", shipped_tables())
def test_every_table_says_where_it_comes_from(table: str) -> None:
    facts = facts_of(table)
    assert facts.title
    assert facts.source
    assert re.fullmatch(r"20[0-9]{2}-[01][0-9]", facts.date)
    assert [e.position for e in ENTRIES if e.table == table] == list(
        range(1, sum(e.table == table for e in ENTRIES) + 1)
    )


@pytest.mark.parametrize(
    ("table", "code", "name"),
    [
        ("trade_modes", "0110", "一般贸易"),
        ("trade_modes", "4019", "边境小额"),
        ("trade_modes", "3422", "对外承包出口"),
        ("trade_modes", "9710", "跨境电商B2B直接出口"),
        ("customs_districts", "0100", "北京海关"),
        ("customs_districts", "0708", "乌拉海关"),
        ("customs_districts", "2248", "洋山港区"),
        ("customs_districts", "5300", "深圳海关"),
        ("customs_districts", "5301", "皇岗海关"),
        ("customs_districts", "5316", "大鹏海关"),
        ("transport_modes", "2", "水路运输"),
        ("transport_modes", "4", "公路运输"),
        ("transport_modes", "5", "航空运输"),
        ("duty_mode", "1", "照章征税"),
        ("duty_nature", "101", "一般征税"),
        ("transaction_modes", "3", "FOB"),
        ("packing", "22", "纸制或纤维板制盒/箱"),
        ("units", "035", "千克"),
        ("currencies", "CNY", "人民币"),
        ("countries", "HKG", "中国香港"),
        ("countries", "JPN", "日本"),
        ("goods", "8712003000", "山地自行车"),
        ("edocs", "00000001", "发票"),
        ("domestic_regions", "44031", "深圳特区"),
        ("domestic_regions", "44199", "东莞"),
        ("entry_ports", "470101", "蛇口"),
        ("entry_ports", "110101", "首都国际机场"),
        ("administrative_divisions", "440300", "深圳市"),
        ("administrative_divisions", "310115", "浦东新区"),
        ("fee_marks", "3", "总价"),
        ("container_specs", "21", "普通标准箱（S）"),
        ("supporting_documents", "A", "检验检疫"),
        ("supporting_documents", "a", "保税核注清单"),
    ],
)
def test_known_facts(table: str, code: str, name: str) -> None:
    assert NAMES[table, code] == name


def test_all_directly_subordinate_customs_are_there() -> None:
    assert len(DIRECT) == 42
    assert {code for table, code in NAMES if table == "customs_districts" and code.endswith("00")} == set(
        DIRECT
    )
    assert all(NAMES["customs_districts", code].endswith("海关") for code in DIRECT)


def test_goods_have_elements_units_and_documents_that_exist() -> None:
    """A starting set over many chapters; what it refers to is in the other tables."""
    goods = [entry for entry in ENTRIES if entry.table == "goods"]
    assert len({entry.code[:2] for entry in goods}) >= 20
    for entry in goods:
        assert set(entry.extra) == {"elements", "unit1", "unit2", "supervision"}
        elements = entry.extra["elements"]
        assert isinstance(elements, list)
        assert elements[:2] == ["品牌类型", "出口享惠情况"]
        assert len(set(elements)) == len(elements) > 4, entry
        assert ("units", entry.extra["unit1"]) in NAMES, entry
        assert entry.extra["unit2"] == "" or ("units", entry.extra["unit2"]) in NAMES, entry
        assert entry.extra["unit1"] != entry.extra["unit2"]
        assert all(("supporting_documents", letter) in NAMES for letter in str(entry.extra["supervision"]))


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("深圳海关", "szhg"),
        ("重庆海关", "cqhg"),
        ("厦门海关", "xmhg"),
        ("长沙海关", "cshg"),
        ("番禺海关", "pyhg"),
        ("莘庄海关", "xzhg"),
        ("六安海关", "lahg"),
        ("秘鲁", "bl"),
        ("长滩（美国）", "ctmg"),
        ("圣马丁(法国)", "smdfg"),
        ("跨境电商B2B直接出口", "kjdsb2bzjck"),
        ("C&F", "cf"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    """UI-04: also where a character has several readings."""
    assert initials_of(name) == initials


# ------------------------------------------------------------------------------------------- search in PostgreSQL

INVENTED = (
    CodeEntry("invented", "5301", "皇岗海关", "hghg", 1),
    CodeEntry("invented", "53", "甲", "j", 2),
    CodeEntry("invented", "a1", "黄埔海关", "hphg", 3),
    CodeEntry("invented", "A10", "深圳海关", "szhg", 4),
    CodeEntry("invented", "9_9", "百分之5%的深圳", "bfz5dsz", 5),
    CodeEntry("other", "5301", "别的表", "bdb", 1),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def transaction(postgres: Any) -> AsyncIterator[Transaction]:
    address = postgres.create_database("codes_search")
    await migrate_async(address)
    connection = await asyncpg.connect(address)
    columns = ("table_name", "code", "name", "initials", "position")
    rows = [(e.table, e.code, e.name, e.initials, e.position) for e in (*INVENTED, *ENTRIES)]
    await connection.copy_records_to_table("code_entry", columns=columns, records=rows)
    await connection.executemany(
        "insert into code_entry (table_name, code, name, initials, position, valid_from, valid_to)"
        " values ('dated', $1, '甲', 'j', $2, $3, $4)",
        [
            ("old", 1, ALWAYS, date(2026, 11, 20)),
            ("last", 2, ALWAYS, TODAY),
            ("first", 3, TODAY, STILL),
            ("soon", 4, date(2026, 11, 22), STILL),
        ],
    )
    yield Transaction(connection, None)  # type: ignore[arg-type]
    await connection.close()


async def found(transaction: Transaction, table: str, q: str, limit: int = 20) -> list[str]:
    return [row["code"] for row in await transaction.select(search_statement(table, q, limit, TODAY))]


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("", ["5301", "53", "a1", "A10", "9_9"]),
        ("53", ["53", "5301"]),  # exact before prefix
        ("５３", ["53", "5301"]),  # full width, as an input method types it
        ("A1", ["a1", "A10"]),  # in any case
        ("海关", ["5301", "a1", "A10"]),
        ("深圳", ["A10", "9_9"]),
        ("hg", ["5301", "a1", "A10"]),  # prefix of the initials before their middle
        ("SZ", ["A10", "9_9"]),
        ("%", ["9_9"]),  # no wildcard
        ("_", []),
        ("zz", []),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_search(transaction: Transaction, q: str, codes: list[str]) -> None:
    """UI-04: by the beginning of the code, a part of the Chinese, or the initials."""
    assert await found(transaction, "invented", q) == codes


@pytest.mark.asyncio(loop_scope="module")
async def test_search_is_limited_and_ranked(transaction: Transaction) -> None:
    """UI-04: the best hits come first, so that few are enough."""
    assert await found(transaction, "customs_districts", "szhg", 2) == ["2303", "5300"]  # 苏州, 深圳
    assert (await found(transaction, "customs_districts", "深圳", 3))[0] == "5300"
    assert await found(transaction, "trade_modes", "ybmy") == ["0110"]
    assert len(await found(transaction, "customs_districts", "", 7)) == 7
    for name, code in (("美国", "USA"), ("印度", "IND"), ("圭亚那", "GUY")):
        assert (await found(transaction, "countries", name))[0] == code, name


def _rank(entry: CodeEntry, q: str) -> int | None:
    """The order in which entries are offered, said once more and plainly."""
    wanted = unicodedata.normalize("NFKC", q)
    letters = wanted.lower()
    ranks = [
        entry.code == wanted,
        entry.code.lower() == letters,
        entry.code.lower().startswith(letters),
        entry.initials == letters,
        entry.initials.startswith(letters),
        entry.name in (q, wanted),
        entry.name.startswith((q, wanted)),
        q in entry.name or wanted in entry.name,
        letters in entry.initials,
    ]
    return next((rank for rank, true in enumerate(ranks) if true), None)


@pytest.mark.parametrize(
    "table", ["customs_districts", "goods", "ports", "supporting_documents", "trade_modes"]
)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_keystroke_finds_the_best_first(transaction: Transaction, table: str) -> None:
    """UI-04: whatever is typed, and however few are asked for."""
    entries = [entry for entry in ENTRIES if entry.table == table]
    typed = {text[:n] for e in entries[::9] for text in (e.code, e.name, e.initials) for n in (1, 2, 4)}
    typed |= {entry.name for entry in entries[::9]}  # its own before those that begin with it or hold it
    for q in sorted(typed | {"海", "hg", "g", "A", "a", "\U0010ffff", "'", "\\"}):
        ranked = [(rank, e.position, e.code) for e in entries if (rank := _rank(e, q)) is not None]
        expected = [code for _, _, code in sorted(ranked)]
        for limit in (1, 20):
            assert await found(transaction, table, q, limit) == expected[:limit], q


@pytest.mark.asyncio(loop_scope="module")
async def test_only_what_is_in_force_is_found(transaction: Transaction) -> None:
    """OPER-02: both days of validity are inclusive."""
    assert await found(transaction, "dated", "") == ["last", "first"]


# ------------------------------------------------------------------------------------------- codes in a document


@pytest.fixture
async def dated(house: House) -> AsyncIterator[None]:
    """Two means of transport that begin and end at the turn of a day in China, where it is eight hours ahead."""
    await house.sql(
        """insert into code_entry (table_name, code, name, initials, position, valid_from, valid_to) values
           ('transport_modes', 'u', '即将启用', 'jjqy', 901, '2026-11-21', 'infinity'),
           ('transport_modes', 'v', '已经停用', 'yjty', 902, '-infinity', '2026-11-20')"""
    )
    yield
    await house.sql("delete from code_entry where position > 900 and table_name = 'transport_modes'")
    await house.sql("update clock set frozen = null")


@pytest.mark.parametrize(
    ("moment", "good", "bad"),
    [("2026-11-20T15:59:00Z", "v", "u"), ("2026-11-20T16:01:00Z", "u", "v")],
    ids=["the 20th in China", "the 21st in China"],
)
async def test_a_code_counts_while_it_is_in_force(
    house: House, dated: None, moment: str, good: str, bad: str
) -> None:
    """OPER-02, UI-04: list and check agree, on China's day."""
    member = await house.member()
    await house.sql("update clock set frozen = $1", datetime.fromisoformat(moment))
    url = f"/api/documents/{TYPE}"
    content = {"reference": "AB12345", "transport": good}
    assert (await member.http.post(url, json={"content": content})).status_code == 201
    answer = await member.http.post(url, json={"content": {**content, "transport": bad}})
    assert answer.status_code == 422
    [violation] = answer.json()["violations"]
    assert (violation["path"], violation["rule"]) == ("transport", "field.code")
    assert "停用" in violation["message"]
    listed = (await member.http.get("/api/codes/transport_modes?limit=100")).json()["items"]
    assert {item["code"] for item in listed} & {"u", "v"} == {good}


# ---------------------------------------------------------------------------------------------- as many as goods have

GOODS = 12_030  # entries of the complete goods table
KEYSTROKES = [
    "0",
    "01",
    "8471",
    "84713000",
    "0123400000",
    "Q",
    "qc",
    "q12",
    "氢",
    "第77",
    "77号",
    "没有这样的货",
    "%",
]


@pytest.fixture
async def many(house: House) -> AsyncIterator[str]:
    """A table of 12,030 entries, besides those that ship."""
    await house.sql(
        """insert into code_entry (table_name, code, name, initials, position)
           select 'many', lpad((n * 807001::bigint)::text, 10, '0'), '氢第' || n || '号货品',
                  chr(97 + n % 26) || 'd' || n || 'hhp', n
           from generate_series(1, $1::int) n""",
        GOODS,
    )
    await house.sql("analyze code_entry")
    yield "many"
    await house.sql("delete from code_entry where table_name = 'many'")
    await house.sql("analyze code_entry")


async def test_a_keystroke_among_12030_codes_is_one_bounded_query(
    house: House, many: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-04: one limited statement, a second one only to tell an unknown table from an entry that is not there; the
    answer is as short however much fits."""
    asked: list[str] = []
    for name in ("rows", "row", "value"):
        monkeypatch.setattr(Transaction, name, _noted(getattr(Transaction, name), asked))
    member = await house.member()
    for q in KEYSTROKES:
        asked.clear()
        answer = await member.http.get(f"/api/codes/{many}", params={"q": q})
        items = answer.json()["items"]
        searches = [sql for sql in asked if "code_entry" in sql]
        assert len(searches) == 1 if items else 2, q
        assert "LIMIT" in searches[0]
        assert len(items) <= 20
        assert len(answer.content) < 3_000
    whole = await member.http.get(f"/api/codes/{many}", params={"limit": 101})
    assert whole.status_code == 422, "no client may ask for the whole table"


@pytest.mark.parametrize("q", KEYSTROKES)
async def test_beginnings_among_12030_codes_are_found_by_index(house: House, many: str, q: str) -> None:
    """UI-04: what begins as typed is found by index; names are read through only where that leaves room in the list."""
    async with house.web.transaction() as transaction:
        found = await transaction.select(search_statement(many, q, 20, TODAY))
        original = transaction.rows

        async def explained(sql: str, *values: object) -> Any:
            return await original(f"explain (analyze, costs off, timing off) {sql}", *values)

        transaction.rows = explained  # type: ignore[method-assign]
        plan = [row[0] for row in await transaction.select(search_statement(many, q, 20, TODAY))]
    begin = plan[plan.index("  CTE begin") : next(n for n, line in enumerate(plan) if "->  Append" in line)]
    assert not [line for line in begin if "Seq Scan" in line], "\n".join(plan)
    assert [line for line in begin if "code_entry_by_code" in line], "\n".join(plan)
    begun = [row for row in found if row["code"].startswith(q) or row["initials"].startswith(q.lower())]
    through = [line for line in plan if "code_entry" in line and "CTE" not in line and line not in begin]
    assert through
    if len(begun) == 20:
        assert all("never executed" in line for line in through), "\n".join(plan)


def _noted(original: Any, asked: list[str]) -> Any:
    async def noting(self: Transaction, sql: str, *values: object) -> Any:
        asked.append(sql)
        return await original(self, sql, *values)

    return noting
