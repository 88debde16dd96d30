"""样例标签 2: labels are ordered with the card, made by the worker, and kept for the whole company."""

from __future__ import annotations

import json

import pytest

from singlewindow.contract.signatures import signing_input, verify
from singlewindow.subsystems._labels.rules import MOST_LABELS, check_order
from singlewindow.subsystems._labels.tests.scene import ORDERS, ordered, parcels, place, prepare
from tests.house import House
from tests.kernel import jobs


async def test_an_order_from_the_card_to_the_labels(house: House) -> None:
    """PORT-08: progress is seen; a colleague fetches what is ready; what was signed is kept and can be checked."""
    member = await house.member()
    colleague = await house.member(member.customs_code)
    numbers = await parcels(house, member, 3)
    order = await ordered(member, numbers)
    assert (order["state"], order["total"], order["ready"]) == ("queued", 3, 0)
    await jobs.work(house)
    seen = (await colleague.http.get(f"{ORDERS}/{order['id']}")).json()
    assert (seen["state"], seen["ready"]) == ("done", 3)
    label = await colleague.http.get(f"{ORDERS}/{order['id']}/labels/{numbers[1]}")
    assert label.content.startswith(b"%PDF")
    [kept] = await house.sql("select * from labels_order where id = $1", order["id"])
    verify(kept["certificate"], signing_input(kept["statement"]), kept["signature"])
    assert json.loads(kept["content"]) == {"numbers": numbers}


async def test_a_parcel_that_is_withdrawn_meanwhile_fails_alone(house: House) -> None:
    member = await house.member()
    numbers = await parcels(house, member, 2)
    order = await ordered(member, numbers)
    await house.hear(house.customs.notice("sample_parcel", numbers[0], None, seq=2))
    await jobs.work(house)
    assert (await member.http.get(f"{ORDERS}/{order['id']}")).json()["ready"] == 1
    assert (await member.http.get(f"{ORDERS}/{order['id']}/labels/{numbers[0]}")).status_code == 404


async def test_what_is_no_own_parcel_is_refused_before_and_after_signing(house: House) -> None:
    """LABL-R02: also where customs withdraw it between the two steps; then nothing is stored."""
    member = await house.member()
    [number] = await parcels(house, member)
    refused = await prepare(member, ["P-nobody"])
    assert refused.json()["violations"][0]["rule"] == "LABL-R02"
    prepared = (await prepare(member, [number])).json()
    await house.hear(house.customs.notice("sample_parcel", number, None, seq=2))
    before = await house.sql("select count(*) from labels_order")
    assert (await place(member, prepared)).status_code == 422
    assert await house.sql("select count(*) from labels_order") == before


async def test_a_signature_orders_once(house: House) -> None:
    """PORT-08: sent twice, it is one order and one job."""
    member = await house.member()
    prepared = (await prepare(member, await parcels(house, member))).json()
    assert (await place(member, prepared)).status_code == 201
    assert (await place(member, prepared)).status_code == 409


async def test_another_card_is_refused(house: House) -> None:
    """PORT-05."""
    member = await house.member()
    refused = await prepare(member, await parcels(house, member), "TC000000000X")
    assert refused.status_code == 422
    assert member.card_no in refused.json()["violations"][0]["message"]


async def test_a_colleague_may_stop_it(house: House) -> None:
    member = await house.member()
    colleague = await house.member(member.customs_code)
    order = await ordered(member, await parcels(house, member, 2))
    assert (await colleague.http.post(f"{ORDERS}/{order['id']}/stop")).status_code == 200
    await jobs.work(house)
    seen = (await member.http.get(f"{ORDERS}/{order['id']}")).json()
    assert (seen["state"], seen["ready"]) == ("stopped", 0)
    assert (await colleague.http.post(f"{ORDERS}/{order['id']}/stop")).status_code == 409


@pytest.mark.parametrize("numbers", [[], ["P1"] * 2, ["P1", "P2"], ["P1"] * (MOST_LABELS + 1)])
def test_orders_that_are_refused(numbers: list[str]) -> None:
    assert {each.rule for each in check_order(numbers, {"P1"})} == {"LABL-R02"}
