"""Data exports: many records written into one file by a child process, so that the worker's loop stays free.

Memory is the same for ten records and for ten thousand: they are fed one by one, and wait where the child is slower.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from singlewindow.kernel.bounded import end
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.problems import API, Problem, TooMany
from singlewindow.kernel.spreadsheets.export_files import FileFormat
from singlewindow.kernel.spreadsheets.export_parts import Part, Record

CHILD = Path(__file__).with_name("export_child.py")
AT_ONCE = 3  # files that a process writes while somebody waits: each takes a child meanwhile
OF_COMPANY = 1  # of them for one company, so that none takes all places
BUSY = "正在生成的导出文件较多，请稍后再试"
OWN_BUSY = "本企业已有导出文件正在生成，请待其完成后再试"
BUSY_SECONDS = 10
log = structlog.get_logger()
_under_way: Counter[int] = Counter()  # of this process, by company


class CannotExport(Problem):
    """The file could not be written."""

    slug, status, title = "cannot-export", 500, "导出未成功"


@dataclass(frozen=True)
class ExportLimits:
    """What an export may cost; sizes in bytes, times in seconds."""

    record_seconds: float = 60.0  # for which one record may wait to be taken
    closing_seconds: float = 300.0
    cpu_seconds: int = 1_800
    memory_bytes: int = 192 * 1024 * 1024  # of address space, a third of which is used
    file_bytes: int = 8 * 1024**3


class ExportFailed(Exception):
    """The file was not made; no part of it is left."""


@contextmanager
def waited_for(company: int, way_out: str = "") -> Iterator[None]:
    """Around an export for which somebody of a company (its id) waits: one of AT_ONCE in this process, of which a
    company has OF_COMPANY.

    Raises TooMany, with what can be done instead (`way_out`), where as many are under way; CannotExport where the file
    is not made.
    """
    if _under_way[company] >= OF_COMPANY:
        raise TooMany(OWN_BUSY + way_out, retry_after=BUSY_SECONDS, clause=API)
    if _under_way.total() >= AT_ONCE:
        raise TooMany(BUSY + way_out, retry_after=BUSY_SECONDS, clause=API)
    _under_way[company] += 1
    try:
        yield
    except ExportFailed as failed:
        log.error("export failed", why=str(failed))
        raise CannotExport("未能生成导出文件，请稍后再试；仍不成功请联系系统管理员") from None
    finally:
        _under_way[company] -= 1
        if not _under_way[company]:
            del _under_way[company]


async def export(
    format: FileFormat,
    parts: Sequence[Part],
    records: AsyncIterable[Record],
    target: Path,
    limits: ExportLimits = ExportLimits(),
) -> int:
    """Write the records into a new file at `target`; how many they were.

    Temporary files lie beside it. Raises ExportFailed; whatever is raised, no file stays.
    """
    with TemporaryDirectory(dir=target.parent) as folder:
        unfinished = Path(folder) / "whole"
        child = await _start(format, parts, unfinished, limits)
        try:
            count = await _feed(child, records, limits)
            await _finished(child, count, limits)
        finally:
            await end(child)
        unfinished.replace(target)
    return count


async def _start(format: FileFormat, parts: Sequence[Part], target: Path, limits: ExportLimits) -> Process:
    config = {
        "format": format,
        "parts": [asdict(part) for part in parts],
        "target": str(target),
        "folder": str(target.parent),
        "made_at": datetime.now(CHINA).timetuple()[:6],
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "file_bytes": limits.file_bytes,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", str(CHILD), json.dumps(config),
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/",
    )  # fmt: skip


async def _feed(child: Process, records: AsyncIterable[Record], limits: ExportLimits) -> int:
    """Give the records, then their end. A child that has ended is asked why by `_finished`."""
    assert child.stdin
    count = 0
    with suppress(BrokenPipeError, ConnectionResetError):
        async for record in records:
            await _give(child, record, limits.record_seconds)
            count += 1
        await _give(child, count, limits.record_seconds)
        child.stdin.close()
    return count


async def _give(child: Process, record: Record | int, seconds: float) -> None:
    assert child.stdin
    child.stdin.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")
    try:
        async with asyncio.timeout(seconds):
            await child.stdin.drain()
    except TimeoutError:
        raise ExportFailed("the writer takes no more records") from None


async def _finished(child: Process, count: int, limits: ExportLimits) -> None:
    assert child.stdout
    try:
        async with asyncio.timeout(limits.closing_seconds):
            line = await child.stdout.readline()
            await child.wait()
    except TimeoutError:
        raise ExportFailed("the writer does not come to an end") from None
    if not line or json.loads(line) != {"done": count}:
        raise ExportFailed(f"the writer ended with {child.returncode} and said {line[:2_000]!r}")
