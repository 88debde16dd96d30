"""One running system for each journey, and the reader in which a person puts cards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.system.running import System, running

USUAL = {"CAPTCHA_FIXED": "8888", "WEB_PROCESSES": "1"}  # two at one port are asked in tests/system/


@dataclass(frozen=True)
class Stage:
    """The system as a journey plays on it."""

    system: System

    @property
    def portal(self) -> str:
        return self.system.portal

    @property
    def customs(self) -> str:
        return self.system.customs

    @property
    def examples(self) -> dict[str, Any]:
        """Numbers to try."""
        examples: dict[str, Any] = self.system.world["examples"]
        return examples

    def put_card(self, card_no: str | None) -> None:
        """Put a card into the reader, or pull the one that is in it."""
        self.system.put_card(card_no)

    def move_clock(self, change: str, value: str = "") -> None:
        """The operator's command `singlewindow clock …`, which moves both sides of the running system."""
        environment = os.environ | {"SINGLEWINDOW_DATA": str(self.system.data)}
        command = [sys.executable, "-m", "singlewindow", "clock", change, *([value] if value else [])]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The system of one journey; a module's SETTINGS are settings of its own."""
    usual = {"CUSTOMS_MODE": "automatic", "CUSTOMS_DELAY": "1"}
    settings: dict[str, str] = USUAL | usual | getattr(request.module, "SETTINGS", {})
    with running(settings) as system:
        yield Stage(system)
