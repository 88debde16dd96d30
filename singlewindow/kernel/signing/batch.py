"""Several documents with one PIN entry: a statement for each, and each is answered on its own (PORT-08).

Everything happens in one transaction, each document in a savepoint. Before the first is submitted all are locked, in
the order of their numbers, as everything locks documents, and then what they draw on: whoever waits for one of them
then holds nothing that the batch still needs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from singlewindow.kernel.documents import draws
from singlewindow.kernel.documents.view import View
from singlewindow.kernel.problems import Problem
from singlewindow.kernel.signing.declare import SigningDesk
from singlewindow.kernel.signing.prepared import Prepared, Signed

MOST = 100  # documents of one batch


@dataclass(frozen=True)
class Wanted:
    """A signed action of a document, in the version that the user saw."""

    number: str
    version: int
    action: str


@dataclass(frozen=True)
class Given:
    """The card's signature over a document's statement (Base64 of raw r‖s), and the statement's token."""

    number: str
    token: str
    signature: str


Item = TypeVar("Item", Wanted, Given)
Answer = TypeVar("Answer")


async def prepare_all(
    signing: SigningDesk, wanted: Sequence[Wanted], card_no: str
) -> list[Prepared | Problem]:
    """What the card is to sign for each document, or why it is refused, in the order of the question."""

    async def prepare(each: Wanted) -> Prepared:
        return await signing.prepare(each.number, each.version, each.action, card_no)

    return await _each(signing, wanted, prepare)


async def submit_all(
    signing: SigningDesk, given: Sequence[Given], certificate: str, request_id: str, now: datetime
) -> list[View | Problem]:
    """Each document after its action, or why it was refused, in the order of the question; `certificate` is Base64."""

    async def submit(each: Given) -> View:
        signed = Signed.of(each.signature, certificate)
        return await signing.submit(each.number, each.token, signed, request_id, now)

    documents = await signing.desk.lock_all([each.number for each in given])
    contents = [content for each in documents for content in (each.content, each.amendment or {})]
    await draws.lock(signing.desk.transaction, signing.desk.type, contents)
    return await _each(signing, given, submit)


async def _each(
    signing: SigningDesk, items: Sequence[Item], do: Callable[[Item], Awaitable[Answer]]
) -> list[Answer | Problem]:
    answers: dict[int, Answer | Problem] = {}
    for at, item in sorted(enumerate(items), key=lambda pair: (pair[1].number, pair[0])):
        try:
            async with signing.desk.transaction.savepoint():
                answers[at] = await do(item)
        except Problem as problem:
            answers[at] = problem
    return [answers[at] for at in range(len(items))]
