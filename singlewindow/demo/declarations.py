"""Declarations in all states with header, goods and containers, and the pilot districts in which they are inspected.

A declaration number has 18 digits: district 4, year 4, 1 import / 0 export, serial 9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from singlewindow.demo.companies import Company
from singlewindow.demo.containers import container_number
from singlewindow.demo.goods import GOODS, Good

CHINA = ZoneInfo("Asia/Shanghai")
STATES = {
    "1": "保存", "2": "已申报", "3": "预录入接收失败", "4": "海关入库成功", "5": "海关入库失败", "6": "退单",
    "7": "审结", "8": "删单", "9": "放行", "10": "结关", "11": "查验通知",
}  # fmt: skip
RELEASED, CLOSED = ("9", "10"), "10"
OPEN = ("5301", "5304", "5316", "2202", "2248", "3104", "4201", "4227", "5101", "5141", "0202", "0904")
SWITCHED_OFF, NOT_BEGUN, ENDED = "5317", "5305", "5303"
OUTSIDE = ("5306", "2244", "5201")  # districts without a pilot
TRADE_MODES = (
    ("0110", "101"),
    ("0110", "101"),
    ("0615", "503"),
    ("0214", "502"),
    ("4019", "101"),
    ("2025", "789"),
)
"""监管方式 with 征免性质."""
DESTINATIONS = ("USA", "JPN", "DEU", "VNM", "THA", "AUS")
FOREIGN = ("PACIFIC TRADING LTD", "NORDIC FOODS AS", "ORIENT SUPPLY CO", "DELTA IMPORT GMBH")
OLD = ((4, "0110", "101"), (4, "0615", "503"), (6, "0615", "503"), (6, "2025", "789"))
"""Years since 结关 with 监管方式 and 征免性质: within and beyond the three keeping periods (FG 3.1)."""


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
    """Makes declarations, as members of the register `declaration`, with numbers that do not repeat."""

    def __init__(
        self, random: Random, anchor: date, brokers: Sequence[Company], bills: Sequence[Mapping[str, str]]
    ) -> None:
        self._random, self._anchor, self._brokers, self._bills = random, anchor, brokers, bills
        self._serial = 0

    def make(self, consignee: Company, status: str, district: str) -> dict[str, Any]:
        """One declaration of the last 90 days before the anchor, closed thirty hours later: before the first start."""
        ago = max(2, self._random.randrange(1, 90))
        day = self._anchor - timedelta(days=ago)
        return self._declaration(consignee, status, district, day, *self._random.choice(TRADE_MODES))

    def make_old(self, consignee: Company, years: int, trade_mode: str, duty_nature: str) -> dict[str, Any]:
        """A closed one of so many years ago, for the keeping periods."""
        day = self._anchor - timedelta(days=365 * years + 30)
        return self._declaration(
            consignee, CLOSED, OPEN[self._serial % len(OPEN)], day, trade_mode, duty_nature
        )

    def _declaration(
        self, consignee: Company, status: str, district: str, day: date, trade_mode: str, duty_nature: str
    ) -> dict[str, Any]:
        self._serial += 1
        serial, ie_flag = self._serial, "IE"[self._serial % 2]
        number = f"{district}{day.year}{'1' if ie_flag == 'I' else '0'}{serial:09d}"
        declared = datetime.combine(day, time(9 + serial % 8, serial % 60), CHINA)
        broker = self._random.choice(self._brokers)
        goods = [
            self._good(at + 1, GOODS[(serial + at) % len(GOODS)], ie_flag) for at in range(1 + serial % 3)
        ]
        return {
            "number": number,
            "status": status,
            "status_name": STATES[status],
            "ie_flag": ie_flag,
            "pre_entry_no": number,
            "unified_no": f"{'I' if ie_flag == 'I' else 'E'}{day.year}{serial:013d}",
            "district": district,
            "port": district if serial % 3 else OPEN[serial % len(OPEN)],
            "inspection_district": district,
            "ie_date": (day - timedelta(days=2)).isoformat(),
            "declared_at": declared.isoformat(),
            **_progress(status, declared),
            **_parties(consignee, broker, self._random.choice(FOREIGN)),
            **self._transport(serial, ie_flag),
            "trade_mode": trade_mode,
            "duty_nature": duty_nature,
            **_foreign(ie_flag, goods[0]),
            "contract_no": f"HT{day:%y%m}{serial:05d}",
            "terms": "13"[ie_flag == "E"],
            "documents": [{"code": "00000001", "number": f"INV{day:%y%m}{serial:05d}"}],
            "packages": str(20 + serial % 300),
            "packing": "22",
            **_weights(goods),
            "entry_type": "M",
            "marks": "N/M",
            "promises": "000",
            "self_paid": ie_flag == "I",
            "goods": goods,
        }

    def _transport(self, serial: int, ie_flag: str) -> dict[str, Any]:
        if serial % 4 == 3:
            return {
                "transport_mode": "4",
                "vessel": f"粤ZL{serial % 1000:03d}港",
                "goods_place": "口岸监管场所",
            }
        bill = self._bills[serial % len(self._bills)]
        number = container_number(f"COSU{700000 + serial % len(self._bills):06d}")
        box = {"no": number, "spec": "11", "tare": "2280"}
        return {
            "transport_mode": "2",
            "vessel": bill["vessel"],
            "voyage": bill["voyage"],
            "bill_no": bill["number"],
            "containers": [box],
            "goods_place": "港区一号堆场",
        }

    def _good(self, at: int, good: Good, ie_flag: str) -> dict[str, str]:
        quantity = self._random.randrange(2, 90) * 100
        inside, outside = "CHN", good.origin if ie_flag == "I" else DESTINATIONS[quantity % len(DESTINATIONS)]
        return {
            "no": str(at), "code": good.code, "name": good.name, "model": good.model,
            "quantity": str(quantity), "unit": good.unit, "quantity1": str(quantity), "unit1": good.unit,
            "price": good.price, "total": f"{Decimal(good.price) * quantity:.2f}", "currency": "USD",
            "origin": outside if ie_flag == "I" else inside,
            "destination": inside if ie_flag == "I" else outside,
            "place": "44031", "duty_mode": "1", "ciq_code": "999", "ciq_place": "440300", "usage": "99",
            "attribute": "19",
        }  # fmt: skip


def _progress(status: str, declared: datetime) -> dict[str, str]:
    released = {"released_at": (declared + timedelta(hours=20)).isoformat()} if status in RELEASED else {}
    return released | (
        {"closed_at": (declared + timedelta(hours=30)).isoformat()} if status == CLOSED else {}
    )


def _parties(consignee: Company, broker: Company, foreign: str) -> dict[str, str]:
    return {
        "consignee_code": consignee.customs_code, "consignee_name": consignee.name,
        "consignee_scc": consignee.scc, "consignee_ciq": consignee.ciq_code,
        "foreign_code": "NO", "foreign_party": foreign,
        "owner_code": consignee.customs_code, "owner_name": consignee.name, "owner_scc": consignee.scc,
        "owner_ciq": consignee.ciq_code,
        "declarant_code": broker.customs_code, "declarant_name": broker.name, "declarant_scc": broker.scc,
        "declarant_ciq": broker.ciq_code,
        "filer_name": "林海", "filer_no": f"4403{broker.customs_code[-4:]}", "filer_phone": "0755-84398001",
    }  # fmt: skip


def _foreign(ie_flag: str, good: Mapping[str, str]) -> dict[str, str]:
    country = good["origin"] if ie_flag == "I" else good["destination"]
    port = f"{country}000"
    found = {"trade_country": country, "trade_area": country, "transit_port": port, "entry_port": "470101"}
    return found | ({"departure_port": port} if ie_flag == "I" else {})


def _weights(goods: Sequence[Mapping[str, str]]) -> dict[str, str]:
    net = sum(Decimal(good["quantity"]) for good in goods)
    return {"net_weight": str(net), "gross_weight": f"{net * Decimal('1.05'):.2f}"}
