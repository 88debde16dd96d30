"""The dry run beside what really comes of the same thing: 暂存, upload, prepare, submit (INTG-01).

Every sample of every chapter goes this way (`tests/samples.py`): what the dry run says must be what the API answers
afterwards, violation by violation, and what it would sign what is signed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from singlewindow.kernel.subsystem import DocumentType
from tests.house import House, Member


async def foresee(who: Member, type: str, **question: Any) -> dict[str, Any]:
    """The answer of POST /api/documents/{type}/check."""
    answer = await who.http.post(f"/api/documents/{type}/check", json=question)
    assert answer.status_code == 200, answer.text
    foreseen: dict[str, Any] = answer.json()
    assert foreseen["would_be"] == ("refused" if foreseen["refusal"] else "accepted")
    assert foreseen["violations"] == (foreseen["refusal"] or {"violations": []})["violations"]
    return foreseen


def refused_as(foreseen: Mapping[str, Any], answer: httpx.Response) -> None:
    """That the dry run foresaw this refusal, word by word."""
    told, refusal = answer.json(), foreseen["refusal"]
    assert refusal, told
    assert _told(foreseen["violations"]) == _told(told["violations"])
    assert {n: refusal[n] for n in ("type", "status", "clause")} == {
        n: told[n] for n in ("type", "status", "clause")
    }
    if not told["violations"]:
        assert (refusal["detail"], refusal["advice"]) == (told["detail"], told["advice"])


def refused_among(foreseen: Mapping[str, Any], saved: httpx.Response) -> None:
    """That the dry run foresaw what 暂存 refuses, which does not look at what is missing."""
    assert _told(saved.json()["violations"]) <= _told(foreseen["violations"])
    assert foreseen["would_be"] == "refused"


async def as_foreseen(
    house: House,
    who: Member,
    type: DocumentType,
    content: Mapping[str, Any],
    attachments: Sequence[str],
    as_draft: bool,
) -> dict[str, Any]:
    """Ask what would come of a new document, then do it: both say the same, and the first 暂存 takes it or not
    (`as_draft`). Nothing of it stays but the answer."""
    foreseen = await foresee(who, type.name, content=content, attachments=attachments)
    saved = await who.http.post(f"/api/documents/{type.name}", json={"content": content})
    as_sent = saved.status_code == 201
    assert as_sent is as_draft, saved.text
    if not as_sent:
        refused_among(foreseen, saved)
        if not foreseen["values"]:  # of another shape than content has: there is nothing to sign
            refused_as(foreseen, saved)
            return foreseen
        # what the first 暂存 refuses is put there all the same, so that prepare has its say on the whole
        presets = {n: content[n] for n in type.form.content.presets if n in content}
        saved = await who.http.post(f"/api/documents/{type.name}", json={"content": presets})
        if saved.status_code != 201:  # not even a draft that is empty
            return foreseen
    number = saved.json()["number"]
    try:
        for category in attachments:
            uploaded = await who.upload(type.name, number, category)
            assert uploaded.is_success, uploaded.text
        if not as_sent:
            stored = json.dumps(saved.json()["content"] | foreseen["values"])
            await house.sql("update document set content = $2 where number = $1", number, stored)
        await _done_as(who, type.name, number, foreseen)
        return foreseen
    finally:
        await house.sql("delete from document where number = $1", number)


async def _done_as(who: Member, type: str, number: str, foreseen: Mapping[str, Any]) -> None:
    answer = await who.prepare(type, await who.view(type, number), foreseen["action"])
    if answer.status_code == 200:
        prepared = answer.json()
        assert foreseen["values"].items() <= prepared["content"].items()
        assert _told(foreseen["warnings"]) == _told(prepared["warnings"])
        answer = await who.submit(type, number, prepared)
    if answer.status_code == 200:
        assert foreseen["would_be"] == "accepted", foreseen["violations"]
    else:
        refused_as(foreseen, answer)


def _told(violations: Sequence[Mapping[str, Any]]) -> set[str]:
    return {json.dumps(each, sort_keys=True, ensure_ascii=False) for each in violations}
