"""Tries to log in: too many failures close the door to a user name, or to an address, for a while.

A try is written down before its password is checked and settled afterwards, under a lock for the user name
and one for the address, so that many tries at the same moment do not pass a limit together.
"""

from __future__ import annotations

from datetime import timedelta

from singlewindow.customs.database import Transaction
from singlewindow.customs.problems import TooMany

WINDOW = timedelta(minutes=15)
PER_USERNAME = 5
"""Wrong passwords in the window since the last right one; unknown user names count alike."""
PER_ADDRESS = 30
"""Failed log-ins in the window from one address."""

_LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
_USERNAME_WAIT = """
select extract(epoch from min(at) + $2::interval - clock_timestamp())::float8 from (
    select at from login_attempt a
    where username = $1 and succeeded is not true and at > clock_timestamp() - $2::interval
      and not exists (select from login_attempt s
                      where s.username = $1 and s.succeeded and s.at > a.at)
    order by at desc limit $3) recent
having count(*) = $3
"""
_ADDRESS_WAIT = """
select extract(epoch from min(at) + $2::interval - clock_timestamp())::float8 from (
    select at from login_attempt
    where address = $1 and succeeded is not true and at > clock_timestamp() - $2::interval
    order by at desc limit $3) recent
having count(*) = $3
"""


async def begin(transaction: Transaction, username: str, address: str) -> int:
    """Write down a try whose password is yet to be checked; its id, for `settle`.

    Raises TooMany for the user name or the address.
    """
    await transaction.run(_LOCK, f"log-in name {username}")  # names before addresses: no two wait crosswise
    await transaction.run(_LOCK, f"log-in address {address}")
    wait = await transaction.value(_USERNAME_WAIT, username, WINDOW, PER_USERNAME)
    if wait is not None:
        raise _too_many("该用户名密码错误次数过多", wait)
    wait = await transaction.value(_ADDRESS_WAIT, address, WINDOW, PER_ADDRESS)
    if wait is not None:
        raise _too_many("从您的网络登录失败次数过多", wait)
    await transaction.run("delete from login_attempt where at < clock_timestamp() - $1::interval", WINDOW)
    id: int = await transaction.value(
        "insert into login_attempt (username, address) values ($1, $2) returning id", username, address
    )
    return id


async def settle(transaction: Transaction, id: int, succeeded: bool) -> None:
    """How a try ended."""
    await transaction.run("update login_attempt set succeeded = $2 where id = $1", id, succeeded)


def _too_many(what: str, wait: float) -> TooMany:
    return TooMany(f"{what}，请 {max(1, -int(-wait // 60))} 分钟后再试")
