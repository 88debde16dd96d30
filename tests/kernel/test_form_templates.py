"""Templates of forms: for vehicles that come daily (GATE-11)."""

from __future__ import annotations

import asyncio

import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.documents import form_templates
from singlewindow.kernel.documents.form_templates import LONGEST, MOST
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.people.standing import find_person
from singlewindow.kernel.subsystem import get_document_type
from tests.fences import FENCES, leave_standing
from tests.house import House, Member

ADDRESS = "/api/form-templates/_template"
OTHER_ADDRESS = "/api/form-templates/_load"


async def names(member: Member) -> list[str]:
    return [each["name"] for each in (await member.http.get(ADDRESS)).json()["items"]]


async def test_a_template_fills_in_a_new_form(house: House) -> None:
    """GATE-11: what the form held comes back, without number, status and grey values; a draft can be saved from it."""
    member = await house.member()
    content = {"reference": "AB11", "transport": "4", "goods": [{"name": "梨", "weight": "3"}]}
    kept = await member.http.post(
        ADDRESS, json={"name": " 每日 ", "content": {**content, "applicant_code": "x"}}
    )
    assert kept.status_code == 201, kept.text
    found = (await member.http.get(f"{ADDRESS}/{kept.json()['id']}")).json()
    assert (found["name"], found["content"]) == ("每日", content)
    assert (await member.save("_template", found["content"]))["status"]["name"] == "暂存"


async def test_names_are_renamed_deleted_and_never_doubled(house: House) -> None:
    """GATE-11: rename, delete; two templates of one name are refused at the field, also when both come at once."""
    member = await house.member()
    body = {"name": "甲", "content": {}}
    both = await asyncio.gather(member.http.post(ADDRESS, json=body), member.http.post(ADDRESS, json=body))
    assert sorted(each.status_code for each in both) == [201, 409]
    other = (await member.http.post(ADDRESS, json={"name": "乙", "content": {}})).json()["id"]
    taken = await member.http.put(f"{ADDRESS}/{other}", json={"name": "甲"})
    assert (taken.status_code, taken.json()["violations"][0]["path"]) == (409, "name")
    assert (await member.http.put(f"{ADDRESS}/{other}", json={"name": "丙"})).status_code == 200
    assert sorted(await names(member)) == sorted(["甲", "丙"])
    assert (await member.http.delete(f"{ADDRESS}/{other}")).status_code == 204
    assert (await member.http.delete(f"{ADDRESS}/{other}")).status_code == 404
    assert await names(member) == ["甲"]


@pytest.mark.parametrize("fences", FENCES)
async def test_each_type_and_each_company_has_its_own(house: House, fences: str) -> None:
    """GATE-11, PORT-10: in the form of another type, or at another company, a template is as one that is not there."""
    member = await house.member()
    colleague, stranger = await house.member(member.customs_code), await house.member()
    leave_standing(house, fences)
    kept = (await member.http.post(ADDRESS, json={"name": "每日", "content": {}})).json()
    assert await names(colleague) == ["每日"]
    for who, address in ((member, OTHER_ADDRESS), (stranger, ADDRESS)):
        assert (await who.http.get(address)).json()["items"] == []
        assert (await who.http.get(f"{address}/{kept['id']}")).status_code == 404
        assert (await who.http.put(f"{address}/{kept['id']}", json={"name": "x"})).status_code == 404
        assert (await who.http.delete(f"{address}/{kept['id']}")).status_code == 404
        made = await who.http.post(address, json={"name": "每日", "content": {}})
        assert made.status_code == 201, "its name is free there"
    second = (await member.http.post(OTHER_ADDRESS, json={"name": "每周", "content": {}})).json()["id"]
    await member.http.post(ADDRESS, json={"name": "每月", "content": {}})
    assert (await member.http.put(f"{OTHER_ADDRESS}/{second}", json={"name": "每月"})).status_code == 200
    assert (await colleague.http.get(f"{ADDRESS}/{kept['id']}")).json()["name"] == "每日"


async def test_the_list_goes_by_name_and_a_name_may_stay(house: House) -> None:
    """GATE-11: a template is given its own name again without a refusal; the longest name that may be is kept."""
    member, longest = await house.member(), "c" * LONGEST
    ids = [
        (await member.http.post(ADDRESS, json={"name": name, "content": {}})).json()["id"]
        for name in ("b", "a", longest)
    ]
    assert await names(member) == ["a", "b", longest]
    assert (await member.http.put(f"{ADDRESS}/{ids[0]}", json={"name": " b "})).status_code == 200
    assert await names(member) == ["a", "b", longest]


async def test_two_renamed_alike_at_once(house: House) -> None:
    """GATE-11: the second waits for the first and is told that the name is taken."""
    member = await house.member()
    first, second = [
        (await member.http.post(ADDRESS, json={"name": name, "content": {}})).json()["id"] for name in "甲乙"
    ]
    [row] = await house.sql(
        """select a.id, a.company_id from form_template f join account a using (company_id) where f.id = $1""",
        first,
    )
    async with house.web.transaction(Actor(row["company_id"], row["id"])) as transaction:
        person = await find_person(transaction, row["id"])
        assert person is not None
        await form_templates.rename(Desk(transaction, get_document_type("_template"), person), first, "每日")
        other = asyncio.create_task(member.http.put(f"{ADDRESS}/{second}", json={"name": "每日"}))
        await asyncio.sleep(0.2)
    assert (await other).status_code == 409
    assert sorted(await names(member)) == sorted(["乙", "每日"])


async def test_what_no_template_is(house: House) -> None:
    """UI-16: a name that is empty, long or unprintable, content that no form holds, and more than there may be."""
    member = await house.member()
    for body in (
        {"name": "  ", "content": {}},
        {"name": "x" * (LONGEST + 1), "content": {}},
        {"name": "a\u202eb", "content": {}},
        {"name": "a", "content": {"unknown": "x"}},
        {"name": "a", "content": {"goods": [{"name": 3}]}},
    ):
        refused = await member.http.post(ADDRESS, json=body)
        assert refused.status_code == 422, refused.text
        assert all(each["advice"] and each["clause"] for each in refused.json()["violations"])
    await house.sql(
        """insert into form_template (company_id, type, name, content, who)
           select id, '_template', 'n' || g, '{}', '' from company, generate_series(1, $2::int) g
           where customs_code = $1""",
        member.customs_code,
        MOST,
    )
    refused = await member.http.post(ADDRESS, json={"name": "one more", "content": {}})
    assert (refused.status_code, f"已有 {MOST} 个" in refused.json()["detail"]) == (422, True)
    unbound = await house.member(bound=False)
    assert (await unbound.http.get(ADDRESS)).status_code == 403
