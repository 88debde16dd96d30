"""How lists are found (manual 第六篇 5.2, 3.1; CONS-12, CONS-14): every condition may be left out."""

from __future__ import annotations

from singlewindow.kernel.subsystem import AmendmentWords, Column, Condition, Queries, RowAction

CLAUSE = "手册 第六篇 5.2 集报清单查询"

QUERIES = Queries(
    conditions=(
        Condition("list_kind", "集报清单类型", "code", clause=CLAUSE),
        Condition("number", "清单中心统一编号", "text", clause=CLAUSE),
        Condition("list_no", "清单海关编号", "text", clause=CLAUSE),
        Condition("status", "集报清单状态", "status", clause=CLAUSE),
        Condition("district", "申报地海关", "code", clause=CLAUSE),
        Condition("book_no", "备案号", "text", clause=CLAUSE),
        Condition("transport_mode", "运输方式", "code", clause=CLAUSE),
        Condition("declared_on", "申报日期", "span", clause=CLAUSE),
        Condition("filed_on", "录入日期", "span", clause=CLAUSE),
    ),
    columns=(
        Column("number", "清单中心统一编号", "document"),
        Column("list_no", "清单海关编号"),
        Column("status", "集报清单状态", "receipts"),
        Column("list_kind", "集报清单类型"),
        Column("nature", "货物性质"),
        Column("district", "申报地海关"),
        Column("book_no", "备案号"),
        Column("trade_mode", "贸易方式"),
        Column("transport_mode", "运输方式"),
        Column("items", "商品项数"),
        Column("total", "总价合计"),
        Column("currency", "币制"),
        Column("declared_on", "申报日期"),
        Column("accepted_on", "接受申报日期"),
        Column("filed_on", "录入日期"),
    ),
    delete=True,
    row_actions=(RowAction("修改申请", "amend", "modify"), RowAction("撤销申请", "amend", "revoke")),
    print=True,
    amendments=AmendmentWords(
        "修撤单类型", "修撤单编号", "集报清单编号", clause="手册 第六篇 3.3 修撤状态查询"
    ),
)
