"""口岸工作时间查询 (APPT-14): what customs publish is found by day and port; what they did not is to be asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from singlewindow.subsystems.appointment import routes, working_time
from singlewindow.subsystems.appointment.lead_time import UNKNOWN_TEXT
from singlewindow.subsystems.appointment.tests.ports import lunch, month, official
from singlewindow.subsystems.appointment.working_time import asked_for
from tests.house import House

ADDRESS = "/api/appointment/working-time"
FRIDAY_TO_MONDAY = {"day_from": "2026-11-27", "day_to": "2026-11-30"}
NAMES = {"9901": "测试一_口岸", "9902": "测试二口岸"}


async def publish(
    house: House, port: str, hours: Any, *, months: tuple[tuple[int, int], ...], seq: int = 1
) -> None:
    """Months of a port's calendar, as customs send them."""
    notices = []
    for year, number in months:
        key, data = month(port, year, number, hours)
        more = {
            "port": port,
            "name": NAMES[port],
            "month": f"{year}-{number:02d}",
            "provisional": year > 2026,
        }
        notices.append(house.customs.notice("port_calendar", key, {**data, **more}, seq=seq))
    await house.hear(*notices)


async def test_the_working_time_of_ports(house: House) -> None:
    """By port, day and hour; breaks part a day, days of rest are left out; by code, by a part of the name, in pages."""
    member = await house.member()
    await publish(house, "9901", lunch, months=((2026, 11), (2026, 12)))
    await publish(house, "9902", official, months=((2026, 11),))

    async def found(**asked: Any) -> dict[str, Any]:
        answer = await member.http.get(ADDRESS, params={**FRIDAY_TO_MONDAY, **asked})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    friday: dict[str, Any] = {
        "port": "9901",
        "port_name": "测试一_口岸",
        "day": "2026-11-27",
        "weekday": "星期五",
        "provisional": False,
    }
    monday = friday | {"day": "2026-11-30", "weekday": "星期一"}
    morning, afternoon = {"begins": "09:00", "ends": "12:00"}, {"begins": "14:30", "ends": "18:00"}
    assert await found(port="9901") == {
        "total": 4, "total_capped": False, "page": 1, "size": 20, "nothing": "",
        "items": [friday | morning, friday | afternoon, monday | morning, monday | afternoon],
    }  # fmt: skip
    page = await found(port="9901", size=3, page=2)
    assert (page["total"], page["items"]) == (4, [monday | afternoon])
    assert [each["port"] for each in (await found(port="测试"))["items"]] == ["9901"] * 4 + ["9902"] * 2
    assert (await found(port="一_口"))["total"] == 4
    assert (await found(port="%"))["total"] == 0
    everywhere = await found(size=100)
    assert {"9901", "9902"} <= {each["port"] for each in everywhere["items"]}
    over_the_month = {"day_from": "2026-11-30", "day_to": "2026-12-01", "port": "9901"}
    assert [each["day"] for each in (await found(**over_the_month))["items"]] == ["2026-11-30"] * 2 + [
        "2026-12-01"
    ] * 2


async def test_more_than_is_counted_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """APPT-14: the total stops where counting stops, and says so; exactly as many are all there are."""
    member = await house.member()
    await publish(house, "9901", lunch, months=((2026, 11),))
    for counted, expected in ((3, (3, True)), (4, (4, False))):
        for each in (routes, working_time):
            monkeypatch.setattr(each, "COUNTED", counted)
        answer = (await member.http.get(ADDRESS, params={**FRIDAY_TO_MONDAY, "port": "9901"})).json()
        assert ((answer["total"], answer["total_capped"]), len(answer["items"])) == (expected, 4)


async def test_nothing_found(house: House) -> None:
    """Non-working days and ports without calendar: the manual's sentence, no error."""
    member = await house.member()
    await publish(house, "9902", official, months=((2026, 11),))
    for asked in (
        {"day_from": "2026-11-28", "day_to": "2026-11-29", "port": "9902"},
        FRIDAY_TO_MONDAY | {"port": "9999"},
    ):
        body = (await member.http.get(ADDRESS, params=asked)).json()
        assert (body["total"], body["items"], body["nothing"]) == (0, [], UNKNOWN_TEXT)


async def test_what_customs_change_is_found_at_once(house: House) -> None:
    """A later notice takes the place of the earlier one, a provisional month says so, a withdrawn one is gone."""
    member = await house.member()
    asked = {"day_from": "2027-01-04", "day_to": "2027-01-04", "port": "9901"}
    await publish(house, "9901", lambda day: ["10:00-11:00"], months=((2027, 1),))
    [before] = (await member.http.get(ADDRESS, params=asked)).json()["items"]
    assert (before["begins"], before["provisional"]) == ("10:00", True)
    await publish(house, "9901", lambda day: ["08:00-24:00"], months=((2027, 1),), seq=2)
    [after] = (await member.http.get(ADDRESS, params=asked)).json()["items"]
    assert (after["begins"], after["ends"]) == ("08:00", "24:00")
    [entry] = await house.sql("select data from register_entry where key = '9901-202701'")
    data = json.loads(entry["data"])
    ended = {"valid_to": datetime(2020, 1, 1, tzinfo=UTC)}
    await house.hear(house.customs.notice("port_calendar", "9901-202701", data, seq=3, **ended))
    assert (await member.http.get(ADDRESS, params=asked)).json()["nothing"] == UNKNOWN_TEXT, "not in force"
    await house.hear(house.customs.notice("port_calendar", "9901-202701", data, seq=4))
    assert (await member.http.get(ADDRESS, params=asked)).json()["total"] == 1
    await house.hear(house.customs.notice("port_calendar", "9901-202701", None, seq=5))
    assert (await member.http.get(ADDRESS, params=asked)).json()["nothing"] == UNKNOWN_TEXT


async def test_what_cannot_be_read_hinders_nothing(house: House) -> None:
    """A calendar of another shape is no calendar, and the others are found beside it."""
    member = await house.member()
    await publish(house, "9902", official, months=((2026, 11),))
    odd = {"port": "9901", "name": NAMES["9901"], "month": "2026-11"}
    wrong = [
        {"31": ["09:00-12:00"]},
        {"2x": ["09:00-12:00"]},
        {"27": ["9-12", 9, {}]},
    ]  # no such day, no interval
    shapes: list[Any] = [[], "x", {"27": "09:00-12:00"}, None, *wrong]
    over_the_month = FRIDAY_TO_MONDAY | {"day_to": "2026-12-01", "port": "测试"}
    for seq, days in enumerate(shapes, start=11):
        await house.hear(house.customs.notice("port_calendar", "9901-202611", odd | {"days": days}, seq=seq))
        answer = await member.http.get(ADDRESS, params=over_the_month)
        assert answer.status_code == 200, answer.text
        november = [each["port"] for each in answer.json()["items"] if each["day"] < "2026-12"]
        assert november == ["9902", "9902"]


BAD: dict[str, tuple[tuple[str, str], dict[str, str]]] = {
    "no days": (("", ""), {"day_from": "query.required", "day_to": "query.required"}),
    "no end": (("2026-11-27", ""), {"day_to": "query.required"}),
    "no day": (("2026-02-30", "2026-11-27"), {"day_from": "query.date"}),
    "a long word": (("2026-11-27", "9" * 20), {"day_to": "query.date"}),
    "the wrong way round": (("2026-11-27", "2026-11-26"), {"day_to": "query.order"}),
    "sixteen days between": (("2026-11-01", "2026-11-17"), {"day_to": "query.span"}),
}


@pytest.mark.parametrize("name", BAD)
async def test_days_that_are_refused(house: House, name: str) -> None:
    """At the box, with what to do and the clause."""
    (first, last), wanted = BAD[name]
    answer = await (await house.member()).http.get(ADDRESS, params={"day_from": first, "day_to": last})
    assert answer.status_code == 422
    violations = answer.json()["violations"]
    assert {each["path"]: each["rule"] for each in violations} == wanted
    assert all(each["advice"] and "口岸工作时间查询" in each["clause"] for each in violations)


def test_the_longest_span() -> None:
    """Fifteen days from the first to the last, over the year's end."""
    asked = asked_for("2026-12-20", "2027-01-04", " 5301 ", 1, 20)
    assert (asked.months, asked.port) == (["2026-12", "2027-01"], "5301")
