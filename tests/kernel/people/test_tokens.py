"""Tokens of a company's own programs (INTG-01): made, used, refused, revoked, and written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from singlewindow.kernel.exchange.worker import sweep
from singlewindow.kernel.http.token_rights import KEY
from singlewindow.kernel.people import token_store, tokens
from singlewindow.kernel.people.grant import RIGHT_NAMES
from singlewindow.kernel.subsystem import subsystems
from tests.house import ORIGIN, House, Member
from tests.kernel.test_documents import TYPE, letter, reference

ADDRESS = f"/api/documents/{TYPE}"
ABSENT = f"{ADDRESS}/202600000099999999"
UNENDING = {"/api/events/stream"}
"""Routes whose answer has no end: who is let in would wait for ever."""
SAID = ("read", "draft", "submit", "none", "public")


def today() -> date:
    return datetime.now(tokens.CHINA).date()


async def id_of(house: House, member: Member) -> int:
    [row] = await house.sql("select account_id from card where card_no = $1", member.card_no)
    account: int = row["account_id"]
    return account


async def make(house: House, admin: Member, of: Member | None = None, **more: Any) -> httpx.Response:
    body = {"name": "ERP", "account_id": await id_of(house, of or admin), "right": "submit", **more}
    return await admin.http.post("/api/tokens", json=body)


async def made(house: House, admin: Member, of: Member | None = None, **more: Any) -> dict[str, Any]:
    answer = await make(house, admin, of, **more)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


def program_with(house: House, member: Member, token: str) -> Member:
    client = house.client()
    del client.headers["Origin"]
    client.headers["Authorization"] = f"Bearer {token}"
    return replace(member, http=client)


def rules_of(answer: httpx.Response) -> set[str]:
    return {each["rule"] for each in answer.json().get("violations", [])}


def operations(house: House) -> dict[tuple[str, str], str]:
    """What each operation of the API's description says of tokens."""
    return {
        (method.upper(), path): operation.get(KEY, "")
        for path, methods in house.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


async def ask(member: Member, method: str, path: str, type: str = TYPE) -> httpx.Response:
    """An operation, with whatever its address wants and an empty body."""
    address = re.sub(r"{\w+}", "1", path.replace("{type}", type))
    return await member.http.request(method, address, json={} if method in ("POST", "PUT") else None)


async def test_a_token_replaces_the_session_and_nothing_else(house: House) -> None:
    """INTG-01: from token to submission; the card signs what it signs in the browser. Shown once, kept as a digest."""
    admin = await house.member(role="administrator")
    answer = await made(house, admin)
    token = answer["token"]
    assert token.startswith(answer["kept"]["shown"])
    assert len(answer["kept"]["shown"]) == 12
    listed = (await admin.http.get("/api/tokens")).json()
    assert [each["state"] for each in listed["items"]] == ["active"]
    assert token not in str(listed) + str(await house.sql("select * from api_token"))
    [web] = await house.sql("select has_column_privilege('sw_web', 'api_token', 'hash', 'select') as reads")
    assert not web["reads"]
    program = program_with(house, admin, token)
    view = await program.save(TYPE, letter(reference()))
    assert (await program.upload(TYPE, view["number"], "1")).status_code == 200
    await program.apply(TYPE, await program.view(TYPE, view["number"]))
    await house.send()
    assert house.customs.received[-1].number == view["number"]
    who = (await program.http.get("/api/session")).json()
    assert (who["level"], who["bound_card"], who["csrf"]) == ("token", admin.card_no, "")


async def test_every_route_says_what_a_token_must_have_and_asks_for_it(house: House) -> None:
    """INTG-01: with a right that is too small no route is answered but by naming the one it wants; with the right one,
    none is refused for it. Also routes of chapters, and whichever is added."""
    member = await house.member(kind="法人卡", role="administrator")
    programs = {right: await house.program(member, right) for right in RIGHT_NAMES}
    names = list(RIGHT_NAMES)
    for (method, path), wanted in operations(house).items():
        assert wanted in SAID, f"{method} {path}: @for_tokens(…) beneath its decorator"
        enough = programs["submit" if wanted in ("none", "public") else wanted]  # type: ignore[index]
        if wanted in names[1:]:
            refused = await ask(programs[names[names.index(wanted) - 1]], method, path)
            assert (refused.status_code, rules_of(refused)) == (403, {"token.right"}), (method, path)
            assert f"须有“{RIGHT_NAMES[wanted]}”权限" in refused.json()["detail"]
        if path in UNENDING:
            continue
        answer = await ask(enough, method, path)
        if wanted == "none":
            assert (answer.status_code, rules_of(answer)) == (403, {"token.none"}), (method, path)
        else:
            assert answer.status_code not in (401, 500), (method, path, answer.text)
            assert answer.status_code != 403 or wanted == "public", (method, path, answer.text)


async def test_other_chapters_are_as_if_the_account_could_not_enter(house: House) -> None:
    """INTG-01: on every route that names a type or belongs to a chapter, and where many types are told of."""
    member = await house.member(kind="法人卡")
    view = await member.save(TYPE, letter(reference()))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    await member.apply(TYPE, view)
    await house.send()
    await house.hear(house.customs.receipt(house.customs.received[-1], 1, "RECEIVED"))
    own, other = [await house.program(member, chapters=[name]) for name in (TYPE, "_load")]
    chapters = {each.name for each in subsystems().values()} - {"_load"}
    asked = 0
    for (method, path), wanted in operations(house).items():
        of_chapter = path.split("/")[2:3]
        if wanted in RIGHT_NAMES and ("{type}" in path or (of_chapter and of_chapter[0] in chapters)):
            answer = await ask(other, method, path)
            assert (answer.status_code, rules_of(answer)) == (403, {"token.chapter"}), (method, path)
            asked += 1
    assert asked > 50
    assert "不含【样例】" in (await other.http.get(ABSENT)).json()["detail"]
    body = {"kind": "import", "type": TYPE, "file": 1}
    assert rules_of(await other.http.post("/api/jobs", json=body)) == {"token.chapter"}
    assert [len((await each.http.get("/api/news")).json()["items"]) for each in (own, other)] == [1, 0]
    assert (await own.view(TYPE, view["number"]))["number"] == view["number"]


async def test_it_ends_at_once(house: House) -> None:
    """INTG-01: revoked, expired, its account or company closed, or never given: 401 with the reason, never a 500, and
    the same words for whoever guesses."""
    admin = await house.member(role="administrator")
    operator = await house.member(admin.customs_code)

    async def refused(token: str) -> str:
        answer = await program_with(house, admin, token).http.get(ABSENT)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-logged-in"), answer.text
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        return str(answer.json()["detail"])

    first, second = await made(house, admin, operator), await made(house, admin, operator)
    assert (await program_with(house, admin, first["token"]).http.get(ABSENT)).status_code == 404
    for _ in range(2):  # again does nothing
        assert (await admin.http.delete(f"/api/tokens/{first['kept']['id']}")).status_code == 204
    for _ in range(3):
        assert "已停用" in await refused(first["token"])
    uses = (await admin.http.get(f"/api/tokens/{first['kept']['id']}/uses")).json()["items"]
    assert [each["refused"] for each in uses] == ["404 未找到"], "one of the same minute is there"
    await house.sql(
        "update api_token_use set at = at - interval '2 minutes' where token_id = $1", first["kept"]["id"]
    )
    await refused(first["token"])
    uses = (await admin.http.get(f"/api/tokens/{first['kept']['id']}/uses")).json()["items"]
    assert [each["refused"] for each in uses] == ["401 接口令牌无效", "404 未找到"]
    await house.sql("update api_token set valid_until = now() where id = $1", second["kept"]["id"])
    assert "已过有效期" in await refused(second["token"])
    states = [each["state"] for each in (await admin.http.get("/api/tokens")).json()["items"]]
    assert states == ["expired", "revoked"]

    third = (await made(house, admin, operator))["token"]
    await house.sql("update account set active = false where id = $1", await id_of(house, operator))
    assert "账号或企业已停用" in await refused(third)
    assert rules_of(await make(house, admin, operator)) == {"token.account_id"}
    fourth = (await made(house, admin))["token"]
    await house.sql("update company set active = false where customs_code = $1", admin.customs_code)
    assert "账号或企业已停用" in await refused(fourth)
    assert "接口令牌无效" in await refused("swt_" + "x" * 43)


async def test_an_account_without_a_card_may_what_it_may_at_the_page(house: House) -> None:
    """INTG-01, PORT-04: what was bound when the token was made counts no more once it is unbound."""
    member = await house.member()
    program = await house.program(member)
    await house.sql("update card set account_id = null where card_no = $1", member.card_no)
    assert (await program.http.get(f"{ADDRESS}/new")).status_code == 200
    answer = await program.http.post(ADDRESS, json={"content": {}})
    assert (answer.status_code, rules_of(answer)) == (403, {"login.unbound"})


HOSTILE: tuple[Mapping[str, Any], ...] = (
    *(
        {"headers": {"Authorization": value}}
        for value in (
            b"Bearer", b"Bearer ", b"bearer swt_", b"BEARER swt_" + b"x" * 44, b"Bearer swt_" + b"x" * 42 + b"\xff",
            b"Bearer swt_" + "令".encode() * 43, b"Bearer swt_'; drop table api_token; --", b"Bearer \t",
            b"Bearer " + b"x" * 60_000, b"Bearer swt_" + b"x" * 43 + b", Bearer swt_" + b"x" * 43,
        )
    ),
    {"headers": [("Authorization", "Bearer swt_" + "x" * 43), ("Authorization", "Bearer swt_" + "y" * 43)]},
    {"headers": [("Authorization", "Basic eDp5"), ("Authorization", "Bearer swt_" + "x" * 43)]},
)  # fmt: skip


async def test_hostile_headers_let_nobody_in(house: House) -> None:
    """INTG-01: with a bearer's header the cookie counts for nothing, whatever stands in the header; another scheme,
    a proxy's say, is not ours and leaves the session as it is."""
    member = await house.member()
    browser = member.http
    for more in HOSTILE:
        answer = await browser.get(f"{ADDRESS}/new", **more)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-logged-in"), more
    other = await browser.get(f"{ADDRESS}/new", headers={"Authorization": "Basic eDp5"})
    assert other.status_code == 200
    colleague = await house.token_of(await house.member())
    who = (await browser.get("/api/session", headers={"Authorization": f"bearer  {colleague} "})).json()
    assert who["bound_card"] != member.card_no
    two = [("Authorization", f"Bearer {token}") for token in (colleague, "swt_" + "x" * 43)]
    for headers in (two, two[::-1]):
        answer = await browser.get(f"{ADDRESS}/new", headers=headers)
        assert (answer.status_code, "多个接口令牌" in answer.json()["detail"]) == (401, True)


async def test_no_csrf_token_but_no_foreign_page_either(house: House) -> None:
    """INTG-01, PORT-07: no page of another site can use a token, should it have got hold of one."""
    program = await house.program(await house.member())
    for headers, status in (
        ({}, 201),
        ({"Origin": ORIGIN}, 201),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ):
        answer = await program.http.post(ADDRESS, json={"content": {}}, headers=headers)
        assert answer.status_code == status, headers


async def test_each_use_is_written_down(house: House) -> None:
    """INTG-01: before the work, once for a request, with the route's pattern, and whether it was refused; older ones on
    demand; swept after 90 days."""
    admin = await house.member(role="administrator")
    kept = await made(house, admin, right="draft")
    program = program_with(house, admin, kept["token"])
    address = f"/api/tokens/{kept['kept']['id']}/uses"
    for method, path, body in (
        ("POST", ADDRESS, {"content": {}}),
        ("POST", ADDRESS, {"content": 1}),
        ("GET", ABSENT, None),
        ("POST", f"{ABSENT}/submit", {}),
        ("GET", "/api/_labels/orders/1", None),
    ):
        await program.http.request(method, path, json=body, headers={"X-Request-Id": "test-0123"})
    uses = (await admin.http.get(address)).json()
    documents = "/api/documents/{type}"
    assert [(each["method"], each["route"], each["refused"]) for each in uses["items"]] == [
        ("GET", "/api/_labels/orders/{id}", "404 未找到"),
        ("POST", f"{documents}/{{number}}/submit", "403 无权办理"),
        ("GET", f"{documents}/{{number}}", "404 未找到"),
        ("POST", documents, "422 填写内容有误"),
        ("POST", documents, ""),
    ]
    assert {(each["request_id"], each["address"]) for each in uses["items"]} == {("test-0123", "127.0.0.1")}
    older = (await admin.http.get(address, params={"before": uses["items"][3]["id"]})).json()
    assert (older["items"], older["more"]) == (uses["items"][4:], False)
    [first] = (await admin.http.get("/api/tokens")).json()["items"]
    await program.http.get(ABSENT)
    [second] = (await admin.http.get("/api/tokens")).json()["items"]
    assert first["last_used_at"] == second["last_used_at"], "noted once a minute"
    await house.sql(
        "update api_token_use set at = at - interval '91 days' where id <= $1", uses["items"][0]["id"]
    )
    await sweep(house.worker)
    assert [each["route"] for each in (await admin.http.get(address)).json()["items"]] == [
        f"{documents}/{{number}}"
    ]


async def test_old_uses_go_in_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-01: all that are old, however many, and no younger one."""
    admin = await house.member(role="administrator")
    kept = await made(house, admin, right="draft")
    program = program_with(house, admin, kept["token"])
    for _ in range(7):
        await program.http.get(ABSENT)
    uses = (await admin.http.get(f"/api/tokens/{kept['kept']['id']}/uses")).json()["items"]
    await house.sql("update api_token_use set at = at - interval '91 days' where id <= $1", uses[2]["id"])
    monkeypatch.setattr(token_store, "AT_ONCE", 2)
    await token_store.sweep(house.worker, timedelta(days=90))
    assert (await admin.http.get(f"/api/tokens/{kept['kept']['id']}/uses")).json()["items"] == uses[:2]


async def test_a_refusal_goes_out_though_it_cannot_be_noted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTG-01: a database that is away between the two takes no answer from the program."""

    async def away(*_: object) -> None:
        raise asyncpg.PostgresConnectionError

    program = await house.program(await house.member())
    monkeypatch.setattr(token_store, "note_refusal", away)
    assert (await program.http.get(ABSENT)).status_code == 404


async def test_what_is_wrong_with_a_new_token_is_named(house: House) -> None:
    """INTG-01: all at once, each at its box."""
    admin = await house.member(role="administrator")
    late = str(today() + timedelta(days=366))
    wrong = await make(house, admin, name=" ", chapters=["nothing"], last_day=late)
    assert (wrong.status_code, rules_of(wrong)) == (422, {"token.name", "token.chapters", "token.last_day"})
    unbound = await house.member(admin.customs_code)
    account = await id_of(house, unbound)
    await house.sql("update card set account_id = null where card_no = $1", unbound.card_no)
    for more, rule in (
        ({"account_id": account}, "token.account_id"),
        ({"chapters": []}, "token.chapters"),
        ({"last_day": str(today() - timedelta(days=1))}, "token.last_day"),
        ({"name": "a\nb"}, "token.name"),
    ):
        assert rules_of(await make(house, admin, **more)) == {rule}
    assert "不是有效的日期" in (await make(house, admin, last_day="2026-13-45")).text
    assert "不能使用的字符" in (await make(house, admin, name="a\u202eb")).text
    kept = (await made(house, admin, last_day=str(today()), chapters=["_load", TYPE, TYPE]))["kept"]
    assert (kept["last_day"], kept["chapters"]) == (str(today()), ["_load", TYPE])
    assert (await made(house, admin))["kept"]["last_day"] == str(today() + timedelta(days=90))


async def test_only_administrators_and_not_without_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-01, PORT-10: an operator neither sees nor makes tokens; the company's log says who made and revoked."""
    admin = await house.member(role="administrator")
    operator = await house.member(admin.customs_code)
    assert (await operator.http.get("/api/tokens")).status_code == 403
    assert (await make(house, operator)).status_code == 403
    kept = (await made(house, admin, operator))["kept"]
    assert (await operator.http.delete(f"/api/tokens/{kept['id']}")).status_code == 403
    monkeypatch.setattr(tokens, "MOST_ALIVE", 1)
    assert (await make(house, admin)).status_code == 409
    assert (await admin.http.delete(f"/api/tokens/{kept['id']}")).status_code == 204
    await made(house, admin)
    log = (await admin.http.get("/api/company/log")).json()["items"]
    assert [each["what"] for each in log] == ["新建接口令牌", "停用接口令牌", "新建接口令牌"]


async def test_administrators_are_reminded_two_days_before_the_end(house: House) -> None:
    """INTG-01: on the home page, of what is about to end in real time; nobody else is told."""
    admin = await house.member(role="administrator")
    operator, stranger = await house.member(admin.customs_code), await house.member(role="administrator")
    for days, name in ((1, "明天"), (2, "后天")):
        await made(house, admin, name=name, last_day=str(today() + timedelta(days=days)))
    [item] = (await admin.http.get("/api/reminders")).json()["items"]
    assert (item["page"], item["days"]) == ("/company/tokens", 2)
    assert "【明天】" in item["text"]
    for other in (operator, stranger):
        assert (await other.http.get("/api/reminders")).json()["items"] == []
