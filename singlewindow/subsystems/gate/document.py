"""What is filled in: a trip's header and its body rows (manual 3.1.1; GATE-01, GATE-03).

Every condition of the manual stands here and nowhere else; `conditions.cases.json` lists the states of each
conditional field, and both interpreters run it.
"""

from __future__ import annotations

from typing import Any

from singlewindow.kernel.definition.conditions import all_of, eq, filled, negated, one_of
from singlewindow.kernel.definition.fields import (
    Content,
    Form,
    HeaderField,
    Section,
    Variant,
    code,
    decimal,
    lines,
    text,
)

HEAD = "手册 3.1.1.1 表头信息"
BODY = "手册 3.1.1.2 表体信息"

PLATE, ELECTRONIC_PLATE, IC_CARD, BARCODE = "VN", "VE", "IC", "BC"  # 绑定介质类型
CONTAINER, BILL, TRANSIT, VEHICLE_NUMBER, VEHICLE_PLATE = "C", "B", "T", "VC", "VN"  # 绑定对象类型
SEA, ROAD, AIR = "2", "4", "5"  # 运输方式
EXPORT = "E"
EMPTY_CONTAINER = "0000100000"  # 业务类型 空箱

NOT_A_BILL = one_of("bind_obj_type", CONTAINER, TRANSIT, VEHICLE_NUMBER, VEHICLE_PLATE)
EXPORTED_BILL = all_of(eq("bind_obj_type", BILL), eq("header.ie_flag", EXPORT))

# One word, or words with single blanks: foreign plates have them. Full-width letters become half-width by it.
MEDIUM = r"[^\s,;|]+( [^\s,;|]+)*"
CONTAINER_NUMBER = r"[A-Z]{3}[UJZ][0-9]{7}"
SEALS = r"[0-9A-Z-]{1,32}(\|[0-9A-Z-]{1,32}){0,2}"


def weight(label: str, element: str, hint: str) -> Any:
    """A weight of the header in kilograms; 0 is accepted, empty is not."""
    return decimal(label, digits=9, places=3, required=True, element=element, clause=HEAD, hint=hint)


def remark_of(clause: str) -> Any:
    """备注: one line, so that Enter in a row's last box saves the row as everywhere else (GATE-04)."""
    return text("备注", length=1000, span=3, element="Remark", clause=clause, hint="选填，至多 1000 个字符")


def container(label: str, element: str, hint: str, **more: Any) -> Any:
    """The number of a container in the shape of ISO 6346; its check digit is a rule, asked as the box is left."""
    return text(
        label, length=11, upper=True, lookup=True, element=element, clause=BODY, hint=hint, pattern=CONTAINER_NUMBER,
        pattern_message=f"「{label}」应为 3 个字母的箱主代码、U、J 或 Z，再加 7 位数字",
        advice="请按箱门上的箱号填写，如 CSQU3054383", **more,
    )  # fmt: skip


def seals(label: str, element: str, of: str, at: str) -> Any:
    """The locks of one container: they belong to it, and are grey as long as it is empty."""
    return text(
        label, length=98, upper=True, disabled=negated(filled(of)), element=element, clause=BODY, pattern=SEALS,
        pattern_message=f"「{label}」应为 1 至 3 个锁号，以“|”分割，锁号由字母、数字和 - 组成，每个至多 32 位",
        advice="请按电子关锁上的锁号填写，如 SL0001|SL0002",
        hint=f"选填，对应集装箱号{at}的电子关锁号，至多 3 个，以“|”分割；先填集装箱号{at}",
    )  # fmt: skip


class Body(Content):
    """A row: one bound object that the vehicle carries."""

    ie_direction: str = code(
        "进出方向", "gate_directions", length=1, element="IEDirection", clause=BODY,
        hint="选填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    bind_obj_type: str = code(
        "绑定对象类型", "gate_bound_objects", length=2, required=True, element="BindObjType", clause=BODY,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    bind_obj_id: str = text(
        "绑定对象ID", length=32, upper=True, lookup=True, required=negated(EXPORTED_BILL), element="BindObjId",
        clause=BODY, pattern=MEDIUM, pattern_message="「绑定对象ID」不能含有逗号、分号、竖线或多余的空格",
        hint="必填，填写集装箱号、提单号、转关单号、车辆海关编号或车牌号；出口提单选填",
    )  # fmt: skip
    transport_id: str = text(
        "船名", length=50, required=eq("header.decl_traf_mode", SEA),
        disabled=one_of("header.decl_traf_mode", ROAD, AIR), element="TransportId", clause=BODY,
        hint="运输方式为海运时必填；公路、航空时不可填写",
    )  # fmt: skip
    voyage_no: str = text(
        "航次/货物运输批次号", length=32, upper=True, required=True, element="VoyageNo", clause=BODY,
        hint="必填，海运、航空填写航次号，公路填写货物运输批次号",
        variants=(
            Variant(one_of("header.decl_traf_mode", SEA, AIR), "航次号", "必填，填写航次号"),
            Variant(eq("header.decl_traf_mode", ROAD), "货物运输批次号", "必填，填写货物运输批次号"),
        ),
    )  # fmt: skip
    rd_code: str = code(
        "业务类型", "gate_business_types", length=10, required=True, element="RdCode", clause=BODY,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    bill_type: str = code(
        "提单类型", "gate_bill_types", length=1, required=eq("bind_obj_type", BILL), disabled=NOT_A_BILL,
        element="BillType", clause=BODY, hint="绑定对象类型为提单时必填；其他类型不可填写",
    )  # fmt: skip
    goods_wt: str = decimal(
        "本次提货重量", digits=9, places=3, required=eq("bind_obj_type", BILL), disabled=NOT_A_BILL,
        element="GoodsWt", clause=BODY, hint="绑定对象类型为提单时必填，单位为千克；其他类型不可填写",
    )  # fmt: skip
    conta_id1: str = container(
        "集装箱号1",
        "ContaId1",
        "业务类型为空箱时必填，其他业务类型选填",
        required=eq("rd_code", EMPTY_CONTAINER),
    )
    conta_id2: str = container("集装箱号2", "ContaId2", "选填，第二个（空）集装箱填写在此处，先填集装箱号1")
    e_seal_id1: str = seals("安全智能锁号1", "ESealId1", "conta_id1", "1")
    e_seal_id2: str = seals("安全智能锁号2", "ESealId2", "conta_id2", "2")
    remark: str = remark_of(BODY)


class Trip(Content):
    """A vehicle's way through a gate, and what it carries."""

    sure_id: str = text(
        "车次确认编号", length=32, span=2, system=True, search=True, element="SureId", clause=HEAD,
        hint="返填，不可录入，暂存成功后反填：年月 6 位、卡号 13 位、流水号 13 位",
    )  # fmt: skip
    customs_master: str = code(
        "关区代码", "customs_districts", length=4, required=True, search=True, element="CustomsMaster", clause=HEAD,
        hint="必填，可录入关区代码或名称调出参数",
    )  # fmt: skip
    contractor_code_scc: str = text(
        "统一社会信用代码", system=True, element="ContractorCodeScc", clause=HEAD, hint="返填，不可录入"
    )
    contractor_code: str = text(
        "组织机构代码", system=True, element="ContractorCode", clause=HEAD,
        hint="返填，不可录入，为统一社会信用代码第 9 至 17 位",
    )  # fmt: skip
    op_user_id: str = text(
        "操作人员", system=True, element="OpUserId", clause=HEAD,
        hint="返填，不可录入，为当前用户绑定的 IC 卡号；未绑定时为用户名",
    )  # fmt: skip
    bind_key_type: str = code(
        "绑定介质类型", "gate_bind_key_types", length=2, required=True, search=True, element="BindKeyType", clause=HEAD,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    bind_key_info: str = text(
        "绑定介质关键信息", length=32, upper=True, required=True, disabled=negated(filled("bind_key_type")),
        search=True, element="BindKeyInfo", clause=HEAD, pattern=MEDIUM,
        pattern_message="「绑定介质关键信息」不能含有逗号、分号、竖线或多余的空格",
        hint="必填，先选择绑定介质类型，再填写车牌号、电子车牌序列号、IC 卡号或条形码序列号",
    )  # fmt: skip
    rd_code: str = code(
        "业务类型", "gate_business_types", length=10, required=True, search=True, element="RdCode", clause=HEAD,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    decl_traf_mode: str = code(
        "运输方式", "gate_transport_modes", length=1, required=True, element="DeclTrafMode", clause=HEAD,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    ie_flag: str = code(
        "进出口标志", "gate_flags", length=1, required=True, search=True, element="IEFlag", clause=HEAD,
        hint="必填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    bayonet_rd_code: str = code(
        "过卡车辆类型", "gate_vehicle_uses", length=2, element="BayonetRdCode", clause=HEAD,
        hint="选填，按空格键调出列表，也可录入代码、名称",
    )  # fmt: skip
    vehicle_weight: str = weight("车辆重量", "VehicleWeight", "必填，手工填写，单位为千克")
    trailer_weight: str = weight("挂车重量", "TrailerWeight", "必填，手工填写，单位为千克；没有挂车填 0")
    conta_weight: str = weight("集装箱重量", "ContaWeight", "必填，手工填写，单位为千克；没有集装箱填 0")
    remark: str = remark_of(HEAD)
    bodies: list[Body] = lines("表体", Body, least=1, most=200, clause=BODY)


FORM = Form(
    content=Trip,
    header=(
        HeaderField(
            "number", "数据中心统一编码", "返填，不可录入，暂存后系统反填：年份 4 位、流水号 14 位", clause=HEAD
        ),
        HeaderField("status", "单证状态", "返填，不可录入，系统自动生成", clause=HEAD),
        HeaderField(
            "filed_on", "录入时间", "返填，不可录入，暂存后系统根据当前时间生成", element="OpTime", clause=HEAD
        ),
    ),
    sections=(
        Section(
            "表头信息",
            (
                "number", "sure_id",
                "customs_master", "status", "filed_on",
                "contractor_code_scc", "contractor_code", "op_user_id",
                "bind_key_type", "bind_key_info", "rd_code",
                "decl_traf_mode", "ie_flag", "bayonet_rd_code",
                "vehicle_weight", "trailer_weight", "conta_weight", "remark",
            ),
        ),
    ),
)  # fmt: skip
