"""What customs read out of a trip's signed content: medium, district, weights (facts 1.1, 1.6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.exchange.verification import Rejected, content_of

MEDIA = {"VN": "车牌号", "VE": "电子车牌号", "IC": "IC卡", "BC": "条形码"}
"""绑定介质类型, facts 1.2."""

LONGEST_KEY = 64
NUMBER = re.compile(r"[0-9]{1,14}(\.[0-9]{1,5})?")
DISTRICT = re.compile(r"[0-9]{4}")
WEIGHTS = {"vehicle_weight": "车辆重量", "trailer_weight": "挂车重量", "conta_weight": "集装箱重量"}
NONE = Decimal(0)


@dataclass(frozen=True)
class Weights:
    """Declared weights in kg: the vehicle with trailer and container, and the goods of all rows."""

    vehicle: Decimal
    trailer: Decimal
    container: Decimal
    goods: Decimal

    @property
    def tare(self) -> Decimal:
        """Without goods."""
        return self.vehicle + self.trailer + self.container


def normal_key(medium: str, key: str) -> str:
    """A medium's key as it is compared: full-width forms folded, no blanks, capitals; a plate without dots."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", key)).upper()
    return re.sub(r"[·•・.\-]", "", folded) if medium == "VN" else folded


def content_in(submission: Submission) -> dict[str, Any]:
    """The trip's content; raises Rejected where it is none."""
    content: dict[str, Any] = content_of(submission)
    return content


def weights_of(content: Mapping[str, Any]) -> Weights:
    """The declared weights of a content that is fit."""
    vehicle, trailer, container = (Decimal(content[name]) for name in WEIGHTS)
    goods = (row.get("goods_wt") for row in content["bodies"])
    return Weights(vehicle, trailer, container, sum((Decimal(each) for each in goods if each), NONE))


def unfit(submission: Submission) -> str:
    """Why a trip's submission cannot be taken in, in Chinese; "" where it can."""
    try:
        content = content_in(submission)
    except Rejected as rejected:
        return rejected.text
    if submission.function not in ("", "ADD", "MOD", "DEL"):
        return f"报文功能代码 {submission.function} 不能处理，应为 ADD、MOD 或 DEL"
    return _wrong_head(content) or _wrong_rows(content.get("bodies"))


def _wrong_head(content: Mapping[str, Any]) -> str:
    medium, key, district = (content.get(n) for n in ("bind_key_type", "bind_key_info", "customs_master"))
    if not isinstance(medium, str) or medium not in MEDIA:
        return f"绑定介质类型应为：{'、'.join(f'{code} {name}' for code, name in MEDIA.items())}"
    if not isinstance(key, str) or not 0 < len(normal_key(medium, key)) <= LONGEST_KEY:
        return f"绑定介质关键信息应为 1 至 {LONGEST_KEY} 个字符"
    if not isinstance(district, str) or not DISTRICT.fullmatch(district):
        return "关区代码应为 4 位数字"
    if not isinstance(content.get("sure_id", ""), str) or len(content.get("sure_id", "")) > LONGEST_KEY:
        return f"车次确认编号应为至多 {LONGEST_KEY} 个字符"
    for name, label in WEIGHTS.items():
        if not _is_weight(content.get(name)):
            return f"{label}应为不小于 0 的数字（千克）"
    return ""


def _wrong_rows(rows: Any) -> str:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return "没有表体信息"
    for at, row in enumerate(rows, 1):
        if row.get("goods_wt") not in (None, "") and not _is_weight(row["goods_wt"]):
            return f"表体第 {at} 行的本次提货重量应为不小于 0 的数字（千克）"
    return ""


def _is_weight(value: Any) -> bool:
    return isinstance(value, str) and NUMBER.fullmatch(value) is not None
