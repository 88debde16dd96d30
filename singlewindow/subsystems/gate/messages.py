"""What is sent and what comes back (GATE-06): customs of 关区代码 decide; their codes are the statuses' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode


def district(content: Mapping[str, Any]) -> str:
    """关区代码: the customs at whose gate the vehicle passes."""
    return str(content["customs_master"])


MESSAGES = Messages(
    district=district,
    receipts=(
        ReceiptCode("SENT", "发往内网成功"),
        ReceiptCode("SEND_FAILED", "发往内网失败"),
        ReceiptCode("RECEIVED", "海关接收通知"),
        ReceiptCode("REJECTED", "海关接收失败"),
        ReceiptCode("10", "海关审核通过"),
        ReceiptCode("20", "退单"),
        ReceiptCode("41", "已锁定"),
        ReceiptCode("42", "解除锁定"),
        ReceiptCode("40", "已办结"),
        ReceiptCode("43", "人工办结"),
        ReceiptCode("50", "已口岸离场"),
    ),
)
