"""The registers that the gate brings: lanes, and how far a weight may lie from the declared one (facts 1.5, 1.6)."""

from __future__ import annotations

from singlewindow.customs.register_kinds import Member, Register

GATE_LANE = Register(
    "gate_lane", "卡口通道", "通道编号", "CN[A-Z]{3}[0-9]{6}[0-9A-Z]{4}",
    (
        Member("name", "通道名称", required=True, listed=True, editable=True),
        Member("district", "关区代码", element="CUS_CODE", pattern="[0-9]{4}", required=True, listed=True,
               editable=True),
        Member("direction", "方向", "choice", "I_E_FLAG", {"I": "进场", "E": "出场"}, required=True, listed=True,
               editable=True),
        Member("enabled", "是否启用", "flag", required=True, listed=True, editable=True),
    ),
    may_add=True,
    note="The first eleven characters of the key are the AREA_ID of the supervised site.",
)  # fmt: skip
"""Key: CHNL_NO, whose first eleven characters are the AREA_ID of the supervised site (facts 1.5)."""

GATE_TOLERANCE = Register(
    "gate_tolerance", "卡口地磅误差", "关区代码", "[0-9]{4}",
    (Member("percent", "允许误差（%）", "number", bounds=(0, 100), required=True, listed=True, editable=True),),
    may_add=True, note="In percent of the declared weight; a district without an entry has 5.",
)  # fmt: skip
"""How far a weight may lie from the declared one; without an entry the default counts (facts 1.6, a proposal)."""
