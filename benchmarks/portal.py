"""The portal as it is, with one more route: a bare INSERT, the floor below which no draft can be saved.

It is answered as the portal's fastest routes are (`DirectFirst`), over a pool of the portal's own kind, by one
statement that is a transaction of its own. Nobody else mounts the route: it stands here and not in the kernel, and its
table is made by the benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request, Response

from singlewindow.contract.postgres import connect
from singlewindow.kernel.__main__ import answer_requests
from singlewindow.kernel.database.pool import Pool
from singlewindow.kernel.http import document_routes
from singlewindow.kernel.http.app import create_app as create_portal
from singlewindow.kernel.http.direct import Direct
from singlewindow.kernel.settings import settings

TABLES = (
    "create table bench_floor (id bigint generated always as identity primary key, body text not null)",
    "grant insert on bench_floor to sw_web",
)
CONNECTIONS, PATIENCE = 10, 10.0


async def insert(request: Request) -> Response:
    """One INSERT of the request's body."""
    body = (await request.body()).decode()
    pool: Pool = request.app.state.floor
    async with pool.connection() as connection:
        await connection.execute("insert into bench_floor (body) values ($1)", body)
    return Response(b"{}", 201, media_type="application/json")


def create_app() -> FastAPI:
    """The portal's own application; the floor's route is asked as those that are asked most."""
    app = create_portal()
    document_routes.most_asked.routes.append(
        Direct("/bench/floor", insert, methods=["POST"], status_code=201)
    )
    portal_lives = app.router.lifespan_context

    @asynccontextmanager
    async def lives(app: FastAPI) -> AsyncIterator[None]:
        async with portal_lives(app):
            opened = partial(connect, settings().web_database_url)
            app.state.floor = Pool(opened, CONNECTIONS, PATIENCE)
            yield
            await app.state.floor.close()

    app.router.lifespan_context = lives
    return app


if __name__ == "__main__":
    answer_requests(create_app(), int(sys.argv[1]))
