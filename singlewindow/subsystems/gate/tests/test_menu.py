"""Where the application stands, what its menu says, and its code tables (PORT-01, UI-17, GATE-02; manual 2.7, 3)."""

from __future__ import annotations

import pytest

from singlewindow.kernel.codes.load import load_table
from singlewindow.subsystems.gate import SUBSYSTEM


def test_the_application_stands_where_the_manual_has_it() -> None:
    """PORT-01: 标准版应用 → 口岸物流 → 智能卡口散杂货系统."""
    assert (SUBSYSTEM.group, SUBSYSTEM.title) == (("口岸物流",), "智能卡口散杂货系统")


def test_the_left_menu_has_the_manuals_words() -> None:
    """UI-17: 新增 and 查询, in this order; GATE-09: then 统计, which the manual has under 查询; GATE-11: 批量导入."""
    pages = [("新增", "form"), ("查询", "query"), ("统计", "statistics"), ("批量导入", "import")]
    assert [(item.title, item.page) for item in SUBSYSTEM.menu] == pages


@pytest.mark.parametrize(
    ("table", "entries"),
    [
        ("gate_bind_key_types", "VN车牌号 VE电子车牌号 ICIC卡 BC条形码"),
        ("gate_bound_objects", "C集装箱号 B提单 T转关单号 VC车辆海关编号 VN车辆车牌"),
        ("gate_transport_modes", "2海运 4公路 5航空"),
        ("gate_flags", "I进口 E出口"),
        ("gate_directions", "I进场 E出场"),
        ("gate_vehicle_uses", "01重进空出 02空进重出 03重进重出 04空进空出"),
        ("gate_bill_types", "1一程舱单 2二程舱单"),
        (
            "gate_business_types",
            (
                "1000000000报关 0100000000转关 0010000000查验分流 0001000000分拨分流 0000100000空箱 0000000100空车 "
                "0000010000集中查验 0000001000多式联运 1010000000报关+查验分流 1000001000多式联运+报关"
            ),
        ),
    ],
)
def test_the_code_tables(table: str, entries: str) -> None:
    """GATE-02: codes and words, in the order of the manual's lists."""
    assert [entry.code + entry.name for entry in load_table(table)] == entries.split()
