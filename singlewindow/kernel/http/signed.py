"""The two steps of whatever a card signs, as they travel: documents, and the acts of chapters' own routes."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import BaseModel, Field

from singlewindow.kernel.http.problems import ViolationBody
from singlewindow.kernel.http.text import RequestBody, Text
from singlewindow.kernel.signing.prepared import Prepared


class PrepareAnswer(BaseModel):
    """What the card is to sign; valid once, for SINGLEWINDOW_PREPARE_MINUTES."""

    token: str
    statement: dict[str, Any]
    signing_input: str
    content: dict[str, Any]
    warnings: list[ViolationBody]


class SubmitBody(RequestBody):
    """The card's answer: signature (raw r‖s) and certificate (DER), both Base64."""

    token: Text = Field(max_length=100)
    signature: Text = Field(max_length=400)
    certificate: Text = Field(max_length=8000)


def prepared_answer(prepared: Prepared) -> Response:
    """The answer to a first step, whose `response_model` is PrepareAnswer."""
    return Response(prepared.as_json(), media_type="application/json")
