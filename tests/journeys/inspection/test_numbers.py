"""Manual 4.1, 4.2 注意, 小提示: numbers that may not be entered (INSP-02, INSP-03, INSP-04, INSP-09)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import LI, LI_CARD, SLOW, menu
from tests.journeys.browser import Desk, sit_down
from tests.journeys.chapter import folder_of
from tests.journeys.conftest import Stage
from tests.journeys.inspection.acts import BILL_FORM, FORM, QUERY, apply_for, log_in, open_form, start_anew
from tests.journeys.inspection.conftest import CHAPTER, Fresh

pytestmark = pytest.mark.journey
OUTSIDE = "不在受理范围内，请咨询您的主管海关"
NOT_NOW = "暂不满足条件，请咨询您的主管海关"
IN_USE = "不允许再次录入、提交申请"


@pytest.mark.parametrize(
    ("title", "field", "cases"),
    [
        (
            FORM,
            "declaration_no",
            {
                "unknown": "未查到该报关单",
                "foreign": "不是本单位的报关单",
                "released": "已放行的报关单不能申请",
                "closed": "已放行的报关单不能申请",
                "returned": "已不再办理",
                "outside_pilot": OUTSIDE,
                "switched_off": NOT_NOW,
                "not_begun": NOT_NOW,
                "ended": NOT_NOW,
            },
        ),
        (
            BILL_FORM,
            "bill_no",
            {"bill_unknown": "未查到该提运单", "bill_outside_pilot": OUTSIDE, "bill_switched_off": NOT_NOW},
        ),
    ],
    ids=["declaration", "bill"],
)
def test_refused_at_the_field(
    desk: Desk, stage: Stage, title: str, field: str, cases: dict[str, str]
) -> None:
    """Each failure has its own message, at the field, when it is left; 暂存 refuses with the same, nothing is lost."""
    log_in(desk)
    for example, words in cases.items():
        start_anew(desk, title)
        number = stage.examples[example]
        desk.type(number)
        desk.press("Enter")
        expect(desk.field(field)).to_have_attribute("aria-invalid", "true", timeout=SLOW)
        desk.says(words)
        desk.shoot(example)
        desk.press("Alt+s")
        expect(desk.page.locator(".messages:visible")).to_contain_text(words)
        expect(desk.page.locator(".messages:visible")).to_contain_text("依据：手册")
        expect(desk.field("number")).to_have_value("")
        expect(desk.field(field)).to_have_value(number)
        clear(desk)


def clear(desk: Desk) -> None:
    """新增 with unsaved content asks first."""
    desk.action("新增").click()
    desk.dialog().get_by_role("button", name="继续新增").click()
    expect(desk.field("status")).to_have_value("未暂存")


def test_a_number_in_use(desk: Desk, stage: Stage, chromium: Browser, fresh: Fresh) -> None:
    """已提交申请的数据、或海关已同意的报关单号，不允许再次录入、提交申请; a colleague neither."""
    number = fresh()
    colleague = sit_down(chromium, stage.portal, folder_of(CHAPTER), "numbers-colleague-")
    log_in(colleague, LI)
    open_form(colleague)
    colleague.type(number)
    colleague.press("Enter")
    expect(colleague.field("inspection_district")).not_to_have_value("", timeout=SLOW)
    colleague.press("Alt+s")
    colleague.says("暂存成功")
    log_in(desk)
    apply_for(desk, number)
    start_anew(desk)
    desk.type(number)
    desk.press("Enter")
    desk.says(IN_USE)
    desk.shoot("entered-again")
    clear(desk)
    stage.put_card(LI_CARD)
    colleague.action("申请").click()
    colleague.says(IN_USE)
    expect(colleague.field("declaration_no")).to_have_attribute("aria-invalid", "true")
    colleague.shoot("applied-for-again")
    menu(desk, QUERY)
    colleague.check_console()
    colleague.page.context.close()
