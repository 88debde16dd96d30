"""What may happen (manual 4.1; INSP-04, INSP-06 to INSP-08): the table of both applications, and this one's claim."""

from __future__ import annotations

from singlewindow.subsystems.inspection import common
from singlewindow.subsystems.inspection.declaration.rules import (
    CLAIM,
    IN_USE,
    IN_USE_ADVICE,
    IN_USE_CLAUSE,
    PATH,
)

LIFECYCLE = common.lifecycle("手册 4.1")
CLAIMS = (common.claim(CLAIM, PATH, IN_USE, IN_USE_ADVICE, IN_USE_CLAUSE),)
