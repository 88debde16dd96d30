"""What steady work writes down can fail: an answer that is good by its status alone, a box that changed (OPER-04)."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.work import trip_content
from singlewindow.contract import base64url
from tests.system.applicant import Applicant
from tests.system.steady import Ledger, Steady

NUMBER = "G20260000000001"


class Card:
    """All that a piece of work needs of a person."""

    card_no = "TC5A000000001"

    def _sign(self, text: str) -> dict[str, str]:
        return {"signature": text, "certificate": ""}


class Odd(Steady):
    """Work at a portal that answers each request with the status that is hoped for, and now and then with `odd` in
    place of what belongs there."""

    odd, every = b"{}", 10

    async def _ask(
        self, person: Applicant, method: str, path: str, body: bytes = b"", more: str = "", expect: int = 200
    ) -> bytes | None:
        self.asked[method] += 1
        count = self.asked[method]
        if count % self.every == 0:
            return self.odd
        if expect == 201:
            view = {"number": f"G{count:014d}", **json.loads(body)}
            return json.dumps(view).encode()
        if path.endswith("/prepare"):
            return json.dumps({"token": "t", "signing_input": f"e30.{base64url.encoded(b'{}')}"}).encode()
        number = path.split("/")[4] if path.count("/") > 3 else ""
        return json.dumps({"number": number, "content": self.ledger.contents.get(number)}).encode()


async def worked(steady: Steady) -> Steady:
    """After as much work as makes some hundred requests."""
    over = asyncio.Event()
    working = asyncio.create_task(steady.work(over))
    await asyncio.sleep(0.5)
    over.set()
    await working
    return steady


def odd(folder: Path) -> Odd:
    person: Any = Card()
    return Odd([person], Ledger(folder / "acknowledged.jsonl"), itertools.count(1), rate=1000.0)


async def test_good_answers_leave_nothing_to_say(tmp_path: Path) -> None:
    """OPER-04: of the stand-in itself."""
    steady = odd(tmp_path)
    steady.every = 10**9
    await worked(steady)
    assert (steady.wrong, "declared" in steady.ledger.said.values()) == ([], True)


@pytest.mark.parametrize("answer", [b"{}", b"", b'{"number": "G2', b"null"])
async def test_an_answer_that_is_good_by_its_status_alone_is_told(tmp_path: Path, answer: bytes) -> None:
    """OPER-04: every tenth body is cut, empty, or lacks what belongs there."""
    steady = odd(tmp_path)
    steady.odd = answer
    await worked(steady)
    told = " ".join(steady.wrong)
    assert all(f"{piece}: " in told for piece in ("save", "declare", "look")), steady.wrong[:5]


async def test_a_box_that_reads_otherwise_is_told(tmp_path: Path) -> None:
    """OPER-04: while the work goes on."""
    steady = odd(tmp_path)
    steady.odd = json.dumps({"number": NUMBER, "content": {"bind_key_info": "粤A00001"}}).encode()
    await worked(steady)
    assert any("another content than was acknowledged" in each for each in steady.wrong)


TYPED: dict[str, Any] = json.loads(trip_content(1))["content"]
STATEMENT = b'{"action":"declare"}'


def rows(**other: Any) -> dict[str, Any]:
    """A trip as both sides hold it after it was declared."""
    statements = [hashlib.sha256(STATEMENT).hexdigest()]
    said = ["1:10"]
    return {
        NUMBER: {
            "number": NUMBER, "hidden": False, "plate": TYPED["bind_key_info"], "status": "10", "submissions": 1,
            "content": json.dumps(TYPED), "statements": statements, "whole": True, "heard": said, "said": said, **other,
        }
    }  # fmt: skip


def found(ledger: Ledger, ours: dict[str, Any], theirs: dict[str, Any]) -> set[str]:
    return {kind for kind, what in ledger.compared(ours, theirs).items() if what}


def test_every_box_and_every_signed_byte_is_compared(tmp_path: Path) -> None:
    """OPER-04: a migration or a standby that loses a box, a line or a submission's bytes is found."""
    ledger = Ledger(tmp_path / "acknowledged.jsonl")
    ledger.draft({"number": NUMBER, "content": TYPED | {"shown": "1"}}, TYPED)
    ledger.contents[NUMBER] = TYPED
    ledger.sign(NUMBER, f"e30.{base64url.encoded(STATEMENT)}")
    ledger.write(NUMBER, "declared", TYPED["bind_key_info"])
    assert found(ledger, rows(), rows()) == set()
    for name, value in TYPED.items():
        other = value[:-1] if isinstance(value, list) else f"{value}0"
        if name != "bind_key_info" and value:
            assert found(ledger, rows(content=json.dumps(TYPED | {name: other})), rows()) == {
                "other content"
            }, name
    for bad in ({"whole": False}, {"whole": None}, {"statements": ["00"]}):
        assert found(ledger, rows(**bad), rows()) == found(ledger, rows(), rows(**bad)) == {"not as signed"}
    ledger.draft({"number": NUMBER, "content": {"bind_key_info": TYPED["bind_key_info"]}}, TYPED)
    assert ledger.odd == [NUMBER]
