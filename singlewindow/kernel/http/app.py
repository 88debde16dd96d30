"""The portal's web application: routes, failures, request ids, and the built pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI, Response
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from singlewindow.contract.serving import UNBUILT
from singlewindow.kernel.database.bound import connect_bound
from singlewindow.kernel.http import (
    account_routes,
    amendment_routes,
    attachment_routes,
    autosave_routes,
    batch_routes,
    clock_routes,
    company_routes,
    description,
    document_routes,
    evidence_routes,
    feed_routes,
    job_routes,
    live_routes,
    metrics,
    news_routes,
    people_routes,
    portal_routes,
    print_routes,
    problems,
    registration_routes,
    reminder_routes,
    seal_routes,
    statistics_routes,
    system_routes,
    template_routes,
    token_rights,
    token_routes,
    webhook_routes,
)
from singlewindow.kernel.http.desk import chapter_person
from singlewindow.kernel.http.direct import DirectFirst
from singlewindow.kernel.http.frame import RequestFrame
from singlewindow.kernel.http.limits import PortalBodyLimit
from singlewindow.kernel.http.logs import configure
from singlewindow.kernel.http.parameters import only_known
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.live.bell import Bell
from singlewindow.kernel.live.hub import Hub
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.problems import Forbidden, NotFound, NotLoggedIn, WrongCard
from singlewindow.kernel.settings import Settings, settings
from singlewindow.kernel.subsystem import document_types, subsystems

ROUTERS = (  # the most asked first, but no number before the word that stands in its place
    statistics_routes.router,
    document_routes.router,
    batch_routes.router,
    people_routes.router,
    registration_routes.router,
    account_routes.router,
    company_routes.router,
    token_routes.router,
    system_routes.router,
    portal_routes.router,
    amendment_routes.router,
    attachment_routes.router,
    autosave_routes.router,
    live_routes.router,
    feed_routes.router,
    news_routes.router,
    reminder_routes.router,
    clock_routes.router,
    print_routes.router,
    evidence_routes.router,
    job_routes.router,
    template_routes.router,
    webhook_routes.router,
    seal_routes.router,
    metrics.router,
)

PAGE_POLICY = (
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; img-src 'self' data:; "
    "frame-src blob:; object-src 'none'; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def create_app() -> FastAPI:
    """The application with the settings of this process."""
    chosen = settings()
    configure(chosen.log_format)
    document_types()  # a mistake in a declaration shows at the start, not at the first request
    app = FastAPI(
        title="中国国际贸易单一窗口",
        version="1",
        summary="A single window: fill in, sign with a card, send to customs, see the answer.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would run scripts of others on our origin
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(only_known)],
        telemetry={"tracing": False, "metrics": False, "logs": False},  # the figures are ours (metrics.py)
    )
    app.state.settings = chosen
    app.state.typesetter = Typesetter(chosen.fonts)
    app.state.leaving = lambda: False  # the server says when it ends, so that open streams end too
    problems.install(app)
    app.router.routes.extend(document_routes.most_asked.routes)
    for router in ROUTERS:
        app.include_router(router)
    _include_chapters(app)
    token_rights.describe(app)
    description.describe(app)
    app.add_middleware(DirectFirst, routes=document_routes.most_asked.routes)
    app.add_middleware(PortalBodyLimit)
    app.add_middleware(RequestFrame)
    _serve_pages(app, chosen)
    return app


def _include_chapters(app: FastAPI) -> None:
    """Serve the chapters' own routes below `/api/<chapter>`, none of them to who may not enter the chapter.

    Raises ValueError for a chapter whose name the kernel's own addresses need.
    """
    paths = [route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    taken = {path.split("/")[2] for path in paths if path.startswith("/api/")}
    for name, subsystem in subsystems().items():
        if subsystem.routes is None:
            continue
        if name in taken:
            raise ValueError(f"the chapter {name} has the name of an address of the kernel")
        app.include_router(
            subsystem.routes,
            prefix=f"/api/{name}",
            tags=[name],
            dependencies=[Depends(chapter_person)],
            responses=documented(NotLoggedIn, Forbidden, WrongCard),
        )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = settings().web_database_url
    app.state.database = await connect_bound(url, size=settings().database_connections)
    app.state.hub = Hub(app.state.database, url, app.state.leaving)
    app.state.bell = Bell(url, app.state.leaving)
    tasks = [asyncio.create_task(work) for work in (app.state.hub.run(), metrics.keep(app))]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await app.state.bell.close()
    await app.state.typesetter.close()
    await app.state.database.close()


def _serve_pages(app: FastAPI, chosen: Settings) -> None:
    """The built pages; every address that is no route of ours is the page's own to show."""
    folder: Path = chosen.web_dist
    if not (folder / "index.html").is_file():

        @app.get("/", include_in_schema=False)
        async def no_page() -> Response:
            return PlainTextResponse(UNBUILT, 404)

        return
    app.mount("/assets", StaticFiles(directory=folder / "assets"), name="assets")
    policy = PAGE_POLICY.format(port=chosen.card_port)

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> Response:
        if path.startswith(("api/", "exchange/", "assets/")):
            raise NotFound("没有这个地址")
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return FileResponse(folder / "index.html", headers=headers)
