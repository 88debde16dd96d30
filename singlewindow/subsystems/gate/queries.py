"""How trips are found (manual 3.2.1; GATE-07): every condition may be left out."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries

CLAUSE = "手册 3.2.1 数据查询"

QUERIES = Queries(
    conditions=(
        Condition("sure_id", "车次确认编号", "text", clause=CLAUSE),
        Condition("status", "单据状态", "status", clause=CLAUSE),
        Condition("bind_key_info", "绑定介质关键信息", "text", clause=CLAUSE),
    ),
    columns=(
        Column("number", "数据中心统一编码", "document"),
        Column("sure_id", "车次确认编号"),
        Column("bind_key_type", "绑定介质类型"),
        Column("bind_key_info", "绑定介质关键信息"),
        Column("rd_code", "业务类型"),
        Column("customs_master", "关区代码"),
        Column("ie_flag", "进出口标志"),
        Column("status", "单据状态", "receipts"),
        Column("filed_on", "录入时间"),
    ),
    delete=True,
)
