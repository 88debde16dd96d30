"""What is filled in: the application for which the delivery waits, and what is taken from which shelf."""

from __future__ import annotations

from singlewindow.kernel.definition.fields import Content, Form, HeaderField, Section, decimal, lines, text

CLAUSE = "样例提货 1"


class Taken(Content):
    """What is taken from a shelf."""

    shelf: str = text("货架", length=12, required=True, element="Shelf", clause=CLAUSE, hint="必填，货架编号")
    quantity: str = decimal(
        "数量", digits=9, places=3, required=True, element="Qty", clause=CLAUSE, hint="必填，提取数量"
    )


class Delivery(Content):
    """Goods that are fetched once an application was approved."""

    letter: str = text(
        "样例申请编号", length=18, search=True, element="LetterNo", clause=CLAUSE,
        hint="选填，样例申请的数据中心统一编号；该申请审批通过后本单据自动发送",
    )  # fmt: skip
    gate: str = text(
        "提货口", length=10, search=True, element="Gate", clause=CLAUSE, hint="选填，同一提货口同时只办理一单"
    )
    goods: list[Taken] = lines("提取货物", Taken, least=1, most=50, clause=CLAUSE)


FORM = Form(
    content=Delivery,
    header=(
        HeaderField("number", "数据中心统一编号", "返填，暂存后生成", clause=CLAUSE),
        HeaderField("valid_until", "有效期至", "返填，批准后返回", returned=True, clause=CLAUSE),
        HeaderField("status", "状态", "返填", clause=CLAUSE),
        HeaderField("filed_on", "申请日期", "返填", clause=CLAUSE),
    ),
    sections=(Section("基本信息", ("number", "valid_until", "status", "filed_on", "letter", "gate")),),
)
