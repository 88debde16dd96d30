"""What stands inside customs' signature may still be anything: refused or set aside, nothing else waits, and what was
taken in can be looked at (CUST-05)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any
from uuid import uuid4

from singlewindow.contract.messages import Envelope, EnvelopeBatch, MessageKind
from tests.house import House
from tests.kernel.test_documents import TYPE, applied

DEEP = 5_000
EARLY, LATE = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
"""Moments that PostgreSQL keeps, and that have no date in some time zone."""


def signed(house: House, kind: MessageKind, payload: dict[str, Any]) -> Envelope:
    """By customs, with members that their program never writes; DEEP and MANY stand for what no writer makes."""
    identifier = str(uuid4())
    text = json.dumps(payload | {"message_id": identifier})
    text = text.replace('"DEEP"', "[" * DEEP + "]" * DEEP).replace('"MANY"', "9" * 5_000)
    return house.customs.envelope(kind, identifier, text)


def notice(house: House, **members: Any) -> Envelope:
    payload = {"kind": "thing", "key": str(uuid4()), "seq": 1, "data": {}} | members
    return signed(house, MessageKind.NOTICE, payload)


async def states(house: House, envelopes: list[Envelope]) -> list[str]:
    """What became of each; "" where it was not stored."""
    rows = await house.sql(
        "select message_id, state from inbox where message_id = any($1)", [e.id for e in envelopes]
    )
    found = {row["message_id"]: row["state"] for row in rows}
    return [found.get(each.id, "") for each in envelopes]


async def test_notices(house: House) -> None:
    """Nested, long, wide, of times that no calendar has, of registers with other members; and over HTTP no 500."""
    good = house.customs.notice("thing", str(uuid4()), {"name": "good"})
    odd: tuple[dict[str, Any] | None, ...] = (
        {},
        {"name": {"a": []}},
        {"customs_code": 1, "district": []},
        None,
    )
    hostile = {
        "": [
            notice(house, data={"a": "DEEP"}), notice(house, data={"a": "MANY"}),
            *(house.customs.envelope(MessageKind.NOTICE, str(uuid4()), text) for text in ("[]", "null", "1", "{}", "")),
        ],
        "unreadable": [
            notice(house, data={"a": float("nan")}), notice(house, valid_from=EARLY), notice(house, valid_to=LATE),
            notice(house, data={"a": "\ud800\0"}), notice(house, seq=2**70),
        ],
        "applied": [
            notice(house, key="k" * 10_000), notice(house, data={"a" * 100_000: "b"}),
            *(notice(house, kind=kind, data=data) for kind in ("company", "declaration", "pilot_district")
              for data in odd),
        ],
    }  # fmt: skip
    batch = EnvelopeBatch(messages=[*(each for some in hostile.values() for each in some), good])
    headers = {"Content-Type": "application/json"}
    answer = await house.client().post("/exchange/messages", content=batch.model_dump_json(), headers=headers)
    assert answer.status_code == 200, answer.text
    await house.hear()
    assert await states(house, [good]) == ["applied"]
    for state, envelopes in hostile.items():
        assert set(await states(house, envelopes)) == {state}, state


async def test_receipts(house: House) -> None:
    """What was taken in is shown on screen and paper; a moment that cannot be shown is not taken in."""
    member, view = await applied(house)
    await house.send()
    [submission] = [each for each in house.customs.received if each.number == view["number"]]
    payload = house.customs.receipt(submission, 1, "RECEIVED").body.split(".")[1]
    told = json.loads(urlsafe_b64decode(payload + "=="))
    changed: list[dict[str, Any]] = [
        {"at": EARLY}, {"at": LATE}, {"code": "x" * 10_000}, {"type": "t" * 10_000}, {"number": "n" * 10_000},
        {"text": "a\u202eb"}, {"data": {"customs_no": {"a": ["b"]}}}, {"seq": 2**31 - 1, "text": "长" * 10_000},
    ]  # fmt: skip
    envelopes = [signed(house, MessageKind.RECEIPT, {**told, **each}) for each in changed]
    await house.hear(*envelopes)
    assert await states(house, envelopes) == ["unreadable"] * 5 + ["applied"] * 3
    for path in ("", "/receipts", "/history", "/prints/form"):
        answer = await member.http.get(f"/api/documents/{TYPE}/{view['number']}{path}")
        assert answer.status_code == 200, (path, answer.text[:300])
