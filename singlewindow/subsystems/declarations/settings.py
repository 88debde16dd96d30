"""The chapter's own settings: environment variables with the prefix SINGLEWINDOW_ (docs/operations.md)."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from singlewindow.contract.environment import EnvironmentSettings


class ChapterSettings(EnvironmentSettings):
    """How much at once."""

    application_declarations: int = Field(default=10_000, ge=1, le=100_000)  # in one application


@cache
def chapter_settings() -> ChapterSettings:
    """The settings of this process, read once."""
    return ChapterSettings()
