"""What the checkpoints vouch for is found changed, whoever changed it: the database's owner too (PORT-08)."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.contract import checkpoints as contract
from singlewindow.contract import key_files
from singlewindow.contract.checkpoints import (
    Book,
    BrokenCheckpoint,
    Checkpoint,
    Leaf,
    path_to,
    root_by,
    root_of,
)
from singlewindow.contract.demo_pki import create
from singlewindow.kernel import __main__ as commands
from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.documents import checkpoints, evidence
from singlewindow.kernel.documents.checkpoints import Notary
from singlewindow.kernel.documents.verification import Break, Checked, breaks
from tests.renewing import renew

MUTATIONS = int(os.environ.get("MUTATIONS", "10000"))  # of 59 kinds: what, and at which entry
ENTRIES = ("created", "submitted", "receipt", "receipt", "receipt")
FORGE = """
create function forge(mutation text, victim bigint, spot int) returns void language plpgsql as $$
declare
    entries event[];
    kept event;
begin
    select array_agg(e order by no) into entries from event e where document_id = victim;
    delete from event where document_id = victim and no >= spot;
    for place in spot .. array_length(entries, 1) loop
        kept := entries[place];
        if mutation = 'swapped' and place = spot then kept := entries[place + 1]; end if;
        if mutation = 'swapped' and place = spot + 1 then kept := entries[place - 1]; end if;
        if mutation = 'deleted' and place = spot or mutation = 'cut off' then continue; end if;
        if mutation = 'changed' and place = spot then kept.who := kept.who || '?'; end if;
        if mutation = 'other data' and place = spot then kept.data := kept.data || '{"place": 0}'; end if;
        if mutation = 'other kind' and place = spot then kept.kind := kept.kind || '?'; end if;
        if mutation = 'earlier' and place = spot then kept.at := kept.at - interval '1 second'; end if;
        if mutation = 'other status' and place = spot then kept.status := kept.status || '?'; end if;
        if mutation = 'other version' and place = spot then kept.version := kept.version + 1; end if;
        if mutation = 'written earlier' and place = spot then
            kept.recorded_at := kept.recorded_at - interval '1 second';
        end if;
        if mutation = 'added' and place = spot then
            insert into event (document_id, company_id, at, kind, who) values (victim, 0, kept.at, 'receipt', '');
        end if;
        insert into event (document_id, company_id, at, kind, who, data, status, version, recorded_at)
        values (victim, 0, kept.at, kept.kind, kept.who, kept.data, kept.status, kept.version, kept.recorded_at);
    end loop;
    update document set last_submission = (select count(*) from event where document_id = victim and kind = 'submitted')
    where id = victim;
    if mutation = 'document gone' then delete from document where id = victim; end if;
end $$
"""
"""Every mutation writes the rest of the chain anew, so that it holds: the trigger event_chain does it."""
MADE = """with made as (
        insert into document (type, number, company_id, status, content, filed_on, created_by, created_at, updated_at,
                              last_submission)
        select 'x', $2 || n, 0, 'x', '{}', now(), 0, now(), now(), ($3 and true)::int from generate_series(1, $1) n
        returning id)
    insert into event (document_id, company_id, at, kind, who, data, status, version)
    select id, 0, now(), kind, id || '', jsonb_build_object('place', place), 'x', 1
    from made, unnest($4::text[]) with ordinality as entries (kind, place) order by id, place"""


@dataclass
class Kept:
    """A database of its own, and its notary."""

    owner: asyncpg.Connection
    owning: Database  # as the tables' owner
    worker: Database
    notary: Notary

    async def make(self, count: int, name: str, *entries: str) -> None:
        await self.owner.execute(MADE, count, name, "submitted" in entries, entries)

    async def found(self) -> list[Break]:
        book, certificate = self.notary.book, self.notary.certificate
        return [each async for each in breaks(self.worker, Checked(), book, certificate)]


@pytest.fixture
async def kept(postgres: Any, portal_template: str, tmp_path: Path) -> AsyncIterator[Kept]:
    postgres.cluster.query("drop database if exists kept")
    postgres.cluster.query(f"create database kept template {portal_template} owner sw_migrate")
    pki = tmp_path / "pki"
    create(pki, tmp_path / "cards", [])
    owner = await asyncpg.connect(postgres.dsn("kept"))
    await owner.execute("truncate document, event, checkpoint cascade")
    await owner.execute("alter table event disable trigger event_live")  # nobody listens here
    worker = await Database.connect(postgres.dsn("kept", "sw_worker"), size=2)
    owning = await Database.connect(postgres.dsn("kept", "sw_migrate"), size=1)
    yield Kept(owner, owning, worker, Notary.load(tmp_path / "history", pki))
    await owning.close()
    await worker.close()
    await owner.close()


async def test_any_of_thousands_of_mutations_is_found_where_it_is(kept: Kept) -> None:
    """PORT-08: another person, content, kind, status or version, dated back, deleted, exchanged, added, cut off, gone
    with the document; the last entry by itself too: each by someone who can write in the database and makes the chain
    hold again. What was not touched is not named."""
    await kept.make(MUTATIONS, "d", *ENTRIES)
    await kept.make(50, "untouched", *ENTRIES)
    await kept.make(50, "draft", "created", "saved")
    assert await kept.notary.round(kept.worker) == MUTATIONS * 5 + 350
    assert await kept.notary.round(kept.worker) == 0
    await kept.make(50, "later", *ENTRIES)  # not yet vouched for
    chance = random.Random(1)
    kinds = (
        "changed", "other data", "other kind", "earlier", "deleted", "swapped", "added", "cut off", "document gone",
        "other status", "other version", "written earlier",
    )  # fmt: skip
    drawn = [(chance.choice(kinds), chance.randint(1, 5)) for _ in range(MUTATIONS)]
    plan = [(kind, min(at, 4) if kind == "swapped" else at) for kind, at in drawn]
    documents = await kept.owner.fetch("select id, number from document where number ~ '^d[0-9]' order by id")
    await kept.owner.execute(FORGE)
    await kept.owner.execute(
        "select forge(m, d, a) from unnest($1::text[], $2::bigint[], $3::int[]) t (m, d, a)",
        [kind for kind, _ in plan], [each["id"] for each in documents], [at for _, at in plan],
    )  # fmt: skip
    await kept.owner.execute("delete from document where number ~ '^draft'")  # which people may do
    first: dict[str, Break] = {}
    for each in await kept.found():
        first[each.number] = min(each, first.get(each.number, each), key=lambda one: one.entry)
    expected = {
        f"document {each['id']}" if kind == "document gone" else each["number"]: 2
        if kind == "document gone"
        else at
        for each, (kind, at) in zip(documents, plan, strict=True)
    }  # of a document that is gone its 申报 is named: drafts may be deleted
    assert {number: each.entry for number, each in first.items()} == expected
    assert {each.kind for each in first.values()} == {"changed", "deleted", "end missing", "row changed"}


async def test_whose_an_entry_is_is_guarded(kept: Kept) -> None:
    """PORT-08, PORT-10: a document that was given to another company, with its history or without."""
    await kept.make(3, "d", *ENTRIES)
    await kept.owner.execute("alter table event drop constraint event_document_id_company_id_fkey")
    await kept.owner.execute("update document set company_id = 7 where number = 'd1'")
    await kept.owner.execute("update document set company_id = 7 where number = 'd2'")
    await kept.owner.execute(
        "update event set company_id = 7 where document_id = (select id from document where number = 'd2')"
    )
    assert await kept.found() == [
        *(Break("d2", no, "changed") for no in range(1, 6)),
        Break("d1", 5, "row changed"),
    ]


async def test_each_column_of_an_entry_is_guarded_or_named_here(kept: Kept) -> None:
    """PORT-08: a column that comes later is thought of."""
    columns = {
        each["attname"]
        for each in await kept.owner.fetch(
            "select attname from pg_attribute where attrelid = 'event'::regclass and attnum > 0 and not attisdropped"
        )
    }
    hashed = await kept.owner.fetchval("select pg_get_functiondef('event_chain'::regproc)")
    guarded = set(re.findall(r"new\.(\w+)", hashed.partition("new.hash :=")[2]))
    assert columns - guarded == {"hash", "xid"}


async def test_entries_of_before_stay_provable(kept: Kept) -> None:
    """PORT-08: an entry's hash once covered neither status nor version nor when it was written. Such chains hold, and
    go on with entries whose hash does; evidence has the text of either. Those of before are guarded as they were."""
    now = await kept.owner.fetchval("select pg_get_functiondef('event_chain'::regproc)")
    covered = "new.data,\n                new.company_id, new.status, new.version, extract(epoch from new.recorded_at))"
    assert covered in now
    await kept.owner.execute(now.replace(covered, "new.data)"))
    await kept.make(1, "d", *ENTRIES[:3])
    await kept.owner.execute(now)
    await kept.owner.execute(
        """insert into event (document_id, company_id, at, kind, who, status, version)
           select id, 0, now(), 'receipt', '', 'x', 1 from document"""
    )
    await kept.notary.round(kept.worker)
    assert await kept.found() == []
    told = await kept.owner.fetch(
        evidence._ENTRIES, await kept.owner.fetchval("select id from document"), 9, 0
    )
    assert [sha256(each["previous"] + each["entry"].encode()).digest() for each in told] == [
        each["hash"] for each in told
    ]
    assert [len(json.loads(each["entry"])) for each in told] == [6, 6, 6, 10]
    await kept.owner.execute("update event set version = 7 where no = 2")
    assert await kept.found() == []
    await kept.owner.execute("update event set version = 7 where no = 4")
    assert await kept.found() == [Break("d1", 4, "changed")]
    await kept.owner.execute("update event set who = '?' where no = 2")
    assert await kept.found() == [Break("d1", 2, "changed"), Break("d1", 4, "changed")]


async def test_the_book_itself_is_guarded(kept: Kept) -> None:
    """PORT-08: a line or leaves that were changed, exchanged or taken out of the middle are named; a writer that was
    killed in a line, or before the table was told, leaves a book that goes on."""
    book = kept.notary.book
    for at in range(4):
        await kept.make(1, f"d{at}", *ENTRIES)
        await kept.notary.round(kept.worker)
    whole = book.folder / contract.LINES
    lines = whole.read_text().splitlines()
    assert await kept.found() == []
    forged = {
        "line taken out": (lines[:1] + lines[2:], ["checkpoint 2: not the one that followed there"]),
        "line changed": (
            [*lines[:2], _other(lines[2]), lines[3]],
            ["line 3: not a checkpoint of this portal"],
        ),
        "lines exchanged": ([lines[1], lines[0], *lines[2:]], ["checkpoint 1: not the one"]),
    }
    for what, (text, told) in forged.items():
        whole.write_text("".join(f"{line}\n" for line in text))
        found = await kept.found()
        # and it is not the book that the table knows
        assert {each.kind for each in found} == {"checkpoint broken", "checkpoint missing"}, what
        assert found[0].number.startswith(told[0]), what
    whole.write_text("".join(f"{line}\n" for line in lines))
    leaves = book.folder / "00000003.leaves"
    content = leaves.read_bytes()
    for damage, words in (
        (content[:-1], "cut off"),
        (content[:-45], "not those that were signed"),
        (None, "missing"),
    ):
        leaves.unlink() if damage is None else leaves.write_bytes(damage)
        [found_one] = await kept.found()
        assert words in found_one.number
    leaves.write_bytes(content)
    whole.write_text(whole.read_text() + "half a li")
    await kept.owner.execute("delete from checkpoint where no >= 3")
    await kept.make(1, "after", *ENTRIES)
    # for all that the database does not know to be vouched for, once more
    assert await kept.notary.round(kept.worker) == 15
    assert await kept.found() == []
    assert [row["no"] for row in await kept.owner.fetch("select no from checkpoint order by no")] == [
        1,
        2,
        3,
        4,
        5,
    ]
    whole.write_text("not signed\n")
    with pytest.raises(BrokenCheckpoint):
        await kept.notary.round(kept.worker)
    assert await kept.notary.work(kept.worker) == 0  # the loop rests a minute, as ever


async def test_a_book_that_is_not_the_one_the_database_knows(kept: Kept) -> None:
    """PORT-08: cut off at its end, moved away, another one: it is named, and nothing is vouched for, until the owner
    says that it counts; the worker cannot. Then all is vouched for anew that those checkpoints vouched for."""
    folder = kept.notary.book.folder
    other = folder.with_name("other")
    for at in range(4):
        await kept.make(1, f"d{at}", *ENTRIES)
        await kept.notary.round(kept.worker)
        if at == 1:
            kept.notary.book.copy(other)
    assert (other / contract.LINES).read_text() != (folder / contract.LINES).read_text()
    shutil.rmtree(folder)
    with pytest.raises(BrokenCheckpoint, match="knows checkpoint 4"):
        await kept.notary.round(kept.worker)
    assert await kept.found() == [Break("checkpoints 1 to 4", 0, "checkpoint missing")]
    assert not folder.exists(), "nothing is written into the wrong folder"
    other.rename(folder)  # restored: the table is ahead of it
    assert await kept.notary.work(kept.worker) == 0
    assert await kept.found() == [Break("checkpoints 3 to 4", 0, "checkpoint missing")]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await checkpoints.accept(kept.worker, kept.notary.book)
    assert await checkpoints.accept(kept.owning, kept.notary.book) == 3
    assert await checkpoints.accept(kept.owning, kept.notary.book) == 0
    await kept.make(1, "after", *ENTRIES)
    assert await kept.notary.round(kept.worker) == 15
    assert await kept.notary.round(kept.worker) == 0
    assert await kept.found() == []
    await kept.owner.execute(
        "update checkpoint set line = line || '?' where no = 2"
    )  # as earlier releases left it
    assert await kept.found() == [Break("checkpoint 2", 0, "checkpoint missing")]
    shutil.rmtree(folder)  # moved away, to begin anew
    assert await checkpoints.accept(kept.owning, kept.notary.book) == 1
    older = "update event set recorded_at = recorded_at - interval '{} minutes' where no < 3"
    await kept.owner.execute(older.format(6))
    assert await checkpoints.late(kept.worker) == 10
    assert await kept.notary.round(kept.worker) == 25
    assert await checkpoints.late(kept.worker) == 0
    await kept.owner.execute(older.format(-6))
    assert await kept.found() == []


async def test_a_key_that_must_not_count_any_more(
    kept: Kept, postgres: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CUST-05, PORT-08: stolen, say; its certificate is taken out. Nothing is vouched for, and it is said why, until
    the owner begins a new book; then all is vouched for with the present key, what was before too."""
    monkeypatch.setattr(key_files, "LOOK_SECONDS", 0.0)
    book, pki = kept.notary.book, kept.notary.book.folder.parent / "pki"
    kept.notary = Notary.load(book.folder, pki)
    await kept.make(2, "before", *ENTRIES)
    assert await kept.notary.round(kept.worker) == 10
    renew(pki, "portal-signing")
    await kept.make(1, "after", *ENTRIES)
    with pytest.raises(BrokenCheckpoint, match=contract.UNKNOWN):
        await kept.notary.round(kept.worker)
    [broken] = await kept.found()
    assert (broken.kind, broken.number.endswith(contract.UNKNOWN)) == ("checkpoint broken", True)
    monkeypatch.setattr(commands, "settings", lambda: SimpleNamespace(history=book.folder, pki_folder=pki))
    assert await commands._verify_history(postgres.dsn("kept", "sw_worker")) == 1
    assert "If that key must not count any more" in capsys.readouterr().out
    assert await checkpoints.accept(kept.owning, book) == 0  # it is the one that the database knows
    shutil.move(book.folder, book.folder.with_name("kept"))
    assert await checkpoints.accept(kept.owning, book) == 1
    assert await kept.notary.round(kept.worker) == 15
    assert await kept.found() == []


async def test_a_moment_that_a_restore_took_back_leaves_no_gap(kept: Kept) -> None:
    """PORT-08: the database goes back, the folder stays and tells of a time that is no more: when transaction ids have
    come past its end, what was written meanwhile is vouched for all the same."""
    await kept.make(1, "before", *ENTRIES)
    await kept.notary.round(kept.worker)
    await kept.make(1, "gone", *ENTRIES)
    await kept.notary.round(kept.worker)
    await kept.owner.execute("delete from checkpoint where no = 2")
    await kept.owner.execute("delete from document where number like 'gone%'")
    await kept.make(1, "instead", *ENTRIES)
    await kept.owner.execute(
        """update event set xid = (select next from checkpoint)
           where document_id = (select id from document where number like 'instead%')"""
    )
    assert await kept.notary.round(kept.worker) == 5
    assert {(each.entry, each.kind) for each in await kept.found()} == {(2, "deleted")}


def test_a_copy_of_a_book_that_is_written_meanwhile_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-03: with each file that is copied another checkpoint comes; of those in the copy none lacks its leaves."""
    create(tmp_path / "pki", tmp_path / "cards", [])
    notary, lines, copy = Notary.load(tmp_path / "history", tmp_path / "pki"), [""], shutil.copy2

    def write() -> None:
        leaves = [Leaf(1, len(lines), False, bytes(32)).encode()]
        root, previous = root_of(leaves).hex(), contract.digest_of(lines[-1])
        checkpoint = Checkpoint(len(lines), 1, 1, 1, root, previous, 1, 2, "1", "")
        lines.append(notary.book.add(checkpoint, leaves, notary.key))

    def copied(file: Path, to: Path) -> Any:
        done = copy(file, to)
        write()
        return done

    write()
    monkeypatch.setattr(shutil, "copy2", copied)
    notary.book.copy(tmp_path / "copy")
    found = list(contract.walk(Book(tmp_path / "copy"), notary.certificate))
    assert found
    assert not any(isinstance(each, BrokenCheckpoint) for each in found)


def _other(line: str) -> str:
    """The same with another character in what is signed."""
    return f"{line[:90]}{'A' if line[90] != 'A' else 'B'}{line[91:]}"


async def test_what_commits_late_is_vouched_for_later_and_in_portions(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-08: an entry whose transaction is still open is in a later checkpoint, never in none; portions of a round
    that was killed between them are begun anew; another cluster's transaction ids count for nothing."""
    monkeypatch.setattr(checkpoints, "MOST", 4)
    for name in ("_SINCE", "_EVER"):
        monkeypatch.setattr(checkpoints, name, getattr(checkpoints, name).replace("limit 65536", "limit 4"))
    late = kept.owner.transaction()
    await late.start()
    await kept.make(1, "late", *ENTRIES)
    async with kept.worker.transaction() as transaction:
        await transaction.run("select pg_current_xact_id()")
    assert await kept.notary.round(kept.worker) == 0
    await late.commit()
    add = Book.add
    monkeypatch.setattr(
        Book, "add", lambda book, new, *rest: add(book, new, *rest) if new.no == 1 else _killed()
    )
    with pytest.raises(RuntimeError):
        await kept.notary.round(kept.worker)
    monkeypatch.setattr(Book, "add", add)
    assert await kept.notary.round(kept.worker) == 5
    assert await kept.found() == []
    monkeypatch.setattr(checkpoints, "_PLACE", checkpoints._PLACE.replace("system_identifier", "1::bigint"))
    assert await kept.notary.round(kept.worker) == 5
    assert await kept.notary.round(kept.worker) == 0
    assert await kept.found() == []


def _killed() -> str:
    raise RuntimeError


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=40), st.data())
def test_each_leaf_leads_to_the_root_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    """RFC 6962, 2.1: by its path a leaf leads to the root; another leaf or another path does not."""
    at = data.draw(st.integers(0, len(leaves) - 1))
    root, path = root_of(leaves), path_to(leaves, at)
    assert root_by(leaves[at], path) == root
    assert root_by(leaves[at] + b"x", path) != root
    if path:
        assert root_by(leaves[at], path[1:]) != root


def test_the_tree_is_that_of_the_rfc() -> None:
    """The examples of the reference implementation of RFC 6962 (certificate-transparency, merkle_tree_test)."""
    leaves = [bytes.fromhex(each) for each in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )]  # fmt: skip
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {count: root_of(leaves[:count]).hex() for count in roots} == roots
    assert Book(Path("/nowhere")).last_line() == ""
