"""A connection to the PostgreSQL that takes writes now, where the address names several servers.

    postgresql://sw_web@db1:5432,db2:5432/singlewindow      a primary and its standby, whichever is which today

Both sides connect in this way alone (decision 0061). Of several servers the one is taken that accepts writes; one that
refuses, is silent for HOST_SECONDS or is a standby is passed over, and tried last from then on. asyncpg can do this by
itself, but has one time-out for all servers together: a computer without power, which does not even refuse, would use
up all of it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

HOST_SECONDS = 1.5  # of several servers each has so long to answer
REACH_SECONDS = 10.0  # the only server of an address, before a program begins
QUIET_SECONDS = 15  # a server that is silent so long, with words of ours unacknowledged, is gone
_PROBES = ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 3), (socket.TCP_KEEPCNT, 3))
FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
PASSING = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection cut in the middle of a word
    asyncpg.TransactionRollbackError,  # two waited for each other
    asyncpg.InsufficientResourcesError,  # no connection, memory or disk left
    asyncpg.OperatorInterventionError,  # it starts, ends, or was told to end this
    asyncpg.ReadOnlySQLTransactionError,  # it has become a standby
    asyncpg.InvalidCachedStatementError,  # a migration changed what a statement answers: once more will do
    asyncpg.PostgresSystemError,  # the disk, again
)
"""Failures of the database, which pass. What was to be done has nothing to do with them: it is tried again as it was,
and never set aside for a person."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
LACKING = (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError, asyncpg.UndefinedColumnError)
RESTORES = "greatest(('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint - 1, 1)"
"""How many restores of this database have been: each has a timeline of its own, also two to the same moment."""
T = TypeVar("T")
_order: dict[
    str, list[str]
] = {}  # address → the addresses of its servers, the one that took writes last first


async def connect(dsn: str | None = None, **options: Any) -> asyncpg.Connection:
    """A connection to the server that accepts writes; arguments as asyncpg.connect has them, for pools too. `timeout`
    counts where there is but one server.

    Raises one of FAILURES, that of the last server tried, where none accepts writes.
    """
    assert dsn, "an address is what says where the servers are"
    order = _order.setdefault(dsn, servers(dsn))
    if len(order) == 1:
        return _watched(await asyncpg.connect(dsn, **options))
    options = {"target_session_attrs": "read-write", **options, "timeout": HOST_SECONDS}
    failure: BaseException | None = None
    for server in tuple(order):
        try:
            return _watched(await asyncpg.connect(server, **options))
        except (*FAILURES, asyncio.CancelledError) as error:
            order.sort(key=lambda each: each == server)
            failure = error
            if isinstance(error, asyncio.CancelledError):
                raise
    assert failure is not None
    raise failure


def passes_within(error: BaseException) -> bool:
    """Whether what went wrong between the begin of a transaction and its commit is one of PASSING that has nothing to
    do with what was being done there, so that it may be tried again for ever.

    By then there is a connection, and that it breaks has names of its own. Any other OSError is the work's (a child
    that cannot be started, a file), or a statement that takes too long (TimeoutError; QueryCanceledError where the
    server has such a limit); a ValueError is an argument that no statement can take. All of these may come at each try.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(passes_within(each) for each in error.exceptions)
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError) or error.errno in NO_ROOM
    return isinstance(error, PASSING) and not isinstance(error, (ValueError, asyncpg.QueryCanceledError))


class Unreachable(SystemExit):
    """Ends the program: its text goes to standard error, the exit code is 1."""


async def reach(setting: str, url: str) -> None:
    """Whether the database of a setting (its name without prefix) can be opened, asked before a program begins.

    Raises Unreachable with what to look at.
    """
    try:
        connection = await connect(url, timeout=REACH_SECONDS)
    except FAILURES as error:
        advice = f"Does it run there, and is SINGLEWINDOW_{setting} right?"
        raise Unreachable(f"Cannot go on: {unreachable(url, error)}\n{advice}") from None
    await connection.close()


def work_on(setting: str, url: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do a command's work on the database of a setting, once that can be opened; what the work answers.

    Raises Unreachable as `reach` and `told` do, and whatever else the work raises.
    """

    async def reached() -> T:
        await reach(setting, url)
        with told(setting, url):
            return await work()

    return asyncio.run(reached())


@contextmanager
def told(setting: str, url: str) -> Iterator[None]:
    """What is done on the database of a setting: where that lacks tables, refuses its role, or goes away in the middle,
    Unreachable is raised in place of what asyncpg raises, with what to do."""
    named = f"SINGLEWINDOW_{setting}"
    try:
        yield
    except LACKING as error:
        why = f"the database {place(url)} of {named} lacks tables of this version: {why_of(error)}"
        raise Unreachable(f"Cannot go on: {why}\n`singlewindow migrate` makes them.") from None
    except asyncpg.InsufficientPrivilegeError as error:
        why = f"the database {place(url)} refuses the role of {named}: {why_of(error)}"
        raise Unreachable(f"Cannot go on: {why}\nIs that setting right?") from None
    except (*PASSING, asyncpg.LockNotAvailableError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # it is a file's
        why = f"the database {place(url)} broke off in the middle: {why_of(error)}"
        raise Unreachable(f"Cannot go on: {why}\nGive the command again when it answers.") from None


def unreachable(url: str, error: BaseException) -> str:
    """That a database cannot be opened, and why."""
    return f"the database {place(url)} cannot be opened: {why_of(error)}"


def why_of(error: BaseException) -> str:
    """A failure in one line."""
    return str(error).partition("\n")[0] or type(error).__name__


def place(url: str) -> str:
    """An address without user and password."""
    return url.rpartition("@")[2] or url


def servers(url: str) -> list[str]:
    """The addresses of single servers that an address stands for, in its order."""
    parts = urlsplit(url)
    who, at, hosts = parts.netloc.rpartition("@")
    return [urlunsplit(parts._replace(netloc=f"{who}{at}{host}")) for host in hosts.split(",")]


def _watched(connection: asyncpg.Connection) -> asyncpg.Connection:
    """Let the operating system notice when the server's computer is gone: without that a statement waits for its
    answer until its own time is over, and who only listens waits for ever."""
    found = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]  # it has no public name
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return connection
    with suppress(OSError), socket.socket(fileno=os.dup(found.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _PROBES:
            same.setsockopt(socket.IPPROTO_TCP, option, value)
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, QUIET_SECONDS * 1000)
    return connection
