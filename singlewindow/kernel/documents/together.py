"""Many verdicts with few queries: look-ups that many coroutines make at the same moment become one query.

A batch of documents is judged by as many coroutines, each of which runs the very function that judges one document.
They run until each of them waits for the database; then what they asked is asked once, and each gets its rows.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from singlewindow.kernel.database.connection import Row, Transaction

Key = tuple[Any, ...]
Question = tuple[str, tuple[object, ...]]
"""A query and what it is asked besides the keys."""


@dataclass
class _Asked:
    """Who waits for the rows of which keys."""

    waiting: list[tuple[Collection[Key], asyncio.Future[list[Row]]]] = field(default_factory=list)


class Together(Transaction):
    """The transaction of a batch whose coroutines run at once. Statements that are no look-ups go one by one."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction._connection, transaction.now, transaction.actor, transaction.codes)
        self._one_at_a_time = asyncio.Lock()
        self._asked: dict[Question, _Asked] = defaultdict(_Asked)
        self._task: asyncio.Task[None] | None = None

    async def look_up(self, sql: str, keys: Collection[Key], *more: object) -> list[Row]:
        """As `Transaction.look_up`, together with everybody who asks the same at this moment."""
        future: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()
        self._asked[sql, more].waiting.append((keys, future))
        if self._task is None:
            self._task = asyncio.create_task(self._answer())  # begins when all the others have run and wait
        return await future

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """As `Transaction.rows`."""
        async with self._one_at_a_time:
            return await super().rows(sql, *values)

    async def row(self, sql: str, *values: object) -> Row | None:
        """As `Transaction.row`."""
        async with self._one_at_a_time:
            return await super().row(sql, *values)

    async def value(self, sql: str, *values: object) -> Any:
        """As `Transaction.value`."""
        async with self._one_at_a_time:
            return await super().value(sql, *values)

    async def run(self, sql: str, *values: object) -> None:
        """As `Transaction.run`."""
        async with self._one_at_a_time:
            await super().run(sql, *values)

    async def _answer(self) -> None:
        asked, self._asked, self._task = self._asked, defaultdict(_Asked), None
        for question, each in asked.items():
            try:
                await self._ask(question, each)
            except BaseException as error:
                for _, future in each.waiting:
                    if not future.done():
                        future.set_exception(error)
                if not isinstance(error, Exception):
                    raise

    async def _ask(self, question: Question, asked: _Asked) -> None:
        sql, more = question
        keys = list(dict.fromkeys(key for wanted, _ in asked.waiting for key in wanted))
        found: dict[Key, list[Row]] = defaultdict(list)
        for row in await self.rows(sql, *([list(column) for column in zip(*keys, strict=True)]), *more):
            found[tuple(row)[: len(keys[0])]].append(row)
        for wanted, future in asked.waiting:
            if not future.done():
                future.set_result([row for key in dict.fromkeys(wanted) for row in found.get(key, ())])
