"""What is filled in: header and goods of a 集报清单, one definition for its four kinds (manual 第六篇 第二章;
CONS-09 to CONS-11). Names are those of customs' register of declarations, whose form a list has (FA 3.5)."""

from __future__ import annotations

from typing import Any

from singlewindow.kernel.definition.conditions import Condition, all_of, any_of, eq, filled, negated, one_of
from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Section,
    date,
    decimal,
    lines,
    text,
    textarea,
)
from singlewindow.kernel.definition.fields import code as coded  # a row has a field `code`

HEAD = "手册 第六篇 2.1 进口一般贸易集报清单"
SPECIAL = "手册 第六篇 2.1 特殊字段说明"
BODY = "手册 第六篇 2.1 集报清单表体"
REVISION = "手册 第六篇 3.1 修改申请"
TIP = "手册 第六篇 2.1 小提示"

GENERAL_IMPORT, BONDED_IMPORT, GENERAL_EXPORT, BONDED_EXPORT = "GI", "BI", "GE", "BE"
BONDED = frozenset({BONDED_IMPORT, BONDED_EXPORT})
WATER = "2"  # 运输方式 水路运输
MOST_GOODS = 50  # items of a declaration, and therefore of a list (FA 0.7)

IMPORT, EXPORT = one_of("list_kind", "GI", "BI"), one_of("list_kind", "GE", "BE")
BY_WATER = eq("transport_mode", WATER)
# 成交方式 1 CIF, 2 C&F, 3 FOB, 4 C&I: the fees that the price does not hold (import), or holds (export)
FREIGHT = any_of(all_of(IMPORT, one_of("terms", "3", "4")), all_of(EXPORT, one_of("terms", "1", "2")))
NO_FREIGHT = any_of(all_of(IMPORT, one_of("terms", "1", "2")), all_of(EXPORT, one_of("terms", "3", "4")))
INSURANCE = any_of(all_of(IMPORT, one_of("terms", "2", "3")), all_of(EXPORT, one_of("terms", "1", "4")))
NO_INSURANCE = any_of(all_of(IMPORT, one_of("terms", "1", "4")), all_of(EXPORT, one_of("terms", "2", "3")))

# 录入完表头信息后，点击回车，表体录入栏变为可写状态
UNOPENED = negated(all_of(filled("header.district"), filled("header.book_no")))

GREY = "返填，不可录入"
LISTED = "按空格键调出列表，也可录入代码、名称"


def grey(label: str, element: str, hint: str = "", **more: Any) -> Any:
    """A box that the system fills."""
    return text(
        label, system=True, element=element, clause=HEAD, hint=f"{GREY}，{hint}" if hint else GREY, **more
    )


def listed(label: str, codes: str, length: int, element: str, **more: Any) -> Any:
    """An entry of a code table that must be there."""
    more = {"required": True, "clause": HEAD, **more}
    word = "必填" if more["required"] is True else "选填"
    return coded(label, codes, length=length, element=element, hint=f"{word}，{LISTED}", **more)


def amount(label: str, element: str, places: int, hint: str, **more: Any) -> Any:
    """A number with the scale of a declaration's: 19 digits in all."""
    more = {"clause": BODY, **more}
    return decimal(label, digits=19 - places, places=places, element=element, hint=hint, **more)


def fee(
    name: str, label: str, element: str, about: str, wanted: Condition | bool = False, *barred: Condition
) -> tuple[Any, Any, Any]:
    """Mark, rate or amount, and currency of 运费, 保费 or 杂费; where a condition of `barred` holds there is no such
    fee."""
    rate, unmarked = eq(f"{name}_mark", "1"), negated(filled(f"{name}_mark"))
    return (
        coded(
            f"{label}标记", "fee_marks", length=1, required=wanted, disabled=any_of(*barred) if barred else False,
            element=f"{element}Mark", clause=HEAD, hint=f"{about}；{LISTED}",
        ),
        decimal(
            label, digits=14, places=5, required=filled(f"{name}_mark"), disabled=any_of(*barred, unmarked),
            element=f"{element}Rate", clause=HEAD, hint=f"填写{label}标记后必填：率为百分数，单价、总价为金额",
        ),
        coded(
            f"{label}币制", "currencies", length=3, required=one_of(f"{name}_mark", "2", "3"),
            disabled=any_of(*barred, unmarked, rate), element=f"{element}Curr", clause=HEAD,
            hint=f"{label}标记为单价或总价时必填；{LISTED}",
        ),
    )  # fmt: skip


class Good(Content):
    """A row: one good, called by its number in the booklet, or in the account book."""

    record_no: str = text(
        "备案序号", length=9, required=True, disabled=UNOPENED, lookup=True, element="ContrItem", clause=SPECIAL,
        pattern=r"[1-9][0-9]{0,8}", pattern_message="「备案序号」应为 1 至 9 位数字，前面不带 0",
        hint="必填，录入该商品在账册、手册或一般贸易货物商品备案表中的备案序号后回车，系统调出备案信息",
    )  # fmt: skip
    code: str = coded(
        "商品编号", "goods", length=10, required=True, disabled=UNOPENED, lookup=True, least_digits=4,
        fills="name", element="CodeTS", clause=BODY,
        hint="必填，由备案信息调出，须与备案一致",
    )  # fmt: skip
    name: str = text(
        "商品名称",
        length=255,
        required=True,
        disabled=UNOPENED,
        element="GName",
        clause=BODY,
        hint="必填，由备案信息调出，须与备案一致",
    )
    model: str = text(
        "规格型号", length=255, disabled=UNOPENED, span=2, elements="code", element="GModel", clause=BODY,
        hint="选填，商品的申报要素，以“|”分隔，按归类查看或重新归类录入",
    )  # fmt: skip
    licence: str = text(
        "许可证编号",
        system=True,
        element="LicenseNo",
        clause=SPECIAL,
        hint=f"{GREY}，表头的许可证号，未填写的为商品备案的许可证编号",
    )
    quantity: str = amount(
        "成交数量",
        "GQty",
        5,
        "必填，涉证商品不得超过许可证许可数量",
        required=True,
        disabled=UNOPENED,
        lookup=True,
    )
    unit: str = coded(
        "成交单位",
        "units",
        length=3,
        required=True,
        disabled=UNOPENED,
        element="GUnit",
        clause=BODY,
        hint="必填，须与备案一致",
    )
    price: str = amount(
        "单价", "DeclPrice", 4, "必填，一个成交单位的价格", required=True, disabled=UNOPENED, lookup=True
    )
    total: str = amount(
        "总价",
        "DeclTotal",
        4,
        "必填，等于单价乘以成交数量，误差不超过 0.01",
        required=True,
        disabled=UNOPENED,
    )
    currency: str = coded(
        "币制",
        "currencies",
        length=3,
        required=True,
        disabled=UNOPENED,
        element="TradeCurr",
        clause=BODY,
        hint=f"必填，{LISTED}",
    )
    quantity1: str = amount(
        "法定第一数量", "FirstQty", 5, "必填，按法定第一单位计量", required=True, disabled=UNOPENED
    )
    unit1: str = coded(
        "法定第一单位",
        "units",
        length=3,
        system=True,
        element="FirstUnit",
        clause=BODY,
        hint=f"{GREY}，由商品编号确定",
    )
    quantity2: str = amount(
        "法定第二数量", "SecondQty", 5, "有法定第二单位的必填", required=filled("unit2"),
        disabled=any_of(UNOPENED, negated(filled("unit2"))),
    )  # fmt: skip
    unit2: str = coded(
        "法定第二单位",
        "units",
        length=3,
        system=True,
        element="SecondUnit",
        clause=BODY,
        hint=f"{GREY}，由商品编号确定",
    )
    origin: str = coded(
        "原产国（地区）", "countries", length=3, required=True, disabled=UNOPENED, element="OriginCountry", clause=BODY,
        hint=f"必填，{LISTED}",
    )  # fmt: skip
    destination: str = coded(
        "最终目的国（地区）", "countries", length=3, required=True, disabled=UNOPENED,
        element="DestinationCountry", clause=BODY, hint=f"必填，{LISTED}",
    )  # fmt: skip
    place: str = coded(
        "境内目的地/货源地", "domestic_regions", length=5, required=True, disabled=UNOPENED,
        element="DistrictCode", clause=BODY, hint=f"必填，{LISTED}",
    )  # fmt: skip
    duty_mode: str = coded(
        "征免方式",
        "duty_mode",
        length=1,
        required=True,
        disabled=UNOPENED,
        element="DutyMode",
        clause=BODY,
        hint=f"必填，{LISTED}",
    )


class GoodsList(Content):
    """A list with which goods are cleared before their declaration."""

    list_kind: str = coded(
        "集报清单类型", "consolidated_list_kinds", length=2, required=True, preset=True, search=True,
        element="ListKind", clause="手册 第六篇 第二章 集报清单", hint=f"必填，{LISTED}",
    )  # fmt: skip
    ie_flag: str = coded(
        "进出口标志", "consolidated_flags", length=1, system=True, search=True, element="IEFlag", clause=HEAD,
        hint=f"{GREY}，由集报清单类型确定",
    )  # fmt: skip
    nature: str = coded(
        "集中申报货物性质", "consolidated_natures", length=1, system=True, search=True, element="GoodsNature",
        clause=HEAD, hint=f"{GREY}，为企业资质备案的货物性质",
    )  # fmt: skip
    district: str = coded(
        "申报地海关", "customs_districts", length=4, required=True, lookup=True, search=True, element="CustomMaster",
        clause=SPECIAL, hint="必填，须为企业资质备案状态为“海关审批通过”的关区，与备案的申报地海关一致",
    )  # fmt: skip
    port: str = coded(
        "进出境关别", "customs_districts", length=4, required=True, search=True, element="IEPort", clause=HEAD,
        hint=f"必填，{LISTED}",
    )  # fmt: skip
    book_no: str = text(
        "备案号", length=12, required=True, upper=True, lookup=True, search=True, element="ManualNo", clause=SPECIAL,
        pattern=r"[A-Z][0-9A-Z]{11}", pattern_message="「备案号」应为 12 位：1 位字母，再加 11 位数字或字母",
        hint="必填，12 位备案单证号：保税货物为账册编号、手册编号，一般贸易货物为备案分册海关编号",
    )  # fmt: skip
    ie_date: str = date(
        "进出口日期", required=IMPORT, lookup=True, element="IEDate", clause=HEAD,
        hint="进口必填，运输工具申报进境的日期，进口清单自该日起 14 日内申报；"
        "出口清单应在货物运抵海关监管区后、装货的 24 小时以前申报",
    )  # fmt: skip
    consignee_code: str = grey("境内收发货人编号", "TradeCode", "为备案企业的海关编号")
    consignee_name: str = grey("境内收发货人名称", "TradeName", span=2)
    consignee_scc: str = grey("境内收发货人信用代码", "TradeCoScc")
    consignee_ciq: str = grey("境内收发货人检验检疫编码", "TradeCiqCode")
    owner_code: str = text(
        "消费使用/生产销售单位编号", length=10, required=True, upper=True, lookup=True, element="OwnerCode",
        clause=HEAD, pattern=r"[0-9]{4}[0-9A-Z]{6}", pattern_message="「消费使用/生产销售单位编号」应为 10 位海关编码",
        hint="必填，录入 10 位海关编码，系统返填名称和信用代码",
    )  # fmt: skip
    owner_name: str = grey("消费/生产单位名称", "OwnerName", span=2)
    owner_scc: str = grey("消费/生产单位信用代码", "OwnerCodeScc")
    owner_ciq: str = grey("消费/生产单位检验检疫编码", "OwnerCiqCode")
    declarant_code: str = grey("申报单位编号", "AgentCode", "为登录企业的海关编号")
    declarant_name: str = grey("申报单位名称", "AgentName", span=2)
    declarant_scc: str = grey("申报单位信用代码", "AgentCodeScc")
    declarant_ciq: str = grey("申报单位检验检疫编码", "DeclCiqCode")
    transport_mode: str = listed(
        "运输方式", "transport_modes", 1, "TrafMode", lookup=True, search=True, clause=TIP
    )
    vessel: str = text(
        "运输工具名称", length=50, required=True, upper=True, element="TrafName", clause=TIP,
        hint="必填，水路运输时须与舱单信息相符",
    )  # fmt: skip
    voyage: str = text(
        "航次号", length=32, required=BY_WATER, upper=True, element="VoyageNo", clause=TIP,
        hint="水路运输时必填，须与舱单信息相符",
    )  # fmt: skip
    bill_no: str = text(
        "提运单号", length=32, required=BY_WATER, upper=True, lookup=True, element="BillNo", clause=TIP,
        hint="水路运输时必填，须与舱单信息相符",
    )  # fmt: skip
    trade_mode: str = coded(
        "贸易方式", "trade_modes", length=4, system=True, search=True, element="TradeMode", clause=HEAD,
        hint=f"{GREY}，由货物性质确定，保税货物为账册、手册的监管方式",
    )  # fmt: skip
    duty_nature: str = listed("征免性质", "duty_nature", 3, "CutMode")
    licence_no: str = text(
        "许可证号", length=20, upper=True, lookup=True, element="LicenseNo", clause=SPECIAL, pattern=r"[0-9A-Z-]{1,20}",
        pattern_message="「许可证号」只填证件编号，由数字、大写字母和 - 组成，不含证件代码和冒号",
        hint="选填，至多 20 位，不含证件代码；一旦填写，该清单下的所有商品必须为此许可证所对应的商品",
    )  # fmt: skip
    trade_country: str = listed("启运国/运抵国", "countries", 3, "TradeCountry")
    transit_port: str = listed("经停港/指运港", "ports", 6, "DistinatePort")
    trade_area: str = listed("贸易国（地区）", "countries", 3, "TradeAreaCode")
    departure_port: str = listed("启运港", "ports", 6, "DespPortCode", required=False, disabled=EXPORT)
    entry_port: str = listed("入境/离境口岸", "entry_ports", 6, "EntyPortCode", required=False)
    contract_no: str = text("合同号", length=32, element="ContrNo", clause=HEAD, hint="选填，至多 32 个字符")
    terms: str = listed("成交方式", "transaction_modes", 1, "TransMode")
    freight_mark, freight, freight_currency = fee(
        "freight", "运费", "Fee", "进口成交价格不含运费、出口成交价格含运费时必填", FREIGHT, NO_FREIGHT
    )
    insurance_mark, insurance, insurance_currency = fee(
        "insurance",
        "保费",
        "Insur",
        "进口成交价格不含保费、出口成交价格含保费时必填",
        INSURANCE,
        NO_INSURANCE,
    )
    other_mark, other, other_currency = fee("other", "杂费", "Other", "选填")
    packages: str = decimal(
        "件数", digits=9, places=0, required=True, search=True, element="PackNo", clause=TIP,
        hint="必填，水路运输时须与舱单信息相符",
    )  # fmt: skip
    packing: str = listed("包装种类", "packing", 2, "WrapType")
    gross_weight: str = amount(
        "毛重（千克）", "GrossWet", 5, "必填，不小于净重，水路运输时须与舱单信息相符", required=True, search=True,
        clause=TIP,
    )  # fmt: skip
    net_weight: str = amount(
        "净重（千克）", "NetWt", 5, "必填，不大于毛重，水路运输时须与舱单信息相符", required=True, search=True,
        clause=TIP,
    )  # fmt: skip
    items: str = decimal(
        "商品项数", digits=2, places=0, system=True, search=True, element="GNum", clause=BODY, hint=GREY
    )
    total: str = decimal(
        "总价合计", digits=18, places=4, system=True, search=True, element="DeclTotalSum", clause=BODY,
        hint=f"{GREY}，各项商品总价之和",
    )  # fmt: skip
    currency: str = text(
        "总价币制", system=True, length=3, search=True, element="TradeCurr", clause=BODY, hint=GREY
    )
    marks: str = textarea("标记唛码", length=400, element="MarkNo", clause=HEAD, hint="选填，至多 400 个字符")
    revision_reason: str = coded(
        "修撤原因", "consolidated_revision_reasons", length=1, required=True, span=2, element="ModReason",
        clause=REVISION, hint=f"必填，{LISTED}",
    )  # fmt: skip
    revision_contact: str = text(
        "联系人",
        length=50,
        required=True,
        element="ContactName",
        clause=REVISION,
        hint="必填，修撤申请的联系人",
    )
    revision_phone: str = text(
        "联系电话", length=20, element="ContactTel", clause=REVISION, pattern=r"[0-9+() -]{5,20}",
        pattern_message="「联系电话」应为 5 至 20 位的数字，可带 + - ( ) 和空格", hint="选填",
    )  # fmt: skip
    note: str = text("备注", length=255, span=3, element="NoteS", clause=HEAD, hint="选填，至多 255 个字符")
    goods: list[Good] = lines(
        "集报清单表体", Good, least=1, most=MOST_GOODS, new="商品新增", save="商品保存", delete="商品删除",
        insert="商品插入", elements="归类", waits=UNOPENED, clause=BODY,
    )  # fmt: skip


FORM = Form(
    content=GoodsList,
    header=(
        HeaderField("number", "清单中心统一编号", f"{GREY}，暂存后系统自动生成", clause=HEAD),
        HeaderField("list_no", "清单海关编号", f"{GREY}，海关审批通过后返回", returned=True, search=True, clause=HEAD),
        HeaderField("status", "集报清单状态", f"{GREY}，由系统显示当前状态", clause=HEAD),
        HeaderField("filed_on", "录入日期", f"{GREY}，暂存后系统自动生成", clause=HEAD),
        HeaderField("declared_on", "申报日期", f"{GREY}，海关接收清单后返回", returned=True, search=True,
                    element="DDate", clause=HEAD),
        HeaderField("accepted_on", "接受申报日期", f"{GREY}，海关返回", returned=True, search=True, clause=HEAD),
    ),
    sections=(
        Section(
            "集报清单表头",
            (
                "number", "list_no", "status",
                "list_kind", "ie_flag", "nature",
                "district", "port", "book_no",
                "ie_date", "declared_on", "accepted_on",
                "consignee_code", "consignee_name",
                "consignee_scc", "consignee_ciq", "filed_on",
                "owner_code", "owner_name",
                "owner_scc", "owner_ciq", "contract_no",
                "declarant_code", "declarant_name",
                "declarant_scc", "declarant_ciq", "licence_no",
                "transport_mode", "vessel", "voyage",
                "bill_no", "trade_mode", "duty_nature",
                "trade_country", "transit_port", "trade_area",
                "departure_port", "entry_port", "terms",
                "freight_mark", "freight", "freight_currency",
                "insurance_mark", "insurance", "insurance_currency",
                "other_mark", "other", "other_currency",
                "packages", "packing", "gross_weight",
                "net_weight", "items", "total",
                "currency", "note",
                "marks",
            ),
        ),
        Section("集报清单表体", (), tables=("goods",)),
        Section("修撤申请", ("revision_reason", "revision_contact", "revision_phone")),
    ),
)  # fmt: skip
