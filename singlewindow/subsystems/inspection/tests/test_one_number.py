"""One live application for each number: users at the same instant, and what blocks afterwards (INSP-04)."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import httpx
import pytest

from tests.house import House, Member

DECLARATION, BILL = "inspection.declaration", "inspection.bill"
ROUNDS = 12
_numbers = itertools.count(530120260900000000)


async def publish(house: House, type: str, applicant: Member) -> dict[str, Any]:
    """A content with a number that customs have published; a declaration is the applicant's own."""
    number = str(next(_numbers))
    await house.register("pilot_district", "5301", {"enabled": True})
    facts = {"inspection_district": "5301"}
    if type == DECLARATION:
        owned = {"status": "11", "status_name": "查验通知", "consignee_code": applicant.customs_code}
        await house.register("declaration", number, {**facts, **owned})
    else:
        await house.register("bill_of_lading", number, facts)
    name = "declaration_no" if type == DECLARATION else "bill_no"
    return {name: number, "contact_name": "王芳", "contact_phone": "13800138000"}


async def ready(type: str, member: Member, content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A draft with its file and a pinned statement: what is left is the signature."""
    number = (await member.save(type, content))["number"]
    view = (await member.upload(type, number, "00000002")).json()
    prepared = await member.prepare(type, view)
    assert prepared.status_code == 200, prepared.text
    return number, prepared.json()


async def contenders(house: House, type: str) -> list[Member]:
    """Three people of one company; a bill of lading may be applied for by three companies."""
    company = await house.company() if type == DECLARATION else None
    return [await house.member(company) for _ in range(3)]


@pytest.mark.parametrize("type", [DECLARATION, BILL])
async def test_users_at_the_same_instant(house: House, type: str) -> None:
    """INSP-04: of three signed applications for one number exactly one is taken, each time; the others are told at the
    number's field, and their drafts stay as they were."""
    members = await contenders(house, type)
    for _ in range(ROUNDS):
        content = await publish(house, type, members[0])
        drafts = [await ready(type, member, content) for member in members]
        answers = await asyncio.gather(
            *(m.submit(type, number, p) for m, (number, p) in zip(members, drafts, strict=True))
        )
        winners = [answer for answer in answers if answer.status_code == 200]
        assert len(winners) == 1, [answer.text for answer in answers]
        [key] = [value for value in content.values() if str(value).startswith("5301202609")]
        assert len(await house.sql("select from claim where key = $1", key)) == 1
        for member, (number, _), answer in zip(members, drafts, answers, strict=True):
            if answer is not winners[0]:
                check_lost(answer, [n for n, _ in drafts if n != number])
                assert (await member.view(type, number))["status"]["name"] == "暂存"


def check_lost(answer: httpx.Response, others: list[str]) -> None:
    """The manual's words at the field; nobody else's document is named (PORT-10). A bill of lading may be another
    company's, whose application is found nowhere here; a declaration is the consignee's own alone."""
    assert answer.status_code in (409, 422), answer.text
    [violation] = answer.json()["violations"]
    assert violation["path"] in ("declaration_no", "bill_no")
    assert "不允许再次录入、提交申请" in violation["message"]
    assert ("其他企业" in violation["advice"]) is (violation["path"] == "bill_no")
    assert not [number for number in others if number in answer.text]


@pytest.mark.parametrize("type", [DECLARATION, BILL])
async def test_which_applications_block_a_number(house: House, type: str) -> None:
    """INSP-04: 已申请, 发往海关成功, 海关接收成功 and 同意 block; 暂存, 发送失败, 接收失败 and 不同意 do not."""
    member = await house.member()

    async def blocked(content: dict[str, Any]) -> bool:
        """Whether it can be entered again: the look-up and 暂存 say the same."""
        field = next(iter(content))
        asked = {"field": field, "content": content}
        looked = await member.http.post(f"/api/documents/{type}/lookup", json=asked)
        saved = await member.http.post(f"/api/documents/{type}", json={"content": content})
        assert bool(looked.json()["violations"]) is (saved.status_code == 422), (looked.text, saved.text)
        return saved.status_code == 422

    for codes, expected in (
        ((), False),
        (("apply",), True),
        (("apply", "SENT"), True),
        (("apply", "SENT", "RECEIVED"), True),
        (("apply", "SENT", "RECEIVED", "APPROVED"), True),
        (("apply", "SENT", "REJECTED"), False),
        (("apply", "SENT", "RECEIVED", "REFUSED"), False),
        (("apply", "SEND_FAILED"), False),
    ):
        content = await publish(house, type, member)
        number, prepared = await ready(type, member, content)
        await play(house, member, type, number, prepared, codes)
        assert await blocked(content) is expected, codes


async def play(
    house: House, member: Member, type: str, number: str, prepared: dict[str, Any], codes: tuple[str, ...]
) -> None:
    """Apply, send, and let customs answer."""
    if not codes:
        return
    assert (await member.submit(type, number, prepared)).status_code == 200
    if len(codes) > 1:
        house.customs.refuses = "no" if "SEND_FAILED" in codes else ""
        await house.send()
        house.customs.refuses = ""
    for seq, code in enumerate(codes[2:], 1):
        [sent] = [each for each in house.customs.received if each.number == number]
        await house.hear(house.customs.receipt(sent, seq, code))
