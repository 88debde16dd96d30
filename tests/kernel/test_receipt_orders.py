"""A thousand random orders of receipts, with doubles, of a document with two submissions (CUST-05)."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.exchange.receipts import Heard, hear
from singlewindow.kernel.subsystem import document_types, get_document_type
from tests.house import House
from tests.kernel.test_documents import TYPE, applied

ORDERS = 1000
THEIRS = "530120261121000001"  # 海关审核编号 for the first, superseded submission
OURS = "530120261121000002"  # for the second
STATE = """
select d.status, d.returned, d.content, d.last_submission, d.hidden,
       (select sequence from submission s where s.id = d.pending_submission) as pending,
       (select sequence from submission s where s.id = d.in_force_submission) as in_force,
       (select json_agg(json_build_array(s.sequence, s.superseded) order by s.sequence)::text
          from submission s where s.document_id = d.id) as submissions,
       (select json_agg(json_build_array(s.sequence, r.seq, r.code, r.text, r.data) order by s.sequence, r.seq)::text
          from receipt r join submission s on s.id = r.submission_id where r.document_id = d.id) as receipts,
       (select json_agg(json_build_array(c.kind, c.key) order by c.kind)::text
          from claim c where c.document_id = d.id) as claims,
       f.status as found_as
from document d join find__template f on f.document_id = d.id where d.number = $1"""


class Undone(Exception):
    """Ends a savepoint, so that the next order begins where this one did."""


@dataclass(frozen=True)
class Answers:
    """What customs and the portal's own sender have to say about both submissions of a document."""

    number: str

    def receipt(self, submission: int, seq: int, code: str, **data: str) -> Heard:
        text = f"第 {submission} 次 {code}"
        return Heard(TYPE, self.number, submission, seq, code, text, datetime(2026, 11, 21, tzinfo=UTC), data)

    def all(self, last: str) -> list[Heard]:
        """In the order in which they were given; the first submission is answered after it was superseded."""
        return [
            self.receipt(1, 1, "RECEIVED"),
            self.receipt(1, 2, "APPROVED", customs_no=THEIRS),
            self.receipt(2, 0, "SENT"),
            self.receipt(2, 1, "RECEIVED"),
            self.receipt(2, 2, last, customs_no=OURS),
        ]


async def submitted_twice(house: House) -> str:
    """A document whose first sending failed and which was declared again; its number."""
    member, view = await applied(house)
    house.customs.refuses = "no"
    await house.send()
    failed = await member.view(TYPE, view["number"])
    assert failed["status"]["name"] == "发送失败"
    house.customs.refuses = ""
    again = await member.apply(TYPE, failed)
    assert again["status"]["name"] == "已申报"
    return str(view["number"])


async def heard_in(transaction: Transaction, number: str, order: list[Heard]) -> dict[str, Any]:
    """The document after these receipts; what they did is undone again."""
    found: dict[str, Any] = {}
    try:
        async with transaction.savepoint():
            for each in order:
                await hear(transaction, each)
            row = await transaction.row(STATE, number)
            assert row is not None
            found = dict(row)
            raise Undone
    except Undone:
        return found


@pytest.mark.parametrize(("last", "status"), [("APPROVED", "4"), ("REFUSED", "5")])
async def test_a_thousand_orders_end_the_same(house: House, last: str, status: str) -> None:
    """CUST-05: through the real `hear`, on the real tables: status, number, claims, list and receipts are the same."""
    number = await submitted_twice(house)
    given_order = Answers(number).all(last)
    shuffle = random.Random(20261121)
    async with house.worker.transaction() as transaction:
        expected = await heard_in(transaction, number, given_order)
        assert (expected["status"], expected["found_as"]) == (status, status)
        assert expected["returned"] == {"customs_no": OURS}, "nothing of the superseded submission"
        assert expected["pending"] is None
        assert expected["in_force"] == (2 if last == "APPROVED" else None)
        assert expected["submissions"].replace(" ", "") == "[[1,true],[2,false]]"
        seen = set()
        for _ in range(ORDERS // 2):
            order = given_order + shuffle.choices(given_order, k=shuffle.randrange(4))
            shuffle.shuffle(order)
            seen.add(tuple((each.submission, each.seq) for each in order))
            assert await heard_in(transaction, number, order) == expected, order
    assert len(seen) > 0.8 * ORDERS // 2, "orders that differ"


@given(st.data())
def test_the_fold_depends_on_the_receipts_alone(data: st.DataObject) -> None:
    """CUST-05: for every type that there is: any receipts, any order, any doubles: one status."""
    lifecycle = document_types()[data.draw(st.sampled_from(sorted(document_types())))].lifecycle
    codes = [hear.code for hear in lifecycle.hears]
    receipts = list(enumerate(data.draw(st.lists(st.sampled_from(codes), max_size=7))))
    start = data.draw(st.sampled_from([state.code for state in lifecycle.states]))
    doubles = data.draw(st.lists(st.sampled_from(receipts), max_size=5)) if receipts else []
    shuffled = data.draw(st.permutations(receipts + doubles))
    assert lifecycle.fold(start, shuffled) == lifecycle.fold(start, receipts)


def test_a_gap_that_is_filled_later_ends_as_if_there_had_been_none() -> None:
    """CUST-05: every subset of the usual answers first, then the rest."""
    lifecycle = get_document_type(TYPE).lifecycle
    usual = [(0, "SENT"), (1, "RECEIVED"), (2, "APPROVED")]
    for count in range(len(usual) + 1):
        for early in itertools.combinations(usual, count):
            rest = [each for each in usual if each not in early]
            assert lifecycle.fold("1", [*early, *rest]) == "4"
            assert lifecycle.fold("1", early) in {"1", "2", "3", "4"}
