"""Of several PostgreSQL servers in an address the one is taken that answers and accepts writes (OPER-04)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from singlewindow.contract import postgres as servers
from tests.ports import free_ports

USERS = "postgresql://sw_web:p%40ss@"


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def relay(socket_file: str | None) -> AsyncIterator[int]:
    """A TCP port that leads to a server's socket, or that takes a connection and is silent."""
    silent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if socket_file is None:
            await silent.wait()
            writer.close()
            return
        inner, outer = await asyncio.open_unix_connection(socket_file)
        await asyncio.gather(_copy(reader, outer), _copy(inner, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        silent.set()
        server.close()


def test_an_address_names_servers_in_order() -> None:
    """User, database and options are those of each."""
    assert servers.servers(f"{USERS}a:1,b:2/d?sslmode=require") == [
        f"{USERS}a:1/d?sslmode=require",
        f"{USERS}b:2/d?sslmode=require",
    ]
    assert servers.servers("postgresql://u@/d?host=/run") == ["postgresql://u@/d?host=/run"]


async def test_one_that_cannot_be_reached_is_told_without_its_password() -> None:
    """OPER-01: before a program begins, by the name of the setting."""
    (port,) = free_ports(1)
    with pytest.raises(servers.Unreachable) as ended:
        await servers.reach("WEB_DATABASE_URL", f"{USERS}127.0.0.1:{port}/portal")
    said = str(ended.value)
    assert f"127.0.0.1:{port}/portal cannot be opened" in said
    assert "SINGLEWINDOW_WEB_DATABASE_URL" in said
    assert "ss@" not in said


async def test_what_refuses_or_is_silent_is_passed_over(
    postgres: Any, portal_template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is silent costs its own time and no more, and once: it is tried last from then on."""
    monkeypatch.setattr(servers, "HOST_SECONDS", 2)  # the open one too has so long, on a machine that builds
    postgres.create_database("several")
    folder = postgres.dsn("several").rpartition("host=")[2].replace("%2F", "/")
    [closed] = free_ports(1)
    async with relay(None) as silent, relay(f"{folder}/.s.PGSQL.5432") as open_:
        url = "postgresql://sw_migrate@" + ",".join(
            f"127.0.0.1:{port}" for port in (closed, silent, open_)
        ) + "/several"  # fmt: skip
        began = time.monotonic()
        pool = await asyncpg.create_pool(url, connect=servers.connect, min_size=1, max_size=2, timeout=20)
        assert await pool.fetchval("select 1") == 1
        assert time.monotonic() - began >= 2
        assert servers._order[url][0].endswith(f":{open_}/several")
        second = await servers.connect(url)
        await second.close()
        await pool.close()


async def test_a_server_that_takes_no_writes_is_none(postgres: Any) -> None:
    """As a standby it is passed over; where there is no other the failure is one that passes."""
    postgres.create_database("reading")
    postgres.cluster.query("alter database reading set default_transaction_read_only = on")
    folder = postgres.dsn("reading").rpartition("host=")[2].replace("%2F", "/")
    [closed] = free_ports(1)
    async with relay(f"{folder}/.s.PGSQL.5432") as reading:
        url = f"postgresql://sw_migrate@127.0.0.1:{reading},127.0.0.1:{closed}/reading"
        with pytest.raises(servers.FAILURES):
            await servers.connect(url)
        url = f"postgresql://sw_migrate@127.0.0.1:{closed},127.0.0.1:{reading}/reading"
        with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
            await servers.connect(url)
