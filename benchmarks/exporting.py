"""10,000 declarations with 8 goods each on average, written into one file as the worker does it (PRNT-07).

    python -m benchmarks.exporting [COUNT] [xlsx|csv|json]

One line of JSON: seconds from the first record to the whole file, the child's seconds of CPU, the greatest memory of
this process (which feeds) and its child together, the file's size.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.importing import Memory
from singlewindow.demo.companies import make_companies
from singlewindow.demo.printable import PrintableMaker, Wanted
from singlewindow.kernel.spreadsheets.export_files import FileFormat
from singlewindow.subsystems.declarations.exporting import export_declarations

COUNT = 10_000
GOODS = (1, 2, 3, 4, 6, 8, 10, 12, 14, 20)  # in turn: 8 on average
DIFFERENT = 200  # declarations that are made; then they come again under other numbers


def samples() -> list[dict[str, Any]]:
    """Declarations as customs publish them."""
    companies = make_companies(Random(1), 10)
    maker = PrintableMaker(date(2026, 6, 1), companies)
    return [
        maker.recent(companies[0], Wanted(goods=goods))
        for goods, _ in zip(cycle(GOODS), range(DIFFERENT), strict=False)
    ]


async def fed(made: Sequence[dict[str, Any]], count: int) -> AsyncIterator[dict[str, Any]]:
    """As many declarations, each with a number of its own."""
    for at, declaration in zip(range(count), cycle(made), strict=False):
        yield {**declaration, "number": f"{declaration['number'][:9]}{at:09d}"}


async def exported(count: int = COUNT, format: FileFormat = "xlsx") -> dict[str, Any]:
    """Write one file; what it cost."""
    made, memory = samples(), Memory(os.getpid())
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"data.{format}"
        watching = asyncio.create_task(memory.watch())
        began = time.perf_counter()
        await export_declarations(fed(made, count), format, target)
        seconds = time.perf_counter() - began
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        size = target.stat().st_size
    return {
        "declarations": count,
        "goods": sum(GOODS[at % len(GOODS)] for at in range(count)),
        "format": format,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, 1),
        "memory_mb": round(memory.most, 1),
        "file_mb": round(size / 2**20, 1),
    }


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    chosen: FileFormat = next((each for each in ("csv", "json") if each in sys.argv), "xlsx")
    print(json.dumps(asyncio.run(exported(count, chosen))))
