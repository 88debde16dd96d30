"""How samples are found."""

from __future__ import annotations

from singlewindow.kernel.subsystem import (
    Column,
    Condition,
    Dimension,
    Queries,
    RowAction,
    Statistics,
    Whose,
)
from singlewindow.subsystems._template.document import CLAUSE

QUERIES = Queries(
    conditions=(
        Condition(
            "role",
            "企业类别",
            "role",
            choices=(
                Whose("A", "申请单位"),
                Whose("B", "收货单位", "consignee"),
                Whose("C", "申请或收货单位", "all", needs=("consignee_code",)),
            ),
            clause=CLAUSE,
        ),
        Condition("applicant_code", "申请单位", "own", clause=CLAUSE),
        Condition("consignee_code", "收货单位代码", "text", clause=CLAUSE),
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("reference", "申请事项编号", "text", clause=CLAUSE),
        Condition("transport", "运输方式", "code", clause=CLAUSE),
        Condition("number", "数据中心统一编号", "text", clause=CLAUSE),
        Condition("customs_no", "海关审核编号", "text", clause=CLAUSE),
        Condition("updated", "最近操作时间", "span", required=True, max_days=30, clause=CLAUSE),
        Condition("filed_on", "申请日期", "span", paired=True, clause=CLAUSE),
        Condition("visit_at", "到访时间", "span", paired=True, max_days=15, clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编号", "document"),
        Column("reference", "申请事项编号"),
        Column("transport", "运输方式"),
        Column("visit_at", "到访时间"),
        Column("status", "单据状态", "receipts"),
        Column("updated_at", "最近操作时间"),
    ),
    delete=True,
    print=True,
    statistics=Statistics(
        dimensions=(
            Dimension("day", "申请日期", column="filed_on", by="day"),
            Dimension("month", "申请月份", column="filed_on", by="month"),
            Dimension("transport", "运输方式"),
            Dimension("status", "单据状态"),
        ),
        conditions=("status", "transport"),
        clause=CLAUSE,
    ),
    row_actions=(
        RowAction("查看", "view"),
        RowAction("修改", "edit"),
        RowAction("删除", "delete"),
        RowAction("变更", "amend", "change"),
        RowAction("删单", "amend", "revoke"),
        RowAction("查看回执", "receipts"),
    ),
)
