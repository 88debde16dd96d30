"""集中申报: file the company and its goods, then clear one lot on a list (集报清单), until it is 已结关.

    python examples/consolidated.py --quantity 1000

Every call may be repeated: documents are found again by the numbers that we give them. What a month of lists becomes:
month.py beside this.
"""

from argparse import Namespace
from datetime import date
from decimal import Decimal
from typing import Any

from window import Window, run

QUALIFICATION, BOOKLET, LIST = "consolidated.qualification", "consolidated.booklet", "consolidated.list"
DRAFT, REJECTED, REFUSED, APPROVED, REVOKED, EXPIRED = "156789"  # statuses of both filings
LIST_DRAFT, LIST_REFUSED, CLOSED = "0", ("3", "5", "8"), "15"
DONE = ("12", "13", "14", CLOSED)  # 待汇总, 已汇总, 已撤销: closed before
DISTRICT, GENERAL_TRADE = "5169", "1"
AVOCADOS = {"code": "0804400000", "name": "鲜鳄梨", "unit": "035", "price": "2.4", "currency": "USD"}
ORANGES = {"code": "0805100000", "name": "鲜橙", "unit": "035", "price": "0.9", "currency": "USD"}
GOODS = (AVOCADOS, ORANGES)  # 备案序号 1 and 2


def file_company(window: Window, until: date) -> str:
    """企业资质备案 and 企业商品信息备案, once for a district; answers 备案分册海关编号, which lists name.

    Both are declared at once: the goods wait for the qualification, and go by themselves.
    """
    filed = {"district": DISTRICT, "status": APPROVED}
    if found := window.call("GET", f"/api/documents/{BOOKLET}", params=filed)["items"]:
        return found[0]["values"]["book_no"]
    content: dict[str, Any] = {
        "district": DISTRICT, "nature": GENERAL_TRADE, "batches": "12", "guarantee_amount": "200.5",
        "guarantee_until": f"{until:%Y%m%d}",
    }  # fmt: skip
    qualification = declared(window, QUALIFICATION, content, f"qualification {DISTRICT} {until}")
    content = {"qualification": qualification["number"], "goods": list(GOODS)}
    booklet = declared(window, BOOKLET, content, f"goods {DISTRICT} {until}")
    window.wait([qualification, booklet], APPROVED, REJECTED, REFUSED, REVOKED, EXPIRED)
    return window.call("GET", f"/api/documents/{BOOKLET}/{booklet['number']}")["header"]["book_no"]


def declared(window: Window, type: str, content: dict[str, Any], sender: str) -> dict[str, Any]:
    """The filing with that number of ours, declared where it was not yet."""
    view = window.save(type, content, sender)
    print(f"暂存成功 Saved: {view['number']} {sender}")
    return window.act("declare", view)[0] if view["status"]["code"] == DRAFT else view


def good(record_no: int, quantity: str, exported: bool) -> dict[str, Any]:
    """A good of the booklet, as much as the list clears: what is filed must be said again, as it is filed."""
    filed = GOODS[record_no - 1]
    total = (Decimal(filed["price"]) * Decimal(quantity)).quantize(Decimal("0.01"))
    origin, destination = ("CHN", "PER") if exported else ("PER", "CHN")
    return filed | {
        "record_no": str(record_no), "quantity": quantity, "quantity1": quantity, "total": str(total),
        "origin": origin, "destination": destination, "place": "44031", "duty_mode": "1",
    }  # fmt: skip


def goods_list(
    owner: str, book_no: str, day: date, quantities: dict[int, str], kind: str = "GI"
) -> dict[str, Any]:
    """A list by road: of imports (GI) or exports (GE), with so many kilograms of each good of the booklet."""
    net = sum(map(Decimal, quantities.values()))
    return {
        "list_kind": kind, "district": DISTRICT, "port": DISTRICT, "book_no": book_no, "ie_date": day.isoformat(),
        "owner_code": owner, "transport_mode": "4", "vessel": "粤ZAB12港", "duty_nature": "101", "trade_country": "PER",
        "transit_port": "CHN000", "trade_area": "PER", "terms": "1" if kind == "GI" else "3", "packing": "22",
        "packages": str(max(1, round(net / 10))), "net_weight": str(net), "gross_weight": str(net * Decimal("1.05")),
        "goods": [good(number, quantity, kind == "GE") for number, quantity in quantities.items()],
    }  # fmt: skip


def own_code(window: Window) -> str:
    """The company's customs code, as the token knows it."""
    return window.call("GET", "/api/session")["company"]["customs_code"]


def clear(window: Window, prefix: str, contents: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Lists by our numbers: one PIN entry for all that are drafts yet; then until customs have closed each."""
    views = {lot: window.save(LIST, content, f"{prefix} {lot}") for lot, content in contents.items()}
    for lot, view in views.items():
        print(f"暂存成功 Saved: {view['number']} {prefix} {lot}")
    if drafts := [view for view in views.values() if view["status"]["code"] == LIST_DRAFT]:
        window.act("declare", *drafts)
        print(f"申报成功 Declared: {len(drafts)}")
    open = [view for view in views.values() if view["status"]["code"] not in DONE]
    window.wait(open, CLOSED, *LIST_REFUSED)
    return views


def work(window: Window, given: Namespace) -> None:
    today, owner = window.today(), own_code(window)
    book_no = file_company(window, date(today.year + 1, 12, 31))
    content = goods_list(owner, book_no, today, {1: given.quantity})
    [view] = clear(window, "lot", {given.lot or f"{today}": content}).values()
    view = window.call("GET", f"/api/documents/{LIST}/{view['number']}")
    print(f"清单海关编号 Closed: {view['header']['list_no']}，总价 {view['content']['total']}")


if __name__ == "__main__":
    run(
        work,
        __doc__,
        **{
            "--quantity": {"default": "1000", "help": "成交数量 of the booklet's first good, in kilograms"},
            "--lot": {"default": "", "help": "your number of the lot; default: the day"},
        },
    )
