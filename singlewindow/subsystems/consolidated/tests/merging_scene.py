"""Companies with closed lists, an agent, and the worker that builds declarations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import httpx

from singlewindow.subsystems.consolidated.merging.chore import build_due
from singlewindow.subsystems.consolidated.merging.merge import Listed
from singlewindow.subsystems.consolidated.tests.many_lists import noon, store_lists, stored
from singlewindow.subsystems.consolidated.tests.merging_samples import m1
from tests.house import House, Member

AT = "/api/consolidated"
DECLARATION = "consolidated.declaration"
TODAY = date(2026, 11, 9)  # the day of M1's summary
_seqs = count(1)


@dataclass
class Stage:
    """A house on the day of M1, and a person whose company has its lists."""

    house: House
    owner: Member

    @classmethod
    async def of(cls, house: House, today: date = TODAY) -> Stage:
        """Set the clock, and make the company."""
        stage = cls(house, await house.member())
        await stage.build()  # what another test left waiting
        await stage.set(today)
        return stage

    async def set(self, today: date) -> None:
        """It is noon of that day."""
        await self.house.sql("update clock set frozen = $1, shift = '0'", noon(today))

    async def lists(self, lists: Sequence[Listed], of: Member | None = None, **more: str) -> list[str]:
        """Closed lists of a company; their numbers."""
        owner = of or self.owner
        [ids] = await self.house.sql(
            """select c.id, min(a.id) as account from company c join account a on a.company_id = c.id
               where c.customs_code = $1 group by c.id""",
            owner.customs_code,
        )
        contents = [stored(each, owner.customs_code, **more) for each in lists]
        return await store_lists(self.house.sql, ids["id"], ids["account"], contents, noon(TODAY))

    async def m1(self) -> dict[str, str]:
        """The lists of M1: name → number."""
        lists = m1()
        return dict(zip(lists, await self.lists(list(lists.values())), strict=True))

    async def agent(self, **more: Any) -> Member:
        """A company with an account that customs know as fit to declare, unless said otherwise."""
        agent = await self.house.member()
        await self.company(agent.customs_code, **more)
        return agent

    async def company(self, code: str, **more: Any) -> None:
        """What customs say of a company."""
        data = {
            "name": f"报关企业{code}", "scc": "914403000000000001", "ciq_code": "4400000001", "grade": "3",
            "grade_name": "常规企业", "customs_qualified": True, **more,
        }  # fmt: skip
        await self.house.register("company", code, data, seq=next(_seqs))

    async def preview(
        self, numbers: Sequence[str], agent: str = "", who: Member | None = None
    ) -> httpx.Response:
        """Ask what would come."""
        body = {"numbers": list(numbers), "declarant_code": agent}
        return await (who or self.owner).http.post(f"{AT}/merges/preview", json=body)

    async def merge(
        self, numbers: Sequence[str], agent: str = "", key: str = "", who: Member | None = None
    ) -> httpx.Response:
        """Click 汇总."""
        body = {"numbers": list(numbers), "declarant_code": agent}
        headers = {"Idempotency-Key": key} if key else {}
        return await (who or self.owner).http.post(f"{AT}/merges", json=body, headers=headers)

    async def build(self) -> None:
        """Let the worker build all that waits."""
        while await build_due(self.house.worker):
            pass

    async def get(self, path: str, who: Member | None = None, /, **asked: str) -> Any:
        """What a route answers."""
        answer = await (who or self.owner).http.get(f"{AT}/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def declarations(self, who: Member | None = None, **asked: str) -> list[dict[str, Any]]:
        """集报报关单查询, the oldest first."""
        found = await self.get("declarations", who, sort="number", **asked)
        items: list[dict[str, Any]] = found["items"]
        return items

    async def status(self, number: str) -> str:
        """The state of a list."""
        [row] = await self.house.sql("select status from document where number = $1", number)
        status: str = row["status"]
        return status
