"""Appointments for tests of customs' desk: an application, what follows it, and the registers that judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from singlewindow.contract.messages import Envelope
from singlewindow.customs.registers import Entry
from tests.customs.company import OWN, Company
from tests.customs.conftest import Customs
from tests.customs.officer import Officer, one

TYPE = "appointment.application"
NUMBER = "202611000000000001"
PORT, OTHER_PORT, CLOSED_PORT = "5301", "5304", "5317"
CONSIGNEE = "4403110001"  # a consignee in good standing
DISCREDITED, UNQUALIFIED = "3502110007", "4403160002"
SUBMITTED = datetime(2026, 11, 26, 1, tzinfo=UTC)  # 09:00 in China, a Thursday
SATURDAY = "2026-11-28 10:00"
PASSED = "2026-12-03T16:00:00+00:00"  # 00:00 in China, after the fifth day
IMPORT = "530120261700000001"
PLAIN = {"grade": "3", "grade_name": "常规企业", "customs_qualified": True}


def entries() -> list[Entry]:
    """The registers that an appointment is judged by: companies, hours, who is on duty, a declaration."""
    hours = {f"{day:02d}": ["09:00-12:00", "13:30-17:00"] for day in (23, 24, 25, 26, 27, 30)}
    months = {
        f"{port}-202611": {
            "port": port,
            "name": port,
            "month": "2026-11",
            "provisional": False,
            "days": hours,
        }
        for port in (PORT, OTHER_PORT)
    }
    return [
        Entry("company", CONSIGNEE, 1, {"name": "深圳远禾进出口贸易有限公司", "scc": "x", **PLAIN}),
        Entry("company", DISCREDITED, 1, {
            "name": "厦门远澜机械设备有限公司", "scc": "x", "grade": "4", "grade_name": "失信企业",
            "customs_qualified": True,
        }),
        *(Entry("port_calendar", key, 1, data) for key, data in months.items()),
        Entry("duty_officer", PORT, 1, {"name": "林晓", "phone": "0755-84398100"}),
        declaration(IMPORT),
    ]  # fmt: skip


def declaration(number: str, **other: Any) -> Entry:
    """A declaration that fits the appointment of `content()`; `other` replaces members."""
    return Entry("declaration", number, 1, {
        "status": "9", "status_name": "放行", "ie_flag": "I", "declarant_code": OWN.customs_code,
        "consignee_code": CONSIGNEE, "consignee_name": "深圳远禾进出口贸易有限公司", "district": PORT, "port": PORT,
        "inspection_district": PORT, "declared_at": "2026-11-28T10:30:00+08:00", **other,
    })  # fmt: skip


def content(**other: Any) -> dict[str, Any]:
    """An application for a Saturday at a port that rests then; `other` replaces fields."""
    return {
        "declarant_code": OWN.customs_code,
        "consignee_code": CONSIGNEE,
        "consignee_name": "深圳远禾进出口贸易有限公司",
        "contact": "王小明",
        "mobile": "13800000000",
        "declare_port": PORT,
        "entry_port": PORT,
        "transport": "4",
        "start": SATURDAY,
        "end": "2026-11-28 12:00",
        "reason_kind": "2",
        "reason": "鲜活货物",
        "ie_flag": "I",
        "goods": [{"hs_code": "0301999390", "name": "活鱼"}],
        **other,
    }


def fed(*numbers: str) -> dict[str, Any]:
    """What a feedback adds to the content in force."""
    return {"declarations": [{"entry_no": number} for number in numbers]}


@dataclass
class Bookings(Officer):
    """Customs with a company that makes appointments and an officer who decides."""

    @classmethod
    async def opened(cls, customs: Customs, own: Company) -> Bookings:
        """An officer is logged in, the registers are there, the business clock stands at the first submission."""
        return cls(customs, own, await cls.prepared(customs, entries(), SUBMITTED))

    async def send(self, function: str = "ADD", sequence: int = 1, number: str = NUMBER, **other: Any) -> int:
        """Send a submission; `submitted_at` is of the message, the rest of the content. Answers its id at customs."""
        submitted_at = other.pop("submitted_at", SUBMITTED)
        return await self.customs.receive(
            self.own, number, attachments=[], sequence=sequence, function=function, type=TYPE, title="预约申请",
            district=PORT, typed=content(**other), signed={"type": TYPE}, submitted_at=submitted_at,
        )  # fmt: skip

    def envelope(self, function: str, sequence: int, number: str = NUMBER, **other: Any) -> Envelope:
        """The same as a message, to be delivered with others."""
        submitted_at = other.pop("submitted_at", SUBMITTED)
        return self.own.envelope(self.own.submission(
            number, [], sequence=sequence, function=function, type=TYPE, title="预约申请", district=PORT,
            typed=content(**other), signed={"type": TYPE}, submitted_at=submitted_at,
        ))  # fmt: skip

    async def approved(self, number: str = NUMBER, **other: Any) -> int:
        """An appointment in force; answers the base submission's id."""
        identifier = await self.send(number=number, **other)
        assert await self.decide(identifier, "accept") == (200, "预约成功")
        return identifier

    async def book(self, number: str = NUMBER) -> dict[str, Any]:
        """The appointment as customs hold it."""
        async with self.customs.database.transaction() as transaction:
            return dict(await one(transaction, "select * from appointment_book where number = $1", number))
