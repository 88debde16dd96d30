"""The folder of demo cards: tries are counted, cards damaged, the page of the reader."""

from __future__ import annotations

import pytest

from singlewindow.card import pkcs12
from singlewindow.contract.signatures import sign_raw
from tests.card.conftest import FolderService, Page
from tests.card.test_protocol import TEXT
from tests.contract.pki import LEGAL_PERSON, OPERATOR


async def test_five_wrong_pins_lock_the_card(page: Page, service: FolderService) -> None:
    """PORT-05: tries left are told each time; a locked card refuses the right PIN, also after a restart."""
    for left in (4, 3, 2, 1):
        answer = await page.call("SpcVerifyPIN", passwd="00000000")
        assert answer["Data"] == [str(left)]
        assert f"还可以再试 {left} 次" in answer["Error"][0]
        assert answer["Error"][1] == "Err:Base60020"
    assert (await page.error("SpcVerifyPIN", passwd="00000000"))[1] == "Err:Base60021"
    text, code = await page.error("SpcSignDataAsPEM", inData=TEXT, passwd=OPERATOR.pin)
    assert code == "Err:Base60021"
    assert "解锁" in text
    assert pkcs12.FolderReader(service.reader.folder).tries_left(OPERATOR.card_no) == 0
    service.reader.insert(LEGAL_PERSON.card_no)
    await page.data("SpcGetCardID")
    await page.data("SpcVerifyPIN", passwd=LEGAL_PERSON.pin)


async def test_the_right_pin_restores_all_tries(page: Page) -> None:
    """PORT-03: wrong tries do not add up over the weeks."""
    for _ in range(3):
        await page.error("SpcVerifyPIN", passwd="00000000")
        await page.error("SpcSignRandom", random="r", passwd="wrong")
        await page.data("SpcVerifyPIN", passwd=OPERATOR.pin)
    assert (await page.call("SpcVerifyPIN", passwd="0"))["Data"] == ["4"]


async def test_a_missing_pin_costs_no_try(page: Page, service: FolderService) -> None:
    """PORT-05: an empty field or an argument of another kind is the page's mistake."""
    for args in ({"passwd": ""}, {"passwd": "1" * 65}, {}):
        assert (await page.error("SpcVerifyPIN", **args))[1] == "Err:Base60001"
    assert service.reader.tries_left(OPERATOR.card_no) == 5


async def test_a_card_pulled_while_it_signs_gives_no_signature(
    page: Page, service: FolderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-05: the card leaves between PIN and signature."""

    def pulled(key: object, data: bytes) -> bytes:
        service.reader.insert(None)
        return sign_raw(service.pki.key(), data)

    monkeypatch.setattr(pkcs12, "sign_raw", pulled)
    arguments = {"inData": TEXT, "passwd": OPERATOR.pin}
    assert (await page.error("SpcSignDataAsPEM", **arguments))[1] == "Err:Base60011"


async def test_a_damaged_card_says_so(page: Page, service: FolderService) -> None:
    """PORT-05: its own code, different from an empty reader's."""
    (service.pki.cards / f"{OPERATOR.card_no}.pem").write_bytes(b"rubbish")
    assert (await page.error("SpcGetCardID"))[1] == "Err:Base60030"


async def test_a_failure_of_the_service_is_answered(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-05: a bug must not leave the page waiting."""
    monkeypatch.setattr(pkcs12.FolderReader, "card", lambda self: 1 / 0)
    assert (await page.error("SpcGetCardID"))[1] == "Err:Base60099"
