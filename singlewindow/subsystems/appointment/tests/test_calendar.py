"""What is read of the register of calendars."""

from __future__ import annotations

import pytest

from singlewindow.contract.environment import WrongSettings
from singlewindow.subsystems.appointment.calendar import minutes_of, months_around, read_calendar
from singlewindow.subsystems.appointment.readings import Readings, ReadingSettings, readings
from singlewindow.subsystems.appointment.tests.ports import at


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("09:00-12:00", (540, 720)),
        ("00:00-24:00", (0, 1440)),
        ("22:00-06:00", (1320, 1800)),
        ("09:00-09:00", (540, 1980)),
    ],
)
def test_intervals(text: str, minutes: tuple[int, int]) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    "days",
    [
        {"31": ["09:00-17:00"]}, {"01": ["9-17"]}, {"01": [5]}, {"01": 5}, {"x": ["09:00-17:00"]},
        {"01": ["24:00-25:00"]}, {}, {"01": []}, None, [],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_published(days: object) -> None:
    """Neither is a month without a single working hour."""
    assert read_calendar([("5301-202611", {"days": days})]).ports == {}
    assert read_calendar([("5301", {"days": {"01": ["09:00-17:00"]}})]).ports == {}


def test_a_single_find_loads_what_a_check_needs() -> None:
    """Of both ports the month before, that of the window's end, and this and the next for the offers."""
    now = at("2026-11-26 10:00")
    wanted = months_around(["5304", "5301", "5301", ""], at("2026-12-31 23:00"), now, Readings())
    months = ["202610", "202611", "202612", "202701"]
    assert wanted == [("port_calendar", f"{port}-{month}") for port in ("5301", "5304") for month in months]
    assert months_around([], None, now, Readings()) == []
    far = months_around(["5301"], at("2027-03-01 10:00"), now, Readings(hours="working"))
    assert [key for _, key in far] == [
        f"5301-{month}" for month in ("202610", "202611", "202612", "202701", "202702", "202703")
    ]


def test_now_is_a_chinese_day() -> None:
    """In London it is still November."""
    now = at("2026-12-01 01:00")
    assert [key for _, key in months_around(["5301"], None, now, Readings())] == [
        "5301-202611", "5301-202612", "5301-202701",
    ]  # fmt: skip


def test_the_readings_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults are the requirements', in the settings as in the rule."""
    for name, value in (("CLOSING", "earlier_day"), ("LEAD_SAME_HIGH", "5"), ("UNANSWERED", "after_window")):
        monkeypatch.setenv(f"SINGLEWINDOW_APPOINTMENT_{name}", value)
    readings.cache_clear()
    assert readings() == Readings(closing="earlier_day", lead_same_high=5, unanswered="after_window")
    monkeypatch.undo()
    readings.cache_clear()
    assert readings() == Readings()


@pytest.mark.parametrize(("name", "value"), [("CLOSING", "R2"), ("LEAD_SAME", "-1"), ("WINDOW_HOURS", "0")])
def test_readings_that_make_no_sense_do_not_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SINGLEWINDOW_APPOINTMENT_{name}", value)
    with pytest.raises(WrongSettings, match=name):
        ReadingSettings()
