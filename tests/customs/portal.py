"""The portal as customs see it: one address that stores messages, and can be away, fail or refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from singlewindow.contract.messages import (
    Answer,
    AnswerBatch,
    Envelope,
    EnvelopeBatch,
    MessageKind,
    Notice,
    Receipt,
)
from singlewindow.contract.signatures import verify_jws


@dataclass
class Portal:
    """Stores what arrives; a message that comes twice is stored once."""

    certificate: bytes
    away: bool = False
    answers_lost: int = 0  # so many batches are stored without customs' learning of it
    poison: str = ""  # a topic's key that makes the portal fail
    refusing: str = ""  # the reason for which it refuses every message
    later: bool = False  # what it refuses may come again
    batches: list[int] = field(default_factory=list)
    messages: dict[str, Envelope] = field(default_factory=dict)
    deliveries: list[str] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        """A client whose every request comes here."""
        return httpx.AsyncClient(base_url="http://portal", transport=httpx.MockTransport(self._handle))

    @property
    def receipts(self) -> list[Receipt]:
        """The receipts in the order of their first arrival, their signatures verified."""
        return [
            Receipt.model_validate_json(self._open(e))
            for e in self.messages.values()
            if e.kind is MessageKind.RECEIPT
        ]

    @property
    def notices(self) -> list[Notice]:
        """The notices likewise."""
        return [
            Notice.model_validate_json(self._open(e))
            for e in self.messages.values()
            if e.kind is MessageKind.NOTICE
        ]

    def _open(self, envelope: Envelope) -> bytes:
        return verify_jws(envelope.body, self.certificate)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("nobody there")
        batch = EnvelopeBatch.model_validate_json(request.content).messages
        if self.poison and any(self.poison.encode() in self._open(e) for e in batch):
            return httpx.Response(500)
        self.batches.append(len(batch))
        for envelope in batch:
            self.deliveries.append(envelope.id)
            self.messages.setdefault(envelope.id, envelope)
        if self.answers_lost:
            self.answers_lost -= 1
            raise httpx.ReadTimeout("the answer is lost")
        answers = [
            Answer(id=envelope.id, stored=not self.refusing, reason=self.refusing, later=self.later)
            for envelope in batch
        ]
        return httpx.Response(200, content=AnswerBatch(answers=answers).model_dump_json())
