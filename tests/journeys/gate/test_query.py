"""Manual 3.2: conditions, list, the actions of each status, receipts in a tab of their own (GATE-07 … GATE-09)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import SLOW, choose, row_of
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import BUTTONS, log_in, open_query, search
from tests.journeys.gate.officer import GateOfficer
from tests.journeys.gate.stock import declared, draft, in_every_status, serial
from tests.journeys.papers import kept, text_of

pytestmark = pytest.mark.journey
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
CONDITIONS = [
    "车次确认编号", "单据状态", "绑定介质类型", "绑定介质关键信息", "业务类型", "关区代码", "进出口标志", "录入时间",
]  # fmt: skip
STATES = [
    "全部", "暂存", "申报", "发往内网成功", "发往内网失败", "海关审核通过", "退单", "已办结", "已锁定", "解除锁定",
    "人工办结", "已口岸离场",
]  # fmt: skip
MEDIA = ["车牌号", "电子车牌号", "IC卡", "条形码"]
BUSINESS = [
    "报关", "转关", "查验分流", "分拨分流", "空箱", "空车", "集中查验", "多式联运", "报关+查验分流", "多式联运+报关",
]  # fmt: skip
OTHER = {
    "customs_master": "5304", "bind_key_type": "BC", "bind_key_info": "TM330020001", "rd_code": "0000000100",
    "ie_flag": "E",
}  # fmt: skip
ACTS = {
    "暂存": ["查看", "修改", "删除"],
    "申报": ["查看"],
    "发往内网成功": ["查看", "查看回执"],
    "发往内网失败": ["查看", "修改", "删除"],
    "海关审核通过": ["查看", "变更", "删单", "查看回执"],
    "退单": ["查看", "修改", "删除", "查看回执"],
    "已办结": ["查看", "查看回执"],
    "已锁定": ["查看", "查看回执"],
    "解除锁定": ["查看", "变更", "查看回执"],
    "人工办结": ["查看", "查看回执"],
    "已口岸离场": ["查看", "查看回执"],
}


def check_options(desk: Desk, name: str, words: list[str]) -> None:
    """What the drop-down of a condition offers: these names in this order, each behind its code."""
    desk.field(name).focus()
    desk.press("Space")
    shown = desk.page.get_by_role("option").locator("visible=true")
    expect(shown.first).to_be_visible()
    offered = [text.strip() for text in shown.all_inner_texts()]
    desk.press("Escape")
    assert len(offered) == len(words), offered
    assert all(text.endswith(word) for text, word in zip(offered, words, strict=True)), offered


def set_day(desk: Desk, end: str, day: str) -> None:
    """One end of 录入时间."""
    box = desk.page.get_by_label(f"录入时间{end}").locator("visible=true")
    box.fill(day)
    box.press("Tab")


def test_conditions_and_reset(desk: Desk) -> None:
    """Each condition finds what it names and nothing else; 重置清空查询条件; 直接点击查询按钮 (GATE-07)."""
    log_in(desk)
    (_, ours), (_, other) = draft(desk, "粤B33001"), draft(desk, "", **OTHER)
    open_query(desk)
    labels = desk.page.locator(".conditions:visible .condition > span:first-child")
    expect(labels).to_have_text(CONDITIONS)
    for name, words in (
        ("status", STATES),
        ("bind_key_type", MEDIA),
        ("rd_code", BUSINESS),
        ("ie_flag", ["进口", "出口"]),
    ):
        check_options(desk, name, words)
    desk.shoot("conditions")
    search(desk)
    expect(row_of(desk, ours)).to_be_visible()
    expect(row_of(desk, other)).to_be_visible()
    for name, text in (("sure_id", other), ("bind_key_info", "TM330020001")):
        search(desk, **{name: text})
        expect(row_of(desk, other)).to_have_count(1)
        expect(row_of(desk, ours)).to_have_count(0)
        reset(desk)
    search(desk, bind_key_info="TM33002000")  # exact: a part of it finds nothing
    desk.says("没有符合条件的数据")
    reset(desk)
    for name, text, shown in (
        ("bind_key_type", "BC", "BC 条形码"),
        ("rd_code", "空车", "0000000100 空车"),
        ("customs_master", "5304", "5304 蛇口海关"),
        ("ie_flag", "E", "E 出口"),
    ):
        desk.field(name).focus()
        choose(desk, text, shown)
        search(desk)
        expect(row_of(desk, other)).to_have_count(1)
        expect(row_of(desk, ours)).to_have_count(0)
        desk.shoot(f"by-{name}")
        reset(desk)
    for word, found in (("暂存", 1), ("人工办结", 0), ("全部", 1)):
        desk.field("status").focus()
        desk.press("Control+A", "Backspace")
        desk.type(word)
        desk.page.get_by_role("option").locator("visible=true").first.wait_for()
        desk.press("Enter")
        search(desk, sure_id=ours)
        expect(row_of(desk, ours)).to_have_count(found)


def reset(desk: Desk) -> None:
    """重置: every box is empty, and the list too."""
    desk.button("重置").locator("visible=true").click()
    for name in (
        "sure_id",
        "status",
        "bind_key_type",
        "bind_key_info",
        "rd_code",
        "customs_master",
        "ie_flag",
    ):
        expect(desk.field(name)).to_have_value("")
    for end in ("起", "止"):
        expect(desk.page.get_by_label(f"录入时间{end}").locator("visible=true")).to_have_value("")
    expect(desk.page.locator("table.results:visible tbody tr")).to_have_count(0)


def test_both_days_or_none(desk: Desk) -> None:
    """根据录入时间查询时，需要输入查询的起始时间和结束时间 (GATE-07)."""
    log_in(desk)
    _, sure_id = draft(desk, "粤B33002")
    open_query(desk)
    for end in ("起", "止"):
        set_day(desk, end, TODAY.isoformat())
        search(desk)
        desk.says("「录入时间」需同时填写起始日期和截止日期，或都不填写")
        desk.shoot(f"only-{end}")
        reset(desk)
    for days, found in ((0, 1), (1, 0)):
        for end in ("起", "止"):
            set_day(desk, end, (TODAY - timedelta(days=days)).isoformat())
        search(desk, sure_id=sure_id)
        expect(row_of(desk, sure_id)).to_have_count(found)


def test_the_actions_of_every_status(desk: Desk, stage: Stage, officer: GateOfficer) -> None:
    """系统根据该票数据当前状态判断: each status in life, and exactly its words in 操作 (GATE-06, GATE-08)."""
    log_in(desk)
    open_query(desk)
    seen = set()
    search(desk)
    for state, number in in_every_status(desk, stage, officer):
        search(desk)
        row = row_of(desk, serial(number))
        expect(row).to_contain_text(state, timeout=SLOW)
        acts = row.locator("td.acts button")
        expect(acts).to_have_text(ACTS[state], timeout=SLOW)
        seen.add(state)
        if state == "申报":
            desk.shoot("all-statuses")
    assert seen == set(ACTS)


def test_view_is_read_only_and_a_draft_is_deleted(desk: Desk) -> None:
    """查看: 不可操作, 暂存按钮和申报按钮均为灰色; 删除: 提示是否确认删除该数据, 提示删除成功 (GATE-08)."""
    log_in(desk)
    _, sure_id = draft(desk, "粤B33003")
    open_query(desk)
    search(desk, sure_id=sure_id)
    act(desk, sure_id, "查看")
    expect(desk.field("sure_id")).to_have_value(sure_id)
    for name in BUTTONS:
        grey = "false" if name in ("新增", "复制", "打印") else "true"
        expect(desk.action(name)).to_have_attribute("aria-disabled", grey)
    for name in ("customs_master", "bind_key_info", "vehicle_weight", "remark", "bodies/bind_obj_id"):
        expect(desk.field(name)).to_have_attribute("readonly", "")
    desk.page.locator(".row-list tbody tr[tabindex]:visible").click()
    expect(desk.field("bodies/bind_obj_id")).to_have_value("COSU6123456789")
    desk.says("正在查看第 1 行")
    desk.shoot("view")
    open_query(desk)
    act(desk, sure_id, "删除")
    desk.says("是否确认删除该数据")
    desk.shoot("asks")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(row_of(desk, sure_id)).to_have_count(1)
    act(desk, sure_id, "删除")
    desk.dialog().get_by_role("button", name="删除").click()
    desk.says("删除成功")
    expect(row_of(desk, sure_id)).to_have_count(0)


def act(desk: Desk, sure_id: str, word: str) -> None:
    """One of the row's own actions."""
    row_of(desk, sure_id).get_by_role("button").filter(has_text=re.compile(f"^{word}$")).click()


def test_receipts_in_a_tab_and_the_list_on_paper(desk: Desk, stage: Stage, tmp_path: Path) -> None:
    """查看回执: 此界面中显示海关回执信息, 刷新, 关闭 (GATE-08); the list as a PDF (GATE-09)."""
    log_in(desk)
    [number] = declared(stage, ["粤B33004"])
    open_query(desk)
    search(desk, bind_key_info="粤B33004")
    expect(row_of(desk, serial(number))).to_contain_text("海关审核通过", timeout=SLOW)
    act(desk, serial(number), "查看回执")
    panel = desk.page.get_by_role("region", name="回执详细信息")
    for code, words in (("RECEIVED", "海关接收通知"), ("10", "海关审核通过")):
        expect(panel.get_by_role("row").filter(has_text=f"{code} {words}")).to_have_count(1)
    expect(desk.page.locator(".tabs a[aria-current=page]")).to_contain_text("回执")
    desk.shoot("receipts")
    with desk.page.expect_response(re.compile("/receipts")):
        panel.get_by_role("button", name="刷新").click()
    panel.get_by_role("button", name="关闭").click()
    expect(panel).to_have_count(0)
    open_query(desk)
    desk.action("打印").click()
    text = text_of(kept(desk, tmp_path, "list"))
    for words in ("智能卡口散杂货查询结果", "绑定介质关键信息", "粤B33004", "海关审核通过"):
        assert words in text, text
