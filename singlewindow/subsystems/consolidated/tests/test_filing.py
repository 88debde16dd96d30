"""What becomes of filings over the API: saved, corrected, waited for, exclusive, expired (CONS-01 to CONS-06)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from singlewindow.kernel.exchange.waits import settle_due
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.tests.scene import (
    BOOKLET,
    GOOD,
    QUALIFICATION,
    SATURDAY,
    VALID_UNTIL,
    Scene,
)
from tests.house import Member

URL = f"/api/documents/{QUALIFICATION}"
BOOKS = f"/api/documents/{BOOKLET}"


async def state(scene: Scene, view: dict[str, Any]) -> str:
    """The word for a document's status."""
    return str((await scene.view(view))["header"]["status"])


async def save(scene: Scene, type: str, number: str, content: dict[str, Any]) -> dict[str, Any]:
    """暂存 of one that is there."""
    version = (await scene.owner.view(type, number))["version"]
    answer = await scene.owner.http.put(
        f"/api/documents/{type}/{number}", json={"content": content}, headers={"If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


async def lookup(who: Member, type: str, field: str, **content: Any) -> dict[str, Any]:
    """What leaving a field says."""
    body = {"field": field, "content": content, "number": None}
    answer = await who.http.post(f"/api/documents/{type}/lookup", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_empty_form_and_the_first_save(scene: Scene) -> None:
    """CONS-01, CONS-03: 录入; greys come from account and register, number and date with the first 暂存."""
    blank = (await scene.owner.http.get(f"{URL}/new")).json()
    assert (blank["number"], blank["header"]["status"]) == (None, "录入")
    assert blank["content"]["company_code"] == scene.owner.customs_code
    assert blank["content"]["guarantee"] == "2"
    assert blank["actions"]["declare"]["allowed"] is False
    answer = await scene.owner.http.post(URL, json={"content": {"batches": "3"}})
    wrong = [(v["path"], v["rule"]) for v in answer.json()["violations"]]
    assert (answer.status_code, wrong) == (422, [("district", "CONS-R01"), ("nature", "CONS-R01")])
    view = await scene.owner.save(QUALIFICATION, {"district": "5301", "nature": "1"})
    assert (len(view["number"]), view["header"]["filed_on"]) == (18, "2026-11-21")
    assert view["header"]["status"] == "暂存"
    assert view["content"]["company_name"]


async def test_a_discredited_company_is_told_as_the_form_opens(scene: Scene) -> None:
    """FA 1.1: in a dialog, on the forms of a qualification and of a list; nobody else is told anything there."""
    forms = ((URL, "CONS-R02"), ("/api/documents/consolidated.list", "CONS-R46"))
    for name in ("常规企业", "失信企业"):
        await scene.publish(grade_name=name)
        for url, rule in forms:
            blank = (await scene.owner.http.get(f"{url}/new")).json()
            told = [(each["rule"], each["alert"]) for each in blank["alerts"]]
            assert told == ([(rule, True)] if name == "失信企业" else [])


async def test_what_leaving_a_field_says(scene: Scene) -> None:
    """CONS-01, CONS-02: 担保有效期 is judged as it is left; bonded goods have no form of guarantee."""
    short = await lookup(
        scene.owner, QUALIFICATION, "guarantee_until", **scene.sample(guarantee_until="20270220")
    )
    assert [(v["path"], v["advice"]) for v in short["violations"]] == [
        ("guarantee_until", "担保有效期不得早于 20270221，请先延长担保的期限")
    ]
    bonded = await lookup(scene.owner, QUALIFICATION, "nature", district="5301", nature="2")
    assert (bonded["violations"], bonded["content"]["guarantee"]) == ([], "")
    border = await lookup(scene.owner, QUALIFICATION, "nature", district="5301", nature="3")
    assert [v["rule"] for v in border["violations"]] == ["field.narrowed"]


async def test_a_licences_number_gets_capital_letters(scene: Scene) -> None:
    """CONS-05: as customs' register has it; the code's case counts."""
    number = (await scene.qualified("海关审批通过"))["number"]
    good = {"code": "0303120000", "licence": "t:26-aa-1"}
    found = await lookup(scene.owner, BOOKLET, "goods/1/licence", qualification=number, goods=[good])
    assert found["brought"] == {"licence": "t:26-AA-1"}


@pytest.mark.parametrize("refused", ["接受失败", "核准拒绝"])
async def test_what_was_refused_is_corrected_and_declared_again(scene: Scene, refused: str) -> None:
    """CONS-01: a failed or refused filing may be corrected and declared again, and be approved then."""
    view = await scene.qualified(refused)
    corrected = await scene.owner.http.put(
        f"{URL}/{view['number']}",
        json={"content": scene.typed(view) | {"batches": "30"}},
        headers={"If-Match": f'"{view["version"]}"'},
    )
    assert corrected.json()["header"]["status"] == "暂存"
    await scene.declare(QUALIFICATION, corrected.json())
    await scene.house.send()
    await scene.answer(QUALIFICATION, view["number"], "APPROVED", 2)
    done = await scene.view(view)
    assert (done["header"]["status"], done["content"]["batches"]) == ("海关审批通过", "30")
    assert done["header"]["valid_until"] == VALID_UNTIL
    as_it_was = await scene.qualified(refused)  # declared again without a word of it changed
    assert (await scene.declare(QUALIFICATION, as_it_was))["header"]["status"] == "已申报"


async def test_one_valid_qualification_for_each_kind_and_district(scene: Scene) -> None:
    """CONS-01: a second one is refused at 暂存, and where both were saved before, at 申报; a bonded one is not."""
    first, second = [await scene.owner.save(QUALIFICATION, scene.sample()) for _ in range(2)]
    prepared = await scene.owner.prepare(QUALIFICATION, second, "declare")
    await scene.declare(QUALIFICATION, first)
    late = await scene.owner.submit(QUALIFICATION, second["number"], prepared.json())
    assert late.status_code in (409, 422)
    assert [v["path"] for v in late.json()["violations"]] == ["district"]
    again = await scene.owner.http.post(URL, json={"content": scene.sample()})
    assert [(v["path"], v["rule"]) for v in again.json()["violations"]] == [("district", "CONS-R03")]
    bonded = {"district": "5301", "nature": "2", "batches": "9"}
    assert (await scene.owner.http.post(URL, json={"content": bonded})).status_code == 201
    assert (
        await scene.owner.http.post(URL, json={"content": scene.sample(district="5304")})
    ).status_code == 201
    await scene.house.send()
    await scene.answer(QUALIFICATION, first["number"], "REFUSED")
    await scene.declare(QUALIFICATION, await scene.view(second))


async def test_a_booklet_waits_for_its_qualification(scene: Scene) -> None:
    """CONS-06: declared while the qualification is under review it is 待发送; the approval sends it by itself."""
    qualification = await scene.qualified("发往海关成功")
    view = await scene.owner.save(BOOKLET, {"qualification": qualification["number"], "goods": [GOOD]})
    assert view["content"]["district"] == "5301"
    assert view["content"]["goods"][0]["unit1"] == "035"
    held = await scene.declare(BOOKLET, view)
    assert held["header"]["status"] == "待发送"
    await scene.house.send()
    assert not [s for s in scene.house.customs.received if s.number == view["number"]]
    assert not any(held["actions"][name]["allowed"] for name in ("save", "declare", "delete"))
    await scene.answer(QUALIFICATION, qualification["number"], "APPROVED")
    await settle_due(scene.house.worker)
    assert await state(scene, view) == "已申报"
    await scene.house.send()
    assert [s.function for s in scene.house.customs.received if s.number == view["number"]] == ["ADD"]
    await scene.answer(BOOKLET, view["number"], "APPROVED")
    found = await scene.owner.http.get(BOOKS, params={"qualification": qualification["number"]})
    [row] = found.json()["items"]
    assert (row["number"], row["status_name"]) == (view["number"], "海关审批通过")
    assert row["values"]["book_no"].startswith("X530126")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"district": "5304"}, ["「申报地海关」现为 5304（本单据申报时为 5301）"]),
        (
            {"nature": "3", "district": "0708"},
            ["「申报地海关」现为 0708", "「集中申报货物性质」现为 3（本单据申报时为 1）"],
        ),
    ],
)
async def test_what_waits_with_outdated_grey_values_is_not_sent(
    scene: Scene, changed: dict[str, str], words: list[str]
) -> None:
    """CONS-06, CONS-09: the refused qualification went to another district meanwhile. Under the old one customs would
    approve a booklet on which no list can be filed: it comes back to be corrected, and then goes to the new one."""
    qualification = await scene.qualified("发往海关成功")
    view = await scene.owner.save(BOOKLET, {"qualification": qualification["number"], "goods": [GOOD]})
    await scene.declare(BOOKLET, view)
    await scene.answer(QUALIFICATION, qualification["number"], "REFUSED")
    corrected = await save(scene, QUALIFICATION, qualification["number"], scene.sample(**changed))
    await scene.declare(QUALIFICATION, corrected)
    await settle_due(scene.house.worker)
    assert await state(scene, view) == "待发送", "it may be refused again, and changed back"
    await scene.house.send()
    await scene.answer(QUALIFICATION, qualification["number"], "APPROVED", 2)
    await settle_due(scene.house.worker)
    await scene.house.send()
    assert not [s for s in scene.house.customs.received if s.number == view["number"]]
    assert await state(scene, view) == "接受失败"
    [receipt] = (await scene.owner.http.get(f"{BOOKS}/{view['number']}/receipts")).json()["items"]
    assert (receipt["code"], [each for each in words if each not in receipt["text"]]) == ("SEND_FAILED", [])
    assert "请打开本单据重新暂存" in receipt["text"]
    as_it_was = await scene.owner.prepare(BOOKLET, await scene.view(view), "declare")
    assert "海关数据已有变化" in as_it_was.text
    saved = await save(
        scene, BOOKLET, view["number"], {"qualification": qualification["number"], "goods": [GOOD]}
    )
    assert {**saved["content"], **changed} == saved["content"]
    assert (await scene.declare(BOOKLET, saved))["header"]["status"] == "已申报"
    await scene.house.send()
    sent = [s.district for s in scene.house.customs.received if s.number == view["number"]]
    assert sent == [changed["district"]]
    await scene.answer(BOOKLET, view["number"], "APPROVED", 2)
    assert await state(scene, view) == "海关审批通过"


async def test_what_stands_as_it_was_signed_goes(scene: Scene) -> None:
    """CONS-06: the refused qualification went elsewhere and came back, or became another in what no booklet copies."""
    qualification = await scene.qualified("发往海关成功")
    view = await scene.owner.save(BOOKLET, {"qualification": qualification["number"], "goods": [GOOD]})
    await scene.declare(BOOKLET, view)
    await scene.answer(QUALIFICATION, qualification["number"], "REFUSED")
    for changed in ({"district": "5304"}, {"batches": "7"}):
        corrected = await save(scene, QUALIFICATION, qualification["number"], scene.sample(**changed))
    await scene.declare(QUALIFICATION, corrected)
    await scene.house.send()
    await scene.answer(QUALIFICATION, qualification["number"], "APPROVED", 2)
    await settle_due(scene.house.worker)
    assert await state(scene, view) == "已申报"


async def test_what_waits_for_a_deleted_qualification_is_told(scene: Scene) -> None:
    """CONS-04, CONS-06: it does not hang for ever: it comes back to be corrected, with words."""
    qualification = await scene.qualified("发往海关成功")
    view = await scene.owner.save(BOOKLET, {"qualification": qualification["number"], "goods": [GOOD]})
    await scene.declare(BOOKLET, view)
    await scene.answer(QUALIFICATION, qualification["number"], "REFUSED")
    await settle_due(scene.house.worker)
    assert await state(scene, view) == "待发送", "the qualification may be corrected"
    answer = await scene.owner.http.delete(f"{URL}/{qualification['number']}")
    assert answer.is_success, answer.text
    await settle_due(scene.house.worker)
    assert await state(scene, view) == "接受失败"
    receipts = (await scene.owner.http.get(f"{BOOKS}/{view['number']}/receipts")).json()["items"]
    assert qualification["number"] in receipts[0]["text"]
    other = await scene.qualified()
    saved = await save(scene, BOOKLET, view["number"], {"qualification": other["number"], "goods": [GOOD]})
    assert (await scene.declare(BOOKLET, saved))["header"]["status"] == "已申报"


@pytest.mark.parametrize("ended", ["取消资质", "已失效"])
async def test_nothing_is_filed_under_a_dead_qualification(scene: Scene, ended: str) -> None:
    """CONS-06: of what was revoked or has expired no booklet can be declared; the refusal stands at the number."""
    qualification = await scene.qualified(ended)
    view = await scene.owner.save(BOOKLET, {"qualification": qualification["number"], "goods": [GOOD]})
    answer = await scene.owner.prepare(BOOKLET, view, "declare")
    assert answer.status_code == 422
    [violation] = answer.json()["violations"]
    assert (violation["path"], bool(violation["advice"])) == ("qualification", True)
    assert ended in violation["message"]


async def test_another_companys_qualification_is_as_absent(scene: Scene) -> None:
    """CONS-04, UI-11: nobody files goods under a foreign number, nor learns that it exists."""
    qualification = await scene.qualified()
    stranger = await scene.house.member()
    answers = [
        await lookup(stranger, BOOKLET, "qualification", qualification=number)
        for number in (qualification["number"], "202600000000099999")
    ]
    words = [answer["violations"][0]["message"][:5] for answer in answers]
    assert words[0] == words[1] == "没有编号为"
    assert [answer["content"]["district"] for answer in answers] == ["", ""]


async def test_many_booklets_of_many_goods(scene: Scene) -> None:
    """CONS-04: one qualification has many booklets; each takes 99 goods, and keeps them in their order."""
    number = (await scene.qualified())["number"]
    goods = [{**GOOD, "name": f"第{at}种冻鱼"} for at in range(1, 101)]
    full = await scene.owner.save(BOOKLET, {"qualification": number, "goods": goods[:99]})
    assert [row["name"] for row in full["content"]["goods"]][::98] == ["第1种冻鱼", "第99种冻鱼"]
    many = await scene.owner.http.post(BOOKS, json={"content": {"qualification": number, "goods": goods}})
    assert (many.status_code, many.json()["violations"][0]["path"]) == (422, "goods")
    next_one = await scene.owner.save(BOOKLET, {"qualification": number, "goods": goods[99:]})
    for view in (full, next_one):
        assert (await scene.declare(BOOKLET, view))["header"]["status"] == "已申报"


async def test_a_filing_expires_by_itself(scene: Scene) -> None:
    """CONS-01, FA 3.7: until the last second of 核准有效期 it counts; then it is 已失效, and frees its place."""
    view = await scene.qualified()
    await scene.pass_on(datetime(2027, 11, 20, 23, 59, 59, tzinfo=CHINA))
    assert await state(scene, view) == "海关审批通过"
    await scene.pass_on(datetime(2027, 11, 21, tzinfo=CHINA))
    assert await state(scene, view) == "已失效"
    await scene.freeze(SATURDAY)
    assert (await scene.owner.http.post(URL, json={"content": scene.sample()})).status_code == 201


async def test_a_booklet_that_expired_while_customs_judged_comes_back(scene: Scene) -> None:
    """CONS-07: its qualification's change, asked for in time, is agreed to after the last day: VALIDITY says until when
    it is in force again; what names a day that is over changes nothing."""
    view = await scene.booklet()
    await scene.pass_on(datetime(2027, 11, 21, tzinfo=CHINA))
    assert await state(scene, view) == "已失效"
    await scene.answer(BOOKLET, view["number"], "VALIDITY", valid_until="2027-11-20")
    await scene.pass_on(datetime(2027, 11, 22, tzinfo=CHINA))
    assert await state(scene, view) == "已失效"
    await scene.answer(BOOKLET, view["number"], "VALIDITY", valid_until="2028-05-31")
    await scene.pass_on(datetime(2028, 5, 31, 23, tzinfo=CHINA))
    assert await state(scene, view) == "海关审批通过"
    await scene.pass_on(datetime(2028, 6, 1, tzinfo=CHINA))
    assert await state(scene, view) == "已失效"


async def test_customs_revoke_and_renew_booklets(scene: Scene) -> None:
    """CONS-03: 取消资质 is heard of what is approved, and may be deleted; VALIDITY renews the last day, no more."""
    view = await scene.booklet()
    await scene.answer(BOOKLET, view["number"], "VALIDITY", valid_until="2028-05-31")
    renewed = await scene.view(view)
    assert renewed["header"]["valid_until"] == "2028-05-31"
    assert renewed["header"]["book_no"] == view["header"]["book_no"]
    await scene.pass_on(datetime(2027, 12, 1, tzinfo=CHINA))
    assert await state(scene, view) == "海关审批通过"
    await scene.answer(BOOKLET, view["number"], "REVOKED")
    assert await state(scene, view) == "取消资质"
    assert (await scene.owner.http.delete(f"{BOOKS}/{view['number']}")).is_success
