"""Customs as a process of its own: started, killed in the middle of its work, started again (CUST-01, CUST-05)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import httpx
import pytest

from singlewindow.contract.messages import Answer, AnswerBatch, EnvelopeBatch, MessageKind, Receipt
from singlewindow.contract.signatures import verify_jws
from tests.customs.company import Company
from tests.ports import free_ports

if TYPE_CHECKING:
    from conftest import TestPostgres

NUMBER = "202611210000000001"
HERE = Path(__file__).parent


@contextmanager
def listening(certificate: bytes, receipts: list[Receipt]) -> Iterator[int]:
    """A portal that stores receipts; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            batch = EnvelopeBatch.model_validate_json(self.rfile.read(int(self.headers["Content-Length"])))
            receipts.extend(
                Receipt.model_validate_json(verify_jws(envelope.body, certificate))
                for envelope in batch.messages
                if envelope.kind is MessageKind.RECEIPT
            )
            answers = AnswerBatch(answers=[Answer(id=each.id, stored=True) for each in batch.messages])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answers.model_dump_json().encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def customs_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "singlewindow.customs", *arguments]


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program, ready; killed at the end if it still runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(customs_command("serve"), env=environment, stderr=output)
    try:
        address = f"http://127.0.0.1:{environment['SINGLEWINDOW_CUSTOMS_PORT']}/readyz"
        until(lambda: process.poll() is not None or answers(address))
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.kill()
        process.wait(10)


def answers(address: str) -> bool:
    try:
        return (
            httpx.get(address, verify=False).status_code == 200
        )  # a context of TLS takes longer than the answer
    except httpx.TransportError:
        return False


def until(condition: object, seconds: float = 60) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "too slow"
        time.sleep(0.05)


@pytest.fixture
def environment(postgres: TestPostgres, pki: Path, tmp_path: Path) -> dict[str, str]:
    """A fresh database and a free port."""
    return os.environ | {
        "SINGLEWINDOW_CUSTOMS_DATABASE_URL": postgres.create_database(
            f"program_{os.getpid()}", owner="customs"
        ),
        "SINGLEWINDOW_CUSTOMS_PORT": str(free_ports(1)[0]),
        "SINGLEWINDOW_PKI": str(pki / "pki"),
        "SINGLEWINDOW_CUSTOMS_MODE": "automatic",
        "SINGLEWINDOW_CUSTOMS_DELAY": "1.5",
        "SINGLEWINDOW_CUSTOMS_REFUSE": "0",
        "SINGLEWINDOW_LOG_FORMAT": "json",
        "SINGLEWINDOW_DATA": str(tmp_path),
    }


def test_killed_between_reception_and_decision(
    environment: dict[str, str], pki: Path, own: Company, tmp_path: Path
) -> None:
    """CUST-01, CUST-04, CUST-05: kill -9 after the acknowledgement; the next start receives, decides, delivers once."""
    receipts: list[Receipt] = []
    for arguments in (
        ["migrate"],
        ["migrate"],
        ["seed", str(HERE / "world.json")],
        ["seed", str(HERE / "world.json")],
    ):
        subprocess.run(customs_command(*arguments), env=environment, check=True, capture_output=True)
    with listening((pki / "pki" / "customs-signing.pem").read_bytes(), receipts) as port:
        environment["SINGLEWINDOW_PORTAL_URL"] = f"http://127.0.0.1:{port}"
        address = f"http://127.0.0.1:{environment['SINGLEWINDOW_CUSTOMS_PORT']}/exchange"
        with serving(environment, tmp_path / "log") as process:
            batch = EnvelopeBatch(messages=[own.file(), own.envelope(own.submission(NUMBER))])
            httpx.post(f"{address}/messages", content=batch.model_dump_json()).raise_for_status()
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        time.sleep(0.5)
        assert [r.code for r in receipts] in ([], ["RECEIVED"])
        with serving(environment, tmp_path / "log"):
            until(lambda: len(receipts) >= 2)
            began = time.monotonic()
            batch = EnvelopeBatch(messages=[own.envelope(own.submission("2" * 18))])
            httpx.post(f"{address}/messages", content=batch.model_dump_json()).raise_for_status()
            until(lambda: len(receipts) >= 4)
            assert time.monotonic() - began > 1, "decided after the delay"
    assert [(r.number, r.seq, r.code) for r in receipts] == [
        (NUMBER, 1, "RECEIVED"), (NUMBER, 2, "APPROVED"), ("2" * 18, 1, "RECEIVED"), ("2" * 18, 2, "APPROVED"),
    ]  # fmt: skip
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert any(line.get("request_id") == f"request-of-{NUMBER}" for line in lines)


@pytest.mark.serial
@pytest.mark.parametrize("finishes", [True, False])
def test_told_to_end_in_the_middle_of_a_request(
    environment: dict[str, str], own: Company, tmp_path: Path, finishes: bool
) -> None:
    """OPER-04: a request under way is answered before the end; one that never ends holds nobody up."""
    subprocess.run(customs_command("migrate"), env=environment, check=True, capture_output=True)
    body = EnvelopeBatch(messages=[own.file()]).model_dump_json().encode()
    head = f"POST /exchange/messages HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    with (
        serving(environment, tmp_path / "log") as process,
        socket.create_connection(("127.0.0.1", int(environment["SINGLEWINDOW_CUSTOMS_PORT"]))) as client,
    ):
        client.sendall(head.encode() + body[:100])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        until(lambda: not listens(environment))
        assert process.poll() is None, "it waits for the request that is under way"
        if finishes:
            client.sendall(body[100:])
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        process.wait(60)
        took = time.monotonic() - began
    # Why it ended is what it says: how long that takes on a machine that stalls says nothing.
    cut_off = "graceful shutdown exceeded" in (tmp_path / "log").read_text()
    assert cut_off is not finishes
    assert finishes or took > 2.5


def listens(environment: dict[str, str]) -> bool:
    try:
        port = int(environment["SINGLEWINDOW_CUSTOMS_PORT"])
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
