"""结关后报关单数据, as files: the workbook that the job wrote, or csv and json of the same data (PRNT-07)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import BegunFile
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound
from singlewindow.kernel.spreadsheets.export_files import FileFormat
from singlewindow.kernel.spreadsheets.exporting import waited_for
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.export_job import declarations_of
from singlewindow.subsystems.declarations.exporting import export_declarations
from singlewindow.subsystems.declarations.problems import Gone, NotReady, PartialData
from singlewindow.subsystems.declarations.progress import Progress, progress_of

OWN = "company_id = $1"
"""The application's own check of whose results are told; row-level security is the second fence."""
NAMED = 20  # failed numbers that the question names


@dataclass(frozen=True)
class Ready:
    """An application whose data may be had now."""

    number: str
    application_id: int
    made: int
    data_file_id: int


async def get_ready(transaction: Transaction, person: Person, number: str, *, partial: bool) -> Ready:
    """The application of this number, if its data may be had.

    Raises NotFound, NotReady (still at work, stopped, nothing generated, or its workbook not written), Gone, and
    PartialData where some declarations failed and `partial` was not said.
    """
    progress = await progress_of(transaction, person, number)
    application = progress.application
    if application["kind"] != "export":
        raise NotFound(f"没有申请编号为 {number} 的数据导出申请", clause=rules.FETCHING)
    if rules.is_over(application["expires_at"], transaction.now):
        raise Gone(f"申请 {number} {rules.GONE}")
    _check(progress, number)
    if application["data_file_id"] is None:
        raise NotReady(f"申请 {number} 的数据文件没有写成；请继续生成后再导出，或重新申请")
    if progress.failed and not partial:
        raise PartialData(await _question(transaction, person, progress))
    return Ready(number, application["id"], progress.made, application["data_file_id"])


def _check(progress: Progress, number: str) -> None:
    if progress.job and progress.job.state in ("queued", "running"):
        done = progress.made + progress.failed
        raise NotReady(
            f"申请 {number} 的数据正在生成（{done}/{progress.application['total']}）；请稍后再导出"
        )
    if progress.waiting:
        raise NotReady(
            f"申请 {number} 已停止，还有 {progress.waiting} 份没有生成；请继续生成后再导出，或重新申请"
        )
    if not progress.made:
        raise NotReady(f"申请 {number} 的数据生成失败，没有可以导出的数据；请查看列表中的原因后重新申请")


async def _question(transaction: Transaction, person: Person, progress: Progress) -> str:
    rows = await transaction.rows(
        f"""select declaration from declarations_result where {OWN} and application_id = $2
            and state <> all($3) order by no limit {NAMED}""",
        person.company_id,
        progress.application["id"],
        sorted(rules.MADE["export"]),
    )
    return rules.partial_question([row["declaration"] for row in rows], progress.failed)


async def workbook(transaction: Transaction, person: Person, ready: Ready) -> BegunFile:
    """The workbook of an application, its beginning. Raises Gone where it has just been swept."""
    try:
        return await files.begin(transaction, person, ready.data_file_id)
    except NotFound:
        raise Gone(f"申请 {ready.number} {rules.GONE}") from None


async def write(database: Database, person: Person, ready: Ready, format: FileFormat, target: Path) -> None:
    """Write the data of an application into a new file.

    Raises TooMany and CannotExport as `waited_for` does, Gone where some of the data were swept meanwhile.
    """
    with waited_for(person.company_id, "，或导出 xlsx"):
        declarations = declarations_of(
            lambda: database.transaction(person.actor), person, ready.application_id
        )
        if await export_declarations(declarations, format, target) != ready.made:
            raise Gone(f"申请 {ready.number} {rules.GONE}")
