"""Qualifications and booklets: when they are approved, changed, extended, and what their end brings with it.

All reasons come at once. What the portal judges when a company submits (three months of guarantee, ten days before an
extension) customs do not judge again: officers take their time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.answers import DECIDED, decide_all
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Decision, Taken
from singlewindow.customs.desks.consolidated import records
from singlewindow.customs.desks.consolidated.contents import (
    BONDED,
    NATURES,
    ONLY_IN,
    Content,
    day,
    table,
    text,
)
from singlewindow.customs.desks.consolidated.numbers import booklet_numbers
from singlewindow.customs.desks.consolidated.states import (
    AGREED,
    BASE,
    BOOKLET,
    CHANGE,
    EXTENSION,
    PASSED,
    QUALIFICATION,
    REVOKED,
)
from singlewindow.customs.entries import Data, find_entries
from singlewindow.customs.exchange.verification import content_of
from singlewindow.customs.grades import grade_of, is_discredited
from singlewindow.customs.kept import received
from singlewindow.customs.numbers import customs_number
from singlewindow.customs.register_kinds import COMPANY
from singlewindow.customs.times import local_day

KEPT = {
    "code": "商品编号",
    "name": "商品名称",
    "model": "规格型号",
    "unit": "申报计量单位",
    "price": "单价",
    "currency": "币制",
    "country": "产销国",
    "licence": "许可证编号",
}
"""What of an approved good a change must leave as it is (CONS-07)."""


def is_valid(filing: Mapping[str, Any] | Row, today: date) -> bool:
    """Whether an approved filing is still in force; its last day counts."""
    return filing["valid_until"] is None or today <= filing["valid_until"]


def approved_until(content: Content, today: date) -> date:
    """核准有效期: as long as the guarantee (decree art. 6); bonded ones have none and are good for a year (FA 3.4)."""
    until = day(text(content, "guarantee_until"))
    return a_year_on(today) if text(content, "nature") == BONDED or until is None else until


def a_year_on(since: date) -> date:
    """The same day of the next year; 28 February where that has no 29th."""
    leap = (since.month, since.day) == (2, 29)
    return since.replace(year=since.year + 1, day=28) if leap else since.replace(year=since.year + 1)


# --- qualifications ---


async def why_not_qualified(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of a qualification's approval; with `lock` two of one company are judged one after the other."""
    held = await records.held(transaction, rows, lock=lock)
    companies = await find_entries(transaction, COMPANY, [each["trader"] for each in held if each], lock=lock)
    others = await _others(transaction, [each for each in held if each])
    found = []
    for row, record in zip(rows, held, strict=True):
        why = records.superseded(row, record)
        if record is not None and not why:
            why = "；".join(
                _reasons(record, companies.get(record["trader"]), others, local_day(transaction.now))
            )
        if record is not None and not why:
            others.setdefault(_claim(record), set()).add(record["number"])  # of two in one batch the first
        found.append(why)
    return found


Claim = tuple[str, str, bool]


def _claim(record: Row) -> Claim:
    """One of a sort: a company's general or bonded qualification at a district (CONS-01)."""
    return record["trader"], record["district"], record["nature"] == BONDED


async def _others(transaction: Transaction, held: Sequence[Row]) -> dict[Claim, set[str]]:
    """The numbers of the qualifications in force, by what they claim, of these companies."""
    found: dict[Claim, set[str]] = {}
    for record in await transaction.rows(
        f"""select number, trader, district, nature from consolidated_record
            where type = $1 and trader = any($2) and state = '{PASSED}'
              and (valid_until is null or valid_until >= $3)""",
        QUALIFICATION,
        sorted({record["trader"] for record in held}),
        local_day(transaction.now),
    ):
        found.setdefault(_claim(record), set()).add(record["number"])
    return found


def _reasons(
    record: Row, company: Data | None, others: Mapping[Claim, set[str]], today: date
) -> Iterator[str]:
    code, nature, district = record["trader"], record["nature"], record["district"]
    if company is None:
        yield f"海关没有企业 {code} 的备案信息"
    elif is_discredited(company):
        yield f"企业 {code} 为{grade_of(company)}，不适用集中申报"
    if not district.startswith(ONLY_IN.get(nature, "")):
        yield f"申报地海关 {district} 不办理{NATURES[nature]}的集中申报"
    if approved_until(record["content"], today) < today:
        yield f"担保有效期 {text(record['content'], 'guarantee_until')} 已过"
    if others.get(_claim(record), set()) - {record["number"]}:
        kind = "保税货物" if nature == BONDED else "一般贸易货物"
        yield f"企业在 {district} 已有有效的{kind}集中申报资质"


async def qualified(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What an approval carries: 企业资质海关编号 and 核准有效期."""
    held = await records.held(transaction, rows)
    numbers = await customs_number(transaction, rows)
    today = local_day(transaction.now)
    return [
        {
            **number,
            "qualification_no": number["customs_no"],
            "valid_until": approved_until(record["content"] if record else {}, today).isoformat(),
        }
        for number, record in zip(numbers, held, strict=True)
    ]


async def why_not_changed(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of a qualification's change: it is in force, and the guarantee is not over."""
    held = await records.held(transaction, rows, lock=lock)
    messages = await received(transaction, rows)
    today = local_day(transaction.now)
    found = []
    for row, record, message in zip(rows, held, messages, strict=True):
        content = content_of(message)
        why = records.past_following(row, record, (PASSED,)) or records.moved(record, message)
        over = not why and approved_until(content, today) < today
        found.append(f"担保有效期 {text(content, 'guarantee_until')} 已过" if over else why)
    return found


async def changed_until(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What an agreed change carries: 核准有效期, which follows the guarantee."""
    days = await _until(transaction, rows)
    return [{"valid_until": each.isoformat()} for each in days]


async def _until(transaction: Transaction, following: Sequence[Row]) -> list[date]:
    """核准有效期 after a change or an extension: that of the guarantee; a bonded one's is a year more when extended."""
    held = await records.held(transaction, following)
    messages = await received(transaction, following)
    return [_until_of(*pair, local_day(transaction.now)) for pair in zip(held, messages, strict=True)]


def _until_of(record: Row | None, message: Submission, today: date) -> date:
    before = record["valid_until"] if record else None
    if message.function == EXTENSION:
        return a_year_on(before or today)
    content = content_of(message)
    return before if before and text(content, "nature") == BONDED else approved_until(content, today)


async def why_not_extended(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of an extension: bonded alone, and not over when it was asked for (CONS-08)."""
    held = await records.held(transaction, rows, lock=lock)
    messages = await received(transaction, rows)
    return [
        records.past_following(row, record, (PASSED,)) or _too_late(record, message)
        for row, record, message in zip(rows, held, messages, strict=True)
    ]


def _too_late(record: Row | None, message: Submission) -> str:
    if record is None:
        return ""
    if record["nature"] != BONDED:
        return "只有保税货物的资质可以延期，只能不同意"
    if not is_valid(record, local_day(message.submitted_at)):
        return f"核准有效期 {record['valid_until']} 已过，应重新备案，只能不同意"
    return ""


async def follow_qualification(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """The effect on qualifications: state, content and validity; booklets hear of what concerns them too."""
    base = [each for each in taken if each.row["function"] in BASE]
    await records.move(transaction, base)
    await _set_until(transaction, [each.row for each in base if each.decision.state == PASSED])
    await _revoke_booklets(transaction, [each for each in base if each.decision.state == REVOKED])
    agreed = [each.row for each in taken if each.decision.state == AGREED]
    if agreed:
        days = await _until(transaction, agreed)
        await records.change(transaction, [row for row in agreed if row["function"] == CHANGE])
        await _prolong(transaction, agreed, days)


async def _set_until(transaction: Transaction, base: Sequence[Row]) -> None:
    held = await records.held(transaction, base) if base else []
    today = local_day(transaction.now)
    await records.keep_until(
        transaction, {each["id"]: approved_until(each["content"], today) for each in held if each}
    )


async def _prolong(transaction: Transaction, agreed: Sequence[Row], days: Sequence[date]) -> None:
    """Set 核准有效期 anew, and tell the approved booklets where it has moved."""
    held = await records.held(transaction, agreed)
    pairs = [(record, until) for record, until in zip(held, days, strict=True) if record is not None]
    moved = {record["number"]: until for record, until in pairs if record["valid_until"] != until}
    await records.keep_until(transaction, {record["id"]: until for record, until in pairs})
    await _tell_booklets(transaction, agreed, VALIDITY, dict.fromkeys(moved, ""))


async def _revoke_booklets(transaction: Transaction, taken: Sequence[Taken]) -> None:
    remarks = {each.row["number"]: each.remark for each in taken}
    await _tell_booklets(transaction, [each.row for each in taken], REVOCATION, remarks)


async def _tell_booklets(
    transaction: Transaction, rows: Sequence[Row], decision: Decision, remarks: Mapping[str, str]
) -> None:
    """Decide so about the approved booklets of these qualifications, by whoever decided about the qualification."""
    if not remarks:
        return
    found = await transaction.rows(
        f"""select {DECIDED}, (select basis from consolidated_record r where r.submission_id = s.id) as basis
            from submission s
            where id in (select submission_id from consolidated_record
                         where type = $1 and basis = any($2) and state = '{PASSED}')
            order by id for update""",
        BOOKLET,
        list(remarks),
    )
    by = await transaction.value("select decided_by from submission where id = $1", rows[0]["id"])
    taken = [Taken(row, decision, remarks[row["basis"]]) for row in found if row["state"] == PASSED]
    await decide_all(transaction, taken, by)


# --- booklets ---


async def why_not_booked(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of a booklet's approval: its qualification is in force, and of general trade.

    With `lock` the qualification stays so until the booklet is approved: whoever changes or revokes it finds all its
    booklets (`_tell_booklets`). He locks those alone that are approved already, so that neither waits for the other.
    """
    held = await records.held(transaction, rows, lock=lock)
    if lock:
        await records.hold(transaction, QUALIFICATION, [each["basis"] for each in held if each])
    known = await records.passed(transaction, QUALIFICATION, [each["basis"] for each in held if each])
    today = local_day(transaction.now)
    return [
        records.superseded(row, record)
        or (_unqualified(record, known.get(record["basis"]), today) if record else "")
        for row, record in zip(rows, held, strict=True)
    ]


def _unqualified(record: Row, qualification: Row | None, today: date) -> str:
    claimed = record["basis"], record["trader"]
    if qualification is None or claimed != (qualification["number"], qualification["trader"]):
        return f"企业资质备案 {record['basis']} 未经海关审批通过，或已取消"
    if not is_valid(qualification, today):
        return f"企业资质备案 {record['basis']} 已于 {qualification['valid_until']} 到期"
    if qualification["nature"] == BONDED:
        return "保税货物不需要企业商品信息备案"
    return elsewhere(record["district"], qualification)


def elsewhere(district: str, qualification: Row) -> str:
    """Why what is declared at this district cannot go by the qualification: it is one of another district (CONS-09)."""
    filed = qualification["district"]
    return "" if district == filed else f"申报地海关 {district} 与企业资质备案的申报地海关 {filed} 不一致"


async def booked(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What an approval carries: 备案分册海关编号, and 核准有效期 of the qualification."""
    days = await _booklet_days(transaction, rows)
    numbers = await booklet_numbers(transaction, rows)
    return [
        {"customs_no": number, "book_no": number} | ({"valid_until": until.isoformat()} if until else {})
        for number, until in zip(numbers, days, strict=True)
    ]


async def told_until(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """核准有效期 of the booklets' qualifications."""
    return [
        {"valid_until": each.isoformat()} if each else {} for each in await _booklet_days(transaction, rows)
    ]


async def _booklet_days(transaction: Transaction, rows: Sequence[Row]) -> list[date | None]:
    held = await records.held(transaction, rows)
    known = await records.passed(transaction, QUALIFICATION, [each["basis"] for each in held if each])
    found = [known.get(each["basis"]) if each else None for each in held]
    return [each["valid_until"] if each else None for each in found]


async def why_not_rebooked(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of a booklet's change: approved goods stay, new ones may follow (CONS-07)."""
    held = await records.held(transaction, rows, lock=lock)
    messages = await received(transaction, rows)
    return [
        records.past_following(row, record, (PASSED,))
        or records.moved(record, message)
        or (_altered(record["content"], content_of(message)) if record else "")
        for row, record, message in zip(rows, held, messages, strict=True)
    ]


def _altered(before: Content, after: Content) -> str:
    """Which approved good a change alters or leaves out. Pure."""
    for at, (old, new) in enumerate(zip_longest(table(before), table(after)), 1):
        if old is None:
            return ""
        if new is None:
            return f"第 {at} 项商品已经海关审批通过，只能停用，不能删除"
        if said := "、".join(KEPT[name] for name in KEPT if text(old, name) != text(new, name)):
            return f"第 {at} 项商品已经海关审批通过，只能停用，不能修改（{said}）"
        if text(old, "stopped") and not text(new, "stopped"):
            return f"第 {at} 项商品已停用，不能恢复"
    return ""


async def follow_booklet(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """The effect on booklets: state, content, and the validity of their qualifications."""
    base = [each for each in taken if each.row["function"] in BASE]
    await records.move(transaction, base)
    current = [each.row for each in base if each.decision.state == PASSED]
    if current:
        held, days = await records.held(transaction, current), await _booklet_days(transaction, current)
        await records.keep_until(
            transaction, {each["id"]: until for each, until in zip(held, days, strict=True) if each}
        )
    await records.change(transaction, [each.row for each in taken if each.decision.state == AGREED])


REVOCATION = Decision("revoke", "取消资质", "REVOKED", REVOKED, from_states=(PASSED,), functions=BASE)
VALIDITY = Decision(
    "validity", "核准有效期已变更", "VALIDITY", PASSED, from_states=(PASSED,), functions=BASE, data=told_until
)
"""What booklets hear of their qualification: no officer decides it by itself."""
