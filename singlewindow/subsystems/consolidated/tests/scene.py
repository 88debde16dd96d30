"""Filings in each state, brought there as in life: saved, declared, answered by customs, expired."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import httpx

from singlewindow.kernel.exchange.receipts import Heard, hear
from singlewindow.kernel.exchange.timers import move_due
from singlewindow.kernel.timing import CHINA
from tests.house import House, Member

QUALIFICATION, BOOKLET = "consolidated.qualification", "consolidated.booklet"
SATURDAY = datetime(2026, 11, 21, 10, tzinfo=CHINA)  # a day of the requirements' examples
VALID_UNTIL = "2027-11-20"
GREYS = {
    QUALIFICATION: {"company_code", "company_name", "guarantee"},
    BOOKLET: {"district", "company_code", "company_name", "nature"},
}
ANSWERS: dict[str, tuple[str, ...]] = {
    "接受失败": ("REJECTED",),
    "核准拒绝": ("RECEIVED", "REFUSED"),
    "海关审批通过": ("RECEIVED", "APPROVED"),
    "取消资质": ("RECEIVED", "APPROVED", "REVOKED"),
    "已失效": ("RECEIVED", "APPROVED"),
}
STATES = ("暂存", "已申报", "发往海关成功", *ANSWERS)
GOOD = {"code": "0303120000", "name": "冻大麻哈鱼", "unit": "035"}
_seqs = count(1)
_books = count(1)


@dataclass
class Scene:
    """A company's person, and customs; `type` is the one whose documents are asked for."""

    house: House
    owner: Member
    type: str = QUALIFICATION
    answered: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    async def publish(self, code: str = "", **company: Any) -> None:
        """What customs say of a company: 常规企业 with a bank's guarantee, unless said otherwise."""
        data = {
            "name": "海关登记企业",
            "grade": "3",
            "grade_name": "常规企业",
            "guarantee_mode": "2",
            **company,
        }
        await self.house.register("company", code or self.owner.customs_code, data, seq=next(_seqs))

    async def freeze(self, moment: datetime) -> None:
        """Set the business clock."""
        await self.house.sql("update clock set frozen = $1, shift = '0'", moment)

    async def now(self) -> datetime:
        """What the business clock says."""
        [row] = await self.house.sql("select coalesce(frozen, now() + shift) as now from clock")
        now: datetime = row["now"]
        return now

    def sample(self, **changed: Any) -> dict[str, Any]:
        """A qualification of general trade that may be declared."""
        return {
            "district": "5301", "nature": "1", "guarantee_amount": "200.5", "guarantee_until": "20271120",
            "batches": "12", "contact": "王芳", "phone": "0755-84398888", **changed,
        }  # fmt: skip

    async def content(self, who: Member) -> dict[str, Any]:
        """As `tests.actions` asks for it."""
        if self.type == QUALIFICATION:
            return self.sample()
        named = {"qualification": (await self.qualified())["number"]} if who is self.owner else {}
        return {**named, "goods": [GOOD]}

    async def first(self, who: Member) -> httpx.Response:
        """暂存 of a new one."""
        return await who.http.post(f"/api/documents/{self.type}", json={"content": await self.content(who)})

    def typed(self, view: dict[str, Any]) -> dict[str, Any]:
        """What of a content a person typed."""
        typed = {name: value for name, value in view["content"].items() if name not in GREYS[self.type]}
        for row in typed.get("goods", []):
            for name in ("unit1", "unit2", "stopped"):
                row.pop(name, None)
        return typed

    async def free(self) -> None:
        """Forget earlier documents of the company, which hold what the next one wants."""
        await self.house.sql("delete from claim where key like $1", f"{self.owner.customs_code}.%")

    async def qualified(self, state: str = "海关审批通过", **changed: Any) -> dict[str, Any]:
        """A qualification of the owner in this state."""
        await self.free()
        return await self._brought(QUALIFICATION, self.sample(**changed), state)

    async def booklet(self, state: str = "海关审批通过", **changed: Any) -> dict[str, Any]:
        """A booklet in this state, under a qualification that is approved."""
        number = (await self.qualified())["number"]
        return await self._brought(BOOKLET, {"qualification": number, "goods": [GOOD], **changed}, state)

    async def document(self, state: str) -> dict[str, Any]:
        """A document of the type in this state, named as the lists name it."""
        await self.freeze(SATURDAY)
        return await (self.qualified(state) if self.type == QUALIFICATION else self.booklet(state))

    async def _brought(self, type: str, content: dict[str, Any], state: str) -> dict[str, Any]:
        view = await self.owner.save(type, content)
        if state != "暂存":
            view = await self.declare(type, view)
        if state not in ("暂存", "已申报"):
            await self.house.send()
        for code in ANSWERS.get(state, ()):
            await self.answer(type, view["number"], code)
        if state == "已失效":
            await self.pass_on(datetime(2027, 11, 21, tzinfo=CHINA))
            await self.freeze(SATURDAY)
        view = await self.owner.view(type, view["number"])
        assert view["header"]["status"] == state
        return view

    async def declare(self, type: str, view: dict[str, Any], action: str = "declare") -> dict[str, Any]:
        """Sign and hand in."""
        prepared = await self.owner.prepare(type, view, action)
        assert prepared.status_code == 200, prepared.text
        answer = await self.owner.submit(type, view["number"], prepared.json())
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def answer(self, type: str, number: str, code: str, sequence: int = 1, **data: str) -> None:
        """Customs' next word on a submission, said now; an approval brings its numbers."""
        self.answered[number, sequence] += 1
        if code == "APPROVED":
            serial = next(_books)
            given = {"qualification_no": f"530120261121{serial:06d}"}
            given = given if type == QUALIFICATION else {"book_no": f"X530126{serial:05d}"}
            data = {**given, "valid_until": VALID_UNTIL, **data}
        seq = self.answered[number, sequence]
        heard = Heard(type, number, sequence, seq, code, f"回执 {code}", await self.now(), data)
        async with self.house.worker.transaction() as transaction:
            await hear(transaction, heard)

    async def pass_on(self, moment: datetime) -> None:
        """The clock goes on, and the worker looks what is due."""
        await self.freeze(moment)
        while await move_due(self.house.worker):
            pass

    async def view(self, view: dict[str, Any]) -> dict[str, Any]:
        """The document as it is now."""
        return await self.owner.view(view["type"], view["number"])
