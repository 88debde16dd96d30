"""An application that is entered with one kind of card only (PORT-06), played with the invented document."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from singlewindow.kernel import subsystem
from singlewindow.kernel.http import desk, live_routes, portal_routes
from singlewindow.kernel.http.desk import closed_types
from singlewindow.kernel.http.sessions import cookie_name, session_life
from singlewindow.kernel.live.changes import cursor_of
from singlewindow.kernel.live.hub import Hub
from singlewindow.kernel.people import session_store
from singlewindow.kernel.people.person import Person
from tests.house import House, Member
from tests.kernel.people.stage import bind, new_card
from tests.kernel.test_documents import letter, reference

TYPE = "_template"


@pytest.fixture(autouse=True)
def legal_person_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invented subsystem wants a 法人卡."""
    known = subsystem.subsystems()
    changed = {**known, TYPE: replace(known[TYPE], card_kind="法人卡")}
    monkeypatch.setattr(subsystem, "subsystems", lambda: changed)
    for each in (portal_routes, desk):
        monkeypatch.setattr(each, "subsystems", lambda: changed)


async def refused_everywhere(house: House, member: Member) -> set[str]:
    """The words with which every route that names a document type answers, whoever adds one."""
    words = set()
    routes = 0
    for path, methods in house.app.openapi()["paths"].items():
        if "{type}" not in path:
            continue
        for method in methods:
            address = re.sub(r"{\w+}", "1", path.replace("{type}", TYPE))
            body: dict[str, Any] | None = {} if method in ("post", "put") else None
            answered = await member.http.request(method, address, json=body)
            assert (answered.status_code, answered.json()["type"]) == (403, "/problems/wrong-card"), path
            [violation] = answered.json()["violations"]
            assert "法人卡" in violation["advice"]
            routes += 1
            words.add(answered.json()["detail"])
    assert routes >= 17
    return words


async def test_a_session_by_password_is_refused_on_every_route(house: House) -> None:
    """PORT-06: also where the account's card is a 法人卡: the session did not begin with it."""
    member = await house.member()
    await house.sql("update card set kind = '法人卡' where card_no = $1", member.card_no)
    [words] = await refused_everywhere(house, member)
    assert words.startswith("【样例】只能用法人卡登录后进入")


async def test_an_operators_card_is_refused(house: House) -> None:
    """PORT-06: the session began with a card, of the other kind."""
    member = await house.member()
    await by_card(house, member)
    assert len(await refused_everywhere(house, member)) == 1


async def test_a_legal_persons_card_enters(house: House) -> None:
    """PORT-06: and after unbinding the session is over."""
    member = await house.member()
    await house.sql("update card set kind = '法人卡' where card_no = $1", member.card_no)
    await by_card(house, member)
    assert (await member.http.get(f"/api/definitions/{TYPE}")).status_code == 200
    assert (await member.http.get(f"/api/documents/{TYPE}/new")).status_code == 200
    assert (await member.http.post(f"/api/documents/{TYPE}", json={"content": {}})).status_code == 201


async def test_a_tokens_account_counts_by_its_card(house: House) -> None:
    """PORT-06, INTG-01: the card that is bound to the account counts as that of a session; it signs all the same."""
    member = await house.member()
    program = await house.program(member)
    refused = await program.http.get(f"/api/documents/{TYPE}/new")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/wrong-card")
    assert "为绑定法人卡的账号新建接口令牌" in refused.json()["violations"][0]["advice"]
    assert (await program.http.get("/api/news")).status_code == 200
    await house.sql("update card set kind = '法人卡' where card_no = $1", member.card_no)
    view = await program.save(TYPE, letter(reference()))
    view = (await program.upload(TYPE, view["number"], "1")).json()
    await program.apply(TYPE, view)


async def by_card(house: House, member: Member) -> None:
    """Log the member in anew, with the card."""
    challenge = (await member.http.post("/api/session/card/challenge")).json()
    body = {"challenge": challenge["challenge"], **member.sign(challenge["signing_input"])}
    begun = await member.http.post("/api/session/card", json=body)
    assert begun.status_code == 200, begun.text
    member.http.headers["X-CSRF-Token"] = begun.json()["csrf"]


async def test_a_card_bound_later_does_not_raise_a_session(house: House) -> None:
    """PORT-06: an operator's card session stays one where a 法人卡 takes the card's place."""
    head = await house.member(role="administrator")
    operator = await house.member(head.customs_code)
    await by_card(house, operator)
    [row] = await house.sql("select account_id from card where card_no = $1", operator.card_no)
    base = f"/api/company/accounts/{row['account_id']}/card"
    assert (await head.http.delete(base)).status_code == 200
    legal = new_card(house, head.customs_code, head.company_name)
    assert (await bind(house, head.http, legal, base)).status_code == 200
    assert (await operator.http.get("/api/session")).status_code == 401


async def test_what_tells_of_many_types_leaves_them_out(house: House) -> None:
    """PORT-06: the news and the stream of changes say nothing of an application that the session may not enter."""
    member = await house.member()
    await house.sql("update card set kind = '法人卡' where card_no = $1", member.card_no)
    await by_card(house, member)
    view = await member.save(TYPE, letter(reference()))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    await member.apply(TYPE, view)
    await house.send()
    await house.hear(house.customs.receipt(house.customs.received[-1], 1, "RECEIVED"))
    news = (await member.http.get("/api/news")).json()
    assert [each["number"] for each in news["items"]] == [view["number"]]
    told = await begun(house, await person_of(house, member))
    assert view["number"] in told
    await house.sql("update card set kind = '操作员卡' where card_no = $1", member.card_no)
    assert (await member.http.get("/api/news")).json() == {"items": [], "unread": 0, "more": False}
    told = await begun(house, await person_of(house, member))
    assert "event: hello" in told
    assert view["number"] not in told


async def person_of(house: House, member: Member) -> Person:
    """Whoever the newest of the browser's sessions is."""
    tokens = [each.value or "" for each in member.http.cookies.jar if each.name == cookie_name()]
    found = await session_store.find(house.web, tokens[-1], session_life())
    assert isinstance(found, Person)
    return found


async def begun(house: House, person: Person) -> str:
    """What a stream begins with, for a page that was away for a minute."""
    hub = Hub(house.web, house.owner_url, leaving=lambda: True)
    minute_ago = cursor_of(datetime.now(UTC) - timedelta(minutes=1))
    events = live_routes._events(hub, lambda: hub.join(person.actor, b""), minute_ago, closed_types(person))
    return b"".join([each async for each in events]).decode()


async def test_applications_tell_the_kind(house: House) -> None:
    """PORT-06: the page explains before it asks; other applications want none."""
    groups = (await house.client().get("/api/applications")).json()["groups"]
    kinds = {one["name"]: one["card_kind"] for group in groups for one in all_in(group)}
    assert kinds.pop(TYPE) == "法人卡"
    assert kinds["_load"] is None


def all_in(group: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    inner = [one for child in group["groups"] for one in all_in(child)]  # type: ignore[arg-type]
    return [*group["applications"], *inner]
