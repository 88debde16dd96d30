"""Deliveries of the invented chapter `_deliveries`, and the applications for which they wait."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.exchange.moves import move_many
from singlewindow.kernel.exchange.receipts import Heard
from singlewindow.kernel.exchange.waits import hear_and_follow
from singlewindow.kernel.subsystem import get_document_type
from tests.house import House, Member
from tests.kernel.conftest import FROZEN
from tests.kernel.test_documents import letter, reference

TYPE, LETTER = "_deliveries", "_template"
DELIVERY = get_document_type(TYPE)
_shelves = itertools.count(1)


def shelf() -> str:
    """A shelf that no other test knows."""
    return f"S{next(_shelves):06d}"


def taking(shelf: str = "B1", quantity: str = "1", **more: str) -> dict[str, Any]:
    """A content that takes so much of a shelf."""
    return {"goods": [{"shelf": shelf, "quantity": quantity}], **more}


@dataclass
class Delivery:
    """A document of either type, and whose it is."""

    house: House
    member: Member
    number: str
    type: str = TYPE

    async def row(self) -> dict[str, Any]:
        [row] = await self.house.sql("select * from document where number = $1", self.number)
        return dict(row)

    async def status(self) -> str:
        return str((await self.row())["status"])

    async def declare(self, action: str = "apply") -> dict[str, Any]:
        return await self.member.apply(self.type, await self.member.view(self.type, self.number), action)

    async def said(
        self, seq: int, code: str, at: datetime = FROZEN, submission: int = 1, **data: str
    ) -> None:
        """Customs' receipt of that moment arrives now."""
        async with self.house.worker.transaction() as transaction:
            heard = Heard(self.type, self.number, submission, seq, code, f"回执 {code}", at, data)
            await hear_and_follow(transaction, [heard])

    async def moved(self, name: str, text: str = "", who: str = "单一窗口") -> int:
        """The worker moves it."""
        id = (await self.row())["id"]
        async with self.house.worker.transaction() as transaction:
            return await move_many(transaction, DELIVERY, [id], name, text, who=who)

    async def history(self) -> list[tuple[str, str]]:
        """Kind and text of what happened."""
        answer = await self.member.http.get(f"/api/documents/{self.type}/{self.number}/history")
        return [(each["kind"], each["text"]) for each in answer.json()["items"]]

    async def receipts(self) -> list[tuple[str, str]]:
        answer = await self.member.http.get(f"/api/documents/{self.type}/{self.number}/receipts")
        return [(each["code"], each["text"]) for each in answer.json()["items"]]

    async def sent(self) -> int:
        """How many submissions of it customs have got by now."""
        while await self.house.send():
            pass
        return len([each for each in self.house.customs.received if each.number == self.number])


async def draft(house: House, member: Member | None = None, **content: Any) -> Delivery:
    """A delivery that was saved."""
    member = member or await house.member()
    view = await member.save(TYPE, content or taking())
    return Delivery(house, member, view["number"])


async def approved(house: House, member: Member | None = None, **content: Any) -> Delivery:
    """A delivery that customs approved at FROZEN."""
    made = await draft(house, member, **content)
    await made.declare()
    await made.said(0, "SENT")
    await made.said(1, "APPROVED")
    return made


async def application(house: House, member: Member | None = None) -> Delivery:
    """An application, drawn up and with its file."""
    member = member or await house.member()
    view = await member.save(LETTER, letter(reference()))
    await member.upload(LETTER, view["number"], "1")
    return Delivery(house, member, view["number"], LETTER)
