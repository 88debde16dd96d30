"""How applications are found (manual 4.3; INSP-10, INSP-11)."""

from __future__ import annotations

from singlewindow.subsystems.inspection import common

QUERIES = common.queries("declaration_no", "报关单号")
