"""The desks of consolidated declaration: filings, lists, declarations (CUST-02 … CUST-05, CONS-01 … CONS-18)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from singlewindow.customs.answers import decide
from singlewindow.customs.desk import Decision
from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.consolidated.contents import LIST_KINDS
from singlewindow.customs.desks.consolidated.filings import a_year_on
from singlewindow.customs.desks.consolidated.ledger import Use, taking_of
from singlewindow.customs.desks.consolidated.states import BOOKLET, DECLARATION, LIST, QUALIFICATION, TITLES
from singlewindow.customs.register_kinds import DECLARATION as REGISTER
from singlewindow.customs.register_values import wrong_entry
from singlewindow.customs.registers import Entry
from tests.customs.company import OTHER as STRANGER
from tests.customs.company import OWN, Company, company
from tests.customs.conftest import Customs
from tests.customs.consolidated import (
    ACCOUNT_BOOK,
    BEEF,
    BILL,
    BONDED,
    BOOK,
    DISTRICT,
    LICENCE,
    NOW,
    ORANGES,
    QUALIFIED,
    Filings,
    beef,
    booklet,
    consolidated_list,
    declaration,
    oranges,
    qualification,
)
from tests.customs.portal import Portal


@pytest.fixture
async def filings(customs: Customs, own: Company) -> Filings:
    """An officer is logged in; nothing is submitted yet."""
    return await Filings.opened(customs, own)


@pytest.fixture
async def stranger(filings: Filings, pki: Path) -> Filings:
    """The same customs, another company."""
    return Filings(filings.customs, company(pki, STRANGER), filings.headers)


def test_each_type_has_its_desk() -> None:
    """CUST-03: desks in one folder, found by walking."""
    assert [desk_for(type).types for type in TITLES] == [(type,) for type in TITLES]


async def test_a_qualification_is_approved_changed_and_revoked_with_its_booklets(
    filings: Filings, portal: Portal
) -> None:
    """CUST-03, CONS-01, CONS-04, CONS-07: numbers, 核准有效期, old beside new, and the end of it all."""
    base, book = await filings.qualified()
    change = await filings.send(
        QUALIFICATION, QUALIFIED, qualification(guarantee_until="20271231", batches="20"), "MOD", 2
    )
    seen = await filings.detail(change)
    assert {(each["label"], each["before"], each["after"]) for each in seen["changes"]} == {
        ("guarantee_until", "20270630", "20271231"), ("batches", "12", "20"),
    }  # fmt: skip
    assert await filings.decide(change, "accept") == (200, "已同意")
    assert await filings.decide(base, "revoke") == (422, "取消资质时必须填写审核意见")
    assert await filings.decide(base, "revoke", "企业申请终止") == (200, "取消资质")
    said = [
        (r.number, r.submission, r.seq, r.code, r.text, r.data)
        for r in await filings.receipts(portal)
        if r.code != "RECEIVED"
    ]
    number, book_no = "516920261126000001", f"X{DISTRICT}2600001"
    assert said == [
        (QUALIFIED, 1, 2, "APPROVED", "海关审批通过",
         {"customs_no": number, "qualification_no": number, "valid_until": "2027-06-30"}),
        (QUALIFIED, 1, 3, "REVOKED", "取消资质：企业申请终止", {}),
        (QUALIFIED, 2, 2, "CHANGE_AGREED", "变更已生效", {"valid_until": "2027-12-31"}),
        (BOOK, 1, 2, "APPROVED", "海关审批通过",
         {"customs_no": book_no, "book_no": book_no, "valid_until": "2027-06-30"}),
        (BOOK, 1, 3, "VALIDITY", "核准有效期已变更", {"valid_until": "2027-12-31"}),
        (BOOK, 1, 4, "REVOKED", "取消资质：企业申请终止", {}),
    ]  # fmt: skip
    records = [await filings.record(QUALIFIED, QUALIFICATION), await filings.record(BOOK, BOOKLET)]
    assert [(each["state"], each["valid_until"]) for each in records] == [("revoked", date(2027, 12, 31))] * 2
    assert records[0]["content"]["batches"] == "20"
    assert [each["title"] for each in (await filings.detail(book))["history"]] == [
        "审批通过", "核准有效期已变更", "取消资质",
    ]  # fmt: skip
    late = await filings.send(QUALIFICATION, QUALIFIED, qualification(), "MOD", 3)
    assert await filings.decide(late, "accept") == (409, "该企业资质备案为「取消资质」，只能不同意")


async def test_why_a_qualification_is_not_approved(filings: Filings) -> None:
    """CONS-01, CONS-02: one of a sort per district, good standing, a nature that the district offers, a guarantee."""
    await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2", guarantee_until=""))
    cases = [
        (qualification(), "企业在 5169 已有有效的一般贸易货物集中申报资质"),
        (qualification(nature="2"), "企业在 5169 已有有效的保税货物集中申报资质"),
        (qualification(nature="3"),
         "申报地海关 5169 不办理边境小额的集中申报；企业在 5169 已有有效的一般贸易货物集中申报资质"),
        (qualification(district="5729", nature="4", guarantee_until="20261125"), "担保有效期 20261125 已过"),
    ]  # fmt: skip
    for at, (content, why) in enumerate(cases, 10):
        identifier = await filings.send(QUALIFICATION, f"2026110000000001{at}", content)
        assert await filings.decide(identifier, "accept") == (409, why)
        assert await filings.decide(identifier, "return", why) == (200, "核准拒绝")
    again = await filings.send(
        QUALIFICATION, "202611000000000110", qualification(district="0708", nature="3"), "ADD", 2
    )
    assert await filings.decide(again, "accept") == (200, "海关审批通过")
    assert (await filings.record("202611000000000110", QUALIFICATION))["sequence"] == 2
    for sequence, until, said in (
        (2, "20261125", (409, "担保有效期 20261125 已过")),
        (3, "20261126", (200, "已同意")),
    ):
        change = await filings.send(
            QUALIFICATION, QUALIFIED, qualification(guarantee_until=until), "MOD", sequence
        )
        assert await filings.decide(change, "accept") == said


async def test_a_qualification_that_is_over_frees_its_place(filings: Filings) -> None:
    """CONS-01: one of a sort that is in force; its last day counts."""
    await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    again = await filings.send(QUALIFICATION, BONDED, qualification(guarantee_until="20280630"))
    await filings.at("2027-06-30T23:59:59+08:00")
    taken = (409, "企业在 5169 已有有效的一般贸易货物集中申报资质")
    assert await filings.decide(again, "accept") == taken
    await filings.at("2027-07-01T00:00:00+08:00")
    assert await filings.decide(again, "accept") == (200, "海关审批通过")


async def test_two_officers_do_not_approve_two_qualifications_of_a_sort(filings: Filings) -> None:
    """CONS-01: the second waits for the first, and sees it."""
    first = await filings.send(QUALIFICATION, QUALIFIED, qualification())
    second = await filings.send(QUALIFICATION, BONDED, qualification())
    async with filings.customs.database.transaction() as transaction:
        await decide(transaction, first, _named("accept", QUALIFICATION), "", "王关员")
        other = asyncio.create_task(filings.decide(second, "accept"))
        assert not (await asyncio.wait({other}, timeout=0.3))[0]
    assert await other == (409, "企业在 5169 已有有效的一般贸易货物集中申报资质")


async def test_a_document_in_force_is_not_declared_anew(filings: Filings) -> None:
    """CONS-01, CONS-11: only what was refused, or waits, makes place; what is in force stays as it was approved."""
    await filings.qualified()
    await filings.agreed(LIST, MINE, consolidated_list())
    for type, number, content in (
        (QUALIFICATION, QUALIFIED, qualification(guarantee_until="20281231")),
        (BOOKLET, BOOK, booklet(BEEF)),
        (LIST, MINE, consolidated_list(beef("1"))),
    ):
        before = await filings.record(number, type)
        anew = await filings.send(type, number, content, "ADD", 2)
        why = f"该{TITLES[type]}已另行申报，以另一次申报为准，这一份不能通过"
        assert await filings.decide(anew, "accept") == (409, why)
        assert await filings.record(number, type) == before


async def test_which_company_is_not_qualified(filings: Filings, stranger: Filings) -> None:
    """CONS-01: one that is discredited, or that customs do not know."""
    code = STRANGER.customs_code
    content = qualification(company_code=code, company_name=STRANGER.company_name)
    identifier = await stranger.send(QUALIFICATION, QUALIFIED, content)
    plain = {"name": STRANGER.company_name, "scc": "x", "customs_qualified": True, "guarantee_mode": "1"}
    for seq, grade in enumerate(({"grade": "4"}, {"grade": "3", "grade_name": "失信企业"}), 2):
        await filings.put(Entry("company", code, seq, {**grade, **plain}))
        assert await filings.decide(identifier, "accept") == (409, f"企业 {code} 为失信企业，不适用集中申报")
    await filings.put(Entry("company", code, 4, None))
    assert await filings.decide(identifier, "accept") == (409, f"海关没有企业 {code} 的备案信息")


async def test_a_bonded_qualification_is_extended_by_a_year(filings: Filings, portal: Portal) -> None:
    """CONS-08: 核准有效期 of bonded ones is a year, which no change moves; not what is over, not general trade."""
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2"))
    general = await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    assert (await filings.record(BONDED, QUALIFICATION))["valid_until"] == date(2027, 11, 26)
    await filings.at("2027-11-26T12:00:00+00:00")
    now = filings.customs.database
    async with now.transaction() as transaction:
        asked_at = transaction.now
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2", batches="20"), "MOD", 2)
    assert (await filings.record(BONDED, QUALIFICATION))["valid_until"] == date(2027, 11, 26)
    extension = await filings.send(QUALIFICATION, BONDED, qualification(nature="2"), "EXT", 3, asked_at)
    assert (await filings.detail(extension))["changes"] is None
    assert await filings.decide(extension, "accept") == (200, "已同意")
    last = [each for each in await filings.receipts(portal) if each.code == "EXTENDED"]
    assert [each.data for each in last] == [{"valid_until": "2028-11-26"}]
    other = await filings.send(QUALIFICATION, QUALIFIED, qualification(), "EXT", 2)
    assert await filings.decide(other, "accept") == (409, "只有保税货物的资质可以延期，只能不同意")
    assert await filings.decide(other, "return", "不属保税货物") == (200, "不同意")
    await filings.at("2028-11-27T12:00:00+00:00")
    late = await filings.send(
        QUALIFICATION, BONDED, qualification(nature="2"), "EXT", 4, asked_at.replace(2028, 12)
    )
    assert (await filings.decide(late, "accept"))[1].startswith("核准有效期 2028-11-26 已过")
    assert general != extension


async def test_a_booklet_needs_its_qualification_and_keeps_what_is_approved(filings: Filings) -> None:
    """CONS-04, CONS-06, CONS-07: not before the qualification; a change adds and stops, it alters nothing."""
    early = await filings.send(BOOKLET, BOOK, booklet())
    assert await filings.decide(early, "accept") == (
        409,
        f"企业资质备案 {QUALIFIED} 未经海关审批通过，或已取消",
    )
    await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    assert await filings.decide(early, "accept") == (200, "海关审批通过")
    other = {"name": "橙", "unit": "007"}
    all_of_them = "商品编号、商品名称、规格型号、申报计量单位、单价、币制、产销国、许可证编号"
    wrong = [
        (booklet({**BEEF, "price": "6"}, ORANGES), "第 1 项商品已经海关审批通过，只能停用，不能修改（单价）"),
        (
            booklet(BEEF, ORANGES | other),
            "第 2 项商品已经海关审批通过，只能停用，不能修改（商品名称、申报计量单位）",
        ),
        (booklet(BEEF), "第 2 项商品已经海关审批通过，只能停用，不能删除"),
        (
            booklet(dict.fromkeys(BEEF, "1"), ORANGES),
            f"第 1 项商品已经海关审批通过，只能停用，不能修改（{all_of_them}）",
        ),
    ]
    for at, (content, why) in enumerate(wrong, 2):
        assert await filings.decide(await filings.send(BOOKLET, BOOK, content, "MOD", at), "accept") == (
            409,
            why,
        )
    stopped = {**ORANGES, "stopped": "1"}
    await filings.agreed(BOOKLET, BOOK, booklet(BEEF, stopped, {**ORANGES, "name": "鲜脐橙"}), "MOD", 6)
    assert [each["name"] for each in (await filings.record(BOOK, BOOKLET))["content"]["goods"]] == [
        "冻藏的去骨牛肉", "鲜橙", "鲜脐橙",
    ]  # fmt: skip
    revived = await filings.send(BOOKLET, BOOK, booklet(BEEF, ORANGES), "MOD", 7)
    assert await filings.decide(revived, "accept") == (409, "第 2 项商品已停用，不能恢复")
    kept = (BEEF, stopped, {**ORANGES, "name": "鲜脐橙"})
    await filings.agreed(BOOKLET, BOOK, booklet(*kept, BEEF), "MOD", 8)  # what is stopped may stay so


UNQUALIFIED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "2027-07-01", f"企业资质备案 {QUALIFIED} 已于 2027-06-30 到期"),
    ({"nature": "2", "guarantee_until": ""}, "2026-11-26", "保税货物不需要企业商品信息备案"),
    ({"district": "5170"}, "2026-11-26", "申报地海关 5169 与企业资质备案的申报地海关 5170 不一致"),
]


@pytest.mark.parametrize(("other", "moment", "why"), UNQUALIFIED)
async def test_which_qualification_a_booklet_cannot_go_by(
    filings: Filings, other: dict[str, Any], moment: str, why: str
) -> None:
    """CONS-01, CONS-02, CONS-04: in force on that day, of general trade, of the same district."""
    await filings.agreed(QUALIFICATION, QUALIFIED, qualification(**other))
    book = await filings.send(BOOKLET, BOOK, booklet())
    await filings.at(f"{moment} 09:00+08:00")
    assert await filings.decide(book, "accept") == (409, why)


async def test_a_booklet_names_its_qualification_by_the_number_under_which_it_hears_of_it(
    filings: Filings,
) -> None:
    """CONS-04, CONS-07: 企业资质备案中心统一编号, not 企业资质海关编号: no revocation would find the booklet."""
    await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    number = (await filings.record(QUALIFIED, QUALIFICATION))["customs_no"]
    book = await filings.send(BOOKLET, BOOK, booklet(qualification=number))
    why = f"企业资质备案 {number} 未经海关审批通过，或已取消"
    assert await filings.decide(book, "accept") == (409, why)


async def test_no_change_moves_a_filing(filings: Filings) -> None:
    """CONS-01, CONS-07: district, nature and qualification stay; a bonded one would become a second general one."""
    await filings.qualified()
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2", guarantee_until=""))
    for type, number, content, what in (
        (QUALIFICATION, BONDED, qualification(), "集中申报货物性质"),
        (
            QUALIFICATION,
            QUALIFIED,
            qualification(district="5170", nature="2"),
            "申报地海关、集中申报货物性质",
        ),
        (BOOKLET, BOOK, booklet(qualification=BONDED), "企业资质备案中心统一编号"),
    ):
        change = await filings.send(type, number, content, "MOD", 2)
        assert await filings.decide(change, "accept") == (409, f"变更不能修改{what}，只能不同意")


async def test_a_booklet_goes_by_the_companys_own_qualification(filings: Filings, stranger: Filings) -> None:
    """CONS-04: another company's is none."""
    theirs = {"company_code": STRANGER.customs_code, "company_name": STRANGER.company_name}
    await stranger.agreed(QUALIFICATION, QUALIFIED, qualification(**theirs))
    book = await filings.send(BOOKLET, BOOK, booklet())
    why = f"企业资质备案 {QUALIFIED} 未经海关审批通过，或已取消"
    assert await filings.decide(book, "accept") == (409, why)


REVOKE, CHANGE = ("revoke", "担保失效"), ("accept", "")


@pytest.mark.parametrize(("decision", "state", "until"), [
    (REVOKE, "revoked", date(2027, 6, 30)), (CHANGE, "passed", date(2027, 12, 31)),
])  # fmt: skip
async def test_a_booklet_is_not_approved_beside_the_end_of_its_qualification(
    filings: Filings, decision: tuple[str, str], state: str, until: date
) -> None:
    """CONS-04, CONS-07: two officers at once: the one waits for the other, and the booklet hears what has become."""
    name, remark = decision
    base = await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    change = await filings.send(QUALIFICATION, QUALIFIED, qualification(guarantee_until="20271231"), "MOD", 2)
    its = base if decision is REVOKE else change
    book = await filings.send(BOOKLET, BOOK, booklet())
    async with filings.customs.database.transaction() as transaction:
        await decide(transaction, book, _named("accept", BOOKLET), "", "王关员")
        other = asyncio.create_task(filings.decide(its, name, remark))
        assert not (await asyncio.wait({other}, timeout=0.3))[0]
    assert (await other)[0] == 200
    record = await filings.record(BOOK, BOOKLET)
    assert (record["state"], record["valid_until"]) == (state, until)


async def test_a_booklet_waits_for_who_decides_about_its_qualification(filings: Filings) -> None:
    """CONS-04: the other way round: approved is what is in force then, or nothing."""
    base = await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    book = await filings.send(BOOKLET, BOOK, booklet())
    async with filings.customs.database.transaction() as transaction:
        await decide(transaction, base, _named("revoke", QUALIFICATION), "担保失效", "王关员")
        other = asyncio.create_task(filings.decide(book, "accept"))
        assert not (await asyncio.wait({other}, timeout=0.3))[0]
    assert await other == (409, f"企业资质备案 {QUALIFIED} 未经海关审批通过，或已取消")


def _named(name: str, type: str) -> Decision:
    found = desk_for(type).find_decision(name, "ADD")
    assert found is not None
    return found


# --- lists ---

MINE, OTHER, THIRD = "202611000000000101", "202611000000000102", "202611000000000103"
LIST_NO = f"{DISTRICT}2026I000000001"


async def test_a_list_is_accepted_moved_and_closed(filings: Filings, portal: Portal) -> None:
    """CUST-03, CUST-05, CONS-09, CONS-18: number with I at position 9, the days that count, each move; several at one
    click; what was declared earlier and comes later counts no more."""
    await filings.qualified()
    await filings.send(LIST, THIRD, consolidated_list(beef("7")), "ADD", 2)
    older = await filings.send(LIST, THIRD, consolidated_list(beef("8")))
    assert (await filings.record(THIRD))["content"]["goods"][0]["quantity"] == "7"
    assert (await filings.decide(older, "accept"))[0] == 409
    first = await filings.send(LIST, MINE, consolidated_list())
    assert await filings.decide(first, "hold") == (200, "转人工")
    assert await filings.decide(first, "accept") == (200, "海关审批通过")
    second = await filings.agreed(LIST, OTHER, consolidated_list(oranges("5"), list_kind="GE"))
    for name, state in (("entrust", "已委托"), ("carry", "已承运"), ("cross", "已过境"), ("close", "已结关")):
        path, body = "/api/decisions", {"ids": [first, second, 999], "decision": name}
        answer = await filings.customs.client.post(path, json=body, headers=filings.headers)
        assert answer.json() == {"decided": 2, "not_decided": [{"id": 999, "why_not": "没有这份申请"}]}
        assert (await filings.detail(second))["state_name"] == state
    again = {"ids": [first], "decision": "close"}
    answer = await filings.customs.client.post("/api/decisions", json=again, headers=filings.headers)
    assert answer.json()["not_decided"][0]["why_not"].startswith("该申请已由陈关员处理为「已结关」")
    said = [r for r in await filings.receipts(portal) if r.number == MINE]
    assert [r.code for r in said] == [
        "RECEIVED",
        "HELD",
        "APPROVED",
        "ENTRUSTED",
        "CARRIED",
        "CROSSED",
        "CLOSED",
    ]
    assert said[0].data == {"declared_on": "2026-11-26"}
    assert said[2].data == {
        "customs_no": LIST_NO, "list_no": LIST_NO, "accepted_on": "2026-11-26", "declared_on": "2026-11-26",
    }  # fmt: skip
    assert (await filings.record(OTHER))["customs_no"] == f"{DISTRICT}2026E000000001"


async def test_no_change_moves_a_list(filings: Filings) -> None:
    """CONS-12, CONS-R67: the customs that took it in, the kind and the book by which they compared it stay."""
    await filings.qualified()
    await filings.agreed(LIST, MINE, consolidated_list())
    for at, (moved, what) in enumerate((
        ({"list_kind": "GE"}, "集报清单类型"),
        ({"district": "5170", "book_no": ACCOUNT_BOOK}, "申报地海关、备案号"),
    ), 2):  # fmt: skip
        change = await filings.send(LIST, MINE, consolidated_list(**moved), "MOD", at)
        assert await filings.decide(change, "accept") == (409, f"变更不能修改{what}，只能不同意")


async def test_why_a_list_is_not_accepted(filings: Filings) -> None:
    """CONS-09, CONS-10: filing, booklet data, licence, manifest, account book: every reason, in words."""
    await filings.qualified()
    await filings.agreed(
        BOOKLET,
        BOOK,
        booklet(BEEF, ORANGES, {**ORANGES, "stopped": "1"}, {**BEEF, "licence": "7:26-AE-9"}),
        "MOD",
        2,
    )
    sea = {"transport_mode": "2", "bill_no": BILL, "vessel": "远洋之星", "voyage": "101E", "packages": "100",
           "gross_weight": "1050", "net_weight": "1000.0"}  # fmt: skip
    bonded = {"list_kind": "BI", "nature": "2", "book_no": ACCOUNT_BOOK}
    cases = [
        (consolidated_list(book_no="X51692600009"), "备案号 X51692600009 不是企业 3122960001 经海关审批通过的备案分册"),
        (consolidated_list(district="5170"), "申报地海关 5170 与企业资质备案的申报地海关 5169 不一致"),
        (consolidated_list(oranges("1", name="橙", unit="007")),
         "第 1 项：与备案序号 2 的备案数据不一致（商品名称应为 鲜橙，清单为 橙、成交单位应为 035，清单为 007）"),
        (consolidated_list(oranges("1", record_no="3"), oranges("1", record_no="7")),
         f"第 1 项：备案序号 3 的商品已停用；第 2 项：备案号 X{DISTRICT}2600001 没有备案序号 7"),
        (consolidated_list(oranges("1"), licence_no=LICENCE), f"第 1 项：商品 0805100000 不属于许可证 {LICENCE}"),
        (consolidated_list(beef("1", record_no="4")), "第 1 项：许可证 26-AE-9 不是企业 3122960001 有效的许可证"),
        (consolidated_list(beef("600"), beef("400.1")),
         f"许可证 {LICENCE} 商品 0202300090 的申报数量合计 1000.1，超过许可数量的余量 1000"),
        (consolidated_list(**sea | {"voyage": "102E", "packages": "99"}),
         "航次号 102E 与舱单的 101E 不一致；件数 99 与舱单的 100 不一致"),
        (consolidated_list(**sea | {"bill_no": ""}), "海关没有提运单号 （空） 的舱单"),
        (consolidated_list(*[oranges("1", record_no="7")] * 14),
         "；".join([*(f"第 {n} 项：备案号 X{DISTRICT}2600001 没有备案序号 7" for n in range(1, 13)), "另有 2 处"])),
        (consolidated_list(oranges("71"), **bonded),
         ("企业 3122960001 在 5169 没有有效的保税货物集中申报资质；"
         f"备案号 {ACCOUNT_BOOK} 备案序号 2 的成交数量合计 71，超过剩余数量 70")),
    ]  # fmt: skip
    for at, (content, why) in enumerate(cases, 200):
        identifier = await filings.send(LIST, f"202611000000000{at}", content)
        assert await filings.decide(identifier, "accept") == (409, why)
    assert await filings.decide(identifier, "return", "请核对") == (200, "退单")
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2"))
    await filings.agreed(LIST, f"202611000000000{at}", consolidated_list(oranges("70"), **bonded), "ADD", 2)
    as_the_portal_compares = {"voyage": "101e ", "packages": "100.0"}
    await filings.agreed(LIST, MINE, consolidated_list(**sea | as_the_portal_compares))
    await filings.at("2027-07-01T01:00:00+00:00")
    late = await filings.send(LIST, OTHER, consolidated_list())
    assert await filings.decide(late, "accept") == (409, "企业资质已于 2027-06-30 到期")


async def test_licences_and_books_are_read_as_at_the_portal(filings: Filings) -> None:
    """CONS-09, CONS-10: a book's item without unit is declared in any (CONS-R59); a licence without unit counts what is
    declared (R65), one with a unit goods that are measured in it (R64), and it is of the kind that was filed (R69),
    whose number has capital letters."""
    unmeasured = {**BEEF, "code": "0207142100", "name": "冻鸡翼", "licence": "7:26-ae-100002"}
    await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    await filings.agreed(BOOKLET, BOOK, booklet(BEEF, {**BEEF, "licence": f"4:{LICENCE}"}, unmeasured))
    plain = {"code": "7", "company": OWN.customs_code}
    item = {"code": "0207142100", "quantity": "30"}
    await filings.put(Entry("licence", "26-AE-100002", 1, {**plain, "goods": [item]}))
    tons = {"unit": "070", "unit1": "070"}
    wings = {"record_no": "3", "code": "0207142100", "name": "冻鸡翼"}
    cases = [
        (beef("1", record_no="2"), f"第 1 项：许可证 {LICENCE} 的证件代码为 7，备案为 4"),
        (beef("31", **wings), "许可证 26-AE-100002 商品 0207142100 的申报数量合计 31，超过许可数量的余量 30"),
        (beef("1", **tons),
         ("第 1 项：与备案序号 1 的备案数据不一致（成交单位应为 035，清单为 070）；"
          f"第 1 项：没有以许可证 {LICENCE} 的计量单位 035 计量的数量")),
    ]  # fmt: skip
    for at, (row, why) in enumerate(cases, 200):
        identifier = await filings.send(LIST, f"202611000000000{at}", consolidated_list(row))
        assert await filings.decide(identifier, "accept") == (409, why)
    await filings.agreed(LIST, OTHER, consolidated_list(beef("30", **wings)))
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2"))
    data = await filings.customs.value("select data from entry where key = $1", ACCOUNT_BOOK)
    items = [{name: value for name, value in row.items() if name != "unit"} for row in data["items"]]
    await filings.put(Entry("account_book", ACCOUNT_BOOK, 2, {**data, "items": items}))
    await filings.agreed(
        LIST, MINE, consolidated_list(oranges("1"), list_kind="BI", nature="2", book_no=ACCOUNT_BOOK)
    )


async def test_a_list_takes_of_the_companys_own_filings_alone(filings: Filings, stranger: Filings) -> None:
    """CONS-09, CONS-10: another company's booklet, licence and account book are none."""
    await filings.qualified()
    code = STRANGER.customs_code
    general = consolidated_list(consignee_code=code)
    bonded = consolidated_list(
        oranges("1"), list_kind="BI", nature="2", book_no=ACCOUNT_BOOK, consignee_code=code
    )
    of_booklet = (
        f"备案号 X{DISTRICT}2600001 不是企业 {code} 经海关审批通过的备案分册；"
        f"第 1 项：许可证 {LICENCE} 不是企业 {code} 有效的许可证"
    )
    of_book = (
        f"企业 {code} 在 5169 没有有效的保税货物集中申报资质；"
        f"备案号 {ACCOUNT_BOOK} 不是企业 {code} 有效的账册或手册"
    )
    for number, content, why in ((MINE, general, of_booklet), (OTHER, bonded, of_book)):
        identifier = await stranger.send(LIST, number, content)
        assert await stranger.decide(identifier, "accept") == (409, why)


async def test_nobody_acts_upon_another_companys_documents(filings: Filings, stranger: Filings) -> None:
    """CUST-01, CUST-03, PORT-10: whatever a portal let through: no withdrawal, no change, no declaring anew."""
    await filings.qualified()
    await filings.agreed(LIST, MINE, consolidated_list())
    waiting = await filings.send(LIST, OTHER, consolidated_list())
    code = STRANGER.customs_code
    theirs = consolidated_list(consignee_code=code)
    why = f"由企业 {OWN.customs_code} 申报，企业 {code} 不能办理，只能不同意"
    for type, number, content, function, title in (
        (LIST, MINE, theirs, "DEL", "集报清单"),
        (LIST, MINE, theirs, "MOD", "集报清单"),
        (BOOKLET, BOOK, booklet(company_code=code), "MOD", "企业商品信息备案"),
        (QUALIFICATION, QUALIFIED, qualification(company_code=code), "MOD", "企业资质备案"),
    ):
        identifier = await stranger.send(type, number, content, function, 3 if function == "DEL" else 2)
        assert await stranger.decide(identifier, "accept") == (409, f"该{title}{why}")
    await stranger.send(LIST, OTHER, theirs, "ADD", 2)
    assert await filings.decide(waiting, "accept") == (200, "海关审批通过")
    assert (await filings.record(OTHER))["company"] == OWN.customs_code


async def test_a_company_files_for_itself(filings: Filings, stranger: Filings, portal: Portal) -> None:
    """CUST-03, CONS-01, CONS-09: another company's code in what a card has signed is not taken in."""
    for type, number, content in (
        (QUALIFICATION, QUALIFIED, qualification()),
        (BOOKLET, BOOK, booklet()),
        (LIST, MINE, consolidated_list()),
    ):
        await stranger.send(type, number, content)
    code = STRANGER.customs_code
    ends = f"应为提交企业的海关编码 {code}，现为 {OWN.customs_code}"
    said = [(each.code, each.text) for each in await filings.receipts(portal)]
    assert said == [
        ("REJECTED", f"企业海关编号{ends}"),
        ("REJECTED", f"企业海关编号{ends}"),
        ("REJECTED", f"境内收发货人编号{ends}"),
    ]


def test_what_a_list_takes_of_a_licence_is_in_the_licences_unit() -> None:
    """CONS-10: 成交数量, or the 法定数量 that is in that unit; the header's licence counts before the row's own, that
    before the booklet's."""
    plenty = {"code": "0202200090", "unit": "011", "quantity": "9999"}
    licences = {
        number: {"goods": [plenty, {"code": BEEF["code"], "unit": "035"}]} for number in (LICENCE, "A", "B")
    }
    tons = {"unit": "070", "quantity": "2"}
    for row, much in (
        (beef("100"), "100"),
        (beef("2000") | tons, "2000"),
        (beef("5", unit1="001", unit2="035", quantity2="1999") | tons, "1999"),
        (beef("5", unit1="001", unit2="035", quantity2="") | tons, "2"),
        (beef("5", unit1="001") | tons, "2"),
    ):
        taken = taking_of(consolidated_list(row, row), {"1": BEEF}, licences)
        assert taken == {Use("licence", LICENCE, BEEF["code"]): 2 * Decimal(much)}
    own = beef("1", licence="7:A", record_no="01")
    for content, licence in ((consolidated_list(own), "A"), (consolidated_list(own, licence_no="B"), "B")):
        assert {use.key for use in taking_of(content, {"1": BEEF}, licences)} == {licence}
    assert taking_of(consolidated_list(beef("0"), oranges("1")), {"1": BEEF, "2": ORANGES}, licences) == {}


async def test_amendments_and_withdrawals_move_the_ledger(filings: Filings, portal: Portal) -> None:
    """CONS-10, CONS-12: remaining + deducted is constant; an amendment counts once, a withdrawal gives back."""
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2"))
    bonded = {"list_kind": "BI", "nature": "2", "book_no": ACCOUNT_BOOK}
    licence = {**bonded, "licence_no": LICENCE}
    mine = await filings.agreed(LIST, MINE, consolidated_list(beef("300"), **licence))
    assert await filings.decide(mine, "close") == (200, "已结关")  # the detour binds no officer
    await filings.agreed(LIST, OTHER, consolidated_list(beef("150.5"), oranges("10"), **bonded))
    assert await _stock(filings) == [("49.5", "450.5"), ("60", "10")]
    change = await filings.send(
        LIST, MINE, consolidated_list(beef("350"), revision_reason="1", **licence), "MOD", 2
    )
    assert await filings.decide(change, "accept") == (
        409, f"备案号 {ACCOUNT_BOOK} 备案序号 1 的成交数量合计 350，超过剩余数量 349.5",
    )  # fmt: skip
    assert await filings.decide(change, "return", "超出剩余数量") == (200, "不同意")
    less = await filings.send(
        LIST, MINE, consolidated_list(beef("200"), oranges("5"), revision_reason="1", **bonded), "MOD", 3
    )
    seen = [
        (each["label"], each["before"], each["after"]) for each in (await filings.detail(less))["changes"]
    ]
    assert ("goods 第 1 行 quantity", "300", "200") in seen
    assert await filings.decide(less, "accept") == (200, "已同意")
    assert await _stock(filings) == [("149.5", "350.5"), ("55", "15")]
    away = await filings.send(
        LIST, OTHER, consolidated_list(beef("150.5"), oranges("10"), **bonded), "DEL", 2
    )
    await filings.decide(away, "accept")
    assert await _stock(filings) == [("300", "200"), ("65", "5")]
    assert (await filings.record(OTHER))["state"] == "withdrawn"
    late = await filings.send(LIST, OTHER, consolidated_list(**bonded), "MOD", 3)
    assert await filings.decide(late, "accept") == (409, "该集报清单为「已撤销」，只能不同意")
    codes = [
        (r.number, r.submission, r.code)
        for r in await filings.receipts(portal)
        if r.submission > 1 and r.seq > 1
    ]
    assert codes == [
        (MINE, 2, "REVISION_REFUSED"), (MINE, 3, "REVISION_AGREED"), (OTHER, 2, "REVISION_AGREED"),
    ]  # fmt: skip
    notices = [each.data["items"][0] for each in portal.notices if each.kind == "account_book" and each.data]
    assert [each["remaining"] for each in notices] == ["200", "49.5", "149.5", "300"]
    taken = "select key, item, amount::text from consolidated_use order by 1, 2"
    assert await filings.customs.rows(taken) == [(ACCOUNT_BOOK, "1", "200"), (ACCOUNT_BOOK, "2", "5")]


async def _stock(filings: Filings) -> list[tuple[str, str]]:
    data = await filings.customs.value("select data from entry where key = $1", ACCOUNT_BOOK)
    return [(each["remaining"], each.get("deducted", "0")) for each in data["items"]]


async def test_two_lists_at_the_same_instant_cannot_overdraw(filings: Filings) -> None:
    """CONS-10: by officers at once, and together in one batch of the automatic mode."""
    await filings.qualified()
    at_once = [await filings.send(LIST, number, consolidated_list(beef("600"))) for number in (MINE, OTHER)]
    answers = await asyncio.gather(*(filings.decide(each, "accept") for each in at_once))
    assert sorted(answers) == [
        (200, "海关审批通过"), (409, f"许可证 {LICENCE} 商品 0202300090 的申报数量合计 600，超过许可数量的余量 400"),
    ]  # fmt: skip
    batch = [
        await filings.send(LIST, f"20261100000000030{at}", consolidated_list(beef("150"))) for at in range(4)
    ]
    await filings.automatic()
    while await filings.customs.decide_due():
        pass
    states = [(await filings.detail(each))["state"] for each in batch]
    assert sorted(states) == ["closed", "closed", "returned", "returned"]
    [over] = await filings.customs.rows(
        "select sum(amount) <= 1000 from consolidated_use where key = $1", LICENCE
    )
    assert over == (True,)


@pytest.mark.parametrize("automatic", [False, True])
async def test_an_acceptance_and_an_amendment_together_cannot_overdraw(
    filings: Filings, automatic: bool
) -> None:
    """CONS-10: what one decision takes the other sees, in one click of an officer and in one batch by itself."""
    await filings.qualified()
    base = await filings.agreed(LIST, MINE, consolidated_list(beef("100")))
    await filings.decide(base, "close")  # else its own way on would part the two
    amendment = await filings.send(LIST, MINE, consolidated_list(beef("600")), "MOD", 2)
    other = await filings.send(LIST, OTHER, consolidated_list(beef("600")))
    if automatic:
        await filings.automatic()
        while await filings.customs.decide_due():
            pass
    else:
        over = f"许可证 {LICENCE} 商品 0202300090 的申报数量合计 600，超过许可数量的余量 400"
        assert await filings.together(amendment, other) == {other: over}
    [(taken,)] = await filings.customs.rows(
        "select sum(amount)::text from consolidated_use where key = $1", LICENCE
    )
    assert taken in ("600", "700")  # whichever was judged first


async def test_one_click_on_two_withdrawals_of_one_list(filings: Filings) -> None:
    """CUST-03, CONS-12: the list ends once; the other is named with the reason, and nothing else is held up."""
    await filings.qualified()
    await filings.agreed(LIST, MINE, consolidated_list())
    first, second = [await filings.send(LIST, MINE, consolidated_list(), "DEL", at) for at in (2, 3)]
    other = await filings.send(LIST, OTHER, consolidated_list())
    left = await filings.together(first, second, other)
    assert left == {second: "该集报清单为「已撤销」，只能不同意"}
    assert [(await filings.record(number))["state"] for number in (MINE, OTHER)] == ["withdrawn", "passed"]


async def test_one_click_goes_on_where_a_number_lacks(filings: Filings) -> None:
    """CUST-03: the booklet for which no number is left is named, the list beside it decided."""
    await filings.qualified()
    async with filings.customs.database.transaction() as transaction:
        await transaction.run("update serial set last = 99999 where district = $1", f"no/X{DISTRICT}26")
    book = await filings.send(BOOKLET, "202611000000000005", booklet())
    listed = await filings.send(LIST, MINE, consolidated_list())
    assert await filings.together(book, listed) == {book: "本年度的编号已用完"}
    assert (await filings.record(MINE))["state"] == "passed"


async def test_what_has_ended_since_does_not_hinder_an_amendment(filings: Filings) -> None:
    """CONS-12: a list may be amended after its qualification was revoked and its licence is over."""
    base, _ = await filings.qualified()
    await filings.agreed(LIST, MINE, consolidated_list())
    await filings.decide(base, "revoke", "担保失效")
    data = await filings.customs.value("select data from entry where key = $1", LICENCE)
    await filings.put(Entry("licence", LICENCE, 2, data, valid_to=NOW - timedelta(days=1)))
    new = await filings.send(LIST, OTHER, consolidated_list())
    assert (await filings.decide(new, "accept"))[0] == 409
    change = await filings.send(LIST, MINE, consolidated_list(beef("120")), "MOD", 2)
    assert (await filings.detail(change))["note"].splitlines() == [
        f"该集报清单现为「海关审批通过」，海关编号 {LIST_NO}",
        f"许可证 {LICENCE} 0202300090：本清单 120，其他清单扣减后余 1000",
    ]
    assert await filings.decide(change, "accept") == (200, "已同意")
    over = await filings.send(LIST, MINE, consolidated_list(beef("1001")), "MOD", 3)
    assert (await filings.decide(over, "accept"))[1].endswith("超过许可数量的余量 1000")


# --- declarations ---

DECLARED = "202611000000000900"
AGAIN, BY_AIR = "202611000000000004", "202611000000000104"


async def test_a_closed_declaration_enters_the_register(filings: Filings, portal: Portal) -> None:
    """CONS-15, CUST-02: 报关单号 with 1 at position 9, each letter, and at the end an entry that is fit."""
    unknown = await filings.send(DECLARATION, "202611000000000901", declaration(declarant_code="4403119999"))
    assert await filings.decide(unknown, "accept") == (409, "海关没有申报单位 4403119999 的备案信息")
    identifier = await filings.send(DECLARATION, DECLARED, declaration())
    for name in ("accept", "check", "suspend", "review", "release"):
        assert (await filings.decide(identifier, name))[0] == 200
    number = f"{DISTRICT}20261800000001"
    assert await filings.customs.value("select count(*) from entry where key = $1", number) == 0
    await filings.at("2026-11-27T02:00:00+00:00")
    assert await filings.decide(identifier, "close") == (200, "已结关")
    said = [r for r in await filings.receipts(portal) if r.number == DECLARED]
    assert [r.code for r in said] == ["RECEIVED", "L", "C", "H", "J", "P", "R"]
    assert said[1].data == {"customs_no": number, "entry_no": number, "declared_on": "2026-11-26"}
    assert said[-1].data == {"closed_on": "2026-11-27"}
    [notice] = [each for each in portal.notices if each.key == number]
    data = notice.data or {}
    assert wrong_entry(REGISTER, number, data) == []
    expected = {
        "status": "10", "status_name": "结关", "ie_flag": "I", "unified_no": DECLARED, "pre_entry_no": number,
        "district": DISTRICT, "inspection_district": DISTRICT, "ie_date": "2026-11-26",
        "declared_at": "2026-11-26T01:00:00+00:00", "closed_at": "2026-11-27T02:00:00+00:00",
        "account_book_no": f"X{DISTRICT}2600001", "consignee_code": OWN.customs_code, "consignee_scc": OWN.scc,
        "declarant_code": "4403160002", "declarant_ciq": "4700000002", "vessel": "集中申报", "packages": "520",
        "documents": [{"code": "7", "number": LICENCE}],
    }  # fmt: skip
    assert {name: data[name] for name in expected} == expected
    assert [(row["no"], row["record_no"], row["quantity"], row["total"]) for row in data["goods"]] == [
        ("1", "1", "1500", "7800.00"), ("2", "2", "300", "285.00"),
    ]  # fmt: skip


async def test_a_declaration_that_is_turned_down_can_be_declared_anew(
    filings: Filings, portal: Portal
) -> None:
    """CUST-03, FA 3.9: 不受理 with a remark, also after 入库; the next one is stored under its own number."""
    first = await filings.send(DECLARATION, DECLARED, declaration(ie_flag="E"))
    assert await filings.decide(first, "accept") == (200, "海关入库")
    assert await filings.decide(first, "return", "商品归类有误") == (200, "不受理")
    second = await filings.send(DECLARATION, DECLARED, declaration(ie_flag="E"), "ADD", 2)
    assert await filings.decide(second, "accept") == (200, "海关入库")
    assert (await filings.record(DECLARED, DECLARATION))["customs_no"] == f"{DISTRICT}20260800000002"
    said = [(r.submission, r.code, r.text) for r in await filings.receipts(portal)]
    assert (1, "E", "退单/不受理：商品归类有误") in said


# --- the automatic mode, and what is not taken in ---


async def test_a_month_without_an_officer(filings: Filings, portal: Portal) -> None:
    """CUST-04: filings, lists by road and sea, an amendment and a declaration, to the end, in the order of sending."""
    await filings.automatic()
    await filings.send(QUALIFICATION, QUALIFIED, qualification())
    await filings.send(QUALIFICATION, BONDED, qualification(nature="2"))
    await filings.send(QUALIFICATION, AGAIN, qualification())  # of one sort in one batch the first
    await _play(filings)
    await filings.send(BOOKLET, BOOK, booklet())
    await _play(filings)
    bonded = {"list_kind": "BE", "nature": "2", "book_no": ACCOUNT_BOOK}
    await filings.send(LIST, MINE, consolidated_list())
    await filings.send(LIST, OTHER, consolidated_list(oranges("3"), **bonded))
    await filings.send(LIST, THIRD, consolidated_list(beef("5000")))
    await filings.send(LIST, BY_AIR, consolidated_list(oranges("1"), **bonded, transport_mode="5"))
    await _play(filings)
    await filings.send(LIST, MINE, consolidated_list(beef("90")), "MOD", 2)
    await filings.send(LIST, OTHER, consolidated_list(oranges("3"), **bonded), "DEL", 2)
    await filings.send(DECLARATION, DECLARED, declaration())
    await _play(filings)
    heard: dict[tuple[str, int], list[str]] = {}
    for receipt in await filings.receipts(portal):
        heard.setdefault((receipt.number, receipt.submission), []).append(receipt.code)
    assert heard == {
        (QUALIFIED, 1): ["RECEIVED", "APPROVED"],
        (BONDED, 1): ["RECEIVED", "APPROVED"],
        (AGAIN, 1): ["RECEIVED", "REFUSED"],
        (BOOK, 1): ["RECEIVED", "APPROVED"],
        (MINE, 1): ["RECEIVED", "APPROVED", "CLOSED"],
        (MINE, 2): ["RECEIVED", "REVISION_AGREED"],
        (OTHER, 1): ["RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED", "CROSSED", "CLOSED"],
        (OTHER, 2): ["RECEIVED", "REVISION_AGREED"],
        (THIRD, 1): ["RECEIVED", "RETURNED"],
        (BY_AIR, 1): ["RECEIVED", "APPROVED", "CLOSED"],
        (DECLARED, 1): ["RECEIVED", "L", "J", "P", "R"],
    }
    texts = [r.text for r in portal.receipts if r.code in ("ENTRUSTED", "RETURNED")]
    assert texts == [
        f"海关退单：许可证 {LICENCE} 商品 0202300090 的申报数量合计 5000，超过许可数量的余量 900",
        "已委托：公路运输的保税货物，由承运人承运过境",
    ]
    await filings.automatic(refuse_share=1)
    for at, (type, content) in enumerate(
        (
            (QUALIFICATION, qualification(district="5170")),
            (LIST, consolidated_list()),
            (DECLARATION, declaration()),
        )
    ):
        await filings.send(type, f"20261100000000080{at}", content)
    await _play(filings)
    last = [
        r for r in await filings.receipts(portal) if r.number.startswith("2026110000000008") and r.seq == 2
    ]
    assert [r.code for r in last] == ["REFUSED", "RETURNED", "E"]


async def _play(filings: Filings) -> None:
    while await filings.customs.decide_due():
        pass


async def test_what_is_not_fit_is_not_taken_in(filings: Filings, portal: Portal) -> None:
    """CUST-03, CONS-04: REJECTED with the reason; nothing of it is kept."""
    cases = [
        (QUALIFICATION, qualification(nature="5"), "ADD",
         "集中申报货物性质应为 1 一般贸易、2 保税货物、3 边境小额、4 对外承包出口货物"),
        (QUALIFICATION, qualification(guarantee_until="2027"), "ADD", "担保有效期应为 8 位日期，如 20270221"),
        (QUALIFICATION, qualification(), "DEL", "报文功能代码 DEL 不能处理，应为 ADD、MOD、EXT"),
        (BOOKLET, booklet(*[BEEF] * 100), "ADD", "备案表表体应为 1 至 99 项商品"),
        (BOOKLET, booklet({**BEEF, "code": ""}), "ADD", "备案表表体第 1 项没有商品编号"),
        (LIST, consolidated_list(list_kind="XX"), "ADD",
         f"集报清单类型应为 {'、'.join(' '.join(each) for each in LIST_KINDS.items())}"),
        (LIST, consolidated_list(beef("0")), "MOD", "集报清单表体第 1 项的成交数量应为大于 0 的数字"),
        (LIST, consolidated_list(beef("1", record_no="A")), "ADD", "集报清单表体第 1 项的备案序号应为数字"),
        (DECLARATION, declaration(declarant_code="1"), "ADD", "申报单位应为 10 位海关编码"),
        (DECLARATION, declaration(goods=[]), "ADD", "报关单商品应为 1 至 50 项"),
    ]  # fmt: skip
    for at, (type, content, function, _) in enumerate(cases, 500):
        await filings.send(type, f"202611000000000{at}", content, function)
    assert [r.text for r in await filings.receipts(portal)] == [why for *_, why in cases]
    assert await filings.customs.value("select count(*) from consolidated_record") == 0


async def test_the_officers_page_finds_documents(filings: Filings) -> None:
    """CUST-03: by type, state, district and the beginning of the number."""
    await filings.qualified()
    await filings.agreed(LIST, MINE, consolidated_list())
    get = filings.customs.client.get
    found = (await get("/api/consolidated/records", params={"state": "passed", "number": MINE[:6]})).json()
    [mine] = found["items"]
    assert (mine["customs_no"], mine["nature_name"], mine["state_name"]) == (
        LIST_NO,
        "进口一般贸易集报清单",
        "海关审批通过",
    )
    assert found["types"] == TITLES
    assert [each["title"] for each in found["decisions"]] == [
        "审批通过",
        "转人工",
        "退单",
        "委托",
        "承运",
        "过境",
        "结关",
    ]
    assert list(found["states"].values())[:2] == ["待审核", "转人工"]
    elsewhere = await get("/api/consolidated/records", params={"type": BOOKLET, "district": "5170"})
    assert elsewhere.json()["total"] == 0
    assert (await get("/api/consolidated/records", params={"type": "consolidatedXlist"})).status_code == 422


def test_a_year_on_is_the_same_day() -> None:
    """CONS-08: leap years make it neither longer nor shorter."""
    days = [date(2026, 11, 26), date(2027, 11, 26), date(2028, 2, 28), date(2028, 2, 29)]
    assert [a_year_on(each) for each in days] == [
        date(2027, 11, 26), date(2028, 11, 26), date(2029, 2, 28), date(2029, 2, 28),
    ]  # fmt: skip
