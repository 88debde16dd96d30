"""What the lane will weigh: the theoretical gross weight of a trip (GATE-10)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from singlewindow.subsystems.gate.document import Trip

GROSS_LIMIT = Decimal(49_000)
"""GB 1589-2016: the greatest mass of a vehicle combination with six axles, in kilograms."""


@dataclass(frozen=True)
class Weights:
    """A trip's weights in kilograms; `goods` is what all rows take along."""

    vehicle: Decimal
    trailer: Decimal
    container: Decimal
    goods: Decimal

    @property
    def parts(self) -> tuple[tuple[str, Decimal], ...]:
        """The weights with their words, in the order of the form."""
        return (
            ("车辆", self.vehicle),
            ("挂车", self.trailer),
            ("集装箱", self.container),
            ("提货", self.goods),
        )

    @property
    def gross(self) -> Decimal:
        """What the scale of a lane should show."""
        return sum((kilograms for _, kilograms in self.parts), Decimal(0))


def weights_of(content: Trip) -> Weights | None:
    """The weights of a trip; None as long as one of the header's three is missing."""
    own = (content.vehicle_weight, content.trailer_weight, content.conta_weight)
    if not all(own):
        return None
    vehicle, trailer, container = map(Decimal, own)
    goods = sum((Decimal(row.goods_wt) for row in content.bodies if row.goods_wt), Decimal(0))
    return Weights(vehicle, trailer, container, goods)


def plain(kilograms: Decimal) -> str:
    """A weight without superfluous zeros: 12500.50 is 12500.5."""
    return f"{kilograms.normalize():f}"
