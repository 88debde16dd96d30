"""变更 and 删单 of documents in force: what was accepted stays, and stays visible, until customs answer (GATE-05).

On the invented document of the template chapter, with real signatures and receipts.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from singlewindow.kernel.database.connection import Actor, Transaction
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.documents.verification import Checked, breaks
from singlewindow.kernel.exchange.receipts import Heard, hear
from singlewindow.kernel.lifecycle import SEND_FAILED, Amends
from singlewindow.kernel.live import changes
from tests.house import House, Member
from tests.kernel.test_documents import TYPE
from tests.kernel.test_documents import letter as content_of
from tests.kernel.test_printing import needs_poppler, printed

BASE = f"/api/documents/{TYPE}"


def reference() -> str:
    """A number that nobody has used; not by `random`, which hypothesis makes repeat itself."""
    return f"AC{secrets.randbelow(10**9):09d}"


@dataclass
class Letter:
    """A document in the hands of its owner, and customs' answers to it."""

    house: House
    member: Member
    number: str

    @property
    def url(self) -> str:
        return f"{BASE}/{self.number}"

    async def view(self, amending: str = "", member: Member | None = None) -> dict[str, Any]:
        answer = await (member or self.member).http.get(
            self.url, params={"for": amending} if amending else {}
        )
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def put(
        self, content: dict[str, Any], version: int | None = None, action: str = "change", **headers: str
    ) -> httpx.Response:
        """暂存 in the form of an action that amends."""
        match = {"If-Match": f'"{(await self.view())["version"] if version is None else version}"'}
        body = {"action": action, "content": content}
        return await self.member.http.put(f"{self.url}/amendment", json=body, headers=match | headers)

    async def changed(self, **more: Any) -> dict[str, Any]:
        """The saved change of some fields."""
        content = {**(await self.view("change"))["content"], **more}
        answer = await self.put(content)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def declare(self, action: str) -> dict[str, Any]:
        return await self.member.apply(TYPE, await self.view(), action)

    async def hear(self, submission: int, seq: int, code: str, **data: str) -> None:
        await self.house.hear(
            self.house.customs.receipt_for(TYPE, self.number, submission, seq, code, **data)
        )

    async def claims(self) -> list[str]:
        rows = await self.house.sql(
            "select key from claim c join document d on d.id = c.document_id where number = $1 order by key",
            self.number,
        )
        return [row["key"] for row in rows]

    async def row(self) -> dict[str, Any]:
        [row] = await self.house.sql(
            """select d.*, (select sequence from submission where id = pending_submission) as pending,
                      (select sequence from submission where id = in_force_submission) as in_force
               from document d where number = $1""",
            self.number,
        )
        return dict(row)

    async def history(self) -> list[str]:
        items = (await self.member.http.get(f"{self.url}/history")).json()["items"]
        return [item["text"] for item in items]


async def draft(house: House, member: Member | None = None, **more: Any) -> Letter:
    member = member or await house.member()
    view = await member.save(TYPE, {**content_of(reference()), **more})
    await member.upload(TYPE, view["number"], "1")
    return Letter(house, member, view["number"])


async def accepted(house: House, member: Member | None = None) -> Letter:
    """A document in force: declared, sent and approved."""
    made = await draft(house, member)
    await made.declare("apply")
    await house.send()
    await made.hear(1, 1, "RECEIVED")
    await made.hear(1, 2, "APPROVED", customs_no="530120261121000001")
    return made


# ------------------------------------------------------------------------------------------- the whole life


async def test_a_change_that_is_accepted_takes_the_place_of_what_was_in_force(house: House) -> None:
    """GATE-05: until then everything shows the old content; the status never moves; customs get MOD and the content."""
    letter = await accepted(house)
    before = await letter.view()
    saved = await letter.changed(remark="新", transport="4")
    assert (saved["amendment"], saved["content"]["remark"], saved["version"]) == (
        "change",
        "新",
        before["version"] + 1,
    )
    assert (await letter.view())["content"] == before["content"]
    under_way = await letter.declare("change")
    assert under_way["status"] == {"code": "4", "name": "审批通过", "waiting": True}
    assert under_way["marker"] == {"code": "change", "name": "变更中"}
    assert under_way["content"] == before["content"]
    await house.send()
    sent = [s for s in house.customs.received if s.number == letter.number]
    assert [(s.sequence, s.function, s.action_title) for s in sent] == [
        (1, "ADD", "申报"),
        (2, "MOD", "变更"),
    ]
    signed = json.loads(base64.b64decode(sent[1].content))
    assert (signed["remark"], "vessel" in signed) == ("新", False)
    row = await letter.row()
    assert (row["pending"], row["in_force"], row["amending"]) == (2, 1, "change")
    await letter.hear(2, 1, "RECEIVED")
    assert (await letter.view())["content"] == before["content"]
    await letter.hear(2, 2, "APPROVED", customs_no="999")
    after = await letter.view()
    assert (after["content"]["remark"], after["status"]["name"], after["marker"]) == ("新", "审批通过", None)
    assert after["header"]["customs_no"] == "530120261121000001", (
        "an amendment's receipt moves nothing of the document"
    )
    assert after["content"]["letter_no"] == before["content"]["letter_no"]
    row = await letter.row()
    assert (row["pending"], row["in_force"], row["amending"], row["amendment"]) == (None, 2, "", None)
    assert (await letter.history())[-5:] == [
        "变更暂存", f"变更已申报（卡号 {letter.member.card_no}）", "回执：变更：发往海关成功",
        "回执：变更：海关接收成功", "海关已接受变更（审批通过）",
    ]  # fmt: skip


async def test_a_change_that_is_refused_leaves_what_is_in_force_untouched(house: House) -> None:
    """GATE-05: what was typed is kept for the next try, which may be accepted."""
    letter = await accepted(house)
    before = await letter.view()
    await letter.changed(remark="一")
    await letter.declare("change")
    await letter.hear(2, 1, "REFUSED")
    after = await letter.view()
    assert {**after, "version": 0, "updated_at": ""} == {**before, "version": 0, "updated_at": ""}
    assert (await letter.view("change"))["content"]["remark"] == "一"
    assert (await letter.history())[-1] == "海关未接受变更（退单）"
    await letter.changed(remark="二")
    await letter.declare("change")
    await letter.hear(3, 1, "APPROVED")
    assert (await letter.view())["content"]["remark"] == "二"
    assert (await letter.row())["in_force"] == 3


async def test_a_record_is_written_where_something_became_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent or received only costs no further statement, nor does what has no amendments."""
    said: list[str] = []

    async def run(transaction: Transaction, sql: str, *values: object, _run: Any = Transaction.run) -> None:
        said.extend(["amendment"] if "update amendment" in sql else [])
        await _run(transaction, sql, *values)

    letter = await accepted(house)
    await letter.changed(remark="新")
    await letter.declare("change")
    monkeypatch.setattr(Transaction, "run", run)
    await house.send()
    await letter.hear(2, 1, "RECEIVED")
    assert said == []
    await letter.hear(2, 2, "APPROVED")
    assert said == ["amendment"]


async def test_later_receipts_of_the_base_move_the_status_and_no_amendment(house: House) -> None:
    """GATE-08: lock and unlock name the first submission, also while a change is with customs and after it."""
    letter = await accepted(house)
    await letter.changed(remark="新")
    await letter.declare("change")
    await letter.hear(1, 3, "LOCKED")
    locked = await letter.view()
    assert (locked["status"]["name"], locked["marker"]["name"]) == ("已锁定", "变更中")
    assert (await letter.row())["pending"] == 2
    await letter.hear(2, 1, "APPROVED")
    assert (await letter.view())["content"]["remark"] == "新"
    assert (await letter.view())["status"]["name"] == "已锁定"
    await letter.hear(1, 4, "UNLOCKED")
    done = await letter.view()
    assert (done["status"]["name"], done["content"]["remark"]) == ("审批通过", "新")
    assert (await letter.row())["in_force"] == 2


async def test_a_document_that_was_revoked_has_ended(house: House) -> None:
    """GATE-05: 删单 sends what is in force with DEL; accepted, the document holds nothing and stays as it is."""
    letter = await accepted(house)
    content = (await letter.view())["content"]
    form = await letter.view("revoke")
    assert (form["amendment"], form["content"]) == ("revoke", content)
    assert form["actions"]["apply"]["allowed"]
    assert form["actions"]["save"] == {"allowed": False, "why": "删单不修改单据内容，无需暂存"}
    await letter.changed(remark="不会发送")
    marked = await letter.declare("revoke")
    assert marked["marker"] == {"code": "revoke", "name": "删单中"}
    await house.send()
    sent = [s for s in house.customs.received if s.number == letter.number][-1]
    assert (sent.function, json.loads(base64.b64decode(sent.content)).get("remark")) == ("DEL", None)
    assert await letter.claims() == [content["reference"]]
    await letter.hear(2, 1, "APPROVED")
    ended = await letter.view()
    assert (ended["status"]["name"], ended["marker"]) == ("审批通过", {"code": "revoke", "name": "已删单"})
    assert ended["content"] == content
    assert await letter.claims() == []
    for action in ("change", "revoke"):
        why = f"单据「已删单」，不允许{'变更' if action == 'change' else '删单'}"
        assert ended["actions"][action] == {"allowed": False, "why": why}
        refused = await letter.member.prepare(TYPE, ended, action)
        assert (refused.status_code, refused.json()["detail"]) == (409, why)
    await letter.hear(1, 3, "LOCKED")
    assert (await letter.view())["status"]["name"] == "已锁定"
    assert await letter.claims() == []


async def test_a_refused_deletion_leaves_everything(house: House) -> None:
    letter = await accepted(house)
    await letter.declare("revoke")
    await letter.hear(2, 1, "REJECTED")
    view = await letter.view()
    assert (view["marker"], view["actions"]["revoke"]["allowed"]) == (None, True)
    assert len(await letter.claims()) == 1
    assert (await letter.history())[-1] == "海关未接受删单（接收失败）"


async def test_an_amendment_that_was_not_sent_and_is_accepted_later(house: House) -> None:
    """CUST-05: 发送失败 lets the user try again; customs' later word counts, the later submission more."""
    letter = await accepted(house)
    await letter.changed(remark="一")
    await letter.declare("change")
    house.customs.refuses = "no"
    await house.send()
    house.customs.refuses = ""
    failed = await letter.view()
    assert (failed["marker"], failed["actions"]["change"]["allowed"]) == (None, True)
    assert (await letter.history())[-1] == "变更发送失败（发送失败）"
    await letter.hear(2, 1, "RECEIVED")
    assert (await letter.view())["marker"]["name"] == "变更中", "customs have it after all"
    await letter.hear(2, 2, "REFUSED")
    await letter.changed(remark="二")
    await letter.declare("change")
    await letter.hear(2, 3, "APPROVED")
    assert ((await letter.view())["content"]["remark"], (await letter.view())["marker"]["name"]) == (
        "一",
        "变更中",
    )
    await letter.hear(3, 1, "APPROVED")
    assert (await letter.view())["content"]["remark"] == "二"
    row = await letter.row()
    assert (row["in_force"], row["pending"]) == (3, None)


async def test_another_working_version_outlives_a_late_acceptance(house: House) -> None:
    """Nothing that was typed is lost: the change of the change stays, what was accepted is in force."""
    letter = await accepted(house)
    await letter.changed(remark="一")
    await letter.declare("change")
    await letter.hear(2, 1, "REFUSED")
    await letter.changed(remark="二")
    version = (await letter.view())["version"]
    await letter.hear(2, 2, "APPROVED")
    assert (await letter.view())["content"]["remark"] == "一"
    assert (await letter.view("change"))["content"]["remark"] == "二"
    assert (await letter.view())["version"] == version + 1, (
        "who looks at what was in force before must look again"
    )


async def test_customs_take_an_acceptance_back(house: House) -> None:
    """CUST-05: the last word in the order of the receipts counts, and what was in force before is so again."""
    letter = await accepted(house)
    before = (await letter.view())["content"]
    await letter.changed(remark="新", reference=reference())
    await letter.declare("change")
    await letter.hear(2, 1, "APPROVED")
    await letter.hear(2, 2, "REFUSED")
    assert (await letter.view())["content"] == before
    assert (await letter.claims(), (await letter.row())["in_force"]) == ([before["reference"]], 1)


# ------------------------------------------------------------------------------------------- orders of receipts

STATE = """
select d.status, d.returned, d.content, d.amendment, d.amending, d.ended_by, d.answered, f.reference,
       f.status as found_as,
       (select sequence from submission s where s.id = d.pending_submission) as pending,
       (select sequence from submission s where s.id = d.in_force_submission) as in_force,
       (select json_agg(json_build_array(c.kind, c.key) order by c.key)::text
          from claim c where c.document_id = d.id) as claims
from document d join find__template f on f.document_id = d.id where d.number = $1"""


class Undone(Exception):
    """Ends a savepoint, so that the next order begins where this one did."""


async def heard_in(transaction: Transaction, number: str, order: Sequence[Heard]) -> dict[str, Any]:
    """The document after these receipts; what they did is undone again."""
    found: dict[str, Any] = {}
    try:
        async with transaction.savepoint():
            for each in order:
                await hear(transaction, each)
            row = await transaction.row(STATE, number)
            assert row is not None
            found = dict(row)
            raise Undone
    except Undone:
        return found


async def in_thread(work: Callable[[Callable[[Coroutine[Any, Any, Any]], Any]], None]) -> None:
    """Let hypothesis, which is not asynchronous, work in a thread; it gets what runs a coroutine here."""
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(
        work, lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)
    )


@pytest.mark.parametrize("last", ["change", "revoke"])
async def test_any_order_of_the_receipts_of_base_and_amendments_ends_the_same(
    house: House, last: str
) -> None:
    """CUST-05: three submissions, answered in any order and doubled, with any outcome; in_force is the greatest
    accepted, a mark and a claim are there or not, whatever came first."""
    letter = await accepted(house)
    await letter.changed(remark="一", reference=reference())
    await letter.declare("change")
    house.customs.refuses = "no"
    await house.send()
    house.customs.refuses = ""
    if last == "change":
        await letter.changed(remark="二", reference=reference())
    await letter.declare(last)

    def receipt(submission: int, seq: int, code: str) -> Heard:
        return Heard(TYPE, letter.number, submission, seq, code, code, datetime(2026, 11, 26, tzinfo=UTC), {})

    def work(run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        outcomes = st.sampled_from(["APPROVED", "REFUSED", "REJECTED", ""])
        ends: set[tuple[Any, ...]] = set()

        @settings(max_examples=80)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            said = [
                (1, 3, "LOCKED"),
                (1, 4, "UNLOCKED"),
                (2, 1, "RECEIVED"),
                (3, 0, "SENT"),
                (3, 1, "RECEIVED"),
            ]
            said += [(s, 2, code) for s in (2, 3) if (code := data.draw(outcomes))]
            said += [(s, 3, code) for s in (2, 3) if (code := data.draw(outcomes))]
            in_order = [receipt(*each) for each in said[: data.draw(st.integers(0, len(said)))]]
            shuffled = data.draw(st.permutations(in_order + in_order[:2]))
            expected = run(both(in_order))
            assert run(both(shuffled)) == expected
            ends.add((expected["in_force"], expected["amending"], expected["ended_by"], expected["status"]))

        check()
        assert len(ends) >= 3, ends

    async def both(order: Sequence[Heard]) -> dict[str, Any]:
        async with house.worker.transaction() as transaction:
            return await heard_in(transaction, letter.number, order)

    await in_thread(work)


@given(st.lists(st.sampled_from(["RECEIVED", "YES", "NO", "LOCKED"]), max_size=5), st.booleans())
def test_the_last_word_decides(codes: list[str], failed: bool) -> None:
    """CUST-05: the last code of the two kinds in the order of seq; what customs have is not 'failed'."""
    amends = Amends("变更中", frozenset({"YES"}), frozenset({"NO"}))
    receipts = ([(0, SEND_FAILED)] if failed else []) + list(enumerate(codes, 1))
    settling = [code for code in codes if code in ("YES", "NO")]
    words = {"YES": "accepted", "NO": "refused"}
    expected = words[settling[-1]] if settling else "failed" if failed and not codes else ""
    assert amends.outcome(reversed(receipts)) == expected


# ------------------------------------------------------------------------------------------- who may do what, and when


async def test_two_users_change_at_once(house: House) -> None:
    """The second is told what is stored now, as the form of the change shows it."""
    letter = await accepted(house)
    colleague = Letter(house, await house.member(letter.member.customs_code), letter.number)
    version = (await letter.view())["version"]
    content = (await letter.view("change"))["content"]
    assert (await letter.put({**content, "remark": "甲"}, version)).status_code == 200
    stale = await colleague.put({**content, "remark": "乙"}, version)
    assert stale.status_code == 412
    assert (stale.json()["current"]["amendment"], stale.json()["current"]["content"]["remark"]) == (
        "change",
        "甲",
    )
    assert (await colleague.view("change"))["content"]["remark"] == "甲"


async def test_two_users_declare_the_change_at_once(house: House) -> None:
    """One is taken; the other is told that it is with customs."""
    letter = await accepted(house)
    colleague = await house.member(letter.member.customs_code)
    view = await letter.changed(remark="新")
    prepared = [(m, (await m.prepare(TYPE, view, "change")).json()) for m in (letter.member, colleague)]
    answers = await asyncio.gather(*(m.submit(TYPE, letter.number, p) for m, p in prepared))
    assert sorted(a.status_code for a in answers) == [200, 409]
    [refused] = [a for a in answers if a.status_code == 409]
    assert refused.json()["detail"] == "单据「变更中」，海关答复之前不允许变更"
    assert (await letter.row())["last_submission"] == 2


async def test_while_one_is_with_customs_none_may_be_done(house: House) -> None:
    """GATE-05: every way in answers with the words of the grey button; everything else is as before."""
    letter = await accepted(house)
    before = (await letter.view())["actions"]
    await letter.changed(remark="新")
    await letter.declare("change")
    view = await letter.view()
    why = "单据「变更中」，海关答复之前不允许变更"
    assert view["actions"]["change"] == {"allowed": False, "why": why}
    amending = ("change", "revoke", "answer", "explain", "withdraw")
    assert {n: a for n, a in view["actions"].items() if n not in amending} == {
        n: a for n, a in before.items() if n not in amending
    }
    assert all("「变更中」" in view["actions"][name]["why"] for name in amending)
    ways = [
        await letter.member.http.get(letter.url, params={"for": "change"}),
        await letter.put(view["content"]),
        await letter.member.prepare(TYPE, view, "change"),
    ]
    assert [(a.status_code, a.json()["detail"]) for a in ways] == [(409, why)] * 3
    gone = await letter.member.http.delete(
        f"{letter.url}/amendment", headers={"If-Match": f'"{view["version"]}"'}
    )
    assert (gone.status_code, gone.json()["detail"]) == (
        409,
        "单据「变更中」，海关答复之前不允许删除变更内容",
    )
    batch = {"card_no": letter.member.card_no, "documents": [
        {"number": letter.number, "version": view["version"], "action": "revoke"}]}  # fmt: skip
    [item] = (await letter.member.http.post(f"{BASE}/prepare", json=batch)).json()["items"]
    assert item["problem"]["detail"] == "单据「变更中」，海关答复之前不允许删单"


async def test_what_is_no_amendment_has_no_form_of_one(house: House) -> None:
    letter = await accepted(house)
    for name, words in {"apply": "「申报」不是对已生效单据的变更", "x": "没有名为 x 的操作"}.items():
        answer = await letter.member.http.get(letter.url, params={"for": name})
        assert (answer.status_code, answer.json()["detail"]) == (409, words)
        assert (await letter.put({}, action=name)).json()["detail"] == words
    ending = await letter.put({}, action="revoke")
    assert (ending.status_code, ending.json()["detail"]) == (409, "删单不修改单据内容，无需暂存")


async def test_a_change_must_be_saved_before_it_is_declared(house: House) -> None:
    letter = await accepted(house)
    answer = await letter.member.prepare(TYPE, await letter.view(), "change")
    assert answer.status_code == 422
    assert answer.json()["violations"][0]["message"] == "尚未暂存变更的内容，不能申报"


async def test_a_saved_change_is_thrown_away(house: House) -> None:
    """删除 in the form of the change takes the change away, not the document; once."""
    letter = await accepted(house)
    empty = await letter.view("change")
    assert empty["actions"]["delete"] == {"allowed": False, "why": "没有已暂存的变更"}
    saved = await letter.changed(remark="新")
    assert saved["actions"]["delete"]["allowed"]
    url, match = f"{letter.url}/amendment", {"If-Match": f'"{saved["version"]}"'}
    assert (await letter.member.http.delete(url, headers={"If-Match": '"1"'})).status_code == 412
    assert (await letter.member.http.delete(url)).status_code == 422
    assert (await letter.member.http.delete(url, headers=match)).status_code == 204
    again = await letter.member.http.delete(url, headers={"If-Match": f'"{saved["version"] + 1}"'})
    assert (again.status_code, again.json()["detail"]) == (409, "没有已暂存的变更")
    assert (await letter.view("change"))["content"] == (await letter.view())["content"]
    assert (await letter.history())[-1] == "删除已暂存的变更"


async def test_a_change_is_judged_as_every_content(house: House) -> None:
    """A wrong value is refused when the change is saved, what is missing before it is signed."""
    letter = await accepted(house)
    content = (await letter.view("change"))["content"]
    wrong = await letter.put({**content, "reference": "x"})
    assert [v["path"] for v in wrong.json()["violations"]] == ["reference"]
    assert (await letter.put({**content, "goods": [], "vessel": ""})).status_code == 200
    missing = await letter.member.prepare(TYPE, await letter.view(), "change")
    assert {v["path"] for v in missing.json()["violations"]} == {"goods", "vessel"}


async def test_an_amendments_content_never_shows_without_asking_for_it(house: House) -> None:
    """GATE-05: neither the document, nor the list, nor a search tells what is being changed."""
    letter = await accepted(house)
    old = (await letter.view())["content"]["reference"]
    new = reference()
    await letter.changed(reference=new)
    today = str(datetime.now(CHINA).date())
    for declared in (False, True):
        if declared:
            await letter.declare("change")
        assert new not in json.dumps(await letter.view())
        for value, total in ((old, 1), (new, 0)):
            params = {"reference": value, "updated_from": today, "updated_to": today}
            found = (await letter.member.http.get(BASE, params=params)).json()
            assert found["total"] == total, value
            for row in found["items"]:
                assert (row["marker"], row["answered"]) == ("变更中" if declared else "", True)
                assert row["actions"] == (await letter.view())["actions"]
    await letter.hear(2, 1, "APPROVED")
    assert new in json.dumps(await letter.view())


async def test_what_the_list_says_of_a_draft(house: House) -> None:
    """`answered` is customs' word, not that of the portal's own sender."""
    letter = await draft(house)
    await letter.declare("apply")
    await house.send()
    assert not (await letter.view())["answered"]
    await letter.hear(1, 1, "RECEIVED")
    assert (await letter.view())["answered"]


async def test_another_companys_document(house: House) -> None:
    """PORT-10: as an absent one, on every way to an amendment (tests/isolation has the routes)."""
    letter = await accepted(house)
    stranger = Letter(house, await house.member(), letter.number)
    answers = [
        await stranger.member.http.get(letter.url, params={"for": "change"}),
        await stranger.put({}, version=1),
        await stranger.member.prepare(TYPE, {"number": letter.number, "version": 1}, "change"),
    ]
    assert [a.status_code for a in answers] == [404] * 3
    assert (await letter.row())["amendment"] is None


# ------------------------------------------------------------------------------------------- claims


async def test_claims_of_a_change(house: House) -> None:
    """INSP-04's means: the new key blocks others while the change is with customs, beside the old one; a refusal frees
    it, an acceptance frees the old one."""
    letter = await accepted(house)
    old, new = (await letter.view())["content"]["reference"], reference()
    await letter.changed(reference=new)
    assert await letter.claims() == [old], "a change that was only saved blocks nobody"
    await letter.declare("change")
    assert await letter.claims() == sorted([old, new])
    other = await draft(house)
    blocked = await other.member.http.put(
        other.url,
        json={"content": {**(await other.view())["content"], "reference": new}},
        headers={"If-Match": '"2"'},
    )
    assert [v["path"] for v in blocked.json()["violations"]] == ["reference"]
    await letter.hear(1, 3, "LOCKED")
    assert await letter.claims() == sorted([old, new]), "a receipt of the base takes none of them"
    await letter.hear(1, 4, "UNLOCKED")
    await letter.hear(2, 1, "REFUSED")
    assert await letter.claims() == [old]
    await letter.declare("change")
    await letter.hear(3, 1, "APPROVED")
    assert await letter.claims() == [new]
    taker = await draft(house, reference=old)
    assert (await taker.declare("apply"))["status"]["name"] == "已申报"


async def test_of_two_changes_to_one_key_one_wins(house: House) -> None:
    """Two documents want one new key at the same moment: the unique claim lets one through."""
    one, two = await accepted(house), await accepted(house)
    new = reference()
    prepared = []
    for each in (one, two):
        view = await each.changed(reference=new)
        prepared.append((each, (await each.member.prepare(TYPE, view, "change")).json()))
    answers = await asyncio.gather(*(each.member.submit(TYPE, each.number, p) for each, p in prepared))
    assert sorted(a.status_code for a in answers) in ([200, 409], [200, 422])
    rows = await house.sql("select count(*) from claim where key = $1", new)
    assert rows[0]["count"] == 1


# ------------------------------------------------------------------------------------------- forgeries


async def test_a_signature_counts_for_one_action_and_one_version(house: House) -> None:
    """PORT-08: what was signed for 变更 is no 删单, no 申报 of another document, and no later version of the change."""
    letter = await accepted(house)
    view = await letter.changed(remark="一")
    member = letter.member
    change = (await member.prepare(TYPE, view, "change")).json()
    revoke = (await member.prepare(TYPE, view, "revoke")).json()
    other = await draft(house, member)
    declare = (await member.prepare(TYPE, await other.view(), "apply")).json()
    assert [json.loads(json.dumps(p["statement"]))["action"] for p in (change, revoke, declare)] == [
        "change", "revoke", "apply",
    ]  # fmt: skip
    for number, token, text in (
        (letter.number, revoke["token"], change["signing_input"]),
        (other.number, declare["token"], change["signing_input"]),
        (other.number, change["token"], change["signing_input"]),
    ):
        body = {"token": token, **member.sign(text)}
        answer = await member.http.post(f"{BASE}/{number}/submit", json=body)
        assert answer.status_code == 422, answer.text
    await letter.changed(remark="二")
    stale = await member.submit(TYPE, letter.number, change)
    assert stale.status_code == 412
    assert (await letter.row())["last_submission"] == 1
    again = (await member.prepare(TYPE, await letter.view(), "change")).json()
    assert (await member.submit(TYPE, letter.number, again)).status_code == 200


async def test_the_history_of_an_amended_document_is_whole(house: House) -> None:
    """verify-history counts every submission, and finds a change that nobody made."""
    letter = await accepted(house)
    await letter.changed(remark="一")
    await letter.declare("change")
    await letter.hear(2, 1, "APPROVED")
    await letter.declare("revoke")
    await letter.hear(3, 1, "APPROVED")

    async def broken() -> list[str]:
        return [
            each.kind
            for each in [b async for b in breaks(house.owner, Checked())]
            if each.number == letter.number
        ]

    assert await broken() == []
    for was, becomes, found in (("accepted", "refused", ["changed"] * 2), ("refused", "accepted", [])):
        await house.sql(
            """update event e set data = jsonb_set(e.data, '{outcome}', to_jsonb($3::text)) from document d
               where d.id = e.document_id and d.number = $1 and e.data->>'outcome' = $2""",
            letter.number,
            was,
            becomes,
        )
        assert await broken() == found


# ------------------------------------------------------------------------------------------- around it


async def test_autosaves_of_a_change_and_of_the_document_are_apart(house: House) -> None:
    """UI-15: what was typed in the form of 变更 is offered there and nowhere else; 暂存 and 删除 of it take it away."""
    letter = await accepted(house)
    http, url = letter.member.http, f"/api/autosaves/{TYPE}"
    keys = {"": "a" * 32, "change": "b" * 32}
    for amendment, key in keys.items():
        body = {"content": {"remark": f"在{amendment}"}, "number": letter.number, "amendment": amendment}
        assert (await http.put(f"{url}/{key}", json=body)).status_code == 200

    async def offered(amending: str) -> list[str]:
        params = {"number": letter.number, "for": amending}
        return [item["key"] for item in (await http.get(url, params=params)).json()["items"]]

    assert [await offered(""), await offered("change")] == [[keys[""]], [keys["change"]]]
    content = (await letter.view("change"))["content"]
    await letter.put(content, None, **{"Autosave-Key": keys["change"]})
    assert [await offered(""), await offered("change")] == [[keys[""]], []]
    await http.put(
        f"{url}/{keys['change']}", json={"content": {}, "number": letter.number, "amendment": "change"}
    )
    match = {"If-Match": f'"{(await letter.view())["version"]}"'}
    assert (await http.delete(f"{letter.url}/amendment", headers=match)).status_code == 204
    assert [await offered(""), await offered("change")] == [[keys[""]], []]


async def test_the_news_tell_of_an_amendments_end(house: House) -> None:
    """UI-14: the status stays, but it is news."""
    letter = await accepted(house)
    await letter.changed(remark="一")
    await letter.declare("change")
    await letter.hear(2, 1, "RECEIVED")
    await letter.hear(2, 2, "REFUSED")
    items = (await letter.member.http.get("/api/news")).json()["items"]
    assert [item["amendment"] for item in items[:3]] == ["海关未接受变更", "变更：海关接收成功", ""]
    assert items[0]["status_name"] == items[0]["from_name"] == "审批通过"
    company = (await house.sql("select id from company where customs_code = $1", letter.member.customs_code))[
        0
    ]["id"]
    async with house.web.transaction(Actor(company)) as transaction:
        told = await changes.since(transaction, datetime(2026, 1, 1, tzinfo=UTC))
    assert told is not None
    assert [each.amendment for each in told[-3:]] == ["", "变更：海关接收成功", "海关未接受变更"]


@needs_poppler
async def test_a_print_shows_what_is_in_force_and_says_so(house: House, tmp_path: Path) -> None:
    """UI-12: the marker stands beside the status; a document that has ended bears no seal."""
    letter = await accepted(house)
    version = (await letter.view())["version"]
    await letter.changed(remark="不得出现")
    await letter.declare("change")
    paper = await printed(letter.member, letter.number, tmp_path)
    assert "审批通过（变更中，本件为现行内容）" in paper.text
    assert "不得出现" not in paper.text
    assert f"第{version}版" in paper.text
    await letter.hear(2, 1, "REFUSED")
    await letter.declare("revoke")
    sealed = (await printed(letter.member, letter.number, tmp_path)).text
    await letter.hear(3, 1, "APPROVED")
    ended = (await printed(letter.member, letter.number, tmp_path)).text
    assert "审批通过（已删单）" in ended
    assert ("有效期至" in sealed, "有效期至" in ended) == (True, False)


async def test_changes_and_deletions_are_signed_in_one_batch(house: House) -> None:
    """PORT-08: one PIN entry for a change and a deletion of two documents."""
    member = await house.member()
    one, two = await accepted(house, member), await accepted(house, member)
    await one.changed(remark="新")
    documents = [
        {"number": each.number, "version": (await each.view())["version"], "action": action}
        for each, action in ((one, "change"), (two, "revoke"))
    ]
    body = {"card_no": member.card_no, "documents": documents}
    items = (await member.http.post(f"{BASE}/prepare", json=body)).json()["items"]
    given = [
        {"number": i["number"], "token": i["prepared"]["token"],
         "signature": member.sign(i["prepared"]["signing_input"])["signature"]} for i in items
    ]  # fmt: skip
    body = {"certificate": base64.b64encode(member.certificate).decode(), "documents": given}
    done = (await member.http.post(f"{BASE}/submit", json=body)).json()["items"]
    assert [item["document"]["marker"]["name"] for item in done] == ["变更中", "删单中"]


async def test_receipts_name_the_action_that_they_answer(house: House) -> None:
    letter = await accepted(house)
    await letter.declare("revoke")
    await letter.hear(2, 1, "RECEIVED")
    items = (await letter.member.http.get(f"{letter.url}/receipts")).json()["items"]
    assert {(item["submission"], item["action"]) for item in items} == {(1, "申报"), (2, "删单")}


async def test_receipts_of_base_and_change_stand_in_the_order_of_their_times(house: House) -> None:
    """UI-08: what was locked after a change was accepted stands above the change's receipts."""
    letter = await accepted(house)
    await letter.changed(remark="新")
    await letter.declare("change")
    await letter.hear(2, 1, "APPROVED")
    await letter.hear(1, 3, "LOCKED")
    await house.sql(
        """update receipt r set at = r.at + interval '1 hour' from document d
           where d.id = r.document_id and d.number = $1 and r.code = 'LOCKED'""",
        letter.number,
    )
    items = (await letter.member.http.get(f"{letter.url}/receipts")).json()["items"]
    assert [(item["submission"], item["code"]) for item in items][:2] == [(1, "LOCKED"), (2, "APPROVED")]
    assert [item["seq"] for item in items if item["submission"] == 1] == [3, 2, 1, 0]


async def test_sixty_four_first_saves_at_once_have_sixty_four_serials(house: House) -> None:
    """GATE-01: month, bound card, and 13 digits of 数据中心统一编号; kept by every later save, given anew to a copy."""
    members = [await house.member() for _ in range(8)]
    views = await asyncio.gather(*(m.save(TYPE, content_of(reference())) for m in members for _ in range(8)))
    serials = [view["content"]["letter_no"] for view in views]
    assert len(set(serials)) == 64
    cards = [m.card_no for m in members for _ in range(8)]
    month = f"{datetime.now(CHINA):%Y%m}"
    for view, serial, card in zip(views, serials, cards, strict=True):
        assert serial == f"{month}{card}{view['number'][-13:]}"
    view, member = views[0], members[0]
    content = {**view["content"], "letter_no": "202601X0000000000000000000001", "remark": "改"}
    saved = await member.http.put(
        f"{BASE}/{view['number']}", json={"content": content}, headers={"If-Match": '"1"'}
    )
    assert saved.json()["content"]["letter_no"] == serials[0]
    copy = await member.save(TYPE, saved.json()["content"])
    assert copy["content"]["letter_no"] not in (serials[0], content["letter_no"])
    looked = await member.http.post(
        f"{BASE}/lookup", json={"field": "reference", "content": content, "number": view["number"]}
    )
    assert looked.json()["content"]["letter_no"] == serials[0]


# ------------------------------------------------------------------------------------------- every state and marker

EDITABLE = ("暂存", "退单", "发送失败")
CLOSED = ("已申报", "发往海关成功", "海关接收成功", "审批通过", "已锁定")
MARKERS = ("变更中", "删单中", "已删单")
LOOKS = {"new": f"{BASE}/new", "copy": "{}", "print": "{}/prints/form"}  # what leaves the document as it is
ALLOWED: dict[str, set[str]] = {
    "new": {*EDITABLE, *CLOSED},
    "save": {*EDITABLE},
    "copy": {*EDITABLE, *CLOSED},
    "delete": {*EDITABLE},
    "apply": {*EDITABLE},
    "change": {"审批通过"},
    "revoke": {"审批通过"},
    "print": {*EDITABLE, *CLOSED},
}
RECEIPTS = {
    "退单": ("REFUSED",),
    "海关接收成功": ("RECEIVED",),
    "审批通过": ("APPROVED",),
    "已锁定": ("APPROVED", "LOCKED"),
}
SCENES = [(state, "") for state in (*EDITABLE, *CLOSED)] + [
    (s, m) for s in ("审批通过", "已锁定") for m in MARKERS
]


async def in_state(house: House, state: str, marker: str) -> Letter:
    """A document in this state and with this marker, brought there as in life."""
    made = await draft(house)
    if state == "暂存":
        return made
    await made.declare("apply")
    if state != "已申报":
        house.customs.refuses = "no" if state == "发送失败" else ""
        await house.send()
        house.customs.refuses = ""
    codes = RECEIPTS.get(state, ())
    for seq, code in enumerate(codes[:1], 1):
        await made.hear(1, seq, code)
    if marker:
        if marker == "变更中":
            await made.changed(remark="新")
        await made.declare("change" if marker == "变更中" else "revoke")
        if marker == "已删单":
            await made.hear(2, 1, "APPROVED")
    for seq, code in enumerate(codes[1:], 2):
        await made.hear(1, seq, code)
    view = await made.view()
    assert (view["status"]["name"], (view["marker"] or {"name": ""})["name"]) == (state, marker)
    return made


async def perform(scene: Letter, who: Member, action: str, view: dict[str, Any]) -> httpx.Response:
    """Do what the button does, over the API."""
    match = {"If-Match": f'"{view["version"]}"'}
    if action in LOOKS:
        return await who.http.get(LOOKS[action].format(scene.url))
    if action == "save":
        return await who.http.put(scene.url, json={"content": view["content"]}, headers=match)
    if action == "delete":
        return await who.http.delete(scene.url, headers=match)
    if action == "change":
        body = {"action": "change", "content": {**view["content"], "remark": "新"}}
        saved = await who.http.put(f"{scene.url}/amendment", json=body, headers=match)
        if saved.status_code != 200:
            return saved
        view = saved.json()
    prepared = await who.prepare(TYPE, view, action)
    return await who.submit(TYPE, scene.number, prepared.json()) if prepared.status_code == 200 else prepared


async def people(scene: Letter) -> dict[str, Member]:
    """The owner, a colleague who is administrator, one without a card, and someone of another company."""
    house, code = scene.house, scene.member.customs_code
    return {
        "operator": scene.member,
        "administrator": await house.member(code, role="administrator"),
        "unbound": await house.member(code, bound=False),
        "stranger": await house.member(),
    }


def expected_status(action: str, who: str, allowed: bool) -> tuple[int, ...]:
    """What the server answers to someone's action."""
    if action == "new":
        return (200,)
    if who in ("stranger", "unbound"):
        return (404,) if who == "stranger" else (403,)
    return (200, 204) if allowed else (409,)


@pytest.mark.parametrize(("state", "marker"), SCENES)
async def test_every_action_in_every_state_by_everybody(house: House, state: str, marker: str) -> None:
    """UI-10, PORT-04, PORT-10: what the button says is what the server does, both ways, with the same words."""
    scene = await in_state(house, state, marker)
    cast = await people(scene)
    for action, states in ALLOWED.items():
        allowed = state in states and not (marker and action in ("change", "revoke"))
        for who in cast:
            view = await scene.view()
            assert view["actions"][action]["allowed"] == allowed, (action, view["actions"])
            answer = await perform(scene, cast[who], action, view)
            place = (action, who, answer.status_code, answer.text[:200])
            assert answer.status_code in expected_status(action, who, allowed), place
            if answer.status_code == 409:
                assert answer.json()["detail"] == view["actions"][action]["why"], place
            if allowed and action not in LOOKS and answer.is_success:
                scene = await in_state(house, state, marker)
                cast |= await people(scene)


class Life(RuleBasedStateMachine):
    """A document's life by dice: users and customs do whatever there is; a small model says what must come of it."""

    house: House
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    @initialize()
    def begin(self) -> None:
        self.letter: Letter = self.run(accepted(self.house))
        self.locked, self.marker, self.draft, self.in_force = False, "", "", ""
        self.seq, self.sequence, self.words = 2, 1, 0

    @rule()
    def save(self) -> None:
        self.words += 1
        content = self.run(self.letter.view())["content"]
        answer = self.run(self.letter.put({**content, "remark": str(self.words)}))
        assert (answer.status_code == 200) == self.may(), answer.text
        if self.may():
            self.draft = str(self.words)

    @rule()
    def throw_away(self) -> None:
        version = self.run(self.letter.view())["version"]
        answer = self.run(
            self.letter.member.http.delete(
                f"{self.letter.url}/amendment", headers={"If-Match": f'"{version}"'}
            )
        )
        allowed = bool(self.draft) and not self.marker.endswith("中")
        assert (answer.status_code == 204) == allowed, answer.text
        self.draft = "" if allowed else self.draft

    @rule(action=st.sampled_from(["change", "revoke"]))
    def declare(self, action: str) -> None:
        view = self.run(self.letter.view())
        prepared = self.run(self.letter.member.prepare(TYPE, view, action))
        allowed = self.may() and (action == "revoke" or bool(self.draft))
        assert (prepared.status_code == 200) == allowed, prepared.text
        assert view["actions"][action]["allowed"] == self.may()
        if not self.may():
            assert prepared.json()["detail"] == view["actions"][action]["why"]
        if allowed:
            assert (
                self.run(self.letter.member.submit(TYPE, self.letter.number, prepared.json())).status_code
                == 200
            )
            self.sequence += 1
            self.marker = "变更中" if action == "change" else "删单中"

    @precondition(lambda self: self.marker.endswith("中"))
    @rule(code=st.sampled_from(["APPROVED", "REFUSED", "REJECTED"]))
    def settle(self, code: str) -> None:
        self.run(self.letter.hear(self.sequence, 1, code))
        if code == "APPROVED" and self.marker == "变更中":
            self.in_force, self.draft = self.draft, ""
        self.marker = "已删单" if code == "APPROVED" and self.marker == "删单中" else ""

    @rule()
    def lock_or_unlock(self) -> None:
        self.seq, self.locked = self.seq + 1, not self.locked
        self.run(self.letter.hear(1, self.seq, "LOCKED" if self.locked else "UNLOCKED"))

    def teardown(self) -> None:
        if not hasattr(self, "letter"):
            return
        view = self.run(self.letter.view())
        assert view["status"]["name"] == ("已锁定" if self.locked else "审批通过")
        assert (view["marker"] or {"name": ""})["name"] == self.marker
        assert view["content"].get("remark", "") == self.in_force
        claims = self.run(self.letter.claims())
        assert claims == ([] if self.marker == "已删单" else [view["content"]["reference"]])

    def may(self) -> bool:
        return not self.marker and not self.locked


async def test_a_life_by_dice(house: House) -> None:
    """GATE-05: whatever users and customs do in whatever order, the document is what the model says."""

    def work(run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        machine = type("Machine", (Life,), {"house": house, "run": staticmethod(run)})
        run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=14))

    await in_thread(work)
