"""Acts of a chapter that are no document: signed with the same care, once (PORT-05, PORT-08)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from singlewindow.contract.signatures import canonical, signing_input, verify
from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.standing import find_person
from singlewindow.kernel.problems import Conflict, Refused
from singlewindow.kernel.signing.acts import SignedAct, perform_act, prepare_act
from singlewindow.kernel.signing.prepared import Prepared, Signed
from tests.house import House, Member

PURPOSE = "_labels.order"
CONTENT = {"numbers": ["P1", "P2"], "sealed": True}


async def person_of(house: House, member: Member) -> Person:
    [row] = await house.sql("select company_id, account_id from card where card_no = $1", member.card_no)
    async with house.owner.transaction(Actor(row["company_id"], row["account_id"])) as transaction:
        person = await find_person(transaction, row["account_id"])
    assert person
    return person


async def prepared_by(house: House, member: Member, content: dict[str, Any] = CONTENT) -> Prepared:
    person = await person_of(house, member)
    async with house.web.transaction(person.actor) as transaction:
        return await prepare_act(transaction, person, PURPOSE, content, member.card_no)


async def perform(
    house: House, member: Member, prepared: Prepared, text: str = "", purpose: str = PURPOSE
) -> SignedAct:
    person = await person_of(house, member)
    answer = member.sign(text or prepared.signing_input)
    signed = Signed.of(answer["signature"], answer["certificate"])
    async with house.web.transaction(person.actor) as transaction:
        return await perform_act(transaction, person, purpose, prepared.token, signed, datetime.now(UTC))


async def test_what_is_signed_says_what_it_is(house: House) -> None:
    """PORT-08: type, action, company, card, digest of the content, moment and nonce; anybody can check it later."""
    member = await house.member()
    prepared = await prepared_by(house, member)
    assert prepared.content == canonical(CONTENT)
    statement = prepared.statement_object
    assert datetime.fromisoformat(statement.pop("issued_at")).tzinfo
    assert statement == {
        "type": "_labels", "action": "order", "company": member.customs_code, "card": member.card_no,
        "content_sha256": hashlib.sha256(canonical(CONTENT)).hexdigest(), "nonce": prepared.token,
    }  # fmt: skip
    act = await perform(house, member, prepared)
    assert (act.statement, act.content, act.card_no) == (prepared.statement, prepared.content, member.card_no)
    assert act.content_object == CONTENT
    verify(act.certificate, signing_input(act.statement), act.signature)
    assert json.loads(prepared.as_json())["content"] == CONTENT


async def test_another_card_is_refused_before_anything_is_signed(house: House) -> None:
    """PORT-05: with both numbers."""
    member = await house.member()
    person = await person_of(house, member)
    async with house.web.transaction(person.actor) as transaction:
        with pytest.raises(Refused) as refused:
            await prepare_act(transaction, person, PURPOSE, CONTENT, "TC000000000X")
    [violation] = refused.value.violations
    assert "TC000000000X" in violation.message
    assert member.card_no in violation.message


async def test_a_card_that_is_bound_in_between_signs_anew(house: House) -> None:
    """PORT-05, PORT-08: nobody looks at an act's statement again, so it must name the card that signed it."""
    member = await house.member()
    prepared = await prepared_by(house, member)
    bound = await house.with_new_card(member)
    with pytest.raises(
        Refused, match=f"当前卡号 {bound.card_no} 与准备签名时的用户注册信息卡号 {member.card_no}"
    ):
        await perform(house, bound, prepared)
    assert await perform(house, bound, await prepared_by(house, bound))


async def test_a_signature_counts_once(house: House) -> None:
    member = await house.member()
    prepared = await prepared_by(house, member)
    await perform(house, member, prepared)
    with pytest.raises(Conflict, match="已经使用过"):
        await perform(house, member, prepared)


async def test_a_signature_of_something_else_is_refused_and_may_be_mended(house: House) -> None:
    """PORT-08: one over another act's statement; the right one still counts afterwards."""
    member = await house.member()
    prepared, other = await prepared_by(house, member), await prepared_by(house, member, {"numbers": ["P3"]})
    with pytest.raises(Refused, match="签名与所申报的内容不符"):
        await perform(house, member, prepared, other.signing_input)
    assert await perform(house, member, prepared)


async def test_an_act_is_taken_for_no_other(house: House) -> None:
    """PORT-08: neither by another act of the chapter nor by a colleague or a stranger, nor after its minutes."""
    member, stranger = await house.member(), await house.member()
    colleague = await house.member(member.customs_code)
    prepared = await prepared_by(house, member)
    with pytest.raises(Conflict):
        await perform(house, member, prepared, purpose="_labels.cancel")
    for other in (colleague, stranger):
        with pytest.raises(Conflict):
            await perform(house, other, prepared)
    await house.sql("update prepared set expires_at = clock_timestamp() where token = $1", prepared.token)
    with pytest.raises(Conflict, match="分钟"):
        await perform(house, member, prepared)


async def test_a_purpose_names_chapter_and_act(house: House) -> None:
    """So that it is never taken for the signature of a document or a file."""
    member = await house.member()
    person = await person_of(house, member)
    async with house.web.transaction(person.actor) as transaction:
        for wrong in ("sign", "upload", "a.b.c", ""):
            with pytest.raises(ValueError, match="purpose"):
                await prepare_act(transaction, person, wrong, CONTENT, member.card_no)
