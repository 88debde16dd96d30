"""What must hold, beyond what each field says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from singlewindow.kernel.definition.moments import find_moment, later, moment_text
from singlewindow.kernel.notices import Notice, Offer
from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case, FirstSave
from singlewindow.subsystems._template.document import Letter

CLAIM = "_template.reference"
ANSWER = "_template.answer"  # numbers of answers, each used once
LATE = "_template.late"  # companies with an application that was not answered in time
MOST_KILOGRAMS = Decimal(1000)
USUAL_KILOGRAMS = Decimal(500)
BARRED = "_template.barred"  # a register: companies that may neither apply nor receive, by customs code
VISIT = timedelta(hours=2)
SUNDAY = 6


@dataclass(frozen=True)
class Known:
    """What the rules may know."""

    in_use: bool
    attachments: frozenset[str]
    applicant: str
    barred: frozenset[str]  # of the applicant and the consignee
    late: frozenset[str]  # of these two
    action: str
    used: frozenset[str]  # of the answers' numbers

    def frozen(self) -> dict[str, Any]:
        """Nothing of it decides anything later."""
        return {}


async def gather(case: Case) -> Known:
    """Look up whether the reference is in use, and which of the two companies are barred."""
    reference = case.values.get("reference", "")
    in_use = bool(reference) and await case.claimed(CLAIM, reference)
    codes = {case.applicant.customs_code, case.values.get("consignee_code", "")} - {""}
    barred = await case.registers.find_many([(BARRED, code) for code in sorted(codes)])
    answers = [row.get("answer_no", "") for row in case.values.get("answers", [])]
    return Known(
        in_use,
        case.attachments,
        case.applicant.customs_code,
        frozenset(key for _, key in barred),
        frozenset(await case.claimed_any(LATE, sorted(codes))),
        case.action,
        frozenset(await case.claimed_any(ANSWER, answers)),
    )


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields."""
    return {
        "applicant_code": case.applicant.customs_code,
        "visit_end": later(case.values.get("visit_at", ""), VISIT),
    }


def letter_prefix(first: FirstSave) -> str:
    """申请书编号 begins with the month and the card: 202611 and 13 characters; its serial follows."""
    return f"{first.now:%Y%m}{first.applicant.card_no}"


@rule("TMPL-R01", clause="样例 2")
def is_light(content: Letter, known: Known) -> Iterator[Finding]:
    """All goods together weigh at most a tonne."""
    total = sum((Decimal(good.weight) for good in content.goods if good.weight), Decimal(0))
    if total > MOST_KILOGRAMS:
        yield Finding("goods", f"货物总重 {total} 千克，超过 {MOST_KILOGRAMS} 千克", "请分开申请")


@rule("TMPL-R02", clause="样例 2")
def is_not_in_use(content: Letter, known: Known) -> Iterator[Finding]:
    """A reference with an application under way cannot be used again."""
    if known.in_use:
        yield Finding("reference", f"申请事项编号 {content.reference} 正在办理中", "请换一个编号")


@rule("TMPL-R03", clause="样例 2", drafts=False)
def has_letter(content: Letter, known: Known) -> Iterator[Finding]:
    """The letter itself must be uploaded."""
    if "1" not in known.attachments:
        yield Finding("attachments", "未上传申请书", "请上传类别 1 的 PDF 文件")


@rule("TMPL-R04", clause="样例 2", warning=True)
def is_not_one_heavy_piece(content: Letter, known: Known) -> Iterator[Finding]:
    """More than half a tonne in one row is unusual."""
    for at, good in enumerate(content.goods, start=1):
        if good.weight and Decimal(good.weight) > USUAL_KILOGRAMS:
            message = f"重量 {good.weight} 千克，多于通常的 {USUAL_KILOGRAMS} 千克"
            yield Finding(f"goods/{at}/weight", message, "请核对重量")


@rule("TMPL-R05", clause="样例 2", alert=True, opening=True)
def applicant_is_not_barred(content: Letter, known: Known) -> Iterator[Finding]:
    """A barred company may not apply."""
    if known.applicant in known.barred:
        yield Finding("", "本企业不允许申请样例", "请联系主管海关")


@rule("TMPL-R06", clause="样例 2", alert=True)
def consignee_is_not_barred(content: Letter, known: Known) -> Iterator[Finding]:
    """Nor may it receive."""
    if content.consignee_code in known.barred:
        message = f"收货单位 {content.consignee_code} 不允许接收样例"
        yield Finding("consignee_code", message, "请更换收货单位")


@rule("TMPL-R07", clause="样例 2")
def visits_on_a_weekday(content: Letter, known: Known) -> Iterator[Finding]:
    """Nobody is received on Sundays."""
    start = find_moment(content.visit_at)
    if start is not None and start.weekday() == SUNDAY:
        yield Finding(
            "visit_at", f"{content.visit_at} 是周日，不接待", "请改为周一至周六，或从「可约时间」中选取"
        )


def notices(content: Letter, known: Known) -> Iterator[Notice]:
    """Whether the time can be had, and the next three that can."""
    start = find_moment(content.visit_at)
    if start is None:
        return
    offers = tuple(_offer(day) for day in _next_days(start))
    good = start.weekday() != SUNDAY
    until = later(content.visit_at, VISIT)
    text = f"可以到访，至 {until} 为止" if good else "周日不接待"
    yield Notice(
        path="visit_at", text=text, level="good" if good else "bad", offers=offers, offers_title="可约时间"
    )


def _next_days(start: datetime) -> list[datetime]:
    days = [start + timedelta(days=ahead) for ahead in range(1, 5)]
    return [day for day in days if day.weekday() != SUNDAY][:3]


def _offer(day: datetime) -> Offer:
    return Offer(
        label=f"{moment_text(day)} 周{'一二三四五六日'[day.weekday()]}", values={"visit_at": moment_text(day)}
    )


@rule("TMPL-R08", clause="样例 2", warning=True)
def is_not_late(content: Letter, known: Known) -> Iterator[Finding]:
    """Who has an application that was not answered in time is reminded of it; both companies are."""
    for path, code in (("applicant_code", known.applicant), ("consignee_code", content.consignee_code)):
        if code in known.late:
            yield Finding(path, f"企业 {code} 有逾期未答复的申请", "请先答复逾期的申请")


@rule("TMPL-R09", clause="样例 3", drafts=False)
def has_answer(content: Letter, known: Known) -> Iterator[Finding]:
    """Who answers says what, and who explains says why."""
    if known.action == "answer" and not content.answers:
        yield Finding("answers", "没有答复", "请至少录入一行答复")
    if known.action == "explain" and not content.note:
        yield Finding("note", "没有情况说明", "请填写不能答复的原因")


@rule("TMPL-R10", clause="样例 3")
def answers_are_new(content: Letter, known: Known) -> Iterator[Finding]:
    """An answer's number is used once."""
    for at, row in enumerate(content.answers, start=1):
        if row.answer_no in known.used:
            message = f"答复编号 {row.answer_no} 已用于另一申请"
            yield Finding(f"answers/{at}/answer_no", message, "请换一个答复编号")


RULES = (
    is_light,
    is_not_in_use,
    has_letter,
    is_not_one_heavy_piece,
    applicant_is_not_barred,
    consignee_is_not_barred,
    visits_on_a_weekday,
    is_not_late,
    has_answer,
    answers_are_new,
)
