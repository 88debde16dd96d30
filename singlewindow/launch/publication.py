"""Whether what customs publish has reached the portal: asked of both databases as their owners."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

LEAVING = "select exists (select from outgoing where state = 'queued' and kind = 'notice')"
ARRIVING = "select exists (select from inbox where state = 'received' and kind = 'notice')"


def registers_arrived(environment: Mapping[str, str]) -> bool:
    """True when no notice waits at customs or at the portal; also when a database cannot tell (no tables)."""
    customs, portal = (
        environment[f"SINGLEWINDOW_{name}"] for name in ("CUSTOMS_DATABASE_URL", "DATABASE_URL")
    )
    return asyncio.run(_arrived(customs, portal))


async def _arrived(customs: str, portal: str) -> bool:
    import asyncpg  # noqa: PLC0415 - slow to import

    try:
        return not (await _ask(customs, LEAVING) or await _ask(portal, ARRIVING))
    except asyncpg.UndefinedTableError:
        return True
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


async def _ask(url: str, question: str) -> bool:
    import asyncpg  # noqa: PLC0415 - slow to import

    connection = await asyncpg.connect(url, timeout=5)
    try:
        return bool(await connection.fetchval(question))
    finally:
        await connection.close()
