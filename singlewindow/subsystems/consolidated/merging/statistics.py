"""集报清单业务统计 (manual 5.5; CONS-14, FA 3.6): lists that customs accepted, counted and summed in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.lifecycle import IN_FORCE, MERGED
from singlewindow.subsystems.consolidated.merging.asking import FLAGS, NATURES, Names, Span, Terms, names_for

CLAUSE = "手册 第六篇 5.5 集报清单业务统计"
MOST_DAYS = 366
MOST_LINES = 1000
MEMORY = "32MB"  # for this statement alone
OWN = "f.company_id = {}"
"""The application's own check of whose lists are counted; row-level security is the second fence."""
KEYS = ("district", "ie_flag", "nature", "trade_mode", "currency")
COUNTS = ("lists", "items", "packages", "merged", "unmerged", "declarations")
SUMS = ("gross_weight", "net_weight", "total")
ADDED = ("items", "packages", *SUMS)


@dataclass(frozen=True)
class Asked:
    """The conditions of the page; 申报日期 of the lists, both days counted. An empty text is not asked."""

    declared: Span
    district: str = ""
    ie_flag: str = ""
    goods_nature: str = ""


@dataclass(frozen=True)
class Line:
    """One line: codes with their names, counts, and sums as decimal texts."""

    keys: Mapping[str, str]
    names: Mapping[str, str]
    counts: Mapping[str, int]
    sums: Mapping[str, str]

    @property
    def members(self) -> dict[str, Any]:
        """All of it by name."""
        return {**self.keys, **self.names, **self.counts, **self.sums}


async def count(transaction: Transaction, person: Person, asked: Asked) -> tuple[list[Line], Line]:
    """The lines, in the order of their keys (at most MOST_LINES), and the total.

    A list of several currencies has the word 多币制 as its currency and no total; sums of money stand in lines of one
    currency alone, so that the total line has none.
    """
    terms = Terms()
    terms.add(OWN, person.company_id)
    terms.add("not f.hidden and f.status = any({})", sorted(IN_FORCE))
    terms.within("f.declared_on", asked.declared)
    terms.equal(LIST.form.content, district=asked.district, ie_flag=asked.ie_flag)
    if asked.goods_nature:
        terms.add("f.nature = any({})", list(NATURES[asked.goods_nature]))
    await transaction.run("select set_config('work_mem', $1, true)", MEMORY)
    rows = await transaction.rows(_sql(terms), *terms.values)
    names = await names_for(
        transaction,
        {
            "customs_districts": [row["district"] or "" for row in rows],
            "consolidated_natures": [row["nature"] or "" for row in rows],
            "trade_modes": [row["trade_mode"] or "" for row in rows],
            "currencies": [row["currency"] or "" for row in rows],
        },
        transaction.now.astimezone(CHINA).date(),
    )
    total, *lines = [_line(row, names) for row in rows]
    return lines[:MOST_LINES], total


def _sql(terms: Terms) -> str:
    """The total first, then the lines. Both are grouped by hash, which sorting 200,000 texts would be slower than."""
    keys = ", ".join(KEYS)
    return f"""
        with summed as (
            select {_KEYS}, count(*) as lists, count(*) filter (where f.status = '{MERGED}') as merged,
                {", ".join(f"sum(nullif(f.{name}, '')::numeric) as {name}" for name in ADDED)}
            from find_consolidated_list f where {terms} group by {_GROUPED}
        ), made as (
            select {_KEYS}, l.declaration_id from find_consolidated_list f
            join consolidated_batch_list l on l.document_id = f.document_id and l.state = 'merged'
            where {terms} group by {_GROUPED}, l.declaration_id
        ), counted as (
            select {keys}, count(*) as declarations from made group by {keys}
        )
        select null as district, {", ".join(f"'' as {key}" for key in KEYS[1:])},
            coalesce(sum(lists), 0) as lists, coalesce(sum(merged), 0) as merged,
            coalesce(sum(lists - merged), 0) as unmerged,
            (select count(distinct declaration_id) from made) as declarations,
            {", ".join(f"trim_scale(coalesce(sum({name}), 0))::text as {name}" for name in ADDED)}
        from summed
        union all (
            select {keys}, lists, merged, lists - merged, coalesce(declarations, 0),
                {", ".join(f"trim_scale(coalesce({name}, 0))::text" for name in ADDED)}
            from summed left join counted using ({keys}) order by {keys} limit {MOST_LINES})"""


_KEYS = ", ".join(f"coalesce(f.{key}, '') as {key}" for key in KEYS)
_GROUPED = ", ".join(f"f.{key}" for key in KEYS)


def _line(row: Row, names: Names) -> Line:
    keys = {key: row[key] or "" for key in KEYS}
    named = {
        "district_name": names.of("customs_districts", keys["district"]),
        "nature_name": names.of("consolidated_natures", keys["nature"]),
        "trade_mode_name": names.of("trade_modes", keys["trade_mode"]),
        "currency_name": names.of("currencies", keys["currency"]),
        "ie_flag_name": FLAGS.get(keys["ie_flag"], keys["ie_flag"]),
    }
    sums = {name: row[name] for name in SUMS}
    if row["district"] is None:  # the line of totals
        named["district_name"], sums["total"] = "合计", ""
    return Line(keys, named, {name: int(row[name]) for name in COUNTS}, sums)
