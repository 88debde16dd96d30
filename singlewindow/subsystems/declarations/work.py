"""What both kinds of long work share: the accepted declarations of an application, a batch at a time (PRNT-11).

A step loads what customs have published by then, and writes results, files and progress in the job's own transaction:
a worker that is killed leaves neither half a result nor two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import NewFile
from singlewindow.kernel.jobs.kind import Item, Outcome, Work
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.registers.store import Registers
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.keeping import kept_until
from singlewindow.subsystems.declarations.problems import Gone, NotReady
from singlewindow.subsystems.declarations.queries import INDEX
from singlewindow.subsystems.declarations.rules import Kind

OWN = "company_id = $1"
"""The application's own check of whose results are worked on; row-level security is the second fence."""
TAKEN_OVER = "已由另一项任务继续办理；请在自助打印/导出中查看进度"


@dataclass(frozen=True)
class Due:
    """An accepted declaration whose turn it is: the item's number, its result, and what customs now say of it."""

    no: int
    result_id: int
    number: str
    data: Mapping[str, Any] | None

    @property
    def declaration(self) -> dict[str, Any]:
        """The declaration as it is printed and exported: what customs published, and its number."""
        return {**(self.data or {}), "number": self.number}

    @property
    def declared_on(self) -> date | None:
        """The day of its 申报日期, where it has one."""
        try:
            return rules.declared_on(datetime.fromisoformat(str((self.data or {}).get("declared_at", ""))))
        except ValueError:
            return None

    def is_closed(self, person: Person) -> bool:
        """Whether it is (still) a closed declaration of the person's company."""
        data = self.data or {}
        return data.get("status") == rules.CLOSED and data.get("consignee_code") == person.customs_code


@dataclass(frozen=True)
class Made:
    """What became of a declaration: a state of its kind, why it is no better one, and the file where there is one."""

    due: Due
    state: str
    why: str = ""
    file: NewFile | None = None


async def unfold(work: Work) -> None:
    """An item for each accepted declaration with which nothing was done yet, in the order of the application."""
    rows = await work.transaction.rows(
        f"""select r.id, r.declaration from declarations_result r
            join declarations_application a on a.id = r.application_id
            where r.{OWN} and a.{OWN} and a.number = $2 and r.made_at is null order by r.no""",
        work.person.company_id,
        work.asked["application"],
    )
    await work.add_items([json.dumps({"result": row["id"], "number": row["declaration"]}) for row in rows])


async def load(work: Work, items: Sequence[Item]) -> list[Due]:
    """What customs say of these declarations now, in one query; also of one that has ended: its paper is of its day."""
    wanted = [(INDEX.kind, item.data["number"]) for item in items]
    entries = await Registers(work.transaction).find_many(wanted, ended=[INDEX.kind])
    found = [entries.get(key) for key in wanted]
    return [
        Due(item.no, item.data["result"], item.data["number"], entry.data if entry else None)
        for item, entry in zip(items, found, strict=True)
    ]


async def is_sealed(work: Work) -> bool:
    """Whether the application asks for the seal."""
    sealed: bool = await work.transaction.value(
        f"select sealed from declarations_application where {OWN} and number = $2",
        work.person.company_id,
        work.asked["application"],
    )
    return sealed


async def record(work: Work, kind: Kind, made: Sequence[Made]) -> list[Outcome]:
    """Keep files and results of a step; what the job's items say of it.

    Raises NotReady where another job has taken the application over, Gone where its month is over.
    """
    kept = [each.file for each in made if each.file]
    until = await _expiry(work, begins=bool(kept))
    stored = await files.store_for_company(work.transaction, work.person, kept, until) if until else []
    ids = iter(stored)
    file_ids = [next(ids).id if each.file else None for each in made]
    await work.transaction.run(
        f"""update declarations_result r set state = m.state, why = m.why, made_at = $2, file_id = m.file_id,
                expires_at = case when m.file_id is not null then $3::timestamptz end
            from unnest($4::bigint[], $5::text[], $6::text[], $7::bigint[]) as m (id, state, why, file_id)
            where r.{OWN} and r.id = m.id""",
        work.person.company_id,
        work.transaction.now,
        until,
        [each.due.result_id for each in made],
        [each.state for each in made],
        [each.why for each in made],
        file_ids,
    )
    return [
        Outcome(
            each.due.no,
            each.state in rules.MADE[kind],
            {"result": each.due.result_id, "number": each.due.number, "state": each.state},
        )
        for each in made
    ]


async def _expiry(work: Work, *, begins: bool) -> datetime | None:
    """When all that is made of an application is gone: a natural month after the first file of it was made (PRNT-08),
    which may be in this step (`begins`); None as long as there is none.

    Its row stays locked to the end of the step, so that no other job works on it meanwhile.
    """
    number = work.asked["application"]
    application = await work.transaction.row(
        f"""update declarations_application set expires_at = coalesce(expires_at, $3::timestamptz)
            where {OWN} and number = $2 and job_id = $4 returning expires_at""",
        work.person.company_id,
        number,
        kept_until(work.transaction.now) if begins else None,
        work.job_id,
    )
    if application is None:
        raise NotReady(f"申请 {number} {TAKEN_OVER}")
    until: datetime | None = application["expires_at"]
    if rules.is_over(until, work.transaction.now):
        raise Gone(f"申请 {number} {rules.GONE}")
    return until
