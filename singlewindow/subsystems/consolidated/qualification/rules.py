"""What must hold (manual 第六篇 1.1, 1.3; CONS-01 to CONS-03, CONS-07, FA 3.1, 3.2, 3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.limits import least_guarantee_day
from singlewindow.subsystems.consolidated.qualification.document import BONDED, CLAUSE, Qualification
from singlewindow.subsystems.consolidated.qualification.known import Known

DECREE = "海关总署令第169号"


@rule("CONS-R01", clause=CLAUSE)
def names_district_and_nature(content: Qualification, known: Known) -> Iterator[Finding]:
    """Nothing is saved without 申报地海关 and 集中申报货物性质 (CONS-03); before a signature the fields say so."""
    for name in () if known.signing else known.missing:
        spec = content.fields[name]
        yield Finding(name, f"「{spec.label}」为必填项，未录入不能暂存", spec.hint)


@rule("CONS-R02", clause=f"{DECREE} 第五条、第七条", alert=True, opening=True)
def the_company_is_not_discredited(content: Qualification, known: Known) -> Iterator[Finding]:
    """Who is 失信企业 may not declare in this way (FA 1.1, 3.1)."""
    if known.discredited:
        yield Finding("", "失信企业不允许适用集中申报", "请按一般方式逐票报关；信用等级以海关公布的为准")


@rule("CONS-R03", clause=CLAUSE)
def is_the_only_one_of_its_kind(content: Qualification, known: Known) -> Iterator[Finding]:
    """One general and one bonded qualification for each company and district (CONS-01)."""
    if known.taken:
        kind = "保税货物" if content.nature == BONDED else "一般贸易货物"
        message = f"本企业在申报地海关 {content.district} 已有{kind}的资质备案，或正在办理"
        yield Finding("district", message, "请在企业备案变更中变更已有的备案，或改选申报地海关")


@rule("CONS-R04", clause=CLAUSE)
def the_guarantee_has_an_amount(content: Qualification, known: Known) -> Iterator[Finding]:
    """担保额度 is more than nothing (FA 3.4)."""
    if content.guarantee_amount and not Decimal(content.guarantee_amount):
        yield Finding("guarantee_amount", "「担保额度（万元）」应大于 0", "请填写以万元为单位的担保额度")


@rule("CONS-R05", clause=CLAUSE)
def there_are_batches(content: Qualification, known: Known) -> Iterator[Finding]:
    """进出口批次 is a number of batches (FA 3.4)."""
    if content.batches and not Decimal(content.batches):
        yield Finding("batches", "「进出口批次」应大于 0", "请填写预计的进出口批次")


@rule("CONS-R06", clause=f"{CLAUSE} 担保有效期；{DECREE} 第五条")
def the_guarantee_is_valid_long_enough(content: Qualification, known: Known) -> Iterator[Finding]:
    """担保有效期 is a day, three months ahead at least (CONS-01); one that is in force already is not asked again."""
    if not content.guarantee_until:
        return
    day = find_day(content.guarantee_until)
    if day is None:
        message = f"「担保有效期」{content.guarantee_until} 不是有效的日期"
        yield Finding("guarantee_until", message, "请按 yyyyMMdd 填写，如 20190101")
        return
    if known.in_force and known.in_force.get("guarantee_until") == content.guarantee_until:
        return
    months = known.readings.guarantee_months
    least = least_guarantee_day(known.today, months)
    if day < least:
        message = f"「担保有效期」{content.guarantee_until} 距今不足 {months} 个月"
        yield Finding("guarantee_until", message, f"担保有效期不得早于 {least:%Y%m%d}，请先延长担保的期限")


@rule("CONS-R07", clause=f"{CLAUSE} 担保方式", drafts=False, warning=True)
def the_form_of_guarantee_is_known(content: Qualification, known: Known) -> Iterator[Finding]:
    """担保方式 comes from customs' register; where that has none, customs decide what to do about it."""
    if content.nature and content.nature != BONDED and not content.guarantee:
        yield Finding("guarantee", "未查到本企业在海关登记的担保方式", "请向申报地海关核实，海关审批时会核对")


@rule("CONS-R08", clause=f"{CLAUSE}；1.3 企业资质延期申请", drafts=False, warning=True)
def a_change_keeps_the_extension_waiting(content: Qualification, known: Known) -> Iterator[Finding]:
    """One change is at customs at a time: begun in the last days, it may take the time for 延期 (CONS-08)."""
    if known.ends is not None:
        message = f"核准有效期至 {known.ends}，变更在海关办理期间不能申请延期，届满后资质失效"
        yield Finding("batches", message, "需要延期的，请先办理企业资质延期申请，海关同意后再变更")


def find_day(text: str) -> date | None:
    """The day that yyyyMMdd names, or None; years from 1900 to 2200."""
    try:
        day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if len(text) == 8 and 1900 <= day.year <= 2200 else None


RULES = (
    names_district_and_nature,
    the_company_is_not_discredited,
    is_the_only_one_of_its_kind,
    the_guarantee_has_an_amount,
    there_are_batches,
    the_guarantee_is_valid_long_enough,
    the_form_of_guarantee_is_known,
    a_change_keeps_the_extension_waiting,
)
