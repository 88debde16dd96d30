"""docs/api.md on the running system, as somebody follows it who has never seen the portal."""

from __future__ import annotations

import pytest

from tests.guide import follow
from tests.system.integrator import integrator
from tests.system.running import System

pytestmark = pytest.mark.serial


async def test_from_nothing_to_the_first_receipt(system: System) -> None:
    """INTG-01: every block of the guide does what it says: token, check, draft, signed file, submission, receipts."""
    program = await integrator(system)
    card = next(each for each in system.world["cards"] if each["card_no"] == program.card_no)
    environment = system.environment(TOKEN=program.token, CARD_PIN=program.pin) | {
        "DECLARATION": system.declaration(card["customs_code"])
    }
    said = follow(system.portal, system.card, environment)
    assert "refused [{'path': 'attachments'" in said
    assert "receipt 同意 同意" in said
    assert "409 /problems/not-in-this-state" in said
