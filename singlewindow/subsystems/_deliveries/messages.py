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
    returned=("valid_until",),
    receipts=(
        ReceiptCode("SENT", "发往海关成功"),
        ReceiptCode("SEND_FAILED", "发送失败"),
        ReceiptCode("APPROVED", "已批准"),
        ReceiptCode("REFUSED", "退单"),
        ReceiptCode("REVOKED", "已取消"),
        ReceiptCode("AGREED", "同意"),
        ReceiptCode("NOT_AGREED", "不同意"),
    ),
)
