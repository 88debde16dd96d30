"""How manual and announcement are read where they leave it open: the same settings as the portal's chapter has.

Both sides must read alike, or customs return what the form allows. What each means: docs/operations.md, decision 0037.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Literal

from pydantic import Field

from singlewindow.contract.environment import EnvironmentSettings

Window = Literal["whole", "start"]
EntryCalendar = Literal["when_present", "never"]
Unanswered = Literal["after_deadline", "after_window"]


@dataclass(frozen=True)
class Readings:
    """Those of the readings that customs need: what must lie outside working time, whether the calendar of 预约进出口岸
    counts, when I-通关完成未反馈 begins, days for feedback, hours of an appointment."""

    window: Window = "whole"
    entry_calendar: EntryCalendar = "when_present"
    unanswered: Unanswered = "after_deadline"
    feedback_days: int = 5
    window_hours: int = 2

    @property
    def length(self) -> timedelta:
        """How long an appointment lasts."""
        return timedelta(hours=self.window_hours)


class CustomsReadingSettings(EnvironmentSettings):
    """The same from the environment, under the names that the portal reads."""

    appointment_window: Window = "whole"
    appointment_entry_calendar: EntryCalendar = "when_present"
    appointment_unanswered: Unanswered = "after_deadline"
    appointment_feedback_days: int = Field(default=5, ge=0, le=60)
    appointment_window_hours: int = Field(default=2, ge=1, le=24)


@cache
def readings() -> Readings:
    """The readings of this process, read once."""
    given = CustomsReadingSettings()
    return Readings(**{field.name: getattr(given, f"appointment_{field.name}") for field in fields(Readings)})
