"""What is sent and what comes back: customs of 预约申报口岸 decide; the codes are ours, the words the manual's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode


def district(content: Mapping[str, Any]) -> str:
    """预约申报口岸: it takes the application in and answers (公告2018年第109号)."""
    return str(content["declare_port"])


MESSAGES = Messages(
    district=district,
    returned=("application_no", "officer", "officer_phone"),
    receipts=(
        ReceiptCode("SENT", "发往海关成功"),
        ReceiptCode("SEND_FAILED", "发送失败"),
        ReceiptCode("RECEIVED", "海关已接收"),
        ReceiptCode("REJECTED", "接收失败"),
        ReceiptCode("APPROVED", "审批通过"),
        ReceiptCode("RETURNED", "退单"),
        ReceiptCode("FEEDBACK_ACCEPTED", "报关单号反馈通过"),
        ReceiptCode("FEEDBACK_REFUSED", "报关单号反馈不通过"),
        ReceiptCode("EXPLAINED", "情况说明已接收"),
        ReceiptCode("CANCELLED", "同意取消预约"),
        ReceiptCode("CANCEL_REFUSED", "不同意取消预约"),
    ),
)
