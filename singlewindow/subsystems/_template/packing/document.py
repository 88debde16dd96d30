"""What is filled in: 运输方式 comes from the menu; rows are called from an order; the hundredth opens the next list."""

from __future__ import annotations

from singlewindow.kernel.definition.conditions import eq, starts
from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Section,
    code,
    decimal,
    lines,
    text,
)

CLAUSE = "样例 4"


class Item(Content):
    """A row of what is packed."""

    item_no: str = text(
        "订单项号", length=4, required=True, lookup=True, element="ItemNo", clause=CLAUSE,
        pattern=r"[1-9][0-9]{0,3}", pattern_message="订单项号应为 1 至 4 位数字",
        hint="必填，录入后回车，调出订单中该项的商品编号和名称",
    )  # fmt: skip
    goods_code: str = code(
        "商品编号", "goods", length=10, least_digits=4, required=True, fills="name", lookup=True, element="CodeTS",
        clause=CLAUSE, hint="必填，录入至少 4 位数字后回车，从列表中选取",
    )  # fmt: skip
    name: str = text("品名", length=40, required=True, element="GName", clause=CLAUSE, hint="必填，商品名称")
    model: str = text(
        "规格型号", length=255, elements="goods_code", element="GModel", clause=CLAUSE,
        hint="选填，回车或点击「归类查看」、「重新归类」按商品编号的申报要素逐项录入",
    )  # fmt: skip
    quantity: str = decimal(
        "数量", digits=9, places=3, required=True, element="Qty", clause=CLAUSE, hint="必填"
    )
    unit: str = text(
        "法定单位", system=True, element="Unit", clause=CLAUSE, hint="返填，商品编号的法定计量单位"
    )
    left: str = text(
        "订单余量", system=True, element="QtyLeft", clause=CLAUSE, hint="返填，订单该项尚可装箱的数量"
    )


class Packing(Content):
    """A list of what is packed for one order."""

    transport: str = code(
        "运输方式", "transport_modes", preset=True, required=True, search=True, length=1, element="TrafMode",
        clause=CLAUSE, hint="由菜单确定",
    )  # fmt: skip
    order_no: str = text(
        "订单号", length=12, required=True, upper=True, lookup=True, search=True, element="OrderNo", clause=CLAUSE,
        pattern=r"[A-Z0-9]{4,12}", pattern_message="订单号应为 4 至 12 位字母或数字", hint="必填，4 至 12 位字母或数字",
    )  # fmt: skip
    office: str = code(
        "办理海关",
        "customs_districts",
        length=4,
        required=True,
        lookup=True,
        element="Office",
        clause=CLAUSE,
        hint="必填",
    )
    duty: str = code(
        "征免方式", "duty_mode", length=1, element="DutyMode", clause=CLAUSE,
        narrowed={"3": starts("office", "53"), "4": eq("transport", "2")},
        hint="选填；全免限 53 关区，特案限水路运输",
    )  # fmt: skip
    packer: str = text("装箱单位", system=True, element="Packer", clause=CLAUSE, hint="返填，本企业")
    items: list[Item] = lines(
        "装箱商品", Item, least=1, most=99, insert="插入", elements="归类", overflow=("order_no", "office", "duty"),
        clause=CLAUSE,
    )  # fmt: skip


FORM = Form(
    content=Packing,
    header=(
        HeaderField("number", "数据中心统一编号", "返填，暂存后生成", clause=CLAUSE),
        HeaderField("status", "状态", "返填", clause=CLAUSE),
        HeaderField("filed_on", "申请日期", "返填", clause=CLAUSE),
    ),
    sections=(
        Section(
            "装箱单",
            ("number", "status", "filed_on", "transport", "order_no", "office", "duty", "packer"),
        ),
    ),
)
