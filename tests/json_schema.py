"""As much of JSON Schema as the API's description uses: what does not fit, and where. Unknown words are an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip
FORMATS = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}
SAY_NOTHING = {
    "title", "description", "default", "examples", "readOnly", "format", "contentMediaType", "deprecated",
    "propertyNames", "discriminator",
}  # fmt: skip


def misfits(api: Mapping[str, Any], schema: Mapping[str, Any], value: Any, at: str = "") -> Iterator[str]:
    """Everything in which a value does not fit a schema of this description."""
    if "$ref" in schema:
        found: Any = api
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        yield from misfits(api, found, value, at)
    for word, wanted in schema.items():
        if word not in SAY_NOTHING | {"$ref", "properties", "additionalProperties", "items"}:
            yield from (f"{at}: {said}" for said in _simple(api, word, wanted, value))
    if isinstance(value, str) and schema.get("format") in FORMATS:
        try:
            FORMATS[schema["format"]](value)
        except ValueError:
            yield f"{at}: {value} is no {schema['format']}"
    if isinstance(value, dict):
        yield from _members(api, schema, value, at)
    if isinstance(value, list) and "items" in schema:
        for number, each in enumerate(value):
            yield from misfits(api, schema["items"], each, f"{at}/{number}")


def _members(
    api: Mapping[str, Any], schema: Mapping[str, Any], value: dict[str, Any], at: str
) -> Iterator[str]:
    known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, each in value.items():
        if name in known:
            yield from misfits(api, known[name], each, f"{at}/{name}")
        elif more is False:
            yield f"{at}: {name} is not known"
        elif isinstance(more, dict):
            yield from misfits(api, more, each, f"{at}/{name}")


def _simple(api: Mapping[str, Any], word: str, wanted: Any, value: Any) -> list[str]:
    """What a word that needs no place finds wrong. Raises AssertionError for one that this file does not know."""
    match word:
        case "type":
            bad = not isinstance(value, TYPES[wanted]) or (
                isinstance(value, bool) and wanted in ("integer", "number")
            )
        case "anyOf" | "oneOf":
            bad = all(list(misfits(api, each, value)) for each in wanted)
        case "allOf":
            bad = any(list(misfits(api, each, value)) for each in wanted)
        case "enum":
            bad = value not in wanted
        case "const":
            bad = value != wanted
        case "required":
            bad = isinstance(value, dict) and not set(wanted) <= value.keys()
        case "pattern":
            bad = isinstance(value, str) and not re.search(wanted, value)
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties":
            sized = isinstance(value, (str, list, dict))
            bad = sized and (len(value) < wanted if word.startswith("min") else len(value) > wanted)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            number = isinstance(value, (int, float))
            bad = number and (value < wanted if word.lower().endswith("minimum") else value > wanted)
        case _:
            raise AssertionError(f"tests/json_schema.py does not know {word}")
    return [f"{str(value)[:80]} does not fit {word} {str(wanted)[:120]}"] if bad else []
