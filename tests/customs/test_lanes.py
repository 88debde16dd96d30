"""Lanes: the rule as a pure function, the officers' page, messages of a lane, everything at once (CUST-03, GATE-10)."""

from __future__ import annotations

import asyncio
import runpy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.customs import registers, sweeping
from singlewindow.customs.desks.gate import passages
from singlewindow.customs.desks.gate.contents import Weights
from singlewindow.customs.desks.gate.lanes import MOST_KEYS
from singlewindow.customs.desks.gate.messages import GATHER_FEEDBACK, Faulty, gathered
from singlewindow.customs.desks.gate.rule import DEFAULT_TOLERANCE, OPEN, Lane, Result, Trip, judge
from singlewindow.customs.desks.gate.states import AMENDED, INSIDE, PASSABLE, STATES
from singlewindow.customs.desks.gate.xml import read, write
from singlewindow.customs.registers import Entry
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.gate import DISTRICT, NUMBER, PLATE, Gate
from tests.customs.portal import Portal

IN, OUT, CLOSED, SOUTH = "CNSHA224801WI01", "CNSHA224801WE01", "CNSHA224801WI09", "CNSZX530101WI01"
ALL_STATES = ["received", *(state for state in STATES if state != AMENDED)]
WEIGHTS = Weights(Decimal(8000), Decimal(3000), Decimal(2000), Decimal(20000))


# ------------------------------------------------------------------------------------------------------- the rule


def lane(direction: str = "I", **other: Any) -> Lane:
    facts = {"number": IN, "name": "1 号通道", "district": DISTRICT, "enabled": True, **other}
    return Lane(direction=direction, **facts)  # type: ignore[arg-type]


def trip(state: str = "accepted", kind: str = "01", **other: Any) -> Trip:
    facts = {"id": 1, "number": NUMBER, "district": DISTRICT, "weights": WEIGHTS, **other}
    return Trip(state=state, vehicle_kind=kind, **facts)


weights = st.decimals(0, 100_000, places=2)
kinds = st.sampled_from(["", "01", "02", "03", "04"])
trips = st.builds(
    Trip,
    id=st.integers(1, 9),
    number=st.just(NUMBER),
    district=st.sampled_from([DISTRICT, "5301"]),
    state=st.sampled_from(ALL_STATES),
    vehicle_kind=kinds,
    weights=st.builds(Weights, weights, weights, weights, weights),
    confirmed=st.none() | weights,
)
lanes = st.builds(
    Lane,
    number=st.just(IN),
    name=st.just("1 号通道"),
    district=st.just(DISTRICT),
    direction=st.sampled_from(["I", "E"]),
    enabled=st.booleans(),
    tolerance=st.decimals(0, 100, places=1),
)


@given(lanes, st.lists(trips, max_size=3), st.none() | weights)
def test_every_answer_follows_from_the_trip(at: Lane, of: list[Trip], gross: Decimal | None) -> None:
    """CUST-03: whatever comes, the answer has a reason; who passes has a trip in the right state, district and lane."""
    verdict = judge(at, of, gross)
    assert verdict.reason
    assert (verdict.decision == "") is (verdict.result is Result.ALARM)
    if verdict.result is Result.ALARM:
        return
    assert at.enabled
    assert verdict.trip in of
    assert verdict.trip.district == at.district
    if at.direction == "E":
        assert (verdict.result, verdict.decision, verdict.trip.state in INSIDE) == (
            Result.PASS,
            "leave",
            True,
        )
        return
    assert verdict.trip.state in PASSABLE
    assert [each for each in of if each.state in OPEN] == [verdict.trip]
    assert verdict.decision == {"Y": "finish", "M": "lock"}[verdict.result]


@given(kinds, weights, st.decimals(0, 100, places=1))
def test_the_tolerance_is_a_share_of_the_expected_weight(kind: str, gross: Decimal, percent: Decimal) -> None:
    """GATE-10, facts 1.6: up to the tolerance and including it Y, beyond M; the same for too light and too heavy."""
    verdict = judge(lane(tolerance=percent), [trip(kind=kind)], gross)
    expected = Decimal(13000 if kind in ("02", "04") else 33000)
    assert (verdict.theoretical, verdict.difference, verdict.tolerance) == (
        expected,
        gross - expected,
        percent,
    )
    assert (verdict.result is Result.PASS) is (abs(gross - expected) <= expected * percent / 100)


@pytest.mark.parametrize(
    ("kind", "entry", "exit"),
    [
        ("01", 33000, 13000),
        ("02", 13000, 33000),
        ("03", 33000, 33000),
        ("04", 13000, 13000),
        ("", 33000, 33000),
    ],
)
def test_loaded_or_empty_by_the_kind_of_passage(kind: str, entry: int, exit: int) -> None:
    """Facts 1.4: 01 重进空出, 02 空进重出, 03 重进重出, 04 空进空出; not declared counts as loaded."""
    assert (trip(kind=kind).theoretical("I"), trip(kind=kind).theoretical("E")) == (
        Decimal(entry),
        Decimal(exit),
    )


def test_the_default_tolerance() -> None:
    """Facts 1.6: ±5 %, a proposal."""
    assert DEFAULT_TOLERANCE == 5
    assert judge(lane(), [trip()], Decimal("34650")).result is Result.PASS
    assert judge(lane(), [trip()], Decimal("34650.01")).result is Result.PERSON


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("received", "尚未审核"), ("returned", "退单"), ("locked", "已锁定"), ("finished", "已办结"),
        ("finished_by_hand", "人工办结"), ("left", "离场"), ("deleted", "已删单"),
    ],
)  # fmt: skip
def test_who_does_not_enter_hears_why(state: str, words: str) -> None:
    """CUST-03: the reason by the trip's state."""
    verdict = judge(lane(), [trip(state)], Decimal(33000))
    assert (verdict.result, words in verdict.reason) == (Result.ALARM, True)


def test_what_is_no_vehicle_of_ours() -> None:
    """CUST-03: no trip, another district, a lane that is closed, no weight, several trips."""
    for of, at, gross, words in [
        ([], lane(), 1, "没有申报该介质的车次"),
        ([trip()], lane(district="5301"), 33000, "关区为 2248"),
        ([trip()], lane(enabled=False), 33000, "停用"),
        ([trip()], lane(), None, "没有采集到地磅重量"),
        ([trip(id=2), trip("locked")], lane(), 33000, "2 个未完成车次"),
        ([trip("received", id=2), trip()], lane(), 33000, "2 个未完成车次"),
        ([trip()], lane("E"), 33000, "未办结，不能离场"),
        ([trip("left")], lane("E"), 33000, "离场"),
    ]:
        verdict = judge(at, of, None if gross is None else Decimal(gross))
        assert (verdict.result, words in verdict.reason, verdict.decision) == (Result.ALARM, True, ""), words
        assert verdict.trip is (of[0] if of and at.enabled else None)  # an officer is shown the newest


def test_a_newer_trip_does_not_keep_the_older_one_inside() -> None:
    """0023: the vehicle is declared anew while it is still inside; it leaves by the trip by which it came in."""
    of = [trip("accepted", id=2), trip("finished", id=1)]
    assert judge(lane("E"), of, None).trip == of[1]
    assert judge(lane("I"), of, Decimal(33000)).trip == of[0]


def test_a_weight_that_an_officer_confirmed_is_the_one_that_counts() -> None:
    """0023: after unlocking the same vehicle passes; another load of the same trip does not."""
    confirmed = trip("unlocked", confirmed=Decimal(40000))
    assert judge(lane(), [confirmed], Decimal(40100)).reason == "经关员人工确认"
    assert judge(lane(), [confirmed], Decimal(33000)).result is Result.PERSON
    assert judge(lane(), [trip("unlocked")], Decimal(40000)).result is Result.PERSON


# --------------------------------------------------------------------------------------------- page and messages


@pytest.fixture
async def gate(customs: Customs, own: Company) -> Gate:
    """Lanes in two districts, one of them with a tolerance of its own; an officer is logged in."""
    headers = await customs.log_in()

    async def put(kind: str, key: str, data: dict[str, Any]) -> None:
        body = {"seq": 0, "data": data}
        answer = await customs.client.put(f"/api/registers/{kind}/{key}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    for number, direction, district in [(IN, "I", DISTRICT), (OUT, "E", DISTRICT), (SOUTH, "I", "5301")]:
        facts = {"name": number[-4:], "district": district, "direction": direction, "enabled": True}
        await put("gate_lane", number, facts)
    await put("gate_lane", CLOSED, {"name": "x", "district": DISTRICT, "direction": "I", "enabled": False})
    await put("gate_tolerance", "5301", {"percent": "1"})
    return Gate(customs, own, headers)


async def drive(
    gate: Gate, at: str, gross: str = "33000", key: str = PLATE, medium: str = "VN"
) -> dict[str, Any]:
    """A vehicle at the officers' lane page."""
    body = {"medium": medium, "key": key, "gross": gross}
    answer = await gate.customs.client.post(f"/api/gate/lanes/{at}/passages", json=body, headers=gate.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_in_and_out_by_the_page(gate: Gate, portal: Portal) -> None:
    """CUST-03: in with the right weight is 已办结, out is 已口岸离场, a second time neither; the portal hears it."""
    base = await gate.accepted()
    entered = await drive(gate, IN, "33100", " 沪a·12345")
    assert (entered["result"], entered["result_name"], entered["reason"]) == ("Y", "放行", "车次与重量相符")
    assert (entered["theoretical"], entered["difference"], entered["tolerance"]) == ("33000", "100", "5")
    assert (entered["submission_id"], entered["trip_number"], entered["by"]) == (base, NUMBER, "陈关员")
    assert (await drive(gate, IN))["reason"] == "该车次已办结，不能再次进场"
    left = await drive(gate, OUT, "")
    assert (left["result"], left["theoretical"], left["difference"]) == ("Y", "13000", "")
    assert (await drive(gate, OUT))["result"] == "N"
    assert (await gate.trip())["state"] == "left"
    await gate.customs.sender(portal).send_due()
    assert [(r.submission, r.code) for r in portal.receipts] == [
        (1, "RECEIVED"), (1, "10"), (1, "40"), (1, "50"),
    ]  # fmt: skip
    shown = (await gate.customs.client.get(f"/api/gate/lanes/{IN}/passages")).json()
    assert [each["result"] for each in shown] == ["N", "Y"]
    history = (await gate.detail(base))["history"]
    assert history[1]["remark"] == "WI01，地磅重量 33100 千克，车次与重量相符"


async def test_too_heavy_is_locked_until_an_officer_unlocks(gate: Gate, portal: Portal) -> None:
    """CUST-03, facts 1.6: M and 已锁定; unlocked, the same weight passes, another one does not."""
    base = await gate.accepted()
    stopped = await drive(gate, IN, "40000")
    assert (stopped["result"], stopped["result_name"]) == ("M", "待人工确认")
    assert "相差 7000 千克，超出允许误差 ±5%" in stopped["reason"]
    assert (await drive(gate, IN, "33000"))["reason"] == "该车次已锁定，须由关员解除锁定"
    assert (await gate.decide(base, "unlock", confirms=stopped["confirms"]))[0] == 200
    assert (await gate.trip())["confirmed_weight"] == 40000
    stopped = await drive(gate, IN, "45000")
    assert stopped["result"] == "M"
    assert (await gate.decide(base, "unlock", confirms=stopped["confirms"]))[0] == 200
    assert (await drive(gate, IN, "45100"))["reason"] == "经关员人工确认"
    await gate.customs.sender(portal).send_due()
    assert [r.code for r in portal.receipts] == ["RECEIVED", "10", "41", "42", "41", "42", "40"]
    assert portal.receipts[2].text.count("地磅重量 40000 千克") == 1


async def test_the_weight_that_the_officer_looked_at_is_confirmed(gate: Gate) -> None:
    """0023, 5: a page that shows the weight of an earlier weighing confirms nothing; the officer is told both."""
    base = await gate.accepted()
    first = await drive(gate, IN, "40000")
    assert first["confirms"] == "地磅重量 40000 千克"
    assert (await gate.decide(base, "unlock", confirms=first["confirms"]))[0] == 200
    second = await drive(gate, IN, "90000")
    assert second["result"] == "M"
    status, why = await gate.decide(base, "unlock", confirms=first["confirms"])
    assert (status, "地磅重量 90000 千克" in why, "地磅重量 40000 千克" in why) == (409, True, True)
    assert (await gate.decide(base, "unlock"))[0] == 409  # by a page that shows none
    trip = await gate.trip()
    assert (trip["state"], trip["held_weight"], trip["confirmed_weight"]) == ("locked", 90000, 40000)
    [offered] = [each for each in (await gate.detail(base))["decisions"] if each["name"] == "unlock"]
    assert offered["confirms"] == second["confirms"] == "地磅重量 90000 千克"
    assert (await gate.decide(base, "unlock", confirms=offered["confirms"]))[0] == 200
    assert (await gate.trip())["confirmed_weight"] == 90000


async def test_a_weight_is_confirmed_for_one_trip_at_a_time(gate: Gate) -> None:
    """0023, 5: with many at once nobody has looked at each weight; what was locked by hand confirms none."""
    weighed, by_hand = (
        await gate.accepted(),
        await gate.accepted("202611000000000002", bind_key_info="沪B22222"),
    )
    await drive(gate, IN, "40000")
    assert (await gate.decide(by_hand, "lock"))[0] == 200
    body = {"decision": "unlock", "ids": [weighed, by_hand]}
    answer = await gate.customs.client.post("/api/decisions", json=body, headers=gate.headers)
    assert answer.json()["decided"] == 1, answer.text
    [left] = answer.json()["not_decided"]
    assert (left["id"], "地磅重量 40000 千克" in left["why_not"]) == (weighed, True)
    assert (await gate.trip())["state"] == "locked"
    assert (await gate.trip("202611000000000002"))["state"] == "unlocked"


async def test_a_change_makes_a_new_weight(gate: Gate) -> None:
    """0023: what was confirmed for the old content counts no more; the new content does."""
    base = await gate.accepted()
    stopped = await drive(gate, IN, "40000")
    change = await gate.declare(sequence=2, function="MOD", goods_wt="27000")
    assert (await gate.decide(change, "accept"))[0] == 200
    assert (await gate.decide(base, "unlock", confirms=stopped["confirms"]))[0] == 409
    assert (await gate.decide(base, "unlock"))[0] == 200
    assert (await gate.trip())["confirmed_weight"] is None
    assert (await drive(gate, IN, "40000"))["reason"] == "车次与重量相符"


async def test_the_tolerance_of_the_district_counts(gate: Gate) -> None:
    """Facts 1.6: 5301 has 1 % in its register."""
    await gate.accepted(customs_master="5301")
    assert (await drive(gate, SOUTH, "33331"))["result"] == "M"
    assert (await gate.trip())["state"] == "locked"


async def test_a_tolerance_that_has_ended_counts_no_more(gate: Gate) -> None:
    """Facts 1.6: at the lane, and on the page of lanes; then the default counts."""
    data, over = {"percent": "1"}, datetime(2026, 1, 1, tzinfo=UTC)
    async with gate.customs.database.transaction() as transaction:
        await registers.put_all(transaction, [Entry("gate_tolerance", "5301", 2, data, valid_to=over)])
    shown = (await gate.customs.client.get("/api/gate/lanes")).json()
    assert {each["tolerance"] for each in shown if each["number"] == SOUTH} == {str(DEFAULT_TOLERANCE)}
    await gate.accepted(customs_master="5301")
    assert (await drive(gate, SOUTH, "33331"))["result"] == "Y"


async def test_a_changed_medium_is_found_and_the_old_one_is_not(gate: Gate) -> None:
    """GATE-08: a lane knows the content in force."""
    await gate.accepted()
    change = await gate.declare(sequence=2, function="MOD", bind_key_type="IC", bind_key_info="ic 001")
    assert (await drive(gate, CLOSED))["reason"] == "该通道已停用"
    assert (await gate.decide(change, "accept"))[0] == 200
    assert (await drive(gate, IN))["reason"] == "没有申报该介质的车次"
    assert (await drive(gate, IN, key="IC001", medium="IC"))["result"] == "Y"


async def test_what_the_page_cannot_take(gate: Gate) -> None:
    """UI-16: unknown lane 404; a weight or a key that is none 422; without a session 401."""
    for at, body, status in [
        ("CNSHA224801WI77", {"medium": "VN", "key": PLATE, "gross": "1"}, 404),
        (IN, {"medium": "VN", "key": " ", "gross": "1"}, 422),
        (IN, {"medium": "VN", "key": PLATE, "gross": "-1"}, 422),
        (IN, {"medium": "XX", "key": PLATE, "gross": "1"}, 422),
    ]:
        path = f"/api/gate/lanes/{at}/passages"
        assert (await gate.customs.client.post(path, json=body, headers=gate.headers)).status_code == status
    gate.customs.client.cookies.clear()
    for path in ("lanes", "trips", f"lanes/{IN}/passages"):
        assert (await gate.customs.client.get(f"/api/gate/{path}")).status_code == 401


async def test_trips_are_listed(gate: Gate) -> None:
    """CUST-03: by state, district and the beginning of the medium's key, in the spelling of any medium."""
    await gate.accepted()
    await gate.declare("2" * 18, bind_key_info="粤B00001", customs_master="5301")

    async def numbers(**query: str) -> list[str]:
        found = (await gate.customs.client.get("/api/gate/trips", params=query)).json()
        return [each["number"] for each in found["items"]]

    assert await numbers() == ["2" * 18, NUMBER]
    assert await numbers(state="accepted") == [NUMBER]
    assert await numbers(district="5301") == ["2" * 18]
    assert await numbers(key="沪a·1") == [NUMBER]
    assert await numbers(key="%") == []
    await gate.declare("3" * 18, bind_key_type="BC", bind_key_info="ab-12.5·x")
    assert await numbers(key="ab-12.5·x") == await numbers(key="AB-12") == ["3" * 18]
    refused = await gate.customs.client.get("/api/gate/trips", params={"district": "53x"})
    assert (refused.status_code, refused.json()["violations"][0]["path"]) == (422, "district")


# ------------------------------------------------------------------------------------------------------- messages


def info(session: str = "WI01-1", gross: str = "33000", at: str = IN, **other: str) -> str:
    """A GATHER_INFO as a lane sends it."""
    facts = {
        "I_E_FLAG": "E" if at == OUT else "I", "AREA_ID": at[:11], "CHNL_NO": at, "SESSION_ID": session,
        "VE_LICENSE_NO": PLATE, "GROSS_WT": gross, **other,
    }  # fmt: skip
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in facts.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<GATHER_INFO>{inside}</GATHER_INFO>'


async def key_of(gate: Gate, at: str = IN) -> str:
    """A new key of a lane."""
    answer = await gate.customs.client.post(f"/api/gate/lanes/{at}/keys", headers=gate.headers)
    assert answer.status_code == 201
    key: str = answer.json()["key"]
    return key


async def send(gate: Gate, key: str, message: str | bytes) -> httpx.Response:
    """What a lane sends, without anything of an officer."""
    transport = httpx.ASGITransport(gate.customs.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001") as machine:
        return await machine.post(
            "/exchange/lanes",
            content=message.encode() if isinstance(message, str) else message,
            headers={"Authorization": f"Bearer {key}"},
        )


def said(answer: httpx.Response, name: str) -> str:
    """An element's text in a GATHER_FEEDBACK."""
    inside = answer.text.partition(f"<{name}>")[2]
    return inside.partition(f"</{name}>")[0]


async def test_a_message_is_answered_as_the_page_is(gate: Gate, portal: Portal) -> None:
    """Facts 1.5: the same rule; element by element in their order, UTF-8, no namespace."""
    await gate.accepted()
    answer = await send(gate, await key_of(gate), info())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml; charset=utf-8")
    at = [answer.text.index(f"<{name}>") for name in ORDER]
    assert at == sorted(at)
    assert "xmlns" not in answer.text
    facts = {name: said(answer, name) for name in ORDER}
    assert facts["FEEDBACK_TIME"][:2] == "20"
    assert {k: v for k, v in facts.items() if v and k not in ("FEEDBACK_TIME", "VE_INFO", "IC_INFO")} == {
        "AREA_ID": IN[:11], "CHNL_NO": IN, "SESSION_ID": "WI01-1", "RELLIST_TYPE": "SURE",
        "RELLIST_ID_TYPE": "VN", "RELLIST_ID": "2026118930L0000A0110000000000001", "CHECK_RESULT": "Y",
        "INSTRUCTION": "1", "VE_LICENSE_NO": PLATE, "WEIGHT_DIFF": "0", "GROSS_WEIGHT": "33000",
        "VEHICLE_WEIGHT": "8000", "DECL_GOODS_WEIGHT": "20000", "OP_HINT": "放行：车次与重量相符", "LED_HINT": "放行",
    }  # fmt: skip
    assert (await gate.trip())["state"] == "finished"
    await gate.customs.sender(portal).send_due()
    assert portal.receipts[-1].code == "40"


ORDER = [
    "AREA_ID",
    "CHNL_NO",
    "SESSION_ID",
    "RELLIST_TYPE",
    "RELLIST_ID_TYPE",
    "RELLIST_ID",
    "FEEDBACK_TIME",
    "CHECK_RESULT",
    "INSTRUCTION",
    "PROC_ERROR_CODE",
    "PROC_ERROR_DESCRIPTION",
    "TECH_ERROR_CODE",
    "TECH_ERROR_DESCRIPTION",
    "IC_INFO",
    "VE_INFO",
    "VE_CUSTOMS_NO",
    "VE_LICENSE_NO",
    "VE_LICENSE_NO2",
    "DR_CUSTOMS_NO",
    "DR_NAME",
    "TRAILER_ID",
    "WEIGHT_DIFF",
    "GROSS_WEIGHT",
    "VEHICLE_WEIGHT",
    "PACK_NO",
    "DECL_PACK",
    "DECL_GOODS_WEIGHT",
    "OP_HINT",
    "LED_HINT",
    "EXTENDED_CONTENT",
]
"""Facts 1.5."""


async def test_a_message_that_comes_twice_moves_nothing_twice(gate: Gate) -> None:
    """CUST-05: ten times at once and once later: one answer, one receipt; the session with other facts is refused."""
    await gate.accepted()
    key = await key_of(gate)
    answers = await asyncio.gather(*(send(gate, key, info()) for _ in range(10)))
    assert {(a.status_code, a.text) for a in answers} == {(200, answers[0].text)}
    assert said(answers[0], "CHECK_RESULT") == "Y"
    later = await send(gate, key, info())
    assert later.text == answers[0].text
    assert await gate.customs.rows("select code from receipt order by seq") == [
        ("RECEIVED",),
        ("10",),
        ("40",),
    ]
    assert await gate.customs.value("select count(*) from gate_passage") == 1
    other = await send(gate, key, info(gross="1"))
    assert (other.status_code, said(other, "PROC_ERROR_CODE"), said(other, "CHECK_RESULT")) == (
        200,
        "P06",
        "N",
    )


async def test_two_lanes_and_an_officer_at_one_trip(gate: Gate) -> None:
    """CUST-03: one passes, at most one moves the trip; nothing is lost, nothing told twice."""
    first, second = await key_of(gate), await key_of(gate)
    for at in range(6):
        number, plate = f"2026110000000020{at:02d}", f"沪E{at:05d}"
        base = await gate.accepted(number, bind_key_info=plate)
        one, two, officer = await asyncio.gather(
            send(gate, first, info(f"a{at}", VE_LICENSE_NO=plate)),
            send(gate, second, info(f"b{at}", VE_LICENSE_NO=plate)),
            gate.decide(base, "lock" if at % 2 else "finish_by_hand"),
        )
        results = sorted(said(each, "CHECK_RESULT") for each in (one, two))
        assert results in (["N", "N"], ["N", "Y"])
        codes = [code for (code,) in await gate.customs.rows(
            "select code from receipt where submission_id = $1 order by seq", base)]  # fmt: skip
        assert len(codes) == 3
        assert (codes[2] == "40") is (results == ["N", "Y"])
        assert (officer[0] == 409) is (codes[2] == "40")


async def test_nothing_is_half_done(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUST-03: dying after the judgement leaves neither a receipt nor a passage; the same message then passes."""
    from singlewindow.customs.desks.gate import exchange

    await gate.accepted()
    key = await key_of(gate)
    with monkeypatch.context() as broken:
        broken.setattr(exchange, "feedback", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await send(gate, key, info())
    assert (await gate.trip())["state"] == "accepted"
    assert await gate.customs.value("select count(*) from gate_passage") == 0
    assert await gate.customs.value("select count(*) from receipt") == 2
    assert said(await send(gate, key, info()), "CHECK_RESULT") == "Y"


async def test_a_lane_proves_itself(gate: Gate) -> None:
    """Facts 1.5: no key, a wrong one, a revoked one: 401; another lane's 403; always with a GATHER_FEEDBACK."""
    key, other = await key_of(gate), await key_of(gate, OUT)
    for wrong in ("", "lane_nothing", key + "x"):
        answer = await send(gate, wrong, info())
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert (said(answer, "TECH_ERROR_CODE"), said(answer, "CHECK_RESULT")) == ("T01", "N")
    answer = await send(gate, other, info())
    assert (answer.status_code, said(answer, "PROC_ERROR_CODE")) == (403, "P01")
    [shown] = [
        each for each in (await gate.customs.client.get("/api/gate/lanes")).json() if each["number"] == IN
    ]
    assert key not in str(shown)
    assert await gate.customs.value("select count(*) from gate_lane_key where sha256 = $1", key.encode()) == 0
    path = f"/api/gate/lanes/{IN}/keys/{shown['keys'][0]['id']}"
    assert (await gate.customs.client.delete(path)).status_code == 403
    assert (await gate.customs.client.delete(path, headers=gate.headers)).status_code == 204
    assert (await gate.customs.client.delete(path, headers=gate.headers)).status_code == 404
    assert (await send(gate, key, info())).status_code == 401
    nowhere = f"/api/gate/lanes/{IN[:-1]}7/keys"
    assert (await gate.customs.client.post(nowhere, headers=gate.headers)).status_code == 404


async def test_every_key_that_counts_is_shown(gate: Gate) -> None:
    """CUST-03: what the page does not show nobody revokes; so keys are few, and those that count come first."""
    await key_of(gate)
    oldest = await gate.customs.value("select id from gate_lane_key")
    for _ in range(MOST_KEYS):
        await key_of(gate)
        newest = await gate.customs.value("select max(id) from gate_lane_key")
        path = f"/api/gate/lanes/{IN}/keys/{newest}"
        assert (await gate.customs.client.delete(path, headers=gate.headers)).status_code == 204
    lanes = (await gate.customs.client.get("/api/gate/lanes")).json()
    [keys] = [each["keys"] for each in lanes if each["number"] == IN]
    assert (len(keys), keys[0]["id"], keys[0]["revoked_at"]) == (MOST_KEYS, oldest, None)
    for _ in range(MOST_KEYS - 1):
        await key_of(gate)
    refused = await gate.customs.client.post(f"/api/gate/lanes/{IN}/keys", headers=gate.headers)
    assert (refused.status_code, f"已有 {MOST_KEYS} 个有效密钥" in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (info(AREA_ID="CNSHA224802"), "P03"),
        (info(I_E_FLAG="E"), "P03"),
        (info().replace("<SESSION_ID>", "<CUS_CODE>5301</CUS_CODE><SESSION_ID>"), "P03"),
        (info(VE_LICENSE_NO=""), "P04"),
        (info(gross="-5"), "P05"),
        (info().replace("<VE_L", "<RPB_TYPE>1</RPB_TYPE><VE_L"), "P05"),
        (info(gross="1e3"), "P05"),
        (info(VE_LICENSE_NO="A" * 65), "P05"),
    ],
)
async def test_facts_that_do_not_fit_are_named(gate: Gate, message: str, code: str) -> None:
    """Facts 1.5: PROC_ERROR_CODE with words; nothing is written."""
    answer = await send(gate, await key_of(gate), message)
    assert (answer.status_code, said(answer, "PROC_ERROR_CODE")) == (200, code)
    assert said(answer, "PROC_ERROR_DESCRIPTION")
    assert await gate.customs.value("select count(*) from gate_passage") == 0


async def test_all_media_of_a_vehicle_are_looked_at(gate: Gate) -> None:
    """Facts 1.5: the plate is unknown, the IC card has the trip; two trips of one vehicle need a person. Every form is
    looked up, not the first alone."""
    await gate.accepted(bind_key_type="IC", bind_key_info="0012345678")
    key = await key_of(gate)
    card = "<IC_INFO><IC_NO>0012345678</IC_NO></IC_INFO><VE_LICENSE_NO>"
    answer = await send(gate, key, info("s1").replace("<VE_LICENSE_NO>", card))
    assert (said(answer, "CHECK_RESULT"), said(answer, "RELLIST_ID_TYPE")) == ("Y", "IC")
    await gate.accepted("3" * 18, bind_key_type="IC", bind_key_info="0012345678")
    await gate.accepted("4" * 18)
    answer = await send(gate, key, info("s2").replace("<VE_LICENSE_NO>", card))
    assert (said(answer, "CHECK_RESULT"), "2 个未完成车次" in said(answer, "OP_HINT")) == ("N", True)
    await gate.accepted("5" * 18, bind_key_type="BC", bind_key_info="BC0005")
    forms = "".join(f"<FORM_INFO><FORM_ID>{each}</FORM_ID></FORM_INFO>" for each in ("BC0004", "BC0005"))
    barcodes = info("s3", VE_LICENSE_NO="").replace("</GROSS_WT>", f"</GROSS_WT>{forms}")
    answer = await send(gate, key, barcodes)
    assert (said(answer, "CHECK_RESULT"), said(answer, "RELLIST_ID_TYPE")) == ("Y", "BC")


LAUGHS = '<!DOCTYPE GATHER_INFO [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "nothing": b"",
    "no xml": b"{}",
    "cut": info().encode()[:-9],
    "another root": b"<GATHER_FEEDBACK></GATHER_FEEDBACK>",
    "document type": info().replace("<GATHER_INFO>", "<!DOCTYPE GATHER_INFO><GATHER_INFO>", 1).encode(),
    "laughs": info(VE_LICENSE_NO="&b;").replace("<GATHER_INFO>", LAUGHS + "<GATHER_INFO>", 1).encode(),
    "file": info(VE_LICENSE_NO="&x;")
    .replace("<GATHER_INFO>", '<!DOCTYPE G [<!ENTITY x SYSTEM "file:///etc/passwd">]><GATHER_INFO>', 1)
    .encode(),
    "unknown entity": info(VE_LICENSE_NO="&x;").encode(),
    "namespace": info().replace("<GATHER_INFO>", '<GATHER_INFO xmlns="urn:x">', 1).encode(),
    "prefix": info().replace("GATHER_INFO>", "x:GATHER_INFO>").encode(),
    "attribute": info().replace("<SESSION_ID>", '<SESSION_ID a="1">').encode(),
    "instruction": info().replace("<GATHER_INFO>", '<?xml-stylesheet href="x"?><GATHER_INFO>', 1).encode(),
    "utf-16": info().replace("UTF-8", "UTF-16").encode("utf-16"),
    "utf-16 that is called utf-8": info().encode("utf-16"),
    "utf-16 without a mark": info()
    .replace('<?xml version="1.0" encoding="UTF-8"?>\n', "")
    .encode("utf-16-le"),
    "gbk": info().replace("UTF-8", "GBK").encode("gbk"),
    "said to be gbk": info().replace("UTF-8", "GBK").encode(),
    "no utf-8": info().encode().replace(b"WI01-1", b"\xff\xfe"),
    "nul": info().encode().replace(b"WI01-1", b"a\0b"),
    "deep": b"<GATHER_INFO>" + b"<IC_INFO>" * 2000 + b"</IC_INFO>" * 2000 + b"</GATHER_INFO>",
    "many": info().replace("</GATHER_INFO>", "<EXTEND></EXTEND>" * 500 + "</GATHER_INFO>").encode(),
    "long": info(VE_LICENSE_NO="A" * 5000).encode(),
    "out of order": info().replace("<AREA_ID>", "<SESSION_ID>x</SESSION_ID><AREA_ID>").encode(),
    "unknown element": info().replace("</GATHER_INFO>", "<NEW>1</NEW></GATHER_INFO>").encode(),
    "twice": info().replace("<SESSION_ID>", "<SESSION_ID>a</SESSION_ID><SESSION_ID>").encode(),
    "missing": info().replace("SESSION_ID", "CUS_CODE").encode(),
    "empty session": info(session=" ").encode(),
    "session with blanks": info(session="a b").encode(),
    "text between": info().replace("<AREA_ID>", "x<AREA_ID>").encode(),
    "two roots": (info() + "<GATHER_INFO></GATHER_INFO>").encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_message_is_refused(gate: Gate, name: str) -> None:
    """Facts 1.5: 400 with TECH_ERROR; nothing is resolved, nothing is written."""
    answer = await send(gate, await key_of(gate), HOSTILE[name])
    assert (answer.status_code, said(answer, "TECH_ERROR_CODE")) == (400, "T03"), answer.text
    assert "root:" not in answer.text
    assert await gate.customs.value("select count(*) from gate_passage") == 0


@given(st.integers(0, 400), st.binary(max_size=6), st.integers(0, 6))
def test_whatever_is_damaged_is_read_or_refused(at: int, put: bytes, cut: int) -> None:
    """Facts 1.5: a message with a few other bytes is a message or is refused with words, never a defect."""
    whole = info().encode()
    damaged = whole[:at] + put + whole[at + cut :]
    try:
        said = gathered(damaged).session
    except Faulty as faulty:
        said = str(faulty)
    assert said


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_written_can_be_read(session: str, hint: str) -> None:
    """Facts 1.5: whatever words an answer holds, it is well-formed and holds no others."""
    written = write(GATHER_FEEDBACK, {("SESSION_ID",): session, ("OP_HINT",): hint})
    read_again = read(written, GATHER_FEEDBACK)
    assert [each.name for each in read_again.children] == [shape.name for shape in GATHER_FEEDBACK.children]
    assert read_again.value("TECH_ERROR_CODE") == ""
    assert not hint.isprintable() or read_again.value("OP_HINT") == hint.strip()


async def test_a_trip_is_found_by_an_index(gate: Gate) -> None:
    """CUST-03: among many trips, however many a vehicle has made before."""
    await gate.accepted()
    async with gate.customs.database.transaction() as transaction:
        await transaction.run(
            """insert into submission (incoming_id, type, title, number, sequence, action_title, district, company,
                   company_name, received, statement_sha256, state, request_id, received_at)
               select incoming_id, type, title, 'x' || n, 1, action_title, district, company, company_name, received,
                   'x' || n, 'left', '', received_at from submission, generate_series(1, 5000) n"""
        )
        await transaction.run(
            """insert into gate_trip (type, number, submission_id, sequence, content_sequence, company, company_name,
                   sure_id, district, medium, medium_key, content, state, changed_at)
               select t.type, s.number, s.id, 1, 1, t.company, t.company_name, '', t.district, t.medium,
                   case when s.id % 2 = 0 then t.medium_key else s.number end, t.content, 'left', t.changed_at
               from gate_trip t, submission s where s.state = 'left'"""
        )
        await transaction.run("analyze gate_trip")
        found = await passages.found(transaction, [passages.Medium("VN", PLATE)])
        assert {row["state"] for row in found} == {"accepted", "left"}
        plan = [row[0] for row in await transaction.rows(f"explain {passages.FOUND}", ["VN"], [PLATE])]
        assert not any("Seq Scan on gate_trip" in line for line in plan), plan


async def test_what_is_too_large_is_not_read(gate: Gate) -> None:
    """413, also before the key is looked at."""
    answer = await send(gate, "", info().encode() + b" " * 70_000)
    assert (answer.status_code, said(answer, "TECH_ERROR_CODE")) == (413, "T02")


SAMPLE = Path("examples/gather_info.xml").read_bytes()


async def test_the_examples_are_messages(gate: Gate) -> None:
    """docs/lanes.md: the sample as it stands, and what the playing lane sends."""
    await gate.accepted()
    key = await key_of(gate)
    answer = await send(gate, key, SAMPLE)
    assert (answer.status_code, said(answer, "CHECK_RESULT")) == (200, "Y")
    player = runpy.run_path("examples/lane.py")
    answer = await send(gate, await key_of(gate, OUT), player["message"](OUT, PLATE, "13000", "s1"))
    assert (answer.status_code, said(answer, "CHECK_RESULT")) == (200, "Y")


async def test_words_of_a_message_stay_words(gate: Gate) -> None:
    """An answer that quotes what was sent is escaped."""
    answer = await send(gate, await key_of(gate), info("&lt;CHECK_RESULT&gt;Y", VE_LICENSE_NO="&lt;b&gt;"))
    assert said(answer, "SESSION_ID") == "&lt;CHECK_RESULT&gt;Y"
    assert said(answer, "CHECK_RESULT") == "N"


async def test_passages_are_swept_after_their_days(gate: Gate) -> None:
    """OPER: what was noted at lanes long ago goes, by the business clock; what is younger stays."""
    database = gate.customs.database
    for age in ("1096 days", "1094 days", "1 minute"):
        await gate.customs.value(
            """insert into gate_passage (lane, at, by, media, result, reason)
               values ($1, business_now() - $2::text::interval, 'guan01', '车牌号 A', 'N', $2) returning id""",
            IN,
            age,
        )
    assert await sweeping.sweep(database, gate.customs.settings.customs_note_days) == 1
    left = await gate.customs.rows("select reason from gate_passage order by id")
    assert left == [("1094 days",), ("1 minute",)]
    assert await sweeping.sweep(database, gate.customs.settings.customs_note_days) == 0
