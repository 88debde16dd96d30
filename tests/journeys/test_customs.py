"""Customs' officers at work, in a real browser against the real processes (CUST-02, CUST-03, CUST-04).

An application is looked at with signature and file, refused with a remark, another one granted; a declaration is
released and closed, a pilot district switched off, the faults set; then the training clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.hands import Hands, without_mouse
from tests.journeys.pages import look, look_at, routes
from tests.system.applicant import applicants
from tests.system.running import eventually

pytestmark = pytest.mark.journey
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/customs"))
GUAN, FANG = ("guan01", "Guan01-2026"), ("guan02", "Guan02-2026")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    name = request.node.name.removeprefix("test_")
    sat = officer(chromium, stage, GUAN, f"{name}-")
    yield sat
    sat.check_console()
    sat.page.context.close()


def officer(chromium: Browser, stage: Stage, account: tuple[str, str], prefix: str) -> Desk:
    """An officer who has logged in by keyboard alone."""
    sat = sit_down(chromium, stage.customs, FOLDER, prefix)
    expect(sat.page.get_by_label("用户名")).to_be_focused()
    sat.type(account[0])
    sat.press("Tab")
    sat.type(account[1])
    sat.press("Enter")
    expect(sat.button("退出")).to_be_visible()
    return sat


def file(stage: Stage, count: int) -> list[str]:
    """Applications of the first demonstration person over the API; their numbers."""

    async def work() -> list[str]:
        async with applicants(stage.system) as people:
            person = people[0]
            return [await person.file(stage.system.declaration(person.customs_code)) for _ in range(count)]

    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        return thread.submit(lambda: asyncio.run(work())).result()


def status_of(stage: Stage, number: str) -> str:
    """The status at the portal."""

    async def work() -> str:
        rows = await stage.system.sql("singlewindow", "select status from document where number = $1", number)
        return str(rows[0]["status"])

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


def hours_of(stage: Stage, month: str, day: str) -> list[str]:
    """A port's hours on a day, as the portal has them."""

    async def work() -> list[str]:
        sql = "select data -> 'days' -> $2 as hours from register_entry where kind = 'port_calendar' and key = $1"
        rows = await stage.system.sql("singlewindow", sql, month, day)
        return list(json.loads(rows[0]["hours"] or "[]"))

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


def worked_and_rest(stage: Stage) -> tuple[str, int, int]:
    """A month's calendar of 皇岗海关, and of it a day with its ordinary hours before one of rest."""
    month = f"5301-{date.today():%Y%m}"  # noqa: DTZ011
    worked = next(
        day
        for day in range(10, 28)  # two digits: 2 日 stands in 12 日 too
        if hours_of(stage, month, str(day)) == ["09:00-17:00"] and not hours_of(stage, month, str(day + 1))
    )
    return month, worked, worked + 1


def test_two_officers_decide(desk: Desk, chromium: Browser, stage: Stage) -> None:
    """CUST-03: the queue by keyboard, signature and file, a refusal with a remark, another officer at once, 重发."""
    desk.page.get_by_role("switch", name="自动审核").locator("..").click()
    desk.says("自动审核已关闭，由关员审核")
    refused, granted = file(stage, 2)

    desk.page.get_by_label("统一编号").fill(refused)
    desk.press("Enter")
    expect(desk.page.locator("tbody tr")).to_have_count(1)
    desk.shoot("queue")
    desk.page.get_by_role("link", name=refused).click()

    # One application: signature, content, attachment; two officers at once.
    desk.says("✓ 签名验证通过")
    desk.says("报关单号")
    shown = desk.page.request.get(
        stage.customs + str(desk.page.get_by_role("link", name="声明.pdf").get_attribute("href"))
    )
    assert (shown.headers["content-type"], shown.body()[:5]) == ("application/pdf", b"%PDF-")
    second = officer(chromium, stage, FANG, "second-")
    second.page.goto(desk.page.url)
    expect(second.button("同意")).to_be_visible()
    desk.button("不同意").click()
    desk.says("不同意时必须填写审核意见")
    expect(desk.page.get_by_label("审核意见")).to_be_focused()
    desk.type("声明未盖章，请更正后重新申请")
    desk.shoot("submission")
    desk.button("不同意").click()
    desk.says("决定「不同意」后不能撤回")
    desk.shoot("question")
    desk.button("确定").click()
    desk.says("办理记录")
    desk.shoot("refused")
    if second.button("同意").is_visible():
        second.button("同意").click()
        second.says("该申请已由关正处理为「不同意」")
    second.says("声明未盖章，请更正后重新申请")
    second.check_console()
    second.page.context.close()
    assert eventually(lambda: status_of(stage, refused) == "5", 60)

    # The other one is granted, and its receipts are sent again.
    desk.page.get_by_role("link", name="返回列表").click()
    desk.page.get_by_label("统一编号").fill(granted)
    desk.press("Enter")
    desk.page.get_by_role("link", name=granted).click()
    desk.button("同意").click()
    assert eventually(lambda: status_of(stage, granted) == "4", 60)
    desk.button("重发").click()
    desk.says("已重发 2 份回执")


def test_an_officer_without_the_mouse(desk: Desk, stage: Stage) -> None:
    """UI-13: automatic mode off, an application refused with a remark, a declaration released, by keyboard alone."""
    with without_mouse(desk) as hands:
        switch = desk.page.get_by_role("switch", name="自动审核")
        on = switch.is_checked()
        hands.go_to(switch)
        for wanted in ([] if on else [True]) + [False]:
            desk.press("Space")
            expect(switch).to_be_checked(checked=wanted)
        desk.says("自动审核已关闭，由关员审核")
        desk.shoot("switched")
        hands.look()
        [number] = file(stage, 1)
        box = desk.page.get_by_label("统一编号")
        hands.write(box, number)
        desk.press("Enter")
        hands.press_on(desk.page.get_by_role("link", name=number))
        desk.says("✓ 签名验证通过")
        hands.look()
        hands.write(desk.page.get_by_label("审核意见"), "声明未盖章，请更正后重新申请")
        hands.press_on(desk.button("不同意"))
        hands.press_on(desk.dialog().get_by_role("button", name="确定"))
        desk.says("办理记录")
        hands.look()
        hands.press_on(desk.page.get_by_role("link", name="返回列表"))
        release(hands, stage.examples["applicable"][-2])


def release(hands: Hands, number: str) -> None:
    """登记数据: found, 放行 chosen with ↓, saved; the focus stays in the form."""
    desk = hands.desk
    hands.press_on(desk.page.get_by_role("link", name="登记数据"))
    hands.write(desk.page.get_by_label("报关单号"), number)
    desk.press("Enter")
    hands.press_on(desk.page.get_by_role("link", name=number))
    form = desk.page.locator(".entry-form")
    status = form.get_by_label("状态")
    hands.go_to(status)
    desk.type("9")
    expect(status).to_have_value("9")
    hands.press_on(form.get_by_role("button", name="保存"))
    expect(desk.page.locator(".entry-panel dd").filter(has_text="放行").first).to_be_visible()
    hands.look()


def test_registers_are_kept(desk: Desk, stage: Stage) -> None:
    """CUST-02, CUST-03, OPER-02: 放行 and 结关 step by step, a pilot district switched off; a port's hours corrected by
    day, tried first, and at the portal within seconds."""
    number = stage.examples["applicable"][-1]
    desk.page.get_by_role("link", name="登记数据").click()
    desk.page.get_by_label("报关单号").fill(number)
    desk.press("Enter")
    desk.page.get_by_role("link", name=number).click()
    status = desk.page.locator(".entry-form").get_by_label("状态")
    expect(status.locator("option")).to_have_text(["11 查验通知", "7 审结", "9 放行", "6 退单", "8 删单"])
    desk.shoot("declaration")
    for code, name in (("9", "放行"), ("10", "结关")):
        status.select_option(code)
        desk.page.locator(".entry-form").get_by_role("button", name="保存").click()
        expect(desk.page.locator(".entry-panel dd").filter(has_text=name).first).to_be_visible()
    expect(status.locator("option")).to_have_count(1)

    desk.page.get_by_role("navigation", name="登记数据").get_by_role("link", name="试点关区").click()
    desk.page.get_by_role("link", name="5301").click()
    desk.page.locator(".entry-form").get_by_role("switch", name="是否开放").locator("..").click()
    desk.page.locator(".entry-form").get_by_role("button", name="保存").click()
    expect(desk.page.locator(".entry-panel").get_by_text("第 2 次发布")).to_be_visible()
    desk.shoot("pilot")
    desk.page.get_by_role("navigation", name="登记数据").get_by_role("link", name="口岸工作日历").click()
    month, worked, rest = worked_and_rest(stage)
    desk.page.get_by_label("关区代码-年月").fill(month)
    desk.press("Enter")
    desk.page.get_by_role("link", name=month).click()
    form = desk.page.locator(".entry-panel .entry-form")
    expect(form.get_by_label(f"{worked} 日的工作时间")).to_have_value("09:00-17:00")
    form.get_by_label(f"{worked} 日的工作时间").fill("9：00—12:00，13：30—17：00")
    form.get_by_label(f"{rest} 日的工作时间").fill("9:00-12:00")
    desk.press("Tab")
    form.get_by_role("button", name="试算差异").press("Enter")
    differences = form.get_by_role("table", name="保存后的差异")
    lines = [f"{worked} 日.*09:00-17:00.*09:00-12:00，13:30-17:00", f"{rest} 日.*休息.*09:00-12:00"]
    expect(differences.locator("tbody tr")).to_have_text([re.compile(line) for line in lines])
    desk.shoot("calendar")
    form.get_by_role("button", name="保存").press("Enter")
    expect(desk.page.locator(".entry-panel").get_by_text("第 2 次发布")).to_be_visible()
    assert eventually(lambda: hours_of(stage, month, f"{rest:02d}") == ["09:00-12:00"], 30)


def test_faults_are_set(desk: Desk) -> None:
    """CUST-04: limits are told at the box, what was set is kept."""
    desk.page.get_by_role("link", name="自动审核").click()
    form = desk.page.get_by_role("form", name="回执传输故障（训练用）")
    form.get_by_label("遗失", exact=True).fill("120")
    form.get_by_role("button", name="保存").click()
    desk.says("不能大于 100")
    form.get_by_label("遗失", exact=True).fill("20")
    form.get_by_label("重复", exact=True).fill("30")
    form.get_by_role("button", name="保存").click()
    desk.says("已保存")
    desk.page.reload()
    expect(form.get_by_label("重复", exact=True)).to_have_value("30")
    desk.shoot("mode")


def test_the_training_clock(desk: Desk, chromium: Browser, stage: Stage) -> None:
    """The operator's command moves both sides, and both say so."""
    stage.move_clock("freeze", "2027-03-01 09:30")
    desk.page.reload()
    desk.says("训练时钟")
    desk.says("2027-03-01 09:30（已停走）")
    desk.shoot("clock")
    portal = sit_down(chromium, stage.portal, FOLDER, "portal-")
    portal.page.get_by_role("link", name="免于到场协助查验申请").first.click()
    portal.page.get_by_label("用户名").fill("wangfang")
    portal.page.get_by_label("密码", exact=True).fill("Wang-2026")
    portal.page.get_by_label("验证码", exact=True).fill("8888")
    portal.press("Enter")
    portal.says("2027-03-01 09:30（已停走）")
    portal.shoot("clock")
    portal.check_console()
    portal.page.context.close()
    stage.move_clock("real")


def test_every_page(desk: Desk, stage: Stage) -> None:
    """UI-13: each address of the officers' router, looked at by axe and at 200 %; before the log-in too."""
    [number] = file(stage, 1)
    asked = f"{desk.address}/api/submissions?number={number}"
    assert eventually(lambda: desk.page.request.get(asked).json()["items"], 30)
    [found] = desk.page.request.get(asked).json()["items"]
    registers = desk.page.request.get(f"{desk.address}/api/registers").json()
    entry = f"/registers/declaration/{stage.examples['applicable'][0]}"
    cases = {
        "/": [],
        "/queue": ["/queue"],
        r"/queue/:id(\d+)": [f"/queue/{found['id']}", "/queue/999999"],
        "/registers/:kind/:entry?": [f"/registers/{one['name']}" for one in registers] + [entry],
        "/mode": ["/mode"],
        "/unreadable": ["/unreadable"],
        "/:rest(.*)": [],
        "/appointment/bookings": ["/appointment/bookings"],
        "/consolidated/records": ["/consolidated/records"],
        "/gate/lane": ["/gate/lane"],
        "/gate/trips": ["/gate/trips"],
        "/gate/keys": ["/gate/keys"],
    }  # fmt: skip
    assert routes(desk) == set(cases), "a route without a case"
    look_at(desk, [address for addresses in cases.values() for address in addresses])
    desk.errors = [error for error in desk.errors if "status of 404" not in error]
    desk.button("退出").click()
    expect(desk.page.get_by_label("用户名")).to_be_visible()
    look(desk, "log-in")
