"""What the lane will weigh: the theoretical gross weight of a trip (GATE-10).

A lane compares as a vehicle comes in; one that comes in empty (过卡车辆类型 02, 04) takes its goods along later, if at
all.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from singlewindow.subsystems.gate.document import Trip

GROSS_LIMIT = Decimal(49_000)
"""GB 1589-2016: the greatest mass of a vehicle combination with six axles, in kilograms."""
EMPTY_IN = {"02", "04"}
"""空进重出, 空进空出: 过卡车辆类型 of vehicles without goods at the entry; where none is declared they count."""


@dataclass(frozen=True)
class Weights:
    """A trip's weights in kilograms; `goods` is what all rows take along, `empty_in` whether it comes in without."""

    vehicle: Decimal
    trailer: Decimal
    container: Decimal
    goods: Decimal
    empty_in: bool = False

    @property
    def parts(self) -> tuple[tuple[str, Decimal], ...]:
        """The weights of `entering` with their words, in the order of the form."""
        own = (("车辆", self.vehicle), ("挂车", self.trailer), ("集装箱", self.container))
        return own if self.empty_in else (*own, ("提货", self.goods))

    @property
    def entering(self) -> Decimal:
        """What the scale of a lane should show as the vehicle comes in."""
        return sum((kilograms for _, kilograms in self.parts), Decimal(0))

    @property
    def gross(self) -> Decimal:
        """The vehicle with all its goods."""
        return self.vehicle + self.trailer + self.container + self.goods


def weights_of(content: Trip) -> Weights | None:
    """The weights of a trip; None as long as one of the header's three is missing."""
    own = (content.vehicle_weight, content.trailer_weight, content.conta_weight)
    if not all(own):
        return None
    vehicle, trailer, container = map(Decimal, own)
    goods = sum((Decimal(row.goods_wt) for row in content.bodies if row.goods_wt), Decimal(0))
    return Weights(vehicle, trailer, container, goods, content.bayonet_rd_code in EMPTY_IN)


def plain(kilograms: Decimal) -> str:
    """A weight without superfluous zeros: 12500.50 is 12500.5."""
    return f"{kilograms.normalize():f}"
