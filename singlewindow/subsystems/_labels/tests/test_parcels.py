"""样例标签 1: whose parcels are found, and of which days."""

from __future__ import annotations

from datetime import date

import pytest

from singlewindow.subsystems._labels.rules import check_days
from tests.house import House

ADDRESS = "/api/_labels/parcels"


async def test_the_own_parcels_of_some_days(house: House) -> None:
    """The newest first, a page at a time; another company's are not among them."""
    member, other = await house.member(), await house.member()
    code = member.customs_code
    for day, owner in (("01", code), ("02", code), ("03", code), ("02", other.customs_code)):
        data = {"owner": owner, "arrived_on": f"2026-11-{day}", "weight": "1.50"}
        await house.register("sample_parcel", f"P{owner}-{day}", data)
    days = {"arrived_from": "2026-11-01", "arrived_to": "2026-11-02"}
    found = (await member.http.get(ADDRESS, params={**days, "size": 1})).json()
    assert found == {
        "total": 2, "total_capped": False, "page": 1, "size": 1,
        "items": [{"number": f"P{code}-02", "arrived_on": "2026-11-02", "weight": "1.50"}],
    }  # fmt: skip
    named = (await member.http.get(ADDRESS, params={**days, "number": f"P{code}-01"})).json()
    assert [each["number"] for each in named["items"]] == [f"P{code}-01"]


@pytest.mark.parametrize(
    ("first", "last", "path"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "arrived_to"),
        (date(2026, 1, 1), date(2026, 4, 4), "arrived_from"),
    ],
)
def test_days_that_are_refused(first: date, last: date, path: str) -> None:
    [violation] = check_days(first, last)
    assert (violation.path, violation.rule) == (path, "LABL-R01")


def test_the_longest_span() -> None:
    assert check_days(date(2026, 1, 1), date(2026, 4, 3)) == []


async def test_a_refusal_stands_at_its_box(house: House) -> None:
    days = {"arrived_from": "2026-11-02", "arrived_to": "2026-11-01"}
    answer = await (await house.member()).http.get(ADDRESS, params=days)
    assert answer.status_code == 422
    [violation] = answer.json()["violations"]
    assert (violation["path"], violation["advice"]) == ("arrived_to", "请改正起止日期后再查询")
