"""The registers that customs keep, as a table: one row is one register, with its members in words (CUST-02).

Store, officers' pages, file import and docs/registers.md follow from this table. Element names are those of the
published declaration format where one is known.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from singlewindow.contract.bill_numbers import BILL_NUMBER

MemberKind = Literal["text", "choice", "flag", "day", "moment", "number", "rows", "hours"]
NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Member:
    """One member of an entry's data.

    `choices`: code → name; `names` is the member that keeps the chosen name, `steps` the codes that may follow a
    code, `stamps` the member that keeps the moment at which a code was set. `columns` are those of rows.
    A text fits `pattern`, a number lies within `bounds` (both inclusive).
    """

    name: str
    label: str
    kind: MemberKind = "text"
    element: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    names: str = ""
    steps: Mapping[str, tuple[str, ...]] | None = None
    stamps: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Member, ...] = ()
    pattern: str = ""
    bounds: tuple[int, int] | None = None
    required: bool = False
    listed: bool = False  # a column of the officers' list
    editable: bool = False  # an officer may change it


@dataclass(frozen=True)
class Register:
    """A register: `key` is a pattern; `dated`: an officer sets the days on which an entry is in force; `note` is what
    docs/registers.md says of it besides. `of_key`: the members that a key says by itself; `unfit`: what is wrong with
    an entry as a whole, (member's label, why)."""

    name: str
    title: str
    key_label: str
    key: str
    members: tuple[Member, ...]
    may_add: bool = False
    dated: bool = False
    note: str = ""
    of_key: Callable[[str], Mapping[str, str]] | None = None
    unfit: Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None = None

    def member(self, name: str) -> Member | None:
        """The member of this name."""
        return next((member for member in self.members if member.name == name), None)

    def label(self, name: str) -> str:
        """The words for a member."""
        member = self.member(name)
        return member.label if member else name


DECLARATION_STATUSES = {
    "1": "保存", "2": "已申报", "3": "预录入接收失败", "4": "海关入库成功", "5": "海关入库失败", "6": "退单",
    "7": "审结", "8": "删单", "9": "放行", "10": "结关", "11": "查验通知",
}  # fmt: skip
"""The declaration's states (cusDecStatus) with their names."""

DECLARATION_STEPS: dict[str, tuple[str, ...]] = {
    "1": (), "2": ("4", "5"), "3": (), "4": ("7", "11", "6", "8"), "5": (), "6": (),
    "7": ("11", "9", "6", "8"), "8": (), "9": ("10", "8"), "10": (), "11": ("7", "9", "6", "8"),
}  # fmt: skip
"""What customs may do next: nothing to a draft, no release of what is not accepted, no way back from 结关."""

GRADES = {"1": "高级认证企业", "2": "认证企业", "3": "常规企业", "4": "失信企业", "5": "严重失信企业"}
"""Credit grades since 令282 (2026-04-01); the codes are proposals, the raw names count."""

GUARANTEES = {
    "0": "免担保", "1": "保证金", "2": "银行保函", "3": "非银行金融机构保函", "4": "票据、债券、存单", "9": "其他",
}  # fmt: skip
DIRECTIONS = {"I": "进口", "E": "出口"}


def _fee(name: str, label: str, element: str) -> tuple[Member, Member, Member]:
    """How a fee is given (率, 单价, 总价), its amount, and its currency where it is no rate."""
    return (
        Member(f"{name}_mark", f"{label}标记", element=f"{element}Mark"),
        Member(name, label, element=f"{element}Rate"),
        Member(f"{name}_currency", f"{label}币制", element=f"{element}Curr"),
    )


_GOODS = (
    Member("no", "项号", "number", "gNo"),
    Member("record_no", "备案序号", "number", "contrItem"),
    Member("code", "商品编号", element="codeTs"),
    Member("name", "商品名称", element="gName"),
    Member("model", "规格型号", element="gModel"),
    Member("quantity", "成交数量", "number", "gQty"),
    Member("unit", "成交单位", element="gUnit"),
    Member("quantity1", "法定第一数量", "number", "firstQty"),
    Member("unit1", "法定第一单位", element="firstUnit"),
    Member("quantity2", "法定第二数量", "number", "secondQty"),
    Member("unit2", "法定第二单位", element="secondUnit"),
    Member("price", "单价", "number", "declPrice"),
    Member("total", "总价", "number", "declTotal"),
    Member("currency", "币制", element="tradeCurr"),
    Member("origin", "原产国", element="originCountry"),
    Member("destination", "最终目的国", element="destinationCountry"),
    Member("place", "境内目的地/货源地", element="districtCode"),
    Member("duty_mode", "征免方式", element="dutyMode"),
    Member("ciq_code", "检验检疫编码", element="ciqCode"),
    Member("ciq_place", "境内目的地/产地（行政区划）", element="ciqDestCode"),
    Member("usage", "用途", element="purpose"),
    Member("attribute", "货物属性", element="goodsAttr"),
)

DECLARATION = Register(
    "declaration", "报关单", "报关单号", "[0-9]{18}",
    (
        Member("status", "状态", "choice", "cusDecStatus", DECLARATION_STATUSES, "status_name", DECLARATION_STEPS,
               {"9": "released_at", "10": "closed_at"}, required=True, listed=True, editable=True),
        Member("status_name", "状态名称"),
        Member("open_process", "修撤或转有纸未办结", "flag", editable=True),
        Member("open_process_name", "未办结的事项", editable=True),
        Member("ie_flag", "进出口标志", "choice", "cusIEFlag", DIRECTIONS, required=True, listed=True),
        Member("pre_entry_no", "预录入编号", element="preEntryId"),
        Member("unified_no", "统一编号", element="cusCiqNo"),
        Member("district", "申报地海关", element="customMaster", listed=True),
        Member("port", "进出境关别", element="iePort"),
        Member("inspection_district", "查验地海关", required=True, listed=True),
        Member("ie_date", "进出口日期", "day", "iEDate"),
        Member("declared_at", "申报日期", "moment", "dDate", required=True, listed=True),
        Member("released_at", "放行时间", "moment"),
        Member("closed_at", "结关时间", "moment"),
        Member("account_book_no", "备案号", element="manualNo"),
        Member("consignee_code", "境内收发货人代码", element="tradeCode", required=True, listed=True),
        Member("consignee_name", "境内收发货人", element="tradeName", required=True, listed=True),
        Member("consignee_scc", "境内收发货人信用代码", element="tradeCoScc"),
        Member("consignee_ciq", "境内收发货人检验检疫编码", element="tradeCiqCode"),
        Member("foreign_code", "境外收发货人代码", element="overseasConsignorCode"),
        Member("foreign_party", "境外收发货人", element="overseasConsignorEname"),
        Member("owner_code", "消费使用/生产销售单位代码", element="ownerCode"),
        Member("owner_name", "消费使用/生产销售单位", element="ownerName"),
        Member("owner_scc", "消费使用/生产销售单位信用代码", element="ownerCodeScc"),
        Member("owner_ciq", "消费使用/生产销售单位检验检疫编码", element="ownerCiqCode"),
        Member("declarant_code", "申报单位代码", element="agentCode", required=True, listed=True),
        Member("declarant_name", "申报单位", element="agentName"),
        Member("declarant_scc", "申报单位信用代码", element="agentCodeScc"),
        Member("declarant_ciq", "申报单位检验检疫编码", element="declCiqCode"),
        Member("filer_name", "报关人员", element="declareName"),
        Member("filer_no", "报关人员证号"),
        Member("filer_phone", "报关人员电话"),
        Member("transport_mode", "运输方式", element="cusTrafMode"),
        Member("vessel", "运输工具名称", element="trafName"),
        Member("voyage", "航次号", element="voyageNo"),
        Member("bill_no", "提运单号", element="billNo"),
        Member("trade_mode", "监管方式", element="tradeMode"),
        Member("duty_nature", "征免性质", element="cutMode"),
        Member("licence_no", "许可证号", element="licenseNo"),
        Member("trade_country", "启运/运抵国", element="cusTradeCountry"),
        Member("trade_area", "贸易国", element="cusTradeNationCode"),
        Member("transit_port", "经停/指运港", element="distinatePort"),
        Member("departure_port", "启运港", element="despPortCode"),
        Member("entry_port", "入/离境口岸", element="ciqEntyPortCode"),
        Member("goods_place", "货物存放地点", element="goodsPlace"),
        Member("contract_no", "合同协议号", element="contrNo"),
        Member("terms", "成交方式", element="transMode"),
        *_fee("freight", "运费", "fee"),
        *_fee("insurance", "保费", "insur"),
        *_fee("other", "杂费", "other"),
        Member("packages", "件数", "number", "packNo"),
        Member("packing", "包装种类", element="wrapType"),
        Member("gross_weight", "毛重（千克）", "number", "grossWet"),
        Member("net_weight", "净重（千克）", "number", "netWt"),
        Member("entry_type", "报关单类型", element="entryType"),
        Member("marks", "标记唛码", element="markNo"),
        Member("note", "备注", element="noteS"),
        Member("promises", "承诺事项", element="promiseItems", pattern="[019]{3,6}"),
        Member("self_paid", "自报自缴", "flag"),
        Member("goods", "商品", "rows", columns=_GOODS),
        Member("containers", "集装箱", "rows", columns=(
            Member("no", "集装箱号", element="containerId"), Member("spec", "规格", element="containerMd"),
            Member("tare", "自重（千克）", "number", "containerWt"), Member("lcl", "拼箱标志", "flag", "lclFlag"),
            Member("goods", "商品项号", element="goodsNo"))),
        Member("documents", "随附单证", "rows", columns=(
            Member("code", "单证代码", element="acmpFormCode"), Member("number", "单证编号", element="acmpFormNo"))),
    ),
    note="`promises`: one character each, 0 否, 1 是, 9 not asked: 特殊关系, 价格影响, 支付特许权使用费, and in newer "
    "ones 公式定价, 暂定价格, 水运中转. A fee's mark is 1 率, 2 单价, 3 总价. `attribute` may hold several codes with "
    "commas between. A code of `documents` is one character for a 监管证件, eight digits for an electronic 随附单据.",
)  # fmt: skip

MANIFEST = Register(
    "manifest", "舱单", "提运单号", BILL_NUMBER,
    (
        Member("ie_flag", "进出口标志", "choice", choices=DIRECTIONS, required=True, listed=True),
        Member("transport_mode", "运输方式", element="cusTrafMode", required=True),
        Member("vessel", "运输工具名称", element="trafName", required=True, listed=True),
        Member("voyage", "航次号", required=True, listed=True),
        Member("port", "进出境关别", element="iePort", required=True, listed=True),
        Member("packages", "件数", "number", "packNo", required=True, listed=True, editable=True),
        Member("gross_weight", "毛重（千克）", "number", "grossWet", required=True, listed=True, editable=True),
        Member("net_weight", "净重（千克）", "number", "netWt", required=True, listed=True, editable=True),
        Member("containers", "集装箱", "rows", columns=(Member("no", "集装箱号"), Member("spec", "规格"))),
    ),
)  # fmt: skip

BILL_OF_LADING = Register(
    "bill_of_lading", "提运单", "提运单号", BILL_NUMBER,
    (
        Member("inspection_district", "查验地海关", required=True, listed=True, editable=True),
        Member("vessel", "运输工具名称", element="trafName", listed=True),
        Member("voyage", "航次号", listed=True),
    ),
)  # fmt: skip

COMPANY = Register(
    "company", "企业", "海关编码", "[0-9]{4}[0-9A-Z]{6}",
    (
        Member("name", "企业名称", element="tradeName", required=True, listed=True),
        Member("scc", "社会信用代码", element="tradeCoScc", required=True, listed=True),
        Member("ciq_code", "检验检疫编码", element="tradeCiqCode", listed=True),
        Member("grade", "信用等级", "choice", choices=GRADES, names="grade_name", required=True, editable=True),
        Member("grade_name", "信用等级名称", listed=True),
        Member("customs_qualified", "报关资质", "flag", required=True, listed=True, editable=True),
        Member("qualification_kind", "资质类别", listed=True),
        Member("qualification_until", "资质有效期", "day", editable=True),
        Member("guarantee_mode", "担保方式", "choice", choices=GUARANTEES, names="guarantee_name", editable=True),
        Member("guarantee_name", "担保方式名称"),
    ),
)  # fmt: skip

LICENCE = Register(
    "licence", "许可证", "许可证编号", "[0-9A-Z-]{1,32}",
    (
        Member("code", "监管证件代码", required=True, listed=True),
        Member("code_name", "监管证件", listed=True),
        Member("company", "持证单位代码", required=True, listed=True),
        Member("company_name", "持证单位", listed=True),
        Member("goods", "许可商品", "rows", required=True, columns=(
            Member("no", "序号", "number"), Member("code", "商品编号", element="codeTs", required=True),
            Member("name", "商品名称", element="gName"), Member("unit", "计量单位"),
            Member("quantity", "许可数量", "number", required=True))),
    ),
    dated=True,
)  # fmt: skip

ACCOUNT_BOOK = Register(
    "account_book", "账册/手册", "账册/手册号", "[A-Z][0-9]{11}",
    (
        Member("kind", "类别", "choice", choices={"B": "来料加工手册", "C": "进料加工手册", "H": "账册"},
               names="kind_name", required=True),
        Member("kind_name", "类别名称", listed=True),
        Member("company", "经营企业代码", required=True, listed=True),
        Member("company_name", "经营企业", listed=True),
        Member("district", "主管海关", element="customMaster", required=True, listed=True),
        Member("trade_mode", "监管方式", element="tradeMode", listed=True),
        Member("items", "备案商品", "rows", required=True, columns=(
            Member("no", "备案序号", "number", "contrItem", required=True),
            Member("code", "商品编号", element="codeTs", required=True),
            Member("name", "商品名称", element="gName", required=True),
            Member("model", "规格型号", element="gModel"), Member("unit", "申报单位", element="gUnit"),
            Member("unit1", "法定单位", element="firstUnit"), Member("price", "单价", "number", "declPrice"),
            Member("currency", "币制", element="tradeCurr"), Member("country", "产销国", element="originCountry"),
            Member("quantity", "备案数量", "number", required=True),
            Member("remaining", "剩余数量", "number", required=True),
            Member("deducted", "集报清单已扣减数量", "number"))),
    ),
    dated=True,
    note="`remaining` plus `deducted` is constant: what lists of 集中申报 take of an item goes over from one to "
    "the other when customs accept the list; without `deducted` none has taken anything yet.",
)  # fmt: skip


def _month_of(key: str) -> dict[str, str]:
    """Port and month that a calendar's key says."""
    port, month = key.split("-")
    return {"port": port, "month": f"{month[:4]}-{month[4:]}"}


def _days_that_are_not(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The days that a calendar's month does not have."""
    month, days = data.get("month"), data.get("days")
    if not isinstance(month, str) or not re.fullmatch(MONTH, month) or not isinstance(days, dict):
        return []
    last = monthrange(int(month[:4]), int(month[5:]))[1]
    return [("工作时间", f"{month} 没有 {day} 日") for day in days if day.isdecimal() and int(day) > last]


MONTH = "20[0-9]{2}-(0[1-9]|1[0-2])"
PORT_CALENDAR = Register(
    "port_calendar", "口岸工作日历", "关区代码-年月", "[0-9]{4}-20[0-9]{2}(0[1-9]|1[0-2])",
    (
        Member("port", "关区代码", required=True),
        Member("name", "口岸名称", required=True, listed=True, editable=True),
        Member("month", "年月", pattern=MONTH, required=True, listed=True),
        Member("provisional", "暂定", "flag", required=True, listed=True, editable=True),
        Member("days", "工作时间", "hours", required=True, editable=True),
    ),
    may_add=True,
    note="Working time lies within one day: `00:00-24:00` is round the clock. A day that is not listed is one of rest; "
    "a month without entry, or without any working time, is unknown, and nothing can be appointed there.",
    of_key=_month_of, unfit=_days_that_are_not,
)  # fmt: skip

PILOT_DISTRICT = Register(
    "pilot_district", "试点关区", "关区代码", "[0-9]{4}",
    (Member("enabled", "是否开放", "flag", required=True, listed=True, editable=True),),
    may_add=True, dated=True,
)  # fmt: skip

PILOT_SWITCH = Register(
    "pilot_switch", "整体开关", "业务", "[a-z_]{1,32}",
    (Member("enabled", "是否开放", "flag", required=True, listed=True, editable=True),),
)  # fmt: skip

PRINT_DISTRICT = Register(
    "print_district", "自助打印关区", "直属海关代码（前两位）", "[0-9]{2}",
    (
        Member("name", "直属海关", required=True, listed=True, editable=True),
        Member("enabled", "是否开放", "flag", required=True, listed=True, editable=True),
        Member("since", "试点开始日期", "day", required=True, listed=True, editable=True),
    ),
    may_add=True,
    note="The customs whose declarations companies print themselves (公告 of 2025-07-08), by the first two digits of "
    "申报地海关. One that is enabled admits them from 试点开始日期 on.",
)  # fmt: skip

PRINT_LAYOUT = Register(
    "print_layout", "版式启用日期", "单证", "[a-z_]{1,32}",
    (Member("since", "启用日期", "day", required=True, listed=True, editable=True),),
    note="The day from which declarations have the layout in force; one declared before it has no layout file.",
)  # fmt: skip

REGISTERS = {
    register.name: register
    for register in (
        DECLARATION, MANIFEST, BILL_OF_LADING, COMPANY, LICENCE, ACCOUNT_BOOK, PORT_CALENDAR, PILOT_DISTRICT,
        PILOT_SWITCH, PRINT_DISTRICT, PRINT_LAYOUT,
    )
}  # fmt: skip
"""The registers of customs at large by their names, in the order of the officers' menu; desks bring others
(`register_catalogue.py`)."""
