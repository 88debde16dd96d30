"""The gate's desk: the life of a trip, its changes and deletions, what customs hold (CUST-03, GATE-06, GATE-08)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract.messages import Submission
from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.gate.contents import normal_key, unfit, weights_of
from tests.customs.company import OTHER as STRANGER
from tests.customs.company import OWN, Company, company
from tests.customs.conftest import Customs
from tests.customs.gate import NUMBER, TYPE, Gate, content
from tests.customs.portal import Portal


@pytest.fixture
async def gate(customs: Customs, own: Company) -> Gate:
    """An officer is logged in; nothing is declared yet."""
    return Gate(customs, own, await customs.log_in())


def test_the_desk_takes_the_chapter() -> None:
    """CUST-03: found by walking, for every type of the chapter."""
    assert desk_for("gate.trip").name == desk_for("gate").name == "gate"
    assert desk_for("gate.trip") is not desk_for("gatehouse")


LIVES = [
    (["accept", "lock", "unlock", "finish", "leave"], ["10", "41", "42", "40", "50"]),
    (["accept", "finish", "leave"], ["10", "40", "50"]),
    (["accept", "lock", "finish_by_hand", "leave"], ["10", "41", "43", "50"]),
    (["accept", "lock", "unlock", "lock", "unlock", "finish_by_hand"], ["10", "41", "42", "41", "42", "43"]),
    (["return"], ["20"]),
]


@pytest.mark.parametrize(("decisions", "codes"), LIVES)
async def test_the_life_of_a_trip(gate: Gate, portal: Portal, decisions: list[str], codes: list[str]) -> None:
    """CUST-03, GATE-06: every receipt names the base submission, with codes in the order of the decisions."""
    identifier = await gate.declare()
    for name in decisions:
        status, _ = await gate.decide(identifier, name, "理由" if name == "return" else "")
        assert status == 200, name
    assert (await gate.trip())["state"] == await gate.customs.value("select state from submission")
    await gate.customs.sender(portal).send_due()
    assert [(r.submission, r.seq, r.code) for r in portal.receipts] == [
        (1, at, code) for at, code in enumerate(["RECEIVED", *codes], 1)
    ]
    assert portal.receipts[0].text == "海关接收通知"


STATES = {
    "received": [],
    "accepted": ["accept"],
    "returned": ["return"],
    "locked": ["accept", "lock"],
    "unlocked": ["accept", "lock", "unlock"],
    "finished": ["accept", "finish"],
    "finished_by_hand": ["accept", "finish_by_hand"],
    "left": ["accept", "finish", "leave"],
}
OPEN = {
    "received": {"accept", "return"},
    "accepted": {"lock", "finish", "finish_by_hand"},
    "locked": {"unlock", "finish_by_hand"},
    "unlocked": {"lock", "finish", "finish_by_hand"},
    "finished": {"leave"},
    "finished_by_hand": {"leave"},
}


@pytest.mark.parametrize("state", STATES)
async def test_each_state_offers_its_decisions_and_refuses_the_others(gate: Gate, state: str) -> None:
    """CUST-03: both ways, for every decision of the desk."""
    identifier = await gate.declare()
    for name in STATES[state]:
        assert (await gate.decide(identifier, name, "理由"))[0] == 200
    offered = {each["name"] for each in (await gate.detail(identifier))["decisions"]}
    assert offered == OPEN.get(state, set())
    everything = {"accept", "return", "lock", "unlock", "finish", "finish_by_hand", "leave"}
    for name in sorted(everything - offered):
        assert (await gate.decide(identifier, name, "理由"))[0] == 409, name
    assert (await gate.trip())["state"] == state


async def test_what_cannot_be_taken_back_asks_first(gate: Gate) -> None:
    """CUST-03: 退单, 办结, 人工办结, 口岸离场 and a deletion."""
    identifier = await gate.accepted()
    asked = {d["name"]: d["question"] for d in (await gate.detail(identifier))["decisions"]}
    assert asked["finish_by_hand"] == "此决定不能撤回，确定人工办结吗？"
    assert asked["lock"] == ""
    deletion = await gate.declare(sequence=2, function="DEL")
    assert all(d["question"] for d in (await gate.detail(deletion))["decisions"])


async def test_a_return_needs_a_remark_and_the_trip_can_be_declared_again(gate: Gate) -> None:
    """CUST-03, GATE-08: 修改 of a returned trip starts again: a new base submission, the same trip."""
    first = await gate.declare()
    assert await gate.decide(first, "return") == (422, "退单时必须填写审核意见")
    assert await gate.decide(first, "return", "车牌不符") == (200, "退单")
    second = await gate.declare(sequence=2, bind_key_info="沪B99999")
    trip = await gate.trip()
    assert (trip["submission_id"], trip["state"], trip["medium_key"]) == (second, "received", "沪B99999")
    assert (await gate.decide(first, "accept"))[0] == 409
    assert (await gate.decide(second, "accept"))[0] == 200
    assert await gate.customs.value("select count(*) from gate_trip") == 1


async def test_a_base_that_was_declared_anew_can_only_be_returned(gate: Gate) -> None:
    """CUST-03, CUST-05: two of one trip wait, whichever came first; the older one is not accepted any more, and the
    page says why."""
    second = await gate.declare(sequence=2, vehicle_weight="9000")
    first = await gate.declare()
    assert (await gate.trip())["content"]["vehicle_weight"] == "9000"
    assert (await gate.detail(first))["note"] == "该车次已另行申报，以第 2 次申报为准"
    assert await gate.decide(first, "accept") == (409, "该车次已另行申报，这一份只能退单")
    whys = {d["name"]: d["why_not"] for d in (await gate.detail(first))["decisions"]}
    assert whys == {"accept": "该车次已另行申报，这一份只能退单", "return": ""}
    assert (await gate.decide(first, "return", "已另行申报"))[0] == 200
    assert (await gate.trip())["state"] == "received"
    assert (await gate.decide(second, "accept"))[0] == 200


async def test_an_accepted_change_puts_its_content_in_force(gate: Gate, portal: Portal) -> None:
    """GATE-08: until then, and when it is refused, customs hold what was accepted before; the state stays."""
    base = await gate.accepted()
    refused = await gate.declare(sequence=2, function="MOD", bind_key_info="沪C00001")
    assert [d["title"] for d in (await gate.detail(refused))["decisions"]] == ["同意变更", "不同意变更"]
    assert (await gate.decide(refused, "lock"))[0] == 422
    assert (await gate.trip())["medium_key"] == "沪A12345"
    assert await gate.decide(refused, "return") == (422, "不同意变更时必须填写审核意见")
    assert (await gate.decide(refused, "return", "车牌不符"))[0] == 200
    assert ((await gate.trip())["medium_key"], (await gate.trip())["state"]) == ("沪A12345", "accepted")
    change = await gate.declare(
        sequence=3, function="MOD", bind_key_info="沪C 0000·2", customs_master="5301", vehicle_weight="9000"
    )
    assert await gate.decide(change, "accept") == (200, "已同意变更或删单")
    trip = await gate.trip()
    assert (trip["medium_key"], trip["district"], trip["content_sequence"]) == ("沪C00002", "5301", 3)
    assert (trip["submission_id"], trip["state"], trip["content"]["vehicle_weight"]) == (
        base,
        "accepted",
        "9000",
    )
    assert (await gate.detail(base))["note"] == "该车次已变更，现行内容为第 3 次申报的内容"
    assert (await gate.detail(change))["note"] == "该车次现为「海关审核通过」"
    await gate.customs.sender(portal).send_due()
    assert [(r.submission, r.code, r.text) for r in portal.receipts if r.submission > 1] == [
        (2, "RECEIVED", "海关接收通知"), (2, "20", "不同意变更：车牌不符"),
        (3, "RECEIVED", "海关接收通知"), (3, "10", "变更已生效"),
    ]  # fmt: skip


async def test_an_accepted_deletion_ends_the_trip(gate: Gate, portal: Portal) -> None:
    """GATE-08: nothing more is decided about it, and no receipt of its life follows."""
    base = await gate.accepted()
    deletion = await gate.declare(sequence=2, function="DEL")
    assert (await gate.decide(deletion, "accept"))[0] == 200
    assert (await gate.trip())["state"] == "deleted"
    detail = await gate.detail(base)
    assert (detail["state_name"], detail["decisions"]) == ("已删单", [])
    assert (await gate.decide(base, "lock"))[0] == 409
    await gate.customs.sender(portal).send_due()
    assert [(r.submission, r.code) for r in portal.receipts][-1] == (2, "10")


@pytest.mark.parametrize("function", ["MOD", "DEL"])
@pytest.mark.parametrize("end", [["finish"], ["finish_by_hand"], ["finish", "leave"]])
async def test_an_amendment_of_an_ended_trip_can_only_be_refused(
    gate: Gate, function: str, end: list[str]
) -> None:
    """GATE-08: the trip was finished meanwhile; words say why, and the refusal remains."""
    base = await gate.accepted()
    amending = await gate.declare(sequence=2, function=function, vehicle_weight="1")
    for name in end:
        assert (await gate.decide(base, name))[0] == 200
    status, why = await gate.decide(amending, "accept")
    assert (status, why.endswith("只能退回")) == (409, True)
    decisions = (await gate.detail(amending))["decisions"]
    assert [(d["name"], bool(d["why_not"])) for d in decisions] == [("accept", True), ("return", False)]
    assert (await gate.decide(amending, "return", "车次已办结"))[0] == 200
    assert (await gate.trip())["content"]["vehicle_weight"] == "8000"


async def test_a_locked_trip_is_changed_but_not_deleted(gate: Gate) -> None:
    """0023: a change may mend what the lock is about; a deletion would evade it."""
    base = await gate.accepted()
    deletion = await gate.declare(sequence=2, function="DEL")
    assert (await gate.decide(base, "lock", "布控"))[0] == 200
    assert (await gate.decide(deletion, "accept"))[0] == 409
    assert (await gate.decide(deletion, "return", "已锁定"))[0] == 200
    change = await gate.declare(sequence=3, function="MOD", vehicle_weight="9500")
    assert (await gate.decide(change, "accept"))[0] == 200
    trip = await gate.trip()
    assert (trip["state"], trip["content"]["vehicle_weight"]) == ("locked", "9500")


async def test_an_older_change_does_not_undo_a_newer_one(gate: Gate) -> None:
    """GATE-08: in force is the accepted content of the highest sequence, in whatever order officers decide."""
    await gate.accepted()
    older = await gate.declare(sequence=2, function="MOD", vehicle_weight="2")
    newer = await gate.declare(sequence=3, function="MOD", vehicle_weight="3")
    assert (await gate.decide(newer, "accept"))[0] == 200
    assert await gate.decide(older, "accept") == (409, "该车次已有更新的变更，只能退回")
    assert (await gate.trip())["content"]["vehicle_weight"] == "3"


async def test_an_amendment_without_a_trip_can_only_be_refused(gate: Gate) -> None:
    """GATE-08: its base never came, or was rejected."""
    change = await gate.declare(sequence=2, function="MOD")
    assert await gate.decide(change, "accept") == (409, "海关没有这个车次，只能退回")
    assert (await gate.decide(change, "return", "没有这个车次"))[0] == 200


async def test_a_trip_in_force_is_not_declared_anew(gate: Gate) -> None:
    """GATE-08: only what waits or was returned makes place for a new base."""
    await gate.accepted()
    before = await gate.trip()
    anew = await gate.declare(sequence=2, vehicle_weight="1")
    assert await gate.decide(anew, "accept") == (409, "该车次已另行申报，这一份只能退单")
    assert await gate.trip() == before


async def test_nobody_acts_upon_another_companys_trip(gate: Gate, pki: Path) -> None:
    """CUST-01, CUST-03, PORT-10: whatever a portal let through: no change, no deletion, no declaring anew."""
    base = await gate.declare()
    stranger = Gate(gate.customs, company(pki, STRANGER), gate.headers)
    await stranger.declare(sequence=2)
    assert await gate.decide(base, "accept") == (200, "海关审核通过")
    why = f"该车次由企业 {OWN.customs_code} 申报，企业 {STRANGER.customs_code} 不能办理，只能退回"
    for sequence, function in ((3, "MOD"), (4, "DEL")):
        amendment = await stranger.declare(sequence=sequence, function=function)
        assert await gate.decide(amendment, "accept") == (409, why)
    assert ((await gate.trip())["company"], (await gate.trip())["state"]) == (OWN.customs_code, "accepted")


async def test_an_officer_and_another_decide_at_once(gate: Gate) -> None:
    """CUST-03: finished and changed at the same instant: never a change in a finished trip that came after."""
    for at in range(8):
        number = f"2026110000000010{at:02d}"
        base = await gate.accepted(number, bind_key_info=f"沪D{at:05d}")
        change = await gate.declare(number, sequence=2, function="MOD", vehicle_weight="9999")
        finished, changed = await asyncio.gather(gate.decide(base, "finish"), gate.decide(change, "accept"))
        assert finished[0] == 200
        assert changed[0] in (200, 409)
        weight = (await gate.trip(number))["content"]["vehicle_weight"]
        assert weight == ("9999" if changed[0] == 200 else "8000")


async def test_the_automatic_mode_accepts_trips_and_changes(gate: Gate) -> None:
    """CUST-04: what is hindered is returned with the reason; what comes after the acceptance is left to lanes."""
    mode = {"automatic": True, "delay_seconds": 0, "refuse_share": 0}
    await gate.customs.client.put("/api/mode", json=mode, headers=gate.headers)
    base = await gate.declare()
    assert await gate.customs.decide_due() == 1
    await gate.declare(sequence=2, function="MOD", vehicle_weight="9000")
    assert await gate.customs.decide_due() == 1
    assert ((await gate.trip())["state"], (await gate.trip())["content"]["vehicle_weight"]) == (
        "accepted",
        "9000",
    )
    assert (await gate.decide(base, "finish"))[0] == 200
    late = await gate.declare(sequence=3, function="DEL")
    assert [await gate.customs.decide_due() for _ in range(2)] == [1, 0]
    detail = await gate.detail(late)
    assert (detail["state_name"], detail["history"][0]["remark"]) == ("退单", "该车次为「已办结」，只能退回")


async def test_a_batch_of_trips_and_changes_is_taken_in_together(gate: Gate) -> None:
    """CUST-04: several trips, one of them declared twice, and two changes of one trip, each in one batch."""
    mode = {"automatic": True, "delay_seconds": 0, "refuse_share": 0}
    await gate.customs.client.put("/api/mode", json=mode, headers=gate.headers)
    numbers = [f"2026110000000030{n:02d}" for n in range(4)]
    await gate.customs.post(
        *(gate.envelope(n, 1, "ADD") for n in numbers), gate.envelope(numbers[0], 2, "ADD")
    )
    await gate.customs.understand()
    assert (await gate.trip(numbers[0]))["sequence"] == 2
    assert await gate.customs.decide_due() == 5
    assert await gate.customs.rows("select state from gate_trip") == [("accepted",)] * 4
    assert await gate.customs.value(
        "select state from submission where number = $1 and sequence = 1", numbers[0]
    ) == ("returned")
    changes = [gate.envelope(numbers[1], n, "MOD", vehicle_weight=str(n)) for n in (3, 2)]
    await gate.customs.post(*changes)
    await gate.customs.understand()
    assert await gate.customs.decide_due() == 2
    assert (await gate.trip(numbers[1]))["content"]["vehicle_weight"] == "3"


async def test_the_automatic_mode_returns_the_set_share(gate: Gate) -> None:
    """CUST-04."""
    mode = {"automatic": True, "delay_seconds": 0, "refuse_share": 1}
    await gate.customs.client.put("/api/mode", json=mode, headers=gate.headers)
    await gate.declare()
    await gate.customs.decide_due()
    assert (await gate.trip())["state"] == "returned"


UNFIT = [
    ({"bind_key_type": "XX"}, "绑定介质类型应为"),
    ({"bind_key_type": ["VN"]}, "绑定介质类型应为"),
    ({"sure_id": {"a": "b"}}, "车次确认编号应为"),
    ({"sure_id": "1" * 65}, "车次确认编号应为"),
    ({"bind_key_info": " "}, "绑定介质关键信息应为"),
    ({"bind_key_info": None}, "绑定介质关键信息应为"),
    ({"bind_key_info": "A" * 65}, "绑定介质关键信息应为"),
    ({"customs_master": "22"}, "关区代码应为"),
    ({"vehicle_weight": "-1"}, "车辆重量应为"),
    ({"trailer_weight": "NaN"}, "挂车重量应为"),
    ({"conta_weight": 5}, "集装箱重量应为"),
    ({"goods_wt": "1e9"}, "表体第 1 行的本次提货重量应为"),
    ({"bodies": []}, "没有表体信息"),
    ({"bodies": ["x"]}, "没有表体信息"),
]


@pytest.mark.parametrize(("other", "words"), UNFIT)
async def test_what_customs_cannot_hold_is_rejected_with_the_reason(
    gate: Gate, portal: Portal, other: dict[str, Any], words: str
) -> None:
    """CUST-03: REJECTED, not a message that nobody understands."""
    await gate.declare(**other)
    await gate.customs.sender(portal).send_due()
    assert [(r.code, words in r.text) for r in portal.receipts] == [("REJECTED", True)]
    assert await gate.customs.value("select count(*) from gate_trip") == 0


def test_an_unknown_function_is_unfit(own: Company) -> None:
    """GATE-08."""
    fit = own.submission(NUMBER, [], type=TYPE, typed=content(), signed={"type": TYPE})
    assert unfit(fit) == ""
    assert "XXX" in unfit(Submission.model_validate({**fit.model_dump(), "function": "XXX"}))


@pytest.mark.parametrize(
    ("medium", "typed", "key"),
    [
        ("VN", " 沪a·12345 ", "沪A12345"),
        ("VN", "沪Ａ－１２３４５", "沪A12345"),
        ("VN", "粤Z.1234港", "粤Z1234港"),
        ("IC", "ab-12 34", "AB-1234"),
        ("BC", "0012", "0012"),
    ],
)
def test_keys_are_compared_in_one_spelling(medium: str, typed: str, key: str) -> None:
    """GATE-05: a scanner's spelling finds the trip that a person typed."""
    assert normal_key(medium, typed) == key


def test_weights_without_goods_count_nothing() -> None:
    """GATE-01: 0 is a weight; a row without goods weighs nothing."""
    weights = weights_of(content(vehicle_weight="0", trailer_weight="0", conta_weight="0", goods_wt=""))
    assert (weights.tare, weights.goods) == (Decimal(0), Decimal(0))
