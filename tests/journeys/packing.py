"""样例装箱单 in a browser: an order as customs publish it, lists of many rows, a row that is called from the order."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage

TYPE = "_template.packing"
BEEF = "0202300090"


def publish_order(stage: Stage) -> None:
    """An order of two items, as customs' register has it."""

    async def work() -> None:
        for item, data in (
            ("1", {"goods_code": BEEF, "name": "冻牛肉", "left": "500"}),
            ("2", {"left": "9"}),
        ):
            await stage.system.sql(
                "singlewindow",
                "insert into register_entry (kind, key, seq, data) values ('_template.order', $1, 1, $2)",
                f"ORD1/{item}",
                json.dumps(data),
            )

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


def stored_list(desk: Desk, count: int) -> str:
    """A packing list with so many rows; its number."""
    row = {"item_no": "1", "goods_code": BEEF, "name": "冻牛肉", "quantity": "1"}
    content = {"transport": "2", "order_no": "ORD1", "office": "5301", "items": [row] * count}
    csrf = desk.page.request.get(f"{desk.address}/api/session").json()["csrf"]
    headers = {"X-CSRF-Token": csrf, "Origin": desk.address}
    address = f"{desk.address}/api/documents/{TYPE}"
    saved = desk.page.request.post(address, data={"content": content}, headers=headers)
    assert saved.status == 201, saved.text()
    return str(saved.json()["number"])


def call_row(desk: Desk, quantity: str) -> None:
    """订单项号 and Enter bring good and name; 规格型号 stays empty."""
    expect(desk.field("items/item_no")).to_be_focused()
    desk.type("1")
    desk.press("Enter")
    expect(desk.field("items/name")).to_have_value("冻牛肉")
    desk.field("items/quantity").focus()
    desk.type(quantity)
    desk.press("Enter")
