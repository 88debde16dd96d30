"""What decides whether a company may have declarations at all: its credit grade, and what customs have published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Forbidden, Violation
from singlewindow.kernel.registers.grades import grade_of, is_discredited
from singlewindow.kernel.registers.store import IN_FORCE, Registers
from singlewindow.subsystems.declarations import rules
from singlewindow.subsystems.declarations.keeping import load_periods
from singlewindow.subsystems.declarations.months import day_of

LAYOUT = ("print_layout", "declaration")


async def check_company(transaction: Transaction, person: Person) -> None:
    """Raise Forbidden for a 失信企业 (FG 3.1): nothing of this application is open to it."""
    company = await Registers(transaction).find("company", person.customs_code)
    if company is not None and is_discredited(company.data):
        name = grade_of(company.data)
        why = f"本企业的海关信用等级为「{name}」，不适用报关单证自助查询打印"
        advice = "请向申报地海关申请办理；信用修复后可再使用"
        raise Forbidden(why, [Violation("", "DECL-R06", why, advice, rules.NOTICE)])


async def load_known(transaction: Transaction) -> rules.Known:
    """What decides about each declaration, as it is today."""
    today = day_of(transaction.now)
    return rules.Known(today, await load_periods(transaction, today), await _districts(transaction, today))


async def _districts(transaction: Transaction, today: date) -> frozenset[str]:
    """The 关区, by the first two digits, whose declarations may be had today."""
    rows = await transaction.rows(
        f"""select key from register_entry e where kind = 'print_district' and data->>'enabled' = 'true'
            and sw_day(data->>'since') <= $1 and {IN_FORCE.format("e", "$2")}""",
        today,
        transaction.now,
    )
    return frozenset(row["key"] for row in rows)


async def find_layout_since(transaction: Transaction) -> date | None:
    """The day since which declarations have the form in force (PRNT-10); None where customs have not said one."""
    layout = await Registers(transaction).find(*LAYOUT)
    try:
        return date.fromisoformat(str(layout.data.get("since", ""))) if layout else None
    except ValueError:
        return None


@asynccontextmanager
async def at_desk(database: Database, person: Person) -> AsyncIterator[Transaction]:
    """One transaction of a person of a company that may use this application. Raises Forbidden (`check_company`)."""
    async with database.transaction(person.actor) as transaction:
        await check_company(transaction, person)
        yield transaction
