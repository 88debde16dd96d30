"""Manual 2.1, 2.3.1, 3.2: into the system and out of it (PORT-01 … PORT-05, PORT-07)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import pdf_samples
from tests.journeys.acts import CAPTCHA, PIN, WANG, enter_pin, menu, row_of
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import (
    FORM,
    QUERY,
    SUN,
    add_file,
    check_buttons,
    choose_category,
    fill_in,
    log_in,
    open_form,
    save,
)
from tests.journeys.inspection.conftest import Fresh

pytestmark = pytest.mark.journey


def test_log_in_from_the_home_page(desk: Desk) -> None:
    """点击【登录】字样 … 输入已注册成功的用户名、密码与验证码，点击登录."""
    enter = desk.page.get_by_role("link", name="登录", exact=True)
    box = enter.bounding_box()
    assert box
    assert box["x"] > 1366 * 0.8, "at the top right"
    assert box["y"] < 80
    desk.shoot("home")
    enter.click()
    for name, value in (("用户名", WANG[0]), ("密码", "wrong"), ("验证码", CAPTCHA)):
        desk.page.get_by_label(name, exact=True).fill(value)
    expect(desk.page.get_by_alt_text("验证码")).to_be_visible()
    desk.press("Enter")
    desk.says("用户名或密码不正确")
    desk.shoot("wrong-password")
    desk.page.get_by_label("密码", exact=True).fill(WANG[1])
    desk.page.get_by_label("验证码", exact=True).fill("0000")
    desk.press("Enter")
    desk.says("验证码不正确或已失效")
    desk.page.get_by_label("密码", exact=True).fill(WANG[1])
    desk.page.get_by_label("验证码", exact=True).fill(CAPTCHA)
    desk.page.get_by_role("button", name="登录", exact=True).click()
    expect(desk.button("退出")).to_be_visible()


def test_an_application_leads_through_the_log_in(desk: Desk) -> None:
    """【标准版应用】——货物申报——海关事务联系系统，可进入免于到场协助查验申请."""
    tab = desk.page.get_by_role("navigation", name="门户网站").get_by_role("link", name="标准版应用")
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")
    for heading in ("货物申报", "海关事务联系系统"):
        expect(desk.page.get_by_role("heading", name=heading)).to_be_visible()
    log_in(desk, anew=True)
    expect(desk.page).to_have_url(f"{desk.address}/app/inspection/form/inspection.declaration/new")
    expect(desk.field("declaration_no")).to_be_focused()
    entries = desk.page.get_by_role("navigation", name="菜单")
    for title in (FORM, "免于到场协助查验申请（非报关单）", QUERY):
        expect(entries.get_by_role("link", name=title, exact=True)).to_be_visible()
    desk.says("王芳")
    desk.shoot("application")


def test_a_region_leads_to_the_log_in(desk: Desk) -> None:
    """直接点击门户网站【我要办事】页签，选择相应地区，进入“单一窗口”标准版登录界面."""
    desk.page.get_by_role("navigation", name="门户网站").get_by_role("link", name="我要办事").click()
    desk.says("请选择地区")
    desk.shoot("regions")
    desk.page.get_by_role("link", name="广东", exact=True).click()
    expect(desk.page.get_by_label("用户名")).to_be_visible()
    desk.shoot("log-in")


def test_log_in_by_card(desk: Desk) -> None:
    """可点击【卡介质】进行登录: wrong PIN with the tries left, then the right one."""
    desk.page.goto(f"{desk.address}/login")
    desk.page.get_by_role("tab", name="卡介质").click()
    enter_pin(desk, "11111111")
    desk.says("4 次")
    desk.shoot("wrong-pin")
    enter_pin(desk, PIN)
    expect(desk.button("退出")).to_be_visible()
    desk.says("王芳")


def test_log_out_and_the_back_button(desk: Desk, fresh: Fresh) -> None:
    """点击界面右上角“退出”字样，可安全退出系统: afterwards neither back nor the address shows anything."""
    log_in(desk, anew=True)
    open_form(desk)
    fill_in(desk, fresh())
    number = save(desk)
    address = desk.page.url
    box = desk.button("退出").bounding_box()
    assert box
    assert box["x"] > 1366 * 0.8
    assert box["y"] < 80
    desk.button("退出").click()
    expect(desk.page.get_by_label("用户名")).to_be_visible()
    assert desk.page.request.get(f"{desk.address}/api/session").status == 401
    ways: tuple[Callable[[], object], ...] = (
        desk.page.go_back,
        desk.page.go_forward,
        lambda: desk.page.goto(address),
    )
    for again in ways:
        again()
        expect(desk.page.get_by_label("用户名")).to_be_visible()
        expect(desk.page.get_by_text(number)).to_have_count(0)
        expect(desk.page.locator("[data-field]")).to_have_count(0)
    desk.shoot("after-log-out")


def test_unsaved_content_is_asked_about_before_log_out(desk: Desk, fresh: Fresh) -> None:
    """UI-05: 退出 with unsaved content asks; 取消 stays where one is."""
    log_in(desk)
    open_form(desk)
    desk.type(fresh())
    desk.button("退出").click()
    desk.says("尚未暂存，是否退出？")
    desk.dialog().get_by_role("button", name="取消").click()
    expect(desk.field("declaration_no")).not_to_have_value("")


def test_an_account_without_a_card_may_only_look(desk: Desk) -> None:
    """登录使用的账号，必须已经成功绑定电子口岸 IC/Ikey卡: told how to bind one (PORT-04)."""
    log_in(desk, SUN)
    open_form(desk)
    check_buttons(desk, {"新增"}, "绑定")
    desk.shoot("grey-and-why")
    desk.press("Alt+s")
    desk.says("绑定")
    expect(desk.field("status")).to_have_value("未暂存")
    menu(desk, QUERY)
    desk.button("查询").click()
    desk.says("绑定")
    desk.shoot("query-refused")


def test_the_card_is_needed_for_files_and_application_only(desk: Desk, stage: Stage, fresh: Fresh) -> None:
    """录入、暂存、查询：可以使用用户名、口令方式登录; 随附单据上传、申请：必须保证卡正确连接在电脑中."""
    stage.put_card(None)
    log_in(desk, anew=True)
    open_form(desk)
    fill_in(desk, fresh())
    number = save(desk)
    menu(desk, QUERY)
    desk.button("查询").click()
    row_of(desk, number).get_by_role("button", name=number).click()
    choose_category(desk, "00000002")
    add_file(desk, pdf_samples.make_pdf())
    desk.says("读卡器中没有卡")
    desk.shoot("upload-without-card")
    stage.put_card("8930L0000A011")
    enter_pin(desk)
    desk.says("上传成功")
    stage.put_card(None)
    desk.action("申请").click()
    desk.says("读卡器中没有卡")
    desk.press("Escape")
    expect(desk.field("status")).to_have_value("暂存")
    stage.put_card("8930L0000A011")
    desk.action("申请").click()
    enter_pin(desk)
    desk.says("申请成功")
