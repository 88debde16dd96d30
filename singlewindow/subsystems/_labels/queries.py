"""How parcels are found: by the numbers that are asked for and by day, among those of the own company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.registers.index import IndexColumn, RegisterIndex

PARCELS = RegisterIndex(
    kind="sample_parcel",
    table="find_labels_parcel",
    columns=(
        IndexColumn("owner", "owner"),
        IndexColumn("arrived_on", "arrived_on", "date"),
        IndexColumn("weight", "weight", "number"),
    ),
    company="owner",
)
COUNTED = 10_000
OWN = "owner = $1"
"""The application's own check of whose parcels are found; row-level security is the second fence."""


@dataclass(frozen=True)
class Wanted:
    """Numbers ("()": any) and the days of arrival, both counted; a page of so many rows, counted from 1."""

    numbers: Sequence[str]
    first: date
    last: date
    page: int
    size: int


async def find_parcels(transaction: Transaction, person: Person, wanted: Wanted) -> tuple[int, list[Row]]:
    """How many there are, at most one more than are COUNTED, and the page's rows, the newest first: number, arrived_on,
    weight."""
    conditions = f"{OWN} and arrived_on between $2 and $3 and (cardinality($4::text[]) = 0 or key = any($4))"
    asked = (person.customs_code, wanted.first, wanted.last, list(wanted.numbers))
    total: int = await transaction.value(
        f"select count(*) from (select from {PARCELS.table} where {conditions} limit {COUNTED + 1}) f", *asked
    )
    rows = await transaction.rows(
        f"""select key as number, arrived_on, weight::text from {PARCELS.table} where {conditions}
            order by arrived_on desc, key limit $5 offset $6""",
        *asked,
        wanted.size,
        wanted.size * (wanted.page - 1),
    )
    return total, rows


async def find_numbers(transaction: Transaction, person: Person, numbers: Sequence[str]) -> set[str]:
    """Those of the numbers that are parcels of the company."""
    rows = await transaction.rows(
        f"select key from {PARCELS.table} where {OWN} and key = any($2)", person.customs_code, numbers
    )
    return {row["key"] for row in rows}


async def parcels_of(
    transaction: Transaction, person: Person, numbers: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """What stands on the labels of those of the numbers that are parcels of the company, by number."""
    rows = await transaction.rows(
        f"""select key as number, coalesce(arrived_on::text, '') as arrived_on, coalesce(weight::text, '') as weight
            from {PARCELS.table} where {OWN} and key = any($2)""",
        person.customs_code,
        numbers,
    )
    return {row["number"]: dict(row) for row in rows}
