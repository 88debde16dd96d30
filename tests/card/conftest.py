"""A running card service on a free port, with demo cards of its own, and pages that talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from singlewindow.card.pkcs12 import FolderReader
from singlewindow.card.server import running
from tests.contract.pki import OPERATOR, Pki, make_pki

PORTAL = "http://127.0.0.1:8000"


class Page:
    """A page of the portal, connected to the service."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._id = 0

    async def call(self, method: str, **args: str) -> dict[str, Any]:
        """The `_args` of the answer; method without its prefix."""
        self._id += 1
        request = {"_method": f"cus-sec_{method}", "_id": self._id, "args": args}
        await self.connection.send(json.dumps(request))
        answer = await self.receive()
        assert (answer["_id"], answer["_method"], answer["_status"]) == (self._id, request["_method"], "00")
        return dict(answer["_args"])

    async def data(self, method: str, **args: str) -> list[str]:
        answer = await self.call(method, **args)
        assert answer["Result"], answer
        return list(answer["Data"])

    async def error(self, method: str, **args: str) -> tuple[str, str]:
        """(text, code) of a call that fails."""
        answer = await self.call(method, **args)
        assert not answer["Result"], answer
        text, code = answer["Error"]
        return text, code

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            message: dict[str, Any] = json.loads(await self.connection.recv())
            return message


@dataclass(frozen=True)
class Service:
    reader: FolderReader
    pki: Pki
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, origin: str | None = PORTAL, **more: Any) -> connect:
        return connect(f"ws://127.0.0.1:{self.port}/", origin=origin, proxy=None, **more)  # type: ignore[arg-type]


@pytest.fixture
async def service(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Service]:
    """The service with OPERATOR's card in the reader."""
    pki = make_pki(tmp_path)
    reader = FolderReader(pki.cards)
    reader.insert(OPERATOR.card_no)
    async with running(reader, unused_tcp_port, frozenset({PORTAL})):
        yield Service(reader, pki, unused_tcp_port)


@pytest.fixture
async def page(service: Service) -> AsyncIterator[Page]:
    """A page that has received the opening message."""
    async with service.connect() as connection:
        page = Page(connection)
        assert (await page.receive())["_method"] == "open"
        yield page
