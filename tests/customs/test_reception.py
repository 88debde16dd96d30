"""What comes in: stored first, then taken in or rejected with the reason (CUST-01, CUST-03)."""

from __future__ import annotations

import os
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from starlette.types import Message

from singlewindow.contract import demo_pki
from singlewindow.contract.encryption import encrypt
from singlewindow.contract.messages import Envelope, MessageKind, Submission
from singlewindow.contract.signatures import sign_raw, signing_input
from singlewindow.customs import keys
from singlewindow.customs.exchange import understanding
from singlewindow.customs.exchange.intake import MAX_ATTACHMENT
from singlewindow.customs.http.exchange import MAX_BATCH
from tests.customs.company import (
    OTHER,
    OWN,
    PDF,
    TYPE,
    Company,
    base64,
    company,
    expired,
    make_pki,
    sha256,
)
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
    assert await customs.put(own.sealed(), sha256(PDF)) == ""
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
    """CUST-05: the same document and sequence under another message id; where something else was signed, a person has
    to look, for the answers to the first would be taken for answers to the second."""
    submission = own.submission(NUMBER)
    await customs.put(own.sealed(), sha256(PDF))
    await customs.post(own.envelope(submission))
    await customs.understand()
    await customs.post(own.envelope(submission), own.envelope(own.submission(NUMBER, [], company="X")))
    await customs.understand()
    assert await customs.value("select count(*) from submission") == 1
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert await customs.rows("select state, problem like '%所签的内容与其不同%' from incoming order by id") == [
        ("understood", False), ("doubled", False), ("unreadable", True),
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
    "attachment that arrived in another size": (
        lambda own, other: own.submission(
            NUMBER, [own.attachment(NUMBER, size=1).model_copy(update={"size": 1})]
        ),
        "的大小与企业签名的内容不一致",
    ),
    "attachment with another card number": (
        lambda own, other: own.submission(NUMBER, [own.attachment(NUMBER, card=OTHER.card_no)]),
        "的签名不属于申报企业",
    ),
    "attachment for another company": (
        lambda own, other: own.submission(NUMBER, [own.attachment(NUMBER, company=OTHER.customs_code)]),
        "的签名不属于申报企业",
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


async def test_a_files_card_is_judged_when_customs_first_take_the_file_in(
    customs: Customs, own: Company, tmp_path: Path
) -> None:
    """APPT-10, APPT-11, APPT-12: what goes along again with a follow-up was signed with a card that the company may
    have lost since; a file that never was taken in, or was signed anew with that card, is rejected."""
    root = make_pki(tmp_path)
    lost = company(root)
    facts = replace(OWN, card_no="SW1A000000003")
    demo_pki.issue_card(root / "pki", root / "cards", facts, not_before=datetime.now(UTC) - timedelta(days=1))
    bound = company(root, facts)
    later, earlier = "2" * 18, "1" * 18
    async with running(customs.settings.model_copy(update={"pki": root / "pki"})) as again:
        file, other = lost.attachment(earlier), lost.attachment(later)
        await again.receive(lost, earlier, attachments=[file])
        demo_pki.revoke(root / "pki", demo_pki.card_certificate(root / "cards", OWN.card_no))
        await again.receive(bound, earlier, attachments=[file], sequence=2)
        await again.rows("update submission set state = 'rejected' where sequence = 2")  # by an officer
        await again.receive(bound, earlier, attachments=[file], sequence=3)
        await again.receive(bound, earlier, attachments=[lost.attachment(earlier)], sequence=4)
        await again.receive(bound, later, attachments=[other])
        await again.receive(bound, later, attachments=[other], sequence=2)
    states = "select sequence, state, card_no from submission where number = $1 order by sequence"
    assert await customs.rows(states, earlier) == [
        (1, "received", OWN.card_no),
        (2, "rejected", facts.card_no),
        (3, "received", facts.card_no),
        (4, "rejected", None),
    ]
    assert await customs.rows(states, later) == [(1, "rejected", None), (2, "rejected", None)]
    code, said = await receipt_of(customs, earlier, 4)
    assert (code, "「不到场声明.pdf」的签名证书无效" in said, "吊销" in said) == ("REJECTED", True, True)


async def receipt_of(customs: Customs, number: str, sequence: int) -> tuple[str, str]:
    """The first answer to a later submission."""
    [row] = await customs.rows(
        f"{RECEIPTS.partition(' order')[0]} and sequence = $2 and seq = 1", number, sequence
    )
    return row[0], row[1]


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


async def test_what_nobody_can_answer_goes_to_a_person(customs: Customs, own: Company) -> None:
    """CUST-03: sealed by the portal, but naming no document; what comes after it is understood all the same."""
    nameless: list[dict[str, Any]] = [
        {"number": NUMBER},
        {},
        {"type": TYPE, "number": "a\x00b", "sequence": 1},
        {"type": TYPE, "number": NUMBER, "sequence": 2**40},
    ]
    await customs.post(*(own.envelope(each) for each in nameless))
    await customs.receive(own, NUMBER)
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert await customs.value("select count(*) from incoming where state = 'unreadable'") == 4
    headers = await customs.log_in()
    listed = (await customs.client.get("/api/unreadable", headers=headers)).json()
    assert len(listed) == 4
    assert all(each["problem"] for each in listed)


async def test_a_message_is_understood_again_once_its_hindrance_is_gone(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-03: else its document would wait for ever; a second click, or one for what is no such message, is told."""

    def stumble(*_: object) -> None:
        raise LookupError("a defect")

    monkeypatch.setattr(understanding, "_read", stumble)
    await customs.post(own.envelope(own.submission(NUMBER, [])))
    await customs.understand()
    monkeypatch.undo()
    headers = await customs.log_in()
    [message] = (await customs.client.get("/api/unreadable", headers=headers)).json()
    again = f"/api/unreadable/{message['id']}/again"
    assert (await customs.client.post(again)).status_code == 403
    assert (await customs.client.post(again, headers=headers)).status_code == 204
    assert (await customs.client.post(again, headers=headers)).json()["detail"].startswith("该报文已重试")
    await customs.understand()
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert (await customs.client.get("/api/unreadable", headers=headers)).json() == []
    assert (await customs.client.post(again, headers=headers)).status_code == 409


async def test_all_messages_are_understood_again_at_once(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-01: after a defect was mended many stand there; what still cannot be understood comes back."""

    def stumble(*_: object) -> None:
        raise LookupError("a defect")

    monkeypatch.setattr(understanding, "_read", stumble)
    honest = [own.envelope(own.submission(f"{n:018d}", [])) for n in range(3)]
    await customs.post(*honest, own.envelope({"number": NUMBER}))
    await customs.understand()
    monkeypatch.undo()
    assert await understanding.understand_all_again(customs.database) == 4
    await customs.understand()
    assert await customs.rows("select state, count(*) from incoming group by 1 order by 1") == [
        ("understood", 3),
        ("unreadable", 1),
    ]
    assert await understanding.understand_all_again(customs.database) == 1


def with_header(jwe: str, header: bytes) -> str:
    return f"{urlsafe_b64encode(header).decode().rstrip('=')}.{jwe.partition('.')[2]}"


async def test_a_stored_message_whose_trouble_quotes_it_stops_nobody(customs: Customs, own: Company) -> None:
    """CUST-03: a header with NUL stands in the problem's words too; the list takes it, the next one goes on."""
    body = with_header(own.envelope({}).body, b'{"alg":"a\\u0000b","enc":"A256GCM"}')
    async with customs.database.transaction() as transaction:
        await transaction.run(
            """insert into incoming (message_id, kind, sender, body, received_at)
               values ('kept-before', 'submission', 'portal', $1, now())""",
            body,
        )
    await customs.receive(own, NUMBER)
    assert (await only_receipt(customs))[0] == "RECEIVED"
    assert "a\ufffdb" in await customs.value("select problem from incoming where state = 'unreadable'")


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "NUL in a title": {"title": "a\x00b"},
    "NUL in the request's id": {"company_name": "x\x00", "request_id": "r\x00"},
    "NUL in a label": {"labels": {"phone\x00": "x"}},
    "content with a lone surrogate as key": {"content": base64(rb'{"\ud800": "x"}')},
    "content with a number without end": {"content": base64(b'{"a": 1e999}')},
    "content with a number beyond 2^53": {"content": base64(b'{"a": 9007199254740993}')},
    "content nested without end": {"content": base64(b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}")},
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
async def test_what_cannot_be_stored_is_rejected_and_stops_nobody(
    customs: Customs, own: Company, name: str
) -> None:
    """CUST-03: signed and sealed, yet with what no database holds; answered REJECTED, the next one goes on."""
    await customs.put(own.sealed(), sha256(PDF))
    other = dict(IMPOSSIBLE[name])
    signed = {"content_sha256": sha256(b64decode(other["content"]))} if "content" in other else {}
    await customs.post(
        own.envelope(own.submission(NUMBER, signed=signed, **other)), own.envelope(own.submission("1" * 18))
    )
    await customs.understand()
    code, text = await only_receipt(customs)
    assert code == "REJECTED"
    assert "不能处理的字符或数值" in text
    assert (await only_receipt(customs, "1" * 18))[0] == "RECEIVED"
    await customs.log_in()
    for identifier in (1, 2):
        assert (await customs.client.get(f"/api/submissions/{identifier}")).status_code == 200


async def test_a_strange_statement_is_rejected(customs: Customs, own: Company) -> None:
    """CUST-03: signed by the card all the same: NUL, huge numbers, lone surrogates; shown without harm."""
    statements = [
        b'{"nonce": "\\ud800"}',
        b'{"version": 1e999, "nonce": "a\\u0000b"}',
        b'{"version": ' + b"9" * 5000 + b"}",
        b"[" * 50_000,
    ]
    for at, body in enumerate(statements):
        signed = {
            "statement": base64(body),
            "signature": base64(sign_raw(own.card.key, signing_input(body).encode())),
        }
        await customs.post(own.envelope(changed(own.submission(f"{at:018d}"), **signed)))
    await customs.understand()
    await customs.log_in()
    for at in range(len(statements)):
        assert (await only_receipt(customs, f"{at:018d}"))[0] == "REJECTED"
        assert (await customs.client.get(f"/api/submissions/{at + 1}")).json()["statement"] == {}


async def test_strangers_cannot_fill_the_database(customs: Customs, own: Company, tmp_path: Path) -> None:
    """CUST-05: only what the portal sealed for customs is stored; the rest of a batch is taken all the same."""
    message = own.submission("202600000000000777")
    foreign = company(make_pki(tmp_path))
    plain = message.model_dump_json().encode()
    honest = own.envelope(own.submission(NUMBER))
    bodies = {
        "rubbish-1": "密文",
        "rubbish-2": "a.b.c.d.e",
        "rubbish-3": honest.body + "\n",
        "rubbish-4": with_header(honest.body, b'{"alg":"ECDH-ES+A256KW","enc":[]}'),
        "rubbish-5": with_header(honest.body, b"[" * 50_000),
        "rubbish-6": encrypt(b"eyJhbGciOiAiRVMyNTYiLCAiY3JpdCI6IDV9.AA.AA", own.jwk),  # {"crit": 5}
        "no-seal-1": encrypt(plain, own.jwk),
        "no-seal-2": Company(own.card, own.jwk, foreign.portal_key).envelope(message).body,
        "other-key": Company(own.card, foreign.jwk, own.portal_key).envelope(message).body,
    }
    junk = [
        Envelope(id=id, kind=MessageKind.SUBMISSION, sender="portal", body=body)
        for id, body in bodies.items()
    ]
    junk.append(honest.model_copy(update={"id": "nul-sender", "sender": "a\x00b"}))
    answers = await customs.post(*junk, honest)
    assert [(a.id, a.stored) for a in answers] == [(each.id, False) for each in junk] + [(honest.id, True)]
    assert all(a.reason for a in answers[:-1])
    assert await customs.rows("select message_id from incoming") == [(honest.id,)]
    for body in (encrypt(PDF, own.jwk), foreign.sealed(), "rubbish"):
        assert await customs.put(body, sha256(PDF)) != ""
    assert await customs.value("select count(*) from attachment") == 0


async def test_one_request_has_a_limit(customs: Customs) -> None:
    """CUST-05: refused while reading, whether the length is announced or not."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 4 * MAX_BATCH:
            sent += 1024 * 1024
            yield bytes(1024 * 1024)

    assert (await customs.client.post("/exchange/messages", content=endless())).status_code == 413
    assert sent <= MAX_BATCH + 1024 * 1024
    announced = await customs.client.post("/exchange/messages", content=b" " * (MAX_BATCH + 1))
    assert announced.status_code == 413


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
    assert [await customs.put(own.sealed(), sha256(PDF)) for _ in range(2)] == ["", ""]
    assert await customs.value("select count(*) from attachment") == 1
    assert "摘要" in await customs.put(own.sealed(b"other"), sha256(PDF))
    assert "解密" in await customs.put("rubbish", sha256(PDF))
    assert "摘要" in await customs.put(own.sealed(), "../../etc")
    most = bytes(MAX_ATTACHMENT)
    assert await customs.put(own.sealed(most), sha256(most)) == ""
    more = bytes(MAX_ATTACHMENT + 1)
    assert "不能超过" in await customs.put(own.sealed(more), sha256(more))
    assert await customs.value("select count(*) from attachment") == 2


async def test_files_and_submissions_of_one_batch(customs: Customs, own: Company) -> None:
    """CUST-03: a refused file keeps out neither the others nor the submissions; the same file twice is one."""
    files = [PDF, PDF + b"1", PDF]
    sealed = [own.file(data) for data in files]
    wrong = sealed[0].model_copy(update={"id": "0" * 64})
    answers = await customs.post(*sealed, wrong, own.envelope(own.submission(NUMBER)))
    assert [answer.stored for answer in answers] == [True, True, True, False, True]
    assert await customs.value("select count(*) from attachment") == 2
    await customs.understand()
    assert await customs.rows("select number, state from submission") == [(NUMBER, "received")]


async def test_a_file_of_4_mb_arrives_as_it_was(customs: Customs, own: Company) -> None:
    """PORT-08: sealing, sending, unsealing and storing the largest file that the portal takes."""
    file = os.urandom(4_194_304)
    assert await customs.put(own.sealed(file), sha256(file)) == ""
    assert await customs.value("select content from attachment where sha256 = $1", sha256(file)) == file


async def test_what_was_opened_and_nobody_asks_for_goes(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: doubles, and what another process understood, neither fill the memory nor keep the next ones out."""
    bodies = [own.envelope(own.submission(f"{n:018d}")).body for n in range(4)]
    monkeypatch.setattr(keys, "MOST_OPENED", 2)
    for body in bodies:
        customs.keys.remember(body, b"kept")
    assert [customs.keys.recall(body) == b"kept" for body in bodies] == [False, False, True, True]
    assert customs.keys.recall(bodies[3]) != b"kept", "once"
    monkeypatch.setattr(keys, "LONGEST_OPENED", 100)
    customs.keys.remember(bodies[0], b"kept")
    assert customs.keys.recall(bodies[0]) != b"kept"


@pytest.mark.parametrize("messages", [1, 2])
async def test_a_full_disk_sets_no_message_aside(
    customs: Customs, own: Company, monkeypatch: pytest.MonkeyPatch, messages: int
) -> None:
    """CUST-01, OPER-04: what the database cannot do for now says nothing of a message; it is understood later."""
    await customs.put(own.sealed(), sha256(PDF))
    await customs.post(*(own.envelope(own.submission(f"{NUMBER[:-1]}{at}")) for at in range(messages)))

    async def full(*_: object) -> None:
        raise asyncpg.DiskFullError("could not extend file: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("singlewindow.customs.exchange.understanding._understand", full)
        with pytest.raises(asyncpg.DiskFullError):
            await customs.understand()
    states = "select distinct state, problem from incoming where kind = 'submission'"
    assert await customs.rows(states) == [("waiting", "")]
    await customs.understand()
    assert await customs.rows(states) == [("understood", "")]


async def test_a_request_that_is_cut_off_is_no_defect(customs: Customs) -> None:
    """CUST-01, OPER-04: a worker that is killed while it sends; nothing of it is stored."""
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"messages": [', "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/exchange/messages", "query_string": b"", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    await customs.app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert await customs.value("select count(*) from incoming") == 0
