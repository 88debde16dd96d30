"""How trips are found and counted (manual 3.2; GATE-07 to GATE-09): every condition may be left out."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Dimension, Queries, RowAction, Statistics
from singlewindow.subsystems.gate.plates import spellings
from singlewindow.subsystems.gate.rules import media_of

CLAUSE = "手册 3.2.1 数据查询"

QUERIES = Queries(
    conditions=(
        Condition("sure_id", "车次确认编号", "text", clause=CLAUSE),
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("bind_key_type", "绑定介质类型", "code", clause=CLAUSE),
        Condition(
            "bind_key_info",
            "绑定介质关键信息",
            "text",
            clause=CLAUSE,
            spelled=spellings,
            normal=("medium", media_of),
        ),
        Condition("rd_code", "业务类型", "code", clause=CLAUSE),
        Condition("customs_master", "关区代码", "code", clause=CLAUSE),
        Condition("ie_flag", "进出口标志", "code", clause=CLAUSE),
        Condition("filed_on", "录入时间", "span", paired=True, clause=CLAUSE),
    ),
    columns=(
        Column("sure_id", "车次确认编号"),
        Column("status", "单据状态"),
        Column("bind_key_info", "绑定介质关键信息"),
        Column("rd_code", "业务类型"),
        Column("customs_master", "关区代码"),
        Column("ie_flag", "进出口标志"),
        Column("filed_on", "录入时间"),
    ),
    row_actions=(
        RowAction("查看", "view"),
        RowAction("修改", "edit"),
        RowAction("删除", "delete"),
        RowAction("变更", "amend", "change"),
        RowAction("删单", "amend", "revoke"),
        RowAction("查看回执", "receipts"),
    ),
    print=True,
    statistics=Statistics(
        dimensions=(
            Dimension("day", "录入日期", column="filed_on", by="day"),
            Dimension("month", "录入月份", column="filed_on", by="month"),
            Dimension("customs_master", "关区代码"),
            Dimension("rd_code", "业务类型"),
            Dimension("status", "单据状态"),
            Dimension("bind_key_type", "绑定介质类型"),
            Dimension("ie_flag", "进出口标志"),
        ),
        conditions=("status", "bind_key_type", "rd_code", "customs_master", "ie_flag"),
        clause="手册 3.2 查询",
    ),
)
