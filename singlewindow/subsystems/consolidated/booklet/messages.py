"""What is sent and what comes back: customs of the qualification's 申报地海关 decide."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Messages, ReceiptCode
from singlewindow.subsystems.consolidated.filing import RECEIPTS
from singlewindow.subsystems.consolidated.qualification.messages import district

MESSAGES = Messages(
    district=district,
    returned=("book_no", "valid_until"),
    receipts=(*RECEIPTS, ReceiptCode("VALIDITY", "核准有效期变更")),
)
