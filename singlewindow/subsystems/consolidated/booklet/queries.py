"""How booklets are found (manual 第六篇 1.3, 第五章 5.1; CONS-07, CONS-14)."""

from __future__ import annotations

from singlewindow.kernel.subsystem import Column, Condition, Queries
from singlewindow.subsystems.consolidated.filing import CHAPTER

CLAUSE = f"{CHAPTER} 1.3 企业备案变更查询"

QUERIES = Queries(
    conditions=(
        Condition("company_code", "企业海关编号", "text", clause=CLAUSE),
        Condition("qualification", "企业资质备案中心统一编号", "text", clause=CLAUSE),
        Condition("district", "申报地海关", "code", clause=CLAUSE),
        Condition("number", "备案企业中心统一编号", "text", clause=CLAUSE),
        Condition("book_no", "备案分册海关编号", "text", clause=CLAUSE),
        Condition("status", "企业备案状态", "status", clause=CLAUSE),
    ),
    columns=(
        Column("number", "备案企业中心统一编号", "document"),
        Column("qualification", "企业资质备案中心统一编号"),
        Column("book_no", "备案分册海关编号"),
        Column("status", "企业备案状态", "receipts"),
        Column("district", "申报地海关"),
        Column("company_code", "企业海关编号"),
        Column("company_name", "企业名称"),
        Column("valid_until", "核准有效期"),
        Column("filed_on", "录入日期"),
    ),
)
