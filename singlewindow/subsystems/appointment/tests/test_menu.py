"""Where the application stands, what its menu says, and its code tables (PORT-01, PORT-05, UI-17, APPT-01, APPT-02)."""

from __future__ import annotations

from singlewindow.kernel.codes.load import load_table
from singlewindow.subsystems.appointment import APPLICATION, SUBSYSTEM


def test_the_application_stands_where_the_manual_has_it() -> None:
    """PORT-01, PORT-05: 标准版应用 → 货物申报 → 预约通关; the card stays in the reader."""
    assert (SUBSYSTEM.group, SUBSYSTEM.title, SUBSYSTEM.card_stays) == (("货物申报",), "预约通关", True)


def test_the_left_menu_has_the_manuals_words() -> None:
    """UI-17: 预约申请; 预约查询 → 预约通关查询, 口岸工作时间查询."""
    assert [(item.under, item.title, item.page) for item in SUBSYSTEM.menu] == [
        ("", "预约申请", "form"),
        ("预约查询", "预约通关查询", "query"),
        ("预约查询", "口岸工作时间查询", "own"),
    ]


def test_the_form_has_the_manuals_parts() -> None:
    """APPT-01, APPT-03: three parts, and a fourth after the approval; up to five files and one."""
    sections = APPLICATION.form.sections
    assert [(each.title, each.tables, each.attachments, sorted(each.states)) for each in sections] == [
        ("预约申请基本信息", (), ("1",), []),
        ("商品名称及HS编码", ("goods",), (), []),
        ("预约通关报关单号反馈", ("declarations",), (), []),
        ("情况说明", (), ("2",), ["F", "I", "P"]),
    ]
    assert APPLICATION.form.attachments
    assert [(each.code, each.most) for each in APPLICATION.form.attachments.categories] == [
        ("1", 5),
        ("2", 1),
    ]


def test_yellow_grey_and_white() -> None:
    """APPT-02: what must be filled in, and what the system fills in."""
    fields = APPLICATION.form.content.fields
    assert {name for name, spec in fields.items() if spec.required is True} == {
        "consignee_code", "contact", "mobile", "declare_port", "entry_port", "transport", "start", "reason_kind",
        "ie_flag",
    }  # fmt: skip
    assert {name for name, spec in fields.items() if spec.system} == {
        "declarant_code", "declarant_scc", "declarant_ciq", "declarant_name", "consignee_scc", "consignee_ciq",
        "consignee_name", "end",
    }  # fmt: skip


def test_the_code_tables() -> None:
    """APPT-02: the three situations of 公告2018年第109号, and the two directions."""
    assert [entry.code for entry in load_table("appointment_reasons")] == ["1", "2", "3"]
    assert [entry.code + entry.name for entry in load_table("appointment_flags")] == ["I进口", "E出口"]


def test_the_query_page_has_the_manuals_boxes_and_buttons() -> None:
    """APPT-13: in the manual's order; ticked drafts go by 批量删除."""
    queries = APPLICATION.queries
    assert [(each.label, each.kind, each.max_days) for each in queries.conditions] == [
        ("企业类别", "role", 0),
        ("申请单位", "own", 0),
        ("收发货人", "text", 0),
        ("状态", "status", 0),
        ("申请时间", "span", 15),
        ("预约时间", "span", 15),
        ("预录入编号", "text", 0),
    ]
    assert (queries.delete, queries.delete_word) == (True, "批量删除")
    links = {each.label: each.link for each in queries.columns if each.link}
    assert links == {"预录入编号": "document", "状态": "receipts"}
