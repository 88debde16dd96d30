"""What is typed survives a crash, and is nothing but typed until 暂存 (UI-15); preferences by account (UI-07)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.documents.autosave import MOST
from singlewindow.kernel.exchange.worker import sweep
from tests.house import House, Member

TYPE = "_template"
AUTOSAVES = f"/api/autosaves/{TYPE}"
DOCUMENTS = f"/api/documents/{TYPE}"
TYPED: dict[str, Any] = {"reference": " ab71", "goods": [{"name": "苹果"}]}


def tab() -> str:
    return uuid4().hex


async def keep(member: Member, key: str, content: dict[str, Any] = TYPED, **more: Any) -> httpx.Response:
    return await member.http.put(f"{AUTOSAVES}/{key}", json={"content": content, **more})


async def offers(member: Member, **query: str) -> list[dict[str, Any]]:
    answer = await member.http.get(AUTOSAVES, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_was_typed_is_offered_again_with_its_unfinished_row(house: House) -> None:
    """UI-15: wrong values too; grey ones are left out; the last word of a tab counts."""
    member, key = await house.member(), tab()
    drafts = {"goods": {"row": {"name": "梨", "weight": "很重"}, "at": 0, "before": None}}
    assert (await keep(member, key, {"remark": "旧"})).status_code == 200
    kept = await keep(member, key, {**TYPED, "applicant_code": "9999999999"}, drafts=drafts)
    assert kept.status_code == 200, kept.text
    [found] = await offers(member)
    assert found["content"] == {"reference": "AB71", "goods": [{"name": "苹果"}], "answers": []}
    assert found["drafts"] == drafts
    assert (found["key"], found["number"], found["saved_at"]) == (key, None, kept.json()["saved_at"])


async def test_it_is_no_document(house: House) -> None:
    """UI-15: no number, date or status, in no query, and it blocks nothing."""
    member = await house.member()
    await keep(member, tab())
    company = await house.sql("select id from company where customs_code = $1", member.customs_code)
    for table in ("document", "find__template", "claim", "event"):
        rows = await house.sql(f"select count(*) from {table} where company_id = $1", company[0]["id"])
        assert rows[0]["count"] == 0, table
    assert (await member.save(TYPE, {"reference": "AB71"}))["number"]


async def test_each_tab_has_its_own_and_each_account_sees_its_own(house: House) -> None:
    """UI-15: two tabs or computers do not overwrite each other; a colleague and a stranger see nothing."""
    member = await house.member()
    one, two = tab(), tab()
    await keep(member, one, {"remark": "一"})
    await keep(member, two, {"remark": "二"})
    assert [item["content"]["remark"] for item in await offers(member)] == ["二", "一"]
    for other in (await house.member(member.customs_code), await house.member()):
        assert await offers(other) == []
        assert (await other.http.delete(f"{AUTOSAVES}/{one}")).status_code == 204
        await keep(other, one, {"remark": "他"})
    assert [item["content"]["remark"] for item in await offers(member)] == ["二", "一"]


async def test_it_is_offered_in_the_form_of_its_type_alone(house: House) -> None:
    """UI-15: what was typed into one form is not offered in another one's; a tab that goes on to another form takes
    what it held along."""
    member, key = await house.member(), tab()
    other: dict[str, Any] = {"content": {}, "number": None}
    await keep(member, key)
    assert (await member.http.get("/api/autosaves/_load")).json()["items"] == []
    assert (await member.http.put(f"/api/autosaves/_load/{key}", json=other)).status_code == 200
    assert await offers(member) == []
    assert [each["key"] for each in (await member.http.get("/api/autosaves/_load")).json()["items"]] == [key]


async def test_row_level_security_keeps_accounts_apart_too(house: House) -> None:
    """PORT-10: a query that forgot to ask sees the account's own rows only, also within a company."""
    member = await house.member()
    await keep(member, tab())
    await member.http.put("/api/preferences/columns.x", json={"value": ["a"]})
    await house.member(member.customs_code)
    me = (await house.sql("select company_id, id from account order by id desc limit 1"))[0]
    async with house.web.transaction(Actor(me["company_id"], me["id"])) as transaction:
        for table in ("autosave", "preference"):
            assert await transaction.value(f"select count(*) from {table}") == 0, table


async def test_saving_takes_it_away_in_the_same_transaction(house: House) -> None:
    """UI-15: 暂存 removes it; a refused 暂存 does not, nor one whose Idempotency-Key stands for something else."""
    member, key = await house.member(), tab()
    await keep(member, key)
    refused = await member.http.post(
        DOCUMENTS, json={"content": {"reference": "wrong"}}, headers={"Autosave-Key": key}
    )
    assert (refused.status_code, len(await offers(member))) == (422, 1)
    once = {"Idempotency-Key": tab()}
    await member.save(TYPE, {"reference": "AB71"}, **once)
    refused = await member.http.post(
        DOCUMENTS, json={"content": {"reference": "AB81"}}, headers={"Autosave-Key": key, **once}
    )
    assert (refused.status_code, len(await offers(member))) == (422, 1)
    view = await member.save(TYPE, {"reference": "AB81"}, **{"Autosave-Key": key, "Idempotency-Key": tab()})
    assert await offers(member) == []
    await keep(member, key, {"reference": "AB91"}, number=view["number"], base_version=1)
    [found] = await offers(member, number=view["number"])
    assert found["base_version"] == 1
    headers = {"If-Match": '"1"', "Autosave-Key": key}
    await member.http.put(
        f"{DOCUMENTS}/{view['number']}", json={"content": {"reference": "AB91"}}, headers=headers
    )
    assert await offers(member, number=view["number"]) == []


async def test_only_the_own_tabs_is_taken_away(house: House) -> None:
    """UI-15: what stands in another tab, in another document's form or at a colleague's stays, whatever is saved or
    deleted here."""
    member = await house.member()
    colleague, key, other = await house.member(member.customs_code), tab(), tab()
    for who, each in ((member, key), (member, other), (colleague, key)):
        await keep(who, each)
    view = await member.save(TYPE, {"reference": "AB81"}, **{"Autosave-Key": key})
    assert [[each["key"] for each in await offers(who)] for who in (member, colleague)] == [[other], [key]]
    second = (await member.save(TYPE, {"reference": "AB82"}))["number"]
    for each, number in ((tab(), second), (key, view["number"])):
        await keep(member, each, number=number, base_version=1)
    headers = {"If-Match": '"1"', "Autosave-Key": key}
    saved = await member.http.put(
        f"{DOCUMENTS}/{view['number']}", json={"content": {"reference": "AB83"}}, headers=headers
    )
    assert saved.status_code == 200, saved.text
    assert await offers(member, number=view["number"]) == []
    await keep(member, key, number=view["number"], base_version=2)
    assert (await member.http.delete(f"{DOCUMENTS}/{view['number']}")).status_code == 204
    assert await offers(member, number=view["number"]) == []
    assert len(await offers(member, number=second)) == 1
    assert [[each["key"] for each in await offers(who)] for who in (member, colleague)] == [[other], [key]]


@pytest.mark.parametrize("many", [False, True])
async def test_deleting_the_document_takes_it_away(house: House, many: bool) -> None:
    """UI-15: 删除, of one and of ticked rows."""
    member = await house.member()
    number = (await member.save(TYPE, {"reference": "AC11"}))["number"]
    await keep(member, tab(), number=number, base_version=1)
    if many:
        await member.http.post(f"{DOCUMENTS}/delete", json={"numbers": [number]})
    else:
        await member.http.delete(f"{DOCUMENTS}/{number}")
    assert await offers(member, number=number) == []


async def test_giving_up_and_age_take_it_away(house: House) -> None:
    """UI-15: 放弃; and the worker sweeps what is older than 30 days, not what is younger."""
    member = await house.member()
    keys = [tab(), tab(), tab()]
    for key in keys:
        await keep(member, key)
    assert (await member.http.delete(f"{AUTOSAVES}/{keys[0]}")).status_code == 204
    age = "update autosave set saved_at = now() - $1::text::interval where key = $2"
    await house.sql(age, "31 days", keys[1])
    await house.sql(age, "29 days", keys[2])
    await sweep(house.worker)
    assert [item["key"] for item in await offers(member)] == [keys[2]]


async def test_only_so_many_are_kept(house: House) -> None:
    """An account that opens tabs without end does not fill the table: the oldest go."""
    member = await house.member()
    for at in range(MOST + 2):
        await keep(member, tab(), {"remark": str(at)})
    kept = [item["content"]["remark"] for item in await offers(member)]
    assert kept == [str(at) for at in reversed(range(2, MOST + 2))]


@pytest.mark.parametrize(
    "body",
    [
        {"content": {"unknown": "x"}},
        {"content": {"remark": "\0"}},
        {"content": {"goods": [{"name": 3}]}},
        {"content": {}, "drafts": {"nothing": {"row": {}}}},
        {"content": {}, "drafts": {"goods": {"row": {"name": "x" * 1_000_001}}}},
        {"content": {}, "drafts": {"goods": {"row": {}, "at": -1}}},
        {"content": {}, "number": "9" * 40},
    ],
    ids=lambda body: str(body)[:40],
)
async def test_what_no_form_holds_is_refused(house: House, body: dict[str, Any]) -> None:
    member = await house.member()
    answer = await member.http.put(f"{AUTOSAVES}/{tab()}", json=body)
    assert answer.status_code == 422, answer.text
    assert await offers(member) == []


async def test_a_key_that_no_tab_made_and_an_account_without_a_card_are_refused(house: House) -> None:
    """PORT-04: without a card nothing is kept."""
    member = await house.member()
    assert (await keep(member, "x")).status_code == 422
    saved = await member.http.post(DOCUMENTS, json={"content": {}}, headers={"Autosave-Key": "x"})
    assert saved.status_code == 422
    assert (await keep(await house.member(bound=False), tab())).status_code == 403


async def test_preferences_are_the_accounts_own_and_bounded(house: House) -> None:
    """UI-07: 选择显示列 is remembered per user on the server."""
    member = await house.member()
    address = "/api/preferences/columns._template"
    assert (await member.http.get(address)).json() == {"value": None}
    for value in (["status"], {"任意": [1, None]}):
        assert (await member.http.put(address, json={"value": value})).status_code == 204
        assert (await member.http.get(address)).json() == {"value": value}
    colleague = await house.member(member.customs_code)
    assert (await colleague.http.get(address)).json() == {"value": None}
    for bad in (json.dumps("x" * 4_001), json.dumps("\0"), json.dumps("\ud800"), "NaN"):
        answer = await member.http.put(
            address, content=f'{{"value": {bad}}}', headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422, answer.text
    assert (await house.client().get(address)).status_code == 401
