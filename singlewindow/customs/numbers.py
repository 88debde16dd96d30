"""海关审核编号, 18 characters: district 4, yyyyMMdd of the business day, serial 6 per district and day."""

from __future__ import annotations

from typing import Any

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.times import local_day


async def customs_number(transaction: Transaction, submission: Row) -> dict[str, Any]:
    """The submission's number, given with its first decision and kept, as the receipt's data."""
    return {"customs_no": submission["customs_no"] or await _next(transaction, submission["district"])}


async def _next(transaction: Transaction, district: str) -> str:
    day = local_day(transaction.now)
    serial = await transaction.value(
        """insert into serial (district, day, last) values ($1, $2, 1)
           on conflict (district, day) do update set last = serial.last + 1 returning last""",
        district,
        day,
    )
    return f"{district}{day:%Y%m%d}{serial:06d}"
