"""Quantities that many documents draw on (CONS-10): never overdrawn, and given back when that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from singlewindow.kernel.documents import draws
from singlewindow.kernel.documents.store import _change_sql
from singlewindow.kernel.subsystem import Case, document_types
from tests.house import House, Member
from tests.kernel.deliveries import TYPE, Delivery, application, approved, draft, shelf, taking
from tests.kernel.test_waits import FAILED, KEPT

SHELF = "_deliveries.shelf"


async def holding(house: House, quantity: str = "10") -> str:
    """A shelf on which so much lies."""
    name = shelf()
    await house.register(SHELF, name, {"quantity": quantity})
    return name


async def drawn(house: House, *names: str) -> list[Decimal]:
    """What is taken of shelves, as who asks is told."""
    return [
        (await house.sql("select sw_drawn($1, $2, null) as amount", SHELF, name))[0]["amount"].normalize()
        for name in names
    ]


async def ready(house: House, *contents: dict[str, Any]) -> list[tuple[Delivery, dict[str, Any]]]:
    """Deliveries of as many companies, each with what its card is to sign: all were found in order one by one."""
    made = []
    for content in contents:
        delivery = await draft(house, **content)
        view = await delivery.member.view(TYPE, delivery.number)
        prepared = await delivery.member.prepare(TYPE, view)
        assert prepared.status_code == 200, prepared.text
        made.append((delivery, prepared.json()))
    return made


async def at_once(made: list[tuple[Delivery, dict[str, Any]]]) -> list[httpx.Response]:
    return await asyncio.gather(*(d.member.submit(TYPE, d.number, prepared) for d, prepared in made))


async def test_submissions_at_the_same_instant_never_overdraw(house: House) -> None:
    """CONS-10: of eight companies that each want 3 of 10, three get it; the others are told what is left."""
    name = await holding(house)
    answers = await at_once(await ready(house, *[taking(name, "3")] * 8))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [422] * 5
    for answer in answers:
        if answer.status_code == 422:
            [violation] = answer.json()["violations"]
            assert violation["path"] == "goods/1/quantity"
            assert violation["message"] == f"货架 {name} 仅余 1，不足 3"
    assert await drawn(house, name) == [9]


async def test_without_the_lock_they_would(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONS-10: the test above can fail: where nobody waits for the others, all of them read the same rest."""
    barrier, real = asyncio.Barrier(3), Case.drawn

    async def nobody_waits(*_: Any) -> None:
        """No lock."""

    async def read_by_all(case: Case, kind: str, keys: Iterable[str]) -> dict[str, Decimal]:
        found = await real(case, kind, keys)
        await asyncio.wait_for(barrier.wait(), 20)
        return found

    made = await ready(house, *[taking(await holding(house), "6")] * 3)
    monkeypatch.setattr(draws, "lock", nobody_waits)
    monkeypatch.setattr(Case, "drawn", read_by_all)
    assert [answer.status_code for answer in await at_once(made)] == [200] * 3


async def test_batches_that_want_the_same_crosswise_both_end(house: House) -> None:
    """CONS-10, PORT-08: what a batch draws on is locked at once, in one order: nobody waits crosswise."""
    first, second = await holding(house), await holding(house)
    bodies = []
    for order in ((first, second), (second, first)):
        member = await house.member()
        made = [await draft(house, member, **taking(name, "6")) for name in order]
        bodies.append((member, await _prepared(member, made)))
    answers = await asyncio.gather(
        *(member.http.post(f"/api/documents/{TYPE}/submit", json=body) for member, body in bodies)
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    ends = sorted(bool(item["document"]) for answer in answers for item in answer.json()["items"])
    assert ends == [False, False, True, True]
    assert await drawn(house, first, second) == [6, 6]


async def _prepared(member: Member, made: list[Delivery]) -> dict[str, Any]:
    wanted = [
        {"number": each.number, "version": (await each.row())["version"], "action": "apply"} for each in made
    ]
    answer = await member.http.post(
        f"/api/documents/{TYPE}/prepare", json={"card_no": member.card_no, "documents": wanted}
    )
    items = [item["prepared"] for item in answer.json()["items"]]
    signed = [member.sign(item["signing_input"]) for item in items]
    documents = [
        {"number": each.number, "token": item["token"], "signature": one["signature"]}
        for each, item, one in zip(made, items, signed, strict=True)
    ]
    return {"certificate": signed[0]["certificate"], "documents": documents}


async def test_a_draft_takes_nothing_and_a_refusal_gives_back(house: House) -> None:
    """CONS-10: taken from the declaration on; given back at refusal, revocation, and end."""
    name = await holding(house)
    delivery = await draft(house, **taking(name, "4"))
    assert await drawn(house, name) == [0]
    await delivery.declare()
    assert await drawn(house, name) == [4]
    await delivery.said(1, "REFUSED")
    assert await drawn(house, name) == [0]
    await delivery.declare()
    await delivery.said(1, "APPROVED", submission=2)
    assert await drawn(house, name) == [4]
    await delivery.moved("queue")
    assert await drawn(house, name) == [4]
    await delivery.said(2, "REVOKED", submission=2)
    assert (await delivery.status(), await drawn(house, name)) == ("8", [Decimal(0)])


async def test_what_waits_takes_and_gives_back(house: House) -> None:
    """CONS-06, CONS-10: what is kept has its share; what fails for what it waited for has none."""
    name = await holding(house)
    letter = await application(house)
    await letter.declare()
    delivery = await draft(house, letter.member, **taking(name, "4"), letter=letter.number)
    await delivery.declare()
    assert (await delivery.status(), await drawn(house, name)) == (KEPT, [Decimal(4)])
    await letter.said(1, "RECEIVED")
    await letter.declare("withdraw")
    await letter.said(1, "APPROVED", submission=2)
    assert (await delivery.status(), await drawn(house, name)) == (FAILED, [Decimal(0)])


@pytest.mark.parametrize(("code", "after"), [("AGREED", [2, 7, 3]), ("NOT_AGREED", [4, 5, 0])])
async def test_a_change_holds_the_greater_of_both(house: House, code: str, after: list[int]) -> None:
    """CONS-10: while it is with customs either may come to be; then what is in force counts. What else is saved
    meanwhile leaves it."""
    names = [await holding(house) for _ in range(3)]
    rows = [{"shelf": name, "quantity": quantity} for name, quantity in zip(names, ("4", "5"), strict=False)]
    delivery = await approved(house, goods=rows)
    assert await drawn(house, *names) == [4, 5, 0]
    changed = [
        {"shelf": name, "quantity": quantity} for name, quantity in zip(names, ("2", "7", "3"), strict=True)
    ]
    await _change(delivery, changed)
    assert await drawn(house, *names) == [4, 5, 0], "a saved change takes nothing"
    await delivery.declare("change")
    assert await drawn(house, *names) == [4, 7, 3]
    other = await (await house.member()).http.post(
        f"/api/documents/{TYPE}", json={"content": taking(names[1], "4")}
    )
    assert other.json()["violations"][0]["message"] == f"货架 {names[1]} 仅余 3，不足 4"
    await delivery.said(1, code, submission=2)
    assert await drawn(house, *names) == after


async def test_a_change_is_judged_without_its_own(house: House) -> None:
    """CONS-10: who has 8 of 10 may change to 9, and not to 11."""
    name = await holding(house)
    delivery = await approved(house, **taking(name, "8"))
    assert (await _change(delivery, [{"shelf": name, "quantity": "11"}])).status_code == 422
    assert (await _change(delivery, [{"shelf": name, "quantity": "9"}])).status_code == 200


async def _change(delivery: Delivery, goods: list[dict[str, str]]) -> httpx.Response:
    """暂存 in the form of the change."""
    version = (await delivery.row())["version"]
    return await delivery.member.http.put(
        f"/api/documents/{TYPE}/{delivery.number}/amendment",
        json={"action": "change", "content": {"goods": goods}},
        headers={"If-Match": f'"{version}"'},
    )


async def test_an_end_gives_back(house: House) -> None:
    """CONS-10: what an accepted deletion has ended takes nothing, and a receipt that comes after it changes nothing."""
    name = await holding(house)
    delivery = await approved(house, **taking(name, "4"))
    await delivery.declare("revoke")
    assert await drawn(house, name) == [4]
    await delivery.said(1, "AGREED", submission=2)
    assert await drawn(house, name) == [0]
    await delivery.said(2, "APPROVED")
    assert await drawn(house, name) == [0]


def test_types_without_draws_have_their_statements() -> None:
    """Who draws on nothing writes what he wrote before."""
    for type in document_types().values():
        for with_content in (False, True):
            assert ("drawn" in _change_sql(type, with_content)) == bool(type.draws)
