"""Log-in with user name, password and captcha (PORT-02)."""

from __future__ import annotations

from base64 import b64decode

import httpx
import pytest

from singlewindow.kernel.people import captcha, passwords
from tests.kernel.people.conftest import Site
from tests.kernel.people.world import BOUND, CAPTCHA, NAME, PASSWORDS, SCC, A, log_in, rule_of


async def test_right_password_begins_a_session(browser: httpx.AsyncClient) -> None:
    """PORT-02, PORT-10: the answer names account, company and bound card; the level is `password`."""
    response = await log_in(browser, "wang")
    assert response.status_code == 200, response.text
    session = response.json()
    assert len(session.pop("csrf")) >= 32
    assert all(
        each == {"allowed": not each["why"], "why": each["why"]} for each in session.pop("rights").values()
    )
    assert session == {
        "account": {"username": "wang", "display_name": "wang先生", "role": "administrator"},
        "company": {"customs_code": A, "scc": SCC[A], "name": NAME[A]},
        "bound_card": BOUND["wang"],
        "card_kind": "操作员卡",
        "level": "password",
        "must_change_password": False,
    }
    assert (await browser.get("/api/session")).json()["account"]["username"] == "wang"


async def test_cookie_cannot_be_read_by_scripts(browser: httpx.AsyncClient) -> None:
    """PORT-02: HttpOnly, SameSite=Lax, for the whole site; the database knows only the token's hash."""
    cookie = (await log_in(browser, "wang")).headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


async def test_wrong_password_and_unknown_user_answer_alike(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: nobody learns from the answer which user names exist; a closed account answers likewise."""
    await site.owner.execute("update account set active = false where username = 'zhao'")
    answers = [
        await log_in(browser, "wang", "wrong"),
        await log_in(browser, "nobody", "wrong"),
        await log_in(browser, "zhao", PASSWORDS["zhao"]),
    ]
    assert [rule_of(each) for each in answers] == ["login.password"] * 3
    assert len({each.text for each in answers}) == 1


async def test_an_unknown_user_is_hashed_like_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-02: the time does not tell either: the same work is done, on a hash of the same parameters."""
    asked: list[str] = []

    def refusing(stored: str, password: str) -> bool:
        asked.append(stored)
        return False

    monkeypatch.setattr(passwords, "_matches", refusing)
    assert not await passwords.matches(None, "wrong")
    assert asked == [passwords.NOBODY]


@pytest.mark.parametrize("change", ["password_hash = 'another'", "active = false"])
async def test_what_changes_while_the_password_is_checked(
    site: Site, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """PORT-02, PORT-09: whoever knew the old password has no session after it was changed, not even begun before."""
    matches = passwords.matches

    async def slowly(stored: str | None, password: str) -> bool:
        right = await matches(stored, password)
        await site.owner.execute(f"update account set {change} where username = 'wang'")
        return right

    before = await site.owner.fetchval("select password_hash from account where username = 'wang'")
    monkeypatch.setattr(passwords, "matches", slowly)
    try:
        assert rule_of(await log_in(browser, "wang")) == "login.password"
    finally:
        await site.owner.execute(
            "update account set active = true, password_hash = $1 where username = 'wang'", before
        )


async def test_hash_parameters() -> None:
    """PORT-02: argon2id, two passes, 19 MiB, one lane, also for the hash that stands for unknown users."""
    stored = await passwords.hash_password("x")
    for each in (stored, passwords.NOBODY):
        assert each.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.matches(stored, "x")
    assert not await passwords.matches("not a hash", "x")


@pytest.mark.parametrize(
    "password", ["WRONG", PASSWORDS["wang"]], ids=["password wrong too", "password right"]
)
async def test_captcha_is_checked_first(site: Site, browser: httpx.AsyncClient, password: str) -> None:
    """PORT-02: with a wrong captcha the password is not looked at, and no try is counted."""
    assert rule_of(await log_in(browser, "wang", password, captcha="NOPE")) == "login.captcha"
    assert await site.owner.fetchval("select count(*) from login_attempt") == 0


@pytest.mark.parametrize(
    "first", [{"captcha": "NOPE"}, {"password": "wrong"}, {}], ids=["captcha", "password", "ok"]
)
async def test_captcha_is_used_once(browser: httpx.AsyncClient, first: dict[str, str]) -> None:
    """PORT-02: after any answer, wrong or right, the captcha is gone."""
    id = (await browser.get("/api/captcha")).json()["id"]
    body = {"username": "wang", "password": PASSWORDS["wang"], "captcha_id": id, "captcha": CAPTCHA}
    await browser.post("/api/session/password", json=body | first)
    again = await browser.post("/api/session/password", json=body)
    assert rule_of(again) == "login.captcha"


async def test_captcha_runs_out(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: three minutes."""
    id = (await browser.get("/api/captcha")).json()["id"]
    left = await site.owner.fetchval(
        "select extract(epoch from expires_at - now()) from challenge where id = $1", id
    )
    assert 170 < left <= 180
    await site.owner.execute("update challenge set expires_at = now() - interval '1 second'")
    assert rule_of(await log_in(browser, "wang", captcha_id=id)) == "login.captcha"


async def test_captcha_reads_in_either_case(browser: httpx.AsyncClient) -> None:
    """PORT-02."""
    assert (await log_in(browser, "wang", captcha=f" {CAPTCHA.lower()} ")).status_code == 200


async def test_card_challenge_is_no_captcha(browser: httpx.AsyncClient) -> None:
    """PORT-02: the two kinds of challenge cannot stand for each other."""
    id = (await browser.post("/api/session/card/challenge")).json()["challenge"]
    assert rule_of(await log_in(browser, "wang", captcha_id=id)) == "login.captcha"


async def test_captcha_picture(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-02: a PNG of four characters that are not mistaken for each other; the answer is stored as a hash."""
    drawn: list[str] = []
    image = captcha._image

    def drawing(text: str) -> str:
        drawn.append(text)
        return image(text)

    monkeypatch.setattr(captcha, "_image", drawing)
    for _ in range(20):
        made = await captcha.make_captcha(site.database, "192.0.2.1")
    assert b64decode(made.image.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    assert len(set(drawn)) > 15
    assert all(len(text) == 4 and not set(text) & set("0OQ1I2Z5S8B6GUV") for text in drawn)
    stored = await site.owner.fetch("select secret from challenge")
    assert not any(text in row["secret"] for text in drawn for row in stored)
    assert await captcha.is_solved(site.database, made.id, drawn[-1])


async def test_odd_text_is_refused_not_a_failure(browser: httpx.AsyncClient) -> None:
    """PORT-02: what the database cannot store is a refusal (422), never a 500."""
    for change in ({"username": "a\x00b"}, {"captcha_id": "a\x00"}, {"captcha_id": "号"}):
        response = await log_in(browser, "wang", **change)
        assert response.status_code == 422, response.text
    assert rule_of(await log_in(browser, "", "")) == "login.password"
    assert rule_of(await log_in(browser, "号码' or 1=1 --", "x\x00")) == "login.password"


async def test_every_try_is_recorded(site: Site, browser: httpx.AsyncClient) -> None:
    """PORT-02: user name, address, how, and whether it succeeded."""
    await log_in(browser, "wang", "wrong")
    await log_in(browser, "wang")
    rows = await site.owner.fetch("select username, address, level, succeeded from login_attempt order by id")
    assert [tuple(row) for row in rows] == [
        ("wang", "192.0.2.1", "password", False),
        ("wang", "192.0.2.1", "password", True),
    ]
