"""The officers' log-in, what they see, and what they change in the registers (CUST-02, CUST-03)."""

from __future__ import annotations

import asyncio
import json
import math
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from singlewindow.customs import seed
from singlewindow.customs.__main__ import program
from singlewindow.customs.http.desk import SANDBOX
from singlewindow.customs.officers import adding, attempts, queue
from singlewindow.customs.problems import Refused
from singlewindow.customs.settings import CustomsSettings
from tests.customs.company import OWN, PDF, Company
from tests.customs.conftest import WORLD, Customs, running
from tests.customs.portal import Portal

NUMBER = "202611210000000001"


async def test_log_in_and_out(customs: Customs) -> None:
    """CUST-03: HttpOnly, SameSite; after log-out the cookie is worth nothing."""
    assert (await customs.client.get("/api/session")).status_code == 401
    response = await customs.client.post("/api/session", json={"username": "guan01", "password": "Guan-2026"})
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("customs_session_8001=")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert (await customs.client.get("/api/session")).json()["name"] == "陈关员"
    token = customs.client.cookies["customs_session_8001"]
    csrf = {"X-CSRF-Token": response.json()["csrf"]}
    assert (await customs.client.delete("/api/session", headers=csrf)).status_code == 204
    customs.client.cookies.set("customs_session_8001", token)
    assert (await customs.client.get("/api/session")).status_code == 401


async def test_an_officer_is_made_by_a_command(customs: Customs) -> None:
    """CUST-03, OPER-01: without the demonstration nobody else makes one. `--replace` gives another password."""

    async def add(*arguments: str, password: str = "Deskduty-1") -> tuple[int, str]:
        environment = {"SINGLEWINDOW_CUSTOMS_DATABASE_URL": customs.settings.customs_database_url}
        typed = f"{password}\n{password}\n"
        done = await asyncio.to_thread(
            CliRunner().invoke, program, ["add-officer", *arguments], typed, environment
        )
        return done.exit_code, done.stderr

    async def log_in(password: str) -> httpx.Response:
        return await customs.client.post("/api/session", json={"username": "zhou", "password": password})

    assert await add("zhou", "--name", "周关员") == (0, "")
    assert (await log_in("Deskduty-1")).json()["name"] == "周关员"
    code, said = await add("zhou", password="Another-1")
    assert (code, "关员用户名 zhou 已有人使用" in said) == (1, True), said
    assert (await customs.client.get("/api/session")).status_code == 200
    assert await add("zhou", "--name", "周立", "--replace", password="Another-1") == (0, "")
    assert (await customs.client.get("/api/session")).status_code == 401
    assert (await log_in("Deskduty-1")).status_code == 422
    assert (await log_in("Another-1")).json()["name"] == "周立"
    code, said = await add("Z", "--name", "", password="short")
    assert (code, said.count("，请")) == (1, 3), said
    assert (await add("wangwu", password="Wangwu-99"))[0] == 1
    assert await customs.value("select count(*) from officer where username in ('Z', 'wangwu')") == 0


async def test_of_two_officers_of_one_name_one_is_refused(customs: Customs) -> None:
    """CUST-03: at the same moment too; nobody's password is replaced unasked."""
    done = await asyncio.gather(
        *(adding.add(customs.database, "zhou", f"Deskduty-{n}", f"关员{n}") for n in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refused) for each in done) == 3
    assert done.count(None) == 1
    name = f"关员{done.index(None)}"
    assert await customs.value("select name from officer where username = 'zhou'") == name


async def test_a_session_in_use_does_not_end(customs: Customs) -> None:
    """CUST-03: its end is put off by each request, at most once a minute; the browser keeps the cookie as long as it is
    open."""
    log_in = await customs.client.post("/api/session", json={"username": "guan01", "password": "Guan-2026"})
    assert "Max-Age" not in log_in.headers["Set-Cookie"]
    put_off = "update session set expires_at = clock_timestamp() + $1::float * interval '1 minute' returning expires_at"
    for minutes, renewed in ((1, True), (719.5, False)):
        before = await customs.value(put_off, minutes)
        assert (await customs.client.get("/api/session")).status_code == 200
        after = await customs.value("select expires_at from session")
        assert (after > before + timedelta(hours=11)) if renewed else (after == before)
    await customs.value("update session set expires_at = clock_timestamp()")
    assert (await customs.client.get("/api/session")).status_code == 401


async def test_what_a_page_asks_by_itself_keeps_no_session(customs: Customs) -> None:
    """CUST-03: an officer who went away is logged out in time, although the open page goes on looking; what changes
    anything was done by somebody."""
    headers = await customs.log_in() | {"X-Unattended": "1"}
    put_off = "update session set expires_at = clock_timestamp() + interval '1 minute' returning expires_at"
    before = await customs.value(put_off)
    for path in ("/api/session", "/api/delivery", "/api/submissions"):
        assert (await customs.client.get(path, headers=headers)).status_code == 200
    assert await customs.value("select expires_at from session") == before
    mode = (await customs.client.get("/api/mode", headers=headers)).json()
    assert (await customs.client.put("/api/mode", json=mode, headers=headers)).status_code == 200
    assert await customs.value("select expires_at from session") > before + timedelta(hours=11)
    await customs.value("update session set expires_at = clock_timestamp()")
    assert (await customs.client.get("/api/delivery", headers=headers)).status_code == 401


async def test_wrong_passwords_are_limited(customs: Customs) -> None:
    """CUST-03: unknown and wrong answer alike; after five failures even the right one waits."""

    async def attempt(username: str, password: str) -> httpx.Response:
        return await customs.client.post("/api/session", json={"username": username, "password": password})

    unknown, wrong = await attempt("nobody", "x"), await attempt("guan01", "x")
    assert unknown.json()["detail"] == wrong.json()["detail"] == "用户名或密码错误"
    for _ in range(4):
        assert (await attempt("guan01", "x")).status_code == 422
    assert (await attempt("guan01", "Guan-2026")).status_code == 429
    assert (await attempt("guan02", "Guan-2027")).status_code == 200


async def test_wrong_passwords_at_the_same_moment_do_not_pass_together(customs: Customs) -> None:
    """CUST-03: sixty at once for one name: five are looked at, the others wait."""
    body = {"username": "guan01", "password": "x"}
    answers = await asyncio.gather(*(customs.client.post("/api/session", json=body) for _ in range(60)))
    assert sorted(a.status_code for a in answers) == [422] * attempts.PER_USERNAME + [429] * 55
    assert "分钟后再试" in answers[-1].json()["detail"]


async def test_one_address_tries_so_many_names_only(customs: Customs) -> None:
    """CUST-03: forty names at once from one address; from another one an officer still logs in."""

    async def attempt(username: str) -> int:
        body = {"username": username, "password": "x"}
        return (await customs.client.post("/api/session", json=body)).status_code

    codes = await asyncio.gather(*(attempt(f"name{n}") for n in range(40)))
    assert sorted(codes) == [422] * attempts.PER_ADDRESS + [429] * 10
    elsewhere = httpx.ASGITransport(customs.app, client=("198.51.100.7", 50000))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://127.0.0.1:8001") as client:
        right = {"username": "guan01", "password": "Guan-2026"}
        assert (await client.post("/api/session", json=right)).status_code == 200


async def test_a_right_password_forgives_the_wrong_ones(customs: Customs) -> None:
    """CUST-03: only failures since the last success count, and only those of a quarter of an hour."""

    async def attempt(password: str) -> int:
        body = {"username": "guan01", "password": password}
        return (await customs.client.post("/api/session", json=body)).status_code

    assert [await attempt("x") for _ in range(4)] == [422] * 4
    assert await attempt("Guan-2026") == 200
    assert [await attempt("x") for _ in range(5)] == [422] * 5
    assert await attempt("Guan-2026") == 429
    async with customs.database.transaction() as transaction:
        await transaction.run("update login_attempt set at = at - interval '15 minutes'")
    assert await attempt("Guan-2026") == 200


HUGE = str(2**63)
BAD_REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/api/submissions?number=%00", None),
    ("GET", "/api/registers/company?key=1%00", None),
    ("GET", f"/api/submissions/{HUGE}", None),
    ("GET", "/api/submissions/-1", None),
    ("GET", f"/api/submissions/{HUGE}/attachments/{'0' * 64}", None),
    ("GET", "/api/submissions/1/attachments/%00", None),
    ("POST", f"/api/submissions/{HUGE}/decision", {"decision": "approve"}),
    ("POST", "/api/submissions/1/decision", {"decision": "approve", "remark": "a\x00"}),
    ("POST", "/api/submissions/1/decision", {"decision": "approve", "remark": "\ud800"}),
    ("PUT", "/api/registers/declaration/%00", {"seq": 1, "data": {"status": "9"}}),
    ("PUT", "/api/registers/declaration/223320261000000001", {"seq": 2**63, "data": {"status": "9"}}),
    ("PUT", "/api/registers/declaration/223320261000000001", {"seq": 1, "data": {"status": "\x00"}}),
    ("PUT", "/api/registers/pilot_district/%00", {"seq": 1, "data": {"enabled": True}}),
    ("PUT", "/api/registers/pilot_district/22a3", {"seq": 0, "data": {"enabled": True}}),
    ("PUT", "/api/registers/pilot_district/22333", {"seq": 0, "data": {"enabled": True}}),
    (
        "PUT",
        "/api/registers/pilot_district/2233",
        {"seq": 1, "data": {"enabled": True}, "last_day": "9999-12-31"},
    ),
    (
        "PUT",
        "/api/registers/pilot_district/2233",
        {"seq": 1, "data": {"enabled": True}, "first_day": "0001-01-01"},
    ),
    (
        "PUT",
        "/api/registers/pilot_district/2233",
        {"seq": 1, "data": {"enabled": True}, "first_day": 1767225600},
    ),
    (
        "PUT",
        "/api/registers/pilot_district/2233",
        {"seq": 1, "data": {"enabled": True}, "first_day": "2026-02-30"},
    ),
    ("PUT", "/api/registers/pilot_district/2233", {"\ud800": 1, "seq": "\ud800", "data": {"enabled": True}}),
    ("PUT", "/api/registers/pilot_switch/%00", {"seq": 1, "data": {"enabled": True}}),
    ("PUT", "/api/mode", {"automatic": True, "delay_seconds": math.nan, "refuse_share": 0}),
    ("PUT", "/api/mode", {"automatic": True, "delay_seconds": 0, "refuse_share": math.inf}),
    ("POST", "/api/session", {"username": "guan01\x00", "password": "x"}),
    ("POST", "/api/session", {"username": "\ud800", "password": "x"}),
    ("POST", "/api/session", {"username": "guan01", "password": "\ud800"}),
    ("POST", "/api/session", "\ud800"),
    ("POST", "/api/session", {"username": "", "password": "x" * 201}),
]


@pytest.mark.parametrize(("method", "path", "body"), BAD_REQUESTS, ids=str)
async def test_what_cannot_be_is_refused_in_words(
    customs: Customs, method: str, path: str, body: Any
) -> None:
    """UI-16: NUL, lone surrogates, numbers and days out of range: 404 or 422 in Chinese, never an error of ours."""
    headers = await customs.log_in() | {"Content-Type": "application/json"}
    answer = await customs.client.request(method, path, content=json.dumps(body), headers=headers)
    assert answer.status_code in (404, 422), answer.text
    problem = answer.json()
    words = [problem["detail"], *(violation["message"] for violation in problem["violations"])]
    assert answer.status_code == 404 or len(words) > 1
    assert not [each for each in words if re.search("[A-Za-z]{4,}", each)], words


async def test_changes_need_the_csrf_token_and_our_own_origin(customs: Customs, own: Company) -> None:
    """CUST-03: a foreign page cannot decide for a logged-in officer."""
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    path, body = f"/api/submissions/{identifier}/decision", {"decision": "approve"}
    for wrong in ({}, {"X-CSRF-Token": "x"}, {**headers, "Origin": "http://evil.example"}):
        assert (await customs.client.post(path, json=body, headers=wrong)).status_code == 403
    own_origin = {**headers, "Origin": "http://127.0.0.1:8001"}
    assert (await customs.client.post(path, json=body, headers=own_origin)).status_code == 200


async def test_the_queue_lists_filters_and_pages(customs: Customs, own: Company) -> None:
    """CUST-03: newest first, by state and number; at most 100 a page."""
    identifiers = [await customs.receive(own, f"{n:018d}") for n in range(3)]
    headers = await customs.log_in()
    await customs.client.post(
        f"/api/submissions/{identifiers[0]}/decision", json={"decision": "approve"}, headers=headers
    )

    async def found(query: str) -> list[str]:
        page = (await customs.client.get(f"/api/submissions?{query}")).json()
        return [item["number"][-1] for item in page["items"]]

    assert await found("") == ["2", "1", "0"]
    assert await found("state=approved") == ["0"]
    assert await found("state=received&size=1&page=2") == ["1"]
    assert await found("number=000000000000000001") == ["1"]
    assert await found("number=%25") == []
    assert await found("type=inspection.declaration&district=2233&size=1") == ["2"]
    assert await found(f"company={OWN.customs_code.lower()}&state=approved&number=0000") == ["0"]
    assert await found("district=9999") == await found("type=gate.trip") == await found("company=x") == []
    choices = (await customs.client.get("/api/filters")).json()
    assert list(choices["states"].values())[:3] == ["待审核", "已同意", "不同意"]
    assert list(choices["states"].values())[-1] == "接收失败"
    assert list(choices["types"]) == ["inspection.declaration"]
    assert (await customs.client.get("/api/submissions?size=101")).status_code == 422
    item = (await customs.client.get("/api/submissions?state=approved")).json()["items"][0]
    assert (item["state_name"], item["company_name"], item["district"]) == (
        "已同意",
        OWN.company_name,
        "2233",
    )


async def test_a_submission_in_full(customs: Customs, own: Company) -> None:
    """CUST-03: content under its Chinese labels in the form's order, verified signature, attachments, receipts."""
    identifier = await customs.receive(own, NUMBER)
    await customs.log_in()
    detail = (await customs.client.get(f"/api/submissions/{identifier}")).json()
    assert [(each["label"], each["value"]) for each in detail["content"]] == [
        ("报关单号", "223320261000000001"),
        ("联系电话", "13800000000"),
        ("联系人", "张三"),
    ]
    assert detail["signer"] == {"card_no": OWN.card_no, "holder": OWN.holder}
    assert (detail["statement"]["number"], detail["statement"]["card"]) == (NUMBER, OWN.card_no)
    assert [d["title"] for d in detail["decisions"]] == ["同意", "不同意"]
    assert [(r["code"], r["delivery"]) for r in detail["receipts"]] == [("RECEIVED", "queued")]
    address = f"/api/submissions/{identifier}/attachments/{detail['attachments'][0]['sha256']}"
    response = await customs.client.get(address)
    assert response.content == PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline;")
    assert response.headers["Content-Security-Policy"] == SANDBOX
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for absent in (f"/api/submissions/{identifier}/attachments/{'0' * 64}", "/api/submissions/999"):
        assert (await customs.client.get(absent)).status_code == 404


def test_codes_stand_with_their_names_and_rows_under_labels(own: Company) -> None:
    """CUST-03: what the portal says of a content, beside what the company signed, whose names stand by the alphabet."""
    content = {"goods": [{"extra": "y", "name": "苹果", "unit": "035"}], "other": "x", "transport": "2"}
    submission = own.submission(NUMBER).model_copy(
        update={
            "content": b64encode(json.dumps(content).encode()).decode(),
            "labels": {"transport": "运输方式", "goods": "货物", "goods/unit": "单位", "goods/name": "名称"},
            "code_names": {"transport": "水路运输", "goods/0/unit": "千克"},
        }
    )
    assert queue.labelled(submission) == [
        ("运输方式", "2 水路运输"),
        ("货物", [{"单位": "035 千克", "名称": "苹果", "extra": "y"}]),
        ("other", "x"),
    ]
    assert list(queue.labelled(submission)[1][1][0]) == ["单位", "名称", "extra"]


async def test_seed_publishes_the_world_once(settings: CustomsSettings, portal: Portal) -> None:
    """CUST-02: all registers go out as notices with seq 1; a second run does nothing; passwords are hashed."""
    async with running(settings) as program:
        assert await seed.seed(program.database, WORLD) is True
        assert await seed.seed(program.database, WORLD) is False
        sender = program.sender(portal)
        while await sender.send_due():
            pass
        hashes = await program.rows("select password_hash from officer")
    assert all(value.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for (value,) in hashes)
    notices = {(n.kind, n.key): n for n in portal.notices}
    assert len(notices) == len(portal.notices) == 1 + 2 + 2 + 2
    assert {n.seq for n in portal.notices} == {1}
    assert notices["pilot_switch", "exemption"].data == {"enabled": True}
    pilot = notices["pilot_district", "2233"]
    assert pilot.data == {"enabled": True}
    assert pilot.valid_from == datetime(2025, 12, 31, 16, tzinfo=UTC)  # 2026-01-01 in China
    assert pilot.valid_to == datetime(2026, 12, 31, 16, tzinfo=UTC)  # the end of 2026-12-31 in China
    assert notices["declaration", "223320261000000001"].data == {
        "status": "11",
        "status_name": "查验通知",
        "ie_flag": "I",
        "consignee_code": "3122960001",
        "consignee_name": "上海甲进出口有限公司",
        "declarant_code": "3122960001",
        "inspection_district": "2233",
        "declared_at": "2026-11-18",
        "trade_mode": "0110",
    }
    company = notices["company", "4403160002"].data
    assert company is not None
    assert (company["grade"], company["customs_qualified"]) == ("3", False)


async def test_an_officer_releases_a_declaration(customs: Customs, portal: Portal) -> None:
    """CUST-02, CUST-03: the change is published with the next seq; a stale or unknown one is refused."""
    headers = await customs.log_in()
    number = "223320261000000001"
    found = (await customs.client.get(f"/api/registers/declaration?key={number[:6]}")).json()
    assert [(e["key"], e["data"]["status_name"]) for e in found["items"]] == [(number, "查验通知")]
    path = f"/api/registers/declaration/{number}"
    response = await customs.client.put(path, json={"seq": 1, "data": {"status": "9"}}, headers=headers)
    assert (response.json()["seq"], response.json()["data"]["status_name"]) == (2, "放行")
    assert (
        await customs.client.put(path, json={"seq": 1, "data": {"status": "10"}}, headers=headers)
    ).status_code == 412
    assert (
        await customs.client.put(path, json={"seq": 2, "data": {"status": "99"}}, headers=headers)
    ).status_code == 422
    missing = "/api/registers/declaration/999999999999999999"
    assert (
        await customs.client.put(missing, json={"seq": 1, "data": {"status": "9"}}, headers=headers)
    ).status_code == 404
    await customs.sender(portal).send_due()
    assert [
        (n.key, n.seq, n.data and n.data["status"], n.data and n.data["ie_flag"]) for n in portal.notices
    ] == [(number, 2, "9", "I")]


async def test_an_officer_changes_the_pilot(customs: Customs, portal: Portal) -> None:
    """CUST-02 (INSP-03): a district's switch and inclusive days, and the switch of the whole application."""
    headers = await customs.log_in()
    shown = (await customs.client.get("/api/registers/pilot_district")).json()["items"][0]
    assert (shown["key"], shown["first_day"], shown["last_day"]) == ("2233", "2026-01-01", "2026-12-31")
    body = {"seq": 1, "data": {"enabled": True}, "first_day": "2026-11-01", "last_day": "2026-11-30"}
    changed = await customs.client.put("/api/registers/pilot_district/5316", json=body, headers=headers)
    assert (changed.json()["first_day"], changed.json()["last_day"]) == ("2026-11-01", "2026-11-30")
    wrong = await customs.client.put(
        "/api/registers/pilot_district/2233", json={**body, "first_day": "2026-12-01"}, headers=headers
    )
    assert wrong.status_code == 422
    switch = await customs.client.put(
        "/api/registers/pilot_switch/exemption", json={"seq": 1, "data": {"enabled": False}}, headers=headers
    )
    assert switch.json()["data"] == {"enabled": False}
    await customs.sender(portal).send_due()
    assert [(n.kind, n.key, n.seq, n.data) for n in portal.notices] == [
        ("pilot_district", "5316", 2, {"enabled": True}),
        ("pilot_switch", "exemption", 2, {"enabled": False}),
    ]
    assert portal.notices[0].valid_to == datetime(2026, 11, 30, 16, tzinfo=UTC)


async def test_an_officer_adds_a_pilot_district(customs: Customs, portal: Portal) -> None:
    """INSP-03: the list is data; a new district is published, one on the list already is not overwritten."""
    headers = await customs.log_in()
    path, body = (
        "/api/registers/pilot_district/0208",
        {"seq": 0, "data": {"enabled": True}, "first_day": "2026-12-01"},
    )
    both = await asyncio.gather(*(customs.client.put(path, json=body, headers=headers) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 412]
    added = next(answer.json() for answer in both if answer.status_code == 200)
    assert (added["key"], added["seq"], added["first_day"], added["last_day"]) == (
        "0208",
        1,
        "2026-12-01",
        None,
    )
    unseen = await customs.client.put(
        "/api/registers/pilot_district/0209", json={**body, "seq": 3}, headers=headers
    )
    assert unseen.status_code == 404
    await customs.sender(portal).send_due()
    assert [(n.kind, n.key, n.seq, n.data) for n in portal.notices] == [
        ("pilot_district", "0208", 1, {"enabled": True})
    ]
    assert portal.notices[0].valid_from == datetime(2026, 11, 30, 16, tzinfo=UTC)


async def test_two_clicks_that_wait_for_each_other(customs: Customs, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUST-03: of two that hold what the other wants PostgreSQL ends one; the officer is told to try again."""
    headers = await customs.log_in()

    async def stopped(*_: object) -> None:
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    monkeypatch.setattr("singlewindow.customs.http.desk.answers.decide_many", stopped)
    body = {"ids": [1], "decision": "approve"}
    answer = await customs.client.post("/api/decisions", json=body, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "数据库正忙或暂时无法连接，未办理，请稍后重试",
    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health(customs: Customs, path: str) -> None:
    """OPER-01, CUST-01."""
    assert (await customs.client.get(path)).json() == {"status": "ok"}


async def test_the_page_is_served_from_the_build(settings: CustomsSettings) -> None:
    """CUST-03: at /, fenced in; without a build it says what to do."""
    async with running(settings) as program:
        unbuilt = await program.client.get("/")
        assert (unbuilt.status_code, "make install web/dist/index.html" in unbuilt.text) == (404, True)
        (settings.web_dist / "assets").mkdir(parents=True)
        (settings.web_dist / "customs.html").write_text("<!doctype html>", encoding="utf-8")
        (settings.web_dist / "assets" / "a.js").write_text("1", encoding="utf-8")
        page = await program.client.get("/")
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert (await program.client.get("/assets/a.js")).status_code == 200
        assert (await program.client.get("/index.html")).status_code == 404
