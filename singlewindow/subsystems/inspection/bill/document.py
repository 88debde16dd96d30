"""What is filled in (manual 4.2 录入与暂存): a bill of lading instead of a declaration, and the vehicle."""

from __future__ import annotations

from singlewindow.contract.bill_numbers import BILL_NUMBER
from singlewindow.kernel.definition.fields import Content, Form, Section, text
from singlewindow.subsystems.inspection import common

CLAUSE = "手册 4.2 录入与暂存"


class BillExemption(Content):
    """An application for one bill of lading."""

    applicant_code: str = common.applicant_code(CLAUSE)
    applicant_name: str = common.applicant_name(CLAUSE)
    bill_no: str = text(
        "提运单号", length=32, required=True, lookup=True, search=True, upper=True, element="BillNo", clause=CLAUSE,
        pattern=BILL_NUMBER, pattern_message="提运单号由字母、数字和 * _ / . - 组成，首尾为字母或数字，至多 32 位",
        hint="必填，手工录入提运单号后回车；海关须已收到该提运单",
    )  # fmt: skip
    inspection_district: str = common.inspection_district("提运单号", CLAUSE)
    vehicle_plate: str = text(
        "车牌号",
        length=20,
        upper=True,
        element="VehicleNo",
        clause=CLAUSE,
        hint="非必填，手工录入运输车辆的车牌号",
    )
    contact_name: str = common.contact_name(CLAUSE)
    contact_phone: str = common.contact_phone(CLAUSE)


FORM = Form(
    content=BillExemption,
    header=common.header(CLAUSE),
    sections=(
        Section(
            "申请信息",
            (
                "number", "customs_no", "status", "filed_on", "applicant_code", "applicant_name",
                "bill_no", "inspection_district", "vehicle_plate", "contact_name", "contact_phone",
            ),
        ),
    ),
    attachments=common.ATTACHMENTS,
)  # fmt: skip
