"""What must hold (manual 第五篇 第一章; APPT-02 to APPT-08)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from singlewindow.kernel.rules import Finding, Rule, rule
from singlewindow.subsystems.appointment.document import BASIC, GOODS, MOST_CHARACTERS, Application
from singlewindow.subsystems.appointment.grades import FORBIDDEN_TEXT
from singlewindow.subsystems.appointment.known import Known
from singlewindow.subsystems.appointment.lead_time import CALENDAR_CLAUSE, CREDIT_CLAUSE
from singlewindow.subsystems.appointment.lead_time import CLAUSE as TIME_CLAUSE
from singlewindow.subsystems.appointment.parties import TITLES

NOTICES = "手册 第五篇 第一章 预约通关注意事项"


@rule("APPT-R01", clause=BASIC)
def the_consignee_is_known(content: Application, known: Known) -> Iterator[Finding]:
    """The code must be that of a company that customs have told us of (APPT-02)."""
    if content.consignee_code and known.parties["consignee"] is None:
        message = f"未查到海关编码为 {content.consignee_code} 的收发货人"
        yield Finding("consignee_code", message, "请核对收发货人的 10 位海关编码")


@rule("APPT-R02", clause=GOODS)
def names_are_not_too_long(content: Application, known: Known) -> Iterator[Finding]:
    """All names of goods together have at most 4000 characters (APPT-04)."""
    total = sum(len(good.name) for good in content.goods)
    if total > MOST_CHARACTERS:
        message = f"所有商品名称共 {total} 个字符，不得超过 {MOST_CHARACTERS} 字符"
        yield Finding(
            "goods", message, f"请缩短商品名称或减少商品，至少减少 {total - MOST_CHARACTERS} 个字符"
        )


@rule("APPT-R03", clause=CREDIT_CLAUSE, alert=True, opening=True)
def no_party_is_discredited(content: Application, known: Known) -> Iterator[Finding]:
    """失信企业 and 严重失信企业 may not apply, in either role (APPT-05)."""
    for role, company in known.parties.items():
        if company and company.tier == "forbidden":
            advice = (
                f"{TITLES[role]} {company.customs_code} 的信用等级为{company.grade_name}，不能申请预约通关"
            )
            yield Finding(f"{role}_code", FORBIDDEN_TEXT, advice)


@rule("APPT-R04", clause=NOTICES, opening=True)
def both_parties_are_qualified(content: Application, known: Known) -> Iterator[Finding]:
    """Who has no 报关资质 may not apply, in either role (APPT-06)."""
    for role, company in known.parties.items():
        if company and not company.qualified:
            message = f"{TITLES[role]} {company.customs_code} 无报关资质，不允许新增预约操作"
            yield Finding(f"{role}_code", message, "请先向海关办理报关单位备案，或核对其资质有效期")


def _time_rule(id: str, clause: str, codes: Collection[str]) -> Rule:
    """A rule of what the calendar says against the time; a draft may keep a time that is not to be had."""

    def find(content: Application, known: Known) -> Iterator[Finding]:
        if not (content.start and content.declare_port and content.entry_port and known.judgement):
            return
        for reason in known.judgement.reasons:
            if reason.code in codes:
                yield Finding("start", reason.message, reason.advice)

    return rule(id, clause=clause, drafts=False)(find)


lies_outside_working_hours = _time_rule("APPT-R06", TIME_CLAUSE, ("past", "working", "always"))  # APPT-07
has_a_calendar = _time_rule("APPT-R07", CALENDAR_CLAUSE, ("unknown",))  # APPT-07
is_applied_for_in_time = _time_rule("APPT-R08", TIME_CLAUSE, ("late",))  # APPT-08

RULES = (
    the_consignee_is_known,
    names_are_not_too_long,
    no_party_is_discredited,
    both_parties_are_qualified,
    lies_outside_working_hours,
    has_a_calendar,
    is_applied_for_in_time,
)
