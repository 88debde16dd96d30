"""What both applications share: who applies, the pilot districts, the statements, the statuses (manual 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singlewindow.kernel.definition.fields import Attachments, Category, HeaderField, code, text
from singlewindow.kernel.lifecycle import NEW, Action, Hear, Lifecycle, State, states
from singlewindow.kernel.rules import Finding
from singlewindow.kernel.subsystem import (
    FORM_PRINT,
    Case,
    Claim,
    Column,
    Condition,
    Messages,
    Print,
    Queries,
    ReceiptCode,
)

ANNOUNCEMENT = "海关总署公告2020年第24号"
UPLOAD_CLAUSE = "手册 4.1 随附单据上传"

ENTRUSTED = "00000001"  # 委托企业协助海关查验的声明: 公告2020年第24号 第一条（一）
ABSENT = "00000002"  # 查验时不到场的声明: 第一条（二）
OTHER = "00000003"  # 其他材料: 第二条

ATTACHMENTS = Attachments(
    categories=(
        Category(ENTRUSTED, "委托企业协助海关查验的声明"),
        Category(ABSENT, "查验时不到场的声明"),
        Category(OTHER, "其他材料"),
    ),
    hint="00000001、00000002 二选一必填；仅限 PDF，单个文件不超过 4M，每页不超过 200K；"
    "每类一份，再次上传将覆盖前次文件",
    clause=UPLOAD_CLAUSE,
)

DRAFT, APPLIED, SENT, RECEIVED, GRANTED, REFUSED = "0", "1", "2", "3", "4", "5"
SEND_FAILED, RECEIVE_FAILED = "E1", "E2"
EDITABLE = states(DRAFT, SEND_FAILED, RECEIVE_FAILED)
UNDER_WAY = states(APPLIED, SENT, RECEIVED)
BLOCKING = UNDER_WAY | states(GRANTED)  # INSP-04: what forbids another application for the same number


def applicant_code(clause: str) -> Any:
    """申请单位代码: who applies, as the account says."""
    hint = "返填，不可录入，系统读取当前登录用户的海关十位编码"
    return text("申请单位代码", system=True, element="ApplicantCode", clause=clause, hint=hint)


def applicant_name(clause: str) -> Any:
    """申请单位."""
    hint = "返填，不可录入，系统读取当前登录用户的企业名称"
    return text("申请单位", system=True, element="ApplicantName", clause=clause, hint=hint)


def inspection_district(number: str, clause: str) -> Any:
    """查验地海关, filled in after Enter in the number."""
    hint = f"返填，录入{number}后回车，由系统返填"
    return code(
        "查验地海关", "customs_districts", system=True, element="InspCustoms", clause=clause, hint=hint
    )


def contact_name(clause: str) -> Any:
    """联系人."""
    return text(
        "联系人", length=50, required=True, element="ContactName", clause=clause, hint="必填，填写联系人姓名"
    )


def contact_phone(clause: str) -> Any:
    """联系电话: a valid mobile or land line."""
    return text(
        "联系电话", length=25, required=True, element="ContactPhone", clause=clause,
        pattern=r"1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?|400-?[0-9]{3}-?[0-9]{4}",
        pattern_message="联系电话不是有效的手机或固定电话号码",
        advice="请填写 11 位手机号码，或带区号的固定电话，如 0755-84398888",
        hint="必填，请如实录入有效的联系电话号码（手机或固定电话，如 0755-84398888）",
    )  # fmt: skip


def header(clause: str) -> tuple[HeaderField, ...]:
    """The grey boxes above."""
    return (
        HeaderField("number", "数据中心统一编号", "返填，不可录入，暂存成功后系统自动生成", clause=clause),
        HeaderField(
            "customs_no", "海关审核编号", "返填，不可录入，海关审批后返回", returned=True, clause=clause
        ),
        HeaderField("status", "状态", "返填，不可录入，由系统自动根据当前数据状态进行显示", clause=clause),
        HeaderField("filed_on", "申请日期", "返填，不可录入，暂存成功后系统自动生成", clause=clause),
    )


@dataclass(frozen=True)
class Pilot:
    """What customs say of a district: listed or not, open now or not, and the application as a whole on or off."""

    district: str
    listed: bool
    open: bool
    switched_on: bool


async def find_pilot(case: Case, district: str) -> Pilot:
    """Look up a district (4 digits; "" for none) in the pilot list."""
    wanted = [("pilot_district", district), ("pilot_switch", "exemption")]
    # a district is listed also outside its dates; of the switch, which has none, the last word counts
    found = await case.registers.find_many(wanted, ended=["pilot_district", "pilot_switch"])
    switch = found.get(("pilot_switch", "exemption"))
    entry = found.get(("pilot_district", district))
    is_open = entry is not None and bool(entry.data.get("enabled")) and entry.in_force(case.transaction.now)
    return Pilot(district, entry is not None, is_open, switch is None or bool(switch.data.get("enabled")))


def pilot_findings(path: str, pilot: Pilot) -> Iterator[Finding]:
    """The manual's two answers (INSP-03): not in the list; in it, but switched off or outside its dates."""
    about = f"查验地海关为 {pilot.district}；可向该海关咨询查验免于到场的试点范围与起止日期"
    if not pilot.switched_on or (pilot.listed and not pilot.open):
        yield Finding(path, "暂不满足条件，请咨询您的主管海关", about)
    elif not pilot.listed:
        yield Finding(path, "不在受理范围内，请咨询您的主管海关", about)


def statement_findings(attachments: frozenset[str]) -> Iterator[Finding]:
    """Exactly one of the two statements must be uploaded (INSP-05)."""
    given = attachments & {ENTRUSTED, ABSENT}
    if not given:
        yield Finding(
            "attachments",
            "未上传随附单据：00000001 委托企业协助海关查验的声明、00000002 查验时不到场的声明，二选一必填",
            "请选择其中一类，点击【添加文件】上传 PDF",
        )
    elif len(given) == 2:
        yield Finding(
            "attachments", "00000001 与 00000002 两类声明只能二选一，现已上传两类", "请删除其中一份后再申请"
        )


def lifecycle(section: str) -> Lifecycle:
    """What may happen (INSP-06 to INSP-08); `section` is the manual's. The codes are ours, the words the manual's."""
    return Lifecycle(
        states=(
            State(DRAFT, "暂存"),
            State(APPLIED, "已申请", waiting=True),
            State(SENT, "发往海关成功", waiting=True),
            State(SEND_FAILED, "发送失败"),
            State(RECEIVED, "海关接收成功", waiting=True),
            State(RECEIVE_FAILED, "接收失败"),
            State(GRANTED, "同意", in_force=True),
            State(REFUSED, "不同意"),
        ),
        actions=(
            Action(
                "new", "新增", EDITABLE | UNDER_WAY | states(NEW, GRANTED, REFUSED), needs_card_account=False,
                clause=f"{section} 新增",
            ),
            Action(
                "save", "暂存", EDITABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功",
                clause=f"{section} 录入与暂存",
            ),
            Action(
                "copy", "复制", EDITABLE | UNDER_WAY | states(GRANTED, REFUSED), style="plain", shortcut="Alt+C",
                clause="手册 2.3.3 关于键盘操作",
            ),
            Action(
                "delete", "删除", EDITABLE, shortcut="Alt+R", done="删除成功", clause=f"{section} 删除",
                confirm="是否要删除该票单据？删除后不可恢复，只能重新录入，请谨慎操作！",
            ),
            Action(
                "apply", "申请", EDITABLE | states(NEW), to=APPLIED, signed=True, done="申请成功",
                clause=f"{section} 申请",
            ),
            Action(
                "print", "打印", EDITABLE | UNDER_WAY | states(GRANTED, REFUSED), shortcut="Alt+P", style="plain",
                clause="手册 2.3.3 关于键盘操作",
            ),
        ),
        hears=(
            Hear("SENT", states(APPLIED), SENT),
            Hear("SEND_FAILED", states(APPLIED), SEND_FAILED),
            # Customs' answers count whatever the portal's sender believed of the sending.
            Hear("RECEIVED", UNDER_WAY | states(SEND_FAILED), RECEIVED),
            Hear("REJECTED", UNDER_WAY | states(SEND_FAILED), RECEIVE_FAILED),
            Hear("APPROVED", UNDER_WAY | states(SEND_FAILED), GRANTED),
            Hear("REFUSED", UNDER_WAY | states(SEND_FAILED), REFUSED),
        ),
    )  # fmt: skip


def claim(kind: str, field: str, message: str, advice: str, clause: str) -> Claim:
    """One live application for each number (INSP-04)."""
    key: Callable[[Mapping[str, Any]], str] = lambda content: str(content.get(field, ""))  # noqa: E731
    return Claim(kind, key, BLOCKING, field, message, advice, clause)


PRINTS = (
    Print("application", "免于到场协助查验申请表", Path(__file__).parent / "prints" / "application.typ"),
    FORM_PRINT,
)

MESSAGES = Messages(
    district=lambda content: str(
        content["inspection_district"]
    ),  # customs where the goods are inspected decide
    returned=("customs_no",),
    receipts=(
        ReceiptCode("SENT", "发往海关成功"),
        ReceiptCode("SEND_FAILED", "发送失败"),
        ReceiptCode("RECEIVED", "海关接收成功"),
        ReceiptCode("REJECTED", "接收失败"),
        ReceiptCode("APPROVED", "同意"),
        ReceiptCode("REFUSED", "不同意"),
    ),
)


def queries(field: str, label: str) -> Queries:
    """The query page (manual 4.3; INSP-10, INSP-11): the condition follows 单据类型."""
    clause = "手册 4.3 数据查询"
    return Queries(
        conditions=(
            Condition("status", "单据状态", "status", clause=clause),
            Condition(field, label, "text", clause=clause),
            Condition("number", "数据中心统一编号", "text", clause=clause),
            Condition("updated", "最近操作时间", "span", required=True, max_days=30, clause=clause),
        ),
        columns=(
            Column("number", "数据中心统一编号", "document"),
            Column(field, label),
            Column("inspection_district", "查验地海关"),
            Column("status", "单据状态", "receipts"),
            Column("filed_on", "申请日期"),
            Column("customs_no", "海关审核编号"),
            Column("contact_name", "联系人"),
            Column("updated_at", "最近操作时间"),
        ),
        delete=True,
    )
