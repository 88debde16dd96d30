"""Data exports: whatever stands in a record comes back out of the file, as what it was (PRNT-07)."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import json
import zipfile
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.spreadsheets import exporting
from singlewindow.kernel.spreadsheets.export_files import CUT, FileFormat, XlsxFile, open_file
from singlewindow.kernel.spreadsheets.export_parts import (
    Column,
    Part,
    cell_text,
    chinese_time,
    exact_number,
    neutral,
    plain_again,
)
from singlewindow.kernel.spreadsheets.exporting import ExportFailed, ExportLimits, export

KEY = Column("编号", "number", width=20)
PARTS = (
    Part("表头", "", (KEY, Column("名称", "name"), Column("重量", "weight", "number"), Column("时间", "at", "moment"))),
    Part("货物", "goods", (KEY, Column("品名", "name"), Column("金额", "total", "number")), of_record=1),
)  # fmt: skip
ONE = {
    "number": "530120261000000123", "name": "赵喆", "weight": "12.50", "at": "2026-03-01T20:15:00+00:00", "secret": "x",
    "goods": [{"name": "龘", "total": "0.30", "more": "y"}, {"name": "𬭎", "total": "00.30"}],
}  # fmt: skip
INJECTIONS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "－1",
    "'=1+1", "''", '=HYPERLINK("http://x")', "<r><t>x</t></r>", "<r></c></row></r>", "<r></r>", "-", "_x0041_",
    "a\x01b", " x ", "a\r\nb", '&<>"',
)  # fmt: skip


async def given_one_by_one(records: Iterable[Any]) -> AsyncIterator[Any]:
    for record in records:
        yield record


async def made(
    tmp_path: Path, format: FileFormat, records: Iterable[Any], parts: tuple[Part, ...] = PARTS
) -> Path:
    target = tmp_path / "data"
    await export(format, parts, given_one_by_one(records), target)
    assert names_in(tmp_path) == ["data"], "nothing temporary stays"
    return target


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def written(tmp_path: Path, format: FileFormat, records: Iterable[Any]) -> Path:
    """The same without a child process."""
    target = tmp_path / f"data.{format}"
    file = open_file(format, target, PARTS, tmp_path, (2026, 3, 2, 4, 15, 0))
    for record in records:
        file.add(record)
    file.close()
    return target


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def texts(path: Path) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(path) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        }


async def test_a_workbook_has_a_sheet_for_each_part(tmp_path: Path) -> None:
    """PRNT-07: numbers of 18 digits are texts; a decimal is a number where that loses nothing."""
    assert sheets(await made(tmp_path, "xlsx", [ONE])) == {
        "表头": [
            ["编号", "名称", "重量", "时间"],
            ["530120261000000123", "赵喆", 12.5, "2026-03-02 04:15:00"],
        ],
        "货物": [
            ["编号", "品名", "金额"],
            ["530120261000000123", "龘", 0.3],
            ["530120261000000123", "𬭎", "00.30"],
        ],
    }


async def test_heads_are_frozen_and_columns_have_widths_and_decimals(tmp_path: Path) -> None:
    """PRNT-07: 12.50 is shown as 12.50."""
    archive = zipfile.ZipFile(await made(tmp_path, "xlsx", [ONE]))
    sheet, styles = (archive.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert '<pane xSplit="1" ySplit="1" topLeftCell="B2"' in sheet
    assert 'min="1" max="1" width="20.7' in sheet
    assert 'formatCode="0.00"' in styles


async def test_csv_is_a_zip_with_a_file_for_each_part(tmp_path: Path) -> None:
    """PRNT-07: UTF-8 with mark, so that spreadsheets read it; decimals as they were written."""
    path = await made(tmp_path, "csv", [ONE])
    with zipfile.ZipFile(path) as archive:
        assert archive.read("表头.csv").startswith(b"\xef\xbb\xbf")
        for entry in archive.infolist():  # an archive's time has no zone: it is the clock's on a Chinese wall
            age = datetime.now(CHINA).replace(tzinfo=None) - datetime(*entry.date_time)  # noqa: DTZ001
            assert timedelta(minutes=-1) < age < timedelta(minutes=5)
    assert texts(path) == {
        "表头.csv": [
            ["编号", "名称", "重量", "时间"],
            ["530120261000000123", "赵喆", "12.50", "2026-03-02 04:15:00"],
        ],
        "货物.csv": [
            ["编号", "品名", "金额"],
            ["530120261000000123", "龘", "0.30"],
            ["530120261000000123", "𬭎", "00.30"],
        ],
    }


async def test_json_is_a_list_with_one_record_a_line(tmp_path: Path) -> None:
    """PRNT-07: the members of the columns and no others, as they were published."""
    path = await made(tmp_path, "json", [ONE, {"number": "2"}])
    assert json.loads(path.read_bytes()) == [
        {
            "number": ONE["number"], "name": "赵喆", "weight": "12.50", "at": ONE["at"],
            "goods": [{"name": "龘", "total": "0.30"}, {"name": "𬭎", "total": "00.30"}],
        },
        {"number": "2", "name": "", "weight": "", "at": "", "goods": []},
    ]  # fmt: skip
    assert "赵喆" in path.read_text("utf-8").splitlines()[1]


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
async def test_no_records_make_a_whole_file(tmp_path: Path, format: FileFormat) -> None:
    """PRNT-07: heads alone, an empty list."""
    path = await made(tmp_path, format, [])
    if format == "json":
        assert json.loads(path.read_bytes()) == []
    else:
        found = sheets(path) if format == "xlsx" else texts(path)
        assert [len(rows) for rows in found.values()] == [1, 1]


# ------------------------------------------------------------------------------------------- texts that are dangerous


def with_texts(values: Iterable[str]) -> list[dict[str, Any]]:
    return [{"number": f"{at:018d}", "name": value} for at, value in enumerate(values)]


async def test_no_text_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    """PRNT-07: written as texts with the mark that keeps them texts, and exactly what they were."""
    path = await made(tmp_path, "xlsx", with_texts(INJECTIONS))
    [_, *rows] = sheets(path)["表头"]
    assert [row[1] for row in rows] == list(INJECTIONS)
    archive = zipfile.ZipFile(path)
    assert "<f>" not in "".join(archive.read(n).decode() for n in archive.namelist() if "sheets/" in n)
    assert 'quotePrefix="1"' in archive.read("xl/styles.xml").decode()


async def test_no_text_of_a_csv_file_begins_like_a_formula(tmp_path: Path) -> None:
    """PRNT-07: neutralised by a ', which can be taken away again."""
    path = await made(tmp_path, "csv", with_texts(INJECTIONS))
    [_, *rows] = texts(path)["表头.csv"]
    assert not [row[1] for row in rows if row[1].startswith(("=", "+", "-", "@", "\t", "\r", "＝", "－"))]
    assert [plain_again(row[1]) for row in rows] == [each.replace("\x01", "\ufffd") for each in INJECTIONS]


@given(st.text())
def test_what_was_neutralised_can_be_read_again(text: str) -> None:
    """PRNT-07: for every text, also for one that has the mark already."""
    assert plain_again(neutral(text)) == text or neutral(text) == text
    assert not neutral(text).startswith(("=", "+", "@", "\t", "\r"))
    assert neutral(text) == text or neutral(text) == f"'{text}"


def test_a_negative_amount_stays_a_number() -> None:
    """PRNT-07: what is nothing but a decimal is no formula."""
    assert (neutral("-12.50"), neutral("-12.50+1")) == ("-12.50", "'-12.50+1")


STRANGE = ("a\ud800b", "\udfff", "a\x00b", "\ufffe", "a\x7fb", "\x1b[31m", "\u202e", "a\x85b", "😀")


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
async def test_characters_without_an_encoding_harm_no_file(tmp_path: Path, format: FileFormat) -> None:
    """PRNT-07: lone surrogates and control characters; json gives back each of them."""
    path = await made(tmp_path, format, with_texts(STRANGE))
    if format == "json":
        assert [row["name"] for row in json.loads(path.read_bytes())] == list(STRANGE)
        return
    rows = sheets(path)["表头"] if format == "xlsx" else texts(path)["表头.csv"]
    read = [row[1] for row in rows[1:]]
    assert (read[:2], read[-1], len(read)) == (["a\ufffdb", "\ufffd"], "😀", len(STRANGE))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50), max_size=5))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_out_of_a_workbook(tmp_path: Path, values: list[str]) -> None:
    """PRNT-07: control characters included; only what XML cannot hold at all becomes �."""
    found = sheets(written(tmp_path, "xlsx", with_texts(values)))["表头"][1:]
    expected = [each.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd") for each in values]
    assert [row[1] for row in found] == expected


# -------------------------------------------------------------------------------------------------- numbers and times


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_number_of_a_cell_is_worth_what_its_text_is(value: Decimal) -> None:
    """PRNT-07: exactly, or it stays a text."""
    number = exact_number(f"{value:f}")
    assert number is None or Decimal(repr(number)) == value


@pytest.mark.parametrize(
    "text",
    [
        "530120261000000123", "1234567890123456", "0.12345678901234567", "007", "1e5", "-0", "-0.00", "", "1.", ".5",
        "+1", "1,000", "٣", "1 ", "NaN",
    ],
)  # fmt: skip
def test_what_would_lose_something_stays_a_text(text: str) -> None:
    """PRNT-07: 16 digits and more, leading zeros, anything that is no plain decimal."""
    assert exact_number(text) is None


@pytest.mark.parametrize("text", ["0", "0.00", "12.50", "-3.1", "999999999999999", "0.000000000000001"])
def test_plain_decimals_are_numbers(text: str) -> None:
    number = exact_number(text)
    assert number is not None
    assert Decimal(repr(number)) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2025-12-31T23:30:00+00:00", "2026-01-01 07:30:00"),
        ("2026-03-02T09:15:00.123456+08:00", "2026-03-02 09:15:00"),
        ("2026-03-02", "2026-03-02"),
        ("昨天", "昨天"),
    ],
)
def test_moments_are_chinese_time(text: str, shown: str) -> None:
    assert chinese_time(text) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("", ""), (True, "1"), (False, "0"), (0, "0"), (["1", "2"], "1,2"), ("a", "a")],
)
def test_members_become_texts(value: Any, text: str) -> None:
    assert cell_text(value) == text


# ------------------------------------------------------------------------------------------------- limits and ends


def test_more_rows_than_a_sheet_has_go_on_a_further_sheet(tmp_path: Path) -> None:
    """PRNT-07: no row is lost in silence."""
    file = XlsxFile(tmp_path / "data.xlsx", PARTS, tmp_path, most_rows=3)
    for at in range(5):
        file.add({"number": str(at), "goods": []})
    file.close()
    found = sheets(tmp_path / "data.xlsx")
    assert list(found) == ["表头", "货物", "表头(2)", "表头(3)"]
    assert [row[0] for name in ("表头", "表头(2)", "表头(3)") for row in found[name][1:]] == list("01234")


async def test_a_text_too_long_for_a_cell_says_so(tmp_path: Path) -> None:
    """PRNT-07: and stands whole in csv and json."""
    long = "镕" * 20_000 + "𬭎" * 20_000
    [_, row] = sheets(await made(tmp_path, "xlsx", with_texts([long])))["表头"]
    assert row[1].endswith(CUT)
    assert len(row[1].encode("utf-16-le")) // 2 <= 32_767
    assert texts(await made(tmp_path, "csv", with_texts([long])))["表头.csv"][1][1] == long


async def test_thousands_of_records_need_no_more_memory_than_ten(tmp_path: Path) -> None:
    """PRNT-07: a thousand with 5 MB of text through a child of 100 MB of address space, most of it libraries."""
    record = {"number": "1", "name": "字" * 50, "goods": [{"name": "货" * 100, "total": "1.25"}] * 15}
    limits = ExportLimits(memory_bytes=100 * 1024 * 1024)
    target = tmp_path / "data"
    for format in ("xlsx", "csv", "json"):
        count = await export(format, PARTS, given_one_by_one([record] * 1_000), target, limits)
        assert count == 1_000
    assert len(json.loads(target.read_bytes())) == 1_000


async def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """PRNT-07: its bounds, a record that is none, a feeder that breaks off: no file, no process."""
    target = tmp_path / "data"
    for records, limits in (
        ([ONE] * 10, ExportLimits(memory_bytes=8 * 1024 * 1024)),
        ([ONE] * 10, ExportLimits(file_bytes=100)),
        ([{"goods": [1]}], ExportLimits()),
        ([ONE, 1, ONE], ExportLimits()),
    ):
        with pytest.raises(ExportFailed):
            await export("xlsx", PARTS, given_one_by_one(records), target, limits)
        assert names_in(tmp_path) == []


async def test_a_feeder_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """PRNT-07: its own error comes out."""

    async def broken() -> AsyncIterator[Any]:
        yield ONE
        raise LookupError("gone")

    with pytest.raises(LookupError):
        await export("csv", PARTS, broken(), tmp_path / "data")
    assert names_in(tmp_path) == []


async def test_a_cancelled_export_ends_its_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRNT-07: a job that is stopped leaves neither process nor file."""
    children = []
    start = exporting._start

    async def remembered(*args: Any) -> Any:
        children.append(await start(*args))
        return children[-1]

    async def endless() -> AsyncIterator[Any]:
        for row in itertools.count():
            yield ONE
            if row == 1000:
                under_way.set()
            await asyncio.sleep(0)

    monkeypatch.setattr(exporting, "_start", remembered)
    under_way = asyncio.Event()
    job = asyncio.create_task(export("xlsx", PARTS, endless(), tmp_path / "data"))
    await asyncio.wait_for(under_way.wait(), 60)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    [child] = children
    assert child.returncode is not None
    assert names_in(tmp_path) == []
