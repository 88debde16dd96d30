"""Customs' numbers after a restore: none that was given is given to another document (OPER-03, decision 0070)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from singlewindow.customs import numbers
from singlewindow.customs.numbers import next_serials, skip_numbers
from singlewindow.customs.problems import NotInThisState
from tests.customs.conftest import Customs

NEW_YEAR = date(2026, 1, 1)
SERIES: tuple[tuple[str, date | None, int], ...] = (
    ("2233", None, 6),  # 海关审核编号
    ("declaration/5301", None, 6),
    ("no/X530126", NEW_YEAR, 5),  # 备案分册海关编号
    ("no/53012026I", NEW_YEAR, 9),  # 清单海关编号
    ("no/530120261", NEW_YEAR, 8),  # 报关单号, above its first
)


async def give(customs: Customs, count: int) -> list[list[int]]:
    """The next numbers of all series."""
    async with customs.database.transaction() as transaction:
        return [list(await next_serials(transaction, name, count, since)) for name, since, _ in SERIES]


async def at(customs: Customs, day: int) -> None:
    async with customs.database.transaction() as transaction:
        await transaction.run("update clock set frozen = $1", datetime(2026, 11, day, 4, tzinfo=UTC))


async def restore(
    customs: Customs, kept: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, timeline: int
) -> None:
    """What a restore to the moment of `kept` does; `timeline` counts the restores, as PostgreSQL does."""
    async with customs.database.transaction() as transaction:
        await transaction.run("delete from serial")
        await transaction.copy("serial", ("district", "day", "last"), kept)
        monkeypatch.setattr(numbers, "RESTORES", str(timeline))
        await skip_numbers(transaction)


@pytest.mark.parametrize("before", [0, 7])
async def test_after_a_restore_no_number_is_given_twice(
    customs: Customs, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """OPER-03: neither one of the life that is lost, nor one of a life after another restore to the same moment or to a
    later one; series that the moment did not know are no exception, and all of it fits into their digits."""
    await at(customs, 28)
    given: list[set[int]] = [set() for _ in SERIES]

    async def live() -> None:
        for known, now, (name, _, digits) in zip(given, await give(customs, 300), SERIES, strict=True):
            assert not known & set(now), name
            known |= set(now)
            assert len(str(max(now))) <= digits

    if before:
        await give(customs, before)
    first = await customs.rows("select * from serial")
    await live()
    await restore(customs, first, monkeypatch, 1)
    await live()
    await restore(customs, first, monkeypatch, 2)
    await live()
    later = await customs.rows("select * from serial")
    await live()
    for timeline in range(3, 20):
        await restore(customs, later, monkeypatch, timeline)
        await live()


async def test_a_later_day_begins_with_the_first_number(
    customs: Customs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-03, CUST-05: however often and long ago was restored, a day has room for its numbers; a year goes on."""
    await at(customs, 27)
    await give(customs, 5)
    for timeline in (50, 51, 52):
        await restore(customs, await customs.rows("select * from serial"), monkeypatch, timeline)
    await at(customs, 28)
    firsts = [first for [first] in await give(customs, 1)]
    assert firsts[:2] == [1, 1]
    assert min(firsts[2:]) > 40 * 2_000
    assert firsts[2] <= 99_999


@pytest.mark.parametrize(
    ("series", "since", "digits"), [each for each in SERIES if each[0] != "no/530120261"]
)
async def test_a_series_ends_where_its_digits_do(
    customs: Customs, series: str, since: date | None, digits: int
) -> None:
    """CUST-05: the last number is given, and after it none of another shape; a restore skips no further than that."""
    await at(customs, 28)
    last = 10**digits - 1
    async with customs.database.transaction() as transaction:
        await next_serials(transaction, series, last - 1, since)
        assert list(await next_serials(transaction, series, 1, since)) == [last]
    with pytest.raises(NotInThisState, match="的编号已用完"):
        async with customs.database.transaction() as transaction:
            await next_serials(transaction, series, 1, since)
    async with customs.database.transaction() as transaction:
        await skip_numbers(transaction)
    assert await customs.value("select last from serial where district = $1", series) == last


async def test_a_series_that_is_just_begun_goes_on_beyond_too(customs: Customs) -> None:
    """OPER-03: numbers are skipped while everything runs; what gives a series' first number meanwhile is waited for."""
    await at(customs, 28)
    async with customs.database.transaction() as giving:
        assert list(await next_serials(giving, "5301", 1)) == [1]

        async def skip() -> None:
            async with customs.database.transaction() as transaction:
                await skip_numbers(transaction)

        skipping = asyncio.create_task(skip())
        assert not (await asyncio.wait({skipping}, timeout=0.3))[0]
    await skipping
    async with customs.database.transaction() as transaction:
        assert list(await next_serials(transaction, "5301", 1)) == [20_002]
