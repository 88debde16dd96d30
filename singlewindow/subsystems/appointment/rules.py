"""What must hold (manual 第五篇 第一章; APPT-02 to APPT-08, APPT-10, APPT-12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from singlewindow.kernel.rules import Finding, Rule, rule
from singlewindow.subsystems.appointment.document import (
    BASIC,
    EXPLANATION,
    FEEDBACK,
    GOODS,
    MOST_CHARACTERS,
    Application,
)
from singlewindow.subsystems.appointment.feedback import differences, unknown
from singlewindow.subsystems.appointment.grades import FORBIDDEN_TEXT
from singlewindow.subsystems.appointment.known import Known
from singlewindow.subsystems.appointment.lead_time import CALENDAR_CLAUSE, CREDIT_CLAUSE
from singlewindow.subsystems.appointment.lead_time import CLAUSE as TIME_CLAUSE
from singlewindow.subsystems.appointment.parties import TITLES

UNKNOWN_ADVICE = {
    "declarant": "请向海关办理报关单位备案；已经备案的，请待海关公布后再申请",
    "consignee": "请核对收发货人的 10 位海关编码",
}
ASK_WHO_APPLIED = (
    "该预约通关申请由其他企业为本企业提交，请其反馈报关单号或提交情况说明；"
    "可在「预约通关查询」中按「收发货人」查到"
)
NOTICES = "手册 第五篇 第一章 预约通关注意事项"


@rule("APPT-R01", clause=BASIC, opening=True)
def both_parties_are_known(content: Application, known: Known) -> Iterator[Finding]:
    """Both codes must be those of companies that customs have told us of (APPT-02)."""
    codes = {"declarant": content.declarant_code, "consignee": content.consignee_code}
    for role, code in codes.items():
        if code and role not in known.companies:
            message = f"未查到海关编码为 {code} 的{TITLES[role]}"
            yield Finding(f"{role}_code", message, UNKNOWN_ADVICE[role])


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
    for role, company in known.companies.items():
        if company.tier == "forbidden":
            who = f"{TITLES[role]} {company.customs_code} 的信用等级为{company.grade_name}"
            advice = f"{who}，请在其向海关申请信用修复、等级调整后再申请，或改在正常办公时间内通关"
            yield Finding(f"{role}_code", FORBIDDEN_TEXT, advice)


@rule("APPT-R04", clause=NOTICES, opening=True)
def both_parties_are_qualified(content: Application, known: Known) -> Iterator[Finding]:
    """Who has no 报关资质 may not apply, in either role (APPT-06)."""
    for role, company in known.companies.items():
        if not company.qualified:
            message = f"{TITLES[role]} {company.customs_code} 无报关资质，不允许新增预约操作"
            yield Finding(f"{role}_code", message, "请先向海关办理报关单位备案，或核对其资质有效期")


@rule("APPT-R05", clause=NOTICES, opening=True)
def nobody_has_left_an_appointment_unanswered(content: Application, known: Known) -> Iterator[Finding]:
    """A company with an appointment in state I, in whichever role, is no party to a new one in either (APPT-06)."""
    codes = {"declarant": content.declarant_code, "consignee": content.consignee_code}
    for role, code in codes.items():
        if code in known.unanswered:
            message = f"{TITLES[role]} {code} 存在 I-通关完成未反馈 的预约通关申请，不允许新增预约操作"
            yield Finding(f"{role}_code", message, _how_to_end_it(code, content, known))


def _how_to_end_it(code: str, content: Application, known: Known) -> str:
    """What the company that asks can do about a company's appointment in state I: who applied for it answers it."""
    if known.unanswered[code]:
        return "请先就该预约通关申请反馈报关单号，或提交情况说明"
    if code == content.declarant_code:
        return ASK_WHO_APPLIED
    return "该预约通关申请不是本企业提交的，请联系该收发货人，由提交申请的企业反馈报关单号或提交情况说明"


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


@rule("APPT-R09", clause=FEEDBACK, drafts=False)
def there_is_something_to_feed_back(content: Application, known: Known) -> Iterator[Finding]:
    """A feedback has at least one number (APPT-10)."""
    if known.action == "feedback" and not content.declarations:
        yield Finding("declarations", "尚未录入报关单号，不能反馈", "请录入至少一票预约通关报关单号")


@rule("APPT-R10", clause=FEEDBACK, drafts=False)
def declarations_agree_with_the_application(content: Application, known: Known) -> Iterator[Finding]:
    """Every difference of every number is named, with both values (APPT-10)."""
    if known.fed_back is None:
        return
    numbers = [row.entry_no for row in content.declarations]
    for each in differences(numbers, known.fed_back.applied, known.fed_back.register):
        path = f"declarations/{each.row}/entry_no" if each.row else "declarations"
        yield Finding(path, each.message, each.advice)


@rule("APPT-R11", clause=FEEDBACK, drafts=False)
def declarations_serve_one_appointment(content: Application, known: Known) -> Iterator[Finding]:
    """A number that another appointment was fed back with cannot be used again (APPT-10)."""
    if known.fed_back is None:
        return
    for at, row in enumerate(content.declarations, 1):
        if row.entry_no in known.fed_back.used:
            message = f"第 {at} 行{used_elsewhere(row.entry_no)}"
            yield Finding(f"declarations/{at}/entry_no", message, "请核对后改正该报关单号，或删除这一行")


@rule("APPT-R12", clause=FEEDBACK, drafts=False, warning=True)
def what_is_unknown_customs_compare(content: Application, known: Known) -> Iterator[Finding]:
    """Of a declaration that customs have not published only the digits could be compared (APPT-10)."""
    if known.fed_back is None:
        return
    numbers = [row.entry_no for row in content.declarations]
    missing = set(unknown(numbers, known.fed_back.register))
    for at, number in enumerate(numbers, 1):
        if number in missing:
            message = f"未查到报关单 {number} 的数据，只比对了申报口岸和进出口标识"
            yield Finding(f"declarations/{at}/entry_no", message, "请核对号码；其余内容由海关比对")


@rule("APPT-R13", clause=EXPLANATION, drafts=False)
def there_is_something_to_explain(content: Application, known: Known) -> Iterator[Finding]:
    """情况说明 has a text, or a PDF (APPT-12)."""
    if known.action == "explain" and not content.explanation and not known.has_proof:
        yield Finding(
            "explanation", "「情况说明」不可为空", "请填写需要向海关说明的信息，或上传一份 PDF 资料"
        )


def used_elsewhere(number: str) -> str:
    """That another appointment has that declaration; whose, nobody is told."""
    return f"报关单号 {number} 已由另一预约通关申请反馈"


RULES = (
    both_parties_are_known,
    names_are_not_too_long,
    no_party_is_discredited,
    both_parties_are_qualified,
    nobody_has_left_an_appointment_unanswered,
    lies_outside_working_hours,
    has_a_calendar,
    is_applied_for_in_time,
    there_is_something_to_feed_back,
    declarations_agree_with_the_application,
    declarations_serve_one_appointment,
    what_is_unknown_customs_compare,
    there_is_something_to_explain,
)
