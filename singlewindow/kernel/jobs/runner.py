"""The worker's side of jobs: one step at a time, of the job that has waited longest.

1. Lease the job under a token of this step, in a transaction of its own; the lease is renewed while the step goes on.
2. As the person who asked, in one transaction: make the items, or do a batch of them, or make the result; write what
   became of them, and give the lease back. Who no longer holds the lease writes nothing.
A worker that dies leaves a step that never was; it is done again when the lease ends. Steps of several jobs take turns.
A step that fails is tried again, later and later, and given up after some tries. That worker or database ended in the
middle of it says nothing of the step; only very many such ends in a row do, for then it may be the step that ends them.
What takes too long, or cannot be started, fails.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from tempfile import SpooledTemporaryFile

import structlog

from singlewindow.contract.postgres import PASSING, passes_within
from singlewindow.kernel.database.connection import Actor, Database, Row, Transaction
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.found import job_kinds
from singlewindow.kernel.jobs.kind import Item, JobKind, Outcome, Pieces, Work, insert_items
from singlewindow.kernel.jobs.tools import Tools
from singlewindow.kernel.people.standing import find_person
from singlewindow.kernel.problems import Problem
from singlewindow.kernel.settings import settings

LEASE = "10 seconds"
DUE = "exists (select from job where state in ('queued', 'running') and leased_until <= clock_timestamp())"
"""Whether there is anything to do: SQL, asked by the worker now and then."""
_OF_JOB = ", ".join(
    f"j.{name}" for name in (
        "id", "company_id", "account_id", "kind", "about", "asked", "facts", "total", "done", "failed", "stop_asked",
        "source_id", "lease", "attempts",
    )
)  # fmt: skip
RENEWED_SECONDS = 3.0  # as long as the step goes on
TRIES = 5  # of one step that fails, before the job is given up
CUT_OFF = 40  # ends of worker or database in the middle of one step, one after the other, before it is
PIECES_IN_MEMORY = 8 * 2**20  # bytes of what was found and is not written yet; more lie in a temporary file
PUT_OFF = "5 seconds"  # after trouble of the database that passes
GIVEN_UP = "系统多次未能完成该任务，已停止；已完成的部分有效，请联系系统管理员"
NOT_ALLOWED = "提交任务的账号已停用或不存在，任务停止；已完成的部分有效"
log = structlog.get_logger()


class LeaseLost(Exception):
    """Another worker has the step now; what this one did is undone."""


class BrokenOff(Exception):
    """The database went away over a step, or had no room; `__cause__` says how."""


class Stumbled(Exception):
    """A step met trouble of its own, which may come again at each try; `__cause__` says what."""


async def run_due(worker: Database, web: Database, tools: Tools) -> int:
    """Do one step of one job; answers 0 where none is due."""
    job = await _lease(worker)
    if job is None:
        return 0
    try:
        if job["attempts"] > TRIES or int(job["lease"].partition("/")[0]) > CUT_OFF:
            raise Problem(GIVEN_UP)
        async with _held(worker, job):
            await _step(web, job, tools)
    except LeaseLost:
        log.warning("step was done by another worker", job=job["id"])
    except Problem as problem:
        if problem.passing and job["attempts"] < TRIES:
            log.warning("job tries again", job=job["id"], kind=job["kind"], reason=problem.detail)
            await _put_off(worker, job)
        else:
            await _give_up(worker, job, problem)
    except (BrokenOff, *PASSING) as error:
        log.warning("job waits", job=job["id"], kind=job["kind"], error=repr(error.__cause__ or error))
        await _wait(worker, job)
    except Exception as error:
        why = error.__cause__ if isinstance(error, Stumbled) else error
        log.error("job stumbles", job=job["id"], kind=job["kind"], exc_info=why)
        await _put_off(worker, job)
    return 1


async def _lease(worker: Database) -> Row | None:
    async with worker.transaction() as transaction:
        return await transaction.row(
            f"""with due as (
                    select id from job where state in ('queued', 'running') and leased_until <= clock_timestamp()
                    order by stepped_at limit 1 for update skip locked
                )
                update job j set state = 'running', attempts = attempts + (lease = '')::int,
                    lease = case lease when '' then 0
                        else coalesce(substring(lease from '^([0-9]+)/')::int, 0) + 1 end || '/' || $1,
                    leased_until = clock_timestamp() + interval '{LEASE}'
                from due where j.id = due.id
                returning {_OF_JOB}""",
            secrets.token_hex(16),
        )


@asynccontextmanager
async def _held(worker: Database, job: Row) -> AsyncIterator[None]:
    """Keep the lease meanwhile."""
    renewing = asyncio.create_task(_renew(worker, job))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(worker: Database, job: Row) -> None:
    while True:
        await asyncio.sleep(RENEWED_SECONDS)
        async with worker.transaction() as transaction:
            await transaction.run(
                f"""update job set leased_until = clock_timestamp() + interval '{LEASE}'
                    where id = $1 and lease = $2""",
                job["id"],
                job["lease"],
            )


async def _step(web: Database, job: Row, tools: Tools) -> None:
    """Do a step. Raises LeaseLost, Problem, BrokenOff, Stumbled; of PASSING what hinders begin and commit."""
    async with web.transaction(Actor(job["company_id"], job["account_id"])) as transaction:
        try:
            await _do(transaction, job, tools)
        except (LeaseLost, Problem):
            raise
        except Exception as error:
            raise (BrokenOff if passes_within(error) else Stumbled) from error


async def _do(transaction: Transaction, job: Row, tools: Tools) -> None:
    person = await find_person(transaction, job["account_id"])
    kind = job_kinds().get(job["kind"])
    if person is None or kind is None:
        raise Problem(NOT_ALLOWED)
    work = Work(
        transaction, person, job["id"], job["about"], job["asked"], job["source_id"], tools, job["facts"]
    )
    if job["total"] is None and not job["stop_asked"]:
        total = await _unfold(work, kind)
        await _write(transaction, job, total=total, facts=work.facts)
        return
    items = [] if job["stop_asked"] else await _waiting(transaction, job["id"], kind)
    if items:
        await _done(transaction, job, await kind.step(work, items))
    else:
        await _finish(work, kind, job)


async def _unfold(work: Work, kind: JobKind) -> int:
    """Find all items, then write them; how many they are. Not the one while the other goes on: to find them may take
    as long as a file may be read, and a transaction that has written holds up what all companies hear."""
    total = 0
    with SpooledTemporaryFile(PIECES_IN_MEMORY, prefix="pieces-") as kept:
        pieces = work.pieces = Pieces(kept)
        await kind.unfold(work)
        pieces.begin()
        while (some := await asyncio.to_thread(pieces.some))[0]:
            items, weights = some
            await insert_items(work.transaction, work.person, work.job_id, items, total, weights)
            total += len(items)
    return total


async def _waiting(transaction: Transaction, job_id: int, kind: JobKind) -> list[Item]:
    """The next items of a step; only those are read that it takes."""
    rows = await transaction.rows(
        """with next as (
               select no, weight from job_item where job_id = $1 and state = 'waiting' order by no limit $2
           ), weighed as (
               select no, weight, sum(weight) over (order by no) as together from next
           )
           select i.no, i.data from weighed w join job_item i on i.job_id = $1 and i.no = w.no
           where $3::int is null or w.together <= $3 or w.together = w.weight order by i.no""",
        job_id,
        kind.batch,
        kind.most_weight,
    )
    return [Item(row["no"], row["data"]) for row in rows]


async def _done(transaction: Transaction, job: Row, outcomes: Sequence[Outcome]) -> None:
    """Write what became of a batch, and count it."""
    await transaction.run(
        """update job_item i set state = case when o.done then 'done' else 'failed' end, data = o.data
           from unnest($2::int[], $3::boolean[], $4::jsonb[]) as o (no, done, data)
           where i.job_id = $1 and i.no = o.no""",
        job["id"],
        [outcome.no for outcome in outcomes],
        [outcome.done for outcome in outcomes],
        [dict(outcome.data) for outcome in outcomes],
    )
    done = sum(outcome.done for outcome in outcomes)
    await _write(transaction, job, done=job["done"] + done, failed=job["failed"] + len(outcomes) - done)


async def _finish(work: Work, kind: JobKind, job: Row) -> None:
    made = await kind.finish(work)
    kept = timedelta(days=settings().file_days)
    result = made and await files.store(
        work.transaction, work.person, made.name, made.media_type, made.content, kept
    )
    state = "stopped" if job["stop_asked"] else "done"
    said = made.message if made else ""
    await _write(work.transaction, job, state=state, result_id=result.id if result else None, message=said)
    log.info(
        "job ended", job=job["id"], kind=job["kind"], state=state, done=job["done"], failed=job["failed"]
    )


async def _write(transaction: Transaction, job: Row, **changed: object) -> None:
    """Write a step's end and give the lease back. Raises LeaseLost for who no longer holds it."""
    columns = "".join(f", {name} = ${place}" for place, name in enumerate(changed, start=3))
    ended = ", ended_at = clock_timestamp()" if "state" in changed else ""
    held = await transaction.value(
        f"""update job set lease = '', attempts = 0, stepped_at = clock_timestamp(),
                leased_until = clock_timestamp(){columns}{ended}
            where id = $1 and lease = $2 returning true""",
        job["id"],
        job["lease"],
        *changed.values(),
    )
    if not held:
        raise LeaseLost


async def _give_up(worker: Database, job: Row, problem: Problem) -> None:
    """Trouble that a further try does not mend: the job ends with its words."""
    async with worker.transaction() as transaction:
        await transaction.run(
            """update job set state = 'failed', message = $3, lease = '', ended_at = clock_timestamp()
               where id = $1 and lease = $2""",
            job["id"],
            job["lease"],
            _words(problem),
        )
    log.info("job failed", job=job["id"], kind=job["kind"], reason=problem.detail)


def _words(problem: Problem) -> str:
    """What is wrong and what to do about it; what was refused has advice of its own."""
    advice = "；".join(dict.fromkeys(each.advice for each in problem.violations)) or problem.advice
    return problem.detail if advice in problem.detail else f"{problem.detail}。怎么办：{advice}"


async def _wait(worker: Database, job: Row) -> None:
    """Try the step again in a moment, as if this try had not been."""
    async with worker.transaction() as transaction:
        await transaction.run(
            f"""update job set lease = '', attempts = attempts - 1, stepped_at = clock_timestamp(),
                   leased_until = clock_timestamp() + interval '{PUT_OFF}'
               where id = $1 and lease = $2""",
            job["id"],
            job["lease"],
        )


async def _put_off(worker: Database, job: Row) -> None:
    """Try the step again after 1 s, doubled with each try."""
    async with worker.transaction() as transaction:
        await transaction.run(
            """update job set lease = '', stepped_at = clock_timestamp(),
                   leased_until = clock_timestamp() + power(2, attempts - 1) * interval '1 second'
               where id = $1 and lease = $2""",
            job["id"],
            job["lease"],
        )
