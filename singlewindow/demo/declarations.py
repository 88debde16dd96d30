"""Declarations in all states, and the pilot districts in which they are inspected.

A declaration number has 18 digits: district 4, year 4, 1 import / 0 export, serial 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from singlewindow.demo.companies import Company

CHINA = ZoneInfo("Asia/Shanghai")
STATES = {
    "1": "保存", "2": "已申报", "3": "预录入接收失败", "4": "海关入库成功", "5": "海关入库失败", "6": "退单",
    "7": "审结", "8": "删单", "9": "放行", "10": "结关", "11": "查验通知",
}  # fmt: skip
OPEN = ("5301", "5304", "5316", "2202", "2248", "3104", "4201", "4227", "5101", "5141", "0202", "0904")
SWITCHED_OFF, NOT_BEGUN, ENDED = "5317", "5305", "5303"
OUTSIDE = ("5306", "2244", "5201")  # districts without a pilot


@dataclass(frozen=True)
class Declaration:
    """A declaration as customs know it; the members are those of `declarations` in world.json."""

    number: str
    ie_flag: str
    status: str
    status_name: str
    consignee_code: str
    consignee_name: str
    declarant_code: str
    inspection_district: str
    declared_at: str


def make_pilots(anchor: date) -> list[dict[str, str | bool | None]]:
    """Districts where inspections without the company are tried: twelve open, one off, one not begun, one ended.

    `from` and `to` are dates, both inclusive, or None.
    """
    begun, soon, over = ((anchor + timedelta(days=days)).isoformat() for days in (-300, 60, -30))
    return [
        *({"district": district, "enabled": True, "from": begun, "to": None} for district in OPEN),
        {"district": SWITCHED_OFF, "enabled": False, "from": begun, "to": None},
        {"district": NOT_BEGUN, "enabled": True, "from": soon, "to": None},
        {"district": ENDED, "enabled": True, "from": begun, "to": over},
    ]


def make_bills(random: Random, count: int) -> list[dict[str, str]]:
    """Bills of lading that customs know, with the district where their goods are inspected."""
    carriers, vessels = ("COSU", "OOLU", "EGLV", "MSCU"), ("远洋之星", "海润", "长荣天津", "珠江晨光")
    everywhere = (*OPEN, *OPEN, *OUTSIDE, SWITCHED_OFF, NOT_BEGUN, ENDED)
    return [
        {
            "number": f"{carriers[at % 4]}{6300000000 + at * 37:010d}",
            "inspection_district": everywhere[at % len(everywhere)],
            "vessel": random.choice(vessels),
            "voyage": f"{random.randrange(1, 400):03d}{'EW'[at % 2]}",
        }
        for at in range(count)
    ]


class Maker:
    """Makes declarations with numbers that do not repeat."""

    def __init__(self, random: Random, anchor: date, brokers: Sequence[Company]) -> None:
        self._random, self._anchor, self._brokers = random, anchor, brokers
        self._serial = 0

    def make(self, consignee: Company, status: str, district: str) -> Declaration:
        """One declaration of the last 90 days before the anchor."""
        self._serial += 1
        ie_flag = "IE"[self._serial % 2]
        day = self._anchor - timedelta(days=self._random.randrange(1, 90))
        return Declaration(
            number=f"{district}{day.year}{'1' if ie_flag == 'I' else '0'}{self._serial:09d}",
            ie_flag=ie_flag,
            status=status,
            status_name=STATES[status],
            consignee_code=consignee.customs_code,
            consignee_name=consignee.name,
            declarant_code=self._random.choice(self._brokers).customs_code,
            inspection_district=district,
            declared_at=datetime.combine(
                day, time(9 + self._serial % 8, self._serial % 60), CHINA
            ).isoformat(),
        )
