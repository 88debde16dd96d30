"""Manual 2.3.2, 3.1: colours, conditional fields, what refuses a declaration (GATE-01 … GATE-05)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import singlewindow.subsystems.gate
from tests.journeys.acts import GREY, WANG_CARD, WHITE, YELLOW, at, colour_of
from tests.journeys.browser import Desk
from tests.journeys.conftest import Stage
from tests.journeys.gate.acts import (
    add_row,
    ask_to_declare,
    declared_trip,
    fill_header,
    log_in,
    open_form,
    save,
)
from tests.system.running import eventually

pytestmark = pytest.mark.journey
CASES = json.loads(
    (Path(singlewindow.subsystems.gate.__file__).parent / "conditions.cases.json").read_text("utf-8")
)["cases"]
COLOURS = {"required": YELLOW, "optional": WHITE, "disabled": GREY}
GREYS = (
    "number", "sure_id", "status", "filed_on", "contractor_code_scc", "contractor_code", "op_user_id",
    "bind_key_info",
)  # fmt: skip
YELLOWS = (
    "customs_master", "bind_key_type", "rd_code", "decl_traf_mode", "ie_flag", "vehicle_weight", "trailer_weight",
    "conta_weight", "bodies/bind_obj_type", "bodies/bind_obj_id", "bodies/voyage_no", "bodies/rd_code",
)  # fmt: skip
WHITES = (
    "bayonet_rd_code", "remark", "bodies/ie_direction", "bodies/transport_id", "bodies/conta_id1", "bodies/conta_id2",
    "bodies/remark",
)  # fmt: skip


def test_colours_hints_and_grey_boxes(desk: Desk, stage: Stage) -> None:
    """黄底色字段：必填项; 灰底色字段：返填项; 白底色字段：选填项; 红色字体简要提示录入方法 (GATE-01, UI-01, UI-02)."""
    log_in(desk)
    open_form(desk)
    desk.shoot("empty")
    assert {colour_of(desk, name) for name in GREYS} == {GREY}
    assert {colour_of(desk, name) for name in YELLOWS} == {YELLOW}
    assert {colour_of(desk, name) for name in WHITES} == {WHITE}
    hint = desk.page.locator(".hint-line:visible > p")
    expect(hint).to_contain_text("必填，可录入关区代码或名称调出参数")
    company = stage.system.world["companies"][0]
    expect(desk.field("contractor_code_scc")).to_have_value(company["scc"])
    expect(desk.field("contractor_code")).to_have_value(company["scc"][8:17])
    expect(desk.field("op_user_id")).to_have_value(WANG_CARD)
    desk.field("sure_id").focus()
    desk.type("123")
    expect(desk.field("sure_id")).to_have_value("")


def fill(desk: Desk, name: str, value: str) -> None:
    """A box holds this code or text; "" empties it."""
    box = desk.field(name)
    if box.input_value().split(" ")[0] == value or box.get_attribute("readonly") is not None:
        return
    box.focus()
    desk.press("Control+A", "Backspace")
    if value:
        desk.type(value)
        if box.get_attribute("role") == "combobox":
            option = desk.page.get_by_role("option", name=value).locator("visible=true").first
            expect(option).to_be_visible()
    desk.press("Enter")
    expect(box).to_have_value(
        re.compile(f"^{re.escape(value)}( |$)")
    )  # a code shows its name once it is looked up
    if value and box.get_attribute("role") == "combobox":
        expect(box).to_have_value(re.compile(" "))


def boxes_of(case: dict[str, Any]) -> dict[str, str]:
    """What stands in which boxes of the form in a case of the chapter's file."""
    if "header" not in case:
        return dict(case["values"])
    return {f"bodies/{name}": value for name, value in case["values"].items()} | dict(case["header"])


def test_every_conditional_field_in_all_its_states(desk: Desk) -> None:
    """GATE-01, GATE-03: the chapter's case file on the screen: colour, and whether anything can be typed."""
    log_in(desk)
    open_form(desk)
    names = {name for case in CASES for name in boxes_of(case)} - {
        "bodies/decl_traf_mode"
    }  # of the header alone
    seen: dict[str, set[str]] = {}
    for case in CASES:
        wanted = boxes_of(case)
        for name in sorted(names, key=lambda name: (name == "bind_key_info", name)):
            if name in wanted or desk.field(name).input_value():
                fill(desk, name, wanted.get(name, ""))
        field = case["field"]
        wanted_colour = COLOURS[case["expect"]]
        assert eventually(lambda: colour_of(desk, field) == wanted_colour, 20), case  # noqa: B023 - at once
        locked = desk.field(field).get_attribute("readonly") is not None
        assert locked is (case["expect"] == "disabled"), case
        seen.setdefault(field, set()).add(case["expect"])
    desk.shoot("last-case")
    assert seen == {c["field"]: {d["expect"] for d in CASES if d["field"] == c["field"]} for c in CASES}


def test_labels_follow_the_transport_mode(desk: Desk) -> None:
    """海运时为航次号，公路时为货物运输批次号 (GATE-03)."""
    log_in(desk)
    open_form(desk)
    label = desk.page.locator('.field:has([data-field="bodies/voyage_no"]):visible label')
    expect(label).to_contain_text("航次/货物运输批次号")
    for mode, words in (("2", "航次号"), ("4", "货物运输批次号"), ("5", "航次号")):
        fill(desk, "decl_traf_mode", mode)
        expect(label).to_have_text(words)
        desk.field("bodies/voyage_no").focus()
        expect(desk.page.locator(".hint-line:visible > p")).to_contain_text(f"必填，填写{words}")


def test_no_declaration_without_a_row_and_none_beside_an_unfinished_trip(desk: Desk) -> None:
    """没有表体信息; 该车有未完成记录, at 申报 alone (GATE-05)."""
    log_in(desk)
    declared_trip(desk, "粤B54329")
    open_form(desk)
    fill_header(desk, "粤B·54329")
    save(desk)
    ask_to_declare(desk)
    desk.says("没有表体信息")
    desk.shoot("no-body")
    desk.field("bodies/ie_direction").focus()
    add_row(desk, "B 提单", "COSU6123456789", by="1000000000 报关")
    save(desk)
    ask_to_declare(desk)
    desk.says("该车有未完成记录（VN 粤B54329）")
    at(desk, "bind_key_info")
    desk.shoot("unfinished")
    expect(desk.field("status")).to_have_value("暂存成功")
