"""A running card service on a free port, with demo cards of its own, and pages that talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from singlewindow.card.page import FolderPage
from singlewindow.card.pkcs12 import FolderReader
from singlewindow.card.server import running
from tests.card.softhsm import Tokens, why_not
from tests.contract.pki import LEGAL_PERSON, OPERATOR, Pki, make_pki

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
        async with asyncio.timeout(60):
            message: dict[str, Any] = json.loads(await self.connection.recv())
            return message


@dataclass(frozen=True)
class Service:
    """A service that runs, whatever its back end; `insert` puts a card in or pulls it out (None)."""

    pki: Pki
    port: int
    insert: Callable[[str | None], None]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, origin: str | None = PORTAL, **more: Any) -> connect:
        return connect(f"ws://127.0.0.1:{self.port}/", origin=origin, proxy=None, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class FolderService(Service):
    """The same over a folder of demo cards."""

    reader: FolderReader


@dataclass(frozen=True)
class TokenService(Service):
    """The same over PKCS#11."""

    tokens: Tokens


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return make_pki(tmp_path)


@pytest.fixture
async def folder_service(pki: Pki, unused_tcp_port: int) -> AsyncIterator[FolderService]:
    """The service over the folder, with OPERATOR's card in the reader."""
    reader = FolderReader(pki.cards)
    reader.insert(OPERATOR.card_no)
    async with running(reader, unused_tcp_port, frozenset({PORTAL}), FolderPage(reader)):
        yield FolderService(pki, unused_tcp_port, reader.insert, reader)


@pytest.fixture
def tokens(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tokens]:
    """SoftHSM with nothing in the reader; skipped where SoftHSM is not installed."""
    if missing := why_not():
        pytest.skip(missing)
    made = Tokens(tmp_path / "softhsm", pki)
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    yield made
    made.reader.restart()


@pytest.fixture
async def token_service(tokens: Tokens, unused_tcp_port: int) -> AsyncIterator[TokenService]:
    """The service over SoftHSM, with a token that holds OPERATOR's card in the slot."""
    for card in (LEGAL_PERSON, OPERATOR):
        tokens.pull()
        tokens.make(card)
    async with running(tokens.reader, unused_tcp_port, frozenset({PORTAL})):
        yield TokenService(tokens.pki, unused_tcp_port, tokens.insert, tokens)


@pytest.fixture
async def service(folder_service: FolderService) -> FolderService:
    """The service where the back end does not matter, or is the folder."""
    return folder_service


@pytest.fixture
async def page(service: Service) -> AsyncIterator[Page]:
    """A page that has received the opening message."""
    async with service.connect() as connection:
        page = Page(connection)
        assert (await page.receive())["_method"] == "open"
        yield page
