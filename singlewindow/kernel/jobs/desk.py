"""What a person does with jobs: start one, look at the own ones, stop one, let one go on, fetch what it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import FileFacts
from singlewindow.kernel.jobs.kind import Item, JobKind, ended_items, insert_items
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import (
    API,
    NotFound,
    NotInThisState,
    NotReady,
    Refused,
    SentBefore,
    TooMany,
    Violation,
)

AT_ONCE = 5  # jobs of one account that wait or run
LISTED = 50
PIECES_GONE = "该任务的逐份结果已超过保存期限，不再保存；请重新提交文件"
NO_RESULT = {
    "queued": ("任务还在排队，尚没有结果文件", ""),
    "running": ("任务还在进行，尚没有结果文件", ""),
    "failed": ("任务未能完成，没有结果文件", "请按原因处理后继续该任务，或重新提交"),
}
"""Why there is no file in a state, and what to do about it; "": to wait."""
OWN = "j.company_id = $1 and j.account_id = $2"
"""The application's own check of whose jobs are seen; row-level security is the second fence."""
COMPANY = "j.company_id = $1 and $2::bigint is not null"  # the same, for what is shown to the whole company
SENT = "j.company_id = $1"  # and for what the whole company has sent
GOING = """state = 'queued', stop_asked = false, message = '', attempts = 0, ended_at = null,
    result_id = null, leased_until = clock_timestamp()"""
COLUMNS = """j.id, j.kind, j.about, j.asked, j.state, j.total, j.done, j.failed, j.message, j.stop_asked, j.created_at,
    j.ended_at, s.name as source_name, r.id as result_id, r.name as result_name, r.size as result_size,
    r.sha256 as result_sha256, r.expires_at as result_expires_at"""
FROM = """from job j left join file s on s.id = j.source_id
    left join file r on r.id = j.result_id and r.expires_at > clock_timestamp()"""


@dataclass(frozen=True)
class Job:
    """A job as its owner sees it; `total` is None until the items are known."""

    id: int
    kind: str
    about: str
    asked: Mapping[str, Any]
    state: Literal["queued", "running", "done", "stopped", "failed"]
    total: int | None
    done: int
    failed: int
    message: str
    stop_asked: bool
    created_at: datetime
    ended_at: datetime | None
    source_name: str | None
    result: FileFacts | None

    @classmethod
    def of(cls, row: Row) -> Job:
        """The job of a row with COLUMNS."""
        plain = {name: row[name] for name in cls.__dataclass_fields__ if name != "result"}
        facts = FileFacts.__dataclass_fields__
        result = FileFacts(**{n: row[f"result_{n}"] for n in facts}) if row["result_id"] else None
        return cls(**plain, result=result)


@dataclass(frozen=True)
class Wanted:
    """What is to be done: about a document type, with a file, and whether it was said that once more is meant."""

    kind: JobKind
    about: str
    asked: Mapping[str, Any]
    file: int | None = None
    again: bool = False
    key: str | None = None
    items: Sequence[str] | None = (
        None  # the pieces, each as JSON text, where they are known from the beginning
    )


@dataclass(frozen=True)
class JobDesk:
    """A person and the jobs of the account, inside one transaction.

    With `whole_company` also those of colleagues, for a chapter whose work is everybody's in the company.
    """

    transaction: Transaction
    person: Person
    whole_company: bool = False

    @property
    def _seen(self) -> str:
        return COMPANY if self.whole_company else OWN

    async def start(self, wanted: Wanted) -> Job:
        """Put a job into the queue; with a key that was used before, the job of then.

        Raises NotFound for a file that is not there, SentBefore for one that the company has sent before, TooMany.
        """
        kept = wanted.kind.check(self.transaction, self.person, wanted.about, wanted.asked)
        source = await self._source(wanted)
        await self._one_at_a_time()
        if earlier := await self._earlier(wanted, kept, source):
            return earlier
        await self._check_room()
        sha256 = source.sha256 if source and wanted.kind.once(kept) else ""
        if sha256 and not wanted.again:
            await self._check_new(wanted.kind.name, wanted.about, sha256)
        id = await self.transaction.value(
            """insert into job (company_id, account_id, kind, about, asked, source_id, source_sha256, key, total)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id""",
            self.person.company_id, self.person.account_id, wanted.kind.name, wanted.about, dict(kept),
            source and source.id, sha256, wanted.key, None if wanted.items is None else len(wanted.items),
        )  # fmt: skip
        if wanted.items:
            await insert_items(self.transaction, self.person, id, wanted.items)
        return await self.get(id)

    async def own(self, kind: str | None = None, about: str | None = None) -> list[Job]:
        """The account's last jobs, the newest first."""
        rows = await self.transaction.rows(
            f"""select {COLUMNS} {FROM} where {self._seen} and ($3::text is null or j.kind = $3)
                and ($4::text is null or j.about = $4) order by j.id desc limit {LISTED}""",
            self.person.company_id,
            self.person.account_id,
            kind,
            about,
        )
        return [Job.of(row) for row in rows]

    async def get(self, id: int) -> Job:
        """A job of the account. Raises NotFound for absent and foreign ones alike."""
        row = await self.transaction.row(
            f"select {COLUMNS} {FROM} where {self._seen} and j.id = $3",
            self.person.company_id,
            self.person.account_id,
            id,
        )
        if row is None:
            raise NotFound(f"没有编号为 {id} 的任务")
        return Job.of(row)

    async def failures(self, id: int, after: int, most: int) -> Sequence[Item]:
        """What failed of a job, by number, from after that one. Raises NotFound, also for what is kept no longer."""
        job = await self.get(id)
        if job.failed and job.ended_at and not await self._has_pieces(id):
            raise NotFound(PIECES_GONE)
        return await ended_items(self.transaction, id, "failed", after, most)

    async def stop(self, id: int) -> Job:
        """Let the step under way end and no other begin. Raises NotFound, NotInThisState for one that has ended."""
        return await self._turn(id, ("queued", "running"), "stop_asked = true", "任务已经结束，不能停止")

    async def resume(self, id: int) -> Job:
        """Go on where it stood with one that was stopped or failed on the way.

        Raises NotFound, NotInThisState, TooMany; SentBefore where its file was handed in again meanwhile.
        """
        await self._one_at_a_time()
        job = await self.get(id)
        if job.state == "failed" and job.total is None:  # it never began: its file is refused
            raise NotInThisState("任务没有开始，不能继续；请改正文件后重新提交")
        if job.total and not await self._has_pieces(id):
            raise NotInThisState(PIECES_GONE)
        if job.state in ("stopped", "failed"):
            await self._check_room()
            if sha256 := await self.transaction.value("select source_sha256 from job where id = $1", id):
                await self._check_new(job.kind, job.about, sha256, after=id)
        job = await self._turn(id, ("stopped", "failed"), GOING, "只有已停止或中途未能完成的任务可以继续")
        await self.transaction.run("select pg_notify('jobs', '')")
        return job

    async def result(self, id: int) -> files.BegunFile:
        """The file that a job made, its beginning. Raises NotFound, and NotReady where none was made (yet)."""
        job = await self.get(id)
        if job.result is None and (why := NO_RESULT.get(job.state)):
            words, advice = why
            raise NotReady(f"{words}：{job.message}" if job.message else words, advice=advice)
        made = job.result.id if job.result else None
        return await files.begin(self.transaction, self.person, made, "结果文件")

    async def _turn(self, id: int, states: Sequence[str], change: str, why_not: str) -> Job:
        await self.get(id)
        turned = await self.transaction.value(
            f"update job j set {change} where {self._seen} and j.id = $3 and j.state = any($4) returning true",
            self.person.company_id,
            self.person.account_id,
            id,
            list(states),
        )
        if not turned:
            raise NotInThisState(why_not)
        return await self.get(id)

    async def _has_pieces(self, id: int) -> bool:
        found: bool = await self.transaction.value(
            "select exists (select from job_item where job_id = $1)", id
        )
        return found

    async def _source(self, wanted: Wanted) -> FileFacts | None:
        if not wanted.kind.takes_file:
            return None
        found = await files.find_facts(self.transaction, self.person, wanted.file) if wanted.file else None
        if found is None:
            raise NotFound("没有这个文件，或已超过保存期限；请重新选择文件后再试")
        return found

    async def _one_at_a_time(self) -> None:
        """Two requests of one company wait for each other, so that the second sees what the first has sent."""
        await self.transaction.run(
            "select pg_advisory_xact_lock(hashtextextended('job', $1))", self.person.company_id
        )

    async def _earlier(self, wanted: Wanted, kept: Mapping[str, Any], source: FileFacts | None) -> Job | None:
        """The job that this key started. Raises Refused where it was for something else."""
        if wanted.key is None:
            return None
        row = await self.transaction.row(
            f"select {COLUMNS}, s.sha256 as source_sha256 {FROM} where {OWN} and j.key = $3",
            self.person.company_id,
            self.person.account_id,
            wanted.key,
        )
        if row is None:
            return None
        same_file = row["source_sha256"] in (None, source and source.sha256)
        if (row["kind"], row["about"], row["asked"]) != (
            wanted.kind.name,
            wanted.about,
            kept,
        ) or not same_file:
            message = f"Idempotency-Key {wanted.key} 已用于另一项任务（{row['id']}）"
            raise Refused.because(
                [Violation("", "request.idempotency", message, "请换一个 Idempotency-Key 后重新提交", API)]
            )
        return Job.of(row)

    async def _check_room(self) -> None:
        waiting = await self.transaction.value(
            f"select count(*) from job j where {OWN} and j.state in ('queued', 'running')",
            self.person.company_id,
            self.person.account_id,
        )
        if waiting >= AT_ONCE:
            raise TooMany(
                f"已有 {waiting} 项任务在排队或进行中；请等其中一项完成或停止后再试", retry_after=10
            )

    async def _check_new(self, kind: str, about: str, sha256: str, after: int = 0) -> None:
        """Raise SentBefore where a later job than `after` has done anything with the same file, or is about to."""
        row = await self.transaction.row(
            f"""select j.created_at, j.done, j.state, a.display_name from job j join account a on a.id = j.account_id
                where {SENT} and j.source_sha256 = $2 and j.kind = $3 and j.about = $4 and j.id > $5
                  and (j.done > 0 or j.state in ('queued', 'running')) order by j.id desc limit 1""",
            self.person.company_id,
            sha256,
            kind,
            about,
            after,
        )
        if row is not None:
            when = row["created_at"].astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
            so_far = "已完成" if row["state"] in ("done", "stopped") else "正在进行，现已完成"
            raise SentBefore(
                f"该文件已由 {row['display_name']} 于 {when} 提交过（{so_far} {row['done']} 份）",
                advice="如确需再办一次，请确认后重新提交；否则请在任务列表中查看上一次的结果",
            )
