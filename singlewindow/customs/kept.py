"""What desks do alike that keep a row of their own beside each base submission."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from singlewindow.contract.messages import Submission
from singlewindow.customs.database import Row, Transaction


async def received(transaction: Transaction, rows: Sequence[Row]) -> list[Submission]:
    """The messages of submissions, in their order."""
    found = await transaction.rows(
        "select id, received from submission where id = any($1)", [row["id"] for row in rows]
    )
    by_id = {row["id"]: Submission.model_validate(row["received"]) for row in found}
    return [by_id[row["id"]] for row in rows]


def newest(
    arrived: Sequence[tuple[int, Submission]], functions: Collection[str]
) -> Iterator[list[tuple[int, Submission]]]:
    """Of what arrived together the newest for each number, to be written in turns.

    A number that two companies use (PORT-10: it is his who came first) is in one turn for each of them, in the order in
    which they came, so that the later one finds whose it is; otherwise there is one turn, or none.
    """
    found: dict[tuple[str, str], dict[str, tuple[int, Submission]]] = {}
    for identifier, each in sorted(arrived, key=lambda pair: pair[0]):
        if each.function in functions:
            by_company = found.setdefault((each.type, each.number), {})
            known = by_company.get(each.company)
            if known is None or known[1].sequence <= each.sequence:
                by_company[each.company] = identifier, each
    for turn in zip_longest(*(found[key].values() for key in sorted(found))):
        yield [pair for pair in turn if pair is not None]


def of_another(row: Row, kept: Row, what: str) -> str:
    """Why what a company has submitted (`answers.DECIDED`) must not act upon what is kept: another one has filed it
    (PORT-10); "" where it is its own. `what` names it in Chinese."""
    if row["company"] == kept["company"]:
        return ""
    return f"该{what}由企业 {kept['company']} 申报，企业 {row['company']} 不能办理"


async def end_kept(
    transaction: Transaction, table: str, rows: Sequence[Row], state: str, possible: Sequence[str]
) -> bool:
    """End what is kept in `table` by the submissions that follow it, and its base submissions with it; whether every
    one was in a `possible` state. Where not, the caller refuses, and nothing stays of it."""
    ended: int = await transaction.value(
        f"""with k as (
               update {table} k set state = $2, changed_at = $1
               from unnest($3::text[], $4::text[]) as w (type, number)
               where k.type = w.type and k.number = w.number and k.state = any($5::text[])
               returning k.submission_id
           ), s as (
               update submission s set state = $2, due_at = null from k where s.id = k.submission_id returning s.id
           )
           select count(*) from s""",
        transaction.now,
        state,
        [row["type"] for row in rows],
        [row["number"] for row in rows],
        list(possible),
    )
    return ended == len(rows)
