"""A query's result on paper: the conditions in words, and the rows with the columns that the page shows (GATE-09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from singlewindow.kernel.codes.names import names_of
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.search import Found, Page, Result, find_choice, search
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.printing.data import breakable
from singlewindow.kernel.problems import API, Refused, Violation
from singlewindow.kernel.subsystem import Column, Condition, DocumentType

TEMPLATE = Path(__file__).parent / "templates" / "list.typ"
MOST_ROWS = 1000  # of one print: some 40 pages
LONGEST_CODE = 40  # characters; what is longer is a text, whatever is in it
OF_PLATES = 2  # Chinese characters in 粤Z1234港
WIDTHS = {"number": 21, "status": 14, "filed_on": 11, "updated_at": 12}  # of the kernel's own columns


async def list_data(
    transaction: Transaction,
    type: DocumentType,
    person: Person,
    asked: Mapping[str, str],
    sort: str,
    chosen: Sequence[str],
) -> dict[str, Any]:
    """What the template shows of the documents that fit the conditions, as `search` finds them, at most MOST_ROWS.

    `chosen` are names of the query's columns, none for all. Raises Refused for an unknown one and as `search` does.
    """
    columns = _columns(type, chosen)
    found = await search(transaction, type, person, asked, Page(1, MOST_ROWS, sort))
    company = await transaction.value("select name from company where id = $1", person.company_id)
    now = transaction.now.astimezone(CHINA)
    data: dict[str, Any] = breakable(
        {
            "print": f"{type.title}查询结果",
            "company": {"name": company},
            "printed_at": now.strftime("%Y-%m-%d %H:%M:%S"),
            "printed_by": person.display_name,
            "conditions": await _conditions(transaction, type, asked, now.date()),
            "total": _total(found),
        }
    )
    heads = [("序号", 5), *((each.label, _width(type, each)) for each in columns)]
    rows = [
        [_pieces(text) for text in (str(at), *_cells(row, columns))] for at, row in enumerate(found.rows, 1)
    ]
    return data | {
        "columns": [_head(at, label, width, rows) for at, (label, width) in enumerate(heads)],
        "rows": rows,
    }


def _pieces(text: str) -> list[dict[str, Any]]:
    """A cell's words: those that are codes or numbers stay whole on the paper, others may break."""
    return [
        {"text": word, "whole": True} if is_code(word) else {"text": breakable(word), "whole": False}
        for word in text.split()
    ]


def is_code(word: str) -> bool:
    """Whether a word is a code, a number, a date or a plate: digits, and no more than a plate's Chinese characters."""
    chinese = sum(character > "~" for character in word)
    return len(word) <= LONGEST_CODE and chinese <= OF_PLATES and any(map(str.isdigit, word))


def _head(
    at: int, label: str, width: int, rows: Sequence[Sequence[Sequence[Mapping[str, Any]]]]
) -> dict[str, Any]:
    """A column: its share of the paper, the longest word in it that stays whole, whether anything in it may wrap."""
    cells = [row[at] for row in rows]
    whole = [piece["text"] for cell in cells for piece in cell if piece["whole"]]
    return {
        "label": label,
        "width": width,
        "longest": max(whole, key=len, default=""),
        "wraps": any(len(cell) > 1 or any(not piece["whole"] for piece in cell) for cell in cells),
    }


def _columns(type: DocumentType, chosen: Sequence[str]) -> Sequence[Column]:
    """The chosen columns in the order of the page."""
    known = type.queries.columns
    if unknown := sorted(set(chosen) - {each.name for each in known}):
        message = f"没有名为 {unknown[0][:40]} 的列"
        raise Refused.because([Violation("column", "query.column", message, "请选择列表中的列", API)])
    return [each for each in known if each.name in chosen] or known


async def _conditions(
    transaction: Transaction, type: DocumentType, asked: Mapping[str, str], today: date
) -> list[dict[str, Any]]:
    """What was asked, in words."""
    fields = type.form.content.fields
    coded = [each for each in type.queries.conditions if each.kind == "code" and asked.get(each.name)]
    wanted: dict[str, set[str]] = {}
    for each in coded:
        wanted.setdefault(fields[each.name].codes, set()).add(asked[each.name].strip())
    names = await names_of(transaction, wanted, today)
    told = [
        (each.label, _words(type, each, asked, names))
        for each in type.queries.conditions
        if each.kind != "own"
    ]
    return [{"label": label, "value": words, "wide": False} for label, words in told if words]


def _words(
    type: DocumentType, condition: Condition, asked: Mapping[str, str], names: Mapping[tuple[str, str], str]
) -> str:
    """One condition's value as a reader knows it; "" where it was not asked."""
    if condition.kind == "span":
        ends = [asked.get(f"{condition.name}_{end}", "").strip() for end in ("from", "to")]
        return f"{ends[0] or '不限'} 至 {ends[1] or '不限'}" if any(ends) else ""
    value = asked.get(condition.name, "").strip()
    if condition.kind == "status":
        return type.lifecycle.name_of(value) if value else ""
    if condition.kind == "role":
        chosen = find_choice(condition, value)
        return f"{chosen.code} {chosen.name}" if chosen else ""
    if condition.kind == "code":
        table = type.form.content.fields[condition.name].codes
        return f"{value} {names.get((table, value), '')}".strip()
    return value


def _width(type: DocumentType, column: Column) -> int:
    """A column's share of the paper."""
    spec = type.form.content.fields.get(column.name)
    if spec is None:
        return WIDTHS.get(column.name, 14)
    return 14 if spec.kind == "code" else min(max(spec.length, 8), 24)


def _cells(row: Found, columns: Sequence[Column]) -> list[str]:
    """A row's texts; what stands beside the status on the screen stands there on paper too."""
    beside = f"（{row.marker}）" if row.marker else ""
    return [row.values[each.name] + (beside if each.name == "status" else "") for each in columns]


def _total(found: Result) -> str:
    """How many there are, and what is missing on the paper."""
    counted = f"超过 {found.total:,}" if found.capped else f"{found.total:,}"
    if found.total <= MOST_ROWS:
        return f"共 {counted} 票"
    return f"共 {counted} 票，一次至多打印 {MOST_ROWS:,} 票，其余未打印；请缩小查询条件后分次打印"
