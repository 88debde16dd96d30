"""Registering a company and its first account with the company's card (PORT-09)."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode, urlsafe_b64decode

import pytest

from singlewindow.contract import demo_pki
from singlewindow.kernel.people import attempts, registration
from tests.house import House
from tests.kernel.people.stage import (
    CAPTCHA,
    PASSWORD,
    answer,
    browser,
    captcha,
    certificate,
    form,
    id_of,
    log_in,
    new_card,
    prepare,
    register,
    rules,
)

pytestmark = pytest.mark.usefixtures("fixed_captcha")


@pytest.mark.parametrize("kind", ["法人卡", "操作员卡"])
async def test_a_company_and_its_first_account(house: House, kind: str) -> None:
    """PORT-09: the first account is the administrator, bound to the card; it may log in at once, both ways."""
    card, client = new_card(house, kind=kind), browser(house)
    facts = (
        await client.post("/api/registration/card", json={"certificate": certificate(house, card)})
    ).json()
    assert facts == {
        "customs_code": card.customs_code, "scc": card.scc, "name": card.company_name, "card_no": card.card_no,
        "card_kind": kind, "holder": card.holder, "warnings": [],
    }  # fmt: skip
    filled = form(house, card)
    done = await register(house, client, card, filled)
    assert (done.status_code, done.json()) == (201, {"username": filled["username"]})
    session = (await log_in(client, filled["username"])).json()
    assert session["account"]["role"] == "administrator"
    assert session["company"] == {
        "customs_code": card.customs_code,
        "scc": card.scc,
        "name": card.company_name,
    }
    assert (session["bound_card"], session["card_kind"]) == (card.card_no, kind)
    [entry] = (await client.get("/api/company/log")).json()["items"]
    assert (entry["what"], entry["account"], entry["detail"]) == (
        "注册企业",
        filled["username"],
        card.card_no,
    )
    challenge = (await client.post("/api/session/card/challenge")).json()
    assert (await client.post("/api/session/card", json=answer(house, card, challenge))).status_code == 200


async def test_codes_are_raised_to_upper_case(house: House) -> None:
    """PORT-09: a 海关编码 may be typed in lower case."""
    card, client = new_card(house), browser(house)
    filled = form(house, card, customs_code=card.customs_code.lower(), scc=f" {card.scc.lower()} ")
    assert (await register(house, client, card, filled)).status_code == 201
    assert await house.sql("select 1 from company where customs_code = $1", card.customs_code)


async def test_a_company_that_exists_sends_to_its_administrator(house: House) -> None:
    """PORT-09: said before anything is filled in, and again by both steps."""
    code = await house.company()
    card, client = new_card(house, customs_code=code), browser(house)
    asked = await client.post("/api/registration/card", json={"certificate": certificate(house, card)})
    assert rules(asked) == [("customs_code", "registration.exists")]
    assert "企业管理员" in asked.json()["violations"][0]["advice"]
    assert ("customs_code", "registration.exists") in rules(await prepare(client, form(house, card)))


@pytest.mark.parametrize(
    ("box", "value", "rule"),
    [
        ("customs_code", "31A1000001", "company.customs_code"),
        ("customs_code", "3101999999", "registration.card"),
        ("scc", "91310000MA0000000X", "registration.card"),
        ("name", "别家公司", "registration.card"),
        ("ciq_code", "12345", "company.ciq_code"),
        ("username", "Ab", "account.username"),
        ("username", "1abcd", "account.username"),
        ("display_name", "  ", "account.name"),
        ("password", "short-1", "account.password"),
        ("password", "alllowercase", "account.password"),
        ("password", "Aa1-" + "x" * 70, "account.password"),
    ],
)
async def test_what_is_wrong_stands_at_its_box(house: House, box: str, value: str, rule: str) -> None:
    """PORT-09, UI-16: the facts must be the card's, the account's boxes follow their rules; nothing is stored."""
    card, client = new_card(house), browser(house)
    refused = await prepare(client, form(house, card, **{box: value}))
    assert (box, rule) in rules(refused)
    assert {path for path, _ in rules(refused)} == {box}
    assert not await house.sql("select 1 from company where customs_code = $1", card.customs_code)


async def test_everything_wrong_is_named_at_once(house: House) -> None:
    """UI-16."""
    card, client = new_card(house), browser(house)
    refused = await prepare(client, form(house, card, username="", display_name="", password="", name=""))
    assert [path for path, _ in rules(refused)] == ["name", "username", "display_name", "password"]


async def test_password_without_the_user_name(house: House) -> None:
    """PORT-09: the strength rule."""
    card, client = new_card(house), browser(house)
    refused = await prepare(client, form(house, card, username="zhoujie", password="Zhoujie-2026"))
    assert rules(refused) == [("password", "account.password")]


async def test_an_old_social_credit_code_warns_only(house: House) -> None:
    """PORT-09: a wrong check character is said and not refused."""
    card, client = new_card(house, scc="91310000MA0000000X"), browser(house)
    facts = await client.post("/api/registration/card", json={"certificate": certificate(house, card)})
    assert [each["path"] for each in facts.json()["warnings"]] == ["scc"]
    assert (await register(house, client, card, form(house, card))).status_code == 201


async def test_the_card_signs_company_user_and_card(house: House) -> None:
    """PORT-09: the statement is of its own kind, and the page can check it."""
    card, client = new_card(house), browser(house)
    filled = form(house, card)
    text = (await prepare(client, filled)).json()["signing_input"]
    statement = json.loads(urlsafe_b64decode(text.split(".")[1] + "=="))
    assert {name: statement[name] for name in ("purpose", "company", "username", "card")} == {
        "purpose": "register", "company": card.customs_code, "username": filled["username"],
        "card": card.card_no,
    }  # fmt: skip
    assert len(statement["nonce"]) >= 32


async def test_another_form_than_the_signed_one(house: House) -> None:
    """PORT-09: the user name that the card signed for is the one that is made."""
    card, client = new_card(house), browser(house)
    filled = form(house, card)
    signed = answer(house, card, (await prepare(client, filled)).json())
    refused = await client.post("/api/registration", json=filled | signed | {"username": "someoneelse"})
    assert rules(refused) == [("signature", "login.card.signature")]


@pytest.mark.parametrize(
    ("box", "value", "rule"),
    [
        ("password", "weak", "account.password"),
        ("display_name", " ", "account.name"),
        ("name", "另一家公司", "registration.card"),
        ("scc", "91310000MA00000000", "registration.card"),
    ],
)
async def test_what_is_sent_in_is_looked_at_again(house: House, box: str, value: str, rule: str) -> None:
    """PORT-09: what the card does not sign is as right in the form that is sent in as in the one that was checked."""
    card, client = new_card(house), browser(house)
    filled = form(house, card)
    signed = answer(house, card, (await prepare(client, filled)).json())
    refused = await client.post("/api/registration", json=filled | signed | {box: value})
    assert (box, rule) in rules(refused)
    assert not await house.sql("select 1 from company where customs_code = $1", card.customs_code)


@pytest.mark.parametrize("what", ["card", "username"])
async def test_what_another_company_has_is_named(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """PORT-09: a card that is another company's already, and a user name that somebody took at the same instant: at its
    box, and nothing is stored."""
    card, client, other = new_card(house), browser(house), await house.member()
    filled = form(house, card)
    body = filled | answer(house, card, (await prepare(client, filled)).json())
    if what == "card":
        await house.sql("update card set card_no = $1 where card_no = $2", card.card_no, other.card_no)
    else:
        await house.sql("update account set username = $1 where id = $2", filled["username"],
                        await id_of(house, other))  # fmt: skip

        async def nobody_yet(*_: object) -> tuple[bool, bool]:
            return False, False

        monkeypatch.setattr(registration, "_known", nobody_yet)
    refused = rules(await client.post("/api/registration", json=body))
    expected = (
        ("certificate", "registration.card") if what == "card" else ("username", "account.username.taken")
    )
    assert refused == [expected]
    assert not await house.sql("select 1 from company where customs_code = $1", card.customs_code)


async def test_right_forms_close_no_door_and_wrong_answers_do(house: House) -> None:
    """PORT-09: who checks a right form many times goes on; a signature that proves nothing and what is no card
    count for the address."""
    card, address = new_card(house), "10.77.0.2"
    client, filled = browser(house, address), form(house, card)
    for _ in range(attempts.PER_USERNAME + 1):
        prepared = await prepare(client, filled)
        assert prepared.status_code == 200, prepared.text
    await house.sql(
        """insert into login_attempt (username, address, level, succeeded)
           select '', $1, 'register', false from generate_series(1, $2::int)""",
        address,
        attempts.PER_ADDRESS - 2,
    )
    unsigned = filled | answer(house, card, prepared.json()) | {"signature": b64encode(b"none").decode()}
    assert (await client.post("/api/registration", json=unsigned)).status_code == 422
    assert (await client.post("/api/registration/card", json={"certificate": "AAAA"})).status_code == 422
    assert (await client.post("/api/registration", json=unsigned)).status_code == 429


async def test_a_challenge_serves_once_and_for_its_purpose(house: House) -> None:
    """PORT-09: a log-in's challenge registers nobody, and a registration cannot be played again."""
    card, client = new_card(house), browser(house)
    filled = form(house, card)
    login = answer(house, card, (await client.post("/api/session/card/challenge")).json())
    assert rules(await client.post("/api/registration", json=filled | login)) == [
        ("challenge", "login.card.challenge")
    ]
    signed = answer(house, card, (await prepare(client, filled)).json())
    assert (await client.post("/api/registration", json=filled | signed)).status_code == 201
    assert rules(await client.post("/api/registration", json=filled | signed)) == [
        ("challenge", "login.card.challenge")
    ]


@pytest.mark.parametrize("spoil", ["foreign signature", "revoked", "no certificate"])
async def test_a_card_that_proves_nothing(house: House, spoil: str) -> None:
    """PORT-09: only the company's card proves; nothing is stored."""
    card, client = new_card(house), browser(house)
    filled = form(house, card)
    signed = answer(house, card, (await prepare(client, filled)).json())
    if spoil == "foreign signature":
        other = new_card(house)
        signed["signature"] = answer(house, other, {"challenge": "x", "signing_input": "x.y"})["signature"]
    elif spoil == "revoked":
        demo_pki.revoke(house.pki, demo_pki.card_certificate(house.cards, card.card_no))
    else:
        signed["certificate"] = b64encode(b"none").decode()
    [(_, rule)] = rules(await client.post("/api/registration", json=filled | signed))
    assert rule.startswith("login.card.")
    assert not await house.sql("select 1 from company where customs_code = $1", card.customs_code)


async def test_captcha_is_used_once(house: House) -> None:
    """PORT-09: as at log-in; a wrong one is said before anything else."""
    card, client = new_card(house), browser(house)
    filled, solved = form(house, card), await captcha(client)
    first = await client.post("/api/registration/prepare", json=filled | solved)
    assert first.status_code == 200, first.text
    again = await client.post("/api/registration/prepare", json=filled | solved)
    assert rules(again) == [("captcha", "login.captcha")]
    wrong = filled | await captcha(client) | {"captcha": CAPTCHA + "0", "password": ""}
    assert rules(await client.post("/api/registration/prepare", json=wrong)) == [("captcha", "login.captcha")]


async def test_too_many_tries(house: House) -> None:
    """PORT-09: the limiter counts by user name and by address; a name that is tried here may still log in."""
    card, client = new_card(house), browser(house)
    filled = form(house, card, password="weak")
    for _ in range(attempts.PER_USERNAME):
        assert (await prepare(client, filled)).status_code == 422
    closed = await prepare(browser(house), filled | {"password": PASSWORD})
    assert closed.status_code == 429
    assert "用户名" in closed.json()["detail"]
    assert (await log_in(browser(house), filled["username"], "wrong")).status_code == 422
    address = "10.77.0.1"
    await house.sql(
        """insert into login_attempt (username, address, level, succeeded)
           select '', $1, 'register', false from generate_series(1, $2::int)""",
        address,
        attempts.PER_ADDRESS,
    )
    blocked = browser(house, address)
    for path, body in (
        ("/card", {"certificate": filled["certificate"]}),
        ("/prepare", form(house, card) | await captcha(blocked)),
        ("", form(house, card) | {"challenge": "x", "signature": ""}),
    ):
        assert (await blocked.post(f"/api/registration{path}", json=body)).status_code == 429, path


async def test_two_register_the_same_company_at_the_same_instant(house: House) -> None:
    """PORT-09: one of them is the administrator, the other is sent to him."""
    first = new_card(house)
    second = new_card(house, first.customs_code, first.company_name, first.scc, "操作员卡")
    ready = []
    for card in (first, second):
        client, filled = browser(house), form(house, card)
        ready.append((client, filled | answer(house, card, (await prepare(client, filled)).json())))
    done = await asyncio.gather(*(client.post("/api/registration", json=body) for client, body in ready))
    assert sorted(each.status_code for each in done) == [201, 422]
    refused = next(each for each in done if each.status_code == 422)
    assert rules(refused) == [("customs_code", "registration.exists")]
    assert len(await house.sql(
        "select 1 from account a join company c on c.id = a.company_id where c.customs_code = $1",
        first.customs_code,
    )) == 1  # fmt: skip


async def test_from_another_site_nothing_is_registered(house: House) -> None:
    """PORT-09: as log-in."""
    for path in ("/card", "/prepare", ""):
        refused = await browser(house).post(
            f"/api/registration{path}", json={}, headers={"Origin": "http://evil.example"}
        )
        assert refused.status_code == 403, path
