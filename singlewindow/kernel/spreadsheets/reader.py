"""The child process that reads a stranger's file: started, bounded, and what it says put into words."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from singlewindow.kernel.bounded import end, ended_over_it
from singlewindow.kernel.problems import Refused, TooMany, Violation

CHILD = Path(__file__).with_name("reader_child.py")
_PIECE = 262_144  # bytes given at once
_LINE_BYTES = 4_194_304  # of one document with its rows, or of one row

WORKBOOK_MESSAGES: dict[str, tuple[str, str]] = {
    "empty": ("文件是空的（0 字节）", "请重新选择文件"),
    "not_xlsx": ("文件不是 xlsx 工作簿", "请另存为 Excel 工作簿（.xlsx）后导入，不能只修改扩展名"),
    "old": ("文件是旧版工作簿（xls）或设有打开密码", "请取消密码，另存为 Excel 工作簿（.xlsx）后导入"),
    "encrypted": ("工作簿设有密码，无法读取", "请取消密码后重新导入"),
    "damaged": ("工作簿已损坏或不完整，无法读取", "请在表格软件中打开原文件，另存为 xlsx 后重新导入"),
    "macros": ("工作簿中含有宏", "请另存为不含宏的 Excel 工作簿（.xlsx）后导入"),
    "external_links": ("工作簿中含有指向其他文件或数据源的链接", "请断开链接，只粘贴数值后重新导入"),
    "embedded": ("工作簿中嵌有其他文件或控件", "请删除嵌入的对象后重新导入"),
}
"""What is wrong with a workbook whatever it is read for, and what to do about it."""


class Bounds(Protocol):
    """What a file may be and what reading it may cost; sizes in bytes, times in seconds."""

    @property
    def max_rows(self) -> int:
        """Of a sheet or a text."""

    @property
    def max_parts(self) -> int:
        """Of the archive that a workbook is."""

    @property
    def max_decoded_bytes(self) -> int:
        """Of all parts together, inflated."""

    @property
    def cpu_seconds(self) -> int:
        """Of the child's whole life."""

    @property
    def memory_bytes(self) -> int:
        """Of address space."""


def bounds_of(limits: Bounds) -> dict[str, int]:
    """The bounds as the child is told them."""
    names = ("max_rows", "max_parts", "max_decoded_bytes", "cpu_seconds", "memory_bytes")
    return {name: getattr(limits, name) for name in names}


@dataclass(frozen=True)
class Words:
    """How the refusals of a kind of file read: rule ids begin with `rule`; reason → message and advice."""

    rule: str
    clause: str
    messages: Mapping[str, tuple[str, str]]

    def refused(self, reason: str, figures: Mapping[str, Any]) -> Refused:
        """The refusal of a whole file."""
        message, advice = self.messages[reason]
        rule, message, advice = f"{self.rule}.{reason}", message.format(**figures), advice.format(**figures)
        return Refused.because([Violation("", rule, message, advice, self.clause)])


class ReadingFailed(Exception):
    """The reader itself did not work; nothing is said about the file."""


class NotReadNow(TooMany):
    """The file was not read in time: the machine stood still, for what a file can make the reader do is bounded by
    processor time. Nothing is said about the file."""

    passing = True


def not_a_workbook(data: bytes) -> str:
    """The reason for which a file is no workbook, as far as can be seen without reading into it; "" where it may be."""
    if not data:
        return "empty"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "old"
    opendocument = data[30:38] == b"mimetype"  # the first name in an ods file (ODF 1.3, part 2, 3.3)
    return "" if data.startswith(b"PK\x03\x04") and not opendocument else "not_xlsx"


async def lines_of(
    data: bytes, wanted: Mapping[str, Any], seconds: float, words: Words, script: Path | None = None
) -> AsyncGenerator[str, None]:
    """The lines that `reader_child.py`, or another `script` that speaks as it does, writes when `wanted` is asked of
    this file, without the last.

    Raises Refused for a file that is not taken, NotReadNow for another try later, ReadingFailed when the reader is
    broken; all possibly after some lines, so that nothing may be kept of them then.
    """
    child = await _start(script or CHILD)
    giving = asyncio.create_task(_give(child, json.dumps(wanted).encode() + b"\n", data))
    try:
        async for line in _lines(child, seconds, words):
            yield line
    finally:
        giving.cancel()
        with suppress(asyncio.CancelledError):
            await giving
        await end(child)


async def _start(script: Path) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", str(script), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/",
        limit=_LINE_BYTES,
    )  # fmt: skip


async def _give(child: Process, wanted: bytes, data: bytes) -> None:
    assert child.stdin
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(wanted)
        for at in range(0, len(data), _PIECE):  # what waits to be written is a copy
            child.stdin.write(data[at : at + _PIECE])
            await child.stdin.drain()
    child.stdin.close()


async def _lines(child: Process, seconds: float, words: Words) -> AsyncGenerator[str, None]:
    """The lines of what was read to its end; the child has read a stranger's file and is not trusted.

    `seconds` are those that are spent waiting for it, all lines together.
    """
    assert child.stdout
    line, count, clock = b"", 0, asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            line = await asyncio.wait_for(child.stdout.readline(), seconds)
        except TimeoutError:
            said = "系统繁忙，未能在限定时间内读完文件；请稍后重新导入"
            raise NotReadNow(said, clause=words.clause, retry_after=5) from None
        except ValueError:  # a line longer than _LINE_BYTES
            raise words.refused("too_complex", {}) from None
        seconds -= clock() - began
        if not line.endswith(b"\n"):
            await child.wait()
            raise _died(child, line, words)
        if line.startswith((b'{"refused"', b'{"failed"', b'{"end"')):
            break
        count += 1
        yield line.decode()
    check_end(line, count, words)


def check_end(line: bytes, count: int, words: Words) -> None:
    """Whether the last line is the end of as many as came. Raises Refused, ReadingFailed."""
    found = json.loads(line)
    if "refused" in found:
        raise words.refused(found["refused"], found["figures"])
    if found.get("end") != count:
        raise ReadingFailed(f"the reader said {line[:2_000]!r} after {count} lines")


def _died(child: Process, line: bytes, words: Words) -> Exception:
    """One that dies of its bounds or of the file has found it too complex; ended from outside it says nothing of it."""
    if ended_over_it(child.returncode):
        return words.refused("too_complex", {})
    return ReadingFailed(f"the reader ended with {child.returncode} and said {line[:2_000]!r}")
