"""Manual 4.2: 自助打印/导出 (PRNT-04 … PRNT-08)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.papers import kept, text_of
from tests.journeys.print.acts import (
    APPLY,
    CHEN_CARD,
    RESULTS,
    act,
    apply_for_data,
    apply_for_print,
    await_made,
    choose,
    downloaded,
    find_results,
    log_in,
    open_page,
    row_of,
    search,
    tick,
)

pytestmark = pytest.mark.journey
PRINT, EXPORT = "自助打印报关单证申请", "结关后报关单数据导出申请"
STATES = {
    PRINT: ["0-无签章已生成", "1-有签章已生成", "2-海关作业流程未完结", "3-制作中", "4-旧版本暂不支持", "5-全部"],
    EXPORT: ["1-数据已生成", "2-数据生成失败", "3-全部"],
}  # fmt: skip


def test_the_conditions(desk: Desk) -> None:
    """申请编号 and 申请状态 follow 申请类型; 报关单号 and 申请日期 as on the other page (PRNT-04)."""
    log_in(desk)
    open_page(desk, RESULTS)
    labels = desk.page.locator(".conditions:visible .condition > span:first-child")
    for kind, number in ((PRINT, "自助打印申请编号"), (EXPORT, "结关后报关单数据导出申请编号")):
        choose(desk, "kind", kind, kind)
        expect(labels).to_have_text(["申请类型", "申请编号", "申请状态", "报关单号", "申请日期"])
        desk.field("application").focus()
        desk.says(f"请填写「{number}」")
        desk.field("state").focus()
        desk.press("Space")
        options = desk.page.get_by_role("option").locator("visible=true")
        expect(options).to_have_text(STATES[kind])
        desk.press("Escape")
        desk.shoot(f"conditions-{number[:2]}")
    desk.field("application").fill("没有这个编号")
    search(desk)
    desk.field("state").fill("没有的")
    desk.field("applied_from").fill("2026-02-31")
    desk.field("application").focus()
    desk.says("没有「没有的」这一项")
    desk.says("不是有效的日期：2026-02-31")
    desk.shoot("wrong")
    desk.action("重置").click()
    expect(desk.field("application")).to_have_value("")


def test_layout_files(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """导出, 打印, 操作记录 where a file was made; grey in 海关作业流程未完结 and 旧版本暂不支持 (PRNT-05)."""
    log_in(desk)
    open_page(desk, APPLY)
    made = stage.examples["closed_printable"][7]
    process, old = stage.examples["closed_open_process"][0], stage.examples["closed_old_layout"][0]
    application = apply_for_print(desk, True, made, process, old)
    find_results(desk, PRINT, application)
    for number, state in (
        (made, "1-有签章已生成"),
        (process, "2-海关作业流程未完结"),
        (old, "4-旧版本暂不支持"),
    ):
        await_made(desk, number, state)
    desk.shoot("states")
    for number in (process, old):
        for word in ("导出", "打印", "操作记录"):
            expect(act(desk, word, number)).to_have_attribute("aria-disabled", "true")
            expect(act(desk, word, number)).to_have_attribute("title", re.compile(".{4}"))
        expect(row_of(desk, number).get_by_role("checkbox")).to_be_disabled()
    file = downloaded(desk, act(desk, "导出", made), tmp_path)
    assert file.read_bytes().startswith(b"%PDF-")
    assert made in text_of(file)
    act(desk, "打印", made).click()
    assert made in text_of(kept(desk, tmp_path, "preview"))
    stage.put_card(None)  # over the preview, too, it must stay in the reader (PORT-05)
    desk.says("绑定的卡插回之前不能导出、打印")
    expect(desk.button("下载")).to_have_attribute("aria-disabled", "true")
    desk.shoot("preview-without-card")
    stage.put_card(CHEN_CARD)
    expect(desk.button("下载")).to_have_attribute("aria-disabled", "false")
    desk.shoot("preview")
    desk.press("Escape")
    act(desk, "操作记录", made).click()
    log = desk.page.get_by_role("dialog", name=f"操作记录 {made}")
    # 下载 of the preview is 导出 too
    expect(log.locator("tbody tr")).to_contain_text(["导出", "打印", "导出"])
    expect(log.locator("tbody")).to_contain_text("陈南")
    desk.shoot("log")


def test_many_layout_files(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """自助打印批量导出 asks 是否确认导出选中数据？ and delivers one archive (PRNT-06)."""
    log_in(desk)
    open_page(desk, APPLY)
    numbers = stage.examples["closed_printable"][8:11]
    application = apply_for_print(desk, False, *numbers)
    find_results(desk, PRINT, application)
    for number in numbers:
        await_made(desk, number, "0-无签章已生成")
    expect(desk.action("自助打印批量导出")).to_have_attribute("aria-disabled", "true")
    tick(desk, *numbers[:2])
    desk.action("自助打印批量导出").click()
    desk.says("是否确认导出选中数据？")
    desk.shoot("question")
    archive = downloaded(desk, desk.dialog().get_by_role("button", name="确定"), tmp_path)
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        assert opened.testzip() is None
    assert len(names) == 2
    assert all(any(number in name for name in names) for number in numbers[:2])
    desk.says("已导出 2 票报关单")


def test_data(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """导出 delivers the data of the whole application; where some failed it asks first (PRNT-07)."""
    log_in(desk)
    open_page(desk, APPLY)
    good, bad = stage.examples["closed_printable"][11], stage.examples["closed_without_goods"][0]
    application = apply_for_data(desk, good, bad)
    find_results(desk, EXPORT, application)
    await_made(desk, good, "1-数据已生成")
    await_made(desk, bad, "2-数据生成失败")
    expect(act(desk, "导出", bad)).to_have_attribute("aria-disabled", "true")
    expect(desk.page.locator("tbody:visible").get_by_role("button", name=re.compile("^打印"))).to_have_count(
        0
    )
    desk.shoot("states")
    act(desk, "导出", good).click()
    desk.shoot("formats")
    desk.dialog().get_by_role("button", name="确定").click()
    desk.says(f"报关单号 {bad}数据生成失败，请确认是否继续导出？")
    desk.shoot("question")
    file = downloaded(desk, desk.dialog().get_by_role("button", name="确定"), tmp_path)
    assert file.suffix == ".xlsx"
    assert zipfile.is_zipfile(file)


def test_after_a_month(desk: Desk, stage: Stage) -> None:
    """只保存一个自然月: later the row stays, its buttons are grey and it says what to do (PRNT-08)."""
    log_in(desk)
    open_page(desk, APPLY)
    number = stage.examples["closed_printable"][12]
    application = apply_for_print(desk, False, number)
    find_results(desk, PRINT, application)
    await_made(desk, number, "0-无签章已生成")
    try:
        stage.move_clock("shift", "+32d")
        search(desk)
        expect(row_of(desk, number)).to_contain_text("已超过保存期限，请重新申请")
        for word in ("导出", "打印", "操作记录"):
            expect(act(desk, word, number)).to_have_attribute("aria-disabled", "true")
            expect(act(desk, word, number)).to_have_attribute("title", "已超过保存期限，请重新申请")
        act(desk, "导出", number).focus()
        desk.press("Enter")
        desk.says("已超过保存期限，请重新申请")
        desk.shoot("expired")
    finally:
        stage.move_clock("real")
