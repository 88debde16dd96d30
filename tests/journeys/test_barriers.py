"""What is looked at again, and what is not (UI-13): two states of one page that differ in what axe judges."""

from __future__ import annotations

import pytest

from tests.journeys.barriers import barriers
from tests.journeys.browser import browser

PAGE = """<!doctype html><html lang="zh-CN"><title>样页</title><body><main><h1>样页</h1>
<p><label for="a">甲</label> <input id="a" class="control"></p><p><button class="button">保存</button></p>{}</main>"""
LATER = {
    "a box without a name": ('<p><input class="control"></p>', "label"),
    "a button without words": ('<p><button class="button"></button></p>', "button-name"),
    "colours of its own": (
        '<p><button class="button" style="color:#ccc;background-color:#ddd">删除</button></p>',
        "color-contrast",
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_what_comes_later_on_a_known_page_is_looked_at(name: str) -> None:
    """UI-13: of kinds of elements that were there before; what is the same is not looked at again."""
    more, rule = LATER[name]
    with browser() as chromium:
        page = chromium.new_page()
        for html, expected in (("", []), ('<p><button class="button">打印</button></p>', []), (more, [rule])):
            page.set_content(PAGE.format(html))
            found = barriers(page, name)
            assert [each.split(": ", 1)[1].split()[2].rstrip(":") for each in found] == expected, found
