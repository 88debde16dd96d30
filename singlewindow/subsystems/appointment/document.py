"""What is filled in: the application's header and its goods; after approval the numbers of the declarations, or an
explanation (manual 第五篇 第一章; APPT-01 to APPT-04, APPT-10, APPT-12)."""

from __future__ import annotations

from typing import Any

from singlewindow.kernel.definition.conditions import eq
from singlewindow.kernel.definition.fields import (
    Attachments,
    Category,
    Content,
    Form,
    HeaderField,
    Section,
    code,
    lines,
    moment,
    text,
    textarea,
)

BASIC = "手册 第五篇 第一章 预约申请基本信息"
GOODS = "手册 第五篇 第一章 商品名称及HS编码"
FEEDBACK = "手册 第五篇 第一章 预约通关报关单号反馈"
EXPLANATION = "手册 第五篇 第一章 情况说明"

OTHER_GOODS = "3"  # 预约通关事由: what else customs may recognise as urgent must be described
MATERIAL, PROOF = "1", "2"  # 随附补充材料, 情况说明材料
FOLLOWED = frozenset({"P", "I", "F"})  # 情况说明 is not there before the approval
MOST_CHARACTERS = 4000  # of all names of goods together


def company_code(label: str, **more: Any) -> Any:
    """A company's customs code of ten characters (FA 1.2)."""
    return text(
        label, length=10, upper=True, clause=BASIC, pattern=r"[0-9]{4}[0-9A-Z]{6}",
        pattern_message=f"「{label}」应为 10 位海关编码：4 位数字，再加 6 位数字或大写字母", **more,
    )  # fmt: skip


def returned(label: str, element: str, **more: Any) -> Any:
    """A grey box that the system fills from customs' register of companies."""
    return text(
        label, system=True, element=element, clause=BASIC, hint="返填，不可录入，系统根据海关编码返填", **more
    )


def port(label: str, element: str, hint: str) -> Any:
    """A customs district of four digits, found by its code, its name or its initials."""
    return code(
        label, "customs_districts", length=4, required=True, lookup=True, search=True, element=element,
        clause=BASIC, hint=hint,
    )  # fmt: skip


class Good(Content):
    """A row: one kind of goods."""

    hs_code: str = code(
        "商品HS编码", "goods", length=10, required=True, least_digits=4, fills="name", element="CodeTS", clause=GOODS,
        hint="必填，录入至少 4 位数字的商品 HS 编码后回车，从商品列表中选取",
    )  # fmt: skip
    name: str = text(
        "商品名称", length=MOST_CHARACTERS, required=True, span=2, element="GName", clause=GOODS,
        hint=f"必填，按回车键返填到列表；所有商品名称字符长度相加不得超过 {MOST_CHARACTERS} 字符",
    )  # fmt: skip


class Declaration(Content):
    """A row: one declaration that was made for the appointment."""

    entry_no: str = text(
        "预约通关报关单号", length=18, required=True, upper=True, span=2, element="EntryId", clause=FEEDBACK,
        pattern=r"[0-9A-Z]{18}", pattern_message="报关单号应为 18 位",
        hint="预约通关申请审批通过后填写 18 位报关单号，按回车键返填到列表，至多 50 票",
    )  # fmt: skip


class Application(Content):
    """An appointment for clearance outside working hours."""

    declarant_code: str = text(
        "申报单位海关编码", system=True, element="AgentCode", clause=BASIC,
        hint="返填，不可录入，系统读取登录卡介质内的 10 位海关编码",
    )  # fmt: skip
    declarant_scc: str = returned("申报单位信用代码", "AgentCodeScc")
    declarant_ciq: str = returned("申报单位检验检疫编码", "DeclCiqCode")
    declarant_name: str = returned("申报单位名称", "AgentName", span=2)
    consignee_code: str = company_code(
        "收发货人海关编码", required=True, lookup=True, search=True, element="TradeCode",
        hint="必填，录入收发货人的 10 位海关编码，系统返填其余三项",
    )  # fmt: skip
    consignee_scc: str = returned("收发货人信用代码", "TradeCoScc")
    consignee_ciq: str = returned("收发货人检验检疫编码", "TradeCiqCode")
    consignee_name: str = returned("收发货人名称", "TradeName", span=2)
    contact: str = text(
        "联系人", length=50, required=True, element="ContactName", clause=BASIC, hint="必填，填写联系人姓名"
    )
    mobile: str = text(
        "联系人手机", length=11, required=True, element="ContactMobile", clause=BASIC, pattern=r"1[0-9]{10}",
        pattern_message="「联系人手机」应为 1 开头的 11 位手机号码", hint="必填，填写联系人的 11 位手机号码",
    )  # fmt: skip
    declare_port: str = port(
        "预约申报口岸",
        "CustomMaster",
        "必填，录入预约申报的口岸，可输入中文名称或 4 位口岸数字代码，支持模糊搜索",
    )
    entry_port: str = port(
        "预约进出口岸",
        "IEPort",
        "必填，录入预约进出口的口岸，可输入中文名称或 4 位口岸数字代码，支持模糊搜索",
    )
    transport: str = code(
        "运输方式", "transport_modes", length=1, required=True, element="TrafMode", clause=BASIC,
        hint="必填，录入运输方式名称，或敲空格键在下拉菜单中选择",
    )  # fmt: skip
    start: str = moment(
        "预约通关时间", required=True, lookup=True, search=True, span=2, element="StartTime", clause=BASIC,
        hint="必填，只需填写起始时间（北京时间），如 2026112810；截止时间由系统自动生成",
    )  # fmt: skip
    end: str = text(
        "预约截止时间", system=True, element="EndTime", clause=BASIC, hint="返填，不可录入，起始时间加两小时"
    )
    reason_kind: str = code(
        "预约通关事由", "appointment_reasons", length=1, required=True, span=2, element="ReasonType", clause=BASIC,
        hint="必填，按空格键调出列表；事由为其他货物时，请在事由说明中写明",
    )  # fmt: skip
    ie_flag: str = code(
        "进出口标识", "appointment_flags", length=1, required=True, search=True, element="IEFlag", clause=BASIC,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    reason: str = textarea(
        "事由说明", length=500, required=eq("reason_kind", OTHER_GOODS), element="Reason", clause=BASIC,
        hint="至多 500 个字符；预约通关事由为其他经海关认可的货物时必填",
    )  # fmt: skip
    explanation: str = textarea(
        "情况说明", length=2000, element="Explanation", clause=EXPLANATION,
        hint="未反馈报关单号的，填写需要向海关说明的信息（至多 2000 个字符），也可上传 PDF；只能发送一次，请谨慎操作",
    )  # fmt: skip
    goods: list[Good] = lines("商品", Good, least=1, most=200, clause=GOODS)
    declarations: list[Declaration] = lines("报关单", Declaration, most=50, clause=FEEDBACK)


FORM = Form(
    content=Application,
    header=(
        HeaderField("number", "预录入编号", "返填，不可录入，暂存后系统自动生成", clause=BASIC),
        HeaderField("status", "申请状态", "返填，不可录入，由系统显示当前状态", clause=BASIC),
        HeaderField("filed_on", "申请日期", "返填，不可录入，暂存后系统自动生成", clause=BASIC),
        HeaderField(
            "application_no", "预约通关申请单申请编号", "返填，不可录入，收到审批通过回执后返填",
            returned=True, clause=BASIC,
        ),
        HeaderField("officer", "海关联系人", "返填，不可录入，海关审批后返回", returned=True, clause=BASIC),
        HeaderField("officer_phone", "联系电话", "返填，不可录入，海关审批后返回", returned=True, clause=BASIC),
    ),
    sections=(
        Section(
            "预约申请基本信息",
            (
                "number", "status", "application_no",
                "declarant_code", "declarant_scc", "declarant_ciq",
                "declarant_name", "filed_on",
                "consignee_code", "consignee_scc", "consignee_ciq",
                "consignee_name", "contact",
                "mobile", "declare_port", "entry_port",
                "transport", "start",
                "end", "reason_kind",
                "ie_flag", "officer", "officer_phone",
                "reason",
            ),
            attachments=(MATERIAL,),
        ),
        Section("商品名称及HS编码", (), tables=("goods",)),
        Section("预约通关报关单号反馈", (), tables=("declarations",)),
        Section("情况说明", ("explanation",), attachments=(PROOF,), states=FOLLOWED),
    ),
    attachments=Attachments(
        categories=(Category(MATERIAL, "随附补充材料", most=5), Category(PROOF, "情况说明材料", most=1)),
        hint="仅限 PDF，附件大小不超过 4M，每页不超过 200KB",
        clause=BASIC,
    ),
)  # fmt: skip
