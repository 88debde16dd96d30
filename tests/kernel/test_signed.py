"""What stands signed in the tables is what was signed, or `verify-signatures` says where not (PORT-05, PORT-08)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract.signatures import canonical, sign_raw, signing_input
from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.documents import signed
from singlewindow.kernel.documents.signed import Compared, Trust, differences
from tests.contract.pki import make_pki
from tests.house import House, Member
from tests.kernel.test_documents import applied
from tests.kernel.test_history import document

OF = "(select id from document where number = $1)"
SUBMISSION = f"document_id = {OF}"
DAMAGES: dict[str, tuple[str, list[str]]] = {
    "content": (
        f"update submission set content = convert_to('{{}}', 'UTF8') where {SUBMISSION}",
        ["content"],
    ),
    "action": (f"update submission set action = 'cancel' where {SUBMISSION}", ["statement"]),
    "statement": (
        f"update submission set statement = statement || '\\x20'::bytea where {SUBMISSION}",
        ["signature"],
    ),
    "signature": (
        f"update submission set signature = set_byte(signature, 9, get_byte(signature, 9) # 1) where {SUBMISSION}",
        ["signature"],
    ),
    "a certificate that is none": (
        f"update submission set certificate = '\\x00'::bytea where {SUBMISSION}",
        ["signature"],
    ),
    "signed before the card was valid": (
        f"update event set recorded_at = recorded_at - interval '50 years' where {SUBMISSION}",
        ["card"],
    ),
    "another moment": (
        f"update submission set submitted_at = submitted_at - interval '1 second' where {SUBMISSION}",
        ["moment"],
    ),
    "files forgotten": (f"update submission set attachments = '{{}}' where {SUBMISSION}", ["attachments"]),
    "a file's bytes": (
        f"update attachment set content = content || '\\x00'::bytea where {SUBMISSION}",
        ["attachment 1"],
    ),
    "a file and its digest": (
        f"update attachment set content = '\\x00', sha256 = encode(sha256('\\x00'), 'hex') where {SUBMISSION}",
        ["attachments", "attachment 1"],
    ),
    "an answer's words": (
        f"update receipt set text = '同意' || text where document_id = {OF} and seq = 2",
        ["answer 2"],
    ),
    "an answer's data": (
        f"""update receipt set data = '{{"customs_no": "1"}}' where document_id = {OF} and seq = 2""",
        ["answer 2"],
    ),
    "an answer's code": (
        f"update receipt set code = 'REFUSED' where document_id = {OF} and seq = 2",
        ["answer 2", "answer 2 missing", "answer 2 not in the history"],
    ),
    "an answer that customs never signed": (
        f"update receipt set jws = null where document_id = {OF} and seq = 1",
        ["answer 1"],
    ),
    "another answer's signature": (
        f"""update receipt r set jws = o.jws from receipt o
            where o.submission_id = r.submission_id and o.seq = 1 and r.seq = 2 and r.document_id = {OF}""",
        ["answer 2"],
    ),
    "an answer deleted": (
        f"delete from receipt where document_id = {OF} and seq = 2",
        ["answer 2 missing"],
    ),
    "the portal's word on sending deleted": (
        f"delete from receipt where document_id = {OF} and seq = 0",
        ["answer 0 missing"],
    ),
}  # fmt: skip


async def found(house: House, number: str, trust: Trust | None = None) -> list[str]:
    """What differs in this document; the others of this database are other tests'."""
    every = [each async for each in differences(house.worker, trust or Trust.of(house.pki), Compared())]
    return [each.what for each in every if each.number == number]


async def test_what_was_signed_is_found_as_it_was(house: House) -> None:
    """PORT-05: a submission with a file, and three answers."""
    number = await document(house)
    compared = Compared()
    every = [each async for each in differences(house.worker, Trust.of(house.pki), compared)]
    assert [each.what for each in every if each.number == number] == []
    assert min(compared.submissions, compared.attachments) >= 1
    assert compared.answers >= 3


@pytest.mark.parametrize("damage", DAMAGES)
async def test_what_is_changed_is_found(house: House, damage: str) -> None:
    """PORT-05, PORT-08: in the table, past the program; it is said where."""
    number = await document(house)
    statement, expected = DAMAGES[damage]
    await house.sql(statement, number)
    assert await found(house, number) == expected


async def test_an_answer_that_comes_meanwhile_is_no_difference(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-08: between the answers and the history of them."""
    _, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    read = Transaction.rows
    came: list[bool] = []

    async def interrupted(self: Transaction, sql: str, *values: object) -> list[Row]:
        if sql == signed._HEARD and not came:
            came.append(True)
            await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
        return await read(self, sql, *values)

    monkeypatch.setattr(Transaction, "rows", interrupted)
    assert (await found(house, view["number"]), came) == ([], [True])


async def test_a_training_clock_makes_no_honest_signature_wrong(house: House, clock: Any) -> None:
    """PORT-05: cards are valid and revoked in real time (decision 0019), and are judged by it."""
    number = await document(house)
    assert await found(house, number) == []


async def test_another_ca_and_another_customs_are_not_believed(house: House, tmp_path: Path) -> None:
    """PORT-05: a card's signature is worth what its CA is."""
    number = await document(house)
    own = Trust.of(house.pki)
    other = Trust.of(make_pki(tmp_path).folder)
    assert await found(house, number, Trust(other.ca, other.crl, own.customs)) == ["card"]
    assert await found(house, number, Trust(own.ca, own.crl, other.customs)) == ["answer 1", "answer 2"]


async def test_another_companys_card_signs_for_its_own_alone(house: House) -> None:
    """PORT-05: though its signature, its CA and the card's number in the statement are right."""
    number = await document(house)
    other = await house.member()
    [row] = await house.sql(f"select statement from submission where {SUBMISSION}", number)
    await sign_anew(house, number, other, canonical(json.loads(row["statement"]) | {"card": other.card_no}))
    assert await found(house, number) == ["card"]


@pytest.mark.parametrize("statement", [b"", b"[]", b"{}", b'{"attachments": 1}', b"\xff", b"[" * 100_000])
async def test_what_a_card_signed_may_be_anything(house: House, statement: bytes) -> None:
    """PORT-05: it is named, and the walk goes on."""
    number = await document(house)
    await sign_anew(house, number, await house.member(), statement)
    assert await found(house, number) == ["statement"]


async def sign_anew(house: House, number: str, member: Member, statement: bytes) -> None:
    """Put a statement that this member's card signed in place of the document's."""
    await house.sql(
        f"update submission set statement = $2, signature = $3, certificate = $4 where {SUBMISSION}",
        number, statement, sign_raw(member.key, signing_input(statement).encode()), member.certificate,
    )  # fmt: skip


async def test_the_command_tells_and_fails(house: House, tmp_path: Path) -> None:
    """PORT-08: `verify-signatures` names document, submission and part, and its exit code is 1."""
    number = await document(house)
    await house.sql(DAMAGES["content"][0], number)
    pki = tmp_path / "pki"
    shutil.copytree(house.pki, pki)
    url = house.owner_url.replace("sw_migrate", "sw_worker")
    ran = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-m", "singlewindow.kernel", "verify-signatures"],
        env={
            "SINGLEWINDOW_WORKER_DATABASE_URL": url, "SINGLEWINDOW_PKI": str(pki), "PATH": "",
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert f"{number}  submission 1  content" in ran.stdout.splitlines()
    assert ran.stdout.splitlines()[-1].endswith(" different")
