"""Sessions: their beginning, their end, and the fences around them (PORT-04, PORT-07, PORT-10)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.http.sessions import STREAM, UNATTENDED_HEADER, cookie_name
from singlewindow.kernel.settings import settings
from tests.kernel.people.conftest import Site
from tests.kernel.people.world import CARD, log_in, log_in_by_card

CHANGING = ["POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture
async def wang(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser that is logged in, and sends no token unless told."""
    assert (await log_in(browser, "wang")).status_code == 200
    return browser


async def _csrf(browser: httpx.AsyncClient) -> dict[str, str]:
    return {"X-CSRF-Token": (await browser.get("/api/session")).json()["csrf"]}


async def test_log_out_ends_the_session_on_the_server(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-07: a copy of the cookie is worth nothing afterwards."""
    copy = wang.cookies[cookie_name()]
    response = await wang.delete("/api/session", headers=await _csrf(wang))
    assert response.status_code == 204
    assert cookie_name() not in wang.cookies
    assert await site.owner.fetchval("select count(*) from session") == 0
    wang.cookies.set(cookie_name(), copy)
    assert (await wang.get("/who")).status_code == 401


async def test_no_unknown_and_ended_session_answer_alike(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-07, PORT-10."""
    ended = await _ended(site, wang)
    async with site.browser() as stranger:
        absent = await stranger.get("/who")
        stranger.cookies.set(cookie_name(), "A" * 43)
        unknown = await stranger.get("/who")
    assert ended.status_code == absent.status_code == unknown.status_code == 401
    assert ended.text == absent.text == unknown.text
    assert ended.json()["type"] == "/problems/not-logged-in"


async def _ended(site: Site, browser: httpx.AsyncClient) -> httpx.Response:
    await site.owner.execute("update session set expires_at = now() - interval '1 second'")
    return await browser.get("/who")


async def test_each_log_in_has_a_new_token(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-02: no fixation: the token from before the log-in ends with it."""
    before = wang.cookies[cookie_name()]
    await log_in(wang, "wang")
    assert wang.cookies[cookie_name()] != before
    assert await site.owner.fetchval("select count(*) from session") == 1


async def test_a_token_given_by_someone_else_is_not_taken_over(browser: httpx.AsyncClient) -> None:
    """PORT-02: no fixation with a token that never was one of ours."""
    browser.cookies.set(cookie_name(), "planted", domain="127.0.0.1", path="/")
    response = await log_in(browser, "wang")
    assert "planted" not in response.headers["set-cookie"]


async def test_session_lives_on_with_use(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-07: its end is put off, at most once a minute."""
    half = settings().session_hours / 2
    await site.owner.execute("update session set expires_at = now() + $1::interval", timedelta(hours=half))
    await wang.get("/who")
    assert await _hours_left(site) <= half, "seen a moment ago: nothing is written"
    await site.owner.execute("update session set seen_at = now() - interval '61 seconds'")
    await wang.get("/who")
    assert await _hours_left(site) > 1.9 * half


async def test_what_an_open_page_asks_by_itself_keeps_no_session(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-07: looks of a page that nobody touches, and its stream, put no end off; what changes anything does."""
    half = settings().session_hours / 2
    csrf = await _csrf(wang)
    for headers in ({UNATTENDED_HEADER: "1"}, {"Accept": STREAM}):
        away = "update session set expires_at = now() + $1::interval, seen_at = now() - interval '61 seconds'"
        await site.owner.execute(away, timedelta(hours=half))
        assert (await wang.get("/who", headers=headers)).status_code == 200
        assert await _hours_left(site) <= half
        assert (await wang.post("/who", headers=headers | csrf)).status_code == 200
        assert await _hours_left(site) > 1.9 * half


async def _hours_left(site: Site) -> float:
    return float(
        await site.owner.fetchval("select extract(epoch from expires_at - now()) / 3600 from session")
    )


async def test_closed_account_loses_its_session(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-10."""
    await site.owner.execute("update account set active = false where username = 'wang'")
    assert (await wang.get("/who")).status_code == 401


async def test_changing_requests_need_the_token(wang: httpx.AsyncClient) -> None:
    """PORT-10: another site's form carries the cookie, but not the token."""
    token = await _csrf(wang)
    for method in CHANGING:
        assert (await wang.request(method, "/who")).status_code == 403
        assert (
            await wang.request(method, "/who", headers={b"X-CSRF-Token": "号".encode()})
        ).status_code == 403
        assert (await wang.request(method, "/who", headers=token)).status_code == 200
    assert (await wang.get("/who")).status_code == 200


async def test_token_of_another_session_does_not_fit(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-10."""
    async with site.browser() as other:
        await log_in(other, "wang")
        foreign = await _csrf(other)
    response = await wang.post("/who", headers=foreign)
    assert response.status_code == 403
    assert response.json()["type"] == "/problems/stale-token"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://localhost:8000"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8000.evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_origin_of_changing_requests(
    wang: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """PORT-10: only our own pages, and programs that are no browsers, may change anything."""
    token = await _csrf(wang)
    del wang.headers["Origin"]
    assert (await wang.post("/who", headers=token | headers)).status_code == status
    assert (await wang.get("/who", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/session/password", "/api/session/card", "/api/session/card/challenge"]
)
async def test_log_in_from_another_site_is_refused(browser: httpx.AsyncClient, path: str) -> None:
    """PORT-02, PORT-03: nobody is logged in behind their back."""
    body = {"username": "wang", "password": "x", "captcha_id": "x", "captcha": "x"}
    body |= {"challenge": "x", "certificate": "", "signature": ""}
    response = await browser.post(path, json=body, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403


async def test_unbound_account_is_told_how_to_bind(browser: httpx.AsyncClient) -> None:
    """PORT-04: the session works, but what needs a bound card says what to do (manual 2.3.1)."""
    assert (await log_in(browser, "zhao")).json()["bound_card"] is None
    assert (await browser.get("/who")).status_code == 200
    refused = await browser.get("/card")
    assert refused.status_code == 403
    assert "企业管理员" in refused.json()["detail"]
    assert refused.json()["violations"][0]["clause"].startswith("手册 2.3.1")


async def test_binding_is_seen_at_once(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-04, PORT-05: a card bound or unbound during the session counts from the next request on."""
    await log_in(browser, "wang")
    assert (await browser.get("/card")).json() == CARD.card_no
    try:
        await site.owner.execute("update card set account_id = null where card_no = $1", CARD.card_no)
        assert (await browser.get("/card")).status_code == 403
    finally:
        await site.owner.execute(
            "update card set account_id = (select id from account where username = 'wang') where card_no = $1",
            CARD.card_no,
        )


async def test_other_company_sees_no_session_account_or_card(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-10: row-level security: as the web role, a company sees its own rows and nobody else's."""
    await log_in(browser, "wang")
    await log_in_by_card(browser, site.pki, CARD)
    ids = {
        row["username"]: row["company_id"]
        for row in await site.owner.fetch("select username, company_id from account")
    }
    for table in ("session", "account", "card", "company"):
        assert await _count(site, table, Actor(ids["wang"])) > 0
        assert await _count(site, table, Actor()) == 0
    assert await _count(site, "session", Actor(ids["chen"])) == 0
    assert await _count(site, "account", Actor(ids["chen"])) == 1
    assert await _count(site, "card", Actor(ids["chen"])) == 1
    async with site.database.transaction(Actor(ids["chen"])) as transaction:
        await transaction.run("delete from session")
    assert await site.owner.fetchval("select count(*) from session") == 1


async def _count(site: Site, table: str, actor: Actor) -> int:
    async with site.database.transaction(actor) as transaction:
        return int(await transaction.value(f"select count(*) from {table}"))


async def test_secure_cookie_behind_tls(browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-02: SINGLEWINDOW_SECURE_COOKIES."""
    monkeypatch.setenv("SINGLEWINDOW_SECURE_COOKIES", "true")
    settings.cache_clear()
    assert "Secure" in (await log_in(browser, "wang")).headers["set-cookie"].split("; ")


async def test_the_database_knows_only_the_hash(site: Site, wang: httpx.AsyncClient) -> None:
    """PORT-02: who reads the table cannot take over a session."""
    [row] = await site.owner.fetch("select * from session")
    assert wang.cookies[cookie_name()] not in str(dict(row))
    assert len(row["token_hash"]) == 32


async def test_instances_on_other_ports_keep_their_own_sessions(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-02: browsers keep one jar for all ports of an address, so the cookie's name tells them apart."""
    await log_in(browser, "wang")
    first = dict(browser.cookies)
    assert list(first) == ["sw_session_8000"]
    monkeypatch.setenv("SINGLEWINDOW_PORT", "8100")
    settings.cache_clear()
    browser.headers["Origin"] = "http://127.0.0.1:8100"
    second = await log_in(browser, "zhao")
    assert second.status_code == 200
    assert browser.cookies["sw_session_8000"] == first["sw_session_8000"]
    assert browser.cookies["sw_session_8100"] != first["sw_session_8000"]
