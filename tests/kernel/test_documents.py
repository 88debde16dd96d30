"""Documents from draft to customs' answer, on the invented document of the template chapter."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from singlewindow.kernel.documents import search
from tests.house import House
from tests.kernel.spans import this_week

TYPE = os.environ.get("TEST_DOCUMENT_TYPE", "_template")  # a copied chapter runs these tests too


def letter(reference: str, **more: Any) -> dict[str, Any]:
    """A complete content."""
    goods = [{"name": "苹果", "weight": "12.5", "vessel_mark": "A1"}]
    return {"reference": reference, "transport": "2", "vessel": "远洋一号", "goods": goods, **more}


def reference() -> str:
    return f"AB{random.randrange(10**9):09d}"


async def applied(house: House, **more: Any) -> tuple[Any, dict[str, Any]]:
    member = await house.member()
    view = await member.save(TYPE, letter(reference(), **more))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    return member, await member.apply(TYPE, view)


async def test_a_document_goes_from_draft_to_grant(house: House) -> None:
    """PORT-08, CUST-05: saved, signed, sent, received, approved; the status follows the receipts."""
    member, view = await applied(house)
    assert view["status"]["name"] == "已申报"
    assert await house.send() >= 1  # others may wait too
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"
    assert submission.attachments[0].sha256 in house.customs.attachments
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "海关接收成功"
    await house.hear(house.customs.receipt(submission, 2, "APPROVED", customs_no="530120261121000001"))
    done = await member.view(TYPE, view["number"])
    assert done["status"]["name"] == "审批通过"
    assert done["header"]["customs_no"] == "530120261121000001"
    receipts = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/receipts")).json()["items"]
    assert [r["code"] for r in receipts] == ["APPROVED", "RECEIVED", "SENT"]
    history = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/history")).json()["items"]
    assert [e["kind"] for e in history] == ["created", "uploaded", "submitted", *["receipt"] * 3]


async def test_what_customs_return_is_searched(house: House) -> None:
    """UI-07: a returned number is a column of the find table, which comes with the answer and goes with a new draft."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    given, today = f"53012026112{view['number'][-7:]}", datetime.now(UTC).date()
    asked = {"updated_from": str(today - timedelta(days=1)), "updated_to": str(today + timedelta(days=1))}

    async def found(number: str) -> list[str]:
        answer = await member.http.get(f"/api/documents/{TYPE}", params={**asked, "customs_no": number})
        return [row["number"] for row in answer.json()["items"]]

    assert await found(given) == []
    await house.hear(house.customs.receipt(submission, 1, "REFUSED", customs_no=given))
    assert (await found(given), await found("5301")) == ([view["number"]], [])
    view = await member.view(TYPE, view["number"])
    again = await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}",
        json={"content": letter(view["content"]["reference"])},
        headers={"If-Match": f'"{view["version"]}"'},
    )
    assert again.status_code == 200, again.text
    assert await found(given) == []


async def test_number_and_date_come_with_the_first_save(house: House) -> None:
    """INSP-01: the number has 18 digits, the year and a serial."""
    member = await house.member()
    blank = (await member.http.get(f"/api/documents/{TYPE}/new")).json()
    assert blank["number"] is None
    assert blank["status"]["name"] == "未暂存"
    assert blank["content"]["applicant_code"] == member.customs_code
    view = await member.save(TYPE, letter(reference()))
    assert len(view["number"]) == 18
    assert view["header"]["filed_on"][:4] == view["number"][:4]
    assert view["content"]["applicant_code"] == member.customs_code


async def test_a_grey_field_is_never_taken_from_a_client(house: House) -> None:
    """UI-01: what the system fills in stands, whatever a client sends."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference(), applicant_code="9999999999"))
    assert view["content"]["applicant_code"] == member.customs_code


async def test_a_draft_may_lack_fields_but_not_hold_wrong_ones(house: House) -> None:
    """All violations come at once, at their fields."""
    member = await house.member()
    await member.save(TYPE, {"reference": reference()})
    wrong = {"reference": "x", "transport": "Q", "goods": [{"weight": "1,5"}]}
    answer = await member.http.post(f"/api/documents/{TYPE}", json={"content": wrong})
    assert answer.status_code == 422
    assert {v["path"] for v in answer.json()["violations"]} == {"reference", "transport", "goods/1/weight"}
    assert all(v["message"] and v["advice"] for v in answer.json()["violations"])


async def test_a_disabled_field_is_neither_stored_nor_signed(house: House) -> None:
    """PORT-08: the vessel is disabled for road transport; the form shows nothing there."""
    member = await house.member()
    by_sea = letter(reference(), transport="2")
    assert all([by_sea["vessel"], by_sea["goods"][0]["vessel_mark"]])
    view = await member.save(TYPE, by_sea | {"transport": "4"})
    assert not {"vessel", "vessel_mark"} & {*view["content"], *view["content"]["goods"][0]}
    view = (await member.upload(TYPE, view["number"], "1")).json()
    prepared = (await member.prepare(TYPE, view)).json()
    assert "vessel" not in prepared["content"]
    assert "vessel_mark" not in prepared["content"]["goods"][0]


async def test_what_is_missing_counts_before_a_signature(house: House) -> None:
    member = await house.member()
    view = await member.save(TYPE, {"reference": reference(), "transport": "2"})
    answer = await member.prepare(TYPE, view)
    assert answer.status_code == 422
    assert {v["path"] for v in answer.json()["violations"]} == {"vessel", "goods", "attachments"}


async def test_someone_else_saved_first(house: House) -> None:
    """412 with what is stored now; nothing is overwritten."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    url, body = f"/api/documents/{TYPE}/{view['number']}", {"content": letter(reference())}
    assert (await member.http.put(url, json=body, headers={"If-Match": '"1"'})).status_code == 200
    stale = await member.http.put(url, json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["version"] == 2
    assert (await member.http.put(url, json=body)).status_code == 422


async def test_the_same_key_makes_one_document(house: House) -> None:
    member = await house.member()
    content = letter(reference())
    views = await asyncio.gather(
        *(member.save(TYPE, content, **{"Idempotency-Key": "key-0001"}) for _ in range(4))
    )
    assert len({view["number"] for view in views}) == 1


async def test_two_users_at_the_same_instant(house: House) -> None:
    """INSP-04: two signed applications for one key; exactly one is taken."""
    company, key = await house.company(), reference()
    members = [await house.member(company) for _ in range(2)]
    views = [await member.save(TYPE, letter(key)) for member in members]
    views = [(await m.upload(TYPE, v["number"], "1")).json() for m, v in zip(members, views, strict=True)]
    prepared = [(await m.prepare(TYPE, v)).json() for m, v in zip(members, views, strict=True)]
    answers = await asyncio.gather(
        *(m.submit(TYPE, v["number"], p) for m, v, p in zip(members, views, prepared, strict=True))
    )
    assert sorted(a.status_code for a in answers) in ([200, 409], [200, 422])
    [refused] = [a for a in answers if a.status_code != 200]
    assert refused.json()["violations"][0]["path"] == "reference"
    claims = await house.sql("select * from claim where key = $1", key)
    assert len(claims) == 1


async def test_a_signature_counts_once_and_for_its_document(house: House) -> None:
    """PORT-08: a replayed signature, another document's, over other files, of an old version, another's card."""
    member = await house.member()
    one = await member.save(TYPE, letter(reference()))
    one = (await member.upload(TYPE, one["number"], "1")).json()
    two = await member.save(TYPE, letter(reference()))
    two = (await member.upload(TYPE, two["number"], "1")).json()
    first = (await member.prepare(TYPE, one)).json()
    second = (await member.prepare(TYPE, two)).json()
    mixed = await member.submit(TYPE, two["number"], {**second, "signing_input": first["signing_input"]})
    assert mixed.status_code == 422
    assert "签名与所申报的内容不符" in mixed.json()["detail"]
    crossed = await member.submit(TYPE, two["number"], first)
    assert [each["rule"] for each in crossed.json()["violations"]] == ["sign.document"]
    await house.sql(
        "delete from attachment a using document d where d.id = a.document_id and d.number = $1",
        two["number"],
    )
    without = await member.submit(TYPE, two["number"], second)
    assert [each["rule"] for each in without.json()["violations"]] == ["sign.attachments"]
    assert (await member.submit(TYPE, one["number"], first)).status_code == 200
    replayed = await member.submit(TYPE, one["number"], first)
    assert replayed.status_code == 409
    assert "已经使用过" in replayed.json()["detail"]
    assert len(await house.sql("select from submission where card_no = $1", member.card_no)) == 1


async def test_an_old_version_is_not_signed(house: House) -> None:
    """PORT-08: nor what no card signs."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    for name in ("save", "delete", "print"):
        answer = await member.prepare(TYPE, view, name)
        assert (answer.status_code, "不需要签名" in answer.json()["detail"]) == (409, True), name
    prepared = (await member.prepare(TYPE, view)).json()
    url = f"/api/documents/{TYPE}/{view['number']}"
    changed = {
        "content": letter(reference()),
    }
    await member.http.put(url, json=changed, headers={"If-Match": f'"{view["version"]}"'})
    answer = await member.submit(TYPE, view["number"], prepared)
    assert answer.status_code == 412
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "暂存"


async def test_another_card_is_refused_with_both_numbers(house: House) -> None:
    """PORT-05: the manual's words with both card numbers."""
    member, other = await house.member(), await house.member()
    view = await member.save(TYPE, letter(reference()))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    answer = await member.prepare(TYPE, view, card_no=other.card_no)
    assert answer.status_code == 422
    message = f"当前卡号 {other.card_no} 与用户注册信息卡号 {member.card_no} 不一致，无法进行申报"
    assert answer.json()["violations"][0]["message"] == message
    prepared = (await member.prepare(TYPE, view)).json()
    forged = {"token": prepared["token"], **other.sign(prepared["signing_input"])}
    answer = await member.http.post(f"/api/documents/{TYPE}/{view['number']}/submit", json=forged)
    assert answer.status_code == 422
    assert answer.json()["violations"][0]["message"] == message


async def test_an_unbound_account_may_look_but_not_work(house: House) -> None:
    """PORT-04: an empty form opens; saving and searching are refused with what to do."""
    member = await house.member(bound=False)
    blank = (await member.http.get(f"/api/documents/{TYPE}/new")).json()
    assert blank["actions"]["save"]["allowed"] is False
    assert "绑定" in blank["actions"]["save"]["why"]
    assert blank["actions"]["new"]["allowed"] is True
    assert (await member.http.post(f"/api/documents/{TYPE}", json={"content": {}})).status_code == 403
    found = await member.http.get(f"/api/documents/{TYPE}?updated_from=2026-01-01&updated_to=2026-01-02")
    assert found.status_code == 403
    assert "绑定" in found.json()["detail"]


async def test_receipts_in_any_order_end_the_same(house: House) -> None:
    """CUST-05: shuffled and doubled receipts; the status is the same every time."""
    for seed in range(6):
        member, view = await applied(house)
        shuffle = random.Random(seed)
        await house.send()
        [submission] = [s for s in house.customs.received if s.number == view["number"]]
        answers = [
            house.customs.receipt(submission, 1, "RECEIVED"),
            house.customs.receipt(submission, 2, "APPROVED", customs_no="530120261121000009"),
        ]
        answers += answers[: 1 + seed % 2]
        shuffle.shuffle(answers)
        for answer in answers:
            await house.hear(answer)
        assert (await member.view(TYPE, view["number"]))["status"]["name"] == "审批通过"
        rows = await house.sql(
            "select from receipt r join document d on d.id = r.document_id where d.number = $1",
            view["number"],
        )
        assert len(rows) == 3


async def test_an_answer_that_overtakes_the_senders_note(house: House) -> None:
    """CUST-05: customs may answer before the portal has noted that the message was sent."""
    member, view = await applied(house)
    original = house.customs.send

    async def answers_at_once(envelopes: Any) -> Any:
        taken = await original(envelopes)
        for submission in [s for s in house.customs.received if s.number == view["number"]]:
            await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
        return taken

    house.customs.send = answers_at_once  # type: ignore[method-assign]
    await house.send()
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "海关接收成功"


async def test_receipts_of_a_superseded_submission_only_show(house: House) -> None:
    """CUST-05: returned, saved again; a late receipt of the first submission moves nothing."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "REFUSED"))
    view = await member.view(TYPE, view["number"])
    assert view["status"]["name"] == "退单"
    saved = await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}",
        json={"content": letter(reference())},
        headers={"If-Match": f'"{view["version"]}"'},
    )
    assert saved.json()["status"]["name"] == "暂存"
    await house.hear(house.customs.receipt(submission, 2, "APPROVED"))
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "暂存"
    receipts = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/receipts")).json()["items"]
    assert receipts[0]["code"] == "APPROVED"
    assert receipts[0]["superseded"] is True


async def test_customs_away_and_back(house: House) -> None:
    """The message waits; it is sent once when customs are back."""
    member, view = await applied(house)
    house.customs.away = True
    await house.send()
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "已申报"
    house.customs.away = False
    await house.sql("update outbox set next_at = now()")
    await house.send()
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"
    assert len([s for s in house.customs.received if s.number == view["number"]]) == 1


async def test_a_message_that_customs_refuse_for_good(house: House) -> None:
    """发送失败 with the reason, after which the document may be changed and declared again."""
    member, view = await applied(house)
    house.customs.refuses = "unknown type"
    await house.send()
    failed = await member.view(TYPE, view["number"])
    assert failed["status"]["name"] == "发送失败"
    assert failed["actions"]["apply"]["allowed"] is True
    receipts = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/receipts")).json()["items"]
    assert "没有接受该报文" in receipts[0]["text"]
    rows = await house.sql(
        "select last_error from outbox o join document d on d.id = o.document_id where number = $1",
        view["number"],
    )
    assert rows[0]["last_error"] == "unknown type"
    house.customs.refuses = ""
    again = await member.apply(TYPE, failed)
    assert again["status"]["name"] == "已申报"


async def test_only_customs_can_answer(house: House) -> None:
    """CUST-05: a receipt that customs did not sign is refused; an unknown code goes to a person's list."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    good = house.customs.receipt(submission, 1, "APPROVED")
    header, payload, signature = good.body.split(".")
    forged = good.model_copy(update={"body": f"{header}.{payload}.{signature[::-1]}"})
    [answer] = await house.customs.post([forged])
    assert answer.stored is False
    await house.hear(house.customs.receipt(submission, 1, "WHATEVER"))
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "发往海关成功"
    [row] = await house.sql("select problem from inbox where state = 'unreadable' order by id desc limit 1")
    assert "WHATEVER" in row["problem"]


async def test_the_history_is_a_chain(house: House) -> None:
    """Each entry's hash covers the one before; the application cannot rewrite one."""
    _member, view = await applied(house)
    rows = await house.sql(
        "select e.* from event e join document d on d.id = e.document_id where d.number = $1 order by no",
        view["number"],
    )
    assert [row["no"] for row in rows] == [1, 2, 3]
    assert all(later["previous"] == earlier["hash"] for earlier, later in itertools.pairwise(rows))
    with pytest.raises(Exception, match="permission denied"):
        async with house.web.transaction() as transaction:
            await transaction.run("update event set who = 'x'")


async def test_deleting_what_was_sent_hides_it(house: House) -> None:
    """PORT-08: the company sees it no more; its signed versions and receipts stay."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "REFUSED"))
    url = f"/api/documents/{TYPE}/{view['number']}"
    assert (await member.http.delete(url)).status_code == 204
    assert (await member.http.get(url)).status_code == 404
    rows = await house.sql(
        "select s.signature from submission s join document d on d.id = s.document_id where d.number = $1",
        view["number"],
    )
    assert len(rows) == 1


async def test_a_grey_button_and_the_server_give_the_same_reason(house: House) -> None:
    """UI-10: the rule stands in one place."""
    member, view = await applied(house)
    why = view["actions"]["delete"]["why"]
    assert why
    answer = await member.http.delete(f"/api/documents/{TYPE}/{view['number']}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == why
    batch = await member.http.post(f"/api/documents/{TYPE}/delete", json={"numbers": [view["number"]]})
    assert batch.json() == {"deleted": [], "refused": [{"number": view["number"], "why": why}]}


async def test_an_old_document_keeps_the_meaning_of_its_codes(house: House) -> None:
    """OPER-02: a name that changed later does not change what was filed, neither in a list nor on the form, which asks
    for the names of the document's own day."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference(), transport="5"))
    filed = date.fromisoformat(view["header"]["filed_on"])
    await house.sql(
        "update document set filed_on = $1 where number = $2", filed - timedelta(days=400), view["number"]
    )
    await house.sql(
        "update code_entry set valid_from = $1 where table_name = 'transport_modes' and code = '5'", filed
    )
    await house.sql(
        """insert into code_entry (table_name, code, name, initials, position, valid_to)
           values ('transport_modes', '5', '旧称空运', 'jcky', 1, $1)""",
        filed - timedelta(days=1),
    )
    try:
        span = {"updated_from": filed.isoformat(), "updated_to": filed.isoformat()}
        found = (await member.http.get(f"/api/documents/{TYPE}", params=span)).json()["items"]
        assert [row["values"]["transport"] for row in found] == ["5 旧称空运"]
        day = (await member.view(TYPE, view["number"]))["coded_on"]
        assert day == (filed - timedelta(days=400)).isoformat()
        url = "/api/codes/transport_modes"
        for asked, name in (
            ({"day": day}, "旧称空运"),
            ({"day": filed.isoformat()}, "航空运输"),
            ({}, "航空运输"),
        ):
            listed = (await member.http.get(url, params={"q": "5", **asked})).json()["items"]
            assert {"code": "5", "name": name} in listed, asked
            assert (await member.http.get(f"{url}/5", params=asked)).json()["name"] == name
        assert (await member.http.get(f"/api/documents/{TYPE}/new")).json()["coded_on"] is None
    finally:
        await house.sql("delete from code_entry where name = '旧称空运'")
        await house.sql(
            "update code_entry set valid_from = '-infinity' where table_name = 'transport_modes' and code = '5'"
        )


@pytest.mark.parametrize(
    "day", ["", "2026-2-1", "20260201", "2026-02-30", "1899-12-31", "1770000000", "today"]
)
async def test_a_code_is_asked_for_on_a_day_that_is_one(house: House, day: str) -> None:
    """OPER-02, INTG-01: refused at its place; Pydantic alone would take a number of seconds for a day too."""
    member = await house.member()
    for path in ("transport_modes", "transport_modes/5"):
        answer = await member.http.get(f"/api/codes/{path}", params={"day": day})
        assert answer.status_code == 422
        [violation] = answer.json()["violations"]
        assert violation["path"] == "day"
        assert "YYYY-MM-DD" in violation["message"]


async def test_a_warning_is_told_and_refuses_nothing(house: House) -> None:
    """GATE-10: after 暂存 and before the signature, at its place; only errors refuse."""
    member = await house.member()
    heavy = letter(reference(), goods=[{"name": "铁", "weight": "600", "vessel_mark": "A"}])
    view = await member.save(TYPE, heavy)
    said = [(each["path"], each["rule"], each["level"]) for each in view["warnings"]]
    assert said == [("goods/1/weight", "TMPL-R04", "warning")]
    assert (await member.view(TYPE, view["number"]))["warnings"] == []
    view = (await member.upload(TYPE, view["number"], "1")).json()
    prepared = await member.prepare(TYPE, view)
    assert prepared.status_code == 200
    assert [each["message"] for each in prepared.json()["warnings"]] == ["重量 600 千克，多于通常的 500 千克"]
    assert (await member.apply(TYPE, view))["status"]["name"] == "已申报"
    too_heavy = letter(reference(), goods=[{"name": "铁", "weight": "1200", "vessel_mark": "A"}])
    refused = await member.http.post(f"/api/documents/{TYPE}", json={"content": too_heavy})
    assert [(each["rule"], each["level"]) for each in refused.json()["violations"]] == [("TMPL-R01", "error")]


async def test_more_than_is_counted_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-07: the total stops where counting stops, and says so; exactly as many are all there are. Pages go on."""
    member = await house.member()
    for _ in range(3):
        await member.save(TYPE, letter(reference()))
    for cap, expected in ((1, (1, True)), (2, (2, True)), (3, (3, False)), (4, (3, False))):
        monkeypatch.setattr(search, "TOTAL_CAP", cap)
        for page, rows in ((1, 2), (2, 1), (3, 0)):
            asked = {**this_week(), "size": "2", "page": str(page)}
            answer = (await member.http.get(f"/api/documents/{TYPE}", params=asked)).json()
            assert (answer["total"], answer["total_capped"]) == expected, (cap, page)
            assert len(answer["items"]) == rows, (cap, page)


async def test_find_by_conditions(house: House) -> None:
    """UI-07, UI-09, INSP-10: the span is mandatory and limited; conditions are exact; others' rows never come."""
    member, other = await house.member(), await house.member()
    keys = [reference() for _ in range(3)]
    views = [await member.save(TYPE, letter(key)) for key in keys]
    await other.save(TYPE, letter(reference()))
    today = views[0]["header"]["filed_on"]
    base = f"/api/documents/{TYPE}?updated_from={today}&updated_to={today}"
    found = (await member.http.get(base + "&sort=reference")).json()
    assert found["total"] == 3
    assert [row["values"]["reference"] for row in found["items"]] == sorted(keys)
    assert (await member.http.get(f"{base}&reference={keys[1]}")).json()["total"] == 1
    assert (await member.http.get(f"{base}&status=4")).json()["total"] == 0
    page = (await member.http.get(f"{base}&size=2&page=2")).json()
    assert len(page["items"]) == 1
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in views[0]["number"])  # as an input method writes it
    for query, total in (
        (f"reference={keys[1].lower()}", 1),
        (f"reference={keys[1][:-1]}", 0),
        (f"number={wide}", 1),
        ("transport=2", 3),
        ("transport=4", 0),
        (f"filed_on_from={today}&filed_on_to={today}", 3),
        ("filed_on_from=2001-01-01&filed_on_to=2001-12-31", 0),
    ):
        assert (await member.http.get(f"{base}&{query}")).json()["total"] == total, query
    for query, rule in (
        ("", "query.required"),
        ("?updated_from=2026-01-01&updated_to=2026-02-01", "query.span"),
        ("?updated_from=2026-02-01&updated_to=2026-01-01", "query.order"),
        ("?updated_from=gestern&updated_to=2026-01-01", "query.date"),
        (f"?updated_from={today}&updated_to={today}&filed_on_from={today}", "query.paired"),
        (f"?updated_from={today}&updated_to={today}&status=77", "query.status"),
        ("?colour=blue&updated_from=2026-01-01&updated_to=2026-01-01", "query.unknown"),
    ):
        answer = await member.http.get(f"/api/documents/{TYPE}{query}")
        assert answer.status_code == 422
        assert answer.json()["violations"][0]["rule"] == rule
