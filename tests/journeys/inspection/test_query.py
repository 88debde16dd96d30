"""Manual 4.3 数据查询, 2.4.3: conditions, list, pages, receipts, deleting several (INSP-10, INSP-11, UI-07 … UI-09)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, menu, row_of
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import (
    BILL_FORM,
    FORM,
    QUERY,
    apply_for,
    draft_behind,
    fill_in,
    log_in,
    open_form,
    save,
    start_anew,
)
from tests.journeys.inspection.conftest import Fresh
from tests.journeys.trouble import customs_refuse

pytestmark = pytest.mark.journey
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
rows = "table.results:visible tbody tr"
heads = "table.results:visible thead th"


def choose(desk: Desk, name: str, typed: str, shown: str) -> None:
    """A drop-down by keyboard: Space opens it, typing narrows it, Enter takes (UI-04)."""
    box = desk.field(name)
    box.click()
    desk.press("Control+A", "Backspace", "Space")
    expect(desk.page.get_by_role("option").locator("visible=true").first).to_be_visible()
    desk.type(typed)
    expect(desk.page.get_by_role("option").locator("visible=true")).to_have_count(1)
    desk.press("Enter")
    expect(box).to_have_value(shown)


def search(desk: Desk) -> None:
    with desk.page.expect_response(re.compile(r"/api/documents/[^/]+\?")):
        desk.button("查询").click()


def set_day(desk: Desk, end: str, days_ago: int) -> None:
    box = desk.page.get_by_label(f"最近操作时间{end}").locator("visible=true")
    box.fill((TODAY - timedelta(days=days_ago)).isoformat())
    box.press("Enter")


def test_conditions_by_type(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """查询条件显示为“报关单号” / 变为“提运单号”; 空格键调出下拉菜单; 还可输入数据中心统一编号进行查找."""
    log_in(desk)
    open_form(desk)
    declaration = fresh()
    fill_in(desk, declaration)
    number = save(desk)
    start_anew(desk, BILL_FORM)
    bill = stage.examples["bill_applicable"][2]
    fill_in(desk, bill, plate="")
    bill_number = save(desk)
    menu(desk, QUERY)
    expect(desk.field("type")).to_have_value(FORM)
    labels = desk.page.locator(".conditions:visible .condition > span:first-child")
    expect(labels).to_have_text(["单据类型", "单据状态", "报关单号", "数据中心统一编号", "最近操作时间"])
    desk.shoot("conditions")
    desk.field("status").focus()
    desk.press("Space")
    states = [
        "全部",
        "暂存",
        "已申请",
        "发往海关成功",
        "发送失败",
        "海关接收成功",
        "接收失败",
        "同意",
        "不同意",
    ]
    words = [re.sub(r"^(E?\d)", "", text) for text in desk.page.get_by_role("option").all_inner_texts()]
    assert [re.sub(r"\s", "", word) for word in words] == states
    desk.press("Escape")
    for name, value, found in (
        ("declaration_no", declaration, 1),
        ("number", number, 1),
        ("number", bill_number, 0),
    ):
        desk.field(name).fill(value)
        search(desk)
        expect(desk.page.locator(rows)).to_have_count(found)
        desk.button("重置").click()
        expect(desk.field(name)).to_have_value("")
        expect(desk.page.locator(rows)).to_have_count(0)
        set_day(desk, "起", 29)
        set_day(desk, "止", 0)
    choose(desk, "type", "非报关单", BILL_FORM)
    expect(labels).to_have_text(["单据类型", "单据状态", "提运单号", "数据中心统一编号", "最近操作时间"])
    desk.field("bill_no").fill(bill)
    search(desk)
    expect(row_of(desk, bill_number)).to_have_count(1)
    desk.shoot("found-by-bill")
    choose(desk, "status", "暂", "0 暂存")
    search(desk)
    expect(row_of(desk, bill_number)).to_have_count(1)


def test_the_span_is_obligatory_and_at_most_30_days(desk: Desk) -> None:
    """最近操作时间不可为空，查询起止时间范围，不能超过 30 天."""
    log_in(desk)
    menu(desk, QUERY)
    for name in ("起", "止"):
        expect(desk.page.get_by_label(f"最近操作时间{name}")).not_to_have_value("")
    set_day(desk, "起", 31)
    search(desk)
    desk.says("不能超过 30 天，现为 31 天")
    desk.shoot("31-days")
    set_day(desk, "起", 30)
    search(desk)
    expect(desk.page.get_by_text("不能超过 30 天")).to_have_count(0)
    set_day(desk, "止", 31)
    search(desk)
    desk.says("截止日期早于起始日期")
    desk.button("重置").click()
    for name in ("起", "止"):
        expect(desk.page.get_by_label(f"最近操作时间{name}")).to_have_value("")
    search(desk)
    expect(desk.page.get_by_text("截止日期早于起始日期")).to_have_count(0)
    desk.says("「最近操作时间」不可为空")
    desk.shoot("emptied")


def test_blue_number_and_blue_status(desk: Desk, fresh: Fresh) -> None:
    """点击蓝色统一编号，跳转到详细信息界面; 点击“单据状态”蓝色字样，显示回执详细信息；【刷新】【关闭】."""
    log_in(desk)
    number = apply_for(desk, fresh())
    expect(desk.field("status")).to_have_value("同意", timeout=SLOW)
    menu(desk, QUERY)
    desk.field("number").fill(number)
    search(desk)
    row = row_of(desk, number)
    status = row.get_by_role("button", name="同意", exact=True)
    for blue in (row.get_by_role("button", name=number), status):
        expect(blue).to_have_css("color", "rgb(20, 85, 158)")
    status.click()
    panel = desk.page.get_by_role("region", name="回执详细信息")
    for code, words in (("SENT", "发往海关成功"), ("RECEIVED", "海关接收成功"), ("APPROVED", "同意")):
        expect(panel.get_by_role("row").filter(has_text=code)).to_contain_text(words)
    box, table = panel.bounding_box(), desk.page.locator("table.results:visible").bounding_box()
    assert box
    assert table
    assert box["y"] > table["y"], "under the list"
    desk.shoot("receipts")
    with desk.page.expect_response(re.compile("/receipts")):
        panel.get_by_role("button", name="刷新").click()
    expect(panel.get_by_role("row")).to_have_count(4)
    panel.get_by_role("button", name="关闭").click()
    expect(panel).to_have_count(0)
    row.get_by_role("button", name=number).click()
    expect(desk.field("number")).to_have_value(number)
    expect(desk.field("status")).to_have_value("同意")
    expect(desk.page.locator(".tabs a", has_text=number)).to_have_attribute("aria-current", "page")


def test_several_are_deleted_together(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """对于暂存、发送失败、接收失败等状态的数据，可以勾选后点击界面【删除】白色按钮: others cannot be ticked."""
    log_in(desk)
    granted = apply_for(desk, fresh())
    expect(desk.field("status")).to_have_value("同意", timeout=SLOW)
    with customs_refuse(stage.system):
        failed = apply_for(desk, fresh())
        expect(desk.field("status")).to_have_value("发送失败", timeout=SLOW)
    start_anew(desk)
    fill_in(desk, fresh())
    draft = save(desk)
    menu(desk, QUERY)
    search(desk)
    for number, may in ((granted, False), (failed, True), (draft, True)):
        tick = row_of(desk, number).get_by_role("checkbox")
        expect(tick).to_be_enabled(enabled=may)
        if may:
            tick.check()
    delete = desk.page.get_by_role("toolbar", name="查询操作").get_by_role("button", name="删除")
    expect(delete).to_have_css("background-color", "rgb(255, 255, 255)")  # white
    delete.click()
    desk.says("是否删除选中的 2 票单据？删除后不可恢复")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(row_of(desk, draft)).to_have_count(1)
    delete.click()
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    for number, left in ((granted, 1), (failed, 0), (draft, 0)):
        expect(row_of(desk, number)).to_have_count(left)
    desk.shoot("deleted")


def test_columns_sorting_ticks_and_pages(desk: Desk, fresh: Fresh) -> None:
    """选择显示列: 可勾选显示的字段，去掉勾选将该字段进行隐藏; 总记录数、每页显示的记录条数、换页."""
    log_in(desk)
    for _ in range(22):
        draft_behind(desk, fresh())
    menu(desk, QUERY)
    search(desk)
    expect(desk.page.locator(rows)).to_have_count(20)
    bar = desk.page.locator(".page-bar:visible")
    total = int(re.search(r"共 (\d+) 条", bar.inner_text()).group(1))  # type: ignore[union-attr]
    assert total >= 22
    bar.get_by_text("2", exact=True).click()
    expect(desk.page.locator(rows)).to_have_count(min(20, total - 20))
    desk.shoot("second-page")
    bar.get_by_role("button", name=re.compile("上一页|previous", re.IGNORECASE)).click()
    expect(desk.page.locator(rows)).to_have_count(20)
    bar.locator(".el-select").click()
    desk.page.get_by_role("option", name="50").click()
    expect(desk.page.locator(rows)).to_have_count(min(50, total))
    with desk.page.expect_response(re.compile("sort=declaration_no")) as sorted_anew:
        desk.page.get_by_title("按报关单号排序").click()
    found = [item["values"]["declaration_no"] for item in sorted_anew.value.json()["items"]]
    assert found == sorted(found)
    expect(desk.page.locator(f"{rows} td:nth-child(4)")).to_have_text(found)
    expect(desk.page.locator(heads).filter(has_text="报关单号")).to_have_attribute("aria-sort", "ascending")
    desk.page.get_by_label("全选本页").check()
    expect(bar).to_contain_text("已选")
    desk.page.get_by_label("全选本页").uncheck()
    desk.page.get_by_role("button", name="选择显示列").click()
    desk.page.get_by_role("checkbox", name="联系人").uncheck()
    expect(desk.page.locator(heads).filter(has_text="联系人")).to_have_count(0)
    desk.shoot("without-a-column")
    desk.page.reload()
    search(desk)
    expect(desk.page.locator(heads).filter(has_text="联系人")).to_have_count(0)
    desk.page.get_by_role("button", name="选择显示列").click()
    desk.page.get_by_role("checkbox", name="联系人").check()
    expect(desk.page.locator(heads).filter(has_text="联系人")).to_have_count(1)
