"""How trips are found: every condition, exactly, and none at all (GATE-07)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from singlewindow.kernel.documents.store import CHINA
from singlewindow.subsystems.gate import TRIP
from singlewindow.subsystems.gate.lifecycle import held_medium
from singlewindow.subsystems.gate.tests.scene import TYPE, URL, sample
from tests.house import House, Member

OURS = {
    "bind_key_type": "VN", "bind_key_info": "粤B77777", "rd_code": "0000100000", "customs_master": "5316",
    "ie_flag": "E",
}  # fmt: skip
OTHER = {
    "bind_key_type": "IC", "bind_key_info": "8930L0000A011", "rd_code": "1000000000", "customs_master": "5301",
    "ie_flag": "I",
}  # fmt: skip


async def found(member: Member, **asked: str) -> list[str]:
    answer = await member.http.get(URL, params=asked)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


@pytest.fixture
async def member(house: House) -> Member:
    return await house.member()


def test_the_query_page_has_the_manuals_conditions() -> None:
    """GATE-07: these and no other, none of them obligatory; 录入时间 with both days or none."""
    assert [(c.label, c.kind, c.required) for c in TRIP.queries.conditions] == [
        ("车次确认编号", "text", False),
        ("单据状态", "status", False),
        ("绑定介质类型", "code", False),
        ("绑定介质关键信息", "text", False),
        ("业务类型", "code", False),
        ("关区代码", "code", False),
        ("进出口标志", "code", False),
        ("录入时间", "span", False),
    ]


async def test_each_condition_finds_exactly_what_it_names(member: Member) -> None:
    """GATE-07: by itself and together; a medium as it is typed, in small letters and full width too, a plate with or
    without what may stand between its parts."""
    ours = await member.save(TYPE, sample(**OURS))
    other = await member.save(TYPE, sample(**OTHER))
    assert await found(member) == [other["number"], ours["number"]]
    for name, value in OURS.items():
        assert await found(member, **{name: value}) == [ours["number"]], name
        assert await found(member, **{name: OTHER[name]}) == [other["number"]], name
    assert await found(member, **OURS) == [ours["number"]]
    assert await found(member, **OURS | {"ie_flag": "I"}) == []
    ways = (
        "粤b77777",
        "粤Ｂ７７７７７",
        " 粤B77777 ",
        "粤B 77777",
        "粤 B\u30007７777",
        "粤b·77777",
        "粤B-77777",
    )
    for typed in ways:
        assert await found(member, bind_key_info=typed) == [ours["number"]], typed
    dotted = await member.save(TYPE, sample(**OURS | {"bind_key_info": "粤B·88888"}))
    for typed in ("粤B88888", "粤b 88888", "粤B·88888"):
        assert await found(member, bind_key_info=typed) == [dotted["number"]], typed
    await member.http.delete(f"{URL}/{dotted['number']}")
    assert await found(member, bind_key_info="粤B7777") == []
    assert await found(member, sure_id=ours["content"]["sure_id"]) == [ours["number"]]
    assert await found(member, sure_id=ours["content"]["sure_id"][:-1]) == []
    assert await found(member, status="0") == [other["number"], ours["number"]]
    assert await found(member, status="10") == []


@pytest.mark.parametrize(
    ("kind", "typed", "same", "others"),
    [
        ("VN", "KP 1234 AB", ("KP1234AB", "kp·1234 ab", "KP-1234-AB", "K P1234AB"), ("KP1234A", "KP1234ABC")),
        ("VN", "AB-12·34", ("AB1234", "AB 12 34", "ab-12·34"), ("AB-12.345",)),
        ("VN", "CD･12345", ("CD12345", "cd·12345"), ("CD1234",)),  # U+FF65, half-width
        ("IC", "A-1 B 2", ("A-1B2", "a-1 b2"), ("A1B2", "A-1.B2")),
    ],
)
async def test_a_medium_is_found_as_it_is_held(
    member: Member, kind: str, typed: str, same: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """GATE-05, GATE-07: what 该车有未完成记录 names, in one way of writing, finds the trip however it was typed; signs
    tell two cards apart, and no two plates."""
    content = sample(bind_key_type=kind, bind_key_info=typed)
    view = await member.save(TYPE, content)
    key = held_medium(view["content"]).partition(" ")[2]
    for asked in (typed, key, *same):
        assert await found(member, bind_key_info=asked) == [view["number"]], asked
    for asked in others:
        assert await found(member, bind_key_info=asked) == [], asked
    other = await member.save_again(TYPE, view, bind_key_info="Z 9")
    assert await found(member, bind_key_info=key) == []
    assert await found(member, bind_key_info="Z9") == [other["number"]]


async def test_a_trip_from_before_is_found_as_it_was_typed(house: House, member: Member) -> None:
    """OPER-04: what the release before wrote has no medium in one way of writing until it is changed."""
    view = await member.save(TYPE, sample(bind_key_info="粤B·88889"))
    await house.sql("update find_gate_trip set medium = null where number = $1", view["number"])
    for asked in ("粤B·88889", "粤B88889"):
        assert await found(member, bind_key_info=asked) == [view["number"]]


async def test_the_days_of_entry_are_both_given_or_none(member: Member) -> None:
    """GATE-07: 需要输入查询的起始时间和结束时间; both days count."""
    view = await member.save(TYPE, sample())
    today = datetime.now(CHINA).date()
    span = {"filed_on_from": str(today), "filed_on_to": str(today)}
    assert await found(member, **span) == [view["number"]]
    yesterday = str(today - timedelta(days=1))
    assert await found(member, filed_on_from=yesterday, filed_on_to=yesterday) == []
    for half, day in span.items():
        answer = await member.http.get(URL, params={half: day})
        [violation] = answer.json()["violations"]
        assert (answer.status_code, violation["rule"]) == (422, "query.paired")
        assert "起始日期和截止日期" in violation["message"]


async def test_nobody_finds_another_companys_trips(house: House, member: Member) -> None:
    """PORT-10."""
    await member.save(TYPE, sample(**OURS))
    assert await found(await house.member(), **OURS) == []
