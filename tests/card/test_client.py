"""The company's programs at the card service: they sign as pages do (PORT-05, INTG-02)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable

import pytest

from singlewindow.client.card import CardService, CardTrouble, PinRefused, Signature
from singlewindow.contract.signatures import verify
from tests.card.conftest import PORTAL, FolderService
from tests.contract.pki import LEGAL_PERSON, OPERATOR


def sign(service: CardService, meanwhile: Callable[[], None] = lambda: None) -> Signature:
    with service.card() as card:
        assert card.number == OPERATOR.card_no
        meanwhile()
        return card.sign("a.b")


async def test_a_program_signs(service: FolderService) -> None:
    """With the certificate of the card that was there when the portal was asked."""
    client = CardService(f"ws://127.0.0.1:{service.port}", PORTAL, OPERATOR.pin)
    signed = await asyncio.to_thread(sign, client)
    verify(base64.b64decode(signed.certificate), "a.b", base64.b64decode(signed.signature))
    assert OPERATOR.pin not in repr(client)


async def test_a_refused_pin_is_not_tried_again(service: FolderService) -> None:
    """One try costs one; the object never makes a second."""
    client = CardService(f"ws://127.0.0.1:{service.port}", PORTAL, "00000000")
    for _ in range(6):
        with pytest.raises(PinRefused, match="还可以再试 4 次"):
            await asyncio.to_thread(sign, client)
    assert service.reader.tries_left(OPERATOR.card_no) == 4


async def test_an_exchanged_card_never_signs(service: FolderService) -> None:
    """The PIN is for the card whose number the portal has accepted: another one loses no try."""
    client = CardService(f"ws://127.0.0.1:{service.port}", PORTAL, OPERATOR.pin)
    with pytest.raises(CardTrouble, match="被拔出或更换"):
        await asyncio.to_thread(sign, client, lambda: service.insert(LEGAL_PERSON.card_no))
    assert service.reader.tries_left(LEGAL_PERSON.card_no) == 5


async def test_what_is_missing_is_said(service: FolderService) -> None:
    """No card, no PIN, no service, a service that does not take us."""
    here = f"ws://127.0.0.1:{service.port}"
    for client, words in (
        (CardService(here, PORTAL, ""), "没有给出卡的 PIN 码"),
        (CardService(here, "http://other.example", "1"), "连接不上读卡服务"),
        (CardService("ws://127.0.0.1:9", PORTAL, "1"), "连接不上读卡服务"),
        (CardService("nonsense", PORTAL, "1"), "连接不上读卡服务"),
    ):
        with pytest.raises(CardTrouble, match=words):
            await asyncio.to_thread(sign, client)
    service.insert(None)
    with pytest.raises(CardTrouble, match="读卡器中没有卡"):
        await asyncio.to_thread(sign, CardService(here, PORTAL, OPERATOR.pin))
