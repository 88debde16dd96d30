"""The chapter's menu, in the manual's order and words (第六篇)."""

from __future__ import annotations

from singlewindow.kernel.subsystem import MenuItem
from singlewindow.subsystems.consolidated.booklet import BOOKLET
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION

FILING, LISTS, REVISING, MERGING, ASKING, OTHERS = (
    "集报备案", "集报清单", "集报清单修撤单", "集报清单汇总", "数据查询/统计", "其他",
)  # fmt: skip
KINDS = (
    ("进口一般贸易集报清单", "GI"),
    ("进口保税货物集报清单", "BI"),
    ("出口一般贸易集报清单", "GE"),
    ("出口保税货物集报清单", "BE"),
)

MENU = (
    MenuItem("企业资质备案", "form", (QUALIFICATION.name,), under=FILING),
    MenuItem("企业商品信息备案", "form", (BOOKLET.name,), under=FILING),
    MenuItem("企业备案变更", "own", name="changes", under=FILING),
    *(
        MenuItem(title, "form", (LIST.name,), under=LISTS, preset={"list_kind": kind})
        for title, kind in KINDS
    ),
    MenuItem("修改申请", "query", (LIST.name,), under=REVISING, amends="modify"),
    MenuItem("撤销申请", "query", (LIST.name,), under=REVISING, amends="revoke"),
    MenuItem("修撤状态查询", "amendments", (LIST.name,), under=REVISING),
    MenuItem("集报清单汇总", "own", name="merge", under=MERGING),
    MenuItem("备案表查询", "own", name="filings", under=ASKING),
    MenuItem("集报清单查询", "query", (LIST.name,), under=ASKING, preset={"list_kind": "GI"}),
    MenuItem("集报报关单查询", "own", name="declarations", under=ASKING),
    MenuItem("归并关系查询", "own", name="relations", under=ASKING),
    MenuItem("集报清单业务统计", "own", name="statistics", under=ASKING),
    MenuItem("期限日历", "own", name="deadlines", under=OTHERS),
    MenuItem("批量导入", "import", (BOOKLET.name, LIST.name), under=OTHERS),
)
