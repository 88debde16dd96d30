"""POST /api/documents/{type}/check: the verdict that submitting would give, and nothing is stored (INTG-01).

New documents are compared with what comes of them sample by sample (`tests/dry_runs.py`); here are stored ones, and
what no sample has: claims without a rule, shared quantities, documents that wait, states, follow-ups, amendments.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from singlewindow.kernel.http import document_routes
from singlewindow.kernel.http.desk import own_desk
from singlewindow.kernel.subsystem import Case
from tests.dry_runs import foresee, refused_as
from tests.house import House, Member
from tests.kernel.deliveries import application, taking
from tests.kernel.deliveries import draft as delivery
from tests.kernel.test_amendments import Letter, reference
from tests.kernel.test_documents import TYPE
from tests.kernel.test_documents import letter as content_of
from tests.kernel.test_draws import holding
from tests.kernel.test_follow_ups import DUE, in_force, rows

DELIVERIES = "_deliveries"


async def prepared_as(letter: Letter, **question: Any) -> dict[str, Any]:
    """Ask about a stored document, then prepare: both refuse alike, or would sign the same."""
    foreseen = await foresee(letter.member, TYPE, number=letter.number, **question)
    answer = await letter.member.prepare(TYPE, await letter.view(), foreseen["action"])
    if answer.status_code == 200:
        assert foreseen["would_be"] == "accepted", foreseen
        assert foreseen["values"] == answer.json()["content"]
    else:
        refused_as(foreseen, answer)
    return foreseen


async def test_a_stored_document_in_every_state(house: House, clock: Any) -> None:
    """A draft without its file, with it, with others than it has; in force, with each action; changed; unknown ones."""
    member = await house.member()
    view = await member.save(TYPE, content_of(reference()))
    letter = Letter(house, member, view["number"])
    missing = await prepared_as(letter)
    assert [each["rule"] for each in missing["violations"]] == ["TMPL-R03"]
    assert (await foresee(member, TYPE, number=letter.number, attachments=["1"]))["would_be"] == "accepted"
    strange = await foresee(member, TYPE, number=letter.number, attachments=["1", "99"])
    assert [each["rule"] for each in strange["violations"]] == ["upload"]
    refused_as(strange, await member.upload(TYPE, letter.number, "99"))
    await member.upload(TYPE, letter.number, "1")
    await prepared_as(letter)
    assert (await foresee(member, TYPE, number=letter.number, attachments=[]))["would_be"] == "refused"
    for action in ("change", "revoke", "answer", "withdraw", "save", "nothing"):
        assert (await prepared_as(letter, action=action))["refusal"]["status"] == 409

    letter = await in_force(house, member)
    for action in ("apply", "change", "revoke", "answer", "explain", "withdraw"):
        await prepared_as(letter, action=action)
    saved = await member.http.put(
        f"/api/documents/{TYPE}/{letter.number}", json={"content": {}}, headers={"If-Match": '"2"'}
    )
    refused_as(await foresee(member, TYPE, number=letter.number, content={}), saved)


async def test_what_was_sent_before_is_judged_as_it_stands(house: House) -> None:
    """INTG-02: under the sender's number the same content is the document of then, also where it holds the claim by
    now; another content would not be saved."""
    member, content = await house.member(), content_of(reference())
    asked = {"content": content, "sender_number": " ERP-1 ", "attachments": ["1"]}
    new = await foresee(member, TYPE, **asked)
    assert (new["would_be"], new["number"]) == ("accepted", None)
    body = {"content": content, "sender_number": "ERP-1"}
    number = (await member.http.post(f"/api/documents/{TYPE}", json=body)).json()["number"]
    assert [(await foresee(member, TYPE, **asked))[n] for n in ("would_be", "number")] == ["accepted", number]
    other = await foresee(member, TYPE, **{**asked, "content": {**content, "remark": "x"}})
    assert ([each["rule"] for each in other["violations"]], other["number"]) == (["sender.other"], None)
    uploaded = await member.upload(TYPE, number, "1")
    await member.apply(TYPE, uploaded.json())
    after = await foresee(member, TYPE, **asked)
    assert (after["refusal"]["status"], after["number"]) == (409, number)
    stranger = await foresee(await house.member(), TYPE, **asked)
    assert stranger["number"] is None


async def test_what_would_be_typed_for_an_amendment_or_a_follow_up(house: House, clock: Any) -> None:
    """As it would be after 暂存 there: the change, the answer and the explanation, right and wrong ones."""
    letter = await in_force(house)
    in_it = (await letter.view())["content"]
    asked = [
        ("change", {**in_it, "remark": "x"}),
        ("change", {**in_it, "transport": "9", "goods": []}),
        ("answer", {"answers": rows(reference())}),
        ("answer", {"answers": rows("?")}),
        ("explain", {"note": ""}),
        ("explain", {"note": "说明"}),
        ("revoke", in_it),
        ("withdraw", {}),
    ]
    for action, content in asked:
        foreseen = await foresee(letter.member, TYPE, number=letter.number, action=action, content=content)
        kept = await letter.put({**in_it, **content}, action=action)
        if kept.status_code != 200:
            refused_as(foreseen, kept)
            continue
        answer = await letter.member.prepare(TYPE, kept.json(), action)
        if answer.status_code == 200:
            assert (foreseen["would_be"], foreseen["values"]) == ("accepted", answer.json()["content"])
        else:
            refused_as(foreseen, answer)
        await house.sql(
            """update document set follow_up = '{}', amendment = null, drafted = ''
               where number = $1""",
            letter.number,
        )


async def test_what_is_due_counts_as_done(house: House, clock: Any) -> None:
    """Submitting lets due timers act first: the dry run sees the status that they would give, and gives none."""
    letter = await in_force(house)
    await letter.changed(remark="x")
    signed = (await letter.member.prepare(TYPE, await letter.view(), "change")).json()
    await clock(DUE + timedelta(hours=1))
    foreseen = await foresee(letter.member, TYPE, number=letter.number, action="change")
    assert await letter.status() == "审批通过"
    refused_as(foreseen, await letter.member.submit(TYPE, letter.number, signed))
    assert "逾期" in foreseen["refusal"]["detail"]


async def test_a_claim_that_no_rule_asks_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the last step refuses is foreseen too: another company's document holds the number."""
    number = reference()
    first, second = await house.member(), await house.member()

    async def nobody_knows(*_: Any) -> set[str]:
        return set()

    monkeypatch.setattr(Case, "claimed_any", nobody_knows)
    views = [await each.save(TYPE, content_of(number)) for each in (first, second)]
    views = [
        (await who.upload(TYPE, view["number"], "1")).json()
        for who, view in zip((first, second), views, strict=True)
    ]
    assert (await foresee(second, TYPE, number=views[1]["number"]))["would_be"] == "accepted"
    await first.apply(TYPE, views[0])
    foreseen = await foresee(second, TYPE, number=views[1]["number"])
    unsaved = await foresee(second, TYPE, content=content_of(number), attachments=["1"])
    assert unsaved["violations"] == foreseen["violations"]
    numbered = foreseen["values"].keys() - unsaved["values"].keys()
    assert numbered == {"letter_no"}, "what the first 暂存 gives"
    prepared = (await second.prepare(TYPE, views[1])).json()
    refused_as(foreseen, await second.submit(TYPE, views[1]["number"], prepared))
    assert foreseen["refusal"]["type"] == "/problems/conflict"


async def test_shared_quantities_and_what_is_waited_for(house: House) -> None:
    """Of 10, one that wants 7 after 5 are gone is refused alike; so is one that waits for what is not there."""
    shelf = await holding(house, "10")
    taken = await delivery(house, **taking(shelf, "5"))
    wanting = await delivery(house, **taking(shelf, "7"))
    assert (await foresee(wanting.member, DELIVERIES, number=wanting.number))["would_be"] == "accepted"
    prepared = await prepare(wanting.member, wanting.number)
    await taken.declare()
    foreseen = await foresee(wanting.member, DELIVERIES, number=wanting.number)
    assert "仅余 5" in foreseen["violations"][0]["message"]
    refused_as(foreseen, await wanting.member.submit(DELIVERIES, wanting.number, prepared.json()))
    refused_as(foreseen, await prepare(wanting.member, wanting.number))

    letter = await application(house)
    waits = await delivery(house, letter.member, **taking(), letter=letter.number)
    assert (await foresee(waits.member, DELIVERIES, number=waits.number))["would_be"] == "accepted"
    await house.sql("delete from document where number = $1", letter.number)
    foreseen = await foresee(waits.member, DELIVERIES, number=waits.number)
    assert [each["rule"] for each in foreseen["violations"]] == ["waits.ended"]
    refused_as(foreseen, await prepare(waits.member, waits.number))


async def prepare(who: Member, number: str) -> Any:
    return await who.prepare(DELIVERIES, await who.view(DELIVERIES, number))


async def test_another_party_is_told_what_it_may_not(house: House) -> None:
    """Whoever only reads a document gets the words that prepare has; a stranger is told that there is none."""
    consignee = await house.member()
    await house.register("company", consignee.customs_code, {"name": consignee.company_name})
    letter = await in_force(house, consignee_code=consignee.customs_code)
    asked = await consignee.http.post(f"/api/documents/{TYPE}/check", json={"number": letter.number})
    answer = await consignee.prepare(TYPE, await letter.view(member=consignee))
    assert (asked.status_code, answer.status_code) == (403, 403)
    assert asked.json() | {"request_id": ""} == answer.json() | {"request_id": ""}


async def test_a_question_without_a_document(house: House) -> None:
    """Neither content nor number: refused as the request that it is."""
    member = await house.member()
    answer = await member.http.post(f"/api/documents/{TYPE}/check", json={})
    assert (answer.status_code, answer.json()["violations"][0]["path"]) == (422, "content")


async def test_nothing_at_all_is_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a row, not a number, not a lock that is kept; and what tried to write would be stopped by PostgreSQL."""
    letter = await in_force(house)
    content = content_of(reference())
    before = await everything(house)
    questions: tuple[dict[str, Any], ...] = (
        {"content": content, "attachments": ["1"]},
        {"content": {}},
        {"number": letter.number, "action": "withdraw"},
        {"number": letter.number, "action": "change", "content": {**content, "remark": "y"}},
    )
    for question in questions:
        await foresee(letter.member, TYPE, **question)
    assert await everything(house) == before

    real = own_desk

    @asynccontextmanager
    async def seen(*asked: Any, **more: Any) -> AsyncIterator[Any]:
        async with real(*asked, **more) as desk:
            yield desk
            assert await desk.transaction.value("show transaction_read_only") == "on"
            assert not await desk.transaction.value("select pg_current_xact_id_if_assigned()")
            asserted.append(True)

    asserted: list[bool] = []
    monkeypatch.setattr(document_routes, "own_desk", seen)
    await foresee(letter.member, TYPE, content=content)
    assert asserted == [True]


async def everything(house: House) -> list[tuple[Any, ...]]:
    """Where each row of each table stands and who wrote it last, and how far each sequence is."""
    tables = await house.sql(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public' order by 1"
    )
    fingerprint = "select '{0}', count(*), sum(hashtextextended(concat(ctid, xmin, xmax), 0)) from {0}"
    found = await house.sql(" union all ".join(fingerprint.format(each["name"]) for each in tables))
    found += await house.sql("select sequencename, last_value, 0 from pg_sequences order by 1")
    return [tuple(each) for each in found]
