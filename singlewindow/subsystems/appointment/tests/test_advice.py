"""What the form says while it is filled in (APPT-02, APPT-05, APPT-06, APPT-15)."""

from __future__ import annotations

from typing import Any

from singlewindow.subsystems.appointment.tests.scene import PORT, TYPE, URL, Scene

HIGH = {"grade": "1", "grade_name": "高级认证企业"}


async def left(scene: Scene, field: str, **content: Any) -> dict[str, Any]:
    """What leaving a field answers."""
    body = {"field": field, "content": scene.sample(**content)}
    answer = await scene.owner.http.post(f"{URL}/lookup", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_grey_boxes(scene: Scene) -> None:
    """APPT-02: the declarant's boxes when the form opens, the consignee's when its code is left, the end with the time,
    whatever is sent in them."""
    blank = (await scene.owner.http.get(f"{URL}/new")).json()
    own = scene.owner.customs_code
    assert blank["content"] == {
        "declarant_code": own,
        "declarant_scc": f"91440300{own}",
        "declarant_ciq": f"4403{own[4:]}",
        "declarant_name": f"海关登记企业{own}",
        "goods": [],
        "declarations": [],
    }
    assert (blank["alerts"], blank["header"]["status"]) == ([], "未暂存")
    answer = await left(scene, "consignee_code", start="2026112810", consignee_name="伪造")
    assert answer["violations"] == []
    assert answer["content"]["consignee_name"] == f"海关登记企业{scene.consignee}"
    assert answer["content"]["end"] == "2026-11-28 12:00"
    unknown = await left(scene, "consignee_code", consignee_code="440392ZZZZ")
    assert [each["rule"] for each in unknown["violations"]] == ["APPT-R01"]
    assert unknown["content"]["consignee_name"] == ""


async def test_who_may_not_apply_is_told_when_the_form_opens(scene: Scene) -> None:
    """APPT-05, APPT-06: a dialog for the card's company at once; for the consignee when its code is left."""
    await scene.company(scene.owner.customs_code, grade="4", grade_name="失信企业", customs_qualified=False)
    blank = (await scene.owner.http.get(f"{URL}/new")).json()
    assert [(each["message"], each["alert"]) for each in blank["alerts"]] == [
        ("失信企业不允许操作", True),
        (f"申报单位 {scene.owner.customs_code} 无报关资质，不允许新增预约操作", False),
    ]
    await scene.company(scene.consignee, grade="5", grade_name="严重失信企业")
    answer = await left(scene, "consignee_code")
    assert [(each["path"], each["message"], each["alert"]) for each in answer["violations"]] == [
        ("consignee_code", "失信企业不允许操作", True)
    ]


async def test_the_time_is_judged_while_it_is_typed(scene: Scene) -> None:
    """APPT-15: may it be appointed, until when must be applied, whose grade counted; nothing is refused yet."""
    await scene.company(scene.owner.customs_code, **HIGH)
    answer = await left(scene, "start")
    [notice] = answer["notices"]
    assert (notice["path"], notice["level"], answer["violations"]) == ("start", "good", [])
    assert "最迟于 2026-11-26 17:00 提出申请" in notice["text"]
    assert "按一般企业计（收发货人为常规企业；申报单位为高级认证企业等级较高，不计）" in notice["text"]
    for start, words in (
        ("2026-11-27 10:00", "在海关工作时间内"),
        ("2026-11-23 20:00", "已超过最迟申请时间 2026-11-22 17:00"),
        ("2027-06-01 20:00", "未查到口岸工作时间，请联系口岸更新工作日历"),
    ):
        [notice] = (await left(scene, "start", start=start))["notices"]
        assert notice["level"] == "bad"
        assert words in notice["text"]
    saved = await scene.owner.save(TYPE, scene.sample(start="2026-11-27 10:00"))
    assert saved["notices"][0]["level"] == "bad"
    opened = await scene.view(saved)
    assert opened["notices"] == saved["notices"]


async def test_the_next_ten_times(scene: Scene) -> None:
    """APPT-15: offered before a time is typed too; every one of them is accepted as it stands."""
    assert (await left(scene, "entry_port", start="", entry_port=""))["notices"] == []
    [notice] = (await left(scene, "entry_port", start=""))["notices"]
    assert (notice["level"], notice["offers_title"], len(notice["offers"])) == ("plain", "推荐时段", 10)
    starts = [offer["values"]["start"] for offer in notice["offers"]]
    assert starts == sorted(starts)
    assert notice["offers"][0]["label"] == "2026-11-24 17:00 至 19:00（周二）"
    [same] = (await left(scene, "entry_port", start="", entry_port=PORT))["notices"]
    assert [offer["values"]["start"] for offer in same["offers"]] == starts, (
        "8 hours before Monday's closing are gone"
    )
    for start in starts:
        view = await scene.owner.save(TYPE, scene.sample(start=start))
        assert (await scene.owner.prepare(TYPE, view)).status_code == 200, start
