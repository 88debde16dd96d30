"""免于到场协助查验申请（报关单）: the application for a declaration (manual 4.1, INSP-01 to INSP-08)."""

from singlewindow.kernel.subsystem import DocumentType
from singlewindow.subsystems.inspection.common import PRINTS
from singlewindow.subsystems.inspection.declaration.document import FORM
from singlewindow.subsystems.inspection.declaration.lifecycle import CLAIMS, LIFECYCLE
from singlewindow.subsystems.inspection.declaration.messages import MESSAGES
from singlewindow.subsystems.inspection.declaration.queries import QUERIES
from singlewindow.subsystems.inspection.declaration.rules import RULES, fill, gather

DECLARATION = DocumentType(
    name="inspection.declaration",
    title="免于到场协助查验申请（报关单）",
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
