"""One whole system for all tests of this folder; they run one after another in one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.running import System, running


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The system with customs that decide by themselves and at once."""
    with running(
        CAPTCHA_FIXED="TEST",
        CUSTOMS_MODE="automatic",
        CUSTOMS_DELAY="0",
        LOG_FORMAT="json",
        WEBHOOK_PRIVATE="true",
    ) as started:
        yield started
