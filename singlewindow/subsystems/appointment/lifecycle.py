"""What may happen (manual 第五篇; APPT-09 to APPT-12, APPT-16): applied for, accepted, approved or returned; what was
approved is fed back, explained or cancelled by declaring so, and stays as it is until customs answer.

The letters are ours, but for I, which is customs' own. Customs number their receipts, so their last word counts even
while an earlier one is still on its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from singlewindow.kernel.definition.moments import find_moment
from singlewindow.kernel.lifecycle import NEW, Action, Amends, Hear, Lifecycle, State, states
from singlewindow.kernel.subsystem import FORM_PRINT, Claim, Print
from singlewindow.kernel.timing import Moments, Reminder, Timer
from singlewindow.subsystems.appointment.document import EXPLANATION as EXPLAINING
from singlewindow.subsystems.appointment.document import FEEDBACK as FEEDING_BACK
from singlewindow.subsystems.appointment.feedback import unanswered_from, used_by
from singlewindow.subsystems.appointment.known import DECLARATIONS, UNANSWERED
from singlewindow.subsystems.appointment.lead_time import minute_of
from singlewindow.subsystems.appointment.readings import readings
from singlewindow.subsystems.appointment.rules import used_elsewhere

DRAFT, APPLIED, ACCEPTED, RETURNED, APPROVED = "S", "D", "A", "R", "P"
CANCELLED, LEFT_UNANSWERED, FED_BACK = "C", "I", "F"
NOT_YET = states(DRAFT, APPLIED)  # a sending that was believed to have failed may be answered
STORED = NOT_YET | states(ACCEPTED, RETURNED, APPROVED, CANCELLED, LEFT_UNANSWERED, FED_BACK)
TO_FEED_BACK = states(APPROVED, LEFT_UNANSWERED)
CHAPTER = "手册 第五篇 第一章"
CANCELLING = f"{CHAPTER} 预约通关取消"
REMINDED_DAYS = 5  # 所预约的时间后5天内反馈

FEEDBACK = Amends(
    "报关单号反馈中", frozenset({"FEEDBACK_ACCEPTED"}), frozenset({"FEEDBACK_REFUSED", "REJECTED"}),
    leads_to=FED_BACK, edits=frozenset({"declarations"}),
)  # fmt: skip
EXPLANATION = Amends(
    "情况说明已申报", frozenset({"EXPLAINED"}), frozenset({"REJECTED"}),
    leads_to=FED_BACK, edits=frozenset({"explanation", "attachments/2"}), once=True,
)  # fmt: skip
CANCELLATION = Amends(
    "取消申请中", frozenset({"CANCELLED"}), frozenset({"CANCEL_REFUSED", "REJECTED"}),
    leads_to=CANCELLED, edits=frozenset(),
)  # fmt: skip


def appointed_time_has_come(content: Mapping[str, str], now: datetime) -> str:
    """Why an appointment can no longer be cancelled: from the appointed second on (APPT-11)."""
    start = find_moment(content.get("start", ""))
    if start is None or now < start:
        return ""
    return f"已到预约通关时间（{minute_of(start)}），不能取消预约；审批通过的，请反馈报关单号或提交情况说明"


def unanswered_at(content: Mapping[str, Any], moments: Moments) -> datetime | None:
    """The moment from which an approved appointment without feedback is I-通关完成未反馈 (APPT-16)."""
    start = find_moment(content.get("start", ""))
    return None if start is None else unanswered_from(start, readings())


LIFECYCLE = Lifecycle(
    states=(
        State(DRAFT, "暂存"),
        State(APPLIED, "已申报", waiting=True),
        State(ACCEPTED, "已受理", waiting=True),
        State(RETURNED, "退单"),
        State(APPROVED, "预约成功", in_force=True),
        State(CANCELLED, "已取消"),
        State(LEFT_UNANSWERED, "I-通关完成未反馈", in_force=True),
        State(FED_BACK, "已反馈", in_force=True),
    ),
    actions=(
        Action(
            "new", "新增", STORED | states(NEW), needs_card_account=False, clause=f"{CHAPTER} 预约申请录入"
        ),
        Action(
            "save", "暂存", states(DRAFT, NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功",
            clause="手册 第五篇 第二章 修改和继续申报",
        ),
        Action("copy", "复制", STORED, style="plain", shortcut="Alt+C", clause="手册 第三篇 关于键盘操作"),
        Action(
            "delete", "删除", states(DRAFT), shortcut="Alt+R", done="删除成功",
            confirm="是否要删除该票预约申请？删除的数据不可恢复，需重新录入，请谨慎操作！",
            clause="手册 第五篇 第二章 批量删除",
        ),
        Action(
            "apply", "预约申报", states(DRAFT, NEW), to=APPLIED, signed=True, function="ADD", choice="预约申请",
            done="预约申报成功", clause=f"{CHAPTER} 操作流程说明",
        ),
        Action(
            "feedback", "预约申报", TO_FEED_BACK, signed=True, function="FBK", amends=FEEDBACK,
            choice="反馈报关单号", done="报关单号反馈申报成功", clause=FEEDING_BACK,
        ),
        Action(
            "explain", "预约申报", TO_FEED_BACK, signed=True, function="EXP", amends=EXPLANATION,
            choice="情况说明", done="情况说明申报成功", clause=EXPLAINING,
            confirm="情况说明只能向海关发送一次，是否确认申报？请务必谨慎操作！",
        ),
        Action(
            "cancel", "取消预约", states(ACCEPTED, APPROVED), signed=True, function="CAN", amends=CANCELLATION,
            unless=appointed_time_has_come, done="取消预约申报成功", clause=CANCELLING,
            confirm="是否确认取消该票预约通关？",
        ),
        Action(
            "print", "打印", STORED, parties=frozenset({"declarant", "consignee"}), style="plain",
            shortcut="Alt+P", clause="手册 第三篇 关于键盘操作",
        ),
    ),
    hears=(
        Hear("SENT", states(APPLIED), APPLIED),
        Hear("SEND_FAILED", states(APPLIED), DRAFT),
        Hear("RECEIVED", NOT_YET, ACCEPTED),
        Hear("REJECTED", NOT_YET | states(ACCEPTED), RETURNED),
        Hear("APPROVED", NOT_YET | states(ACCEPTED), APPROVED),
        Hear("RETURNED", NOT_YET | states(ACCEPTED), RETURNED),
    ),
    timers=(
        Timer(
            "unanswered", "预约通关时间后 5 天内未反馈报关单号", states(APPROVED), LEFT_UNANSWERED, unanswered_at,
            clause=FEEDING_BACK,
            reminds=Reminder(REMINDED_DAYS, "预约通关 {number}：请在 {days} 天内反馈报关单号"),
        ),
    ),
)  # fmt: skip


def companies_of(content: Mapping[str, Any]) -> list[str]:
    """Both companies of an appointment, by customs code."""
    return [content.get("declarant_code", ""), content.get("consignee_code", "")]


def numbers_of(content: Mapping[str, Any]) -> list[str]:
    """The declaration numbers of a content, each for its two companies."""
    companies = companies_of(content)
    return [used_by(row.get("entry_no", ""), *companies) for row in content.get("declarations", [])]


CLAIMS = (
    Claim(UNANSWERED, companies_of, states(LEFT_UNANSWERED), shared=True),
    Claim(
        DECLARATIONS, numbers_of, TO_FEED_BACK | states(FED_BACK), "declarations", used_elsewhere("{key:.18}"),
        "请核对后改正该报关单号，或删除这一行", FEEDING_BACK,
    ),
)  # fmt: skip

PRINTS = (
    Print("application", "预约通关申请单", Path(__file__).with_name("prints") / "application.typ"),
    FORM_PRINT,
)
