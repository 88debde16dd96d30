"""Filings, lists and declarations for tests of customs' desks, and the registers that judge them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from singlewindow.customs.desks.consolidated.states import BOOKLET, LIST, QUALIFICATION, TITLES
from singlewindow.customs.registers import Entry
from tests.customs.company import OWN, Company
from tests.customs.conftest import Customs
from tests.customs.officer import Officer, one

DISTRICT = "5169"
NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)
QUALIFIED, BONDED = "202611000000000001", "202611000000000002"
BOOK = "202611000000000003"
OWN_BOOK, LICENCE, BILL = "C516961000001", "26-AE-100001", "COSU6300000001"
ACCOUNT_BOOK = "C51696100001"
BEEF = {
    "code": "0202300090", "name": "冻藏的去骨牛肉", "model": "0|3|冻|去骨", "unit": "035", "unit1": "035",
    "price": "5.2000", "currency": "USD", "country": "BRA", "licence": f"7:{LICENCE}", "note": "", "stopped": "",
}  # fmt: skip
ORANGES = {**BEEF, "code": "0805100000", "name": "鲜橙", "model": "0|3|鲜", "price": "0.9500", "licence": ""}


def entries() -> list[Entry]:
    """A company in good standing with a licence and an account book, a discredited one, a manifest."""
    plain = {"scc": "x", "customs_qualified": True, "guarantee_mode": "1"}
    return [
        Entry("licence", LICENCE, 1, {
            "code": "7", "code_name": "自动进口许可证", "company": OWN.customs_code, "company_name": OWN.company_name,
            "goods": [
                {"no": "1", "code": BEEF["code"], "name": BEEF["name"], "unit": "035", "quantity": "1000"},
                {"no": "2", "code": "0202200090", "name": "冻藏的带骨牛肉", "unit": "035", "quantity": "7"},
            ],
        }),
        Entry("account_book", ACCOUNT_BOOK, 1, {
            "kind": "C", "company": OWN.customs_code, "company_name": OWN.company_name, "district": DISTRICT,
            "trade_mode": "0615", "items": [
                {"no": "1", "code": BEEF["code"], "name": BEEF["name"], "unit": "035", "quantity": "900",
                 "remaining": "500"},
                {"no": "2", "code": ORANGES["code"], "name": ORANGES["name"], "unit": "035", "quantity": "70",
                 "remaining": "70"},
            ],
        }),
        Entry("manifest", BILL, 1, {
            "ie_flag": "I", "transport_mode": "2", "vessel": "远洋之星", "voyage": "101E", "port": DISTRICT,
            "packages": "100", "gross_weight": "1050.00", "net_weight": "1000",
        }),
        Entry("company", "4403110009", 1, {"name": "深圳失信有限公司", "grade": "4", **plain}),
    ]  # fmt: skip


def qualification(**other: Any) -> dict[str, Any]:
    """A qualification for general trade; `other` replaces fields."""
    return {
        "district": DISTRICT, "company_code": OWN.customs_code, "company_name": OWN.company_name, "guarantee": "1",
        "nature": "1", "guarantee_amount": "50", "guarantee_until": "20270630", "batches": "12", **other,
    }  # fmt: skip


def booklet(*goods: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A booklet of the qualification `QUALIFIED`; beef and oranges where no goods are named."""
    return {
        "qualification": QUALIFIED, "district": DISTRICT, "company_code": OWN.customs_code,
        "company_name": OWN.company_name, "nature": "1", "goods": list(goods or (BEEF, ORANGES)), **other,
    }  # fmt: skip


@dataclass
class Filings(Officer):
    """Customs with a company that files, and an officer who decides."""

    @classmethod
    async def opened(cls, customs: Customs, own: Company) -> Filings:
        """An officer is logged in, the registers are there, the business clock stands."""
        return cls(customs, own, await cls.prepared(customs, entries(), NOW))

    async def send(
        self, type: str, number: str, content: dict[str, Any], function: str = "ADD", sequence: int = 1,
        submitted_at: datetime = NOW,
    ) -> int:  # fmt: skip
        """Send a submission; answers its id at customs."""
        return await self.customs.receive(
            self.own, number, attachments=[], sequence=sequence, function=function, type=type, title=TITLES[type],
            district=content["district"], typed=content, signed={"type": type}, submitted_at=submitted_at, labels={},
        )  # fmt: skip

    async def agreed(self, type: str, number: str, content: dict[str, Any], *how: Any) -> int:
        """Send it and let the officer agree; answers its id."""
        identifier = await self.send(type, number, content, *how)
        status, said = await self.decide(identifier, "accept")
        assert status == 200, said
        return identifier

    async def qualified(self) -> tuple[int, int]:
        """A qualification and its booklet in force; answers their ids."""
        return (
            await self.agreed(QUALIFICATION, QUALIFIED, qualification()),
            await self.agreed(BOOKLET, BOOK, booklet()),
        )

    async def record(self, number: str, type: str = LIST) -> dict[str, Any]:
        """A document as customs hold it."""
        async with self.customs.database.transaction() as transaction:
            return dict(
                await one(
                    transaction,
                    "select * from consolidated_record where type = $1 and number = $2",
                    type,
                    number,
                )
            )


def consolidated_list(*goods: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A list of the booklet's beef, 100 kg, by road; `other` replaces fields."""
    return {
        "list_kind": "GI", "ie_flag": "I", "nature": "1", "district": DISTRICT, "port": DISTRICT,
        "book_no": f"X{DISTRICT}2600001", "ie_date": "20261120", "consignee_code": OWN.customs_code,
        "consignee_name": OWN.company_name, "transport_mode": "4", "vessel": "粤Z1234港", "voyage": "", "bill_no": "",
        "trade_mode": "0110", "licence_no": "", "packages": "10", "gross_weight": "105", "net_weight": "100",
        "goods": list(goods or (beef("100"),)), **other,
    }  # fmt: skip


def beef(quantity: str, **other: Any) -> dict[str, Any]:
    """A row of so much beef, item 1 of booklet and account book."""
    return {
        "record_no": "1", "code": BEEF["code"], "name": BEEF["name"], "model": BEEF["model"], "quantity": quantity,
        "unit": "035", "quantity1": quantity, "unit1": "035", "price": "5.2000", "currency": "USD", **other,
    }  # fmt: skip


def oranges(quantity: str, **other: Any) -> dict[str, Any]:
    """A row of so many oranges, item 2 of booklet and account book; they need no licence."""
    return beef(quantity) | {"record_no": "2", "code": ORANGES["code"], "name": ORANGES["name"], **other}


def declaration(**other: Any) -> dict[str, Any]:
    """A declaration merged of lists, in the names of the register; `other` replaces fields."""
    return {
        "nature": "1", "ie_flag": "I", "district": DISTRICT, "port": DISTRICT, "ie_date": "20261101",
        "account_book_no": f"X{DISTRICT}2600001", "consignee_code": OWN.customs_code,
        "consignee_name": OWN.company_name, "owner_code": OWN.customs_code, "owner_name": OWN.company_name,
        "declarant_code": "4403160002", "declarant_name": "深圳乙贸易有限公司", "transport_mode": "4",
        "vessel": "集中申报", "bill_no": "2026100120261031", "trade_mode": "0110", "terms": "1", "packages": "520",
        "gross_weight": "5460", "net_weight": "5200", "total": "13460.00", "currency": "USD", "note": "",
        "goods": [{**beef("1500"), "total": "7800.00", "origin": "BRA", "destination": "CHN"},
                  {**oranges("300"), "total": "285.00", "origin": "ZAF", "destination": "CHN"}],
        "documents": [{"code": "7", "number": LICENCE}], **other,
    }  # fmt: skip
