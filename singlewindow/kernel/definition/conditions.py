"""Conditions are data: small trees that Python and TypeScript evaluate alike.

`conditions.cases.json` beside this file is run by both interpreters' tests. The server is the judge.
A condition is the JSON object itself: {"op": "eq", "field": "kind", "value": "B"}.
Inside a line, `header.x` names a field of the header; a field that is missing counts as "".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Condition = Mapping[str, Any]
Values = Mapping[str, Any]


def eq(field: str, value: str) -> Condition:
    """True when the field holds exactly this value."""
    return {"op": "eq", "field": field, "value": value}


def ne(field: str, value: str) -> Condition:
    """True when the field holds anything else."""
    return {"op": "ne", "field": field, "value": value}


def one_of(field: str, *values: str) -> Condition:
    """True when the field holds one of the values."""
    return {"op": "in", "field": field, "values": list(values)}


def filled(field: str) -> Condition:
    """True when the field is not empty."""
    return {"op": "filled", "field": field}


def starts(field: str, value: str) -> Condition:
    """True when the field begins with the value."""
    return {"op": "starts", "field": field, "value": value}


def all_of(*conditions: Condition) -> Condition:
    """True when every condition is."""
    return {"op": "all", "of": list(conditions)}


def any_of(*conditions: Condition) -> Condition:
    """True when one condition is."""
    return {"op": "any", "of": list(conditions)}


def negated(condition: Condition) -> Condition:
    """True when the condition is not."""
    return {"op": "not", "of": condition}


def holds(condition: Condition | bool, values: Values, header: Values | None = None) -> bool:
    """Evaluate a condition (or a constant) on the values of a header or of a row with its header."""
    if isinstance(condition, bool):
        return condition
    op = condition["op"]
    if op in _LEAVES:
        return _LEAVES[op](_value(condition["field"], values, header), condition)
    if op == "not":
        return not holds(condition["of"], values, header)
    parts: Sequence[Condition] = condition["of"]
    outcomes = (holds(part, values, header) for part in parts)
    if op == "all":
        return all(outcomes)
    if op == "any":
        return any(outcomes)
    raise ValueError(f"unknown condition {op!r}")


def fields_of(condition: Condition | bool) -> set[str]:
    """The names of the fields that a condition reads."""
    if isinstance(condition, bool):
        return set()
    if "field" in condition:
        return {condition["field"]}
    of = condition["of"]
    return fields_of(of) if isinstance(of, Mapping) else set().union(*map(fields_of, of))


def _value(field: str, values: Values, header: Values | None) -> str:
    source, name = ((header or {}), field[7:]) if field.startswith("header.") else (values, field)
    value = source.get(name)
    return value if isinstance(value, str) else ""


_LEAVES: dict[str, Callable[[str, Condition], bool]] = {
    "eq": lambda value, c: value == c["value"],
    "ne": lambda value, c: value != c["value"],
    "in": lambda value, c: value in c["values"],
    "filled": lambda value, c: value != "",
    "starts": lambda value, c: value.startswith(c["value"]),
}
