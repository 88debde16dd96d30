"""集报清单业务统计 (manual 5.5; CONS-14, FA 3.6): lists that customs accepted, counted and summed in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.lists.lifecycle import IN_FORCE, MERGED
from singlewindow.subsystems.consolidated.merging.asking import FLAGS, NATURES, Names, Span, Terms, names_for

CLAUSE = "手册 第六篇 5.5 集报清单业务统计"
MOST_DAYS = 366
MOST_LINES = 1000
OWN = "f.company_id = {}"
"""The application's own check of whose lists are counted; row-level security is the second fence."""
KEYS = ("district", "ie_flag", "nature", "trade_mode", "currency")
COUNTS = ("lists", "items", "packages", "merged", "unmerged", "declarations")
SUMS = ("gross_weight", "net_weight", "total")


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
    terms.equal(**{"f.district": asked.district, "f.ie_flag": asked.ie_flag})
    if asked.goods_nature:
        terms.add("f.nature = any({})", list(NATURES[asked.goods_nature]))
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
    """The total first, then the lines."""
    keys = ", ".join(KEYS)
    return f"""
        select {keys}, count(*) as lists, coalesce(sum(items), 0) as items, coalesce(sum(packages), 0) as packages,
            count(*) filter (where status = '{MERGED}') as merged,
            count(*) filter (where status <> '{MERGED}') as unmerged, count(distinct declaration_id) as declarations,
            trim_scale(coalesce(sum(gross_weight), 0))::text as gross_weight,
            trim_scale(coalesce(sum(net_weight), 0))::text as net_weight,
            trim_scale(coalesce(sum(total), 0))::text as total
        from (select {", ".join(f"coalesce(f.{key}, '') as {key}" for key in KEYS)}, f.status,
                  nullif(f.items, '')::int as items, nullif(f.packages, '')::bigint as packages,
                  nullif(f.gross_weight, '')::numeric as gross_weight,
                  nullif(f.net_weight, '')::numeric as net_weight, nullif(f.total, '')::numeric as total,
                  l.declaration_id
              from find_consolidated_list f
              left join consolidated_batch_list l on l.document_id = f.document_id and l.state = 'merged'
              where {terms}) as counted
        group by grouping sets (({keys}), ())
        order by grouping(district) desc, {keys} limit {MOST_LINES + 1}"""


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
