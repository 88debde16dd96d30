"""样例装箱单: an invented document that is typed row by row.

Menu items with presets, rows that the server fills, declaration elements, a narrowed code, and a table that goes on in
the next document.
"""

from singlewindow.kernel.subsystem import DocumentType
from singlewindow.subsystems._template.packing.document import FORM
from singlewindow.subsystems._template.packing.lifecycle import LIFECYCLE
from singlewindow.subsystems._template.packing.messages import MESSAGES
from singlewindow.subsystems._template.packing.queries import QUERIES
from singlewindow.subsystems._template.packing.rules import RULES, fill, fill_rows, gather

PACKING = DocumentType(
    name="_template.packing", title="样例装箱单", form=FORM, rules=RULES, gather=gather, fill=fill, fill_rows=fill_rows,
    lifecycle=LIFECYCLE, messages=MESSAGES, queries=QUERIES,
)  # fmt: skip
