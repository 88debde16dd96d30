"""What a page can ask of the card, and each way it can go wrong, whatever holds the card."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from cryptography import x509

from singlewindow.contract.certificates import read_card_certificate
from singlewindow.contract.signatures import SignatureRefused, signing_input, verify
from tests.card.conftest import Page, Service
from tests.contract.pki import LEGAL_PERSON, OPERATOR

TEXT = signing_input(b'{"number":"I20260000000001"}')


@pytest.fixture(params=["folder_service", "token_service"])
def service(request: pytest.FixtureRequest) -> Service:
    """Each test runs on both back ends."""
    made: Service = request.getfixturevalue(request.param)
    return made


async def test_a_page_reads_the_card_without_its_pin(page: Page, service: Service) -> None:
    """PORT-03: number, holder, company, kind and certificate."""
    assert await page.data("SpcInitEnvEx") == [OPERATOR.card_no]
    assert await page.data("SpcGetCardID") == [OPERATOR.card_no]
    assert await page.data("SpcGetUName") == [OPERATOR.holder]
    assert await page.data("SpcGetEntID") == [OPERATOR.customs_code]
    assert await page.data("SpcGetEntName") == [OPERATOR.company_name]
    assert await page.data("SpcGetEntMode") == ["操作员卡"]
    info = await page.data("SpcGetCardUserInfo")
    assert info == [
        OPERATOR.card_no,
        OPERATOR.holder,
        OPERATOR.company_name,
        OPERATOR.customs_code,
        OPERATOR.scc,
        "操作员卡",
    ]
    (der,) = await page.data("SpcGetSignCert")
    (pem,) = await page.data("SpcGetSignCertAsPEM")
    assert read_card_certificate(b64decode(der)).card_no == OPERATOR.card_no
    assert x509.load_pem_x509_certificate(pem.encode()) == service.pki.certificate()
    assert await page.data("SpcClearEnv") == []


@pytest.mark.parametrize(
    ("method", "argument"), [("SpcSignDataAsPEM", "inData"), ("SpcSignRandom", "random")]
)
async def test_the_card_signs(page: Page, service: Service, method: str, argument: str) -> None:
    """PORT-08: the signature verifies with the certificate that the card shows, and over that text alone."""
    signature, number = await page.data(method, **{argument: TEXT, "passwd": OPERATOR.pin})
    verify(service.pki.der(), TEXT, b64decode(signature))
    with pytest.raises(SignatureRefused):
        verify(service.pki.der(), TEXT + "x", b64decode(signature))
    assert [number] == await page.data("SpcGetCertNo")
    assert len(number) == 16


async def test_an_empty_reader_says_so(page: Page, service: Service) -> None:
    """PORT-05: no card."""
    service.insert(None)
    for method in ("SpcInitEnvEx", "SpcGetCardID", "SpcGetSignCert"):
        text, code = await page.error(method)
        assert code == "Err:Base60010"
        assert "请插入" in text
    assert (await page.error("SpcSignDataAsPEM", inData=TEXT, passwd=OPERATOR.pin))[1] == "Err:Base60010"


async def test_a_card_pulled_between_calls_does_not_sign(page: Page, service: Service) -> None:
    """PORT-05: pulled half-way has its own message, costs no try, and the same card put back goes on."""
    await page.data("SpcGetSignCert")
    service.insert(None)
    text, code = await page.error("SpcSignDataAsPEM", inData=TEXT, passwd="wrong")
    assert code == "Err:Base60011"
    assert "请插回原来的卡" in text
    service.insert(OPERATOR.card_no)
    await page.data("SpcSignDataAsPEM", inData=TEXT, passwd=OPERATOR.pin)


async def test_another_card_put_in_meanwhile_does_not_sign(page: Page, service: Service) -> None:
    """PORT-05: its certificate was never read by this page; once it is, it signs."""
    await page.data("SpcGetSignCert")
    service.insert(LEGAL_PERSON.card_no)
    arguments = {"inData": TEXT, "passwd": LEGAL_PERSON.pin}
    assert (await page.error("SpcSignDataAsPEM", **arguments))[1] == "Err:Base60011"
    await page.data("SpcGetSignCert")
    signature, _ = await page.data("SpcSignDataAsPEM", **arguments)
    verify(service.pki.der(LEGAL_PERSON), TEXT, b64decode(signature))


async def test_pages_are_told_when_the_card_changes(page: Page, service: Service) -> None:
    """PORT-05: pulled, put in, exchanged."""
    service.insert(None)
    assert await _event(page) == "card_removed"
    service.insert(LEGAL_PERSON.card_no)
    assert await _event(page) == "card_inserted"
    service.insert(OPERATOR.card_no)
    assert [await _event(page), await _event(page)] == ["card_removed", "card_inserted"]


async def test_what_is_no_request_is_answered_and_the_page_stays_connected(page: Page) -> None:
    """PORT-03: unknown methods, rubbish, members of other types."""
    text, code = await page.error("SpcFormatDisk")
    assert code == "Err:Base60001"
    assert "SpcFormatDisk" in text
    for rubbish in ("no json", "[]", "{}", json.dumps({"_method": "x", "_id": {}, "args": []})):
        await page.connection.send(rubbish)
        assert (await page.receive())["_args"]["Error"][1] == "Err:Base60001"
    assert (await page.error("SpcSignDataAsPEM", passwd="x"))[1] == "Err:Base60001"
    await page.data("SpcGetCardID")


async def test_no_pin_reaches_the_log(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    """PORT-03: neither the right nor a wrong one, nor what is signed."""
    caplog.set_level("INFO", "singlewindow.card")
    await page.error("SpcVerifyPIN", passwd="wrong-pin")
    await page.data("SpcSignDataAsPEM", inData=TEXT, passwd=OPERATOR.pin)
    assert "SpcSignDataAsPEM" in caplog.text
    assert not any(secret in caplog.text for secret in ("wrong-pin", OPERATOR.pin, TEXT))


async def _event(page: Page) -> str:
    message = await page.receive()
    assert message["_method"] == "event"
    return str(message["_args"]["Data"][0])
