"""The card as a PKCS#11 token (SoftHSM): what differs from the folder, and putting a card onto a token."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute, ObjectClass, PKCS11Error, TokenFlag
from pkcs11 import exceptions as errors
from pkcs11.util.x509 import decode_x509_certificate
from websockets.asyncio.client import connect

from singlewindow.card import token_reader
from singlewindow.card.__main__ import main
from singlewindow.card.reader import CardUnreadable, NoCard, UnsupportedCard, WrongPin
from singlewindow.card.token_card import signing_algorithm
from singlewindow.card.token_errors import problem_of
from singlewindow.card.token_module import Choice, ModuleUnusable
from singlewindow.card.token_reader import TokenReader
from singlewindow.contract.signatures import verify
from tests.card.conftest import PORTAL, Page, TokenService
from tests.card.softhsm import SO_PIN, Tokens
from tests.card.test_protocol import TEXT
from tests.contract.pki import LEGAL_PERSON, OPERATOR

P256 = bytes.fromhex("06082a8648ce3d030107")
SM2 = bytes.fromhex("06082a811ccf5501822d")
CERTIFICATE = {Attribute.CLASS: ObjectClass.CERTIFICATE}


@pytest.fixture
def service(token_service: TokenService) -> TokenService:
    return token_service


async def test_a_wrong_pin_is_told_without_a_number_that_nobody_knows(page: Page) -> None:
    """PORT-05: SoftHSM counts no tries; a wrong PIN opens nothing, before or after the right one."""
    for _ in range(20):
        answer = await page.call("SpcVerifyPIN", passwd="00000000")
        assert (answer["Data"], answer["Error"][1]) == ([], "Err:Base60020")
        assert "PIN 码错误" in answer["Error"][0]
        assert not any(letter.isdigit() for letter in answer["Error"][0])
    await page.data("SpcVerifyPIN", passwd=OPERATOR.pin)
    assert (await page.error("SpcSignDataAsPEM", inData=TEXT, passwd="0"))[1] == "Err:Base60020"


@pytest.mark.parametrize(
    ("error", "flags", "code", "data"),
    [
        (errors.PinIncorrect(), TokenFlag.USER_PIN_COUNT_LOW, "Err:Base60020", ()),
        (errors.PinIncorrect(), TokenFlag.USER_PIN_FINAL_TRY, "Err:Base60020", ("1",)),
        (errors.PinLenRange(), TokenFlag(0), "Err:Base60020", ()),
        (errors.PinIncorrect(), TokenFlag.USER_PIN_LOCKED, "Err:Base60021", ()),
        (errors.PinLocked(), TokenFlag.USER_PIN_LOCKED, "Err:Base60021", ()),
        (errors.PinExpired(), TokenFlag(0), "Err:Base60022", ()),
        (errors.UserPinNotInitialized(), TokenFlag(0), "Err:Base60022", ()),
        (errors.DeviceRemoved(), TokenFlag(0), "Err:Base60011", ()),
        (errors.TokenNotPresent(), TokenFlag(0), "Err:Base60011", ()),
        (errors.PinIncorrect(), None, "Err:Base60011", ()),
        (errors.GeneralError(), None, "Err:Base60011", ()),
        (errors.NoSuchKey(), TokenFlag(0), "Err:Base60030", ()),
        (errors.MechanismInvalid(), TokenFlag(0), "Err:Base60031", ()),
        (errors.GeneralError(), TokenFlag(0), "Err:Base60040", ()),
    ],
)
def test_errors_of_a_module_become_problems(
    error: PKCS11Error, flags: TokenFlag | None, code: str, data: tuple[str, ...]
) -> None:
    """PORT-05: what SoftHSM never does; locked, one try left, pulled (no flags), an error of the driver."""
    problem = problem_of(error, flags)
    assert (problem.code, problem.data) == (code, data)
    assert "。" in problem.text[:-1], "what happened, then what to do"


def test_the_last_try_is_told() -> None:
    """PORT-05: CKF_USER_PIN_FINAL_TRY."""
    assert "还可以再试 1 次" in problem_of(errors.PinIncorrect(), TokenFlag.USER_PIN_FINAL_TRY).text


async def test_a_card_pulled_while_it_signs_gives_no_signature(
    page: Page, service: TokenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-05: after the log-in the token goes; pages hear of it, and the card put back signs."""

    sign = token_reader._sign

    def pulled(*arguments: object) -> bytes:
        service.tokens.pull()
        return sign(*arguments)  # type: ignore[arg-type]

    arguments = {"inData": TEXT, "passwd": OPERATOR.pin}
    with monkeypatch.context() as patch:
        patch.setattr(token_reader, "_sign", pulled)
        assert (await page.error("SpcSignDataAsPEM", **arguments))[1] == "Err:Base60011"
    assert (await page.receive())["_args"]["Data"] == ["card_removed"]
    service.insert(OPERATOR.card_no)
    assert (await page.receive())["_args"]["Data"] == ["card_inserted"]
    await page.data("SpcSignDataAsPEM", **arguments)


async def test_there_is_no_page_of_the_reader(service: TokenService) -> None:
    """PORT-05: nobody pulls a real card by HTTP."""
    headers = {"Origin": service.address}
    async with httpx.AsyncClient(base_url=service.address, headers=headers, trust_env=False) as browser:
        assert (await browser.get("/")).status_code == 404
        assert (await browser.post("/pull")).status_code == 404


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: _certificate(rsa.generate_private_key(65537, 2048)), "RSA 2048"),
        (lambda: _certificate(ec.generate_private_key(ec.SECP384R1())), "ECDSA secp384r1"),
        (lambda: _certificate(ec.generate_private_key(ec.SECP256R1())).replace(P256, SM2), "SM2"),
    ],
)
def test_a_card_of_another_algorithm_is_refused_by_name(
    tokens: Tokens, make: Callable[[], bytes], algorithm: str
) -> None:
    """PORT-05: real cards may be RSA or SM2; the person learns which one this is."""
    der = make()
    assert signing_algorithm(der) == algorithm
    tokens.initialise("other", "1234")
    tokens.write("other", "1234", {**CERTIFICATE, **_attributes(der), Attribute.ID: b"1"})
    with pytest.raises(UnsupportedCard) as refused:
        tokens.reader.card()
    assert algorithm in refused.value.text
    assert tokens.reader.inserted() is not None


def test_an_empty_token_is_an_unreadable_card(tokens: Tokens) -> None:
    """PORT-05: different from no token; a token that was never initialised is none."""
    with pytest.raises(NoCard):
        tokens.reader.card()
    tokens.initialise("empty", "1234")
    with pytest.raises(CardUnreadable):
        tokens.reader.card()


def test_a_certificate_whose_key_is_another_does_not_sign(tokens: Tokens) -> None:
    """PORT-08: without key, and with a key of the same id that belongs to another certificate."""
    der = tokens.pki.der(OPERATOR)
    tokens.initialise("bare", OPERATOR.pin)
    tokens.write("bare", OPERATOR.pin, {**CERTIFICATE, **_attributes(der), Attribute.ID: b"1"})
    assert tokens.reader.card().number == OPERATOR.card_no
    with pytest.raises(CardUnreadable):
        tokens.reader.sign(OPERATOR.card_no, TEXT.encode(), OPERATOR.pin)
    tokens.pull()
    tokens.make(LEGAL_PERSON)
    key_id = x509.SubjectKeyIdentifier.from_public_key(tokens.pki.key(LEGAL_PERSON).public_key()).digest
    token = Choice(tokens.module).token()
    assert token is not None
    with token.open(rw=True, user_pin=LEGAL_PERSON.pin) as session:
        (own,) = session.get_objects(CERTIFICATE)
        own.destroy()
    tokens.write(
        LEGAL_PERSON.card_no, LEGAL_PERSON.pin, {**CERTIFICATE, **_attributes(der), Attribute.ID: key_id}
    )
    with pytest.raises(CardUnreadable):
        tokens.reader.sign(OPERATOR.card_no, TEXT.encode(), LEGAL_PERSON.pin)


def test_no_session_is_left_open(tokens: Tokens) -> None:
    """PORT-05: the token lets its officer in only when no reading session is open, also after a wrong PIN."""
    tokens.make(OPERATOR)
    number = tokens.reader.card().number
    with pytest.raises(WrongPin):
        tokens.reader.verify_pin(number, "wrong")
    _let_officer_in(tokens)
    tokens.reader.verify_pin(number, OPERATOR.pin)
    tokens.reader.sign(number, TEXT.encode(), OPERATOR.pin)
    _let_officer_in(tokens)


def _let_officer_in(tokens: Tokens) -> None:
    token = Choice(tokens.module).token()
    assert token is not None
    with token.open(rw=True, so_pin=SO_PIN):
        pass


def test_label_and_slot_choose_among_tokens(tokens: Tokens) -> None:
    """PORT-03: two tokens in two slots; a label or slot that is not there is an empty reader."""
    cards = (OPERATOR, LEGAL_PERSON)
    for card in cards:
        tokens.make(card)
    slots = set()
    for card in cards:
        named = Choice(tokens.module, label=card.card_no)
        assert TokenReader(named).card().number == card.card_no
        token = named.token()
        assert token is not None
        slots.add(token.slot.slot_id)
        reader = TokenReader(Choice(tokens.module, slot=token.slot.slot_id))
        verify(tokens.pki.der(card), TEXT, reader.sign(card.card_no, TEXT.encode(), card.pin))
    assert len(slots) == 2
    for absent in (Choice(tokens.module, label="nobody"), Choice(tokens.module, slot=max(slots) + 1)):
        assert TokenReader(absent).inserted() is None
        with pytest.raises(NoCard):
            TokenReader(absent).card()


def test_a_module_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    """OPER-01: missing, and no library at all."""
    rubbish = tmp_path / "rubbish.so"
    rubbish.write_text("no library")
    for path, word in ((tmp_path / "missing.so", "does not exist"), (rubbish, "cannot load")):
        with pytest.raises(ModuleUnusable, match=word) as refused:
            TokenReader(Choice(path))
        assert str(path) in str(refused.value)


async def test_the_program_says_which_module_it_cannot_load(tmp_path: Path) -> None:
    """OPER-01: one line, exit code 1."""
    program = await _program(SINGLEWINDOW_CARD_PKCS11_MODULE=str(tmp_path / "missing.so"))
    _, said = await asyncio.wait_for(program.communicate(), 20)
    assert program.returncode == 1
    (line,) = said.decode().splitlines()
    assert f"the PKCS#11 module {tmp_path / 'missing.so'} does not exist" in line
    assert "SINGLEWINDOW_CARD_PKCS11_MODULE" in line


async def test_the_program_runs_on_a_token(tokens: Tokens, unused_tcp_port: int) -> None:
    """PORT-03: settings from the environment choose module and token."""
    tokens.make(OPERATOR)
    tokens.make(LEGAL_PERSON)
    program = await _program(
        SINGLEWINDOW_CARD_PKCS11_MODULE=str(tokens.module),
        SINGLEWINDOW_CARD_PKCS11_TOKEN_LABEL=LEGAL_PERSON.card_no,
        SINGLEWINDOW_CARD_PKCS11_SLOT="",
        SINGLEWINDOW_CARD_PORT=str(unused_tcp_port),
        SINGLEWINDOW_CARD_ORIGINS=PORTAL,
    )
    assert program.stderr is not None
    while b"ready" not in await asyncio.wait_for(program.stderr.readline(), 20):
        pass
    async with connect(f"ws://127.0.0.1:{unused_tcp_port}/", origin=PORTAL, proxy=None) as connection:  # type: ignore[arg-type]
        page = Page(connection)
        await page.receive()
        assert await page.data("SpcGetCardID") == [LEGAL_PERSON.card_no]
    program.terminate()
    assert await asyncio.wait_for(program.wait(), 20) == 0


def test_the_command_puts_a_card_onto_a_token(tokens: Tokens, capsys: pytest.CaptureFixture[str]) -> None:
    """PORT-03: once more replaces it; the key does not leave the token."""
    tokens.initialise("mine", "token-pin")
    for _ in range(2):
        assert _put(tokens, "mine", token_pin="token-pin") == 0
        assert capsys.readouterr().out == f"card {OPERATOR.card_no} is on the token mine\n"
    token = Choice(tokens.module).token()
    assert token is not None
    with token.open(user_pin="token-pin") as session:
        assert len(list(session.get_objects())) == 2
        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=OPERATOR.card_no)
        with pytest.raises(errors.AttributeSensitive):
            key[Attribute.VALUE]
    signature = tokens.reader.sign(OPERATOR.card_no, TEXT.encode(), "token-pin")
    verify(tokens.pki.der(), TEXT, signature)


def test_the_command_says_why_it_did_not(tokens: Tokens, capsys: pytest.CaptureFixture[str]) -> None:
    """OPER-01: another card there, wrong PINs, no such token, file or module; nothing is written."""
    tokens.make(LEGAL_PERSON)
    there = LEGAL_PERSON.card_no
    tries = {
        f"holds card {there}": _put(tokens, there, token_pin=LEGAL_PERSON.pin),
        "wrong PIN": _put(tokens, there, pin="0"),
        "PinIncorrect": _put(tokens, there, token_pin="0"),
        "no such token": _put(tokens, "nobody"),
        "cannot read": _put(tokens, there, p12=tokens.pki.cards / "missing.p12"),
        "does not exist": _put(tokens, there, module=Path("/missing.so")),
    }
    assert set(tries.values()) == {1}
    said = capsys.readouterr().err.splitlines()
    assert [word in line for word, line in zip(tries, said, strict=True)] == [True] * len(tries)
    assert tokens.reader.card().number == there


def _put(
    tokens: Tokens,
    label: str,
    *,
    pin: str = OPERATOR.pin,
    token_pin: str = OPERATOR.pin,
    p12: Path | None = None,
    module: Path | None = None,
) -> int:
    file = p12 or tokens.pki.cards / f"{OPERATOR.card_no}.p12"
    where = ["--module", str(module or tokens.module), "--token-label", label]
    return main(["put-on-token", *where, "--p12", str(file), "--pin", pin, "--token-pin", token_pin])


async def _program(**settings: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "singlewindow.card"),
        env={**os.environ, **settings},
        stderr=asyncio.subprocess.PIPE,
    )


def _certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A certificate that may sign, self-made, as DER."""
    name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, "SW1A000000009")])
    now = datetime(2026, 11, 21, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _attributes(der: bytes) -> dict[Attribute, object]:
    return dict(decode_x509_certificate(der)) | {Attribute.PRIVATE: False}
