"""How packing lists are found: one menu item looks for those by water."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries
from singlewindow.subsystems._template.packing.document import CLAUSE

QUERIES = Queries(
    conditions=(
        Condition("transport", "运输方式", "code", clause=CLAUSE),
        Condition("order_no", "订单号", "text", clause=CLAUSE),
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("updated", "最近操作时间", "span", max_days=30, clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编号", "document"),
        Column("order_no", "订单号"),
        Column("transport", "运输方式"),
        Column("status", "单据状态", "receipts"),
        Column("updated_at", "最近操作时间"),
    ),
    delete=True,
)
