"""智能卡口散杂货系统: a vehicle's trip is declared before it comes to the gate. Read README.md first."""

from pathlib import Path

from singlewindow.kernel.subsystem import FORM_PRINT, DocumentType, MenuItem, Print, Subsystem
from singlewindow.subsystems.gate.document import FORM
from singlewindow.subsystems.gate.lifecycle import CLAIMS, LIFECYCLE, SEAL
from singlewindow.subsystems.gate.messages import MESSAGES
from singlewindow.subsystems.gate.queries import QUERIES
from singlewindow.subsystems.gate.rules import RULES, SERIALS, fill, gather

TRIP = DocumentType(
    name="gate.trip",
    title="智能卡口散杂货",
    form=FORM,
    rules=RULES,
    gather=gather,
    fill=fill,
    lifecycle=LIFECYCLE,
    claims=CLAIMS,
    serials=SERIALS,
    messages=MESSAGES,
    queries=QUERIES,
    prints=(Print("trip", "车次单", Path(__file__).with_name("prints") / "trip.typ", SEAL), FORM_PRINT),
)

SUBSYSTEM = Subsystem(
    name="gate",
    title="智能卡口散杂货系统",
    group=("口岸物流",),
    documents=(TRIP,),
    menu=(
        MenuItem("新增", "form", (TRIP.name,)),
        MenuItem("查询", "query", (TRIP.name,)),
        MenuItem("统计", "statistics", (TRIP.name,)),
        MenuItem("批量导入", "import", (TRIP.name,)),
    ),
)
