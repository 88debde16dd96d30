"""Input that no page sends to the chapter's routes: refused with words, in bounded size, and never a 500."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from singlewindow.subsystems.declarations.tests.scene import BASE, scene
from tests.house import House

SURROGATE = json.dumps({"kind": "print", "numbers": ["\ud800"], "card_no": "x"})
QUERIES: dict[str, str] = {
    "NUL in a number": "/closed?number=%00",
    "half a character": "/closed?number=%ED%A0%80",
    "digits that are none of ours": "/closed?number=%D9%A1%D9%A2",
    "a very long number": f"/closed?number={'9' * 5000}",
    "very many numbers": "/closed?" + "&".join("number=1" + str(n) for n in range(3000)),
    "a day that is none": "/closed?declared_from=2026-13-45&declared_to=today",
    "a year without end": "/closed?declared_from=999999999-01-01&declared_to=2026-01-01",
    "a page beyond all": "/closed?number=420120261000000001&page=99999999999999999999",
    "no size": "/closed?number=420120261000000001&size=0",
    "SQL for a sort": "/results?kind=print&application=x&sort=id%3Bdrop+table+x",
    "a state that is none": "/results?kind=export&application=x&state=%27",
    "no kind": "/results?application=x",
    "an id beyond all": "/results/99999999999999999999/log",
    "no id": "/results/abc/pdf?for=print",
    "a purpose that is none": "/results/1/pdf?for=x",
    "a format that is none": "/applications/SJDC1/data?format=exe",
}
BODIES: dict[str, tuple[str, Any]] = {
    "half a character": ("/applications/prepare", SURROGATE),
    "no numbers": ("/applications/prepare", {"kind": "print", "card_no": "x"}),
    "numbers that are none": (
        "/applications/prepare",
        {"kind": "print", "card_no": "x", "numbers": ["9"] * 5 + ["x"]},
    ),
    "very many that are none": (
        "/applications/prepare",
        {"kind": "print", "card_no": "x", "numbers": [f"x{n}" for n in range(9000)]},
    ),
    "very long ones": (
        "/applications/prepare",
        {"kind": "print", "card_no": "x", "numbers": ["9" * 200] * 9000},
    ),
    "too many": ("/applications/prepare", {"kind": "print", "card_no": "x", "numbers": ["9"] * 100_001}),
    "a list for a text": ("/applications/prepare", {"kind": ["print"], "card_no": {}, "numbers": "x"}),
    "no signature": ("/applications", {"token": "x", "signature": "%%%", "certificate": ""}),
    "ids that are none": ("/archives", {"ids": ["x"] * 1000}),
    "no ids": ("/archives", {"ids": []}),
    "no object": ("/archives", "[]"),
}


def refused(answer: httpx.Response) -> None:
    assert answer.status_code in (400, 422), answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.search("[一-龥]", answer.json()["detail"])
    assert len(answer.content) < 60_000


@pytest.mark.parametrize("path", QUERIES.values(), ids=QUERIES)
async def test_addresses(house: House, path: str) -> None:
    """UI-16: in Chinese, what is wrong and what to do."""
    member = await scene(house)
    refused(await member.http.get(f"{BASE}{path}"))


@pytest.mark.parametrize(("path", "body"), BODIES.values(), ids=BODIES)
async def test_bodies(house: House, path: str, body: Any) -> None:
    """UI-16: also what is very long is refused in few words."""
    member = await scene(house)
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": "application/json"}
    refused(await member.http.post(f"{BASE}{path}", content=content, headers=headers))
