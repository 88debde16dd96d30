"""Where the portal delivers: submissions in batches, attachments one by one before them."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from singlewindow.contract.messages import AnswerBatch, EnvelopeBatch
from singlewindow.customs.exchange.intake import MAX_ATTACHMENT, store, store_attachment
from singlewindow.customs.http.parts import Running, read_body
from singlewindow.customs.problems import Refused

MAX_BATCH = 16 * 1024 * 1024  # bytes of one POST
MAX_SEALED = MAX_ATTACHMENT * 16 // 9 + 4096  # Base64 of the JWS and of the JWE, and their headers
router = APIRouter(prefix="/exchange", tags=["exchange"])


@router.post("/messages", openapi_extra={
    "requestBody": {"content": {"application/json": {"schema": EnvelopeBatch.model_json_schema()}}},
})  # fmt: skip
async def receive_messages(request: Request, parts: Running) -> AnswerBatch:
    """Store envelopes that the portal sealed and acknowledge them; they are understood afterwards."""
    body = await read_body(request, MAX_BATCH)
    try:
        batch = EnvelopeBatch.model_validate_json(body)
    except ValidationError as error:
        raise Refused.because(
            "", "exchange.batch", f"报文格式不符合规定（{error.error_count()} 处）"
        ) from error
    return AnswerBatch(answers=await store(parts.database, parts.keys, batch.messages))


@router.put("/attachments/{sha256}", status_code=204)
async def receive_attachment(sha256: str, request: Request, parts: Running) -> Response:
    """Store the file that the portal sealed as the body; `sha256` is the digest of its bytes in hex."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Refused.because("sha256", "attachment.digest", "摘要应为 64 位十六进制小写字符")
    body = await read_body(request, MAX_SEALED)
    await store_attachment(parts.database, parts.keys, sha256, body.decode("ascii", errors="replace"))
    return Response(status_code=204)
