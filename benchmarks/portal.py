"""The portal as it is, with one more route: a bare INSERT, the floor below which no draft can be saved.

Nobody else mounts the route: it stands here and not in the kernel, and its table is made by the benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import APIRouter, FastAPI, Request, Response

from singlewindow.kernel.__main__ import answer_requests
from singlewindow.kernel.http.app import create_app as create_portal
from singlewindow.kernel.settings import settings

TABLES = (
    "create table bench_floor (id bigint generated always as identity primary key, body text not null)",
    "grant insert on bench_floor to sw_web",
)
router = APIRouter()


@router.post("/bench/floor", status_code=201)
async def insert(request: Request) -> Response:
    """One transaction with one INSERT of the request's body."""
    body = (await request.body()).decode()
    pool: asyncpg.Pool = request.app.state.floor
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("insert into bench_floor (body) values ($1)", body)
    return Response(b"{}", 201, media_type="application/json")


def create_app() -> FastAPI:
    """The portal's own application; the floor's route is the first to be asked."""
    app = create_portal()
    app.router.routes.insert(0, router.routes[0])
    portal_lives = app.router.lifespan_context

    @asynccontextmanager
    async def lives(app: FastAPI) -> AsyncIterator[None]:
        async with portal_lives(app), asyncpg.create_pool(settings().web_database_url, min_size=1) as pool:
            app.state.floor = pool
            yield

    app.router.lifespan_context = lives
    return app


if __name__ == "__main__":
    answer_requests(create_app(), int(sys.argv[1]))
