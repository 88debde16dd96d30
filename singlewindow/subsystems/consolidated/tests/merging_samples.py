"""The lists of the worked example M1 (facts FA 3.3), and what merging needs beside."""

from __future__ import annotations

from typing import Any

from singlewindow.subsystems.consolidated.merging.merge import Listed

DURIAN = {"code": "0810600000", "name": "鲜榴莲", "model": "金枕", "origin": "THA", "record_no": "1"}
BANANA = {"code": "0803900000", "name": "鲜香蕉", "model": "纸箱", "origin": "PHL", "record_no": "2"}
HEAD = {
    "ie_flag": "I", "nature": "1", "district": "5729", "port": "5729", "consignee_code": "4404110001",
    "consignee_name": "珠海样例进出口有限公司", "owner_code": "4404110001", "owner_name": "珠海样例进出口有限公司",
    "declarant_code": "4404110001", "declarant_name": "珠海样例进出口有限公司", "trade_mode": "0110",
    "trade_country": "THA", "transit_port": "THA000", "transport_mode": "4", "book_no": "X57292600001",
    "duty_nature": "101", "terms": "1", "vessel": "粤Z1234港", "bill_no": "TH0001", "licence_no": "",
}  # fmt: skip


def good(of: dict[str, str], price: str, quantity: str, total: str, **more: str) -> dict[str, str]:
    """A row of a list, in kg and USD."""
    return {
        **of, "quantity": quantity, "unit": "035", "quantity1": quantity, "unit1": "035", "quantity2": "",
        "unit2": "", "price": price, "total": total, "currency": "USD", "destination": "CHN", "place": "44049",
        "duty_mode": "1", **more,
    }  # fmt: skip


def listed(
    number: str, accepted_on: str, goods: list[dict[str, str]], packages: int, gross: int, **more: Any
) -> Listed:
    """A list; the net weight is that of its goods."""
    net = str(sum(int(row["quantity"]) for row in goods))
    amounts = {"packages": str(packages), "gross_weight": str(gross), "net_weight": net}
    content = {**HEAD, "ie_date": accepted_on, **amounts, "goods": goods, **more}
    return Listed(number, accepted_on, content)


def m1() -> dict[str, Listed]:
    """L1 to L5."""
    lists = (
        listed(
            "L1", "2026-10-05", [good(DURIAN, "5.0000", "1000", "5000.00"), good(BANANA, "0.8000", "2000", "1600.00")],
            300, 3150,
        ),
        listed(
            "L2", "2026-10-12", [good(DURIAN, "5.0000", "500", "2500.00"), good(DURIAN, "5.2000", "300", "1560.00")],
            80, 840,
        ),
        listed(
            "L3", "2026-10-20",
            [good(DURIAN, "5.0000", "400", "2000.00", origin="VNM"), good(BANANA, "0.8000", "1000", "800.00")],
            140, 1470,
        ),
        listed("L4", "2026-10-25", [good(DURIAN, "5.0000", "100", "500.00")], 10, 105, transport_mode="5"),
        listed("L5", "2026-11-02", [good(DURIAN, "5.0000", "200", "1000.00")], 20, 210),
    )  # fmt: skip
    return {each.number: each for each in lists}
