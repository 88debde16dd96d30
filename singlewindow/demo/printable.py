"""Closed declarations with everything that the printed form shows (PRNT-01, PRNT-09), apart from those of `Maker`.

They have a Random and serials of their own, so that the other numbers of the world stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import Any, NamedTuple

from singlewindow.demo.closed_papers import containers_of, documents_of, fees_of
from singlewindow.demo.companies import Company
from singlewindow.demo.declarations import CHINA, CLOSED, STATES
from singlewindow.demo.routes import (
    AT_HOME,
    CARRIED,
    FIXED,
    INSIDE,
    MAIL,
    OTHER,
    PARTNERS,
    PLACES,
    ZONES,
    Partner,
    Place,
)
from singlewindow.demo.trade_goods import TRADE_GOODS, TradeGood
from singlewindow.demo.transports import transport_of

SEED = 20250801
FIRST_SERIAL = 600_000_001  # beyond those of the other declarations
MOST_DAYS = 86  # all of these lie within three months, whichever the months are
MANY = 50  # a declaration has no more goods
MODES = ("2",) * 50 + ("5",) * 20 + ("4",) * 14 + ("3",) * 8 + (MAIL, OTHER, CARRIED, FIXED, *INSIDE)
HOMES = (("44031", "440300"), ("44039", "440300"), ("44199", "441900"), ("44019", "440100"))
"""境内目的地/货源地 with the administrative division in which it lies."""
RATES = {
    "USD": "1",
    "EUR": "0.92",
    "GBP": "0.79",
    "JPY": "150",
    "HKD": "7.8",
    "AUD": "1.53",
    "NZD": "1.66",
    "CNY": "7.1",
}
"""What a US dollar is worth in round numbers."""
FILERS = (
    ("陈志远", "44031877"),
    ("黄丽华", "44010236"),
    ("刘建国", "37020415"),
    ("陶喆", "35020918"),
    ("周敏", "46011203"),
)
MARKS = ("N/M", "N/M", "N/M", "GLORY\nC/NO.1-UP\nMADE IN CHINA", "标签见外包装")
PROMISES = {"I": ("100000", "000000", "110000", "100", "000"), "E": ("000000", "999999", "000")}
OPEN_PROCESSES = ("报关单修改申请在办", "报关单撤销申请在办", "转有纸作业未办结")
LONG_NAME = (
    "喆镕牌多用途户外折叠桌椅组合（含靠背椅四把、可升降圆桌一张、遮阳伞一顶及收纳袋，"
    "铝合金支架，牛津布面料，防水防晒处理）"
)
LONG_MODEL = "|".join(
    ("2", "3", "铝合金支架、牛津布面", "户外用", "品牌:喆镕(ZHERONG)", "型号:ZR-2026-𬭎", "一套六件", "桌面直径80厘米")
) + "|" + "、".join(f"配件{at:02d}:龘纹不锈钢螺栓M{6 + at % 4}×{20 + at}毫米" for at in range(1, 10))  # fmt: skip
LONG_NOTE = (
    "本批货物分三批装箱，集装箱号见随附清单；唛头“龘”字样为收货人商标，非品牌标识；样品含𬭎元素标识牌一块，不含放射性物质；"
    "联系人：赵喆，货代：镕达物流；本票为合同第七条项下第四批，余量二百四十件待下批交付；包装含再生木托十二个，已做热处理并加施IPPC标识；"
    "价格条款含目的港至仓库的内陆运费，已在杂费栏申报。"
)


class Kind(NamedTuple):
    """监管方式 with 征免性质 and 征免方式, the first letter of its 备案号, and how common it is in a hundred."""

    trade_mode: str
    duty_nature: str
    duty_mode: str
    book: str
    share: int


KINDS = {
    "I": (
        Kind("0110", "101", "1", "", 66), Kind("0615", "503", "3", "C", 14), Kind("0214", "502", "3", "B", 6),
        Kind("2025", "789", "3", "Z", 3), Kind("2225", "799", "3", "Z", 2), Kind("0320", "501", "3", "", 2),
        Kind("3010", "299", "3", "", 3), Kind("4561", "299", "3", "", 2), Kind("3100", "299", "3", "", 2),
    ),
    "E": (
        Kind("0110", "101", "1", "", 68), Kind("0615", "503", "3", "C", 14), Kind("0214", "502", "3", "B", 5),
        Kind("9710", "101", "1", "", 5), Kind("9810", "101", "1", "", 3), Kind("3010", "299", "3", "", 3),
        Kind("4561", "299", "3", "", 2),
    ),
}  # fmt: skip


class Wanted(NamedTuple):
    """What is set of a declaration that would otherwise be drawn."""

    goods: int = 0
    place: Place | None = None
    kind: Kind | None = None
    mode: str = ""


ANY = Wanted()


class PrintableMaker:
    """Makes closed declarations as members of the register `declaration`."""

    def __init__(self, anchor: date, brokers: Sequence[Company]) -> None:
        self._random = Random(SEED)  # noqa: S311 a world to play in, no secrets
        self._anchor, self._brokers = anchor, brokers
        self._serial = FIRST_SERIAL
        self._modes = cycle(MODES)

    def recent(self, consignee: Company, wanted: Wanted = ANY) -> dict[str, Any]:
        """One that was declared and closed within the last three months."""
        declared = self._moment(self._anchor - timedelta(days=self._random.randrange(4, MOST_DAYS)))
        return self.make(consignee, declared, timedelta(hours=self._random.randrange(2, 70)), wanted)

    def of_today(self, consignee: Company) -> dict[str, Any]:
        """One that was declared and closed in the first half hour of the day on which the world begins."""
        minute = self._serial % 12
        declared = datetime.combine(self._anchor, time(0, minute), CHINA)
        return self.make(consignee, declared, timedelta(minutes=15), Wanted(1, mode="4"))

    def of_day(self, consignee: Company, day: date, wanted: Wanted = ANY) -> dict[str, Any]:
        """One that was declared on a day."""
        return self.make(consignee, self._moment(day), timedelta(hours=20), wanted)

    def make(
        self, consignee: Company, declared: datetime, lasted: timedelta, wanted: Wanted
    ) -> dict[str, Any]:
        """One that was declared at a moment and closed so much later."""
        random = self._random
        mode, ie_flag = wanted.mode or next(self._modes), random.choice("IIE")
        partner = _partner(random, mode)
        place = wanted.place or random.choice(PLACES.get(mode, ZONES))
        kind = wanted.kind or random.choices(KINDS[ie_flag], [each.share for each in KINDS[ie_flag]])[0]
        serial, self._serial = self._serial, self._serial + 1
        goods = self._goods(wanted.goods or _how_many(random), ie_flag, partner, kind)
        return {
            **_numbers(place, declared.year, ie_flag, serial, kind.book),
            "status": CLOSED, "status_name": STATES[CLOSED], "ie_flag": ie_flag,
            "district": place.district, "port": place.port, "inspection_district": place.district,
            **_moments(declared, lasted, ie_flag),
            **self._parties(consignee, random.choice(partner.companies)),
            "transport_mode": mode, **transport_of(random, mode, serial, declared.date()),
            "trade_mode": kind.trade_mode, "duty_nature": kind.duty_nature,
            **_places(partner, mode, place, ie_flag),
            **self._papers(f"YH{declared:%y%m}{serial % 100000:05d}", ie_flag, partner.currency, goods),
            **self._packed(mode, goods),
            "entry_type": "M", "marks": random.choice(MARKS), "note": _note(serial, kind),
            "promises": random.choice(PROMISES[ie_flag]), "self_paid": ie_flag == "I" and serial % 5 > 0,
            "goods": goods,
        }  # fmt: skip

    def _papers(
        self, contract: str, ie_flag: str, currency: str, goods: Sequence[Mapping[str, str]]
    ) -> dict[str, Any]:
        """Contract, terms with their fees, documents."""
        amount = sum((Decimal(good["total"]) for good in goods), Decimal())
        documents = documents_of(contract, goods, self._serial)
        return {
            "contract_no": contract, **fees_of(self._random, ie_flag, amount, currency), "documents": documents
        }  # fmt: skip

    def _packed(self, mode: str, goods: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """Weights, packages with the code of their kind, containers."""
        by_code = {good.code: good for good in TRADE_GOODS}
        kinds = [by_code[row["code"]] for row in goods]
        pairs = zip(kinds, goods, strict=True)
        net = sum((Decimal(good.kilos) * Decimal(row["quantity"]) for good, row in pairs), Decimal())
        packages, packings = int(net / 18) + 1, {good.packing for good in kinds}
        return {
            "packages": str(packages), "packing": packings.pop() if len(packings) == 1 else "99",
            "net_weight": f"{net:.2f}", "gross_weight": f"{net * Decimal('1.06') + packages // 2:.2f}",
            **containers_of(self._random, mode, net, len(goods)),
        }  # fmt: skip

    def _moment(self, day: date) -> datetime:
        return datetime.combine(day, time(self._random.randrange(8, 20), self._random.randrange(60)), CHINA)

    def _parties(self, consignee: Company, foreign: str) -> dict[str, str]:
        broker = self._random.choice(self._brokers)
        name, number = self._random.choice(FILERS)
        return {
            "consignee_code": consignee.customs_code, "consignee_name": consignee.name,
            "consignee_scc": consignee.scc, "consignee_ciq": consignee.ciq_code,
            "foreign_code": "NO", "foreign_party": foreign,
            "owner_code": consignee.customs_code, "owner_name": consignee.name,
            "owner_scc": consignee.scc, "owner_ciq": consignee.ciq_code,
            "declarant_code": broker.customs_code, "declarant_name": broker.name,
            "declarant_scc": broker.scc, "declarant_ciq": broker.ciq_code,
            "filer_name": name, "filer_no": number, "filer_phone": f"0755-{84000000 + int(number) % 999999}",
        }  # fmt: skip

    def _goods(self, count: int, ie_flag: str, partner: Partner, kind: Kind) -> list[dict[str, str]]:
        first, home = self._random.randrange(len(TRADE_GOODS)), self._random.choice(HOMES)
        abroad = partner.country
        origin, destination = (abroad, "CHN") if ie_flag == "I" else ("CHN", abroad)
        shared = {
            "currency": partner.currency, "origin": origin, "destination": destination,
            "place": home[0], "ciq_place": home[1], "duty_mode": kind.duty_mode,
        }  # fmt: skip
        rows = []
        for at in range(count):
            good = TRADE_GOODS[(first + at) % len(TRADE_GOODS)]
            quantity = self._random.randrange(1, 6 if Decimal(good.price) > 10_000 else 40)
            quantity *= 1 if Decimal(good.price) > 1000 else 60
            row = _row(at, good, quantity, Decimal(RATES[partner.currency])) | shared
            rows.append(row | ({"record_no": str(at + 1)} if kind.book in ("B", "C") else {}))
        return rows


def _row(at: int, good: TradeGood, quantity: int, rate: Decimal) -> dict[str, str]:
    weight = f"{Decimal(good.kilos) * quantity:f}"
    price = (Decimal(good.price) * rate).quantize(Decimal("0.0001"))
    row = {
        "no": str(at + 1), "code": good.code, "ciq_code": good.ciq_code, "name": good.name,
        "model": f"{good.model}|货号{at + 101}" if at else good.model,
        "quantity": str(quantity), "unit": good.unit,
        "quantity1": str(quantity) if good.unit1 == good.unit else weight, "unit1": good.unit1,
        "price": str(price), "total": f"{price * quantity:.2f}",
        "usage": good.usage, "attribute": good.attribute,
    }  # fmt: skip
    return row | ({"quantity2": weight, "unit2": good.unit2} if good.unit2 else {})


def _how_many(random: Random) -> int:
    """Most declarations have few goods, some fill several pages."""
    least, most = random.choices(((1, 3), (4, 8), (9, 20), (21, MANY)), (62, 25, 10, 3))[0]
    return random.randint(least, most)


def _partner(random: Random, mode: str) -> Partner:
    return AT_HOME if mode in INSIDE else random.choice([each for each in PARTNERS if mode in each.ports])


def _moments(declared: datetime, lasted: timedelta, ie_flag: str) -> dict[str, str]:
    """Imports arrive before they are declared; exports leave between release and the end."""
    crossed = declared - timedelta(days=2) if ie_flag == "I" else declared + lasted * 0.9
    return {
        "ie_date": crossed.date().isoformat(),
        "declared_at": declared.isoformat(),
        "released_at": (declared + lasted * 0.6).replace(microsecond=0).isoformat(),
        "closed_at": (declared + lasted).isoformat(),
    }


def _places(partner: Partner, mode: str, place: Place, ie_flag: str) -> dict[str, str]:
    port = partner.ports.get(mode, "CHN000")
    found = {
        "trade_country": partner.country, "trade_area": partner.country, "transit_port": port,
        "entry_port": place.entry_port,
    }  # fmt: skip
    return found | ({"departure_port": port, "goods_place": place.yard} if ie_flag == "I" else {})


def _numbers(place: Place, year: int, ie_flag: str, serial: int, book: str) -> dict[str, str]:
    number = f"{place.district}{year}{'1' if ie_flag == 'I' else '0'}{serial:09d}"
    found = {"number": number, "pre_entry_no": number, "unified_no": f"{ie_flag}{year}{serial:013d}"}
    if not book:
        return found
    return found | {"account_book_no": f"{book}{place.district}{year % 10}1{serial % 100000:05d}"}


def _note(serial: int, kind: Kind) -> str:
    if serial % 40 == 7:
        return LONG_NOTE
    return f"手册号见备案号栏，{kind.trade_mode}项下" if kind.book in ("B", "C") else ""
