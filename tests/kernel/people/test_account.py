"""账户: the own password, card and log-ins (PORT-04, PORT-09)."""

from __future__ import annotations

import httpx
import pytest

from singlewindow.kernel.http.sessions import cookie_name
from singlewindow.kernel.people import attempts, own, passwords
from singlewindow.kernel.people.passwords import hash_password
from tests.house import House, Member
from tests.kernel.people.stage import PASSWORD, bind, browser, log_in, new_card, rules, with_password

pytestmark = pytest.mark.usefixtures("fixed_captcha")
NEW = "Harbour-2027"


async def change(client: httpx.AsyncClient, old: str, new: str = NEW) -> httpx.Response:
    return await client.post("/api/account/password", json={"old": old, "password": new})


async def logged_in(house: House, *, bound: bool = True) -> tuple[httpx.AsyncClient, str, Member]:
    """A browser with a session by password, its user name, and the member (who has a session besides)."""
    member = await house.member(bound=bound)
    username = (await member.http.get("/api/session")).json()["account"]["username"]
    await house.sql(
        "update account set password_hash = $2 where username = $1", username, await hash_password(PASSWORD)
    )
    client = browser(house)
    assert (await log_in(client, username)).status_code == 200
    return client, username, member


async def test_change_the_password(house: House) -> None:
    """PORT-09: the old one is asked; the other sessions end, this one goes on; only the new one opens."""
    client, username, member = await logged_in(house)
    assert (await change(client, PASSWORD)).status_code == 204
    assert (await client.get("/api/session")).status_code == 200
    assert (await member.http.get("/api/session")).status_code == 401
    assert rules(await log_in(browser(house), username)) == [("password", "login.password")]
    assert (await log_in(browser(house), username, NEW)).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("wrong", NEW, ("old", "account.password.old")),
        (PASSWORD, "weak", ("password", "account.password")),
        (PASSWORD, PASSWORD, ("password", "account.password")),
    ],
)
async def test_a_change_that_is_refused(house: House, old: str, new: str, rule: tuple[str, str]) -> None:
    """PORT-09: nothing changes, and no session ends."""
    client, username, member = await logged_in(house)
    assert rules(await change(client, old, new)) == [rule]
    assert (await member.http.get("/api/session")).status_code == 200
    assert (await log_in(browser(house), username)).status_code == 200


async def test_a_reset_while_the_password_is_changed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-09: the administrator's password holds; whoever knew the old one does not take the account back."""
    client, username, _ = await logged_in(house)
    given = await hash_password("Lantern-2027")
    calculate = passwords.hash_password

    async def slowly(password: str) -> str:
        await house.sql("update account set password_hash = $2 where username = $1", username, given)
        return await calculate(password)

    monkeypatch.setattr(passwords, "hash_password", slowly)
    assert rules(await change(client, PASSWORD)) == [("old", "account.password.old")]
    assert (await log_in(browser(house), username, "Lantern-2027")).status_code == 200


async def test_guessing_the_old_password(house: House) -> None:
    """PORT-09: five wrong ones close the door, for log-in too, and wrong ones at log-in count here."""
    client, username, _ = await logged_in(house)
    await log_in(browser(house), username, "wrong")
    for _ in range(attempts.PER_USERNAME - 1):
        assert rules(await change(client, "wrong")) == [("old", "account.password.old")]
    assert (await change(client, PASSWORD)).status_code == 429
    assert (await log_in(browser(house), username)).status_code == 429


async def test_guessing_from_one_address(house: House) -> None:
    """PORT-09: thirty failures of any kind from an address, whatever the accounts; from elsewhere it goes on."""
    member = await house.member()
    username, address = await with_password(house, member), "10.88.0.1"
    client, elsewhere = browser(house, address), browser(house)
    assert (await log_in(client, username)).status_code == 200
    assert (await log_in(elsewhere, username)).status_code == 200
    await house.sql(
        """insert into login_attempt (username, address, level, succeeded)
           select 'guess' || n, $1, 'change', false from generate_series(1, $2::int) n""",
        address,
        attempts.PER_ADDRESS,
    )
    assert (await change(client, PASSWORD)).status_code == 429
    assert (await change(elsewhere, PASSWORD)).status_code == 204


async def test_own_log_ins(house: House) -> None:
    """PORT-09: time, address, way, succeeded; newest first; nobody else's, and no changes of a password."""
    client, username, _ = await logged_in(house)
    await log_in(browser(house, "10.66.0.9"), username, "wrong")
    await change(client, "wrong")
    await logged_in(house)
    found = (await client.get("/api/account/logins")).json()
    assert [(each["level"], each["succeeded"]) for each in found["items"]] == [
        ("password", False), ("password", True),
    ]  # fmt: skip
    assert (found["items"][0]["address"], found["more"]) == ("10.66.0.9", False)
    before = {"before": found["items"][0]["id"]}
    assert (await client.get("/api/account/logins", params=before)).json()["items"] == found["items"][1:]


async def test_own_log_ins_begin_with_the_account_and_are_limited(house: House) -> None:
    """PORT-09: tries under the name before it was somebody's are not shown; at most a page at once."""
    client, username, _ = await logged_in(house)
    await house.sql(
        """insert into login_attempt (username, address, level, succeeded, at)
           select $1, '10.1.1.1', 'password', false, now() - n * interval '1 day' from generate_series(1, 3) n""",
        username,
    )
    assert len((await client.get("/api/account/logins")).json()["items"]) == 1
    await house.sql(
        """insert into login_attempt (username, address, level, succeeded)
           select $1, '10.1.1.1', 'card', true from generate_series(1, 60)""",
        username,
    )
    found = (await client.get("/api/account/logins")).json()
    assert (len(found["items"]), found["more"]) == (own.MOST_LOGINS, True)


async def test_bind_the_own_card(house: House) -> None:
    """PORT-04: the refusal points to the page 账户, where any card of the company can be bound by its signature."""
    client, _, member = await logged_in(house, bound=False)
    refused = await client.post("/api/documents/_template", json={"content": {}})
    assert refused.status_code == 403
    assert "【账户】" in refused.json()["detail"]
    foreign = await bind(house, client, new_card(house), "/api/account/card")
    assert rules(foreign) == [("certificate", "bind.company")]
    card = new_card(house, member.customs_code, member.company_name, kind="操作员卡")
    bound = await bind(house, client, card, "/api/account/card")
    assert bound.json() == {"card_no": card.card_no, "card_kind": "操作员卡"}
    assert (await client.get("/api/session")).json()["bound_card"] == card.card_no
    assert (await client.post("/api/documents/_template", json={"content": {}})).status_code != 403
    again = await bind(house, client, new_card(house, member.customs_code), "/api/account/card")
    assert again.status_code == 409
    assert again.json()["detail"] == f"该账号已绑定卡 {card.card_no}，请先由企业管理员解绑"


async def test_after_log_out_the_cookie_is_worth_nothing(house: House) -> None:
    """PORT-07, PORT-09: on the new routes too."""
    client, _, _ = await logged_in(house)
    copy = client.cookies[cookie_name()]
    assert (await client.delete("/api/session")).status_code == 204
    client.cookies.set(cookie_name(), copy)
    for answered in (
        await change(client, PASSWORD),
        await client.get("/api/account/logins"),
        await client.get("/api/company/accounts"),
        await client.get("/api/company/log"),
        await client.get("/api/system/companies"),
        await client.post("/api/account/card/challenge", json={"certificate": ""}),
    ):
        assert answered.status_code == 401


async def test_changes_need_the_token(house: House) -> None:
    """PORT-10: another site's page cannot change a password or bind a card."""
    client, _, _ = await logged_in(house)
    del client.headers["X-CSRF-Token"]
    assert (await change(client, PASSWORD)).json()["type"] == "/problems/stale-token"
    assert (await client.post("/api/account/card/challenge", json={"certificate": ""})).json()[
        "type"
    ] == "/problems/stale-token"
