"""The history is only added to, and what was done to it behind the program's back is found (PORT-08)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from singlewindow.kernel.documents import verification
from singlewindow.kernel.documents.verification import Checked, breaks
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference

ENTRY = "document_id = (select id from document where number = $1)"


async def document(house: House) -> str:
    """A document with six entries: created, uploaded, submitted, and three receipts."""
    _member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(
        house.customs.receipt(submission, 1, "RECEIVED"), house.customs.receipt(submission, 2, "APPROVED")
    )
    number: str = view["number"]
    return number


async def found(house: House, number: str) -> list[tuple[int, str]]:
    """The breaks of this document; the others' of this database are other tests'."""
    every = [each async for each in breaks(house.worker, Checked())]
    return [(each.entry, each.kind) for each in every if each.number == number]


DAMAGES: dict[str, tuple[tuple[str, ...], list[tuple[int, str]]]] = {
    "content changed": ((f"update event set who = '别人' where {ENTRY} and no = 3",), [(3, "changed")]),
    "time changed": (
        (f"update event set at = at - interval '1 microsecond' where {ENTRY} and no = 6",),
        [(6, "changed")],
    ),
    "status after it changed": (
        (f"update event set status = 'DRAFT' where {ENTRY} and no = 5",),
        [(5, "changed")],
    ),
    "version after it changed": (
        (f"update event set version = version + 1 where {ENTRY} and no = 3",),
        [(3, "changed")],
    ),
    "time of writing changed": (
        (f"update event set recorded_at = recorded_at - interval '1 microsecond' where {ENTRY} and no = 4",),
        [(4, "changed")],
    ),
    "the document's own status changed": (
        ("update document set status = 'DRAFT' where number = $1",),
        [(6, "row changed")],
    ),
    "the document's own version changed": (
        ("update document set version = version + 1 where number = $1",),
        [(6, "row changed")],
    ),
    "its status and version read together as before": (
        (f"update event set status = '10', version = 4 where {ENTRY} and no = 6",
         f"""update event e set hash = sha256(previous || convert_to(jsonb_build_array(
                 document_id, no, extract(epoch from at), kind, who, data, company_id, status,
                 version, extract(epoch from recorded_at))::text, 'UTF8'))
             where {ENTRY} and no = 6""",
         "update document set status = '0', version = 41 where number = $1"),
        [(6, "row changed")],
    ),
    "answers cut off, the status left": (
        (f"delete from event where {ENTRY} and no > 4",),
        [(4, "row changed")],
    ),
    "hash changed": ((f"update event set hash = sha256('x') where {ENTRY} and no = 2",), [(2, "changed")]),
    "changed with a new hash": (
        (f"""update event e set who = '别人', hash = sha256(previous || convert_to(jsonb_build_array(
                 document_id, no, extract(epoch from at), kind, '别人', data, company_id, status,
                 version, extract(epoch from recorded_at))::text, 'UTF8'))
             where {ENTRY} and no = 4""",),
        [(4, "changed")],
    ),
    "changed with a new hash of the former kind": (
        (f"""update event e set who = '别人', hash = sha256(previous || convert_to(jsonb_build_array(
                 document_id, no, extract(epoch from at), kind, '别人', data)::text, 'UTF8'))
             where {ENTRY} and no = 4""",),
        [(4, "changed")],
    ),
    "deleted in the middle": ((f"delete from event where {ENTRY} and no = 4",), [(4, "deleted")]),
    "the first deleted": ((f"delete from event where {ENTRY} and no = 1",), [(1, "deleted")]),
    "two exchanged": (
        (
            f"update event set no = 99 where {ENTRY} and no = 4",
            f"update event set no = 4 where {ENTRY} and no = 5",
            f"update event set no = 5 where {ENTRY} and no = 99",
        ),
        [(4, "reordered"), (5, "reordered")],
    ),
    "the end deleted": ((f"delete from event where {ENTRY} and no > 2",), [(3, "end missing")]),
    "all deleted": ((f"delete from event where {ENTRY}",), [(1, "end missing")]),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damage_is_found_where_it_is(house: House, damage: str) -> None:
    """PORT-08: also what the tables' owner does is found: changed, deleted, reordered."""
    number = await document(house)
    assert await found(house, number) == []
    statements, expected = DAMAGES[damage]
    for statement in statements:
        await house.sql(statement, number)
    assert await found(house, number) == expected


async def test_it_walks_in_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-08: a chain that goes over the end of a batch is one chain; everything is counted."""
    number = await document(house)
    for name in ("_ENTRIES", "_DOCUMENTS"):
        sql = getattr(verification, name)
        monkeypatch.setattr(verification, name, sql.replace(f"limit {verification.BATCH}", "limit 4"))
    monkeypatch.setattr(verification, "BATCH", 4)
    checked = Checked()
    every = [each async for each in breaks(house.worker, checked)]
    counts = (
        await house.sql("select (select count(*) from event) as e, (select count(*) from document) as d")
    )[0]
    assert (checked.entries, checked.documents) == (counts["e"], counts["d"])
    assert number not in [each.number for each in every]


async def test_the_web_role_cannot_touch_what_is_written(house: House) -> None:
    """PORT-08: portal and worker may add entries, and nothing else."""
    for database in (house.web, house.worker):
        for statement in ("update event set who = 'x'", "delete from event"):
            with pytest.raises(Exception, match="permission denied"):
                async with database.transaction() as transaction:
                    await transaction.run(statement)


async def test_the_command_tells_and_fails(house: House) -> None:
    """PORT-08: `verify-history` names document, entry and kind, and its exit code is 1."""
    number = await document(house)
    await house.sql(f"update event set who = '别人' where {ENTRY} and no = 3", number)
    url = house.owner_url.replace("sw_migrate", "sw_worker")
    ran = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-m", "singlewindow.kernel", "verify-history"],
        env={"SINGLEWINDOW_WORKER_DATABASE_URL": url, "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert f"{number}  entry 3  changed" in ran.stdout
    assert " broken" in ran.stdout.splitlines()[-1]


async def test_the_history_is_told_in_words(house: House) -> None:
    """PORT-08: who did what, and when, in the words of the screen."""
    member: Member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    view = (await member.upload(TYPE, view["number"], "1")).json()
    await member.apply(TYPE, view)
    await house.send()
    answer = await member.http.get(f"/api/documents/{TYPE}/{view['number']}/history")
    items: list[dict[str, Any]] = answer.json()["items"]
    assert [each["text"] for each in items] == [
        "首次暂存", "上传随附单据：1 申请书", f"申报（卡号 {member.card_no}）", "回执：发往海关成功",
    ]  # fmt: skip
    assert [each["who"] for each in items][-1] == "单一窗口"
