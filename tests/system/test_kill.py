"""`kill -9` of any part in the middle of work: what was acknowledged is granted, exactly once (PORT-08, CUST-05)."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.system.applicant import Applicant, Away, applicants, file_of
from tests.system.running import System, eventually

pytestmark = pytest.mark.serial
APPLICATIONS = 200
AT_ONCE = 8
UPLOADED = 4  # every fourth file goes over the API; checking a PDF is a process of its own and takes longest
KILLED_AFTER = (50, 120)  # applications acknowledged
SETTLED_SECONDS = 60.0

PORTAL = """
select d.number, d.status, d.last_submission, d.returned->>'customs_no' as customs_no,
       d.content->>'declaration_no' as declaration, s.sequence, s.request_id, s.superseded, o.message_id, o.state
from document d left join submission s on s.document_id = d.id left join outbox o on o.submission_id = s.id
where d.content->>'declaration_no' = any($1)"""
PORTAL_RECEIPTS = """
select d.number, s.sequence, r.seq, r.code, r.text, r.data->>'customs_no' as customs_no
from receipt r join submission s on s.id = r.submission_id join document d on d.id = r.document_id
where d.content->>'declaration_no' = any($1)"""
ATTACH = """
insert into attachment (document_id, company_id, category, name, size, pages, sha256, content, statement, signature,
                        certificate, uploaded_by, uploaded_at)
select d.id, d.company_id, '00000002', '声明.pdf', length($2::bytea), 1, encode(sha256($2), 'hex'), $2, $3, $4, $5,
       d.created_by, now()
from document d where d.number = $1 and not exists (select from attachment a where a.document_id = d.id)"""
CUSTOMS = """
select s.number, s.sequence, s.state, s.customs_no, s.request_id, i.message_id, i.state as incoming
from submission s join incoming i on i.id = s.incoming_id where s.number = any($1)"""
CUSTOMS_RECEIPTS = """
select s.number, s.sequence, r.seq, r.code, r.text, r.data->>'customs_no' as customs_no
from receipt r join submission s on s.id = r.submission_id where s.number = any($1)"""
LEFT_OVER = {
    "singlewindow": (
        "select last_error from outbox where state <> 'sent'",
        "select problem from inbox where state <> 'applied'",
    ),
    "customs": (
        "select problem from incoming where state not in ('understood', 'doubled')",
        "select problem from outgoing where state <> 'sent'",
    ),
}


@dataclass
class Run:
    """All applications on their way, and who filed which: document number → declaration, applicant."""

    system: System
    people: list[Applicant]
    waiting: deque[tuple[Applicant, str]]
    filed: dict[str, tuple[str, Applicant]]

    @classmethod
    def of(cls, system: System, people: list[Applicant], count: int = APPLICATIONS) -> Run:
        """Both companies in turn, and their card holders in turn."""
        companies = [
            list(group) for _, group in itertools.groupby(people, lambda person: person.customs_code)
        ]
        turns = [holders[at % len(holders)] for at in range(count) for holders in companies]
        return cls(system, people, deque((p, system.declaration(p.customs_code)) for p in turns[:count]), {})

    async def work(self, part: str) -> None:
        """File everything and kill the part in between."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.file_all())
            group.create_task(self._kill(part))

    async def file_all(self) -> None:
        """File everything, several at once."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._file())

    async def _file(self) -> None:
        while self.waiting:
            person, declaration = self.waiting.popleft()
            uploads = len(self.waiting) % UPLOADED == 0
            number = await person.file(declaration, None if uploads else partial(self._bring, person))
            assert number not in self.filed
            self.filed[number] = declaration, person

    async def _bring(self, person: Applicant, number: str) -> None:
        """Put the signed file into the application past the API."""
        try:
            await self.system.sql(
                "singlewindow", ATTACH, number, file_of(number), *person.signed_file(number)
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            raise Away(str(error)) from error

    async def _kill(self, part: str) -> None:
        for count in KILLED_AFTER:
            assert await soon(lambda: len(self.filed) >= count)  # noqa: B023 - asked before the next round
            before = len(self.system.pids_of(part))
            killed = self.system.kill(part)
            assert await soon(lambda: killed not in self.system.pids_of(part))  # noqa: B023 - as above
            assert await soon(lambda: len(self.system.pids_of(part)) == before)  # noqa: B023 - as above

    async def settle(self) -> list[Any]:
        """The portal's rows once all are granted and nothing is on its way, or as they are after a minute."""
        deadline = time.monotonic() + SETTLED_SECONDS
        while True:
            left = await left_over(self.system)  # before the rows: what is done by then stays done
            rows = await self.system.sql("singlewindow", PORTAL, self.declarations)
            done = not left and all(row["status"] == "4" for row in rows)
            if done or time.monotonic() > deadline:
                return rows
            await asyncio.sleep(0.3)

    @property
    def declarations(self) -> list[str]:
        return [declaration for declaration, _ in self.filed.values()]


async def soon(question: Callable[[], object]) -> bool:
    return await asyncio.to_thread(eventually, question, 60)


async def left_over(system: System) -> dict[str, list[str]]:
    """What either side has not dealt with, or has put on a person's list."""
    return {
        f"{database}: {statement}": found
        for database, statements in LEFT_OVER.items()
        for statement in statements
        if (found := [row[0] for row in await system.sql(database, statement)])
    }


@pytest.mark.parametrize("part", ["worker", "customs", "portal"])
async def test_killed_part_loses_and_doubles_nothing(system: System, part: str) -> None:
    """Two hundred applications; the part is killed twice meanwhile; both databases agree one to one in the end."""
    broken = await kill_in_the_middle(system, part)
    assert part != "portal" or broken > 0, "nobody felt the end of the portal"


async def kill_in_the_middle(system: System, part: str) -> int:
    """The whole of it; answers how often an applicant's connection was cut or refused."""
    async with applicants(system) as people:
        run = Run.of(system, people)
        await run.work(part)
        rows = await run.settle()
        seen = {number: await person.view(number) for number, (_, person) in list(run.filed.items())[::10]}
    assert len(run.filed) == APPLICATIONS
    assert not await left_over(system)
    assert {view["status"]["name"] for view in seen.values()} == {"同意"}
    assert_filed_once(run, rows)
    await assert_sides_agree(run, rows)
    return sum(person.broken for person in people)


def assert_filed_once(run: Run, rows: list[Any]) -> None:
    """One document for each declaration, one submission for each document, from a request of ours."""
    assert sorted(row["number"] for row in rows) == sorted(run.filed)
    assert sorted(row["declaration"] for row in rows) == sorted(run.declarations)
    for row in rows:
        assert (row["status"], row["sequence"], row["last_submission"], row["state"]) == ("4", 1, 1, "sent")
        assert not row["superseded"]
        assert row["request_id"] in run.filed[row["number"]][1].requests[row["number"]]


async def assert_sides_agree(run: Run, rows: list[Any]) -> None:
    """The same submissions, the same receipts, the same 海关审核编号 on both sides, nothing besides."""
    numbers = list(run.filed)
    theirs = await run.system.sql("customs", CUSTOMS, numbers)
    shared = ("number", "sequence", "customs_no", "request_id", "message_id")
    assert pick(theirs, *shared) == pick(rows, *shared)
    assert {(row["state"], row["incoming"]) for row in theirs} == {("approved", "understood")}
    assert len({row["customs_no"] for row in theirs}) == len(numbers)
    said = [tuple(row) for row in await run.system.sql("customs", CUSTOMS_RECEIPTS, numbers)]
    heard = [tuple(r) for r in await run.system.sql("singlewindow", PORTAL_RECEIPTS, run.declarations)]
    assert sorted(map(json.dumps, said)) == sorted(json.dumps(row) for row in heard if row[2] > 0)
    codes = {(row[2], row[3]) for row in heard}
    assert codes == {(0, "SENT"), (1, "RECEIVED"), (2, "APPROVED")}
    assert len(heard) == 3 * len(numbers)


def pick(rows: list[Any], *names: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row[name] for name in names) for row in rows)
