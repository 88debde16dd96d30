"""How booklets, and amendments of them, are found."""

from __future__ import annotations

from singlewindow.kernel.subsystem import AmendmentWords, Column, Condition, Queries, RowAction
from singlewindow.subsystems._booklet.document import AMENDING, CLAUSE

QUERIES = Queries(
    conditions=(
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("title", "名称", "text", clause=CLAUSE),
        Condition("number", "数据中心统一编号", "text", clause=CLAUSE),
        Condition("updated", "最近操作时间", "span", max_days=30, clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编号", "document"),
        Column("title", "名称"),
        Column("amount", "担保额度"),
        Column("status", "单据状态", "receipts"),
        Column("updated_at", "最近操作时间"),
    ),
    row_actions=(
        RowAction("查看", "view"),
        RowAction("变更", "amend", "change"),
        RowAction("延期申请", "amend", "prolong"),
    ),
    print=True,
    amendments=AmendmentWords("修撤单类型", "修撤单编号", "样册编号", clause=AMENDING),
)
