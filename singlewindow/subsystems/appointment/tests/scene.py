"""Appointments in each state, brought there as in life: saved, applied for, answered by customs, left unanswered."""

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
from singlewindow.subsystems.appointment.known import UNANSWERED
from singlewindow.subsystems.appointment.tests.calendars import month_of
from tests.actions import Perform, sign
from tests.house import House, Member

TYPE = "appointment.application"
URL = f"/api/documents/{TYPE}"
START = "2026-11-28 10:00"  # a Saturday
PORT, OTHER_PORT = "5301", "5304"
MONDAY = datetime(2026, 11, 23, 10, tzinfo=CHINA)
OVERDUE = datetime(2026, 12, 4, tzinfo=CHINA)  # 00:00 after the fifth day after the window
GREYS = ("declarant_code", "declarant_scc", "declarant_ciq", "declarant_name", "consignee_scc", "consignee_ciq",
         "consignee_name", "end")  # fmt: skip
NUMBER = "530120261000000123"  # F3: import, at 5301
RETURNED = {"application_no": "530120261123000001", "officer": "关正", "officer_phone": "0755-84398888"}
ANSWERS: dict[str, tuple[str, ...]] = {
    "已受理": ("RECEIVED",),
    "退单": ("RECEIVED", "RETURNED"),
    "预约成功": ("RECEIVED", "APPROVED"),
}
STATES = ("暂存", "已申报", *ANSWERS, "已取消", "I-通关完成未反馈", "已反馈")
ACCEPTS = {"feedback": "FEEDBACK_ACCEPTED", "explain": "EXPLAINED", "cancel": "CANCELLED"}
_seqs = count(1)


def number(port: str = PORT, flag: str = "1") -> str:
    """A declaration number that nobody used before."""
    return f"{port}2026{flag}{next(_seqs):09d}"


def typed_for(action: str) -> dict[str, Any]:
    """What is right to be typed for a follow-up."""
    if action == "feedback":
        return {"declarations": [{"entry_no": number()}]}
    return {"explanation": "船期延误，未能在预约时间内申报"} if action == "explain" else {}


def followed_up(action: str) -> Perform:
    """A follow-up as `tests.actions` plays it: what is typed for it is saved, then signed."""

    async def follow(scene: Scene, who: Member, view: dict[str, Any]) -> httpx.Response:
        return await play(scene, who, view, action, typed_for(action))

    return follow


async def play(
    scene: Scene, who: Member, view: dict[str, Any], action: str, typed: dict[str, Any]
) -> httpx.Response:
    """Save what is typed on the document's own form, and sign."""
    if typed:
        saved = await keep(who, view, action, typed)
        if saved.status_code != 200:
            return saved
        view = saved.json()
    return await sign(scene, who, view, action)


async def keep(who: Member, view: dict[str, Any], action: str, typed: dict[str, Any]) -> httpx.Response:
    """The silent 暂存 of what is typed for a follow-up."""
    body = {"action": action, "content": {**view["content"], **typed}}
    match = {"If-Match": f'"{view["version"]}"'}
    return await who.http.put(f"{URL}/{view['number']}/amendment", json=body, headers=match)


@dataclass
class Scene:
    """A company's person, a consignee that another company is, and customs."""

    house: House
    owner: Member
    consignee: str
    type: str = TYPE
    answered: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    async def publish(self, **consignee: Any) -> None:
        """What customs say of the companies and of the ports."""
        await self.freeze(MONDAY)
        await self.company(self.owner.customs_code)
        await self.company(self.consignee, **consignee)
        notices = [
            self.house.customs.notice("port_calendar", f"{port}-{month}", month_of(port, month))
            for port in (PORT, OTHER_PORT)
            for month in ("202608", "202609", "202610", "202611", "202612")
        ]
        await self.house.hear(*notices)

    async def company(self, code: str, **more: Any) -> None:
        """What customs say of a company from now on: grade 常规企业 and its qualification, unless said otherwise."""
        data = {
            "name": f"海关登记企业{code}", "scc": f"91440300{code}", "ciq_code": f"4403{code[4:]}", "grade": "3",
            "grade_name": "常规企业", "customs_qualified": True, **more,
        }  # fmt: skip
        await self.house.register("company", code, data, seq=next(_seqs))

    async def freeze(self, moment: datetime) -> None:
        """Set the business clock."""
        await self.house.sql("update clock set frozen = $1, shift = '0'", moment)

    async def now(self) -> datetime:
        """What the business clock says."""
        [row] = await self.house.sql("select coalesce(frozen, now() + shift) as now from clock")
        now: datetime = row["now"]
        return now

    def sample(self, **changed: Any) -> dict[str, Any]:
        """What may be applied for."""
        return {
            "consignee_code": self.consignee, "contact": "王芳", "mobile": "13800138000", "declare_port": PORT,
            "entry_port": OTHER_PORT, "transport": "4", "start": START, "reason_kind": "2", "ie_flag": "I",
            "goods": [{"hs_code": "0303120000", "name": "冻大麻哈鱼"}], **changed,
        }  # fmt: skip

    async def content(self, who: Member) -> dict[str, Any]:
        """As `tests.actions` asks for it; whoever applies with it is a company that customs know."""
        await self.company(who.customs_code)
        return self.sample()

    def typed(self, view: dict[str, Any]) -> dict[str, Any]:
        """What of a content a person typed."""
        return {name: value for name, value in view["content"].items() if name not in GREYS}

    async def first(self, who: Member) -> httpx.Response:
        """暂存 of a new one; nothing need be added."""
        return await who.http.post(URL, json={"content": await self.content(who)})

    async def document(self, state: str) -> dict[str, Any]:
        """An appointment in this state."""
        return await self.appointment(state)

    async def appointment(self, state: str = "预约成功", **changed: Any) -> dict[str, Any]:
        """An appointment in this state, named as the lists name it."""
        await self.freeze(MONDAY)
        await self.house.sql(
            "delete from shared_claim where kind = $1", UNANSWERED
        )  # of one that the test made before
        view = await self.owner.save(TYPE, self.sample(**changed))
        if state != "暂存":
            view = await self.owner.apply(TYPE, view)
            await self.house.send()
        for code in ANSWERS.get(state, ANSWERS["预约成功"] if state in STATES[5:] else ()):
            await self.answer(view["number"], code)
        if state == "I-通关完成未反馈":
            await self.pass_on(OVERDUE)
        if ends := {"已取消": "cancel", "已反馈": "feedback"}.get(state):
            await self.follow(view, ends)
            await self.answer(view["number"], ACCEPTS[ends], 2)
        view = await self.view(view)
        assert view["header"]["status"] == state
        return view

    async def follow(self, view: dict[str, Any], action: str, **typed: Any) -> dict[str, Any]:
        """Feed back, explain or cancel; what is not typed otherwise is right."""
        answer = await play(self, self.owner, await self.view(view), action, {**typed_for(action), **typed})
        assert answer.status_code == 200, answer.text
        await self.house.send()
        done: dict[str, Any] = answer.json()
        return done

    async def answer(
        self,
        number: str,
        code: str,
        sequence: int = 1,
        at: datetime | None = None,
        text: str = "",
        **data: str,
    ) -> None:
        """Customs' next word on a submission, said now; an approval brings its number and the officer."""
        self.answered[number, sequence] += 1
        more = {**(RETURNED if code == "APPROVED" else {}), **data}
        moment = at or await self.now()
        seq = self.answered[number, sequence]
        heard = Heard(TYPE, number, sequence, seq, code, text or f"回执 {code}", moment, more)
        async with self.house.worker.transaction() as transaction:
            await hear(transaction, heard)

    async def pass_on(self, moment: datetime) -> None:
        """The clock goes on, and the worker looks what is due."""
        await self.freeze(moment)
        while await move_due(self.house.worker):
            pass

    async def view(self, view: dict[str, Any], who: Member | None = None) -> dict[str, Any]:
        """The document as it is now."""
        return await (who or self.owner).view(TYPE, view["number"])
