"""集报报关单: what merging makes of lists; it is looked at, declared and printed (manual 第六篇 5.3)."""

from singlewindow.kernel.subsystem import DocumentType, Party
from singlewindow.subsystems.consolidated.declaration.document import FORM
from singlewindow.subsystems.consolidated.declaration.known import fill, gather
from singlewindow.subsystems.consolidated.declaration.lifecycle import LIFECYCLE
from singlewindow.subsystems.consolidated.declaration.messages import MESSAGES
from singlewindow.subsystems.consolidated.declaration.papers import PRINTS
from singlewindow.subsystems.consolidated.declaration.queries import QUERIES
from singlewindow.subsystems.consolidated.declaration.rules import RULES

DECLARATION = DocumentType(
    name="consolidated.declaration",
    title="集报报关单",
    form=FORM, rules=RULES, gather=gather, fill=fill,
    lifecycle=LIFECYCLE, messages=MESSAGES, queries=QUERIES, prints=PRINTS,
    parties=(Party("consignee", "境内收发货人", "consignee_code", drafts=True),),
)  # fmt: skip
