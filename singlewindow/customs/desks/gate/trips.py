"""Trips at customs: a row for each, kept by receptions and decisions in their own transactions.

Locks are taken in one order: amending submission, base submission, trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import RECEIVED, Taken
from singlewindow.customs.desks.gate.contents import MEDIA, content_in, normal_key
from singlewindow.customs.desks.gate.rule import weight_in_words
from singlewindow.customs.desks.gate.states import (
    AMENDED,
    BASE,
    CHANGE,
    DELETED,
    DELETION,
    IN_FORCE,
    LOCKED,
    RETURNED,
    STATES,
    UNLOCKED,
)
from singlewindow.customs.kept import newest, of_another
from singlewindow.customs.problems import NotInThisState
from singlewindow.customs.searching import Asked, begins_with, find_page

BASE_COLUMNS = ("type", "number", "sequence", "company", "company_name")


async def arrive(transaction: Transaction, arrived: Sequence[tuple[int, Submission]]) -> None:
    """Write the trips of base submissions; one that declares a returned trip again takes its place."""
    for based in newest(arrived, BASE):
        submissions = [each for _, each in based]
        await transaction.run(
            _ARRIVE,
            transaction.now,
            [identifier for identifier, _ in based],
            *([getattr(each, name) for each in submissions] for name in BASE_COLUMNS),
            *map(list, zip(*(_found_by(content_in(each)) for each in submissions), strict=True)),
        )


_ARRIVE = f"""
insert into gate_trip as t (submission_id, type, number, sequence, content_sequence, company, company_name,
    state, changed_at, sure_id, district, medium, medium_key, content)
select id, type, number, sequence, sequence, company, company_name, '{RECEIVED}', $1, sure_id, district,
    medium, medium_key, content
from unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::jsonb[]) with ordinality
    as w (id, type, number, sequence, company, company_name, sure_id, district, medium, medium_key,
    content, place)
order by place
on conflict (type, number) do update set submission_id = excluded.submission_id,
    sequence = excluded.sequence, content_sequence = excluded.sequence, state = excluded.state,
    changed_at = excluded.changed_at, sure_id = excluded.sure_id, district = excluded.district,
    medium = excluded.medium, medium_key = excluded.medium_key, content = excluded.content,
    held_weight = null, confirmed_weight = null
where t.sequence < excluded.sequence and t.state in ('{RECEIVED}', '{RETURNED}')
    and t.company = excluded.company"""


def _found_by(content: dict[str, Any]) -> tuple[str, str, str, str, dict[str, Any]]:
    """The columns sure_id, district, medium, medium_key and content."""
    medium = str(content["bind_key_type"])
    sure_id = str(content.get("sure_id") or "")
    return sure_id, content["customs_master"], medium, normal_key(medium, content["bind_key_info"]), content


async def superseded(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """Why a base submission must not be accepted: the company has declared the trip anew."""
    held = await _held(transaction, rows, lock=lock)
    return [
        "" if trip is not None and trip["submission_id"] == row["id"] else "该车次已另行申报，这一份只能退单"
        for row, trip in zip(rows, held, strict=True)
    ]


async def past_change(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """Why a change must not be accepted: there is no trip that it could change any more."""
    held = await _held(transaction, rows, lock=lock)
    return [_why_not(row, trip, IN_FORCE) for row, trip in zip(rows, held, strict=True)]


async def past_deletion(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """Why a deletion must not be accepted: as for a change, and a trip that is held is not deleted."""
    held = await _held(transaction, rows, lock=lock)
    possible = tuple(state for state in IN_FORCE if state != LOCKED)
    return [_why_not(row, trip, possible) for row, trip in zip(rows, held, strict=True)]


def _why_not(row: Row, trip: Row | None, possible: tuple[str, ...]) -> str:
    if trip is None:
        return "海关没有这个车次，只能退回"
    if why := of_another(row, trip, "车次"):
        return f"{why}，只能退回"
    if trip["state"] not in possible:
        state = STATES.get(trip["state"], "待审核")
        advice = "，解除锁定后才能同意，否则只能退回" if trip["state"] == LOCKED else "，只能退回"
        return f"该车次为「{state}」{advice}"
    return "" if trip["content_sequence"] < row["sequence"] else "该车次已有更新的变更，只能退回"


async def _held(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[Row | None]:
    """The trip of each submission; with `lock` its base submission and the trip are locked."""
    keys = [row["type"] for row in rows], [row["number"] for row in rows]
    wanted = "from gate_trip t join unnest($1::text[], $2::text[]) as w (type, number) using (type, number)"
    if lock:
        await transaction.rows(
            f"""select from submission where id in (select t.submission_id {wanted}) order by id for update""",
            *keys,
        )
    found = await transaction.rows(
        f"""select t.* {wanted} order by t.type, t.number {"for update of t" if lock else ""}""", *keys
    )
    by_key = {(trip["type"], trip["number"]): trip for trip in found}
    return [by_key.get((row["type"], row["number"])) for row in rows]


async def note(transaction: Transaction, row: Row) -> str:
    """What an officer should know of a submission: what became of its trip meanwhile."""
    [trip] = await _held(transaction, [row], lock=False)
    if trip is None:
        return ""
    if row["function"] not in BASE:
        return f"该车次现为「{STATES.get(trip['state'], '待审核')}」"
    if trip["submission_id"] != row["id"]:
        return f"该车次已另行申报，以第 {trip['sequence']} 次申报为准"
    if trip["content_sequence"] != row["sequence"]:
        return f"该车次已变更，现行内容为第 {trip['content_sequence']} 次申报的内容"
    return ""


async def weights_held(transaction: Transaction, rows: Sequence[Row]) -> list[str]:
    """The weight that unlocking each base submission's trip confirms (0023, 5), in words. Who decides has locked the
    submissions, behind which alone a trip is held."""
    held = await _held(transaction, rows, lock=False)
    return [
        weight_in_words(trip["held_weight"])
        if trip is not None and trip["submission_id"] == row["id"]
        else ""
        for row, trip in zip(rows, held, strict=True)
    ]


async def find(
    transaction: Transaction, state: str, district: str, key: str, page: int, size: int
) -> tuple[int, list[Row]]:
    """How many trips match (counted up to CAP) and one page of them, the newest first; `key` is a prefix of a medium's
    key, in the spelling of whichever medium."""
    asked: list[Asked | list[Asked]] = [
        (f"{name} = ", value) for name, value in (("state", state), ("district", district)) if value
    ]
    if prefixes := {prefix for medium in MEDIA if (prefix := normal_key(medium, key))}:
        asked.append([begins_with("medium_key", prefix) for prefix in sorted(prefixes)])
    return await find_page(transaction, "gate_trip", asked, page, size)


async def follow(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """The desk's effect: a trip's state follows its base submission, its content the changes that were accepted."""
    await _move(transaction, [each for each in taken if each.row["function"] in BASE])
    accepted = [each for each in taken if each.decision.state == AMENDED]
    await _change(transaction, [each.row for each in accepted if each.row["function"] == CHANGE])
    await _delete(transaction, [each.row for each in accepted if each.row["function"] == DELETION])


async def _move(transaction: Transaction, taken: Sequence[Taken]) -> None:
    if not taken:
        return
    await transaction.run(
        f"""update gate_trip t set state = w.state, changed_at = $1,
                confirmed_weight = case when w.state = '{UNLOCKED}' then coalesce(held_weight, confirmed_weight)
                    else confirmed_weight end,
                held_weight = case when w.state = '{UNLOCKED}' then null else held_weight end
            from unnest($2::bigint[], $3::text[]) as w (submission_id, state)
            where t.submission_id = w.submission_id""",
        transaction.now,
        [each.row["id"] for each in taken],
        [each.decision.state for each in taken],
    )


async def _change(transaction: Transaction, rows: Sequence[Row]) -> None:
    """Put the accepted contents in force; weights that were confirmed count no more."""
    if not rows:
        return
    received = await transaction.rows(
        "select type, number, sequence, received from submission where id = any($1) order by sequence",
        [row["id"] for row in rows],
    )
    last = {(row["type"], row["number"]): row for row in received}
    contents = [content_in(Submission.model_validate(row["received"])) for row in last.values()]
    changed = await transaction.rows(
        """update gate_trip t set content_sequence = w.sequence, changed_at = $1, sure_id = w.sure_id,
               district = w.district, medium = w.medium, medium_key = w.medium_key, content = w.content,
               held_weight = null, confirmed_weight = null
           from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[])
               as w (type, number, sequence, sure_id, district, medium, medium_key, content)
           where t.type = w.type and t.number = w.number and t.content_sequence < w.sequence returning t.id""",
        transaction.now,
        *([row[name] for row in last.values()] for name in ("type", "number", "sequence")),
        *map(list, zip(*map(_found_by, contents), strict=True)),
    )
    if len(changed) < len(last):
        raise NotInThisState("该车次已有更新的变更，请刷新查看结果")


async def _delete(transaction: Transaction, rows: Sequence[Row]) -> None:
    """End the trips: nothing more may be decided about them."""
    if not rows:
        return
    await transaction.run(
        f"""with t as (
                update gate_trip t set state = '{DELETED}', changed_at = $1
                from unnest($2::text[], $3::text[]) as w (type, number)
                where t.type = w.type and t.number = w.number returning submission_id
            )
            update submission s set state = '{DELETED}', due_at = null from t where s.id = t.submission_id""",
        transaction.now,
        [row["type"] for row in rows],
        [row["number"] for row in rows],
    )
