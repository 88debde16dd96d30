"""How a web process takes its leave: nobody who is connected is cut off, nobody new is taken (OPER-04)."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.ports import free_ports

PROGRAM = """
import asyncio, sys
from singlewindow.contract.serving import Server
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
Server(app, "127.0.0.1", int(sys.argv[1]), float(sys.argv[2])).run()
"""


@contextmanager
def serving(notice: float) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server of its own process, ready."""
    [port] = free_ports(1)
    ear, mouth = os.pipe()
    environment = os.environ | {"SINGLEWINDOW_READY_PIPE": str(mouth)}
    command = [sys.executable, "-c", PROGRAM, str(port), str(notice)]
    process = subprocess.Popen(command, env=environment, pass_fds=[mouth])
    os.close(mouth)
    try:
        assert os.read(ear, 16) == b"ready"
        yield process, port
    finally:
        process.kill()
        process.wait()
        os.close(ear)


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, str | None]:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.getheader("connection")


def test_replaced_it_answers_who_is_connected_and_closes() -> None:
    """SIGUSR1: the request under way is answered; an idle connection's next one too, and that ends it."""
    with serving(0) as (process, port):
        idle, slow = (http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(2))
        assert ask(idle, "/") == (200, None)
        slow.request("GET", "/slow")
        time.sleep(0.3)  # it is being answered when the signal comes
        process.send_signal(signal.SIGUSR1)
        answer = slow.getresponse()
        assert (answer.status, answer.getheader("connection"), answer.read()) == (200, "close", b"ok")
        assert ask(idle, "/") == (200, "close")
        with pytest.raises(ConnectionRefusedError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
        assert process.wait(20) == 0


def test_asked_to_end_it_gives_notice_first() -> None:
    """SIGTERM with a notice: /readyz says 503 and new connections are answered, until the notice is over."""
    with serving(2.0) as (process, port):
        idle = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        assert ask(idle, "/readyz") == (200, None)
        process.terminate()
        while ask(http.client.HTTPConnection("127.0.0.1", port, timeout=20), "/readyz")[0] == 200:
            pass
        fresh = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        assert ask(fresh, "/") == (200, "close")
        late = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        late.request("GET", "/readyz")
        answer = late.getresponse()
        assert (answer.status, answer.getheader("retry-after"), json.loads(answer.read())) == (
            503,
            "2",
            {"status": "leaving"},
        )
        assert ask(idle, "/") == (200, "close")
        assert process.wait(20) in (0, -signal.SIGTERM)
