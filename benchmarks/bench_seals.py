"""How long typesetting and sealing of papers takes (PRNT-09): one JSON line with the conditions.

    .venv/bin/python -m benchmarks.bench_seals [COUNT]

COUNT papers (default 1,000) are typeset, then sealed, then both in one go as an application has it done: several papers
under way, each typeset and then sealed, in two children for either work. CPU is that of the children. The last part
checks some of what was sealed.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from singlewindow.contract.demo_pki import create
from singlewindow.contract.pdf_seals import Trust, Verdict, check
from singlewindow.kernel.printing.sealing import SealBox, Sealer
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import FORM_PRINT
from tests.kernel.test_printing import data

UNDER_WAY = 8  # enough that no child waits, and far below what may wait
NOW = datetime.now(UTC)
BOX = SealBox(-1, (400.0, 100.0, 520.0, 220.0))
REASON = "报关单证自助打印"
CHECKED = 20


async def measure(pki: Path, count: int) -> dict[str, Any]:
    """The figures; the three parts have children of their own."""
    papers: list[bytes] = []
    sealed: list[bytes] = []
    typesetter, sealer = Typesetter(settings().fonts), Sealer(pki)

    async def typeset(at: int) -> None:
        papers.append(await typesetter.typeset(FORM_PRINT.template, paper(at), NOW))

    async def seal(at: int) -> None:
        sealed.append(await sealer.seal(papers[at], BOX, REASON, NOW))

    async def both(at: int) -> None:
        made = await typesetter.typeset(FORM_PRINT.template, paper(at), NOW)
        sealed.append(await sealer.seal(made, BOX, REASON, NOW))

    async def close() -> None:
        await typesetter.close()
        await sealer.close()

    figures = {
        name: await _timed(count, work, close)
        for name, work in (("typeset", typeset), ("seal", seal), ("both", both))
    }
    trust = Trust((pki / "ca.pem").read_bytes(), (pki / "crl.pem").read_bytes(), datetime.now(UTC))
    assert all(check(each, trust).verdict == Verdict.VALID for each in sealed[:: len(sealed) // CHECKED])
    return {"papers": count, "paper_bytes": len(papers[0]), "sealed_bytes": len(sealed[0]), **figures}


def paper(at: int) -> dict[str, Any]:
    """A paper of a page or two: a form of twenty fields and forty lines of goods, other words on each."""
    fields = [{"label": f"栏目{no}", "value": f"内容 {at}-{no}", "wide": False} for no in range(20)]
    columns = [
        {"label": name, "width": 10} for name in ("序号", "商品编号", "商品名称", "数量", "单价", "总价")
    ]
    rows = [
        [str(no), f"84713{no:05}", f"便携式计算机 {at}", f"{no}.5", "3.20", str(no * at)]
        for no in range(1, 41)
    ]
    return data(
        number=f"5301202610{at:08}",
        sections=[{"title": "表头", "fields": fields}],
        tables=[{"label": "商品", "columns": columns, "rows": rows}],
    )


async def _timed(
    count: int, work: Callable[[int], Awaitable[None]], close: Callable[[], Awaitable[None]]
) -> dict[str, float]:
    """Do all pieces, a few at once; the children are ended so that their CPU can be counted."""
    waiting = iter(range(count))

    async def take() -> None:
        for at in waiting:
            await work(at)

    spent, began = _children_cpu(), time.perf_counter()
    await asyncio.gather(*(take() for _ in range(UNDER_WAY)))
    seconds = time.perf_counter() - began
    await close()
    cpu = _children_cpu() - spent
    return {"seconds": round(seconds, 1), "cpu_ms_each": round(cpu / count * 1000, 1)}


def _children_cpu() -> float:
    """Seconds of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(prefix="singlewindow-bench-") as folder:
        create(Path(folder), Path(folder) / "cards", [])
        figures = asyncio.run(measure(Path(folder), count))
    conditions = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "under_way": UNDER_WAY,
    }
    print(json.dumps({"benchmark": "seals", **figures, "conditions": conditions}, ensure_ascii=False))


if __name__ == "__main__":
    main()
