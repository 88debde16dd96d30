"""What Prometheus reads at customs' /metrics: requests by route, and what waits (OPER-01)."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from starlette.types import Scope

from singlewindow.customs.http.parts import Running
from singlewindow.customs.officers import queue

router = APIRouter()

_registry = CollectorRegistry()
_requests = Histogram(
    "customs_request_seconds",
    "Time to answer a request, by route",
    ("method", "route", "status"),
    registry=_registry,
)
_messages = Gauge(
    "customs_messages",
    "Waiting for the portal (queued), refused by it, lost on the way, unreadable here, and waiting for a decision",
    ("state",),
    registry=_registry,
)
_days_left = Gauge(
    "customs_days_left",
    "Until the CA's certificate ends, and the next update of its revocation list is due; 0: no card can be judged",
    ("file",),
    registry=_registry,
)


def observe(scope: Scope, status: int, seconds: float) -> None:
    """Count one answered request under its route's pattern, never under the address itself."""
    route = getattr(scope.get("route"), "path", "none")
    _requests.labels(scope["method"], route, str(status)).observe(seconds)


@router.get("/metrics", tags=["operation"], response_class=PlainTextResponse)
async def metrics(parts: Running) -> Response:
    """Plain text in Prometheus' format. Not for the public: a proxy in front must not pass it on."""
    async with parts.database.transaction() as transaction:
        counts = await queue.delivery(transaction)
    for state, count in counts.items():
        _messages.labels(state).set(count)
    for file, days in parts.keys.days_left().items():
        _days_left.labels(file).set(days)
    return Response(generate_latest(_registry), media_type=CONTENT_TYPE_LATEST)
