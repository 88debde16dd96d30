"""The routes that are asked most answer odd requests as all others do: a plan takes in what fits, FastAPI the rest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.types import Message

from singlewindow.kernel.http.direct import Plan
from singlewindow.kernel.http.document_routes import most_asked
from singlewindow.kernel.http.limits import MEGABYTE
from tests.house import House
from tests.kernel.test_documents import TYPE, letter, reference

ADDRESS = f"/api/documents/{TYPE}"
JSON = {"Content-Type": "application/json"}


def test_they_are_all_planned() -> None:
    """What a route declares is what its plan takes: nothing is left to the slow way in ordinary requests."""
    plans = {f"{min(route.methods)} {route.path}": route.plan for route in most_asked.routes}  # type: ignore[attr-defined]
    assert len(plans) == 5
    headers = {
        name: [each.name for each in plan.parameters] + [at for at, _ in plan.wanted if at]
        for name, plan in plans.items()
    }
    assert headers["POST /api/documents/{type}"] == ["idempotency_key", "autosaved", "type"]
    assert headers["POST /api/documents/{type}/{number}/prepare"] == ["number", "type", "version"]
    assert plans["GET /api/documents/{type}"].body is None


def test_what_a_plan_does_not_know_is_refused_at_the_start() -> None:
    router = APIRouter()

    @router.post("/")
    async def two_bodies(first: dict[str, str], second: dict[str, str]) -> None: ...

    with pytest.raises(ValueError, match="more than"):
        Plan.of(router.routes[0].dependant)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", JSON, 422),
        (b"{", JSON, 422),
        (b"[]", JSON, 422),
        (b'{"content": 1}', JSON, 422),
        (b'{"content": {"reference": "\\ud800"}}', JSON, 422),
        (b'{"content": {"reference": NaN}}', JSON, 422),
        (b'{"content": {}}', {"Content-Type": "text/plain"}, 422),
        (b'{"content": {}}', {}, 422),
        (b'\xff{"content": {}}', JSON, 422),
        (b'{"content": {}}', {**JSON, "Autosave-Key": "x"}, 422),
        (b'{"content": {}}', {**JSON, "Idempotency-Key": "k" * 101}, 422),
        (b'{"content": {}}', {"Content-Type": "application/json; charset=utf-8"}, 201),
        (b'{"content": {}}', {"Content-Type": "application/vnd.api+json"}, 201),
        ('{"content": {}}'.encode("utf-16"), JSON, 201),
    ],
)
async def test_odd_requests(house: House, body: bytes, headers: dict[str, str], status: int) -> None:
    member = await house.member()
    answer = await member.http.post(ADDRESS, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["violations"], "each says where"


async def test_a_body_that_fits_is_taken_whole(house: House) -> None:
    """As JSON says it, whichever way it is read."""
    member, content = await house.member(), letter(reference())
    sent = json.dumps({"content": content}, ensure_ascii=True)
    answer = await member.http.post(ADDRESS, content=sent, headers=JSON)
    assert answer.status_code == 201
    assert {n: v for n, v in answer.json()["content"].items() if n in content} == content


def test_parameters_are_as_fastapi_reads_them() -> None:
    """Query and header texts become the same values, the last or first of several included."""
    app, seen = FastAPI(), []
    plan: list[Plan] = []

    @app.get("/{name}")
    async def endpoint(request: Request, name: str, page: int = 1, many: str = "none") -> Any:
        seen.append(await plan[0].arguments(request, b""))
        return [name, page, many]

    plan.append(Plan.of(app.routes[-1].dependant))  # type: ignore[attr-defined]
    client = TestClient(app)
    for address in ("/a", "/%E7%94%B2?page=3", "/a?page=1&page=2&many=x&many=y", "/a?page=%203%20"):
        told = client.get(address).json()
        assert [seen[-1][each] for each in ("name", "page", "many")] == told


async def test_what_the_endpoint_refuses_is_answered_as_elsewhere(house: House) -> None:
    member = await house.member()
    answer = await member.http.put(f"{ADDRESS}/2026", json={"content": {}}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_grows_too_long_is_refused(house: House) -> None:
    """Its length was not announced."""
    member = await house.member()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(7):
            yield b" " * MEGABYTE

    answer = await member.http.post(ADDRESS, content=pieces(), headers=JSON)
    assert answer.status_code == 413, answer.text


async def test_half_a_body_is_nobodys_wish(house: House) -> None:
    """The client has gone: what came is not done, though it could be read."""
    member = await house.member()
    heard: list[Message] = []
    came: list[Message] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b'{"content": {}}', "more_body": True},
    ]

    async def receive() -> Message:
        return came.pop() if came else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        heard.append(message)

    request = member.http.build_request("POST", ADDRESS, headers=JSON)
    scope = {
        "type": "http", "method": "POST", "path": ADDRESS, "query_string": b"", "headers": request.headers.raw,
        "http_version": "1.1", "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await house.app(scope, receive, send)
    assert heard[0]["status"] == 422
    saved = "select from document where company_id = (select id from company where customs_code = $1)"
    assert not await house.sql(saved, member.customs_code)
