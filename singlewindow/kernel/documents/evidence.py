"""The evidence file of one document: everything by which others can check it without the portal (PORT-08).

A zip archive with what the company signed, byte for byte, customs' signed answers, the history with the place of each
entry in a signed checkpoint (`checkpoints.py`), and the certificates. `examples/verify_evidence.py` checks it with the
certificates that its user trusts; the format is described in docs/evidence.md.
"""

from __future__ import annotations

import asyncio
import base64
import json
from bisect import bisect_left
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from singlewindow.contract.checkpoints import Book, BrokenCheckpoint, Leaf, path_to, vouches
from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.history import HASH, HASHED
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.work import Desk
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Forbidden, Refused, Violation

FORMAT = "singlewindow-evidence/1"
MAIN = "evidence.json"
CERTIFICATES = ("ca.pem", "crl.pem", "customs-signing.pem", "portal-signing.pem")
MOST = 100_000  # submissions, answers or entries; more than any document has
PAGE = 2_000  # of them in one look at the database
READ_ME = """本文件是单据 {number} 的证据文件：企业签名的内容、海关签名的回执、操作记录及其存证，脱离本系统也能核验。
核验 To check: python verify_evidence.py {number}.zip --trust FOLDER
FOLDER 内有 ca.pem、crl.pem、customs-signing.pem、portal-signing.pem，须从可信途径取得，不要用本文件内的。
This is the evidence of document {number}: what was signed, what customs answered, and its history. FOLDER holds the
certificates that you trust, got from their owners and not out of this file.
"""


@dataclass(frozen=True)
class Evidence:
    """What was read at once; the attachments' bytes are read while the archive is on its way."""

    document: Document
    main: Mapping[str, Any]
    contents: Mapping[str, bytes]
    attachments: Sequence[str]  # their digests


async def gather(desk: Desk, number: str, book: Book) -> Evidence:
    """Everything but the attachments' bytes and the certificates. The desk's transaction is a snapshot: an answer that
    came in between would stand in the history alone, and the file would not hold for ever.

    Raises NotFound for absent and foreign documents alike, Forbidden for a party that does not file the document.
    """
    transaction = desk.transaction
    document = await store.get_document(transaction, desk.type, number)
    if document.company_id != desk.person.company_id:
        raise Forbidden("证据文件由申报单位下载，本企业不是该单据的申报单位")
    submissions = await _submissions(transaction, document)
    answers = await _answers(transaction, document)
    attachments = await _attachments(
        transaction, document, {n for row in submissions for n in row["attachments"]}
    )
    history, lines = await _history(transaction, document, book)
    main = {
        "format": FORMAT,
        "type": document.type,
        "title": desk.type.title,
        "number": document.number,
        "company": desk.person.customs_code,
        "company_name": desk.person.company_name,
        "made_at": transaction.now.isoformat(),
        "submissions": [_submission(row, attachments, answers.get(row["id"], [])) for row in submissions],
        "history": history,
        "checkpoints": lines,
    }
    contents = {f"content {row['sequence']}.json": bytes(row["content"]) for row in submissions}
    digests = list(dict.fromkeys(each["sha256"] for each in attachments.values()))
    return Evidence(document, main, contents, digests)


async def parts(
    database: Database, person: Person, evidence: Evidence, pki: Path
) -> AsyncIterator[tuple[str, bytes]]:
    """Name and bytes of each part of the archive, one attachment at a time."""
    number = evidence.document.number
    yield MAIN, json.dumps(evidence.main, ensure_ascii=False, indent=1).encode()
    yield "README.txt", READ_ME.format(number=number).encode()
    for name in CERTIFICATES:
        yield f"certificate {name}", await asyncio.to_thread((pki / name).read_bytes)
    for name, content in evidence.contents.items():
        yield name, content
    for digest in evidence.attachments:
        async with database.transaction(person.actor) as transaction:
            content = await transaction.value(_FILE, evidence.document.id, digest)
        yield f"attachment {digest}.pdf", content


_FILE = "select content from attachment where document_id = $1 and sha256 = $2 limit 1"
_SUBMISSIONS = """
    select id, sequence, action, content, statement, signature, certificate, submitted_at, attachments
    from submission where document_id = $1 order by sequence limit $2 offset $3"""
_ANSWERS = """
    select submission_id, seq, code, text, at, jws from receipt where document_id = $1
    order by id limit $2 offset $3"""


async def _all(transaction: Transaction, statement: str, document: Document) -> list[Row]:
    """All rows of a document. Raises Refused for more than a file is made of: none is left out without a word."""
    rows: list[Row] = []
    while page := await transaction.rows(statement, document.id, PAGE, len(rows)):
        rows += page
        if len(rows) > MOST:
            words, advice = f"单据的记录超过 {MOST:,} 条，不能做成一个证据文件", "请联系维护人员另行取证"
            raise Refused.because(
                [Violation("", "evidence.size", words, advice, "证据文件说明 docs/evidence.md")]
            )
        if len(page) < PAGE:
            break
    return rows


async def _submissions(transaction: Transaction, document: Document) -> list[Row]:
    return await _all(transaction, _SUBMISSIONS, document)


async def _attachments(
    transaction: Transaction, document: Document, named: set[int]
) -> Mapping[int, Mapping[str, Any]]:
    rows = await transaction.rows(
        """select id, category, name, sha256, statement, signature, certificate
           from attachment where document_id = $1 and id = any($2)""",
        document.id,
        list(named),
    )
    return {
        row["id"]: {
            "category": row["category"],
            "name": row["name"],
            "sha256": row["sha256"],
            "file": f"attachment {row['sha256']}.pdf",
            **_signed(row),
        }
        for row in rows
    }


async def _answers(transaction: Transaction, document: Document) -> dict[int, list[dict[str, Any]]]:
    """By submission: customs' answers, and the portal's own word on sending (seq 0, unsigned)."""
    rows = sorted(await _all(transaction, _ANSWERS, document), key=itemgetter("seq"))
    answers: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        answer = {name: row[name] for name in ("seq", "code", "text", "jws")} | {"at": row["at"].isoformat()}
        answers.setdefault(row["submission_id"], []).append(answer)
    return answers


def _submission(
    row: Row, attachments: Mapping[int, Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "sequence": row["sequence"],
        "action": row["action"],
        "submitted_at": row["submitted_at"].isoformat(),
        "content": f"content {row['sequence']}.json",
        **_signed(row),
        "attachments": [attachments[each] for each in row["attachments"]],
        "answers": answers,
    }


def _signed(row: Row) -> dict[str, str]:
    """Statement, signature (raw r‖s) and certificate (DER) as Base64."""
    return {name: base64.b64encode(row[name]).decode() for name in ("statement", "signature", "certificate")}


_TEXT, _OLD_TEXT = (each.format(no="e.no") for each in HASHED)
_ENTRIES = f"""
    select e.no, e.previous, e.hash, e.kind = 'submitted' as submitted,
           case when e.hash = {HASH.format(text=_TEXT)} then {_TEXT} else {_OLD_TEXT} end as entry,
           (select array_agg(c.no order by c.no desc) from (
                select * from checkpoint where next > coalesce(e.xid, '0') order by next limit 1000) as c
            where c.first <= coalesce(e.xid, '0') and e.document_id between c.lowest and c.highest) as found
    from event e where e.document_id = $1 order by e.no limit $2 offset $3"""
"""The checkpoints of an entry are the first that end after it: one, those that were made at once, and what a killed
worker left; not all that were made since."""
_LINES = "select no, line from checkpoint where no = any($1)"


async def _history(
    transaction: Transaction, document: Document, book: Book
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The entries, each with the text that was hashed and its path in a checkpoint; and those checkpoints' lines."""
    rows = await _all(transaction, _ENTRIES, document)
    candidates = {no for row in rows for no in row["found"] or ()}
    lines = {row["no"]: row["line"] for row in await transaction.rows(_LINES, list(candidates))}
    pages = await asyncio.to_thread(_paths, document, rows, lines, book)
    used = sorted({no for no, _ in pages.values()})
    entries = []
    for row in rows:
        no, path = pages.get(row["no"], (None, []))
        entry = {"no": row["no"], "entry": row["entry"], "previous": row["previous"].hex()}
        entries.append(entry | {"hash": row["hash"].hex(), "checkpoint": no, "path": path})
    return entries, {str(no): lines[no] for no in used}


Found = tuple[int, list[list[str]]]


def _paths(document: Document, rows: Sequence[Row], lines: Mapping[int, str], book: Book) -> dict[int, Found]:
    """For each entry by its number: its checkpoint, and its path to the root there. Entries of the last minute have
    none yet, nor those whose leaves are not within reach, or are another checkpoint's than the table has: the book is
    then not the one that the table knows (`checkpoints.py`), and such a proof would prove nothing."""
    pages: dict[int, list[bytes]] = {}
    found: dict[int, Found] = {}
    for row in rows:
        leaf = Leaf(document.id, row["no"], row["submitted"], row["hash"]).encode()
        for no in row["found"] or ():
            if no not in pages:
                pages[no] = _leaves(book, no)
            at = bisect_left(pages[no], leaf)  # they stand by document and number
            if pages[no][at : at + 1] != [leaf]:
                continue
            path = path_to(pages[no], at)
            if vouches(lines[no], leaf, path):
                found[row["no"]] = (no, [["left" if left else "right", each.hex()] for left, each in path])
                break
    return found


def _leaves(book: Book, no: int) -> list[bytes]:
    try:
        return book.leaves(no)
    except BrokenCheckpoint:
        return []
