"""Making system administrators: from the command line or the demo world, as the tables' owner (PORT-10)."""

from __future__ import annotations

import asyncpg

from singlewindow.contract.postgres import connect
from singlewindow.kernel.people import values
from singlewindow.kernel.people.passwords import hash_password
from singlewindow.kernel.people.registration import username_taken
from singlewindow.kernel.problems import Refused

_ADD = """
insert into account (username, password_hash, display_name, role, must_change) values ($1, $2, $3, 'system', $4)
on conflict (username) do nothing returning id
"""


async def add(
    connection: asyncpg.Connection, username: str, password: str, name: str, *, must_change: bool
) -> bool:
    """A new account of no company; False where the user name is taken. The connection is the tables' owner's."""
    made = await connection.fetchval(_ADD, username, await hash_password(password), name, must_change)
    return made is not None


async def add_checked(owner_url: str, username: str, password: str, name: str) -> None:
    """The same after the rules for user names and passwords; the password is to be changed at the first log-in.

    Raises Refused with everything that is wrong.
    """
    if wrong := [*values.of_account(username, name), *values.of_password(password, username)]:
        raise Refused.because(wrong)
    connection = await connect(owner_url)
    try:
        if not await add(connection, username, password, name, must_change=True):
            raise Refused.because([username_taken(username)])
    finally:
        await connection.close()
