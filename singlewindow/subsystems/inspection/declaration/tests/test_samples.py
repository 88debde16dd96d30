"""The samples are the specification: what is accepted, and what is refused for which reasons (INSP-01 to INSP-05)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.documents.verdict import judge
from singlewindow.kernel.http.sessions import COOKIE, session_life
from singlewindow.kernel.people import session_store
from singlewindow.kernel.problems import Violation
from singlewindow.subsystems.inspection.declaration import DECLARATION
from tests.house import House, Member

SAMPLES = Path(__file__).parent.parent / "samples"


def samples(kind: str) -> list[Any]:
    files = sorted((SAMPLES / kind).glob("**/*.json"))
    return [
        pytest.param(json.loads(f.read_text("utf-8")), id=str(f.relative_to(SAMPLES / kind))) for f in files
    ]


async def violations(house: House, sample: dict[str, Any]) -> list[Violation]:
    """Judge a sample as before a signature, on registers that hold what it says and nothing else."""
    applicant = await house.member()
    person = await session_store.find(house.web, applicant.http.cookies[COOKIE], session_life())
    assert person is not None
    await put_registers(house, applicant, sample)
    async with house.web.transaction(person.actor) as transaction:
        verdict = await judge(
            transaction,
            DECLARATION,
            person,
            sample["content"],
            attachments=sample["attachments"],
            signing=True,
        )
    return list(verdict.violations)


async def put_registers(house: House, applicant: Member, sample: dict[str, Any]) -> None:
    """Let the registers hold what the sample says; its applicant's code stands for the test's company."""
    await house.sql(
        "delete from register_entry where kind in ('declaration', 'pilot_district', 'pilot_switch')"
    )
    await house.sql("delete from claim where kind = 'inspection.declaration_no'")
    for kind, entries in sample["registers"].items():
        for key, data in entries.items():
            entry = {n: v for n, v in data.items() if n not in ("valid_from", "valid_to")}
            if entry.get("consignee_code") == sample["applicant"]:
                entry["consignee_code"] = applicant.customs_code
            dates = {n: datetime.fromisoformat(data[n]) for n in ("valid_from", "valid_to") if n in data}
            await house.register(kind, key, entry, **dates)
    if sample.get("in_use"):
        other = await house.member(applicant.customs_code)
        view = await other.save("inspection.declaration", {})
        await house.sql(
            """insert into claim (kind, key, document_id, company_id)
               select 'inspection.declaration_no', $1, id, company_id from document where number = $2""",
            sample["content"]["declaration_no"],
            view["number"],
        )


@pytest.mark.parametrize("sample", samples("accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, sample) == []


@pytest.mark.parametrize("sample", samples("rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    """Each refusal has a message, says what to do, and names its basis (UI-16)."""
    found = await violations(house, sample)
    assert sorted([v.path, v.rule] for v in found) == sorted(sample["expect"])
    assert all(v.message and v.advice and v.clause for v in found)
    assert sample.get("message", "") in "".join(v.message for v in found)
