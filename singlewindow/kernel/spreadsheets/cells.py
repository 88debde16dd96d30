"""From what stands in a cell to what a person would have typed: nothing is guessed, what was damaged is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from singlewindow.kernel.definition.fields import Field

MOST_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; what is longer has been changed already."""
AS_TEXT = "请将该单元格的格式设为「文本」，再重新填写"
LOST_ZEROS = "该单元格是数字格式，开头的 0 会丢失；" + AS_TEXT


def text_of(cell: Any, spec: Field) -> str:
    """The text of a cell of `reader_child.py`. Raises Damaged where nobody can know it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        raise Damaged(f"「{spec.label}」是逻辑值 {str(cell).upper()}，不是文字")
    if isinstance(cell, int | float):
        return _number(cell, spec)
    if "e" in cell:
        raise Damaged(f"「{spec.label}」是公式的错误值", "请改正公式，或直接填写内容")
    if spec.kind not in ("date", "moment"):
        raise Damaged(f"「{spec.label}」已被表格软件改为日期 {cell['d']}")
    return str(cell["d"])


class Damaged(Exception):
    """A cell whose text is lost; with what to do about it."""

    def __init__(self, message: str, advice: str = AS_TEXT) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


def is_number(cell: Any) -> bool:
    """Whether a cell was kept as a number."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _number(cell: float, spec: Field) -> str:
    if not abs(cell) < MOST_EXACT:
        raise Damaged(f"「{spec.label}」是数字格式，超过 15 位的数字已被表格软件改变，无法还原")
    return f"{Decimal(f'{cell:.15g}'):f}"
