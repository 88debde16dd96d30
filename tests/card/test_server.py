"""Who may talk to the service, and the reader's page."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from singlewindow.card import server
from singlewindow.card.reader import Card, NoCard
from singlewindow.card.server import running
from singlewindow.card.settings import CardSettings
from tests.card.conftest import PORTAL, FolderService, Page, Service
from tests.contract.pki import LEGAL_PERSON, OPERATOR


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:8000.evil.example", "https://127.0.0.1:8000", None],
)
async def test_a_page_of_another_origin_is_refused(service: FolderService, origin: str | None) -> None:
    """PORT-05: HTTP 403 before anything is said; a missing Origin is refused as well."""
    with pytest.raises(InvalidStatus) as refused:
        await service.connect(origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1"])
async def test_another_name_of_this_computer_is_refused(service: FolderService, host: str) -> None:
    """PORT-05: a name that someone pointed at 127.0.0.1, for the page and for the WebSocket."""
    named = {"Host": host.format(port=service.port)}
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(service.address, headers=named)).status_code == 403
    request = f"GET / HTTP/1.1\r\nHost: {named['Host']}\r\nUpgrade: websocket\r\nOrigin: {PORTAL}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(request.encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 403")
    writer.close()


async def test_localhost_is_a_name_of_this_computer(service: FolderService) -> None:
    """PORT-03."""
    async with connect(f"ws://localhost:{service.port}/", origin=PORTAL, proxy=None) as connection:  # type: ignore[arg-type]
        assert (await Page(connection).receive())["_method"] == "open"


async def test_the_page_lists_cards_and_moves_them(service: FolderService) -> None:
    """PORT-05: put in, pulled, another put in; PINs are shown only when the launcher tells them."""
    async with _browser(service) as browser:
        shown = (await browser.get("/")).text
        for card in (OPERATOR, LEGAL_PERSON):
            assert all(text in shown for text in (card.card_no, card.holder, card.company_name, card.kind))
            assert card.pin not in shown
        assert (await browser.post("/pull")).headers["Location"] == "/"
        assert service.reader.inserted() is None
        assert "读卡器中没有卡" in (await browser.get("/")).text
        await browser.post(f"/insert/{LEGAL_PERSON.card_no}")
        assert service.reader.inserted() == LEGAL_PERSON.card_no
        (service.reader.folder / "demo.json").write_text(json.dumps({OPERATOR.card_no: OPERATOR.pin}))
        assert OPERATOR.pin in (await browser.get("/")).text


async def test_the_page_unlocks_a_demo_card(service: FolderService, page: Page) -> None:
    """PORT-05: so that a newcomer who typed five wrong PINs can go on."""
    for _ in range(5):
        await page.error("SpcVerifyPIN", passwd="wrong")
    async with _browser(service) as browser:
        assert "已锁定" in (await browser.get("/")).text
        await browser.post(f"/unlock/{OPERATOR.card_no}")
        assert "已锁定" not in (await browser.get("/")).text
    await page.data("SpcVerifyPIN", passwd=OPERATOR.pin)


@pytest.mark.parametrize("origin", [PORTAL, "http://evil.example", "null", ""])
async def test_only_the_page_itself_moves_cards(service: FolderService, origin: str) -> None:
    """PORT-05: other sites' forms are refused, even the portal's."""
    async with _browser(service, origin) as browser:
        assert (await browser.post("/pull")).status_code == 403
    assert service.reader.inserted() == OPERATOR.card_no


@pytest.mark.parametrize(
    "path", ["/insert/../../etc/x", "/insert/SW1A000000009", "/insert", "/format", "/pull/x"]
)
async def test_what_is_not_there_is_not_found(service: FolderService, path: str) -> None:
    """PORT-05: strange numbers and paths."""
    async with _browser(service) as browser:
        assert (await browser.post(path)).status_code == 404
        assert (await browser.get(path)).status_code == 404
    assert service.reader.inserted() == OPERATOR.card_no


async def test_names_are_shown_as_text(service: FolderService) -> None:
    """PORT-05: whatever stands in demo.json is no HTML."""
    (service.reader.folder / "demo.json").write_text(json.dumps({OPERATOR.card_no: "<b>1</b>"}))
    async with _browser(service) as browser:
        shown = await browser.get("/")
    assert "&lt;b&gt;1" in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


def test_the_portal_and_customs_may_talk_to_the_service_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-03: named origins replace the default ones."""
    monkeypatch.setenv("SINGLEWINDOW_PORT", "9000")
    monkeypatch.setenv("SINGLEWINDOW_CUSTOMS_PORT", "9001")
    assert CardSettings().origins == {
        f"http://{host}:{port}" for host in ("127.0.0.1", "localhost") for port in (9000, 9001)
    }
    monkeypatch.setenv("SINGLEWINDOW_CARD_ORIGINS", "https://portal.example/, https://customs.example")
    assert CardSettings().origins == {"https://portal.example", "https://customs.example"}


async def test_the_program_runs_and_stops_when_told(
    service: FolderService, unused_tcp_port_factory: object
) -> None:
    """PORT-03: `python -m singlewindow.card` on settings from the environment; a taken port is a clear error."""
    taken = await _program(service.reader.folder, service.port)
    assert await asyncio.wait_for(taken.wait(), 20) == 1
    assert taken.stderr is not None
    assert b"cannot listen" in await taken.stderr.read()
    port = unused_tcp_port_factory()  # type: ignore[operator]
    program = await _program(service.reader.folder, port)
    assert program.stderr is not None
    while b"ready" not in await asyncio.wait_for(program.stderr.readline(), 20):
        pass
    async with connect(f"ws://127.0.0.1:{port}/", origin=PORTAL, proxy=None) as connection:  # type: ignore[arg-type]
        page = Page(connection)
        await page.receive()
        assert await page.data("SpcGetCardID") == [OPERATOR.card_no]
        program.terminate()
        assert await asyncio.wait_for(program.wait(), 20) == 0


class SlowReader:
    """Notes which threads ask, and how many at once."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.now = self.most = 0

    def _ask(self) -> None:
        self.threads.add(threading.get_ident())
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.02)
        self.now -= 1

    def inserted(self) -> str | None:
        self._ask()
        return None

    def card(self) -> Card:
        self._ask()
        raise NoCard

    def verify_pin(self, number: str, pin: str) -> None:
        raise NotImplementedError

    def sign(self, number: str, data: bytes, pin: str) -> bytes:
        raise NotImplementedError


async def test_a_slow_card_is_asked_one_question_at_a_time_beside_the_loop(
    unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-05: several pages and the watch; the service goes on answering others meanwhile."""
    monkeypatch.setattr(server, "_POLL", 0.01)
    reader = SlowReader()
    address = f"ws://127.0.0.1:{unused_tcp_port}/"
    async with (
        running(reader, unused_tcp_port, frozenset({PORTAL})),
        connect(address, origin=PORTAL, proxy=None) as one,  # type: ignore[arg-type]
        connect(address, origin=PORTAL, proxy=None) as other,  # type: ignore[arg-type]
    ):
        pages = [Page(one), Page(other)]
        for page in pages:
            await page.receive()
        for _ in range(5):
            await asyncio.gather(*(page.error("SpcGetCardID") for page in pages))
    assert reader.most == 1
    assert threading.get_ident() not in reader.threads


async def _program(cards: Path, port: int) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "SINGLEWINDOW_CARDS": str(cards),
        "SINGLEWINDOW_CARD_PORT": str(port),
        "SINGLEWINDOW_CARD_ORIGINS": PORTAL,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "singlewindow.card", env=environment, stderr=asyncio.subprocess.PIPE
    )


def _browser(service: Service, origin: str | None = None) -> httpx.AsyncClient:
    headers = {"Origin": service.address if origin is None else origin}
    return httpx.AsyncClient(base_url=service.address, headers=headers, trust_env=False)
