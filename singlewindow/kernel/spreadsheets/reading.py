"""Reading a filled-in template, in a child process with little time and memory: a hostile one harms only itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.spreadsheets.layout import KEY, KEY_HINT, NEVER_FILLED_IN, Sheet
from singlewindow.kernel.spreadsheets.reader import (
    WORKBOOK_MESSAGES,
    Words,
    bounds_of,
    lines_of,
    not_a_workbook,
)

CLAUSE = "导入模板说明"
_TEMPLATE = "请下载最新的导入模板，将内容粘贴（只粘贴数值）到模板中后重新导入"


@dataclass(frozen=True)
class ReadLimits:
    """What a workbook may be; sizes in bytes, times in seconds."""

    max_documents: int = 20_000
    max_rows: int = 200_000  # of a sheet, and of all line tables together
    max_parts: int = 500
    max_decoded_bytes: int = 300_000_000
    seconds: float = 40.0
    cpu_seconds: int = 30
    memory_bytes: int = 1_000_000_000


MESSAGES: dict[str, tuple[str, str]] = {
    **WORKBOOK_MESSAGES,
    "bomb": ("工作簿解压后的内容过大", "请只保留模板中的工作表和列，分成几个文件导入"),
    "too_complex": ("工作簿过于复杂，未能在限定的时间和内存内读完", _TEMPLATE),
    "too_many_rows": ("工作表超过 {limit:,} 行", "请删除多余的行（包括只有格式的空行），或分成几个文件导入"),
    "too_many_documents": ("超过 {limit:,} 份单据", "请分成几个文件导入"),
    "no_sheet": ("没有名为「{sheet}」的工作表", _TEMPLATE),
    "foreign_sheet": (
        "工作表「{sheets}」中有内容，但不在导入模板中，其中的内容不会被导入",
        "导入模板的工作表是「{ours}」：请把名称改为其中之一，或把内容移入其中；不需要导入的，请删除该工作表后重新导入",
    ),
    "no_document": ("工作簿中没有填写任何单据", "请从第 3 行起填写后重新导入"),
    "head_twice": ("工作表「{sheet}」有两个名为「{head}」的列", "请删除多余的一列后重新导入"),
    "head_missing": ("工作表「{sheet}」缺少「{head}」列", _TEMPLATE),
    "unknown_head": (
        "工作表「{sheet}」的 {column} 列「{head}」不在导入模板中",
        "请删除该列，或改为模板中的列名",
    ),
    "no_head": (
        "工作表「{sheet}」的 {column}{row} 单元格有内容，但该列没有列名",
        "请补上列名，或清除该列的内容",
    ),
}
WORDS = Words("import", CLAUSE, MESSAGES)


async def read(data: bytes, sheets: Sequence[Sheet], limits: ReadLimits) -> AsyncGenerator[str, None]:
    """The lines of `reader_child.py`: first the columns, then the documents, each as the JSON that it wrote.

    Raises Refused for a workbook that is not taken, NotReadNow, ReadingFailed when the reader is broken; all possibly
    after some documents, so that nothing may be kept of them then.
    """
    if reason := not_a_workbook(data):
        raise WORDS.refused(reason, {})
    async with aclosing(lines_of(data, _wanted(sheets, limits), limits.seconds, WORDS)) as lines:
        async for line in lines:
            yield line


def _wanted(sheets: Sequence[Sheet], limits: ReadLimits) -> dict[str, Any]:
    described = [
        {
            "table": sheet.table,
            "sheet": sheet.title,
            "heads": {head.text: head.field.name for head in sheet.heads},
            "needs": [head.text for head in sheet.heads if head.field.required is True],
        }
        for sheet in sheets
    ]
    return {
        "what": "documents",
        "sheets": described,
        "key": KEY,
        "hint": KEY_HINT,
        "passed": NEVER_FILLED_IN,
        "max_documents": limits.max_documents,
        **bounds_of(limits),
    }
