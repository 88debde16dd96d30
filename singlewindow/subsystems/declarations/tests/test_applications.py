"""Applications: what is signed, what is accepted, and what it comes to (PRNT-02, PRNT-03, PORT-05, PORT-08)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from singlewindow.contract.signatures import canonical, signing_input, verify
from singlewindow.subsystems.declarations.settings import chapter_settings
from singlewindow.subsystems.declarations.tests.scene import (
    BASE,
    applied,
    declaration,
    legal_member,
    prepared,
    publish,
    results,
    scene,
    submitted,
    today,
    view,
)
from tests.house import House

JOBS_OF = "select from job j join company c on c.id = j.company_id where c.customs_code = $1"


async def application_row(house: House, number: str) -> dict[str, Any]:
    [row] = await house.sql("select * from declarations_application where number = $1", number)
    return dict(row)


async def test_a_program_applies_with_the_legal_persons_card(house: House) -> None:
    """INTG-01, PRNT-02, PORT-05: the token of an account with a 法人卡 enters, and its applications carry that card's
    signature; that of an operator's card does not enter."""
    member = await scene(house)
    numbers = await publish(house, declaration(member))
    program = await house.program(member, chapters=["declarations"])
    first = (await prepared(program, numbers, "print", sealed=True)).json()
    second = (await submitted(program, first)).json()
    assert (second["accepted"], second["refused"]) == (1, 0)
    row = await application_row(house, second["number"])
    assert row["card_no"] == member.card_no
    verify(row["certificate"], signing_input(row["statement"]), row["signature"])
    operator = await house.program(await house.member(member.customs_code))
    refused = await prepared(operator, numbers, "print", sealed=True)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/wrong-card")


@pytest.mark.parametrize(("kind", "prefix"), [("print", "ZZDY"), ("export", "SJDC")])
async def test_an_application_is_signed_and_kept_for_ever(house: House, kind: str, prefix: str) -> None:
    """PRNT-02, PRNT-03, PORT-08: exactly what the user saw is signed; statement, content, signature and certificate
    are kept beside the application, and the portal's role cannot change them."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member))
    first = (await prepared(member, numbers, kind, sealed=True)).json()
    content = {"kind": kind, "sealed": kind == "print", "numbers": numbers}
    assert (first["content"], first["warnings"]) == (content, [])
    assert first["statement"]["content_sha256"] == hashlib.sha256(canonical(content)).hexdigest()
    assert (first["statement"]["type"], first["statement"]["action"]) == ("declarations", "apply")
    second = (await submitted(member, first)).json()
    assert second["number"].startswith(f"{prefix}{today():%Y%m%d}")
    assert len(second["number"]) == 20
    assert (second["accepted"], second["refused"]) == (2, 0)
    assert second["items"] == [
        {"number": each, "accepted": True, "why": "", "advice": "", "clause": ""} for each in numbers
    ]
    row = await application_row(house, second["number"])
    assert (json.loads(row["content"]), row["card_no"]) == (content, member.card_no)
    verify(row["certificate"], signing_input(row["statement"]), row["signature"])
    granted = await house.sql(
        """select has_table_privilege('sw_web', 'declarations_application', 'delete') as dropped,
               has_column_privilege('sw_web', 'declarations_application', 'content', 'update') as changed,
               has_table_privilege('sw_web', 'declarations_operation', 'update') as rewritten"""
    )
    assert set(granted[0].values()) == {False}


async def test_a_layout_file_without_seal_is_applied_for_as_such(house: House) -> None:
    """PRNT-02: 无签章 is what is signed and kept where it was asked for."""
    member = await scene(house)
    first = (await prepared(member, await publish(house, declaration(member)), sealed=False)).json()
    assert first["content"]["sealed"] is False
    assert (await application_row(house, (await submitted(member, first)).json()["number"]))[
        "sealed"
    ] is False


async def test_each_declaration_is_accepted_or_says_why_not(house: House) -> None:
    """PRNT-02: the refused ones first, each with its reason; before the signature they are warnings."""
    member, stranger = await scene(house), await legal_member(house)
    numbers = await publish(
        house,
        declaration(member),
        declaration(member, status="9", status_name="放行", closed_at=""),
        declaration(member, district="5301"),
        declaration(stranger),
        declaration(member, declared=today() - timedelta(days=4 * 366)),
    )
    first = (await prepared(member, numbers)).json()
    assert [each["level"] for each in first["warnings"]] == ["warning"] * 4
    assert all(each["advice"] and each["clause"] for each in first["warnings"])
    answer = (await submitted(member, first)).json()
    assert (answer["accepted"], answer["refused"]) == (1, 4)
    assert [each["accepted"] for each in answer["items"]] == [False] * 4 + [True]
    assert [each["number"] for each in answer["items"]] == [*numbers[1:], numbers[0]]
    assert "尚未结关" in answer["items"][0]["why"]
    assert "查无此报关单" in answer["items"][2]["why"]
    assert all(each["advice"] and each["clause"] for each in answer["items"][:4])
    assert [row["number"] for row in await results(member, application=answer["number"])] == numbers[:1]


async def test_nothing_acceptable_is_refused_before_a_pin_is_asked_for(house: House) -> None:
    """PRNT-02: every reason is told, no application and no number come of it."""
    member = await scene(house)
    numbers = await publish(
        house, declaration(member, district="5301"), declaration(member, status="9", closed_at="")
    )
    answer = await prepared(member, [*numbers, "420120261999999999"])
    assert answer.status_code == 422
    violations = answer.json()["violations"]
    assert [each["message"][:18] for each in violations] == [*numbers, "420120261999999999"]
    assert all(each["advice"] and each["clause"] for each in violations)


async def test_what_changes_between_preparing_and_signing_counts(house: House) -> None:
    """PRNT-02: declarations are judged again when the signature arrives; nothing is left of a refused one."""
    member = await scene(house)
    number, data = declaration(member)
    await publish(house, (number, data))
    first = (await prepared(member, [number])).json()
    await publish(house, (number, None), seq=2)
    answer = await submitted(member, first)
    assert (answer.status_code, answer.json()["violations"][0]["rule"]) == (422, "DECL-R08")
    assert await results(member, number=number) == []
    await publish(house, (number, data), seq=3)
    assert (await submitted(member, first)).status_code == 201  # the token was not used up by the refusal


async def test_the_same_key_is_one_application(house: House) -> None:
    """PRNT-02: sent twice, also at the same moment, it is one application; another one under that key is refused."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member, district="5301"))
    first = (await prepared(member, numbers)).json()
    answers = await asyncio.gather(*(submitted(member, first, "k1") for _ in range(3)))
    assert [each.status_code for each in answers] == [201] * 3
    assert len({each.text for each in answers}) == 1
    assert answers[0].json()["refused"] == 1
    assert len(await results(member, number=numbers[0])) == 1
    again = await submitted(member, first)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")
    other = (await prepared(member, numbers)).json()
    answer = await submitted(member, other, "k1")
    assert (answer.status_code, answer.json()["violations"][0]["rule"]) == (422, "request.idempotency")
    second = await submitted(member, other, "k2")
    assert second.status_code == 201
    assert second.json()["number"] != answers[0].json()["number"]
    colleague = await legal_member(house, member.customs_code)
    own = (await prepared(colleague, numbers)).json()
    assert (await submitted(colleague, own, "k1")).status_code == 201, "a key is its account's"


async def test_one_key_for_two_applications_at_the_same_moment(house: House) -> None:
    """PRNT-02: one of them is taken, the other refused in words."""
    member = await scene(house)
    numbers = await publish(house, declaration(member))
    first, second = [(await prepared(member, numbers)).json() for _ in range(2)]
    answers = await asyncio.gather(submitted(member, first, "k2"), submitted(member, second, "k2"))
    assert sorted(each.status_code for each in answers) == [201, 422]
    [refused] = [each.json() for each in answers if each.status_code == 422]
    assert refused["violations"][0]["rule"] == "request.idempotency"
    assert len(await results(member, number=numbers)) == 1
    assert len(await house.sql(JOBS_OF, member.customs_code)) == 1


async def test_only_the_bound_card_signs(house: House) -> None:
    """PORT-05: another card is refused with both numbers, and a signature of somebody else's card is none."""
    member = await scene(house)
    colleague = await legal_member(house, member.customs_code)
    numbers = await publish(house, declaration(member))
    answer = await prepared(member, numbers, card_no=colleague.card_no)
    assert answer.status_code == 422
    message = answer.json()["violations"][0]["message"]
    assert message == f"当前卡号 {colleague.card_no} 与用户注册信息卡号 {member.card_no} 不一致，无法进行申报"
    first = (await prepared(member, numbers)).json()
    body = {"token": first["token"], **colleague.sign(first["signing_input"])}
    answer = await member.http.post(f"{BASE}/applications", json=body)
    assert answer.status_code == 422
    assert (await submitted(colleague, first)).status_code == 409  # a token is its account's


@pytest.mark.parametrize(
    ("body", "rule"),
    [({"numbers": []}, "DECL-R07"), ({"numbers": ["  "]}, "DECL-R07"), ({"numbers": ["4201"]}, "DECL-R02"),
     ({"numbers": [f"420120261{n:09d}" for n in range(4)]}, "DECL-R01")],
)  # fmt: skip
async def test_what_cannot_be_applied_for(
    house: House, body: dict[str, Any], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-11: too many declarations are refused with the count."""
    member = await scene(house)
    monkeypatch.setattr(chapter_settings(), "application_declarations", 3)
    answer = await prepared(member, body["numbers"])
    assert answer.status_code == 422
    [violation] = answer.json()["violations"]
    assert violation["rule"] == rule
    assert violation["advice"]
    assert ("现有 4 个" in violation["message"]) == (rule == "DECL-R01")


async def test_a_colleague_sees_how_far_it_is(house: House) -> None:
    """PRNT-11: applications are the company's."""
    member = await scene(house)
    colleague = await legal_member(house, member.customs_code)
    number = (await applied(member, await publish(house, declaration(member), declaration(member))))["number"]
    seen = await view(colleague, number)
    assert (seen["state"], seen["state_name"], seen["total"], seen["done"]) == ("queued", "排队中", 2, 0)
    assert seen["applied_by"].startswith("用户")
    assert [row["state_name"] for row in await results(colleague, application=number)] == ["制作中"] * 2
    other = (await applied(member, await publish(house, declaration(member))))["number"]
    assert [(await view(colleague, each))["total"] for each in (number, other)] == [2, 1]
    absent = "ZZDY2026112699999999"
    for who, asked in ((colleague, absent), (await legal_member(house), number)):
        answer = await who.http.get(f"{BASE}/applications/{asked}")
        assert (answer.status_code, answer.json()["detail"]) == (404, f"没有申请编号为 {asked} 的申请")


async def test_a_company_that_is_discredited_meanwhile_gets_nothing(house: House) -> None:
    """PRNT-01: also what was made before."""
    member = await scene(house)
    numbers = await publish(house, declaration(member))
    application = await applied(member, numbers)
    await house.register("company", member.customs_code, {"grade": "4", "grade_name": "失信企业"})
    for answer in (
        await prepared(member, numbers),
        await member.http.get(f"{BASE}/applications/{application['number']}"),
        await member.http.get(
            f"{BASE}/results", params={"kind": "print", "application": application["number"]}
        ),
    ):
        assert (answer.status_code, answer.json()["violations"][0]["rule"]) == (403, "DECL-R06")
