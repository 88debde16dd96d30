"""The figures `closed`, `print` and `export` of 报关单证查询打印: a register of 200,000 declarations, and applications.

Declarations are put into the portal's register by SQL, out of those of the demonstration world: as many copies in full
as an export takes, the others without their rows, for a query reads the narrow index beside the register.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx

from benchmarks.importing import Memory
from benchmarks.sides import Side
from benchmarks.work import Person
from singlewindow.demo.printable import FIRST_SERIAL
from singlewindow.subsystems.declarations.queries import INDEX
from tests.system.running import System

PATH = "/api/declarations"
PRINTED, EXPORTED = 1_000, 10_000
ASKED = 50  # numbers in one query
SECONDS = 900.0
SERIALS = 310_000_000  # of the copies: far from those of the demonstration world (600 and 700 million)
SPREAD = """
    with pattern as materialized (
        select key, data, data - '{goods,containers,documents}'::text[] as light,
               row_number() over (order by key) - 1 as place, count(*) over () as patterns
        from register_entry where kind = 'declaration' and data ->> 'consignee_code' = $1
            and right(key, 9)::bigint >= $2 and data ->> 'open_process' is null and data ? 'goods'
            and data ->> 'declared_at' >= (now() - interval '88 days')::text and left(key, 2) <> '53'
    ), other as (select customs_code, row_number() over (order by id) - 1 as place, count(*) over () as companies
                 from company where customs_code <> $1),
    spread as (
        select left(key, 9) || g + $3 as key, data, light,
               case when g <= $5 or g % 2 = 0 then $1
                    else (select customs_code from other where place = g / 2 % companies) end as owner, g
        from generate_series(1, $4::int) as g join pattern on place = g % patterns
    )
    insert into register_entry (kind, key, seq, data)
    select 'declaration', key, 1, case when g <= $5 then data else light end
        || jsonb_build_object('pre_entry_no', key, 'consignee_code', owner)
    from spread"""


async def seed(address: str, customs_code: str, declarations: int) -> float:
    """Fill the portal's register (the superuser's address) and its index; the seconds that it took.

    The first `EXPORTED` are whole and the company's, and half of the others.
    """
    began = time.perf_counter()
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")  # no triggers, no checks
            await connection.execute(
                SPREAD, customs_code, FIRST_SERIAL, SERIALS, declarations, min(EXPORTED, declarations)
            )
            await connection.execute(INDEX.fill)
        await connection.execute("vacuum analyze register_entry")
        await connection.execute(f"vacuum analyze {INDEX.table}")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    return time.perf_counter() - began


def legal_person(system: System, people: Sequence[Person]) -> Person:
    """Somebody whose card is a 法人卡: nobody else is let in (PORT-06)."""
    kinds = {card["card_no"]: card["kind"] for card in system.world["cards"]}
    return next(person for person in people if kinds[person.applicant.card_no] == "法人卡")


@dataclass
class Queries:
    """Queries by 50 numbers each: most are the company's own, some are another's, a few nobody's."""

    queries: list[str]

    @classmethod
    async def drawn(cls, owner: Side, customs_code: str, count: int = 200) -> Queries:
        """Different numbers for each query, spread over the whole register."""
        own, foreign = [
            await owner.fetch(
                f"select key from {INDEX.table} where (consignee_code = $1) = $2 and status = '10' order by key",
                customs_code,
                mine,
            )
            for mine in (True, False)
        ]
        random = Random(50)
        return cls([cls._query(random, own, foreign) for _ in range(count)])

    @staticmethod
    def _query(random: Random, own: Sequence[Any], foreign: Sequence[Any]) -> str:
        numbers = [row["key"] for row in (*random.sample(own, ASKED - 5), *random.sample(foreign, 3))]
        numbers += [f"420120261{random.randrange(10**8):09d}" for _ in range(2)]
        random.shuffle(numbers)
        return urlencode([("number", number) for number in numbers] + [("size", "100")])


async def ask(person: Person, query: str) -> None:
    """One query; every number is in the answer or explained."""
    answer = await person.client.call("closed", "GET", f"{PATH}/closed?{query}")
    items, missing = answer.count(b'"ie_name"'), answer.count(b'"why"')
    assert (items + missing, missing >= 5) == (ASKED, True), (items, missing)


async def apply(person: Person, kind: str, numbers: Sequence[str], *, sealed: bool = False) -> dict[str, Any]:
    """An application from its request to its last declaration; how far it came."""
    http = person.applicant.http
    wanted = {"kind": kind, "sealed": sealed, "numbers": numbers, "card_no": person.applicant.card_no}
    prepared = await _post(http, "/applications/prepare", wanted)
    signed = {"token": prepared["token"], **person.sign(prepared["signing_input"])}
    applied = await _post(http, "/applications", signed)
    assert (applied["accepted"], applied["refused"]) == (len(numbers), 0), applied["items"][:3]
    return await _done(http, applied["number"])


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(PATH + path, json=body, timeout=120)
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:400]}"
    said: dict[str, Any] = answer.json()
    return said


async def _done(http: httpx.AsyncClient, number: str) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        while True:
            progress: dict[str, Any] = (await http.get(f"{PATH}/applications/{number}")).json()
            if progress["state"] not in ("queued", "running"):
                assert (progress["state"], progress["failed"]) == ("done", 0), progress
                return progress
            await asyncio.sleep(0.3)


async def numbers_of(owner: Side, customs_code: str, count: int) -> list[str]:
    """Declarations of the company that have all their data."""
    rows = await owner.fetch(
        f"""select key from {INDEX.table} where consignee_code = $1 and right(key, 9)::bigint between $2 and $3
            order by right(key, 9)""",
        customs_code,
        SERIALS + 1,
        SERIALS + count,
    )
    assert len(rows) == count, len(rows)
    return [row["key"] for row in rows]


async def layout_files(owner: Side, application: str) -> tuple[int, int]:
    """How many PDF files an application has, and their bytes altogether."""
    row = await owner.fetchrow(
        """select count(*) as files, sum(length(f.content)) as bytes from declarations_result r
           join declarations_application a on a.id = r.application_id join file f on f.id = r.file_id
           where a.number = $1 and r.state in ('0', '1')""",
        application,
    )
    assert row is not None
    return int(row["files"]), int(row["bytes"] or 0)


async def fetch(person: Person, application: str, format: str) -> int:
    """The data of an application as one file; its bytes."""
    size = 0
    path = f"{PATH}/applications/{application}/data?format={format}"
    async with person.applicant.http.stream("GET", path, timeout=300) as answer:
        assert answer.status_code == 200, (await answer.aread())[:400]
        async for part in answer.aiter_bytes():
            size += len(part)
    return size


class Watched:
    """The greatest memory of several processes, each with its children, while something runs."""

    def __init__(self, pids: dict[str, int]) -> None:
        self._memories = {name: Memory(pid) for name, pid in pids.items()}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Watched:
        self._tasks = [asyncio.create_task(memory.watch()) for memory in self._memories.values()]
        return self

    async def __aexit__(self, *problem: object) -> None:
        for task in self._tasks:
            task.cancel()

    def figures(self) -> dict[str, int]:
        """MB by process with its children, and of the greatest child alone."""
        found = {f"{name}_memory_mb": round(each.most) for name, each in self._memories.items()}
        return found | {
            f"{name}_greatest_child_mb": round(each.child) for name, each in self._memories.items()
        }
