"""样例提货: an invented document that waits for another, draws on a shelf's quantity, and is queued and collected.

Like the template it is served only where SINGLEWINDOW_WITH_TEMPLATE=1 says so.
"""

from singlewindow.kernel.subsystem import Chore, DocumentType, MenuItem, Subsystem
from singlewindow.subsystems._deliveries.chores import collect, reminders
from singlewindow.subsystems._deliveries.document import FORM
from singlewindow.subsystems._deliveries.lifecycle import CLAIMS, DRAWS, LIFECYCLE, WAITS
from singlewindow.subsystems._deliveries.messages import MESSAGES
from singlewindow.subsystems._deliveries.queries import QUERIES
from singlewindow.subsystems._deliveries.rules import RULES, fill, gather

DELIVERY = DocumentType(
    name="_deliveries", title="样例提货", form=FORM, rules=RULES, gather=gather, fill=fill, lifecycle=LIFECYCLE,
    messages=MESSAGES, queries=QUERIES, claims=CLAIMS, draws=DRAWS, waits=WAITS,
)  # fmt: skip

SUBSYSTEM = Subsystem(
    name="_deliveries",
    title="样例提货",
    group=("样例",),
    documents=(DELIVERY,),
    menu=(
        MenuItem("样例提货", "form", ("_deliveries",)),
        MenuItem("样例提货查询", "query", ("_deliveries",)),
    ),
    chores=(Chore("_deliveries.collect", collect),),
    reminders=reminders,
)
