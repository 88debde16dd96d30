"""海关审核编号, 18 characters: district 4, yyyyMMdd of the business day, serial 6 per district and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from singlewindow.contract.postgres import RESTORES
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.problems import NotInThisState
from singlewindow.customs.times import local_day

RESTORED = "restored"
"""No series: on which days this database was restored, and by which of its restores."""
FIVE_DIGITS, NINE_DIGITS = "no/X", "no/"
"""How series of a year begin (`desks/consolidated/numbers.py`): 备案分册海关编号, and others; of a day have six."""
MOST_RESTORES = 40  # in a series' day or year that its digits have room for


async def customs_number(transaction: Transaction, submissions: Sequence[Row]) -> list[dict[str, Any]]:
    """The submissions' numbers, given with their first decision and kept, as the receipts' data."""
    new = Counter(each["district"] for each in submissions if not each["customs_no"])
    numbers = {district: iter(await _next(transaction, district, new[district])) for district in sorted(new)}
    return [{"customs_no": each["customs_no"] or next(numbers[each["district"]])} for each in submissions]


async def _next(transaction: Transaction, district: str, count: int) -> list[str]:
    day = local_day(transaction.now)
    return [
        f"{district}{day:%Y%m%d}{serial:06d}" for serial in await next_serials(transaction, district, count)
    ]


async def next_serials(transaction: Transaction, series: str, count: int, since: date | None = None) -> range:
    """The next serials of a series on this business day, or of the period that began on `since`, from 1; held until the
    transaction ends. Behind a restore they begin beyond what the lives before it gave in the same period.

    Raises NotInThisState where the series has no more.
    """
    last: int = await transaction.value(
        """insert into serial (district, day, last)
           select $1::text, $2::date, $3::int + least(restores - before, $5::int) * $6::int
           from (select coalesce(max(last), 0) as restores, coalesce(max(last) filter (where day < $2), 0) as before
                 from serial where district = $4) as lives
           on conflict (district, day) do update set last = serial.last + $3 returning last""",
        series,
        since or local_day(transaction.now),
        count,
        RESTORED,
        MOST_RESTORES,
        _skipped(series),
    )
    if last > _most(series):
        raise NotInThisState("本年度的编号已用完" if since else "今日的编号已用完")
    return range(last - count + 1, last + 1)


async def skip_numbers(transaction: Transaction) -> None:
    """Let every series go on beyond what may have been given since any moment, also by the life after an earlier
    restore: one step further for each restore that this database does not know of, this one included."""
    await transaction.run(
        "lock table serial in share row exclusive mode"
    )  # a series that is just begun is seen
    day = local_day(transaction.now)
    known: int = await transaction.value(
        "select coalesce(max(last), 0) from serial where district = $1", RESTORED
    )
    restores: int = await transaction.value(f"select greatest({RESTORES}, $1::bigint + 1)", known)
    steps = min(restores - known, MOST_RESTORES)
    rows = await transaction.rows(
        "select district, day, last from serial where district <> $1 and day >= $2 for update",
        RESTORED,
        date(day.year, 1, 1),
    )
    await transaction.run_many(
        "update serial set last = $3 where district = $1 and day = $2",
        [
            (name, row["day"], min(row["last"] + steps * _skipped(name), _most(name)))
            for row in rows
            for name in [row["district"]]
        ],
    )
    await transaction.run(
        """insert into serial (district, day, last) values ($1, $2, $3)
           on conflict (district, day) do update set last = excluded.last""",
        RESTORED,
        day,
        restores,
    )


def _most(series: str) -> int:
    """The last serial of a series that its digits hold."""
    digits = 5 if series.startswith(FIVE_DIGITS) else 9 if series.startswith(NINE_DIGITS) else 6
    return int("9" * digits)


def _skipped(series: str) -> int:
    """One step: more than a series gives between a restored moment and the loss of what came after it, and so little
    that the restores of its day or year fit into its digits."""
    return 2_000 if series.startswith(FIVE_DIGITS) else 20_000
