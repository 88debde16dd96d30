"""What is filled in: the qualification's number, and the goods (manual 第六篇 1.2; CONS-04, CONS-05, FA 3.4)."""

from __future__ import annotations

from singlewindow.kernel.definition.conditions import filled, negated
from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Kept,
    Section,
    decimal,
    lines,
    text,
)
from singlewindow.kernel.definition.fields import code as coded  # a row has a field of that name
from singlewindow.subsystems.consolidated.filing import CHAPTER, grey, grey_code, header

CLAUSE = f"{CHAPTER} 1.2 企业商品信息备案"
MOST_GOODS = 99  # 每一分册最多可录入 99 项商品信息
UNOPENED = negated(filled("header.district"))  # 填写资质备案编号并回车后，商品信息录入栏变为可写模式


class Good(Content):
    """A row: one kind of goods, whose place in the booklet is its 备案序号."""

    code: str = coded(
        "商品编号", "goods", length=10, required=True, disabled=UNOPENED, lookup=True, least_digits=4, fills="name",
        element="CodeTS", clause=CLAUSE,
        hint="必填，录入至少 4 位数字后回车，从商品列表中选取",
    )  # fmt: skip
    name: str = text(
        "商品名称", length=255, required=True, disabled=UNOPENED, element="GName", clause=CLAUSE,
        hint="必填，至多 255 字",
    )  # fmt: skip
    model: str = text(
        "规格型号", length=255, disabled=UNOPENED, elements="code", element="GModel", clause=CLAUSE,
        hint="商品的申报要素，按「重新归类」逐项录入，以 | 分隔",
    )  # fmt: skip
    unit: str = coded(
        "申报计量单位", "units", length=3, required=True, disabled=UNOPENED, element="GUnit", clause=CLAUSE,
        hint="必填，按空格键调出列表",
    )  # fmt: skip
    unit1: str = grey_code("法定计量单位", "units", "FirstUnit", CLAUSE, "返填，根据商品编号返填")
    unit2: str = grey_code("第二法定计量单位", "units", "SecondUnit", CLAUSE, "返填，根据商品编号返填")
    price: str = decimal(
        "单价", digits=14, places=4, disabled=UNOPENED, element="DeclPrice", clause=CLAUSE, hint="选填，至多 4 位小数"
    )  # fmt: skip
    currency: str = coded(
        "币制", "currencies", length=3, required=filled("price"), disabled=UNOPENED, element="TradeCurr", clause=CLAUSE,
        hint="填写单价时必填，按空格键调出列表",
    )  # fmt: skip
    country: str = coded(
        "产销国", "countries", length=3, disabled=UNOPENED, element="OriginCountry", clause=CLAUSE,
        hint="选填，进口填原产国，出口填最终目的国",
    )  # fmt: skip
    licence: str = text(
        "许可证编号", length=34, disabled=UNOPENED, lookup=True, element="LicenseNo", clause=CLAUSE,
        hint="选填，录入方式为：证件代码 + : （英文半角）+ 证件编号",
    )  # fmt: skip
    note: str = text(
        "备注", length=255, disabled=UNOPENED, element="Note", clause=CLAUSE, hint="选填，至多 255 字"
    )
    stopped: str = grey_code(
        "停用标志", "consolidated_stops", "StopFlag", CLAUSE, "返填，在企业备案变更中停用", length=1
    )


class Booklet(Content):
    """A booklet of goods under a company's qualification."""

    qualification: str = text(
        "企业资质备案中心统一编号", length=18, required=True, lookup=True, search=True, element="ParentSeqNo",
        clause=CLAUSE, pattern=r"[0-9]{18}", pattern_message="「企业资质备案中心统一编号」应为 18 位数字",
        hint="必填，填写企业资质备案时返填的备案企业中心统一编号，并回车",
    )  # fmt: skip
    district: str = grey_code(
        "申报地海关",
        "customs_districts",
        "CustomMaster",
        CLAUSE,
        "返填，根据企业资质备案返填",
        length=4,
        search=True,
    )
    company_code: str = grey(
        "企业海关编号", "TradeCode", CLAUSE, "返填，根据登录的账号返填", length=10, search=True
    )
    company_name: str = grey("企业名称", "TradeName", CLAUSE, "返填，根据登录的账号返填", span=2)
    nature: str = grey_code(
        "集中申报货物性质",
        "consolidated_natures",
        "ColDclGoodsType",
        CLAUSE,
        "返填，根据企业资质备案返填",
        length=1,
    )
    goods: list[Good] = lines(
        "备案表表体", Good, least=1, most=MOST_GOODS, insert="插入", elements="归类", overflow=("qualification",),
        kept=Kept("stopped", "停用"), waits=UNOPENED, clause=CLAUSE,
    )  # fmt: skip


FORM = Form(
    content=Booklet,
    header=header(
        CLAUSE,
        HeaderField(
            "book_no", "备案分册海关编号", "返填，不可录入，海关审批通过后返回",
            returned=True, search=True, clause=CLAUSE,
        ),
        HeaderField(
            "valid_until", "核准有效期", "返填，不可录入，海关审批通过后返回",
            returned=True, search=True, clause=CLAUSE,
        ),
    ),
    sections=(
        Section(
            "企业商品信息备案",
            (
                "qualification", "number", "status",
                "district", "company_code", "nature",
                "company_name", "filed_on",
                "book_no", "valid_until",
            ),
        ),
    ),
)  # fmt: skip
