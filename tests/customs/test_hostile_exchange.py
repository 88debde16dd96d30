"""What stands inside a seal of the portal may still be anything (CUST-05): answered with a rejection or set aside, and
what was taken in can be looked at."""

from __future__ import annotations

import gzip
import json
from typing import Any

from singlewindow.contract.messages import Submission
from tests.customs.company import CONTENT, PDF, Company, base64, sha256
from tests.customs.conftest import Customs


def nested(depth: int) -> bytes:
    return b'{"contact":' + b'{"a":[' * depth + b"1" + b"]}" * depth + b"}"


CONTENTS = (
    nested(100), nested(400), nested(5_000), json.dumps({str(n): "" for n in range(50_000)}).encode(),
    json.dumps({"contact": "长" * 700_000}).encode(), json.dumps({"goods": [{"name": "x"}] * 50_000}).encode(),
    b'{"contact": ' + b"9" * 5_000 + b"}", b'{"contact": 1e999}', b"[1]", gzip.compress(b"0" * 10_000_000),
    json.dumps({"contact": "\u202e\0\ud800"}).encode(), b'{"contact":"a","contact":{"b":[]}}',
    b'{"contact": [1, {"a": null}], "declaration_no": {"x": 1}, "phone": true}',
)  # fmt: skip
MEMBERS: tuple[dict[str, Any], ...] = (
    {"district": "2" * 100_000}, {"title": "t" * 1_000_000}, {"type": "t" * 1_000_000},
    {"labels": {f"a/{n}": "x" for n in range(50_000)}}, {"request_id": "r\n\u202e" * 10_000},
    {"code_names": {"a/0/" * 100_000: "x"}}, {"action_title": "\u202e" * 1_000},
)  # fmt: skip


def message(own: Company, number: str, content: bytes, other: dict[str, Any]) -> Submission:
    """Signed by the company's card and the portal, whatever it holds."""
    files = [own.attachment(number)]
    told = own.submission(number, files).model_dump(mode="json")
    signed = own.card.sign(own.statement(number, content, files, {}))
    return Submission.model_validate({**told, "content": base64(content), **signed, **other})


async def test_whatever_is_sealed(customs: Customs, own: Company) -> None:
    await customs.put(own.sealed(), sha256(PDF))
    plain = json.dumps(CONTENT).encode()
    for at, (content, other) in enumerate([*((c, {}) for c in CONTENTS), *((plain, m) for m in MEMBERS)]):
        [answer] = await customs.post(own.envelope(message(own, f"20260000000001{at:04d}", content, other)))
        assert answer.stored, at
    await customs.understand()
    honest = await customs.receive(own, "202600000000099999")
    assert await customs.value("select count(*) from incoming where state = 'waiting'") == 0
    await customs.log_in()
    assert (await customs.client.get("/api/submissions")).status_code == 200
    shown = {}
    for id, number in await customs.rows("select id, number from submission order by id"):
        read = await customs.client.get(f"/api/submissions/{id}")
        shown[number] = (read.status_code, id)
    assert {status for status, _ in shown.values()} == {200}, shown
    assert shown["202600000000099999"] == (200, honest)
