"""Trips that a journey needs and does not play: saved past the page, signed over the API, answered by customs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import SAMPLE
from tests.journeys.gate.officer import GateOfficer
from tests.journeys.trouble import customs_refuse, standing_still
from tests.system.applicant import applicants

DECISIONS: dict[str, tuple[str, ...]] = {
    "海关审核通过": ("accept",),
    "退单": ("return",),
    "已锁定": ("accept", "lock"),
    "解除锁定": ("accept", "lock", "unlock"),
    "已办结": ("accept", "finish"),
    "人工办结": ("accept", "finish_by_hand"),
    "已口岸离场": ("accept", "finish", "leave"),
}


def serial(number: str) -> str:
    """What a trip's two numbers have in common; the list shows 车次确认编号 alone."""
    return number[-13:]


def draft(desk: Desk, plate: str, **header: Any) -> tuple[str, str]:
    """A draft of the person at this desk; 数据中心统一编码 and 车次确认编号."""
    request = desk.page.request
    csrf = request.get(f"{desk.address}/api/session").json()["csrf"]
    saved = request.post(
        f"{desk.address}/api/documents/gate.trip",
        data={"content": SAMPLE | {"bind_key_info": plate} | header},
        headers={"X-CSRF-Token": csrf, "Origin": desk.address},
    )
    assert saved.status == 201, saved.text()
    view = saved.json()
    return view["number"], view["content"]["sure_id"]


def declared(stage: Stage, plates: Sequence[str]) -> list[str]:
    """Trips of 王芳, signed with her card's key over the API; their 数据中心统一编码."""

    async def work() -> list[str]:
        async with applicants(stage.system) as people:
            contents = [SAMPLE | {"bind_key_info": plate} for plate in plates]
            return [await people[0].declare("gate.trip", each, "declare") for each in contents]

    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        return thread.submit(lambda: asyncio.run(work())).result()


def in_every_status(desk: Desk, stage: Stage, officer: GateOfficer) -> Iterator[tuple[str, str]]:
    """(status as the list names it, 数据中心统一编码) of a trip in each, brought there as in life.

    A generator: as long as 申报 is looked at, the worker stands still.
    """
    officer.automatic(False)
    yield "暂存", draft(desk, "粤B31000")[0]
    numbers = declared(stage, [f"粤B{31001 + at}" for at in range(len(DECISIONS) + 1)])
    for number, decisions in zip(numbers, DECISIONS.values(), strict=False):
        for decision in decisions:
            officer.decide_on(number, decision, remark="车牌与登记不符")
    yield from zip(DECISIONS, numbers, strict=False)
    yield "发往内网成功", numbers[-1]
    with customs_refuse(stage.system):
        yield "发往内网失败", declared(stage, ["粤B31020"])[0]
    with standing_still(stage.system, "worker"):
        yield "申报", declared(stage, ["粤B31021"])[0]
