"""A month of 集中申报 between portal and customs, for tests of both with faults and kills (CUST-04, CUST-05)."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.system.applicant import Applicant, applicants
from tests.system.running import CHINA, System, eventually

QUALIFICATION, BOOKLET, LIST = "consolidated.qualification", "consolidated.booklet", "consolidated.list"
DECLARATION = "consolidated.declaration"
STATUSES = "select number, status from document where type like 'consolidated.%'"
RETURNED = "select returned ->> $1 from document where number = $2"
RECORDS = "select number, state from consolidated_record"
RECEIPTS = """
select d.number, array_agg(r.code order by s.sequence, r.seq) as codes from document d
join submission s on s.document_id = d.id join receipt r on r.submission_id = s.id
where d.type = 'consolidated.list' and r.seq > 0 group by d.number"""
AMENDING = "select number from document where type = 'consolidated.list' and amending <> ''"
MERGED = "select number from document where type = 'consolidated.declaration'"
ENTRY = """
select d.status, e.data from document d left join register_entry e on e.kind = 'declaration'
    and e.key = d.returned ->> 'entry_no' where d.type = 'consolidated.declaration'"""
BOOK = "select data from register_entry where kind = 'account_book' and key = $1"
ASKED = {"revision_reason": "7", "revision_contact": "王芳", "revision_phone": "13800000000"}
CLOSED = ("RECEIVED", "APPROVED", "CLOSED")
BY_ROAD = ("RECEIVED", "APPROVED", "ENTRUSTED", "CARRIED", "CROSSED", "CLOSED")
LIVES = {
    "modified": ("13", "closed", (*CLOSED, "RECEIVED", "REVISION_AGREED")),
    "revoked": ("14", "withdrawn", (*CLOSED, "RECEIVED", "REVISION_AGREED")),
    "bonded": ("15", "closed", BY_ROAD),
}
"""By what becomes of a list: status at the portal, state at customs, customs' receipts in their order."""


async def play(system: System) -> dict[str, str]:
    """File, declare a list of each life, then amend one and withdraw another; what is left is merged and declared."""
    async with applicants(system) as people:
        person = people[0]
        bonded = await person.declare(QUALIFICATION, qualification_of("2"), "declare")
        book_no = await booklet_of(system, person)
        await _reach(system, {bonded: "7"})
        made = {
            "modified": await person.declare(LIST, list_of(person, book_no, "GI", "200"), "declare"),
            "revoked": await person.declare(LIST, list_of(person, book_no, "GE", "300"), "declare"),
            "bonded": await person.declare(
                LIST, list_of(person, account_book(system), "BI", "50"), "declare"
            ),
        }
        system.kill("customs")
        system.kill("worker")
        await _reach(system, dict.fromkeys(made.values(), "15"))
        change = list_of(person, book_no, "GI", "250") | ASKED
        await person.amend(LIST, made["modified"], "modify", change)
        await person.amend(LIST, made["revoked"], "revoke", list_of(person, book_no, "GE", "300") | ASKED)
        system.kill("customs")
        await _reach(system, {made["revoked"]: "14"})
        await _settled(system)
        await _merge_and_declare(system, person, made["modified"])
        return made


async def booklet_of(system: System, person: Applicant) -> str:
    """A qualification and a booklet of one good, in force: the booklet's number at customs."""
    general = await person.declare(QUALIFICATION, qualification_of("1"), "declare")
    booklet = await person.declare(BOOKLET, booklet_content(system, general), "declare")
    await _reach(system, {general: "7", booklet: "7"})
    number: str = await _one(system, RETURNED, "book_no", booklet)
    return number


async def _settled(system: System) -> None:
    """Wait until customs have answered every amendment."""
    ok = await asyncio.to_thread(
        eventually, lambda: not asyncio.run(system.sql("singlewindow", AMENDING)), 60
    )
    assert ok, [tuple(row) for row in await system.sql("singlewindow", AMENDING)]


async def _merge_and_declare(system: System, person: Applicant, number: str) -> None:
    """汇总 of one list, then 申报 of the declaration that the timed job makes of it."""
    answer = await person.http.post(
        "/api/consolidated/merges",
        json={"numbers": [number], "declarant_code": ""},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 201, answer.text
    assert await asyncio.to_thread(
        eventually, lambda: bool(asyncio.run(system.sql("singlewindow", MERGED))), 60
    )
    await person.amend(DECLARATION, await _one(system, MERGED), "declare")


def qualification_of(nature: str) -> dict[str, Any]:
    content = {"district": "5169", "nature": nature, "batches": "12"}
    return content if nature == "2" else content | {"guarantee_amount": "50", "guarantee_until": "20991231"}


def booklet_content(system: System, qualification: str) -> dict[str, Any]:
    return {"qualification": qualification, "goods": [{**_good(), "licence": _licence(system)}]}


def _good() -> dict[str, str]:
    return {
        "code": "0202300090", "name": "冻藏的去骨牛肉", "model": "0|3|冻|去骨|牛腱|10千克/箱|||", "unit": "035",
        "price": "5.2000", "currency": "USD",
    }  # fmt: skip


def list_of(person: Applicant, book_no: str, kind: str, quantity: str) -> dict[str, Any]:
    """A list by road of so much of item 1."""
    good = _good() | {
        "record_no": "1", "quantity": quantity, "quantity1": quantity, "total": f"{int(quantity) * 5.2:.2f}",
        "origin": "BRA", "destination": "CHN", "place": "44031", "duty_mode": "1",
    }  # fmt: skip
    return {
        "list_kind": kind, "district": "5169", "port": "5169", "book_no": book_no,
        "ie_date": datetime.now(CHINA).date().isoformat(), "owner_code": person.customs_code, "transport_mode": "4",
        "vessel": "粤ZAB12港", "duty_nature": "101", "trade_country": "BRA", "transit_port": "CHN000",
        "trade_area": "BRA", "terms": "13"[kind[1] == "E"], "packages": "20", "packing": "22", "gross_weight": "350",
        "net_weight": "300", "goods": [good],
    }  # fmt: skip


def _licence(system: System) -> str:
    licence: str = system.world["examples"]["consolidated_goods_licence"][0]
    return licence


def account_book(system: System) -> str:
    book: str = system.world["examples"]["consolidated_account_book"][0]
    return book


async def _reach(system: System, expected: dict[str, str]) -> None:
    async def reached() -> bool:
        rows = await system.sql("singlewindow", STATUSES)
        return expected.items() <= {row["number"]: row["status"] for row in rows}.items()

    ok = await asyncio.to_thread(eventually, lambda: asyncio.run(reached()), 60)
    assert ok, [tuple(row) for row in await system.sql("singlewindow", STATUSES)]


async def _one(system: System, sql: str, *values: str) -> Any:
    [row] = await system.sql("singlewindow", sql, *values)
    return row[0]


async def lives(system: System) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    statuses = {row["number"]: row["status"] for row in await system.sql("singlewindow", STATUSES)}
    records = {row["number"]: row["state"] for row in await system.sql("customs", RECORDS)}
    codes = {row["number"]: tuple(row["codes"]) for row in await system.sql("singlewindow", RECEIPTS)}
    return {number: (statuses[number], records.get(number, ""), its) for number, its in codes.items()}


async def declared(system: System) -> tuple[str, ...]:
    """The declaration's status, and of its entry in the portal's register: status, whose goods, quantity, total."""
    [row] = await system.sql("singlewindow", ENTRY)
    data = json.loads(row["data"] or "{}")
    goods = [f"{each['quantity']} {each['total']}" for each in data.get("goods", [])]
    return row["status"], data.get("status", ""), data.get("consignee_code", ""), *goods


async def stock(system: System) -> tuple[str, bool]:
    """Of the bonded list's good in the account book at the portal: what was deducted, and whether the sum stays."""
    item = json.loads(await _one(system, BOOK, account_book(system)))["items"][0]
    [before] = [
        each["data"]
        for each in system.world["registers"]["account_book"]
        if each["key"] == account_book(system)
    ]
    whole = Decimal(item["remaining"]) + Decimal(item["deducted"])
    return item["deducted"], whole == Decimal(before["items"][0]["remaining"])
