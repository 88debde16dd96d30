"""Making system administrators, or giving one another password: from the command line or the demo world, as the
tables' owner (PORT-10). There is no page for that: one who locks himself out, or leaves, is let in or shut out here."""

from __future__ import annotations

import dataclasses

import asyncpg

from singlewindow.contract.postgres import connect
from singlewindow.kernel.people import values
from singlewindow.kernel.people.passwords import hash_password
from singlewindow.kernel.people.registration import username_taken
from singlewindow.kernel.problems import Refused, Violation

_ADD = """
insert into account (username, password_hash, display_name, role, must_change) values ($1, $2, $3, 'system', $4)
on conflict (username) do nothing returning id
"""
_REPLACE = """
with known as (
    update account set password_hash = $2, display_name = $3, must_change = true, active = true
    where username = $1 and role = 'system' returning id
),
out as (delete from session where account_id in (select id from known)),
unlocked as (
    insert into login_attempt (username, address, level, succeeded) select $1, $4, 'unlock', true from known
),
noted as (
    insert into account_event (company_id, who, kind, account) select null, $4, 'password reset', $1 from known
)
select count(*) = 1 from known
"""
COMMAND = "add-administrator --replace"  # whose act it is, and from where


async def add(
    connection: asyncpg.Connection, username: str, password: str, name: str, *, must_change: bool
) -> bool:
    """A new account of no company; False where the user name is taken. The connection is the tables' owner's."""
    made = await connection.fetchval(_ADD, username, await hash_password(password), name, must_change)
    return made is not None


async def add_checked(
    owner_url: str, username: str, password: str, name: str, *, replace: bool = False
) -> None:
    """The same after the rules for user names and passwords; the password is to be changed at the first log-in.

    With `replace` one who is there gets this name and password, is active and not locked, and is logged out everywhere;
    a company's account is not touched. Raises Refused with everything that is wrong.
    """
    if wrong := [*values.of_account(username, name), *values.of_password(password, username)]:
        raise Refused.because(wrong)
    connection = await connect(owner_url)
    try:
        if replace and await connection.fetchval(
            _REPLACE, username, await hash_password(password), name, COMMAND
        ):
            return
        if not await add(connection, username, password, name, must_change=True):
            raise Refused.because([await _taken(connection, username)])
    finally:
        await connection.close()


async def _taken(connection: asyncpg.Connection, username: str) -> Violation:
    """A system administrator's user name may be replaced, one of a company may not."""
    taken = username_taken(username)
    if await connection.fetchval("select role = 'system' from account where username = $1", username):
        return dataclasses.replace(taken, advice="请换一个用户名，或用 --replace 重设其姓名和密码")
    return dataclasses.replace(taken, message=f"{taken.message}，属于企业账号")
