"""Quantities that many documents draw on (`Draw`): who submits has their keys alone until the commit.

What documents use is written in the statement that writes their status (`store.change_many`), and given back there
when the status, a refused change or the end of the document says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.subsystem import DocumentType

_LOCK = """select pg_advisory_xact_lock(id)
    from (select distinct hashtextextended(kind || ' ' || key, 22) as id
          from unnest($1::text[], $2::text[]) as w (kind, key) order by 1 offset 0) as ordered"""


async def lock(transaction: Transaction, type: DocumentType, contents: Iterable[Mapping[str, Any]]) -> None:
    """Wait until nobody else draws on the same keys as these contents, and keep others waiting until the commit.

    What `Case.drawn` answers afterwards holds until then. The locks are taken in one order, after those of documents:
    who wants the same does not wait crosswise.
    """
    if not type.draws:
        return
    wanted = {(draw.kind, key) for content in contents for draw in type.draws for key in draw.of(content)}
    if wanted:
        columns = zip(*sorted(wanted), strict=True)
        await transaction.rows(_LOCK, *(list(column) for column in columns))
