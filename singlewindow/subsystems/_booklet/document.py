"""What is filled in, what only amendments may alter, and what they ask for."""

from __future__ import annotations

from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Kept,
    Section,
    code,
    decimal,
    lines,
    text,
    textarea,
)

CLAUSE, AMENDING = "样册 1", "样册 3"
ASKED = ("reason", "contact", "phone")


class Item(Content):
    """An item of the booklet: in force it stays, and is stopped where it is used no more."""

    name: str = text("品名", length=20, required=True, hint="必填", clause=CLAUSE)
    price: str = decimal("单价", digits=6, places=2, required=True, hint="必填", clause=CLAUSE)
    unit: str = code("单位", "units", length=3, hint="选填", clause=CLAUSE)
    stopped: str = text("停用标志", length=1, system=True, hint="返填，停用的为 1", clause=CLAUSE)


class Place(Content):
    """Where items are kept: rows that may be corrected like any field."""

    place: str = text("地点", length=20, required=True, hint="必填", clause=CLAUSE)
    keeper: str = text("保管人", length=10, hint="选填", clause=CLAUSE)


class Booklet(Content):
    """A booklet of items under one guarantee."""

    holder: str = text("持有企业", system=True, hint="返填", clause=CLAUSE)
    title: str = text("名称", length=20, required=True, search=True, hint="必填", clause=CLAUSE)
    guarantee: str = text(
        "担保方式", length=10, required=True, system=True, hint="返填，变更时必填", clause=CLAUSE
    )
    amount: str = decimal("担保额度", digits=9, places=2, required=True, hint="必填", clause=CLAUSE)
    remark: str = textarea("备注", length=100, hint="选填", clause=CLAUSE)
    reason: str = code("修改原因", "transport_modes", length=1, required=True, hint="必填", clause=AMENDING)
    contact: str = text("联系人", length=10, required=True, hint="必填", clause=AMENDING)
    phone: str = text("电话", length=20, pattern=r"[0-9-]{7,20}", hint="选填", clause=AMENDING)
    places: list[Place] = lines("存放地点", Place, most=9, insert="插入", clause=CLAUSE)
    items: list[Item] = lines("样品", Item, least=1, most=9, kept=Kept("stopped", "停用"), clause=CLAUSE)


FORM = Form(
    content=Booklet,
    header=(
        HeaderField("number", "数据中心统一编号", "返填，暂存后生成", clause=CLAUSE),
        HeaderField("customs_no", "海关审核编号", "返填，海关审批后返回", returned=True, clause=CLAUSE),
        HeaderField("status", "状态", "返填", clause=CLAUSE),
        HeaderField("filed_on", "申请日期", "返填", clause=CLAUSE),
    ),
    sections=(
        Section(
            "基本信息",
            (
                "number",
                "customs_no",
                "status",
                "filed_on",
                "holder",
                "title",
                "guarantee",
                "amount",
                "remark",
            ),
        ),
        Section("申请信息", ASKED),
    ),
)
