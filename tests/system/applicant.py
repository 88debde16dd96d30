"""A company's program that never gives up: it signs with the card's key file and repeats what was cut off.

After a broken connection it reads the document again and goes on from what is stored, so that nothing is done twice.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from singlewindow.contract.signatures import canonical, sign_raw, signing_input
from tests.pdf_samples import make_pdf
from tests.system.running import System

DOCUMENTS = "/api/documents/inspection.declaration"
PATIENCE = 40.0  # seconds for one step, repetitions included
Result = TypeVar("Result")


def file_of(name: str) -> bytes:
    """A file whose bytes no other name has: that one of them is there says nothing of the others."""
    return make_pdf(pages=1, title=name)


class Away(Exception):
    """The portal said 503: the database is away for the moment."""


@dataclass
class Applicant:
    """A card holder of the demonstration world, logged in."""

    http: httpx.AsyncClient
    card_no: str
    customs_code: str
    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    broken: int = 0  # how often a connection was cut or refused
    requests: dict[str, set[str]] = field(default_factory=dict)  # document → ids of the submits tried

    async def log_in(self) -> None:
        asked = await self._call("POST", "/api/session/card/challenge")
        proof = {"challenge": asked["challenge"], **self._sign(asked["signing_input"])}
        session = await self._call("POST", "/api/session/card", json=proof)
        self.http.headers["X-CSRF-Token"] = session["csrf"]

    async def file(self, declaration: str, bring: Callable[[str], Awaitable[None]] | None = None) -> str:
        """Save, upload and apply, whatever happens meanwhile; the number of the acknowledged application.

        `bring` puts the file of the document with that number there in another way than over the API.
        """
        key = uuid4().hex
        draft = await self._patiently(lambda: self._save(declaration, key))
        number: str = draft["number"]
        if bring is None:
            again = await self._patiently(
                lambda: self._save(declaration, key)
            )  # as if the answer had been lost
            assert again["number"] == number
        await self._patiently(lambda: (bring or self._upload)(number))
        view = await self._patiently(lambda: self._apply(number))
        assert view["status"]["code"] in {"1", "2", "3", "4"}, view["status"]
        return number

    async def draft(self, declaration: str) -> str:
        """A saved draft with its file; its number."""
        number: str = (await self._save(declaration, uuid4().hex))["number"]
        await self._upload(number)
        return number

    async def declare(self, type: str, content: dict[str, Any], action: str, category: str = "") -> str:
        """Save a document of any type, with a file of that category, and sign an action of it; its number."""
        view = await self._call("POST", f"/api/documents/{type}", json={"content": content})
        number: str = view["number"]
        if category:
            view = await self._sign_file(f"/api/documents/{type}/{number}", file_of(number), category)
        await self._do(f"/api/documents/{type}/{number}", view["version"], action)
        return number

    async def refusal(self, type: str, content: dict[str, Any], action: str) -> str:
        """What the portal says where a document may not be saved, or its action not be signed: all of it."""
        saved = await self.http.post(f"/api/documents/{type}", json={"content": content})
        if saved.status_code == 422:
            return saved.text
        view = saved.json()
        wanted, version = {"action": action, "card_no": self.card_no}, {"If-Match": f'"{view["version"]}"'}
        path = f"/api/documents/{type}/{view['number']}/prepare"
        answer = await self.http.post(path, json=wanted, headers=version)
        assert answer.status_code == 422, answer.text
        return answer.text

    async def amend(self, type: str, number: str, action: str, content: dict[str, Any] | None = None) -> None:
        """Sign an action that amends a document in force; with `content` that is what it asks for."""
        path = f"/api/documents/{type}/{number}"
        view = await self._call("GET", path)
        if content is not None:
            body, version = {"action": action, "content": content}, {"If-Match": f'"{view["version"]}"'}
            view = await self._call("PUT", f"{path}/amendment", json=body, headers=version)
        await self._do(path, view["version"], action)

    async def _do(self, path: str, version: int, action: str) -> None:
        wanted, headers = {"action": action, "card_no": self.card_no}, {"If-Match": f'"{version}"'}
        asked = await self._call("POST", f"{path}/prepare", json=wanted, headers=headers)
        form = {"token": asked["token"], **self._sign(asked["signing_input"])}
        await self._call("POST", f"{path}/submit", json=form)

    def signed_file(self, number: str) -> tuple[bytes, bytes, bytes]:
        """What the card says to the file of that document: statement, signature, certificate."""
        file = file_of(number)
        statement = canonical({
            "draft": number, "category": "00000002", "sha256": hashlib.sha256(file).hexdigest(), "name": "声明.pdf",
            "size": len(file), "card": self.card_no, "company": self.customs_code, "nonce": uuid4().hex,
        })  # fmt: skip
        signature = sign_raw(self.key, signing_input(statement).encode("ascii"))
        return statement, signature, self.certificate

    async def try_to_apply(self, number: str) -> httpx.Response:
        """The portal's answer to the signed application, whatever it is."""
        view = await self._call("GET", f"{DOCUMENTS}/{number}")
        wanted = {"action": "apply", "card_no": self.card_no}
        version = {"If-Match": f'"{view["version"]}"'}
        url = f"{DOCUMENTS}/{number}"
        asked = await self.http.post(f"{url}/prepare", json=wanted, headers=version)
        if not asked.is_success:
            return asked
        form = {"token": asked.json()["token"], **self._sign(asked.json()["signing_input"])}
        return await self.http.post(f"{url}/submit", json=form)

    async def view(self, number: str) -> dict[str, Any]:
        return await self._patiently(lambda: self._call("GET", f"{DOCUMENTS}/{number}"))

    async def _save(self, declaration: str, key: str) -> dict[str, Any]:
        content = {"declaration_no": declaration, "contact_name": "王芳", "contact_phone": "0755-84398888"}
        return await self._call(
            "POST", DOCUMENTS, json={"content": content}, headers={"Idempotency-Key": key}
        )

    async def _upload(self, number: str) -> None:
        if not (await self._call("GET", f"{DOCUMENTS}/{number}"))["attachments"]:
            await self._sign_file(f"{DOCUMENTS}/{number}", file_of(number), "00000002")

    async def _sign_file(self, path: str, file: bytes, category: str) -> dict[str, Any]:
        files = f"{path}/attachments"
        facts = {"category": category, "name": "声明.pdf", "size": len(file), "card_no": self.card_no}
        facts["sha256"] = hashlib.sha256(file).hexdigest()
        asked = await self._call("POST", f"{files}/prepare", json=facts)
        form = {"token": asked["token"], **self._sign(asked["signing_input"])}
        return await self._call(
            "POST", files, data=form, files={"file": ("声明.pdf", file, "application/pdf")}
        )

    async def _apply(self, number: str) -> dict[str, Any]:
        view = await self._call("GET", f"{DOCUMENTS}/{number}")
        if view["status"]["code"] != "0":
            return view  # the answer to an earlier try was lost, not the application
        wanted = {"action": "apply", "card_no": self.card_no}
        version = {"If-Match": f'"{view["version"]}"'}
        asked = await self._call("POST", f"{DOCUMENTS}/{number}/prepare", json=wanted, headers=version)
        form = {"token": asked["token"], **self._sign(asked["signing_input"])}
        request_id = uuid4().hex
        self.requests.setdefault(number, set()).add(request_id)
        headers = {"X-Request-Id": request_id}
        return await self._call("POST", f"{DOCUMENTS}/{number}/submit", json=form, headers=headers)

    async def _patiently(self, step: Callable[[], Awaitable[Result]]) -> Result:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return await step()
            except (httpx.TransportError, Away):
                self.broken += 1
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer = await self.http.request(method, path, **request)
        if answer.status_code == 503:
            raise Away(answer.text)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        said: dict[str, Any] = answer.json()
        return said

    def _sign(self, text: str) -> dict[str, str]:
        return {
            "signature": base64.b64encode(sign_raw(self.key, text.encode("ascii"))).decode(),
            "certificate": base64.b64encode(self.certificate).decode(),
        }


@asynccontextmanager
async def applicants(system: System) -> Any:
    """All of the first two companies whose account has a card, logged in, company by company."""
    companies = [company["customs_code"] for company in system.world["companies"][:2]]
    bound = {account["card_no"] for account in system.world["accounts"]}
    people = [
        _applicant(system, card)
        for company in companies
        for card in system.world["cards"]
        if card["customs_code"] == company and card["card_no"] in bound
    ]
    try:
        for person in people:
            await person.log_in()
        yield people
    finally:
        for person in people:
            await person.http.aclose()


@asynccontextmanager
async def with_card(system: System, card_no: str) -> AsyncIterator[Applicant]:
    """The holder of one card of the demonstration world, logged in."""
    person = _applicant(system, next(each for each in system.world["cards"] if each["card_no"] == card_no))
    try:
        await person.log_in()
        yield person
    finally:
        await person.http.aclose()


def holding(person: Applicant, system: System, card: dict[str, str]) -> Applicant:
    """The same person in the same session, with another card in the hand."""
    key, certificate = _of_card(system, card)
    return replace(person, card_no=card["card_no"], key=key, certificate=certificate)


def _applicant(system: System, card: dict[str, str]) -> Applicant:
    key, certificate = _of_card(system, card)
    return Applicant(
        http=httpx.AsyncClient(base_url=system.portal, timeout=20),
        card_no=card["card_no"],
        customs_code=card["customs_code"],
        key=key,
        certificate=certificate,
    )


def _of_card(system: System, card: dict[str, str]) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    content = (system.data / "cards" / f"{card['card_no']}.p12").read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(content, card["pin"].encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert certificate
    return key, certificate.public_bytes(serialization.Encoding.DER)
