"""How messages travel to customs: a small interface, HTTP behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import httpx

from singlewindow.contract.messages import Answer, AnswerBatch, Envelope, EnvelopeBatch

REFUSED = (400, 413, 415, 422)
"""What customs answer to a message that is wrong in itself. A wrong address or a missing right is ours to mend."""


class TemporaryFailure(Exception):
    """Customs cannot be reached or cannot answer now: try again later."""


class PermanentFailure(Exception):
    """Customs will never take this: trying again is of no use."""


class Transport(Protocol):
    """Something that carries messages to customs."""

    async def send(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Deliver envelopes, of files or of submissions; raises TemporaryFailure when nothing is known of their fate,
        PermanentFailure when all of them together are refused."""


class HttpTransport:
    """The default: POST to customs' exchange address."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """See Transport."""
        batch = EnvelopeBatch(messages=list(envelopes))
        response = await self._post("/exchange/messages", batch.model_dump_json())
        try:
            return AnswerBatch.model_validate_json(response.content).answers
        except ValueError as error:
            raise TemporaryFailure(f"what answered is not customs' exchange: {error}") from error

    async def _post(self, path: str, body: str) -> httpx.Response:
        try:
            response = await self._client.post(
                path, content=body.encode(), headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise TemporaryFailure(f"{type(error).__name__}: {error}") from error
        if response.status_code in REFUSED:
            raise PermanentFailure(f"customs answered {response.status_code}: {response.text[:300]}")
        if not response.is_success:
            raise TemporaryFailure(f"customs answered {response.status_code}")
        return response
