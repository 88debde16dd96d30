"""What is sent and what comes back: the default desk's receipts with the manual's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode


def district(content: Mapping[str, Any]) -> str:
    """The customs district that decides: where the goods are inspected."""
    return str(content["inspection_district"])


MESSAGES = Messages(
    district=district,
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
