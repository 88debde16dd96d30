"""What the rules may know: the qualification under which the goods are filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.store import find_document
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION


@dataclass(frozen=True)
class Known:
    """What the rules may know: the company's own qualification of that number, None for none."""

    signing: bool = False
    qualification: Document | None = None

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        found = self.qualification
        return {} if found is None else {"qualification": found.number, "qualification_status": found.status}


async def gather(case: Case) -> Known:
    """Look up what the rules ask."""
    number = case.values.get("qualification", "")
    found = await find_document(case.transaction, QUALIFICATION, number) if number else None
    return Known(case.signing, found)


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields of the head, from the qualification."""
    filled = {"company_code": case.applicant.customs_code, "company_name": case.applicant.name}
    if known.qualification is not None:
        filled |= {name: known.qualification.content.get(name, "") for name in ("district", "nature")}
    return filled
