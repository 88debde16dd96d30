"""How manual and announcement are read where they leave it open: the same settings as the portal's chapter has.

Both sides must read alike, or customs return what the form allows. What each means: docs/operations.md, decision 0037.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Readings(BaseSettings):
    """Those of the readings that customs need: what must lie outside working time, whether the calendar of 预约进出口岸
    counts, when I-通关完成未反馈 begins, days for feedback, hours of an appointment."""

    model_config = SettingsConfigDict(env_prefix="SINGLEWINDOW_APPOINTMENT_", extra="ignore", frozen=True)

    window: Literal["whole", "start"] = "whole"
    entry_calendar: Literal["when_present", "never"] = "when_present"
    unanswered: Literal["after_deadline", "after_window"] = "after_deadline"
    feedback_days: int = Field(default=5, ge=0, le=60)
    window_hours: int = Field(default=2, ge=1, le=24)

    @property
    def length(self) -> timedelta:
        """How long an appointment lasts."""
        return timedelta(hours=self.window_hours)


@cache
def readings() -> Readings:
    """The readings of this process, read once."""
    return Readings()
