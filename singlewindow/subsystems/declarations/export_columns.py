"""The columns of 结关后数据导出: sheet, head, member of the register `declaration`, kind, width in characters.

The official file's list of columns is not published. These are the fields of a declaration as its message formats have
them, all of them, in their order, and beside them what else customs publish of it, but for LEFT_OUT; codes stay codes.
A member that a declaration does not have is an empty cell.
"""

from __future__ import annotations

from singlewindow.kernel.spreadsheets.export_parts import Column, Kind, Part

HEADER, GOODS, CONTAINERS, DOCUMENTS = "表头", "表体", "集装箱", "随附单证"

COLUMNS: tuple[tuple[str, str, str, Kind, int], ...] = (
    (HEADER, "海关编号", "number", "text", 20),
    (HEADER, "预录入编号", "pre_entry_no", "text", 20),
    (HEADER, "统一编号", "unified_no", "text", 20),
    (HEADER, "进出口标志", "ie_flag", "text", 10),
    (HEADER, "申报地海关", "district", "text", 10),
    (HEADER, "进出境关别", "port", "text", 10),
    (HEADER, "进出口日期", "ie_date", "text", 12),
    (HEADER, "申报日期", "declared_at", "moment", 20),
    (HEADER, "放行时间", "released_at", "moment", 20),
    (HEADER, "结关时间", "closed_at", "moment", 20),
    (HEADER, "备案号", "account_book_no", "text", 14),
    (HEADER, "境内收发货人统一社会信用代码", "consignee_scc", "text", 22),
    (HEADER, "境内收发货人海关代码", "consignee_code", "text", 12),
    (HEADER, "境内收发货人检验检疫编码", "consignee_ciq", "text", 12),
    (HEADER, "境内收发货人名称", "consignee_name", "text", 32),
    (HEADER, "境外收发货人代码", "foreign_code", "text", 14),
    (HEADER, "境外收发货人名称", "foreign_party", "text", 32),
    (HEADER, "消费使用/生产销售单位统一社会信用代码", "owner_scc", "text", 22),
    (HEADER, "消费使用/生产销售单位海关代码", "owner_code", "text", 12),
    (HEADER, "消费使用/生产销售单位检验检疫编码", "owner_ciq", "text", 12),
    (HEADER, "消费使用/生产销售单位名称", "owner_name", "text", 32),
    (HEADER, "申报单位统一社会信用代码", "declarant_scc", "text", 22),
    (HEADER, "申报单位海关代码", "declarant_code", "text", 12),
    (HEADER, "申报单位检验检疫编码", "declarant_ciq", "text", 12),
    (HEADER, "申报单位名称", "declarant_name", "text", 32),
    (HEADER, "报关人员", "filer_name", "text", 12),
    (HEADER, "报关人员证号", "filer_no", "text", 14),
    (HEADER, "报关人员电话", "filer_phone", "text", 16),
    (HEADER, "运输方式", "transport_mode", "text", 10),
    (HEADER, "运输工具名称", "vessel", "text", 20),
    (HEADER, "航次号", "voyage", "text", 14),
    (HEADER, "提运单号", "bill_no", "text", 20),
    (HEADER, "监管方式", "trade_mode", "text", 10),
    (HEADER, "征免性质", "duty_nature", "text", 10),
    (HEADER, "许可证号", "licence_no", "text", 18),
    (HEADER, "启运国/运抵国", "trade_country", "text", 14),
    (HEADER, "经停港/指运港", "transit_port", "text", 14),
    (HEADER, "贸易国", "trade_area", "text", 10),
    (HEADER, "启运港", "departure_port", "text", 10),
    (HEADER, "入境口岸/离境口岸", "entry_port", "text", 18),
    (HEADER, "货物存放地点", "goods_place", "text", 24),
    (HEADER, "合同协议号", "contract_no", "text", 20),
    (HEADER, "成交方式", "terms", "text", 10),
    (HEADER, "运费标记", "freight_mark", "text", 10),
    (HEADER, "运费", "freight", "number", 12),
    (HEADER, "运费币制", "freight_currency", "text", 10),
    (HEADER, "保费标记", "insurance_mark", "text", 10),
    (HEADER, "保费", "insurance", "number", 12),
    (HEADER, "保费币制", "insurance_currency", "text", 10),
    (HEADER, "杂费标记", "other_mark", "text", 10),
    (HEADER, "杂费", "other", "number", 12),
    (HEADER, "杂费币制", "other_currency", "text", 10),
    (HEADER, "件数", "packages", "number", 10),
    (HEADER, "包装种类", "packing", "text", 10),
    (HEADER, "毛重（千克）", "gross_weight", "number", 14),
    (HEADER, "净重（千克）", "net_weight", "number", 14),
    (HEADER, "报关单类型", "entry_type", "text", 12),
    (HEADER, "标记唛码", "marks", "text", 24),
    (HEADER, "备注", "note", "text", 32),
    (HEADER, "承诺事项", "promises", "text", 12),
    (HEADER, "自报自缴", "self_paid", "text", 10),
    (GOODS, "项号", "no", "number", 8),
    (GOODS, "备案序号", "record_no", "number", 10),
    (GOODS, "商品编号", "code", "text", 14),
    (GOODS, "检验检疫编码", "ciq_code", "text", 14),
    (GOODS, "商品名称", "name", "text", 28),
    (GOODS, "规格型号", "model", "text", 40),
    (GOODS, "成交数量", "quantity", "number", 14),
    (GOODS, "成交单位", "unit", "text", 10),
    (GOODS, "法定第一数量", "quantity1", "number", 14),
    (GOODS, "法定第一单位", "unit1", "text", 14),
    (GOODS, "法定第二数量", "quantity2", "number", 14),
    (GOODS, "法定第二单位", "unit2", "text", 14),
    (GOODS, "单价", "price", "number", 14),
    (GOODS, "总价", "total", "number", 16),
    (GOODS, "币制", "currency", "text", 8),
    (GOODS, "原产国", "origin", "text", 10),
    (GOODS, "最终目的国", "destination", "text", 12),
    (GOODS, "境内目的地/货源地", "place", "text", 18),
    (GOODS, "境内目的地/产地（行政区划）", "ciq_place", "text", 26),
    (GOODS, "征免方式", "duty_mode", "text", 10),
    (GOODS, "用途", "usage", "text", 8),
    (GOODS, "货物属性", "attribute", "text", 12),
    (CONTAINERS, "集装箱号", "no", "text", 16),
    (CONTAINERS, "规格", "spec", "text", 8),
    (CONTAINERS, "自重（千克）", "tare", "number", 14),
    (CONTAINERS, "拼箱标志", "lcl", "text", 10),
    (CONTAINERS, "商品项号", "goods", "text", 14),
    (DOCUMENTS, "随附单证代码", "code", "text", 14),
    (DOCUMENTS, "随附单证编号", "number", "text", 28),
)  # fmt: skip
"""One column a line; those of 表体, 集装箱 and 随附单证 are members of the rows of the declaration's list."""

LEFT_OUT = ("status", "status_name", "open_process", "open_process_name", "inspection_district")
"""What customs publish of a declaration and is none of its fields: how far it is with them, and where they inspect."""

LISTS = {GOODS: "goods", CONTAINERS: "containers", DOCUMENTS: "documents"}
"""Sheet → the declaration's list that it shows."""


def _columns(sheet: str) -> tuple[Column, ...]:
    return tuple(
        Column(head, member, kind, width) for of, head, member, kind, width in COLUMNS if of == sheet
    )


_KEY = _columns(HEADER)[:1]
PROVES_NOTHING = "海关报关单数据，仅供企业内部使用，不具有证明效力"
"""FG 3.1, unlike a layout file. It stands where data turn into paper; in cells it would be in the way of programs."""

PARTS = (
    Part(HEADER, "", _columns(HEADER), footer=PROVES_NOTHING),
    *(
        Part(sheet, rows, _KEY + _columns(sheet), of_record=1, footer=PROVES_NOTHING)
        for sheet, rows in LISTS.items()
    ),
)
"""The four sheets; rows of the latter three begin with 海关编号."""
