"""What the kernel's tests share beside the house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from tests.house import House

FROZEN = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Where the business clock stands at first in a test that has `clock`."""


@pytest.fixture
async def clock(house: House) -> AsyncIterator[Callable[[datetime], Awaitable[None]]]:
    """Freezes the business clock; real again afterwards. What tests before it left waiting waits no more."""

    async def freeze(moment: datetime) -> None:
        await house.sql("update clock set frozen = $1, shift = '0'", moment)

    await house.sql("delete from schedule")
    await freeze(FROZEN)
    yield freeze
    await house.sql("update clock set frozen = null, shift = '0'")
