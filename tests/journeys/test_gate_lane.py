"""Officers at the gate, in a real browser against the real processes (CUST-03, GATE-06, GATE-08).

Trips that a company has declared are accepted, pass lanes, are locked for their weight and unlocked, and leave; a lane
gets a key and sends a message; a return is asked about. The company's status follows.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.system.applicant import applicants
from tests.system.running import eventually

pytestmark = pytest.mark.journey
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/gate_lane"))
SETTINGS = {"CUSTOMS_MODE": "manual"}
IN, OUT = "CNSZX530101WI01", "CNSZX530101WE01"  # district 5301, tolerance 3 %


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage) -> Iterator[Desk]:
    sat = sit_down(chromium, stage.customs, FOLDER, "")
    sat.page.get_by_label("用户名").fill("guan01")
    sat.page.get_by_label("密码").fill("Guan01-2026")
    sat.press("Enter")
    expect(sat.button("退出")).to_be_visible()
    yield sat
    sat.check_console()
    sat.page.context.close()


def trip(plate: str) -> dict[str, Any]:
    """33,000 kg as it comes in loaded."""
    row = {
        "ie_direction": "I",
        "bind_obj_type": "B",
        "bind_obj_id": "COSU6123456789",
        "voyage_no": "5301202600001",
    }
    return {
        "customs_master": "5301", "bind_key_type": "VN", "bind_key_info": plate, "rd_code": "1000000000",
        "decl_traf_mode": "4", "ie_flag": "I", "bayonet_rd_code": "01", "vehicle_weight": "8000",
        "trailer_weight": "3000", "conta_weight": "2000",
        "bodies": [{**row, "rd_code": "1000000000", "bill_type": "1", "goods_wt": "20000"}],
    }  # fmt: skip


def declare(stage: Stage, *plates: str) -> list[str]:
    """Trips of the first demonstration person over the API; their numbers."""

    async def work() -> list[str]:
        async with applicants(stage.system) as people:
            return [await people[0].declare("gate.trip", trip(plate), "declare") for plate in plates]

    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        return thread.submit(lambda: asyncio.run(work())).result()


def status_is(stage: Stage, number: str, status: str) -> bool:
    """Whether the portal comes to this status within a minute."""

    async def work() -> str:
        rows = await stage.system.sql("singlewindow", "select status from document where number = $1", number)
        return str(rows[0]["status"])

    def look() -> bool:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(work())).result() == status

    return bool(eventually(look, 60))


def open_trip(desk: Desk, number: str) -> None:
    """The trip's base submission in the queue."""
    desk.page.get_by_role("link", name="申请审核").click()
    desk.button("全部").click()
    desk.page.get_by_label("统一编号").fill(number)
    desk.press("Enter")
    desk.page.get_by_role("link", name=number).click()


def drive(desk: Desk, plate: str, gross: str) -> None:
    """Type a vehicle and its weight, by keyboard alone."""
    desk.page.get_by_label("关键信息").fill(plate)
    desk.press("Tab")
    desk.type(gross)
    desk.press("Enter")


def answer_is(desk: Desk, words: str) -> None:
    """What the lane says."""
    expect(desk.page.locator(".passage-verdict .answer")).to_contain_text(words)


def test_officers_at_the_gate(desk: Desk, stage: Stage) -> None:
    """CUST-03: accept, return with a question, in, too heavy, unlock, in, out; a lane's message; the portal follows."""
    good, heavy, wrong = declare(stage, "粤B10001", "粤B10002", "粤B10003")
    decide(desk, stage, [good, heavy], wrong)
    stand_at_the_lane(desk, stage, good, heavy)
    send_messages(desk, stage, good)
    look_at_the_lists(desk)


def test_officers_answer_changes_and_deletions(desk: Desk, stage: Stage) -> None:
    """GATE-08: a change refused, one accepted that counts at the lane, one too late, a deletion that ends a trip."""
    changed, deleted, late = declare(stage, "粤B20001", "粤B20002", "粤B20003")
    for number in (changed, deleted, late):
        open_trip(desk, number)
        desk.button("审核通过").click()
        assert status_is(stage, number, "10")

    heavier = trip("粤B20001") | {"vehicle_weight": "11000"}
    for decision in ("不同意变更", "同意变更"):
        amend(stage, changed, "change", heavier)
        open_waiting(desk, changed)
        desk.says("该车次现为「海关审核通过」")
        desk.page.get_by_label("审核意见").fill("" if decision == "同意变更" else "请附过磅单")
        desk.button(decision).click()
        if decision == "不同意变更":
            desk.button("确定").click()
        assert settled(stage, changed)
    desk.page.get_by_role("link", name="卡口验放").click()
    desk.page.get_by_label("通道").select_option(IN)
    drive(desk, "粤B20001", "36000")
    answer_is(desk, "放行")

    amend(stage, deleted, "revoke")
    open_waiting(desk, deleted)
    desk.button("同意删单").click()
    desk.button("确定").click()
    assert settled(stage, deleted)
    desk.page.get_by_role("link", name="卡口验放").click()
    drive(desk, "粤B20002", "33000")
    desk.says("该车次已删单")

    amend(stage, late, "change", trip("粤B20003") | {"vehicle_weight": "11000"})
    drive(desk, "粤B20003", "33000")
    answer_is(desk, "放行")
    open_waiting(desk, late)
    desk.says("不能「同意变更」：该车次为「已办结」，只能退回")
    desk.shoot("too-late")
    desk.page.get_by_label("审核意见").fill("车次已办结")
    desk.button("不同意变更").click()
    desk.button("确定").click()
    assert settled(stage, late)
    assert status_is(stage, late, "40")


def amend(stage: Stage, number: str, action: str, content: dict[str, Any] | None = None) -> None:
    """What the company asks for a trip in force, over the API."""

    async def work() -> None:
        async with applicants(stage.system) as people:
            await people[0].amend("gate.trip", number, action, content)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


def settled(stage: Stage, number: str) -> bool:
    """Whether the portal comes to know what became of an amendment."""

    async def work() -> str:
        sql = "select amending from document where number = $1"
        return str((await stage.system.sql("singlewindow", sql, number))[0]["amending"])

    def look() -> bool:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(work())).result() == ""

    return bool(eventually(look, 60))


def open_waiting(desk: Desk, number: str) -> None:
    """The trip's submission that waits in the queue, once it has arrived."""
    desk.page.get_by_role("link", name="申请审核").click()
    desk.button("待审核").click()
    desk.page.get_by_label("统一编号").fill(number)
    desk.press("Enter")
    desk.page.get_by_role("link", name=number).click()


def decide(desk: Desk, stage: Stage, right: list[str], wrong: str) -> None:
    """Accept some, return another: asked first, nothing happens on 取消."""
    assert status_is(stage, wrong, "2")

    for number in right:
        open_trip(desk, number)
        desk.says("✓ 签名验证通过")
        desk.shoot("submission")
        desk.button("审核通过").click()
        assert status_is(stage, number, "10")
    open_trip(desk, wrong)
    desk.page.get_by_label("审核意见").fill("车牌与登记不符")
    desk.button("退单").click()
    desk.says("此决定不能撤回，确定退单吗？")
    expect(desk.button("取消")).to_be_focused()
    desk.shoot("question")
    desk.press("Enter")
    expect(desk.dialog()).to_have_count(0)
    desk.button("退单").click()
    desk.button("确定").click()
    assert status_is(stage, wrong, "20")


def stand_at_the_lane(desk: Desk, stage: Stage, good: str, heavy: str) -> None:
    """The lane page: nobody, in, too heavy, unlocked, in."""
    desk.page.get_by_role("link", name="卡口验放").click()
    desk.page.get_by_label("通道").select_option(IN)
    desk.says("等待车辆")
    desk.shoot("lane")
    drive(desk, "粤B99999", "20000")
    answer_is(desk, "报警")
    desk.says("没有申报该介质的车次")
    desk.shoot("alarm")
    drive(desk, "粤b·10001", "33500")
    answer_is(desk, "放行")
    desk.shoot("pass")
    assert status_is(stage, good, "40")
    drive(desk, "粤B10002", "36000")
    answer_is(desk, "待人工确认")
    desk.shoot("person")
    assert status_is(stage, heavy, "41")
    desk.button("解除锁定").click()
    desk.says("已解除锁定，请重新过磅")
    assert status_is(stage, heavy, "42")
    drive(desk, "粤B10002", "36010")
    answer_is(desk, "放行")
    assert status_is(stage, heavy, "40")
    desk.page.get_by_label("关键信息").fill("粤B10002")
    desk.page.get_by_label("地磅重量").fill("")
    desk.press("Enter")
    desk.says("进场须过磅，请录入地磅重量")


def send_messages(desk: Desk, stage: Stage, good: str) -> None:
    """Out, by a message of the lane itself, with a key that is shown once."""
    desk.page.get_by_role("link", name="卡口密钥").click()
    desk.button(f"{OUT} 新密钥").click()
    key = desk.page.locator(".key-told code").inner_text()
    desk.shoot("key")
    assert (play(stage, key, "粤B10001").returncode, play(stage, "lane_x", "粤B10002").returncode) == (0, 1)
    assert status_is(stage, good, "50")
    desk.page.get_by_role("button", name=f"作废 {OUT}").click()
    desk.button("确定").click()
    desk.says("作废")
    assert play(stage, key, "粤B10002").returncode == 1
    desk.page.get_by_role("link", name="卡口验放").click()
    desk.page.get_by_label("通道").select_option(OUT)
    desk.says("通道报文")
    desk.shoot("lane-out")


def look_at_the_lists(desk: Desk) -> None:
    """Trips at customs, lanes and tolerances."""
    desk.page.get_by_role("link", name="卡口车次").click()
    desk.page.get_by_label("介质关键信息").fill("粤b1000")
    desk.press("Enter")
    expect(desk.page.locator("tbody tr")).to_have_count(3)
    desk.shoot("trips")
    desk.page.get_by_role("link", name="登记数据").click()
    menu = desk.page.get_by_role("navigation", name="登记数据")
    menu.get_by_role("link", name="卡口通道").click()
    desk.says(IN)
    desk.shoot("lanes")
    menu.get_by_role("link", name="卡口地磅误差").click()
    desk.page.get_by_role("link", name="5301").click()
    desk.page.locator(".entry-form").get_by_label("允许误差").fill("200")
    desk.page.locator(".entry-form").get_by_role("button", name="保存").click()
    desk.says("应在 0 至 100 之间")
    desk.shoot("tolerance")


def play(stage: Stage, key: str, plate: str) -> subprocess.CompletedProcess[str]:
    """The example that plays a lane."""
    command = [
        sys.executable,
        "examples/lane.py",
        "--customs",
        stage.customs,
        "--lane",
        OUT,
        "--plate",
        plate,
    ]
    return subprocess.run(
        command, env=os.environ | {"LANE_KEY": key}, capture_output=True, text=True, check=False
    )
