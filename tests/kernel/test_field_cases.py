"""The states of the chapters' conditional fields, from case files that the pages' interpreter runs too (GATE-03)."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from singlewindow.kernel.definition.conditions import Condition, fields_of, holds
from singlewindow.kernel.definition.fields import Field, Values
from singlewindow.kernel.subsystem import ROOT, DocumentType, get_document_type

FIELD_CASES = [json.loads(file.read_text("utf-8")) for file in sorted(ROOT.glob("*/conditions.cases.json"))]


def find_field(type: DocumentType, path: str) -> Field:
    """A field of the header by its name, or of a line table as table/field."""
    content = type.form.content
    name, _, cell = path.partition("/")
    return content.tables[name].row.fields[cell] if cell else content.fields[name]


def state_of(field: Field, values: Values, header: Values | None) -> str:
    if holds(field.disabled, values, header):
        return "disabled"
    return "required" if holds(field.required, values, header) else "optional"


@pytest.mark.parametrize(
    ("type", "case"),
    [pytest.param(each["type"], c, id=str(c)) for each in FIELD_CASES for c in each["cases"]],
)
def test_a_field_case_of_a_chapter(type: str, case: dict[str, Any]) -> None:
    """GATE-03: the chapters' own case files on the fields as they are declared, as the page's interpreter does."""
    field = find_field(get_document_type(type), case["field"])
    assert state_of(field, case["values"], case.get("header")) == case["expect"]


@pytest.mark.parametrize("cases", FIELD_CASES, ids=lambda each: each["type"])
def test_a_chapters_case_file_shows_every_state_of_every_conditional_field(cases: dict[str, Any]) -> None:
    """Every field with a condition, in every state that any values of the fields it reads bring about."""
    content = get_document_type(cases["type"]).form.content
    seen: dict[str, set[str]] = {}
    for case in cases["cases"]:
        seen.setdefault(case["field"], set()).add(case["expect"])
    fields = {"": content.fields} | {f"{name}/": table.row.fields for name, table in content.tables.items()}
    assert seen == {
        prefix + name: reachable(field)
        for prefix, each in fields.items()
        for name, field in each.items()
        if fields_of(field.required) | fields_of(field.disabled)
    }


def reachable(field: Field) -> set[str]:
    """The states that a field can have, whatever stands in the fields which its conditions read."""
    read = sorted(fields_of(field.required) | fields_of(field.disabled))
    values = {"", "?", *mentioned(field.required), *mentioned(field.disabled)}
    found = set()
    for chosen in itertools.product(values, repeat=len(read)):
        together = dict(zip(read, chosen, strict=True))
        header = {name[7:]: value for name, value in together.items() if name.startswith("header.")}
        found.add(state_of(field, together, header))
    return found


def mentioned(condition: Condition | bool) -> set[str]:
    """The values that a condition compares with."""
    if isinstance(condition, bool):
        return set()
    of = condition.get("of", ())
    inner = [of] if isinstance(of, dict) else of
    own = {condition["value"]} if "value" in condition else set(condition.get("values", ()))
    return own.union(*map(mentioned, inner))
