"""Declarations that were merged of lists: stored, reviewed, released; closed ones enter the register of declarations,
where the company prints them (CONS-15, FA 3.9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from singlewindow.customs import registers
from singlewindow.customs.database import Row, Transaction
from singlewindow.customs.desk import Taken
from singlewindow.customs.desks.consolidated import records
from singlewindow.customs.desks.consolidated.contents import Content, day, table, text
from singlewindow.customs.desks.consolidated.numbers import declaration_numbers
from singlewindow.customs.desks.consolidated.states import CLOSED
from singlewindow.customs.entries import Data, find_entries
from singlewindow.customs.register_kinds import COMPANY, DECLARATION_STATUSES, Member
from singlewindow.customs.register_kinds import DECLARATION as REGISTER
from singlewindow.customs.register_values import with_names, wrong
from singlewindow.customs.registers import Entry
from singlewindow.customs.times import local_day

ENDED = "10"
ROLES = ("consignee", "owner", "declarant")
ELECTRONIC = "M"
"""报关单类型 通关无纸化, where the declaration says none."""


async def why_not_stored(transaction: Transaction, rows: Sequence[Row], *, lock: bool) -> list[str]:
    """The hindrance of 海关入库: declared anew, or a company that customs do not know."""
    held = await records.held(transaction, rows, lock=lock)
    contents = [record["content"] if record else {} for record in held]
    codes = {text(content, f"{role}_code") for content in contents for role in ("consignee", "declarant")}
    known = await find_entries(transaction, COMPANY, codes)
    return [
        records.superseded(row, record) or _unknown(content, known)
        for row, record, content in zip(rows, held, contents, strict=True)
    ]


def _unknown(content: Content, known: Mapping[str, Data]) -> str:
    roles = (("consignee", "境内收发货人"), ("declarant", "申报单位"))
    codes = ((label, text(content, f"{role}_code")) for role, label in roles)
    return "；".join(f"海关没有{label} {code} 的备案信息" for label, code in codes if code not in known)


async def stored(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What 海关入库 carries: 报关单号, and 申报日期, which is 进出口日期 too (decree art. 17)."""
    held = await records.held(transaction, rows)
    numbers = await declaration_numbers(
        transaction, rows, [record["nature"] if record else "I" for record in held]
    )
    today = local_day(transaction.now).isoformat()
    return [{"customs_no": number, "entry_no": number, "declared_on": today} for number in numbers]


async def closed(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What 结关 carries: its day."""
    return [{"closed_on": local_day(transaction.now).isoformat()} for _ in rows]


async def follow(transaction: Transaction, taken: Sequence[Taken]) -> None:
    """The effect on declarations: the state; closed ones enter the register and are published."""
    await records.move(transaction, taken)
    held = await records.held(transaction, [each.row for each in taken if each.decision.state == CLOSED])
    if not held:
        return
    declared = [record for record in held if record is not None]
    codes = {text(each["content"], f"{role}_code") for each in declared for role in ROLES}
    companies = await find_entries(transaction, COMPANY, codes)
    await registers.put_all(transaction, [_entry(transaction, record, companies) for record in declared])


def _entry(transaction: Transaction, record: Row, companies: Mapping[str, Data]) -> Entry:
    """The register's entry of a closed declaration: all that its content says under the register's own names."""
    content, accepted = record["content"], record["accepted_at"]
    told = {
        **{role: value for name in ROLES for role, value in _party(name, content, companies).items()},
        **{name: value for name, value in content.items() if value and name not in ("goods", "status")},
        "status": ENDED,
        "status_name": DECLARATION_STATUSES[ENDED],
        "unified_no": record["number"],
        "pre_entry_no": record["customs_no"],
        "district": record["district"],
        "inspection_district": record["district"],
        "ie_date": local_day(accepted).isoformat(),
        "declared_at": accepted.isoformat(),
        "released_at": (record["released_at"] or transaction.now).isoformat(),
        "closed_at": transaction.now.isoformat(),
        "account_book_no": text(content, "account_book_no") or text(content, "book_no"),
        "entry_type": text(content, "entry_type") or ELECTRONIC,
        "goods": [{**row, "no": str(at)} for at, row in enumerate(table(content), 1)],
    }
    fitting = {
        member.name: _fitted(member, told[member.name]) for member in REGISTER.members if member.name in told
    }
    data = with_names(
        REGISTER, {name: value for name, value in fitting.items() if value not in (None, "", [])}
    )
    return Entry(REGISTER.name, record["customs_no"], 1, data)


def _party(role: str, content: Content, companies: Mapping[str, Data]) -> dict[str, str]:
    """What customs know of a party, where the declaration does not say it."""
    company = companies.get(text(content, f"{role}_code"), {})
    return {f"{role}_name": company.get("name", ""), f"{role}_scc": company.get("scc", ""),
            f"{role}_ciq": company.get("ciq_code", "")}  # fmt: skip


def _fitted(member: Member, value: Any) -> Any:
    """A value as the register holds it; None where it cannot."""
    if member.kind == "rows" and isinstance(value, list):
        return [
            {c.name: cell for c in member.columns if (cell := _fitted(c, row.get(c.name))) not in (None, "")}
            for row in value
        ]
    if member.kind == "day" and isinstance(value, str) and (found := day(value)):
        return found.isoformat()
    return None if wrong(member, value) else value
