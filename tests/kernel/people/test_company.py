"""企业管理: a company's accounts in the hands of its administrator (PORT-09, PORT-10)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from singlewindow.kernel.http.sessions import administrator, cookie_name, session_life
from singlewindow.kernel.people import accounts, attempts, session_store
from tests.fences import FENCES, leave_standing
from tests.house import House, Member
from tests.kernel.people.stage import (
    PASSWORD,
    answer,
    bind,
    browser,
    id_of,
    log_in,
    new_card,
    rules,
    with_password,
)

pytestmark = pytest.mark.usefixtures("fixed_captcha")
ACCOUNTS = "/api/company/accounts"


async def office(house: House) -> tuple[Member, Member, int]:
    """An administrator, an operator of the same company, and the operator's id."""
    head = await house.member(role="administrator")
    operator = await house.member(head.customs_code)
    return head, operator, await id_of(house, operator)


async def row_of(head: Member, id: int) -> dict[str, Any]:
    items = (await head.http.get(ACCOUNTS)).json()["items"]
    row: dict[str, Any] = next(each for each in items if each["id"] == id)
    return row


async def test_the_list_names_everybody_and_what_may_be_done(house: House) -> None:
    """PORT-09: name, role, card, last log-in, active; grey buttons with their reason (UI-10)."""
    head, operator, id = await office(house)
    found = (await head.http.get(ACCOUNTS)).json()
    assert (found["total"], len(found["items"])) == (2, 2)
    mine, other = found["items"]
    assert (other["id"], other["role"], other["active"], other["card_no"]) == (
        id, "operator", True, operator.card_no,
    )  # fmt: skip
    assert other["last_login_at"] is not None
    assert {name for name, each in other["actions"].items() if each["allowed"]} == {
        "role", "active", "password", "unbind",
    }  # fmt: skip
    assert "唯一" in mine["actions"]["active"]["why"]
    assert mine["actions"]["role"]["why"] == mine["actions"]["active"]["why"]
    assert "账户" in mine["actions"]["password"]["why"]


async def test_a_new_operator_must_change_the_password_first(house: House) -> None:
    """PORT-09: until then every other route answers the same refusal, with what to do."""
    head, _, _ = await office(house)
    body = {"username": "newcomer1", "display_name": "新人", "password": PASSWORD}
    made = await head.http.post(ACCOUNTS, json=body)
    assert (made.status_code, made.json()["must_change_password"]) == (201, True)
    client = browser(house)
    assert (await log_in(client, "newcomer1")).json()["must_change_password"] is True
    for path in ("/api/account/logins", "/api/documents/_template/new", "/api/codes/units", ACCOUNTS):
        refused = await client.get(path)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/change-password"), path
    changed = await client.post("/api/account/password", json={"old": PASSWORD, "password": "Harbour-2027"})
    assert changed.status_code == 204, changed.text
    assert (await client.get("/api/session")).json()["must_change_password"] is False
    assert (await client.get("/api/account/logins")).status_code == 200


async def test_what_is_wrong_with_a_new_account(house: House) -> None:
    """PORT-09, UI-16: at its box; a user name is unique over all companies."""
    head, _, _ = await office(house)
    taken = await with_password(house, await house.member())
    body = {"username": "A", "display_name": "", "password": "x"}
    assert [path for path, _ in rules(await head.http.post(ACCOUNTS, json=body))] == [
        "username", "display_name", "password",
    ]  # fmt: skip
    body = {"username": taken, "display_name": "新人", "password": PASSWORD}
    assert rules(await head.http.post(ACCOUNTS, json=body)) == [("username", "account.username.taken")]


async def test_deactivating_ends_sessions_at_once(house: House) -> None:
    """PORT-09: the next request is refused, so is log-in by password and card; activating opens both again."""
    head, operator, id = await office(house)
    username = await with_password(house, operator)
    assert (await operator.http.get("/api/session")).status_code == 200
    off = await head.http.put(f"{ACCOUNTS}/{id}/active", json={"active": False})
    assert (off.status_code, off.json()["active"]) == (200, False)
    assert (await operator.http.get("/api/session")).status_code == 401
    client = browser(house)
    assert rules(await log_in(client, username)) == [("password", "login.password")]
    await head.http.put(f"{ACCOUNTS}/{id}/active", json={"active": True})
    assert (await operator.http.get("/api/session")).status_code == 401, "the old session stays ended"
    assert (await log_in(client, username)).status_code == 200


async def test_the_last_administrator_stays(house: House) -> None:
    """PORT-09: neither deactivated nor made an operator; with a second one both are possible."""
    head, _, id = await office(house)
    mine = await id_of(house, head)
    for path, body in (("active", {"active": False}), ("role", {"role": "operator"})):
        refused = await head.http.put(f"{ACCOUNTS}/{mine}/{path}", json=body)
        assert refused.status_code == 409
        assert refused.json()["detail"] == (await row_of(head, mine))["actions"][path]["why"]
    raised = await head.http.put(f"{ACCOUNTS}/{id}/role", json={"role": "administrator"})
    assert raised.json()["role"] == "administrator"
    assert (await head.http.put(f"{ACCOUNTS}/{mine}/role", json={"role": "operator"})).status_code == 200
    assert (await head.http.get(ACCOUNTS)).status_code == 403, "an operator from now on"


async def test_who_is_out_of_use_is_not_the_last_administrator(house: House) -> None:
    """PORT-09: an administrator's account that is deactivated may become an operator's, also where one other is left;
    what an account is already is no act."""
    head, _, id = await office(house)
    for path, body in (("role", {"role": "administrator"}), ("active", {"active": False})):
        assert (await head.http.put(f"{ACCOUNTS}/{id}/{path}", json=body)).status_code == 200
    assert (await row_of(head, id))["actions"]["role"]["why"] == ""
    mine = await id_of(house, head)
    for path, body in (("role", {"role": "administrator"}), ("active", {"active": True})):
        same = await head.http.put(f"{ACCOUNTS}/{mine}/{path}", json=body)
        assert same.status_code == 200, "the last one stays what he is"
    lowered = await head.http.put(f"{ACCOUNTS}/{id}/role", json={"role": "operator"})
    assert (lowered.status_code, lowered.json()["role"]) == (200, "operator")
    items = (await head.http.get("/api/company/log")).json()["items"]
    assert [(each["what"], each["detail"]) for each in items] == [
        ("设置角色", "操作员"), ("停用账号", ""), ("设置角色", "企业管理员"),
    ]  # fmt: skip


@pytest.mark.parametrize("fences", FENCES)
async def test_accounts_are_listed_by_pages(
    house: House, monkeypatch: pytest.MonkeyPatch, fences: str
) -> None:
    """PORT-09, PORT-10: the oldest first, none twice, none left out, and no stranger's among them."""
    head = await house.member(role="administrator")
    await house.member()
    others = [await house.member(head.customs_code) for _ in range(3)]
    ids = [await id_of(house, each) for each in (head, *others)]
    await house.sql("update account set role = 'administrator' where id = $1", ids[2])
    await house.member(role="administrator")
    monkeypatch.setattr(accounts, "PAGE", 3)
    leave_standing(house, fences)
    pages = [(await head.http.get(ACCOUNTS, params={"page": page})).json() for page in (1, 2, 3)]
    assert [[each["id"] for each in page["items"]] for page in pages] == [ids[:3], ids[3:], []]
    assert [(page["total"], page["size"]) for page in pages] == [(4, 3)] * 3
    assert pages[0]["items"][0]["actions"]["role"]["allowed"], "there are two administrators"


@pytest.mark.parametrize(("path", "body"), [("active", {"active": False}), ("role", {"role": "operator"})])
async def test_two_administrators_at_the_same_instant(house: House, path: str, body: dict[str, Any]) -> None:
    """PORT-09: each takes the other's rights away; one remains. `attempt` only repeats it."""
    first = await house.member(role="administrator")
    second = await house.member(first.customs_code, role="administrator")
    ids = [await id_of(house, second), await id_of(house, first)]
    done = await asyncio.gather(
        *(
            member.http.put(f"{ACCOUNTS}/{id}/{path}", json=body)
            for member, id in zip((first, second), ids, strict=True)
        )
    )
    statuses = sorted(each.status_code for each in done)
    assert statuses[0] == 200
    assert statuses[1] in (401, 403, 409)
    left = await house.sql(
        "select 1 from account where id = any($1) and active and role = 'administrator'", ids
    )
    assert len(left) == 1


async def test_an_administrator_whose_right_was_just_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the right is looked at again behind the lock, not only when the request began."""
    first = await house.member(role="administrator")
    second = await house.member(first.customs_code, role="administrator")
    operator = await house.member(first.customs_code)
    stale = await session_store.find(house.web, second.http.cookies[cookie_name()], session_life())
    demoted = f"{ACCOUNTS}/{await id_of(house, second)}/role"
    assert (await first.http.put(demoted, json={"role": "operator"})).status_code == 200
    monkeypatch.setitem(house.app.dependency_overrides, administrator, lambda: stale)
    late = await second.http.put(f"{ACCOUNTS}/{await id_of(house, operator)}/active", json={"active": False})
    assert late.status_code == 409
    assert (await operator.http.get("/api/session")).status_code == 200


async def test_reset_password(house: House) -> None:
    """PORT-09: ends sessions, opens a locked door, and is to be changed at the next log-in."""
    head, operator, id = await office(house)
    username = await with_password(house, operator)
    client = browser(house)
    for _ in range(attempts.PER_USERNAME):
        await log_in(client, username, "wrong")
    assert (await log_in(client, username)).status_code == 429
    weak = await head.http.put(f"{ACCOUNTS}/{id}/password", json={"password": "weak"})
    assert rules(weak) == [("password", "account.password")]
    reset = await head.http.put(f"{ACCOUNTS}/{id}/password", json={"password": "Lantern-2027"})
    assert reset.status_code == 204
    assert (await operator.http.get("/api/session")).status_code == 401
    assert (await log_in(client, username, "Lantern-2027")).json()["must_change_password"] is True
    mine = await head.http.put(
        f"{ACCOUNTS}/{await id_of(house, head)}/password", json={"password": "Lantern-2027"}
    )
    assert mine.status_code == 409


async def test_bind_and_unbind_a_card(house: House) -> None:
    """PORT-09: bound by the card's signature; unbinding ends the sessions that began with it, and only those."""
    head = await house.member(role="administrator")
    operator = await house.member(head.customs_code, bound=False)
    [row] = await house.sql("select max(id) as id from account")
    id, base = row["id"], f"{ACCOUNTS}/{row['id']}/card"
    username = await _name(house, id)
    card = new_card(house, head.customs_code, head.company_name, kind="操作员卡")
    bound = await bind(house, head.http, card, base)
    assert (bound.status_code, bound.json()["card_no"]) == (200, card.card_no)
    assert (await operator.http.get("/api/session")).json()["bound_card"] == card.card_no
    with_card = browser(house)
    challenge = (await with_card.post("/api/session/card/challenge")).json()
    begun = await with_card.post("/api/session/card", json=answer(house, card, challenge))
    assert begun.json()["account"]["username"] == username
    second = await bind(house, head.http, new_card(house, head.customs_code), base)
    assert (second.status_code, second.json()["detail"]) == (409, f"该账号已绑定卡 {card.card_no}，请先解绑")
    spare = await house.member(head.customs_code)
    assert (await head.http.delete(f"{ACCOUNTS}/{await id_of(house, spare)}/card")).status_code == 200
    freed = await head.http.delete(base)
    assert (freed.status_code, freed.json()["card_no"]) == (200, None)
    assert (await with_card.get("/api/session")).status_code == 401
    assert (await operator.http.get("/api/session")).json()["bound_card"] is None
    assert (await head.http.delete(base)).status_code == 409
    assert (await bind(house, head.http, card, base)).status_code == 200, "it may be bound again"
    [free] = await house.sql("select account_id from card where card_no = $1", spare.card_no)
    assert free["account_id"] is None, "the company's other card is nobody's still"


async def _name(house: House, id: int) -> str:
    return str((await house.sql("select username from account where id = $1", id))[0]["username"])


async def test_cards_that_cannot_be_bound(house: House) -> None:
    """PORT-09: another company's, one that has an account, one that did not sign, one that signed for another."""
    head, operator, _ = await office(house)
    await house.member(head.customs_code, bound=False)
    [row] = await house.sql("select max(id) as id from account")
    base = f"{ACCOUNTS}/{row['id']}/card"
    foreign = await bind(house, head.http, new_card(house), base)
    assert rules(foreign) == [("certificate", "bind.company")]
    card = new_card(house, head.customs_code)
    asked = (await head.http.post(f"{base}/challenge", json={"certificate": answer_of(house, card)})).json()
    signed = answer(house, card, asked)
    wrong = signed | {"signature": answer(house, new_card(house), asked)["signature"]}
    assert rules(await head.http.post(base, json=wrong)) == [("signature", "login.card.signature")]
    assert rules(await head.http.post(base, json=signed)) == [("challenge", "login.card.challenge")]
    asked = (await head.http.post(f"{base}/challenge", json={"certificate": answer_of(house, card)})).json()
    await house.member(head.customs_code, bound=False)
    [other] = await house.sql("select max(id) as id from account")
    elsewhere = await head.http.post(f"{ACCOUNTS}/{other['id']}/card", json=answer(house, card, asked))
    assert rules(elsewhere) == [("signature", "login.card.signature")]
    assert (await bind(house, head.http, card, base)).status_code == 200
    taken = await bind(house, head.http, card, f"{ACCOUNTS}/{other['id']}/card")
    assert (taken.status_code, card.card_no in taken.json()["detail"]) == (409, True)
    assert operator.card_no


def answer_of(house: House, card: Any) -> str:
    return answer(house, card, {"challenge": "x", "signing_input": "x"})["certificate"]


@pytest.mark.parametrize("fences", ["both", "the application alone"])
async def test_a_card_that_another_company_has_is_not_taken(house: House, fences: str) -> None:
    """PORT-09, PORT-10: also where it is bound to nobody there, whatever its certificate says."""
    head, stranger = await house.member(role="administrator"), await house.member()
    operator = await house.member(head.customs_code, bound=False)
    base = f"{ACCOUNTS}/{await newest(house)}/card"
    card = new_card(house, head.customs_code)
    await house.sql(
        "update card set card_no = $1, account_id = null, bound_at = null where card_no = $2",
        card.card_no,
        stranger.card_no,
    )
    leave_standing(house, fences)
    refused = await bind(house, head.http, card, base)
    assert (refused.status_code, card.card_no in refused.json()["detail"]) == (409, True)
    assert (await operator.http.get("/api/session")).json()["bound_card"] is None


async def newest(house: House) -> int:
    """The account that was made last."""
    [row] = await house.sql("select max(id) as id from account")
    return int(row["id"])


async def test_one_card_for_two_accounts_at_the_same_instant(house: House) -> None:
    """PORT-09: a card is bound to at most one account."""
    head = await house.member(role="administrator")
    card, ready = new_card(house, head.customs_code), []
    for _ in range(2):
        await house.member(head.customs_code, bound=False)
        [row] = await house.sql("select max(id) as id from account")
        base = f"{ACCOUNTS}/{row['id']}/card"
        asked = await head.http.post(f"{base}/challenge", json={"certificate": answer_of(house, card)})
        ready.append((base, answer(house, card, asked.json())))
    done = await asyncio.gather(*(head.http.post(base, json=body) for base, body in ready))
    assert sorted(each.status_code for each in done) == [200, 409]


async def test_an_operator_is_refused_in_the_grey_buttons_words(house: House) -> None:
    """PORT-10, UI-10: each route, with the words that the session tells the page."""
    head, operator, _ = await office(house)
    id = await id_of(house, head)
    why = (await operator.http.get("/api/session")).json()["rights"]["company"]["why"]
    for answered in await every_route(operator.http, id):
        assert (answered.status_code, answered.json()["detail"]) == (403, why)
    assert "企业管理员" in why


async def every_route(client: httpx.AsyncClient, id: int) -> list[httpx.Response]:
    """All of a company's administration, on an account."""
    card = {"certificate": "AAAA"}
    return [
        await client.get(ACCOUNTS),
        await client.post(ACCOUNTS, json={"username": "x", "display_name": "x", "password": "x"}),
        await client.get("/api/company/log"),
        *await every_account_route(client, id, card),
    ]


async def every_account_route(
    client: httpx.AsyncClient, id: int, card: dict[str, str]
) -> list[httpx.Response]:
    """All that is done with one account."""
    base = f"{ACCOUNTS}/{id}"
    return [
        await client.put(f"{base}/role", json={"role": "operator"}),
        await client.put(f"{base}/active", json={"active": False}),
        await client.put(f"{base}/password", json={"password": PASSWORD}),
        await client.post(f"{base}/card/challenge", json=card),
        await client.delete(f"{base}/card"),
    ]


async def test_the_log_tells_every_act(house: House) -> None:
    """PORT-09: who, when, what; newest first; the own company's only."""
    head, operator, id = await office(house)
    await head.http.post(ACCOUNTS, json={"username": "logged1", "display_name": "记录", "password": PASSWORD})
    for path, body in (("role", {"role": "administrator"}), ("active", {"active": False}),
                       ("active", {"active": True}), ("password", {"password": "Lantern-2027"})):  # fmt: skip
        await head.http.put(f"{ACCOUNTS}/{id}/{path}", json=body)
    await head.http.delete(f"{ACCOUNTS}/{id}/card")
    card = new_card(house, head.customs_code)
    assert (await bind(house, head.http, card, f"{ACCOUNTS}/{id}/card")).status_code == 200
    items = (await head.http.get("/api/company/log")).json()["items"]
    assert [each["what"] for each in items] == [
        "绑定卡", "解绑卡", "重置密码", "启用账号", "停用账号", "设置角色", "添加账号",
    ]  # fmt: skip
    assert {each["account"] for each in items[:-1]} == {await _name(house, id)}
    details = [each["detail"] for each in items]
    assert (details[0], details[1], details[5]) == (card.card_no, operator.card_no, "企业管理员")
    assert all(each["at"] and "（user" in each["who"] for each in items)
    older = (await head.http.get("/api/company/log", params={"before": items[2]["id"]})).json()["items"]
    assert older == items[3:]
    stranger = await house.member(role="administrator")
    assert (await stranger.http.get("/api/company/log")).json() == {"items": [], "more": False}


async def test_unknown_and_odd_accounts(house: House) -> None:
    """PORT-10: absent ids answer 404 with words, odd ones 422."""
    head, _, _ = await office(house)
    for answered in await every_account_route(head.http, 2**62, {"certificate": "AAAA"}):
        assert answered.status_code == 404, answered.text
    assert (await head.http.put(f"{ACCOUNTS}/0/role", json={"role": "operator"})).status_code == 422
    assert (await head.http.put(f"{ACCOUNTS}/1/role", json={"role": "system"})).status_code == 422
