"""What a lane says to a vehicle: one pure function, the same for the officers' page and for messages of a lane.

Facts 1.5 and 1.6; what they leave open is decided in docs/decisions/0023-customs-gate.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from singlewindow.customs.desk import RECEIVED
from singlewindow.customs.desks.gate.contents import Weights
from singlewindow.customs.desks.gate.states import (
    BY_HAND,
    DELETED,
    FINISHED,
    INSIDE,
    LEFT,
    LOCKED,
    PASSABLE,
    RETURNED,
    UNLOCKED,
)

DEFAULT_TOLERANCE = Decimal(5)  # percent; a proposal, no public text names one (facts 1.6)
HUNDRED = Decimal(100)
OPEN = (RECEIVED, *PASSABLE, LOCKED)
EMPTY = {"I": ("02", "04"), "E": ("01", "04")}
"""Direction → 过卡车辆类型 of vehicles that pass it empty; one that is not declared counts as loaded."""


class Result(StrEnum):
    """CHECK_RESULT."""

    PASS = "Y"  # noqa: S105 - 放行
    ALARM = "N"  # 报警
    PERSON = "M"  # 待人工确认

    @property
    def words(self) -> str:
        """As the screens say it."""
        return {"Y": "放行", "N": "报警", "M": "待人工确认"}[self.value]


@dataclass(frozen=True)
class Lane:
    """A lane as it is registered; `tolerance` is its district's, in percent."""

    number: str
    name: str
    district: str
    direction: Literal["I", "E"]
    enabled: bool
    tolerance: Decimal = DEFAULT_TOLERANCE

    @property
    def area(self) -> str:
        """AREA_ID of the supervised site."""
        return self.number[:11]


@dataclass(frozen=True)
class Trip:
    """A trip as the rule sees it; `confirmed` is the weight in kg that an officer has confirmed, if one has."""

    id: int
    number: str
    district: str
    state: str
    vehicle_kind: str  # 过卡车辆类型, "" where it is not declared
    weights: Weights
    confirmed: Decimal | None = None

    def theoretical(self, direction: Literal["I", "E"]) -> Decimal:
        """What the vehicle should weigh in this direction, in kg (facts 1.6)."""
        return self.weights.tare + (0 if self.vehicle_kind in EMPTY[direction] else self.weights.goods)


@dataclass(frozen=True)
class Verdict:
    """The lane's answer; `decision` is what follows for the trip ("" nothing). Weights in kg, tolerance in percent."""

    result: Result
    reason: str
    trip: Trip | None = None
    decision: str = ""
    theoretical: Decimal | None = None
    difference: Decimal | None = None
    tolerance: Decimal | None = None


STATE_REASONS = {
    RECEIVED: "该车次海关尚未审核",
    RETURNED: "该车次已被退单",
    LOCKED: "该车次已锁定，须由关员解除锁定",
    FINISHED: "该车次已办结，不能再次进场",
    BY_HAND: "该车次已人工办结，不能再次进场",
    LEFT: "该车次已口岸离场",
    DELETED: "该车次已删单",
}


def concerned(lane: Lane, trips: Sequence[Trip]) -> list[Trip]:
    """Of the trips of a vehicle's media, newest first, those that a passage of this lane is about.

    An entry is about the trips that are open, an exit about the newest that came in; failing these about the newest.
    """
    if lane.direction == "I":
        return [trip for trip in trips if trip.state in OPEN] or list(trips[:1])
    return ([trip for trip in trips if trip.state in INSIDE] or list(trips))[:1]


def judge(lane: Lane, trips: Sequence[Trip], gross: Decimal | None) -> Verdict:
    """A lane's answer to a vehicle of `gross` kg (None: not weighed); `trips` are those of its media, newest first."""
    if not lane.enabled:
        return Verdict(Result.ALARM, "该通道已停用")
    about = concerned(lane, trips)
    if not about:
        return Verdict(Result.ALARM, "没有申报该介质的车次")
    if len(about) > 1:
        return Verdict(Result.ALARM, f"该介质有 {len(about)} 个未完成车次，须由关员处理", about[0])
    trip = about[0]
    if trip.district != lane.district:
        return Verdict(
            Result.ALARM, f"该车次申报的关区为 {trip.district}，与本通道关区 {lane.district} 不符", trip
        )
    return _entry(lane, trip, gross) if lane.direction == "I" else _exit(lane, trip, gross)


def _entry(lane: Lane, trip: Trip, gross: Decimal | None) -> Verdict:
    if trip.state not in PASSABLE:
        return Verdict(Result.ALARM, STATE_REASONS[trip.state], trip)
    if gross is None:
        return Verdict(Result.ALARM, "没有采集到地磅重量，请重新过磅", trip)
    confirmed = trip.confirmed if trip.state == UNLOCKED else None
    expected = trip.theoretical("I") if confirmed is None else confirmed
    difference = gross - expected
    figures = (trip.theoretical("I"), difference, lane.tolerance)
    if abs(difference) * HUNDRED > expected * lane.tolerance:
        against = "申报重量" if confirmed is None else "关员确认的重量"
        reason = (
            f"{weight_in_words(gross)}与{against} {shown(expected)} 千克相差 {shown(difference)} 千克，"
            f"超出允许误差 ±{shown(lane.tolerance)}%"
        )
        return Verdict(Result.PERSON, reason, trip, "lock", *figures)
    reason = "车次与重量相符" if confirmed is None else "经关员人工确认"
    return Verdict(Result.PASS, reason, trip, "finish", *figures)


def _exit(lane: Lane, trip: Trip, gross: Decimal | None) -> Verdict:
    """The weight of a vehicle that leaves is told, and decides nothing."""
    theoretical = trip.theoretical("E")
    figures = (theoretical, None if gross is None else gross - theoretical, lane.tolerance)
    if trip.state in INSIDE:
        return Verdict(Result.PASS, "车次已办结，准予离场", trip, "leave", *figures)
    reason = STATE_REASONS.get(trip.state, "该车次没有进场，未办结")
    if trip.state in OPEN:
        reason = "该车次未办结，不能离场"
    return Verdict(Result.ALARM, reason, trip, "", *figures)


def weight_in_words(gross: Decimal | None) -> str:
    """What the lane's scale showed; "" where nothing was weighed."""
    return "" if gross is None else f"地磅重量 {shown(gross)} 千克"


def shown(number: Decimal) -> str:
    """A number without idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
