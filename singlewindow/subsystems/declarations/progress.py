"""How far an application is, and stopping and resuming it (PRNT-11): the whole company's matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.jobs.desk import Job, JobDesk
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound, NotInThisState
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.applications import get_application, lock_application, work_on
from singlewindow.subsystems.declarations.problems import Gone, NotReady

OWN = "company_id = $1"
"""The application's own check of whose results are counted; row-level security is the second fence."""
ENDED = "该申请的办理已经结束，不能停止或继续；没有生成的请重新申请"
UNDER_WAY = "该申请正在办理；只有已停止或中途未能完成的申请可以继续"


@dataclass(frozen=True)
class Progress:
    """An application, how many of its declarations were made and how many failed, of how many there is still something
    kept, and its job while there is one.

    Jobs are swept some weeks after their end; an application without one is done, or stopped.
    """

    application: Row
    made: int
    failed: int
    kept: int
    job: Job | None

    @property
    def waiting(self) -> int:
        """How many declarations nothing was done with yet."""
        total: int = self.application["total"]
        return total - self.made - self.failed

    @property
    def state(self) -> Literal["queued", "running", "done", "stopped", "failed"]:
        """The job's state, or what it ended with: data that are there without a workbook are not done."""
        if self.job is not None:
            return self.job.state
        if self.waiting:
            return "stopped"
        unwritten = self.application["kind"] == "export" and self.application["data_file_id"] is None
        return "failed" if unwritten and self.kept else "done"


async def progress_of(transaction: Transaction, person: Person, number: str) -> Progress:
    """How far the application of this number is. Raises NotFound."""
    application = await get_application(transaction, person, number)
    kind = application["kind"]
    counted = await transaction.row(
        f"""select count(*) filter (where state = any($3)) as made,
                count(*) filter (where state <> all($3) and made_at is not null) as failed,
                count(file_id) as kept
            from declarations_result where {OWN} and application_id = $2""",
        person.company_id,
        application["id"],
        sorted(rules.MADE[kind]),
    )
    assert counted is not None
    return Progress(
        application,
        counted["made"],
        counted["failed"],
        counted["kept"],
        await _job(transaction, person, application),
    )


async def stop(transaction: Transaction, person: Person, number: str) -> Progress:
    """Let the step under way end and no other begin. Raises NotFound, NotInThisState."""
    found = await progress_of(transaction, person, number)
    await _desk(transaction, person).stop(_job_id(found))
    return await progress_of(transaction, person, number)


async def resume(transaction: Transaction, person: Person, number: str) -> Progress:
    """Go on where it stood, by a new job of who says so: the old one's pieces may have been swept, or its account
    closed. Raises NotFound, NotReady and NotInThisState where nothing is to be done, TooMany, Gone once its month is
    over."""
    await lock_application(transaction, person, number)
    found = await progress_of(transaction, person, number)
    if rules.is_over(found.application["expires_at"], transaction.now):
        raise Gone(f"申请 {number} {rules.GONE}")
    if found.state == "done":
        raise NotReady(ENDED)
    if found.state not in ("stopped", "failed"):
        raise NotInThisState(UNDER_WAY)
    await work_on(transaction, person, found.application)
    return await progress_of(transaction, person, number)


def _desk(transaction: Transaction, person: Person) -> JobDesk:
    return JobDesk(transaction, person, whole_company=True)


async def _job(transaction: Transaction, person: Person, application: Row) -> Job | None:
    if application["job_id"] is None:
        return None
    try:
        return await _desk(transaction, person).get(application["job_id"])
    except NotFound:
        return None


def _job_id(progress: Progress) -> int:
    if progress.job is None:
        raise NotReady(ENDED)
    return progress.job.id
