"""A person at work who repeats what was cut off, and never does a thing twice."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from singlewindow.contract.signatures import canonical, signing_input
from tests.system.applicant import Applicant, Away, file_of
from tests.system.torture.ledger import Ledger

STEP_SECONDS = 600.0  # the longest that one step may need: the database may be away for long, and again
AGAIN_SECONDS = 0.3
BATCH_TRIES = 50
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # no part of the request has left
Result = TypeVar("Result")
View = dict[str, Any]


class Unexpected(Exception):
    """An answer that nobody should get."""


class Busy(Exception):
    """Too much of the company's long work waits: nothing was done, later it will be."""


class Moved(Exception):
    """A refusal that the next look explains: the version has moved on, the signature was used or lost."""


@dataclass
class Known:
    """What was acknowledged of a document, for those who look whether it is still so."""

    type: str
    number: str
    version: int
    files: int = 0
    submitted: int = 0
    deleting: bool = False


@dataclass
class Desk:
    """What the people of one company share."""

    ledger: Ledger
    over: asyncio.Event
    think: tuple[float, float]
    known: dict[str, Known] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)


@dataclass
class Person:
    """An applicant with a desk: every step goes into the ledger before it is tried, and when it is acknowledged."""

    applicant: Applicant
    desk: Desk
    chance: random.Random

    @property
    def who(self) -> str:
        return self.applicant.card_no

    async def ponder(self) -> None:
        """Time to think, before the next step."""
        await asyncio.sleep(self.chance.uniform(*self.desk.think))

    async def call(self, method: str, path: str, **request: Any) -> View:
        """The answer. Raises Away, Busy, Moved (409, 412), Unexpected."""
        answer = await self._ask(method, path, **request)
        if answer.status_code == 503:
            raise Away(answer.text)
        if answer.status_code == 429:
            raise Busy(answer.text)
        if answer.status_code in (409, 412):
            raise Moved(answer.text)
        if not answer.is_success:
            raise Unexpected(f"{method} {path}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if answer.content else {}

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer, whatever it is. That a request which writes had none is noted: what became of it nobody knows,
        so that it can be doubled or half."""
        try:
            return await self.applicant.http.request(method, path, **request)
        except UNSENT:
            raise
        except httpx.TransportError as problem:
            if method != "GET" and not path.endswith("/prepare"):
                self.desk.ledger.noted("cut off", method=method, path=path, problem=type(problem).__name__)
            raise

    async def patiently(self, step: Callable[[], Awaitable[Result]]) -> tuple[Result, float]:
        """Try until it is done; the answer, and when the try was sent that got it."""
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            asked = time.monotonic()
            try:
                return await step(), asked
            except (httpx.TransportError, Away, Moved) as problem:
                self.desk.repeated[type(problem).__name__] += 1
                if time.monotonic() > deadline:
                    raise Unexpected(f"not done within {STEP_SECONDS:.0f} s: {problem!r}") from problem
                await asyncio.sleep(AGAIN_SECONDS)

    async def look(self, type: str, number: str) -> View:
        """The document as it is."""
        view, _ = await self.patiently(lambda: self.call("GET", f"/api/documents/{type}/{number}"))
        return view

    async def save_new(self, type: str, mark: str, content: Mapping[str, Any]) -> str:
        """暂存 under an idempotency key, and at times once more, as if the answer had been lost; the number."""
        key = f"{self.chance.getrandbits(128):032x}"
        op = self.desk.ledger.sent("draft", type=type, mark=mark, key=key, who=self.who, typed=dict(content))

        async def step() -> View:
            headers = {"Idempotency-Key": key}
            return await self.call(
                "POST", f"/api/documents/{type}", json={"content": content}, headers=headers
            )

        view, asked = await self.patiently(step)
        number: str = view["number"]
        self.desk.ledger.done(
            op, number=number, version=view["version"], content=view["content"], asked=asked
        )
        self.desk.known[number] = Known(type, number, view["version"])
        if self.chance.random() < 0.25:
            again, _ = await self.patiently(step)
            if again["number"] != number:
                raise Unexpected(f"key {key} gave {number}, then {again['number']}")
        return number

    async def save(self, type: str, number: str, name: str, value: str) -> None:
        """暂存 again with another value of a field."""
        op = self.desk.ledger.sent("save", type=type, number=number, field=name, value=value)

        async def step() -> View:
            view = await self.call("GET", f"/api/documents/{type}/{number}")
            if view["content"].get(name) == value:
                return view  # the answer to an earlier try was lost, not the document
            body = {"content": {**view["content"], name: value}}
            headers = {"If-Match": f'"{view["version"]}"'}
            return await self.call("PUT", f"/api/documents/{type}/{number}", json=body, headers=headers)

        view, asked = await self.patiently(step)
        self.desk.ledger.done(op, version=view["version"], content=view["content"], asked=asked)
        self._known(number).version = view["version"]

    async def upload(self, type: str, number: str, category: str) -> None:
        """A signed file; no other has its bytes."""
        path, content = f"/api/documents/{type}/{number}", file_of(f"{number} {category}")
        sha256 = hashlib.sha256(content).hexdigest()
        facts = {"category": category, "name": "声明.pdf", "size": len(content), "sha256": sha256}
        op = self.desk.ledger.sent("upload", type=type, number=number, category=category, sha256=sha256)

        async def step() -> View:
            view = await self.call("GET", path)
            if view["attachments"]:
                return view
            asked = await self.call(
                "POST", f"{path}/attachments/prepare", json={**facts, "card_no": self.who}
            )
            form = {"token": asked["token"], **self.applicant._sign(asked["signing_input"])}
            file = {"file": ("声明.pdf", content, "application/pdf")}
            return await self.call("POST", f"{path}/attachments", data=form, files=file)

        view, asked = await self.patiently(step)
        self.desk.ledger.done(op, version=view["version"], asked=asked)
        known = self._known(number)
        known.version, known.files = view["version"], 1

    async def submit(self, type: str, number: str, action: str, content: View | None = None) -> None:
        """Sign an action; with `content` (what is typed for it) that is an amendment or a follow-up."""
        path = f"/api/documents/{type}/{number}"
        before = await self._submissions(path)
        op = self.desk.ledger.sent(
            "submit", type=type, number=number, action=action, nth=before + 1, typed=content or {}
        )

        async def step() -> None:
            if await self._counted(path) > before:
                return  # it was taken: the answer of an earlier try was lost
            view = await self.call("GET", path)
            if content is not None:
                body = {"action": action, "content": content}
                headers = {"If-Match": f'"{view["version"]}"'}
                view = await self.call("PUT", f"{path}/amendment", json=body, headers=headers)
            wanted, headers = (
                {"action": action, "card_no": self.who},
                {"If-Match": f'"{view["version"]}"'},
            )
            asked = await self.call("POST", f"{path}/prepare", json=wanted, headers=headers)
            signature = self._signed(op, number, asked)
            await self.call("POST", f"{path}/submit", json={"token": asked["token"], **signature})

        _, asked = await self.patiently(step)
        self.desk.ledger.done(op, asked=asked)
        self._known(number).submitted = before + 1

    async def submit_many(self, type: str, numbers: list[str]) -> None:
        """Sign the declaration of several drafts with one PIN entry."""
        ops = {
            number: self.desk.ledger.sent(
                "submit", type=type, number=number, action="declare", nth=1, typed={}
            )
            for number in numbers
        }
        for _ in range(BATCH_TRIES):
            done, asked = await self.patiently(lambda: self._submit_many(type, ops))
            for number in done:
                self.desk.ledger.done(ops.pop(number), asked=asked)
                self._known(number).submitted = 1
            if not ops:
                return
            await asyncio.sleep(AGAIN_SECONDS)
        raise Unexpected(f"a batch refuses {list(ops)}")

    async def _submit_many(self, type: str, ops: Mapping[str, int]) -> list[str]:
        """One try, for the ledger's `ops` by number; which of them are declared now."""
        views = [await self.call("GET", f"/api/documents/{type}/{number}") for number in ops]
        done = [view["number"] for view in views if view["status"]["code"] != "0"]
        wanted = [
            {"number": view["number"], "version": view["version"], "action": "declare"}
            for view in views
            if view["number"] not in done
        ]
        if not wanted:
            return done
        path = f"/api/documents/{type}"
        asked = await self.call("POST", f"{path}/prepare", json={"card_no": self.who, "documents": wanted})
        signed = [
            {
                "number": item["number"],
                "token": item["prepared"]["token"],
                "signature": self._signed(ops[item["number"]], item["number"], item["prepared"])["signature"],
            }
            for item in asked["items"]
            if item["prepared"]
        ]
        if not signed:
            raise Moved(str(asked["items"]))
        certificate = self.applicant._sign("")["certificate"]
        said = await self.call(
            "POST", f"{path}/submit", json={"certificate": certificate, "documents": signed}
        )
        return [*done, *(item["number"] for item in said["items"] if item["document"])]

    def _signed(self, op: int, number: str, asked: View) -> dict[str, str]:
        """The card's signature over what the portal asks for. Before it is given the ledger has what is signed: the
        statement's digest, and the content whose digest stands in the statement. Of several tries one is taken."""
        statement, content = asked["statement"], asked["content"]
        if hashlib.sha256(canonical(content)).hexdigest() != statement["content_sha256"]:
            raise Unexpected(f"{number}: the statement is about another content than the one that is shown")
        payload = canonical(statement)
        self.desk.ledger.noted(
            "signed", op=op, number=number, action=statement["action"],
            statement=hashlib.sha256(payload).hexdigest(), content=content,
        )  # fmt: skip
        return self.applicant._sign(signing_input(payload))

    async def delete(self, type: str, number: str) -> None:
        """删除; from here on nobody looks for it."""
        self._known(number).deleting = True
        op = self.desk.ledger.sent("delete", type=type, number=number)

        async def step() -> None:
            answer = await self._ask("DELETE", f"/api/documents/{type}/{number}")
            if answer.status_code == 503:
                raise Away(answer.text)
            # 404 after an answer that was lost: now the document is absent.
            if answer.status_code not in (204, 404):
                raise Unexpected(f"delete: {answer.status_code} {answer.text[:400]}")

        _, asked = await self.patiently(step)
        self.desk.ledger.done(op, asked=asked)

    async def answered(self, type: str, number: str, of: Mapping[str, str], seconds: float = 60) -> str:
        """Wait for customs: what they said, by status; "" where the end, or the patience's, came first."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            view = await self.look(type, number)
            if view["marker"] is None and view["status"]["code"] in of:
                self.desk.ledger.noted("answered", number=number)
                return of[view["status"]["code"]]
            if self.desk.over.is_set():
                return ""
            await asyncio.sleep(0.7)
        self.desk.ledger.noted("unanswered", number=number, seconds=seconds)
        return ""

    def _known(self, number: str) -> Known:
        return self.desk.known[number]

    async def _submissions(self, path: str) -> int:
        counted, _ = await self.patiently(lambda: self._counted(path))
        return counted

    async def _counted(self, path: str) -> int:
        """How many signed actions the document's history tells of."""
        history = await self.call("GET", f"{path}/history")
        return sum(item["kind"] == "submitted" for item in history["items"])
