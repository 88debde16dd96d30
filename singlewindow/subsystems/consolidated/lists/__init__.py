"""集报清单: with a list goods pass customs, a month before their declaration (manual 第六篇 第二章, 第三章, 5.2;
CONS-09 to CONS-12, CONS-17, CONS-18). One definition for four kinds: 进口, 出口 × 一般贸易, 保税货物."""

from pathlib import Path

from singlewindow.kernel.subsystem import FORM_PRINT, DocumentType, Print
from singlewindow.subsystems.consolidated.lists.advice import notices
from singlewindow.subsystems.consolidated.lists.document import FORM
from singlewindow.subsystems.consolidated.lists.filling import fill, fill_rows
from singlewindow.subsystems.consolidated.lists.known import gather
from singlewindow.subsystems.consolidated.lists.lifecycle import DRAWS, LIFECYCLE
from singlewindow.subsystems.consolidated.lists.messages import MESSAGES
from singlewindow.subsystems.consolidated.lists.queries import QUERIES
from singlewindow.subsystems.consolidated.lists.rules import RULES

PRINTS = (Print("list", "集报清单", Path(__file__).with_name("prints") / "list.typ"), FORM_PRINT)
LIST = DocumentType(
    name="consolidated.list",
    title="集报清单",
    form=FORM, rules=RULES, gather=gather, fill=fill, fill_rows=fill_rows, notices=notices,
    lifecycle=LIFECYCLE, draws=DRAWS, messages=MESSAGES, queries=QUERIES, prints=PRINTS,
)  # fmt: skip
