"""The three documents whose whole way is measured, and what their ways have in common."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.sides import Side
from benchmarks.work import HEAVY, LIGHT, TRIP, Person


@dataclass(frozen=True)
class Form:
    """A document type: its route, the signed action, and how its way ends when customs agree."""

    path: str
    type: str
    action: str = "apply"
    version: int = 1  # when it is signed
    codes: tuple[str, ...] = ("APPROVED", "REFUSED")  # of the last receipt
    status: str = "4"

    async def prepare(self, person: Person, number: str) -> bytes:
        """What the card shall sign."""
        return await person.prepare(self.path, number, self.version, self.action)

    async def submit(self, person: Person, number: str, prepared: bytes) -> None:
        """Sign and submit."""
        await person.submit(self.path, number, prepared)

    async def apply(self, person: Person, number: str) -> None:
        """Both."""
        await self.submit(person, number, await self.prepare(person, number))


HEAVY_FORM = Form(HEAVY, "_load")
TRIP_FORM = Form(TRIP, "gate.trip", "declare", 1, ("10", "20"), "10")
LIGHT_FORM = Form(LIGHT, "inspection.declaration", version=2)
Save = Callable[[Person], Awaitable[str]]
SETTLED_SECONDS = 2.0  # by then no transaction that wrote a receipt is still open


class Granted:
    """How many documents of a type have had their last receipt applied, which leads to the status that customs' consent
    leads to. That is where a flow ends: what the page shows then is final."""

    def __init__(self, owner: Side, form: Form) -> None:
        self._owner = owner
        self._form = form
        self._from = 0
        self.count = 0

    async def begin(self) -> None:
        """Count from here."""
        self._from, self.count = await self._newest(), 0

    async def look(self) -> int:
        """Count all now."""
        self.count = await self._between(self._from)
        return self.count

    async def watch(self) -> None:
        """Count five times a second. What is older than two seconds is counted once and not again: to count thousands
        each time would be work that is measured."""
        settled, low, marks = 0, self._from, deque([(time.monotonic(), self._from)])
        while True:
            while marks[0][0] < time.monotonic() - SETTLED_SECONDS:
                _, mark = marks.popleft()
                settled, low = settled + await self._between(low, mark), mark
            self.count = settled + await self._between(low)
            marks.append((time.monotonic(), await self._newest()))
            await asyncio.sleep(0.2)

    async def _newest(self) -> int:
        return int(await self._owner.fetchval("select coalesce(max(id), 0) from receipt"))

    async def _between(self, after: int, until: int = 2**62) -> int:
        counted = await self._owner.fetchval(
            """select count(*) from receipt r join document d on d.id = r.document_id
               where r.id > $1 and r.id <= $2 and r.code = any($3) and d.type = $4 and d.status = $5""",
            after,
            until,
            list(self._form.codes),
            self._form.type,
            self._form.status,
        )
        return int(counted)
