"""A query parameter that a route does not have is refused by its name, at every route of the portal's API (INTG-02)."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from singlewindow.kernel.http.app import create_app
from singlewindow.kernel.http.parameters import parameters_of
from tests.house import House

TAKES_CONDITIONS = {
    "/api/documents/{type}",
    "/api/documents/{type}/new",
    "/api/documents/{type}/list/print",
    "/api/documents/{type}/statistics",
    "/api/documents/{type}/statistics/export",
    "/api/documents/{type}/statistics/print",
}
"""Their own checks name what the type does not have."""


def test_every_parameter_that_is_described_is_known_and_conditions_are_free_where_a_type_has_them_alone() -> (
    None
):
    app = create_app()
    paths, free = app.openapi()["paths"], set()
    for context in iter_route_contexts(app.routes):
        route = context.route
        if not isinstance(route, APIRoute) or not (context.path or "").startswith("/api/"):
            continue
        own = parameters_of(route)
        if own.free:
            free.add(context.path)
            continue
        for method in route.methods or ():
            described = paths[context.path][method.lower()].get("parameters", [])
            assert own.names == {each["name"] for each in described if each["in"] == "query"}, context.path
    assert free == TAKES_CONDITIONS


@pytest.mark.parametrize(
    "address",
    [
        "/api/events",
        "/api/clock",
        "/api/jobs",
        "/api/documents/_template/1",
        "/api/documents/_template/new",
        "/api/_labels/parcels",
    ],
)
async def test_what_a_route_does_not_have_is_named(house: House, address: str) -> None:
    """`since` for `after` would otherwise be done without, and everything answered."""
    member = await house.member()
    answer = await member.http.get(address, params={"foo": "1", "白": "2"})
    assert answer.status_code == 422, answer.text
    assert [(each["path"], each["message"]) for each in answer.json()["violations"]] == [
        ("foo", "没有参数 foo"), ("白", "没有参数 白"),
    ]  # fmt: skip


async def test_a_route_that_is_asked_most_names_them_too(house: House) -> None:
    """It is called before the framework's layers; nothing is saved."""
    member = await house.member()
    answer = await member.http.post(
        "/api/documents/_template", json={"content": {}}, params={"check_only": "1"}
    )
    assert (answer.status_code, answer.json()["violations"][0]["path"]) == (422, "check_only")
    assert (
        await house.sql(
            "select from document d join company c on c.id = d.company_id where c.customs_code = $1",
            member.customs_code,
        )
        == []
    )


async def test_who_is_nobody_is_told_that_first(house: House) -> None:
    answer = await house.client().post("/api/documents/_template", json={"content": {}}, params={"foo": "1"})
    assert answer.status_code == 401
