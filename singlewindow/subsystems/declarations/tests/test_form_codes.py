"""The code tables that the form needs and the kernel does not have: 国内地区, 国内口岸, 行政区划 (PRNT-09)."""

from __future__ import annotations

import re

import pytest

from singlewindow.kernel.codes.load import facts_of, load_table
from singlewindow.subsystems.declarations.paper import DOCUMENTS, GOODS_CODES, HEADER_CODES


@pytest.mark.parametrize(
    ("table", "shape", "least", "known"),
    [
        ("declarations_regions", r"[0-9]{4}[0-9A-Z]", 250, {"44031": "深圳特区", "44199": "东莞"}),
        ("declarations_entry_ports", r"[0-9]{6}", 250, {"470101": "蛇口", "110101": "首都国际机场"}),
        ("declarations_divisions", r"[0-9]{6}", 400, {"440300": "深圳市", "310115": "浦东新区"}),
    ],
)
def test_a_starting_set_is_unambiguous(table: str, shape: str, least: int, known: dict[str, str]) -> None:
    """PRNT-09: every code once, in its shape, with a name; source and date are told."""
    entries = list(load_table(table))
    names = {each.code: each.name for each in entries}
    assert len(names) == len(entries) >= least
    assert all(re.fullmatch(shape, code) for code in names)
    assert all(name and name == name.strip() for name in names.values())
    assert known.items() <= names.items()
    assert facts_of(table).source
    assert "import a complete table" in facts_of(table).note


def test_every_code_on_the_form_has_its_table() -> None:
    """PRNT-09."""
    for table in {*HEADER_CODES.values(), *GOODS_CODES.values(), *DOCUMENTS}:
        assert any(True for _ in load_table(table)), table
