"""A whole portal for tests: real PostgreSQL, real routes, real signatures; only customs is a stand-in.

The kernel's tests and the chapters' own use it: the fixture `house` of the root conftest.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import asyncpg
import httpx
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from fastapi import FastAPI

from singlewindow.contract import demo_pki
from singlewindow.contract.demo_pki import DemoCard, certify_card
from singlewindow.contract.key_files import read_private_jwks
from singlewindow.contract.messages import (
    Answer,
    Envelope,
    MessageKind,
    Notice,
    Receipt,
    ReceiptCode,
    Submission,
)
from singlewindow.contract.sealed import unseal
from singlewindow.contract.signatures import sign_jws, sign_raw
from singlewindow.kernel.database.connection import Actor, Database
from singlewindow.kernel.exchange import inbox
from singlewindow.kernel.exchange.keys import ExchangeKeys, customs_certificate
from singlewindow.kernel.exchange.outbox import send_due
from singlewindow.kernel.exchange.transport import TemporaryFailure
from singlewindow.kernel.jobs.tools import Tools
from singlewindow.kernel.people import session_store
from singlewindow.kernel.people.grant import Right
from singlewindow.kernel.people.person import Level
from singlewindow.kernel.people.session_store import digest
from singlewindow.kernel.people.token_store import new_token
from tests.pdf_samples import make_pdf
from tests.recording import RECORD, record

ORIGIN = "http://127.0.0.1:8000"
PDF = make_pdf(pages=1)
_serials = itertools.count(1)


def card_key(cards: Path, card: DemoCard) -> ec.EllipticCurvePrivateKey:
    """The private key of a demo card."""
    content = (cards / f"{card.card_no}.p12").read_bytes()
    key, _, _ = pkcs12.load_key_and_certificates(content, card.pin.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@dataclass
class Customs:
    """Customs as the portal sees them: takes envelopes in and answers with signed receipts and notices."""

    pki: Path
    database: Database
    received: list[Submission] = field(default_factory=list)
    attachments: dict[str, bytes] = field(default_factory=dict)
    away: bool = False
    refuses: str = ""

    async def send(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        if self.away:
            raise TemporaryFailure("away")
        if self.refuses and envelopes[0].kind is MessageKind.SUBMISSION:
            return [Answer(id=e.id, stored=False, reason=self.refuses) for e in envelopes]
        portal = (self.pki / "portal-signing.pem").read_bytes()
        keys = read_private_jwks(self.pki / "customs-encryption.jwk")
        for envelope in envelopes:
            plain = unseal(envelope.body, keys, portal)
            if envelope.kind is MessageKind.ATTACHMENT:
                self.attachments[envelope.id] = plain
            else:
                self.received.append(Submission.model_validate_json(plain))
        return [Answer(id=e.id, stored=True) for e in envelopes]

    def receipt(self, submission: Submission, seq: int, code: ReceiptCode | str, **data: str) -> Envelope:
        return self.receipt_for(submission.type, submission.number, submission.sequence, seq, code, **data)

    def receipt_for(
        self, type: str, number: str, sequence: int, seq: int, code: ReceiptCode | str, **data: str
    ) -> Envelope:
        receipt = Receipt(
            message_id=str(uuid4()),
            type=type,
            number=number,
            submission=sequence,
            seq=seq,
            code=code,
            text=f"回执 {code}",
            at=datetime.now(UTC),
            data=data,
        )
        return self.envelope(MessageKind.RECEIPT, receipt.message_id, receipt.model_dump_json())

    def notice(self, kind: str, key: str, data: dict[str, Any] | None, seq: int = 1, **more: Any) -> Envelope:
        notice = Notice(message_id=str(uuid4()), kind=kind, key=key, seq=seq, data=data, **more)
        return self.envelope(MessageKind.NOTICE, notice.message_id, notice.model_dump_json())

    def envelope(self, kind: MessageKind, identifier: str, payload: str) -> Envelope:
        key = (self.pki / "customs-signing.key.pem").read_bytes()
        return Envelope(
            id=identifier, kind=kind, sender="customs", body=sign_jws(payload.encode(), key, "customs")
        )

    async def post(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Hand envelopes to the portal's inbox, without applying them."""
        certificate = customs_certificate(self.pki)
        answers = await inbox.verified(envelopes, certificate)
        async with self.database.transaction() as transaction:
            await inbox.store(transaction, envelopes, answers, certificate)
        return answers


@dataclass
class Member:
    """A person at a browser, with the card in the reader."""

    house: House
    http: httpx.AsyncClient
    customs_code: str
    company_name: str
    card_no: str
    key: ec.EllipticCurvePrivateKey
    certificate: bytes

    def sign(self, text: str) -> dict[str, str]:
        return {
            "signature": base64.b64encode(sign_raw(self.key, text.encode("ascii"))).decode(),
            "certificate": base64.b64encode(self.certificate).decode(),
        }

    async def save(self, type: str, content: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = await self.http.post(f"/api/documents/{type}", json={"content": content}, headers=headers)
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def save_again(self, type: str, view: dict[str, Any], **changed: Any) -> dict[str, Any]:
        answer = await self.http.put(
            f"/api/documents/{type}/{view['number']}",
            json={"content": {**view["content"], **changed}},
            headers={"If-Match": f'"{view["version"]}"'},
        )
        assert answer.status_code == 200, answer.text
        saved: dict[str, Any] = answer.json()
        return saved

    async def view(self, type: str, number: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/documents/{type}/{number}")
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def upload(
        self, type: str, number: str, category: str, data: bytes = PDF, name: str = "声明.pdf"
    ) -> httpx.Response:
        prepared = await self._prepare_upload(type, number, category, name, data)
        if prepared.status_code != 200:
            return prepared
        return await self.send_upload(type, number, prepared.json(), name, data)

    async def prepare_upload(
        self, type: str, number: str, category: str, name: str, data: bytes
    ) -> dict[str, Any]:
        """The first step of an upload, which is taken."""
        prepared = await self._prepare_upload(type, number, category, name, data)
        assert prepared.status_code == 200, prepared.text
        answer: dict[str, Any] = prepared.json()
        return answer

    async def _prepare_upload(
        self, type: str, number: str, category: str, name: str, data: bytes
    ) -> httpx.Response:
        body = {
            "category": category,
            "name": name,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "card_no": self.card_no,
        }
        return await self.http.post(f"/api/documents/{type}/{number}/attachments/prepare", json=body)

    async def send_upload(
        self, type: str, number: str, prepared: dict[str, Any], name: str, data: bytes
    ) -> httpx.Response:
        """The second step, signed."""
        form = {"token": prepared["token"], **self.sign(prepared["signing_input"])}
        files = {"file": (name, data, "application/pdf")}
        return await self.http.post(f"/api/documents/{type}/{number}/attachments", data=form, files=files)

    async def prepare(
        self, type: str, view: dict[str, Any], action: str = "apply", card_no: str = ""
    ) -> httpx.Response:
        return await self.http.post(
            f"/api/documents/{type}/{view['number']}/prepare",
            json={"action": action, "card_no": card_no or self.card_no},
            headers={"If-Match": f'"{view["version"]}"'},
        )

    async def submit(self, type: str, number: str, prepared: dict[str, Any]) -> httpx.Response:
        body = {"token": prepared["token"], **self.sign(prepared["signing_input"])}
        return await self.http.post(f"/api/documents/{type}/{number}/submit", json=body)

    async def apply(self, type: str, view: dict[str, Any], action: str = "apply") -> dict[str, Any]:
        prepared = await self.prepare(type, view, action)
        assert prepared.status_code == 200, prepared.text
        submitted = await self.submit(type, view["number"], prepared.json())
        assert submitted.status_code == 200, submitted.text
        done: dict[str, Any] = submitted.json()
        return done


@dataclass
class House:
    """The portal under test."""

    app: FastAPI
    owner_url: str
    web: Database
    worker: Database
    owner: Database  # whom row-level security does not bind
    plain: asyncpg.Pool  # the same, for the tests' own statements: JSON is text there
    pki: Path
    cards: Path
    customs: Customs
    tools: Tools
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url=ORIGIN,
            headers={"Origin": ORIGIN},
            event_hooks={"response": [record] if RECORD else []},
        )
        self.clients.append(client)
        return client

    async def company(self, name: str = "") -> str:
        """A new company; its customs code."""
        serial = next(_serials)
        code, scc = f"4403{serial:06d}", f"9144030000000{serial:05d}"
        await self.sql(
            "insert into company (customs_code, scc, name) values ($1, $2, $3)",
            code,
            scc,
            name or f"测试公司{serial}",
        )
        return code

    async def member(
        self,
        customs_code: str | None = None,
        *,
        bound: bool = True,
        role: str = "operator",
        kind: Literal["操作员卡", "法人卡"] = "操作员卡",
        level: Level = "password",
    ) -> Member:
        """A new account of a (new) company, logged in (the session at this level), with a card of its own. The card is
        in nobody's folder: to derive a key from its PIN takes longer than a request."""
        code = customs_code or await self.company()
        serial = next(_serials)
        company = (await self.sql("select id, name, scc from company where customs_code = $1", code))[0]
        account = await self.sql(
            """insert into account (company_id, username, password_hash, display_name, role)
               values ($1, $2, '-', $3, $4) returning id""",
            company["id"], f"user{serial}", f"用户{serial}", role,
        )  # fmt: skip
        card_no, key, der = self._card(serial, kind, code, company)
        if bound:
            await self._bind(card_no, kind, f"用户{serial}", account[0]["id"], company["id"])
        client = await self._logged_in(Actor(company["id"], account[0]["id"]), level)
        return Member(self, client, code, company["name"], card_no, key, der)

    async def with_new_card(self, member: Member) -> Member:
        """The same person at the same browser, whose account has another card from now on."""
        code = member.customs_code
        [company] = await self.sql("select id, name, scc from company where customs_code = $1", code)
        [old] = await self.sql(
            """update card c set account_id = null, bound_at = null from card before
               where c.card_no = $1 and before.card_no = $1 returning before.account_id, c.kind, c.holder""",
            member.card_no,
        )
        card_no, key, der = self._card(next(_serials), old["kind"], code, company)
        await self._bind(card_no, old["kind"], old["holder"], old["account_id"], company["id"])
        return replace(member, card_no=card_no, key=key, certificate=der)

    async def revoke(self, member: Member) -> None:
        """The CA revokes this person's card: in the second after now, for a list knows whole seconds only, and what was
        signed in the same one would count as signed after it."""
        await asyncio.sleep(1 - datetime.now(UTC).microsecond / 1e6)
        demo_pki.revoke(self.pki, x509.load_der_x509_certificate(member.certificate))

    def _card(
        self, serial: int, kind: str, code: str, company: asyncpg.Record
    ) -> tuple[str, ec.EllipticCurvePrivateKey, bytes]:
        """A new card's number, key and certificate."""
        card = DemoCard(
            card_no=f"TC5A{serial:09d}", kind=kind, holder=f"用户{serial}", customs_code=code,
            scc=company["scc"], company_name=company["name"], pin="88888888",
        )  # fmt: skip
        key = ec.generate_private_key(ec.SECP256R1())
        begins = datetime.now(UTC) - timedelta(days=1)
        certificate = certify_card(self.pki, card, key.public_key(), not_before=begins)
        return card.card_no, key, certificate.public_bytes(serialization.Encoding.DER)

    async def _bind(self, card_no: str, kind: str, holder: str, account: int, company: int) -> None:
        await self.sql(
            """insert into card (card_no, company_id, kind, holder, account_id, bound_at)
               values ($1, $2, $3, $4, $5, now())""",
            card_no, company, kind, holder, account,
        )  # fmt: skip

    async def _logged_in(self, actor: Actor, level: Level) -> httpx.AsyncClient:
        from singlewindow.kernel.http.sessions import cookie_name, session_life

        token = await session_store.start(self.web, actor, level, session_life())
        client = self.client()
        client.cookies.set(cookie_name(), token)
        session = (await client.get("/api/session")).json()
        client.headers["X-CSRF-Token"] = session["csrf"]
        return client

    async def token_of(
        self, member: Member, right: Right = "submit", chapters: Sequence[str] | None = None
    ) -> str:
        """A token that stands for a member's account, as the company's administrator would make it."""
        [row] = await self.sql(
            """select a.id, a.company_id from card k join account a on a.id = k.account_id
               where k.card_no = $1""",
            member.card_no,
        )
        token = new_token()
        await self.sql(
            """insert into api_token (company_id, account_id, name, hash, shown, access, chapters, valid_until,
                                      created_by)
               values ($1, $2, '测试程序', $3, $4, $5, $6, now() + interval '90 days', '测试')""",
            row["company_id"], row["id"], digest(token), token[:12], right, chapters,
        )  # fmt: skip
        return token

    async def program(
        self, member: Member, right: Right = "submit", chapters: Sequence[str] | None = None
    ) -> Member:
        """The same person as a program of the company: a token in place of the session, the same card."""
        client = self.client()
        del client.headers["Origin"]
        client.headers["Authorization"] = f"Bearer {await self.token_of(member, right, chapters)}"
        return replace(member, http=client)

    async def sql(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """A statement as the tables' owner, whom row-level security does not bind."""
        async with self.plain.acquire() as connection:
            return list(await connection.fetch(statement, *values))

    async def send(self) -> int:
        """Let the worker send what is due."""
        return await send_due(self.worker, self.customs, ExchangeKeys.load(self.pki))

    async def hear(self, *envelopes: Envelope) -> None:
        """Let customs' messages arrive and be applied."""
        answers = await self.customs.post(envelopes)
        assert all(answer.stored for answer in answers), answers
        while await inbox.apply_received(self.worker, customs_certificate(self.pki)):
            pass

    async def register(self, kind: str, key: str, data: dict[str, Any], **more: Any) -> None:
        """Let customs publish an entry of a register."""
        await self.hear(self.customs.notice(kind, key, data, **more))
