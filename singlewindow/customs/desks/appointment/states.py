"""The states of an appointment at customs, and the functions of what companies send about it (FA 2.3, APPT-16).

The life of an appointment is told on its base submission. Feedback, explanation and cancellation are submissions of
their own; an accepted one ends the appointment's life.
"""

from __future__ import annotations

from singlewindow.customs.desk import RECEIVED

BOOKED, RETURNED = "booked", "returned"
FED_BACK, EXPLAINED, CANCELLED = "fed_back", "explained", "cancelled"
REFUSED = "refused"

STATES = {
    BOOKED: "预约成功",
    RETURNED: "退单",
    FED_BACK: "已反馈",
    EXPLAINED: "已说明",
    CANCELLED: "已取消",
    REFUSED: "不同意",
}
"""In the order of the officers' filter; `refused` is a follow-up's alone."""

BASE = ("ADD", "")
FEEDBACK, EXPLANATION, CANCELLATION = "FBK", "EXP", "CAN"
ENDS = {FEEDBACK: FED_BACK, EXPLANATION: EXPLAINED, CANCELLATION: CANCELLED}
"""What an accepted follow-up makes of the appointment."""

FROM = {FEEDBACK: (BOOKED,), EXPLANATION: (BOOKED,), CANCELLATION: (RECEIVED, BOOKED)}
"""In which states of the appointment a follow-up can be accepted."""

UNANSWERED = "unanswered"
UNANSWERED_NAME = "I-通关完成未反馈"
"""Not a state that is stored: approved, and the time for feedback is over (`books.py`)."""
