"""Moments, what is said at fields, alerts, spans of days: on the invented document (APPT-02, 04, 05, 13, 15)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import singlewindow.kernel.definition
from singlewindow.kernel.definition.check import clean, violations_of
from singlewindow.kernel.definition.export import definition_of
from singlewindow.kernel.definition.fields import Content, code, date, decimal, moment
from singlewindow.kernel.definition.moments import canonical, find_moment, later
from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import get_document_type
from tests.house import House, Member
from tests.kernel.spans import this_week

TYPE = "_template"
DEFINITION = Path(singlewindow.kernel.definition.__file__).parent
CASES = json.loads((DEFINITION / "moments.cases.json").read_text("utf-8"))
DAYS = json.loads((DEFINITION / "days.cases.json").read_text("utf-8"))
SUNDAY, MONDAY = "2026-11-29 10:00", "2026-11-30 10:00"


class Visit(Content):
    """A form with a moment and a day alone."""

    at: str = moment("到访时间", clause="样例 1")
    by: str = date("答复期限", clause="样例 1")


@pytest.mark.parametrize("case", DAYS, ids=lambda case: case["typed"])
def test_a_day_is_read_in_one_way(case: dict[str, Any]) -> None:
    """INTG-02: from a file or over the API as in the page's box, by the cases that the page runs too."""
    values = clean(Visit, {"by": case["typed"]})
    assert values == ({"by": case["value"]} if case["value"] else {})
    found = list(violations_of(Visit, values, complete=False))
    assert [v.path for v in found] == ([] if case["day"] or not case["value"] else ["by"])
    assert clean(Visit, values) == values


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["typed"])
def test_a_moment_is_read_in_one_way(case: dict[str, Any]) -> None:
    """APPT-02: the same cases as the page's reader runs; what names no moment is refused with what to do."""
    assert canonical(case["typed"]) == case["value"]
    assert (find_moment(case["value"]) is not None) is case["moment"]
    values = clean(Visit, {"at": case["typed"]})
    assert values == ({"at": case["value"]} if case["value"] else {})
    found = list(violations_of(Visit, values, complete=False))
    assert len(found) == (0 if case["moment"] or not case["value"] else 1)
    assert all(
        v.path == "at" and v.message and v.advice and v.clause for v in found if v.rule == "field.moment"
    )


def test_a_moment_is_canonical_once_and_for_all() -> None:
    """Reading what was read changes nothing, and 2 hours later may be another year."""
    assert all(canonical(canonical(case["typed"])) == canonical(case["typed"]) for case in CASES)
    assert later("2026-12-31 23:30", timedelta(hours=2)) == "2027-01-01 01:30"
    assert later("2026-02-30 10:00", timedelta(hours=2)) == ""


def test_a_code_fills_a_text_beside_it_and_nothing_else() -> None:
    """APPT-04: the definition says from how many digits on a list is offered, and what a choice fills."""
    cell = next(f for f in definition_of(get_document_type(TYPE)).lines[0].fields if f.name == "goods_code")
    assert (cell.least_digits, cell.fills, cell.codes) == (4, "name", "goods")
    for wrong in ("weight", "nothing"):
        with pytest.raises(ValueError, match="no text field to be filled"):
            type("Wrong", (Content,), {
                "hs": code("编号", "goods", fills=wrong), "weight": decimal("重量", digits=9, places=3),
            })  # fmt: skip


def test_a_rule_says_whether_it_is_an_alert() -> None:
    """APPT-05: what it finds travels with that word."""

    @rule("X-R01", clause="样例", alert=True)
    def always(content: object, known: object) -> list[Finding]:
        return [Finding("a", "不允许", "请联系")]

    assert [v.as_json()["alert"] for v in always.violations(None, None)] == [True]


async def look_up(member: Member, field: str, **content: Any) -> dict[str, Any]:
    answer = await member.http.post(
        f"/api/documents/{TYPE}/lookup", json={"field": field, "content": content}
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_look_up_says_whether_a_time_can_be_had(house: House) -> None:
    """APPT-15: also of a moment as it is typed; what is wrong, what is said of it, and what could be taken instead."""
    member = await house.member()
    found = await look_up(member, "visit_at", visit_at="2026113010")
    assert (found["content"]["visit_end"], found["violations"]) == ("2026-11-30 12:00", [])
    assert [(n["path"], n["level"], n["text"]) for n in found["notices"]] == [
        ("visit_at", "good", "可以到访，至 2026-11-30 12:00 为止")
    ]
    found = await look_up(member, "visit_at", visit_at=SUNDAY)
    assert [(v["path"], v["rule"]) for v in found["violations"]] == [("visit_at", "TMPL-R07")]
    [notice] = found["notices"]
    assert (notice["level"], notice["offers_title"], len(notice["offers"])) == ("bad", "可约时间", 3)
    for offer in notice["offers"]:
        taken = await look_up(member, "visit_at", **offer["values"])
        assert (taken["violations"], taken["notices"][0]["level"]) == ([], "good"), offer


async def test_leaving_one_field_judges_the_others_that_ask(house: House) -> None:
    """APPT-15: a moment that became wrong by another field is named when that is left."""
    member = await house.member()
    found = await look_up(member, "reference", reference="VQ12", visit_at=SUNDAY, answer_by="2026-02-30")
    assert [v["path"] for v in found["violations"]] == ["visit_at"]


async def test_what_is_said_comes_with_a_draft_and_with_nothing_else(house: House) -> None:
    """APPT-15: at 暂存 and when a draft is opened again; not of what may no longer be filled in."""
    member = await house.member()
    empty = (await member.http.get(f"/api/documents/{TYPE}/new")).json()
    assert (empty["notices"], empty["alerts"]) == ([], [])
    content = {
        "reference": "VQ31",
        "transport": "4",
        "visit_at": MONDAY,
        "goods": [{"name": "梨", "weight": "1"}],
    }
    saved = await member.save(TYPE, content)
    assert [n["level"] for n in saved["notices"]] == ["good"]
    opened = await member.view(TYPE, saved["number"])
    assert opened["notices"] == saved["notices"]
    await member.upload(TYPE, saved["number"], "1")
    declared = await member.apply(TYPE, await member.view(TYPE, saved["number"]))
    assert declared["notices"] is None
    assert (await member.view(TYPE, saved["number"]))["notices"] is None
    gate = (await member.http.get("/api/documents/gate.trip/new")).json()
    assert gate["notices"] is None


async def test_a_draft_of_an_earlier_definition_can_be_opened(house: House) -> None:
    """UI-16: what a later definition does not know hinders nobody who opens a draft; nothing is said at its fields."""
    member = await house.member()
    saved = await member.save(TYPE, {"reference": "VQ32", "transport": "4"})
    await house.sql(
        """update document set content = content || '{"gone": "x"}' where number = $1""", saved["number"]
    )
    opened = await member.view(TYPE, saved["number"])
    assert (opened["content"]["gone"], opened["notices"]) == ("x", None)


async def test_an_opening_rule_is_asked_of_an_empty_form(house: House) -> None:
    """APPT-05: the company of the card when the form is opened, and again at 暂存; its message is an alert."""
    member = await house.member()
    await house.register("_template.barred", member.customs_code, {})
    empty = (await member.http.get(f"/api/documents/{TYPE}/new")).json()
    assert [(v["rule"], v["message"], v["alert"]) for v in empty["alerts"]] == [
        ("TMPL-R05", "本企业不允许申请样例", True)
    ]
    assert empty["alerts"][0]["advice"]
    assert empty["alerts"][0]["clause"]
    refused = await member.http.post(f"/api/documents/{TYPE}", json={"content": {}})
    assert refused.status_code == 422
    assert [(v["rule"], v["alert"]) for v in refused.json()["violations"]] == [("TMPL-R05", True)]
    other = await house.member()
    assert (await other.http.get(f"/api/documents/{TYPE}/new")).json()["alerts"] == []


async def test_an_alert_of_a_party_comes_when_its_code_is_left(house: House) -> None:
    """APPT-05: 收货单位, which is barred."""
    member, barred = await house.member(), await house.member()
    await house.register("_template.barred", barred.customs_code, {})
    found = await look_up(member, "consignee_code", consignee_code=barred.customs_code)
    assert [(v["path"], v["rule"], v["alert"]) for v in found["violations"]] == [
        ("consignee_code", "TMPL-R06", True)
    ]


async def found_by(member: Member, **asked: str) -> list[str]:
    answer = await member.http.get(
        f"/api/documents/{TYPE}", params=this_week() | asked | {"sort": "visit_at"}
    )
    assert answer.status_code == 200, answer.text
    return [row["values"]["visit_at"] for row in answer.json()["items"]]


async def test_a_span_of_days_finds_moments(house: House) -> None:
    """APPT-13: 预约时间 from a day to a day, both counted; both or none, at most 15 days; nothing where it is empty."""
    member = await house.member()
    times = ["2026-11-27 23:59", "2026-11-28 00:00", "2026-11-30 23:59", "2026-12-01 00:00", ""]
    for at, time in enumerate(times, 1):
        await member.save(TYPE, {"reference": f"VQ4{at}", "visit_at": time})
    days = {"visit_at_from": "2026-11-28", "visit_at_to": "2026-11-30"}
    assert await found_by(member, **days) == times[1:3]
    assert sorted(await found_by(member)) == sorted(times)
    wrong: list[tuple[dict[str, str], str, str]] = [
        ({"visit_at_from": "2026-11-28"}, "visit_at_to", "query.paired"),
        ({"visit_at_from": "2026-11-28", "visit_at_to": "2026-12-14"}, "visit_at_to", "query.span"),
        ({"visit_at_from": "2026-11-28", "visit_at_to": "2026-11-27"}, "visit_at_to", "query.order"),
        ({"visit_at_from": "2026-02-30", "visit_at_to": "2026-11-27"}, "visit_at_from", "query.date"),
        ({"applicant_code": member.customs_code}, "applicant_code", "query.unknown"),
    ]
    for asked, path, id in wrong:
        answer = await member.http.get(f"/api/documents/{TYPE}", params=this_week() | asked)
        assert answer.status_code == 422
        assert [(v["path"], v["rule"]) for v in answer.json()["violations"]] == [(path, id)], asked
        assert all(v["advice"] and v["clause"] for v in answer.json()["violations"])


async def test_a_cell_with_a_code_is_checked_as_ever(house: House) -> None:
    """APPT-04: what a program sends is judged by the server: an unknown code, and none where nothing may be."""
    member = await house.member()
    row = {"name": "梨", "weight": "1", "goods_code": "9999999999"}
    content = {"reference": "VQ51", "transport": "4", "visit_at": MONDAY, "goods": [row]}
    refused = await member.http.post(f"/api/documents/{TYPE}", json={"content": content})
    assert [(v["path"], v["rule"]) for v in refused.json()["violations"]] == [
        ("goods/1/goods_code", "field.code")
    ]
    saved = await member.save(TYPE, content | {"visit_at": ""})
    assert saved["content"]["goods"] == [{"name": "梨", "weight": "1"}], "grey: neither judged nor stored"
