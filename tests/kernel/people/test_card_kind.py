"""An application that is entered with one kind of card only (PORT-06), played with the invented document."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from singlewindow.kernel import subsystem
from singlewindow.kernel.http import portal_routes
from tests.house import House, Member
from tests.kernel.people.stage import bind, new_card

TYPE = "_template"


@pytest.fixture(autouse=True)
def legal_person_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invented subsystem wants a 法人卡."""
    known = subsystem.subsystems()
    changed = {**known, TYPE: replace(known[TYPE], card_kind="法人卡")}
    monkeypatch.setattr(subsystem, "subsystems", lambda: changed)
    monkeypatch.setattr(portal_routes, "subsystems", lambda: changed)


async def refused_everywhere(house: House, member: Member) -> set[str]:
    """The words with which every route that names a document type answers, whoever adds one."""
    words = set()
    routes = 0
    for path, methods in house.app.openapi()["paths"].items():
        if "{type}" not in path:
            continue
        for method in methods:
            address = re.sub(r"{\w+}", "1", path.replace("{type}", TYPE))
            body = {} if method in ("post", "put") else None
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


async def test_applications_tell_the_kind(house: House) -> None:
    """PORT-06: the page explains before it asks; other applications want none."""
    groups = (await house.client().get("/api/applications")).json()["groups"]
    kinds = {one["name"]: one["card_kind"] for group in groups for one in all_in(group)}
    assert kinds.pop(TYPE) == "法人卡"
    assert set(kinds.values()) == {None}


def all_in(group: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    inner = [one for child in group["groups"] for one in all_in(child)]  # type: ignore[arg-type]
    return [*group["applications"], *inner]
