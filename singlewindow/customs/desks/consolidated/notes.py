"""What an officer should know who looks at one of the chapter's submissions: what it stands on, what became of it."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desks.consolidated import records
from singlewindow.customs.desks.consolidated.grounds import judged
from singlewindow.customs.desks.consolidated.ledger import open_ledger, shown
from singlewindow.customs.desks.consolidated.lists import filed_in
from singlewindow.customs.desks.consolidated.states import (
    BASE,
    BOOKLET,
    LIST,
    QUALIFICATION,
    TITLES,
)
from singlewindow.customs.entries import find_entries
from singlewindow.customs.exchange.verification import content_of
from singlewindow.customs.kept import received
from singlewindow.customs.register_kinds import ACCOUNT_BOOK, COMPANY

MOST_LINES = 20


async def note(transaction: Transaction, row: Row) -> str:
    """The lines for one submission."""
    [record] = await records.held(transaction, [row])
    if record is None:
        return ""
    if row["function"] in BASE and record["submission_id"] != row["id"]:
        return f"该{TITLES[row['type']]}已另行申报，以第 {record['sequence']} 次申报为准"
    lines = list(_state(row, record))
    if row["type"] == QUALIFICATION:
        lines += await _of_qualification(transaction, record)
    elif row["type"] == BOOKLET:
        lines += await _of_booklet(transaction, record)
    elif row["type"] == LIST:
        lines += await _of_list(transaction, row, record)
    return "\n".join(lines[:MOST_LINES])


def _state(row: Row, record: Row) -> Iterator[str]:
    title = TITLES[row["type"]]
    if row["function"] not in BASE:
        number = f"，海关编号 {record['customs_no']}" if record["customs_no"] else ""
        yield f"该{title}现为「{records.state_name(row['type'], record['state'])}」{number}"
    elif record["content_sequence"] != row["sequence"]:
        yield f"该{title}已变更，现行内容为第 {record['content_sequence']} 次申报的内容"
    if record["valid_until"] is not None:
        yield f"核准有效期至 {record['valid_until']}"


async def _of_qualification(transaction: Transaction, record: Row) -> list[str]:
    company = (await find_entries(transaction, COMPANY, [record["trader"]])).get(record["trader"], {})
    booklets = await transaction.value(
        "select count(*) from consolidated_record where type = $1 and basis = $2", BOOKLET, record["number"]
    )
    grade, guarantee = company.get("grade_name") or "未知", company.get("guarantee_name") or "未登记"
    return [f"企业信用等级 {grade}，登记的担保方式 {guarantee}", f"备案分册 {booklets} 本"]


async def _of_booklet(transaction: Transaction, record: Row) -> list[str]:
    found = await transaction.row(
        "select state, valid_until from consolidated_record where type = $1 and number = $2",
        QUALIFICATION,
        record["basis"],
    )
    if found is None:
        return [f"海关没有企业资质备案 {record['basis']}"]
    until = f"，核准有效期至 {found['valid_until']}" if found["valid_until"] else ""
    return [
        f"企业资质备案 {record['basis']} 为「{records.state_name(QUALIFICATION, found['state'])}」{until}"
    ]


async def _of_list(transaction: Transaction, row: Row, record: Row) -> list[str]:
    """What the list takes, and what is left besides the others."""
    content = content_of((await received(transaction, [row]))[0])
    filed = filed_in(record, content)
    _, [taking] = await judged(transaction, [filed], amending=True, lock=False)
    ledger = await open_ledger(transaction, taking, [filed.record], lock=False, ended=True)
    return [
        f"{'账册/手册' if use.kind == ACCOUNT_BOOK.name else '许可证'} {use.key} {use.item}："
        f"本清单 {shown(much)}，其他清单扣减后余 {shown(ledger.left(use, filed.record))}"
        for use, much in taking.items()
        if ledger.knows(use)
    ]
