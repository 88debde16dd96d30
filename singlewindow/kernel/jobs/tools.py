"""What the worker has for the steps of its jobs besides the database: child processes that make files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from singlewindow.kernel.printing.children import Bounds
from singlewindow.kernel.printing.sealing import BOUNDS as SEALING
from singlewindow.kernel.printing.sealing import Sealer
from singlewindow.kernel.printing.typesetter import Typesetter

WAITING = 2_000  # pieces that one step may ask for at once: nobody but the steps themselves waits for them


@dataclass(frozen=True)
class Tools:
    """The tools of one worker; what they need is started when a step first asks."""

    typesetter: Typesetter
    sealer: Sealer


@asynccontextmanager
async def tools_of_worker(fonts: Path, pki: Path) -> AsyncIterator[Tools]:
    """The tools for as long as a worker lives; its steps may ask for many pieces at once."""
    tools = Tools(Typesetter(fonts, Bounds(waiting=WAITING)), Sealer(pki, replace(SEALING, waiting=WAITING)))
    try:
        yield tools
    finally:
        await tools.typesetter.close()
        await tools.sealer.close()
