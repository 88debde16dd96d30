"""Failures that nobody expected: no stack trace reaches a user, and the log has the rest."""

from __future__ import annotations

import json
import re

import pytest

from singlewindow.kernel.documents import work
from singlewindow.kernel.http.logs import configure
from tests.house import House
from tests.kernel.test_documents import TYPE


async def test_a_bug_is_answered_with_words_and_a_number(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """OPER-01: a 500 in the one shape, with the request id under which the log has the traceback."""

    async def broken(self: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(work.Desk, "blank", broken)
    configure("json")
    member = await house.member()
    answer = await member.http.get(f"/api/documents/{TYPE}/new", headers={"X-Request-Id": "request-0001"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "request-0001"
    assert "secret" not in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [entry] = [line for line in lines if line["event"] == "unexpected"]
    assert entry["request_id"] == "request-0001"
    assert "secret inside" in entry["exception"]
    assert [line["status"] for line in lines if line["event"] == "request"][-1] == 500


@pytest.mark.parametrize("address", ["/api/nothing", "/api/documents/nothing/new", "/exchange/nothing"])
async def test_an_unknown_address(house: House, address: str) -> None:
    member = await house.member()
    answer = await member.http.get(address)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


async def test_a_malformed_request(house: House) -> None:
    member = await house.member()
    for body in (b"{", b"[]", b'{"content": 7}', b'{"content": {}, "x": "\xff"}'):
        answer = await member.http.post(
            f"/api/documents/{TYPE}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422), answer.text
        assert re.search("[一-龥]", answer.json()["detail"])
