"""What is sent and what comes back: customs of 申报地海关 decide; the codes are ours, the words the manual's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode
from singlewindow.subsystems.consolidated.filing import RECEIPTS


def district(content: Mapping[str, Any]) -> str:
    """申报地海关."""
    return str(content["district"])


MESSAGES = Messages(
    district=district,
    returned=("qualification_no", "valid_until"),
    receipts=(
        *RECEIPTS,
        ReceiptCode("EXTENDED", "同意延期"),
        ReceiptCode("EXTEND_REFUSED", "不同意延期"),
    ),
)
