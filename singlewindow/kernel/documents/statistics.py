"""Business statistics: documents counted and summed by one or two dimensions (GATE-09, CONS-14).

Only the find table is read. Amounts stand there as text, as they were filled in: what is no number adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from singlewindow.kernel.codes.names import names_of
from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.definition.fields import HeaderField
from singlewindow.kernel.documents.search import Where, filters, own_rows
from singlewindow.kernel.people import refusals
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, NotFound, Refused, Violation
from singlewindow.kernel.subsystem import Condition, Dimension, DocumentType, Statistics, Sum

Names = Mapping[tuple[str, str], str]

MOST_LINES = 1000  # more are cut off and said to be; the totals count all
MOST_DIMENSIONS = 2
NOT_GIVEN = "（未填）"
SPAN = "filed_on"
FORMATS = {"": "coalesce(f.{}, '')", "day": "f.{}::text", "month": "to_char(f.{}, 'YYYY-MM')"}
ENDED = """ left join (select id, company_id as owner from document where ended_by <> '') e
            on e.id = f.document_id and e.owner = f.company_id"""
NUMBER = r"'^[0-9]{1,18}(\.[0-9]{1,9})?$'"


@dataclass(frozen=True)
class Line:
    """One line: its keys (codes, days) with the words for them, and its figures; sums are decimal texts.

    `ended` of the `count` documents were ended by an amendment.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    count: int
    sums: tuple[str, ...]
    ended: int = 0


@dataclass(frozen=True)
class Figures:
    """What was counted: `shown` are the conditions as label and words; `capped` says that lines are missing."""

    by: Sequence[Dimension]
    shown: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    total: Line
    capped: bool


def declared(type: DocumentType) -> Statistics:
    """The type's statistics. Raises NotFound where it has none."""
    if type.queries.statistics is None:
        raise NotFound(f"{type.title}没有业务统计")
    return type.queries.statistics


def conditions(type: DocumentType) -> list[Condition]:
    """The conditions of the statistics page: the span of filed_on first, then those named of the query page."""
    wanted = declared(type)
    boxes: list[Condition | HeaderField] = [*type.queries.conditions, *type.form.header]
    label = next((box.label for box in boxes if box.name == SPAN), "录入日期")
    span = Condition(SPAN, label, "span", required=True, max_days=wanted.max_days, clause=wanted.clause)
    known = {each.name: each for each in type.queries.conditions}
    return [span, *(known[name] for name in wanted.conditions)]


async def count(
    transaction: Transaction, type: DocumentType, person: Person, by: Sequence[str], asked: Mapping[str, str]
) -> Figures:
    """The company's documents by these dimensions, as many as fit all conditions; an empty one counts as not asked.

    Raises Refused for unknown dimensions and what `filters` refuses, Forbidden for an unbound account (PORT-04).
    """
    if person.bound_card is None:
        raise refusals.unbound_account()
    wanted, boxes = declared(type), conditions(type)
    dimensions = _dimensions(wanted, by)
    where = filters(type, boxes, asked, Where(own_rows(person)))
    rows = await transaction.rows(_sql(type, dimensions, wanted.sums, where), *where.values)
    words = await _words(transaction, type, dimensions, boxes, rows, asked)
    total, *found = [_line(row, type, dimensions, wanted.sums, words) for row in rows]
    total = replace(total, names=("合计", *[""] * (len(dimensions) - 1)))
    shown = [
        (box.label, words_of(type, Dimension(box.name, box.label), asked[box.name].strip(), words))
        for box in boxes
        if box.kind != "span" and asked.get(box.name, "").strip()
    ]
    shown.insert(0, (boxes[0].label, f"{asked[SPAN + '_from']} 至 {asked[SPAN + '_to']}"))
    return Figures(dimensions, shown, found[:MOST_LINES], total, len(found) > MOST_LINES)


def _dimensions(wanted: Statistics, by: Sequence[str]) -> list[Dimension]:
    known = {each.name: each for each in wanted.dimensions}
    names = list(dict.fromkeys(by))
    if not 1 <= len(names) <= MOST_DIMENSIONS or not set(names) <= set(known):
        labels = "、".join(each.label for each in wanted.dimensions)
        message = "请选择一个或两个统计维度"
        raise Refused.because([Violation("by", "statistics.by", message, f"可选：{labels}", API)])
    return [known[name] for name in names]


def _sql(type: DocumentType, by: Sequence[Dimension], sums: Sequence[Sum], where: Where) -> str:
    """The line of totals first, then the lines in the order of their keys."""
    keys = [f"key_{at}" for at in range(len(by))]
    taken = [f"{FORMATS[each.by].format(each.source)} as {key}" for key, each in zip(keys, by, strict=True)]
    taken += [
        f"case when f.{each.name} ~ {NUMBER} then f.{each.name}::numeric end as {each.name}" for each in sums
    ]
    ended = type.lifecycle.ended
    figures = ["count(*) as count", f"{'count(ended)' if ended else '0'} as ended"]
    taken += ["e.id as ended"] if ended else []
    figures += [f"trim_scale(coalesce(sum({each.name}), 0))::text as {each.name}" for each in sums]
    listed = ", ".join(keys)
    return f"""
        select {listed}, {", ".join(figures)}
        from (select {", ".join(taken)} from {type.find_table} f{ENDED if ended else ""} where {where}) as counted
        group by grouping sets (({listed}), ())
        order by grouping({keys[0]}) desc, {listed} limit {MOST_LINES + 2}"""


async def _words(
    transaction: Transaction,
    type: DocumentType,
    by: Sequence[Dimension],
    boxes: Sequence[Condition],
    rows: Sequence[Row],
    asked: Mapping[str, str],
) -> Names:
    """The names of all codes that are shown, as they stood on the span's last day (OPER-02)."""
    wanted: dict[str, set[str]] = {}
    for at, each in enumerate(by):
        if table := _table(type, each.source):
            wanted.setdefault(table, set()).update(row[f"key_{at}"] for row in rows if row[f"key_{at}"])
    for box in boxes:
        if (table := _table(type, box.name)) and asked.get(box.name):
            wanted.setdefault(table, set()).add(asked[box.name].strip())
    return await names_of(transaction, wanted, date.fromisoformat(asked[SPAN + "_to"].strip()))


def _table(type: DocumentType, column: str) -> str:
    spec = type.form.content.fields.get(column)
    return spec.codes if spec else ""


def words_of(type: DocumentType, dimension: Dimension, key: str, names: Names) -> str:
    """A key as it is shown: a status by its name, a code with its name, as in forms and lists (UI-04)."""
    if dimension.source == "status":
        return type.lifecycle.name_of(key)
    name = names.get((_table(type, dimension.source), key), "")
    return f"{key} {name}".strip() if key else NOT_GIVEN


def _line(row: Row, type: DocumentType, by: Sequence[Dimension], sums: Sequence[Sum], names: Names) -> Line:
    keys = tuple(row[f"key_{at}"] or "" for at in range(len(by)))
    words = tuple(words_of(type, each, key, names) for each, key in zip(by, keys, strict=True))
    return Line(keys, words, row["count"], tuple(row[each.name] for each in sums), row["ended"])
