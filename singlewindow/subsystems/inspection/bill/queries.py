"""How applications are found (manual 4.3; INSP-10, INSP-11): 提运单号 takes the place of 报关单号."""

from __future__ import annotations

from singlewindow.subsystems.inspection import common

QUERIES = common.queries("bill_no", "提运单号")
