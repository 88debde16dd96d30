"""Whether what stands signed beside the history is what was signed: submissions, their files, and customs' answers.

The history (`verification.py`) tells that something was submitted and answered. What that was, `submission`,
`attachment` and `receipt` hold under signatures of a card and of customs; here each row is held against its signature,
and the answers against those of which the history tells. `examples/verify_evidence.py` judges one document in the same
way.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from singlewindow.contract.certificates import CertificateRefused, verify_card_certificate_at
from singlewindow.contract.files import read_file
from singlewindow.contract.messages import Receipt
from singlewindow.contract.signatures import SignatureRefused, signing_input, verify, verify_jws
from singlewindow.kernel.database.connection import Database, Row
from singlewindow.kernel.exchange.keys import CUSTOMS_CERTIFICATE

BATCH = 200  # submissions with their contents held in memory at once


@dataclass(frozen=True)
class Difference:
    """What differs from what was signed, in one submission (1, 2, … of its document)."""

    number: str
    submission: int
    what: str  # content, statement, signature, card, moment, attachments, attachment CODE, answer N …


@dataclass
class Compared:
    """How much was looked at."""

    submissions: int = 0
    attachments: int = 0
    answers: int = 0


@dataclass(frozen=True)
class Trust:
    """The certificates (PEM) by which signatures are judged."""

    ca: bytes
    crl: bytes
    customs: bytes

    @classmethod
    def of(cls, pki: Path) -> Trust:
        """Those of this installation. Raises OSError where one is missing."""
        return cls(*(read_file(pki / name) for name in ("ca.pem", "crl.pem", CUSTOMS_CERTIFICATE)))


async def differences(database: Database, trust: Trust, compared: Compared) -> AsyncIterator[Difference]:
    """All that differs, in the order in which it was submitted; counts in `compared`."""
    last = 0
    while True:
        async with database.transaction(snapshot=True) as transaction:
            rows = await transaction.rows(_SUBMISSIONS, last)
            named = [id for row in rows for id in row["attachments"]]
            files = {row["id"]: row for row in await transaction.rows(_ATTACHMENTS, named)}
            ids = [row["id"] for row in rows]
            answers = _grouped(await transaction.rows(_ANSWERS, ids), "submission_id")
            heard = _grouped(await transaction.rows(_HEARD, ids), "submission_id")
        for row in rows:
            own = [files[id] for id in row["attachments"] if id in files]
            said = answers[row["id"]]
            found = (
                *_of_submission(row, own, trust), *_of_answers(row, said, trust), *_untold(said, heard[row["id"]]),
            )  # fmt: skip
            for what in found:
                yield Difference(row["number"], row["sequence"], what)
            compared.submissions += 1
            compared.attachments += len(own)
            compared.answers += len(said)
        if len(rows) < BATCH:
            return
        last = rows[-1]["id"]


def _grouped(rows: Sequence[Row], by: str) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[by]].append(row)
    return found


class _Statement(BaseModel):
    """What every statement names; further members count for nothing here."""

    card: str
    company: str


class _Named(BaseModel):
    category: str
    sha256: str


class _OfSubmission(_Statement):
    type: str
    number: str
    action: str
    content_sha256: str
    attachments: list[_Named]


class _OfAttachment(_Statement):
    sha256: str


Said = TypeVar("Said", bound=_Statement)


class _Wrong(Exception):
    """A signature that does not hold; the text says which part."""


def _signed(shape: type[Said], row: Row, company: str, at: datetime, trust: Trust) -> Said:
    """What the card of this company signed, judged as it was at that moment. Raises _Wrong."""
    try:
        verify(row["certificate"], signing_input(row["statement"]), row["signature"])
    except (SignatureRefused, CertificateRefused, ValueError):
        raise _Wrong("signature") from None
    try:
        card = verify_card_certificate_at(row["certificate"], trust.ca, trust.crl, at)
    except CertificateRefused:
        raise _Wrong("card") from None
    try:
        said = shape.model_validate_json(row["statement"])
    except ValidationError:
        raise _Wrong("statement") from None
    if not said.company == card.customs_code == company or said.card != card.card_no:
        raise _Wrong("card")
    return said


def _of_submission(row: Row, files: Sequence[Row], trust: Trust) -> Iterator[str]:
    try:
        said = _signed(_OfSubmission, row, row["company"], row["really_at"], trust)
    except _Wrong as wrong:
        yield str(wrong)
        return
    if (said.type, said.number, said.action) != (row["type"], row["number"], row["action"]):
        yield "statement"
    if row["told_at"] != row["submitted_at"]:
        yield "moment"
    if said.content_sha256 != hashlib.sha256(row["content"]).hexdigest():
        yield "content"
    if [(each.category, each.sha256) for each in said.attachments] != [
        (each["category"], each["sha256"]) for each in files
    ]:
        yield "attachments"
    for each in files:
        try:
            signed = _signed(_OfAttachment, each, row["company"], each["first_at"] or row["really_at"], trust)
            whole = signed.sha256 == each["sha256"] == each["really"]
        except _Wrong:
            whole = False
        if not whole:
            yield f"attachment {each['category']}"


def _of_answers(submission: Row, answers: Sequence[Row], trust: Trust) -> Iterator[str]:
    """Answers that customs did not sign as they stand. Number 0 is the portal's own word on sending; it is unsigned."""
    for row in answers:
        if row["seq"] == 0 and row["jws"] is None:
            continue
        try:
            said = Receipt.model_validate_json(verify_jws(row["jws"] or "", trust.customs))
        except (SignatureRefused, ValidationError):
            yield f"answer {row['seq']}"
            continue
        signed = (said.number, said.submission, said.seq, said.code, said.text, said.data)
        stored = (
            submission["number"],
            submission["sequence"],
            row["seq"],
            row["code"],
            row["text"],
            row["data"],
        )
        if signed != stored:
            yield f"answer {row['seq']}"


def _untold(answers: Sequence[Row], heard: Sequence[Row]) -> Iterator[str]:
    """Answers that the history has and the table lacks, and the other way round."""
    there, told = ({(row["seq"], row["code"]) for row in rows} for rows in (answers, heard))
    for seq, _ in sorted(told - there):
        yield f"answer {seq} missing"
    for seq, _ in sorted(there - told):
        yield f"answer {seq} not in the history"


_ENTRY = """from event e where e.document_id = s.document_id and e.kind = 'submitted'
            order by e.no limit 1 offset s.sequence - 1"""
_REALLY_AT = f"coalesce((select e.recorded_at {_ENTRY}), s.submitted_at)"
"""When a submission `s` was made in real time, in which certificates and revocations are: `submitted_at` is the
business clock's. Its entry in the history says so, each submission having one."""
_SUBMISSIONS = f"""
    select s.id, d.number, d.type, c.customs_code as company, s.sequence, s.action, s.content, s.statement, s.signature,
           s.certificate, s.submitted_at, s.attachments, {_REALLY_AT} as really_at, (select e.at {_ENTRY}) as told_at
    from submission s join document d on d.id = s.document_id join company c on c.id = s.company_id
    where s.id > $1 order by s.id limit {BATCH}"""
_ATTACHMENTS = f"""
    select id, category, sha256, encode(sha256(content), 'hex') as really, statement, signature, certificate,
           (select {_REALLY_AT} from submission s where s.document_id = a.document_id and a.id = any(s.attachments)
            order by s.sequence limit 1) as first_at
    from attachment a where id = any($1)"""
"""A file's card is judged at the first submission that names it: what customs then took in goes along with later ones
as it was signed, whatever has become of the card."""
_ANSWERS = (
    "select submission_id, seq, code, text, data, jws from receipt where submission_id = any($1) order by seq"
)
_HEARD = """
    select s.id as submission_id, (e.data->>'seq')::int as seq, e.data->>'code' as code
    from submission s join event e on e.document_id = s.document_id
    where s.id = any($1) and e.kind in ('receipt', 'late receipt') and (e.data->>'submission')::int = s.sequence"""
