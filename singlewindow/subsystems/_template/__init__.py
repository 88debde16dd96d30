"""样例申请: an invented document with a header, a line table and an answer by customs' default desk.

Start a new chapter from a copy of this folder (CONTRIBUTING.md); the kernel's tests use it.
"""

from singlewindow.kernel.subsystem import DocumentType, MenuItem, Party, Serial, Subsystem
from singlewindow.subsystems._template.document import FORM
from singlewindow.subsystems._template.lifecycle import CLAIMS, LIFECYCLE, PRINTS
from singlewindow.subsystems._template.messages import MESSAGES
from singlewindow.subsystems._template.packing import PACKING
from singlewindow.subsystems._template.queries import QUERIES
from singlewindow.subsystems._template.rules import RULES, fill, gather, letter_prefix, notices

LETTER = DocumentType(
    name="_template", title="样例申请", form=FORM, rules=RULES, gather=gather, fill=fill, notices=notices,
    lifecycle=LIFECYCLE, claims=CLAIMS, messages=MESSAGES, queries=QUERIES, prints=PRINTS,
    parties=(Party("consignee", "收货单位", "consignee_code"),),
    serials=(Serial("letter_no", letter_prefix),),
)  # fmt: skip

SUBSYSTEM = Subsystem(
    name="_template",
    title="样例",
    group=("样例",),
    documents=(LETTER, PACKING),
    menu=(
        MenuItem("样例申请", "form", ("_template",)),
        MenuItem("样例查询", "query", ("_template",)),
        MenuItem("样例批量导入", "import", ("_template",)),
        MenuItem("样例统计", "statistics", ("_template",)),
        MenuItem("水路装箱单", "form", ("_template.packing",), preset={"transport": "2"}, under="装箱单"),
        MenuItem("航空装箱单", "form", ("_template.packing",), preset={"transport": "5"}, under="装箱单"),
        MenuItem(
            "水路装箱单查询", "query", ("_template.packing",), preset={"transport": "2"}, under="装箱单"
        ),
        MenuItem("装箱单批量导入", "import", ("_template.packing",), under="装箱单"),
    ),
)
