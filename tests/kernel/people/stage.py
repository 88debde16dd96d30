"""Cards and browsers for tests of registration, companies' accounts and system administrators, on a whole portal."""

from __future__ import annotations

import itertools
from base64 import b64encode
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization

from singlewindow.contract import demo_pki
from singlewindow.contract.demo_pki import DemoCard
from singlewindow.contract.signatures import sign_raw
from singlewindow.demo.companies import social_credit_code
from singlewindow.kernel.people.passwords import hash_password
from tests.house import ORIGIN, House, Member, card_key

CAPTCHA = "8888"
PASSWORD = "Bridge-2026"
_serials = itertools.count(1)


def browser(house: House, address: str = "") -> httpx.AsyncClient:
    """A browser at an address of its own, so that tests do not fill each other's limits."""
    host = address or f"10.9.{next(_serials) // 250}.{next(_serials) % 250 + 1}"
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(house.app, raise_app_exceptions=False, client=(host, 50000)),
        base_url=ORIGIN,
        headers={"Origin": ORIGIN},
    )
    house.clients.append(client)
    return client


def new_card(
    house: House, customs_code: str = "", name: str = "", scc: str = "", kind: str = "法人卡"
) -> DemoCard:
    """A card of a company that the portal does not know, or of the one that is named."""
    serial = next(_serials)
    card = DemoCard(
        card_no=f"RG5A{serial:09d}",
        kind=kind,
        holder=f"持卡人{serial}",
        customs_code=customs_code or f"3101A{serial:05d}",
        scc=scc or social_credit_code(f"91310000MA{serial:07d}"),
        company_name=name or f"上海新{serial}贸易有限公司",
        pin="88888888",
    )
    demo_pki.create(house.pki, house.cards, [card])
    return card


def certificate(house: House, card: DemoCard) -> str:
    der = demo_pki.card_certificate(house.cards, card.card_no).public_bytes(serialization.Encoding.DER)
    return b64encode(der).decode()


def signature(house: House, card: DemoCard, text: str) -> str:
    return b64encode(sign_raw(card_key(house.cards, card), text.encode("ascii"))).decode()


def form(house: House, card: DemoCard, **change: str) -> dict[str, str]:
    """A registration's form as the page fills it in; `change` replaces boxes."""
    filled = {
        "customs_code": card.customs_code,
        "scc": card.scc,
        "ciq_code": "3100600001",
        "name": card.company_name,
        "username": f"first{next(_serials)}",
        "display_name": "周洁",
        "password": PASSWORD,
        "certificate": certificate(house, card),
    }
    return filled | change


async def captcha(client: httpx.AsyncClient) -> dict[str, str]:
    return {"captcha_id": (await client.get("/api/captcha")).json()["id"], "captcha": CAPTCHA}


async def prepare(client: httpx.AsyncClient, filled: dict[str, str]) -> httpx.Response:
    return await client.post("/api/registration/prepare", json=filled | await captcha(client))


async def register(
    house: House, client: httpx.AsyncClient, card: DemoCard, filled: dict[str, str]
) -> httpx.Response:
    """Both steps of a registration; a refusal of the first is answered."""
    prepared = await prepare(client, filled)
    if prepared.status_code != 200:
        return prepared
    return await client.post("/api/registration", json=filled | answer(house, card, prepared.json()))


def answer(house: House, card: DemoCard, prepared: dict[str, Any]) -> dict[str, str]:
    """What a card answers to a challenge."""
    return {
        "challenge": prepared["challenge"],
        "certificate": certificate(house, card),
        "signature": signature(house, card, prepared["signing_input"]),
    }


async def log_in(client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    """With the captcha; the browser carries the session's token from then on."""
    body = {"username": username, "password": password} | await captcha(client)
    response = await client.post("/api/session/password", json=body)
    if response.status_code == 200:
        client.headers["X-CSRF-Token"] = response.json()["csrf"]
    return response


async def bind(house: House, client: httpx.AsyncClient, card: DemoCard, base: str) -> httpx.Response:
    """Both steps of a binding at `base` (the own account's address, or a colleague's)."""
    asked = await client.post(f"{base}/challenge", json={"certificate": certificate(house, card)})
    return (
        asked if asked.status_code != 200 else await client.post(base, json=answer(house, card, asked.json()))
    )


async def id_of(house: House, member: Member) -> int:
    [row] = await house.sql("select account_id from card where card_no = $1", member.card_no)
    return int(row["account_id"])


async def with_password(house: House, member: Member, password: str = PASSWORD) -> str:
    """Give a member a password; the user name."""
    [row] = await house.sql(
        """update account set password_hash = $2 where id = (select account_id from card where card_no = $1)
           returning username""",
        member.card_no,
        await hash_password(password),
    )
    return str(row["username"])


async def system_administrator(house: House) -> httpx.AsyncClient:
    """A browser of a new system administrator, logged in."""
    username = f"system{next(_serials)}"
    await house.sql(
        "insert into account (username, password_hash, display_name, role) values ($1, $2, '系统', 'system')",
        username,
        await hash_password(PASSWORD),
    )
    client = browser(house)
    assert (await log_in(client, username)).status_code == 200
    return client


def rules(response: httpx.Response) -> list[tuple[str, str]]:
    """The path and rule of everything that a refusal names; each has its advice and basis."""
    assert response.status_code == 422, response.text
    violations = response.json()["violations"]
    assert all(each["message"] and each["advice"] and each["clause"] for each in violations)
    return [(each["path"], each["rule"]) for each in violations]
