"""How manual and decree are read where they leave it open: environment variables SINGLEWINDOW_CONSOLIDATED_*.

The defaults are those of the requirements; what each means stands in the chapter's README and in decision 0044.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True)
class Readings:
    """The readings that every function of the chapter takes.

    `guarantee_months`: for how many months ahead a guarantee must be valid at least (令169 第五条).
    `extension_days`: in the last how many days before 核准有效期 an extension may be asked for.
    `list_days`: within how many days of entry an import list must be declared (令169 第九条).
    """

    guarantee_months: int = 3
    extension_days: int = 10
    list_days: int = 14


class ReadingSettings(BaseSettings):
    """The same from the environment, within bounds in which the chapter makes sense."""

    model_config = SettingsConfigDict(env_prefix="SINGLEWINDOW_", extra="ignore")

    consolidated_guarantee_months: int = Field(default=3, ge=0, le=36)
    consolidated_extension_days: int = Field(default=10, ge=0, le=366)
    consolidated_list_days: int = Field(default=14, ge=0, le=366)


@cache
def readings() -> Readings:
    """The readings of this process, read once."""
    given = ReadingSettings()
    return Readings(
        **{field.name: getattr(given, f"consolidated_{field.name}") for field in fields(Readings)}
    )
