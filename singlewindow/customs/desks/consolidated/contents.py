"""What customs read out of the signed content of the chapter's documents (FA 3.4, 3.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.desks.consolidated.states import (
    BASE,
    BOOKLET,
    CHANGE,
    DECLARATION,
    EXTENSION,
    LIST,
    QUALIFICATION,
    WITHDRAWAL,
)
from singlewindow.customs.exchange.verification import Rejected, content_of
from singlewindow.customs.register_kinds import DIRECTIONS

Content = Mapping[str, Any]
Rows = Sequence[Content]

NATURES = {"1": "一般贸易", "2": "保税货物", "3": "边境小额", "4": "对外承包出口货物"}
BONDED = "2"
ONLY_IN = {"3": "07", "4": "57"}
"""货物性质 → the first digits of the districts that offer it (CONS-02)."""
LIST_KINDS = {
    "GI": "进口一般贸易集报清单",
    "BI": "进口保税货物集报清单",
    "GE": "出口一般贸易集报清单",
    "BE": "出口保税货物集报清单",
}
MOST_FILED, MOST_DECLARED = 99, 50
"""Goods of one booklet (the manual), and of one declaration (FA 0.7)."""
FUNCTIONS = {
    QUALIFICATION: (*BASE, CHANGE, EXTENSION),
    BOOKLET: (*BASE, CHANGE),
    LIST: (*BASE, CHANGE, WITHDRAWAL),
    DECLARATION: BASE,
}
TRADER = {
    QUALIFICATION: "company_code",
    BOOKLET: "company_code",
    LIST: "consignee_code",
    DECLARATION: "consignee_code",
}
"""In which field it stands whose goods they are."""
_OWN = {QUALIFICATION: "企业海关编号", BOOKLET: "企业海关编号", LIST: "境内收发货人编号"}
"""What a company files for itself alone (CONS-01, FA 3.5), and the field's name; a declaration is merged for others
too (CONS-13)."""
_COMPANY = re.compile(r"[0-9]{4}[0-9A-Z]{6}")
_DAY = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,5})?")


def text(content: Content, name: str) -> str:
    """A field's text, without blanks around it; "" where it has none."""
    value = content.get(name)
    return value.strip() if isinstance(value, str) else ""


def table(content: Content, name: str = "goods") -> Rows:
    """The rows of a table; none where there is none."""
    value = content.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def day(value: str) -> date | None:
    """A day that was typed as yyyyMMdd or YYYY-MM-DD; None where it is none."""
    if not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def amount(value: Any) -> Decimal:
    """A quantity in decimal text; 0 where there is none."""
    try:
        return Decimal(value) if isinstance(value, str) and value.strip() else Decimal()
    except InvalidOperation:
        return Decimal()


def is_bonded_list(content: Content) -> bool:
    """Whether a list is one of bonded goods (保税货物), which come out of an account book."""
    return text(content, "list_kind").startswith("B")


def unfit(submission: Submission) -> str:
    """Why a submission of this chapter cannot be taken in, in Chinese; "" where it can."""
    try:
        content = content_of(submission)
    except Rejected as rejected:
        return rejected.text
    functions = FUNCTIONS.get(submission.type)
    if functions is None:
        return f"海关不受理 {submission.type} 这种单据"
    if submission.function not in functions:
        known = "、".join(filter(None, functions))
        return f"报文功能代码 {submission.function} 不能处理，应为 {known}"
    return _WRONG[submission.type](content) or _for_another(submission, content)


def _for_another(submission: Submission, content: Content) -> str:
    label, trader = _OWN.get(submission.type), text(content, TRADER[submission.type])
    if label is None or trader in ("", submission.company):
        return ""
    return f"{label}应为提交企业的海关编码 {submission.company}，现为 {trader}"


def _wrong_qualification(content: Content) -> str:
    nature = text(content, "nature")
    if nature not in NATURES:
        return f"集中申报货物性质应为 {'、'.join(f'{code} {name}' for code, name in NATURES.items())}"
    if nature != BONDED and day(text(content, "guarantee_until")) is None:
        return "担保有效期应为 8 位日期，如 20270221"
    return ""


def _wrong_booklet(content: Content) -> str:
    if not text(content, "qualification"):
        return "没有填写企业资质备案中心统一编号"
    goods = table(content)
    if not 1 <= len(goods) <= MOST_FILED:
        return f"备案表表体应为 1 至 {MOST_FILED} 项商品"
    return next(
        (f"备案表表体第 {at} 项没有商品编号" for at, row in enumerate(goods, 1) if not text(row, "code")), ""
    )


def _wrong_list(content: Content) -> str:
    if text(content, "list_kind") not in LIST_KINDS:
        return f"集报清单类型应为 {'、'.join(f'{code} {name}' for code, name in LIST_KINDS.items())}"
    if len(text(content, "book_no")) != 12:
        return "备案号应为 12 位"
    goods = table(content)
    if not goods:
        return "集报清单表体没有商品"
    for at, row in enumerate(goods, 1):
        if not re.fullmatch(r"[0-9]{1,9}", text(row, "record_no")):
            return f"集报清单表体第 {at} 项的备案序号应为数字"
        if not _is_amount(row, "quantity"):
            return f"集报清单表体第 {at} 项的成交数量应为大于 0 的数字"
    return ""


def _wrong_declaration(content: Content) -> str:
    if text(content, "ie_flag") not in DIRECTIONS:
        return "进出口标志应为 I 进口或 E 出口"
    for name, label in (("consignee_code", "境内收发货人"), ("declarant_code", "申报单位")):
        if not _COMPANY.fullmatch(text(content, name)):
            return f"{label}应为 10 位海关编码"
    goods = table(content)
    if not 1 <= len(goods) <= MOST_DECLARED:
        return f"报关单商品应为 1 至 {MOST_DECLARED} 项"
    wrong = (
        at for at, row in enumerate(goods, 1) if not text(row, "code") or not _is_amount(row, "quantity")
    )
    return next((f"报关单第 {at} 项没有商品编号或成交数量" for at in wrong), "")


def _is_amount(row: Content, name: str) -> bool:
    value = text(row, name)
    return _AMOUNT.fullmatch(value) is not None and Decimal(value) > 0


_WRONG: Mapping[str, Callable[[Content], str]] = {
    QUALIFICATION: _wrong_qualification,
    BOOKLET: _wrong_booklet,
    LIST: _wrong_list,
    DECLARATION: _wrong_declaration,
}
