"""How both sides answer requests until they are asked to end, and how they take their leave (decision 0061).

SIGTERM, SIGINT   idle connections are closed, requests under way have three seconds. With a `notice` before that:
                  /readyz says 503 and everything is answered meanwhile, so that a load balancer sends nobody any more.
SIGUSR1           another process takes over at the same port: take no new connections, answer who is connected and let
                  each connection end with its answer.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from singlewindow.contract.connections import GuardedConnection
from singlewindow.contract.readiness import tell_ready

KEEP_ALIVE_SECONDS = (
    75  # longer than a proxy keeps an idle connection, so that it never writes into one that ends
)
GRACE_SECONDS = 3
IDLE_SECONDS = 2.0  # politely leaving: who sends nothing for so long is not in the middle of anything
POLITE_SECONDS = 10.0  # the longest that politely leaving waits for requests under way
LOOK_SECONDS = 0.05
READY_PATH = "/readyz"
UNBUILT = "页面尚未构建，请在项目文件夹运行 make install web/dist/index.html，或改正 SINGLEWINDOW_WEB_DIST"
"""What stands at the address of pages that nobody built, or that lie elsewhere."""


class Parting:
    """ASGI middleware: once a process is leaving, each answer closes its connection, and it is not ready."""

    def __init__(self, app: ASGIApp, leaving: Callable[[], bool]) -> None:
        self._app = app
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not self._leaving():
            await self._app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await (_not_ready if scope["path"] == READY_PATH else self._app)(scope, receive, closing)


class Server(uvicorn.Server):
    """Serves an application on a port, or on a socket that listens already; `notice` in seconds, see above."""

    def __init__(self, app: ASGIApp, host: str, port: int, notice: float = 0.0) -> None:
        self._notice = notice
        self._replaced = False
        super().__init__(
            uvicorn.Config(
                Parting(app, lambda: self.should_exit),
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                http=GuardedConnection,
                ws="none",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        signal.signal(signal.SIGUSR1, self._hear_replaced)
        await super().startup(sockets)
        if self.started:
            tell_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take leave as the signal asked."""
        if self._notice and not self._replaced:
            await asyncio.sleep(self._notice)
        if self._notice or self._replaced:
            await self._leave_politely(sockets or [])
        await super().shutdown(sockets)

    def _hear_replaced(self, number: int, frame: Any) -> None:
        self._replaced = self.should_exit = True

    async def _leave_politely(self, sockets: list[socket.socket]) -> None:
        """Until nobody is connected, or who still is has sent nothing for a while: its next request would have been
        answered, and its connection closed with that answer."""
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        clock = asyncio.get_running_loop().time
        began, quiet_since = clock(), clock()
        while self.server_state.connections and not self.force_exit:
            busy = [each for each in self.server_state.connections if _busy(each)]
            for connection in busy:
                connection.shutdown()  # it ends with its answer
            now = clock()
            quiet_since = now if busy else quiet_since
            if now - quiet_since > IDLE_SECONDS or now - began > POLITE_SECONDS:
                return
            await asyncio.sleep(LOOK_SECONDS)


def _busy(connection: Any) -> bool:
    return connection.cycle is not None and not connection.cycle.response_complete


async def _not_ready(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"2")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"status":"leaving"}'})
