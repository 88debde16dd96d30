"""What may be declared, and what is refused for which reasons (CONS-13, CONS-14).

A sample's content is as merging leaves it; nobody types it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from singlewindow.kernel.documents.store import Event, create_many
from singlewindow.kernel.problems import Violation
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.declaration.lifecycle import DRAFT
from tests.dry_runs import foresee, refused_as
from tests.house import House
from tests.samples import check_rejected, samples

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize("sample", samples(SAMPLES, "accepted"))
async def test_accepted(house: House, sample: dict[str, Any]) -> None:
    assert await violations(house, sample) == []


@pytest.mark.parametrize("sample", samples(SAMPLES, "rejected"))
async def test_rejected(house: House, sample: dict[str, Any]) -> None:
    check_rejected(await violations(house, sample), sample)


async def violations(house: House, sample: dict[str, Any]) -> list[Violation]:
    """What the API says when the worker has made it and its company declares it."""
    owner = await house.member()
    sample = json.loads(json.dumps(sample).replace("$applicant", owner.customs_code))
    await house.sql("update clock set frozen = $1, shift = '0'", datetime.fromisoformat(sample["now"]))
    await house.sql("delete from register_entry")
    for code, company in sample["registers"]["company"].items():
        await house.register("company", code, company)
    [row] = await house.sql(
        "select c.id, a.id as account from company c join account a on a.company_id = c.id where customs_code = $1",
        owner.customs_code,
    )
    async with house.worker.transaction() as transaction:
        [made] = await create_many(
            transaction, DECLARATION, DRAFT, [sample["content"]], Event("built", "单一窗口"),
            (row["id"], row["account"]),
        )  # fmt: skip
    view = await owner.view(DECLARATION.name, made.number)
    foreseen = await foresee(owner, DECLARATION.name, number=made.number)
    answer = await owner.prepare(DECLARATION.name, view, "declare")
    if answer.status_code == 200:
        assert (foreseen["would_be"], foreseen["values"]) == ("accepted", answer.json()["content"])
        submitted = await owner.submit(DECLARATION.name, made.number, answer.json())
        assert submitted.status_code == 200, submitted.text
        assert submitted.json()["content"] == view["content"]  # it stays as merging made it
        return []
    refused_as(foreseen, answer)
    return [Violation(**each) for each in answer.json()["violations"]]
