"""Numbers from files as people have them: every entry is taken or explained where it stands (PRNT-01, PRNT-11)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from singlewindow.kernel.problems import Refused
from singlewindow.kernel.spreadsheets import reader_child
from singlewindow.kernel.spreadsheets.number_file import (
    MESSAGES,
    Complaint,
    NumberFileLimits,
    NumbersFound,
    NumberShape,
    _Found,
    read_numbers,
)
from tests.workbooks import changed, workbook

A, B, C = "530120261000000123", "530120260000000456", "010020251000000789"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
BOUNDS = {"max_parts": 9, "max_decoded_bytes": 9, "cpu_seconds": 9, "memory_bytes": 9}


def direction(number: str) -> Complaint | None:
    return None if number[8] in "01" else Complaint("第 9 位不是方向", "请更正")


SHAPE = NumberShape("报关单号", 18, 50, frozenset({"报关单号", "海关编号"}), "手册 4.1", direction)


async def text(content: str | bytes, name: str = "单号.txt", shape: NumberShape = SHAPE) -> NumbersFound:
    return await read_numbers(name, content if isinstance(content, bytes) else content.encode(), shape)


async def book(rows: Any, shape: NumberShape = SHAPE, **sheets: Any) -> NumbersFound:
    return await read_numbers("单号.xlsx", workbook({"Sheet1": rows, **sheets}), shape)


def said(found: NumbersFound) -> list[tuple[str, str, str]]:
    return [(each.place, each.text, each.message) for each in found.problems]


# ----------------------------------------------------------------------------------------------------- text files


@pytest.mark.parametrize(
    "content",
    [
        f"{A}\n{B}\n{C}\n", f"{A}\r\n{B}\r\n{C}", f"{A}\r{B}\r{C}", f"{A},{B},{C}", f"{A}，{B}，{C}", f"{A}、{B}、{C}",
        f"{A};{B};{C}", f"{A}；{B}；{C}", f"{A}\t{B}\t{C}", f"{A} {B}\u3000{C}", f"{A},\n{B},\n{C},\n",
        f"\n\n{A}\n\n {B} \n{C}", f"{A},{B},{C}".translate(WIDE), f'"{A}","{B}","{C}"', f"'{A}\n'{B}\n'{C}",
        f'="{A}",="{B}",="{C}"', f"报关单号\n{A}\n{B}\n{C}",
        f"{A}\u200b\n\u202d{B}\u202c\n{C}", f"{A}\u2028{B}\x0b{C}\x1a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_separators_digits_and_encodings(content: str, encoding: str) -> None:
    """PRNT-01: comma, semicolon, tab, space, line ends, each narrow or wide; UTF-8, GBK, what Excel saves."""
    found = await text(content.encode(encoding))
    assert found == NumbersFound((A, B, C), 0, (), 0, 3)


async def test_doubles_are_counted_and_taken_once() -> None:
    """PRNT-01: in the order of their first place, in whatever digits they are written."""
    found = await text(f"{B}\n{A},{A.translate(WIDE)}\n{B}\n")
    assert (found.numbers, found.duplicates, found.total) == ((B, A), 2, 4)


async def test_every_wrong_entry_is_explained_where_it_stands() -> None:
    """PRNT-01, UI-16: line, text, what is wrong, what to do, basis; the good ones are taken all the same."""
    lines = [
        A,
        "53012026100000012",
        f"{A}5",
        f"{A}{B}",
        "53012026I000000123",
        "5.30120E+17",
        "5301②026100000012",
    ]
    found = await text("\n".join([*lines, f"{B},530120265000000123"]))
    assert found.numbers == (A, B)
    assert said(found) == [
        ("第 2 行", "53012026100000012", "有 17 位，报关单号应为 18 位"),
        ("第 3 行", f"{A}5", "有 19 位，报关单号应为 18 位"),
        ("第 4 行", f"{A}{B}", "有 36 位，可能是 2 个号码连在一起"),
        ("第 5 行", "53012026I000000123", "含有「I」，报关单号只由 18 位数字组成"),
        ("第 6 行", "5.30120E+17", "报关单号已被表格软件改为科学计数法，后几位已经丢失，无法还原"),
        ("第 7 行", "5301②026100000012", "含有「②」，报关单号只由 18 位数字组成"),
        ("第 8 行第 2 个", "530120265000000123", "第 9 位不是方向"),
    ]
    assert all(each.advice and each.clause == "手册 4.1" and not each.doubt for each in found.problems)
    assert (found.faults, found.total) == (7, 9)


async def test_digits_of_other_scripts_are_no_digits() -> None:
    """PRNT-01: ٣ is a digit for a program and none for customs; nothing is guessed."""
    found = await text(A[:-1] + "٣")
    assert found.numbers == ()
    assert "「٣」" in found.problems[0].message


async def test_a_number_that_ends_as_damaged_ones_do_is_taken_with_a_doubt() -> None:
    """PRNT-01: one in a thousand ends in 000 by itself, so it is neither refused nor passed over in silence."""
    found = await text("530120261000001000", "单号.csv")
    assert found.numbers == ("530120261000001000",)
    [doubt] = found.problems
    assert doubt.doubt
    assert "以 000 结尾" in doubt.message
    assert (found.faults, found.total) == (0, 1)


async def test_a_column_with_another_head_is_not_read() -> None:
    """PRNT-01: a list that a program has saved holds more than numbers."""
    found = await text(
        f'序号,报关单号,申报日期,金额\n1,{A},2026-03-02,"1,200"\n2,{B},2026-03-02,8\n', "清单.csv"
    )
    assert found == NumbersFound((A, B), 0, (), 0, 2)
    found = await text(f"海关编号\t船名\n{A}\tEVER 9\n{B[:-1]}\tEVER 9\n")
    assert found.numbers == (A,)
    assert said(found) == [("第 3 行", B[:-1], "有 17 位，报关单号应为 18 位")]


async def test_a_word_beside_a_number_hides_nothing() -> None:
    """PRNT-01: a row that holds numbers is no row of heads."""
    for mark in ",:：":
        found = await text(f"报关单号{mark}{A}\n报关单号{mark} {B}\n")
        assert found == NumbersFound((A, B), 0, (), 0, 2)
    found = await book([["报关单号", A], ["报关单号", float(B)]])
    assert found.numbers == (A,)
    assert found.faults == 1


async def test_a_title_is_skipped_and_a_remark_is_not() -> None:
    """PRNT-01: Chinese without digits over the numbers is a heading; below them it is an entry that is explained."""
    found = await text(f"本月报关单\n{A}\n待查\n")
    assert found.numbers == (A,)
    assert [each.place for each in found.problems] == ["第 3 行"]


@given(
    numbers=st.lists(st.sampled_from([A, B, C, A.translate(WIDE)]) | st.text(max_size=30), max_size=30),
    separators=st.lists(st.sampled_from([*",，、;；\t \n\u3000", "\r\n", ", "]), min_size=31, max_size=31),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_stands_in_a_text_nothing_is_lost(
    numbers: list[str], separators: list[str], encoding: str
) -> None:
    """PRNT-01: in either encoding, every good number is found, every entry is counted once, nothing raises."""
    content = "".join(part for pair in zip(numbers, separators, strict=False) for part in pair)
    data = content.encode(encoding, "ignore")
    found = _Found(SHAPE)
    answer = list(reader_child.answer(data, reader_child.Text(max_rows=1000, max_said_bytes=10**6, **BOUNDS)))
    if answer[-1] == '{"refused":"binary","figures":{}}':
        return
    assert answer[-1] == f'{{"end":{len(answer) - 1}}}'
    for line in answer[:-1]:
        found.take(json.loads(line), 10_000)
    assert {each for each in numbers if each in (A, B, C)} <= found.numbers.keys()
    assert all(len(each) == 18 and each.isascii() and each.isdigit() for each in found.numbers)
    assert found.faults == len([each for each in found.problems if not each.doubt])


# ------------------------------------------------------------------------------------------------------- workbooks


async def test_cells_of_all_visible_sheets() -> None:
    """PRNT-01: wherever they stand, several in a cell too; a hidden sheet is not what a person means."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as opened:
        first, second, hidden = (opened.add_worksheet(name) for name in ("一月", "二月 单", "隐"))
        first.write_string("B7", A.translate(WIDE))
        first.write_string("D9", f"{B}\n{C}")
        second.write_string("A1", "报关单号")
        second.write_string("A2", A)
        second.write_string("C2", "53X")
        hidden.write_string("A1", "1")
        hidden.hide()
    found = await read_numbers("单号.XLSX", made.getvalue(), SHAPE)
    assert (found.numbers, found.duplicates) == ((A, B, C), 1)
    assert said(found) == [("二月 单!C2", "53X", "含有「X」，报关单号只由 18 位数字组成")]


async def test_a_number_that_a_spreadsheet_has_changed_is_said_and_never_guessed() -> None:
    """PRNT-01: 18 digits typed as a number keep 15 of them."""
    found = await book(
        [["报关单号"], [int(A)], [530120261000000000], [5.3e17], ["5.3E+17"], [12345], [True], [B]]
    )
    assert found.numbers == (B,)
    changed_by = "该号码以数字格式保存，第 16 位起已被表格软件改变，无法还原"
    assert [(place, message) for place, _, message in said(found)] == [
        ("Sheet1!A2", changed_by),
        ("Sheet1!A3", changed_by),
        ("Sheet1!A4", changed_by),
        ("Sheet1!A5", "报关单号已被表格软件改为科学计数法，后几位已经丢失，无法还原"),
        ("Sheet1!A6", "有 5 位，报关单号应为 18 位"),
        ("Sheet1!A7", "该单元格是逻辑值 TRUE，不是号码"),
    ]
    assert "文本" in found.problems[0].advice
    assert "开头的 0 会丢失" in found.problems[4].advice
    assert all("单元格" not in each.advice for each in (await text("12345\n5.3")).problems)


async def test_error_values_and_dates_are_named() -> None:
    """PRNT-01: what a formula or a format made of a cell is no number."""
    import datetime

    data = workbook({"Sheet1": [[A, datetime.date(2026, 3, 2)]]})
    sheet = "xl/worksheets/sheet1.xml"
    xml = zipfile.ZipFile(io.BytesIO(data)).read(sheet).decode()
    wrong = xml.replace("</sheetData>", '<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row></sheetData>')
    found = await read_numbers("a.xlsx", changed(data, **{sheet: wrong.encode()}), SHAPE)
    assert found.numbers == (A,)
    assert said(found) == [
        ("Sheet1!B1", "2026-03-02", "该单元格已被表格软件改为日期"),
        ("Sheet1!A2", "#错误值", "该单元格是公式的错误值，不是号码"),
    ]


async def test_other_columns_of_a_sheet_are_not_read() -> None:
    """PRNT-01: by their heads; a column without a head is read."""
    found = await book([["单位清单"], ["序号", "海关编号", "", "件数"], [1, A, B, 20], [2, C, "x", 30]])
    assert found.numbers == (A, B, C)
    assert said(found) == [("Sheet1!C4", "x", "含有「x」，报关单号只由 18 位数字组成")]


# -------------------------------------------------------------------------------------------- what is not taken

MANY = [f"5301202610{at:08d}" for at in range(1, 12_001)]
ROW = "xl/worksheets/sheet1.xml"


def with_rows(rows: str) -> bytes:
    """A workbook whose only sheet has these rows."""
    data = workbook({"Sheet1": []})
    xml = zipfile.ZipFile(io.BytesIO(data)).read(ROW).decode()
    return changed(data, **{ROW: xml.replace("<sheetData/>", f"<sheetData>{rows}</sheetData>").encode()})


def part(name: str, content: bytes = b"x") -> bytes:
    return changed(workbook({"Sheet1": [[A]]}), **{name: content})


def encrypted() -> bytes:
    made = bytearray(workbook({"Sheet1": [[A]]}))
    made[made.find(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def repeated() -> bytes:
    """A little file that says very much."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as opened:
        sheet = opened.add_worksheet()
        for row in range(100):
            for column in range(100):
                sheet.write_string(row, column, "," * 32_000)
    return made.getvalue()


NEAR = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
MILLION = '<row r="2"><c r="A2"><v>1</v></c></row>' * 1_000_000
HOSTILE: Mapping[str, tuple[str, str, Any]] = {
    "another kind": ("kind", "a.docx", lambda: part("a")),
    "no kind": ("kind", "单号", A.encode),
    "too large": ("size", "a.txt", lambda: b"1" * 4_194_305),
    "a million lines": ("size", "a.csv", lambda: (A + "\n").encode() * 1_000_000),
    "a million short lines": ("too_many_rows", "a.txt", lambda: b"1\n" * 1_000_000),
    "a million entries in a line": ("too_many_entries", "a.txt", lambda: b"1," * 500_000),
    "a long line of nothing": ("too_complex", "a.txt", lambda: "号".encode() * 1_390_000),
    "nothing": ("empty", "a.txt", lambda: b""),
    "an image": ("binary", "a.txt", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "a workbook that is called a text": ("binary", "a.csv", lambda: part("a")),
    "another encoding": ("encoding", "a.txt", lambda: b"\xff\xff\xff1"),
    "half of UTF-16": ("encoding", "a.txt", lambda: b"\xff\xfe1"),
    "a text that is called a workbook": ("not_xlsx", "a.xlsx", A.encode),
    "an old or encrypted book": ("old", "a.xls", lambda: b"\xd0\xcf\x11\xe0" + bytes(1000)),
    "an encrypted part": ("encrypted", "a.xlsx", encrypted),
    "half a book": ("damaged", "a.xlsx", lambda: part("a")[:400]),
    "macros": ("macros", "a.xlsx", lambda: part("xl/vbaProject.bin")),
    "links to other books": ("external_links", "a.xlsx", lambda: part("xl/externalLinks/externalLink1.xml")),
    "embedded files": ("embedded", "a.xlsx", lambda: part("xl/embeddings/oleObject1.bin")),
    "a bomb": ("bomb", "a.xlsx", lambda: part("xl/media/image1.png", bytes(100_000_000))),
    "a bomb of texts": ("bomb", "a.xlsx", lambda: part("xl/sharedStrings.xml", b"<si/>" * 20_000_000)),
    "too many parts": (
        "too_complex",
        "a.xlsx",
        lambda: changed(part("a"), **{f"x/{at}": b"" for at in range(600)}),
    ),
    "a cell far away": ("too_complex", "a.xlsx", lambda: with_rows(NEAR + FAR)),
    "long texts again and again": ("too_complex", "a.xlsx", repeated),
    "a million rows": ("too_many_rows", "a.xlsx", lambda: with_rows(MILLION)),
    "nothing but blanks": ("no_number", "a.txt", lambda: b" ,\r\n;\n"),
    "nothing but heads": ("no_number", "a.xlsx", lambda: workbook({"Sheet1": [["报关单号"]]})),
    "51 numbers": ("too_many", "a.txt", lambda: "\n".join(MANY[:51]).encode()),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_in_words(name: str) -> None:
    """PRNT-01, UI-16: what is wrong, what to do, and where that is written."""
    reason, called, make = HOSTILE[name]
    data = make()
    with pytest.raises(Refused) as refused:
        await read_numbers(called, data, SHAPE)
    [violation] = refused.value.violations
    assert violation.rule == f"numbers.{reason}"
    assert violation.message
    assert "{" not in violation.message + violation.advice
    assert violation.clause == "手册 4.1"


def test_every_reason_has_a_file() -> None:
    """A reason that no file provokes is one that nobody has seen."""
    assert {reason for reason, _, _ in HOSTILE.values()} == set(MESSAGES)


def test_a_file_may_cost_two_seconds_and_256_megabytes() -> None:
    """PRNT-01: the bounds that the child is given before it parses anything."""
    limits = NumberFileLimits()
    assert (limits.cpu_seconds, limits.memory_bytes) == (2, 256 * 1024 * 1024)


@pytest.mark.parametrize(("count", "limit"), [(51, 50), (9_000, 1_000)])
async def test_too_many_are_refused_with_their_count(count: int, limit: int) -> None:
    """PRNT-11: doubles do not count, the limit is the caller's."""
    shape = NumberShape("报关单号", 18, limit, frozenset(), "手册 4.1")
    with pytest.raises(Refused, match=f"有 {count:,} 个报关单号，最多 {limit:,} 个"):
        await text("\n".join([*MANY[:count], MANY[0]]), shape=shape)
    assert len((await text("\n".join([*MANY[:limit], MANY[0]]), shape=shape)).numbers) == limit


async def test_many_problems_are_counted_and_the_first_are_told() -> None:
    """PRNT-01: an answer stays small."""
    found = await text("\n".join(str(at) for at in range(5_000)))
    assert (found.faults, len(found.problems), found.total) == (5_000, 200, 5_000)


async def test_a_strangers_text_comes_back_short_and_printable() -> None:
    """UI-16: the answer is JSON for a page; what cannot be shown is not."""
    found = await text(b"\x81\x30\x81\x30" + b"x" * 100 + b"\x83\x36\xc7\x38")
    [problem] = found.problems
    assert len(problem.text) <= 41
    (problem.text + problem.message).encode("utf-8")
