"""样册: an invented document whose amendments have forms of their own, for the kernel's tests.

Like the template it is served only where SINGLEWINDOW_WITH_TEMPLATE=1 says so.
"""

from singlewindow.kernel.subsystem import DocumentType, MenuItem, Subsystem
from singlewindow.subsystems._booklet.document import FORM
from singlewindow.subsystems._booklet.lifecycle import LIFECYCLE
from singlewindow.subsystems._booklet.messages import MESSAGES
from singlewindow.subsystems._booklet.queries import QUERIES
from singlewindow.subsystems._booklet.rules import RULES, fill, gather

BOOKLET = DocumentType(
    name="_booklet", title="样册", form=FORM, rules=RULES, gather=gather, fill=fill,
    lifecycle=LIFECYCLE, messages=MESSAGES, queries=QUERIES,
)  # fmt: skip

SUBSYSTEM = Subsystem(
    name="_booklet",
    title="样册",
    group=("样例",),
    documents=(BOOKLET,),
    menu=(
        MenuItem("样册", "form", ("_booklet",)),
        MenuItem("样册查询", "query", ("_booklet",)),
        MenuItem("修改申请", "query", ("_booklet",), under="样册修撤单", amends="correct"),
        MenuItem("撤销申请", "query", ("_booklet",), under="样册修撤单", amends="retract"),
        MenuItem("修撤状态查询", "amendments", ("_booklet",), under="样册修撤单"),
    ),
)
