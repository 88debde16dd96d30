"""The desks of consolidated declaration: filings, lists, declarations (CUST-02 … CUST-05, CONS-01 … CONS-18)."""

from __future__ import annotations

from datetime import date

import pytest

from singlewindow.customs.desks import desk_for
from singlewindow.customs.desks.consolidated.states import BOOKLET, QUALIFICATION
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.consolidated import (
    BEEF,
    BONDED,
    BOOK,
    DISTRICT,
    ORANGES,
    QUALIFIED,
    Filings,
    booklet,
    qualification,
)
from tests.customs.portal import Portal


@pytest.fixture
async def filings(customs: Customs, own: Company) -> Filings:
    """An officer is logged in; nothing is submitted yet."""
    return await Filings.opened(customs, own)


def test_each_type_has_its_desk() -> None:
    """CUST-03: desks in one folder, found by walking."""
    types = (QUALIFICATION, BOOKLET)
    assert [desk_for(type).types for type in types] == [(type,) for type in types]


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
        (qualification(company_code="4403110009"), "企业 4403110009 为失信企业，不适用集中申报"),
        (qualification(company_code="4403110099"), "海关没有企业 4403110099 的备案信息"),
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


async def test_a_bonded_qualification_is_extended_by_a_year(filings: Filings, portal: Portal) -> None:
    """CONS-08: 核准有效期 of bonded ones is a year; not what is over, not general trade."""
    await filings.agreed(QUALIFICATION, BONDED, qualification(nature="2"))
    general = await filings.agreed(QUALIFICATION, QUALIFIED, qualification())
    assert (await filings.record(BONDED, QUALIFICATION))["valid_until"] == date(2027, 11, 26)
    await filings.at("2027-11-26T12:00:00+00:00")
    now = filings.customs.database
    async with now.transaction() as transaction:
        asked_at = transaction.now
    extension = await filings.send(QUALIFICATION, BONDED, qualification(nature="2"), "EXT", 2, asked_at)
    assert (await filings.detail(extension))["changes"] is None
    assert await filings.decide(extension, "accept") == (200, "已同意")
    last = [each for each in await filings.receipts(portal) if each.code == "EXTENDED"]
    assert [each.data for each in last] == [{"valid_until": "2028-11-25"}]
    other = await filings.send(QUALIFICATION, QUALIFIED, qualification(), "EXT", 2)
    assert await filings.decide(other, "accept") == (409, "只有保税货物的资质可以延期，只能不同意")
    assert await filings.decide(other, "return", "不属保税货物") == (200, "不同意")
    await filings.at("2028-11-26T12:00:00+00:00")
    late = await filings.send(
        QUALIFICATION, BONDED, qualification(nature="2"), "EXT", 3, asked_at.replace(2028, 12)
    )
    assert (await filings.decide(late, "accept"))[1].startswith("核准有效期 2028-11-25 已过")
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
    wrong = [
        (booklet({**BEEF, "price": "6"}, ORANGES), "第 1 项商品已经海关审批通过，只能停用，不能修改（单价）"),
        (
            booklet(BEEF, ORANGES | other),
            "第 2 项商品已经海关审批通过，只能停用，不能修改（商品名称、申报计量单位）",
        ),
        (booklet(BEEF), "第 2 项商品已经海关审批通过，只能停用，不能删除"),
    ]
    for at, (content, why) in enumerate(wrong, 2):
        assert await filings.decide(await filings.send(BOOKLET, BOOK, content, "MOD", at), "accept") == (
            409,
            why,
        )
    stopped = {**ORANGES, "stopped": "1"}
    await filings.agreed(BOOKLET, BOOK, booklet(BEEF, stopped, {**ORANGES, "name": "鲜脐橙"}), "MOD", 5)
    assert [each["name"] for each in (await filings.record(BOOK, BOOKLET))["content"]["goods"]] == [
        "冻藏的去骨牛肉", "鲜橙", "鲜脐橙",
    ]  # fmt: skip
    revived = await filings.send(BOOKLET, BOOK, booklet(BEEF, ORANGES), "MOD", 6)
    assert await filings.decide(revived, "accept") == (409, "第 2 项商品已停用，不能恢复")
