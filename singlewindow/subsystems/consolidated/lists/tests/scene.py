"""Lists in each state, brought there as in life, and what stands behind them: approved filings and customs' registers.

Filings are put into the state that customs' approval gives them; how they come there is their own folders' test.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from singlewindow.kernel.timing import CHINA
from tests.house import House, Member
from tests.samples import put_document

TYPE = "consolidated.list"
URL = f"/api/documents/{TYPE}"
SAMPLES = Path(__file__).parent.parent / "samples"
GREYS = {"ie_flag", "nature", "trade_mode", "items", "total", "currency"}
GREYS |= {f"{role}_{box}" for role in ("consignee", "declarant") for box in ("code", "name", "scc", "ciq")}
GREYS |= {f"owner_{box}" for box in ("name", "scc", "ciq")}
GREY_CELLS = {"licence", "unit1", "unit2"}
RECEIPTS: dict[str, tuple[str, ...]] = {
    "海关接收成功": ("RECEIVED",),
    "接受失败": ("REJECTED",),
    "转人工/挂起": ("RECEIVED", "HELD"),
    "海关审批通过": ("RECEIVED", "APPROVED"),
    "海关退单": ("RECEIVED", "RETURNED"),
    "已委托": ("RECEIVED", "APPROVED", "ENTRUSTED"),
    "已承运": ("RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED"),
    "已过境": ("RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED", "CROSSED"),
    "已结关": ("RECEIVED", "APPROVED", "CLOSED"),
}
STATES = ("暂存", "已申报", "发往海关成功", "发往海关失败", *RECEIPTS)


def today() -> date:
    """The business day of a house whose clock nobody moved."""
    return datetime.now(UTC).astimezone(CHINA).date()


def typed_in(view: dict[str, Any]) -> dict[str, Any]:
    """What of a list's content a person typed."""
    content = {name: value for name, value in view["content"].items() if name not in GREYS}
    rows = [{n: v for n, v in row.items() if n not in GREY_CELLS} for row in content.get("goods", [])]
    return content | {"goods": rows}


def content_of(owner: Member, *, rows: int = 1, **header: str) -> dict[str, Any]:
    """The content of the sample by road with its first `rows` goods, as this person declares it today."""
    text = (SAMPLES / "accepted" / "by_road.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text.replace("$applicant", owner.customs_code))["content"]
    return {**content, "goods": content["goods"][:rows], "ie_date": today().isoformat(), **header}


async def equip(house: House, owner: Member, *, licensed: str = "5000") -> None:
    """Give a person's company what the sample by road has: filings that are approved, a licence, its own entry."""
    sample = json.loads((SAMPLES / "accepted" / "by_road.json").read_text("utf-8"))
    names = {"$applicant": owner.customs_code}
    for filing in sample["documents"]:
        content = json.loads(_named(json.dumps(filing["content"]), names))
        returned = filing["returned"] | {"valid_until": (today() + timedelta(days=300)).isoformat()}
        names[filing["as"]] = await put_document(
            house, owner, filing["type"], content, filing["status"], **returned
        )
    for kind, entries in json.loads(_named(json.dumps(sample["registers"]), names)).items():
        for key, data in entries.items():
            plain = {name: value for name, value in data.items() if not name.startswith("valid_")}
            if kind == "licence":
                plain["goods"][0]["quantity"] = licensed
            await house.register(kind, key, plain)


def licence_of(owner: Member) -> str:
    """The licence of a company; no two have the same."""
    return f"26-{owner.customs_code}"


async def equip_bonded(house: House, owner: Member, *, remaining: str) -> str:
    """Give a person's company what the sample of bonded goods has, with so much left of item 1: its handbook."""
    sample = json.loads((SAMPLES / "accepted" / "bonded_by_water.json").read_text("utf-8"))
    [filing] = sample["documents"]
    await put_document(house, owner, filing["type"], filing["content"], filing["status"])
    company = sample["registers"]["company"]["$applicant"]
    await house.register("company", owner.customs_code, company)
    number = f"C5301{owner.customs_code[-7:]}"
    book = sample["registers"]["account_book"]["C53016100007"] | {"company": owner.customs_code}
    book["items"][0] |= {"remaining": remaining, "deducted": "0"}
    await house.register(
        "account_book", number, {name: v for name, v in book.items() if not name.startswith("valid_")}
    )
    return number


def bonded_content(owner: Member, book_no: str, quantity: int) -> dict[str, Any]:
    """A list of bonded goods by road, of so much of item 1."""
    text = (SAMPLES / "accepted" / "bonded_by_water.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text.replace("$applicant", owner.customs_code))["content"]
    content |= {"book_no": book_no, "transport_mode": "4", "ie_date": today().isoformat()}
    content["goods"][0] |= amounts(quantity, "2.4")
    return content


def amounts(quantity: int, price: str) -> dict[str, str]:
    """The cells of a good that follow from its quantity."""
    total = f"{Decimal(price) * quantity:.2f}"
    return {"quantity": str(quantity), "quantity1": str(quantity), "total": total}


def _named(text: str, names: dict[str, str]) -> str:
    names = names | {"26-AE-100001": f"26-{names['$applicant']}"}
    for word, number in names.items():
        text = text.replace(word, number)
    return text


@dataclass
class Scene:
    """A company's person, and customs."""

    house: House
    owner: Member
    type: str = TYPE
    equipped: set[str] = field(default_factory=set)

    async def content(self, who: Member) -> dict[str, Any]:
        """A list that this person may declare."""
        if who.customs_code not in self.equipped:
            self.equipped.add(who.customs_code)
            await equip(self.house, who)
        return content_of(who)

    def typed(self, view: dict[str, Any]) -> dict[str, Any]:
        """What of a list's content a person typed."""
        return typed_in(view)

    async def first(self, who: Member) -> httpx.Response:
        """暂存 of a new list."""
        return await who.http.post(URL, json={"content": await self.content(who)})

    async def document(self, state: str) -> dict[str, Any]:
        """A list in this state."""
        return await self.list(state)

    async def list(self, state: str, **header: Any) -> dict[str, Any]:
        """A list in this state, named as the lists name it."""
        view = await self.owner.save(TYPE, await self.content(self.owner) | header)
        if state != "暂存":
            view = await self.owner.apply(TYPE, view, "declare")
        if state not in ("暂存", "已申报"):
            self.house.customs.refuses = "no" if state == "发往海关失败" else ""
            await self.house.send()
            self.house.customs.refuses = ""
        for seq, code in enumerate(RECEIPTS.get(state, ()), 1):
            await self.answer(view["number"], seq, code)
        view = await self.owner.view(TYPE, view["number"])
        assert view["header"]["status"] == state
        return view

    async def answer(self, number: str, seq: int, code: str, sequence: int = 1, **data: str) -> None:
        """Customs' next word on what was declared, first or as a revision of later `sequence`."""
        day = today().isoformat()
        more = {"RECEIVED": {"declared_on": day}} if sequence == 1 else {}
        more["APPROVED"] = {"declared_on": day, "accepted_on": day, "list_no": f"53012026I{number[-9:]}"}
        receipt = self.house.customs.receipt_for(
            TYPE, number, sequence, seq, code, **more.get(code, {}), **data
        )
        await self.house.hear(receipt)
