"""What lists say, and those that a journey needs and does not type: signed over the API by a card holder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.journeys.acts import WANG_CARD
from tests.journeys.conftest import Stage
from tests.journeys.consolidated.acts import GOODS, LIST
from tests.system.applicant import with_card
from tests.system.running import CHINA

Amounts = dict[str, str]
"""备案序号 → quantity in kilograms."""


def head(owner: str, **more: str) -> dict[str, str]:
    """The head of an import list by road that entered today, in the order of the form."""
    return {
        "district": "5169", "port": "5169", "book_no": "", "ie_date": f"{datetime.now(CHINA):%Y-%m-%d}",
        "owner_code": owner, "transport_mode": "4", "vessel": "粤ZAB12港", "duty_nature": "101", "trade_country": "PER",
        "transit_port": "CHN000", "trade_area": "PER", "terms": "1", "packages": "300", "packing": "22",
        "gross_weight": "3150", "net_weight": "3000",
    } | more  # fmt: skip


def good(record_no: str, quantity: str) -> dict[str, str]:
    """A good of the booklet, as a list of imports says it."""
    code, name, price, country = GOODS[int(record_no) - 1]
    total = Decimal(price) * Decimal(quantity)
    return {
        "record_no": record_no, "code": code, "name": name, "quantity": quantity, "unit": "035", "price": price,
        "total": f"{total:.2f}", "currency": "USD", "quantity1": quantity, "origin": country, "destination": "CHN",
        "place": "44031", "duty_mode": "1",
    }  # fmt: skip


def exported(content: dict[str, Any]) -> dict[str, Any]:
    """The same goods on their way out."""
    rows = [{**row, "origin": "CHN", "destination": row["origin"]} for row in content["goods"]]
    return {**content, "list_kind": "GE", "terms": "3", "goods": rows}


def declared(stage: Stage, contents: Sequence[dict[str, Any]]) -> list[str]:
    """Lists, declared one after the other with the card's key; their numbers."""

    async def work() -> list[str]:
        async with with_card(stage.system, WANG_CARD) as person:
            return [await person.declare(LIST, content, "declare") for content in contents]

    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        return thread.submit(lambda: asyncio.run(work())).result()
