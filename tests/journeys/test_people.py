"""People: home page, registration of a company, its accounts, the own account, system administration.

PORT-01, PORT-04, PORT-06, PORT-07, PORT-09, PORT-10, in a real browser against the real processes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.barriers import barriers
from tests.journeys.browser import Desk, browser, sit_down
from tests.journeys.conftest import Stage
from tests.journeys.pages import CHAPTERS, SHELL, applications, look_at, routes

pytestmark = pytest.mark.journey
FOLDER = Path(os.environ.get("JOURNEY", "var/journeys/people"))
APPLICATION = "免于到场协助查验申请"
LEGAL_CARD, OPERATOR_CARD, OTHER_CARD = "8930L0000D014", "8930L0000D022", "8930L0000A011"
PIN = "88888888"
HEAD, OPERATOR = ("zhoujie", "Bridge-2026"), ("wutao", "Lantern-2026")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        yield started


@pytest.fixture
def desk(chromium: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Desk]:
    sat = sit_down(chromium, stage.portal, FOLDER, request.node.name.removeprefix("test_")[:24] + "-")
    yield sat
    sat.check_console()
    sat.page.context.close()


def fill(desk: Desk, **boxes: str) -> None:
    for name, value in boxes.items():
        desk.field(name).fill(value)


def log_in(desk: Desk, account: tuple[str, str]) -> None:
    """At the log-in page, by password, once the page has done with the try before."""
    expect(desk.button("登录")).to_be_enabled()
    desk.page.get_by_label("用户名").fill(account[0])
    desk.page.get_by_label("密码", exact=True).fill(account[1])
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.page.get_by_label("验证码", exact=True).fill("8888")
    desk.press("Enter")


def enter_pin(desk: Desk) -> None:
    expect(desk.page.get_by_label("卡介质密码")).to_be_focused()
    desk.type(PIN)
    desk.press("Enter")


def open_page(desk: Desk, title: str) -> None:
    """From the user's menu in the top bar, by keyboard."""
    desk.page.locator(".top-bar .user").press("Enter")
    desk.page.get_by_role("menuitem", name=title).click()
    expect(desk.page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def row(desk: Desk, text: str) -> Locator:
    return desk.page.get_by_role("row").filter(has_text=text)


def test_home_page(desk: Desk) -> None:
    """PORT-01: 登录 at the top right, a region that stays in the address, the applications on both tabs."""
    desk.shoot("standard")
    expect(desk.page.get_by_role("link", name="登录", exact=True)).to_be_visible()
    expect(desk.page.get_by_role("link", name=APPLICATION)).to_be_visible()
    desk.page.get_by_role("link", name="业务应用").click()
    desk.says("口岸执法申报")
    expect(desk.page.get_by_role("link", name=APPLICATION)).to_be_visible()
    desk.page.get_by_role("link", name="我要办事").click()
    desk.shoot("regions")
    desk.page.get_by_role("link", name="广东").click()
    expect(desk.page).to_have_url(f"{desk.address}/login?region=44")
    desk.says("广东国际贸易单一窗口")
    desk.shoot("login-of-a-region")
    desk.page.goto(f"{desk.address}/?tab=business")
    desk.page.get_by_role("link", name=APPLICATION).first.click()
    log_in(desk, ("wangfang", "Wang-2026"))
    expect(desk.field("status")).to_have_value("未暂存")


def test_a_company_registers_and_keeps_its_accounts(desk: Desk, stage: Stage, chromium: Browser) -> None:
    """PORT-09, PORT-04, PORT-10: from the card of an unknown company to an operator who is deactivated."""
    register(desk, stage)
    log_in(desk, HEAD)
    expect(desk.button("退出")).to_be_visible()
    open_page(desk, "企业管理")
    expect(row(desk, HEAD[0]).get_by_role("button", name="停用")).to_have_attribute("aria-disabled", "true")
    desk.shoot("company")
    desk.button("添加操作员").click()
    fill(desk, username=OPERATOR[0], display_name="吴涛", password=OPERATOR[1])
    desk.shoot("new-operator")
    desk.press("Enter")
    desk.says("添加成功")
    expect(row(desk, OPERATOR[0]).first).to_contain_text("待改密码")
    operator = sit_down(chromium, f"{stage.portal}/login", FOLDER, "operator-")
    first_log_in(operator, stage)
    desk.button("刷新").click()
    expect(row(desk, OPERATOR[0]).first).to_contain_text(OPERATOR_CARD)
    desk.button(f"停用 {OPERATOR[0]}").click()
    desk.shoot("deactivate-asks")
    desk.dialog().get_by_role("button", name="停用").click()
    desk.says("停用成功")
    expect(row(desk, "停用账号")).to_contain_text(OPERATOR[0])
    desk.shoot("deactivated")
    operator.page.reload()
    expect(operator.page.get_by_label("用户名")).to_be_visible()
    log_in(operator, (OPERATOR[0], "Harbour-2027"))
    operator.says("用户名或密码不正确")
    operator.check_console()
    operator.page.context.close()
    unbind(desk)


def register(desk: Desk, stage: Stage) -> None:
    """A card of a registered company is refused at once; every wrong box says so; then the card signs."""
    stage.put_card(OTHER_CARD)
    desk.page.get_by_role("link", name="登录", exact=True).click()
    desk.page.get_by_role("link", name="注册", exact=True).click()
    desk.says("的企业已经注册")
    desk.shoot("company-exists")
    stage.put_card(LEGAL_CARD)
    expect(desk.field("customs_code")).not_to_have_value("")
    expect(desk.field("customs_code")).to_have_attribute("readonly", "")
    fill(desk, username="Zhou", display_name="周洁", password="weak", again="weak", captcha="8888")
    desk.button("注册").click()
    desk.says("用户名须为 4 至 30 位")
    desk.says("密码须为 8 至 64 位")
    expect(desk.field("username")).to_be_focused()
    desk.shoot("wrong-boxes")
    fill(desk, username=HEAD[0], password=HEAD[1], again=HEAD[1] + "x", captcha="8888")
    desk.button("注册").click()
    desk.says("两次输入的密码不一致")
    fill(desk, again=HEAD[1], captcha="8888")
    desk.button("注册").click()
    expect(desk.page.get_by_label("卡介质密码")).to_be_focused()
    desk.shoot("pin")
    enter_pin(desk)
    desk.says("注册成功")
    desk.shoot("registered")
    expect(desk.page.get_by_label("用户名")).to_have_value(HEAD[0])


def first_log_in(desk: Desk, stage: Stage) -> None:
    """The password is changed before anything else, then the own card is bound, then the log-ins are read."""
    log_in(desk, OPERATOR)
    desk.says("请先修改密码")
    desk.shoot("must-change")
    desk.page.goto(f"{stage.portal}/app/inspection/query/inspection.declaration,inspection.bill")
    desk.says("请先修改密码")
    fill(desk, old=OPERATOR[1], password=OPERATOR[1], again=OPERATOR[1])
    desk.press("Enter")
    desk.says("新密码不能与原密码相同")
    fill(desk, password="Harbour-2027", again="Harbour-2027")
    desk.press("Enter")
    desk.says("密码修改成功")
    expect(desk.page).to_have_url(re.compile(r"/app/inspection/query/"))  # where the log-in was going
    expect(desk.button("查询")).to_be_visible()
    open_page(desk, "账户")
    desk.says("未绑定卡的账号只能查看空白表单")
    desk.shoot("unbound")
    stage.put_card(OTHER_CARD)
    desk.button("绑定卡").click()
    desk.says("是其他企业")
    stage.put_card(OPERATOR_CARD)
    desk.button("绑定卡").click()
    enter_pin(desk)
    desk.says("绑定成功")
    desk.says(f"{OPERATOR_CARD}（操作员卡）")
    expect(desk.page.get_by_role("region", name="登录记录").get_by_role("row").nth(1)).to_contain_text("成功")
    desk.shoot("own-account")
    desk.page.locator(".top-bar .user").click()
    expect(desk.page.get_by_role("menuitem", name="企业管理")).to_have_attribute("aria-disabled", "true")
    desk.shoot("menu")
    desk.press("Escape")


def unbind(desk: Desk) -> None:
    desk.button(f"解绑卡 {OPERATOR[0]}").click()
    desk.dialog().get_by_role("button", name="解绑").click()
    desk.says("解绑卡成功")
    expect(row(desk, OPERATOR[0]).first).to_contain_text("未绑定")


def test_a_system_administrator(desk: Desk) -> None:
    """PORT-10: companies and accounts, a locked account, messages and the clock; no application opens."""
    desk.page.goto(f"{desk.address}/login")
    for _ in range(5):
        with desk.page.expect_response("**/api/session/password"):
            log_in(desk, ("liqiang", "wrong"))
        desk.says("用户名或密码不正确")
        expect(desk.page.get_by_label("密码", exact=True)).to_have_value("")
    log_in(desk, ("sysadmin", "Sysadmin-2026"))
    expect(desk.button("退出")).to_be_visible()
    open_page(desk, "系统管理")
    desk.says("与实际时间一致")
    desk.says("没有待处理的报文")
    desk.page.locator("input[name=q]").fill("liqiang")
    desk.press("Enter")
    expect(desk.page.get_by_role("region", name="企业及账号").get_by_role("row")).to_have_count(2)
    desk.shoot("found")
    desk.page.get_by_role("row").nth(1).get_by_role("button").first.click()
    expect(row(desk, "liqiang")).to_contain_text("已锁定")
    desk.button("解除锁定 liqiang").click()
    desk.says("解除锁定成功")
    expect(row(desk, "liqiang")).to_contain_text("在用")
    desk.shoot("unlocked")
    desk.page.goto(f"{desk.address}/app/inspection/form/inspection.declaration/new")
    desk.says("请用企业账号登录后办理")
    desk.shoot("no-documents")


def test_every_page(desk: Desk, stage: Stage) -> None:
    """UI-13: each address of the portal's router, and the pages beside it, looked at by axe and at 200 %."""
    cases = {
        "/": ["/", "/?tab=region", "/?tab=business"],
        "/login": ["/login", "/login?way=card&expired=1"],
        "/register": ["/register"],
        "/account": ["/account"],
        "/company": ["/company"],
        "/company/tokens": ["/company/tokens"],
        "/company/import": ["/company/import"],
        "/company/webhooks": ["/company/webhooks"],
        "/system": ["/system"],
        "/:missing(.*)*": ["/nowhere"],
    }
    assert routes(desk) == {*cases, SHELL}, "a route without a case"
    assert applications(desk) == set(CHAPTERS), "an application whose pages no journey opens"
    for folder in CHAPTERS.values():
        assert Path(__file__).with_name(folder).joinpath("test_pages.py").exists(), folder
    public = ("/", "/login", "/register", "/:missing(.*)*")
    look_at(desk, [address for route in public for address in cases[route]])
    closed = ("/account", "/company", "/company/tokens", "/company/import", "/company/webhooks")
    for account, shown in (
        (("wangfang", "Wang-2026"), ("/company", "/system")),
        (("chennan", "Chen-2026"), closed),
    ):
        desk.page.goto(f"{desk.address}/login")
        log_in(desk, account)
        expect(desk.button("退出")).to_be_visible()
        look_at(desk, [address for route in shown for address in cases[route]])
        desk.button("退出").click()
        expect(desk.button("登录")).to_be_visible()
    for address in (f"{stage.portal}/seal", stage.system.card.replace("ws:", "http:")):
        desk.page.goto(address)
        desk.errors.extend(barriers(desk.page, address))
