"""Too many tries: the limiter and the number of open challenges (PORT-02, PORT-03)."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from structlog.testing import capture_logs

from singlewindow.kernel.people import attempts, challenges
from tests.kernel.people.conftest import Site
from tests.kernel.people.world import CARD, log_in, log_in_by_card, rule_of


def _waits(response: httpx.Response, at_most: int) -> str:
    """That the answer is 429 and says how long to wait; its words."""
    assert response.status_code == 429, response.text
    problem = response.json()
    assert problem["type"] == "/problems/too-many"
    assert 0 < problem["retry_after"] <= at_most
    assert response.headers["Retry-After"] == str(problem["retry_after"])
    assert "分钟后再试" in problem["detail"]
    return str(problem["detail"])


@pytest.mark.parametrize("username", ["wang", "nobody"])
async def test_five_wrong_passwords_close_the_user_name(
    site: Site, browser: httpx.AsyncClient, username: str
) -> None:
    """PORT-02: then even the right one is not looked at, from any address; unknown names answer alike."""
    for _ in range(attempts.PER_USERNAME):
        assert rule_of(await log_in(browser, username, "wrong")) == "login.password"
    async with site.browser("198.51.100.7") as elsewhere:
        closed = await log_in(elsewhere, username)
    assert "卡介质" in _waits(closed, at_most=900)
    assert await site.owner.fetchval("select count(*) from login_attempt") == attempts.PER_USERNAME


async def test_others_and_the_card_are_not_closed_out(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02, PORT-03: whoever blocks a user name by wrong passwords blocks neither colleagues nor its card."""
    for _ in range(attempts.PER_USERNAME):
        await log_in(browser, "wang", "wrong")
    assert (await log_in(browser, "zhao")).status_code == 200
    assert (await log_in_by_card(browser, site.pki, CARD)).status_code == 200
    _waits(await log_in(browser, "wang"), at_most=900)


async def test_the_door_opens_again(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: when the first of the five is fifteen minutes old."""
    for _ in range(attempts.PER_USERNAME):
        await log_in(browser, "wang", "wrong")
    await site.owner.execute("update login_attempt set at = at - interval '10 minutes'")
    _waits(await log_in(browser, "wang"), at_most=300)
    await site.owner.execute("update login_attempt set at = at - interval '5 minutes'")
    assert (await log_in(browser, "wang")).status_code == 200


async def test_right_password_forgives_the_wrong_ones(browser: httpx.AsyncClient) -> None:
    """PORT-02: only failures since the last success count."""
    for _ in range(2):
        for _ in range(attempts.PER_USERNAME - 1):
            assert rule_of(await log_in(browser, "wang", "wrong")) == "login.password"
        assert (await log_in(browser, "wang")).status_code == 200


async def test_tries_at_the_same_moment_do_not_pass_together(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: of twelve parallel guesses five are looked at."""
    answers = await asyncio.gather(*(log_in(browser, "wang", "wrong") for _ in range(12)))
    assert sorted(each.status_code for each in answers) == [422] * 5 + [429] * 7


async def test_many_names_at_the_same_moment_count_for_the_address(
    site: Site, browser: httpx.AsyncClient
) -> None:
    """PORT-02: of 40 parallel guesses at 40 user names from one address, thirty are looked at."""
    names = (f"guess{n}" for n in range(attempts.PER_ADDRESS + 10))
    answers = await asyncio.gather(*(log_in(browser, name, "wrong") for name in names))
    counted = sorted(each.status_code for each in answers)
    assert counted == [422] * attempts.PER_ADDRESS + [429] * 10
    async with site.browser("198.51.100.7") as elsewhere:
        assert (await log_in(elsewhere, "wang")).status_code == 200


async def test_address_with_many_failures(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: thirty in fifteen minutes, whatever the user names; other addresses are served."""
    await site.owner.execute(
        """insert into login_attempt (username, address, level, succeeded)
           select 'user' || n, '192.0.2.1', 'password', false from generate_series(1, $1::int) n""",
        attempts.PER_ADDRESS - 1,
    )
    assert rule_of(await log_in(browser, "wang", "wrong")) == "login.password"
    assert "网络" in _waits(await log_in(browser, "wang"), at_most=900)
    assert "网络" in _waits(await log_in_by_card(browser, site.pki, CARD), at_most=900)
    async with site.browser("198.51.100.7") as elsewhere:
        assert (await log_in(elsewhere, "wang")).status_code == 200


async def test_open_captchas_are_limited(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: a hundred unused ones for one address; a used or expired one no longer counts."""
    captcha = (await browser.get("/api/captcha")).json()["id"]
    await site.owner.execute(
        """insert into challenge (id, kind, secret, address, expires_at)
           select 'x' || n, 'captcha', '', '192.0.2.1', now() + interval '1 minute'
           from generate_series(2, $1::int) n""",
        challenges.OUTSTANDING,
    )
    _waits(await browser.get("/api/captcha"), at_most=180)
    _waits(await browser.post("/api/session/card/challenge"), at_most=180)
    async with site.browser("198.51.100.7") as elsewhere:
        assert (await elsewhere.get("/api/captcha")).status_code == 200
    body = {"username": "wang", "password": "x", "captcha_id": captcha, "captcha": "TEST"}
    await browser.post("/api/session/password", json=body)
    assert (await browser.get("/api/captcha")).status_code == 200
    _waits(await browser.get("/api/captcha"), at_most=180)
    await site.owner.execute("update challenge set expires_at = now()")
    assert (await browser.get("/api/captcha")).status_code == 200
    assert await site.owner.fetchval("select count(*) from challenge") == 1


async def test_one_network_is_one_address(site: Site) -> None:
    """PORT-02: an IPv6 network of /64 counts as one, for it is one household's."""
    for address in ("2001:db8::1", "2001:db8::ffff:2", "::ffff:192.0.2.9"):
        async with site.browser(address) as browser:
            await log_in(browser, "wang", "wrong")
    rows = await site.owner.fetch("select address from login_attempt order by id")
    assert [row["address"] for row in rows] == ["2001:db8::/64", "2001:db8::/64", "192.0.2.9"]


async def test_fixed_captcha_is_announced(site: Site) -> None:
    """PORT-02: whoever switches the captcha off reads so in the log at each start."""
    with capture_logs() as logs:
        async with site.app.router.lifespan_context(site.app):
            pass
    assert [(each["log_level"], each["setting"]) for each in logs] == [
        ("warning", "SINGLEWINDOW_CAPTCHA_FIXED")
    ]
