"""What must hold: nothing is taken from a shelf that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems._deliveries.document import Delivery

SHELF = "_deliveries.shelf"  # what is drawn on, and the register of what lies there


@dataclass(frozen=True)
class Known:
    """What lies on the shelves, and what all other deliveries take of it."""

    lies: Mapping[str, Decimal]
    drawn: Mapping[str, Decimal]

    def frozen(self) -> dict[str, Any]:
        """What decided."""
        return {shelf: str(amount) for shelf, amount in self.drawn.items()}


async def gather(case: Case) -> Known:
    """Look at the shelves."""
    shelves = sorted({row.get("shelf", "") for row in case.values.get("goods", [])} - {""})
    entries = await case.registers.find_many([(SHELF, shelf) for shelf in shelves])
    lies = {key: Decimal(entry.data["quantity"]) for (_, key), entry in entries.items()}
    return Known(lies, await case.drawn(SHELF, lies))


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """No grey fields."""
    return {}


@rule("DLVR-R01", clause="样例提货 2")
def lies_there(content: Delivery, known: Known) -> Iterator[Finding]:
    """All deliveries together take no more than what lies there, where that is known."""
    left = {shelf: lies - known.drawn.get(shelf, Decimal(0)) for shelf, lies in known.lies.items()}
    for at, row in enumerate(content.goods, start=1):
        if row.shelf not in left or not row.quantity:
            continue
        rest = left[row.shelf]
        left[row.shelf] -= Decimal(row.quantity)
        if left[row.shelf] < 0:
            message = f"货架 {row.shelf} 仅余 {rest}，不足 {row.quantity}"
            yield Finding(f"goods/{at}/quantity", message, "请减少数量或换一个货架")


RULES = (lies_there,)
