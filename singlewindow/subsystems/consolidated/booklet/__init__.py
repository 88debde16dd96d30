"""企业商品信息备案: booklets (分册) of up to 99 goods under a qualification (manual 1.2, CONS-04 to CONS-06)."""

from singlewindow.kernel.subsystem import DocumentType
from singlewindow.subsystems.consolidated.booklet.document import FORM
from singlewindow.subsystems.consolidated.booklet.known import fill, fill_rows, gather
from singlewindow.subsystems.consolidated.booklet.lifecycle import LIFECYCLE, WAITS
from singlewindow.subsystems.consolidated.booklet.messages import MESSAGES
from singlewindow.subsystems.consolidated.booklet.queries import QUERIES
from singlewindow.subsystems.consolidated.booklet.rules import RULES
from singlewindow.subsystems.consolidated.filing import paper

BOOKLET = DocumentType(
    name="consolidated.booklet",
    title="企业商品信息备案",
    form=FORM, rules=RULES, gather=gather, fill=fill, fill_rows=fill_rows,
    lifecycle=LIFECYCLE, messages=MESSAGES, queries=QUERIES, waits=WAITS,
    prints=paper("booklet", "企业商品信息"),
)  # fmt: skip
