"""The appointment desk: applications are approved or returned, feedback is compared, explanations are taken note of,
cancellations decided (CUST-03, APPT-09 … APPT-12).

`states.py` states and functions · `contents.py` what is read out of a submission · `books.py` the appointments that
customs hold · `grounds.py` why one is not approved · `calendar.py` a port's hours · `feedback.py` the comparison of
declarations · `followups.py` why a follow-up is not accepted · `notes.py` what officers should know ·
`registers.py` who is on duty · `routes.py`, `training.py` the officers' page.
What was decided where the facts are silent: docs/decisions/0038-customs-appointments.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from singlewindow.contract.messages import ReceiptCode
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Decision, Desk, Ruling
from singlewindow.customs.desks.appointment import books, routes
from singlewindow.customs.desks.appointment.contents import unfit
from singlewindow.customs.desks.appointment.feedback import differences_data, differences_words
from singlewindow.customs.desks.appointment.followups import (
    why_not_cancelled,
    why_not_explained,
    why_not_fed_back,
)
from singlewindow.customs.desks.appointment.grounds import why_not_approved
from singlewindow.customs.desks.appointment.notes import note
from singlewindow.customs.desks.appointment.registers import DUTY_OFFICER, duty_officers
from singlewindow.customs.desks.appointment.states import (
    BASE,
    BOOKED,
    CANCELLATION,
    CANCELLED,
    EXPLAINED,
    EXPLANATION,
    FED_BACK,
    FEEDBACK,
    REFUSED,
    RETURNED,
    STATES,
)
from singlewindow.customs.numbers import customs_number

REFUSAL = "自动审核按设定比例退回，请核对后重新办理"
NO_WAY_BACK = "此决定不能撤回，确定{}吗？"


async def approval(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What an approval carries: 申请编号 (18: district, day, serial; a proposal), and who is on duty."""
    numbers = [each["customs_no"] for each in await customs_number(transaction, rows)]
    duty = await duty_officers(transaction, [row["district"] for row in rows])
    return [
        {"customs_no": number, "application_no": number, "officer": name, "officer_phone": phone}
        for number, row in zip(numbers, rows, strict=True)
        for name, phone in [duty[row["district"]]]
    ]


APPLICATION = (
    Decision("accept", "审批通过", ReceiptCode.APPROVED, BOOKED, functions=BASE, receipt="预约成功", data=approval,
             hindrance=why_not_approved, otherwise="return"),
    Decision("return", "退单", "RETURNED", RETURNED, needs_remark=True, functions=BASE,
             question=NO_WAY_BACK.format("退单")),
)  # fmt: skip

FOLLOWING = (
    Decision("accept", "反馈一致", "FEEDBACK_ACCEPTED", FED_BACK, functions=(FEEDBACK,), receipt="报关单号反馈成功",
             hindrance=why_not_fed_back, otherwise="return"),
    Decision("return", "反馈不一致", "FEEDBACK_REFUSED", REFUSED, needs_remark=True, functions=(FEEDBACK,),
             receipt="报关单号反馈未通过", data=differences_data, says=differences_words,
             question=NO_WAY_BACK.format("不同意该反馈")),
    Decision("accept", "收悉", "EXPLAINED", EXPLAINED, functions=(EXPLANATION,), receipt="情况说明已收悉",
             hindrance=why_not_explained, otherwise="return"),
    Decision("return", "退回情况说明", ReceiptCode.REJECTED, REFUSED, needs_remark=True, functions=(EXPLANATION,),
             question=NO_WAY_BACK.format("退回情况说明")),
    Decision("accept", "同意取消", "CANCELLED", CANCELLED, functions=(CANCELLATION,), receipt="预约已取消",
             hindrance=why_not_cancelled, otherwise="return", question=NO_WAY_BACK.format("同意取消")),
    Decision("return", "不同意取消", "CANCEL_REFUSED", REFUSED, needs_remark=True, functions=(CANCELLATION,),
             question=NO_WAY_BACK.format("不同意取消")),
)  # fmt: skip
"""On what follows an application; an accepted one ends the appointment."""


def automatic(state: str, margin: float) -> Ruling | None:
    """Accept what nothing hinders (自动审核受理), or return the set share."""
    return Ruling("return", REFUSAL) if margin < 0 else Ruling("accept")


DESK = Desk(
    "appointment",
    ("appointment",),
    STATES,
    (*APPLICATION, *FOLLOWING),
    automatic,
    received_text="已受理",
    received_texts={
        FEEDBACK: "报关单号反馈已接收",
        EXPLANATION: "情况说明已接收",
        CANCELLATION: "取消预约已接收",
    },
    unfit=unfit,
    arrival=books.arrive,
    effect=books.follow,
    note=note,
    routers=(routes.officers,),
    registers=(DUTY_OFFICER,),
    amending={FEEDBACK: (FED_BACK,), EXPLANATION: (EXPLAINED,), CANCELLATION: ()},
)
