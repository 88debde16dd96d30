"""From what a client sent to clean values, and what each field says about them by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from singlewindow.kernel.definition.conditions import holds
from singlewindow.kernel.definition.fields import Content, Field, Lines, Values
from singlewindow.kernel.definition.moments import DAYS, canonical, canonical_day, find_moment
from singlewindow.kernel.problems import SHAPE_ADVICE, Refused, Violation

MAX_MEMBERS = 500  # of one object
MAX_TEXT = 1_000_000  # characters of a whole content, names included
MAX_UNKNOWN = 20  # how many unknown names are reported
NAME_LENGTH = 40  # of an unknown name, as it is reported
BASIS = "手册 关于界面"
"""Of what no form of the pages can send."""
WRONG_KIND = {
    "date": ("field.date", "日期", "YYYY-MM-DD 填写"),
    "moment": ("field.moment", "时间", "YYYY-MM-DD HH:MM 填写，如 2026-11-28 10:00"),
}
"""Of the kinds of fields whose values may have the right shape and still name nothing: rule, word, and what to do."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_HIDDEN = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
"""Nobody sees them: two numbers or names that look alike would differ."""


def clean(content: type[Content], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Take the known members of what a client sent, as trimmed strings and rows.

    Grey fields are dropped: only the server fills them. Raises Refused where there is more than any form
    holds, a value is no string, a row no object, a member unknown, or a character cannot be stored or printed.
    """
    _check_size(sent)
    values = _clean(content, sent, "")
    for name, table in content.tables.items():
        rows = sent.get(name) or []
        if (
            not isinstance(rows, list)
            or not all(isinstance(row, dict) for row in rows)
            or len(rows) > table.most
        ):
            raise Refused.because([_no_rows(table, rows)])
        values[name] = [_clean(table.row, row, f"{name}/{at}/") for at, row in enumerate(rows, start=1)]
    return values


def clean_row(table: Lines, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The clean values of one row that is not in its table yet. Raises Refused as `clean` does."""
    _check_size(sent)
    return _clean(table.row, sent, f"{table.name}/0/")


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


@dataclass(frozen=True)
class Classified:
    """A text that holds the declaration elements of a code: where it stands, its field, the code's table, the code."""

    path: str
    field: Field
    table: str
    code: str
    text: str


def classified_in(content: type[Content], values: Values) -> Iterator[Classified]:
    """Every text of declaration elements that is filled in and enabled, beside a code."""
    yield from _classified(content, values, None, "")
    for name, table in content.tables.items():
        if table.row.classified:
            for at, row in enumerate(values.get(name, []), start=1):
                yield from _classified(table.row, row, values, f"{name}/{at}/")


def asking_fields(content: type[Content], values: Values, left: str) -> set[str]:
    """The places that are filled in and ask the server: fields, and in the row of which a cell was `left` its cells."""
    asking = {name for name, spec in content.typed.items() if spec.lookup and values.get(name)}
    name, _, rest = left.partition("/")
    number = rest.partition("/")[0]
    if name not in content.tables or not re.fullmatch(r"[1-9][0-9]{0,5}", number):
        return asking
    row: Values = next(iter(values.get(name, [])[int(number) - 1 : int(number)]), {})
    cells = content.tables[name].row.typed.items()
    return asking | {f"{name}/{number}/{cell}" for cell, spec in cells if spec.lookup and row.get(cell)}


def grey_cells(content: type[Content], values: Values) -> dict[str, list[dict[str, str]]]:
    """The grey cells of each row, of tables that have such cells; an empty one is ""."""
    grey = {
        name: [cell for cell, spec in table.row.fields.items() if spec.system]
        for name, table in content.tables.items()
    }
    return {
        name: [{cell: row.get(cell, "") for cell in cells} for row in values.get(name, [])]
        for name, cells in grey.items()
        if cells
    }


def find_day(text: str) -> date | None:
    """The day that a text YYYY-MM-DD names, or None; years from 1900 to 2200."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # fromisoformat knows other ways of writing too
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if DAYS[0] <= day <= DAYS[1] else None


def tidied(spec: Field, text: str) -> str:
    """A text as the field holds it: trimmed, composed (NFC, as workbooks are read), full-width signs made plain where
    the field is strict, raised; a day or a moment in its one way of writing."""
    if spec.kind == "moment":
        return canonical(text)
    if spec.kind == "date":
        return canonical_day(text)
    trimmed = text.strip()
    if not trimmed.isascii():
        trimmed = unicodedata.normalize("NFC", trimmed)
        if spec.kind in ("code", "decimal") or (spec.pattern and spec.kind != "textarea"):
            trimmed = trimmed.translate(_FULL_WIDTH)
    return trimmed.upper() if spec.upper else trimmed


def find_unprintable(text: str, *, many_lines: bool = False) -> str | None:
    """The first control character, half of a surrogate pair, character without meaning, mark that turns the direction
    of writing, or that nobody sees; None where there is none. Texts of `many_lines` may hold line ends and tabs."""
    if text.isprintable():  # nearly all are, and none of those characters is
        return None
    return next((c for c in text if not (many_lines and c in "\n\t") and _unprintable(c)), None)


def _check_size(sent: Mapping[str, Any]) -> None:
    """Refuse what no form holds before anything else is done with it."""
    rows = [row for value in sent.values() if isinstance(value, list) for row in value]
    objects = [sent, *(row for row in rows if isinstance(row, dict))]
    if len(rows) > MAX_TEXT or max(map(len, objects)) > MAX_MEMBERS:
        raise Refused.because([_wrong("", "内容的字段过多", SHAPE_ADVICE)])
    size = sum(map(_size, objects))
    if size > MAX_TEXT:
        message = f"填写的内容共 {size:,} 个字符，超过 {MAX_TEXT:,} 个"
        raise Refused.because([_wrong("", message, "请减少行数或缩短文字")])


def _size(sent: Mapping[str, Any]) -> int:
    """How many characters an object's names and texts have; anything else counts as one."""
    texts = sum([len(value) if isinstance(value, str) else 1 for value in sent.values()])
    return texts + sum(map(len, sent))


def _clean(content: type[Content], sent: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The clean values of one object's fields, without its tables."""
    if unknown := [name for name in sent if name not in content.fields and name not in content.tables]:
        raise Refused.because(
            [
                _wrong(path + _shown(name), "未知的字段", SHAPE_ADVICE)
                for name in sorted(unknown)[:MAX_UNKNOWN]
            ]
        )
    values = {}
    for name, spec in content.typed.items():
        value = sent.get(name)
        if value is not None and value != "" and (kept := _clean_value(path + name, spec, value)):
            values[name] = kept
    return values


def _shown(name: str) -> str:
    """A name that a client made up, fit to be repeated."""
    return "".join("\ufffd" if _unprintable(c) else c for c in name[:NAME_LENGTH])


def _codes(
    content: type[Content], values: Values, header: Values | None, path: str
) -> Iterator[tuple[str, Field, str]]:
    for name, spec in content.coded.items():
        value = values.get(name, "")
        if value and not holds(spec.disabled, values, header):
            yield path + name, spec.spoken(values, header), value


def _classified(
    content: type[Content], values: Values, header: Values | None, path: str
) -> Iterator[Classified]:
    for name, spec in content.classified.items():
        code, text = values.get(spec.elements, ""), values.get(name, "")
        if code and text and not holds(spec.disabled, values, header):
            table = content.fields[spec.elements].codes
            yield Classified(path + name, spec.spoken(values, header), table, code, text)


def _violations(
    content: type[Content], values: Values, header: Values | None, path: str, complete: bool
) -> Iterator[Violation]:
    for name, spec in content.typed.items():
        if spec.disabled is not False and holds(spec.disabled, values, header):
            continue
        value = values.get(name, "")
        if value:
            if not _fits(spec, value):
                yield from _of_value(path + name, spec.spoken(values, header), value)
            elif value in spec.narrowed and not holds(spec.narrowed[value], values, header):
                yield _narrowed(path + name, spec.spoken(values, header), value)
        elif complete and not spec.preset and holds(spec.required, values, header):
            yield _required(path + name, spec.spoken(values, header))


def _required(path: str, spec: Field) -> Violation:
    message = f"「{spec.label}」为必填项"
    return Violation(
        path, "field.required", message, spec.advice or _fill_in(spec.hint), spec.clause, "field"
    )


DOING = ("填写", "录入", "输入", "选择", "手工", "按")
"""With what a hint begins that says already what to do."""


def _fill_in(hint: str) -> str:
    """What to do about a box that is empty: what its hint says beside that it is obligatory, which is said already.

    The page does the same (`missing` in web/src/kernel/form/checks.ts); both run hints.cases.json."""
    how = hint.removeprefix("必填").lstrip("，")
    if not how or how.startswith("请"):
        return how
    return f"请{how}" if how.startswith(DOING) else f"请填写：{how}"


def _narrowed(path: str, spec: Field, value: str) -> Violation:
    message = f"「{spec.label}」在当前填写的内容下不能选代码 {value}"
    return Violation(path, "field.narrowed", message, spec.advice or spec.hint, spec.clause, "field")


def _fits(spec: Field, value: str) -> bool:
    """Whether `_of_value` would find nothing, which is asked of every value; it is asked what, of few."""
    return (
        (not spec.length or len(value) <= spec.length)
        and (not spec.pattern or _compiled(spec.pattern).fullmatch(value) is not None)
        and (spec.kind not in WRONG_KIND or _exists(spec, value))
    )


def _of_value(path: str, spec: Field, value: str) -> Iterator[Violation]:
    if spec.length and len(value) > spec.length and spec.kind != "moment":
        message = f"「{spec.label}」至多 {spec.length} 个字符，现为 {len(value)} 个"
        yield Violation(path, "field.length", message, spec.advice or spec.hint, spec.clause, "field")
    elif spec.pattern and not _compiled(spec.pattern).fullmatch(value):
        message = spec.pattern_message or f"「{spec.label}」格式不正确"
        yield Violation(path, "field.pattern", message, spec.advice or spec.hint, spec.clause, "field")
    elif spec.kind in WRONG_KIND and not _exists(spec, value):
        rule, word, how = WRONG_KIND[spec.kind]
        advice = f"请按 {how}，年份为 1900 至 2200"
        yield Violation(path, rule, f"「{spec.label}」不是有效的{word}", advice, spec.clause, "field")


def _exists(spec: Field, value: str) -> bool:
    """Whether there is such a day, or such a moment."""
    return (find_day(value) if spec.kind == "date" else find_moment(value)) is not None


def _clean_value(path: str, spec: Field, value: object) -> str:
    if isinstance(value, str) and value.isascii() and value.isprintable() and spec.kind not in WRONG_KIND:
        return value.strip().upper() if spec.upper else value.strip()  # nothing else is in it than blanks
    if not isinstance(value, str):
        raise Refused.because([_wrong(path, f"「{spec.label}」应为文本", SHAPE_ADVICE, spec.clause)])
    trimmed = tidied(spec, value)
    if trimmed.isascii() and trimmed.isprintable():  # nothing of what follows is in it
        return trimmed
    bad = find_unprintable(trimmed, many_lines=spec.kind == "textarea")
    if bad is not None:
        message = f"「{spec.label}」含有不能使用的字符（第 {trimmed.index(bad) + 1} 个，U+{ord(bad):04X}）"
        raise Refused.because(
            [_wrong(path, message, "请删去该字符后重新填写；看不见的，请整段重新录入", spec.clause)]
        )
    return trimmed


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") or (
        character in _TURNING or _HIDDEN.match(character) is not None
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _wrong(path: str, message: str, advice: str, clause: str = BASIS) -> Violation:
    return Violation(path, "field.shape", message, advice, clause or BASIS, "field")


def _no_rows(table: Lines, rows: object) -> Violation:
    """That a table's member is no list of rows, or has too many of them."""
    if isinstance(rows, list) and len(rows) > table.most:
        message = f"「{table.label}」共 {len(rows)} 行，不得超过 {table.most} 行"
        advice = "请删除多余的行后重试"
        if table.overflow is not None:
            advice = (
                f"只有在页面逐行录入时系统自动另起一份；请将第 {table.most + 1} 行起的各行录入另一份单据"
                "（新增；批量导入时另起一个序号）"
            )
        return _wrong(table.name, message, advice, table.clause)
    message = f"「{table.label}」应为至多 {table.most} 行的列表"
    return _wrong(table.name, message, SHAPE_ADVICE, table.clause)
