"""企业资质备案: customs recognise a company for consolidated declaration in one district (manual 1.1)."""

from singlewindow.kernel.subsystem import DocumentType
from singlewindow.subsystems.consolidated.filing import paper
from singlewindow.subsystems.consolidated.qualification.document import FORM
from singlewindow.subsystems.consolidated.qualification.known import fill, gather
from singlewindow.subsystems.consolidated.qualification.lifecycle import CLAIMS, LIFECYCLE
from singlewindow.subsystems.consolidated.qualification.messages import MESSAGES
from singlewindow.subsystems.consolidated.qualification.queries import QUERIES
from singlewindow.subsystems.consolidated.qualification.rules import RULES

QUALIFICATION = DocumentType(
    name="consolidated.qualification",
    title="企业资质备案",
    form=FORM, rules=RULES, gather=gather, fill=fill,
    lifecycle=LIFECYCLE, claims=CLAIMS, messages=MESSAGES, queries=QUERIES,
    prints=paper("qualification", "企业资质信息"),
)  # fmt: skip
