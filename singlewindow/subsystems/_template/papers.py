"""What stands on papers that are not the document as its form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.record import Document


async def visitor_pass(transaction: Transaction, document: Document) -> Mapping[str, Any]:
    """到访证: number, company and names of the goods."""
    company = await transaction.value("select name from company where id = $1", document.company_id)
    goods = [str(row.get("name", "")) for row in document.content.get("goods", ())]
    return {"number": document.number, "company": company or "", "goods": goods}
