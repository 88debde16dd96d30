"""Binding a card of the company to an account, proved by its signature, and taking it away (PORT-04, PORT-09)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from singlewindow.contract.certificates import CardIdentity
from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.people import account_log, cards, challenges, refusals, rights, session_store, values
from singlewindow.kernel.people.accounts import Colleague, Office, get_colleague, why_not
from singlewindow.kernel.people.challenges import CardChallenge
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.rights import Act
from singlewindow.kernel.problems import Conflict, Refused

PURPOSE = "bind"


@dataclass(frozen=True)
class Answer:
    """What a card answered to a challenge: DER certificate and raw r‖s signature of its signing input."""

    challenge: str
    certificate: bytes
    signature: bytes


@dataclass(frozen=True)
class Binder:
    """A person who binds cards: an administrator to any account of the company, everybody to the own one."""

    database: Database
    person: Person
    pki: Path

    async def challenge(self, id: int, certificate: bytes, address: str) -> CardChallenge:
        """What the card is to sign: that it is to be bound to this account. Raises Refused, NotFound, Conflict."""
        async with self.database.transaction(self.person.actor) as transaction:
            target = await self._target(transaction, id)
        identity = await asyncio.to_thread(cards.identify, certificate, self.pki)
        self._check_company(identity)
        facts = {
            "purpose": PURPOSE,
            "company": self.person.customs_code,
            "username": target.username,
            "card": identity.card_no,
        }
        return await challenges.make(self.database, "bind", facts, address)

    async def bind(self, id: int, answer: Answer) -> Colleague:
        """The card is the account's from now on. The challenge is used up whatever happens.

        Raises Refused for a card that did not sign this or is another company's, Conflict where the account has a
        card or the card an account, NotFound.
        """
        async with self.database.transaction() as transaction:
            statement = await challenges.take(transaction, answer.challenge, "bind", self.person.customs_code)
        identity = await asyncio.to_thread(
            cards.prove, statement, answer.certificate, answer.signature, self.pki
        )
        self._check_company(identity)
        async with self.database.transaction(self.person.actor) as transaction:
            target = await self._target(transaction, id)
            _same(json.loads(statement or "{}"), target, identity)
            await self._store(transaction, target, identity)
            await account_log.write(
                transaction, self.person, target.company_id, "bound", target.username, card=identity.card_no
            )
            return await get_colleague(transaction, self.person, id)

    async def unbind(self, id: int) -> Colleague:
        """The account has no card any more, and its sessions that began with the card end."""
        async with self.database.transaction(self.person.actor) as transaction:
            heads, target = await Office(transaction, self.person).at(id, rights.UNBIND)
            _refuse(why_not(rights.UNBIND, self.person, target, heads))
            await transaction.run(
                "update card set account_id = null, bound_at = null where account_id = $1", target.id
            )
            await session_store.end_others(transaction, target.id, level="card")
            await account_log.write(
                transaction,
                self.person,
                target.company_id,
                "unbound",
                target.username,
                card=target.card_no or "",
            )
            return await get_colleague(transaction, self.person, id)

    async def _target(self, transaction: Transaction, id: int) -> Colleague:
        """The account that is to have the card, locked."""
        if id == self.person.account_id:
            rights.require(self.person, rights.BIND_OWN)
            heads, target = 0, await get_colleague(transaction, self.person, id, lock=True)
            act: Act = rights.BIND_OWN
            _refuse(f"该账号已绑定卡 {target.card_no}，请先由企业管理员解绑" if target.card_no else "")
        else:
            act = rights.BIND
            heads, target = await Office(transaction, self.person).at(id, act)
        _refuse(why_not(act, self.person, target, heads))
        return target

    def _check_company(self, identity: CardIdentity) -> None:
        if identity.customs_code != self.person.customs_code:
            message = f"卡号 {identity.card_no} 是其他企业（{identity.company_name}）的卡，不能绑定"
            raise Refused.because(
                [values.wrong("certificate", "bind.company", message, "请插入本企业的卡", refusals.CLAUSE)]
            )

    async def _store(self, transaction: Transaction, target: Colleague, identity: CardIdentity) -> None:
        """A card has one account: whoever comes second is refused, at the same instant too."""
        bound = await transaction.value(
            """insert into card (card_no, company_id, kind, holder, account_id, bound_at)
               values ($1, $2, $3, $4, $5, now()) on conflict do nothing returning card_no""",
            identity.card_no, target.company_id, identity.kind, identity.holder, target.id,
        ) or await transaction.value(
            """update card set kind = $3, holder = $4, account_id = $5, bound_at = now()
               where card_no = $1 and company_id = $2 and account_id is null returning card_no""",
            identity.card_no, target.company_id, identity.kind, identity.holder, target.id,
        )  # fmt: skip
        if bound is None:
            raise Conflict(f"卡号 {identity.card_no} 已绑定其他账号，不能再绑定；请先解绑，或更换一张卡")


def _same(statement: dict[str, str], target: Colleague, identity: CardIdentity) -> None:
    """The card signed for this account and no other."""
    if (statement.get("username"), statement.get("card")) != (target.username, identity.card_no):
        raise refusals.wrong_signature()


def _refuse(why: str) -> None:
    if why:
        raise Conflict(why)
