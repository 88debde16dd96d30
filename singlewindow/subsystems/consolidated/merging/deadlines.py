"""期限日历 (CONS-16): until when lists must be merged, and which guarantee, qualification or booklet ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.subsystem import Reminded
from singlewindow.kernel.timing import CHINA, midnight_after
from singlewindow.subsystems.consolidated.booklet import BOOKLET
from singlewindow.subsystems.consolidated.filing import APPROVED
from singlewindow.subsystems.consolidated.limits import last_of_month
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.lifecycle import CLOSED, ON_THE_WAY
from singlewindow.subsystems.consolidated.merging.asking import FLAGS
from singlewindow.subsystems.consolidated.merging.checking import standing
from singlewindow.subsystems.consolidated.merging.periods import BONDED
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION

CLAUSE = "手册 第六篇 4.1 集报清单汇总"
OWN = "company_id = $1"
"""The application's own check of whose terms are told; row-level security is the second fence."""
Kind = Literal["merge", "guarantee", "qualification", "booklet"]
MOST = 500  # filings that end in one span


@dataclass(frozen=True)
class Deadline:
    """What must be done until a day: `count` lists that can be merged now, and `pending` of the same month that are not
    closed yet, which 集报清单汇总 finds with `preset`; or what ends that day, by its number."""

    day: date
    kind: Kind
    title: str
    text: str
    count: int = 0
    pending: int = 0
    number: str = ""
    type: str = ""
    bonded: bool = False
    preset: Mapping[str, str] = field(default_factory=dict)

    def days_left(self, today: date) -> int:
        """How many days there are still; negative once it is over."""
        return (self.day - today).days


async def of_month(transaction: Transaction, month: date) -> list[Deadline]:
    """What has its last day in a month, by day."""
    return await between(transaction, month.replace(day=1), last_of_month(month))


async def between(transaction: Transaction, first: date, last: date) -> list[Deadline]:
    """What of the transaction's company has its last day between two days, both counted."""
    company, today = transaction.actor.company_id, transaction.now.astimezone(CHINA).date()
    found = _merges(await transaction.rows(_LISTS, company), today)
    merging = [each for each in found if first <= each.day <= last]
    rows = await transaction.rows(_ENDING, company, first.isoformat(), last.isoformat(), MOST)
    return sorted([*merging, *map(_ending, rows)], key=lambda each: (each.day, each.kind, each.number))


_LISTS = f"""select left(accepted_on, 7) as month, nature = '{BONDED}' as bonded, ie_flag,
        count(*) filter (where status = '{CLOSED}') as closed, count(*) filter (where status <> '{CLOSED}') as pending,
        min(declared_on) filter (where status = '{CLOSED}') as declared_from,
        max(declared_on) filter (where status = '{CLOSED}') as declared_to
    from find_consolidated_list
    where {OWN} and not hidden and accepted_on <> '' and status = any(array{sorted(ON_THE_WAY | {CLOSED})!r})
    group by 1, 2, 3 order by 1, 2, 3"""
# What stands in the grey guarantee of bonded goods counts for nothing, and need not be a day.
_ENDING = f"""
    select * from (
        select number, 'guarantee' as kind, '{QUALIFICATION.name}' as type,
            overlay(overlay(guarantee_until placing '-' from 7 for 0) placing '-' from 5 for 0) as day
        from find_consolidated_qualification
        where {OWN} and not hidden and status = '{APPROVED}' and nature <> '{BONDED}'
            and guarantee_until ~ '^[0-9]{{8}}$'
            and guarantee_until between replace($2, '-', '') and replace($3, '-', '')
        union all
        select number, 'qualification', '{QUALIFICATION.name}', valid_until from find_consolidated_qualification
        where {OWN} and not hidden and status = '{APPROVED}' and valid_until between $2 and $3
        union all
        select number, 'booklet', '{BOOKLET.name}', valid_until from find_consolidated_booklet
        where {OWN} and not hidden and status = '{APPROVED}' and valid_until between $2 and $3) as ending
    order by day, number limit $4"""
_LATE = {"overdue": "已逾期，请尽快汇总", "refused": "已逾期，不能再汇总，请向申报地海关咨询办理方式"}
TITLES = {"guarantee": "担保到期", "qualification": "企业资质核准到期", "booklet": "备案分册核准到期"}
TEXTS = {
    "guarantee": "企业资质备案 {number} 的担保有效期届满，请在企业备案变更中变更担保",
    "qualification": "企业资质备案 {number} 的核准有效期届满，届满后不能再申报集报清单",
    "booklet": "备案分册 {number} 的核准有效期届满，届满后不能再申报集报清单",
}


def _merges(rows: Iterable[Row], today: date) -> Iterator[Deadline]:
    """One for each month of acceptance and what is merged apart: general and bonded goods, import and export. What is
    late says whether it can still be merged."""
    for row in rows:
        period = standing(f"{row['month']}-01", BONDED if row["bonded"] else "1", today)
        if period is None:
            continue
        goods = ("保税货物" if row["bonded"] else "一般贸易") + FLAGS.get(row["ie_flag"], "")
        waiting = f"，另有 {row['pending']} 份尚未结关" if row["pending"] else ""
        late = f"，{_LATE[period.standing]}" if period.standing and row["closed"] else ""
        # 待汇总 is what the manual calls a list that was merged and waits for the timed job (4.1): here none was.
        text = f"{row['month']} 海关接受的{goods}集报清单：{row['closed']} 份已结关、尚未汇总{waiting}{late}"
        yield Deadline(
            period.last_day, "merge", f"{goods}清单汇总", text, row["closed"], row["pending"],
            type=LIST.name, bonded=row["bonded"], preset=_conditions(row),
        )  # fmt: skip


def _conditions(row: Row) -> dict[str, str]:
    """With what 集报清单汇总 finds those that are closed, by the names of its boxes: its own begin with 进口一般贸易 of
    this month and the last, under which what is late would not be seen."""
    asked = {"goods_nature": "bonded" if row["bonded"] else "general", "ie_flag": row["ie_flag"]}
    if row["closed"]:
        asked |= {name: row[name] or "" for name in ("declared_from", "declared_to")}
    return asked


def _ending(row: Row) -> Deadline:
    kind, number = row["kind"], row["number"]
    day = date.fromisoformat(row["day"])
    return Deadline(day, kind, TITLES[kind], TEXTS[kind].format(number=number), 1, 0, number, row["type"])


MERGE_DAYS, END_DAYS = 10, 30  # from so many days before on, the home page says so


async def reminders(transaction: Transaction, limit: int) -> list[Reminded]:
    """The same as lines of the home page, the next term first, at most `limit`."""
    today = transaction.now.astimezone(CHINA).date()
    return [_line(each, today) for each in (await reminded(transaction))[:limit]]


def _line(each: Deadline, today: date) -> Reminded:
    due = midnight_after(each.day.isoformat(), 0)
    assert due
    if each.kind != "merge":
        return Reminded(f"{each.title}：{each.text}", due, each.type, each.number)
    how = "" if each.days_left(today) < 0 else f"，请于 {each.day} 前（含当日）汇总"
    return Reminded(f"集报{each.title}：{each.text}{how}", due, page="merge", preset=each.preset)


async def reminded(transaction: Transaction) -> list[Deadline]:
    """What the home page says: what is due soon, and lists that are late as long as they can still be merged, or could
    if nothing late were refused."""
    today = transaction.now.astimezone(CHINA).date()
    company = transaction.actor.company_id
    found = _merges(await transaction.rows(_LISTS, company), today)
    merging = [each for each in found if _is_told(each, today)]
    last = today + timedelta(days=END_DAYS)
    rows = await transaction.rows(_ENDING, company, today.isoformat(), last.isoformat(), MOST)
    return sorted([*merging, *map(_ending, rows)], key=lambda each: (each.day, each.kind, each.number))


def _is_told(each: Deadline, today: date) -> bool:
    """Whether lists are to be merged soon, or are late and can still be: those of another year only where bonded."""
    left = each.days_left(today)
    if left >= 0:
        return left <= MERGE_DAYS
    return each.count > 0 and (each.bonded or each.day.year == today.year)
