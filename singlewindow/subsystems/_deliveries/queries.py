"""How deliveries are found."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries
from singlewindow.subsystems._deliveries.document import CLAUSE

QUERIES = Queries(
    conditions=(
        Condition("letter", "样例申请编号", "text", clause=CLAUSE),
        Condition("status", "状态", "status", clause=CLAUSE),
        Condition("updated", "最近操作时间", "span", required=True, max_days=30, clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编号", "document"),
        Column("letter", "样例申请编号"),
        Column("status", "状态", "receipts"),
        Column("updated_at", "最近操作时间"),
    ),
)
