"""Appointments and a month of 集中申报 between portal and customs as files, with faults and kills: every life ends
right (CUST-04, CUST-05, APPT-09 … APPT-12, CONS-06, CONS-10, CONS-12, CONS-15)."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from singlewindow.contract import demo_pki
from singlewindow.contract.demo_pki import DemoCard
from tests.system import consolidated
from tests.system.applicant import Applicant, applicants, holding
from tests.system.running import CHINA, System, eventually, running

pytestmark = pytest.mark.serial
TYPE = "appointment.application"
FAULTS = {
    "CUSTOMS_LOST": "0.3", "CUSTOMS_DOUBLED": "0.4", "CUSTOMS_DELAYED": "0.3", "CUSTOMS_SHUFFLED": "0.4",
    "CUSTOMS_LOST_SECONDS": "1", "CUSTOMS_HOLD_SECONDS": "0.7", "CUSTOMS_FAULT_SEED": "appointments",
}  # fmt: skip
STATUSES = "select number, status, amending from document where type = 'appointment.application'"
RECEIPTS = """
select d.number, array_agg(r.code order by s.sequence, r.seq) as codes from document d
join submission s on s.document_id = d.id join receipt r on r.submission_id = s.id
where d.type = 'appointment.application' and r.seq > 0 group by d.number"""
MATERIAL = "1"  # 随附补充材料
LOST_CARD = "8930L0000A999"
BOOKS = "select number, state from appointment_book"
APPLIED = ("RECEIVED", "APPROVED")
LIVES = {
    "stays": ("P", "booked", APPLIED),
    "fed back": ("F", "fed_back", (*APPLIED, "RECEIVED", "FEEDBACK_ACCEPTED")),
    "refused": ("P", "booked", (*APPLIED, "RECEIVED", "FEEDBACK_REFUSED")),
    "explained": ("F", "explained", (*APPLIED, "RECEIVED", "EXPLAINED")),
    "cancelled": ("C", "cancelled", (*APPLIED, "RECEIVED", "CANCELLED")),
}
"""By what becomes of it: status at the portal, state at customs, customs' receipts in their order."""


def test_every_life_ends_right_on_both_sides() -> None:
    """Receipts lost, doubled, delayed and shuffled, messages as files, both sides killed on the way."""
    with running(
        FAULTS, CAPTCHA_FIXED="TEST", CUSTOMS_MODE="automatic", CUSTOMS_DELAY="0", TRANSPORT="folder"
    ) as system:  # fmt: skip
        numbers = asyncio.run(_play(system))
        expected = {numbers[name]: life for name, life in LIVES.items()}
        assert eventually(lambda: asyncio.run(_lives(system)) == expected, 60), asyncio.run(_lives(system))
        made = asyncio.run(consolidated.play(system))
        month = {made[name]: life for name, life in consolidated.LIVES.items()}
        assert eventually(lambda: asyncio.run(consolidated.lives(system)) == month, 60), asyncio.run(
            consolidated.lives(system)
        )
        assert asyncio.run(consolidated.stock(system)) == ("50", True)
        first = system.world["companies"][0]["customs_code"]
        closed = ("10", "10", first, "250 1300.00")
        assert eventually(lambda: asyncio.run(consolidated.declared(system)) == closed, 60), asyncio.run(
            consolidated.declared(system)
        )


async def _play(system: System) -> dict[str, str]:
    """Apply for one appointment of each life with a file, kill both sides, revoke the card that signed all of them,
    then send what follows with another."""
    async with applicants(system) as people:
        person = people[0]
        lost = await _with_other_card(system, person)
        made = {name: await lost.declare(TYPE, _content(system, person), "apply", MATERIAL) for name in LIVES}
        system.kill("customs")
        system.kill("worker")
        approved = dict.fromkeys(made.values(), "P")
        assert await asyncio.to_thread(eventually, lambda: asyncio.run(_statuses(system)) == approved, 60), (
            await _statuses(system)
        )
        examples = system.world["examples"]
        await _lose_card(system, lost, person)
        await person.amend(
            TYPE, made["fed back"], "feedback", _fed(examples["appointment_feedback_import"][:3])
        )
        await person.amend(TYPE, made["refused"], "feedback", _fed([_foreign(system)]))
        await person.amend(TYPE, made["explained"], "explain", {"explanation": "船期延误，货物未到港"})
        await person.amend(TYPE, made["cancelled"], "cancel")
        system.kill("customs")
        return made


async def _with_other_card(system: System, person: Applicant) -> Applicant:
    """The person, whose account has a new card from now on."""
    held = next(each for each in system.world["cards"] if each["card_no"] == person.card_no)
    card = DemoCard(**held | {"card_no": LOST_CARD})
    demo_pki.issue_card(
        system.data / "pki", system.data / "cards", card, not_before=datetime.now(CHINA) - timedelta(days=1)
    )
    await system.sql(
        "singlewindow",
        """with old as (update card set account_id = null where card_no = $1 returning company_id, kind, holder),
               whose as (select account_id from card where card_no = $1)
           insert into card (card_no, company_id, kind, holder, account_id, bound_at)
           select $2, company_id, kind, holder, account_id, now() from old, whose""",
        person.card_no,
        card.card_no,
    )
    return holding(person, system, held | {"card_no": LOST_CARD})


async def _lose_card(system: System, lost: Applicant, person: Applicant) -> None:
    """The account has the person's card again, and the CA revokes the other one."""
    await system.sql(
        "singlewindow",
        """with whose as (select account_id from card where card_no = $1),
               old as (update card set account_id = null where card_no = $1 returning card_no)
           update card c set account_id = whose.account_id from whose, old where c.card_no = $2""",
        lost.card_no,
        person.card_no,
    )
    demo_pki.revoke(system.data / "pki", demo_pki.card_certificate(system.data / "cards", lost.card_no))


def _content(system: System, person: Applicant) -> dict[str, Any]:
    return {
        "consignee_code": person.customs_code, "contact": "王芳", "mobile": "13800000000", "declare_port": "5301",
        "entry_port": "5301", "transport": "4", "start": f"{_rest(system)} 10:00", "reason_kind": "2",
        "reason": "鲜活货物", "ie_flag": "I", "goods": [{"hs_code": "0805100000", "name": "鲜橙"}],
    }  # fmt: skip


def _rest(system: System) -> date:
    """A day on which the port rests, far enough ahead for everybody."""
    months = {each["key"]: each["data"]["days"] for each in system.world["registers"]["port_calendar"]}
    days = (datetime.now(CHINA).date() + timedelta(days=ahead) for ahead in range(12, 40))
    return next(day for day in days if f"{day:%d}" not in months[f"5301-{day:%Y%m}"])


def _fed(numbers: list[str]) -> dict[str, Any]:
    return {"declarations": [{"entry_no": number} for number in numbers]}


def _foreign(system: System) -> str:
    """A number whose digits fit and that customs do not know: the portal warns, customs refuse."""
    return f"5301{system.world['anchor'][:4]}1999999999"


async def _statuses(system: System) -> dict[str, str]:
    return {row["number"]: row["status"] for row in await system.sql("singlewindow", STATUSES)}


async def _lives(system: System) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    statuses = await _statuses(system)
    books = {row["number"]: row["state"] for row in await system.sql("customs", BOOKS)}
    codes = {row["number"]: tuple(row["codes"]) for row in await system.sql("singlewindow", RECEIPTS)}
    return {n: (status, books.get(n, ""), codes.get(n, ())) for n, status in statuses.items()}
