"""Real trouble behind the page: a worker that stands still, customs that do not get on, keys and cards that changed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncpg

from singlewindow.contract import demo_pki
from tests.system.running import System


@contextmanager
def standing_still(system: System, part: str) -> Iterator[None]:
    """The part gets no processor time meanwhile."""
    pid = system.pid_of(part)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def customs_do_not_get_on(system: System) -> Iterator[None]:
    """Customs store what comes in, but nothing is taken up: somebody holds their table."""
    ready, over = threading.Event(), threading.Event()

    async def hold() -> None:
        connection = await asyncpg.connect(system.address("customs"))
        async with connection.transaction():
            await connection.execute("lock table submission in share mode")
            ready.set()
            await asyncio.to_thread(over.wait)
        await connection.close()

    holder = threading.Thread(target=lambda: asyncio.run(hold()))
    holder.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        over.set()
        holder.join()


@contextmanager
def revoked(system: System, card_no: str) -> Iterator[None]:
    """The card is on the revocation list, which customs read anew each time."""
    crl = system.data / "pki" / "crl.pem"
    before = crl.read_bytes()
    demo_pki.revoke(system.data / "pki", demo_pki.card_certificate(system.data / "cards", card_no))
    try:
        yield
    finally:
        crl.write_bytes(before)


@contextmanager
def customs_refuse(system: System) -> Iterator[None]:
    """What the portal sends is refused for good: another worker sends it to a door that takes nothing."""
    with standing_still(system, "worker"), ThreadingHTTPServer(("127.0.0.1", 0), TakesNothing) as door:
        threading.Thread(target=door.serve_forever).start()
        process = Path(f"/proc/{system.pid_of('worker')}")
        named = (line.partition("=") for line in (process / "environ").read_text().split("\0") if line)
        settings = {name: value for name, _, value in named}
        settings["SINGLEWINDOW_CUSTOMS_URL"] = f"http://127.0.0.1:{door.server_port}"
        command = [sys.executable, "-m", "singlewindow.kernel", "worker"]
        with subprocess.Popen(
            command, cwd=(process / "cwd").resolve(), env=settings, stdout=subprocess.DEVNULL
        ) as worker:
            try:
                yield
            finally:
                worker.terminate()
                worker.wait(30)
                door.shutdown()


class TakesNothing(BaseHTTPRequestHandler):
    """Customs' door for what is no message of theirs."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(422)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the journey says what it saw."""
