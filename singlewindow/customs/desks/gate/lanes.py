"""Lanes: what is registered of them, and the keys by which they prove themselves."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from singlewindow.customs import registers
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desks.gate.registers import GATE_LANE, GATE_TOLERANCE
from singlewindow.customs.desks.gate.rule import DEFAULT_TOLERANCE, Lane
from singlewindow.customs.problems import NotFound, NotInThisState
from singlewindow.customs.registers import Entry

MOST_LANES = 500
MOST_KEYS = 20  # of one lane that count at once, and that the page shows
PREFIX = "lane_"  # so that a key that was left lying about is known for what it is


async def get_lane(transaction: Transaction, number: str) -> Lane:
    """The lane with its district's tolerance; raises NotFound."""
    row = await transaction.row(
        """select l.key, l.data, t.data ->> 'percent' as percent
           from entry l left join entry t on t.kind = $2 and t.key = l.data ->> 'district'
                and coalesce(t.valid_to > $4, true)
           where l.kind = $1 and l.key = $3 and l.data is not null and coalesce(l.valid_to > $4, true)""",
        GATE_LANE.name,
        GATE_TOLERANCE.name,
        number,
        transaction.now,
    )
    if row is None:
        raise NotFound("没有这条通道")
    return _lane(row["key"], row["data"], row["percent"])


async def all_lanes(transaction: Transaction) -> list[Lane]:
    """Every lane in the order of their numbers, at most MOST_LANES."""
    _, entries = await registers.find(transaction, GATE_LANE.name, "", 1, MOST_LANES)
    _, tolerances = await registers.find(transaction, GATE_TOLERANCE.name, "", 1, MOST_LANES)
    percents = {each.key: data["percent"] for each in tolerances if (data := _data(each, transaction.now))}
    found = [(each.key, data) for each in entries if (data := _data(each, transaction.now))]
    return [_lane(number, data, percents.get(data["district"])) for number, data in found]


def _data(entry: Entry, now: datetime) -> dict[str, Any] | None:
    """What an entry says that was neither withdrawn nor ended by an import."""
    return None if entry.valid_to is not None and entry.valid_to <= now else entry.data


def _lane(number: str, data: dict[str, Any], percent: str | None) -> Lane:
    tolerance = DEFAULT_TOLERANCE if percent is None else Decimal(percent)
    name, district, direction = (str(data[each]) for each in ("name", "district", "direction"))
    return Lane(number, name, district, "E" if direction == "E" else "I", data["enabled"] is True, tolerance)


async def new_key(transaction: Transaction, lane: str, by: str) -> str:
    """A new key for a lane, told once; raises NotFound where there is no such lane, NotInThisState where it has
    MOST_KEYS that count."""
    await get_lane(transaction, lane)
    await transaction.run("select pg_advisory_xact_lock(hashtextextended('gate_lane_key ' || $1, 0))", lane)
    counting = await transaction.value(
        "select count(*) from gate_lane_key where lane = $1 and revoked_at is null", lane
    )
    if counting >= MOST_KEYS:
        raise NotInThisState(f"该通道已有 {counting} 个有效密钥，请先作废不用的密钥")
    key = PREFIX + secrets.token_urlsafe(32)
    await transaction.run(
        "insert into gate_lane_key (lane, sha256, created_at, created_by) values ($1, $2, $3, $4)",
        lane,
        digest(key),
        transaction.now,
        by,
    )
    return key


async def revoke_key(transaction: Transaction, lane: str, identifier: int, by: str) -> None:
    """A key counts no more; raises NotFound where there is none that counts."""
    revoked = await transaction.value(
        """update gate_lane_key set revoked_at = $3, revoked_by = $4
           where lane = $1 and id = $2 and revoked_at is null returning id""",
        lane,
        identifier,
        transaction.now,
        by,
    )
    if revoked is None:
        raise NotFound("没有这个密钥，或已作废")


async def keys_of(transaction: Transaction, lanes: Sequence[str]) -> dict[str, list[Row]]:
    """The keys of each lane, at most MOST_KEYS of one: those that count first, then the newest of the revoked."""
    rows = await transaction.rows(
        f"""select k.* from unnest($1::text[]) as w (lane) cross join lateral (
                select id, lane, created_at, created_by, revoked_at, revoked_by from gate_lane_key
                where lane = w.lane order by revoked_at is not null, id desc limit {MOST_KEYS}) as k""",
        list(lanes),
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["lane"], []).append(row)
    return found


async def lane_of_key(transaction: Transaction, key: str) -> str | None:
    """The number of the lane to which a key belongs, None where it counts nothing."""
    found = await transaction.value(
        "select lane from gate_lane_key where sha256 = $1 and revoked_at is null", digest(key)
    )
    return cast("str | None", found)


def digest(key: str) -> bytes:
    """What is kept of a key; it is random enough to need no more than one hash."""
    return hashlib.sha256(key.encode()).digest()
