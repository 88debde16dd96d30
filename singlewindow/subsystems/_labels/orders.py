"""Orders of labels: prepared, signed, worked on, and looked at by everybody of the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.desk import JobDesk, Wanted
from singlewindow.kernel.jobs.files import StoredFile
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import NotFound, Refused
from singlewindow.kernel.signing.acts import perform_act, prepare_act
from singlewindow.kernel.signing.prepared import Prepared, Signed
from singlewindow.subsystems._labels.jobs import PRINTING
from singlewindow.subsystems._labels.queries import find_numbers
from singlewindow.subsystems._labels.rules import check_order

PURPOSE = "_labels.order"
OWN = "o.company_id = $1"
"""The application's own check of whose orders are seen; row-level security is the second fence."""


@dataclass(frozen=True)
class Order:
    """An order, and how far its labels are."""

    id: int
    ordered_at: datetime
    state: str
    total: int
    ready: int


@dataclass(frozen=True)
class OrderDesk:
    """A person and the company's orders, inside one transaction."""

    transaction: Transaction
    person: Person

    async def prepare(self, numbers: Sequence[str], card_no: str) -> Prepared:
        """Pin an order. Raises Refused for numbers that are no parcels of the company, and for another card."""
        await self._check(numbers)
        return await prepare_act(self.transaction, self.person, PURPOSE, _content(numbers), card_no)

    async def place(self, token: str, signed: Signed, now: datetime) -> Order:
        """Take the signature in and let the worker begin. Raises as `perform_act`, and Refused as `prepare`."""
        act = await perform_act(self.transaction, self.person, PURPOSE, token, signed, now)
        numbers: list[str] = act.content_object["numbers"]
        await self._check(numbers)
        id = await self.transaction.value(
            """with o as (
                   insert into labels_order (company_id, account_id, ordered_at, statement, content, signature,
                       certificate, card_no)
                   values ($1, $2, $3, $4, $5, $6, $7, $8) returning id, company_id
               ), l as (
                   insert into labels_label (order_id, company_id, number)
                   select id, company_id, unnest($9::text[]) from o
               )
               select id from o""",
            self.person.company_id, self.person.account_id, self.transaction.now, act.statement, act.content,
            act.signature, act.certificate, act.card_no, numbers,
        )  # fmt: skip
        items = [to_json({"number": number}).decode() for number in numbers]
        job = await JobDesk(self.transaction, self.person).start(
            Wanted(PRINTING, "", {"order": id}, items=items)
        )
        await self.transaction.run("update labels_order set job_id = $2 where id = $1", id, job.id)
        return await self.get(id)

    async def get(self, id: int) -> Order:
        """An order of the company. Raises NotFound for absent and foreign ones alike."""
        row = await self._row(id)
        return Order(row["id"], row["ordered_at"], row["state"], row["total"], row["ready"])

    async def stop(self, id: int) -> Order:
        """No further label is made, whoever of the company ordered them. Raises NotFound, NotInThisState."""
        row = await self._row(id)
        await JobDesk(self.transaction, self.person, whole_company=True).stop(row["job_id"])
        return await self.get(id)

    async def label(self, id: int, number: str) -> StoredFile:
        """A label that is ready. Raises NotFound."""
        file: int | None = await self.transaction.value(
            f"""select l.file_id from labels_order o join labels_label l on l.order_id = o.id
                where {OWN} and o.id = $2 and l.number = $3""",
            self.person.company_id,
            id,
            number,
        )
        return await files.get(self.transaction, self.person, file, "标签")

    async def _row(self, id: int) -> Row:
        row = await self.transaction.row(
            f"""select o.id, o.ordered_at, o.job_id, coalesce(j.state, 'done') as state, count(*) as total,
                    count(l.file_id) as ready
                from labels_order o join labels_label l on l.order_id = o.id left join job j on j.id = o.job_id
                where {OWN} and o.id = $2 group by o.id, j.state""",
            self.person.company_id,
            id,
        )
        if row is None:
            raise NotFound(f"没有编号为 {id} 的申请")
        return row

    async def _check(self, numbers: Sequence[str]) -> None:
        known = await find_numbers(self.transaction, self.person, numbers)
        if violations := check_order(numbers, known):
            raise Refused.because(violations)


def _content(numbers: Sequence[str]) -> Mapping[str, Any]:
    return {"numbers": list(numbers)}
