"""What is filled in: fields, hints, and the attachments (manual 4.1 录入与暂存, 随附单据上传)."""

from __future__ import annotations

from singlewindow.kernel.definition.fields import (
    Attachments,
    Category,
    Content,
    Form,
    HeaderField,
    Section,
    code,
    text,
)

CLAUSE = "手册 4.1 录入与暂存"

ENTRUSTED = "00000001"  # 委托企业协助海关查验的声明: 公告2020年第24号 第一条（一）
ABSENT = "00000002"  # 查验时不到场的声明: 第一条（二）
OTHER = "00000003"  # 其他材料: 第二条


class Exemption(Content):
    """An application for one declaration."""

    applicant_code: str = text(
        "申请单位代码", system=True, element="ApplicantCode", clause=CLAUSE,
        hint="返填，不可录入，系统读取当前登录用户的海关十位编码",
    )  # fmt: skip
    applicant_name: str = text(
        "申请单位", system=True, element="ApplicantName", clause=CLAUSE,
        hint="返填，不可录入，系统读取当前登录用户的企业名称",
    )  # fmt: skip
    declaration_no: str = text(
        "报关单号", length=18, required=True, lookup=True, search=True, element="EntryId", clause=CLAUSE,
        pattern=r"[0-9]{18}", pattern_message="报关单号应为 18 位数字",
        hint="必填，录入 18 位报关单号后回车；报关单须未放行，且境内收发货人为当前申请单位",
    )  # fmt: skip
    inspection_district: str = code(
        "查验地海关", "customs_districts", system=True, element="InspCustoms", clause=CLAUSE,
        hint="返填，录入报关单号后回车，由系统返填",
    )  # fmt: skip
    contact_name: str = text(
        "联系人", length=50, required=True, element="ContactName", clause=CLAUSE, hint="必填，填写联系人姓名"
    )
    contact_phone: str = text(
        "联系电话", length=25, required=True, element="ContactPhone", clause=CLAUSE,
        pattern=r"1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?|400-?[0-9]{3}-?[0-9]{4}",
        pattern_message="联系电话不是有效的手机或固定电话号码",
        advice="请填写 11 位手机号码，或带区号的固定电话，如 0755-84398888",
        hint="必填，请如实录入有效的联系电话号码（手机或固定电话，如 0755-84398888）",
    )  # fmt: skip


FORM = Form(
    content=Exemption,
    header=(
        HeaderField("number", "数据中心统一编号", "返填，不可录入，暂存成功后系统自动生成", clause=CLAUSE),
        HeaderField("customs_no", "海关审核编号", "返填，不可录入，海关审批后返回", returned=True, clause=CLAUSE),
        HeaderField("status", "状态", "返填，不可录入，由系统自动根据当前数据状态进行显示", clause=CLAUSE),
        HeaderField("filed_on", "申请日期", "返填，不可录入，暂存成功后系统自动生成", clause=CLAUSE),
    ),
    sections=(
        Section(
            "申请信息",
            (
                "number", "customs_no", "status", "filed_on", "applicant_code", "applicant_name",
                "declaration_no", "inspection_district", "contact_name", "contact_phone",
            ),
        ),
    ),
    attachments=Attachments(
        categories=(
            Category(ENTRUSTED, "委托企业协助海关查验的声明"),
            Category(ABSENT, "查验时不到场的声明"),
            Category(OTHER, "其他材料"),
        ),
        hint="00000001、00000002 二选一必填；仅限 PDF，单个文件不超过 4M，每页不超过 200K；"
        "每类一份，再次上传将覆盖前次文件",
        clause="手册 4.1 随附单据上传",
    ),
)  # fmt: skip
