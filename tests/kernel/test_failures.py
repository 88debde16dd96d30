"""Failures that nobody expected: no stack trace reaches a user, and the log has the rest."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from singlewindow.kernel.database import connection
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.database.pool import Pool
from singlewindow.kernel.documents import work
from singlewindow.kernel.http.logs import configure
from tests.house import House
from tests.kernel.test_documents import TYPE


async def test_a_bug_is_answered_with_words_and_a_number(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """OPER-01, INTG-01: a 500 in the one shape, with the request id under which the log has the traceback; the use of a
    token says so too."""

    async def broken(self: object, *given: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(work.Desk, "blank", broken)
    configure("json")
    member = await house.program(await house.member())
    answer = await member.http.get(f"/api/documents/{TYPE}/new", headers={"X-Request-Id": "request-0001"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "request-0001"
    assert "secret" not in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [entry] = [line for line in lines if line["event"] == "unexpected"]
    assert entry["request_id"] == "request-0001"
    assert "secret inside" in entry["exception"]
    assert [line["status"] for line in lines if line["event"] == "request"][-1] == 500
    [use] = await house.sql("select refused from api_token_use where request_id = 'request-0001'")
    assert use["refused"] == "500 系统内部错误"


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError,
        asyncpg.TooManyConnectionsError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.InvalidCachedStatementError,
    ],
)
async def test_what_passes_is_to_be_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """OPER-01: a deadlock, which undoes one of two, and a database without room, in
    another role than before or just migrated are no defects of the portal; the answer says when to come again."""

    async def refused(*_: object) -> None:
        raise error("secret inside")

    monkeypatch.setattr(work.Desk, "open", refused)
    answer = await (await house.member()).http.get(f"/api/documents/{TYPE}/202600000000000042")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/away")
    assert answer.headers["retry-after"] == "2"
    assert "请稍后重试" in answer.json()["detail"]
    assert "secret" not in answer.text


async def test_figures_for_prometheus(house: House) -> None:
    """OPER-01: requests by route, never by address, and how many messages wait."""
    member = await house.member()
    await member.http.get(f"/api/documents/{TYPE}/202600000000000042")
    text = (await house.client().get("/metrics")).text
    assert 'route="/api/documents/{type}/{number}",status="404"' in text
    assert "202600000000000042" not in text
    for where in ("outbox", "inbox", "person"):
        assert f'singlewindow_messages_waiting{{where="{where}"}}' in text


@pytest.mark.parametrize("address", ["/api/nothing", "/api/documents/nothing/new", "/exchange/nothing"])
async def test_an_unknown_address(house: House, address: str) -> None:
    member = await house.member()
    answer = await member.http.get(address)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"
    answer = await member.http.patch("/api/session")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)


async def test_a_method_that_an_address_does_not_take_is_answered_with_those_it_takes(house: House) -> None:
    """INTG-01: all of them (RFC 9110, 15.5.6), also where each has a route of its own."""
    member = await house.member()
    for address, allowed in ((f"/api/documents/{TYPE}/1", "DELETE, GET, PUT"), ("/api/jobs", "GET, POST")):
        answer = await member.http.patch(address)
        assert (answer.status_code, answer.headers.get("allow")) == (405, allowed)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml"])
async def test_a_body_that_is_not_sent_as_json_is_told_how(house: House, kind: str) -> None:
    """INTG-01: the content is right, the header is not."""
    member = await house.member()
    headers = {"Content-Type": kind} if kind else {}
    for address in (f"/api/documents/{TYPE}", f"/api/documents/{TYPE}/check"):
        answer = await member.http.post(address, content=b'{"content": {}}', headers=headers)
        assert answer.status_code == 422
        [violation] = answer.json()["violations"]
        assert "Content-Type: application/json" in violation["message"]
        assert kind in violation["message"]


async def test_a_malformed_request(house: House) -> None:
    member = await house.member()
    for body in (b"{", b"[]", b'{"content": 7}', b'{"content": {}, "x": "\xff"}'):
        answer = await member.http.post(
            f"/api/documents/{TYPE}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422), answer.text
        assert re.search("[一-龥]", answer.json()["detail"])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"username": "x" * 300, "password": "y", "captcha_id": "z", "captcha": "z"}, "不能超过 64 个字符"),
        ({"username": "x", "password": 7, "captcha_id": "z", "captcha": "z"}, "内容不符合规定的格式"),
        (
            {"username": "\0", "password": "y", "captcha_id": "z", "captcha": "z"},
            "含有不能使用的字符（U+0000）",
        ),
        ({"username": "x", "password": "y", "captcha_id": "z"}, "此项必填"),
    ],
)
async def test_a_wrong_shape_is_said_in_the_users_language(house: House, body: object, says: str) -> None:
    """UI-16: the framework's English reaches no screen."""
    client = house.client()
    answer = await client.post("/api/session/password", json=body, headers={"Origin": str(client.base_url)})
    assert answer.status_code == 422, answer.text
    [violation] = answer.json()["violations"]
    assert violation["message"] == f"请求内容不正确：{says}"


async def test_no_page_of_ours_runs_scripts_of_others(house: House) -> None:
    """PORT-10: the API's description is data; the framework's page around it, which loads scripts, is not served."""
    assert (await house.client().get("/api/openapi.json")).status_code == 200
    for address in ("/api/docs", "/docs", "/redoc"):
        assert (await house.client().get(address)).status_code == 404


# ------------------------------------------------------------------------------------------- what takes too long


@pytest.fixture
async def narrow(
    house: House, portal_database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """A pool of one connection with short patience, as the application's; time enough to open one."""
    monkeypatch.setattr(connection, "Pool", lambda opened, size, _: Pool(opened, size, 0.3))
    monkeypatch.setattr(connection, "COMMAND_SECONDS", 1.0)
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.5)
    database = await Database.connect(portal_database, size=1)
    house.app.state.database = database
    yield database
    await database.close()


async def ready_again(house: House) -> bool:
    """Whether the portal is ready again by itself: with so short patience a machine that stalls may need more than one
    question."""
    deadline = time.monotonic() + 30
    status = 503
    while status == 503 and time.monotonic() < deadline:
        status = (await house.client().get("/readyz")).status_code
    return status == 200


async def test_no_connection_in_time(house: House, narrow: Database) -> None:
    """OPER-01: when all connections are busy, the answer is a 503 after a bounded wait."""
    async with narrow.transaction():
        answer = await asyncio.wait_for(house.client().get("/readyz"), 60)
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/away"
    assert await ready_again(house)


async def test_no_connection_left_at_the_server(house: House, postgres: Any, portal_template: str) -> None:
    """OPER-04: PostgreSQL refuses one more connection: 503 that says when to come again; all goes on by itself when
    there are connections again."""
    postgres.cluster.query(f"create database crowded template {portal_template} owner sw_migrate")
    crowded = await Database.connect(postgres.dsn("crowded", "sw_web"), size=2)
    try:
        house.app.state.database = crowded
        async with crowded.transaction():  # one has the pool's first connection
            postgres.cluster.query("alter database crowded connection limit 1")
            answer = await house.client().get("/readyz")
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/away")
            assert answer.headers["retry-after"] == "2"
            postgres.cluster.query("alter database crowded connection limit -1")
            assert (await house.client().get("/readyz")).status_code == 200
    finally:
        await crowded.close()


async def test_no_answer_in_time(house: House, narrow: Database) -> None:
    """OPER-01: a statement that waits for a lock is cut off, and its connection serves the next one."""
    other = await asyncpg.connect(house.owner_url)
    try:
        async with other.transaction():
            await other.execute("lock table clock in access exclusive mode")
            answer = await asyncio.wait_for(house.client().get("/readyz"), 60)
            assert answer.status_code == 503
    finally:
        await other.close()
    assert await ready_again(house)


async def test_closing_cuts_off_what_does_not_end(narrow: Database) -> None:
    """OPER-01: a process that stops does not wait for ever for a request that hangs."""
    held = asyncio.Event()

    async def hold() -> None:
        async with narrow.transaction():
            held.set()
            await asyncio.sleep(600)

    holding = asyncio.create_task(hold())
    await held.wait()
    await narrow.close()
    assert not holding.done()
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)


async def test_control_characters_do_not_reach_the_console(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """OPER-01: what a stranger puts into an address stands in the log as text, on one line."""
    configure("console")
    await house.client().get("/api/%1b[2Jforged%c2%9b31m%e2%80%aegnp")
    lines = [line for line in capsys.readouterr().out.splitlines() if "request" in line]
    [line] = [line for line in lines if "forged" in line]
    assert line.isprintable()
    assert r"\x1b[2Jforged\x9b31m\u202egnp" in line


async def test_a_traceback_keeps_its_lines_on_the_console(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(self: object, *given: object) -> None:
        raise RuntimeError("first\x1b[31m\nsecond")

    monkeypatch.setattr(work.Desk, "blank", broken)
    configure("console")
    await (await house.member()).http.get(f"/api/documents/{TYPE}/new")
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\nsecond" in printed
