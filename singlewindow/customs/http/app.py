"""The application: exchange, officers' API, pages, and the background work of the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles

from singlewindow.contract.folder import Boxes
from singlewindow.contract.serving import UNBUILT
from singlewindow.customs import desks, faults, loops, mode
from singlewindow.customs.database import Database
from singlewindow.customs.http import (
    clock,
    description,
    desk,
    exchange,
    metrics,
    problems,
    registers,
    sessions,
)
from singlewindow.customs.http import mode as mode_routes
from singlewindow.customs.http.limits import CustomsBodyLimit
from singlewindow.customs.http.parts import Parts, Running
from singlewindow.customs.http.requests import RequestFrame
from singlewindow.customs.keys import Keys
from singlewindow.customs.settings import CustomsSettings

log = structlog.get_logger()


def create_app(settings: CustomsSettings | None = None, *, background: bool = True) -> FastAPI:
    """The customs program; without `background`, nothing is understood, decided or sent by itself."""
    chosen = settings or CustomsSettings()

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        chosen: CustomsSettings = app.state.settings
        boxes = Boxes(chosen.boxes).make() if background and chosen.transport == "folder" else None
        parts = Parts(
            chosen, await Database.connect(chosen.customs_database_url), Keys.load(chosen.pki_folder)
        )
        app.state.parts = parts
        async with parts.database.transaction() as transaction:
            await mode.initialise(transaction, chosen)
            await faults.initialise(transaction, chosen)
        task = asyncio.create_task(_work(parts, boxes)) if background else None
        log.info("customs ready", port=chosen.customs_port, portal=chosen.portal_url)
        yield
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await parts.database.close()

    app = FastAPI(
        title="海关端（演示）",
        version="1",
        lifespan=running,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = chosen
    app.add_middleware(CustomsBodyLimit)
    app.add_middleware(RequestFrame)
    problems.install(app)
    for router in (
        exchange.router,
        sessions.router,
        desk.router,
        mode_routes.router,
        registers.router,
        clock.router,
        metrics.router,
        *(router for each in desks.desks().values() for router in each.routers),
    ):
        app.include_router(router)
    _add_health(app)
    _add_pages(app, chosen)
    description.describe(app)
    return app


async def _work(parts: Parts, boxes: Boxes | None) -> None:
    await loops.work(parts.database, parts.keys, parts.settings, boxes)


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operation"])
    async def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operation"])
    async def ready(parts: Running) -> Response:
        """The database answers too (503 otherwise)."""
        try:
            async with asyncio.timeout(3), parts.database.transaction():
                return JSONResponse({"status": "ok"})
        except Exception as error:
            log.warning("not ready", reason=repr(error))
            return JSONResponse({"status": "database away"}, 503)


def _add_pages(app: FastAPI, settings: CustomsSettings) -> None:
    page = settings.web_dist / "customs.html"

    @app.get("/", include_in_schema=False)
    async def officers_page() -> Response:
        if not page.is_file():
            return PlainTextResponse(UNBUILT, 404)
        return FileResponse(page, headers={"Cache-Control": "no-cache"})

    app.mount("/assets", StaticFiles(directory=settings.web_dist / "assets", check_dir=False), "assets")
