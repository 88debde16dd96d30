"""One document at the portal: saved, with its files, prepared, signed, submitted; each step may be done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from singlewindow.client.bridge.boxes import Found
from singlewindow.client.bridge.journal import Pinned, Progress
from singlewindow.client.bridge.orders import SAVE, Definition, NamedFile, Order, Refusal
from singlewindow.client.card import Card, CardTrouble
from singlewindow.client.window import Problem, Window
from singlewindow.contract.batch_files import XmlNames
from singlewindow.contract.signatures import canonical, signing_input

CARD_RULE = "sign.card"  # what is wrong with the card, not with the document
CONFLICT = "conflict"
STUMBLED = frozenset({"internal", "unknown"})  # what is no refusal of the document
Watch = Callable[[str], None]
Subjects = frozenset[tuple[str, str]]
"""Which document a file is about: files about one are worked on one after the other, the oldest first."""


class SignedTooLate(Exception):
    """What the card has just signed the portal takes no more (it gives some minutes): it has to be signed anew. The
    document is as good as before; the text is the portal's, where it said one."""


def unwatched(step: str) -> None:
    """Nobody wants to know."""


def edited() -> Refusal:
    """Somebody else has changed the document meanwhile: what would be signed is not what the file says."""
    return Refusal(
        "单据在办理期间已在别处修改过，没有签名",
        "请在页面上核对该单据；仍要办理时，在文件中给出 number 和全部内容，以原文件名重新放入 OutBox",
    )


@dataclass
class Work:
    """A file of OutBox under way: what it asks, how far it is, and the document as the portal showed it last."""

    file: Found
    order: Order
    progress: Progress
    attachments: Sequence[tuple[NamedFile, Found]] = ()
    view: Mapping[str, Any] | None = None
    fresh: bool = field(default=False)  # what is pinned was signed just now and has not been sent

    @property
    def path(self) -> str:
        """The document's address."""
        return f"/api/documents/{self.order.type}/{self.progress.number}"

    @property
    def subjects(self) -> Subjects:
        """What tells its document from others, by each of its numbers that is known."""
        known = [self.order.number or f"own {self.order.sender_number}", self.progress.number]
        return frozenset((self.order.type, each) for each in known if each)

    def missing(self) -> list[tuple[NamedFile, Found]]:
        """The files that are not with the document yet."""
        there = {(each["category"], each["sha256"]) for each in (self.view or {}).get("attachments", ())}
        return [pair for pair in self.attachments if (pair[0].category, pair[1].digest) not in there]


@dataclass(frozen=True)
class Filing:
    """The steps at the portal. `keep` has a file's progress on the disk; `watch` hears before and after each effect."""

    window: Window
    keep: Callable[[Work], None]
    watch: Watch

    def definition(self, type: str) -> Definition:
        """What the bridge must know of a document type. Raises Problem for one that is not there."""
        said = self.window.call("GET", f"/api/definitions/{type}")
        actions = {each["name"]: each for each in said["actions"]}
        return Definition(said["title"], actions, XmlNames.of_definition(said))

    def save(self, work: Work, definition: Definition) -> bool:
        """The document has the file's content, its number and version are kept; or True: all that the file asks for was
        done before. Raises Refusal, Problem, Trouble."""
        order = work.order
        action = {} if order.action == SAVE else definition.signed(order.action)
        if _amends(action) and not order.number:
            raise Refusal(f"「{action['label']}」须给出单据的统一编号", "请在文件中给出 number（18 位）")
        work.view = self._save_again(order, action) if order.number else self._save_new(order)
        work.progress.number, work.progress.version = work.view["number"], work.view["version"]
        if action:
            work.progress.after = self._last_submission(work)
        if not order.number and work.progress.after:
            return True
        if action and not order.number and not _is_ours(work):
            raise edited()
        work.progress.typed = True
        self.keep(work)
        return False

    def _save_new(self, order: Order) -> Mapping[str, Any]:
        """Under the sender's number, which the portal saves once."""
        if order.action != SAVE:
            self._check(order)
        try:
            return self._post(order)
        except Problem as problem:
            if problem.slug != CONFLICT:
                raise
            return self._post(order)  # a try that was cut off came to its end at the same moment

    def _post(self, order: Order) -> Mapping[str, Any]:
        body = {"content": order.content, "sender_number": order.sender_number}
        with self._effect("save"):
            view: Mapping[str, Any] = self.window.call("POST", f"/api/documents/{order.type}", json=body)
        return view

    def _check(self, order: Order) -> None:
        """What would be refused after it was saved is refused before: then nothing is stored. What was saved before
        under that number is not judged here: it may be done already."""
        categories = [each.category for each in order.attachments]
        asked = {
            "content": order.content, "action": order.action, "attachments": categories,
            "sender_number": order.sender_number,
        }  # fmt: skip
        said = self.window.call("POST", f"/api/documents/{order.type}/check", json=asked)
        if said["refusal"] and not said["number"]:
            raise refusal_of(problem_of(said["refusal"]))

    def _save_again(self, order: Order, action: Mapping[str, Any]) -> Mapping[str, Any]:
        path, own_form = f"/api/documents/{order.type}/{order.number}", _has_own_form(action)
        view: Mapping[str, Any] = self.window.call(
            "GET", path, params={"for": order.action} if own_form else {}
        )
        if order.content is None:
            return view
        body: dict[str, Any] = {"content": order.content}
        if _amends(action):
            path, body = f"{path}/amendment", body | {"action": order.action}
        with self._effect("save"):
            saved: Mapping[str, Any] = self.window.call(
                "PUT", path, json=body, headers=_version(view["version"])
            )
        return saved

    def look(self, work: Work, definition: Definition) -> None:
        """The document as it stands now, of one that was saved by an earlier run. Raises Refusal where somebody else
        has changed it since."""
        own_form = work.order.number and _has_own_form(definition.actions.get(work.order.action, {}))
        work.view = self.window.call("GET", work.path, params={"for": work.order.action} if own_form else {})
        if work.view["version"] != work.progress.version:
            raise edited()

    def version_of(self, type: str, number: str) -> int:
        """The version in which a document is there. Raises Problem, Trouble."""
        view = self.window.call("GET", f"/api/documents/{type}/{number}")
        return int(view["version"])

    def upload(self, work: Work, named: NamedFile, file: Found, card: Card) -> None:
        """The file is with the document. Raises CardTrouble, Refusal, SignedTooLate, Problem, Trouble."""
        facts = {
            "category": named.category,
            "name": named.file,
            "size": len(file.data),
            "sha256": file.digest,
        }
        asked = self.window.call(
            "POST", f"{work.path}/attachments/prepare", json={**facts, "card_no": card.number}
        )
        _inspect(asked, {**facts, "draft": work.progress.number, "card": card.number})
        work.progress.upload = self._sign(card, asked, file.digest)
        self.keep(work)
        self.send_upload(work)
        if (named, file) in work.missing():
            raise SignedTooLate

    def send_upload(self, work: Work) -> None:
        """Send a file whose signature is kept, for the first time or again. Afterwards it is with the document, or has
        to be signed anew."""
        pinned = work.progress.upload
        assert pinned is not None
        file = next((file for _, file in work.attachments if file.digest == pinned.digest), None)
        if file is None:
            raise edited()
        form = {"token": pinned.token, "signature": pinned.signature, "certificate": pinned.certificate}
        files = {"file": ("file.pdf", file.data, "application/pdf")}
        try:
            with self._effect("upload"):
                view = self.window.call("POST", f"{work.path}/attachments", data=form, files=files)
        except Problem as problem:
            if _is_kept(problem):
                raise
            work.progress.upload = None  # whatever is wrong, this signature will not do
            self.keep(work)
            if problem.slug != CONFLICT:
                raise
            view = self.window.call("GET", work.path)
            arrived = any(each["sha256"] == file.digest for each in view["attachments"])
            if view["version"] != work.progress.version + arrived:
                raise edited() from problem
        work.view, work.progress.version, work.progress.upload = view, view["version"], None
        self.keep(work)

    def _last_submission(self, work: Work) -> int:
        """The number of the history's last entry that tells of a submission; 0 where there is none."""
        items = self.window.call("GET", f"{work.path}/history")["items"]
        return max((each["no"] for each in items if each["kind"] == "submitted"), default=0)

    def prepare(self, type: str, works: Sequence[Work], card: Card) -> list[Mapping[str, Any]]:
        """The portal's answer for each document: `prepared` or `problem`. Raises CardTrouble, Problem, Trouble."""
        documents = [
            {"number": w.progress.number, "version": w.progress.version, "action": w.order.action}
            for w in works
        ]
        body = {"card_no": card.number, "documents": documents}
        items: list[Mapping[str, Any]] = self.window.call(
            "POST", f"/api/documents/{type}/prepare", json=body
        )["items"]
        return items

    def pin(self, work: Work, item: Mapping[str, Any], card: Card) -> None:
        """The card signs what the file asked for and nothing else, and it is kept. Raises CardTrouble, Refusal, and
        Problem where the portal refuses the document."""
        if item["problem"]:
            raise problem_of(item["problem"])
        asked, order = item["prepared"], work.order
        _inspect(asked, {
            "type": order.type, "number": work.progress.number, "action": order.action,
            "version": work.progress.version, "card": card.number,
        })  # fmt: skip
        _inspect_content(asked, work)
        work.progress.action = self._sign(card, asked)
        work.fresh = True
        self.keep(work)

    def _sign(self, card: Card, asked: Mapping[str, Any], digest: str = "") -> Pinned:
        with self._effect("sign"):
            signed = card.sign(asked["signing_input"])
        return Pinned(
            token=asked["token"], signature=signed.signature, certificate=signed.certificate, digest=digest
        )

    def submit(self, type: str, certificate: str, works: Sequence[Work]) -> list[Mapping[str, Any]]:
        """The portal's answer for each document: `document` or `problem`. Raises Problem, Trouble."""
        documents = [
            {"number": w.progress.number, "token": w.progress.action.token, "signature": w.progress.action.signature}
            for w in works
            if w.progress.action
        ]  # fmt: skip
        body = {"certificate": certificate, "documents": documents}
        try:
            with self._effect("submit"):
                said = self.window.call("POST", f"/api/documents/{type}/submit", json=body)
        except Problem as problem:
            if _is_kept(problem):
                raise
            return [{"document": None, "problem": problem}] * len(works)
        items: list[Mapping[str, Any]] = said["items"]
        return items

    def arrived(self, work: Work, answer: Mapping[str, Any]) -> bool:
        """Whether the document is submitted. False: the signature came too late and the next round signs anew.

        Raises Problem where the portal refuses the document, SignedTooLate where it was signed just now.
        """
        if answer["document"]:
            work.view = answer["document"]
            return True
        problem = answer["problem"]
        problem = problem if isinstance(problem, Problem) else problem_of(problem)
        if not work.fresh and self._last_submission(work) > work.progress.after:
            work.view = self.window.call("GET", work.path)  # an earlier try had arrived, its answer had not
            return True
        if _is_kept(problem):
            raise problem
        work.progress.action = None
        self.keep(work)
        if work.fresh and problem.slug == CONFLICT and not problem.violations:
            raise SignedTooLate(problem.detail)
        if work.fresh:
            raise problem
        return False

    @contextmanager
    def _effect(self, name: str) -> Iterator[None]:
        self.watch(f"before {name}")
        yield
        self.watch(f"after {name}")


def raise_card_trouble(violations: Sequence[Mapping[str, Any]]) -> None:
    """Raise CardTrouble where the card is what is wrong: the document waits for the right one."""
    for each in violations:
        if each["rule"] == CARD_RULE:
            raise CardTrouble(f"{each['message']}。{each['advice']}")


def _is_kept(problem: Problem) -> bool:
    """Whether what was signed may still be taken: the portal has not looked at it."""
    return problem.status == 401 or problem.slug in STUMBLED


def problem_of(said: Mapping[str, Any]) -> Problem:
    """A refusal among the answers to several documents."""
    slug = str(said["type"]).rpartition("/")[2]
    return Problem(said["status"], slug, said["detail"], said["advice"], said["clause"], said["violations"])


def refusal_of(problem: Problem) -> Refusal:
    """The portal's refusal of a document."""
    return Refusal(problem.detail, problem.advice, problem.clause, problem.violations)


def _is_ours(work: Work) -> bool:
    """Whether a draft under the sender's number is as this file leaves it: saved once, and with no files but its."""
    view = work.view or {}
    ours = {file.digest for _, file in work.attachments}
    files = [each["sha256"] for each in view["attachments"]]
    return view["version"] == 1 + len(files) and ours.issuperset(files)


def _amends(action: Mapping[str, Any]) -> bool:
    """Whether an action is for documents in force: an amendment, or a follow-up (反馈, 取消预约)."""
    return bool(action.get("amends")) or action.get("edits") is not None


def _has_own_form(action: Mapping[str, Any]) -> bool:
    return bool(action.get("amends")) and action.get("edits") is None


def _version(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def _inspect(asked: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raise Refusal unless the statement that the card would sign is what was asked for."""
    statement = asked["statement"]
    if asked["signing_input"] != signing_input(canonical(statement)):
        raise _not_asked("签名原文")
    for name, value in expected.items():
        if statement.get(name) != value:
            raise _not_asked(name)


def _inspect_content(asked: Mapping[str, Any], work: Work) -> None:
    """The same of the content: its digest, that each value is one that the portal showed for the document, and its
    files: all of this order, and no other than the document's."""
    content, view = asked["content"], work.view or {}
    if asked["statement"]["content_sha256"] != hashlib.sha256(canonical(content)).hexdigest():
        raise _not_asked("内容摘要")
    signed = {each["sha256"] for each in asked["statement"].get("attachments", ())}
    ours = {file.digest for _, file in work.attachments}
    if not ours <= signed <= {each["sha256"] for each in view.get("attachments", ())}:
        raise _not_asked("随附单据")
    shown, in_force = view.get("content", {}), view.get("in_force") or {}
    for name, value in content.items():
        if not _is_of(value, shown.get(name)) and not _is_of(value, in_force.get(name)):
            raise _not_asked(name)


def _is_of(signed: object, shown: object) -> bool:
    """Whether what is signed is what is shown, but for empty values and cells that do not count."""
    if isinstance(signed, list) and isinstance(shown, list):
        return len(signed) == len(shown) and all(map(_is_row_of, signed, shown))
    return signed == shown


def _is_row_of(signed: object, shown: object) -> bool:
    if isinstance(signed, Mapping) and isinstance(shown, Mapping):
        return all(shown.get(name) == value for name, value in signed.items())
    return signed == shown


def _not_asked(what: str) -> Refusal:
    return Refusal(f"待签名的内容与文件所要求的不一致（{what}），已拒绝签名", "请联系系统管理员")
