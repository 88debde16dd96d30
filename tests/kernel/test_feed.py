"""The feed of events: ordered, whole, the same each time, each company's own (INTG-03)."""

from __future__ import annotations

from tests.house import House
from tests.kernel.test_documents import TYPE, applied, letter, reference
from singlewindow.kernel.live.sequencer import sequence

EVENTS = "/api/events"


async def test_a_flow(house: House) -> None:
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    await house.hear(house.customs.receipt(submission, 2, "APPROVED"))
    while await sequence(house.worker):
        pass
    answer = await member.http.get(EVENTS)
    assert answer.status_code == 200, answer.text
    import json
    print(json.dumps(answer.json(), ensure_ascii=False, indent=1))
    assert 0
