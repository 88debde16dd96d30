"""自助打印申请, the query (PRNT-01, PRNT-11), and who may ask at all (PORT-06)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from singlewindow.kernel.database.connection import NOBODY, Actor
from singlewindow.subsystems.declarations import queries
from singlewindow.subsystems.declarations.months import months_after
from singlewindow.subsystems.declarations.settings import chapter_settings
from singlewindow.subsystems.declarations.tests.scene import (
    BASE,
    declaration,
    found,
    legal_member,
    number_of,
    publish,
    query,
    scene,
    today,
)
from tests.house import House


async def test_found_by_number_with_what_the_list_shows(house: House) -> None:
    """PRNT-01: import and export, full-width digits, doubles once; names beside the codes."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member, ie_flag="E"))
    wide = numbers[0].translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    answer = (await query(member, [wide, numbers[1], numbers[0]], sort="number")).json()
    assert (answer["total"], answer["missing"]) == (2, [])
    assert {item["number"] for item in answer["items"]} == set(numbers)
    item = next(item for item in answer["items"] if item["number"] == numbers[0])
    assert (item["ie_name"], item["trade_mode"], item["trade_mode_name"]) == ("进口", "0110", "一般贸易")
    assert item["district_name"]
    assert (item["packages"], item["gross_weight"]) == ("20", "1050.5")


async def test_each_number_that_is_not_there_says_why(house: House) -> None:
    """PRNT-01: not closed, beyond its period, of a district that does not take part (or not yet, or no longer),
    outside the days; another company's is answered as one that does not exist."""
    member, stranger = await scene(house), await legal_member(house)
    old = months_after(today(), -37)
    numbers = await publish(
        house,
        declaration(member),
        declaration(member, status="9", status_name="放行", closed_at=""),
        declaration(member, declared=old),
        declaration(member, district="5301"),
        declaration(member, district="3701"),
        declaration(member, district="3501"),
        declaration(member, district="3601"),
        declaration(member, declared=today() - timedelta(days=2)),
        declaration(stranger),
    )
    absent = "420120261999999999"
    days: dict[str, Any] = {"declared_from": str(today()), "declared_to": str(today())}
    answer = (await query(member, [*numbers, absent], **days)).json()
    assert [item["number"] for item in answer["items"]] == numbers[:1]
    assert [each["number"] for each in answer["missing"]] == [*numbers[1:], absent]
    why = [each["why"] for each in answer["missing"]]
    assert why[0] == "报关单尚未结关（当前状态：放行）"
    assert why[1].startswith("已超过保管期限")
    assert ["未开展报关单证自助查询打印" in each for each in why[2:6]] == [True] * 4
    assert "不在查询的申请日期范围内" in why[6]
    assert why[7] == why[8] == "查无此报关单，或其境内收发货人不是当前卡介质所属企业"
    assert all(each["advice"] and each["clause"] for each in answer["missing"])


async def test_found_by_days_alone(house: House) -> None:
    """PRNT-01: what may be had of these days and nothing else; the newest first, page by page."""
    member, stranger = await scene(house), await legal_member(house)
    wanted = await publish(
        house,
        declaration(member, declared=today() - timedelta(days=3)),
        declaration(member, declared=today() - timedelta(days=2), ie_flag="E", district="5101"),
        declaration(member, declared=today() - timedelta(days=1)),
    )
    await publish(
        house,
        declaration(member, declared=today() - timedelta(days=4)),
        declaration(member, declared=today() - timedelta(days=2), status="9", closed_at=""),
        declaration(member, declared=today() - timedelta(days=2), district="5301"),
        declaration(stranger, declared=today() - timedelta(days=2)),
    )
    days: dict[str, Any] = {
        "declared_from": str(today() - timedelta(days=3)),
        "declared_to": str(today() - timedelta(days=1)),
    }
    assert await found(member, **days) == wanted[::-1]
    assert await found(member, sort="declared_at", size=2, **days) == wanted[:2]
    page = (await query(member, page=2, size=2, **days)).json()
    assert (page["total"], page["total_capped"], page["missing"]) == (3, False, [])
    assert [item["number"] for item in page["items"]] == wanted[:1]


@pytest.mark.parametrize(
    ("years", "trade_mode", "duty_nature", "kept"),
    [(2, "0110", "101", True), (4, "0110", "101", False), (4, "0615", "503", True),
     (6, "0615", "503", False), (6, "2025", "789", True), (6, "0615", "789", True),
     (4, "0615", "101", True), (4, "0110", "503", True), (12, "2025", "789", False)],
)  # fmt: skip
async def test_periods_by_days_and_by_number_agree(
    house: House,
    years: int,
    trade_mode: str,
    duty_nature: str,
    kept: bool,
) -> None:
    """PRNT-01: 3, 5 and 11 years, in the statement and in the rule."""
    member = await scene(house)
    day = months_after(today(), -12 * years)
    await publish(
        house, made := declaration(member, declared=day, trade_mode=trade_mode, duty_nature=duty_nature)
    )
    by_days = await found(member, declared_from=str(day), declared_to=str(day))
    by_number = await found(member, [made[0]])
    assert by_days == by_number == ([made[0]] if kept else [])


async def test_the_days_of_a_query_are_whole_days_in_china(house: House) -> None:
    """PRNT-01: from the first moment of the first day to the last of the last, by days and by number alike."""
    member = await scene(house)
    day, before, after = today(), today() - timedelta(days=1), today() + timedelta(days=1)
    moments = (
        f"{before}T23:59:59+08:00", f"{day}T00:00:00+08:00", f"{day}T23:59:59+08:00", f"{after}T00:00:00+08:00",
    )  # fmt: skip
    numbers = await publish(house, *(declaration(member, declared_at=moment) for moment in moments))
    days: dict[str, Any] = {"declared_from": str(day), "declared_to": str(day), "sort": "declared_at"}
    assert await found(member, **days) == await found(member, numbers, **days) == numbers[1:3]


async def test_a_page_of_what_was_asked_for_by_number(house: House) -> None:
    """PRNT-01: sorted and page by page, as by days; how many there are stays the same."""
    member = await scene(house)
    numbers = sorted(await publish(house, *(declaration(member) for _ in range(3))))
    for page, expected in ((1, numbers[:2]), (2, numbers[2:]), (3, [])):
        answer = (await query(member, numbers[::-1], page=page, size=2, sort="number")).json()
        assert (answer["total"], [item["number"] for item in answer["items"]]) == (3, expected)
    assert await found(member, numbers, sort="-number") == numbers[::-1]


async def test_by_number_as_by_days_in_the_order_of_any_column(house: House) -> None:
    """PRNT-01: one order for both; what has nothing in the column comes last, and first the other way round."""
    member = await scene(house)
    bills = ("B", None, "A")
    numbers = await publish(house, *(declaration(member, bill_no=bill) for bill in bills))
    for sort, expected in (("bill_no", [2, 0, 1]), ("-bill_no", [1, 0, 2])):
        ordered = [numbers[at] for at in expected]
        assert await found(member, numbers, sort=sort) == await found(member, sort=sort) == ordered


async def test_what_customs_left_out_is_no_trouble(house: House) -> None:
    """PRNT-01: a declaration without a district, its name or its day is judged as it is, and said in words."""
    member = await scene(house)
    numbers = await publish(
        house,
        declaration(member, district=None, number=number_of()),
        declaration(member, trade_mode=None, duty_nature=None, declared_at=None),
        declaration(member, status="9", status_name=None),
        declaration(member, status=None, status_name=None),
    )
    answer = (await query(member, numbers)).json()
    assert [(item["number"], item["trade_mode_name"]) for item in answer["items"]] == [(numbers[1], "")]
    assert [each["why"] for each in answer["missing"]] == [
        "申报地海关（）未开展报关单证自助查询打印", "报关单尚未结关（当前状态：9）", "报关单尚未结关（当前状态：）",
    ]  # fmt: skip


async def test_more_than_is_counted_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRNT-01: the total stops where counting stops, and says so; exactly as many are all there are."""
    member = await scene(house)
    await publish(house, *(declaration(member) for _ in range(3)))
    for cap, expected in ((2, (2, True)), (3, (3, False))):
        monkeypatch.setattr(queries, "TOTAL_CAP", cap)
        answer = (await query(member)).json()
        assert ((answer["total"], answer["total_capped"]), len(answer["items"])) == (expected, 3)


async def test_what_customs_change_is_found_as_it_is_now(house: House) -> None:
    """PRNT-01: closed later, then withdrawn; an older notice that comes late changes nothing."""
    member = await scene(house)
    number, data = declaration(member, status="9", status_name="放行", closed_at="")
    await publish(house, (number, data))
    assert await found(member) == []
    _, closed = declaration(member, number=number)
    await publish(house, (number, closed), seq=3)
    await publish(house, (number, data), seq=2)
    assert await found(member) == [number]
    await publish(house, (number, None), seq=4)
    assert await found(member) == []
    assert "查无此报关单" in (await query(member, [number])).json()["missing"][0]["why"]


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({"number": [f"420120261{n:09d}" for n in range(51)]}, ["DECL-R01"]),
        ({"number": ["42012026"]}, ["DECL-R02"]),
        ({}, ["DECL-R03", "DECL-R03"]),
        ({"declared_from": "2026-01-01"}, ["DECL-R03"]),
        ({"declared_from": "2026-02-02", "declared_to": "2026-02-01"}, ["DECL-R04"]),
        ({"declared_from": "2026-01-01", "declared_to": "2026-04-02"}, ["DECL-R05"]),
        ({"declared_from": "2026-02-30", "declared_to": "2026-03-01"}, ["query.date"]),
        ({"number": ["420120261000000001"], "sort": "password"}, ["query.sort"]),
        ({"number": ["1", "2"], "declared_from": "2026-01-01"}, ["DECL-R02", "DECL-R02", "DECL-R03"]),
    ],
)
@pytest.mark.parametrize("route", ["closed", "closed/numbers"])
async def test_a_query_that_cannot_be_answered_says_all_that_is_wrong(
    house: House, asked: dict[str, Any], rules: list[str], route: str
) -> None:
    """PRNT-01, PRNT-11: more than 50 numbers with their count, more than three months, days that are none."""
    member = await scene(house)
    answer = await member.http.get(f"{BASE}/{route}", params=asked)
    assert answer.status_code == 422
    violations = answer.json()["violations"]
    assert [each["rule"] for each in violations] == rules
    assert all(each["message"] and each["advice"] and each["clause"] and each["path"] for each in violations)
    if "DECL-R01" in rules:
        assert "现有 51 个" in violations[0]["message"]


async def test_the_numbers_of_a_whole_result(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRNT-11: to tick across pages, at most as many as one application takes."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member) for _ in range(7)))
    days: dict[str, Any] = {"declared_from": str(today()), "declared_to": str(today())}
    answer = (await member.http.get(f"{BASE}/closed/numbers", params={**days, "sort": "number"})).json()
    assert answer == {"numbers": sorted(numbers), "total": 7, "total_capped": False, "limit": 10_000}
    monkeypatch.setattr(chapter_settings(), "application_declarations", 5)
    answer = (await member.http.get(f"{BASE}/closed/numbers", params={**days, "sort": "-number"})).json()
    assert answer == {"numbers": sorted(numbers)[:1:-1], "total": 7, "total_capped": False, "limit": 5}
    answer = (await member.http.get(f"{BASE}/closed/numbers", params={"number": numbers[:3]})).json()
    assert (sorted(answer["numbers"]), answer["total"]) == (numbers[:3], 3)


async def test_only_with_the_card_of_a_legal_person(house: House) -> None:
    """PORT-06: an operator's card, a password, an account without a card are refused in words."""
    member = await scene(house)
    [number] = await publish(house, declaration(member))
    operator = await house.member(member.customs_code, kind="操作员卡", level="card")
    password = await house.member(member.customs_code, kind="法人卡", level="password")
    for other in (operator, password):
        answer = await query(other, [number])
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-card")
        assert "法人卡" in answer.json()["detail"]
    unbound = await house.member(member.customs_code, bound=False)
    assert (await query(unbound, [number])).status_code == 403
    assert (await house.client().get(f"{BASE}/closed", params={"number": [number]})).status_code == 401
    assert await found(await legal_member(house, member.customs_code), [number]) == [number]


@pytest.mark.parametrize(
    ("grade", "name", "status"),
    [
        ("1", "高级认证企业", 200),
        ("3", "", 200),
        ("4", "失信企业", 403),
        ("5", "严重失信企业", 403),
        ("3", "失信企业", 403),  # the name counts before the code
    ],
)
async def test_a_discredited_company_is_refused(house: House, grade: str, name: str, status: int) -> None:
    """PRNT-01: 失信企业 print nothing for themselves."""
    member = await scene(house)
    await house.register("company", member.customs_code, {"grade": grade, "grade_name": name})
    [number] = await publish(house, declaration(member))
    answer = await query(member, [number])
    assert answer.status_code == status
    if status == 403:
        [violation] = answer.json()["violations"]
        assert (violation["rule"], "失信企业" in violation["message"]) == ("DECL-R06", True)
        assert violation["advice"]
        assert "公告" in violation["clause"]


async def test_row_level_security_hides_other_companies_declarations(house: House) -> None:
    """PORT-10: also a statement that forgot to ask whose they are finds none."""
    member, stranger = await scene(house), await legal_member(house)
    await publish(house, declaration(member), declaration(stranger))
    rows = await house.sql(
        "select id, customs_code from company where customs_code = $1", stranger.customs_code
    )
    for actor, count in ((Actor(rows[0]["id"], None), 1), (NOBODY, 0)):
        async with house.web.transaction(actor) as transaction:
            assert await transaction.value("select count(*) from find_closed_declaration") == count
