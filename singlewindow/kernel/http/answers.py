"""Answers of a shape that is known: written as JSON once, without being checked against their own model again."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel

from singlewindow.kernel.documents.view import View


def json_answer(model: BaseModel, status: int = 200) -> Response:
    """The answer that holds a model; a route names the model as its `response_model` for the API's description."""
    return Response(model.__pydantic_serializer__.to_json(model), status, media_type="application/json")


def tagged(view: View, status: int = 200) -> Response:
    """A document, with the version that later changes must name as ETag."""
    answer = json_answer(view, status)
    answer.headers["ETag"] = f'"{view.version}"'
    return answer
