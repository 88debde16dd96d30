"""Manual 3.2: the card stays in the reader; pulled out, it is said, and what was begun waits (PORT-05)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.print.acts import (
    APPLY,
    CHEN_CARD,
    PIN,
    act,
    applied,
    enter_pin,
    log_in,
    open_page,
    query_numbers,
)

pytestmark = pytest.mark.journey


def test_the_card_is_pulled(desk: Desk, stage: Stage) -> None:
    """A message, nothing typed is lost, and applying waits for the card; a wrong PIN says how many tries are left."""
    log_in(desk)
    open_page(desk, APPLY)
    number = stage.examples["closed_printable"][13]
    query_numbers(desk, number)
    stage.put_card(None)
    desk.says("绑定的卡插回之前不能申请")
    act(desk, "自助打印申请", number).click()
    desk.button("确认申请").click()
    desk.says("插回后申请自动继续")
    desk.shoot("waiting")
    expect(desk.field("number")).to_have_value(number)
    other = act(desk, "结关后报关单数据导出申请", number)
    expect(other).to_have_attribute("title", re.compile("插回后先申请；请在此之后再操作"))
    stage.put_card(CHEN_CARD)
    enter_pin(desk, "00000000")
    desk.says("4 次")
    desk.shoot("wrong-pin")
    enter_pin(desk, PIN)
    applied(desk, "自助打印申请结果")
    expect(desk.field("number")).to_have_value(number)
