"""Tries to log in, to register and to change a password: every one is recorded, and too many failures close the
door for a while.

A try is written down before its password is checked and settled afterwards, under locks for the user name and the
address; until then it counts as failed. So many tries at the same moment do not pass a limit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.problems import TooMany

WINDOW = timedelta(minutes=15)
PER_USERNAME = 5
"""Wrong passwords in the window, since the last right one; unknown user names count alike."""
PER_ADDRESS = 30
"""Failed log-ins of any kind in the window from one address."""

Level = Literal["password", "card", "change", "register", "unlock"]
"""What was tried: a log-in by password or card, a change of the password, a registration; an administrator's unlock
counts as a success."""
_TOGETHER: dict[str, Sequence[str]] = {
    "password": ("password", "change"),
    "change": ("password", "change"),
    "register": ("register",),
}
"""Tries that count together for a user name: whoever registers a name blocks nobody's log-in."""

_CLOSED = {
    "password": ("该用户名密码错误次数过多", "也可以使用卡介质登录"),
    "change": ("原密码错误次数过多", "忘记密码的，请企业管理员重置"),
    "register": ("该用户名的注册尝试次数过多", "也可以换一个用户名"),
}
_USERNAME_WAIT = """
select extract(epoch from min(at) + $2::interval - now()) from (
    select at from login_attempt a
    where username = $1 and level = any($4) and succeeded is not true and at > now() - $2::interval
      and not exists (select from login_attempt s
                      where s.username = $1 and s.level = any($4 || '{unlock}'::text[]) and s.succeeded
                        and s.at > a.at)
    order by at desc limit $3) recent
having count(*) = $3
"""
_ADDRESS_WAIT = """
select extract(epoch from min(at) + $2::interval - now()) from (
    select at from login_attempt where address = $1 and succeeded is not true and at > now() - $2::interval
    order by at desc limit $3) recent
having count(*) = $3
"""


async def begin(transaction: Transaction, username: str, address: str, level: Level) -> int:
    """Write down a try that is yet to be checked; its id, for `settle`.

    Raises TooMany for the user name or the address.
    """
    for held in (f"user {username}", f"address {address}"):  # in this order everywhere
        await transaction.run("select pg_advisory_xact_lock(hashtextextended('login ' || $1, 0))", held)
    await check_address(transaction, address)
    wait = await transaction.value(_USERNAME_WAIT, username, WINDOW, PER_USERNAME, list(_TOGETHER[level]))
    if wait is not None:
        what, advice = _CLOSED[level]
        raise _too_many(what, float(wait), advice)
    return await record(transaction, username, address, level, None)


async def check_address(transaction: Transaction, address: str) -> None:
    """Raise TooMany when too many log-ins from this address failed."""
    wait = await transaction.value(_ADDRESS_WAIT, address, WINDOW, PER_ADDRESS)
    if wait is not None:
        raise _too_many(
            "从您的网络登录、注册失败次数过多", float(wait), "如非本人操作，请联系本单位网络管理员"
        )


async def record(
    transaction: Transaction, username: str, address: str, level: Level, succeeded: bool | None
) -> int:
    """Write down a try; its id."""
    id: int = await transaction.value(
        "insert into login_attempt (username, address, level, succeeded) values ($1, $2, $3, $4) returning id",
        username, address, level, succeeded,
    )  # fmt: skip
    return id


async def settle(transaction: Transaction, id: int, succeeded: bool) -> None:
    """How a recorded try ended."""
    await transaction.run("update login_attempt set succeeded = $2 where id = $1", id, succeeded)


def _too_many(what: str, wait: float, advice: str) -> TooMany:
    seconds = max(1, round(wait))
    minutes = -(-seconds // 60)
    return TooMany(f"{what}，请 {minutes} 分钟后再试；{advice}", retry_after=seconds)
