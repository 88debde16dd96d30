"""Licences and account books over all lists: two at the same instant cannot use more than there is (CONS-10)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from singlewindow.subsystems.consolidated.lists.tests.scene import (
    TYPE,
    Scene,
    amounts,
    bonded_content,
    content_of,
    equip,
    equip_bonded,
    licence_of,
    typed_in,
)
from tests.actions import save_amendment
from tests.house import House, Member

LISTS = 6  # declared at once, of which two have enough


@pytest.fixture
async def owner(house: House) -> Member:
    return await house.member()


def meat(owner: Member, quantity: int) -> dict[str, Any]:
    """A list of so much of the licensed good alone."""
    content = content_of(owner, rows=2, licence_no=licence_of(owner))
    del content["goods"][0]
    content["goods"][0] |= amounts(quantity, "5.2")
    return content


async def at_once(owner: Member, contents: list[dict[str, Any]]) -> list[httpx.Response]:
    """All saved and prepared, then all submitted at the same instant."""
    views = [await owner.save(TYPE, content) for content in contents]
    prepared = [await owner.prepare(TYPE, view, "declare") for view in views]
    assert [each.status_code for each in prepared] == [200] * len(contents)
    sent = zip(views, prepared, strict=True)
    return await asyncio.gather(*(owner.submit(TYPE, view["number"], one.json()) for view, one in sent))


def said(answer: httpx.Response) -> list[tuple[str, str, str]]:
    return [(each["path"], each["rule"], each["message"]) for each in answer.json()["violations"]]


async def test_a_licence_cannot_be_overdrawn_at_the_same_instant(house: House, owner: Member) -> None:
    """CONS-10: six lists of 2000 out of 5000; two go, four are refused in words, and 1000 can still be declared."""
    await equip(house, owner, licensed="5000")
    answers = await at_once(owner, [meat(owner, 2000) for _ in range(LISTS)])
    assert sorted(each.status_code for each in answers) == [200, 200, 422, 422, 422, 422]
    message = "申报数量 2000 超过许可证可用数量 1000（许可数量 5000，其他集报清单已用 4000）"
    refused = [said(each) for each in answers if each.status_code == 422]
    assert refused == [[("goods/1/quantity", "CONS-R65", message)]] * 4
    await owner.apply(TYPE, await owner.save(TYPE, meat(owner, 1000)), "declare")


async def test_an_account_book_cannot_be_overdrawn_at_the_same_instant(house: House, owner: Member) -> None:
    """FA 3.5: likewise for an item of a handbook."""
    book = await equip_bonded(house, owner, remaining="5000")
    answers = await at_once(owner, [bonded_content(owner, book, 2000) for _ in range(LISTS)])
    assert sorted(each.status_code for each in answers) == [200, 200, 422, 422, 422, 422]
    [refused] = {said(each)[0][1:] for each in answers if each.status_code == 422}
    assert refused == ("CONS-R66", "成交数量 2000 超过账册、手册该备案序号的可用数量 1000")


async def test_what_comes_to_nothing_is_given_back(house: House, owner: Member) -> None:
    """CONS-10: a draft uses nothing; a returned list gives back what it used."""
    await equip(house, owner, licensed="5000")
    scene = Scene(house, owner)
    await owner.save(TYPE, meat(owner, 5000))
    first = await owner.apply(TYPE, await owner.save(TYPE, meat(owner, 3000)), "declare")
    second = await owner.save(TYPE, meat(owner, 2001))
    assert (await owner.prepare(TYPE, second, "declare")).status_code == 422
    await house.send()
    await scene.answer(first["number"], 1, "RECEIVED")
    await scene.answer(first["number"], 2, "RETURNED")
    assert (await owner.apply(TYPE, second, "declare"))["status"]["name"] == "已申报"


async def test_a_change_counts_as_soon_as_it_is_asked_for(house: House, owner: Member) -> None:
    """CONS-10, CONS-12: a modification to more holds more; it is judged without what the list itself holds."""
    await equip(house, owner, licensed="5000")
    scene = Scene(house, owner)
    view = await owner.apply(TYPE, await owner.save(TYPE, meat(owner, 3000)), "declare")
    await house.send()
    await scene.answer(view["number"], 1, "APPROVED")
    form = (await owner.http.get(f"/api/documents/{TYPE}/{view['number']}", params={"for": "modify"})).json()
    rows = typed_in(form)["goods"]
    asked: Any = {"revision_reason": "7", "revision_contact": "王芳"}

    def wanted(quantity: int) -> Any:
        return asked | {"goods": [rows[0] | amounts(quantity, "5.2")]}

    saved = await save_amendment(scene, owner, form, "modify", **wanted(5001))
    refused = await owner.prepare(TYPE, saved.json(), "modify")
    assert [each[1] for each in said(refused)] == ["CONS-R65"]
    saved = await save_amendment(scene, owner, saved.json(), "modify", **wanted(4000))
    await owner.apply(TYPE, saved.json(), "modify")
    late = await owner.save(TYPE, meat(owner, 1001))
    assert [each[1] for each in said(await owner.prepare(TYPE, late, "declare"))] == ["CONS-R65"]


async def test_customs_agreement_gives_back(house: House, owner: Member) -> None:
    """CONS-10, CONS-12: less, and nothing once it is revoked; only when customs have agreed."""
    await equip(house, owner, licensed="5000")
    scene = Scene(house, owner)
    view = await owner.apply(TYPE, await owner.save(TYPE, meat(owner, 3000)), "declare")
    await house.send()
    await scene.answer(view["number"], 1, "APPROVED")
    url, asked = (
        f"/api/documents/{TYPE}/{view['number']}",
        {"revision_reason": "7", "revision_contact": "王芳"},
    )
    for sequence, (action, quantity, left) in enumerate((("modify", 1000, 4000), ("revoke", 0, 5000)), 2):
        form = (await owner.http.get(url, params={"for": action})).json()
        less: Any = {"goods": [typed_in(form)["goods"][0] | amounts(quantity, "5.2")]} if quantity else {}
        saved = await save_amendment(scene, owner, form, action, **asked, **less)
        await owner.apply(TYPE, saved.json(), action)
        other = await owner.save(TYPE, meat(owner, left))
        assert [each[1] for each in said(await owner.prepare(TYPE, other, "declare"))] == ["CONS-R65"]
        await house.send()
        await scene.answer(view["number"], 1, "REVISION_AGREED", sequence)
        assert (await owner.prepare(TYPE, other, "declare")).status_code == 200
    assert (await owner.view(TYPE, view["number"]))["header"]["status"] == "已撤销"


async def test_companies_do_not_see_one_another(house: House, owner: Member) -> None:
    """CONS-09, PORT-10: another company's booklet, licence, handbook and list are as absent ones."""
    await equip(house, owner)
    book = await equip_bonded(house, owner, remaining="5000")
    stranger = await house.member()
    mine = meat(owner, 10) | {"owner_code": ""}
    answer = await stranger.prepare(TYPE, await stranger.save(TYPE, mine), "declare")
    found = {each[1]: each[2] for each in said(answer)}
    assert found["CONS-R42"] == "未查到本企业备案号为 X53012600001 的备案分册"
    assert found["CONS-R62"] == f"未查到本企业编号为 {licence_of(owner)} 的许可证"
    bonded = bonded_content(owner, book, 10)
    answer = await stranger.prepare(TYPE, await stranger.save(TYPE, bonded), "declare")
    assert {each[1]: each[2] for each in said(answer)}["CONS-R42"].startswith("未查到本企业备案号为")
    view = await owner.save(TYPE, content_of(owner))
    for number in (view["number"], "202699999999999999"):
        seen = await stranger.http.get(f"/api/documents/{TYPE}/{number}")
        assert (seen.status_code, number in seen.json()["detail"]) == (404, True)
    listed = await stranger.http.get(f"/api/documents/{TYPE}", params={"list_kind": "GI"})
    assert view["number"] not in {row["number"] for row in listed.json()["items"]}
