"""What a merged declaration is printed on: the customs form in force, and the notices (回执通知书) of customs' answers.

Manual 第六篇 5.3; CONS-14.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.lifecycle import states
from singlewindow.kernel.subsystem import Print
from singlewindow.papers.declaration.paper import TEMPLATE, code_names_of, paper_data
from singlewindow.subsystems.consolidated.declaration.lifecycle import (
    CLOSED,
    EXAMINED,
    INSPECTED,
    RELEASED,
    RETURNED,
)

NOTICE = Path(__file__).parent / "prints" / "notice.typ"


def as_registered(document: Document) -> dict[str, Any]:
    """The document under the names of customs' register `declaration` (docs/registers.md); `number` is customs' own,
    which is 预录入编号 too (FG 3.5): until there is one, 统一编号 stands for it."""
    content, returned = document.content, document.returned
    day = returned.get("declared_on") or document.filed_on.isoformat()
    return {
        **content,
        "number": returned.get("entry_no", ""),
        "pre_entry_no": returned.get("entry_no") or document.number,
        "account_book_no": content.get("book_no", ""),
        "ie_date": returned.get(
            "declared_on", ""
        ),  # 进出口日期 is that on which customs take the declaration (FA 3.1)
        "declared_at": f"{day}T12:00:00+08:00",
        "goods": [{**good, "no": at} for at, good in enumerate(content.get("goods", ()), 1)],
    }


async def form(transaction: Transaction, document: Document) -> Mapping[str, Any]:
    """What stands on 报关单; before customs have taken it in, 申报日期 and 进出口日期 are empty."""
    declaration = as_registered(document)
    data = paper_data(declaration, await code_names_of(transaction, [declaration]))
    return data if document.returned.get("declared_on") else _undated(data)


def _undated(data: Mapping[str, Any]) -> dict[str, Any]:
    header = [
        [{**cell, "value": "" if cell["label"] == "申报日期" else cell["value"]} for cell in row]
        for row in data["header"]
    ]
    return {**data, "header": header}


PRINTS = (
    Print("declaration", "报关单", TEMPLATE, compose=form),
    Print("returned", "不受理通知书", NOTICE, states=states(RETURNED)),
    Print("inspection", "查验通知书", NOTICE, states=states(INSPECTED)),
    Print("examined", "审结通知书", NOTICE, states=states(EXAMINED, RELEASED, CLOSED)),
)
