"""系统管理: an account of no company, which keeps companies and accounts and sees no document (PORT-10)."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from singlewindow.contract.messages import MessageKind
from singlewindow.kernel.__main__ import cli
from singlewindow.kernel.exchange import people_list
from singlewindow.kernel.settings import settings
from tests.house import House
from tests.kernel.people.stage import PASSWORD, browser, id_of, log_in, system_administrator, with_password

pytestmark = pytest.mark.usefixtures("fixed_captcha")
SYSTEM = "/api/system"
ROW = "select password_hash, display_name, role, active, must_change from account where username = $1"


async def test_the_session_has_no_company(house: House) -> None:
    """PORT-10."""
    client = await system_administrator(house)
    session = (await client.get("/api/session")).json()
    assert (session["company"], session["bound_card"], session["account"]["role"]) == (None, None, "system")
    allowed = {name for name, each in session["rights"].items() if each["allowed"]}
    assert allowed == {"system"}


async def test_no_business_document(house: House) -> None:
    """PORT-10: every document route is refused, and row-level security shows none either."""
    member = await house.member()
    await member.save("_template", {})
    client = await system_administrator(house)
    base = "/api/documents/_template"
    for method, path in (
        ("GET", f"{base}/new"), ("GET", base), ("POST", base), ("GET", f"{base}/1"), ("PUT", f"{base}/1"),
        ("DELETE", f"{base}/1"), ("POST", f"{base}/lookup"), ("POST", f"{base}/delete"),
        ("POST", f"{base}/1/prepare"), ("POST", f"{base}/1/submit"), ("GET", f"{base}/1/receipts"),
        ("GET", f"{base}/1/history"), ("GET", "/api/definitions/_template"), ("GET", "/api/codes/units"),
        ("GET", "/api/company/accounts"), ("GET", "/api/company/log"),
    ):  # fmt: skip
        answered = await client.request(method, path, json={} if method in ("POST", "PUT") else None)
        assert answered.status_code == 403, (path, answered.text)
        assert "企业账号" in answered.json()["detail"]
    [row] = await house.sql("select id from account where role = 'system' order by id desc limit 1")
    from singlewindow.kernel.database.connection import Actor

    async with house.web.transaction(Actor(None, row["id"])) as transaction:
        for table in ("document", "document_party", "submission", "receipt", "event", "attachment", "claim",
                      "prepared", "idempotency", "account_event"):  # fmt: skip
            assert await transaction.value(f"select count(*) from {table}") == 0, table


async def test_find_companies_and_their_accounts(house: House) -> None:
    """PORT-10: by code, name or user name."""
    member = await house.member(role="administrator")
    username = await with_password(house, member)
    client = await system_administrator(house)
    for wanted in (member.customs_code, member.company_name, username):
        found = (await client.get(f"{SYSTEM}/companies", params={"q": wanted})).json()
        assert member.customs_code in {each["customs_code"] for each in found["items"]}, wanted
    [company] = [each for each in found["items"] if each["customs_code"] == member.customs_code]
    assert (company["accounts"], company["active"]) == (1, True)
    [account] = (await client.get(f"{SYSTEM}/companies/{company['id']}/accounts")).json()["items"]
    assert (account["username"], account["role"], account["card_no"], account["locked"]) == (
        username, "administrator", member.card_no, False,
    )  # fmt: skip
    assert (await client.get(f"{SYSTEM}/companies", params={"q": "没有这样的企业"})).json()["total"] == 0


async def test_deactivate_unlock_and_the_companys_log(house: House) -> None:
    """PORT-10: sessions end at once, a locked door opens; the company's administrator reads of it."""
    head = await house.member(role="administrator")
    operator = await house.member(head.customs_code)
    id, username = await id_of(house, operator), await with_password(house, operator)
    client = await system_administrator(house)
    assert (await client.put(f"{SYSTEM}/accounts/{id}/active", json={"active": False})).status_code == 204
    assert (await operator.http.get("/api/session")).status_code == 401
    await client.put(f"{SYSTEM}/accounts/{id}/active", json={"active": True})
    guest = browser(house)
    for _ in range(5):
        await log_in(guest, username, "wrong")
    assert (await log_in(guest, username)).status_code == 429
    [company] = await house.sql("select id from company where customs_code = $1", head.customs_code)
    accounts = f"{SYSTEM}/companies/{company['id']}/accounts"
    assert [each["locked"] for each in (await client.get(accounts)).json()["items"]] == [False, True]
    assert (await client.post(f"{SYSTEM}/accounts/{id}/unlock")).status_code == 204
    assert [each["locked"] for each in (await client.get(accounts)).json()["items"]] == [False, False]
    assert (await log_in(guest, username)).status_code == 200
    items = (await head.http.get("/api/company/log")).json()["items"]
    assert [each["what"] for each in items] == ["解除锁定", "启用账号", "停用账号"]
    assert all(each["who"].startswith("系统（") and each["account"] == username for each in items)


async def test_deactivate_a_company(house: House) -> None:
    """PORT-10: nobody of it is in, nobody gets in, by password or card; activating opens again."""
    head = await house.member(role="administrator")
    username = await with_password(house, head)
    [company] = await house.sql("select id from company where customs_code = $1", head.customs_code)
    client = await system_administrator(house)
    address = f"{SYSTEM}/companies/{company['id']}/active"
    assert (await client.put(address, json={"active": False})).status_code == 204
    assert (await head.http.get("/api/session")).status_code == 401
    guest = browser(house)
    assert (await log_in(guest, username)).status_code == 422
    challenge = (await guest.post("/api/session/card/challenge")).json()
    body = {"challenge": challenge["challenge"], **head.sign(challenge["signing_input"])}
    refused = await guest.post("/api/session/card", json=body)
    assert refused.json()["violations"][0]["rule"] == "login.card.closed"
    await client.put(address, json={"active": True})
    assert (await head.http.get("/api/session")).status_code == 401, "the old session stays ended"
    assert (await log_in(guest, username)).status_code == 200


async def test_messages_that_nobody_understood(house: House) -> None:
    """PORT-10: the list with its problem; 重试 gives it to the worker again."""
    await house.customs.post([house.customs.receipt_for("_template", "209900000000000001", 1, 1, "RECEIVED")])
    await house.hear()
    client = await system_administrator(house)
    waiting = (await client.get(f"{SYSTEM}/messages")).json()["items"]
    assert waiting
    assert waiting[-1]["problem"]
    again = f"{SYSTEM}/messages/{waiting[-1]['id']}/again"
    assert (await client.post(again)).status_code == 204
    assert (await client.post(again)).status_code == 404
    await house.hear()
    assert waiting[-1]["id"] in {e["id"] for e in (await client.get(f"{SYSTEM}/messages")).json()["items"]}
    assert len(await people_list.waiting(house.worker)) == len(waiting), "the worker's command sees the same"


async def test_a_message_that_nobody_understood_does_not_show_what_it_holds(house: House) -> None:
    """PORT-10: its list says where and why; customs' words for a company are no administrator's to read."""
    secret = "仅供申请人知悉"
    receipt = {"message_id": str(uuid4()), "type": "_template", "number": "1", "submission": 0, "seq": secret,
               "code": "RECEIVED", "text": secret, "at": "2026-11-21T09:00:00Z"}  # fmt: skip
    kind, identifier = MessageKind.RECEIPT, str(receipt["message_id"])
    await house.hear(house.customs.envelope(kind, identifier, json.dumps(receipt)))
    notice = house.customs.notice("thing", f"{secret}\x00", {"name": "x"})
    await house.hear(notice)
    listed = (await (await system_administrator(house)).get(f"{SYSTEM}/messages")).json()["items"]
    problems = {each["message_id"]: each["problem"] for each in listed}
    assert "seq" in problems[identifier]
    assert problems[notice.id]
    assert secret not in str(problems)


async def test_the_clock(house: House) -> None:
    """PORT-10: shown, not changed."""
    clock = (await (await system_administrator(house)).get(f"{SYSTEM}/clock")).json()
    assert (clock["shift_seconds"], clock["frozen"]) == (0, None)


async def test_nobody_else_may(house: House) -> None:
    """PORT-10: a company's administrator is refused on every route in the same words; behind the routes the database
    has nothing for him either."""
    head = await house.member(role="administrator")
    why = (await head.http.get("/api/session")).json()["rights"]["system"]["why"]
    for method, path in (
        ("GET", "/companies"), ("GET", "/companies/1/accounts"), ("PUT", "/companies/1/active"),
        ("PUT", "/accounts/1/active"), ("POST", "/accounts/1/unlock"), ("GET", "/messages"),
        ("POST", "/messages/1/again"), ("GET", "/clock"),
    ):  # fmt: skip
        answered = await head.http.request(method, SYSTEM + path, json={"active": False})
        assert (answered.status_code, answered.json()["detail"]) == (403, why), path
    [row] = await house.sql("select company_id, id from account order by id desc limit 1")
    from singlewindow.kernel.database.connection import NOBODY, Actor

    for actor in (Actor(row["company_id"], row["id"]), NOBODY):
        assert await people_list.waiting(house.web, actor) == []
        assert await people_list.again(house.web, list(range(1, 1000)), actor) == 0


async def test_system_administrators_do_not_lock_each_other_out(house: House) -> None:
    """PORT-10: an account of no company answers as absent."""
    client = await system_administrator(house)
    [row] = await house.sql("select max(id) as id from account where role = 'system'")
    for path in (f"/accounts/{row['id']}/active", f"/accounts/{2**62}/active", f"/companies/{2**62}/active"):
        assert (await client.put(SYSTEM + path, json={"active": False})).status_code == 404
    changed = await client.post("/api/account/password", json={"old": PASSWORD, "password": "Harbour-2027"})
    assert changed.status_code == 204, "his own password he changes like everybody"


async def test_role_and_company_exclude_each_other(house: House) -> None:
    """PORT-10: the database itself refuses a system administrator with a company, and others without."""
    member = await house.member()
    id = await id_of(house, member)
    with pytest.raises(asyncpg.CheckViolationError):
        await house.sql("update account set role = 'system' where id = $1", id)
    with pytest.raises(asyncpg.CheckViolationError):
        await house.sql("insert into account (username, password_hash, display_name, role) "
                        "values ('nobodys', '-', '-', 'operator')")  # fmt: skip


async def test_the_command_that_makes_the_first_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-10: the password follows the rule and is to be changed; a taken user name is said."""
    monkeypatch.setenv("SINGLEWINDOW_DATABASE_URL", house.owner_url)
    settings.cache_clear()

    async def command(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(cli, ["add-administrator", *arguments]))

    weak = await command("opsdesk1", "--password", "weak")
    assert (weak.exit_code, "密码须为" in weak.output) == (1, True)
    made = await command("opsdesk1", "--password", PASSWORD)
    assert made.exit_code == 0, made.output
    taken = await command("opsdesk1", "--password", PASSWORD)
    assert (taken.exit_code, "已被使用" in taken.output) == (1, True)
    session = (await log_in(browser(house), "opsdesk1")).json()
    assert (session["account"]["role"], session["must_change_password"]) == ("system", True)


async def test_the_command_lets_one_in_again_or_shuts_one_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: no page keeps system administrators. `--replace` unlocks, activates, sets another password, ends all
    sessions, and says so in the log; an account of a company stays as it is."""
    monkeypatch.setenv("SINGLEWINDOW_DATABASE_URL", house.owner_url)
    settings.cache_clear()

    async def command(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(cli, ["add-administrator", *arguments]))

    made = await command("opsdesk9", "--password", PASSWORD, "--replace")
    assert made.exit_code == 0, made.output
    there = browser(house)
    assert (await log_in(there, "opsdesk9")).status_code == 200
    for _ in range(5):
        assert (await log_in(browser(house), "opsdesk9", "Wrong-2026")).status_code == 422
    assert (await log_in(browser(house), "opsdesk9")).status_code == 429
    await house.sql("update account set active = false where username = 'opsdesk9'")
    taken = await command("opsdesk9", "--password", "Harbour-2027")
    assert (taken.exit_code, "或用 --replace" in taken.output) == (1, True), taken.output
    replaced = await command("opsdesk9", "--password", "Harbour-2027", "--name", "周立", "--replace")
    assert replaced.exit_code == 0, replaced.output
    assert (await there.get("/api/session")).status_code == 401
    assert (await log_in(browser(house), "opsdesk9")).status_code == 422
    session = (await log_in(browser(house), "opsdesk9", "Harbour-2027")).json()
    assert (session["account"]["display_name"], session["must_change_password"]) == ("周立", True)
    [noted] = await house.sql("select company_id, kind from account_event where account = 'opsdesk9'")
    assert tuple(noted) == (None, "password reset")


async def test_the_command_leaves_companies_accounts_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10, PORT-02: whoever may run it makes no company's account a system administrator's by accident."""
    monkeypatch.setenv("SINGLEWINDOW_DATABASE_URL", house.owner_url)
    settings.cache_clear()
    member = await house.member()
    username = await with_password(house, member)
    [before] = await house.sql(ROW, username)
    refused = await asyncio.to_thread(
        lambda: CliRunner().invoke(
            cli, ["add-administrator", username, "--password", "Harbour-2027", "--replace"]
        )
    )
    assert (refused.exit_code, "属于企业账号" in refused.output) == (1, True), refused.output
    assert [tuple(before)] == [tuple(row) for row in await house.sql(ROW, username)]
    assert (await member.http.get("/api/session")).status_code == 200
