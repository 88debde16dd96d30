"""The register that appointments bring: who is on duty at a customs district (FA 2.1)."""

from __future__ import annotations

from collections.abc import Iterable

from singlewindow.customs.database import Transaction
from singlewindow.customs.register_kinds import Member, Register

DUTY_OFFICER = Register(
    "duty_officer", "预约值班关员", "关区代码", "[0-9]{4}",
    (
        Member("name", "海关联系人", required=True, listed=True, editable=True),
        Member("phone", "联系电话", pattern="[0-9+() -]{3,30}", required=True, listed=True, editable=True),
    ),
    may_add=True,
    note="Name and telephone of the post that answers for appointments; an approval names them. A district without "
    "an entry names the customs hotline.",
)  # fmt: skip
NOBODY = ("海关热线", "12360")
"""Who is named for a district without an entry: the national customs hotline."""


async def duty_officers(transaction: Transaction, districts: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and telephone for each of the districts."""
    wanted = sorted(set(districts))
    rows = await transaction.rows(
        "select key, data from entry where kind = $1 and key = any($2) and data is not null",
        DUTY_OFFICER.name,
        wanted,
    )
    known = {row["key"]: (row["data"]["name"], row["data"]["phone"]) for row in rows}
    return {district: known.get(district, NOBODY) for district in wanted}
