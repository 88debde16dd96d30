"""What must hold, beyond what each field says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.kernel.rules import Finding, rule
from singlewindow.kernel.subsystem import Case
from singlewindow.subsystems._load.document import Heavy


@dataclass(frozen=True)
class Known:
    """What the rules may know: whether customs have published the applicant as a company."""

    published: bool

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        return {"published": self.published}


async def gather(case: Case) -> Known:
    """Look the applicant up among the companies."""
    return Known(await case.registers.find("company", case.applicant.customs_code) is not None)


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """There is no grey content."""
    return {}


@rule("LOAD-R01", clause="大表样例 2")
def is_heavy_enough(content: Heavy, known: Known) -> Iterator[Finding]:
    """The goods' net weights together are not above the gross weight."""
    total = sum((Decimal(good.weight) for good in content.goods if good.weight), Decimal(0))
    if content.gross and total > Decimal(content.gross):
        yield Finding(
            "gross", f"商品净重合计 {total} 千克，超过毛重 {content.gross} 千克", "请核对毛重与各项净重"
        )


RULES = (is_heavy_enough,)
