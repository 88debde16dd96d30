"""A portal and a card that answer as the real ones do, as far as the bridge asks: in memory, with faults on demand."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from singlewindow.client.card import Card, CardService, CardTrouble, PinRefused, Signature
from singlewindow.client.window import Window
from singlewindow.contract.signatures import canonical, signing_input

TYPE = "letters.letter"
CARD = "SW1A000000001"
ACTIONS = [
    {"name": "save", "label": "暂存", "signed": False, "amends": "", "edits": None},
    {"name": "apply", "label": "申请", "signed": True, "amends": "", "edits": None},
    {"name": "change", "label": "变更", "signed": True, "amends": "replaces", "edits": None},
    {"name": "answer", "label": "反馈", "signed": True, "amends": "", "edits": ["text"]},
]
SECTIONS = [{"fields": [{"name": "text", "element": "LetterText", "source": "content"}]}]
LINES = [{"name": "goods", "fields": [{"name": "code", "element": "GCode"}]}]
DRAFT, APPLIED, IN_FORCE = "0", "1", "4"


@dataclass
class Document:
    number: str
    content: dict[str, Any]
    sender_number: str = ""
    version: int = 1
    status: str = DRAFT
    amendment: dict[str, Any] | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    history: list[str] = field(default_factory=list)


@dataclass
class Portal:
    """`away` answers 503, `lose` does what is asked and loses the answer, `revoked` answers 401."""

    documents: dict[str, Document] = field(default_factory=dict)
    prepared: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    submissions: list[tuple[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    bound: str = CARD
    away: bool = False
    revoked: bool = False
    lose: str = ""  # a pattern of requests whose answers are lost, once each
    broken: str = ""  # a pattern of requests over which the portal stumbles
    expired: bool = False
    clock: Callable[[], float] = time.time  # what was prepared expires after five minutes of it
    revoked_card: bool = False
    nonsense: bool = False  # something else answers in its place
    narrowed: bool = False  # the token may not submit any more
    tamper: bool = False
    closed: int = 0  # so many events, the oldest, are of applications that the token does not have
    last: int = 0  # the number of the last event, and of documents how far their numbers were skipped
    skipped: int = 0
    _lost: set[str] = field(default_factory=set)

    def restore(self, events: int) -> None:
        """To the moment at which there were so many events, as far as it concerns the bridge; numbers go on beyond."""
        then = self.events[:events]
        histories = {number: [e["kind"] for e in then if e["number"] == number] for number in self.documents}
        self.documents = {n: each for n, each in self.documents.items() if histories[n]}
        for number, document in self.documents.items():
            document.history = histories[number]
            document.version = sum(kind not in ("submitted", "receipt") for kind in document.history)
            document.status = APPLIED if "submitted" in document.history else DRAFT
        self.submissions = [each for each in self.submissions if each[0] in self.documents]
        self.events, self.skipped, self.last = then, self.skipped + 1000, self.last + 1000

    def window(self) -> Window:
        return Window("http://portal.example", "swt_x", transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        line = f"{request.method} {request.url.path}"
        self.requests.append(line)
        if self.away:
            return _problem(503, "away", "系统暂时无法办理")
        if self.nonsense:
            return httpx.Response(200, text="<html>")
        if self.revoked:
            return _problem(401, "not-logged-in", "该令牌已停用")
        if self.broken and re.search(self.broken, line):
            return _problem(500, "internal", "系统内部错误")
        said = self._answer(request, request.url.path.split("/")[2:])
        if self.lose and re.search(self.lose, line) and line not in self._lost:
            self._lost.add(line)
            raise httpx.ReadTimeout("lost", request=request)
        return said

    def _answer(self, request: httpx.Request, parts: list[str]) -> httpx.Response:  # noqa: PLR0911
        query = dict(request.url.params)
        match request.method, parts:
            case "GET", ["definitions", name]:
                known = {"title": "信函", "actions": ACTIONS, "sections": SECTIONS, "lines": LINES}
                return (
                    httpx.Response(200, json=known)
                    if name == TYPE
                    else _problem(404, "not-found", "没有该类单据")
                )
            case "GET", ["events"]:
                return self._events(query["after"])
            case "POST", ["documents", _]:
                return self._save(json.loads(request.content))
            case "POST", ["documents", _, "check"]:
                return httpx.Response(200, json=self._check(json.loads(request.content)))
            case "POST", ["documents", _, ("prepare" | "submit") as step]:
                if self.narrowed:
                    return _problem(403, "forbidden", "该令牌不能申报")
                body = json.loads(request.content)
                do = self._prepare if step == "prepare" else self._submit
                return httpx.Response(200, json={"items": [do(each, body) for each in body["documents"]]})
        document = self.documents.get(parts[2])
        if document is None:
            return _problem(404, "not-found", "没有该单据")
        return self._one(request, document, parts[3:], query)

    def _one(  # noqa: PLR0911
        self, request: httpx.Request, document: Document, rest: list[str], query: dict[str, str]
    ) -> httpx.Response:
        match request.method, rest:
            case "GET", []:
                return httpx.Response(200, json=_view(document, query.get("for", "")))
            case "GET", ["history"]:
                items = [{"no": no, "kind": kind} for no, kind in enumerate(document.history, 1)]
                return httpx.Response(200, json={"items": items})
            case "PUT", []:
                if document.status != DRAFT:
                    return _problem(409, "not-in-this-state", "不允许暂存")
                document.content = json.loads(request.content)["content"]
                return self._changed(document, "saved")
            case "PUT", ["amendment"]:
                document.amendment = json.loads(request.content)["content"]
                assert document.status == IN_FORCE
                return self._changed(document, "amendment saved")
            case "POST", ["attachments", "prepare"]:
                asked = json.loads(request.content)
                if wrong := self._wrong_card(asked["card_no"]):
                    return _problem(422, "rules", wrong[0]["message"], wrong)
                facts = {n: asked[n] for n in ("category", "name", "size", "sha256")}
                statement = {**facts, "draft": document.number, "card": asked["card_no"]}
                return httpx.Response(200, json=self._pin(document, statement))
            case "POST", ["attachments"]:
                return self._upload(request, document)
        raise AssertionError((request.method, rest))

    def _save(self, body: dict[str, Any]) -> httpx.Response:
        number, content = body["sender_number"], body["content"]
        if wrong := _wrong(content):
            return _problem(422, "rules", wrong[0]["message"], wrong)
        known = next((d for d in self.documents.values() if d.sender_number == number), None)
        if known is None:
            known = Document(f"2026{len(self.documents) + self.skipped:014d}", content, number)
            self.documents[known.number] = known
            self._tell(known, "created")
            return httpx.Response(201, json=_view(known))
        if known.content != content:
            return _problem(422, "rules", f"自编号 {number} 已用于其他内容", [_violation("sender.other")])
        return httpx.Response(200, json=_view(known))

    def _check(self, body: dict[str, Any]) -> dict[str, Any]:
        known = next((d for d in self.documents.values() if d.sender_number == body["sender_number"]), None)
        if known and known.content == body["content"]:
            refusal = None if known.status == DRAFT else _body(422, "rules", "该号码已被占用")
            return {"refusal": refusal, "number": known.number}
        wrong = [_violation("sender.other", "已用于其他内容")] if known else _wrong(body["content"])
        refusal = _body(422, "rules", wrong[0]["message"], wrong) if wrong else None
        return {"refusal": refusal, "number": None}

    def _upload(self, request: httpx.Request, document: Document) -> httpx.Response:
        field = re.search(rb'name="token"\r\n\r\n([^\r]+)', request.content)
        assert field is not None, "a file is sent with its token"
        token = field[1].decode()
        pinned = self.prepared[token]
        if pinned["used"] or self._too_late(pinned):
            return _problem(409, "conflict", "该签名已经使用过，或已超过 5 分钟")
        if self.revoked_card:
            return _problem(422, "rules", "证书已吊销", [_violation("sign.card", "证书已吊销")])
        pinned["used"] = True
        data = request.content.split(b"application/pdf\r\n\r\n")[1].split(b"\r\n--")[0]
        facts = pinned["statement"]
        assert hashlib.sha256(data).hexdigest() == facts["sha256"]
        document.attachments.append({"category": facts["category"], "sha256": facts["sha256"]})
        return self._changed(document, "uploaded")

    def _prepare(self, wanted: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        document = self.documents[wanted["number"]]
        amends = wanted["action"] in ("change", "answer")
        if wrong := self._wrong_card(body["card_no"]):
            return _item(wanted, problem=_body(422, "rules", wrong[0]["message"], wrong))
        if wanted["version"] != document.version:
            return _item(wanted, problem=_body(412, "stale-version", "单据已被修改"))
        if document.status != (IN_FORCE if amends else DRAFT):
            return _item(wanted, problem=_body(409, "not-in-this-state", "当前状态不允许此操作"))
        content = document.amendment if amends else document.content
        if self.tamper:
            content = {**(content or {}), "text": "别的内容"}
        statement = {
            "type": TYPE, "number": document.number, "action": wanted["action"], "version": document.version,
            "content_sha256": hashlib.sha256(canonical(content)).hexdigest(), "card": body["card_no"],
            "attachments": document.attachments,
        }  # fmt: skip
        return _item(wanted, prepared=self._pin(document, statement) | {"content": content})

    def _submit(self, given: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        document, pinned = self.documents[given["number"]], self.prepared[given["token"]]
        if pinned["used"] or self.expired or self._too_late(pinned):
            return _item(given, problem=_body(409, "conflict", "该签名已经使用过，或已超过 5 分钟"))
        assert given["signature"] == f"signed {pinned['signing_input']}"
        pinned["used"] = True
        action = pinned["statement"]["action"]
        self.submissions.append((document.number, action))
        document.status = APPLIED if action == "apply" else IN_FORCE
        self._tell(document, "submitted")
        self._tell(document, "receipt")
        return _item(given, document=_view(document))

    def _wrong_card(self, number: str) -> list[dict[str, str]]:
        message = f"当前卡号 {number} 与用户注册信息卡号 {self.bound} 不一致"
        return [] if number == self.bound else [_violation("sign.card", message)]

    def _pin(self, document: Document, statement: dict[str, Any]) -> dict[str, Any]:
        token = f"token-{len(self.prepared)}"
        text = signing_input(canonical(statement))
        self.prepared[token] = {
            "statement": statement, "signing_input": text, "used": False, "at": self.clock()
        }  # fmt: skip
        return {"token": token, "statement": statement, "signing_input": text}

    def _too_late(self, pinned: dict[str, Any]) -> bool:
        return bool(self.clock() - pinned["at"] > 300)

    def _changed(self, document: Document, kind: str) -> httpx.Response:
        document.version += 1
        self._tell(document, kind)
        return httpx.Response(200, json=_view(document, "change" if kind == "amendment saved" else ""))

    def _tell(self, document: Document, kind: str) -> None:
        document.history.append(kind)
        self.last += 1
        self.events.append({
            "cursor": f"c{self.last}", "no": len(document.history), "number": document.number,
            "sender_number": document.sender_number, "kind": kind, "text": "同意\x01<&", "status": document.status,
        })  # fmt: skip

    def _events(self, after: str) -> httpx.Response:
        if after == "old":
            return _problem(410, "cursor-expired", "游标已超过 90 天")
        no = self.last if after == "now" else int(after[1:] or 0)
        before = [e for e in self.events if _no_of(e) <= no]
        items = self.events[len(before) :][:3]  # small pages
        in_gap = no < self.last and before and not {no, no + 1} & {_no_of(e) for e in self.events}
        if no > self.last or in_gap:
            words = f"事件游标 {after} 不在现有的事件中"
            known = {"last_known": before[-1]["cursor"]} if in_gap else {}
            return httpx.Response(422, json=_body(422, "rules", words, [_violation("event.cursor")]) | known)
        told = items[max(0, self.closed - len(before)) :]
        return httpx.Response(200, json={"items": told, "next": items[-1]["cursor"] if items else f"c{no}"})


def _no_of(event: dict[str, Any]) -> int:
    return int(event["cursor"][1:])


@dataclass
class Reader(CardService):
    """A reader with a card: `pulled` has none in it, with `wrong` it refuses the PIN."""

    address: str = ""
    origin: str = ""
    pin: str = "1"
    number: str = CARD
    pulled: bool = False
    wrong: bool = False
    tries: int = 0
    pull_after: int | None = None  # so many signatures
    takes: Callable[[], None] = lambda: None  # its time

    @contextmanager
    def card(self) -> Iterator[Card]:
        if self.pulled:
            raise CardTrouble("读卡器中没有卡。请插入电子口岸卡后重试。")
        yield cast("Card", _Card(self))  # all that is asked of a card


@dataclass
class _Card:
    reader: Reader
    certificate: str = "certificate"

    @property
    def number(self) -> str:
        return self.reader.number

    def sign(self, text: str) -> Signature:
        self.reader.tries += 1
        self.reader.takes()
        if self.reader.wrong:
            raise PinRefused("PIN 码错误，还可以再试 4 次。")
        if self.reader.pull_after is not None and self.reader.tries > self.reader.pull_after:
            self.reader.pulled = True
            raise CardTrouble("操作过程中卡被拔出或更换，本次操作没有完成。")
        return Signature(f"signed {text}", self.certificate)


def _view(document: Document, amending: str = "") -> dict[str, Any]:
    content = document.amendment if amending and document.amendment else document.content
    return {
        "number": document.number, "version": document.version, "content": content, "in_force": None,
        "status": {"code": document.status, "name": "暂存" if document.status == DRAFT else "已申请"},
        "attachments": document.attachments,
    }  # fmt: skip


def _wrong(content: dict[str, Any]) -> list[dict[str, str]]:
    return [] if content.get("text") else [_violation("text.required", "「正文」必填", "text")]


def _violation(rule: str, message: str = "不符", path: str = "") -> dict[str, str]:
    return {"path": path, "rule": rule, "message": message, "advice": "请更正", "clause": "手册 1"}


def _body(
    status: int, slug: str, detail: str, violations: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    return {
        "type": f"/problems/{slug}", "title": "", "status": status, "detail": detail, "advice": "请更正后重试",
        "clause": "手册 1", "violations": violations or [], "request_id": "r",
    }  # fmt: skip


def _problem(
    status: int, slug: str, detail: str, violations: list[dict[str, str]] | None = None
) -> httpx.Response:
    return httpx.Response(status, json=_body(status, slug, detail, violations))


def _item(asked: dict[str, Any], **answer: object) -> dict[str, Any]:
    return {"number": asked["number"], "prepared": None, "document": None, "problem": None, **answer}
