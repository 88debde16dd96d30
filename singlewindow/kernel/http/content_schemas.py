"""What is filled in, as JSON Schema: one for each document type, made of its definition (INTG-01).

They say what a text may be by itself. When a field is obligatory or disabled, which entries a code table has, and what
rules ask besides is said by `GET /api/definitions/{type}` and judged by `POST /api/documents/{type}/check`.
"""

from __future__ import annotations

from typing import Any

from singlewindow.kernel.definition.fields import Content, Field
from singlewindow.kernel.subsystem import DocumentType, document_types


def content_schemas() -> dict[str, dict[str, Any]]:
    """The schema of each document type's content, by the name that it has in the API's description."""
    return {f"{name}.content": schema_of(type) for name, type in document_types().items()}


def schema_of(type: DocumentType) -> dict[str, Any]:
    """The schema of a type's content. Grey fields are read only: what a client sends of them is ignored."""
    return _object(type.form.content) | {"title": type.title}


def _object(content: type[Content]) -> dict[str, Any]:
    properties: dict[str, Any] = {name: _text(field) for name, field in content.fields.items()}
    for name, table in content.tables.items():
        rows = {"type": "array", "title": table.label, "maxItems": table.most, "items": _object(table.row)}
        properties[name] = rows | ({"description": table.clause} if table.clause else {})
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _text(field: Field) -> dict[str, Any]:
    """A field: always a text; numbers and dates are written as texts too."""
    schema: dict[str, Any] = {"type": "string", "title": field.label}
    said = [field.hint, f"code table {field.codes}" if field.codes else "", field.clause]
    if described := "; ".join(filter(None, said)):
        schema["description"] = described
    if field.length:
        schema["maxLength"] = field.length
    if field.pattern and not field.upper:
        schema["pattern"] = f"^({field.pattern})?$"
    if field.system:
        schema["readOnly"] = True
    return schema
