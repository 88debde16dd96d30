"""Spans of days that queries want."""

from __future__ import annotations

from datetime import datetime, timedelta

from singlewindow.kernel.documents.store import CHINA


def this_week() -> dict[str, str]:
    """The obligatory span of a query."""
    today = datetime.now(CHINA).date()
    return {"updated_from": str(today - timedelta(days=7)), "updated_to": str(today)}
