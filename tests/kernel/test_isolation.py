"""One company never sees another's document: by the application's own check and by row-level security (PORT-10)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import true

from singlewindow.kernel.database.connection import NOBODY, Actor
from singlewindow.kernel.documents import search, store
from singlewindow.kernel.documents.store import CHINA
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference


def leave_standing(house: House, fences: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one fence away: the application's check, or (as the tables' owner) row-level security."""
    if fences == "row-level security alone":
        monkeypatch.setattr(store, "SEEN", "($3::bigint is not null)")
        monkeypatch.setattr(search, "own_rows", lambda table, person: true())
    elif fences == "the application alone":
        house.app.state.database = house.owner


async def found_by(member: Member) -> int:
    """How many documents a query over all statuses finds."""
    today = datetime.now(CHINA).date()
    span = {"updated_from": str(today - timedelta(days=2)), "updated_to": str(today)}
    found = await member.http.get(f"/api/documents/{TYPE}", params=span)
    total: int = found.json()["total"]
    return total


@pytest.mark.parametrize("fences", ["both", "row-level security alone", "the application alone"])
async def test_a_foreign_document_answers_like_an_absent_one(
    house: House, fences: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: the same words and status on every route; each of the two fences holds by itself."""
    owner, stranger = await house.member(), await house.member()
    view = await owner.save(TYPE, letter(reference()))
    view = (await owner.upload(TYPE, view["number"], "1")).json()
    attachment = view["attachments"][0]["id"]
    found_before = await found_by(stranger)
    leave_standing(house, fences, monkeypatch)
    answers = {}
    for number in (view["number"], "202600000099999999"):
        base = f"/api/documents/{TYPE}/{number}"
        http, match = stranger.http, {"If-Match": '"1"'}
        asked = [
            await http.get(base),
            await http.get(f"{base}/receipts"),
            await http.get(f"{base}/history"),
            await http.get(f"{base}/attachments/{attachment}"),
            await http.delete(f"{base}/attachments/{attachment}"),
            await http.put(base, json={"content": {}}, headers=match),
            await http.delete(base),
            await http.post(
                f"{base}/prepare", json={"action": "apply", "card_no": stranger.card_no}, headers=match
            ),
            await stranger.upload(TYPE, number, "1"),
            await http.post(
                f"/api/documents/{TYPE}/lookup", json={"field": "x", "content": {}, "number": number}
            ),
            await http.post(f"/api/documents/{TYPE}/delete", json={"numbers": [number]}),
        ]
        answers[number] = [
            (a.status_code, a.text.replace(number, "N").replace(a.json().get("request_id", "-"), ""))
            for a in asked
        ]
    first, second = answers.values()
    assert first == second
    assert [status for status, _ in first[:-1]] == [404] * 10
    assert (await owner.view(TYPE, view["number"]))["number"] == view["number"]
    assert await found_by(stranger) == found_before == 0


async def test_row_level_security_holds_without_the_applications_check(house: House) -> None:
    """PORT-10: with the web role, another company's rows are out of sight even for a query that forgot to ask."""
    _member, _view = await applied(house)
    stranger = await house.member()
    me = (await house.sql("select company_id, id from account order by id desc limit 1"))[0]
    for actor in (Actor(me["company_id"], me["id"]), NOBODY):
        async with house.web.transaction(actor) as transaction:
            for table in ("document", "document_party", "submission", "receipt", "event", "attachment", "claim",
                          "prepared", "idempotency", "find__template"):  # fmt: skip
                assert await transaction.value(f"select count(*) from {table}") == 0, table
    assert stranger.card_no
