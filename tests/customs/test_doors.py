"""Who comes to the routes of customs' site: every route of the running program × every method × every role × what is
there and what is not (CUST-03, PORT-10; the portal's: `tests/isolation`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from singlewindow.customs.http.parts import CSRF_HEADER
from tests.customs.company import PDF, Company
from tests.customs.conftest import Customs, sha256

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NUMBER = "202600000000004711"
PUBLIC = {
    "GET /",  # the page
    "GET /api/openapi.json", "HEAD /api/openapi.json",
    "GET /clock", "GET /healthz", "GET /readyz", "GET /metrics",
    "POST /api/session",  # who logs in
    "POST /exchange/messages",  # what is signed with the portal's key
    "POST /exchange/lanes",  # with a lane's key
}  # fmt: skip
"""Routes that ask nobody who he is, and why. All others are an officer's: a new one is asked here by itself."""

ABSENT = {
    "identifier": "999999999", "sha256": "0" * 64, "kind": "company", "key": "9999999999", "lane": "9999999999",
}  # fmt: skip
READS = {
    "GET /api/submissions/{identifier}": 404,
    "GET /api/submissions/{identifier}/attachments/{sha256}": 404,
    "GET /api/registers/{kind}/{key}": 404,
    "GET /api/gate/lanes/{lane}/passages": 422,
}
"""What an officer gets where there is nothing."""


def routes_of(customs: Customs) -> dict[str, set[str]]:
    """Every address of the running program, with its methods; files of the pages are mounted."""
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(customs.app.routes):
        assert context.path_format is not None, "a route has an address"
        found.setdefault(context.path_format, set()).update(context.methods or ())
    mounted = {f"{each.path}/{{path}}" for each in customs.app.routes if isinstance(each, Mount)}
    return {path: methods for path, methods in found.items() if path not in mounted}


async def ask(
    client: httpx.AsyncClient, method: str, path: str, named: Mapping[str, str], headers: Mapping[str, str]
) -> tuple[int, str]:
    """Status and words, with placeholders for what was asked for and without the request's id."""
    address = re.sub(r"\{(\w+)\}", lambda name: named[name[1]], path)
    body: Any = {} if method in ("POST", "PUT") else None
    answer = await client.request(method, address, json=body, headers=dict(headers))
    text = answer.text.replace(answer.headers.get("x-request-id", "-"), "")
    for name in set(named) - {"kind"}:
        text = text.replace(f'"{named[name]}"', name).replace(f" {named[name]} ", name)
    return answer.status_code, text


async def test_only_officers_come_to_officers_routes(customs: Customs, own: Company) -> None:
    """CUST-03: nobody, somebody of a company with the portal's cookie or token, an ended session and a made-up one get
    401 from each, in the same words for what is there and what is not; methods that a route has not get 405."""
    identifier = await customs.receive(own, NUMBER)
    there = {
        "identifier": str(identifier),
        "sha256": sha256(PDF),
        "kind": "company",
        "key": "4403160002",
        "lane": "1",
    }
    headers = await customs.log_in()
    officer = "; ".join(f"{name}={value}" for name, value in customs.client.cookies.items())
    assert (await customs.client.delete("/api/session", headers=headers)).status_code == 204
    customs.client.cookies.clear()
    cookie = customs.settings.cookie
    roles: dict[str, Mapping[str, str]] = {
        "nobody": {},
        "ended session": {"Cookie": officer, **headers},
        "made-up session": {"Cookie": f"{cookie}={'A' * 43}", CSRF_HEADER: "x"},
        "a portal's session": {"Cookie": f"sw_session_8000={'A' * 43}; {cookie}="},
        "a portal's token": {"Authorization": f"Bearer swt_{'A' * 43}"},
    }
    cases = 0
    wrong = []
    for path, methods in routes_of(customs).items():
        for method in METHODS:
            for role, sent in roles.items() if method in methods else list(roles.items())[:2]:
                said = [await ask(customs.client, method, path, named, sent) for named in (there, ABSENT)]
                cases += len(said)
                wanted = 401 if method in methods else 405
                if f"{method} {path}" not in PUBLIC and (said[0][0] != wanted or said[0] != said[1]):
                    wrong.append(f"{method} {path} as {role}: {wanted} is wanted, {said}")
    assert not wrong, "\n".join(wrong)
    print(f"customs: {cases} cases")
    assert cases >= 1_000
    assert {
        route for route in PUBLIC if route.split(" ")[0] not in routes_of(customs)[route.split(" ")[1]]
    } == set()


async def test_what_is_there_and_what_is_not(customs: Customs, own: Company) -> None:
    """CUST-03: to an officer: every address that names something answers where it is there, and 404 where it is not."""
    identifier = await customs.receive(own, NUMBER)
    headers = await customs.log_in()
    there = {
        "identifier": str(identifier),
        "sha256": sha256(PDF),
        "kind": "company",
        "key": "4403160002",
    }
    named = {
        p
        for p, methods in routes_of(customs).items()
        if "{" in p and "GET" in methods and p.startswith("/api/")
    }
    assert {f"GET {path}" for path in named} == READS.keys() | {"GET /api/registers/{kind}"}
    for route, absent in READS.items():
        path = route.split(" ")[1]
        if "{lane}" not in path:  # there is none at first
            assert (await ask(customs.client, "GET", path, there, headers))[0] == 200, route
        assert (await ask(customs.client, "GET", path, ABSENT, headers))[0] == absent, route
