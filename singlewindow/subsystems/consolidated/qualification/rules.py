"""What must hold (manual 第六篇 1.1; CONS-01 to CONS-03, FA 3.2, 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.kernel.rules import Finding, rule
from singlewindow.subsystems.consolidated.qualification.document import CLAUSE, Qualification
from singlewindow.subsystems.consolidated.qualification.known import Known


@rule("CONS-R01", clause=CLAUSE)
def names_district_and_nature(content: Qualification, known: Known) -> Iterator[Finding]:
    """Nothing is saved without 申报地海关 and 集中申报货物性质 (CONS-03); before a signature the fields say so."""
    if known.signing:
        return
    for name in ("district", "nature"):
        if not getattr(content, name):
            spec = content.fields[name]
            yield Finding(name, f"「{spec.label}」为必填项，未录入不能暂存", spec.hint)


RULES = (names_district_and_nature,)
