"""What stands in a merged declaration: names of customs' register of declarations, all of it grey (manual 5.3; FA 3.5).

Nobody types it: what is wrong in it is wrong in its lists.
"""

from __future__ import annotations

from typing import Any

from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Section,
    decimal,
    lines,
    text,
    textarea,
)
from singlewindow.kernel.definition.fields import code as coded

CLAUSE = "手册 第六篇 5.3 集报报关单查询"
GREY = "返填，不可录入，由集报清单归并"


def grey(label: str, element: str, length: int, **more: Any) -> Any:
    """A box that merging fills."""
    return text(label, system=True, length=length, element=element, clause=CLAUSE, hint=GREY, **more)


def listed(label: str, codes: str, length: int, element: str, **more: Any) -> Any:
    """A code that merging fills."""
    return coded(label, codes, system=True, length=length, element=element, clause=CLAUSE, hint=GREY, **more)


def amount(label: str, element: str, digits: int, places: int, **more: Any) -> Any:
    """A sum that merging makes."""
    return decimal(
        label, system=True, digits=digits, places=places, element=element, clause=CLAUSE, hint=GREY, **more
    )


class Good(Content):
    """An item of the declaration; its place in the table is 项号."""

    record_no: str = grey("备案序号", "ContrItem", 9)
    code: str = listed("商品编号", "goods", 10, "CodeTS")
    name: str = grey("商品名称", "GName", 255)
    model: str = grey("规格型号", "GModel", 255, span=2)
    quantity: str = amount("成交数量", "GQty", 14, 5)
    unit: str = listed("成交单位", "units", 3, "GUnit")
    price: str = amount("单价", "DeclPrice", 15, 4)
    total: str = amount("总价", "DeclTotal", 15, 4)
    currency: str = listed("币制", "currencies", 3, "TradeCurr")
    quantity1: str = amount("法定第一数量", "FirstQty", 14, 5)
    unit1: str = listed("法定第一单位", "units", 3, "FirstUnit")
    quantity2: str = amount("法定第二数量", "SecondQty", 14, 5)
    unit2: str = listed("法定第二单位", "units", 3, "SecondUnit")
    origin: str = listed("原产国（地区）", "countries", 3, "OriginCountry")
    destination: str = listed("最终目的国（地区）", "countries", 3, "DestinationCountry")
    place: str = listed("境内目的地/货源地", "domestic_regions", 5, "DistrictCode")
    duty_mode: str = listed("征免方式", "duty_mode", 1, "DutyMode")


class Document(Content):
    """A licence of the goods."""

    code: str = listed("单证代码", "supporting_documents", 1, "DocuCode")
    number: str = grey("单证编号", "CertCode", 32)


def fee(name: str, label: str, element: str) -> tuple[Any, Any, Any]:
    """Mark, rate or amount, and currency of 运费, 保费 or 杂费."""
    return (
        listed(f"{label}标记", "fee_marks", 1, f"{element}Mark"),
        amount(label, f"{element}Rate", 14, 5),
        listed(f"{label}币制", "currencies", 3, f"{element}Curr"),
    )


def party(label: str, element: str, code: str, **more: Any) -> tuple[Any, Any, Any, Any]:
    """A company: codes and name."""
    return (
        grey(f"{label}编号", code, 10, **more),
        grey(f"{label}名称", f"{element}Name", 100, span=2),
        grey(f"{label}信用代码", f"{element}CodeScc", 18),
        grey(f"{label}检验检疫编码", f"{element}CiqCode", 10),
    )


class Declaration(Content):
    """A declaration that was made of lists."""

    entry_type: str = listed("报关单类型", "entry_types", 1, "EntryType", search=True)
    ie_flag: str = listed("进出口标志", "consolidated_flags", 1, "IEFlag", search=True)
    nature: str = listed("集中申报货物性质", "consolidated_natures", 1, "GoodsNature", search=True)
    district: str = listed("申报地海关", "customs_districts", 4, "CustomMaster", search=True)
    port: str = listed("进出境关别", "customs_districts", 4, "IEPort")
    book_no: str = grey("备案号", "ManualNo", 12, search=True)
    consignee_code, consignee_name, consignee_scc, consignee_ciq = party(
        "境内收发货人", "Trade", "TradeCode", search=True
    )
    owner_code, owner_name, owner_scc, owner_ciq = party("消费使用/生产销售单位", "Owner", "OwnerCode")
    declarant_code, declarant_name, declarant_scc, declarant_ciq = party(
        "申报单位", "Agent", "AgentCode", search=True
    )
    transport_mode: str = listed("运输方式", "transport_modes", 1, "TrafMode", search=True)
    vessel: str = grey("运输工具名称", "TrafName", 50)
    voyage: str = grey("航次号", "VoyageNo", 32)
    bill_no: str = grey("提运单号", "BillNo", 32)
    trade_mode: str = listed("监管方式", "trade_modes", 4, "TradeMode", search=True)
    duty_nature: str = listed("征免性质", "duty_nature", 3, "CutMode")
    licence_no: str = grey("许可证号", "LicenseNo", 20)
    trade_country: str = listed("启运国/运抵国", "countries", 3, "TradeCountry")
    transit_port: str = listed("经停港/指运港", "ports", 6, "DistinatePort")
    trade_area: str = listed("贸易国（地区）", "countries", 3, "TradeAreaCode")
    departure_port: str = listed("启运港", "ports", 6, "DespPortCode")
    entry_port: str = listed("入境/离境口岸", "entry_ports", 6, "EntyPortCode")
    contract_no: str = grey("合同号", "ContrNo", 32)
    terms: str = listed("成交方式", "transaction_modes", 1, "TransMode")
    freight_mark, freight, freight_currency = fee("freight", "运费", "Fee")
    insurance_mark, insurance, insurance_currency = fee("insurance", "保费", "Insur")
    other_mark, other, other_currency = fee("other", "杂费", "Other")
    packages: str = amount("件数", "PackNo", 9, 0, search=True)
    packing: str = listed("包装种类", "packing", 2, "WrapType")
    gross_weight: str = amount("毛重（千克）", "GrossWet", 14, 5, search=True)
    net_weight: str = amount("净重（千克）", "NetWt", 14, 5, search=True)
    items: str = amount("商品项数", "GNum", 2, 0, search=True)
    lists: str = amount("清单份数", "ListNum", 6, 0, search=True)
    total: str = amount("总价合计", "DeclTotalSum", 18, 4, search=True)
    currency: str = grey("总价币制", "TradeCurr", 3, search=True)
    month: str = text("清单接受年月", system=True, length=7, clause=CLAUSE, hint=GREY)
    note: str = grey("备注", "NoteS", 255, span=3)
    marks: str = textarea("标记唛码", length=400, system=True, element="MarkNo", clause=CLAUSE, hint=GREY)
    goods: list[Good] = lines("报关单表体", Good, least=1, most=50, clause=CLAUSE)
    documents: list[Document] = lines("随附单证", Document, clause=CLAUSE)


FORM = Form(
    content=Declaration,
    header=(
        HeaderField("number", "统一编号", "返填，不可录入，汇总后系统自动生成", clause=CLAUSE),
        HeaderField("status", "报关单状态", "返填，不可录入，由系统显示当前状态", clause=CLAUSE),
        HeaderField("filed_on", "生成日期", "返填，不可录入，汇总后系统自动生成", clause=CLAUSE),
        HeaderField(
            "entry_no", "海关编号", "返填，不可录入，海关入库后返回", returned=True, search=True, element="EntryId",
            clause=CLAUSE,
        ),
        HeaderField(
            "declared_on", "申报日期", "返填，不可录入，海关接受申报的日期", returned=True, search=True,
            element="DDate", clause=CLAUSE,
        ),
        HeaderField(
            "closed_on", "结关日期", "返填，不可录入，海关结关后返回", returned=True, search=True, clause=CLAUSE
        ),
    ),
    sections=(
        Section(
            "集报报关单表头",
            (
                "number", "entry_no", "status",
                "entry_type", "ie_flag", "nature",
                "district", "port", "book_no",
                "filed_on", "declared_on", "closed_on",
                "consignee_code", "consignee_name",
                "consignee_scc", "consignee_ciq", "month",
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
                "net_weight", "items", "lists",
                "total", "currency",
                "note",
                "marks",
            ),
        ),
        Section("报关单表体", (), tables=("goods",)),
        Section("随附单证", (), tables=("documents",)),
    ),
)  # fmt: skip
