"""Trips for tests of customs' gate desk and of its lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from singlewindow.contract.messages import Envelope
from tests.customs.company import Company
from tests.customs.conftest import Customs

TYPE = "gate.trip"
NUMBER = "202611000000000001"
PLATE = "沪A12345"
DISTRICT = "2248"


def content(**other: Any) -> dict[str, Any]:
    """A trip of 13,000 kg without and 33,000 kg with goods; `other` replaces fields, `goods_wt` the row's weight."""
    row = {"bind_obj_type": "B", "bind_obj_id": "BL0001", "bill_type": "1", "rd_code": "1000000000"}
    goods = other.pop("goods_wt", "20000")
    return {
        "customs_master": DISTRICT,
        "bind_key_type": "VN",
        "bind_key_info": PLATE,
        "rd_code": "1000000000",
        "decl_traf_mode": "4",
        "ie_flag": "I",
        "bayonet_rd_code": "01",
        "vehicle_weight": "8000",
        "trailer_weight": "3000",
        "conta_weight": "2000",
        "sure_id": "2026118930L0000A0110000000000001",
        "bodies": [{**row, "goods_wt": goods}],
        **other,
    }


@dataclass
class Gate:
    """Customs with a company that declares trips and an officer who decides."""

    customs: Customs
    own: Company
    headers: dict[str, str]

    async def declare(
        self, number: str = NUMBER, sequence: int = 1, function: str = "ADD", **other: Any
    ) -> int:
        """Declare a trip, a change or a deletion; answers the submission's id at customs."""
        return await self.customs.receive(
            self.own, number, attachments=[], sequence=sequence, function=function, type=TYPE, title="车次",
            district=DISTRICT, typed=content(**other), signed={"type": TYPE},
        )  # fmt: skip

    def envelope(self, number: str, sequence: int, function: str, **other: Any) -> Envelope:
        """The same as a message, to be delivered with others."""
        return self.own.envelope(self.own.submission(
            number, [], sequence=sequence, function=function, type=TYPE, title="车次", district=DISTRICT,
            typed=content(**other), signed={"type": TYPE},
        ))  # fmt: skip

    async def decide(
        self, identifier: int, name: str, remark: str = "", confirms: str = ""
    ) -> tuple[int, str]:
        """Decide as an officer; answers the HTTP status, and the new state in words or why not."""
        answer = await self.customs.client.post(
            f"/api/submissions/{identifier}/decision",
            json={"decision": name, "remark": remark, "confirms": confirms},
            headers=self.headers,
        )
        return answer.status_code, answer.json().get("state_name") or answer.json()["detail"]

    async def detail(self, identifier: int) -> dict[str, Any]:
        """The submission as the officer's page sees it."""
        found: dict[str, Any] = (await self.customs.client.get(f"/api/submissions/{identifier}")).json()
        return found

    async def accepted(self, number: str = NUMBER, **other: Any) -> int:
        """A trip in force; answers the base submission's id."""
        identifier = await self.declare(number, **other)
        assert await self.decide(identifier, "accept") == (200, "海关审核通过")
        return identifier

    async def trip(self, number: str = NUMBER) -> dict[str, Any]:
        """The trip as customs hold it."""
        async with self.customs.database.transaction() as transaction:
            row = await transaction.row("select * from gate_trip where number = $1", number)
            assert row is not None
            return dict(row)
