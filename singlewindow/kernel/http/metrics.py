"""What Prometheus reads at /metrics: requests by route, what waits, streams and prints (OPER-01).

Where several processes share the port, each keeps its figures in a folder, and whichever is asked answers for all.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from singlewindow.contract.lasting import days_left
from singlewindow.kernel.http.desk import Base
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.live.hub import Hub
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.settings import settings

router = APIRouter()

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable: the folder that the processes share
KEEP_SECONDS = 2.0

_registry = CollectorRegistry()
_requests = Histogram(
    "singlewindow_request_seconds",
    "Time to answer a request, by route",
    ("method", "route", "status"),
    registry=_registry,
)
_waiting = Gauge(
    "singlewindow_messages_waiting",
    "Messages to customs, from customs, and for a person",
    ("where",),
    registry=_registry,
    multiprocess_mode="mostrecent",
)
_oldest = Gauge(
    "singlewindow_oldest_waiting_seconds",
    "How long the oldest waiting message has waited; 0 when none waits",
    ("where",),
    registry=_registry,
    multiprocess_mode="mostrecent",
)
_made = Gauge(
    "singlewindow_made",
    "Documents, submissions and receipts made so far (their greatest id; a little more than there are)",
    ("what",),
    registry=_registry,
    multiprocess_mode="mostrecent",
)
_days_left = Gauge(
    "singlewindow_days_left",
    "Until certificates of CA and seal end, and the next update of the revocation list is due; 0: no use of it",
    ("file",),
    registry=_registry,
    multiprocess_mode="mostrecent",
)
_streams = Gauge(
    "singlewindow_streams_open",
    "Open streams of changes at this port",
    registry=_registry,
    multiprocess_mode="livesum",
)
_prints = Gauge(
    "singlewindow_prints",
    "Prints at this port since the start",
    ("result",),
    registry=_registry,
    multiprocess_mode="sum",
)


def observe(request: Request, status: int, seconds: float) -> None:
    """Count one answered request under its route's pattern, never under the address itself."""
    route = getattr(request.scope.get("route"), "path", "none")
    _requests.labels(request.method, route, str(status)).observe(seconds)


@router.get(
    "/metrics", tags=["operation"], summary="Figures for Prometheus", response_class=PlainTextResponse
)
@for_tokens("public")
async def metrics(request: Request, database: Base) -> Response:
    """Plain text in Prometheus' format; the counts of waiting messages stop at 10,000. Not for the public: a proxy in
    front must not pass it on."""
    async with database.transaction() as transaction:
        counts = await transaction.row("select * from sw_waiting()")
        figures = await transaction.row("select * from sw_figures()")
    for where, count in (counts or {}).items():
        _waiting.labels(where).set(count)
    for name, value in (figures or {}).items():
        gauge = _oldest if name.endswith("_age") else _made
        gauge.labels(name.removesuffix("_age")).set(value)
    for file, days in days_left(settings().pki_folder, datetime.now(UTC)).items():
        _days_left.labels(file).set(days)
    _own(request.app)
    return Response(generate_latest(_of_all_processes()), media_type=CONTENT_TYPE_LATEST)


async def keep(app: FastAPI) -> None:
    """Write this process' own figures down every few seconds, for the others that may be asked for them; until
    cancelled. Nothing to do where nobody shares the port."""
    if SHARED not in os.environ:
        return
    _forget_dead(Path(os.environ[SHARED]))
    while True:
        _own(app)
        await asyncio.sleep(KEEP_SECONDS)


def _of_all_processes() -> CollectorRegistry:
    if SHARED not in os.environ:
        return _registry
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _forget_dead(folder: Path) -> None:
    """What is only true of a living process goes with it; what it counted stays."""
    for file in folder.glob("gauge_live*.db"):
        if not Path("/proc", file.stem.rpartition("_")[2]).exists():
            file.unlink(missing_ok=True)


def _own(app: FastAPI) -> None:
    """The figures of this process alone."""
    hub: Hub | None = getattr(app.state, "hub", None)  # not there before the start is over
    typesetter: Typesetter = app.state.typesetter
    _streams.set(hub.open if hub else 0)
    _prints.labels("made").set(typesetter.made)
    _prints.labels("failed").set(typesetter.failed)
