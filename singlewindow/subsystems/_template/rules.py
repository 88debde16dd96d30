"""What must hold, beyond what each field says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case, FirstSave
from singlewindow.subsystems._template.document import Letter

CLAIM = "_template.reference"
MOST_KILOGRAMS = Decimal(1000)
USUAL_KILOGRAMS = Decimal(500)


@dataclass(frozen=True)
class Known:
    """What the rules may know."""

    in_use: bool
    attachments: frozenset[str]

    def frozen(self) -> dict[str, Any]:
        """Nothing of it decides anything later."""
        return {}


async def gather(case: Case) -> Known:
    """Look up whether the reference is in use."""
    reference = case.values.get("reference", "")
    in_use = bool(reference) and await case.claimed(CLAIM, reference)
    return Known(in_use, case.attachments)


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields."""
    return {"applicant_code": case.applicant.customs_code}


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


RULES = (is_light, is_not_in_use, has_letter, is_not_one_heavy_piece)
