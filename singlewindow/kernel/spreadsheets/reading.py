"""Reading a filled-in workbook, in a child process with little time and memory: a hostile one harms only itself."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singlewindow.kernel.problems import Refused, Violation
from singlewindow.kernel.spreadsheets.layout import KEY, KEY_HINT, Sheet

CHILD = Path(__file__).with_name("reader_child.py")
CLAUSE = "导入模板说明"
_LINE_BYTES = 4_194_304  # of one document with its rows
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
    "empty": ("文件是空的（0 字节）", "请重新选择文件"),
    "not_xlsx": ("文件不是 xlsx 工作簿", "请另存为 Excel 工作簿（.xlsx）后导入，不能只修改扩展名"),
    "old": ("文件是旧版工作簿（xls）或设有打开密码", "请取消密码，另存为 Excel 工作簿（.xlsx）后导入"),
    "encrypted": ("工作簿设有密码，无法读取", "请取消密码后重新导入"),
    "damaged": ("工作簿已损坏或不完整，无法读取", "请在表格软件中打开原文件，另存为 xlsx 后重新导入"),
    "macros": ("工作簿中含有宏", "请另存为不含宏的 Excel 工作簿（.xlsx）后导入"),
    "external_links": ("工作簿中含有指向其他文件或数据源的链接", "请断开链接，只粘贴数值后重新导入"),
    "embedded": ("工作簿中嵌有其他文件或控件", "请删除嵌入的对象后重新导入"),
    "bomb": ("工作簿解压后的内容过大", "请只保留模板中的工作表和列，分成几个文件导入"),
    "too_complex": ("工作簿过于复杂，未能在限定的时间和内存内读完", _TEMPLATE),
    "too_many_rows": ("工作表超过 {limit:,} 行", "请删除多余的行（包括只有格式的空行），或分成几个文件导入"),
    "too_many_documents": ("超过 {limit:,} 份单据", "请分成几个文件导入"),
    "no_sheet": ("没有名为「{sheet}」的工作表", _TEMPLATE),
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


class ReadingFailed(Exception):
    """The reader itself did not work; nothing is said about the file."""


def refused(reason: str, figures: Mapping[str, Any]) -> Refused:
    """The refusal of a whole workbook, in words."""
    message, advice = MESSAGES[reason]
    return Refused.because([Violation("", f"import.{reason}", message.format(**figures), advice, CLAUSE)])


async def read(data: bytes, sheets: Sequence[Sheet], limits: ReadLimits) -> AsyncGenerator[str, None]:
    """The lines of `reader_child.py`: first the columns, then the documents, each as the JSON that it wrote.

    Raises Refused for a workbook that is not taken, ReadingFailed when the reader is broken; both possibly after
    some documents, so that nothing may be kept of them then.
    """
    _check_outside(data)
    child = await _start()
    giving = asyncio.create_task(_give(child, _wanted(sheets, limits), data))
    try:
        async for line in _lines(child, limits.seconds):
            yield line
    finally:
        giving.cancel()
        with suppress(asyncio.CancelledError):
            await giving
        await _end(child)


def _check_outside(data: bytes) -> None:
    """What can be seen without reading into the file."""
    if not data:
        raise refused("empty", {})
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused("old", {})
    if not data.startswith(b"PK\x03\x04"):
        raise refused("not_xlsx", {})


def _wanted(sheets: Sequence[Sheet], limits: ReadLimits) -> bytes:
    described = [
        {
            "table": sheet.table,
            "sheet": sheet.title,
            "heads": {head.text: head.field.name for head in sheet.heads},
            "needs": [head.text for head in sheet.heads if head.field.required is True],
        }
        for sheet in sheets
    ]
    bounds = ("max_documents", "max_rows", "max_parts", "max_decoded_bytes", "cpu_seconds", "memory_bytes")
    wanted = {
        "sheets": described,
        "key": KEY,
        "hint": KEY_HINT,
        **{name: getattr(limits, name) for name in bounds},
    }
    return json.dumps(wanted).encode() + b"\n"


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", str(CHILD), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/",
        limit=_LINE_BYTES,
    )  # fmt: skip


async def _give(child: Process, wanted: bytes, data: bytes) -> None:
    assert child.stdin
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(wanted)
        child.stdin.write(data)
        await child.stdin.drain()
    child.stdin.close()


async def _lines(child: Process, seconds: float) -> AsyncGenerator[str, None]:
    """The lines of what was read to its end; the child has read a stranger's file and is not trusted.

    `seconds` are those that are spent waiting for it, all lines together.
    """
    assert child.stdout
    line, count, clock = b"", -1, asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            line = await asyncio.wait_for(child.stdout.readline(), seconds)
        except (TimeoutError, ValueError):  # or a line longer than _LINE_BYTES
            raise refused("too_complex", {}) from None
        seconds -= clock() - began
        if not line.endswith(b"\n"):
            await child.wait()
            raise _died(child, line)
        if line.startswith((b'{"refused"', b'{"failed"', b'{"end"')):
            break
        count += 1
        yield line.decode("ascii")
    _check_end(line, count)


def _check_end(line: bytes, count: int) -> None:
    found = json.loads(line)
    if "refused" in found:
        raise refused(found["refused"], found["figures"])
    if found.get("end") != count:
        raise ReadingFailed(f"the reader said {line[:2_000]!r} after {count} documents")


def _died(child: Process, line: bytes) -> Exception:
    """One that dies of its bounds or of the file has found it too complex."""
    if child.returncode and child.returncode < 0:
        return refused("too_complex", {})
    return ReadingFailed(f"the reader ended with {child.returncode} and said {line[:2_000]!r}")


async def _end(child: Process) -> None:
    """Whatever happened, no child stays: not as a process and not as a zombie."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
