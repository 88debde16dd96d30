"""What is sent and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode


def district(content: Mapping[str, Any]) -> str:
    """Always the same office."""
    return "5301"


MESSAGES = Messages(
    district=district,
    returned=("customs_no",),
    receipts=(
        ReceiptCode("SENT", "发往海关成功"),
        ReceiptCode("SEND_FAILED", "发送失败"),
        ReceiptCode("RECEIVED", "海关接收成功"),
        ReceiptCode("REJECTED", "接收失败"),
        ReceiptCode("APPROVED", "审批通过"),
        ReceiptCode("REFUSED", "退单"),
    ),
)
