"""`kill -9` of the database that all parts stand on (after test_logs.py: while it is away, logs may be long)."""

from __future__ import annotations

import pytest

from tests.system.running import System
from tests.system.test_kill import kill_in_the_middle

pytestmark = pytest.mark.serial


async def test_killed_database_loses_and_doubles_nothing(system: System) -> None:
    """Requests are answered 503 meanwhile, never 500; what was acknowledged is granted exactly once."""
    await kill_in_the_middle(system, "database")
    for part in ("portal", "worker", "customs", "card"):
        assert f"{part} ended" not in system.log("launcher").partition("the database ended")[2], part
