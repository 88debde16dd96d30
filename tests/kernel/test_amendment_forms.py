"""Amendments with forms of their own: what they alter, ask for and keep; and their records (CONS-05, CONS-12).

On the invented booklet: 变更 alters some names, 延期申请 none, 修改申请 all and asks why, 撤销申请 asks alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from singlewindow.kernel.documents import amendment_list
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.exchange.receipts import Heard, hear
from tests.house import House, Member

TYPE = "_booklet"
BASE, AMENDMENTS = f"/api/documents/{TYPE}", f"/api/amendments/{TYPE}"
ITEMS = [{"name": "螺钉", "price": "10"}, {"name": "螺母", "price": "20.50"}]
WHY = {"reason": "4", "contact": "王芳"}
View = dict[str, Any]


@dataclass
class Booklet:
    """A booklet in the hands of its owner, and customs' answers to it."""

    house: House
    member: Member
    number: str

    async def view(self, amending: str = "") -> View:
        answer = await self.member.http.get(f"{BASE}/{self.number}", params={"for": amending})
        assert answer.status_code == 200, answer.text
        view: View = answer.json()
        return view

    async def put(self, action: str, content: View) -> httpx.Response:
        match = {"If-Match": f'"{(await self.view())["version"]}"'}
        body = {"action": action, "content": content}
        return await self.member.http.put(f"{BASE}/{self.number}/amendment", json=body, headers=match)

    async def saved(self, action: str, **more: Any) -> View:
        """暂存 on the form of an action, with some names typed."""
        form = await self.view(action)
        answer = await self.put(action, form["content"] | more)
        assert answer.status_code == 200, answer.text
        view: View = answer.json()
        return view

    async def thrown_away(self) -> httpx.Response:
        """删除 of what was saved."""
        match = {"If-Match": f'"{(await self.view())["version"]}"'}
        return await self.member.http.delete(f"{BASE}/{self.number}/amendment", headers=match)

    async def refusal(self, action: str, **more: Any) -> list[tuple[str, str]]:
        """Where and by which rule 暂存 or, of what is saved, 申报 is refused."""
        if more:
            answer = await self.put(action, (await self.view(action))["content"] | more)
        else:
            answer = await self.member.prepare(TYPE, await self.view(), action)
        assert answer.status_code == 422, answer.text
        return [(each["path"], each["rule"]) for each in answer.json()["violations"]]

    async def declare(self, action: str, code: str = "") -> View:
        """申报, and customs' answer if one is named."""
        view = await self.member.apply(TYPE, await self.view(), action)
        if code:
            await self.hear(code)
        return view

    async def hear(self, code: str, seq: int = 1, submission: int | None = None) -> None:
        """A receipt of the last submission; seq 0 is the portal's own word."""
        sql = "select last_submission as n from document where number = $1"
        last = submission or (await self.house.sql(sql, self.number))[0]["n"]
        async with self.house.worker.transaction() as transaction:
            said = Heard(TYPE, self.number, last, seq, code, f"回执 {code}", datetime.now(UTC), {})
            await hear(transaction, said)

    async def in_force(self) -> View:
        content: View = (await self.view())["content"]
        return content

    async def why_not(self, action: str) -> str:
        return str((await self.view())["actions"][action]["why"])

    async def found(self, action: str, **asked: str) -> list[View]:
        answer = await self.member.http.get(AMENDMENTS, params={"action": action, **asked})
        assert answer.status_code == 200, answer.text
        items: list[View] = answer.json()["items"]
        return [each for each in items if each["document"] == self.number]


async def booklet(house: House, member: Member | None = None) -> Booklet:
    """A booklet in force."""
    member = member or await house.member()
    view = await member.save(TYPE, {"title": "样册", "amount": "100", "items": ITEMS, **WHY})
    mine = Booklet(house, member, view["number"])
    await mine.declare("apply", "APPROVED")
    return mine


async def test_what_an_amendment_asks_for_is_typed_nowhere_else(house: House) -> None:
    """CONS-12: not in a draft, a template or a workbook; and nothing of it is in force after customs agreed."""
    mine = await booklet(house)
    assert not WHY.keys() & (await mine.in_force()).keys()
    kept = await mine.member.http.post(f"/api/form-templates/{TYPE}", json={"name": "样", "content": {**WHY}})
    template = (await mine.member.http.get(f"/api/form-templates/{TYPE}/{kept.json()['id']}")).json()
    assert not WHY.keys() & template["content"].keys()
    saved = await mine.saved("correct", title="改名", **WHY)
    assert saved["content"]["reason"] == "4"
    await mine.declare("correct", "APPROVED")
    assert (await mine.in_force())["title"] == "改名"
    assert not WHY.keys() & (await mine.in_force()).keys()
    assert "reason" not in (await mine.view("correct"))["content"], "each amendment is asked anew"


async def test_what_is_asked_is_obligatory_for_that_amendment_alone(house: House) -> None:
    """CONS-12: yellow fields are refused at 申报, not at 暂存; other actions do not ask for them."""
    mine = await booklet(house)
    await mine.saved("correct", title="改名")
    assert await mine.refusal("correct") == [("reason", "field.required"), ("contact", "field.required")]
    assert await mine.refusal("correct", reason="x", contact="改名", title="改名") == [
        ("reason", "field.code"),
        ("contact", "BOOK-R02"),
    ]
    assert (await mine.thrown_away()).status_code == 204
    await mine.saved("change", amount="90", **WHY)
    signed = await mine.declare("change", "APPROVED")
    assert signed["marker"]["name"] == "变更中"
    assert not WHY.keys() & (await mine.in_force()).keys()


async def test_only_what_an_amendment_alters_is_taken(house: House) -> None:
    """CONS-03: 变更 types a field that is grey in a draft; all else is as it is in force, whatever is sent."""
    mine = await booklet(house)
    form = await mine.view("change")
    assert form["editable"] == ["amount", "guarantee", "items"]
    assert form["in_force"] == form["content"]
    saved = await mine.saved("change", guarantee="保函", amount="80", title="偷改", holder="x", remark="偷改")
    assert saved["content"] == form["content"] | {"guarantee": "保函", "amount": "80"}
    await mine.declare("change", "APPROVED")
    assert await mine.in_force() == form["content"] | {"guarantee": "保函", "amount": "80"}


async def test_an_altered_grey_field_is_judged_like_any_other(house: House) -> None:
    """CONS-03: 担保方式 is obligatory in a 变更; what is wrong elsewhere was accepted by customs and does not count."""
    mine = await booklet(house)
    await mine.saved("change", guarantee="")
    assert await mine.refusal("change") == [("guarantee", "field.required")]
    assert await mine.refusal("change", guarantee="保" * 11) == [("guarantee", "field.length")]
    await house.sql(
        """update document set content = content || '{"title": "", "amount": "1"}' where number = $1""",
        mine.number,
    )
    assert await mine.refusal("change", guarantee="保函", amount="1") == [("amount", "BOOK-R01")]
    await mine.saved("change", guarantee="保函", amount="99")
    await mine.declare("change", "APPROVED")
    assert (await mine.in_force())["guarantee"] == "保函"


async def test_rows_in_force_are_kept_and_flagged(house: House) -> None:
    """CONS-05: new goods, and 停用 of those that are there; none is edited, removed, or taken back into use."""
    mine = await booklet(house)
    first, second = (await mine.view("change"))["content"]["items"]
    for rows in (
        [first],
        [second, first],
        [first | {"price": "1"}, second],
        [first | {"unit": "001"}, second],
    ):
        paths = {path for path, rule in await mine.refusal("change", items=rows) if rule == "field.kept"}
        assert paths <= {"items/1", "items/2"}
        assert paths
    new = {"name": "垫圈", "price": "1", "stopped": "1"}
    saved = await mine.saved("change", items=[first | {"stopped": "1"}, second, new])
    assert [row.get("stopped", "") for row in saved["content"]["items"]] == ["1", "", ""]
    await mine.declare("change", "APPROVED")
    stopped = [row.get("stopped", "") for row in (await mine.in_force())["items"]]
    assert stopped == ["1", "", ""]
    rows = (await mine.in_force())["items"]
    again = await mine.saved("change", items=[first, *rows[1:], {"price": "2"}])
    assert again["content"]["items"][0] == first | {"stopped": "1"}
    assert await mine.refusal("change") == [("items/4/name", "field.required")]


async def test_what_is_found_in_a_kept_row_does_not_count(house: House) -> None:
    """CONS-05: customs accepted it; in a new row it does."""
    mine = await booklet(house)
    await house.sql(
        """update document set content = jsonb_set(content, '{items,0,unit}', '"zzz"') where number = $1""",
        mine.number,
    )
    rows = (await mine.in_force())["items"]
    await mine.saved("change", items=[*rows, {"name": "垫圈", "price": "1"}])
    assert await mine.refusal("change", items=[*rows, {"name": "垫圈", "price": "1", "unit": "zzz"}]) == [
        ("items/3/unit", "field.code")
    ]


async def test_a_form_on_which_nothing_is_typed_has_but_its_button(house: House) -> None:
    """CONS-06: 延期 is declared as the booklet is in force; there is nothing to save."""
    mine = await booklet(house)
    before = await mine.in_force()
    form = await mine.view("prolong")
    assert form["editable"] == []
    assert [
        name for name, may in form["actions"].items() if may["allowed"] and name in ("save", "delete")
    ] == []
    answer = await mine.put("prolong", form["content"] | {"amount": "1"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "延期申请不修改单据内容，无需暂存")
    declared = await mine.declare("prolong", "APPROVED")
    assert declared["marker"]["name"] == "延期中"
    assert await mine.in_force() == before
    assert [each["number"] for each in await mine.found("prolong")] == [f"{mine.number}-01"]


async def test_a_withdrawal_asks_why_and_alters_nothing(house: House) -> None:
    """CONS-12: 撤销申请 likewise; agreed, the document is withdrawn from the moment of its submission."""
    mine = await booklet(house)
    before = await mine.in_force()
    assert await mine.refusal("retract") == [("", "sign.amendment")]
    saved = await mine.saved("retract", title="偷改", items=[], **WHY)
    assert saved["content"] == before | WHY
    assert saved["editable"] == ["contact", "phone", "reason"]
    await mine.declare("retract", "APPROVED")
    view = await mine.view()
    assert (view["status"]["name"], view["content"]) == ("已撤销", before)
    assert [each["status_name"] for each in await mine.found("retract")] == ["海关同意"]


async def test_one_amendment_at_a_time(house: House) -> None:
    """CONS-12: neither beside one that is saved nor beside one that is with customs; one's own is gone on with."""
    mine = await booklet(house)
    await mine.saved("correct", title="改名", **WHY)
    why = "已暂存「修改申请」，不能同时办理「撤销申请」；请先申报或删除该修改申请"
    assert await mine.why_not("retract") == why
    assert (await mine.put("retract", WHY)).json()["detail"] == why
    assert (await mine.member.prepare(TYPE, await mine.view(), "retract")).json()["detail"] == why
    assert await mine.why_not("correct") == ""
    assert (await mine.view("correct"))["content"]["title"] == "改名"
    other = await booklet(house, mine.member)
    assert await listed(mine, "retract") == [other.number]
    assert await listed(mine, "correct") == sorted([mine.number, other.number])
    await mine.declare("correct")
    assert await mine.why_not("correct") == "单据「修改中」，海关答复之前不允许修改申请"
    assert await listed(mine, "correct") == [other.number]
    await mine.hear("REFUSED")
    assert await listed(mine, "correct") == sorted([mine.number, other.number])
    assert await listed(mine, "retract") == [other.number], "what was refused is a draft again"
    assert (await mine.thrown_away()).status_code == 204
    assert await listed(mine, "retract") == sorted([mine.number, other.number])
    wrong = await mine.member.http.get(BASE, params={"amends": "apply"})
    assert wrong.status_code == 409


async def listed(mine: Booklet, action: str) -> list[str]:
    """The numbers on the query page that opens the action's form."""
    answer = await mine.member.http.get(BASE, params={"amends": action})
    assert answer.status_code == 200, answer.text
    return sorted(row["number"] for row in answer.json()["items"])


async def test_each_amendment_has_a_number_and_keeps_its_story(house: House) -> None:
    """CONS-12: from the first 暂存 on; settled ones stay, and a number is never given again."""
    mine = await booklet(house)
    await mine.saved("correct", title="改一")
    await mine.saved("correct", title="改二", **WHY)
    assert await story(mine) == [("01", "暂存", "")]
    assert (await mine.thrown_away()).status_code == 204
    assert await story(mine) == []
    await mine.saved("correct", title="改三", **WHY)
    await mine.declare("correct")
    assert await story(mine) == [("02", "已申报", "")]
    await mine.hear("REFUSED")
    assert await story(mine) == [("02", "海关不同意", "回执 REFUSED")]
    await mine.declare("correct", "APPROVED")
    assert await story(mine) == [("03", "海关同意", "回执 APPROVED"), ("02", "海关不同意", "回执 REFUSED")]
    [newest, _] = await mine.found("correct")
    assert newest["asked"] == [
        {"label": "修改原因", "text": "4 公路运输"},
        {"label": "联系人", "text": "王芳"},
    ]
    assert newest["settled_at"]
    assert newest["action_name"] == "修改申请"


async def story(mine: Booklet, action: str = "correct") -> list[tuple[str, str, str]]:
    """What became of the amendments: the end of the number, the word, and customs' words."""
    return [(row["number"][-2:], row["status_name"], row["answer"]) for row in await mine.found(action)]


async def test_a_record_follows_the_receipts_in_any_order(house: House) -> None:
    """CUST-05: 发送失败 that is heard late does not undo customs' answer; a refusal after it takes it back."""
    mine = await booklet(house)
    await mine.saved("correct", title="改名", **WHY)
    await mine.declare("correct")
    await mine.hear("APPROVED", seq=2)
    await mine.hear("SEND_FAILED", seq=0)
    assert await story(mine) == [("01", "海关同意", "回执 APPROVED")]
    await mine.hear("REFUSED", seq=3)
    assert await story(mine) == [("01", "海关不同意", "回执 REFUSED")]
    assert (await mine.in_force())["title"] == "样册"
    again = await mine.view("correct")
    assert (again["content"]["title"], again["content"]["reason"]) == ("改名", "4")
    assert await mine.why_not("retract"), "what was taken back is a draft of its own action"


async def test_a_failed_amendment_says_so(house: House) -> None:
    """CONS-12: 发送失败 is a word of its own, and what was typed can be declared again."""
    mine = await booklet(house)
    await mine.saved("correct", title="改名", **WHY)
    await mine.declare("correct")
    await mine.hear("SEND_FAILED", seq=0)
    assert await story(mine) == [("01", "发送失败", "回执 SEND_FAILED")]
    await mine.declare("correct", "APPROVED")
    assert [word for _, word, _ in await story(mine)] == ["海关同意", "发送失败"]


async def test_amendments_are_found_by_their_kind_and_more(house: House) -> None:
    """CONS-12: 修撤单类型 is obligatory; with it alone all of that kind are found, and others narrow them."""
    mine = await booklet(house)
    other = await booklet(house, mine.member)
    await mine.saved("correct", title="改名", **WHY)
    await other.saved("correct", title="改名", **WHY)
    await other.declare("correct", "APPROVED")
    numbers = [f"{each.number}-01" for each in (other, mine)]
    assert await numbers_of(mine, {"action": "correct"}) == numbers
    assert await numbers_of(mine, {"action": "retract"}) == []
    assert await numbers_of(mine, {"action": "correct", "status": "draft"}) == numbers[1:]
    assert await numbers_of(mine, {"action": "correct", "number": f" {numbers[0]} "}) == numbers[:1]
    assert await numbers_of(mine, {"action": "correct", "document": mine.number}) == numbers[1:]
    today = datetime.now(CHINA).date()
    assert (
        await numbers_of(mine, {"action": "correct", "asked_from": str(today), "asked_to": str(today)})
        == numbers
    )
    assert await numbers_of(mine, {"action": "correct", "asked_to": str(today - timedelta(days=1))}) == []
    assert await numbers_of(mine, {"action": "correct", "page": "2", "size": "1"}) == numbers[1:]
    for wrong, path, rule in (
        ({}, "action", "query.required"),
        ({"action": "apply"}, "action", "query.choice"),
        ({"action": "correct", "status": "7"}, "status", "query.choice"),
        ({"action": "correct", "asked_from": "2026-13-01"}, "asked_from", "query.date"),
        (
            {"action": "correct", "asked_from": "2026-11-02", "asked_to": "2026-11-01"},
            "asked_to",
            "query.order",
        ),
        ({"action": "correct", "document": "\u202e"}, "document", "query.choice"),
        ({"action": "correct", "sort": "id; drop"}, "sort", "query.sort"),
        ({"action": "correct", "sort": "asked"}, "sort", "query.sort"),
    ):
        answer = await mine.member.http.get(AMENDMENTS, params=wrong)
        assert [(v["path"], v["rule"]) for v in answer.json()["violations"]] == [(path, rule)]
        assert answer.status_code == 422


async def test_more_amendments_than_are_counted_is_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-12: the total stops where counting stops, and says so; exactly as many are all there are."""
    mine = await booklet(house)
    for each in (mine, await booklet(house, mine.member)):
        await each.saved("correct", title="改名", **WHY)
    for cap, expected in ((1, (1, True)), (2, (2, False))):
        monkeypatch.setattr(amendment_list, "TOTAL_CAP", cap)
        answer = (await mine.member.http.get(AMENDMENTS, params={"action": "correct"})).json()
        assert ((answer["total"], answer["total_capped"]), len(answer["items"])) == (expected, 2)


async def numbers_of(mine: Booklet, asked: dict[str, str]) -> list[str]:
    answer = await mine.member.http.get(AMENDMENTS, params=asked)
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["items"]]


async def test_the_list_of_amendments_comes_in_the_order_that_is_asked_for(house: House) -> None:
    """UI-07: by a column, either way; what customs have not answered stands where the database puts what is empty."""
    mine = await booklet(house)
    await mine.saved("correct", title="改一", **WHY)
    await mine.declare("correct", "APPROVED")
    await mine.saved("correct", title="改二", **WHY)
    first, second = f"{mine.number}-01", f"{mine.number}-02"
    for sort, expected in (
        ("number", [first, second]),
        ("-number", [second, first]),
        ("status", [first, second]),  # agreed, draft
        ("-status", [second, first]),
        ("asked_at", [first, second]),
        ("", [second, first]),
        ("settled_at", [first, second]),
        ("document", [first, second]),
    ):
        assert await numbers_of(mine, {"action": "correct"} | ({"sort": sort} if sort else {})) == expected


async def test_an_amendment_is_looked_at_as_it_was(house: House) -> None:
    """CONS-12: its number opens the details: what it asked for beside what was in force, also when it is long settled;
    nothing can be done there."""
    mine = await booklet(house)
    await mine.saved("correct", title="改一", **WHY)
    draft = (await mine.member.http.get(f"{AMENDMENTS}/{mine.number}-01")).json()
    await mine.declare("correct", "APPROVED")
    await mine.saved("correct", title="改二", **WHY)
    await mine.declare("correct", "APPROVED")
    first = (await mine.member.http.get(f"{AMENDMENTS}/{mine.number}-01")).json()
    for view in (draft, first):
        assert (view["amendment"], view["editable"], view["number"]) == ("correct", [], mine.number)
        assert (view["content"]["title"], view["in_force"]["title"]) == ("改一", "样册")
        assert view["content"]["reason"] == "4"
        assert not [name for name, may in view["actions"].items() if may["allowed"]]
    assert first["actions"]["correct"]["why"] == f"「修改申请」{mine.number}-01（海关同意）在此只能查看"
    assert (await mine.member.http.get(f"{AMENDMENTS}/{mine.number}-03")).status_code == 404


async def test_amendments_of_a_deleted_document_are_gone(house: House) -> None:
    """PORT-08: with their document, which stays in the archive."""
    mine = await booklet(house)
    await mine.saved("retract", **WHY)
    await mine.declare("retract", "APPROVED")
    assert len(await mine.found("retract")) == 1
    assert (await mine.member.http.delete(f"{BASE}/{mine.number}")).status_code == 204
    assert await mine.found("retract") == []
    assert (await mine.member.http.get(f"{AMENDMENTS}/{mine.number}-01")).status_code == 404


async def test_a_field_is_looked_up_on_the_amendments_form(house: House) -> None:
    """CONS-03: what is found wrong there is what the form's own judge would find; grey values stay as typed."""
    mine = await booklet(house)
    content = (await mine.in_force()) | {"guarantee": "保函", "amount": "1", "title": "偷改"}
    body = {"field": "amount", "content": content, "number": mine.number, "amending": "change"}
    answer = (await mine.member.http.post(f"{BASE}/lookup", json=body)).json()
    assert [(v["path"], v["rule"]) for v in answer["violations"]] == [("amount", "BOOK-R01")]
    assert answer["content"]["guarantee"] == "保函"
    assert (
        await mine.member.http.post(f"{BASE}/lookup", json=body | {"amending": "apply"})
    ).status_code == 409


async def test_an_autosave_keeps_what_only_the_amendment_takes(house: House) -> None:
    """UI-15: an altered grey field, a flag, a reason; on the document's own form none of them."""
    mine, content = (
        await booklet(house),
        {"guarantee": "保函", "items": [{"name": "螺钉", "stopped": "1"}], **WHY},
    )
    for key, amendment, kept in (
        ("a" * 32, "change", ("保函", "1", None)),
        ("b" * 32, "", (None, None, None)),
    ):
        body = {"number": mine.number, "amendment": amendment, "base_version": 1, "content": content}
        assert (await mine.member.http.put(f"/api/autosaves/{TYPE}/{key}", json=body)).status_code == 200
        asked = {"number": mine.number, "for": amendment}
        [left] = (await mine.member.http.get(f"/api/autosaves/{TYPE}", params=asked)).json()["items"]
        typed = left["content"]
        assert (typed.get("guarantee"), typed["items"][0].get("stopped"), typed.get("reason")) == kept


async def test_an_amendment_by_field_that_changes_nothing_is_not_declared(house: House) -> None:
    """CONS-12: a reason alone modifies nothing; a withdrawal needs no more than that."""
    mine = await booklet(house)
    await mine.saved("correct", **WHY)
    assert await mine.refusal("correct") == [("", "sign.unchanged")]
