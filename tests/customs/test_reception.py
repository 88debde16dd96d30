"""What comes in: stored first, then taken in or rejected with the reason (CUST-01, CUST-03)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract import demo_pki
from singlewindow.contract.encryption import encrypt
from singlewindow.contract.messages import Envelope, MessageKind, Submission
from singlewindow.customs.exchange.intake import MAX_ATTACHMENT
from tests.customs.company import OTHER, OWN, PDF, Company, company, expired, make_pki, sha256
from tests.customs.conftest import Customs, running

NUMBER = "202611210000000001"
RECEIPTS = (
    "select code, text from receipt join submission on id = submission_id where number = $1 order by seq"
)


async def only_receipt(customs: Customs, number: str = NUMBER) -> tuple[str, str]:
    rows = await customs.rows(RECEIPTS, number)
    assert len(rows) == 1
    return rows[0][0], rows[0][1]


async def test_an_honest_submission_is_received(customs: Customs, own: Company) -> None:
    """CUST-03: taken in with card and holder, answered RECEIVED, the raw envelope kept."""
    submission = own.submission(NUMBER)
    assert await customs.put(own.sealed(), sha256(PDF)) == 204
    envelope = own.envelope(submission)
    assert [a.stored for a in await customs.post(envelope)] == [True]
    assert (
        await customs.value("select body from incoming where message_id = $1", envelope.id) == envelope.body
    )
    await customs.understand()
    assert await only_receipt(customs) == ("RECEIVED", "海关接收成功")
    assert await customs.rows("select state, card_no, holder, request_id from submission") == [
        ("received", OWN.card_no, OWN.holder, submission.request_id)
    ]


async def test_a_doubled_envelope_is_stored_and_answered_once(customs: Customs, own: Company) -> None:
    """CUST-05: the same id, before and after it is understood, twice in one batch too."""
    await customs.put(own.sealed(), sha256(PDF))
    envelope = own.envelope(own.submission(NUMBER))
    assert [a.stored for a in await customs.post(envelope, envelope)] == [True, True]
    await customs.understand()
    assert [a.stored for a in await customs.post(envelope)] == [True]
    await customs.understand()
    assert await customs.value("select count(*) from incoming") == 1
    assert (await only_receipt(customs))[0] == "RECEIVED"


async def test_a_doubled_submission_is_no_second_one(customs: Customs, own: Company) -> None:
    """CUST-05: the same document and sequence under another message id, even when the second one is forged."""
    await customs.receive(own, NUMBER)
    await customs.post(
        own.envelope(own.submission(NUMBER)), own.envelope(own.submission(NUMBER, [], company="X"))
    )
    await customs.understand()
    assert await customs.value("select count(*) from submission") == 1
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert await customs.rows("select state from incoming order by id") == [
        ("understood",), ("doubled",), ("doubled",),
    ]  # fmt: skip


async def test_a_second_sequence_of_a_document_is_a_submission_of_its_own(
    customs: Customs, own: Company
) -> None:
    """CUST-05: receipts are counted for each submission."""
    await customs.receive(own, NUMBER)
    await customs.receive(own, NUMBER, sequence=2)
    rows = await customs.rows(
        "select sequence, seq from receipt join submission on id = submission_id order by 1"
    )
    assert rows == [(1, 1), (2, 1)]


Forgery = Callable[[Company, Company], Submission]


def changed(submission: Submission, **other: Any) -> Submission:
    return Submission.model_validate({**submission.model_dump(), **other})


FORGERIES: dict[str, tuple[Forgery, str]] = {
    "content changed": (
        lambda own, other: changed(own.submission(NUMBER), content=other.submission("9" * 18).statement),
        "申报内容与企业签名的摘要不一致",
    ),
    "signature of another statement": (
        lambda own, other: changed(own.submission(NUMBER), signature=own.submission(NUMBER).signature),
        "申报的签名验证不通过",
    ),
    "another company's card": (
        lambda own, other: changed(other.submission(NUMBER), company=OWN.customs_code),
        "签名所用卡介质不属于申报企业",
    ),
    "company of the statement": (
        lambda own, other: own.submission(NUMBER, signed={"company": OTHER.customs_code}),
        "签名所用卡介质不属于申报企业",
    ),
    "other card number": (
        lambda own, other: own.submission(NUMBER, signed={"card": OTHER.card_no}),
        "签名内容中的卡号与证书的卡号不一致",
    ),
    "other number": (
        lambda own, other: own.submission(NUMBER, signed={"number": "1" * 18}),
        "单据类型、编号或操作与企业签名的内容不一致",
    ),
    "other action": (
        lambda own, other: own.submission(NUMBER, action="cancel"),
        "单据类型、编号或操作与企业签名的内容不一致",
    ),
    "other type": (
        lambda own, other: own.submission(NUMBER, type="gate.trip"),
        "单据类型、编号或操作与企业签名的内容不一致",
    ),
    "attachment left out": (
        lambda own, other: changed(own.submission(NUMBER), attachments=[]),
        "随附单据与企业签名的清单不一致",
    ),
    "attachment missing": (
        lambda own, other: own.submission(NUMBER, [own.attachment(NUMBER, b"%PDF never sent")]),
        "没有送达海关",
    ),
    "attachment of another document": (
        lambda own, other: own.submission(NUMBER, [own.attachment("1" * 18)]),
        "与企业签名的内容不一致",
    ),
    "attachment of another size": (
        lambda own, other: own.submission(NUMBER, [own.attachment(NUMBER, size=1)]),
        "与企业签名的内容不一致",
    ),
    "attachment signed by another company": (
        lambda own, other: own.submission(NUMBER, [other.attachment(NUMBER)]),
        "的签名不属于申报企业",
    ),
    "district": (lambda own, other: own.submission(NUMBER, district="22"), "关区代码不是 4 位数字"),
    "no Base64": (lambda own, other: own.submission(NUMBER, signature="%"), "不是有效的 Base64 数据"),
    "no certificate": (lambda own, other: own.submission(NUMBER, certificate="AAAA"), "签名证书无效"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_rejected_with_its_reason(
    customs: Customs, pki: Path, own: Company, name: str
) -> None:
    """CUST-03: nothing that the company's card did not sign is taken in; the text says why."""
    forge, text = FORGERIES[name]
    await customs.put(own.sealed(), sha256(PDF))
    await customs.post(own.envelope(forge(own, company(pki, OTHER))))
    await customs.understand()
    code, said = await only_receipt(customs)
    assert code == "REJECTED"
    assert text in said
    assert await customs.rows("select state, card_no from submission") == [("rejected", None)]


async def test_certificates_of_others_expired_and_revoked_are_rejected(
    customs: Customs, pki: Path, own: Company, tmp_path: Path
) -> None:
    """CUST-03: chain, validity and revocation are checked on arrival, revocation at once."""
    foreign = Company(company(make_pki(tmp_path / "foreign")).card, own.jwk, own.portal_key)
    cases = {"1" * 18: foreign, "2" * 18: company(pki, expired(pki))}
    for number, who in cases.items():
        await customs.receive(who, number)
        assert (await only_receipt(customs, number))[0] == "REJECTED"
    own_pki = make_pki(tmp_path / "revoked")
    async with running(customs.settings.model_copy(update={"pki": own_pki / "pki"})) as again:
        await again.receive(company(own_pki), "3" * 18)
        demo_pki.revoke(own_pki / "pki", demo_pki.card_certificate(own_pki / "cards", OWN.card_no))
        await again.receive(company(own_pki), "4" * 18)
    assert (await only_receipt(customs, "3" * 18))[0] == "RECEIVED"
    code, text = await only_receipt(customs, "4" * 18)
    assert code == "REJECTED"
    assert "吊销" in text


async def test_one_signature_is_good_for_one_submission(customs: Customs, own: Company) -> None:
    """CUST-03: a signed statement cannot be sent again as the next sequence."""
    first = own.submission(NUMBER)
    await customs.put(own.sealed(), sha256(PDF))
    await customs.post(own.envelope(first), own.envelope(changed(first, sequence=2)))
    await customs.understand()
    assert await customs.rows("select sequence, state from submission order by 1") == [
        (1, "received"),
        (2, "rejected"),
    ]


async def test_a_malformed_message_that_names_a_document_is_rejected(customs: Customs, own: Company) -> None:
    """CUST-03: an unknown member, or a missing one; the document named gets its answer."""
    message = {"type": "inspection.declaration", "number": NUMBER, "sequence": 1, "surprise": True}
    await customs.post(own.envelope(message))
    await customs.understand()
    code, text = await only_receipt(customs)
    assert code == "REJECTED"
    assert text.startswith("报文格式不符合规定")


async def test_what_nobody_can_answer_goes_to_a_person(
    customs: Customs, own: Company, tmp_path: Path
) -> None:
    """CUST-03: not for our key, rubbish, or naming no document; what comes after it is understood all the same."""
    stranger = Company(own.card, company(make_pki(tmp_path)).jwk, own.portal_key)
    rubbish = Envelope(id="rubbish-1", kind=MessageKind.SUBMISSION, sender="portal", body="密文")
    await customs.post(
        stranger.envelope(own.submission(NUMBER)), rubbish, own.envelope({"number": NUMBER}), own.envelope({})
    )
    await customs.receive(own, NUMBER)
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert await customs.value("select count(*) from incoming where state = 'unreadable'") == 4
    headers = await customs.log_in()
    listed = (await customs.client.get("/api/unreadable", headers=headers)).json()
    assert len(listed) == 4
    assert all(each["problem"] for each in listed)


async def test_a_message_with_a_character_that_the_database_refuses_stops_nobody(
    customs: Customs, own: Company
) -> None:
    """CUST-03: NUL inside a text; it waits for a person and the next one goes on."""
    await customs.put(own.sealed(), sha256(PDF))
    await customs.post(
        own.envelope(own.submission("1" * 18, title="a\x00b")), own.envelope(own.submission(NUMBER))
    )
    await customs.understand()
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert await customs.rows("select state from incoming order by id") == [("unreadable",), ("understood",)]


async def test_a_strangers_message_is_not_answered(customs: Customs, own: Company) -> None:
    """CUST-05: what the portal did not seal waits for a person and leaves the real submission's place free."""
    message = own.submission("202600000000000777")
    stranger = Envelope(
        id="stranger-1", kind=MessageKind.SUBMISSION, sender="portal",
        body=encrypt(message.model_dump_json().encode(), own.jwk),
    )  # fmt: skip
    await customs.post(stranger)
    await customs.understand()
    assert await customs.value("select state from incoming") == "unreadable"
    assert await customs.value("select count(*) from submission") == 0


async def test_other_kinds_are_not_taken(customs: Customs, own: Company) -> None:
    """CUST-01: receipts and notices go the other way."""
    answers = await customs.post(Envelope(id="receipt-1", kind=MessageKind.RECEIPT, sender="x", body="y"))
    assert [(a.stored, bool(a.reason)) for a in answers] == [(False, True)]
    assert await customs.value("select count(*) from incoming") == 0


async def test_a_malformed_batch_is_refused_as_a_problem(customs: Customs) -> None:
    """CUST-01: application/problem+json with a request id."""
    response = await customs.client.post("/exchange/messages", content=b'{"messages": [{}]}')
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["X-Request-Id"]


async def test_attachments_are_checked_by_digest_and_stored_once(customs: Customs, own: Company) -> None:
    """CUST-03: idempotent; wrong digest, unreadable and too large ones are refused."""
    assert [await customs.put(own.sealed(), sha256(PDF)) for _ in range(2)] == [204, 204]
    assert await customs.value("select count(*) from attachment") == 1
    assert await customs.put(own.sealed(b"other"), sha256(PDF)) == 422
    assert await customs.put("rubbish", sha256(PDF)) == 422
    assert await customs.put(own.sealed(), "../../etc") in (404, 422)
    most = bytes(MAX_ATTACHMENT)
    assert await customs.put(encrypt(most, own.jwk), sha256(most)) == 204
    more = bytes(MAX_ATTACHMENT + 1)
    assert await customs.put(encrypt(more, own.jwk), sha256(more)) == 413
    assert await customs.put("A" * (MAX_ATTACHMENT * 2), sha256(most)) == 413
    assert await customs.value("select count(*) from attachment") == 2
