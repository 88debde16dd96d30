"""What a kind of job declares: how the work is cut into items, what a step does with some of them, how it ends.

A kind knows nothing of leases, kills or progress. Each of its three functions runs in one transaction as the person
who asked, together with what is written of it: what a killed worker had half done is not there, and is done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Literal

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.jobs import files
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import API, SHAPE_ADVICE, Refused, Violation

if TYPE_CHECKING:
    from singlewindow.kernel.jobs.tools import Tools  # what makes files imports much that imports this

Ended = Literal["done", "failed"]
SHOWN = 40  # characters of an unknown option's name: enough to recognise it
LINE_END = "\n"
AT_ONCE, AT_ONCE_BYTES = 500, 4 * 2**20  # pieces that one statement writes


@dataclass(frozen=True)
class Item:
    """A piece that waits to be done; items are numbered from 1."""

    no: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of an item, with what the page shows of it."""

    no: int
    done: bool
    data: Mapping[str, Any]


@dataclass
class Pieces:
    """What `unfold` finds, in its order, until all of it is written: lines of a temporary file."""

    kept: IO[bytes]

    def add(self, items: Sequence[str], weights: Sequence[int]) -> None:
        """Keep pieces, each as the JSON text of its data, in which an end of line is no more than a blank."""
        for item, weight in zip(items, weights, strict=True):
            self.kept.write(f"{weight} {item.replace(LINE_END, ' ')}{LINE_END}".encode())

    def begin(self) -> None:
        """Read from the first piece on."""
        self.kept.seek(0)

    def some(self) -> tuple[list[str], list[int]]:
        """The next pieces with their weights, as many as one statement writes; none at the end."""
        items, weights, size = list[str](), list[int](), 0
        while len(items) < AT_ONCE and size < AT_ONCE_BYTES and (line := self.kept.readline()):
            weight, _, item = line.partition(b" ")
            items.append(item.decode())
            weights.append(int(weight))
            size += len(line)
        return items, weights


@dataclass
class Work:
    """A job at work, inside one transaction."""

    transaction: Transaction
    person: Person
    job_id: int
    about: str
    asked: Mapping[str, Any]
    source_id: int | None
    tools: Tools
    facts: dict[str, Any] = field(default_factory=dict)  # what `unfold` leaves for the steps
    pieces: Pieces | None = None  # while they are being found

    async def source(self) -> files.StoredFile:
        """The file that was handed in. Raises NotFound when it has expired."""
        return await files.get(self.transaction, self.person, self.source_id)

    async def add_items(self, items: Sequence[str], weights: Sequence[int] | None = None) -> None:
        """Add pieces to be done, each as the JSON text of its data; weights for a kind with `most_weight`. In `unfold`
        alone: they are written when it is over."""
        assert self.pieces, "items are found while a job unfolds"
        await asyncio.to_thread(self.pieces.add, items, weights or [1] * len(items))

    async def ended_items(self, ended: Ended | None, after: int, most: int) -> list[Item]:
        """The items that are done, or that failed (None: both), by number, from after that one."""
        return await ended_items(self.transaction, self.job_id, ended, after, most)


async def insert_items(
    transaction: Transaction,
    person: Person,
    job_id: int,
    items: Sequence[str],
    after: int = 0,
    weights: Sequence[int] | None = None,
) -> None:
    """Add pieces to be done to a job of that person, numbered from after that one, each as JSON text."""
    await transaction.run(
        """insert into job_item (job_id, company_id, no, data, weight)
           select $1, $2, $3 + place, piece::jsonb, weight
           from unnest($4::text[], $5::int[]) with ordinality as given (piece, weight, place)""",
        job_id,
        person.company_id,
        after,
        items,
        weights or [1] * len(items),
    )


async def ended_items(
    transaction: Transaction, job_id: int, ended: Ended | None, after: int, most: int
) -> list[Item]:
    """The items of a job that are done, or that failed (None: both), by number, from after that one."""
    wanted = f"state = '{ended}'" if ended else "state <> 'waiting'"
    rows = await transaction.rows(
        f"select no, data from job_item where job_id = $1 and {wanted} and no > $2 order by no limit $3",
        job_id,
        after,
        most,
    )
    return [Item(row["no"], row["data"]) for row in rows]


@dataclass(frozen=True)
class Result:
    """The file with which a job ends, and what has to be said of it beside the counts."""

    name: str
    media_type: str
    content: bytes
    message: str = ""


def _as_asked(
    transaction: Transaction, person: Person, about: str, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    return asked


def switches(asked: Mapping[str, Any], *names: str) -> dict[str, bool]:
    """The options of a kind that has nothing but switches, those that were not sent being off.

    Raises Refused at each that is unknown or neither true nor false: a misspelt `check_only` would store everything.
    """
    wrong = [(name, "没有这一项，请核对名称") for name in asked if name not in names]
    wrong += [
        (name, "应为 true 或 false，不加引号")
        for name in names
        if not isinstance(asked.get(name, False), bool)
    ]
    if wrong:
        raise Refused.because(
            [
                Violation(
                    f"options/{name[:SHOWN]}", "request.shape", f"请求内容不正确：{why}", SHAPE_ADVICE, API
                )
                for name, why in wrong
            ]
        )
    return {name: asked.get(name, False) for name in names}


async def _nothing(work: Work) -> None:
    return None


@dataclass(frozen=True)
class JobKind:
    """A kind of long work, found by its name.

    `check` says before anything is stored whether the person may have this done at all, and answers what is kept of
    what was asked; `unfold` adds the items; `step` does a batch of them; `finish` makes the file, if there is one.
    From the first row that a function writes to its end no company hears of anything (`live/sequencer.py`): whatever
    waits for a child process, a file or long reading comes before.

    A step takes up to `batch` items, and of those no more than weigh `most_weight` together, but one at least: for
    kinds whose items are of very different sizes, so that no step holds up the worker's other work.

    One that is not `open` is started by its chapter alone (`JobDesk.start`, often with its items), after checks of the
    chapter's own; nobody starts it by `POST /api/jobs`.
    """

    name: str
    title: str
    step: Callable[[Work, Sequence[Item]], Awaitable[Sequence[Outcome]]]
    check: Callable[[Transaction, Person, str, Mapping[str, Any]], Mapping[str, Any]] = _as_asked
    unfold: Callable[[Work], Awaitable[None]] = _nothing
    finish: Callable[[Work], Awaitable[Result | None]] = _nothing
    batch: int = 100
    most_weight: int | None = None
    open: bool = True
    takes_file: bool = False
    once: Callable[[Mapping[str, Any]], bool] = lambda asked: (
        False
    )  # whether the same file twice is to be asked about
