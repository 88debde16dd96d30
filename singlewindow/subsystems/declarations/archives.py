"""自助打印批量导出: the layout files of ticked results as one archive, streamed (PRNT-06)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from singlewindow.kernel.database.connection import Database, Row
from singlewindow.kernel.jobs import files
from singlewindow.kernel.people.person import Person
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.problems import Gone

READ_AT_ONCE = 20  # layout files that memory holds
MOST = 1_000  # in one archive


async def entries(
    database: Database, person: Person, rows: Sequence[Row]
) -> AsyncIterator[tuple[str, bytes]]:
    """Name and bytes of each layout file, some of them read at a time.

    A declaration that was applied for twice is there twice, under its number and the application's. Raises Gone where
    a file was swept while the archive was on its way: then the archive is not whole.
    """
    numbers = [row["number"] for row in rows]
    for first in range(0, len(rows), READ_AT_ONCE):
        part = rows[first : first + READ_AT_ONCE]
        async with database.transaction(person.actor) as transaction:
            kept = await files.get_many(transaction, person, [row["file_id"] for row in part])
        for row in part:
            if row["file_id"] not in kept:
                raise Gone(f"报关单 {row['number']}：{rules.GONE}")
            twice = numbers.count(row["number"]) > 1
            name = f"{row['number']}_{row['application']}" if twice else row["number"]
            yield f"{name}.pdf", kept[row["file_id"]].content
