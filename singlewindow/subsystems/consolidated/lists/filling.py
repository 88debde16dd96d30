"""The grey boxes and cells of a list, and what a good brings from the booklet or the account book (CONS-09)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems.consolidated.lists.document import BONDED
from singlewindow.subsystems.consolidated.lists.known import Known
from singlewindow.subsystems.consolidated.lists.papers import BONDED_NATURE, Item, Licence, text_of
from singlewindow.subsystems.consolidated.lists.quantities import amount_of, plain, totals

FLAGS = {"GI": "I", "BI": "I", "GE": "E", "BE": "E"}
TRADE_MODES = {"1": "0110", "3": "4019", "4": "3422"}  # 集中申报货物性质 → 贸易方式 (FA 3.4)
HOME = "CHN"
CENT, LEAST = Decimal("0.01"), Decimal("0.0001")  # of a total, which has 4 places
Cells = dict[str, str]


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields of the header."""
    values = case.values
    rows = values.get("goods", [])
    nature = nature_of(values, known)
    total, currency = totals(rows)
    applicant = {"name": case.applicant.name, "scc": case.applicant.scc}
    own = case.applicant.customs_code
    return {
        "ie_flag": FLAGS.get(values.get("list_kind", ""), ""),
        "nature": nature,
        "trade_mode": trade_mode_of(nature, known),
        **company_boxes("consignee", own, known, applicant),
        **company_boxes("declarant", own, known, applicant),
        **company_boxes("owner", values.get("owner_code", ""), known, {}),
        "items": str(len(rows)) if rows else "",
        "total": total,
        "currency": currency,
    }


def nature_of(values: Mapping[str, Any], known: Known) -> str:
    """集中申报货物性质: bonded, or that of the booklet's qualification; else of the one that counts in the district."""
    kind = values.get("list_kind", "")
    if kind in BONDED:
        return BONDED_NATURE
    if kind not in FLAGS:
        return ""
    if known.book is not None:
        return known.book.nature
    qualification = known.qualification(values.get("district", ""), bonded=False)
    return qualification.nature if qualification and qualification.counts(known.today) else ""


def trade_mode_of(nature: str, known: Known) -> str:
    """贸易方式: by the nature of the goods; of bonded ones, that of the account book."""
    if nature == BONDED_NATURE:
        return known.book.trade_mode if known.book else ""
    return TRADE_MODES.get(nature, "")


def company_boxes(role: str, code: str, known: Known, instead: Mapping[str, str]) -> Cells:
    """Code, name, credit code and 检验检疫编码 of a company as customs publish it; `instead` where they do not. The
    owner's code is typed."""
    company = known.companies.get(code, {})
    boxes = {
        f"{role}_name": text_of(company, "name") or instead.get("name", ""),
        f"{role}_scc": text_of(company, "scc") or instead.get("scc", ""),
        f"{role}_ciq": text_of(company, "ciq_code"),
    }
    return boxes if role == "owner" else boxes | {f"{role}_code": code}


def fill_rows(values: Mapping[str, Any], known: Known) -> Mapping[str, list[Cells]]:
    """The cells of each good: legal units and licence always; what the booklet says, and what follows from price and
    quantity, where the cell that brings it was left."""
    rows = values.get("goods", [])
    header = known.licences.get(values.get("licence_no", ""))
    licence = header if header and header.holder == known.applicant else None
    cells = (_cells(row, _left(at, known), values, known, licence) for at, row in enumerate(rows, 1))
    return {"goods": [*cells]}


def _left(at: int, known: Known) -> str:
    """The cell of that row that was left; "" for none."""
    prefix = f"goods/{at}/"
    return known.asked.removeprefix(prefix) if known.asked.startswith(prefix) else ""


def _cells(
    row: Mapping[str, str], cell: str, values: Mapping[str, Any], known: Known, header: Licence | None
) -> Cells:
    """The cells of a good; `header` is the company's licence under the list's 许可证号, from which all goods draw."""
    item = known.book.items.get(row.get("record_no", "")) if known.book else None
    brought: Cells = {}
    if cell == "record_no" and item:
        brought = brought_by(item, FLAGS.get(values.get("list_kind", ""), ""))
    code = brought.get("code") or row.get("code", "")
    unit1, unit2 = known.units.get(code, ("", ""))
    if cell in ("quantity", "price"):
        brought = reckoned(row, unit1, unit2)
    filed = item.licence if item else ""
    licence = f"{header.code}:{header.number}" if header else filed
    return brought | {"unit1": unit1, "unit2": unit2, "licence": licence}


def brought_by(item: Item, ie_flag: str) -> Cells:
    """What a good has from the booklet or the account book, as if it had been typed; what is not filed there stays."""
    abroad, home = ("origin", "destination") if ie_flag == "I" else ("destination", "origin")
    filed = {name: getattr(item, name) for name in ("code", "name", "model", "unit", "price", "currency")}
    return {name: value for name, value in (filed | {abroad: item.country, home: HOME}).items() if value}


def reckoned(row: Mapping[str, str], unit1: str, unit2: str) -> Cells:
    """What follows from price and quantity: the total, and legal quantities in the declared unit."""
    quantity, price = row.get("quantity", ""), row.get("price", "")
    found = {}
    if amount_of(quantity) and amount_of(price):
        product = amount_of(price) * amount_of(quantity)
        total = product.quantize(CENT, ROUND_HALF_UP) or product.quantize(LEAST, ROUND_HALF_UP)
        found["total"] = plain(total) if total else ""
    legal = {"quantity1": unit1, "quantity2": unit2}
    return found | {
        name: quantity for name, unit in legal.items() if quantity and unit and unit == row.get("unit")
    }
