"""Who may have which declaration, what an application comes to, and what may be asked at once: plain judgements.

None of them loads anything: what they must know is handed in (`access.py` and `queries.py` load it).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.problems import Violation
from singlewindow.subsystems.declarations.keeping import KeepingPeriods
from singlewindow.subsystems.declarations.months import day_of, months_after

Kind = Literal["print", "export"]

MOST_NUMBERS = 50  # in one query (manual 4.1 and 4.2)
MOST_MONTHS = 3  # between the two days of a query
CLOSED = "10"  # 结关
NUMBER = re.compile("[0-9]{18}")
DAY_ADVICE = "请按 YYYY-MM-DD 填写，年份为 1900 至 2200"
SHOWN = 40  # characters of what was typed wrongly

NOTICE = "海关总署公告（2025-07-08）关于开展报关单证及电子数据自助查询打印试点"
APPLYING = "手册 4.1 自助打印申请"
FETCHING = "手册 4.2 自助打印/导出"
ENTERING = "手册 第四篇 操作介绍（小提示）"

PRINT_STATES = {
    "0": "无签章已生成",
    "1": "有签章已生成",
    "2": "海关作业流程未完结",
    "3": "制作中",
    "4": "旧版本暂不支持",
}
EXPORT_STATES = {"0": "生成中", "1": "数据已生成", "2": "数据生成失败"}
STATES: dict[Kind, dict[str, str]] = {"print": PRINT_STATES, "export": EXPORT_STATES}
"""The states of an application's declarations (manual 4.2); 生成中 is ours: an export that is not done yet."""
WAITING: dict[Kind, str] = {"print": "3", "export": "0"}
MADE: dict[Kind, frozenset[str]] = {"print": frozenset("01"), "export": frozenset("1")}
"""The states in which there is a file to be had."""


@dataclass(frozen=True)
class Declaration:
    """What is known of a company's own declaration when it is looked for: a row of the index."""

    number: str
    status: str
    status_name: str
    district: str
    trade_mode: str
    duty_nature: str
    declared_on: date | None
    closed_on: date | None


@dataclass(frozen=True)
class Days:
    """From one day to another, both counted."""

    first: date
    last: date


@dataclass(frozen=True)
class Known:
    """What decides besides the declaration: today in China, the periods, and the 关区 (two digits) that take part."""

    today: date
    periods: KeepingPeriods
    districts: frozenset[str]


@dataclass(frozen=True)
class Reason:
    """Why a declaration is not to be had, what to do about it, and where that is written."""

    why: str
    advice: str
    clause: str


ABSENT = Reason(
    "查无此报关单，或其境内收发货人不是当前卡介质所属企业",
    "请核对报关单号，并用该报关单境内收发货人的法人卡登录",
    ENTERING,
)
"""Another company's declaration and one that does not exist are answered alike (PORT-06, PORT-10)."""


def why_not(found: Declaration | None, known: Known, days: Days | None = None) -> Reason | None:
    """Why this declaration of the company may not be queried or applied for; None where it may."""
    if found is None:
        return ABSENT
    return (
        _not_closed(found)
        or _no_longer_kept(found, known)
        or _not_admitted(found, known)
        or (_outside(found, days) if days else None)
    )


def _not_closed(found: Declaration) -> Reason | None:
    if found.status == CLOSED and found.closed_on is not None:
        return None
    word = found.status_name or found.status
    return Reason(f"报关单尚未结关（当前状态：{word}）", "请在海关结关后再查询、申请", APPLYING)


def _no_longer_kept(found: Declaration, known: Known) -> Reason | None:
    assert found.closed_on is not None
    last = known.periods.last_day(found.closed_on, found.trade_mode, found.duty_nature)
    if known.today <= last:
        return None
    years = known.periods.years_of(found.trade_mode, found.duty_nature)
    why = f"已超过保管期限：{found.closed_on} 结关，保管 {years} 年，至 {last}"
    return Reason(why, "保管期限届满的报关单不能自助办理，请向申报地海关咨询", NOTICE)


def _not_admitted(found: Declaration, known: Known) -> Reason | None:
    if found.district[:2] in known.districts:
        return None
    why = f"申报地海关（{found.district}）未开展报关单证自助查询打印"
    return Reason(why, "请向申报地海关申请办理", NOTICE)


def _outside(found: Declaration, days: Days) -> Reason | None:
    if found.declared_on is not None and days.first <= found.declared_on <= days.last:
        return None
    why = f"申报日期为 {found.declared_on or '（无）'}，不在查询的申请日期范围内"
    return Reason(why, "请调整申请日期后再查询；按报关单号查询时也可以不填日期", APPLYING)


def tidy_number(text: str) -> str:
    """A number as it is compared: without blanks, full-width digits as ordinary ones."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def number_problems(texts: Sequence[str], most: int, clause: str) -> list[Violation]:
    """What is wrong with numbers that were given, already tidied: too many, or no numbers of declarations."""
    if len(texts) > most:
        message = f"最多输入 {most} 个报关单号，现有 {len(texts)} 个"
        return [Violation("number", "DECL-R01", message, f"请减少到 {most} 个以内，或分几次办理", clause)]
    return [
        Violation(
            "number",
            "DECL-R02",
            f"「{text[:SHOWN]}」不是报关单号：应为 18 位数字，现为 {len(text)} 位",
            "请更正后再查询",
            clause,
        )
        for text in texts
        if not NUMBER.fullmatch(text)
    ]


def span_problems(
    names: tuple[str, str], given: tuple[date | None, date | None], *, needed: bool, clause: str
) -> list[Violation]:
    """What is wrong with the two days of a query. `needed`: nothing else narrows it, so both must be there."""
    missing = [name for name, day in zip(names, given, strict=True) if day is None]
    first, last = given
    if missing and (needed or len(missing) == 1):
        message = "「申请日期」需填写起始日期和截止日期"
        advice = "请补填日期；填写了报关单号或申请编号时也可以都不填"
        return [Violation(name, "DECL-R03", message, advice, clause) for name in missing]
    if first is None or last is None:
        return []
    if last < first:
        message = "「申请日期」的截止日期早于起始日期"
        return [Violation(names[1], "DECL-R04", message, "请调换起止日期", clause)]
    if first < months_after(last, -MOST_MONTHS):
        message = f"「申请日期」的时间范围不能超过 {MOST_MONTHS} 个月，现为 {first} 至 {last}"
        return [Violation(names[1], "DECL-R05", message, "请缩小时间范围，或分几次查询", clause)]
    return []


def read_days(
    names: tuple[str, str], texts: tuple[str, str], *, needed: bool, clause: str
) -> tuple[Days | None, list[Violation]]:
    """The days that a query names (YYYY-MM-DD, "" for none) and what is wrong with them; None where none is given."""
    given = [find_day(text.strip()) for text in texts]
    violations = [
        Violation(name, "query.date", f"「申请日期」不是有效的日期：{text[:SHOWN]}", DAY_ADVICE, clause)
        for name, text, day in zip(names, texts, given, strict=True)
        if text.strip() and day is None
    ]
    first, last = given
    violations = violations or span_problems(names, (first, last), needed=needed, clause=clause)
    return Days(first, last) if first and last else None, violations


def print_state(
    *, open_process: bool, declared_on: date | None, layout_since: date | None, sealed: bool
) -> str:
    """What an application for a layout file comes to (PRNT-10), as a code of PRINT_STATES."""
    if open_process:
        return "2"
    if layout_since is not None and (declared_on is None or declared_on < layout_since):
        return "4"
    return "1" if sealed else "0"


def print_why(state: str, process: str, since: date | None) -> str:
    """Why there is no layout file, in words beside the state; `process` is what customs say is still open."""
    if state == "2":
        return f"海关作业流程未完结{f'（{process}）' if process else ''}，请在完结后重新申请，或向申报地海关申请办理"
    if state == "4":
        return f"申报日期早于现行报关单版式启用日期（{since}），请向申报地海关申请办理"
    return ""


GONE = "已超过保存期限，请重新申请"
UNWRITTEN = "数据尚未全部生成，或数据文件没有写成；请待生成完毕，或在申请进度中继续生成后再导出"


@dataclass(frozen=True)
class Permission:
    """Whether something may be done with a result now, and why not."""

    allowed: bool
    why: str = ""


def permissions(kind: Kind, state: str, *, expired: bool, written: bool = True) -> dict[str, Permission]:
    """导出, 打印 and 操作记录 of one result (PRNT-05, PRNT-07, PRNT-08): grey buttons come from here.

    Data are had of the whole application, once all of it was tried and its file is `written`.
    """
    why = "" if written or kind == "print" else UNWRITTEN
    if state not in MADE[kind]:
        why = f"申请办理状态为「{STATES[kind][state]}」，不能办理"
    why = GONE if expired else why
    made = Permission(not why, why)
    if kind == "print":
        return {"export": made, "print": made, "log": made}
    no_paper = Permission(allowed=False, why="报关单数据只能导出")
    return {"export": made, "print": no_paper, "log": no_paper}


def partial_question(failed: Sequence[str], count: int) -> str:
    """What is asked before the rest is exported (PRNT-07): the first failed numbers, and how many there are in all."""
    more = f"等 {count} 份" if count > len(failed) else ""
    return f"报关单号 {'、'.join(failed)}{more}数据生成失败，请确认是否继续导出？"


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether what was made has been kept long enough; what is not made yet has no end."""
    return expires_at is not None and now >= expires_at


def declared_on(declared_at: datetime | None) -> date | None:
    """The day of a declaration's 申报日期 in China."""
    return None if declared_at is None else day_of(declared_at)
