"""海关审核编号, 18 characters: district 4, yyyyMMdd of the business day, serial 6 per district and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.times import local_day


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
    transaction ends."""
    last: int = await transaction.value(
        """insert into serial (district, day, last) values ($1, $2, $3)
           on conflict (district, day) do update set last = serial.last + $3 returning last""",
        series,
        since or local_day(transaction.now),
        count,
    )
    return range(last - count + 1, last + 1)
