"""What everybody may do with the own account: see it, change the password, read the own log-ins (PORT-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.people import account_log, attempts, passwords, session_store, values
from singlewindow.kernel.people.person import Account
from singlewindow.kernel.problems import Refused

MOST_LOGINS = 50


@dataclass(frozen=True)
class Login:
    """A try to log in under the own user name; `succeeded` None: it was broken off."""

    id: int
    at: datetime
    address: str
    level: str
    succeeded: bool | None


@dataclass(frozen=True)
class PasswordChange:
    """The old password, the new one, from which address, and the token of the session that goes on."""

    old: str
    new: str
    address: str
    token: str


async def change_password(database: Database, account: Account, wanted: PasswordChange) -> None:
    """The other sessions of the account end. Raises Refused, or TooMany after too many wrong old passwords."""
    async with database.transaction() as transaction:  # nobody's: the limits count other companies' tries too
        attempt = await attempts.begin(transaction, account.username, wanted.address, "change")
    async with database.transaction(account.actor) as transaction:
        stored = await transaction.value(
            "select password_hash from account where id = $1", account.account_id
        )
    right = await passwords.matches(stored, wanted.old)
    async with database.transaction() as transaction:
        await attempts.settle(transaction, attempt, right)
    _check(account, wanted, right=right)
    new_hash = await passwords.hash_password(wanted.new)
    async with database.transaction(account.actor) as transaction:
        changed = await transaction.value(
            """update account set password_hash = $2, must_change = false where id = $1 and password_hash = $3
               returning true""",
            account.account_id,
            new_hash,
            stored,
        )
        if not changed:  # an administrator has set another one meanwhile: that one holds
            raise _wrong_old()
        await session_store.end_others(transaction, account.account_id, wanted.token)
        await account_log.write(
            transaction, account, account.company_id, "password changed", account.username
        )


async def logins(transaction: Transaction, account: Account, before: int | None) -> list[Login]:
    """The newest tries under the own user name since the account exists, older than `before` where it is given."""
    rows = await transaction.rows(
        f"""select id, at, address, level, succeeded from login_attempt
            where username = $1 and level in ('password', 'card') and ($2::bigint is null or id < $2)
              and at >= (select created_at from account where id = $3)
            order by at desc, id desc limit {MOST_LOGINS}""",
        account.username,
        before,
        account.account_id,
    )
    return [Login(**dict(row)) for row in rows]


def _check(account: Account, wanted: PasswordChange, *, right: bool) -> None:
    if not right:
        raise _wrong_old()
    found = list(values.of_password(wanted.new, account.username))
    if not found and wanted.new == wanted.old:
        found = [values.wrong("password", "account.password", "新密码不能与原密码相同", "请换一个密码")]
    if found:
        raise Refused.because(found)


def _wrong_old() -> Refused:
    return Refused.because([values.wrong("old", "account.password.old", "原密码不正确", "请核对后重新输入")])
