"""Where the portal delivers: files, and the submissions that name them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import ValidationError

from singlewindow.contract.messages import AnswerBatch, EnvelopeBatch
from singlewindow.customs.exchange.intake import store
from singlewindow.customs.http.parts import Running, read_body
from singlewindow.customs.problems import Refused

MAX_BATCH = 16 * 1024 * 1024  # bytes of one POST; a sealed file has 16/9 of its bytes, twice Base64
router = APIRouter(prefix="/exchange", tags=["exchange"])


@router.post("/messages", response_model_exclude_defaults=True, openapi_extra={
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
