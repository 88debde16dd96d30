"""The layout file (版式文件): a declaration on the customs form in force, as data for `prints/declaration.typ`.

Which cells there are, in which order and under which label is public (form in force since 2018-08-01, facts FG 3.2);
the template only says how they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from singlewindow.kernel.codes import meanings
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.printing.barcodes import code128

TEMPLATE = Path(__file__).parent / "prints" / "declaration.typ"
SEAL_BOX = (705.8, 25.5, 785.2, 104.9)
"""Where the seal stands on each page: left, bottom, right, top in points from the page's lower left corner."""
CHINA = ZoneInfo("Asia/Shanghai")

Declaration = Mapping[str, Any]
"""A declaration as customs publish it (docs/registers.md), with its `number`: "" where customs have not given one."""
Names = Mapping[tuple[str, str, date], str]
"""(code table, code, day) → the name that the code had that day."""
Cell = dict[str, str]

DISTRICTS, COUNTRIES, PORTS = "customs_districts", "countries", "ports"
REGIONS, DIVISIONS = "domestic_regions", "administrative_divisions"
HEADER_CODES = {
    "district": DISTRICTS, "port": DISTRICTS, "transport_mode": "transport_modes", "trade_mode": "trade_modes",
    "duty_nature": "duty_nature", "trade_country": COUNTRIES, "trade_area": COUNTRIES, "transit_port": PORTS,
    "departure_port": PORTS, "entry_port": "entry_ports", "packing": "packing",
    "terms": "transaction_modes",
}  # fmt: skip
"""Members of the header that hold a code, with its table."""
GOODS_CODES = {
    "unit": "units", "unit1": "units", "unit2": "units", "currency": "currencies", "origin": COUNTRIES,
    "destination": COUNTRIES, "place": REGIONS, "ciq_place": DIVISIONS, "duty_mode": "duty_mode",
}  # fmt: skip
DOCUMENTS = ("supporting_documents", "edocs")
"""Tables of 随附单证: 监管证件, of one character, and electronic papers, of eight digits."""
FEES = (("运费", "freight"), ("保费", "insurance"), ("杂费", "other"))
PROMISES = (
    "特殊关系确认", "价格影响确认", "支付特许权使用费确认", "公式定价确认", "暂定价格确认", "水运中转",
)  # fmt: skip
"""What each position of `promises` confirms; the last three stand on newer forms only."""
SINCE_2019 = 3
ANSWERS = {"0": "否", "1": "是"}
DOUBLE = ("11", "12", "13", "32")
"""Container specs that count as two standard containers (集装箱规格代码表)."""


async def code_names_of(transaction: Transaction, declarations: Iterable[Declaration]) -> Names:
    """The names of all codes of these declarations, each as of its declaration's own day: at most one query."""
    wanted = {(table, code, day_of(each)) for each in declarations for table, code in codes_of(each)}
    return await meanings.names(transaction, wanted)


def codes_of(declaration: Declaration) -> Iterator[tuple[str, str]]:
    """(table, code) of every code that the form names."""
    yield from ((table, _text(declaration, name)) for name, table in HEADER_CODES.items())
    for good in declaration.get("goods", ()):
        yield from ((table, _text(good, name)) for name, table in GOODS_CODES.items())
    for each in declaration.get("documents", ()):
        yield _kind_of_document(each), _text(each, "code")


def paper_data(declaration: Declaration, names: Names, *, sealed: bool = False) -> dict[str, Any]:
    """What the template draws, all texts. `names` as `code_names_of` gives them; a code without a name stands alone.

    `sealed`: with the visible seal of the customs that took the declaration in, a specimen.
    """
    said = _Said(declaration, names)
    imported, number = declaration["ie_flag"] == "I", declaration["number"]
    coded = number or said.text("pre_entry_no")
    customs = said.name("district") or said.text("district") or number[:4]
    return {
        "title": f"中华人民共和国海关{'进口' if imported else '出口'}货物报关单",
        "number": number,
        "customs": customs,
        "pre_entry_no": said.text("pre_entry_no"),
        "coded": coded,
        "barcode": code128(coded) if coded else "",
        "header": _header(said, imported),
        "measures": _measures(said),
        "documents": _documents(said),
        "remarks": _remarks(said),
        "heads": _heads(imported),
        "goods": [_good(said, good) for good in declaration.get("goods", ())],
        "promises": _promises(declaration),
        "foot": _foot(said),
        "seal": customs if sealed else "",
    }


class _Said:
    """What a declaration says, with the names that its codes had on its day."""

    def __init__(self, declaration: Declaration, names: Names) -> None:
        self.declaration, self._names, self._day = declaration, names, day_of(declaration)

    def text(self, member: str) -> str:
        return _text(self.declaration, member)

    def named(self, table: str, code: str) -> str:
        """A code's name, "" where it has none."""
        return self._names.get((table, code, self._day), "")

    def name(self, member: str) -> str:
        return self.named(HEADER_CODES[member], self.text(member))

    def plain(self, label: str, *members: str) -> Cell:
        """A cell with what these members say."""
        return _cell(label, "", "/".join(filter(None, map(self.text, members))))

    def coded(self, label: str, member: str) -> Cell:
        """A cell with the code beside the label and its name below."""
        return _cell(label, self.text(member), self.name(member))

    def party(self, label: str, codes: Sequence[str], name: str) -> Cell:
        """A company: the first of the codes that is there beside the label, the name below."""
        return _cell(label, next(filter(None, map(self.text, codes)), ""), self.text(name))

    def day(self, label: str, member: str) -> Cell:
        """A day as the form writes it: 20180801."""
        return _cell(label, "", _eight(self.text(member)))


def _header(said: _Said, imported: bool) -> list[list[Cell]]:
    """The first four rows, cell by cell in official order. Those of an export have one cell less in rows 2 and 3."""
    first = [
        said.party("境内收货人" if imported else "境内发货人", ("consignee_scc", "consignee_code"), "consignee_name"),
        said.coded("进境关别" if imported else "出境关别", "port"),
        said.day("进口日期" if imported else "出口日期", "ie_date"),
        said.day("申报日期", "declared_at"),
        said.plain("备案号", "account_book_no"),
    ]  # fmt: skip
    second = [
        said.party("境外发货人" if imported else "境外收货人", ("foreign_code",), "foreign_party"),
        said.coded("运输方式", "transport_mode"),
        said.plain("运输工具名称及航次号", "vessel", "voyage"),
        said.plain("提运单号", "bill_no"),
    ]
    third = [
        said.party("消费使用单位" if imported else "生产销售单位", ("owner_scc", "owner_code"), "owner_name"),
        said.coded("监管方式", "trade_mode"),
        said.coded("征免性质", "duty_nature"),
        said.plain("许可证号", "licence_no"),
    ]
    fourth = [
        said.plain("合同协议号", "contract_no"),
        said.coded("贸易国（地区）", "trade_area"),
        said.coded("启运国（地区）" if imported else "运抵国（地区）", "trade_country"),
        said.coded("经停港" if imported else "指运港", "transit_port"),
        said.coded("入境口岸" if imported else "离境口岸", "entry_port"),
    ]
    if imported:
        second.append(said.plain("货物存放地点", "goods_place"))
        third.append(said.coded("启运港", "departure_port"))
    return [first, second, third, fourth]


def _measures(said: _Said) -> list[Cell]:
    """The fifth row."""
    return [
        said.coded("包装种类", "packing"),
        said.plain("件数", "packages"),
        said.plain("毛重（千克）", "gross_weight"),
        said.plain("净重（千克）", "net_weight"),
        said.coded("成交方式", "terms"),
        *(_cell(label, "", _fee(said, member)) for label, member in FEES),
    ]


def _fee(said: _Said, member: str) -> str:
    """A fee as 填制规范 has it: currency, amount, mark (`USD/7000/3`); a rate has no currency (`0.3/1`)."""
    amount = said.text(member)
    return amount and "/".join(
        filter(None, (said.text(f"{member}_currency"), amount, said.text(f"{member}_mark")))
    )


def _documents(said: _Said) -> list[str]:
    """随附单证及编号: 1 are 监管证件, 2 electronic papers."""
    kinds: dict[str, list[str]] = {table: [] for table in DOCUMENTS}
    for each in said.declaration.get("documents", ()):
        table, code = _kind_of_document(each), _text(each, "code")
        name = said.named(table, code)
        kinds[table].append(f"{name}({code}) {_text(each, 'number')}".strip())
    return [f"随附单证{at}：{'；'.join(each)}" for at, each in enumerate(kinds.values(), 1)]


def _kind_of_document(document: Mapping[str, Any]) -> str:
    return DOCUMENTS[len(_text(document, "code")) > 1]


def _remarks(said: _Said) -> list[str]:
    """标记唛码及备注: marks, note, containers with their count in standard containers."""
    boxes = said.declaration.get("containers", ())
    count = sum(2 if _text(each, "spec") in DOUBLE else 1 for each in boxes)
    listed = "；".join(_text(each, "no") for each in boxes)
    containers = f"集装箱标箱数及号码：{count}；{listed}" if boxes else ""
    note = "　".join(filter(None, (said.text("note"), containers)))
    return [said.text("marks").strip(), f"备注：{note}"]


def _heads(imported: bool) -> list[str]:
    return [
        "项号", "商品编号", "商品名称及规格型号", "数量及单位", "单价/总价/币制", "原产国（地区）",
        "最终目的国（地区）", "境内目的地" if imported else "境内货源地", "征免",
    ]  # fmt: skip


def _good(said: _Said, good: Mapping[str, Any]) -> list[list[str]]:
    """A good's cells, each as its lines."""

    def name(member: str) -> str:
        return said.named(GOODS_CODES[member], _text(good, member))

    record, currency = _text(good, "record_no"), _text(good, "currency")
    return [
        [_text(good, "no"), f"({record})" if record else ""],
        [_text(good, "code")],
        [_text(good, "name"), _text(good, "model")],
        [_amount(_text(good, amount), name(unit), _text(good, unit)) for amount, unit in _AMOUNTS],
        [
            _decimals(_text(good, "price"), 4),
            _decimals(_text(good, "total"), 2),
            name("currency") or currency,
        ],
        _under(name("origin"), _text(good, "origin")),
        _under(name("destination"), _text(good, "destination")),
        _place(said, good),
        _under(name("duty_mode"), _text(good, "duty_mode")),
    ]


_AMOUNTS = (("quantity1", "unit1"), ("quantity2", "unit2"), ("quantity", "unit"))


def _amount(amount: str, unit: str, code: str) -> str:
    return amount + (unit or (f"({code})" if code else ""))


def _under(name: str, code: str) -> list[str]:
    return [*filter(None, (name, f"({code})" if code else ""))]


def _place(said: _Said, good: Mapping[str, Any]) -> list[str]:
    """境内目的地/货源地: 境内地区 and, where declared, 行政区划: `(44199/441900)东莞/东莞市`."""
    pairs = [(table, _text(good, member)) for member, table in (("place", REGIONS), ("ciq_place", DIVISIONS))]
    codes = "/".join(code for _, code in pairs if code)
    named = [name for table, code in pairs if (name := said.named(table, code))]
    return [f"({codes})" * bool(codes) + "/".join(named)]


def _promises(declaration: Declaration) -> list[Cell]:
    """The confirmations with their answers; those of newer forms where the declaration has them."""
    given = _text(declaration, "promises")
    asked = PROMISES[: max(SINCE_2019, len(given))]
    answers = [_cell(label, "", ANSWERS.get(given[at : at + 1], "")) for at, label in enumerate(asked)]
    paid = declaration.get("self_paid")
    answers.insert(SINCE_2019, _cell("自报自缴", "", "" if paid is None else "是" if paid else "否"))
    return answers


def _foot(said: _Said) -> dict[str, Any]:
    return {
        "persons": [
            said.plain("报关人员", "filer_name"),
            said.plain("报关人员证号", "filer_no"),
            said.plain("电话", "filer_phone"),
        ],
        "declarant": said.party("申报单位", ("declarant_scc", "declarant_code"), "declarant_name"),
    }


def _cell(label: str, code: str, value: str) -> Cell:
    return {"label": f"{label}({code})" if code else label, "value": value}


def _text(values: Mapping[str, Any], member: str) -> str:
    value = values.get(member)
    return "" if value is None else str(value)


def day_of(declaration: Declaration) -> date:
    """The day of the declaration, in Chinese time."""
    return datetime.fromisoformat(declaration["declared_at"]).astimezone(CHINA).date()


def _eight(moment: str) -> str:
    """20180801 for a day or a moment in ISO form; "" for none."""
    if not moment:
        return ""
    when = datetime.fromisoformat(moment)
    return f"{(when.astimezone(CHINA) if when.tzinfo else when):%Y%m%d}"


def _decimals(number: str, least: int) -> str:
    """A decimal text with at least so many decimals: none that customs gave is cut off."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    _, _, decimals = format(value, "f").partition(".")
    return f"{value:.{max(least, len(decimals.rstrip('0')))}f}"
