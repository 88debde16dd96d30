"""One unfinished trip for each medium: drivers at the same instant, and what blocks afterwards (GATE-05)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from singlewindow.subsystems.gate.tests.scene import STATES, TYPE, URL, Scene, sample
from tests.house import House, Member

ROUNDS = 12
BLOCKING = {"申报", "发往内网成功", "海关审核通过", "已锁定", "解除锁定"}


async def ready(member: Member, content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A draft with a pinned statement: what is left is the signature."""
    view = await member.save(TYPE, content)
    prepared = await member.prepare(TYPE, view, "declare")
    assert prepared.status_code == 200, prepared.text
    return view["number"], prepared.json()


async def test_declarations_at_the_same_instant(house: House) -> None:
    """GATE-05: of four signed trips of one vehicle exactly one is taken, each time, of whichever company; the others
    are told at the medium's field, and their drafts stay as they were."""
    company = await house.company()
    members = [await house.member(company) for _ in range(2)] + [await house.member() for _ in range(2)]
    for _ in range(ROUNDS):
        plate = sample()["bind_key_info"]
        ways = (plate, plate.lower(), f"{plate[:2]}·{plate[2:]}", f" {plate[:2]} {plate[2:]} ")
        drafts = [await ready(m, sample(bind_key_info=way)) for m, way in zip(members, ways, strict=True)]
        answers = await asyncio.gather(
            *(m.submit(TYPE, number, p) for m, (number, p) in zip(members, drafts, strict=True))
        )
        winners = [answer for answer in answers if answer.status_code == 200]
        assert len(winners) == 1, [answer.text for answer in answers]
        assert len(await house.sql("select from claim where key = $1", f"VN {plate}")) == 1
        for member, (number, _), answer in zip(members, drafts, answers, strict=True):
            if answer is not winners[0]:
                check_lost(answer, plate, [n for n, _ in drafts if n != number])
                assert (await member.view(TYPE, number))["status"]["name"] == "暂存"


def check_lost(answer: httpx.Response, plate: str, others: list[str]) -> None:
    """The words at the field; nobody else's trip is named (PORT-10)."""
    assert answer.status_code in (409, 422), answer.text
    [violation] = answer.json()["violations"]
    assert violation["path"] == "bind_key_info"
    assert violation["message"] == f"该车有未完成记录（VN {plate}）"
    for words in ("本企业", "变更中", "变更前的介质", "其他企业"):
        assert words in violation["advice"], words
    assert not [number for number in others if number in answer.text]


@pytest.mark.parametrize("state", STATES)
async def test_which_trips_block_a_medium(house: House, state: str) -> None:
    """GATE-05: asked at 申报 alone; drafts neither block nor are blocked; a medium of another type is another one."""
    scene = Scene(house, await house.member())
    content = sample()
    await scene.trip(state, content)
    looked = await scene.owner.http.post(f"{URL}/lookup", json={"field": "bind_key_info", "content": content})
    assert looked.json()["violations"] == []
    second = await scene.owner.save(TYPE, content)
    prepared = await scene.owner.prepare(TYPE, second, "declare")
    assert (prepared.status_code == 422) is (state in BLOCKING), prepared.text
    if state in BLOCKING:
        check_lost(prepared, content["bind_key_info"], [])
    other = await scene.owner.save(TYPE, {**content, "bind_key_type": "BC"})
    assert (await scene.owner.apply(TYPE, other, "declare"))["status"]["name"] == "申报"
