"""The client's side of the card service: the bound card signs, without a browser.

The PIN goes to the card service on this computer and nowhere else; it is neither kept on disk nor logged. It is tried
only on the card whose number the portal has accepted, and never again once a card refused it: a card is locked after
a few wrong ones.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

CARD = "ws://127.0.0.1:61232"
PREFIX = "cus-sec_"
PIN_CODES = frozenset({"Err:Base60020", "Err:Base60021", "Err:Base60022"})  # wrong, locked, not set
OPEN_SECONDS = 5.0
ANSWER_SECONDS = 60.0  # a card takes its time
NOBODY = "连接不上读卡服务（{address}）。请确认本机读卡服务已启动"
SLOW = "读卡服务 {seconds:g} 秒内没有答复。请确认卡没有在等待操作"
NO_PIN = "没有给出卡的 PIN 码。请设置 SINGLEWINDOW_CARD_PIN，或在终端中启动并输入"


class CardTrouble(Exception):
    """The card cannot sign now; the text is Chinese and says what to do. What it was to sign waits."""


class PinRefused(CardTrouble):
    """The card refused the PIN, or is locked: nothing is tried again before a person has looked."""


@dataclass(frozen=True)
class Signature:
    """What the card says to a text: signature (raw r‖s) and certificate (DER), both Base64."""

    signature: str
    certificate: str


@dataclass
class CardService:
    """Where the card service answers, for which page's address it takes us (Origin), and the PIN."""

    address: str
    origin: str
    pin: str = field(repr=False)
    refused: str = field(default="", init=False)  # what the card said to the PIN, if it refused it

    @contextmanager
    def card(self) -> Iterator[Card]:
        """The card that is in the reader now, until the block ends. Raises CardTrouble."""
        with self._line() as line:
            # The number last: the service signs with the card that it read last, and the number is what the portal
            # checks before the PIN is tried.
            certificate = _ask(line, self.address, "SpcGetSignCert")[0]
            yield Card(self, line, _ask(line, self.address, "SpcGetCardID")[0], certificate)

    def _line(self) -> ClientConnection:
        try:
            return connect(self.address, origin=Origin(self.origin), open_timeout=OPEN_SECONDS, proxy=None)
        except (OSError, WebSocketException, ValueError) as error:
            raise CardTrouble(NOBODY.format(address=self.address)) from error


@dataclass(frozen=True)
class Card:
    """One card, for as long as it stays in the reader; certificate in Base64 of DER."""

    service: CardService = field(repr=False)
    line: ClientConnection = field(repr=False)
    number: str
    certificate: str

    def sign(self, text: str) -> Signature:
        """The signature over a statement's signing input. Raises CardTrouble, PinRefused; after that at once."""
        if self.service.refused:
            raise PinRefused(self.service.refused)
        if not self.service.pin:
            raise CardTrouble(NO_PIN)
        try:
            said = _ask(
                self.line, self.service.address, "SpcSignDataAsPEM", inData=text, passwd=self.service.pin
            )
        except PinRefused as problem:
            self.service.refused = str(problem)
            raise
        return Signature(said[0], self.certificate)


def _ask(line: ClientConnection, address: str, operation: str, **args: str) -> list[str]:
    """The Data of the service's answer; greetings and news of pulled cards in between are passed over."""
    deadline = time.monotonic() + ANSWER_SECONDS
    try:
        line.send(json.dumps({"_method": f"{PREFIX}{operation}", "_id": operation, "args": args}))
        while True:
            said: dict[str, Any] = json.loads(line.recv(timeout=deadline - time.monotonic()))
            if said.get("_id") == operation:
                return _data(said["_args"])
    except TimeoutError as error:
        raise CardTrouble(SLOW.format(seconds=ANSWER_SECONDS)) from error
    except (OSError, WebSocketException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CardTrouble(NOBODY.format(address=address)) from error


def _data(answer: dict[str, Any]) -> list[str]:
    """The Data of an answer; raises CardTrouble, PinRefused, and KeyError and the like for what is no answer."""
    if answer["Result"]:
        return [str(each) for each in answer["Data"]]
    text, code = answer["Error"]
    raise PinRefused(text) if code in PIN_CODES else CardTrouble(text)
