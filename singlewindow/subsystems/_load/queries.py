"""How documents are found."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Dimension, Queries, Statistics, Sum
from singlewindow.subsystems._load.document import CLAUSE

QUERIES = Queries(
    conditions=(
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("reference", "企业内部编号", "text", clause=CLAUSE),
        Condition("district", "关区", "text", clause=CLAUSE),
        Condition("transport", "运输方式", "text", clause=CLAUSE),
        Condition("number", "数据中心统一编号", "text", clause=CLAUSE),
        Condition("updated", "最近操作时间", "span", required=True, max_days=30, clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编号", "document"),
        Column("reference", "企业内部编号"),
        Column("district", "关区"),
        Column("transport", "运输方式"),
        Column("trade_mode", "监管方式"),
        Column("amount", "总价"),
        Column("status", "单据状态", "receipts"),
        Column("updated_at", "最近操作时间"),
    ),
    delete=True,
    statistics=Statistics(
        dimensions=(
            Dimension("day", "申请日期", column="filed_on", by="day"),
            Dimension("month", "申请月份", column="filed_on", by="month"),
            Dimension("district", "关区"),
            Dimension("transport", "运输方式"),
            Dimension("status", "单据状态"),
        ),
        sums=(Sum("gross", "毛重", "千克"),),
        conditions=("status", "district", "transport"),
        clause=CLAUSE,
    ),
)
