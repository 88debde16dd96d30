"""Drafts of any document type in which a text stands wherever somebody may write."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from singlewindow.kernel.definition.fields import Content, Field
from singlewindow.kernel.subsystem import get_document_type
from tests.house import Member


async def draft_with(member: Member, name: str, mark: str) -> str:
    """A sample with the mark wherever it fits: where that is refused the sample's own value stands, then none.
    Meanwhile the registers say of the applicant what the sample says."""
    form = get_document_type(name).form.content
    whole = _sample(form, member.customs_code)
    sample: dict[str, Any] = whole["content"]
    for kind, entries in whole.get("registers", {}).items():
        if member.customs_code in entries:
            await member.house.register(kind, member.customs_code, entries[member.customs_code])
    content = {**sample, **_marks(form, mark)}
    for _ in range(4):
        made = await member.http.post(f"/api/documents/{name}", json={"content": content})
        if made.status_code == 201:
            await member.house.sql("delete from register_entry where key = $1", member.customs_code)
            return str(made.json()["number"])
        for wrong in {each["path"].split("/")[0] for each in made.json()["violations"]}:
            if content.pop(wrong, None) != sample.get(wrong, ""):
                content[wrong] = sample.get(wrong, "")
    raise AssertionError(f"{name}: {made.text}")


def _sample(form: type[Content], applicant: str) -> dict[str, Any]:
    """The first accepted sample beside the form's declaration that leans on no other."""
    folder = Path(str(sys.modules[form.__module__].__file__)).parent
    texts = [each.read_text("utf-8") for each in sorted(folder.glob("samples/accepted/*.json"))]
    samples: list[dict[str, Any]] = [json.loads(text.replace("$applicant", applicant)) for text in texts]
    return next(each for each in samples if "like" not in each)


def _marks(content: type[Content], mark: str) -> Mapping[str, Any]:
    fits = {n: mark for n, each in content.fields.items() if _is_free(each)}
    tables = {n: [dict(_marks(each.row, mark))] for n, each in content.tables.items()}
    return {**fits, **{n: rows for n, rows in tables.items() if rows[0]}}


def _is_free(each: Field) -> bool:
    """Whether anybody may write anything there."""
    return (
        each.kind == "text" and not (each.system or each.pattern or each.codes) and not 0 < each.length < 10
    )
