"""What 预约通关 is played with: ports and their hours, companies of every tier, declarations to feed back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from singlewindow.demo.appointments import FIRST_SERIAL
from singlewindow.demo.calendars import OFFICIAL, hours, works
from tests.demo.test_world import ANCHOR, NOW, WORLD

EXAMPLES: dict[str, Any] = WORLD["examples"]
COMPANIES = {each["customs_code"]: each for each in WORLD["companies"]}
BY_NUMBER = {each["number"]: each for each in WORLD["declarations"]}
CALENDARS = {each["key"]: each["data"] for each in WORLD["registers"]["port_calendar"]}
ACCOUNTS = {each["username"]: each for each in WORLD["accounts"]}
OFF_2026 = (
    ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)  # fmt: skip
MADE_UP_2026 = {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}
"""国办, 2025-11-04 (FA 2.8), written down here once more."""


def test_every_day_of_2026_is_the_official_one() -> None:
    """APPT-08 (FA 2.8): every off day and every make-up day, and all that lies between them."""
    off = {
        (date.fromisoformat(first) + timedelta(days=at)).isoformat()
        for first, last in OFF_2026
        for at in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    }
    assert (len(off), OFFICIAL) == (33, 2026)
    for at in range(365):
        day = date(2026, 1, 1) + timedelta(days=at)
        text = day.isoformat()
        expected = text in MADE_UP_2026 or (day.weekday() < 5 and text not in off)
        assert works(day) == expected, text
        listed = CALENDARS[f"5301-{day:%Y%m}"]["days"].get(f"{day:%d}")
        assert listed == (["09:00-17:00"] if expected else None), text


def test_ports_of_every_kind() -> None:
    """APPT-07, APPT-14 (FA 0.4): with lunch gaps that hold a window, open on Sundays, round the clock, without
    calendar."""
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    assert hours("5306", date(2026, 11, 27)) == ["09:00-12:00", "14:30-18:00"]
    assert hours(EXAMPLES["appointment_port_sundays"], sunday) == ["09:00-12:00"]
    always = EXAMPLES["appointment_port_all_hours"]
    months = [data for key, data in CALENDARS.items() if key.startswith(always)]
    assert {data["month"] for data in months} == {f"{y}-{m:02d}" for y in (2026, 2027) for m in range(1, 13)}
    assert all(each == ["00:00-24:00"] for data in months for each in data["days"].values())
    assert hours(always, saturday) == hours(always, sunday) == ["00:00-24:00"]
    assert sum(len(data["days"]) for data in months) == 730
    assert not [key for key in CALENDARS if key.startswith(EXAMPLES["appointment_port_without_calendar"])]
    assert {each["key"] for each in WORLD["registers"]["duty_officer"]} == {key[:4] for key in CALENDARS}


def test_companies_of_every_tier_have_an_operator() -> None:
    """APPT-05, APPT-06, APPT-13: a broker and a consignee of 高级认证, seen from both sides; one without 报关资质."""
    cards = {each["card_no"]: each for each in WORLD["cards"]}
    grades = {
        name: COMPANIES[ACCOUNTS[name]["customs_code"]]
        for name in ("wangfang", "tanyun", "luoqi", "yelan", "hewei")
    }
    assert [each["grade"] for each in grades.values()] == ["3", "1", "1", "3", "4"]
    assert [each["customs_qualified"] for each in grades.values()] == [True, True, True, False, True]
    assert grades["tanyun"]["qualification_kind"] == "报关企业"
    for name in ("tanyun", "luoqi", "yelan"):
        assert ACCOUNTS[name]["role"] == "operator"
        assert cards[ACCOUNTS[name]["card_no"]]["kind"] == "操作员卡"
    for name, account in (("high", "luoqi"), ("unqualified", "yelan"), ("discredited", "hewei")):
        assert EXAMPLES[f"appointment_consignee_{name}"] == ACCOUNTS[account]["customs_code"]
    assert EXAMPLES["appointment_consignee"] == ACCOUNTS["wangfang"]["customs_code"]


OWN, BROKER, HIGH = "wangfang", "tanyun", "luoqi"
FITTING = [
    ("import", OWN, OWN, "I", "5301"), ("export", OWN, OWN, "E", "5301"), ("two_ports_import", OWN, OWN, "I", "5304"),
    ("two_ports_export", OWN, OWN, "E", "5304"), ("broker_import", BROKER, OWN, "I", "5301"),
    ("broker_export", BROKER, OWN, "E", "5301"), ("advanced_import", BROKER, HIGH, "I", "5301"),
    ("advanced_export", BROKER, HIGH, "E", "5301"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "declarant", "consignee", "ie_flag", "port"), FITTING)
def test_declarations_to_feed_back(
    name: str, declarant: str, consignee: str, ie_flag: str, port: str
) -> None:
    """APPT-10: parties, ports and direction of an appointment; declared later than one that is submitted now."""
    numbers = EXAMPLES[f"appointment_feedback_{name}"]
    assert len(numbers) >= 17
    for number in numbers:
        each = BY_NUMBER[number]
        parties = each["declarant_code"], each["consignee_code"]
        assert parties == (ACCOUNTS[declarant]["customs_code"], ACCOUNTS[consignee]["customs_code"])
        assert (each["ie_flag"], each["district"], each["port"]) == (ie_flag, "5301", port)
        assert (number[:4], number[8]) == ("5301", "1" if ie_flag == "I" else "0")
        assert each["status"] == "9"
        assert datetime.fromisoformat(each["declared_at"]) > NOW
    assert max(BY_NUMBER[each]["declared_at"] for each in numbers) > (ANCHOR + timedelta(days=20)).isoformat()


def test_fifty_can_be_fed_back_at_once_and_some_differ() -> None:
    """APPT-10: as many as one feedback may name; one declaration for each difference."""
    own = ACCOUNTS[OWN]["customs_code"]
    ours = [each for number, each in BY_NUMBER.items() if int(number[9:]) >= FIRST_SERIAL]
    first = BY_NUMBER[EXAMPLES["appointment_feedback_import"][0]]
    same = ("declarant_code", "consignee_code", "district", "port", "ie_flag")
    fitting = [each for each in ours if all(each[name] == first[name] for name in same)]
    assert len([each for each in fitting if each["declared_at"] > NOW.isoformat()]) >= 50
    for name, member in (
        ("other_declarant", "declarant_code"), ("other_consignee", "consignee_code"),
        ("other_declare_port", "district"), ("other_entry_port", "port"),
    ):  # fmt: skip
        for number in EXAMPLES[f"appointment_feedback_{name}"]:
            assert [each for each in same if BY_NUMBER[number][each] != first[each]] == [member]
    before = [BY_NUMBER[number] for number in EXAMPLES["appointment_feedback_declared_before"]]
    assert all(each["declared_at"] < ANCHOR.isoformat() and each["consignee_code"] == own for each in before)
