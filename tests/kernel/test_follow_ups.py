"""Follow-ups: signed actions on a document in force, typed on its own form (APPT-09 … APPT-12, APPT-16).

On the invented document of the template chapter: 答复 and 情况说明 lead to 已答复, 撤回 edits nothing.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from singlewindow.contract.messages import Submission
from singlewindow.kernel.documents.store import _change_sql
from singlewindow.kernel.documents.verification import Checked, breaks
from singlewindow.kernel.exchange.receipts import Heard, hear
from singlewindow.kernel.exchange.timers import move_due
from singlewindow.kernel.lifecycle import Action, Amends, states
from singlewindow.kernel.subsystem import Claim, DocumentType, RowAction, document_types, get_document_type
from singlewindow.kernel.timing import CHINA
from tests.actions import NEW, Matrix, amended, copy, declared, delete, new, printed, save, sign
from tests.house import House, Member
from tests.kernel.conftest import FROZEN
from tests.kernel.test_amendments import BASE, Letter, reference
from tests.kernel.test_documents import TYPE
from tests.kernel.test_documents import letter as content_of
from tests.kernel.test_printing import needs_poppler
from tests.kernel.test_printing import printed as on_paper

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANSWER_BY = "2026-11-21"
DUE = datetime(2026, 11, 27, tzinfo=CHINA)  # 00:00 after the fifth day after it
NO = reference


@dataclass
class Followed(Letter):
    """A letter in force; customs' answers bear the moments that the test gives them."""

    async def said(self, submission: int, seq: int, code: str, at: datetime = FROZEN, **data: str) -> None:
        async with self.house.worker.transaction() as transaction:
            await hear(transaction, Heard(TYPE, self.number, submission, seq, code, code, at, data))

    async def typed(self, action: str = "answer", **content: Any) -> dict[str, Any]:
        answer = await self.put(content, action=action)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def answered(self, *numbers: str) -> dict[str, Any]:
        """The answer, typed and signed."""
        await self.typed(answers=rows(*numbers or (NO(),)))
        return await self.declare("answer")

    async def stored(self) -> dict[str, Any]:
        """The document's row with its contents read."""
        row = await self.row()
        texts = ("content", "amendment", "follow_up")
        return row | {name: json.loads(row[name]) if row[name] else None for name in texts}

    async def sent(self) -> list[Submission]:
        """What customs got of it."""
        await self.house.send()
        await self.house.send()
        return [each for each in self.house.customs.received if each.number == self.number]

    async def status(self) -> str:
        return str((await self.view())["status"]["name"])

    async def refusal(self, action: str) -> str:
        """Why an action is refused to who asks for it; also the grey button's words."""
        view = await self.view()
        answer = await self.member.prepare(TYPE, view, action)
        assert answer.status_code == 409, answer.text
        assert view["actions"][action] == {"allowed": False, "why": answer.json()["detail"]}
        return str(answer.json()["detail"])

    async def alarms(self) -> list[datetime]:
        return [
            row["due_at"]
            for row in await self.house.sql(
                "select due_at from schedule s join document d on d.id = s.document_id where number = $1",
                self.number,
            )
        ]


def rows(*numbers: str) -> list[dict[str, str]]:
    return [{"answer_no": number} for number in numbers]


async def in_force(house: House, member: Member | None = None, **more: Any) -> Followed:
    """A document that was approved at FROZEN and must be answered by ANSWER_BY."""
    member = member or await house.member()
    view = await member.save(TYPE, {**content_of(reference()), "answer_by": ANSWER_BY, **more})
    letter = Followed(house, member, view["number"])
    view = (await member.upload(TYPE, letter.number, "1")).json()
    await member.apply(TYPE, view)
    for seq, code in enumerate(("SENT", "RECEIVED", "APPROVED")):
        await letter.said(1, seq, code)
    return letter


# ------------------------------------------------------------------------------------------- the whole life


async def test_a_follow_up_that_is_accepted_leads_on(house: House, clock: Any) -> None:
    """APPT-09: only its own names are taken, all else is sent as it is in force; accepted, the document is led on."""
    letter, (one, two) = await in_force(house), (NO(), NO())
    before = await letter.view()
    assert before["editable"] == ["answers", "attachments/4", "note"]
    assert (before["content"]["answers"], before["in_force"]) == ([], {"answers": []})
    saved = await letter.typed(answers=rows(one, two), remark="不得收取", transport="4", note="尚未")
    assert (saved["amendment"], saved["version"]) == ("", before["version"] + 1)
    assert saved["content"] == {**before["content"], "answers": rows(one, two), "note": "尚未"}
    assert saved["in_force"] == {"answers": []}
    marked = await letter.declare("answer")
    assert (marked["status"]["code"], marked["status"]["waiting"]) == ("4", True)
    assert (marked["marker"], marked["editable"]) == ({"code": "answer", "name": "答复中"}, [])
    sent = {**before["content"], "answers": rows(one, two)}
    assert marked["content"] == sent == (await letter.view())["content"], "what was sent, and no more"
    [_, message] = await letter.sent()
    assert (message.function, message.action_title) == ("ANS", "答复")
    signed = json.loads(base64.b64decode(message.content))
    assert (signed["answers"], signed.get("remark", ""), "note" in signed) == (
        rows(one, two), "", False,
    )  # fmt: skip
    await letter.said(2, 1, "RECEIVED")
    assert await letter.status() == "审批通过"
    await letter.said(2, 2, "APPROVED")
    after = await letter.view()
    assert (after["status"]["name"], after["marker"], after["status"]["waiting"]) == ("已答复", None, False)
    assert after["content"] == {**sent, "note": "尚未"}, "what was typed for another follow-up is kept"
    assert after["in_force"] == {}
    row = await letter.stored()
    assert (row["content"], row["follow_up"]) == (sent, {"note": "尚未"})
    assert (row["in_force"], row["pending"], row["amending"]) == (2, None, "")
    assert (await letter.history())[-5:] == [
        "答复暂存", f"答复已申报（卡号 {letter.member.card_no}）", "回执：答复：发往海关成功",
        "回执：答复：海关接收成功", "海关已接受答复（审批通过）",
    ]  # fmt: skip
    events = await house.sql(
        """select data->>'status' as s from event e join document d on d.id = e.document_id
           where number = $1 order by no""",
        letter.number,
    )
    assert events[-1]["s"] == "8"
    assert {item["action"] for item in (await letter.member.http.get(f"{letter.url}/receipts")).json()["items"]} == {
        "申报", "答复",
    }  # fmt: skip


async def test_a_follow_up_that_is_refused_may_be_done_again(house: House, clock: Any) -> None:
    """APPT-10: nothing in force was touched, and what was typed is there for the next try."""
    letter, number = await in_force(house), NO()
    before = await letter.view()
    await letter.answered(number)
    await letter.said(2, 1, "REFUSED")
    after = await letter.view()
    assert (after["status"], after["marker"], after["actions"]) == (before["status"], None, before["actions"])
    assert (after["content"]["answers"], after["in_force"]) == (rows(number), {"answers": []})
    assert (await letter.stored())["content"] == before["content"]
    assert (await letter.history())[-1] == "海关未接受答复（退单）"
    await letter.declare("answer")
    await letter.said(3, 1, "APPROVED")
    assert (await letter.view())["content"]["answers"] == rows(number)
    assert await letter.status() == "已答复"


async def test_customs_take_an_acceptance_back(house: House, clock: Any) -> None:
    """CUST-05: the last word counts: the status is what it was, and what was sent is typed again."""
    letter, number = await in_force(house), NO()
    await letter.answered(number)
    await letter.said(2, 1, "APPROVED")
    await letter.said(2, 2, "REFUSED")
    view = await letter.view()
    assert (view["status"]["name"], view["content"]["answers"], view["in_force"]) == (
        "审批通过", rows(number), {"answers": []},
    )  # fmt: skip
    assert (await letter.stored())["in_force"] == 1


async def test_customs_renew_what_they_returned(house: House, clock: Any) -> None:
    """CONS-07, CONS-08: an acceptance renews what its action names, and nothing when it is taken back, in any order."""
    letter = await in_force(house)

    async def returned() -> str:
        found = await letter.member.http.get(f"{BASE}/{letter.number}")
        [row] = await house.sql("select customs_no from find__template where number = $1", letter.number)
        shown = str(found.json()["header"].get("customs_no", ""))
        assert (row["customs_no"] or "") == shown
        return shown

    await letter.answered()
    await letter.said(2, 2, "APPROVED", customs_no="B2")
    await letter.said(1, 3, "APPROVED", customs_no="A1")  # late, and of the document itself
    assert await returned() == "B2"
    await letter.said(2, 3, "REFUSED")
    assert await returned() == "A1"


async def test_what_follow_ups_edit_is_typed_for_them_alone(house: House, clock: Any) -> None:
    """APPT-03: neither 暂存 of a draft nor a change of what is in force takes it, nor is it a draft's to be seen."""
    member = await house.member()
    more: dict[str, Any] = {"answers": rows(NO()), "note": "不得收取"}
    saved = await member.save(TYPE, {**content_of(reference()), **more})
    assert (saved["editable"], saved["in_force"]) == (None, None)
    assert (saved["content"]["answers"], "note" in saved["content"]) == ([], False)
    again = await member.save_again(TYPE, saved, **more)
    assert (again["content"]["answers"], "note" in again["content"]) == ([], False)
    blank = (await member.http.get(f"{BASE}/new")).json()
    assert (blank["editable"], blank["in_force"]) == (None, None)
    letter = await in_force(house, member)
    changed = await letter.changed(remark="新", **more)
    assert (changed["editable"], changed["content"]["remark"]) == (None, "新")
    assert (changed["content"]["answers"], "note" in changed["content"]) == ([], False)
    assert (await letter.view("revoke"))["editable"] == []
    number = NO()
    await letter.answered(number)
    await letter.said(2, 1, "APPROVED")
    view = await letter.view()
    assert (view["content"]["answers"], view["content"].get("remark")) == (rows(number), None)
    assert (await letter.stored())["amendment"]["remark"] == "新", "the saved change outlives it"


async def test_a_follow_up_is_judged_by_its_own_names(house: House, clock: Any) -> None:
    """APPT-10: what is wrong in what is typed for it is refused; what is by now wrong in what is in force is not."""
    letter = await in_force(house)
    await house.register("_template.barred", letter.member.customs_code, {"reason": "x"})
    content = (await letter.view())["content"]
    await house.sql(
        'update document set content = content || \'{"transport": "Z"}\' where number = $1', letter.number
    )
    empty = await letter.member.prepare(TYPE, await letter.view(), "answer")
    assert [(v["path"], v["rule"]) for v in empty.json()["violations"]] == [("answers", "TMPL-R09")]
    wrong = await letter.put({"answers": [{"answer_no": "?"}], "note": "x" * 201}, action="answer")
    assert {v["path"] for v in wrong.json()["violations"]} == {"answers/1/answer_no", "note"}
    await letter.typed(answers=[{}])
    missing = await letter.member.prepare(TYPE, await letter.view(), "answer")
    assert [v["path"] for v in missing.json()["violations"]] == ["answers/1/answer_no"]
    asked = {
        "content": {**content, "answers": rows("?")},
        "field": "answers/1/answer_no",
        "number": letter.number,
    }
    told = (await letter.member.http.post(f"{BASE}/lookup", json=asked)).json()
    assert [v["path"] for v in told["violations"]] == ["answers/1/answer_no"]
    number = NO()
    await letter.answered(number)
    await letter.said(2, 1, "APPROVED")
    assert (await letter.view())["content"]["answers"] == rows(number)


async def test_grey_values_stay_as_they_are_in_force(house: House, clock: Any) -> None:
    """APPT-10: what the registers say by now of who applied is not sent with a follow-up."""
    letter = await in_force(house)
    await house.sql(
        """update document set content = content || '{"applicant_code": "9999999999"}' where number = $1""",
        letter.number,
    )
    await letter.answered()
    message = (await letter.sent())[-1]
    assert json.loads(base64.b64decode(message.content))["applicant_code"] == "9999999999"


async def test_a_follow_up_has_no_form_of_its_own(house: House, clock: Any) -> None:
    letter = await in_force(house)
    form = await letter.member.http.get(letter.url, params={"for": "answer"})
    assert (form.status_code, form.json()["detail"]) == (409, "「答复」在单据本身的界面上办理")
    nothing = await letter.put({}, action="withdraw")
    assert (nothing.status_code, nothing.json()["detail"]) == (409, "撤回不修改单据内容，无需暂存")


# ------------------------------------------------------------------------------------------- not now, not again


async def test_a_reason_of_its_own_greys_the_button(house: House, clock: Any) -> None:
    """APPT-12: until the moment from which it may not be done, in form and list alike."""
    letter = await in_force(house)
    await clock(datetime(2026, 11, 20, 23, 59, 59, tzinfo=CHINA))
    assert (await letter.view())["actions"]["withdraw"]["allowed"]
    await clock(datetime(2026, 11, 21, tzinfo=CHINA))
    assert await letter.refusal("withdraw") == "答复期限 2026-11-21 已到，不能撤回"
    found = await letter.member.http.get(
        BASE, params={"updated_from": "2026-11-20", "updated_to": "2026-11-21"}
    )
    [row] = found.json()["items"]
    assert row["actions"] == (await letter.view())["actions"]


async def test_prepared_before_and_submitted_after_the_moment(house: House, clock: Any) -> None:
    """APPT-12: what was signed in time and comes too late is refused with the grey button's words."""
    letter = await in_force(house)
    prepared = (await letter.member.prepare(TYPE, await letter.view(), "withdraw")).json()
    await clock(datetime(2026, 11, 21, tzinfo=CHINA))
    late = await letter.member.submit(TYPE, letter.number, prepared)
    assert (late.status_code, late.json()["detail"]) == (409, "答复期限 2026-11-21 已到，不能撤回")
    assert (await letter.stored())["last_submission"] == 1


async def test_what_is_due_acts_before_a_follow_up_is_taken(house: House, clock: Any) -> None:
    """APPT-16: the worker may be late; who submits meets the status of this moment all the same."""
    letter = await in_force(house)
    await letter.typed(answers=rows(NO()))
    change = await letter.changed(remark="x")
    signed = (await letter.member.prepare(TYPE, change, "change")).json()
    await clock(DUE)
    refused = await letter.member.submit(TYPE, letter.number, signed)
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "单据状态为「逾期」，不允许变更；仅审批通过时可以",
    )  # fmt: skip
    prepared = (await letter.member.prepare(TYPE, await letter.view(), "answer")).json()
    done = (await letter.member.submit(TYPE, letter.number, prepared)).json()
    assert (done["status"]["name"], done["marker"]["name"]) == ("逾期", "答复中")
    await letter.said(2, 1, "REFUSED", DUE)
    assert await letter.status() == "逾期"


async def test_once(house: House, clock: Any) -> None:
    """APPT-11: a second explanation is refused once one was accepted, not after one that was not."""
    letter = await in_force(house)
    await letter.member.upload(TYPE, letter.number, "4")
    await letter.typed("explain", note="一")
    await letter.declare("explain")
    assert await letter.refusal("explain") == "单据「说明中」，海关答复之前不允许情况说明"
    await letter.said(2, 1, "REFUSED")
    await letter.declare("explain")
    await letter.said(3, 1, "APPROVED")
    assert await letter.status() == "已答复"
    assert await letter.refusal("explain") == "「情况说明」只能办理一次，海关已接受，不能再次办理"
    view = await letter.view()
    assert (view["editable"], view["content"]["note"]) == ([], "一")
    refused = await letter.put({"note": "二"}, action="explain")
    assert refused.status_code == 409
    await letter.said(3, 2, "REFUSED")
    assert (await letter.view())["actions"]["explain"]["allowed"], "customs took it back"


async def test_buttons_of_one_label_name_all_their_states(house: House, clock: Any) -> None:
    """UI-10: in no state of any of them each says when the button may be pressed."""
    letter = await in_force(house)
    await letter.said(1, 3, "LOCKED")
    view = await letter.view()
    words = {view["actions"][name]["why"] for name in ("apply", "answer", "explain")}
    assert words == {"单据状态为「已锁定」，不允许申报；仅暂存、审批通过、退单、逾期、已答复、发送失败时可以"}
    await letter.said(1, 4, "UNLOCKED")
    assert (await letter.view())["actions"]["apply"]["why"] == (
        "单据状态为「审批通过」，不允许申报；仅暂存、退单、发送失败时可以"
    )


async def test_withdrawn_while_customs_decide(house: House, clock: Any) -> None:
    """APPT-12: what customs approve later of a withdrawn application leaves it withdrawn; it holds nothing."""
    member = await house.member()
    view = await member.save(TYPE, content_of(reference()))
    letter = Followed(house, member, view["number"])
    await member.apply(TYPE, (await member.upload(TYPE, letter.number, "1")).json())
    await letter.said(1, 1, "RECEIVED")
    marked = await letter.declare("withdraw")
    assert (marked["status"]["name"], marked["marker"]["name"]) == ("海关接收成功", "撤回中")
    content = (await letter.stored())["content"]
    await letter.said(1, 2, "APPROVED", FROZEN + HOUR)
    await clock(FROZEN + HOUR)
    await letter.said(2, 1, "APPROVED", FROZEN + HOUR)
    row = await letter.stored()
    assert (row["status"], row["content"], row["pending"], row["in_force"]) == ("9", content, None, None)
    assert await letter.claims() == []
    assert (
        await letter.refusal("withdraw") == "单据状态为「已撤回」，不允许撤回；仅海关接收成功、审批通过时可以"
    )


# ------------------------------------------------------------------------------------------- timers


async def test_a_timer_waits_for_a_follow_up(house: House, clock: Any) -> None:
    """APPT-16: with customs, nothing is overdue; refused after its moment, it is at once; in news and history."""
    letter = await in_force(house)
    assert await letter.alarms() == [DUE]
    await letter.answered()
    assert await letter.alarms() == [], "and nobody is reminded"
    await clock(DUE + HOUR)
    await move_due(house.worker)
    assert await letter.status() == "审批通过"
    await letter.said(2, 1, "REFUSED", DUE + HOUR)
    assert (await letter.status(), await letter.alarms()) == ("逾期", [])
    assert (await letter.history())[-2:] == ["海关未接受答复（退单）", "答复期限已过五日：逾期"]
    await letter.declare("answer")
    await letter.said(3, 1, "APPROVED", DUE + 2 * HOUR)
    assert await letter.status() == "已答复"


async def test_refused_in_time_it_is_due_as_before(house: House, clock: Any) -> None:
    letter = await in_force(house)
    await letter.answered()
    await letter.said(2, 1, "REFUSED", FROZEN + HOUR)
    assert (await letter.status(), await letter.alarms()) == ("审批通过", [DUE])


async def test_accepted_in_time_it_is_never_overdue(house: House, clock: Any) -> None:
    """APPT-16: the submission's moment counts, not that of customs' answer."""
    letter = await in_force(house)
    await letter.answered()
    await clock(DUE + DAY)
    await letter.said(2, 1, "APPROVED", DUE + DAY)
    await move_due(house.worker)
    assert (await letter.status(), await letter.alarms()) == ("已答复", [])
    await letter.said(1, 3, "LOCKED", DUE + 2 * DAY)
    assert await letter.status() == "已答复"


async def test_what_could_not_be_sent_holds_nothing(house: House, clock: Any) -> None:
    """CUST-05: 发送失败 lets the timer act; customs' late word puts all in its place again."""
    letter = await in_force(house)
    number = NO()
    await letter.answered(number)
    await clock(DUE + HOUR)
    await letter.said(2, 0, "SEND_FAILED", DUE + HOUR)
    view = await letter.view()
    assert (view["status"]["name"], view["marker"], view["content"]["answers"]) == (
        "逾期",
        None,
        rows(number),
    )
    assert (await letter.history())[-2:] == ["答复发送失败（发送失败）", "答复期限已过五日：逾期"]
    other = NO()
    await letter.typed(answers=rows(other))
    await letter.said(2, 1, "RECEIVED", DUE + HOUR)
    view = await letter.view()
    assert (view["status"]["name"], view["marker"]["name"]) == ("审批通过", "答复中"), (
        "they have it after all"
    )
    assert view["content"]["answers"] == rows(number), "what was sent is shown"
    await letter.said(2, 2, "APPROVED", DUE + HOUR)
    view = await letter.view()
    assert (view["status"]["name"], view["content"]["answers"]) == ("已答复", rows(number))
    assert (await letter.stored())["follow_up"] == {"answers": rows(other), "note": ""}, (
        "nothing typed is lost"
    )


async def test_of_two_that_customs_accept_both_count(house: House, clock: Any) -> None:
    """CUST-05: a late acceptance of the earlier takes nothing from the later: each brings its own names."""
    letter, number = await in_force(house), NO()
    await letter.answered(number)
    await letter.said(2, 0, "SEND_FAILED")
    await letter.typed("explain", note="说明")
    await letter.declare("explain")
    await letter.said(3, 1, "APPROVED")
    await letter.said(2, 1, "APPROVED")
    content = (await letter.stored())["content"]
    assert (content["answers"], content["note"], await letter.status()) == (rows(number), "说明", "已答复")


# ------------------------------------------------------------------------------------------- two at once


async def test_two_users_submit_at_once(house: House, clock: Any) -> None:
    """APPT-10: one is taken; the other is told that it is with customs."""
    letter = await in_force(house)
    colleague = await house.member(letter.member.customs_code)
    view = await letter.typed(answers=rows(NO()))
    prepared = [(m, (await m.prepare(TYPE, view, "answer")).json()) for m in (letter.member, colleague)]
    answers = await asyncio.gather(*(m.submit(TYPE, letter.number, p) for m, p in prepared))
    assert sorted(a.status_code for a in answers) == [200, 409]
    [refused] = [a for a in answers if a.status_code == 409]
    assert refused.json()["detail"] == "单据「答复中」，海关答复之前不允许答复"


async def test_two_users_type_at_once(house: House, clock: Any) -> None:
    """The second is told what is stored now, as the document's own form shows it."""
    letter, number = await in_force(house), NO()
    version = (await letter.view())["version"]
    await letter.typed(answers=rows(number))
    stale = await letter.put({"answers": []}, version, action="answer")
    assert stale.status_code == 412
    current = stale.json()["current"]
    assert (current["amendment"], current["content"]["answers"]) == ("", rows(number))
    prepared = (await letter.member.prepare(TYPE, current, "answer")).json()
    await letter.typed(answers=rows(NO()))
    late = await letter.member.submit(TYPE, letter.number, prepared)
    assert late.status_code == 412, "what was signed is no longer what is stored"


async def test_withdrawn_in_one_batch(house: House, clock: Any) -> None:
    """PORT-08: one PIN entry; each is answered for itself."""
    member = await house.member()
    two = [await in_force(house, member) for _ in range(2)]
    await two[1].said(1, 3, "LOCKED")
    documents = [
        {"number": each.number, "version": (await each.view())["version"], "action": "withdraw"}
        for each in two
    ]
    body = {"card_no": member.card_no, "documents": documents}
    items = (await member.http.post(f"{BASE}/prepare", json=body)).json()["items"]
    assert items[1]["problem"]["detail"].startswith("单据状态为「已锁定」，不允许撤回")
    token = {"number": items[0]["number"], "token": items[0]["prepared"]["token"]}
    signature = member.sign(items[0]["prepared"]["signing_input"])["signature"]
    given = {
        "certificate": base64.b64encode(member.certificate).decode(),
        "documents": [{**token, "signature": signature}],
    }
    [done] = (await member.http.post(f"{BASE}/submit", json=given)).json()["items"]
    assert done["document"]["marker"]["name"] == "撤回中"


# ------------------------------------------------------------------------------------------- files


async def names_of(view: dict[str, Any]) -> list[str]:
    return [file["category"] for file in view["attachments"]]


async def test_files_of_a_follow_up(house: House, clock: Any) -> None:
    """APPT-11: uploaded and taken away exactly while it may be typed; sent with it alone; kept as they were signed."""
    letter = await in_force(house)
    member = letter.member
    base = await member.upload(TYPE, letter.number, "2")
    assert base.status_code == 409, "files of what is in force stay"
    uploaded = await member.upload(TYPE, letter.number, "4")
    assert uploaded.status_code == 200, uploaded.text
    view = uploaded.json()
    assert (view["status"]["code"], await names_of(view)) == ("4", ["1", "4"])
    assert (await letter.stored())["in_force"] == 1, "nothing that was submitted is closed"
    view = await letter.typed(answers=rows(NO()), note="说明")
    answer = (await member.prepare(TYPE, view, "answer")).json()
    explain = (await member.prepare(TYPE, view, "explain")).json()
    assert [[f["category"] for f in p["statement"]["attachments"]] for p in (answer, explain)] == [
        ["1"],
        ["1", "4"],
    ]
    first = view["attachments"][1]["id"]
    assert (await member.submit(TYPE, letter.number, explain)).status_code == 200
    assert (await member.upload(TYPE, letter.number, "4")).status_code == 409
    assert (await member.http.delete(f"{letter.url}/attachments/{first}")).status_code == 409
    await letter.said(2, 1, "REFUSED")
    assert (await member.upload(TYPE, letter.number, "4")).status_code == 200, "another takes its place"
    kept = await house.sql("select superseded from attachment where id = $1", first)
    assert [row["superseded"] for row in kept] == [True], "what was signed stays in the archive"
    await letter.declare("explain")
    await letter.said(3, 1, "APPROVED")
    assert (await member.upload(TYPE, letter.number, "4")).status_code == 409
    draft = await member.save(TYPE, content_of(reference()))
    assert (await member.upload(TYPE, draft["number"], "4")).status_code == 409, "and not of a draft"


@pytest.mark.parametrize("action", ["answer", "explain", "withdraw"])
async def test_a_follow_up_after_the_card_was_lost(house: House, clock: Any, action: str) -> None:
    """APPT-10, APPT-11, APPT-12: what customs have taken in goes along as it was signed; a file of the follow-up's own
    is signed anew with the card that the account has now."""
    letter = await in_force(house)
    old = letter.member
    if action == "explain":
        assert (await old.upload(TYPE, letter.number, "4")).status_code == 200
    letter.member = await house.with_new_card(old)
    await house.revoke(old)
    view = await letter.typed(answers=rows(NO()), note="说明")
    if action == "explain":
        refused = await letter.member.prepare(TYPE, view, action)
        assert [v["path"] for v in refused.json()["violations"]] == ["attachments/4"]
        view = (await letter.member.upload(TYPE, letter.number, "4")).json()
    await letter.member.apply(TYPE, view, action)
    first, second = await letter.sent()
    assert second.attachments[0] == first.attachments[0], "by which customs know it again"


async def test_what_another_party_sees(house: House, clock: Any) -> None:
    """APPT-13: what was submitted, never what is typed; a file once it was signed. It may do nothing."""
    party = await house.member()
    letter = await in_force(house, consignee_code=party.customs_code)
    uploaded = (await letter.member.upload(TYPE, letter.number, "4")).json()
    [_, file] = [each["id"] for each in uploaded["attachments"]]
    number = NO()
    await letter.typed(answers=rows(number), note="说明")
    before = await letter.view(member=party)
    assert (before["content"]["answers"], "note" in before["content"]) == ([], False)
    assert (before["editable"], before["in_force"], await names_of(before)) == ([], None, ["1"])
    for database in (house.owner, house.app.state.database):  # the application alone, and both fences
        house.app.state.database = database
        assert (await party.http.get(f"{letter.url}/attachments/{file}")).status_code == 404
        assert await names_of(await letter.view(member=party)) == ["1"]
    await letter.declare("explain")
    under_way = await letter.view(member=party)
    assert (under_way["content"]["note"], under_way["marker"]["name"]) == ("说明", "说明中")
    assert (under_way["content"]["answers"], await names_of(under_way)) == ([], ["1", "4"])
    assert (await party.http.get(f"{letter.url}/attachments/{file}")).status_code == 200
    assert not any(under_way["actions"][name]["allowed"] for name in ("answer", "explain", "withdraw"))
    await letter.said(2, 1, "APPROVED")
    assert (await letter.view(member=party))["status"]["name"] == "已答复"
    refused = await party.prepare(TYPE, await letter.view(member=party), "answer")
    assert refused.status_code == 403


@needs_poppler
async def test_a_print_shows_what_is_in_force(house: House, clock: Any, tmp_path: Path) -> None:
    """UI-12: neither what is typed nor its files, and the version that was submitted; in every state."""
    letter = await in_force(house)
    version = (await letter.view())["version"]
    await letter.member.upload(TYPE, letter.number, "4", name="不得出现.pdf")
    await letter.typed("explain", note="不得出现")
    for moment, status in ((FROZEN, "审批通过"), (DUE, "逾期")):
        await clock(moment)
        await move_due(house.worker)
        paper = (await on_paper(letter.member, letter.number, tmp_path)).text
        assert (status in paper, "不得出现" in paper, f"第{version}版" in paper) == (True, False, True)
    await letter.declare("explain")
    assert "逾期（说明中，本件为现行内容）" in (await on_paper(letter.member, letter.number, tmp_path)).text
    await letter.said(2, 1, "APPROVED", DUE)
    assert "不得出现" in (await on_paper(letter.member, letter.number, tmp_path)).text


async def test_the_history_of_a_followed_document_is_whole(house: House, clock: Any) -> None:
    """CUST-05: verify-history finds nothing wrong in it."""
    letter = await in_force(house)
    await letter.answered()
    await letter.said(2, 1, "REFUSED")
    await letter.declare("answer")
    await letter.said(3, 1, "APPROVED")
    assert letter.number not in [each.number async for each in breaks(house.owner, Checked())]


# ------------------------------------------------------------------------------------------- claims


async def test_a_number_is_fed_back_once(house: House, clock: Any) -> None:
    """APPT-10: several keys, held from the submission on; a refusal frees them; of two at once one gets through."""
    one, two = await in_force(house), await in_force(house)
    shared, own = NO(), NO()
    base = [(await each.view())["content"]["reference"] for each in (one, two)]
    await one.answered(shared, own)
    assert await one.claims() == sorted([shared, own, base[0]])
    refused = await two.put({"answers": rows(NO(), shared)}, action="answer")
    [violation] = refused.json()["violations"]
    assert (violation["path"], violation["rule"]) == ("answers/2/answer_no", "TMPL-R10")
    assert violation["message"] == f"答复编号 {shared} 已用于另一申请"
    await one.said(2, 1, "REFUSED")
    assert await one.claims() == [base[0]]
    prepared = []
    for each in (one, two):
        view = await each.typed(answers=rows(NO(), shared))
        prepared.append((each, (await each.member.prepare(TYPE, view, "answer")).json()))
    answers = await asyncio.gather(*(each.member.submit(TYPE, each.number, p) for each, p in prepared))
    assert sorted(a.status_code for a in answers) in ([200, 409], [200, 422])
    assert len(await house.sql("select from claim where key = $1", shared)) == 1
    [winner] = [
        each for (each, _), answer in zip(prepared, answers, strict=True) if answer.status_code == 200
    ]
    [submission] = await house.sql(
        "select max(sequence) as n from submission s join document d on d.id = s.document_id where number = $1",
        winner.number,
    )
    await winner.said(submission["n"], 1, "APPROVED")
    assert shared in await winner.claims(), "accepted, it stays taken"


async def test_shared_claims_hinder_nobody(house: House, clock: Any) -> None:
    """APPT-09: both companies of every overdue application are known by them, to both; they go with the status."""
    party, owner = await house.member(), await house.member()
    two = [await in_force(house, owner, consignee_code=party.customs_code) for _ in range(2)]
    fresh = await party.save(TYPE, content_of(reference()))
    assert [w["rule"] for w in fresh["warnings"]] == []
    await clock(DUE)
    assert await move_due(house.worker) == 2
    held = "select key from shared_claim where kind = '_template.late' and key = any($1) order by key"
    both = [owner.customs_code, party.customs_code]
    assert [row["key"] for row in await house.sql(held, both)] == sorted(
        [owner.customs_code, party.customs_code] * 2
    )
    for member in (owner, party):
        saved = await member.save(TYPE, content_of(reference()))
        assert [(w["path"], w["rule"]) for w in saved["warnings"]] == [("applicant_code", "TMPL-R08")]
    stranger = await (await house.member()).save(
        TYPE, {**content_of(reference()), "consignee_code": party.customs_code}
    )
    assert [w["path"] for w in stranger["warnings"]] == ["consignee_code"]
    for each in two:
        await each.answered()
        await each.said(2, 1, "APPROVED", DUE)
    assert await house.sql(held, both) == []
    assert (await party.save(TYPE, content_of(reference())))["warnings"] == []


def test_types_without_shared_claims_and_follow_ups_write_as_before() -> None:
    """No part of a statement is for what a type has not."""
    seen = set()
    for type in document_types().values():
        statement = _change_sql(type, True)
        assert ("shared_claim" in statement) == any(claim.shared for claim in type.claims)
        assert ("follow_up" in statement) == bool(type.lifecycle.follow_ups)
        seen.add(bool(type.lifecycle.follow_ups))
    assert seen == {True, False}


# ------------------------------------------------------------------------------------------- what may be declared


def test_keys_of_a_claim() -> None:
    """One or several, each once, in one order; an empty one is none."""
    one = Claim("x", lambda content: content.get("a", ""), states("4"))
    many = replace(one, key=lambda content: content["a"])
    assert (one.keys({"a": "1"}), one.keys({}), many.keys({"a": ["2", "", "1", "2"]})) == (
        ["1"],
        [],
        ["1", "2"],
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"edits": frozenset({"nothing"})}, "what is not there"),
        ({"edits": frozenset({"attachments/9"})}, "what is not there"),
        ({"from": states("4", "0")}, "of drafts"),
        ({"leads_to": "Z"}, "unknown states"),
        ({"ended": "已结束"}, "neither leads on"),
        ({"row": RowAction("答复", "amend", "answer")}, "no form of their own"),
    ],
)
def test_what_a_follow_up_cannot_be(wrong: dict[str, Any], words: str) -> None:
    """It edits what there is, of what is in force, and does not end the document."""
    type = get_document_type(TYPE)
    action = type.lifecycle.action("answer")
    with pytest.raises(ValueError, match=words):
        declared_with(type, action, wrong)


def declared_with(type: DocumentType, action: Action, wrong: dict[str, Any]) -> DocumentType:
    """The type with something else in that action, or among its rows' words."""
    if "row" in wrong:
        return replace(type, queries=replace(type.queries, row_actions=(wrong["row"],)))
    assert action.amends is not None
    made = {k: v for k, v in wrong.items() if k in Amends.__dataclass_fields__}
    from_states = wrong.get("from", action.from_states)
    other = replace(action, amends=replace(action.amends, **made), from_states=from_states)
    actions = tuple(other if each.name == "answer" else each for each in type.lifecycle.actions)
    return replace(type, lifecycle=replace(type.lifecycle, actions=actions))


async def test_what_the_definition_says(house: House) -> None:
    """UI-10: names and choices of follow-ups are there for the pages; they are no forms of their own."""
    member = await house.member()
    definition = (await member.http.get(f"/api/definitions/{TYPE}")).json()
    found = {a["name"]: (a["label"], a["amends"], a["edits"], a["choice"]) for a in definition["actions"]}
    assert found["answer"] == ("申报", "", ["answers"], "答复")
    assert found["explain"] == ("申报", "", ["attachments/4", "note"], "情况说明")
    assert found["withdraw"] == ("撤回", "", [], "")
    assert found["change"] == ("变更", "replaces", None, "")


# ------------------------------------------------------------------------------------------- every state and person

DRAFTS, SENT = {"暂存", "退单", "发送失败"}, {"已申报", "发往海关成功", "海关接收成功"}
STORED = {*DRAFTS, *SENT, "审批通过", "已锁定", "逾期", "已答复", "已撤回"}
PLACES = (*sorted(STORED), "审批通过 答复中", "逾期 说明中", "海关接收成功 撤回中", "已答复 已说明")


@dataclass
class Stage:
    """Documents of the template in every state, as tests/actions.py wants them."""

    house: House
    owner: Member
    type: str = TYPE

    async def content(self, who: Member) -> dict[str, Any]:
        return {**content_of(reference()), "answer_by": ANSWER_BY}

    def typed(self, view: dict[str, Any]) -> dict[str, Any]:
        grey = ("applicant_code", "letter_no", "visit_end")
        return {name: value for name, value in view["content"].items() if name not in grey}

    async def first(self, who: Member) -> httpx.Response:
        answer = await who.http.post(BASE, json={"content": await self.content(who)})
        return await who.upload(TYPE, answer.json()["number"], "1") if answer.is_success else answer

    async def document(self, state: str) -> dict[str, Any]:
        """Brought there as customs' answers lead: `state`, and after a blank what stands beside it."""
        status, _, mark = state.partition(" ")
        view = (await self.first(self.owner)).json()
        letter = Followed(self.house, self.owner, view["number"])
        if status != "暂存":
            await self.owner.apply(TYPE, view)
        codes = {
            "发往海关成功": "SENT",
            "发送失败": "SEND_FAILED",
            "海关接收成功": "RECEIVED",
            "退单": "REFUSED",
        }
        if code := codes.get(status):
            await letter.said(1, 0 if code.startswith("SEN") else 1, code)
        if status in ("审批通过", "已锁定", "逾期", "已答复", "已撤回"):
            await letter.said(1, 1, "APPROVED")
        if status == "已锁定":
            await letter.said(1, 2, "LOCKED")
        if status in ("已答复", "已撤回"):
            await letter.typed("explain", note="一")
            name = "withdraw" if status == "已撤回" else "explain" if mark else "answer"
            await (letter.answered() if name == "answer" else letter.declare(name))
            await letter.said(2, 1, "APPROVED")
        if status == "逾期":
            await self.house.sql("update document set status = '7' where number = $1", letter.number)
        if mark in ("答复中", "说明中", "撤回中"):
            await letter.typed("explain", note="一") if mark != "撤回中" else None
            names = {"答复中": "answer", "说明中": "explain", "撤回中": "withdraw"}
            await (letter.answered() if mark == "答复中" else letter.declare(names[mark]))
        view = await letter.view()
        assert view["status"]["name"] == status
        return view


def followed(action: str, **content: Any) -> Any:
    """A follow-up: typed on the document's own form, and signed."""

    async def follow(scene: Stage, who: Member, view: dict[str, Any]) -> httpx.Response:
        match = {"If-Match": f'"{view["version"]}"'}
        if content:
            body = {"action": action, "content": {**content, "answers": rows(NO())}}
            saved = await who.http.put(f"{BASE}/{view['number']}/amendment", json=body, headers=match)
            if not saved.is_success:
                return saved
            view = saved.json()
        return await sign(scene, who, view, action)

    return follow


MATRIX = Matrix(
    expected={
        "new": {NEW, *PLACES},
        "save": {NEW, *DRAFTS},
        "copy": set(PLACES),
        "delete": DRAFTS,
        "apply": {NEW, *DRAFTS},
        "change": {"审批通过"},
        "revoke": {"审批通过"},
        "answer": {"审批通过", "逾期"},
        "explain": {"审批通过", "逾期", "已答复"},
        "withdraw": {"审批通过", "海关接收成功"},
        "print": set(PLACES),
    },
    perform={
        "new": new,
        "save": save,
        "copy": copy,
        "delete": delete,
        "apply": declared("apply"),
        "change": amended("change", remark="变更"),
        "revoke": amended("revoke"),
        "answer": followed("answer", note=""),
        "explain": followed("explain", note="说明"),
        "withdraw": followed("withdraw"),
        "print": printed("form"),
    },
    status_after={"save": "暂存", "apply": "已申报"},
    markers={
        "change": "变更中",
        "revoke": "删单中",
        "answer": "答复中",
        "explain": "说明中",
        "withdraw": "撤回中",
    },
)


@pytest.mark.parametrize(
    "place", [each for each in PLACES if each not in {*DRAFTS, *SENT} - {"海关接收成功"}]
)
async def test_every_action_in_every_state_by_everybody(house: House, clock: Any, place: str) -> None:
    """UI-10, PORT-04, PORT-10: what the buttons say of follow-ups is what the server does, both ways."""
    await MATRIX.check_state(Stage(house, await house.member()), place)
