"""自助打印/导出, the query (PRNT-04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from singlewindow.subsystems.declarations import results as querying
from singlewindow.subsystems.declarations.tests.scene import (
    BASE,
    applied,
    declaration,
    done,
    legal_member,
    publish,
    results,
    scene,
    today,
)
from tests.house import House


async def test_found_by_kind_number_state_and_days(house: House) -> None:
    """PRNT-04: each condition narrows; 全部 asks for nothing; only the company's own."""
    member, stranger = await scene(house), await legal_member(house)
    numbers = await publish(house, declaration(member), declaration(member, open_process=True))
    foreign = await publish(house, declaration(stranger))
    printed = await done(house, member, numbers)
    await done(house, stranger, foreign)
    exported = (await applied(member, numbers, "export"))["number"]
    day: dict[str, Any] = {"applied_from": str(today()), "applied_to": str(today())}

    async def found(kind: str = "print", **more: Any) -> list[tuple[str, str]]:
        return [(row["application"], row["number"]) for row in await results(member, kind, **more)]

    both = [(printed, number) for number in numbers]
    assert await found(**day) == await found(state="5", **day) == await found(application=printed) == both
    assert await found("export", **day) == [(exported, number) for number in numbers]
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in printed.lower())  # as an input method writes it
    assert await found(application=f" {wide} ") == await found(application=printed.lower()) == both
    assert await found(state="2", **day) == both[1:]
    assert await found(state="1", **day) == []
    assert await found(number=[numbers[0], foreign[0]]) == both[:1]
    assert await found(application=exported) == []  # a number of the other kind
    assert (
        await found(
            applied_from=str(today() - timedelta(days=2)), applied_to=str(today() - timedelta(days=1))
        )
        == []
    )
    page = (
        await member.http.get(
            f"{BASE}/results", params={"kind": "print", "size": 1, "page": 2, "sort": "number", **day}
        )
    ).json()
    assert (page["total"], page["total_capped"], page["page"]) == (2, False, 2)
    assert [row["number"] for row in page["items"]] == numbers[1:]


async def test_more_than_is_counted_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRNT-04: the total stops where counting stops, and says so; exactly as many are all there are."""
    member = await scene(house)
    await done(house, member, await publish(house, declaration(member), declaration(member)))
    asked = {"kind": "print", "applied_from": str(today()), "applied_to": str(today())}
    for cap, expected in ((1, (1, True)), (2, (2, False))):
        monkeypatch.setattr(querying, "TOTAL_CAP", cap)
        answer = (await member.http.get(f"{BASE}/results", params=asked)).json()
        assert ((answer["total"], answer["total_capped"]), len(answer["items"])) == (expected, 2)


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({}, ["DECL-R03", "DECL-R03"]),
        ({"applied_from": "2026-01-01"}, ["DECL-R03"]),
        ({"application": "ZZDY1", "applied_to": "2026-01-01"}, ["DECL-R03"]),
        ({"applied_from": "2026-01-01", "applied_to": "2026-04-02"}, ["DECL-R05"]),
        ({"applied_from": "2026-01-02", "applied_to": "2026-01-01"}, ["DECL-R04"]),
        ({"number": [f"420120261{n:09d}" for n in range(51)]}, ["DECL-R01"]),
        ({"application": "ZZDY1", "state": "9"}, ["DECL-R09"]),
        ({"application": "ZZDY1", "sort": "id; drop"}, ["query.sort"]),
        ({"kind": "import"}, ["request"]),
    ],
)
async def test_a_query_that_cannot_be_answered_says_all_that_is_wrong(
    house: House, asked: dict[str, Any], rules: list[str]
) -> None:
    """PRNT-04, PRNT-11."""
    member = await scene(house)
    answer = await member.http.get(f"{BASE}/results", params={"kind": "print", **asked})
    assert answer.status_code == 422
    violations = answer.json()["violations"]
    assert [each["rule"] for each in violations] == rules or rules == ["request"]
    assert all(each["message"] and each["advice"] and each["clause"] for each in violations)
