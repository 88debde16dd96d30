"""What must hold, beyond what each field says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems._booklet.document import Booklet


@dataclass(frozen=True)
class Known:
    """What the rules may know: on the form of which action it was typed."""

    amending: str

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        return {"amending": self.amending}


async def gather(case: Case) -> Known:
    """Nothing needs to be looked up."""
    return Known(case.amending)


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The holder is the applicant; every booklet begins with a guarantee of cash."""
    return {"holder": case.applicant.customs_code, "guarantee": "保证金"}


@rule("BOOK-R01", clause="样册 2")
def is_guaranteed(content: Booklet, known: Known) -> Iterator[Finding]:
    """The items together cost no more than the guarantee."""
    total = sum(
        (Decimal(item.price) for item in content.items if item.price and not item.stopped), Decimal(0)
    )
    if content.amount and total > Decimal(content.amount):
        yield Finding(
            "amount", f"样品合计 {total}，超过担保额度 {content.amount}", "请提高担保额度或停用样品"
        )


@rule("BOOK-R02", clause="样册 2")
def contact_is_a_person(content: Booklet, known: Known) -> Iterator[Finding]:
    """Who asks for a correction is a person, not the booklet."""
    if known.amending == "correct" and content.contact and content.contact == content.title:
        yield Finding("contact", "联系人不能是样册的名称", "请填写联系人的姓名")


RULES = (is_guaranteed, contact_is_a_person)
