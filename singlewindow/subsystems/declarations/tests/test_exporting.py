"""结关后报关单数据导出: the columns, and the files as they are read back (PRNT-03, PRNT-07)."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from singlewindow.kernel.spreadsheets.export_files import FileFormat
from singlewindow.subsystems.declarations.export_columns import COLUMNS, LEFT_OUT, LISTS, PARTS
from singlewindow.subsystems.declarations.exporting import (
    MEDIA_TYPES,
    SUFFIXES,
    export_declarations,
    file_name,
)

REGISTERS = Path(__file__).parents[4] / "docs" / "registers.md"
NUMBER = "530120261000000123"
DECLARATION: Mapping[str, Any] = {
    "number": NUMBER, "pre_entry_no": NUMBER, "ie_flag": "I", "district": "5301",
    "declared_at": "2026-03-02T09:15:00+08:00", "status": "10", "consignee_code": "4403110001",
    "consignee_name": "=深圳锦达", "vessel": "-EVER", "voyage": "001E",
    "gross_weight": "39183.50", "packages": "2002", "promises": "000", "note": "@龘",
    "goods": [
        {"no": "1", "code": "8536200000", "name": "断路器", "quantity": "120", "price": "4.0020", "place": "44199"},
        {"no": "2", "code": "0101210010", "name": "+马", "quantity": "1234567890123456.5", "attribute": "12,19"},
    ],
    "containers": [{"no": "OOLU0287290", "spec": "21", "tare": "2280", "lcl": False, "goods": "1,2"}],
    "documents": [{"code": "A", "number": "100000000000000001"}, {"code": "00000001", "number": "INV1"}],
}  # fmt: skip
FIELDS = [
    "entryId", "preEntryId", "cusCiqNo", "cusIEFlag", "customMaster", "iePort", "iEDate", "dDate", "manualNo",
    "tradeCoScc", "tradeCode", "tradeCiqCode", "tradeName", "overseasConsignorCode", "overseasConsignorEname",
    "ownerCodeScc", "ownerCode", "ownerCiqCode", "ownerName", "agentCodeScc", "agentCode", "declCiqCode",
    "agentName", "declareName", "cusTrafMode", "trafName", "voyageNo", "billNo", "tradeMode", "cutMode", "licenseNo",
    "cusTradeCountry", "distinatePort", "cusTradeNationCode", "despPortCode", "ciqEntyPortCode", "goodsPlace",
    "contrNo", "transMode", "feeMark", "feeRate", "feeCurr", "insurMark", "insurRate", "insurCurr", "otherMark",
    "otherRate", "otherCurr", "packNo", "wrapType", "grossWet", "netWt", "entryType", "markNo", "noteS",
    "promiseItems", "gNo", "contrItem", "codeTs", "ciqCode", "gName", "gModel", "gQty", "gUnit", "firstQty",
    "firstUnit", "secondQty", "secondUnit", "declPrice", "declTotal", "tradeCurr", "originCountry",
    "destinationCountry", "districtCode", "ciqDestCode", "dutyMode", "purpose", "goodsAttr", "containerId",
    "containerMd", "containerWt", "lclFlag", "goodsNo", "acmpFormCode", "acmpFormNo",
]  # fmt: skip
"""The fields of a declaration in the order of its message formats (FG 3.4)."""


async def declarations() -> AsyncIterator[Mapping[str, Any]]:
    yield DECLARATION


async def written(tmp_path: Path, format: FileFormat) -> Path:
    target = tmp_path / file_name("SJDC2026030200000001", format)
    assert await export_declarations(declarations(), format, target) == 1
    return target


def published() -> dict[str, str]:
    """Member → element, of the register as its page describes it; goods[].no for members of rows."""
    page = REGISTERS.read_text("utf-8").partition("## 报关单 `declaration`")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `([\w\[\].]+)` \|.*\| (\w*) \|[^|]*\|$", page, re.MULTILINE)
    return {"number": "entryId", **dict(found)}


def test_the_columns_are_the_fields_of_a_declaration_in_their_order() -> None:
    """PRNT-07: each is a member that customs publish, and none is forgotten, whether or not the formats have it."""
    elements = published()
    names = [f"{LISTS[sheet]}[].{name}" if sheet in LISTS else name for sheet, _, name, _, _ in COLUMNS]
    assert [elements[name] for name in names if elements[name]] == FIELDS
    assert set(elements) - set(names) == {*LEFT_OUT, *LISTS.values()}


def test_every_sheet_after_the_first_begins_with_the_number() -> None:
    """PRNT-07: a row of goods says to which declaration it belongs; no head stands twice in a sheet."""
    assert [part.title for part in PARTS] == ["表头", "表体", "集装箱", "随附单证"]
    assert {part.columns[0].head for part in PARTS} == {"海关编号"}
    assert all(len({column.head for column in part.columns}) == len(part.columns) for part in PARTS)


async def test_the_workbook_of_a_declaration(tmp_path: Path) -> None:
    """PRNT-07: numbers and codes are texts, what begins like a formula is one too, decimals are numbers where exact."""
    book = CalamineWorkbook.from_path(await written(tmp_path, "xlsx"))
    assert book.sheet_names == ["表头", "表体", "集装箱", "随附单证"]
    found = {name: as_records(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}
    [header] = found["表头"]
    assert header["海关编号"] == NUMBER
    assert header["申报日期"] == "2026-03-02 09:15:00"
    assert header["境内收发货人名称"] == "=深圳锦达"
    assert (header["毛重（千克）"], header["件数"], header["承诺事项"]) == (39183.5, 2002, "000")
    first, second = found["表体"]
    assert (first["海关编号"], first["项号"], first["单价"], first["商品编号"]) == (
        NUMBER,
        1,
        4.002,
        "8536200000",
    )
    assert (second["商品名称"], second["成交数量"], second["货物属性"]) == (
        "+马",
        "1234567890123456.5",
        "12,19",
    )
    assert list(found["集装箱"][0].values()) == [NUMBER, "OOLU0287290", "21", 2280, "0", "1,2"]
    assert [row["随附单证编号"] for row in found["随附单证"]] == ["100000000000000001", "INV1"]


async def test_every_printed_page_says_that_data_prove_nothing(tmp_path: Path) -> None:
    """PRNT-07, FG 3.1: beneath each page of each sheet, for what is printed is what somebody may take for a paper."""
    with zipfile.ZipFile(await written(tmp_path, "xlsx")) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        footers = [
            re.findall("<oddFooter>(.*?)</oddFooter>", book.read(name).decode()) for name in sorted(sheets)
        ]
    assert footers == [["&amp;C海关报关单数据，仅供企业内部使用，不具有证明效力"]] * len(PARTS)


async def test_the_csv_files_of_a_declaration(tmp_path: Path) -> None:
    """PRNT-07: four parts in one zip."""
    with zipfile.ZipFile(await written(tmp_path, "csv")) as archive:
        assert archive.namelist() == ["表头.csv", "表体.csv", "集装箱.csv", "随附单证.csv"]
        read = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    [header] = as_records(list(csv.reader(io.StringIO(read["表头.csv"], newline=""))))
    assert (header["海关编号"], header["毛重（千克）"]) == (NUMBER, "39183.50")
    assert (header["境内收发货人名称"], header["运输工具名称"], header["备注"]) == (
        "'=深圳锦达",
        "'-EVER",
        "'@龘",
    )


async def test_the_json_of_a_declaration(tmp_path: Path) -> None:
    """PRNT-07: the register's members, without those that are not exported."""
    [read] = json.loads((await written(tmp_path, "json")).read_bytes())
    assert "status" not in read
    assert read["consignee_name"] == "=深圳锦达"
    assert read["goods"][0]["price"] == "4.0020"
    assert read["containers"] == [dict(DECLARATION["containers"][0])]
    assert len(read) == len([1 for sheet, *_ in COLUMNS if sheet == "表头"]) + len(LISTS)


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
def test_files_have_names_and_types(format: FileFormat) -> None:
    """PRNT-07: several csv files come as one zip."""
    assert file_name("SJDC1", format) == f"结关后报关单数据_SJDC1{SUFFIXES[format]}"
    assert "/" in MEDIA_TYPES[format]


def as_records(rows: list[list[Any]]) -> list[dict[str, Any]]:
    heads, *others = rows
    return [dict(zip(heads, row, strict=True)) for row in others]
