"""Whom customs trust too little for consolidated declaration (令169 第五条; FA 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DISCREDITED = frozenset({"4", "5"})  # 失信企业, 严重失信企业


def is_discredited(company: Mapping[str, Any]) -> bool:
    """Whether customs' register of companies grades it 失信 or 严重失信; a grade's name counts before its code."""
    name = str(company.get("grade_name") or "").strip()
    return "失信" in name if name else str(company.get("grade") or "") in DISCREDITED
