"""Log-in with a card: the card signs the server's challenge (PORT-03)."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from pathlib import Path

import httpx
import pytest

from singlewindow.contract import demo_pki
from tests.kernel.people.conftest import Site
from tests.kernel.people.world import (
    CARD,
    CARD_OF_B,
    CLOSED_CARD,
    MISNAMED_CARD,
    UNBOUND_CARD,
    UNKNOWN_CARD,
    A,
    Pki,
    card_answer,
    log_in_by_card,
    rule_of,
)


async def test_card_begins_a_session(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: the session is its account's, of level `card`; the try is recorded under the user name."""
    response = await log_in_by_card(browser, site.pki, CARD)
    assert response.status_code == 200, response.text
    session = response.json()
    assert (session["account"]["username"], session["level"], session["bound_card"]) == (
        "wang",
        "card",
        CARD.card_no,
    )
    assert session["company"]["customs_code"] == A
    assert (await browser.get("/api/session")).json() == session
    [row] = await site.owner.fetch("select username, level, succeeded from login_attempt")
    assert tuple(row) == ("wang", "card", True)


async def test_statement_says_what_is_signed(browser: httpx.AsyncClient) -> None:
    """PORT-03: purpose, a fresh nonce and the time; nothing that could pass for a declaration."""
    nonces = set()
    for _ in range(2):
        text = (await browser.post("/api/session/card/challenge", json={})).json()["signing_input"]
        statement = json.loads(urlsafe_b64decode(text.split(".")[1] + "=="))
        assert set(statement) == {"purpose", "nonce", "issued_at"}
        assert statement["purpose"] == "login"
        nonces.add(statement["nonce"])
    assert len(nonces) == 2


@pytest.mark.parametrize(
    ("card", "rule"),
    [
        (UNBOUND_CARD, "login.card.unbound"),
        (UNKNOWN_CARD, "login.card.unbound"),
        (MISNAMED_CARD, "login.card.company"),
        (CLOSED_CARD, "login.card.closed"),
    ],
    ids=["unbound", "unknown", "other company", "closed account"],
)
async def test_card_without_an_account(
    site: Site, browser: httpx.AsyncClient, card: demo_pki.DemoCard, rule: str
) -> None:
    """PORT-03: a good card that opens nothing; the message names its number or code, and no session begins."""
    response = await log_in_by_card(browser, site.pki, card)
    assert rule_of(response) == rule
    assert card.card_no in response.json()["detail"] or card.customs_code in response.json()["detail"]
    assert "set-cookie" not in response.headers
    assert await site.owner.fetchval("select succeeded from login_attempt") is False


async def test_revoked_card(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: the list is read anew, so that a revocation holds from the next log-in on."""
    assert (await log_in_by_card(browser, site.pki, CARD)).status_code == 200
    demo_pki.revoke(site.pki.folder, demo_pki.card_certificate(site.pki.cards, CARD.card_no))
    assert rule_of(await log_in_by_card(browser, site.pki, CARD)) == "login.card.revoked"


async def test_expired_card(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03."""
    site.pki.expire(CARD)
    assert rule_of(await log_in_by_card(browser, site.pki, CARD)) == "login.card.expired"


async def test_card_of_a_foreign_ca(site: Site, browser: httpx.AsyncClient, tmp_path: Path) -> None:
    """PORT-03: the same card number from another issuer opens nothing."""
    foreign = Pki.make(tmp_path / "foreign")
    assert rule_of(await log_in_by_card(browser, foreign, CARD)) == "login.card.chain"


async def test_without_revocation_list_nothing_passes(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: fails closed."""
    (site.pki.folder / "crl.pem").unlink()
    assert rule_of(await log_in_by_card(browser, site.pki, CARD)) == "login.card.revocation-unknown"


async def test_signature_of_another_card(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: a certificate is public; only the key proves."""
    answer = await card_answer(browser, site.pki, CARD_OF_B)
    answer["certificate"] = b64encode(site.pki.der(CARD)).decode()
    assert rule_of(await browser.post("/api/session/card", json=answer)) == "login.card.signature"


async def test_signature_of_another_challenge(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: an old signature does not answer a new challenge."""
    old, new = await card_answer(browser, site.pki, CARD), await card_answer(browser, site.pki, CARD)
    answer = new | {"signature": old["signature"]}
    assert rule_of(await browser.post("/api/session/card", json=answer)) == "login.card.signature"


@pytest.mark.parametrize("spoiled", [{}, {"signature": ""}], ids=["after success", "after failure"])
async def test_challenge_is_used_once(
    site: Site, browser: httpx.AsyncClient, spoiled: dict[str, str]
) -> None:
    """PORT-03: a recorded log-in cannot be played again."""
    answer = await card_answer(browser, site.pki, CARD)
    await browser.post("/api/session/card", json=answer | spoiled)
    assert rule_of(await browser.post("/api/session/card", json=answer)) == "login.card.challenge"


async def test_captcha_is_no_challenge(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: the two kinds of challenge cannot stand for each other."""
    captcha = (await browser.get("/api/captcha")).json()["id"]
    answer = await card_answer(browser, site.pki, CARD) | {"challenge": captcha}
    assert rule_of(await browser.post("/api/session/card", json=answer)) == "login.card.challenge"


async def test_challenge_runs_out(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: three minutes."""
    answer = await card_answer(browser, site.pki, CARD)
    await site.owner.execute("update challenge set expires_at = now() - interval '1 second'")
    assert rule_of(await browser.post("/api/session/card", json=answer)) == "login.card.challenge"


async def test_what_is_no_certificate(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-03: 422, never 500."""
    answer = await card_answer(browser, site.pki, CARD)
    answer["certificate"] = b64encode(b"no certificate").decode()
    assert rule_of(await browser.post("/api/session/card", json=answer)) == "login.card.unreadable"
    assert (await browser.post("/api/session/card", json=answer | {"signature": "号"})).status_code == 422
