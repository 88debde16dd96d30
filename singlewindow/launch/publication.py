"""Whether what customs publish has reached the portal: asked of both databases as their owners."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from singlewindow.contract.folder import MESSAGE, Boxes, complete

LEAVING = "select exists (select from outgoing where state = 'queued' and kind = 'notice')"
ARRIVING = "select exists (select from inbox where state = 'received' and kind = 'notice')"


def registers_arrived(environment: Mapping[str, str]) -> bool:
    """True when no notice waits at customs, in the folder between them, or at the portal.

    Also when a database cannot tell (no tables).
    """
    customs, portal = (
        environment[f"SINGLEWINDOW_{name}"] for name in ("CUSTOMS_DATABASE_URL", "DATABASE_URL")
    )
    inbox = Boxes(Path(environment["SINGLEWINDOW_EXCHANGE_FOLDER"])).inbox
    return asyncio.run(_arrived(customs, portal, inbox))


async def _arrived(customs: str, portal: str, inbox: Path) -> bool:
    """Asked in the order in which a notice travels, so that none passes by between two questions."""
    import asyncpg  # noqa: PLC0415 - slow to import

    from singlewindow.contract.postgres import FAILURES  # noqa: PLC0415 - slow to import

    try:
        return not (await _ask(customs, LEAVING) or _lies_there(inbox) or await _ask(portal, ARRIVING))
    except asyncpg.UndefinedTableError:
        return True
    except FAILURES:
        return False


def _lies_there(inbox: Path) -> bool:
    """Whether a message lies in InBox; there is no such folder where messages travel by HTTP."""
    return inbox.is_dir() and bool(complete(inbox, MESSAGE, 1))


async def _ask(url: str, question: str) -> bool:
    from singlewindow.contract.postgres import connect  # noqa: PLC0415 - slow to import

    connection = await connect(url, timeout=5)
    try:
        return bool(await connection.fetchval(question))
    finally:
        await connection.close()
