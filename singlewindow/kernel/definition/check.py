"""From what a client sent to clean values, and what each field says about them by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from singlewindow.kernel.definition.conditions import holds
from singlewindow.kernel.definition.fields import Content, Field, Values
from singlewindow.kernel.problems import Refused, Violation

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def clean(content: type[Content], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Take the known members of what a client sent, as trimmed strings and rows.

    Grey fields are dropped: only the server fills them. Raises Refused where a value is no string,
    a row no object, a member unknown, or a character cannot be stored or printed.
    """
    unknown = set(sent) - set(content.fields) - set(content.tables)
    if unknown:
        raise Refused.because(
            [_wrong(name, "未知的字段", "请刷新页面后重新填写") for name in sorted(unknown)]
        )
    values: dict[str, Any] = {}
    for name, spec in content.fields.items():
        if not spec.system and sent.get(name) not in (None, ""):
            values[name] = _clean_value(name, spec, sent[name])
    for name, table in content.tables.items():
        rows = sent.get(name) or []
        if (
            not isinstance(rows, list)
            or not all(isinstance(row, dict) for row in rows)
            or len(rows) > table.most
        ):
            raise Refused.because([_wrong(name, f"「{table.label}」应为至多 {table.most} 行的列表")])
        values[name] = [clean(table.row, row) for row in rows]
    return {name: value for name, value in values.items() if value != ""}


def violations_of(content: type[Content], values: Values, *, complete: bool) -> Iterator[Violation]:
    """What the fields themselves say: length, pattern, and, when `complete`, what is missing."""
    yield from _violations(content, values, None, "", complete)
    for name, table in content.tables.items():
        rows = values.get(name, [])
        if complete and len(rows) < table.least:
            yield Violation(
                name,
                "field.rows",
                f"没有{table.label}信息",
                f"请至少录入 {table.least} 行",
                table.clause,
                "field",
            )
        for at, row in enumerate(rows, start=1):
            yield from _violations(table.row, row, values, f"{name}/{at}/", complete)


def codes_in(content: type[Content], values: Values) -> Iterator[tuple[str, Field, str]]:
    """Every (path, field, code) of a code-table field that is filled in and enabled."""
    yield from _codes(content, values, None, "")
    for name, table in content.tables.items():
        for at, row in enumerate(values.get(name, []), start=1):
            yield from _codes(table.row, row, values, f"{name}/{at}/")


def _codes(
    content: type[Content], values: Values, header: Values | None, path: str
) -> Iterator[tuple[str, Field, str]]:
    for name, spec in content.fields.items():
        value = values.get(name, "")
        if spec.kind == "code" and value and not spec.system and not holds(spec.disabled, values, header):
            yield path + name, spec, value


def _violations(
    content: type[Content], values: Values, header: Values | None, path: str, complete: bool
) -> Iterator[Violation]:
    for name, spec in content.fields.items():
        if spec.system or holds(spec.disabled, values, header):
            continue
        value = values.get(name, "")
        if value:
            yield from _of_value(path + name, spec, value)
        elif complete and holds(spec.required, values, header):
            yield Violation(
                path + name,
                "field.required",
                f"「{spec.label}」为必填项",
                spec.advice or spec.hint,
                spec.clause,
                "field",
            )


def _of_value(path: str, spec: Field, value: str) -> Iterator[Violation]:
    if spec.length and len(value) > spec.length:
        message = f"「{spec.label}」至多 {spec.length} 个字符，现为 {len(value)} 个"
        yield Violation(path, "field.length", message, spec.advice or spec.hint, spec.clause, "field")
    elif spec.pattern and not _compiled(spec.pattern).fullmatch(value):
        message = spec.pattern_message or f"「{spec.label}」格式不正确"
        yield Violation(path, "field.pattern", message, spec.advice or spec.hint, spec.clause, "field")
    elif spec.kind == "date" and not _is_date(value):
        yield Violation(
            path,
            "field.date",
            f"「{spec.label}」不是有效的日期",
            "请按 YYYY-MM-DD 填写",
            spec.clause,
            "field",
        )


def _clean_value(name: str, spec: Field, value: object) -> str:
    if not isinstance(value, str):
        raise Refused.because([_wrong(name, f"「{spec.label}」应为文本")])
    trimmed = value.strip()
    if spec.kind != "textarea":
        trimmed = (
            trimmed.translate(_FULL_WIDTH)
            if spec.pattern or spec.kind in ("code", "decimal", "date")
            else trimmed
        )
    bad = next((c for c in trimmed if _unprintable(c, spec.kind == "textarea")), None)
    if bad is not None:
        raise Refused.because(
            [
                _wrong(
                    name, f"「{spec.label}」含有不能使用的字符（U+{ord(bad):04X}）", "请删去该字符后重新填写"
                )
            ]
        )
    return trimmed.upper() if spec.upper else trimmed


def _unprintable(character: str, many_lines: bool) -> bool:
    """Control characters, lone surrogates, and marks that turn the direction of writing."""
    if many_lines and character in "\n\t":
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co")
        or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _wrong(path: str, message: str, advice: str = "") -> Violation:
    return Violation(path, "field.shape", message, advice, "", "field")
