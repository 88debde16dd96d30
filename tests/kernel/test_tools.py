"""The tools that a worker's steps have: more pieces at once than a page may ask for, and an end with the worker."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from singlewindow.kernel.jobs.tools import tools_of_worker
from singlewindow.kernel.printing.children import Bounds
from singlewindow.kernel.printing.sealing import SealBox
from singlewindow.kernel.settings import settings
from tests.house import House

TEMPLATE = Path(__file__).parents[2] / "singlewindow/subsystems/_labels/prints/label.typ"
NOW = datetime(2026, 11, 5, tzinfo=UTC)


async def test_a_step_asks_for_a_whole_batch_at_once(house: House) -> None:
    """PRNT-11: typeset and sealed, more than wait at a page's door; the child processes end with the worker."""
    many = Bounds().waiting + 5
    async with tools_of_worker(settings().fonts, house.pki) as tools:
        data = [{"number": f"P{n}", "arrived_on": "", "weight": ""} for n in range(many)]
        made = await asyncio.gather(*(tools.typesetter.typeset(TEMPLATE, each, NOW) for each in data))
        box = SealBox(1, (10, 10, 60, 60))
        sealed = await asyncio.gather(*(tools.sealer.seal(pdf, box, "样章", NOW) for pdf in made))
        assert all(pdf.startswith(b"%PDF") for pdf in sealed)
        assert all(b"/ByteRange" in pdf for pdf in sealed)
        idle = [*tools.typesetter.children.idle, *tools.sealer.children.idle]
        assert idle
    assert all(child.process.returncode is not None for child in idle)
