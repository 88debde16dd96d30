"""What both filings (企业资质备案, 企业商品信息备案) share: states, buttons, customs' words, grey boxes.

Manual 第六篇 第一章; CONS-01, CONS-03, CONS-04, FA 3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from singlewindow.kernel.definition.fields import HeaderField, code, text
from singlewindow.kernel.lifecycle import NEW, Action, Hear, Needs, State, states
from singlewindow.kernel.subsystem import Print, ReceiptCode
from singlewindow.kernel.timing import Moments, Timer, midnight_after

CHAPTER = "手册 第六篇 第一章"
CHANGING = f"{CHAPTER} 1.3 企业备案变更"

DRAFT, DECLARED, HELD, SENT, REJECTED, REFUSED, APPROVED, REVOKED, EXPIRED = "123456789"
UNSAVED = "录入"  # 首次录入时，显示“录入”
CORRECTABLE = states(
    DRAFT, REJECTED, REFUSED
)  # a failed or refused filing may be corrected and declared again
UNDER_WAY = states(DECLARED, SENT)
LIVE = UNDER_WAY | states(APPROVED)
STORED = CORRECTABLE | LIVE | states(REVOKED, EXPIRED)
STATES = (
    State(DRAFT, "暂存"),
    State(DECLARED, "已申报", waiting=True),
    State(SENT, "发往海关成功", waiting=True),
    State(REJECTED, "接受失败"),
    State(REFUSED, "核准拒绝"),
    State(APPROVED, "海关审批通过", in_force=True),
    State(REVOKED, "取消资质"),
    State(EXPIRED, "已失效"),
)
CHANGE = (frozenset({"CHANGE_AGREED"}), frozenset({"CHANGE_REFUSED", "REJECTED"}))  # what settles a change
_PENDING = UNDER_WAY | states(REJECTED)  # a sending that was believed to have failed may be answered
HEARS = (
    Hear("SENT", states(DECLARED), SENT),
    Hear("SEND_FAILED", states(DECLARED), REJECTED),
    Hear("RECEIVED", _PENDING, SENT),
    Hear("REJECTED", UNDER_WAY, REJECTED),
    Hear("APPROVED", _PENDING, APPROVED),
    Hear("REFUSED", _PENDING, REFUSED),
    Hear("REVOKED", states(APPROVED), REVOKED),
)
RECEIPTS = (
    ReceiptCode("SENT", "发往海关成功"),
    ReceiptCode("SEND_FAILED", "发送失败"),
    ReceiptCode("RECEIVED", "发往海关成功"),
    ReceiptCode("REJECTED", "接受失败"),
    ReceiptCode("APPROVED", "海关审批通过"),
    ReceiptCode("REFUSED", "核准拒绝"),
    ReceiptCode("REVOKED", "取消资质"),
    ReceiptCode("CHANGE_AGREED", "同意变更"),
    ReceiptCode("CHANGE_REFUSED", "不同意变更"),
)


def paper(name: str, title: str) -> tuple[Print, ...]:
    """The paper of a filing, by its template's name."""
    template = Path(__file__).with_name("prints") / f"{name}.typ"
    return (Print("filing", title, template, dialog=f"打印{title}"),)


def expires(content: Mapping[str, Any], moments: Moments) -> datetime | None:
    """00:00 after 核准有效期, which is the last day on which a filing counts (令169 第六条、第八条)."""
    return midnight_after(moments.returned.get("valid_until", ""), 0)


EXPIRES = Timer(
    "expired", "核准有效期已过", states(APPROVED), EXPIRED, expires, clause="海关总署令第169号 第八条"
)


def actions(
    clause: str,
    stored: frozenset[str] = STORED,
    *,
    declared: Needs | None = None,
    printed: Needs | None = None,
) -> tuple[Action, ...]:
    """The buttons of a filing with these states, but for those that change an approved one; 申报 and 打印 wait for what
    is `declared` and `printed`."""
    return (
        Action("new", "新增", stored | states(NEW), needs_card_account=False, clause=clause),
        Action(
            "save", "暂存", CORRECTABLE | states(NEW), to=DRAFT, shortcut="Alt+S", done="暂存成功", clause=clause
        ),
        Action("copy", "复制", stored, style="plain", shortcut="Alt+C", clause=clause),
        Action(
            "delete", "删除", CORRECTABLE | states(REVOKED), shortcut="Alt+R", done="删除成功", clause=clause,
            confirm="是否删除当前数据？删除的数据将不可恢复，需重新录入，请谨慎操作！",
        ),
        Action(
            "declare", "申报", CORRECTABLE, to=DECLARED, signed=True, function="ADD", done="申报成功", needs=declared,
            clause=clause,
        ),
        Action("print", "打印", stored, style="plain", shortcut="Alt+P", needs=printed, clause=clause),
    )  # fmt: skip


def grey(label: str, element: str, clause: str, hint: str, **more: Any) -> Any:
    """A box that the system fills in."""
    return text(label, system=True, element=element, clause=clause, hint=hint, **more)


def grey_code(label: str, codes: str, element: str, clause: str, hint: str, **more: Any) -> Any:
    """A box with a code that the system fills in, and its name."""
    return code(label, codes, system=True, element=element, clause=clause, hint=hint, **more)


def header(clause: str, *returned: HeaderField) -> tuple[HeaderField, ...]:
    """The grey boxes of a filing's head."""
    return (
        HeaderField("number", "备案企业中心统一编号", "返填，不可录入，暂存后系统自动生成", clause=clause),
        HeaderField("status", "企业备案状态", "返填，不可录入，首次录入时显示录入", clause=clause),
        HeaderField("filed_on", "录入日期", "返填，不可录入，暂存后系统自动生成", clause=clause),
        *returned,
    )
