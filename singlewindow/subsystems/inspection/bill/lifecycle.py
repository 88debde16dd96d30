"""What may happen (manual 4.2, which refers to 4.1): the table of both applications, and this one's claim."""

from __future__ import annotations

from singlewindow.subsystems.inspection import common
from singlewindow.subsystems.inspection.bill.rules import CLAIM, IN_USE, IN_USE_ADVICE, IN_USE_CLAUSE, PATH

LIFECYCLE = common.lifecycle("手册 4.2")
CLAIMS = (common.claim(CLAIM, PATH, IN_USE, IN_USE_ADVICE, IN_USE_CLAUSE),)
