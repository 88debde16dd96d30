"""How applications are found (manual 4.3; INSP-10, INSP-11)."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries

CLAUSE = "手册 4.3 数据查询"

QUERIES = Queries(
    conditions=(
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("declaration_no", "报关单号", "text", clause=CLAUSE),
        Condition("number", "数据中心统一编号", "text", clause=CLAUSE),
        Condition("updated", "最近操作时间", "span", required=True, max_days=30, clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编号", "document"),
        Column("declaration_no", "报关单号"),
        Column("inspection_district", "查验地海关"),
        Column("status", "单据状态", "receipts"),
        Column("filed_on", "申请日期"),
        Column("customs_no", "海关审核编号"),
        Column("contact_name", "联系人"),
        Column("updated_at", "最近操作时间"),
    ),
    delete=True,
)
