"""What is filled in: district, nature of the goods, and the guarantee (manual 第六篇 1.1; CONS-01, CONS-02, FA 3.4)."""

from __future__ import annotations

from singlewindow.kernel.definition.conditions import eq, starts
from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Section,
    code,
    decimal,
    text,
    textarea,
)
from singlewindow.subsystems.consolidated.filing import CHAPTER, grey, header

CLAUSE = f"{CHAPTER} 1.1 企业资质备案"
GENERAL, BONDED, BORDER, CONTRACTED = "1234"  # 集中申报货物性质
NARROWED = {BORDER: starts("district", "07"), CONTRACTED: starts("district", "57")}  # 其余关区不可选
IS_BONDED = eq("nature", BONDED)  # 担保方式、担保额度、担保有效期均置灰


class Qualification(Content):
    """A company's qualification for consolidated declaration in one district."""

    district: str = code(
        "申报地海关", "customs_districts", length=4, required=True, lookup=True, search=True, element="CustomMaster",
        clause=CLAUSE, hint="必填，录入代码或名称，按空格键调出列表",
    )  # fmt: skip
    company_code: str = grey(
        "企业海关编号", "TradeCode", CLAUSE, "返填，不可录入，根据登录的账号返填", length=10, search=True
    )
    company_name: str = grey("企业名称", "TradeName", CLAUSE, "返填，不可录入，根据登录的账号返填", span=2)
    nature: str = code(
        "集中申报货物性质", "consolidated_natures", length=1, required=True, lookup=True, search=True,
        narrowed=NARROWED, element="ColDclGoodsType", clause=CLAUSE,
        hint="必填；申报地海关为 07 开头时可选边境小额，57 开头时可选对外承包出口货物；保税货物不需企业商品信息备案",
    )  # fmt: skip
    guarantee: str = code(
        "担保方式", "consolidated_guarantees", length=1, system=True, required=True, disabled=IS_BONDED,
        element="AssureMode", clause=CLAUSE, hint="返填，根据企业备案返填；审批通过后可在企业备案变更中修改",
    )  # fmt: skip
    guarantee_amount: str = decimal(
        "担保额度（万元）", digits=10, places=4, required=True, disabled=IS_BONDED, element="AssureAmount",
        clause=CLAUSE, hint="必填，大于 0 的数字，单位为万元，至多 4 位小数；保税货物不填",
    )  # fmt: skip
    guarantee_until: str = text(
        "担保有效期", length=8, required=True, disabled=IS_BONDED, lookup=True, search=True, element="AssureEndDate",
        clause=CLAUSE, pattern=r"[0-9]{8}", pattern_message="「担保有效期」的格式为 yyyyMMdd，如 20190101",
        hint="必填，格式为 yyyyMMdd，如 20190101，距今不少于 3 个月；保税货物不填",
    )  # fmt: skip
    batches: str = decimal(
        "进出口批次", digits=6, places=0, required=True, element="IEBatches", clause=CLAUSE,
        hint="必填，预计的进出口批次，大于 0 的整数",
    )  # fmt: skip
    contact: str = text("联系人", length=50, element="ContactName", clause=CLAUSE, hint="选填")
    phone: str = text(
        "联系电话", length=20, element="ContactTel", clause=CLAUSE, hint="选填", pattern=r"[0-9+() -]{5,20}",
        pattern_message="「联系电话」应为 5 至 20 位的数字，可带 + - ( ) 和空格",
    )  # fmt: skip
    remark: str = textarea("备注", length=255, element="Note", clause=CLAUSE, hint="选填，至多 255 字")


FORM = Form(
    content=Qualification,
    header=header(
        CLAUSE,
        HeaderField(
            "qualification_no", "企业资质海关编号", "返填，不可录入，海关审批通过后返回",
            returned=True, search=True, clause=CLAUSE,
        ),
        HeaderField(
            "valid_until", "核准有效期", "返填，不可录入，海关审批通过后返回",
            returned=True, search=True, clause=CLAUSE,
        ),
    ),
    sections=(
        Section(
            "企业资质备案",
            (
                "number", "status", "filed_on",
                "district", "nature", "company_code",
                "company_name", "batches",
                "guarantee", "guarantee_amount", "guarantee_until",
                "qualification_no", "valid_until", "contact",
                "phone",
                "remark",
            ),
        ),
    ),
)  # fmt: skip
