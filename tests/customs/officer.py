"""An officer at work in tests of customs' desks: the business clock, registers, decisions, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.contract.messages import Receipt
from singlewindow.customs import registers
from singlewindow.customs.database import Transaction
from singlewindow.customs.registers import Entry
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.portal import Portal


@dataclass
class Officer:
    """Customs with a company that sends and an officer who decides."""

    customs: Customs
    own: Company
    headers: dict[str, str]

    @staticmethod
    async def prepared(customs: Customs, entries: Sequence[Entry], now: datetime) -> dict[str, str]:
        """Registers are there and published, the business clock stands, an officer is logged in: his headers."""
        async with customs.database.transaction() as transaction:
            await registers.add(transaction, entries)
            await transaction.run("update outgoing set state = 'sent'")
            await transaction.run("update clock set frozen = $1", now)
        return await customs.log_in()

    async def at(self, moment: str) -> None:
        """Set the business clock."""
        async with self.customs.database.transaction() as transaction:
            await transaction.run("update clock set frozen = $1", datetime.fromisoformat(moment))

    async def put(self, *changed: Entry) -> None:
        """Write entries of registers."""
        async with self.customs.database.transaction() as transaction:
            await registers.put_all(transaction, changed)

    async def decide(self, identifier: int, name: str, remark: str = "") -> tuple[int, str]:
        """Decide as an officer; answers the HTTP status, and the new state in words or why not."""
        answer = await self.customs.client.post(
            f"/api/submissions/{identifier}/decision",
            json={"decision": name, "remark": remark},
            headers=self.headers,
        )
        return answer.status_code, answer.json().get("state_name") or answer.json()["detail"]

    async def together(self, *identifiers: int, name: str = "accept") -> dict[int, str]:
        """Decide many by one click; why not, by the ids of those that are not decided."""
        answer = await self.customs.client.post(
            "/api/decisions", json={"ids": list(identifiers), "decision": name}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        return {each["id"]: each["why_not"] for each in answer.json()["not_decided"]}

    async def detail(self, identifier: int) -> dict[str, Any]:
        """The submission as the officer's page sees it."""
        found: dict[str, Any] = (await self.customs.client.get(f"/api/submissions/{identifier}")).json()
        return found

    async def automatic(self, refuse_share: float = 0) -> None:
        """Switch the automatic mode on, without delay."""
        mode = {"automatic": True, "delay_seconds": 0, "refuse_share": refuse_share}
        answer = await self.customs.client.put("/api/mode", json=mode, headers=self.headers)
        assert answer.status_code == 200, answer.text

    async def receipts(self, portal: Portal) -> Sequence[Receipt]:
        """What the portal has heard so far, in the order of submission and seq."""
        await self.customs.sender(portal).send_due()
        return sorted(portal.receipts, key=lambda receipt: (receipt.number, receipt.submission, receipt.seq))


async def one(transaction: Transaction, sql: str, *values: object) -> Any:
    """The only row."""
    row = await transaction.row(sql, *values)
    assert row is not None
    return row
