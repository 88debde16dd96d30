"""Whether the ticked lists may be merged together today (manual 4.1; CONS-13, FA 3.2, 3.3 M2 and M9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.lifecycle import Marks
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Refused, Violation
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.lifecycle import CLOSED
from singlewindow.subsystems.consolidated.merging.agents import Agent, get_agent
from singlewindow.subsystems.consolidated.merging.merge import Listed, Merging
from singlewindow.subsystems.consolidated.merging.periods import BONDED, CLAUSE, Period, period_of
from singlewindow.subsystems.consolidated.readings import readings

NUMBERS = "numbers"
MOST_LISTS = 10_000  # of one click
SHOWN = 100  # refusals that are told
OWN = "company_id = $2"
"""The application's own check of whose lists are merged; row-level security is the second fence."""
UNTICK = "请取消勾选该清单后重试"
MERGED_IN = "(select declaration_number from consolidated_relation where list_id = {} limit 1) as merged_in"
"""The declaration of a list that was merged, also where customs' word came late and took the state back."""


@dataclass(frozen=True)
class Checked:
    """What was ticked and may be merged: the lists in their order, by document id, and how they are merged."""

    lists: dict[int, Listed]
    agent: Agent | None
    how: Merging
    warnings: tuple[Violation, ...]


def merging_of(declarant: dict[str, str] | None) -> Merging:
    """How lists are merged for a 申报单位 that was named, or for none."""
    read = readings()
    return Merging(declarant, read.rate_days, read.instead, read.declaration_items)


def listed_of(row: Row) -> Listed:
    """A list out of its document's row."""
    return Listed(row["number"], row["returned"].get("accepted_on", ""), row["content"])


async def check(
    transaction: Transaction,
    person: Person,
    numbers: Sequence[str],
    declarant_code: str,
    *,
    lock: bool = False,
) -> Checked:
    """Judge what was ticked. Raises Refused, by `numbers/N` for the Nth list, or at `declarant_code`."""
    asked = list(dict.fromkeys(number.strip() for number in numbers))
    if not asked or len(asked) > MOST_LISTS:
        message = (
            "请勾选需要汇总的集报清单"
            if not asked
            else f"一次至多汇总 {MOST_LISTS} 份清单，现为 {len(asked)} 份"
        )
        raise _refused([Violation(NUMBERS, "merge.count", message, "请在列表中勾选后再点击“汇总”", CLAUSE)])
    rows = await transaction.rows(
        f"""select id, number, status, amending, ended_by, content, returned, {MERGED_IN.format("document.id")}
            from document
            where number = any($1) and type = '{LIST.name}' and not hidden and {OWN}
            order by number{" for update" if lock else ""}""",
        asked,
        person.company_id,
    )
    found = {row["number"]: row for row in rows}
    today = transaction.now.astimezone(CHINA).date()
    wrong = [
        each for at, number in enumerate(asked, 1) for each in _about(at, number, found.get(number), today)
    ]
    refused = [each for each in wrong if each.level == "error"] or list(_mixed(rows))
    if refused:
        raise _refused(refused)
    agent = await get_agent(transaction, declarant_code) if declarant_code.strip() else None
    lists = {row["id"]: listed_of(row) for row in rows}
    return Checked(
        dict(sorted(lists.items(), key=lambda each: each[1].place)),
        agent,
        merging_of(agent.boxes if agent else None),
        tuple(each for each in wrong if each.level == "warning"),
    )


def standing(accepted_on: str, nature: str, today: date) -> Period | None:
    """Until when a list may be merged, and how that stands; None for one that customs did not accept."""
    try:
        accepted = date.fromisoformat(accepted_on[:10])
    except ValueError:
        return None
    read = readings()
    return period_of(accepted, nature, today, day=read.merge_day, refuse_overdue=read.overdue == "refuse")


def _about(at: int, number: str, row: Row | None, today: date) -> Iterator[Violation]:
    path = f"{NUMBERS}/{at}"
    if row is None:
        yield Violation(path, "merge.absent", f"没有编号为 {number[:40]} 的集报清单", UNTICK, CLAUSE)
        return
    if why := not_now(row):
        yield Violation(path, "merge.state", f"集报清单 {number} {why}", UNTICK, CLAUSE)
        return
    period = standing(row["returned"].get("accepted_on", ""), row["content"].get("nature", ""), today)
    if period is None:
        yield Violation(path, "merge.accepted", f"集报清单 {number} 没有海关接受申报日期", UNTICK, CLAUSE)
    elif period.standing:
        level: Any = "error" if period.standing == "refused" else "warning"
        message = f"集报清单 {number}：{period.message}"
        yield Violation(path, "merge.period", message, period.advice, CLAUSE, level=level)
    if len(row["content"].get("goods", ())) > (most := readings().declaration_items):
        message = f"集报清单 {number} 的商品超过报关单的 {most} 项"
        yield Violation(path, "merge.items", message, "请撤销该清单，分成几份清单后重新申报", CLAUSE)


def not_now(row: Row) -> str:
    """Why a list of that status, with that mark, or merged before, cannot be merged; "" if it can."""
    if row["merged_in"]:
        return f"已汇总为集报报关单 {row['merged_in']}，不能再次汇总"
    if marker := LIST.lifecycle.marker(Marks(row["amending"], row["ended_by"])):
        return f"「{marker[1]}」，海关答复之前不能汇总"
    if row["status"] != CLOSED:
        return f"状态为「{LIST.lifecycle.name_of(row['status'])}」，只有已结关的清单才能汇总"
    return ""


def _mixed(rows: Sequence[Row]) -> Iterator[Violation]:
    """进出口方式 and 货物性质 are single-valued in the query, and so in what is merged (M9)."""
    if len({row["content"].get("ie_flag") for row in rows}) > 1:
        message, advice = "一次只能汇总同一进出口方式的清单", "请分别查询进口、出口清单后汇总"
        yield Violation(NUMBERS, "merge.mixed", message, advice, CLAUSE)
    if len({row["content"].get("nature") == BONDED for row in rows}) > 1:
        message, advice = "一次只能汇总同一货物性质的清单", "请分别查询一般贸易、保税货物清单后汇总"
        yield Violation(NUMBERS, "merge.mixed", message, advice, CLAUSE)


def _refused(violations: Sequence[Violation]) -> Refused:
    more = f"（另有 {len(violations) - 1} 处）" if len(violations) > 1 else ""
    return Refused(violations[0].message + more, violations[:SHOWN])
