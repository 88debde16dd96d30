"""集报清单业务统计 on paper: the figures of the page for the kernel's template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from singlewindow.kernel.people.person import Person
from singlewindow.kernel.printing.data import breakable
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.merging.asking import FLAGS
from singlewindow.subsystems.consolidated.merging.statistics import Asked, Line

BARS = 40
WORDS = (
    ("申报地海关", "district_name"), ("进出口", "ie_flag_name"), ("货物性质", "nature_name"),
    ("监管方式", "trade_mode_name"), ("币制", "currency_name"),
)  # fmt: skip
FIGURES = (
    ("清单票数", "lists"), ("商品项数", "items"), ("件数", "packages"), ("毛重（千克）", "gross_weight"),
    ("净重（千克）", "net_weight"), ("总价", "total"), ("已汇总票数", "merged"), ("未汇总票数", "unmerged"),
    ("报关单票数", "declarations"),
)  # fmt: skip
GOODS = {"general": "一般贸易", "bonded": "保税货物"}


def statistics_data(
    person: Person, asked: Asked, lines: Sequence[Line], total: Line, now: datetime
) -> dict[str, Any]:
    """What the template shows: plain texts, and for the bars whole numbers."""
    data: dict[str, Any] = breakable(
        {
            "print": "集报清单业务统计",
            "by": "、".join(label for label, _ in WORDS),
            "company": {"name": person.company_name},
            "printed_at": now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "printed_by": person.display_name,
            "conditions": [
                {"label": label, "value": value, "wide": False} for label, value in _conditions(asked)
            ],
            "head": [label for label, _ in (*WORDS, *FIGURES)],
            "keys": len(WORDS),
            "rows": [_cells(line) for line in lines],
            "total": _cells(total),
            "capped": False,
            "bars": [{"name": _name(line), "count": line.counts["lists"]} for line in lines[:BARS]],
        }
    )
    return data


def _cells(line: Line) -> list[str]:
    return [str(line.members[name]) for _, name in (*WORDS, *FIGURES)]


def _name(line: Line) -> str:
    return "　".join(line.names[name] for name in ("district_name", "ie_flag_name", "nature_name"))


def _conditions(asked: Asked) -> Iterator[tuple[str, str]]:
    yield "申报日期", " 至 ".join(day or "" for day in asked.declared.texts)
    if asked.district:
        yield "申报地海关", asked.district
    if asked.ie_flag:
        yield "进出口标志", FLAGS[asked.ie_flag]
    if asked.goods_nature:
        yield "货物性质", GOODS[asked.goods_nature]
