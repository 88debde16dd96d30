"""结关后报关单数据导出: the data of an application's declarations as one workbook (PRNT-03, PRNT-07).

Each declaration's data are kept as customs had published them when its turn came; the workbook is written of them at
the end, and csv and json when they are asked for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import NewFile
from singlewindow.kernel.jobs.kind import Item, JobKind, Outcome, Work
from singlewindow.kernel.people.person import Person
from singlewindow.subsystems.declarations import work
from singlewindow.subsystems.declarations.exporting import MEDIA_TYPES, export_declarations, file_name
from singlewindow.subsystems.declarations.work import OWN, Due, Made

BATCH = 200  # declarations in one step, and read at a time
NO_LONGER_CLOSED = "申请后海关撤回或变更了该报关单，请核对后重新申请"
NO_GOODS = "海关发布的该报关单没有商品数据，请向申报地海关咨询"


async def _step(job: Work, items: Sequence[Item]) -> Sequence[Outcome]:
    due = await work.load(job, items)
    return await work.record(job, "export", [_made(job.person, each) for each in due])


def _made(person: Person, due: Due) -> Made:
    """The declaration's data as they are now, or why there are none."""
    if not due.is_closed(person):
        return Made(due, "2", NO_LONGER_CLOSED)
    if not due.declaration.get("goods"):
        return Made(due, "2", NO_GOODS)
    content = json.dumps(due.declaration, ensure_ascii=False).encode()
    return Made(due, "1", file=NewFile(f"{due.number}.json", "application/json", content))


async def declarations_of(
    reading: Callable[[], AbstractAsyncContextManager[Transaction]], person: Person, application_id: int
) -> AsyncIterator[Mapping[str, Any]]:
    """The data that were kept for an application, in its order, some at a time, each time within a `reading`: no
    connection is held while they are written."""
    after = 0
    while True:
        async with reading() as transaction:
            rows = await transaction.rows(
                f"""select no, file_id from declarations_result where {OWN} and application_id = $2 and no > $3
                    and file_id is not null order by no limit {BATCH}""",
                person.company_id,
                application_id,
                after,
            )
            kept = await files.get_many(transaction, person, [row["file_id"] for row in rows])
        if not rows:
            return
        for row in rows:
            if row["file_id"] in kept:
                yield json.loads(kept[row["file_id"]].content)
        after = rows[-1]["no"]


async def _finish(job: Work) -> None:
    """Write the workbook of all that was made, and keep it as long as the data; of one that was stopped on the way,
    or that another job has taken over, nothing."""
    application = await job.transaction.row(
        f"""select id, expires_at from declarations_application where {OWN} and number = $2 and job_id = $3
            and not exists (select from declarations_result r where r.{OWN}
                                and r.application_id = declarations_application.id and r.made_at is null)""",
        job.person.company_id,
        job.asked["application"],
        job.job_id,
    )
    if application is None:
        return
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        target = Path(folder) / "data.xlsx"
        declarations = declarations_of(lambda: nullcontext(job.transaction), job.person, application["id"])
        if not await export_declarations(declarations, "xlsx", target):
            return
        content = target.read_bytes()
    name = file_name(job.asked["application"], "xlsx")
    [kept] = await files.store_for_company(
        job.transaction, job.person, [NewFile(name, MEDIA_TYPES["xlsx"], content)], application["expires_at"]
    )
    await job.transaction.run(
        f"update declarations_application set data_file_id = $3 where {OWN} and id = $2",
        job.person.company_id,
        application["id"],
        kept.id,
    )


EXPORT = JobKind(
    name="declarations.export",
    title="结关后报关单数据导出申请",
    unfold=work.unfold,
    step=_step,
    finish=_finish,
    batch=BATCH,
    open=False,
)
