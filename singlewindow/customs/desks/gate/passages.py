"""A vehicle at a lane: its trip is found and locked, the rule judges, and what follows is written, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from singlewindow.customs.answers import DECIDED, decide_all
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Taken
from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.gate.contents import MEDIA, normal_key, weights_of
from singlewindow.customs.desks.gate.rule import (
    Lane,
    Result,
    Trip,
    Verdict,
    concerned,
    judge,
    weight_in_words,
)

TRIES = 5  # a trip changes hands between finding and locking it
NEWEST = 5  # trips of one medium that a passage looks at, in each group of states
COLUMNS = "id, submission_id, number, sure_id, district, state, medium, medium_key, content, confirmed_weight"


@dataclass(frozen=True)
class Medium:
    """A binding medium that a vehicle shows: 绑定介质类型 and its key, normalised."""

    kind: str
    key: str

    @classmethod
    def of(cls, kind: str, typed: str) -> Medium:
        """As it was typed or read."""
        return cls(kind, normal_key(kind, typed))

    def __str__(self) -> str:
        return f"{MEDIA[self.kind]} {self.key}"


@dataclass(frozen=True)
class Passage:
    """A passage that was judged: the answer, and the trip's row that it is about (None: no trip)."""

    verdict: Verdict
    trip: Row | None


class Unsettled(Exception):
    """The trip changed hands again and again."""


async def judged(
    transaction: Transaction, lane: Lane, media: Sequence[Medium], gross: Decimal | None, by: str
) -> Passage:
    """Judge a vehicle and let the answer have its effect on the trip. `by` is the officer or the lane.

    Raises Unsettled.
    """
    rows = await _locked(transaction, lane, media)
    verdict = judge(lane, [_trip(row) for row in rows], gross)
    row = next((each for each in rows if verdict.trip and each["id"] == verdict.trip.id), None)
    if row is not None and verdict.decision:
        await _take_effect(transaction, row, lane, verdict, gross, by)
    return Passage(verdict, row)


async def _locked(transaction: Transaction, lane: Lane, media: Sequence[Medium]) -> list[Row]:
    """The trips of the media, newest first; the one that the passage is about is locked behind its base submission."""
    for _ in range(TRIES):
        rows = await found(transaction, media)
        about = concerned(lane, [_trip(row) for row in rows])
        if len(about) != 1:
            return rows
        row = next(each for each in rows if each["id"] == about[0].id)
        await transaction.run("select from submission where id = $1 for update", row["submission_id"])
        await transaction.run("select from gate_trip where id = $1 for update", row["id"])
        again = await found(transaction, media)
        if _same(concerned(lane, [_trip(each) for each in again]), about) and row["submission_id"] in (
            each["submission_id"] for each in again
        ):
            return again
    raise Unsettled


def _same(now: Sequence[Trip], before: Sequence[Trip]) -> bool:
    return [trip.id for trip in now] == [trip.id for trip in before]


_AT_MEDIUM = "where medium = w.medium and medium_key = w.medium_key"
FOUND = f"""
select distinct on (t.id) t.* from unnest($1::text[], $2::text[]) as w (medium, medium_key)
cross join lateral (
    (select {COLUMNS} from gate_trip {_AT_MEDIUM}
        and state in ('received', 'accepted', 'locked', 'unlocked') order by id desc limit {NEWEST})
    union all
    (select {COLUMNS} from gate_trip {_AT_MEDIUM}
        and state in ('finished', 'finished_by_hand') order by id desc limit {NEWEST})
    union all
    (select {COLUMNS} from gate_trip {_AT_MEDIUM} order by id desc limit 1)
) as t order by t.id desc"""


async def found(transaction: Transaction, media: Sequence[Medium]) -> list[Row]:
    """The trips of the media that are open, those that came in, and the newest of all, the newest first."""
    return await transaction.rows(FOUND, [medium.kind for medium in media], [medium.key for medium in media])


def _trip(row: Row) -> Trip:
    content: dict[str, Any] = row["content"]
    return Trip(
        row["id"],
        row["number"],
        row["district"],
        row["state"],
        str(content.get("bayonet_rd_code") or ""),
        weights_of(content),
        row["confirmed_weight"],
    )


async def _take_effect(
    transaction: Transaction, trip: Row, lane: Lane, verdict: Verdict, gross: Decimal | None, by: str
) -> None:
    row = await transaction.row(f"select {DECIDED} from submission where id = $1", trip["submission_id"])
    assert row is not None
    decision = desk_for(row["type"]).find_decision(verdict.decision, row["function"])
    assert decision is not None
    assert row["state"] in decision.from_states
    if verdict.result is Result.PERSON:
        await transaction.run("update gate_trip set held_weight = $2 where id = $1", trip["id"], gross)
    await decide_all(transaction, [Taken(row, decision, _remark(lane, verdict, gross))], by)


def _remark(lane: Lane, verdict: Verdict, gross: Decimal | None) -> str:
    weight = weight_in_words(gross)
    said = verdict.reason.startswith(weight)  # a reason may begin with it
    weighed = "" if said else f"，{weight}"
    return f"{lane.name}{weighed}，{verdict.reason}"


async def note(
    transaction: Transaction,
    lane: Lane,
    media: Sequence[Medium],
    gross: Decimal | None,
    passage: Passage,
    by: str,
) -> int:
    """Write the passage that an officer made at the page into the lane's table; answers its id."""
    identifier: int = await transaction.value(
        """insert into gate_passage (lane, at, by, media, gross, result, reason, theoretical, difference, tolerance,
               trip_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id""",
        lane.number,
        transaction.now,
        by,
        in_words(media),
        gross,
        *outcome(passage),
    )
    return identifier


def outcome(passage: Passage) -> tuple[object, ...]:
    """The columns result, reason, theoretical, difference, tolerance, trip_id."""
    verdict = passage.verdict
    trip_id = passage.trip["id"] if passage.trip else None
    figures = (verdict.theoretical, verdict.difference, verdict.tolerance)
    return verdict.result.value, verdict.reason, *figures, trip_id


def in_words(media: Sequence[Medium]) -> str:
    """The media of a vehicle, for people."""
    return "，".join(str(medium) for medium in media)


async def newest(transaction: Transaction, lane: str, most: int) -> list[Row]:
    """The last passages of a lane, the newest first."""
    return await transaction.rows(
        """select p.id, p.at, p.by, p.media, p.gross, p.result, p.reason, p.theoretical, p.difference, p.tolerance,
               p.session_id, t.number as trip_number, t.submission_id
           from gate_passage p left join gate_trip t on t.id = p.trip_id
           where p.lane = $1 order by p.id desc limit $2""",
        lane,
        most,
    )
