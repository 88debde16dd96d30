"""What Prometheus reads at /metrics: requests by route, what waits, streams and prints (OPER-01)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest

from singlewindow.kernel.http.desk import Base
from singlewindow.kernel.live.hub import Hub
from singlewindow.kernel.printing.typesetter import Typesetter

router = APIRouter()

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
)
_oldest = Gauge(
    "singlewindow_oldest_waiting_seconds",
    "How long the oldest waiting message has waited; 0 when none waits",
    ("where",),
    registry=_registry,
)
_made = Gauge(
    "singlewindow_made",
    "Documents, submissions and receipts made so far (their greatest id; a little more than there are)",
    ("what",),
    registry=_registry,
)
_streams = Gauge("singlewindow_streams_open", "Open streams of changes at this process", registry=_registry)
_prints = Gauge(
    "singlewindow_prints", "Prints by this process since its start", ("result",), registry=_registry
)


def observe(request: Request, status: int, seconds: float) -> None:
    """Count one answered request under its route's pattern, never under the address itself."""
    route = getattr(request.scope.get("route"), "path", "none")
    _requests.labels(request.method, route, str(status)).observe(seconds)


@router.get("/metrics", tags=["operation"], summary="Figures for Prometheus", response_class=Response)
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
    _own(request)
    return Response(generate_latest(_registry), media_type=CONTENT_TYPE_LATEST)


def _own(request: Request) -> None:
    """The figures of this process alone."""
    hub: Hub | None = getattr(request.app.state, "hub", None)  # not there before the start is over
    typesetter: Typesetter = request.app.state.typesetter
    _streams.set(hub.open if hub else 0)
    _prints.labels("made").set(typesetter.made)
    _prints.labels("failed").set(typesetter.failed)
