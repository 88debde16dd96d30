"""What the rules may know, and the content: it stays as merging made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA

COMPANY = "company"  # customs' register


@dataclass(frozen=True)
class Known:
    """What the rules may know: what customs say of 申报单位 (None: nothing), and today."""

    today: date
    declarant: Mapping[str, Any] | None

    def frozen(self) -> dict[str, Any]:
        """What decided."""
        declarant = self.declarant or {}
        return {
            "declarant": {name: declarant.get(name) for name in ("grade", "grade_name", "customs_qualified")}
        }


async def gather(case: Case) -> Known:
    """Look up who declares."""
    entry = await case.registers.find(COMPANY, str(case.stored.get("declarant_code", "")))
    return Known(case.transaction.now.astimezone(CHINA).date(), None if entry is None else entry.data)


def fill(case: Case, known: Known) -> Mapping[str, Any]:
    """All of it, tables too, as merging made it."""
    return dict(case.stored)
