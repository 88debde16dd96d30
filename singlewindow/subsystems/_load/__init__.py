"""大表样例: an invented document of 25 header fields and ten rows, the heaviest form of `make bench`.

Like the template it is served only where SINGLEWINDOW_WITH_TEMPLATE=1 says so.
"""

from singlewindow.kernel.subsystem import DocumentType, MenuItem, Subsystem
from singlewindow.subsystems._load.document import FORM
from singlewindow.subsystems._load.lifecycle import LIFECYCLE
from singlewindow.subsystems._load.messages import MESSAGES
from singlewindow.subsystems._load.queries import QUERIES
from singlewindow.subsystems._load.rules import RULES, fill, gather

HEAVY = DocumentType(
    name="_load",
    title="大表样例",
    form=FORM,
    rules=RULES,
    gather=gather,
    fill=fill,
    lifecycle=LIFECYCLE,
    messages=MESSAGES,
    queries=QUERIES,
)

SUBSYSTEM = Subsystem(
    name="_load",
    title="大表样例",
    group=("样例",),
    documents=(HEAVY,),
    menu=(MenuItem("大表样例", "form", ("_load",)), MenuItem("大表样例查询", "query", ("_load",))),
)
