"""What must hold (manual 4.1 注意 and 小提示; INSP-02 to INSP-05).

A rule that depends on the declaration is silent while the declaration is unknown or someone else's:
one clear message is better than three, and a foreign declaration's state is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems.inspection import common
from singlewindow.subsystems.inspection.common import Pilot, find_pilot
from singlewindow.subsystems.inspection.declaration.document import Exemption

CLAIM = "inspection.declaration_no"
PATH = "declaration_no"
IN_USE = "该报关单已提交申请或海关已同意，不允许再次录入、提交申请（{key}）"
IN_USE_ADVICE = "请在数据查询中按报关单号查看该申请的办理结果"
IN_USE_CLAUSE = "手册 4.1 小提示"

UNRELEASED = {"4", "7", "11"}  # 海关入库成功, 审结, 查验通知: accepted and not released
RELEASED = {"9", "10"}  # 放行, 结关
ENDED = {"6", "8"}  # 退单, 删单: never to be accepted any more


@dataclass(frozen=True)
class Declaration:
    """What customs published of the declaration."""

    status: str
    status_name: str
    consignee_code: str
    inspection_district: str


@dataclass(frozen=True)
class Known:
    """What the rules may know."""

    applicant_code: str
    declaration: Declaration | None
    pilot: Pilot
    in_use: bool
    attachments: frozenset[str]

    @property
    def own(self) -> Declaration | None:
        """The declaration, if it is known and the applicant's own."""
        found = self.declaration
        return found if found is not None and found.consignee_code == self.applicant_code else None

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        declaration = asdict(self.declaration) if self.declaration else None
        return {"declaration": declaration, "pilot": asdict(self.pilot)}


async def gather(case: Case) -> Known:
    """Look up the declaration, its district among the pilots, and whether the number is in use."""
    number = case.values.get(PATH, "")
    entry = await case.registers.find("declaration", number) if number else None
    declaration = None
    if entry is not None:
        names = Declaration.__dataclass_fields__
        declaration = Declaration(**{name: str(entry.data.get(name, "")) for name in names})
    return Known(
        applicant_code=case.applicant.customs_code,
        declaration=declaration,
        pilot=await find_pilot(case, declaration.inspection_district if declaration else ""),
        in_use=bool(number) and await case.claimed(CLAIM, number),
        attachments=case.attachments,
    )


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields: who applies, and where the goods are inspected."""
    return {
        "applicant_code": case.applicant.customs_code,
        "applicant_name": case.applicant.name,
        "inspection_district": known.own.inspection_district if known.own else "",
    }


@rule("INSP-R01", clause="手册 4.1 报关单号")
def is_known(content: Exemption, known: Known) -> Iterator[Finding]:
    """The number must be a declaration that customs have told us of."""
    if content.declaration_no and known.declaration is None:
        advice = "请核对 18 位报关单号；如刚刚申报，请待海关接收后再录入"
        yield Finding(PATH, f"未查到该报关单（{content.declaration_no}）", advice)


@rule("INSP-R02", clause="手册 4.1 注意 2")
def is_own(content: Exemption, known: Known) -> Iterator[Finding]:
    """The declaration's domestic consignee/consignor must be the applicant (INSP-02)."""
    if known.declaration is not None and known.own is None:
        yield Finding(
            PATH,
            f"不是本单位的报关单：当前申请单位（海关十位编码 {known.applicant_code}）不是该报关单的境内收发货人",
            "请核对报关单号，或由该报关单的境内收发货人提出申请",
        )


@rule("INSP-R03", clause="手册 4.1 注意 1")
def is_unreleased(content: Exemption, known: Known) -> Iterator[Finding]:
    """The declaration must be accepted and not released (INSP-02)."""
    if known.own is None or known.own.status in UNRELEASED:
        return
    state = f"报关单 {content.declaration_no} 当前状态为「{known.own.status_name}」"
    if known.own.status in RELEASED:
        advice = "只有未放行的报关单可以申请，请核对报关单号"
        yield Finding(PATH, f"已放行的报关单不能申请：{state}", advice)
    elif known.own.status in ENDED:
        yield Finding(PATH, f"该报关单已不再办理：{state}", "请录入重新申报后的报关单号")
    else:
        yield Finding(PATH, f"海关尚未接受该报关单：{state}", "请待报关单被海关接受后再申请")


@rule("INSP-R04", clause=f"手册 4.1 注意；{common.ANNOUNCEMENT}")
def is_in_pilot(content: Exemption, known: Known) -> Iterator[Finding]:
    """The inspection's district must be in the pilot list and open (INSP-03)."""
    if known.own is not None:
        yield from common.pilot_findings(PATH, known.pilot)


@rule("INSP-R06", clause=IN_USE_CLAUSE)
def is_not_in_use(content: Exemption, known: Known) -> Iterator[Finding]:
    """A number with an application under way or granted cannot be entered again (INSP-04)."""
    if known.own is not None and known.in_use:
        yield Finding(PATH, IN_USE.format(key=content.declaration_no), IN_USE_ADVICE)


@rule("INSP-R07", clause=common.UPLOAD_CLAUSE, drafts=False)
def has_one_statement(content: Exemption, known: Known) -> Iterator[Finding]:
    """Exactly one of the two statements must be uploaded (INSP-05)."""
    yield from common.statement_findings(known.attachments)


RULES = (is_known, is_own, is_unreleased, is_in_pilot, is_not_in_use, has_one_statement)
