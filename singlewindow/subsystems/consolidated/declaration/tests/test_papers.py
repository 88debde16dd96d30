"""What a merged declaration is printed on, and when (manual 5.3; CONS-14)."""

from __future__ import annotations

from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from singlewindow.subsystems.consolidated.tests.merging_scene import DECLARATION, Stage
from tests.house import House, Member


def text_of(pdf: bytes) -> str:
    """Its words, without blanks and line breaks."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "".join("".join(pages).replace("\u200b", "").split())


async def printed(member: Member, number: str, name: str) -> str:
    """The text of a print."""
    answer = await member.http.get(f"/api/documents/{DECLARATION}/{number}/prints/{name}")
    assert answer.status_code == 200, answer.text
    return text_of(answer.content)


@pytest.fixture
async def merged(house: House) -> tuple[Stage, dict[str, Any]]:
    """The first declaration of M1, still a draft."""
    stage = await Stage.of(house)
    await stage.merge(list((await stage.m1()).values()))
    await stage.build()
    first = (await stage.declarations())[0]
    return stage, await stage.owner.view(DECLARATION, first["number"])


async def test_the_form_of_a_draft_and_of_what_customs_took_in(
    merged: tuple[Stage, dict[str, Any]],
) -> None:
    """CONS-14, PRNT-09: the form in force, with sums and items of the merge; customs' number and days later."""
    stage, view = merged
    owner, number = stage.owner, view["number"]
    draft = await printed(owner, number, "declaration")
    for words in (
        "中华人民共和国海关进口货物报关单",
        f"预录入编号：{number}",
        "件数520",
        "5460",
        "鲜榴莲",
        "集中申报",
    ):
        assert words in draft, words
    await owner.apply(DECLARATION, view, "declare")
    await stage.house.send()
    received = {"entry_no": "572920261000000012", "declared_on": "2026-11-09"}
    await hear(stage, number, 1, "L", **received)
    taken = await printed(owner, number, "declaration")
    for words in (
        "预录入编号：572920261000000012",
        "海关编号：572920261000000012（",
        "申报日期20261109",
        "进口日期20261109",
    ):
        assert words in taken, words
        assert words not in draft, words


async def test_notices_are_there_in_their_states(merged: tuple[Stage, dict[str, Any]]) -> None:
    """CONS-14: 查验, then 审结; 不受理 for what is returned; each with customs' own words, in no other state."""
    stage, view = merged
    owner, number = stage.owner, view["number"]
    await owner.apply(DECLARATION, view, "declare")
    await stage.house.send()
    assert await offered(owner, number) == set()
    steps = (("C", "inspection", "回执C"), ("J", "examined", "回执J"), ("P", "examined", "回执J"))
    await hear(stage, number, 1, "L", entry_no="572920261000000013", declared_on="2026-11-09")
    for seq, (code, name, words) in enumerate(steps, 2):
        await hear(stage, number, seq, code)
        assert await offered(owner, number) == {name}
        assert words in await printed(owner, number, name)


async def test_the_notice_of_what_is_returned(merged: tuple[Stage, dict[str, Any]]) -> None:
    """CONS-14: 不受理通知书 says why."""
    stage, view = merged
    owner, number = stage.owner, view["number"]
    await owner.apply(DECLARATION, view, "declare")
    await stage.house.send()
    await hear(stage, number, 1, "E")
    assert await offered(owner, number) == {"returned"}
    said = await printed(owner, number, "returned")
    assert "不受理通知书" in said
    assert "海关意见回执E" in said
    assert "可以删除本报关单，清单退回“已结关”" in said
    assert "不能更改" not in said


async def test_released_without_a_word_of_examination(merged: tuple[Stage, dict[str, Any]]) -> None:
    """CONS-14: 放行 presupposes 审结: its own receipt stands on the notice, and not an empty line."""
    stage, view = merged
    owner, number = stage.owner, view["number"]
    await owner.apply(DECLARATION, view, "declare")
    await stage.house.send()
    await hear(stage, number, 1, "L", entry_no="572920261000000014", declared_on="2026-11-09")
    await hear(stage, number, 2, "P")
    await hear(stage, number, 3, "R")
    said = await printed(owner, number, "examined")
    assert "回执P已放行" in said
    assert "海关意见回执P" in said


async def offered(owner: Member, number: str) -> set[str]:
    """The notices that can be had now."""
    names = ("returned", "inspection", "examined")
    asked = [f"/api/documents/{DECLARATION}/{number}/prints/{name}" for name in names]
    answers = [(await owner.http.get(each)).status_code for each in asked]
    assert set(answers) <= {200, 409}
    return {name for name, status in zip(names, answers, strict=True) if status == 200}


async def hear(stage: Stage, number: str, seq: int, code: str, **data: str) -> None:
    """Customs' next word."""
    receipt = stage.house.customs.receipt_for(DECLARATION, number, 1, seq, code, **data)
    await stage.house.hear(receipt)
