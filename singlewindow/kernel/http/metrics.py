"""What Prometheus reads at /metrics: requests by route, and how many messages wait (OPER-01)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest

from singlewindow.kernel.http.desk import Base

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


def observe(request: Request, status: int, seconds: float) -> None:
    """Count one answered request under its route's pattern, never under the address itself."""
    route = getattr(request.scope.get("route"), "path", "none")
    _requests.labels(request.method, route, str(status)).observe(seconds)


@router.get("/metrics", tags=["operation"], summary="Figures for Prometheus", response_class=Response)
async def metrics(database: Base) -> Response:
    """Plain text in Prometheus' format; the counts of waiting messages stop at 10,000."""
    async with database.transaction() as transaction:
        counts = await transaction.row("select * from sw_waiting()")
    for where, count in (counts or {}).items():
        _waiting.labels(where).set(count)
    return Response(generate_latest(_registry), media_type=CONTENT_TYPE_LATEST)
