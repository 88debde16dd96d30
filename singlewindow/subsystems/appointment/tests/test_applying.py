"""The worked cases of the lead time over the API, with the clock set (APPT-07, APPT-08; facts 2.5 T1 to T21)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.appointment.tests.scene import OTHER_PORT, PORT, START, TYPE, URL, Scene

SECOND = timedelta(seconds=1)
HIGH = {"grade": "1", "grade_name": "高级认证企业"}
# start → the latest moments: different ports general, high; the same port general, high
CASES = {
    "2026-11-28 10:00": ("11-26 17:00", "11-27 09:00", "11-27 09:00", "11-27 13:00"),  # T1
    "2026-11-26 20:00": ("11-25 17:00", "11-26 09:00", "11-26 09:00", "11-26 13:00"),  # T2
    "2026-11-30 06:00": ("11-26 17:00", "11-27 09:00", "11-27 09:00", "11-27 13:00"),  # T3
    "2026-10-03 10:00": ("09-29 17:00", "09-30 09:00", "09-30 09:00", "09-30 13:00"),  # T5
    "2026-10-08 07:00": ("09-29 17:00", "09-30 09:00", "09-30 09:00", "09-30 13:00"),  # T6
}


def moment(text: str) -> datetime:
    """ "11-26 17:00" of 2026 in China."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


async def refusals(scene: Scene, view: dict[str, Any]) -> list[dict[str, Any]]:
    """What 预约申报 finds wrong now; [] where the card may sign."""
    answer = await scene.owner.prepare(TYPE, view)
    assert answer.status_code in (200, 422), answer.text
    found: list[dict[str, Any]] = [] if answer.status_code == 200 else answer.json()["violations"]
    return found


async def test_the_latest_moment_to_apply(scene: Scene) -> None:
    """APPT-08, T1 to T6, T11, T12: until the very second, at both ports and in both tiers; then with the deadline."""
    await check_the_latest_moments(scene, high=False)
    await scene.company(scene.owner.customs_code, **HIGH)
    await scene.company(scene.consignee, **HIGH)
    await check_the_latest_moments(scene, high=True)


async def check_the_latest_moments(scene: Scene, *, high: bool) -> None:
    for start, latest in CASES.items():
        for same in (False, True):
            view = await scene.owner.save(
                TYPE, scene.sample(start=start, entry_port=PORT if same else OTHER_PORT)
            )
            last = moment(latest[2 * same + high])
            await scene.freeze(last)
            assert await refusals(scene, view) == [], (start, same)
            await scene.freeze(last + SECOND)
            [late] = await refusals(scene, view)
            assert (late["path"], late["rule"]) == ("start", "APPT-R08")
            assert f"最迟申请时间 2026-{latest[2 * same + high]}" in late["message"]
            assert late["advice"]
            assert "109号" in late["clause"]


async def test_the_lower_tier_counts(scene: Scene) -> None:
    """APPT-05, T13: declarant 高级认证, consignee 常规: Friday 09:00, not 13:00; and the other way round."""
    both = (scene.owner.customs_code, scene.consignee)
    for role in both:
        for code in both:
            await scene.company(code, **(HIGH if code == role else {}))
        view = await scene.owner.save(TYPE, scene.sample(entry_port=PORT))
        await scene.freeze(moment("11-27 09:00"))
        assert await refusals(scene, view) == []
        await scene.freeze(moment("11-27 09:00") + SECOND)
        [late] = await refusals(scene, view)
        assert "2026-11-27 09:00" in late["message"]


WINDOWS = {
    "2026-09-20 10:00": ("APPT-R06", "在海关工作时间内"),  # T14: a make-up day
    "2026-11-27 17:00": ("", ""),  # T15: from the end of work on
    "2026-11-27 16:30": ("APPT-R06", "在海关工作时间内"),  # T17
    "2026-11-27 07:00": ("", ""),  # the window ends when work begins
    "2026-11-27 07:01": ("APPT-R06", "在海关工作时间内"),
    "2027-02-06 10:00": ("APPT-R07", "未查到口岸工作时间，请联系口岸更新工作日历"),  # T19
}


async def test_which_times_lie_outside_working_hours(scene: Scene) -> None:
    """APPT-07, T14, T15, T17, T19: a window of two hours, half-open."""
    await scene.freeze(datetime(2026, 9, 14, 10, tzinfo=CHINA))
    for start, (rule, words) in WINDOWS.items():
        view = await scene.owner.save(TYPE, scene.sample(start=start))
        assert view["content"]["end"][11:13] == f"{int(start[11:13]) + 2:02d}"
        found = await refusals(scene, view)
        assert [each["rule"] for each in found] == ([rule] if rule else []), start
        assert words in "".join(each["message"] for each in found)


async def test_what_decided_is_kept(scene: Scene) -> None:
    """APPT-05: raw grades, tiers, the last end of work, the latest moment and the readings stay with the submission."""
    view = await scene.appointment("已申报")
    await scene.company(scene.consignee, grade="5", grade_name="严重失信企业")
    [row] = await scene.house.sql(
        "select frozen from submission s join document d on d.id = s.document_id where d.number = $1",
        view["number"],
    )
    frozen = json.loads(row["frozen"])
    assert frozen["parties"]["consignee"]["grade_name"] == "常规企业"
    assert {role: each["tier"] for role, each in frozen["parties"].items()} == {
        "declarant": "general",
        "consignee": "general",
    }
    assert frozen["lead"] == {
        "hours": 24,
        "closing": "2026-11-27T17:00:00+08:00",
        "latest": "2026-11-26T17:00:00+08:00",
        "provisional": False,
    }
    assert frozen["readings"]["closing"] == "same_day"


async def test_time_goes_on_between_the_two_steps(scene: Scene) -> None:
    """APPT-08: asked again when the signature comes in: a second after the latest moment it is too late."""
    view = await scene.owner.save(TYPE, scene.sample(start=START))
    await scene.freeze(moment("11-26 17:00"))
    prepared = (await scene.owner.prepare(TYPE, view)).json()
    await scene.freeze(moment("11-26 17:00") + SECOND)
    late = await scene.owner.submit(TYPE, view["number"], prepared)
    assert late.status_code == 422
    assert late.json()["violations"][0]["rule"] == "APPT-R08"
    assert (await scene.view(view))["status"]["name"] == "暂存"


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"grade": "4", "grade_name": "失信企业"}, "失信企业不允许操作"),
    ({"grade": "5", "grade_name": "严重失信企业"}, "失信企业不允许操作"),
    ({"customs_qualified": False}, "无报关资质，不允许新增预约操作"),
)


async def test_who_may_not_apply(scene: Scene) -> None:
    """APPT-05, APPT-06, T20: 失信, 严重失信 and no qualification, in either role, when the code is left and at 暂存."""
    for code, path in ((scene.owner.customs_code, "declarant_code"), (scene.consignee, "consignee_code")):
        for said, words in REFUSED:
            await scene.company(code, **said)
            refused = await scene.owner.http.post(URL, json={"content": scene.sample()})
            assert refused.status_code == 422
            [violation] = refused.json()["violations"]
            assert violation["path"] == path
            assert words in violation["message"]
            assert "请" in violation["advice"].replace("申请", ""), "UI-16: what to do"
            left = {"field": path, "content": scene.sample()}
            answer = (await scene.owner.http.post(f"{URL}/lookup", json=left)).json()
            assert [each["message"] for each in answer["violations"]] == [violation["message"]]
        await scene.company(code)
