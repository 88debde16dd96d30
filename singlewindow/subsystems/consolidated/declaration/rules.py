"""What must hold before a merged declaration is declared (令169 第二条). Its content was judged in its lists."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.declaration.document import Declaration
from singlewindow.subsystems.consolidated.declaration.known import Known
from singlewindow.subsystems.consolidated.merging.agents import CLAUSE, why_not_declare


@rule("CONS-R71", clause=CLAUSE, drafts=False)
def agent_may_declare(content: Declaration, known: Known) -> Iterator[Finding]:
    """An agent still has its qualification, and no grade that forbids it. A company's own goods are cleared already and
    must be declared whatever its grade has become."""
    if content.declarant_code == content.consignee_code:
        return
    if why := why_not_declare(content.declarant_code, known.declarant, known.today):
        yield Finding("declarant_code", why, "请向主管海关核实申报单位的备案和信用状况后再申报")


RULES = (agent_may_declare,)
