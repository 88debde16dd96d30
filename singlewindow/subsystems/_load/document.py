"""What is filled in: 25 boxes, six of them from code tables, three kinds of condition, and rows of six columns."""

from __future__ import annotations

from singlewindow.kernel.definition.conditions import eq, filled, one_of
from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Section,
    code,
    date,
    decimal,
    lines,
    text,
    textarea,
)

CLAUSE = "大表样例 1"


class Good(Content):
    """A row of the goods table."""

    goods_no: str = text(
        "商品编号", length=10, required=True, pattern=r"[0-9]{10}", hint="必填", clause=CLAUSE
    )
    name: str = text("商品名称", length=40, required=True, hint="必填", clause=CLAUSE)
    quantity: str = decimal("数量", digits=9, places=3, required=True, hint="必填", clause=CLAUSE)
    unit: str = code("单位", "units", length=3, required=True, hint="必填", clause=CLAUSE)
    weight: str = decimal("净重", digits=9, places=3, required=True, hint="必填", clause=CLAUSE)
    origin: str = code(
        "原产国",
        "countries",
        length=3,
        required=eq("header.direction", "I"),
        hint="视情形必填",
        clause=CLAUSE,
    )


class Heavy(Content):
    """As much as a customs declaration's head has, and names like those there."""

    reference: str = text(
        "企业内部编号",
        length=14,
        required=True,
        upper=True,
        search=True,
        pattern=r"[A-Z0-9]{4,14}",
        hint="必填",
        clause=CLAUSE,
    )
    direction: str = text(
        "进出口标志", length=1, required=True, pattern=r"[IE]", search=True, hint="必填", clause=CLAUSE
    )
    district: str = code(
        "关区", "customs_districts", length=4, required=True, search=True, hint="必填", clause=CLAUSE
    )
    transport: str = code(
        "运输方式", "transport_modes", length=1, required=True, search=True, hint="必填", clause=CLAUSE
    )
    vessel: str = text(
        "运输工具名称",
        length=30,
        required=eq("transport", "2"),
        disabled=one_of("transport", "4", "5"),
        hint="视情形必填",
        clause=CLAUSE,
    )
    voyage: str = text("航次号", length=20, required=filled("vessel"), hint="视情形必填", clause=CLAUSE)
    bill_no: str = text("提运单号", length=32, hint="选填", clause=CLAUSE)
    trade_mode: str = code("监管方式", "trade_modes", length=4, required=True, hint="必填", clause=CLAUSE)
    country: str = code("贸易国", "countries", length=3, required=True, hint="必填", clause=CLAUSE)
    port: str = code("港口", "ports", length=6, hint="选填", clause=CLAUSE)
    currency: str = code("币制", "currencies", length=3, required=True, hint="必填", clause=CLAUSE)
    amount: str = decimal("总价", digits=12, places=2, required=True, hint="必填", clause=CLAUSE)
    freight: str = decimal("运费", digits=9, places=2, hint="选填", clause=CLAUSE)
    insurance: str = decimal("保费", digits=9, places=2, hint="选填", clause=CLAUSE)
    gross: str = decimal("毛重", digits=9, places=3, required=True, search=True, hint="必填", clause=CLAUSE)
    net: str = decimal("净重", digits=9, places=3, required=True, hint="必填", clause=CLAUSE)
    packages: str = decimal("件数", digits=6, places=0, required=True, hint="必填", clause=CLAUSE)
    contract_no: str = text("合同号", length=32, hint="选填", clause=CLAUSE)
    invoice_no: str = text("发票号", length=32, hint="选填", clause=CLAUSE)
    arrival: str = date("进出口日期", required=True, hint="必填", clause=CLAUSE)
    consignee: str = text("境内收发货人", length=60, required=True, hint="必填", clause=CLAUSE)
    consignor: str = text("境外收发货人", length=60, hint="选填", clause=CLAUSE)
    contact: str = text("联系人", length=20, required=True, hint="必填", clause=CLAUSE)
    phone: str = text(
        "联系电话", length=20, required=True, pattern=r"[0-9-]{7,20}", hint="必填", clause=CLAUSE
    )
    remark: str = textarea("备注", length=200, hint="选填", clause=CLAUSE)
    goods: list[Good] = lines("商品", Good, least=1, most=50, clause=CLAUSE)


FORM = Form(
    content=Heavy,
    header=(
        HeaderField("number", "数据中心统一编号", "返填，暂存后生成", clause=CLAUSE),
        HeaderField("customs_no", "海关审核编号", "返填，海关审批后返回", returned=True, clause=CLAUSE),
        HeaderField("status", "状态", "返填", clause=CLAUSE),
        HeaderField("filed_on", "申请日期", "返填", clause=CLAUSE),
    ),
    sections=(Section("基本信息", ("number", "customs_no", "status", "filed_on", *Heavy.fields)),),
)
