"""报关单号: 18 digits, of which positions 5 to 8 are a year and position 9 says import or export."""

from __future__ import annotations

from functools import partial

from singlewindow.kernel.spreadsheets.number_file import Complaint, NumberShape

DIGITS = 18
FIRST_YEAR = 2000  # older numbers have another structure
CLAUSE = "手册 4.1 自助打印申请 报关单号"
CHECK = "请与单证上的报关单号核对后更正"
HEADS = frozenset(("报关单号", "报关单号码", "报关单编号", "18位报关单号", "海关编号", "entryid", "number"))


def declaration_shape(year: int, limit: int = 50) -> NumberShape:
    """报关单号 as they may come in a file: at most `limit`, none declared after the business `year`."""
    return NumberShape(
        "报关单号", DIGITS, limit, HEADS, CLAUSE, partial(why_no_declaration_number, year=year)
    )


def why_no_declaration_number(number: str, *, year: int) -> Complaint | None:
    """What is wrong with the positions of a number of 18 digits, None for nothing."""
    declared, direction = number[4:8], number[8]
    if not FIRST_YEAR <= int(declared) <= year:
        return Complaint(f"第 5 至 8 位应为申报年份（{FIRST_YEAR} 至 {year}），现为「{declared}」", CHECK)
    if direction not in "01":
        return Complaint(f"第 9 位应为进出口标志（1 进口，0 出口），现为「{direction}」", CHECK)
    return None
