"""How merged declarations are found (manual 5.3; CONS-14): by who files them, or by whose goods they declare."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries, Whose
from singlewindow.subsystems.consolidated.declaration.document import CLAUSE

QUERIES = Queries(
    conditions=(
        Condition(
            "role", "企业类别", "role", clause=CLAUSE,
            choices=(Whose("A", "报关申报单位"), Whose("B", "境内收发货人", "consignee")),
        ),
        Condition("entry_type", "报关单类型", "code", clause=CLAUSE),
        Condition("ie_flag", "进出口标志", "code", clause=CLAUSE),
        Condition("number", "统一编号", "text", clause=CLAUSE),
        Condition("entry_no", "海关编号", "text", clause=CLAUSE),
        Condition("status", "报关单状态", "status", clause=CLAUSE),
        Condition("district", "申报地海关", "code", clause=CLAUSE),
        Condition("filed_on", "生成日期", "span", clause=CLAUSE),
        Condition("declared_on", "申报日期", "span", clause=CLAUSE),
    ),
    columns=(
        Column("number", "统一编号", "document"),
        Column("entry_no", "海关编号"),
        Column("status", "报关单状态", "receipts"),
        Column("ie_flag", "进出口标志"),
        Column("district", "申报地海关"),
        Column("trade_mode", "监管方式"),
        Column("transport_mode", "运输方式"),
        Column("consignee_name", "境内收发货人"),
        Column("declarant_name", "申报单位"),
        Column("lists", "清单份数"),
        Column("items", "商品项数"),
        Column("total", "总价合计"),
        Column("currency", "总价币制"),
        Column("declared_on", "申报日期"),
        Column("filed_on", "生成日期"),
    ),
)  # fmt: skip
