"""Manual 4.1 随附单据上传: categories, limits, replacing, deleting, looking at a file (INSP-05, UI-18)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests import pdf_samples
from tests.journeys.acts import SLOW, enter_pin
from tests.journeys.browser import Desk
from tests.journeys.inspection.acts import (
    add_file,
    apply,
    check_buttons,
    choose_category,
    choose_file,
    fill_in,
    log_in,
    open_form,
    upload,
)
from tests.journeys.inspection.conftest import Fresh

pytestmark = pytest.mark.journey
CATEGORIES = [
    "00000001委托企业协助海关查验的声明",
    "00000002查验时不到场的声明",
    "00000003其他材料",
]
files = "table.attachments:visible tbody tr"


def test_the_categories(desk: Desk, fresh: Fresh) -> None:
    """按空格键调出下拉菜单，或录入内容查找对应参数后回车进行快捷录入 (UI-04)."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    box, options = desk.field("attachment_category"), desk.page.get_by_role("option").locator("visible=true")
    desk.press("Space")
    expect(options).to_have_text(CATEGORIES)
    desk.shoot("space")
    for typed, left in (("00000003", CATEGORIES[2:]), ("声明", CATEGORIES[:2]), ("qtcl", CATEGORIES[2:])):
        desk.press("Control+A", "Backspace")
        desk.type(typed)
        expect(options).to_have_text(left)
    desk.press("Enter")
    expect(box).to_have_value("00000003 其他材料")
    desk.press("Backspace")
    expect(box).to_have_value("")
    desk.type("99999999")
    desk.press("Tab")
    desk.says("没有「99999999」这个类别")
    button = desk.button("添加文件").locator("visible=true")
    expect(button).to_have_css("background-color", "rgb(255, 255, 255)")  # white
    box.fill("")
    button.click()
    desk.says("请先选择随附单据文件类别")


def test_files_that_are_refused(desk: Desk, fresh: Fresh) -> None:
    """pdf 单个文件大小不能超过 4M，且每页不超过 200K: each in its own words, the list stays as it was."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    choose_file(desk, "00000001", pdf_samples.make_pdf_of_size(4_194_305))
    desk.says("4 MB")
    desk.shoot("above-4M")
    add_file(desk, b"\x89PNG\r\n\x1a\n" + b"0" * 500, "图片.pdf")
    desk.says("不是 PDF 文件")
    for name, data, words in (
        ("页面过大.pdf", pdf_samples.make_pdf(pages=1, page_bytes=204_801), "超过每页上限 200K"),
        ("加密.pdf", pdf_samples.encrypted(), "加密"),
        ("脚本.pdf", pdf_samples.with_open_script(), "脚本"),
        ("附件.pdf", pdf_samples.with_embedded_file(), "嵌有其他文件"),
        ("截断.pdf", pdf_samples.truncated(), "损坏"),
    ):
        choose_file(desk, "00000001", data, name)
        enter_pin(desk)
        trouble = desk.page.locator(".attachment-trouble:visible")
        expect(trouble).to_contain_text(words, timeout=SLOW)
        expect(trouble).to_contain_text("怎么办")
        expect(trouble).to_contain_text("依据：手册 4.1 随附单据上传")
        desk.shoot(name.removesuffix(".pdf"))
    desk.says("尚未上传文件")
    choose_file(desk, "00000001", pdf_samples.make_pdf_of_size(4_194_304), "正好4M.pdf")
    enter_pin(desk)
    expect(desk.page.locator(files)).to_contain_text("4 MB", timeout=SLOW)


def test_replacing_looking_deleting_and_uploading_again(desk: Desk, fresh: Fresh) -> None:
    """一对一的关系，如再次上传，可能会覆盖前次所上传的文件; 提交申请前还可进行删除、重新上传等操作."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    upload(desk, name="第一份.pdf")
    desk.says("上传成功")
    choose_file(desk, "00000002", pdf_samples.make_pdf(pages=3), "第二份.pdf")
    desk.says("「查验时不到场的声明」已有文件「第一份.pdf」，是否用「第二份.pdf」替换？")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(desk.page.locator(files)).to_contain_text("第一份.pdf")
    choose_file(desk, "00000002", pdf_samples.make_pdf(pages=3), "第二份.pdf")
    desk.dialog().get_by_role("button", name="替换").click()
    enter_pin(desk)
    expect(desk.page.locator(files)).to_contain_text("第二份.pdf", timeout=SLOW)
    expect(desk.page.locator(files)).to_have_count(1)
    view = desk.page.get_by_role("link", name="查看").locator("visible=true")
    read = desk.page.request.get(desk.address + (view.get_attribute("href") or ""))
    assert read.headers["content-type"] == "application/pdf"
    assert read.body() == pdf_samples.make_pdf(pages=3)
    remove = desk.page.locator(files).get_by_role("button", name="删除")
    remove.click()
    desk.says("是否删除文件「第二份.pdf」？")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(desk.page.locator(files)).to_contain_text("第二份.pdf")
    remove.click()
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("尚未上传文件")
    upload(desk, name="第三份.pdf")
    apply(desk)
    expect(remove).to_have_attribute("aria-disabled", "true")
    expect(desk.button("添加文件").locator("visible=true")).to_have_attribute("aria-disabled", "true")
    expect(view).to_be_visible()
    check_buttons(desk, {"新增", "复制", "打印"})
    desk.shoot("locked")


def test_one_statement_and_not_both(desk: Desk, fresh: Fresh) -> None:
    """00000001、00000002 二选一必填；00000003 为非必填（上传）项."""
    log_in(desk)
    open_form(desk)
    fill_in(desk, fresh())
    upload(desk, "00000003", "其他.pdf")
    for category, words in (("", "二选一必填"), ("00000001", ""), ("00000002", "只能二选一，现已上传两类")):
        if category:
            upload(desk, category, f"{category}.pdf")
        if words:
            desk.action("申请").click()
            expect(desk.page.locator(".messages:visible")).to_contain_text(words)
            expect(desk.field("status")).to_have_value("暂存")
    desk.shoot("both")
    row = desk.page.locator(files).filter(has_text="00000001.pdf")
    row.get_by_role("button", name="删除").click()
    desk.dialog().get_by_role("button", name="删除").click()
    expect(row).to_have_count(0)
    apply(desk)


def test_a_category_keeps_its_words(desk: Desk) -> None:
    """A wrong one is refused when the field is left, the right one shows code and name."""
    log_in(desk)
    open_form(desk)
    choose_category(desk, "00000001")
    expect(desk.field("attachment_category")).to_have_value(re.compile("委托企业协助海关查验的声明$"))
