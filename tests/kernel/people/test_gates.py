"""Who gets through the door of each route: the routes are those of the API's description (PORT-07, PORT-09, PORT-10).

A new route is asked here by itself. It answers nobody without a session, changes nothing without the session's token
or for another site's page, waits for a new password, and tells a system administrator nothing of a company.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.house import House
from tests.kernel.people.stage import id_of, system_administrator
from tests.kernel.test_documents import TYPE

pytestmark = pytest.mark.usefixtures("fixed_captcha")

PUBLIC = {
    "GET /api/applications",
    "GET /api/captcha",
    "GET /api/clock",
    "GET /api/config",
    "GET /api/seal/key",
    "POST /api/session/password",
    "POST /api/session/card",
    "POST /api/session/card/challenge",
    "POST /api/registration/card",
    "POST /api/registration/prepare",
    "POST /api/registration",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "POST /exchange/messages",
}
WHILE_THE_PASSWORD_WAITS = {"GET /api/session", "DELETE /api/session", "POST /api/account/password"}
ACCOUNTS_OWN = {*WHILE_THE_PASSWORD_WAITS, "GET /api/account/logins"}
VALUES = {"type": TYPE, "number": "202600000099999999", "key": "0" * 32, "name": "form", "table": "units"}


def routes(house: House, *without: set[str]) -> Iterator[tuple[str, str, str]]:
    """Every route but some, with its method and an address of it."""
    for path, methods in house.app.openapi()["paths"].items():
        address = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "1"), path)
        for method in methods:
            if (route := f"{method.upper()} {path}") not in set().union(*without):
                yield route, method.upper(), address


async def ask(client: httpx.AsyncClient, method: str, address: str, **headers: str) -> tuple[int, str]:
    answer = await client.request(
        method, address, json={} if method in ("POST", "PUT") else None, headers=headers
    )
    return answer.status_code, answer.json()["type"]


async def test_nobody_without_a_session(house: House) -> None:
    """PORT-07."""
    asked = 0
    for route, method, address in routes(house, PUBLIC):
        assert await ask(house.client(), method, address) == (401, "/problems/not-logged-in"), route
        asked += 1
    assert asked > 40


async def test_nothing_changes_without_the_token_or_from_elsewhere(house: House) -> None:
    """PORT-10."""
    client = (await house.member(role="administrator")).http
    for route, method, address in routes(house, {"POST /exchange/messages"}):
        if method == "GET":
            continue
        foreign = await ask(client, method, address, Origin="https://elsewhere.example")
        assert foreign == (403, "/problems/forbidden"), route
        if route not in PUBLIC:
            stale = await ask(client, method, address, **{"X-CSRF-Token": "x"})
            assert stale == (403, "/problems/stale-token"), route


async def test_a_password_of_someone_else_is_changed_first(house: House) -> None:
    """PORT-09."""
    member = await house.member(role="administrator")
    await house.sql("update account set must_change = true where id = $1", await id_of(house, member))
    for route, method, address in routes(house, PUBLIC, WHILE_THE_PASSWORD_WAITS):
        assert await ask(member.http, method, address) == (403, "/problems/change-password"), route
    assert (await member.http.get("/api/session")).status_code == 200


async def test_a_system_administrator_gets_nothing_of_a_company(house: House) -> None:
    """PORT-10: and whoever is of a company nothing of his."""
    system, head = await system_administrator(house), (await house.member(role="administrator")).http
    for route, method, address in routes(house, PUBLIC, ACCOUNTS_OWN):
        refused = head if address.startswith("/api/system/") else system
        assert await ask(refused, method, address) == (403, "/problems/forbidden"), route
