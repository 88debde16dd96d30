"""A scene for each test, whose business clock stands on a Saturday of November; real again afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from singlewindow.subsystems.consolidated.tests.scene import SATURDAY, Scene
from tests.house import House


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    await house.sql("delete from schedule")
    made = Scene(house, await house.member())
    await made.freeze(SATURDAY)
    await made.publish()
    yield made
    await house.sql("update clock set frozen = null, shift = '0'")
