"""The worker's own figures for Prometheus: what was sent and what was applied, by type and outcome (OPER-01).

They are served at SINGLEWINDOW_WORKER_METRICS_PORT where it is set; with several workers each has a port.
"""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

log = structlog.get_logger()
RETRY_SECONDS = 1.0
_registry = CollectorRegistry()
_sent = Counter(
    "singlewindow_sent", "Messages tried, by what became of them", ("type", "outcome"), registry=_registry
)
_applied = Counter(
    "singlewindow_receipts_applied", "Receipts understood", ("type", "code"), registry=_registry
)
_set_aside = Counter("singlewindow_messages_set_aside", "Messages that need a person", registry=_registry)
_feed_behind = Gauge(
    "singlewindow_feed_behind_seconds",
    "Age of the oldest change that is in no company's feed yet",
    registry=_registry,
)


def count_sent(type: str, outcome: str) -> None:
    """What became of a message of a document type was written: SENT, SEND_FAILED, or "" for another try later."""
    _sent.labels(type, outcome or "later").inc()


def count_applied(type: str, code: str) -> None:
    """A receipt was understood. Both are known words: what is unknown is set aside."""
    _applied.labels(type, code).inc()


def count_set_aside(number: int) -> None:
    """So many messages could not be understood."""
    _set_aside.inc(number)


def note_feed_behind(seconds: float) -> None:
    """How far the feed of events is behind what happened; more than some seconds: a transaction holds it up."""
    _feed_behind.set(seconds)


def serve(host: str, port: int) -> int:
    """Answer at http://host:port/metrics, in a thread of its own; the port (a free one for 0)."""
    server, _thread = start_http_server(port, host, registry=_registry)
    chosen: int = server.server_address[1]
    return chosen


async def keep_serving(host: str, port: int) -> None:
    """Serve, as soon as the port is free, until cancelled: a worker that this one takes over from still has it."""
    told = False
    while True:
        try:
            serve(host, port)
            break
        except OSError as error:
            if not told:
                log.warning("figures wait for their port", port=port, error=str(error))
            told = True
            await asyncio.sleep(RETRY_SECONDS)
    await asyncio.Event().wait()
