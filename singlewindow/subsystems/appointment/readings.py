"""How manual and announcement are read where they leave it open: environment variables SINGLEWINDOW_APPOINTMENT_*.

The defaults are those of the requirements; what each means stands in the chapter's README and in decision 0037.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Literal

from pydantic import Field

from singlewindow.contract.environment import EnvironmentSettings

Closing = Literal["same_day", "earlier_day"]
Hours = Literal["clock", "working"]
SamePort = Literal["code", "prefix"]
Window = Literal["whole", "start"]
EntryCalendar = Literal["when_present", "never"]
Unanswered = Literal["after_deadline", "after_window"]


@dataclass(frozen=True)
class Readings:
    """The readings that every function of the chapter takes.

    `closing`: whether the end of work of the appointment's own day counts as the last one before it (R1), or only that
    of an earlier day (R2). `hours`: whether the lead is counted back in clock hours or in the port's working hours.
    `same_port`: ports are the same by four digits, or by the first two (直属海关). `window`: the whole window lies
    outside working time, or its start does. `entry_calendar`: whether the calendar of 预约进出口岸 counts where it is
    published. `unanswered`: whether I-通关完成未反馈 begins after the days for feedback, or at the window's end.
    Leads are hours.
    """

    closing: Closing = "same_day"
    hours: Hours = "clock"
    same_port: SamePort = "code"
    window: Window = "whole"
    entry_calendar: EntryCalendar = "when_present"
    unanswered: Unanswered = "after_deadline"
    feedback_days: int = 5
    window_hours: int = 2
    lead_different: int = 24
    lead_different_high: int = 8
    lead_same: int = 8
    lead_same_high: int = 4

    @property
    def length(self) -> timedelta:
        """How long an appointment lasts."""
        return timedelta(hours=self.window_hours)


class ReadingSettings(EnvironmentSettings):
    """The same from the environment, within bounds in which the chapter makes sense."""

    appointment_closing: Closing = "same_day"
    appointment_hours: Hours = "clock"
    appointment_same_port: SamePort = "code"
    appointment_window: Window = "whole"
    appointment_entry_calendar: EntryCalendar = "when_present"
    appointment_unanswered: Unanswered = "after_deadline"
    appointment_feedback_days: int = Field(default=5, ge=0, le=60)
    appointment_window_hours: int = Field(default=2, ge=1, le=24)
    appointment_lead_different: int = Field(default=24, ge=0, le=240)
    appointment_lead_different_high: int = Field(default=8, ge=0, le=240)
    appointment_lead_same: int = Field(default=8, ge=0, le=240)
    appointment_lead_same_high: int = Field(default=4, ge=0, le=240)


@cache
def readings() -> Readings:
    """The readings of this process, read once."""
    given = ReadingSettings()
    return Readings(**{field.name: getattr(given, f"appointment_{field.name}") for field in fields(Readings)})
