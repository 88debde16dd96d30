"""批量导入 and 模板 (GATE-11): 200 trips with seven faulty ones from a workbook, and a vehicle that comes daily.

By keyboard alone, but for choosing the file, which is the browser's own window.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from singlewindow.subsystems.gate.tests.test_import import FAULTY, TRIPS, trips
from tests.journeys.acts import menu
from tests.journeys.browser import Desk
from tests.journeys.gate.acts import log_in, open_form
from tests.workbooks import sheet_of

pytestmark = pytest.mark.journey
IMPORT = "批量导入"


def press(desk: Desk, words: str) -> None:
    """A button of the bar, with the keyboard."""
    desk.action(words).focus()
    desk.press("Enter")


def test_two_hundred_trips(desk: Desk, tmp_path: Path) -> None:
    """GATE-11: what would be saved, what was saved, every error with its cell, and the same file twice."""
    log_in(desk)
    menu(desk, IMPORT)
    expect(desk.action("下载导入模板")).to_be_focused()
    with desk.page.expect_download() as template:
        desk.press("Enter")
    heads = sheet_of(template.value.path().read_bytes(), "表头")
    assert heads[0][:2] == ["*序号", "*关区代码"]
    desk.shoot("empty")
    file = tmp_path / "二百车次.xlsx"
    file.write_bytes(trips(FAULTY))
    expect(desk.action("导入")).to_have_attribute("aria-disabled", "true")
    desk.page.locator("input[type=file]").set_input_files(file)
    press(desk, "检查")
    desk.says("检查已完成")
    desk.says(f"共 {TRIPS} 份：可暂存 193 份，有误 7 份")
    desk.shoot("checked")
    press(desk, "导入")
    desk.says("导入已完成")
    desk.says(f"共 {TRIPS} 份：已暂存 193 份，有误 7 份")
    refused = desk.page.get_by_role("table", name="错误清单").locator("tbody tr")
    expect(refused).to_have_count(7)
    assert refused.nth(0).locator("td").all_inner_texts()[:5] == ["7", "表头", "B9", "关区代码", "9999"]
    desk.shoot("imported")
    with desk.page.expect_download() as result:
        press(desk, "下载结果")
    made = result.value.path().read_bytes()
    assert [row[0] for row in sheet_of(made, "错误清单")[1:]] == [str(at) for at in sorted(FAULTY)]
    assert len(sheet_of(made, "已暂存")) == 194
    assert len(sheet_of(made, "表体")) == 2 + 5 * len(FAULTY)
    press(desk, "导入")
    desk.says("再次导入会另外生成一批暂存单据")
    desk.shoot("again")
    desk.press("Enter")  # 取消 has the focus
    expect(desk.dialog()).to_have_count(0)
    listed = desk.page.get_by_role("table", name="导入记录").locator("tbody tr")
    expect(listed).to_have_count(2)
    desk.page.reload()
    expect(listed).to_have_count(2)
    listed.first.get_by_role("button", name="查看").focus()
    desk.press("Enter")
    expect(refused).to_have_count(7)


def test_a_workbook_that_is_none(desk: Desk, tmp_path: Path) -> None:
    """UI-16: refused in words; the page stays as it is and another file can be chosen."""
    log_in(desk)
    menu(desk, IMPORT)
    file = tmp_path / "车次.xlsx"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(5000))
    desk.page.locator("input[type=file]").set_input_files(file)
    press(desk, "导入")
    desk.says("文件是旧版工作簿（xls）或设有打开密码")
    desk.shoot("refused")


def test_a_daily_vehicle(desk: Desk) -> None:
    """GATE-11: the open form is kept as a template, renamed, and a new trip begins with it."""
    log_in(desk)
    open_form(desk)
    box = desk.field("remark").first
    box.fill("每日煤炭")
    press(desk, "模板")
    expect(desk.dialog().get_by_label("将当前录入的内容保存为模板")).to_be_focused()
    desk.type("粤B12345")
    desk.press("Enter")
    desk.says("已保存为模板「粤B12345」")
    row = desk.dialog().get_by_role("row").filter(has_text="王芳")
    row.get_by_role("button", name="重命名").focus()
    desk.press("Enter")
    desk.type("粤B12345 煤炭")
    desk.press("Enter")
    expect(row.get_by_role("button", name="粤B12345 煤炭")).to_be_visible()
    desk.shoot("templates")
    desk.press("Escape")
    expect(desk.dialog()).to_have_count(0)
    box.fill("")
    press(desk, "模板")
    desk.dialog().get_by_role("button", name="新建单据").focus()
    desk.press("Enter")
    expect(box).to_have_value("每日煤炭")
    desk.says("已按模板新建单据，尚未暂存")
    press(desk, "暂存")
    desk.says("暂存成功")
    desk.shoot("saved")
    press(desk, "模板")
    desk.dialog().get_by_role("button", name="删除").focus()
    desk.press("Enter")
    desk.page.get_by_role("dialog", name="删除模板").get_by_role("button", name="删除").focus()
    desk.press("Enter")
    desk.says("还没有模板")
