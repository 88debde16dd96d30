"""How manual and decree are read where they leave it open: environment variables SINGLEWINDOW_CONSOLIDATED_*.

The defaults are those of the requirements; what each means stands in the chapter's README and in decision 0044.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from singlewindow.contract.environment import EnvironmentSettings, Told

Overdue = Literal["warn", "refuse"]


def _days(given: object) -> object:
    """Days with commas between. Raises ValueError for what is no day."""
    if not isinstance(given, str):
        return given
    return tuple(date.fromisoformat(day.strip()).isoformat() for day in given.split(",") if day.strip())


Days = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_days), Told("days as 2026-07-01, with commas between")
]


@dataclass(frozen=True)
class Readings:
    """The readings that every function of the chapter takes.

    `guarantee_months`: for how many months ahead a guarantee must be valid at least (令169 第五条).
    `extension_days`: in the last how many days before 核准有效期 an extension may be asked for.
    `list_days`: within how many days of entry an import list must be declared (令169 第九条).
    `merge_day`: the day of the next month until which lists must be merged, it included (令169 第十三条).
    `overdue`: what is late is merged with a warning (warn) or not at all (refuse).
    `declaration_items`: how many items a declaration holds.
    `instead`: a merged declaration says 集中申报 as 运输工具名称, and first and last day as 提运单号 (填制规范).
    `rate_days`: days (YYYY-MM-DD) on which rates of duty changed within a month: lists before and after stay apart.
    """

    guarantee_months: int = 3
    extension_days: int = 10
    list_days: int = 14
    merge_day: int = 10
    overdue: Overdue = "warn"
    declaration_items: int = 50
    instead: bool = True
    rate_days: tuple[str, ...] = ()


class ReadingSettings(EnvironmentSettings):
    """The same from the environment, within bounds in which the chapter makes sense."""

    consolidated_guarantee_months: int = Field(default=3, ge=0, le=36)
    consolidated_extension_days: int = Field(default=10, ge=0, le=366)
    consolidated_list_days: int = Field(default=14, ge=0, le=366)
    consolidated_merge_day: int = Field(default=10, ge=1, le=28)
    consolidated_overdue: Overdue = "warn"
    consolidated_declaration_items: int = Field(default=50, ge=1, le=50)
    consolidated_instead: bool = True
    consolidated_rate_days: Days = ()


@cache
def readings() -> Readings:
    """The readings of this process, read once."""
    given = ReadingSettings()
    return Readings(
        **{field.name: getattr(given, f"consolidated_{field.name}") for field in fields(Readings)}
    )
