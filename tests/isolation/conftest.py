"""One world for the whole matrix, in a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
from fastapi import FastAPI

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.http import metrics
from singlewindow.kernel.settings import settings
from tests.house import Customs, House
from tests.isolation.standpoint import AWAY, DATABASE, DIGEST, Standpoint
from tests.isolation.world import build

if TYPE_CHECKING:
    from conftest import Standing, TestPostgres


@pytest.fixture(scope="session")
async def standpoint(
    postgres: TestPostgres,
    portal_template: str,
    standing: Standing,
    application: FastAPI,
    ordinary_file: None,
) -> AsyncIterator[Standpoint]:
    """Built once."""
    postgres.cluster.query(f"create database {DATABASE} template {portal_template} owner sw_migrate")
    connection = await asyncpg.connect(postgres.dsn(DATABASE, "postgres"))
    for function in (DIGEST, AWAY):
        await connection.execute(function)
    await connection.close()
    web, worker, owner = [
        await Database.connect(postgres.dsn(DATABASE, r)) for r in ("sw_web", "sw_worker", "sw_migrate")
    ]
    plain = await asyncpg.create_pool(postgres.dsn(DATABASE), min_size=0, max_size=4, statement_cache_size=0)
    pki = settings().pki_folder
    application.state.settings = settings()
    application.state.database = web
    application.state.typesetter = standing.tools.typesetter
    house = House(application, postgres.dsn(DATABASE), web, worker, owner, plain, pki, pki.parent / "cards",
                  Customs(pki, web), standing.tools)  # fmt: skip
    metrics._requests.clear()  # of all tests before: each role asks for them
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(settings(), "captcha_fixed", "8888")
        world = await build(house)
    yield Standpoint(application, world, postgres.dsn)
    for client in house.clients:
        await client.aclose()
    for pool in (web, worker, owner, plain):
        await pool.close()
