"""Manual 3.2 打印与业务数据统计: the trip on paper with its code, statistics with chart and print (GATE-09)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.journeys.acts import SLOW, menu
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import log_in
from tests.journeys.gate.stock import declared, draft
from tests.journeys.papers import kept, text_of

pytestmark = pytest.mark.journey
STATISTICS = "统计"


def test_the_trip_on_paper(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """车次单 of an accepted trip with its code; the form as on the screen; a draft's bears no code."""
    log_in(desk)
    [number] = declared(stage, ["粤B34001"])
    desk.page.goto(f"{desk.address}/app/gate/form/gate.trip/{number}")
    expect(desk.field("status")).to_have_value("海关入库成功", timeout=SLOW)
    sure_id = desk.field("sure_id").input_value()
    desk.press("Alt+p")
    paper = text_of(kept(desk, tmp_path, "trip"))
    for words in ("车次单", number, sure_id, "粤B34001", "COSU6123456789", "12500", "有效"):
        assert words in paper, paper
    desk.dialog().get_by_label("智能卡口散杂货").check()
    form = text_of(kept(desk, tmp_path, "form"))
    for words in ("表头信息", sure_id, "统一社会信用代码", "COSU6123456789"):
        assert words in form, form
    desk.dialog().get_by_role("button", name="关闭").last.click()
    plain, _ = draft(desk, "粤B34002")
    desk.page.goto(f"{desk.address}/app/gate/form/gate.trip/{plain}")
    expect(desk.field("number")).to_have_value(plain)
    desk.action("打印").click()
    assert "有效期" not in text_of(kept(desk, tmp_path, "draft"))


def choose(desk: Desk, name: str, word: str) -> None:
    """A dimension by its word."""
    box = desk.field(name)
    box.focus()
    desk.press("Control+A", "Backspace")
    desk.type(word)
    desk.page.get_by_role("option", name=word).locator("visible=true").first.wait_for()
    desk.press("Enter")


def test_statistics_with_chart_and_print(desk: Desk, tmp_path: Path) -> None:
    """By business type and status: table with totals, bars, 打印, 导出."""
    log_in(desk)
    for at, code in enumerate(("0001000000", "0001000000", "1010000000")):
        draft(desk, f"粤B3401{at}", rd_code=code)
    menu(desk, STATISTICS)
    expect(desk.field("by")).to_be_focused()
    choose(desk, "by", "业务类型")
    choose(desk, "then_by", "单据状态")
    desk.action("开始统计").click()
    table = desk.page.get_by_role("table").locator("visible=true")
    expect(table.get_by_role("row", name="分拨分流 暂存 2")).to_be_visible()
    expect(table.get_by_role("row", name="报关+查验分流 暂存 1")).to_be_visible()
    bars = desk.page.get_by_role("img", name="票数柱状图").locator("svg")
    expect(bars).to_be_visible()
    desk.shoot("statistics")
    desk.action("打印").click()
    paper = text_of(kept(desk, tmp_path, "statistics"))
    for words in ("统计", "分拨分流", "报关+查验分流", "合计"):
        assert words in paper, paper
    desk.press("Escape")
    with desk.page.expect_download() as download:
        desk.action("导出").click()
    [sheet] = CalamineWorkbook.from_path(download.value.path()).sheet_names
    lines = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_name(sheet).to_python()
    assert any("分拨分流" in str(line) and 2 in line for line in lines), lines
