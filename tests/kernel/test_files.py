"""Files of a whole company: read by all of it and nobody else, until a moment of the business clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.exchange import worker
from singlewindow.kernel.exchange.worker import sweep
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import FileFacts, NewFile
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound, TooMany
from tests.fences import FENCES, leave_standing
from tests.house import House
from tests.kernel.jobs import start
from tests.kernel.test_acts import person_of

GIVEN = [NewFile(f"标签 {n}.pdf", "application/pdf", b"%PDF" + bytes([n]) * n) for n in range(1, 4)]
MONTH = timedelta(days=30)


async def kept(house: House, person: Person, until: timedelta = MONTH) -> list[FileFacts]:
    async with house.web.transaction(person.actor) as transaction:
        return await files.store_for_company(transaction, person, GIVEN, transaction.now + until)


async def read(database: Database, person: Person, ids: list[int]) -> set[int]:
    async with database.transaction(person.actor) as transaction:
        return set(await files.get_many(transaction, person, ids))


async def test_the_whole_company_reads_them(house: House) -> None:
    """PRNT-05: a colleague gets the same bytes; they come back in the order in which they were given."""
    owner = await house.member()
    colleague = await house.member(owner.customs_code)
    stored = await kept(house, await person_of(house, owner))
    assert [facts.name for facts in stored] == [each.name for each in GIVEN]
    person = await person_of(house, colleague)
    async with house.web.transaction(person.actor) as transaction:
        found = await files.get_many(transaction, person, [facts.id for facts in stored])
        one = await files.get(transaction, person, stored[2].id)
    assert [found[facts.id].content for facts in stored] == [each.content for each in GIVEN]
    assert one == found[stored[2].id]


@pytest.mark.parametrize("fences", FENCES)
async def test_another_company_does_not(house: House, fences: str) -> None:
    """PORT-10: a foreign file answers as an absent one, with either fence alone."""
    owner, stranger = await house.member(), await house.member()
    stored = await kept(house, await person_of(house, owner))
    person = await person_of(house, stranger)
    leave_standing(house, fences)
    database = house.app.state.database
    assert await read(database, person, [facts.id for facts in stored]) == set()
    words = []
    for id in (stored[0].id, 2**40):
        async with database.transaction(person.actor) as transaction:
            with pytest.raises(NotFound) as absent:
                await files.get(transaction, person, id)
            words.append(absent.value.detail)
    assert words[0] == words[1]


@pytest.mark.parametrize("fences", ["both", "the application alone"])
async def test_an_accounts_own_file_stays_its_own(house: House, fences: str) -> None:
    """GATE-11: what one person handed in is not read by a colleague, begins none of his jobs and takes none of his
    room."""
    owner = await house.member()
    person = await person_of(house, owner)
    colleague = await person_of(house, await house.member(owner.customs_code))
    async with house.web.transaction(person.actor) as transaction:
        facts = await files.store(transaction, person, "a.xlsx", files.XLSX, b"x", timedelta(days=1))
    leave_standing(house, fences)
    database = house.app.state.database
    assert await read(database, person, [facts.id]) == {facts.id}
    assert await read(database, colleague, [facts.id]) == set()
    async with database.transaction(colleague.actor) as transaction:
        assert await files.find_facts(transaction, colleague, facts.id) is None
        await files.check_room(transaction, colleague, 1, 1)
    async with database.transaction(person.actor) as transaction:
        assert await files.find_facts(transaction, person, facts.id) == facts
        await files.check_room(transaction, person, 1, 2)
        with pytest.raises(TooMany):
            await files.check_room(transaction, person, 2, 2)


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 3500])
async def test_a_file_is_sent_in_pieces(house: House, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """PORT-10: whatever its size, no more than a piece of it is in memory, and all of it comes."""
    monkeypatch.setattr(files, "PIECE", 1000)
    person = await person_of(house, await house.member())
    content = bytes(at % 251 for at in range(size))
    async with house.web.transaction(person.actor) as transaction:
        facts = await files.store(transaction, person, "a.xlsx", files.XLSX, content, timedelta(days=1))
        begun = await files.begin(transaction, person, facts.id)
    assert (begun.name, begun.media_type, begun.size, len(begun.beginning)) == (
        "a.xlsx", files.XLSX, size, min(size, 1000),
    )  # fmt: skip
    sent = [piece async for piece in files.pieces(house.web, person, begun)]
    assert (b"".join(sent), max(map(len, sent))) == (content, min(size, 1000))


@pytest.mark.parametrize("fences", FENCES)
async def test_another_company_has_neither_its_beginning_nor_a_further_piece(
    house: House, monkeypatch: pytest.MonkeyPatch, fences: str
) -> None:
    """PORT-10: each piece is asked for as its reader's own, with either fence alone."""
    monkeypatch.setattr(files, "PIECE", 2)
    owner = await person_of(house, await house.member())
    stranger = await person_of(house, await house.member())
    _, _, facts = await kept(house, owner)
    async with house.web.transaction(owner.actor) as transaction:
        begun = await files.begin(transaction, owner, facts.id)
    leave_standing(house, fences)
    database: Database = house.app.state.database
    async with database.transaction(stranger.actor) as transaction:
        with pytest.raises(NotFound):
            await files.begin(transaction, stranger, facts.id)
    sent = files.pieces(database, stranger, begun)
    assert await anext(sent) == begun.beginning
    with pytest.raises(NotFound):
        await anext(sent)


async def test_a_file_that_is_swept_while_it_is_sent_is_not_taken_for_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-08: what has expired since it was begun still comes; what is gone ends in an error."""
    monkeypatch.setattr(files, "PIECE", 2)
    person = await person_of(house, await house.member())
    async with house.web.transaction(person.actor) as transaction:
        facts = await files.store(transaction, person, "a", files.XLSX, b"abcdef", timedelta(days=1))
        begun = await files.begin(transaction, person, facts.id)
    sent = files.pieces(house.web, person, begun)
    await house.sql("update file set expires_at = now() - interval '1 second' where id = $1", facts.id)
    assert [await anext(sent), await anext(sent)] == [b"ab", b"cd"]
    await house.sql("delete from file where id = $1", facts.id)
    with pytest.raises(NotFound):
        await anext(sent)


async def test_no_job_is_started_with_a_companys_file(house: House) -> None:
    """PORT-06: who may not enter the chapter that keeps it does not come to it by an import either."""
    member = await house.member()
    [facts, *_] = await kept(house, await person_of(house, member))
    answers = [await start(member, id) for id in (facts.id, 2**40)]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_they_do_not_count_against_the_accounts_room(house: House) -> None:
    person = await person_of(house, await house.member())
    await kept(house, person)
    async with house.web.transaction(person.actor) as transaction:
        await files.check_room(transaction, person, 10, 10)


async def test_they_end_by_the_business_clock_and_are_swept(house: House) -> None:
    """PRNT-08: a day before the end they are read; when the clock has passed it they are gone, then their rows too."""
    person = await person_of(house, await house.member())
    ids = [facts.id for facts in await kept(house, person)]
    later = [facts.id for facts in await kept(house, person, MONTH * 2)]
    try:
        await house.sql("update clock set shift = interval '29 days'")
        await sweep(house.worker)
        assert await read(house.web, person, ids) == set(ids)
        await house.sql("update clock set shift = interval '30 days 1 minute'")
        assert await read(house.web, person, ids + later) == set(later)
        await sweep(house.worker)
    finally:
        await house.sql("update clock set shift = interval '0'")
    left = await house.sql("select id from file where id = any($1)", ids + later)
    assert {row["id"] for row in left} == set(later)


async def test_the_sweeper_takes_many_in_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day's files may be more than one statement has time for; those of the business clock go in several."""
    monkeypatch.setattr(worker, "FILES_AT_ONCE", 2)
    person = await person_of(house, await house.member())
    ids = [facts.id for facts in [*await kept(house, person, -MONTH), *await kept(house, person, -MONTH)]]
    assert len(ids) == 6
    await sweep(house.worker)
    assert not await house.sql("select from file where id = any($1)", ids)
