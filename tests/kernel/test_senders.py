"""The sender's own number: one document, however often and by whomever of the company it is sent (INTG-02)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.house import House, Member
from tests.kernel.jobs import TYPE

CONTENT = {"reference": "AB11", "transport": "4", "goods": [{"name": "梨", "weight": "3"}]}


async def send(
    member: Member, number: str, content: dict[str, Any] | None = None, type: str = TYPE
) -> httpx.Response:
    body = {"content": CONTENT if content is None else content, "sender_number": number}
    return await member.http.post(f"/api/documents/{type}", json=body)


def rules(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(each["path"], each["rule"]) for each in answer.json()["violations"]]


async def numbers(house: House, member: Member) -> list[str]:
    rows = await house.sql(
        "select s.sender_number from sender_number s join company c on c.id = s.company_id where customs_code = $1",
        member.customs_code,
    )
    return sorted(row["sender_number"] for row in rows)


async def test_the_same_again_is_the_same_document_and_something_else_is_refused(house: House) -> None:
    member = await house.member()
    colleague, stranger = await house.member(member.customs_code), await house.member()
    first = await send(member, "ERP-1")
    assert first.status_code == 201, first.text
    number = first.json()["number"]
    for again in (
        await send(member, " ERP-1 "),
        await send(colleague, "ERP-1"),
        await send(member, "ERP-1", {**CONTENT, "reference": " ab11 ", "vessel": "", "answers": []}),
    ):
        assert (again.status_code, again.json()["number"]) == (200, number), "cleaned, it is what was sent"
        assert again.headers["etag"] == first.headers["etag"]
    other = await send(colleague, "ERP-1", {**CONTENT, "goods": [{"name": "梨", "weight": "4"}]})
    assert rules(other) == [("sender_number", "sender.other")]
    assert number in other.json()["detail"]
    assert (await send(stranger, "ERP-1", {})).status_code == 201, "another company's numbers are its own"
    other_type = await send(member, "ERP-1", {}, type="_load")
    assert other_type.status_code == 201, other_type.text
    assert await numbers(house, member) == ["ERP-1", "ERP-1"]


async def test_a_document_is_found_by_its_senders_number(house: House) -> None:
    """INTG-02: without sending it again; of another company, another type or a deleted one there is nothing."""
    member = await house.member()
    colleague, stranger = await house.member(member.customs_code), await house.member()
    number = (await send(member, "ERP-7")).json()["number"]
    await send(member, "ERP-8", {})

    async def found(person: Member, asked: str, type: str = TYPE) -> list[str]:
        answer = await person.http.get(f"/api/documents/{type}", params={"sender_number": asked})
        assert answer.status_code == 200, answer.text
        return [each["number"] for each in answer.json()["items"]]

    assert await found(member, "ERP-7") == [number]
    assert await found(colleague, " ERP-7 ") == [number]
    assert (await found(stranger, "ERP-7"), await found(member, "ERP-7", "_load")) == ([], [])
    await member.http.delete(f"/api/documents/{TYPE}/{number}")
    assert await found(member, "ERP-7") == []


async def test_what_was_edited_meanwhile_is_answered_as_it_stands(house: House) -> None:
    """The number stands for what was sent: a draft that somebody has changed here is not changed back."""
    member = await house.member()
    view = (await send(member, "ERP-2")).json()
    saved = await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}",
        json={"content": {**CONTENT, "reference": "AB99"}},
        headers={"If-Match": str(view["version"])},
    )
    assert saved.status_code == 200, saved.text
    again = await send(member, "ERP-2")
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert again.json()["content"]["reference"] == "AB99"


async def test_a_deleted_document_frees_its_number(house: House) -> None:
    """Deleted for good as a draft, or hidden because customs once had it."""
    member = await house.member()
    number = (await send(member, "ERP-3")).json()["number"]
    assert (await member.http.delete(f"/api/documents/{TYPE}/{number}")).status_code == 204
    assert await numbers(house, member) == []
    second = (await send(member, "ERP-3", {})).json()["number"]
    assert second != number
    await house.sql("update document set hidden = true where number = $1", second)
    third = await send(member, "ERP-3")
    assert (third.status_code, third.json()["number"] not in (number, second)) == (201, True)
    assert (await send(member, "ERP-3")).json()["number"] == third.json()["number"]


async def test_many_at_the_same_moment_make_one(house: House) -> None:
    member = await house.member()
    found = await asyncio.gather(*(send(member, "ERP-4") for _ in range(6)))
    assert sorted(each.status_code for each in found) == [200] * 5 + [201]
    assert len({each.json()["number"] for each in found}) == 1


async def test_what_is_no_number_is_refused_and_a_refused_document_uses_none(house: House) -> None:
    member = await house.member()
    assert rules(await send(member, "  ")) == [("sender_number", "sender.empty")]
    assert rules(await send(member, "A\u0007")) == [("sender_number", "sender.shape")]
    for number, words in (("", "至少 1 个字符"), ("A" * 101, "不能超过 100 个字符")):
        refused = await send(member, number)
        assert rules(refused) == [("sender_number", "request.shape")]
        assert words in refused.json()["violations"][0]["message"]
    assert rules(await send(member, "ERP-5", {"transport": "U"})) == [("transport", "field.code")]
    assert (await send(member, "ERP-5", {"transport": "4"})).status_code == 201
    assert (await send(member, "编号" + "0" * 98, {})).status_code == 201
