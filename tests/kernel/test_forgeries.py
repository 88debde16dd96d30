"""Signatures that must not count, for what is declared and for what is uploaded (PORT-05, PORT-08).

Each forgery answers the same pinned statement. It is refused in words of its own and leaves nothing behind, and the
right card's signature over that statement is taken afterwards. Used nonces, other documents and old versions stand in
test_documents.py and test_attachments.py, the missing revocation list in test_signing.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import utils

from singlewindow.contract import demo_pki
from singlewindow.contract.demo_pki import DemoCard
from singlewindow.contract.signatures import canonical, signing_input
from singlewindow.kernel.lifecycle import Lifecycle
from singlewindow.kernel.subsystem import document_types, get_document_type
from tests.house import PDF, House, Member, card_key
from tests.kernel.test_documents import TYPE, letter, reference

TOO_LONG_AGO = datetime.now(UTC) - timedelta(days=10)


@dataclass(frozen=True)
class Pinned:
    """A statement that the portal has pinned for the member, and how its signature is handed in."""

    house: House
    member: Member
    view: dict[str, Any]
    answer: dict[str, Any]
    folder: Path
    upload: bool

    @property
    def text(self) -> str:
        text: str = self.answer["signing_input"]
        return text

    async def hand_in(self, signed: dict[str, str]) -> httpx.Response:
        url = f"/api/documents/{TYPE}/{self.view['number']}"
        form = {"token": self.answer["token"], **signed}
        if not self.upload:
            return await self.member.http.post(f"{url}/submit", json=form)
        files = {"file": ("a.pdf", PDF, "application/pdf")}
        return await self.member.http.post(f"{url}/attachments", data=form, files=files)

    async def left_behind(self) -> tuple[int, ...]:
        """How many submissions, messages, files, claims and history entries the document has."""
        found = []
        for table in ("submission", "outbox", "attachment", "claim", "event"):
            [row] = await self.house.sql(
                f"select count(*) from {table} t join document d on d.id = t.document_id where d.number = $1",
                self.view["number"],
            )
            found.append(row["count"])
        return tuple(found)

    def card(self, **change: Any) -> DemoCard:
        """The member's card, or one that differs from it."""
        facts = {
            "card_no": self.member.card_no, "kind": "操作员卡", "holder": "某人", "company_name": "某公司",
            "customs_code": self.member.customs_code, "scc": "914403000000000000", "pin": "88888888",
        }  # fmt: skip
        return DemoCard(**{**facts, **change})

    def issue(self, card: DemoCard, pki: Path, **validity: datetime) -> Member:
        """The member with a newly issued card in the reader."""
        cards = self.folder / "cards"
        demo_pki.create(pki, cards, [])
        until = {"not_before": datetime.now(UTC) - timedelta(days=1), **validity}
        certificate = demo_pki.issue_card(pki, cards, card, **until)
        der = certificate.public_bytes(serialization.Encoding.DER)
        return replace(self.member, key=card_key(cards, card), certificate=der)


async def pinned(house: House, folder: Path, *, upload: bool) -> Pinned:
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    if upload:
        answer = await prepare_upload(member, view)
    else:
        view = (await member.upload(TYPE, view["number"], "1")).json()
        answer = await member.prepare(TYPE, view)
    assert answer.status_code == 200, answer.text
    return Pinned(house, member, view, answer.json(), folder, upload)


async def prepare_upload(member: Member, view: dict[str, Any], category: str = "1") -> httpx.Response:
    body = {
        "category": category, "name": "a.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(),
        "card_no": member.card_no,
    }  # fmt: skip
    return await member.http.post(f"/api/documents/{TYPE}/{view['number']}/attachments/prepare", json=body)


# ------------------------------------------------------------------------------------------- the forgeries


async def revoked(case: Pinned) -> dict[str, str]:
    """The bound card itself, on the revocation list since the statement was prepared."""
    thief = case.issue(case.card(), case.house.pki)
    demo_pki.revoke(case.house.pki, demo_pki.card_certificate(case.folder / "cards", case.member.card_no))
    return thief.sign(case.text)


async def expired(case: Pinned) -> dict[str, str]:
    """A certificate of our CA that ended five days ago."""
    ended = TOO_LONG_AGO + timedelta(days=5)
    return case.issue(case.card(), case.house.pki, not_before=TOO_LONG_AGO, not_after=ended).sign(case.text)


async def not_yet_valid(case: Pinned) -> dict[str, str]:
    begins = datetime.now(UTC) + timedelta(days=1)
    return case.issue(case.card(), case.house.pki, not_before=begins).sign(case.text)


async def another_ca(case: Pinned) -> dict[str, str]:
    """The same card number, company and kind, from an issuer of the forger's own."""
    return case.issue(case.card(), case.folder / "pki").sign(case.text)


async def another_companys_card(case: Pinned) -> dict[str, str]:
    return (await case.house.member()).sign(case.text)


async def a_colleagues_card(case: Pinned) -> dict[str, str]:
    return (await case.house.member(case.member.customs_code)).sign(case.text)


async def same_number_other_company(case: Pinned) -> dict[str, str]:
    """A card of our CA with the bound number, whose certificate names another company."""
    other = await case.house.company()
    return case.issue(case.card(customs_code=other), case.house.pki).sign(case.text)


async def anothers_key(case: Pinned) -> dict[str, str]:
    """The bound card's certificate, which anyone may read, with another key's signature."""
    forger = await case.house.member()
    return {**forger.sign(case.text), "certificate": case.member.sign("")["certificate"]}


async def altered_statement(case: Pinned) -> dict[str, str]:
    """The card signed another content than the one that was pinned."""
    statement = case.answer["statement"]
    name = "sha256" if case.upload else "content_sha256"
    changed = {**statement, name: hashlib.sha256(b"altered").hexdigest()}
    return case.member.sign(signing_input(canonical(changed)))


async def another_action(case: Pinned) -> dict[str, str]:
    """A statement that is the same but for what is to be done."""
    changed = {**case.answer["statement"], "action": "delete"}
    return case.member.sign(signing_input(canonical(changed)))


async def another_documents(case: Pinned) -> dict[str, str]:
    """The member's own good signature over another document's statement."""
    other = await case.member.save(TYPE, letter(reference()))
    if case.upload:
        return case.member.sign((await prepare_upload(case.member, other)).json()["signing_input"])
    other = (await case.member.upload(TYPE, other["number"], "1")).json()
    return case.member.sign((await case.member.prepare(TYPE, other)).json()["signing_input"])


async def a_log_ins(case: Pinned) -> dict[str, str]:
    """A signature that the card gave for a log-in."""
    asked = (await case.house.client().post("/api/session/card/challenge")).json()
    return case.member.sign(asked["signing_input"])


async def turned_bit(case: Pinned) -> dict[str, str]:
    signed = case.member.sign(case.text)
    raw = bytearray(base64.b64decode(signed["signature"]))
    raw[40] ^= 1
    return {**signed, "signature": base64.b64encode(bytes(raw)).decode()}


async def in_der(case: Pinned) -> dict[str, str]:
    """The right signature in another coding: one signature has one form."""
    signed = case.member.sign(case.text)
    raw = base64.b64decode(signed["signature"])
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return {**signed, "signature": base64.b64encode(der).decode()}


async def one_byte(case: Pinned) -> dict[str, str]:
    return {**case.member.sign(case.text), "signature": "AA=="}


async def no_certificate(case: Pinned) -> dict[str, str]:
    return {**case.member.sign(case.text), "certificate": base64.b64encode(b"none").decode()}


MISMATCH = "签名与所申报的内容不符"
OTHER_CARD = "不一致，无法进行申报"
FORGERIES: dict[Callable[[Pinned], Awaitable[dict[str, str]]], str] = {
    revoked: "吊销",
    expired: "到期",
    not_yet_valid: "生效",
    another_ca: "不是本系统认可的机构签发的",
    another_companys_card: OTHER_CARD,
    a_colleagues_card: OTHER_CARD,
    same_number_other_company: "所属企业与当前登录企业不一致",
    anothers_key: MISMATCH,
    altered_statement: MISMATCH,
    another_action: MISMATCH,
    another_documents: MISMATCH,
    a_log_ins: MISMATCH,
    turned_bit: MISMATCH,
    in_der: MISMATCH,
    one_byte: MISMATCH,
    no_certificate: "证书",
}


@pytest.mark.parametrize("upload", [False, True], ids=["declared", "uploaded"])
@pytest.mark.parametrize(
    ("forge", "words"), FORGERIES.items(), ids=lambda each: getattr(each, "__name__", "")
)
async def test_a_forged_signature_leaves_nothing(
    house: House,
    tmp_path: Path,
    forge: Callable[[Pinned], Awaitable[dict[str, str]]],
    words: str,
    upload: bool,
) -> None:
    """PORT-05, PORT-08: refused with its own reason, nothing stored; then the right signature is taken, once."""
    case = await pinned(house, tmp_path, upload=upload)
    before = await case.left_behind()
    refused = await case.hand_in(await forge(case))
    assert refused.status_code == 422, refused.text
    [violation] = refused.json()["violations"]
    assert words in violation["message"], violation
    assert violation["advice"]
    assert violation["clause"]
    assert await case.left_behind() == before
    good = case.member.sign(case.text)
    assert (await case.hand_in(good)).status_code == 200
    again = await case.hand_in(good)
    assert again.status_code == 409, again.text
    assert (await case.left_behind())[0 if not upload else 2] == before[0 if not upload else 2] + 1


async def test_a_token_serves_its_own_purpose_and_account_only(house: House, tmp_path: Path) -> None:
    """PORT-08: an upload's statement declares nothing, a declaration's uploads nothing, a colleague's is not mine."""
    case = await pinned(house, tmp_path, upload=False)
    uploads = (await prepare_upload(case.member, case.view, "2")).json()
    crossed = replace(case, answer=uploads)
    assert (await crossed.hand_in(case.member.sign(crossed.text))).status_code == 409
    crossed = replace(case, upload=True)
    assert (await crossed.hand_in(case.member.sign(case.text))).status_code == 409
    colleague = await house.member(case.member.customs_code)
    stolen = replace(case, member=colleague)
    assert (await stolen.hand_in(colleague.sign(case.text))).status_code == 409
    assert (await case.left_behind())[:2] == (0, 0)


@pytest.mark.parametrize("field", ["applicant_code", "vessel"])
async def test_content_altered_in_the_database_is_not_declared(
    house: House, tmp_path: Path, field: str
) -> None:
    """PORT-08: grey or typed, whoever changed what is stored: only what the card signed is declared."""
    case = await pinned(house, tmp_path, upload=False)
    await alter(case, field)
    refused = await case.hand_in(case.member.sign(case.text))
    assert refused.status_code == 422, refused.text
    assert refused.json()["violations"][0]["rule"] == "sign.changed"
    assert (await case.left_behind())[:2] == (0, 0)


async def alter(case: Pinned, field: str) -> None:
    """Change what is stored behind the portal's back, without a new version."""
    await case.house.sql(
        "update document set content = jsonb_set(content, $2, '\"4403999999\"') where number = $1",
        case.view["number"],
        [field],
    )


async def test_what_was_submitted_is_what_was_pinned(house: House, tmp_path: Path) -> None:
    """PORT-08: the bytes that go to customs are those that were signed."""
    case = await pinned(house, tmp_path, upload=False)
    assert (await case.hand_in(case.member.sign(case.text))).status_code == 200
    [row] = await house.sql(
        "select s.* from submission s join document d on d.id = s.document_id where d.number = $1",
        case.view["number"],
    )
    statement = json.loads(row["statement"])
    assert statement == case.answer["statement"]
    assert statement["content_sha256"] == hashlib.sha256(row["content"]).hexdigest()
    assert json.loads(row["content"]) == case.answer["content"]
    assert row["certificate"] == case.member.certificate


async def test_a_signature_for_one_action_does_nothing_else(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-08: with two signed actions open at once, a statement does what it names and no more."""
    type = get_document_type(TYPE)
    recall = replace(type.lifecycle.action("apply"), name="recall", label="召回")
    old = type.lifecycle
    table = Lifecycle(old.states, (*old.actions, recall), old.hears)
    monkeypatch.setitem(document_types(), type.name, replace(type, lifecycle=table))
    case = await pinned(house, tmp_path, upload=False)
    other = (await case.member.prepare(TYPE, case.view, "recall")).json()
    crossed = await case.hand_in(case.member.sign(other["signing_input"]))
    assert MISMATCH in crossed.json()["detail"]
    second = replace(case, answer=other)
    assert (await second.hand_in(case.member.sign(second.text))).status_code == 200
    [row] = await house.sql(
        "select s.action from submission s join document d on d.id = s.document_id where d.number = $1",
        case.view["number"],
    )
    assert row["action"] == "recall"
    late = await case.hand_in(case.member.sign(case.text))
    assert late.status_code == 409, late.text
