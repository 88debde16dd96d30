"""Where the application stands and what its left menu says (PORT-01, UI-17; manual 3.2)."""

from __future__ import annotations

from singlewindow.subsystems.inspection import SUBSYSTEM


def test_the_left_menu_has_the_manuals_words() -> None:
    """UI-17: exact words, in this order; a form for each application and one query over both."""
    assert [item.title for item in SUBSYSTEM.menu] == [
        "免于到场协助查验申请（报关单）",
        "免于到场协助查验申请（非报关单）",
        "数据查询",
    ]
    assert [item.page for item in SUBSYSTEM.menu] == ["form", "form", "query"]
    assert SUBSYSTEM.menu[2].types == (*SUBSYSTEM.menu[0].types, *SUBSYSTEM.menu[1].types)


def test_the_application_stands_where_the_manual_has_it() -> None:
    """PORT-01: 标准版应用 → 货物申报 → 海关事务联系系统."""
    assert (SUBSYSTEM.group, SUBSYSTEM.title) == (("货物申报", "海关事务联系系统"), "免于到场协助查验申请")


def test_the_query_page_has_the_manuals_conditions() -> None:
    """INSP-10: these and no other; 最近操作时间 alone is obligatory, of at most 30 days."""
    for document, number in zip(SUBSYSTEM.documents, ("报关单号", "提运单号"), strict=True):
        assert [(c.label, c.kind, c.required, c.max_days) for c in document.queries.conditions] == [
            ("单据状态", "status", False, 0),
            (number, "text", False, 0),
            ("数据中心统一编号", "text", False, 0),
            ("最近操作时间", "span", True, 30),
        ]
