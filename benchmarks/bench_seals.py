"""How long typesetting and sealing of layout files takes (PRNT-09): one JSON line with the conditions.

    .venv/bin/python -m benchmarks.bench_seals [COUNT]

COUNT layout files (default 1,000; the chapter's samples in turn, each time with other words) are typeset, then sealed,
then both in one go as an application has it done: several files under way, each typeset and then sealed, two children
for either work. CPU is that of the children. Some of what was sealed is checked at the end.
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
from singlewindow.papers.declaration.paper import SEAL_BOX, TEMPLATE, paper_data
from singlewindow.papers.declaration.tests.press import sample, samples, shipped_names

UNDER_WAY = 8  # enough that no child waits, and far below what may wait
NOW = datetime.now(UTC)
BOX = SealBox(1, SEAL_BOX)
REASON = "报关单证自助打印"
CHECKED = 20


async def measure(pki: Path, count: int) -> dict[str, Any]:
    """The figures; the three parts have children of their own."""
    papers: list[bytes] = []
    sealed: list[bytes] = []
    typesetter, sealer = Typesetter(settings().fonts), Sealer(pki)

    async def typeset(at: int) -> None:
        papers.append(await typesetter.typeset(TEMPLATE, layout(at), NOW))

    async def seal(at: int) -> None:
        sealed.append(await sealer.seal(papers[at], BOX, REASON, NOW))

    async def both(at: int) -> None:
        made = await typesetter.typeset(TEMPLATE, layout(at), NOW)
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
    return {"files": count, "mean_bytes": sum(map(len, papers)) // count, **figures}


def layout(at: int) -> dict[str, Any]:
    """What the template gets for one file: no two are alike, so that the typesetter remembers little of the last."""
    names = samples()
    content = sample(names[at % len(names)])["content"]
    goods = [{**each, "name": f"{each['name']}{at}"} for each in content["goods"]]
    content |= {"number": f"{content['number'][:10]}{at:08}", "goods": goods}
    return paper_data(content, shipped_names(content), sealed=True)


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
