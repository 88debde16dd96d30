"""What 预约通关 is played with: who may appoint and who may not, who is on duty, declarations to feed back (APPT-10).

Feedback counts only for what was declared after the application was submitted. So these declarations are dated ahead
of the first day: whoever applies on any of the weeks that follow finds some that are later still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from singlewindow.demo.calendars import NAMES
from singlewindow.demo.companies import Company
from singlewindow.demo.declarations import CHINA, Maker

Declaration = dict[str, Any]
SEED = 20181030
FIRST_SERIAL = 700_000_001
RELEASED = "9"
BROKER_AT, ADVANCED_AT, UNQUALIFIED_AT = 7, 12, 30
"""Places of a 报关企业 and of a consignee, both 高级认证企业, and of a company without 报关资质."""
DISCREDITED_AT = 6
PORT, OTHER_PORT, THIRD_PORT = "5301", "5304", "5316"
WITHOUT_CALENDAR, ALL_HOURS, SUNDAYS = "5317", "5322", "5710"
MANY = tuple(range(1, 61))  # enough for the fifty numbers that one feedback may name
SOME = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 30, 45, 60)
SHOWN = 20
DUTY = (
    "林晓",
    "方远",
    "邓洁",
    "罗平",
    "蔡明",
    "叶青",
    "潘宁",
    "杜欣",
    "范磊",
    "石岚",
    "戴峰",
    "夏雨",
    "钟毅",
)


@dataclass(frozen=True)
class Wanted:
    """Declarations of one sort: who declares for whom, where, which direction, on which days after the first."""

    declarant: Company
    consignee: Company
    ie_flag: str
    days: Sequence[int]
    district: str = PORT
    port: str = PORT


def make_duty_officers() -> list[dict[str, Any]]:
    """Who answers for appointments at each port with a calendar: the name and telephone that an approval names."""
    return [
        {"key": port, "data": {"name": DUTY[at % len(DUTY)], "phone": f"0755-8439{8100 + at}"}}
        for at, port in enumerate(NAMES)
    ]


def make_appointments(
    anchor: date, companies: Sequence[Company], bills: Sequence[Mapping[str, str]]
) -> tuple[list[Declaration], dict[str, Any]]:
    """Declarations to feed back, and what to try by what it is."""
    first, second, broker, advanced = (companies[at] for at in (0, 1, BROKER_AT, ADVANCED_AT))
    fitting = {
        "import": Wanted(first, first, "I", MANY),
        "export": Wanted(first, first, "E", SOME),
        "two_ports_import": Wanted(first, first, "I", SOME, port=OTHER_PORT),
        "two_ports_export": Wanted(first, first, "E", SOME, port=OTHER_PORT),
        "broker_import": Wanted(broker, first, "I", SOME),
        "broker_export": Wanted(broker, first, "E", SOME),
        "advanced_import": Wanted(broker, advanced, "I", SOME),
        "advanced_export": Wanted(broker, advanced, "E", SOME),
    }
    differing = {
        "other_declarant": Wanted(broker, first, "I", SOME[:3]),
        "other_consignee": Wanted(first, second, "I", SOME[:3]),
        "other_declare_port": Wanted(first, first, "I", SOME[:3], district=OTHER_PORT),
        "other_entry_port": Wanted(first, first, "I", SOME[:3], port=THIRD_PORT),
        "declared_before": Wanted(first, first, "I", (-4, -3, -2)),
    }
    maker = _Maker(anchor, bills)
    made = {
        f"appointment_feedback_{name}": [maker.make(wanted, ahead) for ahead in wanted.days]
        for name, wanted in (fitting | differing).items()
    }
    numbers = {name: [each["number"] for each in its][:SHOWN] for name, its in made.items()}
    return [each for its in made.values() for each in its], _to_try(companies) | numbers


def _to_try(companies: Sequence[Company]) -> dict[str, Any]:
    """Consignees and ports for each answer of the form."""
    consignees = {"high": ADVANCED_AT, "discredited": DISCREDITED_AT, "unqualified": UNQUALIFIED_AT}
    return {
        "appointment_consignee": companies[0].customs_code,
        **{f"appointment_consignee_{name}": companies[at].customs_code for name, at in consignees.items()},
        "appointment_port": [PORT, OTHER_PORT],
        "appointment_port_without_calendar": WITHOUT_CALENDAR,
        "appointment_port_all_hours": ALL_HOURS,
        "appointment_port_sundays": SUNDAYS,
    }


class _Maker:
    """Makes them with a `Random` and serials of their own, so that no other number of the world moves."""

    def __init__(self, anchor: date, bills: Sequence[Mapping[str, str]]) -> None:
        self._random = Random(SEED)  # noqa: S311 a world to play in, no secrets
        self._anchor, self._bills = anchor, bills
        self._serial = FIRST_SERIAL
        self._makers: dict[str, Maker] = {}

    def make(self, wanted: Wanted, ahead: int) -> Declaration:
        """One declaration, declared in the evening of the day that lies so many days after the first."""
        day = self._anchor + timedelta(days=ahead)
        declared = datetime.combine(day, time(20, self._serial % 60), CHINA)
        flag = "1" if wanted.ie_flag == "I" else "0"
        number = f"{wanted.district}{day.year}{flag}{self._serial:09d}"
        self._serial += 1
        return self._any(wanted) | {
            "number": number,
            "pre_entry_no": number,
            "unified_no": f"{wanted.ie_flag}{day.year}{int(number[9:]):013d}",
            "district": wanted.district,
            "inspection_district": wanted.district,
            "port": wanted.port,
            "ie_date": day.isoformat(),
            "declared_at": declared.isoformat(),
            "released_at": (declared + timedelta(hours=1)).isoformat(),
        }

    def _any(self, wanted: Wanted) -> Declaration:
        """One of the wanted direction; the directions take turns."""
        code = wanted.declarant.customs_code
        maker = self._makers.setdefault(
            code, Maker(self._random, self._anchor, [wanted.declarant], self._bills)
        )
        while (made := maker.make(wanted.consignee, RELEASED, wanted.district))["ie_flag"] != wanted.ie_flag:
            pass
        return made
