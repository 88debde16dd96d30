"""A company's receiver of 事件推送: verifies each event, writes it down, then says so. Now and then it fails first."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

FAILS = 200  # one of so many requests is answered 500 before anything is written down


@dataclass
class Receiver:
    """Hears events at a port of this computer; `secrets` are those of its endpoints, by path."""

    file: Path
    secrets: dict[str, str] = field(default_factory=dict)
    _count: int = 0
    _descriptor: int = -1

    async def start(self, port: int) -> None:
        """Begin to listen."""
        self._descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        await asyncio.start_server(self._answer, "127.0.0.1", port)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                path = lines[0].split(" ")[1]
                headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                writer.write(
                    f"HTTP/1.1 {self._take(path, headers, body)}\r\ncontent-length: 0\r\n\r\n".encode()
                )
                await writer.drain()
        writer.close()

    def _take(self, path: str, headers: Mapping[str, str], body: bytes) -> str:
        """The answer's status."""
        secret = self.secrets.get(path)
        if secret is None or not genuine(secret, headers, body):
            return "401 Unauthorized"
        self._count += 1
        if self._count % FAILS == 0:
            return "500 Later"
        event = json.loads(body)
        line = {
            "hook": path,
            "id": headers["webhook-id"],
            "number": event.get("number"),
            "no": event.get("no"),
        }
        os.write(self._descriptor, (json.dumps(line) + "\n").encode())
        os.fsync(self._descriptor)
        return "204 No Content"


def genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it was signed with the secret just now (Standard Webhooks)."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    if abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{identifier}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return right in headers.get("webhook-signature", "").split(" ")
