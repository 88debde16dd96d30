"""The business clock of portal and customs, moved together: `singlewindow clock …` (docs/operations.md)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from singlewindow.launch.errors import LaunchError

if TYPE_CHECKING:
    import asyncpg

CHINA = timezone(timedelta(hours=8))
CHANNEL = "clock"
SPAN = re.compile(r"([+-]?)((?:[0-9]{1,5}[dhms])+)")
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
FIRST, LAST = datetime(2000, 1, 1, tzinfo=CHINA), datetime(2100, 1, 1, tzinfo=CHINA)


@dataclass(frozen=True)
class Clock:
    """How a clock stands: frozen at a moment or running, and moved by a shift on top of that."""

    frozen: datetime | None
    shift: timedelta

    def now(self, real: datetime) -> datetime:
        """The business moment at a real one."""
        return (self.frozen or real) + self.shift

    def said(self, real: datetime) -> str:
        """The clock in words."""
        text = f"{self.now(real).astimezone(CHINA):%Y-%m-%d %H:%M:%S} China"
        if self.frozen:
            return f"{text}, frozen"
        return f"{text}, {'real' if not self.shift else f'moved by {self.shift}'}"


REAL = Clock(None, timedelta())


def moment_of(text: str) -> datetime:
    """A moment "2026-12-24", "2026-12-24 09:30" or with seconds and offset; without offset in China."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise LaunchError(f'"{text}" is no moment; write one like "2026-12-24 09:30".') from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
    if not FIRST <= moment < LAST:
        raise LaunchError("The clock goes from 2000 to 2099.")
    return moment


def span_of(text: str) -> timedelta:
    """A span like +3d, -2h, +1d12h, 90m."""
    match = SPAN.fullmatch(text.strip())
    if match is None:
        raise LaunchError(f'"{text}" is no span; write one like +3d, -2h or +1d12h.')
    parts = re.findall(r"([0-9]+)([dhms])", match[2])
    span = sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    return -span if match[1] == "-" else span


def moved(clock: Clock, real: datetime, change: str, value: str) -> Clock:
    """The clock after `set`, `shift`, `freeze` (without a moment: where it stands) or `real`."""
    if change == "real":
        return REAL
    if change == "set":
        return Clock(None, moment_of(value) - real)
    if change == "freeze":
        return Clock(moment_of(value) if value else clock.now(real), timedelta())
    shifted = Clock(clock.frozen, clock.shift + span_of(value))
    if not FIRST <= shifted.now(real) < LAST:
        raise LaunchError("The clock goes from 2000 to 2099.")
    return shifted


def move(environment: Mapping[str, str], change: str, value: str) -> tuple[Clock, datetime]:
    """Move both clocks, or only read them (`show`); answers the clock and the real moment.

    Raises LaunchError: a moment or span that is none, a database away, or two clocks that differ on `show`.
    """
    urls = [environment[f"SINGLEWINDOW_{name}"] for name in ("DATABASE_URL", "CUSTOMS_DATABASE_URL")]
    return asyncio.run(_move(urls, change, value))


async def _move(urls: list[str], change: str, value: str) -> tuple[Clock, datetime]:
    from singlewindow.contract.postgres import FAILURES, why_of  # noqa: PLC0415 - slow to import

    async with AsyncExitStack() as stack:
        try:
            connections = [await _connected(stack, url) for url in urls]
            return await _agree(connections, change, value)
        except FAILURES as error:
            raise LaunchError(f"The clocks cannot be reached: {why_of(error)}") from error


async def _connected(stack: AsyncExitStack, url: str) -> asyncpg.Connection:
    from singlewindow.contract.postgres import connect  # noqa: PLC0415 - slow to import

    connection = await connect(url, timeout=10)
    stack.push_async_callback(connection.close)
    return connection


async def _read(connection: asyncpg.Connection) -> Clock:
    row = await connection.fetchrow("select frozen, shift from clock")
    assert row, "the migrations put one row into clock"
    return Clock(row["frozen"], row["shift"])


async def _agree(connections: list[asyncpg.Connection], change: str, value: str) -> tuple[Clock, datetime]:
    """Write both inside open transactions, then commit both: a refusal of either leaves both as they were."""
    portal, customs = connections
    async with portal.transaction(), customs.transaction():
        real = await portal.fetchval("select clock_timestamp()")
        clocks = [await _read(each) for each in connections]
        if change == "show":
            if clocks[0] != clocks[1]:
                raise LaunchError(
                    "Portal and customs differ; `clock real` or `clock set` brings them together."
                )
            return clocks[0], real
        wanted = moved(clocks[0], real, change, value)
        for each in connections:
            await each.execute("update clock set frozen = $1, shift = $2", wanted.frozen, wanted.shift)
            await each.execute("select pg_notify($1, '')", CHANNEL)
    return wanted, real
