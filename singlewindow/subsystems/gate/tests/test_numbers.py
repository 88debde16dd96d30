"""车次确认编号 and the other grey values (GATE-01)."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import datetime

from singlewindow.kernel.documents.store import CHINA
from singlewindow.subsystems.gate.tests.scene import TYPE, URL, Scene, sample
from tests.house import House

WRITERS = 64


async def test_numbers_are_unique_under_64_writers(house: House) -> None:
    """GATE-01: year-month, the bound card's number, and 13 digits that no other trip has; found by exactly it."""
    people = [await house.member() for _ in range(4)]
    month = f"{datetime.now(CHINA):%Y%m}"
    views = await asyncio.gather(*(people[at % 4].save(TYPE, sample()) for at in range(WRITERS)))
    numbers = [view["content"]["sure_id"] for view in views]
    assert len(set(numbers)) == WRITERS
    assert len({number[19:] for number in numbers}) == WRITERS
    for at, (view, number) in enumerate(zip(views, numbers, strict=True)):
        assert len(number) == 32
        assert number[:19] == month + people[at % 4].card_no
        assert number[19:] == view["number"][-13:]
    [row] = (await people[0].http.get(URL, params={"sure_id": numbers[0]})).json()["items"]
    assert row["number"] == views[0]["number"]
    assert (await people[1].http.get(URL, params={"sure_id": numbers[0]})).json()["items"] == []


async def test_the_numbers_stay_and_a_failed_save_gives_none(house: House) -> None:
    """GATE-05: 暂存 again and another person of the company keep them; a refused save stores nothing."""
    owner = await house.member()
    refused = await owner.http.post(URL, json={"content": sample(vehicle_weight="八吨")})
    assert refused.status_code == 422
    assert (await owner.http.get(URL)).json()["items"] == []
    view = await owner.save(TYPE, sample())
    colleague = await house.member(owner.customs_code)
    changed = sample(bind_key_info=view["content"]["bind_key_info"], trailer_weight="0")
    match = {"If-Match": f'"{view["version"]}"'}
    answer = await colleague.http.put(f"{URL}/{view['number']}", json={"content": changed}, headers=match)
    saved = answer.json()["content"]
    assert saved["sure_id"] == view["content"]["sure_id"]
    assert (saved["op_user_id"], view["content"]["op_user_id"]) == (colleague.card_no, owner.card_no)


async def test_the_grey_values_of_an_empty_form(house: House) -> None:
    """GATE-01: the company's codes and the bound card; the user name where none is bound; nothing of them is typed."""
    bound = await house.member()
    unbound = await house.member(bound.customs_code, bound=False)
    content = (await bound.http.get(f"{URL}/new")).json()["content"]
    [company] = await house.sql("select scc from company where customs_code = $1", bound.customs_code)
    assert content["contractor_code_scc"] == company["scc"]
    assert content["contractor_code"] == company["scc"][8:17]
    assert content["op_user_id"] == bound.card_no
    operator = (await unbound.http.get(f"{URL}/new")).json()["content"]["op_user_id"]
    assert operator.startswith("user")
    typed = {**sample(), "sure_id": "1" * 32, "op_user_id": "someone", "contractor_code": "X"}
    saved = (await bound.save(TYPE, typed))["content"]
    assert saved["sure_id"] != typed["sure_id"]
    assert (saved["op_user_id"], saved["contractor_code"]) == (bound.card_no, company["scc"][8:17])


async def test_what_customs_are_sent(house: House) -> None:
    """GATE-03: the district decides; the function is ADD; values of grey fields do not travel."""
    scene = Scene(house, await house.member())
    content = sample("disabled_values_do_not_count", customs_master="5316")
    view = await scene.trip("发往内网成功", content)
    [sent] = [each for each in house.customs.received if each.number == view["number"]]
    assert (sent.district, sent.function, sent.action) == ("5316", "ADD", "declare")
    declared = json.loads(base64.b64decode(sent.content))
    [row] = declared["bodies"]
    assert set(row) == {"ie_direction", "bind_obj_type", "bind_obj_id", "voyage_no", "rd_code"}
    assert declared["sure_id"] == view["content"]["sure_id"]
