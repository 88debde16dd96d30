"""What an officer should know of an appointment: companies with grade and tier, the ports' hours, what was fed back."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import RECEIVED, RECEPTION
from singlewindow.customs.desks.appointment import books
from singlewindow.customs.desks.appointment.calendar import day_in_words, days_of, hours_on
from singlewindow.customs.desks.appointment.feedback import compared, shown
from singlewindow.customs.desks.appointment.grounds import (
    DISCREDITED,
    GENERAL,
    HIGH,
    PORTS,
    ROLES,
    Known,
    known_of,
    qualified,
    tier_of,
    window_of,
)
from singlewindow.customs.desks.appointment.registers import duty_officers
from singlewindow.customs.desks.appointment.states import (
    BASE,
    FEEDBACK,
    STATES,
    UNANSWERED,
    UNANSWERED_NAME,
)

ORDER = (DISCREDITED, GENERAL, HIGH)  # from the lower tier to the higher one
MOST_LINES = 20


async def note(transaction: Transaction, row: Row) -> str:
    """The lines for one submission."""
    [book] = await books.held(transaction, [row])
    if book is None:
        return ""
    if row["function"] in BASE and book["submission_id"] != row["id"]:
        return f"该预约已另行申报，以第 {book['sequence']} 次申报为准"
    known = await known_of(transaction, [book])
    lines = [*_window(book), *_companies(book, known), *_ports(book, known)]
    if row["function"] in BASE:
        [(name, phone)] = (await duty_officers(transaction, [book["declare_port"]])).values()
        return "\n".join([*lines, f"审批通过回执的海关联系人：{name}，联系电话 {phone}"])
    lines = [f"该预约现为「{_state(transaction, book)}」", *lines]
    return "\n".join(lines + (await _feedback(transaction, row) if row["function"] == FEEDBACK else []))


def _state(transaction: Transaction, book: Row) -> str:
    state = books.state_of(book, transaction.now)
    return UNANSWERED_NAME if state == UNANSWERED else STATES.get(state, RECEPTION[RECEIVED])


def _window(book: Row) -> Iterator[str]:
    last = shown(book["answer_by"])[:16]
    yield (f"预约通关时间 {window_of(book)}，申请提交于 {shown(book['submitted_at'])}，{last} 前反馈报关单号")


def _companies(book: Row, known: Known) -> Iterator[str]:
    tiers = []
    for role, title in ROLES.items():
        code, company = book[role], known.companies.get(book[role])
        if company is None:
            yield f"{title} {code}：海关没有备案信息"
            continue
        tiers.append(tier_of(company))
        said = "有报关资质" if qualified(company, known.today) else "无报关资质"
        waiting = known.unanswered.get(code)
        also = f"，{UNANSWERED_NAME} {waiting.total} 份：{'、'.join(waiting.numbers)}" if waiting else ""
        yield f"{title} {code} {company['name']}：{company.get('grade_name', '')}（{tiers[-1]}），{said}{also}"
    if len(tiers) == len(ROLES):
        yield f"取较低的等级：{min(tiers, key=ORDER.index)}"


def _ports(book: Row, known: Known) -> Iterator[str]:
    for name, title in PORTS.items():
        for day in days_of(book["starts_at"], book["ends_at"]):
            hours = hours_on(known.months, book[name], day)
            said = (
                "未查到口岸工作时间"
                if hours is None
                else f"工作时间 {'、'.join(hours)}"
                if hours
                else "不办公"
            )
            yield f"{title} {book[name]} {day_in_words(day)}：{said}"


async def _feedback(transaction: Transaction, row: Row) -> list[str]:
    [found] = await compared(transaction, [row], to_company=False)
    if not found:
        return ["反馈的报关单与预约申请一致"]
    lines = [each.words for each in found[:MOST_LINES]]
    more = [f"另有 {len(found) - MOST_LINES} 处不一致"] if len(found) > MOST_LINES else []
    return [f"反馈的报关单有 {len(found)} 处不一致：", *lines, *more]
