"""What is said of the chapter's routes (PORT-10)."""

from __future__ import annotations

from typing import Any

from tests.house import House, Member
from tests.strangers import Ask, Entry, Strangers


async def furnish(house: House, clerk: Member, legal: Member, mark: str) -> dict[str, Any]:
    """Nothing: calendars of ports are everybody's."""
    return {}


STRANGERS = Strangers(
    furnish,
    {},
    (
        Entry(
            "GET /api/appointment/working-time",
            "chapter",
            nothing="what customs publish of their ports is everybody's",
            unheard="calendars name no company",
            ask=lambda _: Ask(params={"day_from": "2026-11-02", "day_to": "2026-11-03", "port": "4201"}),
        ),
    ),
)
