"""Samples are the specification: what is accepted, and what is refused for which reasons.

A sample is a JSON file under a document type's `samples/accepted` or `samples/rejected/<reason>`:

    note         what it shows
    content      what is filled in
    attachments  categories that have a file
    now          the moment at which it is judged (with its offset); the present one where it is left out
    registers    kind → key → data (with valid_from and valid_to, if any); "$applicant" is the applicant's code
    claims       [kind, key] that a document of another company, "$claimant", holds
    claimant     what is filled in in that one, where an empty one cannot be saved
    documents    the applicant's own: type, content, status, returned; `as` stands for its number in what follows
    warn         every [path, rule] that is doubtful; none where it is left out
    warned       words that must stand in a doubt
    saved        of a rejected one: true where 暂存 takes it all the same
    expect       of a rejected one: every [path, rule]; `message` may name words that must stand in a message
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract.messages import Envelope
from singlewindow.kernel.documents.verdict import judge
from singlewindow.kernel.http.sessions import cookie_name, session_life
from singlewindow.kernel.people import session_store
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Violation
from singlewindow.kernel.subsystem import DocumentType, get_document_type
from tests.dry_runs import as_foreseen
from tests.house import House, Member

DATES = ("valid_from", "valid_to")


def samples(folder: Path, kind: str) -> list[Any]:
    """The samples of a document type's folder as parameters of a test."""
    files = sorted((folder / kind).glob("**/*.json"))
    assert files, f"no samples in {folder / kind}"
    return [
        pytest.param(json.loads(f.read_text("utf-8")), id=str(f.relative_to(folder / kind))) for f in files
    ]


async def violations(house: House, type: DocumentType, sample: dict[str, Any]) -> list[Violation]:
    """Judge a sample as before a signature, on registers that hold what it says and nothing else.

    Then it goes through the API, where the dry run must say beforehand what comes of it (`dry_runs.py`). Afterwards the
    registers are empty: what one sample says (业务停用, say) hinders no test of the same database.
    """
    await _forget(house)
    [clock] = await house.sql("select frozen, shift from clock")
    try:
        return await _violations(house, type, sample)
    finally:
        await house.sql("update clock set frozen = $1, shift = $2", *clock)
        await _forget(house)


async def put_document(
    house: House, owner: Member, type: str, content: dict[str, Any], status: str, **returned: str
) -> str:
    """The number of a document of the owner's own that is in that status, with what customs returned for it. Grey
    values and cells that `content` names are as it says."""
    view = await owner.save(type, content)
    tables = {
        name: [row | cells for row, cells in zip(view["content"][name], rows, strict=True)]
        for name, rows in content.items()
        if isinstance(rows, list)
    }
    stored = "update document set status = $2, returned = $3, content = $4 where number = $1"
    whole = json.dumps(view["content"] | content | tables)
    await house.sql(stored, view["number"], status, json.dumps(returned), whole)
    found = get_document_type(type)
    answers = {"status": status} | {name: returned.get(name, "") for name in found.answers}
    columns = ", ".join(f"{name} = ${at}" for at, name in enumerate(answers, 2))
    await house.sql(
        f"update {found.find_table} set {columns} where number = $1", view["number"], *answers.values()
    )
    return str(view["number"])


async def _forget(house: House) -> None:
    await house.sql("delete from register_entry")
    await house.sql("delete from claim")
    await house.sql("delete from shared_claim")


async def _violations(house: House, type: DocumentType, sample: dict[str, Any]) -> list[Violation]:
    applicant = await house.member()
    claimant = await house.member() if "claims" in sample else applicant
    written = json.dumps(sample).replace("$applicant", applicant.customs_code)
    sample = json.loads(written.replace("$claimant", claimant.customs_code))
    for at in range(len(sample.get("documents", []))):
        each = sample["documents"][at]
        number = await put_document(
            house, applicant, each["type"], each["content"], each["status"], **each.get("returned", {})
        )
        sample = json.loads(json.dumps(sample).replace(each["as"], number))
    person = await session_store.find(house.web, applicant.http.cookies[cookie_name()], session_life())
    assert isinstance(person, Person)
    await house.hear(*notices(house, sample.get("registers", {})))
    shared = {claim.kind for claim in type.claims if claim.shared}
    for kind, key in sample.get("claims", []):
        preset = {n: sample["content"][n] for n in type.form.content.presets if n in sample["content"]}
        other = await claimant.save(type.name, preset | sample.get("claimant", {}))
        await house.sql(
            f"""insert into {"shared_claim" if kind in shared else "claim"} (kind, key, document_id, company_id)
               select $1, $2, id, company_id from document where number = $3""",
            kind,
            key,
            other["number"],
        )
    async with house.web.transaction(person.actor) as transaction:
        if "now" in sample:
            transaction.now = datetime.fromisoformat(sample["now"])
        verdict = await judge(
            transaction,
            type,
            person,
            sample["content"],
            attachments=sample.get("attachments", ()),
            signing=next(a.name for a in type.lifecycle.actions if a.signed and not a.amends),
        )
    assert sorted([v.path, v.rule] for v in verdict.warnings) == sorted(sample.get("warn", []))
    assert sample.get("warned", "") in "".join(v.message for v in verdict.warnings)
    if "now" in sample:
        await house.sql("update clock set frozen = $1, shift = '0'", datetime.fromisoformat(sample["now"]))
    saved = sample.get("saved", "expect" not in sample)
    await as_foreseen(house, applicant, type, sample["content"], sample.get("attachments", ()), saved)
    return list(verdict.violations)


def notices(house: House, registers: dict[str, dict[str, Any]]) -> Iterator[Envelope]:
    """What customs published, as their notices."""
    for kind, entries in registers.items():
        for key, data in entries.items():
            dates: dict[str, Any] = {n: datetime.fromisoformat(data[n]) for n in DATES if n in data}
            yield house.customs.notice(kind, key, {n: v for n, v in data.items() if n not in DATES}, **dates)


def check_rejected(found: list[Violation], sample: dict[str, Any]) -> None:
    """Exactly the expected refusals; each has a message, says what to do, and names its basis (UI-16)."""
    assert sorted([v.path, v.rule] for v in found) == sorted(sample["expect"])
    assert all(v.message and v.advice and v.clause for v in found)
    assert sample.get("message", "") in "".join(v.message for v in found)
