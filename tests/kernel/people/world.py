"""Two companies, six cards, and helpers that log in as a browser would."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from singlewindow.contract import demo_pki
from singlewindow.contract.demo_pki import DemoCard
from singlewindow.contract.signatures import sign_raw

CAPTCHA = "TEST"
A, B = "3122960001", "4403960002"
SCC = {A: "91310000MA1FL0001X", B: "91440300MA5DL0002Y"}
NAME = {A: "上海甲进出口有限公司", B: "深圳乙供应链有限公司"}


def _card(number: str, code: str, certificate_code: str | None = None) -> DemoCard:
    named = certificate_code or code
    return DemoCard(number, "操作员卡", "王小明", named, SCC[named], NAME[named], "123456")


CARD = _card("SW1A000000001", A)
CARD_OF_B = _card("SW1A000000002", B)
UNBOUND_CARD = _card("SW1A000000003", A)
UNKNOWN_CARD = _card("SW1A000000004", A)
MISNAMED_CARD = _card("SW1A000000005", A, certificate_code=B)  # issued to another company than registered
CLOSED_CARD = _card("SW1A000000006", A)
ALL_CARDS = (CARD, CARD_OF_B, UNBOUND_CARD, UNKNOWN_CARD, MISNAMED_CARD, CLOSED_CARD)

PASSWORDS = {
    "wang": "Wang-2026!",
    "chen": "Chen-2026!",
    "zhao": "Zhao-2026!",
    "misnamed": "Miss-2026!",
    "closed": "Closed-2026!",
}
BOUND = {
    "wang": CARD.card_no,
    "chen": CARD_OF_B.card_no,
    "zhao": None,
    "misnamed": MISNAMED_CARD.card_no,
    "closed": CLOSED_CARD.card_no,
}


def world() -> dict[str, Any]:
    """The part of world.json that concerns people."""
    registered = [
        asdict(each) | {"customs_code": B if each is CARD_OF_B else A}
        for each in ALL_CARDS
        if each is not UNKNOWN_CARD
    ]
    return {
        "companies": [
            {"customs_code": code, "scc": SCC[code], "ciq_code": "3100000001", "name": NAME[code]}
            for code in (A, B)
        ],
        "cards": registered,
        "accounts": [
            {
                "username": user,
                "password": password,
                "display_name": f"{user}先生",
                "customs_code": B if user == "chen" else A,
                "role": "administrator" if user == "wang" else "operator",
                "card_no": BOUND[user],
            }
            for user, password in PASSWORDS.items()
        ],
    }


def write_world(folder: Path) -> Path:
    """The world as a file."""
    path = folder / "world.json"
    path.write_text(json.dumps(world(), ensure_ascii=False), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Pki:
    """The folders of certificates and cards."""

    folder: Path
    cards: Path

    @classmethod
    def make(cls, root: Path) -> Pki:
        pki = cls(root / "pki", root / "cards")
        demo_pki.create(pki.folder, pki.cards, ALL_CARDS)
        return pki

    def expire(self, card: DemoCard) -> None:
        """Replace a card by one that ran out yesterday."""
        yesterday = datetime.now(UTC) - timedelta(days=1)
        demo_pki.issue_card(
            self.folder, self.cards, card, not_before=yesterday - timedelta(days=9), not_after=yesterday
        )

    def der(self, card: DemoCard) -> bytes:
        certificate = demo_pki.card_certificate(self.cards, card.card_no)
        return certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, card: DemoCard, text: str) -> bytes:
        content = (self.cards / f"{card.card_no}.p12").read_bytes()
        key, _, _ = pkcs12.load_key_and_certificates(content, card.pin.encode())
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return sign_raw(key, text.encode())


async def log_in(
    browser: httpx.AsyncClient, username: str, password: str | None = None, /, **change: str
) -> httpx.Response:
    """Fetch a captcha and log in; `change` replaces members of the request."""
    captcha = (await browser.get("/api/captcha")).json()
    body = {
        "username": username,
        "password": PASSWORDS.get(username, "any") if password is None else password,
        "captcha_id": captcha["id"],
        "captcha": CAPTCHA,
    }
    return await browser.post("/api/session/password", json=body | change)


async def card_answer(browser: httpx.AsyncClient, pki: Pki, card: DemoCard) -> dict[str, str]:
    """Fetch a challenge and let the card sign it: the body of the second step."""
    challenge = (await browser.post("/api/session/card/challenge")).json()
    return {
        "challenge": challenge["challenge"],
        "certificate": b64encode(pki.der(card)).decode(),
        "signature": b64encode(pki.sign(card, challenge["signing_input"])).decode(),
    }


async def log_in_by_card(browser: httpx.AsyncClient, pki: Pki, card: DemoCard) -> httpx.Response:
    """Both steps of a log-in by card."""
    return await browser.post("/api/session/card", json=await card_answer(browser, pki, card))


def rule_of(response: httpx.Response) -> str:
    """The rule that a refused log-in names; there is exactly one, with advice."""
    assert response.status_code == 422, response.text
    [violation] = response.json()["violations"]
    assert violation["message"] == response.json()["detail"]
    assert violation["advice"]
    return str(violation["rule"])
