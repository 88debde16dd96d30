"""消息提醒: what customs answered of late, and how far each account has read (UI-14)."""

from __future__ import annotations

from typing import Any

import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.live import changes, news
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference


async def answered(house: House, **more: Any) -> tuple[Member, str]:
    """A document that customs have received and approved; its owner and its number."""
    member, view = await applied(house, **more)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(
        house.customs.receipt(submission, 1, "RECEIVED"), house.customs.receipt(submission, 2, "APPROVED")
    )
    return member, view["number"]


async def asked(member: Member, **query: Any) -> dict[str, Any]:
    answer = await member.http.get("/api/news", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_news_tell_what_changed_and_why(house: House) -> None:
    """UI-14: document, old and new status, time and the receipt's own words, newest first; sending is no news."""
    member, number = await answered(house)
    found = await asked(member)
    assert found["unread"] == 2
    assert [item["status_name"] for item in found["items"]] == ["审批通过", "海关接收成功"]
    newest = found["items"][0]
    assert (newest["number"], newest["from_name"], newest["text"]) == (
        number,
        "海关接收成功",
        "回执 APPROVED",
    )
    assert newest["unread"]
    assert newest["title"]


async def test_read_is_kept_for_each_account(house: House) -> None:
    """UI-14: marked on the server, never taken back; a colleague's own mark stays."""
    member, _ = await answered(house)
    colleague = await house.member(member.customs_code)
    newest, oldest = (await asked(member))["items"]
    marked = await member.http.post("/api/news/read", json={"until": oldest["cursor"]})
    assert marked.json() == {"unread": 1}
    await member.http.post("/api/news/read", json={"until": newest["cursor"]})
    again = await member.http.post("/api/news/read", json={"until": oldest["cursor"]})
    assert again.json() == {"unread": 0}
    assert [item["unread"] for item in (await asked(member))["items"]] == [False, False]
    await house.sql(
        "update account set created_at = created_at - interval '1 day' where username like 'user%'"
    )
    assert (await asked(colleague))["unread"] == 2


async def test_news_come_in_pages_and_a_count_stops(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-14: no list without a limit."""
    member, _ = await answered(house)
    first = await asked(member, size=1)
    assert (len(first["items"]), first["more"]) == (1, True)
    second = await asked(member, size=1, before=first["items"][0]["cursor"])
    assert (second["items"][0]["status_name"], second["more"]) == ("海关接收成功", False)
    monkeypatch.setattr(news, "COUNTED", 1)
    assert (await asked(member))["unread"] == 1
    assert (await member.http.get("/api/news", params={"before": "nonsense"})).status_code == 422
    assert (await member.http.post("/api/news/read", json={"until": "-1"})).status_code == 422


@pytest.mark.parametrize("fence", ["both", "row-level security alone", "the application alone"])
async def test_news_of_another_company_are_not_to_be_had(
    house: House, fence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: each of the two fences holds by itself."""
    _member, _ = await answered(house)
    stranger = await house.member()
    if fence == "row-level security alone":
        monkeypatch.setattr(news, "_FOUND", news._FOUND.replace("e.company_id = $1", "$1::bigint > 0")
                            .replace(changes.SEEN, "true"))  # fmt: skip
    elif fence == "the application alone":
        house.app.state.database = house.owner
    assert await asked(stranger) == {"items": [], "unread": 0, "more": False}


async def test_a_party_gets_the_news_and_a_deleted_document_gives_none(house: House) -> None:
    """PORT-08, PORT-10: parties see what concerns them; what the company deleted is out of sight."""
    party = await house.member()
    member, number = await answered(house, consignee_code=party.customs_code)
    assert [item["number"] for item in (await asked(party))["items"]] == [number, number]
    await house.sql("update document set hidden = true where number = $1", number)
    for reader in (member, party):
        assert (await asked(reader))["items"] == []


async def test_the_mark_of_another_account_is_out_of_reach(house: House) -> None:
    """PORT-10: with the web role, one sees and writes one's own mark only."""
    member, _ = await answered(house)
    newest = (await asked(member))["items"][0]["cursor"]
    await member.http.post("/api/news/read", json={"until": newest})
    await house.member(member.customs_code)
    colleague = (await house.sql("select id, company_id from account order by id desc limit 1"))[0]
    async with house.web.transaction(Actor(colleague["company_id"], colleague["id"])) as transaction:
        assert await transaction.value("select count(*) from news_read") == 0


async def test_a_failure_to_send_is_news(house: House) -> None:
    """UI-14: the portal's own word that counts: sending failed for good."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    await member.apply(TYPE, view)
    house.customs.refuses = "unreadable"
    await house.send()
    [item] = (await asked(member))["items"]
    assert item["code"] == "SEND_FAILED"
