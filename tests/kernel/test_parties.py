"""Other parties to a document: they read what was submitted, and nothing else (PORT-10, APPT-13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.documents import store
from singlewindow.kernel.documents.store import _change_sql, _create_sql
from singlewindow.kernel.subsystem import Condition, Party, Whose, document_types, get_document_type
from tests.fences import FENCES, leave_standing
from tests.house import House, Member
from tests.isolation.entries import DOCUMENTS
from tests.isolation.world import ABSENT
from tests.kernel.spans import this_week
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.strangers import Entry, Things

BASE = f"/api/documents/{TYPE}"
NOWHERE = "202600000099999999"
AMENDMENT = "GET /api/amendments/{type}/{number}"
ASKED = {entry.route: entry for entry in DOCUMENTS if "{number}" in entry.path}
MANY = {f"POST /api/documents/{{type}}/{name}" for name in ("delete", "prepare", "submit")}
READ = {
    f"GET /api/documents/{{type}}/{{number}}{rest}"
    for rest in ("", "/receipts", "/history", "/prints/{name}", "/attachments/{attachment_id}")
}
"""What a party asks for and gets; all else of a document is refused."""
SIGNED = {"token": "x", "signature": "eA==", "certificate": "eA=="}


async def ask(entry: Entry, member: Member, number: str, attachment: int = 1) -> httpx.Response:
    """A request for the document, as the isolation matrix makes it."""
    own = {f"version of {kind}": 1 for kind in ("draft", "inforce", "amended")}
    named = {name: number if isinstance(ABSENT[kind], str) else SIGNED for name, kind in entry.names.items()}
    named |= {"attachment_id": str(attachment), "card": member.card_no}
    asked = entry.ask(Things(member, named, own, TYPE))
    number = f"{number}-01" if entry.route == AMENDMENT else number
    path = entry.path.format(type=TYPE, number=number, attachment_id=attachment, name="form")
    return await member.http.request(
        entry.method, path, params=asked.params, headers=asked.headers, json=asked.json, data=asked.data,
        files=asked.files,
    )  # fmt: skip


async def said(entry: Entry, member: Member, number: str, attachment: int) -> tuple[int, str]:
    """What it answers, without the number and what differs between any two requests."""
    answer = await ask(entry, member, number, attachment)
    return answer.status_code, answer.text.replace(number, "N").replace(answer.headers["X-Request-Id"], "")


async def found(member: Member, **asked: str) -> list[str]:
    """The numbers that a query finds."""
    answer = await member.http.get(BASE, params=this_week() | asked)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


async def returned(house: House, number: str) -> None:
    """Customs return the document's last submission."""
    await house.send()
    submission = [s for s in house.customs.received if s.number == number][-1]
    await house.hear(house.customs.receipt(submission, 1, "REFUSED"))


async def assert_absent(member: Member, number: str, attachment: int) -> None:
    """Every route answers as for a number that is not there."""
    for entry in DOCUMENTS:
        if set(entry.names.values()) & {"draft", "inforce", "amended", "amendment"}:
            seen, absent = [await said(entry, member, n, attachment) for n in (number, NOWHERE)]
            assert seen == absent, entry.route
    for role in ("A", "B"):
        assert number not in await found(member, role=role)
    assert number not in await found(member, role="C", consignee_code=member.customs_code)


@pytest.mark.parametrize("fences", FENCES)
async def test_a_party_reads_what_was_submitted(house: House, fences: str) -> None:
    """APPT-13: absent as a draft, read once it is submitted, absent again when it is drawn up anew; to whom is no
    party always absent. Each of the two fences holds by itself."""
    owner, party, stranger = await house.member(), await house.member(), await house.member()
    view = await owner.save(TYPE, letter(reference(), consignee_code=party.customs_code))
    view = (await owner.upload(TYPE, view["number"], "1")).json()
    number, attachment = view["number"], view["attachments"][0]["id"]
    leave_standing(house, fences)
    await assert_absent(party, number, attachment)
    house.app.state.database = house.web
    await owner.apply(TYPE, view)
    await returned(house, number)
    leave_standing(house, fences)
    statuses = {route: (await ask(ASKED[route], party, number, attachment)).status_code for route in READ}
    assert statuses == dict.fromkeys(READ, 200)
    await assert_absent(stranger, number, attachment)
    house.app.state.database = house.web
    await owner.save_again(TYPE, await owner.view(TYPE, number), consignee_code=party.customs_code)
    leave_standing(house, fences)
    await assert_absent(party, number, attachment)


@pytest.mark.parametrize("fences", ["both", "the application alone"])
async def test_a_party_writes_nothing(house: House, fences: str) -> None:
    """PORT-10, UI-10: what would change the document is refused with words, and its buttons are grey."""
    party = await house.member()
    owner, view = await applied(house, consignee_code=party.customs_code)
    seen = await party.view(TYPE, view["number"])
    assert {name for name, each in seen["actions"].items() if each["allowed"]} == {"print"}
    number, attachment = view["number"], view["attachments"][0]["id"]
    before = await owner.view(TYPE, number)
    leave_standing(house, fences)
    for route, entry in ASKED.items():
        if route in READ:
            continue
        answer = await ask(entry, party, number, attachment)
        if route == AMENDMENT:  # what the company that files it drew up, or asks customs for, is its own
            assert answer.status_code == 404
        else:
            assert (route, answer.status_code) == (route, 403)
            assert "不" in answer.json()["detail"]
    asked = {"content": {}, "field": "transport", "number": number}
    assert (await party.http.post(f"{BASE}/lookup", json=asked)).status_code == 403
    for entry in DOCUMENTS:
        if entry.route in MANY:
            assert (await ask(entry, party, number)).status_code == 200
    assert await owner.view(TYPE, view["number"]) == before


async def test_the_web_role_writes_nothing_of_a_partys(house: House) -> None:
    """PORT-10: row-level security alone: no statement of a party changes a row of the document."""
    party = await house.member()
    _owner, view = await applied(house, consignee_code=party.customs_code)
    [me] = await house.sql("select id from company where customs_code = $1", party.customs_code)
    tables = {"document": "id", "document_party": "document_id", f"find_{TYPE}": "document_id"}
    async with house.web.transaction(Actor(me["id"])) as transaction:
        [row] = await transaction.rows("select id from document where number = $1", view["number"])
        for table, key in tables.items():
            assert await transaction.rows(f"select from {table} where {key} = $1", row["id"]), table
        for statement in (
            "update document set status = '0' where id = $1 returning id",
            "update document_party set shown = false where document_id = $1 returning role",
            f"update find_{TYPE} set status = '0' where document_id = $1 returning number",
            "update submission set superseded = true where document_id = $1 returning id",
            "update attachment set superseded = true where document_id = $1 returning id",
            "delete from document where id = $1 returning id",
            "delete from attachment where document_id = $1 returning id",
        ):
            assert await transaction.rows(statement, row["id"]) == [], statement


async def test_whose_documents_are_found(house: House) -> None:
    """APPT-13: 企业类别 A finds what the company files, B what names it, C both for one consignee."""
    owner, party = await house.member(), await house.member()
    both = letter(reference(), consignee_code=owner.customs_code)
    own_draft = (await owner.save(TYPE, both))["number"]
    _, view = await applied(house, consignee_code=owner.customs_code)  # of a third company
    theirs = view["number"]
    given = (await owner.save(TYPE, letter(reference(), consignee_code=party.customs_code)))["number"]
    assert set(await found(owner)) == set(await found(owner, role="A")) == {own_draft, given}
    assert set(await found(owner, role="B")) == {own_draft, theirs}
    assert set(await found(owner, role="C", consignee_code=owner.customs_code)) == {own_draft, theirs}
    assert await found(owner, role="C", consignee_code=party.customs_code) == [given]
    assert await found(party, role="B") == []


@pytest.mark.parametrize(
    ("asked", "path", "words"),
    [({"role": "C"}, "consignee_code", "不可为空"), ({"role": "X"}, "role", "没有这样的")],
)
async def test_a_role_that_is_not_to_be_had(
    house: House, asked: dict[str, str], path: str, words: str
) -> None:
    """APPT-13: with C the consignee's code is obligatory; what is no entry is refused with those that there are."""
    member = await house.member()
    answer = await member.http.get(BASE, params=this_week() | asked)
    assert answer.status_code == 422
    [violation] = answer.json()["violations"]
    assert (violation["path"], words in violation["message"]) == (path, True)
    assert violation["advice"]


async def test_a_company_that_registers_later_sees_its_documents(house: House) -> None:
    """APPT-13: a party is named by its customs code, whether it has registered or not."""
    code = f"4499{reference()[-6:]}"
    _owner, view = await applied(house, consignee_code=code)
    await house.sql("insert into company (customs_code, scc, name) values ($1, 'x', '后注册的企业')", code)
    late = await house.member(code)
    assert await found(late, role="B") == [view["number"]]
    assert (await late.view(TYPE, view["number"]))["content"]["consignee_code"] == code


async def test_another_consignee_takes_the_place(house: House) -> None:
    """APPT-13: who is named in the submission that counts sees it; who was named before sees it no more."""
    first, second = await house.member(), await house.member()
    owner, view = await applied(house, consignee_code=first.customs_code)
    await returned(house, view["number"])
    saved = await owner.save_again(
        TYPE, await owner.view(TYPE, view["number"]), consignee_code=second.customs_code
    )
    assert await found(second, role="B") == []
    await owner.apply(TYPE, saved)
    assert await found(first, role="B") == []
    assert await found(second, role="B") == [view["number"]]
    assert (await second.view(TYPE, view["number"]))["status"]["name"] == "已申报"


async def test_an_accepted_change_names_another_consignee(house: House) -> None:
    """APPT-13: the worker, who applies the change, moves the party too."""
    first, second = await house.member(), await house.member()
    owner, view = await applied(house, consignee_code=first.customs_code)
    await house.send()
    submission = [s for s in house.customs.received if s.number == view["number"]][-1]
    await house.hear(house.customs.receipt(submission, 1, "APPROVED"))
    content = {**view["content"], "consignee_code": second.customs_code}
    in_force = await owner.view(TYPE, view["number"])
    body, match = {"action": "change", "content": content}, {"If-Match": f'"{in_force["version"]}"'}
    answer = await owner.http.put(f"{BASE}/{view['number']}/amendment", json=body, headers=match)
    await owner.apply(TYPE, answer.json(), "change")
    assert await found(second, role="B") == []
    assert (await first.view(TYPE, view["number"]))["content"]["consignee_code"] == first.customs_code
    await house.send()
    change = [s for s in house.customs.received if s.number == view["number"]][-1]
    await house.hear(house.customs.receipt(change, 1, "APPROVED"))
    assert await found(first, role="B") == []
    assert await found(second, role="B") == [view["number"]]


async def test_history_for_a_party(house: House) -> None:
    """PORT-10: what was submitted and answered, without the owner's persons and cards."""
    party = await house.member()
    owner, view = await applied(house, consignee_code=party.customs_code)
    await returned(house, view["number"])
    path = f"{BASE}/{view['number']}/history"
    theirs, own = [(await member.http.get(path)).json()["items"] for member in (party, owner)]
    assert [(e["kind"], e["who"]) for e in theirs] == [
        ("submitted", "申报单位"), ("receipt", "单一窗口"), ("receipt", "海关"),
    ]  # fmt: skip
    assert [e["kind"] for e in own] == ["created", "uploaded", "submitted", "receipt", "receipt"]
    assert owner.card_no not in str(theirs)
    assert owner.card_no in str(own)


def test_types_without_other_parties_write_as_before() -> None:
    """No statement and no part of one more."""
    alone = [type for type in document_types().values() if not type.parties]
    assert alone
    for type in alone:
        statements = _create_sql(type), _change_sql(type, True), _change_sql(type, False)
        assert not [each for each in statements if "shown" in each or "parties" in each]
    assert "parties as" in _create_sql(get_document_type(TYPE))
    assert store.SEEN.startswith("(document.company_id = $3 or"), (
        "an own document is found without its parties"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"parties": (Party("consignee", "收货单位", "vessel"),)},
        {"parties": (Party("consignee", "收货单位", "consignee_code"),) * 2},
        {"parties": ()},  # 打印 is for the consignee
        {"queries": Condition("role", "企业类别", "role")},
        {"queries": Condition("role", "企业类别", "role", choices=(Whose("A", "甲", "agent"),))},
        {"queries": Condition("role", "企业类别", "role", choices=(Whose("A", "甲", needs=("x",)),))},
        {"queries": Condition("reference", "编号", "text", choices=(Whose("A", "甲"),))},
        {"writes": "save"},
    ],
)
def test_what_a_type_cannot_declare(wrong: dict[str, Any]) -> None:
    """Parties by what is not searched, two of one role, an action for whom there is not or that writes."""
    type = get_document_type(TYPE)
    if "queries" in wrong:
        wrong = {"queries": replace(type.queries, conditions=(wrong["queries"],), statistics=None)}
    if "writes" in wrong:
        actions = tuple(
            replace(each, parties=frozenset({"declarant", "consignee"}))
            if each.name == wrong["writes"]
            else each
            for each in type.lifecycle.actions
        )
        wrong = {"lifecycle": replace(type.lifecycle, actions=actions)}
    with pytest.raises(ValueError, match=TYPE):
        replace(type, **wrong)


async def test_of_what_nobody_types_a_party_reads_drafts_too(house: House) -> None:
    """CONS-13: a chapter's own work makes them, and their owner alone writes them. A type where 暂存 may be done does
    not start so."""
    template = get_document_type(TYPE)
    party = Party("consignee", "收货单位", "consignee_code", drafts=True)
    with pytest.raises(ValueError, match="being typed"):
        replace(template, parties=(party,))
    others = tuple(action for action in template.lifecycle.actions if action.name != "save")
    made_by_itself = replace(
        template,
        lifecycle=replace(template.lifecycle, actions=others),
        queries=replace(template.queries, row_actions=()),
        parties=(party,),
    )
    owner, consignee = await house.member(), await house.member()
    [row] = await house.sql(
        "select c.id, a.id as account from company c join account a on a.company_id = c.id where customs_code = $1",
        owner.customs_code,
    )
    content = letter(reference(), consignee_code=consignee.customs_code)
    async with house.web.transaction(Actor(row["id"], row["account"])) as transaction:
        [made] = await store.create_many(
            transaction,
            made_by_itself,
            "0",
            [content],
            store.Event("built", "单一窗口"),
            (row["id"], row["account"]),
        )
    assert (await consignee.view(TYPE, made.number))["content"]["consignee_code"] == consignee.customs_code
    assert made.number in await found(consignee, role="B")
    assert made.number in await found(owner, role="A")
    assert (await (await house.member()).http.get(f"{BASE}/{made.number}")).status_code == 404
    refused = await consignee.http.delete(f"{BASE}/{made.number}")
    assert refused.status_code == 403
    history = (await owner.http.get(f"{BASE}/{made.number}/history")).json()["items"]
    assert [each["text"] for each in history] == ["系统生成"]
