"""汇总 before it is committed (*beyond* manual 4.1; CONS-13): the declarations that would come; nothing is written."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.fields import Content
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.declaration.document import Declaration
from singlewindow.subsystems.consolidated.merging.asking import Names, names_for
from singlewindow.subsystems.consolidated.merging.checking import Checked
from singlewindow.subsystems.consolidated.merging.merge import Merged, merge

MOST_SHOWN = 50  # declarations
MOST_RELATIONS = 2_000  # of one declaration


@dataclass(frozen=True)
class Preview:
    """The declarations (the first MOST_SHOWN of `count`), with `names` of all codes in these."""

    declarations: Sequence[Merged]
    names: Names
    count: int
    lists: int
    items_before: int
    items_after: int
    totals: Mapping[str, tuple[Decimal, Decimal]]
    """By currency: before and after, which are the same to the last digit."""

    def shown(self, content: type[Content], values: Mapping[str, Any]) -> dict[str, str]:
        """The fields of a content, or of a row, as forms show them: codes with their names."""
        return {
            name: self.names.of(spec.codes, values[name]) if spec.codes else values[name]
            for name, spec in content.fields.items()
            if values.get(name)
        }


async def preview(transaction: Transaction, checked: Checked) -> Preview:
    """What merging would make."""
    made = await asyncio.to_thread(merge, checked.lists.values(), checked.how)  # seconds, for thousands
    shown = made[:MOST_SHOWN]
    codes = defaultdict[str, set[str]](set)
    for each in shown:
        _collect(codes, Declaration, each.content)
    names = await names_for(transaction, codes, transaction.now.astimezone(CHINA).date())
    before = _totals(each.content for each in checked.lists.values())
    after = _totals(each.content for each in made)
    return Preview(
        declarations=shown,
        names=names,
        count=len(made),
        lists=len(checked.lists),
        items_before=sum(len(each.goods) for each in checked.lists.values()),
        items_after=sum(len(each.content["goods"]) for each in made),
        totals={currency: (before[currency], after[currency]) for currency in sorted(before)},
    )


def _collect(codes: defaultdict[str, set[str]], content: type[Content], values: Mapping[str, Any]) -> None:
    for name, spec in content.fields.items():
        if spec.codes and values.get(name):
            codes[spec.codes].add(values[name])
    for name, table in content.tables.items():
        for row in values.get(name, ()):
            _collect(codes, table.row, row)


def _totals(contents: Iterable[Mapping[str, Any]]) -> defaultdict[str, Decimal]:
    totals = defaultdict[str, Decimal](Decimal)
    for content in contents:
        for row in content.get("goods", ()):
            totals[row.get("currency", "")] += Decimal(row.get("total") or 0)
    return totals
