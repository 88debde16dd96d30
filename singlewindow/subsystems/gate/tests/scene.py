"""Trips in each state, brought there as in life: saved, declared, sent, and answered by customs."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.house import House, Member

TYPE = "gate.trip"
URL = f"/api/documents/{TYPE}"
SAMPLES = Path(__file__).parent.parent / "samples" / "accepted"
RECEIPTS: dict[str, tuple[str, ...]] = {
    "海关审核通过": ("RECEIVED", "10"),
    "退单": ("RECEIVED", "20"),
    "已锁定": ("RECEIVED", "10", "41"),
    "解除锁定": ("RECEIVED", "10", "41", "42"),
    "已办结": ("RECEIVED", "10", "40"),
    "人工办结": ("RECEIVED", "10", "43"),
    "已口岸离场": ("RECEIVED", "10", "40", "50"),
}
STATES = ("暂存", "申报", "发往内网成功", "发往内网失败", *RECEIPTS)
ON_FORM = {"暂存": "暂存成功", "申报": "申报成功", "海关审核通过": "海关入库成功"}
_plates = itertools.count(10000)


def sample(name: str = "by_road_one_bill", **header: Any) -> dict[str, Any]:
    """A content that is accepted, with a plate of its own unless `header` says otherwise."""
    content: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))["content"]
    return {**content, "bind_key_type": "VN", "bind_key_info": f"粤B{next(_plates):05d}", **header}


def typed_in(view: dict[str, Any]) -> dict[str, Any]:
    """What of a trip's content a person typed: without the grey fields."""
    greys = ("sure_id", "contractor_code", "contractor_code_scc", "op_user_id")
    return {name: value for name, value in view["content"].items() if name not in greys}


@dataclass(frozen=True)
class Scene:
    """A company's person, and customs."""

    house: House
    owner: Member
    type: str = TYPE

    async def content(self, who: Member) -> dict[str, Any]:
        """A trip of a vehicle of its own; whoever declares it."""
        return sample()

    def typed(self, view: dict[str, Any]) -> dict[str, Any]:
        """What of a trip's content a person typed."""
        return typed_in(view)

    async def first(self, who: Member) -> httpx.Response:
        """暂存 of a new trip; nothing need be added to it."""
        return await who.http.post(URL, json={"content": sample()})

    async def document(self, state: str) -> dict[str, Any]:
        """A trip in this state."""
        return await self.trip(state)

    async def trip(self, state: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        """A trip in this state, named as the lists name it."""
        view = await self.owner.save(TYPE, content or sample())
        if state != "暂存":
            view = await self.owner.apply(TYPE, view, "declare")
        if state not in ("暂存", "申报"):
            self.house.customs.refuses = "no" if state == "发往内网失败" else ""
            await self.house.send()
            self.house.customs.refuses = ""
        for seq, code in enumerate(RECEIPTS.get(state, ()), 1):
            await self.answer(view["number"], seq, code)
        view = await self.owner.view(TYPE, view["number"])
        assert view["header"]["status"] == ON_FORM.get(state, state)
        return view

    async def answer(self, number: str, seq: int, code: str, sequence: int = 1) -> None:
        """Customs' next word on what was declared, first or as an amendment of later `sequence`."""
        await self.house.hear(self.house.customs.receipt_for(TYPE, number, sequence, seq, code))
