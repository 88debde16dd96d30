"""Tokens of a company's own programs (INTG-01): made, used, refused, revoked, and written down."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import httpx

from singlewindow.kernel.http.token_rights import KEY
from singlewindow.kernel.people import tokens
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, letter, reference

ADDRESS = f"/api/documents/{TYPE}"


def today() -> date:
    return datetime.now(tokens.CHINA).date()


async def made(house: House, admin: Member, **more: Any) -> dict[str, Any]:
    [account] = await house.sql("select account_id from card where card_no = $1", admin.card_no)
    body = {"name": "ERP", "account_id": account["account_id"], "right": "submit", **more}
    answer = await admin.http.post("/api/tokens", json=body)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


def with_token(house: House, token: str, **headers: str) -> httpx.AsyncClient:
    client = house.client()
    del client.headers["Origin"]
    client.headers.update({"Authorization": f"Bearer {token}", **headers})
    return client


async def test_a_token_replaces_the_session_and_nothing_else(house: House) -> None:
    """From token to submission: the card signs what it signs in the browser; shown once, kept as a digest."""
    admin = await house.member(role="administrator")
    answer = await made(house, admin)
    token = answer["token"]
    assert token.startswith(answer["kept"]["shown"])
    assert len(answer["kept"]["shown"]) == 12
    listed = (await admin.http.get("/api/tokens")).json()
    assert [each["state"] for each in listed["items"]] == ["active"]
    assert token not in str(listed)
    assert token not in str(await house.sql("select * from api_token"))

    program = Member(**{**vars(admin), "http": with_token(house, token)})
    view = await program.save(TYPE, letter(reference()))
    assert (await program.upload(TYPE, view["number"], "1")).status_code == 200
    view = await program.view(TYPE, view["number"])
    done = await program.apply(TYPE, view)
    assert done["status"] != view["status"]
    who = (await program.http.get("/api/session")).json()
    assert (who["level"], who["bound_card"], who["csrf"]) == ("token", admin.card_no, "")
    assert (await program.http.get(f"{ADDRESS}/{view['number']}/receipts")).status_code == 200


def test_every_route_says_what_a_token_must_have(house: House) -> None:
    """INTG-01: a new route, also of a chapter, says it, and the API's description repeats it."""
    silent = {
        f"{method.upper()} {path}"
        for path, methods in house.app.openapi()["paths"].items()
        for method, operation in methods.items()
        if operation.get(KEY) not in ("read", "draft", "submit", "none", "public")
    }
    assert not silent


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
