"""What must hold (manual 4.2; INSP-03 to INSP-05, INSP-09): no consignee and no release check here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems.inspection import common
from singlewindow.subsystems.inspection.bill.document import BillExemption
from singlewindow.subsystems.inspection.common import Pilot, find_pilot

CLAIM = "inspection.bill_no"
PATH = "bill_no"
IN_USE = "该提运单已提交申请或海关已同意，不允许再次录入、提交申请（{key}）"
IN_USE_ADVICE = (
    "该申请可能由本企业提交（请在数据查询中按提运单号查看办理结果），也可能由其他企业提交（本企业查询不到）；"
    "需要了解时请咨询查验地海关"
)
IN_USE_CLAUSE = "手册 4.2 小提示"


@dataclass(frozen=True)
class Known:
    """What the rules may know; `district` is "" while customs have not told us of the bill."""

    district: str
    pilot: Pilot
    in_use: bool
    attachments: frozenset[str]

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        return {"district": self.district, "pilot": asdict(self.pilot)}


async def gather(case: Case) -> Known:
    """Look up the bill of lading, its district among the pilots, and whether the number is in use."""
    number = case.values.get(PATH, "")
    entry = await case.registers.find("bill_of_lading", number) if number else None
    district = str(entry.data.get("inspection_district", "")) if entry else ""
    return Known(
        district=district,
        pilot=await find_pilot(case, district),
        in_use=bool(number) and await case.claimed(CLAIM, number),
        attachments=case.attachments,
    )


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who applies, and where the goods are inspected."""
    return {
        "applicant_code": case.applicant.customs_code,
        "applicant_name": case.applicant.name,
        "inspection_district": known.district,
    }


@rule("INSP-R11", clause="手册 4.2 提运单号")
def is_known(content: BillExemption, known: Known) -> Iterator[Finding]:
    """The number must be a bill of lading that customs have told us of."""
    if content.bill_no and not known.district:
        advice = "请核对提运单号；如舱单刚刚传输，请待海关接收后再录入"
        yield Finding(PATH, f"未查到该提运单（{content.bill_no}）", advice)


@rule("INSP-R12", clause=f"手册 4.2 提运单号；{common.ANNOUNCEMENT}")
def is_in_pilot(content: BillExemption, known: Known) -> Iterator[Finding]:
    """The inspection's district must be in the pilot list and open (INSP-03)."""
    if known.district:
        yield from common.pilot_findings(PATH, known.pilot)


@rule("INSP-R13", clause=IN_USE_CLAUSE)
def is_not_in_use(content: BillExemption, known: Known) -> Iterator[Finding]:
    """A number with an application under way or granted cannot be entered again (INSP-04)."""
    if known.district and known.in_use:
        yield Finding(PATH, IN_USE.format(key=content.bill_no), IN_USE_ADVICE)


@rule("INSP-R14", clause=common.UPLOAD_CLAUSE, drafts=False)
def has_one_statement(content: BillExemption, known: Known) -> Iterator[Finding]:
    """Exactly one of the two statements must be uploaded (INSP-05)."""
    yield from common.statement_findings(known.attachments)


RULES = (is_known, is_in_pilot, is_not_in_use, has_one_statement)
