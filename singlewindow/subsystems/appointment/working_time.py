"""口岸工作时间查询: when customs work at their ports, from the register of calendars (manual 第五篇第三章, APPT-14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.problems import Refused, Violation
from singlewindow.kernel.registers.index import IndexColumn, RegisterIndex
from singlewindow.kernel.registers.store import IN_FORCE
from singlewindow.subsystems.appointment.calendar import HOURS
from singlewindow.subsystems.appointment.lead_time import CALENDAR_CLAUSE

CALENDARS = RegisterIndex(
    kind="port_calendar",
    table="find_appointment_calendar",
    columns=tuple(IndexColumn(name, name) for name in ("port", "name", "month", "provisional")),
)
MOST_DAYS = 15  # between the two days, as in every query of the chapter (facts 2.7)
COUNTED = 10_000
SHOWN = 40  # characters of what was typed wrongly

LAST_DAY = "to_char((c.month || '-01')::date + interval '1 month - 1 day', 'DD')"
TIMES = f"""
    select c.port, c.name, c.provisional = 'true' as provisional, c.month || '-' || d.key as day,
        split_part(i.hours, '-', 1) as begins, split_part(i.hours, '-', 2) as ends
    from {CALENDARS.table} c join register_entry e on e.kind = '{CALENDARS.kind}' and e.key = c.key
    cross join lateral jsonb_each(case jsonb_typeof(e.data -> 'days') when 'object' then e.data -> 'days' end) d
    cross join lateral jsonb_array_elements_text(case jsonb_typeof(d.value) when 'array' then d.value end) i (hours)
    where {IN_FORCE.format("e", "$6")} and c.month = any($1) and c.month || '-' || d.key between $2 and $3
        and d.key ~ '^[0-9]{{2}}$' and d.key between '01' and {LAST_DAY} and i.hours ~ '^({HOURS.pattern})$'
        and ($4 = '' or c.port = $4 or c.name like '%' || $5 || '%')"""


@dataclass(frozen=True)
class Asked:
    """Two days, both counted; a port by its code or a part of its name, "" for all; a page from 1."""

    first: date
    last: date
    port: str
    page: int
    size: int

    @property
    def months(self) -> list[str]:
        """The months of the days, as the register names them."""
        days = (self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1))
        return sorted({f"{day:%Y-%m}" for day in days})


def asked_for(day_from: str, day_to: str, port: str, page: int, size: int) -> Asked:
    """The query that the boxes ask. Raises Refused at the box that is wrong."""
    typed = {"day_from": day_from.strip(), "day_to": day_to.strip()}
    violations = [problem for name, text in typed.items() if (problem := _day_problem(name, text))]
    first, last = (find_day(text) for text in typed.values())
    if first and last:
        violations += _span_problems(first, last)
    if violations or not first or not last:
        raise Refused.because(violations)
    return Asked(first, last, port.strip(), page, size)


async def find_times(transaction: Transaction, asked: Asked) -> tuple[int, Sequence[Row]]:
    """How many working times there are, at most one more than are COUNTED, and the page's: port, name, day, begins,
    ends, provisional; by port, day and hour."""
    pattern = asked.port.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    days = (asked.months, asked.first.isoformat(), asked.last.isoformat())
    values = (*days, asked.port, pattern, transaction.now)
    total: int = await transaction.value(f"select count(*) from ({TIMES} limit {COUNTED + 1}) t", *values)
    rows = await transaction.rows(
        f"{TIMES} order by c.port, 4, 5 limit $7 offset $8",
        *values,
        asked.size,
        asked.size * (asked.page - 1),
    )
    return total, rows


def _day_problem(name: str, text: str) -> Violation | None:
    if not text:
        message, advice = "「工作日期」不可为空", "请填写起始时间和结束时间后再查询"
        return Violation(name, "query.required", message, advice, CALENDAR_CLAUSE)
    if find_day(text) is None:
        message, advice = (
            f"「工作日期」不是有效的日期：{text[:SHOWN]}",
            "请按 YYYY-MM-DD 填写，年份为 1900 至 2200",
        )
        return Violation(name, "query.date", message, advice, CALENDAR_CLAUSE)
    return None


def _span_problems(first: date, last: date) -> Iterator[Violation]:
    if last < first:
        message = "「工作日期」的结束时间早于起始时间"
        yield Violation("day_to", "query.order", message, "请调换起止日期", CALENDAR_CLAUSE)
    elif (span := (last - first).days) > MOST_DAYS:
        message = f"「工作日期」时间区间不得超过 {MOST_DAYS} 天，现为 {span} 天"
        yield Violation("day_to", "query.span", message, "请缩小起止范围后再查询", CALENDAR_CLAUSE)
