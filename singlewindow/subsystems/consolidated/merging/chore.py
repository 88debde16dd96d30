"""定时处理程序 (manual 4.1): waiting lists are built into declarations, some at a time, by any number of workers.

A transaction holds one group (lists whose heads agree), writes whole declarations, and with each its lists (待汇总 →
已汇总) and its relations. So a worker that dies leaves whole declarations and lists that wait, and merging goes on as
if it had been done at once (`merge`). A list with a change at customs is left out, and taken when they have answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.store import Event, create_many
from singlewindow.kernel.exchange.moves import move_many
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.declaration.lifecycle import DRAFT
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.lists.lifecycle import QUEUED
from singlewindow.subsystems.consolidated.merging.batches import digest
from singlewindow.subsystems.consolidated.merging.checking import listed_of, merging_of
from singlewindow.subsystems.consolidated.merging.merge import Listed, Merged, Merging, group_key, merge

MERGED, UNQUEUE = "merged", "unqueue"  # moves of a list
LISTS = 500  # lists that are looked at first; of a declaration that takes more, more
DUE = "exists (select from consolidated_batch_list where state = 'waiting')"
AGAIN = "30 seconds"  # of real time, after what made difficulties
ENTRY_TYPE = "0"  # 普通报关单
WHO = "单一窗口"
GONE = "清单已撤销或状态已变，未汇总"
RELATED = {
    "list_id": "bigint", "list_item": "int", "list_number": "text", "list_no": "text", "declaration_id": "bigint",
    "declaration_item": "int", "declaration_number": "text", "code": "text", "name": "text", "quantity": "text",
    "unit": "text", "total": "text", "currency": "text",
}  # fmt: skip
"""Columns of a relation, with their types."""
log = structlog.get_logger()

_GROUP = f"""select g.id, g.key, g.batch_id, g.company_id, b.declarant, b.account_id
    from consolidated_group g join consolidated_batch b on b.id = g.batch_id
    where g.id = any(array(select distinct group_id from consolidated_batch_list where state = 'waiting'))
        and g.next_at <= now() and exists (
        select from consolidated_batch_list l join document d on d.id = l.document_id
        where l.group_id = g.id and l.state = 'waiting' and (d.amending = '' or d.status <> '{QUEUED}'))
    order by g.id limit 1 for update of g skip locked"""
_READY = f"""select d.id from consolidated_batch_list l join document d on d.id = l.document_id
    where l.group_id = $1 and l.state = 'waiting' and (d.amending = '' or d.status <> '{QUEUED}')
    order by l.accepted_on, l.number limit $2"""
_LOCKED = f"""select id, number, status, content, returned from document
    where id = any($1) and (amending = '' or status <> '{QUEUED}') order by number for update"""
"""In the order of numbers, as everywhere: who locks several in one order cannot block one another."""


class NobodyThere(Exception):
    """The company that was named cannot take declarations any more."""


async def build_due(database: Database, now: datetime | None = None) -> int:
    """Build declarations of one group, and say how many lists were looked at; 0: nothing waits. `now` decides nothing:
    the click has decided."""
    group = 0
    try:
        async with database.transaction() as transaction:
            row = await transaction.row(_GROUP)
            if row is None:
                return 0
            group = row["id"]
            return await _build(transaction, row)
    except NobodyThere as error:
        return await _give_back(database, group, str(error))
    except Exception:  # one that makes difficulties must not hold up the others
        if not group:
            raise
        log.exception("merging waits", group=group)
        async with database.transaction() as transaction:
            await transaction.run(
                f"update consolidated_group set next_at = now() + interval '{AGAIN}' where id = $1", group
            )
        return 1


@dataclass(frozen=True)
class _Owner:
    """Whose the declarations will be."""

    company_id: int
    account_id: int


async def _build(transaction: Transaction, group: Row) -> int:
    how = merging_of(group["declarant"])
    rows, made = await _load(transaction, group, how)
    if made:
        owner = await _owner(transaction, group)
        await _write(transaction, group, owner, {row["number"]: row for row in rows}, made)
    return len(rows)


async def _load(transaction: Transaction, group: Row, how: Merging) -> tuple[list[Row], list[Merged]]:
    """The first lists that are ready, locked, and the declarations that are complete with them: as long as more lists
    wait, the last one may take more."""
    size = LISTS
    while True:
        ids = await _ready(transaction, group["id"], size)
        rows = await transaction.rows(_LOCKED, ids)
        sorted_out = await asyncio.to_thread(_sort_out, rows, group["key"], how)
        await _leave(transaction, group, sorted_out)
        if len(ids) < size:
            return rows, sorted_out.made
        if len(sorted_out.made) > 1:
            return rows, sorted_out.made[:-1]
        size *= 4


async def _ready(transaction: Transaction, group: int, size: int) -> list[int]:
    return [row["id"] for row in await transaction.rows(_READY, group, size)]


@dataclass(frozen=True)
class _SortedOut:
    """The declarations of the lists that still belong to a group, those that were taken out of the queue, and those
    that a change has made another group's, with its key."""

    made: list[Merged]
    gone: list[int]
    elsewhere: dict[int, str]


def _sort_out(rows: Sequence[Row], key: str, how: Merging) -> _SortedOut:
    """Merge what belongs together; seconds of work for thousands of lists, so not in the worker's loop."""
    stays, gone, elsewhere = list[Listed](), list[int](), dict[int, str]()
    for row in rows:
        listed = listed_of(row)
        if row["status"] != QUEUED:
            gone.append(row["id"])
        elif (other := digest(group_key(listed, how))) != key:
            elsewhere[row["id"]] = other
        else:
            stays.append(listed)
    return _SortedOut(merge(stays, how), gone, elsewhere)


async def _leave(transaction: Transaction, group: Row, sorted_out: _SortedOut) -> None:
    """Lists that are no longer to be merged, or that belong to another group of the batch."""
    gone, elsewhere = sorted_out.gone, sorted_out.elsewhere
    if gone:
        await transaction.run(
            "update consolidated_batch_list set state = 'gone', why = $3 where batch_id = $1 and document_id = any($2)",
            group["batch_id"], list(gone), GONE,
        )  # fmt: skip
    if elsewhere:
        await transaction.run(
            """with wanted as (
                   select * from unnest($3::bigint[], $4::text[]) as w (document_id, key)
               ), g as (
                   insert into consolidated_group (batch_id, company_id, key)
                   select distinct $1::bigint, $2::bigint, key from wanted
                   on conflict (batch_id, key) do update set next_at = consolidated_group.next_at returning id, key
               )
               update consolidated_batch_list l set group_id = g.id from wanted join g using (key)
               where l.batch_id = $1 and l.document_id = wanted.document_id""",
            group["batch_id"], group["company_id"], list(elsewhere), list(elsewhere.values()),
        )  # fmt: skip


async def _owner(transaction: Transaction, group: Row) -> _Owner:
    """The named company, or the lists' own. Raises NobodyThere where it has no account any more."""
    if group["declarant"] is None:
        return _Owner(group["company_id"], group["account_id"])
    code = group["declarant"]["code"]
    row = await transaction.row(
        """select c.id, a.id as account from company c join account a on a.company_id = c.id
           where c.customs_code = $1 and c.active and a.active
           order by a.id <> $2, a.role <> 'administrator', a.id limit 1""",
        code,
        group["account_id"],
    )
    if row is None:
        raise NobodyThere(f"报关单申报单位 {code} 已不能接收报关单，清单退回已结关，请重新汇总")
    return _Owner(row["id"], row["account"])


async def _write(
    transaction: Transaction, group: Row, owner: _Owner, rows: Mapping[str, Row], made: Sequence[Merged]
) -> None:
    """Declarations, their relations, and what becomes of their lists: one after another in one transaction."""
    documents = await create_many(
        transaction, DECLARATION, DRAFT, [content_of(each) for each in made],
        Event("built", WHO, {}), (owner.company_id, owner.account_id),
    )  # fmt: skip
    built = list(zip(documents, made, strict=True))
    await transaction.run_many(
        """update consolidated_batch_list set state = 'merged', declaration_id = $3
           where batch_id = $1 and document_id = any($2)""",
        [
            (group["batch_id"], [rows[number]["id"] for number in each.numbers], document.id)
            for document, each in built
        ],
    )
    await _relate(transaction, group, owner, rows, built)
    ids = [rows[number]["id"] for _, each in built for number in each.numbers]
    await move_many(transaction, LIST, ids, MERGED, "已归并为集报报关单，见归并关系查询")


def content_of(made: Merged) -> dict[str, Any]:
    """What is stored: nothing that is empty, and the tables."""
    content: dict[str, Any] = {**made.content, "entry_type": ENTRY_TYPE, "lists": str(len(made.lists))}
    content["month"] = made.lists[0].accepted_on[:7]
    kept = {name: value for name, value in content.items() if value}
    goods = [{name: value for name, value in row.items() if value} for row in made.content["goods"]]
    return {**kept, "goods": goods, "documents": made.content["documents"]}


async def _relate(
    transaction: Transaction,
    group: Row,
    owner: _Owner,
    rows: Mapping[str, Row],
    built: Sequence[tuple[Document, Merged]],
) -> None:
    related = [
        _relation(rows[each.list_number], each.list_item, document, each.item)
        for document, made in built
        for each in made.relations
    ]
    arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(RELATED.values(), 3))
    names = ", ".join(RELATED)
    await transaction.run(
        f"""insert into consolidated_relation (company_id, owner_id, {names})
            select $1, $2, r.* from unnest({arrays}) as r ({names})""",
        group["company_id"],
        owner.company_id,
        *map(list, zip(*related, strict=True)),
    )


def _relation(row: Row, item: int, document: Document, of: int) -> tuple[Any, ...]:
    good = row["content"]["goods"][item - 1]
    said = (good.get(name, "") for name in ("code", "name", "quantity", "unit", "total", "currency"))
    list_no = row["returned"].get("list_no", "")
    return row["id"], item, row["number"], list_no, document.id, of, document.number, *said


async def _give_back(database: Database, group: int, why: str) -> int:
    """Lists that cannot be built into declarations as they were asked for are 已结关 again, and say why."""
    async with database.transaction() as transaction:
        await transaction.row("select from consolidated_group where id = $1 for update", group)
        rows = await transaction.rows(_LOCKED, await _ready(transaction, group, LISTS))
        ids = [row["id"] for row in rows if row["status"] == QUEUED]
        await transaction.run(
            "update consolidated_batch_list set state = 'gone', why = $3 where group_id = $1 and document_id = any($2)",
            group,
            [row["id"] for row in rows],
            why,
        )
        await move_many(transaction, LIST, ids, UNQUEUE, why)
    return len(rows)
