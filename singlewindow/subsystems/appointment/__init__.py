"""预约通关: clearance outside customs' working hours is applied for beforehand. Read README.md first."""

from singlewindow.kernel.subsystem import DocumentType, MenuItem, Party, Subsystem
from singlewindow.subsystems.appointment.advice import notices
from singlewindow.subsystems.appointment.document import FORM
from singlewindow.subsystems.appointment.known import fill, gather
from singlewindow.subsystems.appointment.lifecycle import CLAIMS, LIFECYCLE, PRINTS
from singlewindow.subsystems.appointment.messages import MESSAGES
from singlewindow.subsystems.appointment.queries import QUERIES
from singlewindow.subsystems.appointment.reminders import reminders
from singlewindow.subsystems.appointment.routes import router
from singlewindow.subsystems.appointment.rules import RULES
from singlewindow.subsystems.appointment.working_time import CALENDARS

APPLICATION = DocumentType(
    name="appointment.application",
    title="预约申请",
    form=FORM, rules=RULES, gather=gather, fill=fill, notices=notices,
    lifecycle=LIFECYCLE, claims=CLAIMS, messages=MESSAGES, queries=QUERIES, prints=PRINTS,
    parties=(Party("consignee", "收发货人", "consignee_code"),),
)  # fmt: skip

SUBSYSTEM = Subsystem(
    name="appointment",
    title="预约通关",
    group=("货物申报",),
    documents=(APPLICATION,),
    menu=(
        MenuItem("预约申请", "form", (APPLICATION.name,)),
        MenuItem("预约通关查询", "query", (APPLICATION.name,), under="预约查询"),
        MenuItem("口岸工作时间查询", "own", name="working-time", under="预约查询"),
    ),
    card_stays=True,
    routes=router,
    registers=(CALENDARS,),
    reminders=reminders,
)
