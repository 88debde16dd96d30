"""What follows an approval: feedback, explanation, cancellation, state I (APPT-09 to APPT-12, APPT-16; facts 2.6 F1 to
F11), with the clock set."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.feedback import used_by
from singlewindow.subsystems.appointment.known import DECLARATIONS
from singlewindow.subsystems.appointment.migrations.appointment_0005_numbers import PORTION
from singlewindow.subsystems.appointment.tests.scene import (
    MONDAY,
    OVERDUE,
    PORT,
    TYPE,
    URL,
    Scene,
    keep,
    number,
    play,
)
from tests.house import Member
from tests.pdf_samples import make_pdf_of_size

SECOND = timedelta(seconds=1)
APPOINTED = datetime(2026, 11, 28, 10, tzinfo=CHINA)
EVENING = datetime(2026, 11, 28, 11, tzinfo=CHINA)


def rows(*numbers: str) -> dict[str, Any]:
    """Numbers as they are typed."""
    return {"declarations": [{"entry_no": each} for each in numbers]}


async def fed_back(scene: Scene, view: dict[str, Any], *numbers: str) -> httpx.Response:
    """What 预约申报 of these numbers answers."""
    return await play(scene, scene.owner, await scene.view(view), "feedback", rows(*numbers))


async def publish(scene: Scene, entry_no: str, **changed: str) -> str:
    """Customs publish a declaration that agrees with the scene's application, but for what is changed."""
    data = {
        "status": "10", "ie_flag": "I", "district": PORT, "port": "5304", "inspection_district": PORT,
        "declarant_code": scene.owner.customs_code, "consignee_code": scene.consignee, "consignee_name": "x",
        "declared_at": EVENING.isoformat(), **changed,
    }  # fmt: skip
    await scene.house.register("declaration", entry_no, data)
    return entry_no


async def test_numbers_are_fed_back(scene: Scene) -> None:
    """APPT-09, APPT-10, F1, F3: typed, saved without a word, signed, and what is accepted counts; in the last minute of
    the fifth day too, whenever customs answer."""
    view = await scene.appointment("预约成功")
    assert view["editable"] == ["attachments/2", "declarations", "explanation"]
    await scene.freeze(EVENING)
    known, other = await publish(scene, number()), number()
    prepared = await scene.owner.prepare(
        TYPE, (await keep(scene.owner, view, "feedback", rows(known, other))).json(), "feedback"
    )
    assert [(each["path"], each["rule"]) for each in prepared.json()["warnings"]] == [
        ("declarations/2/entry_no", "APPT-R12")
    ]
    await scene.freeze(OVERDUE - timedelta(minutes=1))
    sent = await fed_back(scene, view, known, other)
    assert sent.status_code == 200, sent.text
    assert (sent.json()["status"]["name"], sent.json()["marker"]["name"]) == ("预约成功", "报关单号反馈中")
    await scene.pass_on(OVERDUE + timedelta(hours=1))
    assert (await scene.view(view))["status"]["name"] == "预约成功", "the clock waits for customs' answer"
    await scene.answer(view["number"], "FEEDBACK_ACCEPTED", 2)
    done = await scene.view(view)
    assert (done["status"]["name"], done["content"]["declarations"]) == (
        "已反馈",
        rows(known, other)["declarations"],
    )
    assert done["editable"] == []
    [frozen] = await scene.house.sql(
        "select frozen->'declarations' as it from submission s join document d on d.id = document_id "
        "where d.number = $1 and action = 'feedback'", view["number"],
    )  # fmt: skip
    assert known in frozen["it"]
    records = "select from amendment where document_number = $1"
    assert not await scene.house.sql(records, view["number"]), (
        "neither 申报 nor a follow-up is an amendment's record"
    )


async def test_every_difference_is_named(scene: Scene) -> None:
    """APPT-10, F5: number, field and both values, of all numbers at once; nothing is sent, and what was typed stays."""
    view = await scene.appointment("预约成功")
    wrong = [
        (number("5711"), "申报口岸不一致", "5301", "5711"),
        (number(flag="0"), "进出口标识不一致", "I-进口", "E-出口"),
        (await publish(scene, number(), port="5316"), "进出口岸不一致", "5304", "5316"),
        (
            await publish(scene, number(), declarant_code="4403999999"),
            "申报单位不一致",
            scene.owner.customs_code,
            "4403999999",
        ),
        (
            await publish(scene, number(), consignee_code="4403999999"),
            "收发货人不一致",
            scene.consignee,
            "4403999999",
        ),
        (
            await publish(scene, number(), declared_at=MONDAY.isoformat()),
            "申报日期应晚于",
            "2026-11-23 10:00 提交",
            "2026-11-23 10:00 申报",
        ),
        ("53012026I000000123", "集中申报清单", "18 位报关单号", "第 9 位为 I"),
        ("53012026100000012A", "应为 18 位数字", "18 位数字", "非数字"),
    ]
    right = await publish(scene, number(), declared_at=(MONDAY + SECOND).isoformat())
    numbers = [each for each, *_ in wrong]
    answer = await fed_back(scene, view, *numbers, right, right)
    assert answer.status_code == 422
    found = {each["path"]: each for each in answer.json()["violations"]}
    assert len(found) == len(answer.json()["violations"]) == len(wrong) + 1
    for at, (entry_no, *words) in enumerate(wrong, 1):
        violation = found[f"declarations/{at}/entry_no"]
        assert entry_no in violation["message"]
        assert [word for word in words if word not in violation["message"]] == [], violation["message"]
    assert "重复" in found[f"declarations/{len(wrong) + 2}/entry_no"]["message"]
    kept = await scene.view(view)
    assert kept["status"]["name"] == "预约成功"
    assert [row["entry_no"] for row in kept["content"]["declarations"]] == [*numbers, right, right]


async def test_how_many_numbers(scene: Scene) -> None:
    """APPT-10, F7: fifty, not fifty-one, and not none."""
    view = await scene.appointment("预约成功")
    none = await play(scene, scene.owner, await scene.view(view), "feedback", rows())
    assert [each["rule"] for each in none.json()["violations"]] == ["APPT-R09"]
    many = await fed_back(scene, view, *(number() for _ in range(51)))
    assert many.status_code == 422
    assert "「报关单」共 51 行，不得超过 50 行" in many.text
    assert (await fed_back(scene, view, *(number() for _ in range(50)))).status_code == 200


async def test_a_number_serves_one_appointment(scene: Scene) -> None:
    """APPT-10: of two at the same instant one is taken; the other is told, and no other appointment is named."""
    views = [await scene.appointment("预约成功") for _ in range(2)]
    entry_no = number()
    saved = [(await keep(scene.owner, view, "feedback", rows(entry_no))).json() for view in views]
    pins = [(await scene.owner.prepare(TYPE, view, "feedback")).json() for view in saved]
    answers = await asyncio.gather(
        *(scene.owner.submit(TYPE, view["number"], pin) for view, pin in zip(views, pins, strict=True))
    )
    [lost] = [at for at, answer in enumerate(answers) if answer.status_code != 200]
    assert answers[lost].status_code in (409, 422)
    assert f"报关单号 {entry_no} 已由另一预约通关申请反馈" in answers[lost].text
    assert views[1 - lost]["number"] not in answers[lost].text
    again = await fed_back(scene, views[lost], number(), entry_no)
    assert [(each["path"], each["rule"]) for each in again.json()["violations"]] == [
        ("declarations/2/entry_no", "APPT-R11")
    ]


async def test_an_unknown_number_keeps_nobody_from_it(scene: Scene) -> None:
    """APPT-10, PORT-10: who feeds back a number that is no declaration yet does not hold it against the company whose
    it becomes; of two appointments of these it still serves one."""
    entry_no = number()
    other = Scene(scene.house, await scene.house.member(), await scene.house.company())
    await other.publish()
    theirs = await other.appointment("预约成功")
    views = [await scene.appointment("预约成功") for _ in range(2)]
    await scene.freeze(EVENING)
    assert (await fed_back(other, theirs, entry_no)).status_code == 200, "not published yet: APPT-R12 warns"
    await publish(scene, entry_no)
    answer = await fed_back(scene, views[0], entry_no)
    assert answer.status_code == 200, answer.text
    again = await fed_back(scene, views[1], entry_no)
    assert [each["rule"] for each in again.json()["violations"]] == ["APPT-R11"]
    await other.answer(theirs["number"], "FEEDBACK_REFUSED", 2)
    foreign = await fed_back(other, theirs, entry_no)
    assert [each["rule"] for each in foreign.json()["violations"]] == ["APPT-R10"]
    assert "不属于本预约通关申请的申报单位和收发货人" in foreign.text


async def test_a_number_of_before_serves_its_two_companies(scene: Scene) -> None:
    """APPT-10: the release before held the number alone. So nobody feeds it back a second time while it still runs,
    and after the migration it is held as any other."""
    views = [await scene.appointment("预约成功") for _ in range(2)]
    entry_no = number()
    held = used_by(entry_no, scene.owner.customs_code, scene.consignee)
    assert (await fed_back(scene, views[0], entry_no)).status_code == 200
    await scene.house.sql("update claim set key = $1 where key = $2", entry_no, held)
    again = await fed_back(scene, views[1], entry_no)
    assert [each["rule"] for each in again.json()["violations"]] == ["APPT-R11"]
    other = """insert into claim (kind, key, document_id, company_id)
        select $1, $2, id, company_id from document where number = $3"""
    await scene.house.sql(other, DECLARATIONS, held, views[1]["number"])
    keys = "select key from claim where kind = $1 and starts_with(key, $2) order by key"

    async def migrated() -> list[str]:
        last: str | None = ""
        while last is not None:
            last = (await scene.house.sql(PORTION, last))[0]["max"]
        return [row["key"] for row in await scene.house.sql(keys, DECLARATIONS, entry_no)]

    assert await migrated() == [entry_no, held], "another one of theirs has it: it stays"
    await scene.house.sql(
        "delete from claim c using document d where d.id = c.document_id and d.number = $1",
        views[1]["number"],
    )
    assert await migrated() == [held]
    await scene.answer(views[0]["number"], "FEEDBACK_ACCEPTED", 2)
    assert (await scene.view(views[0]))["status"]["name"] == "已反馈"
    again = await fed_back(scene, views[1], entry_no)
    assert [each["rule"] for each in again.json()["violations"]] == ["APPT-R11"]


async def test_customs_refuse_a_feedback(scene: Scene) -> None:
    """APPT-10: the appointment stays as it was, what was typed too; corrected, it is sent again."""
    view = await scene.appointment("预约成功")
    entry_no = number()
    assert (await fed_back(scene, view, entry_no)).status_code == 200
    await scene.answer(view["number"], "FEEDBACK_REFUSED", 2, text="第 1 票收发货人不一致")
    refused = await scene.view(view)
    assert (refused["status"]["name"], refused["marker"]) == ("预约成功", None)
    assert refused["content"]["declarations"] == rows(entry_no)["declarations"]
    assert (await fed_back(scene, view, number())).status_code == 200
    await scene.answer(view["number"], "FEEDBACK_ACCEPTED", 3)
    assert (await scene.view(view))["status"]["name"] == "已反馈"
    other = await scene.appointment("预约成功")
    assert (await fed_back(scene, other, entry_no)).status_code == 200, "a refused number is free again"


async def test_left_unanswered(scene: Scene) -> None:
    """APPT-06, APPT-16, F2, T21: at 00:00 after the fifth day; then neither company is party to a new one, in either
    role; a feedback or an explanation ends it."""
    for ends, accepted in (("feedback", "FEEDBACK_ACCEPTED"), ("explain", "EXPLAINED")):
        view = await scene.appointment("预约成功")
        await scene.pass_on(OVERDUE - SECOND)
        assert (await scene.view(view))["status"]["name"] == "预约成功"
        await scene.pass_on(OVERDUE)
        assert (await scene.view(view))["status"]["name"] == "I-通关完成未反馈"
        await check_blocked(scene)
        await scene.follow(view, ends)
        await check_blocked(scene)
        await scene.answer(view["number"], accepted, 2)
        assert (await scene.view(view))["status"]["name"] == "已反馈"
        assert (await scene.owner.http.post(URL, json={"content": scene.sample()})).status_code == 201


async def check_blocked(scene: Scene) -> None:
    """Whoever applies with one of the two companies is refused, with the company's role and code."""
    stranger = await scene.house.member()
    both = scene.owner.customs_code, scene.consignee
    colleague = await scene.house.member(scene.consignee)
    for who, consignee, expected in (
        (scene.owner, scene.consignee, ["declarant_code", "consignee_code"]),
        (scene.owner, stranger.customs_code, ["declarant_code"]),
        (colleague, stranger.customs_code, ["declarant_code"]),
        (stranger, both[0], ["consignee_code"]),
        (stranger, both[1], ["consignee_code"]),
    ):
        await scene.company(stranger.customs_code)
        refused = await who.http.post(URL, json={"content": scene.sample(consignee_code=consignee)})
        found = refused.json()["violations"]
        assert [(each["path"], each["rule"]) for each in found] == [(path, "APPT-R05") for path in expected]
        assert "I-通关完成未反馈" in found[0]["message"]
    alerts = (await scene.owner.http.get(f"{URL}/new")).json()["alerts"]
    assert [(each["path"], each["rule"]) for each in alerts] == [("declarant_code", "APPT-R05")]


async def test_state_i_counts_before_the_worker_has_seen_it(scene: Scene) -> None:
    """APPT-06: from 00:00 on, also where the worker is behind: customs would return what is let through; one that was
    fed back in time and waits for customs' answer bars nobody."""
    answered = await scene.appointment("预约成功")
    left = await scene.appointment("预约成功")
    await scene.follow(answered, "feedback")
    await scene.freeze(OVERDUE - SECOND)
    assert (await scene.owner.http.post(URL, json={"content": scene.sample()})).status_code == 201
    await scene.freeze(OVERDUE)
    assert (await scene.view(left))["status"]["name"] == "预约成功", "nobody has looked yet"
    await check_blocked(scene)
    await scene.follow(left, "explain")
    await scene.answer(left["number"], "EXPLAINED", 2)
    assert (await scene.owner.http.post(URL, json={"content": scene.sample()})).status_code == 201


ANSWER_IT = "请先就该预约通关申请反馈报关单号，或提交情况说明"
ASK_WHO_APPLIED = (
    "该预约通关申请由其他企业为本企业提交，请其反馈报关单号或提交情况说明；"
    "可在「预约通关查询」中按「收发货人」查到"
)
ASK_THEM = "该预约通关申请不是本企业提交的，请联系该收发货人，由提交申请的企业反馈报关单号或提交情况说明"


async def test_what_to_do_about_state_i_depends_on_who_asks(scene: Scene) -> None:
    """APPT-06, UI-16: only who applied can answer; the consignee asks them, and a third company the consignee."""
    await scene.appointment("I-通关完成未反馈")
    stranger = await scene.house.member()
    colleague = await scene.house.member(scene.consignee)
    await scene.company(stranger.customs_code)
    for who, consignee, expected in (
        (scene.owner, scene.consignee, [ANSWER_IT, ANSWER_IT]),
        (colleague, stranger.customs_code, [ASK_WHO_APPLIED]),
        (colleague, scene.consignee, [ASK_WHO_APPLIED, ASK_WHO_APPLIED]),
        (stranger, scene.consignee, [ASK_THEM]),
        (stranger, scene.owner.customs_code, [ASK_THEM]),
    ):
        refused = await who.http.post(URL, json={"content": scene.sample(consignee_code=consignee)})
        assert [each["advice"] for each in refused.json()["violations"]] == expected


async def test_the_home_page_tells_both_companies_of_state_i(scene: Scene) -> None:
    """APPT-06, PORT-10: who applied what to do, the consignee whom to ask; nobody else; no more once it is with
    customs, and again if they refuse it."""
    view = await scene.appointment("预约成功")
    colleague, stranger = await scene.house.member(scene.consignee), await scene.house.member()
    number = view["number"]

    async def told(who: Member) -> list[str]:
        items = (await who.http.get("/api/reminders")).json()["items"]
        assert all((each["type"], each["number"], each["days"]) == (TYPE, number, 0) for each in items)
        return [each["text"] for each in items]

    theirs = (
        f"预约通关 {number}：申报单位未按时反馈报关单号，请其反馈或提交情况说明；在此之前本企业不能新增预约"
    )
    own = f"预约通关 {number}：未按时反馈报关单号，请反馈或提交情况说明；在此之前不能新增预约"
    await scene.freeze(OVERDUE - SECOND)
    assert await told(colleague) == []
    for look in (scene.freeze, scene.pass_on):  # before and after the worker has seen it
        await look(OVERDUE)
        assert [await told(each) for each in (scene.owner, colleague, stranger)] == [[own], [theirs], []]
    await scene.follow(view, "explain")
    assert [await told(each) for each in (scene.owner, colleague)] == [[], []]
    await scene.answer(number, "REJECTED", 2)
    assert [await told(each) for each in (scene.owner, colleague)] == [[own], [theirs]]
    await scene.follow(view, "explain")
    await scene.answer(number, "EXPLAINED", 3)
    assert [await told(each) for each in (scene.owner, colleague)] == [[], []]


async def test_two_left_unanswered_end_one_by_one(scene: Scene) -> None:
    """APPT-06: as long as one is left, both companies are hindered."""
    views = [await scene.appointment("预约成功") for _ in range(2)]
    await scene.pass_on(OVERDUE)
    for view in views:
        await check_blocked(scene)
        await scene.follow(view, "explain")
        await scene.answer(view["number"], "EXPLAINED", 2)
    assert (await scene.owner.http.post(URL, json={"content": scene.sample()})).status_code == 201


async def test_state_i_between_the_two_steps(scene: Scene) -> None:
    """APPT-06: what became of another appointment after the signature was asked for still counts."""
    left = await scene.appointment("预约成功")
    await scene.freeze(MONDAY)
    draft = await scene.owner.save(TYPE, scene.sample(start="2026-12-05 10:00"))
    await scene.freeze(OVERDUE - SECOND)
    view = await scene.owner.save(TYPE, scene.sample(start="2026-12-12 10:00"))
    prepared = (await scene.owner.prepare(TYPE, view)).json()
    await scene.pass_on(OVERDUE)
    refused = await scene.owner.submit(TYPE, view["number"], prepared)
    assert refused.status_code == 422
    assert {each["rule"] for each in refused.json()["violations"]} == {"APPT-R05"}
    assert [(await scene.view(each))["status"]["name"] for each in (left, view, draft)] == [
        "I-通关完成未反馈",
        "暂存",
        "暂存",
    ]


async def test_one_explanation(scene: Scene) -> None:
    """APPT-12, F8, F9: a text, at most one PDF within the limits, once."""
    view = await scene.appointment("预约成功")
    empty = await play(scene, scene.owner, view, "explain", {"explanation": ""})
    assert [each["rule"] for each in empty.json()["violations"]] == ["APPT-R13"]
    for size, status in ((4_194_305, 422), (4_194_304, 200)):
        data = make_pdf_of_size(size)
        uploaded = await scene.owner.upload(TYPE, view["number"], "2", data, "说明.pdf")
        assert uploaded.status_code == status, uploaded.text
    second = await scene.owner.upload(TYPE, view["number"], "2", name="又一份.pdf")
    assert second.status_code == 422
    sent = await scene.follow(view, "explain")
    assert sent["marker"]["name"] == "情况说明已申报"
    twice = await play(scene, scene.owner, await scene.view(view), "explain", {"explanation": "再次"})
    assert twice.status_code == 409
    await scene.answer(view["number"], "EXPLAINED", 2)
    done = await scene.view(view)
    assert done["status"]["name"] == "已反馈"
    assert "只能" in done["actions"]["explain"]["why"]
    assert [each["category"] for each in done["attachments"]] == ["2"]


async def test_material_that_was_never_sent_goes_with_the_chance_to_send_it(scene: Scene) -> None:
    """APPT-12: what is closed without an explanation shows none, on paper neither; nobody could send or delete it."""
    for function, code, status in (
        ("feedback", "FEEDBACK_ACCEPTED", "已反馈"),
        ("cancel", "CANCELLED", "已取消"),
    ):
        view = await scene.appointment("预约成功")
        view = (await scene.owner.upload(TYPE, view["number"], "2")).json()
        assert [each["category"] for each in view["attachments"]] == ["2"]
        if function == "feedback":
            assert (await fed_back(scene, view, number())).status_code == 200
        else:
            await scene.follow(view, function)
        assert (await scene.view(view))["attachments"] == view["attachments"], "customs may still refuse"
        await scene.answer(view["number"], code, 2)
        closed = await scene.view(view)
        assert (closed["status"]["name"], closed["attachments"]) == (status, [])


async def test_what_customs_could_not_read_is_explained_again(scene: Scene) -> None:
    """APPT-12: an explanation that never arrived was not sent."""
    view = await scene.appointment("预约成功")
    await scene.follow(view, "explain")
    await scene.answer(view["number"], "REJECTED", 2)
    assert (await scene.view(view))["actions"]["explain"]["allowed"]
    await scene.follow(view, "explain")
    await scene.answer(view["number"], "EXPLAINED", 3)
    assert (await scene.view(view))["status"]["name"] == "已反馈"


async def test_cancelling(scene: Scene) -> None:
    """APPT-11, F11: in 已受理 and 预约成功, until the second before the appointed one; customs decide."""
    for state in ("已受理", "预约成功"):
        view = await scene.appointment(state)
        await scene.freeze(APPOINTED - SECOND)
        asked = await scene.follow(view, "cancel")
        assert (asked["status"]["name"], asked["marker"]["name"]) == (state, "取消申请中")
        await scene.freeze(APPOINTED + timedelta(hours=1))
        await scene.answer(view["number"], "CANCELLED", 2)
        assert (await scene.view(view))["status"]["name"] == "已取消"
    view = await scene.appointment("预约成功")
    await scene.follow(view, "cancel")
    await scene.answer(view["number"], "CANCEL_REFUSED", 2)
    kept = await scene.view(view)
    assert (kept["status"]["name"], kept["actions"]["cancel"]["allowed"]) == ("预约成功", True)
    await scene.freeze(APPOINTED)
    late = await play(scene, scene.owner, await scene.view(view), "cancel", {})
    assert late.status_code == 409
    assert "已到预约通关时间（2026-11-28 10:00），不能取消预约" in late.json()["detail"]
    assert late.json()["detail"] == (await scene.view(view))["actions"]["cancel"]["why"]


async def test_the_appointed_second_between_the_two_steps(scene: Scene) -> None:
    """APPT-11: a signature that comes in at the appointed second is too late."""
    view = await scene.appointment("预约成功")
    await scene.freeze(APPOINTED - SECOND)
    prepared = (await scene.owner.prepare(TYPE, view, "cancel")).json()
    await scene.freeze(APPOINTED)
    assert (await scene.owner.submit(TYPE, view["number"], prepared)).status_code == 409


async def test_an_unanswered_cancellation(scene: Scene) -> None:
    """APPT-11, APPT-16: while it is with customs the clock waits; refused too late, the time for feedback is over."""
    view = await scene.appointment("预约成功")
    await scene.follow(view, "cancel")
    await scene.pass_on(OVERDUE + timedelta(days=1))
    assert (await scene.view(view))["status"]["name"] == "预约成功"
    await scene.answer(view["number"], "CANCEL_REFUSED", 2)
    assert (await scene.view(view))["status"]["name"] == "I-通关完成未反馈"


async def test_grey_values_stay_as_they_were_accepted(scene: Scene) -> None:
    """APPT-02: a company that was renamed or fell in grade meanwhile still feeds back what it applied for."""
    view = await scene.appointment("预约成功")
    await scene.company(
        scene.consignee, name="更名后", grade="4", grade_name="失信企业", customs_qualified=False
    )
    assert (await fed_back(scene, view, number())).status_code == 200
    assert (await scene.view(view))["content"]["consignee_name"] == view["content"]["consignee_name"]


async def test_a_draft_takes_nothing_of_what_follows(scene: Scene) -> None:
    """APPT-12, APPT-16: numbers and explanation are not typed before the approval, whoever sends them; nor copied."""
    more = {**rows(number()), "explanation": "早了"}
    view = await scene.owner.save(TYPE, {**scene.sample(), **more})
    assert (view["content"].get("explanation", ""), view["content"]["declarations"]) == ("", [])
    assert (await scene.owner.upload(TYPE, view["number"], "2")).status_code in (409, 422)
    done = await scene.appointment("已反馈")
    copied = await scene.owner.save(TYPE, scene.typed(done))
    assert (copied["content"].get("explanation", ""), copied["content"]["declarations"]) == ("", [])
