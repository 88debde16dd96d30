"""A company's accounts, as its administrator keeps them: add, role, active, password (PORT-09, PORT-10).

Every act begins with the lock of the company's administrators, so that of two who take away each other's rights
at the same instant one remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people import account_log, attempts, passwords, rights, session_store, values
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.registration import username_taken
from singlewindow.kernel.people.rights import Act
from singlewindow.kernel.problems import Conflict, NotFound, Refused

OWN = "a.company_id = $1"
"""The application's own check of whose accounts are seen; row-level security is the second fence."""
PAGE = 50
_COLUMNS = """a.id, a.company_id, a.username, a.display_name, a.role, a.active, a.must_change, a.created_at,
              a.last_login_at, k.card_no, k.kind as card_kind"""
_FROM = "from account a left join card k on k.account_id = a.id"


@dataclass(frozen=True)
class Colleague:
    """An account of the company, and the card bound to it."""

    id: int
    company_id: int
    username: str
    display_name: str
    role: Literal["administrator", "operator"]
    active: bool
    must_change: bool
    created_at: datetime
    last_login_at: datetime | None
    card_no: str | None
    card_kind: str | None


@dataclass(frozen=True)
class Newcomer:
    """What the administrator fills in for a new account; the password is to be changed at the first log-in."""

    username: str
    display_name: str
    password: str


@dataclass(frozen=True)
class Office:
    """The administrator of a company at work, inside one transaction."""

    transaction: Transaction
    person: Person

    async def page(self, number: int) -> tuple[int, list[Colleague], int]:
        """How many accounts there are, a page of them (from 1), and how many active administrators."""
        total = await self.transaction.value(
            f"select count(*) from account a where {OWN}", self.person.company_id
        )
        rows = await self.transaction.rows(
            f"select {_COLUMNS} {_FROM} where {OWN} order by a.id limit {PAGE} offset $2",
            self.person.company_id,
            (number - 1) * PAGE,
        )
        return total, [_colleague(row) for row in rows], await self.heads()

    async def add(self, newcomer: Newcomer) -> Colleague:
        """A new operator. Raises Refused with everything that is wrong."""
        await self._heads(rights.ADD)
        _check(newcomer)
        name = newcomer.display_name.strip()
        password_hash = await passwords.hash_password(newcomer.password)
        try:
            async with self.transaction.savepoint():
                id = await self.transaction.value(
                    """insert into account (company_id, username, password_hash, display_name, role, must_change)
                       values ($1, $2, $3, $4, 'operator', true) returning id""",
                    self.person.company_id, newcomer.username, password_hash, name,
                )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise Refused.because([username_taken(newcomer.username)]) from None
        await self._log("added", newcomer.username, name=name)
        return await self._get(id)

    async def set_role(self, id: int, role: Literal["administrator", "operator"]) -> Colleague:
        """Raises Conflict for the last active administrator."""
        heads, found = await self.at(id, rights.ROLE)
        if found.role != role:
            _refuse(why_not(rights.ROLE, self.person, found, heads))
            await self._set(id, "role", role)
            await self._log("role", found.username, role=rights.ROLE_NAMES[role])
        return await self._get(id)

    async def set_active(self, id: int, *, active: bool) -> Colleague:
        """Deactivating ends the account's sessions at once. Raises Conflict for the last active administrator."""
        heads, found = await self.at(id, rights.ACTIVE)
        if found.active != active:
            _refuse(why_not(rights.ACTIVE, self.person, found, heads))
            await self._set(id, "active", active)
            await self._log("activated" if active else "deactivated", found.username)
        if not active:
            await session_store.end_others(self.transaction, id)
        return await self._get(id)

    async def reset_password(self, id: int, password: str, address: str) -> None:
        """A new password, to be changed at the next log-in; the account's sessions end, and its door opens again."""
        heads, found = await self.at(id, rights.PASSWORD)
        _refuse(why_not(rights.PASSWORD, self.person, found, heads))
        if wrong := list(values.of_password(password, found.username)):
            raise Refused.because(wrong)
        await self.transaction.run(
            "update account set password_hash = $2, must_change = true where id = $1",
            id,
            await passwords.hash_password(password),
        )
        await session_store.end_others(self.transaction, id)
        await attempts.record(self.transaction, found.username, address, "unlock", True)
        await self._log("password reset", found.username)

    async def heads(self) -> int:
        """How many active administrators the company has."""
        count: int = await self.transaction.value(
            f"select count(*) from account a where {OWN} and a.active and a.role = 'administrator'",
            self.person.company_id,
        )
        return count

    async def at(self, id: int, act: Act) -> tuple[int, Colleague]:
        """The number of active administrators, who stay locked, and the account, locked too.

        Raises Forbidden for who may not, NotFound for absent and foreign accounts alike.
        """
        heads = await self._heads(act)
        return len(heads), await self._get(id, lock=True)

    async def _heads(self, act: Act) -> Sequence[int]:
        """The company's active administrators, locked; who asks must still be one of them."""
        rights.require(self.person, act)
        rows = await self.transaction.rows(
            f"""select a.id from account a where {OWN} and a.role = 'administrator' and a.active
                order by a.id for update""",
            self.person.company_id,
        )
        heads = [row["id"] for row in rows]
        if self.person.account_id not in heads:
            raise Conflict("您的企业管理员权限刚刚被取消，请刷新页面；如有疑问请联系本企业其他管理员")
        return heads

    async def _get(self, id: int, *, lock: bool = False) -> Colleague:
        return await get_colleague(self.transaction, self.person, id, lock=lock)

    async def _set(self, id: int, column: Literal["role", "active"], value: object) -> None:
        await self.transaction.run(f"update account set {column} = $2 where id = $1", id, value)

    async def _log(self, kind: str, username: str, **data: str) -> None:
        await account_log.write(self.transaction, self.person, self.person.company_id, kind, username, **data)


async def get_colleague(
    transaction: Transaction, person: Person, id: int, *, lock: bool = False
) -> Colleague:
    """An account of a person's company. Raises NotFound for absent and foreign ones alike."""
    row = await transaction.row(
        f"select {_COLUMNS} {_FROM} where {OWN} and a.id = $2{' for update of a' if lock else ''}",
        person.company_id,
        id,
    )
    if row is None:
        raise NotFound("没有这个账号；请刷新账号列表")
    return _colleague(row)


def why_not(act: Act, person: Person, target: Colleague, heads: int) -> str:
    """Why `person` may not do this to `target` of a company with `heads` active administrators; '' where he may.

    The grey buttons of the list and the refusals are both this.
    """
    if why := act.why_not(person.role):
        return why
    last = target.active and target.role == "administrator" and heads == 1
    if last and act in (rights.ROLE, rights.ACTIVE):
        return "这是本企业唯一在用的企业管理员，不能停用或改为操作员；请先将另一账号设为企业管理员"
    if act is rights.PASSWORD and target.id == person.account_id:
        return "本人密码请在【账户】页修改"
    if act is rights.BIND and target.card_no:
        return f"该账号已绑定卡 {target.card_no}，请先解绑"
    if act is rights.UNBIND and not target.card_no:
        return "该账号没有绑定卡"
    return ""


def _refuse(why: str) -> None:
    if why:
        raise Conflict(why)


def _check(newcomer: Newcomer) -> None:
    found = [
        *values.of_account(newcomer.username, newcomer.display_name),
        *values.of_password(newcomer.password, newcomer.username),
    ]
    if found:
        raise Refused.because(found)


def _colleague(row: Row) -> Colleague:
    values: dict[str, Any] = dict(row)
    return Colleague(**values)
