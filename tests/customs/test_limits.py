"""What a request to customs may carry, and what its refusal says (CUST-03, UI-16)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from singlewindow.customs.http.limits import MAX_BODY
from tests.customs.conftest import Customs

JSON = {"Content-Type": "application/json"}


class Body:
    """Of unknown length; counts its pieces."""

    def __init__(self) -> None:
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(40):
            self.sent += 1
            yield b"x" * (MAX_BODY // 4)


async def test_a_body_is_counted(customs: Customs) -> None:
    """Without a session and without a length, no more is read than the limit; an announced one is not read at all."""
    body = Body()
    answer = await customs.client.post("/api/session", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["type"], body.sent) == (413, "/problems/too-large", 5)
    body, length = Body(), {"Content-Length": str(MAX_BODY + 1)}
    answer = await customs.client.post("/api/session", content=body, headers=JSON | length)
    assert (answer.status_code, answer.headers["content-type"], body.sent) == (
        413,
        "application/problem+json",
        0,
    )


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000, b'{"username": "' + b"a" * 900_000 + b'"}'])
async def test_a_body_that_cannot_be_read(customs: Customs, body: bytes) -> None:
    answer = await customs.client.post("/api/session", content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["violations"]
    assert len(answer.content) < 10_000
