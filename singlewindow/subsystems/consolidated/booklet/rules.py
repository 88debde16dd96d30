"""What must hold (manual 第六篇 1.2; CONS-04 to CONS-06)."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.booklet.document import CLAUSE, Booklet
from singlewindow.subsystems.consolidated.booklet.known import Known


@rule("CONS-R21", clause=CLAUSE)
def names_its_qualification(content: Booklet, known: Known) -> Iterator[Finding]:
    """The number is that of a qualification of the company's own (CONS-04)."""
    if content.qualification and known.qualification is None:
        message = f"没有编号为 {content.qualification} 的企业资质备案"
        yield Finding("qualification", message, "请核对企业资质备案时返填的备案企业中心统一编号")


RULES = (names_its_qualification,)
