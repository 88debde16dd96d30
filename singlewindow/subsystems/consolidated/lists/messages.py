"""What is sent and what comes back: customs of 申报地海关 decide; codes are ours, words are the manual's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode


def district(content: Mapping[str, Any]) -> str:
    """申报地海关: it takes the list in and answers."""
    return str(content["district"])


MESSAGES = Messages(
    district=district,
    returned=("list_no", "declared_on", "accepted_on"),
    receipts=(
        ReceiptCode("SENT", "发往海关成功"),
        ReceiptCode("SEND_FAILED", "发往海关失败"),
        ReceiptCode("RECEIVED", "海关接收成功"),
        ReceiptCode("REJECTED", "接受失败"),
        ReceiptCode("HELD", "转人工/挂起"),
        ReceiptCode("APPROVED", "海关审批通过"),
        ReceiptCode("RETURNED", "海关退单"),
        ReceiptCode("ENTRUSTED", "已委托"),
        ReceiptCode("CARRIED", "已承运"),
        ReceiptCode("CROSSED", "已过境"),
        ReceiptCode("CLOSED", "已结关"),
        ReceiptCode("REVISION_AGREED", "同意修撤"),
        ReceiptCode("REVISION_REFUSED", "不同意修撤"),
    ),
)
