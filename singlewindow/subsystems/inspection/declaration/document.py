"""What is filled in: fields and hints (manual 4.1 录入与暂存); the attachments stand in common."""

from __future__ import annotations

from singlewindow.kernel.definition.fields import Content, Form, Section, text
from singlewindow.subsystems.inspection import common

CLAUSE = "手册 4.1 录入与暂存"


class Exemption(Content):
    """An application for one declaration."""

    applicant_code: str = common.applicant_code(CLAUSE)
    applicant_name: str = common.applicant_name(CLAUSE)
    declaration_no: str = text(
        "报关单号", length=18, required=True, lookup=True, search=True, element="EntryId", clause=CLAUSE,
        pattern=r"[0-9]{18}", pattern_message="报关单号应为 18 位数字",
        hint="必填，录入 18 位报关单号后回车；报关单须未放行，且境内收发货人为当前申请单位",
    )  # fmt: skip
    inspection_district: str = common.inspection_district("报关单号", CLAUSE)
    contact_name: str = common.contact_name(CLAUSE)
    contact_phone: str = common.contact_phone(CLAUSE)


FORM = Form(
    content=Exemption,
    header=common.header(CLAUSE),
    sections=(
        Section(
            "申请信息",
            (
                "number", "customs_no", "status", "filed_on", "applicant_code", "applicant_name",
                "declaration_no", "inspection_district", "contact_name", "contact_phone",
            ),
        ),
    ),
    attachments=common.ATTACHMENTS,
)  # fmt: skip
