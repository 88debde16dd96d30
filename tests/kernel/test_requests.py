"""One request, one answer: repeated ones, old versions, and who may do what."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.http.sessions import cookie_name, session_life
from singlewindow.kernel.lifecycle import Action, Lifecycle
from singlewindow.kernel.people import session_store
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Forbidden, NotInThisState
from singlewindow.kernel.subsystem import DocumentType, get_document_type
from tests.fences import FENCES, leave_standing
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, letter, reference

DOCUMENTS = f"/api/documents/{TYPE}"
KEY = {"Idempotency-Key": "key-0001"}


async def save(member: Member, content: dict[str, Any], type: str = TYPE) -> httpx.Response:
    return await member.http.post(f"/api/documents/{type}", json={"content": content}, headers=KEY)


# ------------------------------------------------------------------------------------------- the same key again


async def test_a_key_stands_for_one_content(house: House) -> None:
    """The same request again is answered with its document; another content under the key is refused."""
    member, content = await house.member(), letter(reference())
    first = await save(member, content)
    assert first.status_code == 201
    again = await save(member, {**dict(reversed(content.items())), "reference": f" {content['reference']} "})
    assert again.json()["number"] == first.json()["number"], "order and blanks do not make another request"
    other = await save(member, {**content, "vessel": "另一条船"})
    assert other.status_code == 422
    [violation] = other.json()["violations"]
    assert violation["rule"] == "request.idempotency"
    assert first.json()["number"] in violation["message"]
    assert violation["advice"]
    wrong = await save(member, {**content, "transport": "Q"})
    assert [each["rule"] for each in wrong.json()["violations"]] == ["request.idempotency"], "right or wrong"
    mine = await house.sql(
        "select from document d join company c on c.id = d.company_id where customs_code = $1",
        member.customs_code,
    )
    assert len(mine) == 1


async def test_a_key_stands_for_one_type(house: House) -> None:
    member = await house.member()
    assert (await save(member, {})).status_code == 201
    other = await save(member, {}, "_load")
    assert other.status_code == 422
    assert other.json()["violations"][0]["rule"] == "request.idempotency"


async def test_a_key_is_each_accounts_own(house: House) -> None:
    one, two = await house.member(), await house.member()
    assert (await save(one, letter(reference()))).status_code == 201
    assert (await save(two, letter(reference()))).status_code == 201


@pytest.mark.parametrize("fences", ["both", "the application alone"])
async def test_each_key_of_each_account_stands_for_its_own_document(house: House, fences: str) -> None:
    """A colleague may use the same key, and an account many: what is sent again is answered with what it made."""
    member = await house.member()
    colleague, content = await house.member(member.customs_code), letter(reference())
    leave_standing(house, fences)
    made = [
        (who, key, (await who.save(TYPE, content, **{"Idempotency-Key": key}))["number"])
        for who in (member, colleague)
        for key in ("key-0001", "key-0002", "key-0003")
    ]
    assert len({number for *_, number in made}) == len(made)
    for who, key, number in made:
        assert (await who.save(TYPE, content, **{"Idempotency-Key": key}))["number"] == number


@pytest.mark.parametrize("was_sent", [False, True])
async def test_a_key_whose_document_is_gone_makes_a_new_one(house: House, was_sent: bool) -> None:
    """Deleted or hidden: the request is done again, and the key then stands for the new document."""
    member, content = await house.member(), letter(reference())
    first = (await save(member, content)).json()
    if was_sent:
        house.customs.refuses = "no"
        await member.apply(TYPE, (await member.upload(TYPE, first["number"], "1")).json())
        await house.send()
    assert (await member.http.delete(f"{DOCUMENTS}/{first['number']}")).status_code == 204
    wrong = await save(member, {**content, "transport": "Q"})
    assert [each["rule"] for each in wrong.json()["violations"]] == ["field.code"]
    second, *others = await asyncio.gather(*(save(member, content) for _ in range(4)))
    assert {each.json()["number"] for each in others} == {second.json()["number"]}, "also at the same moment"
    assert second.status_code == 201
    assert second.json()["number"] != first["number"]
    assert (await save(member, content)).json()["number"] == second.json()["number"]


# ------------------------------------------------------------------------------------------- deleting what was read


@pytest.mark.parametrize("sent", ["*", "abc", "9" * 20, '"1", "2"', "W/1", '"1'])
async def test_a_version_that_cannot_be_read_is_not_said_to_be_missing(house: House, sent: str) -> None:
    """INTG-01: an If-Match that was sent is answered with how it must look."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    url, body = f"{DOCUMENTS}/{view['number']}", {"content": letter(reference())}
    refused = await member.http.put(url, json=body, headers={"If-Match": sent})
    assert refused.status_code == 422
    assert '无法识别：应为读取单据时得到的一个 ETag，如 If-Match: "3"' in refused.json()["detail"]
    missing = await member.http.put(url, json=body)
    assert missing.json()["detail"] == "请求缺少单据版本（If-Match）"


async def test_a_weak_tag_names_the_version_too(house: House) -> None:
    """A proxy that compresses an answer makes our ETag a weak one; an old one is refused all the same."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    url, body = f"{DOCUMENTS}/{view['number']}", {"content": letter(reference())}
    for status in (200, 412):
        answer = await member.http.put(url, json=body, headers={"If-Match": f'W/"{view["version"]}"'})
        assert answer.status_code == status


async def test_deleting_may_name_a_version(house: House) -> None:
    """412 with what is stored now, when someone saved in between; without If-Match as before."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    url = f"{DOCUMENTS}/{view['number']}"
    await member.http.put(url, json={"content": letter(reference())}, headers={"If-Match": '"1"'})
    stale = await member.http.delete(url, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["version"] == 2
    assert (await member.http.delete(url, headers={"If-Match": "latest"})).status_code == 422
    assert (await member.http.get(url)).status_code == 200
    assert (await member.http.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    other = await member.save(TYPE, letter(reference()))
    assert (await member.http.delete(f"{DOCUMENTS}/{other['number']}")).status_code == 204


@pytest.mark.parametrize("fences", FENCES)
async def test_ticked_rows_alone_are_deleted(house: House, fences: str) -> None:
    """UI-09, PORT-10: what was not ticked stays; what is another type's or company's, deleted or none is named."""
    member, stranger = await house.member(), await house.member()
    ticked, left = [(await member.save(TYPE, letter(reference())))["number"] for _ in range(2)]
    other = (await member.save("_load", {}))["number"]
    foreign = (await stranger.save(TYPE, letter(reference())))["number"]
    hidden = (await member.save(TYPE, letter(reference())))["number"]
    await house.sql("update document set hidden = true where number = $1", hidden)
    leave_standing(house, fences)
    numbers = [ticked, other, foreign, hidden, "202600000000000000"]
    answer = (await member.http.post(f"{DOCUMENTS}/delete", json={"numbers": numbers})).json()
    assert answer["deleted"] == [ticked]
    assert {each["number"]: each["why"] for each in answer["refused"]} == {
        number: f"没有编号为 {number} 的单据" for number in numbers[1:]
    }
    assert (await member.view(TYPE, left))["status"]["name"] == "暂存"
    assert (await member.view("_load", other))["number"] == other
    assert (await stranger.view(TYPE, foreign))["number"] == foreign


# ------------------------------------------------------------------------------------------- who may do what


async def person_of(house: House, member: Member) -> Person:
    person = await session_store.find(house.web, member.http.cookies[cookie_name()], session_life())
    assert isinstance(person, Person)
    return person


def with_actions(*actions: Action) -> DocumentType:
    """The template's type with other actions; its list offers those of them that it offered."""
    type = get_document_type(TYPE)
    old, known = type.lifecycle, {"", *(action.name for action in actions)}
    queries = replace(
        type.queries, row_actions=tuple(row for row in type.queries.row_actions if row.asks in known)
    )
    return replace(type, lifecycle=Lifecycle(old.states, actions, old.hears), queries=queries)


async def test_a_type_without_deletion(house: House) -> None:
    """A batch is answered as a single one is: there is no such action."""
    type = with_actions(*(a for a in get_document_type(TYPE).lifecycle.actions if a.name != "delete"))
    member = await house.member()
    number = (await member.save(TYPE, letter(reference())))["number"]
    person = await person_of(house, member)
    async with house.web.transaction(person.actor) as transaction:
        desk = Desk(transaction, type, person)
        with pytest.raises(NotInThisState, match="delete"):
            await desk.delete_many([number])
        with pytest.raises(NotInThisState, match="delete"):
            await desk.delete(number)


@pytest.mark.parametrize("change", [{"roles": frozenset({"administrator"})}, {"parties": frozenset()}])
async def test_who_may_not_is_told_so_whatever_the_state(house: House, change: dict[str, Any]) -> None:
    """PORT-10: 403 for the person, 409 for the state, both with the grey button's words."""
    delete = replace(get_document_type(TYPE).lifecycle.action("delete"), **change)
    type = with_actions(delete)
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    person = await person_of(house, member)
    async with house.web.transaction(person.actor) as transaction:
        desk = Desk(transaction, type, person)
        why = (await desk.open(view["number"])).actions["delete"].why
        with pytest.raises(Forbidden) as error:
            await desk.delete(view["number"])
    assert error.value.detail == why != ""


async def test_an_account_without_a_card_gets_one_answer(house: House) -> None:
    """PORT-04: the same rule, words and advice, wherever a card is needed."""
    member = await house.member(bound=False)
    answers = [
        await member.http.get(f"{DOCUMENTS}?updated_from=2026-01-01&updated_to=2026-01-02"),
        await member.http.post(DOCUMENTS, json={"content": {}}),
        await member.http.get(f"{DOCUMENTS}/1"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    first, *others = [answer.json()["violations"] for answer in answers]
    assert others == [first] * 2
    assert first[0]["rule"] == "login.unbound"
    assert first[0]["advice"]


async def test_the_pages_learn_whether_the_clock_is_real(house: House) -> None:
    """The banner 训练时钟: public, real unless moved or frozen."""
    clock = (await house.client().get("/api/clock")).json()
    assert (clock["real"], clock["frozen"]) == (True, False)
    assert abs(datetime.fromisoformat(clock["now"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_work_with_documents_puts_a_sessions_end_off(house: House) -> None:
    """PORT-07: as any other request does; a cookie that is none of ours is told to log in."""
    member = await house.member()
    mine = session_store.digest(member.http.cookies[cookie_name()])
    await house.sql(
        """update session set seen_at = now() - interval '61 seconds', expires_at = now() + interval '1 minute'
           where token_hash = $1""",
        mine,
    )
    assert (await member.http.get(f"{DOCUMENTS}/new")).status_code == 200
    [left] = await house.sql("select expires_at - now() as span from session where token_hash = $1", mine)
    assert left["span"] > session_life() - timedelta(minutes=1)
    stranger = house.client()
    stranger.cookies.set(cookie_name(), "planted", domain="127.0.0.1", path="/")
    assert (await stranger.get(f"{DOCUMENTS}/new")).status_code == 401
