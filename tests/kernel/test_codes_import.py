"""Imports of code tables: files of all kinds, validity, nothing by halves, and the command (OPER-02)."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from singlewindow.kernel.__main__ import cli
from singlewindow.kernel.codes.difference import Difference
from singlewindow.kernel.codes.files import FileEntry, TableFile, Unreadable, read_file
from singlewindow.kernel.codes.importing import ImportRefused, Order, import_tables
from singlewindow.kernel.codes.load import table_files
from singlewindow.kernel.codes.meanings import validity
from singlewindow.kernel.codes.names import find_name, names_of
from singlewindow.kernel.codes.schema import ALWAYS, STILL
from singlewindow.kernel.codes.search import search_statement
from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.database.migrate import migrate_async
from singlewindow.kernel.seed import seed_codes
from singlewindow.kernel.settings import Settings

DATA = Path(__file__).parents[3] / "shared" / "data"
D1, D2, D3 = date(2026, 3, 1), date(2026, 6, 1), date(2027, 1, 1)
DAY = timedelta(days=1)

# ---------------------------------------------------------------------------------------------------------- files


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings(tmp_path: Path, encoding: str, end: str) -> None:
    """OPER-02: as office programs write them."""
    file = written(
        tmp_path, "Ports.csv", end.join(["code,name,ciq", '001,"大连, 港",x', "", "002,营口,"]), encoding
    )
    [table] = read_file(file)
    assert table == TableFile(
        "ports", (FileEntry("001", "大连, 港", {"ciq": "x"}), FileEntry("002", "营口", {"ciq": ""}))
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "code\tname\tunit1\n01\t甲\t035\n"),
        ("a.csv", "code\tname\tunit1\n01\t甲\t035\n"),
        ("a.csv", "# title: 甲\n# date: 2026-01\ncode,name,unit1\n01,甲,035\n"),
        ("a.csv", "name,unit1,code\n甲,035,01\n"),
        ("a.json", '[{"code": "01", "name": "甲", "unit1": "035"}]'),
    ],
)
def test_forms(tmp_path: Path, name: str, text: str) -> None:
    assert read_file(written(tmp_path, name, text)) == [
        TableFile("a", (FileEntry("01", "甲", {"unit1": "035"}),))
    ]


def test_several_values_in_a_column(tmp_path: Path) -> None:
    [table] = read_file(written(tmp_path, "g.csv", "code,name,elements\n1,甲,品牌|型号\n2,乙,\n"))
    assert [entry.extra for entry in table.entries] == [{"elements": ["品牌", "型号"]}, {"elements": []}]


def test_one_table_for_each_dict(tmp_path: Path) -> None:
    file = written(tmp_path, "x_dicts.csv", "code,name,dict,note\n1,甲,one,n\n1,乙,Two,\n2,丙,one,\n")
    assert [(t.table, [e.name for e in t.entries]) for t in read_file(file)] == [
        ("one", ["甲", "丙"]),
        ("two", ["乙"]),
    ]
    assert [t.table for t in read_file(file, "TWO")] == ["two"]
    with pytest.raises(Unreadable, match="there are one, two"):
        read_file(file, "three")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "", "line 1: the header must name"),
        ("a.csv", "代码,名称\n1,甲\n", "line 1: the header must name"),
        ("a.csv", "code,name,name\n1,甲,乙\n", "line 1: every column needs"),
        ("a.csv", "code,name\n", "holds no entry"),
        ("a.csv", "# x\ncode,name\n1,甲\n\n1,乙\n", "line 5: code 1 stands at line 3 already"),
        ("a.csv", "code,name\n1,甲,乙\n", "line 2: 3 columns instead of 2"),
        ("a.csv", "code,name\n ,甲\n", "line 2: the code is missing"),
        ("a.csv", "code,name\n1, \n", "line 2: the name is missing"),
        ("a.csv", 'code,name\n1,"甲\n乙"\n', "line 3: the name holds a control character"),
        ("a.csv", "code,name\n1," + "甲" * 301, "line 2: the name is longer than 300"),
        ("a.csv", 'code,name\n1,"甲\n', "line 2: "),
        ("a.csv", "code,name,dict\n1,甲,../x\n", "line 2: '../x' cannot be a table's name"),
        ("海关.csv", "code,name\n1,甲\n", "line 2: '海关' cannot be a table's name"),
        ("a.json", "{}", "a list of objects"),
        ("a.json", "[1,\n", "line 2: "),
        ("a.json", '[{"code": 1, "name": "甲"}]', "entry 1: code, name and dict are texts"),
        ("a.json", "[1]", "entry 1: an object is expected"),
        ("a.json", '[{"code": "1", "name": "甲", "x": "\\u0000"}]', "entry 1: a column holds what no text"),
        ("a.json", '[{"code": "1", "name": "\\ud800"}]', "entry 1: a column holds what no text"),
        ("a.json", '[{"code": "1", "name": "甲", "x": NaN}]', "entry 1: a column holds what no text"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_file(written(tmp_path, name, text))
    assert problem in caught.value.problems[0]


def test_neither_encoding(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"code,name\n1,x\n2,\xff\xff\n")
    with pytest.raises(Unreadable, match="line 3: neither UTF-8 nor GB18030"):
        read_file(file)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "[" + "9" * 5_000 + "]", '[{"code": "1", "name": "a", "x": ' + "[" * 400 + "]" * 400 + "}]",
        '[{"code": "1", "name": "a", "x": ' + "[" * 990 + "]" * 990 + "}]", "[[[]], 1, null]",
        "code,name\n1," + "a" * 200_000, "code,name\n1,\"a" + "b\n" * 10_000, "code,name\n\0,a",
    ],
)  # fmt: skip
def test_bombs(tmp_path: Path, text: str) -> None:
    """Nothing but a file that cannot be taken, or one that can."""
    file = written(tmp_path, "colours.json" if text[0] == "[" else "colours.csv", text)
    with suppress(Unreadable):
        read_file(file)


def test_no_more_is_read_than_a_file_may_have() -> None:
    """A device says that it has no size."""
    with pytest.raises(Unreadable, match="larger than"):
        read_file(Path("/dev/zero"))


def test_problems_are_bounded(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        read_file(written(tmp_path, "a.csv", "code,name\n" + "1\n" * 500))
    assert len(caught.value.problems) == 20
    assert caught.value.count == 500


# ------------------------------------------------------------------------------------------------------- validity


@pytest.fixture(scope="module")
def address(postgres: Any) -> str:
    """A migrated, empty portal database of this file alone."""
    return str(postgres.create_database("codes_import"))


@pytest.fixture
async def connection(address: str) -> AsyncIterator[asyncpg.Connection]:
    await migrate_async(address)
    connection = await asyncpg.connect(address)
    await connection.execute("delete from code_entry")
    yield connection
    await connection.close()


@pytest.fixture
def transaction(connection: asyncpg.Connection) -> Transaction:
    return Transaction(connection, None)  # type: ignore[arg-type]


def table(entries: dict[str, str], **extra: object) -> TableFile:
    return TableFile("colours", tuple(FileEntry(code, name, extra) for code, name in entries.items()))


async def take(address: str, file: TableFile, begins: date | None = None, **how: bool) -> Difference:
    dry_run = how.pop("dry_run", False)
    [outcome] = await import_tables(address, [file], Order(begins, **how), dry_run=dry_run)
    return outcome.difference


async def rows(connection: asyncpg.Connection, name: str = "colours") -> list[tuple[Any, ...]]:
    found = await connection.fetch(
        "select code, name, valid_from, valid_to from code_entry where table_name = $1 order by code, valid_from",
        name,
    )
    return [tuple(row) for row in found]


async def test_first_import_counts_for_all_days(address: str, connection: asyncpg.Connection) -> None:
    await take(address, table({"1": "红", "2": "绿"}))
    assert await rows(connection) == [("1", "红", ALWAYS, STILL), ("2", "绿", ALWAYS, STILL)]
    found = await connection.fetch("select initials, position, shipped from code_entry order by code")
    assert [tuple(row) for row in found] == [("h", 1, False), ("l", 2, False)]


async def test_old_documents_keep_their_meaning(
    address: str, connection: asyncpg.Connection, transaction: Transaction
) -> None:
    """OPER-02: what is changed or lacking ends on the day before, what is changed or new begins on the day."""
    await take(address, table({"1": "红", "2": "绿", "3": "蓝"}))
    difference = await take(address, table({"1": "红", "2": "青", "4": "紫"}), D1)
    assert [e.code for e in difference.new] == ["4"]
    assert [(c.before.entry.name, c.after.name) for c in difference.changed] == [("绿", "青")]
    assert [k.entry.code for k in difference.ended] == ["3"]
    assert difference.unchanged == 1
    assert await rows(connection) == [
        ("1", "红", ALWAYS, STILL),
        ("2", "绿", ALWAYS, D1 - DAY),
        ("2", "青", D1, STILL),
        ("3", "蓝", ALWAYS, D1 - DAY),
        ("4", "紫", D1, STILL),
    ]
    wanted = {"colours": ["1", "2", "3", "4", "5"], "none": ["1"]}
    assert await names_of(transaction, wanted, D1 - DAY) == {
        ("colours", "1"): "红", ("colours", "2"): "绿", ("colours", "3"): "蓝",
    }  # fmt: skip
    assert await names_of(transaction, wanted, D1) == {
        ("colours", "1"): "红", ("colours", "2"): "青", ("colours", "4"): "紫",
    }  # fmt: skip
    assert await names_of(transaction, {"colours": []}, D1) == {}
    assert await find_name(transaction, "colours", "2", D1 - DAY) == "绿"
    assert await find_name(transaction, "colours", "3", D1) is None
    assert await connection.fetchval("select sw_code_name('colours', '2', $1)", D1 - DAY) == "绿"
    assert await connection.fetchval("select sw_code_name('colours', '3', $1)", D1) is None


async def test_search_and_check_see_one_meaning(
    address: str, connection: asyncpg.Connection, transaction: Transaction
) -> None:
    """UI-04, OPER-02: one row for a code, whatever its history."""
    await take(address, table({"1": "红", "2": "绿", "3": "蓝"}))
    await take(address, table({"1": "红", "2": "青", "4": "紫"}), D1)

    async def listed(q: str, on: date) -> list[tuple[str, str]]:
        found = await transaction.select(search_statement("colours", q, 20, on))
        return [(row["code"], row["name"]) for row in found]

    assert await listed("2", D1 - DAY) == [("2", "绿")]
    assert await listed("2", D1) == [("2", "青")]
    assert await listed("", D1) == [("1", "红"), ("2", "青"), ("4", "紫")]
    checked = await validity(transaction, [("colours", code) for code in "2345"], D1)
    assert checked == {("colours", "2"): True, ("colours", "3"): False, ("colours", "4"): True}


async def test_the_view_shows_today_by_the_business_clock(
    address: str, connection: asyncpg.Connection
) -> None:
    """OPER-02: China's day, eight hours ahead."""
    await take(address, table({"1": "红"}))
    await take(address, table({"1": "朱"}), D1)
    seen = []
    for moment in ("2026-02-28 15:59:00+00", "2026-02-28 16:00:00+00"):
        await connection.execute(f"update clock set frozen = '{moment}'")
        seen += [row["name"] for row in await connection.fetch("select * from code_now")]
    assert seen == ["红", "朱"]
    await take(address, table({"1": "赤"}))  # today is the day of the last import: corrected where it stands
    await connection.execute("update clock set frozen = null")
    assert await rows(connection) == [("1", "红", ALWAYS, D1 - DAY), ("1", "赤", D1, STILL)]


async def test_again_changes_nothing(address: str, connection: asyncpg.Connection) -> None:
    await take(address, table({"1": "红", "2": "绿"}))
    await take(address, table({"2": "青", "1": "红"}), D1)
    before = await rows(connection)
    difference = await take(address, table({"2": "青", "1": "红"}), D2)
    assert (difference.new, difference.changed, difference.ended, difference.unchanged) == ((), (), (), 2)
    assert await rows(connection) == before


async def test_same_day_again_corrects(address: str, connection: asyncpg.Connection) -> None:
    """A wrong file is mended by the right one with the same day; what the wrong one began never was."""
    await take(address, table({"1": "红", "2": "绿", "3": "蓝"}))
    await take(address, table({"1": "错", "4": "错"}), D1)
    await take(address, table({"1": "赤", "2": "绿", "3": "蓝"}), D1)
    assert await rows(connection) == [
        ("1", "红", ALWAYS, D1 - DAY),
        ("1", "赤", D1, STILL),
        ("2", "绿", ALWAYS, D1 - DAY),
        ("2", "绿", D1, STILL),
        ("3", "蓝", ALWAYS, D1 - DAY),
        ("3", "蓝", D1, STILL),
    ]


@pytest.mark.parametrize("second", [{"1": "朱"}, {"2": "绿"}], ids=["changed", "ended"])
async def test_only_forward(address: str, connection: asyncpg.Connection, second: dict[str, str]) -> None:
    """A day before a change that stands there already is refused; a table as a whole may be replaced."""
    await take(address, table({"1": "红", "2": "绿"}))
    await take(address, table(second), D2, partial="1" in second)
    before = await rows(connection)
    with pytest.raises(ImportRefused, match=f"changes on {D2} already"):
        await take(address, table({"1": "紫"}), D1)
    assert await rows(connection) == before
    await take(address, table({"1": "紫"}), D3)
    await take(address, table({"9": "黑"}), replace=True)
    assert await rows(connection) == [("9", "黑", ALWAYS, STILL)]


async def test_partial_leaves_the_others(address: str, connection: asyncpg.Connection) -> None:
    await take(address, table({"1": "红", "2": "绿", "3": "蓝"}))
    difference = await take(address, table({"4": "紫", "2": "青"}), D1, partial=True)
    assert difference.ended == ()
    found = await connection.fetch(
        "select code, name from code_entry where $1 between valid_from and valid_to order by position", D1
    )
    assert [tuple(row) for row in found] == [("1", "红"), ("2", "青"), ("3", "蓝"), ("4", "紫")]


async def test_further_columns(address: str, connection: asyncpg.Connection) -> None:
    """A column that a file does not have says nothing; one that changes makes a new meaning."""
    await take(address, table({"1": "红"}, unit="035", rate="8"))
    await take(address, table({"1": "红"}, rate="10"), D1)
    found = await connection.fetch("select extra from code_entry order by valid_from")
    assert [json.loads(row["extra"]) for row in found] == [
        {"unit": "035", "rate": "8"}, {"unit": "035", "rate": "10"},
    ]  # fmt: skip
    assert (
        await take(address, table({"1": "红"}, note="", rate="10"), D2)
    ).unchanged == 1  # says nothing new
    await take(address, table({"1": "红"}), replace=True)
    assert await connection.fetchval("select extra from code_entry") == "{}"


async def test_order_has_no_history(address: str, connection: asyncpg.Connection) -> None:
    await take(address, table({"1": "红", "2": "绿"}))
    await take(address, table({"2": "绿", "1": "红"}), D1)
    found = await connection.fetch("select code, position, valid_from from code_entry order by position")
    assert [tuple(row) for row in found] == [("2", 1, ALWAYS), ("1", 2, ALWAYS)]


async def test_dry_run_and_nothing_by_halves(address: str, connection: asyncpg.Connection) -> None:
    await take(address, table({"1": "红"}))
    before = await rows(connection)
    difference = await take(address, table({"1": "朱", "2": "绿"}), D1, dry_run=True)
    assert (len(difference.changed), len(difference.new)) == (1, 1)
    assert await rows(connection) == before
    await take(address, table({"1": "朱"}), D2)
    before = await rows(connection)
    other = TableFile("other", (FileEntry("1", "甲", {}),))
    with pytest.raises(ImportRefused):
        await import_tables(address, [other, table({"1": "紫"})], Order(D1))
    assert await rows(connection) == before
    assert await rows(connection, "other") == []


async def test_the_seed_leaves_what_was_imported(address: str, connection: asyncpg.Connection) -> None:
    """OPER-02: what ships corrects what shipped before, and never a table that its owner imported."""
    await seed_codes(address)
    await connection.execute(
        "update code_entry set name = '旧名' where table_name = 'units' and code = '035'"
    )
    file = TableFile("duty_mode", (FileEntry("1", "照章", {}), FileEntry("x", "新", {})))
    await take(address, file, D1)
    before = await rows(connection, "duty_mode")
    await seed_codes(address)
    assert await rows(connection, "duty_mode") == before
    assert ("1", "照章征税", ALWAYS, D1 - DAY) in before
    assert ("2", "折半征税", ALWAYS, D1 - DAY) in before
    assert await connection.fetchval(
        "select name from code_entry where table_name = 'units' and code = '035'"
    ) == "千克"  # fmt: skip


async def test_a_database_of_before_keeps_its_entries(postgres: Any) -> None:
    """k0002 gives every entry its days, and the key takes the first one in."""
    from alembic import command
    from sqlalchemy.ext.asyncio import create_async_engine

    from singlewindow.kernel.database.migrate import alembic_config

    url = postgres.create_database("codes_before")
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    config = alembic_config()

    def upgrade(connection: Any) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "k0001")

    async with engine.begin() as begun:
        await begun.run_sync(upgrade)
    await engine.dispose()
    connection = await asyncpg.connect(url)
    await connection.execute(
        """insert into code_entry (table_name, code, name, initials, position, valid_to) values
           ('colours', '1', '红', 'h', 1, null), ('colours', '2', '绿', 'l', 2, '2026-02-28')"""
    )
    await migrate_async(url)
    assert await rows(connection) == [("1", "红", ALWAYS, STILL), ("2", "绿", ALWAYS, D1 - DAY)]
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("update code_entry set valid_from = '2027-01-01' where code = '2'")
    await connection.close()


async def test_the_portal_may_read_the_view_and_change_nothing(
    postgres: Any, address: str, connection: asyncpg.Connection
) -> None:
    await take(address, table({"1": "红"}))
    for role in ("sw_web", "sw_worker"):
        reader = await asyncpg.connect(postgres.dsn("codes_import", role))
        assert await reader.fetchval("select name from code_now") == "红"
        assert await reader.fetchval("select sw_code_name('colours', '1', sw_today())") == "红"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.execute("delete from code_entry")
        await reader.close()


# ---------------------------------------------------------------------------------------------- the real tables

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the collected customs tables are not at {DATA}")


@needs_data
async def test_every_collected_file_is_taken(address: str, connection: asyncpg.Connection) -> None:
    """OPER-02: complete tables, over what ships: every line arrives, and a second time changes nothing."""
    await seed_codes(address)
    files = sorted(DATA.glob("*.csv"))
    assert len(files) > 25
    for file in files:
        with file.open(encoding="utf-8-sig") as lines:
            expected = sum(1 for _ in csv.DictReader(lines))
        tables = read_file(file)
        assert sum(len(each.entries) for each in tables) == expected, file.name
        await import_tables(address, tables, Order())
        for each in tables:
            stored = await connection.fetchval(
                "select count(*) from code_now where table_name = $1", each.table
            )
            assert stored == len(each.entries)
        again = await import_tables(address, tables, Order())
        assert [(o.difference.new, o.difference.changed, o.difference.ended) for o in again] == [
            ((), (), ())
        ] * len(tables)
    assert (
        await connection.fetchval("select sw_code_name('supporting_documents', 'a', sw_today())")
        == "保税核注清单"
    )
    assert (
        await connection.fetchval("select sw_code_name('supporting_documents', 'A', sw_today())")
        == "检验检疫"
    )
    twice = await connection.fetchval(
        """select count(*) from code_entry a join code_entry b using (table_name, code)
           where a.valid_from < b.valid_from and a.valid_to >= b.valid_from"""
    )
    assert twice == 0


@pytest.mark.parametrize(("name", "file"), sorted(table_files().items()), ids=lambda each: str(each)[-30:])
def test_what_ships_can_be_imported(name: str, file: Path) -> None:
    [read] = read_file(file)
    assert read.table == name


# ---------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def run(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings = Settings(database_url=address)
    monkeypatch.setattr("singlewindow.kernel.codes.command.settings", lambda: settings)

    def run(*arguments: str | Path) -> Any:
        return CliRunner().invoke(cli, ["codes", "import", *map(str, arguments)])

    return run


@pytest.fixture
def clean(address: str) -> None:
    import asyncio

    async def work() -> None:
        await migrate_async(address)
        connection = await asyncpg.connect(address)
        await connection.execute("delete from code_entry")
        await connection.close()

    asyncio.run(work())


def test_the_command_shows_and_imports(run: Any, clean: None, tmp_path: Path) -> None:
    """OPER-02: counts first, then what is new, changed (old → new) and ended."""
    first = written(tmp_path, "colours.csv", "code,name,rate\n1,红,8\n2,绿,8\n3,蓝,8\n")
    assert (
        run(first).output.splitlines()[0] == "colours: 3 new, 0 changed, 0 ended, 0 unchanged, for all days"
    )
    second = written(tmp_path, "colours.csv", "code,name,rate\n1,朱,8\n2,绿,9\n4,紫,\n")
    expected = [
        "colours: 1 new, 2 changed, 1 ended, 0 unchanged, from 2026-03-01",
        "  colours new: 4 紫",
        "  colours changed: 1 红 → 朱",
        "  colours changed: 2 绿, rate: 8 → 9",
        "  colours ended: 3 蓝",
    ]
    for options, last in ((["--dry-run"], "Dry run: nothing was imported."), ([], "Imported.")):
        result = run(second, "--from", "2026-03-01", *options)
        assert result.output.splitlines() == [*expected, last]
        assert result.exit_code == 0
    replaced = run(second, "--replace", "--show", "0").output.splitlines()
    assert replaced[0].endswith(
        "0 new, 0 changed, 0 ended, 3 unchanged, for all days; 3 former entries are forgotten"
    )


def test_the_command_bounds_what_it_prints(run: Any, clean: None, tmp_path: Path) -> None:
    file = written(tmp_path, "colours.csv", "code,name\n" + "".join(f"{n},甲\n" for n in range(100)))
    lines = run(file, "--dry-run", "--show", "5").output.splitlines()
    assert len(lines) == 1 + 5 + 1 + 1
    assert lines[-2] == "  colours new: … and 95 more"


def test_the_command_says_what_is_wrong(run: Any, clean: None, tmp_path: Path) -> None:
    bad = written(tmp_path, "colours.csv", "code,name\n1,红\n" + "2\n" * 30)
    result = run(bad)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "colours.csv: line 3: 1 columns instead of 2"
    assert lines[-2:] == ["… and 10 more", "Problems: 30. Nothing was imported."]
    assert run(tmp_path / "none.csv").exit_code == 1
    good = written(tmp_path, "colours.csv", "code,name\n1,红\n")
    assert run(good, "--replace", "--from", "2026-03-01").exit_code == 2
    assert run(good, "--from", "1.3.2026").exit_code == 2
    assert run(good, "--from", "2026-03-01").exit_code == 0
    refused = run(good, "--from", "2026-02-01")
    assert refused.exit_code == 1
    assert "changes on 2026-03-01 already" in refused.output


# ------------------------------------------------------------------------------------ what processes remember


@pytest.fixture
async def processes(address: str, connection: asyncpg.Connection) -> AsyncIterator[list[Database]]:
    """Two processes of the portal."""
    opened = [await Database.connect(address, size=1) for _ in range(2)]
    yield opened
    for database in opened:
        await database.close()


async def in_force(database: Database, code: str, on: date) -> bool | None:
    async with database.transaction() as transaction:
        return (await validity(transaction, [("colours", code)], on)).get(("colours", code))


async def test_an_import_counts_at_every_process_from_the_next_transaction_on(
    address: str, processes: list[Database]
) -> None:
    """OPER-02: what a process remembers of a table is never older than the table."""
    await take(address, table({"1": "红", "2": "绿"}))
    for database in processes:
        assert [await in_force(database, code, D1) for code in "123"] == [True, True, None]
    await take(address, table({"1": "红", "3": "蓝"}), D1)
    for database in processes:
        assert [await in_force(database, code, D1) for code in "123"] == [True, False, True]
        assert await in_force(database, "2", D1 - DAY) is True


async def test_a_transaction_that_began_before_does_not_teach_the_others(
    address: str, processes: list[Database]
) -> None:
    """OPER-02: what was read for an older stamp is not what later transactions remember."""
    await take(address, table({"1": "红", "2": "绿"}))
    database = await Database.connect(address, size=2)
    async with database.transaction() as early:
        await take(address, table({"1": "红"}), D1)
        async with database.transaction() as late:
            assert await validity(late, [("colours", "2")], D1) == {("colours", "2"): False}
        early.codes[("colours", "2")] = [
            (date.min, date.max, "绿")
        ]  # as if it had been read before the import
    assert await in_force(database, "2", D1) is False
    await database.close()


async def test_what_is_remembered_is_not_asked_for_again_and_what_is_unknown_is_not_remembered(
    address: str, connection: asyncpg.Connection, processes: list[Database]
) -> None:
    """Nobody fills a process' memory with codes that he makes up."""
    await take(address, table({"1": "红"}))
    assert await in_force(processes[0], "1", D1)
    await connection.execute("alter table code_entry disable trigger user")
    await connection.execute("update code_entry set valid_to = '2000-01-01' where table_name = 'colours'")
    assert await in_force(processes[0], "1", D1) is True
    assert await in_force(processes[1], "1", D1) is False
    assert await in_force(processes[0], "made up", D1) is None
    async with processes[0].transaction() as transaction:
        assert list(transaction.codes) == [("colours", "1")]
    await connection.execute("alter table code_entry enable trigger user")
