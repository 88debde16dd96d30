"""免于到场协助查验申请（非报关单）: the application for a bill of lading (manual 4.2, INSP-09)."""

from singlewindow.kernel.subsystem import DocumentType
from singlewindow.subsystems.inspection.bill.document import FORM
from singlewindow.subsystems.inspection.bill.lifecycle import CLAIMS, LIFECYCLE
from singlewindow.subsystems.inspection.bill.messages import MESSAGES
from singlewindow.subsystems.inspection.bill.queries import QUERIES
from singlewindow.subsystems.inspection.bill.rules import RULES, fill, gather
from singlewindow.subsystems.inspection.common import PRINTS

BILL = DocumentType(
    name="inspection.bill",
    title="免于到场协助查验申请（非报关单）",
    form=FORM,
    rules=RULES,
    gather=gather,
    fill=fill,
    lifecycle=LIFECYCLE,
    claims=CLAIMS,
    messages=MESSAGES,
    queries=QUERIES,
    prints=PRINTS,
)
