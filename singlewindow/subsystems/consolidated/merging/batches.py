"""The click on 汇总 (manual 4.1): the ticked lists become 待汇总 and wait for the worker; what came of it is shown.

Everything is one transaction, so that a click happens whole or not at all; the same click twice happens once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.exchange.chores import call
from singlewindow.kernel.exchange.moves import move_many
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, Refused, Violation
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.merging.checking import Checked, check
from singlewindow.subsystems.consolidated.merging.merge import Key, group_key

QUEUE = "queue"
CHORE = "consolidated.merge"
OWN = "b.company_id = $1"
"""The application's own check of whose batches are seen; row-level security is the second fence."""


@dataclass(frozen=True)
class Clicked:
    """What a click began."""

    id: int
    lists: int


@dataclass(frozen=True)
class Asked:
    """What a click asks for: numbers of lists, 报关单申报单位 ("": 不指定), and the request's idempotency key."""

    numbers: Sequence[str]
    declarant_code: str
    key: str | None = None

    @property
    def request(self) -> str:
        """A digest by which the same request is known again."""
        said = "\n".join([self.declarant_code.strip().upper(), *sorted(set(self.numbers))])
        return hashlib.sha256(said.encode()).hexdigest()


def digest(key: Key) -> str:
    """A group's key as it is stored."""
    return hashlib.sha256(repr(key).encode()).hexdigest()


async def click(transaction: Transaction, person: Person, asked: Asked) -> Clicked:
    """Queue the lists. Raises Refused as `check`, and for a key that was used for something else."""
    if asked.key:  # the same click at the same moment waits here
        lock = f"consolidated.merge {person.account_id} {asked.key}"
        await transaction.run("select pg_advisory_xact_lock(hashtextextended($1, 0))", lock)
    if before := await _before(transaction, person, asked):
        return before
    checked = await check(transaction, person, asked.numbers, asked.declarant_code, lock=True)
    id = await transaction.value(
        """insert into consolidated_batch
               (company_id, account_id, clicked_at, clicked_by, declarant, lists, key, request)
           values ($1, $2, $3, $4, $5, $6, $7, $8) returning id""",
        person.company_id, person.account_id, transaction.now, person.display_name,
        checked.agent and checked.agent.boxes, len(checked.lists), asked.key, asked.request,
    )  # fmt: skip
    await _queue(transaction, person, id, checked)
    return Clicked(id, len(checked.lists))


async def _before(transaction: Transaction, person: Person, asked: Asked) -> Clicked | None:
    """What the same key began before. Raises Refused where that was something else."""
    if not asked.key:
        return None
    row = await transaction.row(
        f"""select id, lists, request from consolidated_batch b
            where {OWN} and account_id = $2 and key = $3""",
        person.company_id,
        person.account_id,
        asked.key,
    )
    if row and row["request"] != asked.request:
        message = f"Idempotency-Key {asked.key} 已用于另一次汇总（{row['id']}）"
        advice = "请换一个 Idempotency-Key 后重新提交"
        raise Refused.because([Violation("", "request.idempotency", message, advice, API)])
    return Clicked(row["id"], row["lists"]) if row else None


async def _queue(transaction: Transaction, person: Person, batch: int, checked: Checked) -> None:
    """Write which lists wait in which group, and move them."""
    keys = {id: digest(group_key(listed, checked.how)) for id, listed in checked.lists.items()}
    await transaction.run(
        """with g as (
               insert into consolidated_group (batch_id, company_id, key)
               select $1, $2, key from unnest($6::text[]) with ordinality as k (key, place)
               group by key order by min(place) returning id, key
           )
           insert into consolidated_batch_list (batch_id, document_id, company_id, group_id, number, accepted_on)
           select $1, l.document_id, $2, g.id, l.number, l.accepted_on
           from unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) as l (document_id, number, accepted_on, key)
           join g using (key)""",
        batch,
        person.company_id,
        list(checked.lists),
        [each.number for each in checked.lists.values()],
        [each.accepted_on for each in checked.lists.values()],
        [keys[id] for id in checked.lists],
    )
    agent = checked.agent
    text = (
        f"已汇总提交，报关单申报单位：{agent.name}（{agent.code}）"
        if agent
        else "已汇总提交，不指定报关单申报单位"
    )
    await move_many(transaction, LIST, list(checked.lists), QUEUE, text, who=person.display_name)
    await call(transaction, CHORE)


@dataclass(frozen=True)
class Batch:
    """A click, and what has come of it: `state` is waiting, done, partly (some lists were left out) or failed. Of the
    `made` declarations and the lists that were `left_out` the first SHOWN are named."""

    id: int
    clicked_at: datetime
    clicked_by: str
    declarant: Mapping[str, str] | None
    lists: int
    waiting: int
    merged: int
    state: str
    made: int
    left_out: int
    declarations: Sequence[Mapping[str, Any]]
    skipped: Sequence[Mapping[str, Any]]


SHOWN = 20  # declarations, and lists that were left out, of one batch


async def find_batches(
    transaction: Transaction, person: Person, page: int, size: int
) -> tuple[int, list[Batch]]:
    """How many clicks of the company there are, and a page of them, the newest first."""
    rows = await transaction.rows(
        f"""with page as (
                select id, clicked_at, clicked_by, declarant, lists from consolidated_batch b where {OWN}
                order by id desc limit $2 offset $3
            )
            select (select count(*) from consolidated_batch b where {OWN}) as total,
                   p.id, p.clicked_at, p.clicked_by, p.declarant, p.lists,
                   l.waiting, l.merged, l.made, l.declarations, l.left_out, l.skipped
            from (select 1) as one left join page p on true left join lateral (
                select count(*) filter (where state = 'waiting') as waiting,
                       count(*) filter (where state = 'merged') as merged,
                       count(*) filter (where state = 'gone') as left_out,
                       count(distinct declaration_id) as made,
                       (select coalesce(jsonb_agg(m), '[]') from (
                            select d.number, count(*) as lists from consolidated_batch_list x
                            join document d on d.id = x.declaration_id
                            where x.batch_id = p.id group by d.id, d.number order by d.id limit {SHOWN}) as m
                       ) as declarations,
                       (select coalesce(jsonb_agg(s), '[]') from (
                            select number, why from consolidated_batch_list x
                            where x.batch_id = p.id and state = 'gone' order by number limit {SHOWN}) as s) as skipped
                from consolidated_batch_list w where w.batch_id = p.id) as l on true
            order by p.id desc""",
        person.company_id,
        size,
        (page - 1) * size,
    )
    return rows[0]["total"], [_batch(row) for row in rows if row["id"] is not None]


def _batch(row: Row) -> Batch:
    return Batch(
        id=row["id"], clicked_at=row["clicked_at"], clicked_by=row["clicked_by"], declarant=row["declarant"],
        lists=row["lists"], waiting=row["waiting"], merged=row["merged"], made=row["made"],
        declarations=row["declarations"], left_out=row["left_out"], skipped=row["skipped"],
        state=_state(row["lists"], row["waiting"], row["merged"]),
    )  # fmt: skip


def _state(lists: int, waiting: int, merged: int) -> str:
    if waiting:
        return "waiting"
    return "done" if merged == lists else "partly" if merged else "failed"
