"""How applications are found (manual 第五篇 第二章; APPT-13)."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries, Whose

CLAUSE = "手册 第五篇 第二章 预约通关查询"
SPAN = 15  # 时间区间不得超过15天: the end less the beginning, both days counted

QUERIES = Queries(
    conditions=(
        Condition(
            "role", "企业类别", "role", required=True, clause=CLAUSE,
            choices=(
                Whose("A", "申请单位"),
                Whose("B", "收发货人", "all", needs=("consignee_code",)),
            ),
        ),
        Condition("declarant", "申请单位", "own", clause=CLAUSE),
        Condition("consignee_code", "收发货人", "text", clause=CLAUSE),
        Condition("status", "状态", "status", clause=CLAUSE),
        Condition("filed_on", "申请时间", "span", paired=True, max_days=SPAN, clause=CLAUSE),
        Condition("start", "预约时间", "span", paired=True, max_days=SPAN, clause=CLAUSE),
        Condition("number", "预录入编号", "text", clause=CLAUSE),
    ),
    columns=(
        Column("number", "预录入编号", "document"),
        Column("application_no", "申请编号"),
        Column("status", "状态", "receipts"),
        Column("start", "预约通关时间"),
        Column("end", "预约截止时间"),
        Column("declarant_name", "申报单位"),
        Column("consignee_code", "收发货人"),
        Column("consignee_name", "收发货人名称"),
        Column("declare_port", "预约申报口岸"),
        Column("entry_port", "预约进出口岸"),
        Column("ie_flag", "进出口标识"),
        Column("filed_on", "申请时间"),
    ),
    delete=True,
    delete_word="批量删除",
)  # fmt: skip
