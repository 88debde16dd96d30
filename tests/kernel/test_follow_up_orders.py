"""Follow-ups, timers and receipts in any order of arrival, against a slow reference (APPT-16, CUST-05).

The reference knows everything in advance and goes through the hours one by one; a document's case knows what has
arrived, and reckons at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.documents.record import COLUMNS, Document
from singlewindow.kernel.exchange.receipts import CaseFile, File, Heard, hear
from singlewindow.kernel.exchange.timers import act_first
from singlewindow.kernel.lifecycle import Action, Hear, Lead, Lifecycle, State, states
from singlewindow.kernel.subsystem import DocumentType, get_document_type
from singlewindow.kernel.timing import Timer
from tests.house import House
from tests.kernel.conftest import FROZEN
from tests.kernel.test_amendments import in_thread
from tests.kernel.test_follow_ups import DUE, NO, in_force, rows

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
END = 12  # hours; few, so that much falls between much
Said = tuple[int, str, int]  # seq, code, hour


def at(hour: int) -> datetime:
    return BEGIN + timedelta(hours=hour)


@dataclass
class Sent:
    """A follow-up: which, when, and what was said of it. Its content is its own number under the name that it edits."""

    action: str
    hour: int
    number: int
    said: list[Said] = field(default_factory=list)

    @property
    def content(self) -> dict[str, Any]:
        names: dict[str, dict[str, Any]] = {
            "answer": {"answers": rows(f"N{self.number:03d}")},
            "explain": {"note": str(self.number)},
        }
        return {"answers": [], "answer_by": "x"} | names.get(self.action, {})


BASE_CODES = ("RECEIVED", "APPROVED", "LOCKED", "UNLOCKED", "REFUSED")
SETTLING = ("APPROVED", "REFUSED", "REJECTED")


def rising(data: st.DataObject, first: int, count: int) -> list[int]:
    return sorted(data.draw(st.integers(first, END)) for _ in range(count))


def drawn(data: st.DataObject) -> tuple[list[Said], list[Sent], int]:
    """A base submission's receipts, follow-ups one after the other, and the hour at which the timer is due."""
    codes = ["APPROVED", *data.draw(st.lists(st.sampled_from(BASE_CODES), max_size=4))]
    base = list(zip(range(1, 9), codes, rising(data, 0, len(codes)), strict=False))
    sent: list[Sent] = []
    hour = 0
    for number in range(2, 2 + data.draw(st.integers(0, 3))):
        hour = data.draw(st.integers(hour, END))
        one = Sent(data.draw(st.sampled_from(["answer", "explain", "withdraw"])), hour, number)
        seqs = [0] if data.draw(st.booleans()) else []
        words = ["SEND_FAILED"] if seqs else []
        words += data.draw(st.lists(st.sampled_from([*SETTLING, "RECEIVED"]), max_size=3))
        seqs += range(1, 1 + len(words) - len(seqs))
        one.said = list(zip(seqs, words, rising(data, hour, len(words)), strict=True))
        sent.append(one)
        if not one.said:
            break  # with customs: nothing is begun beside it
        hour = max(when for _, _, when in one.said)
    return base, sent, data.draw(st.integers(0, END))


# ------------------------------------------------------------------------------------------- the slow reference


def came_to(one: Sent) -> tuple[str, int]:
    """What became of it in the end, and since which hour; "" while it is with customs."""
    outcome, since = "", 0
    for seq, code, hour in sorted(one.said):
        if code in SETTLING:
            new = "accepted" if code == "APPROVED" else "refused"
            outcome, since = new, since if outcome == new else hour
        elif seq == 0 and len(one.said) == 1:
            outcome, since = "failed", hour
    return outcome, since


HEARD = {
    "RECEIVED": ("12E3", "3"), "APPROVED": ("12E3", "4"), "REFUSED": ("12E3", "5"), "LOCKED": ("4", "6"),
    "UNLOCKED": ("6", "4"),
}  # fmt: skip
LEADS = {"answer": "8", "explain": "8", "withdraw": "9"}


def is_held(sent: Sequence[Sent], due: int, hour: int) -> bool:
    """Whether a follow-up that was submitted before the timer's moment was with customs at that hour."""
    for one in sent:
        outcome, since = came_to(one)
        if one.hour < due and outcome != "accepted" and (outcome == "" or hour < since):
            return True
    return False


def slowly(base: Sequence[Said], sent: Sequence[Sent], due: int, now: int) -> str:
    """Hour by hour: the timer whenever nothing holds it, what customs say of the document, what is submitted."""
    status = "1"
    accepted = [one for one in sent if came_to(one)[0] == "accepted"]
    for hour in range(now + 1):
        for code in ("", *(code for _, code, when in sorted(base) if when == hour), ""):
            froms, to = HEARD.get(code, ("", ""))
            status = to if status in froms else status
            status = "7" if status == "4" and hour >= due and not is_held(sent, due, hour) else status
        for one in accepted:
            status = LEADS[one.action] if one.hour == hour else status
    return status


def in_force_of(sent: Sequence[Sent]) -> dict[str, Any]:
    """What is in force under the names that follow-ups edit."""
    content: dict[str, Any] = {"answers": []}
    for one in sent:
        if came_to(one)[0] == "accepted":
            names = {"answer": ["answers"], "explain": ["note"]}.get(one.action, [])
            content |= {name: one.content[name] for name in names}
    return content


# ------------------------------------------------------------------------------------------- a case in memory

TYPE = get_document_type("_template")


def with_timer(due: int) -> DocumentType:
    """The template's type with its timer due at that hour."""
    [timer] = TYPE.lifecycle.timers
    return replace(
        TYPE,
        lifecycle=replace(TYPE.lifecycle, timers=(replace(timer, due=lambda content, moments: at(due)),)),
    )


def case_of(
    type: DocumentType,
    base: Sequence[Said],
    sent: Sequence[Sent],
    now: int,
    order: Callable[[list[Said]], list[Said]],
) -> CaseFile:
    """What a document's case is when all of that has arrived, in that order."""
    document = Document(
        1, TYPE.name, "n", 1, "4", 1, {"answers": []}, {}, date(2026, 11, 20), at(now), None, 1 + len(sent)
    )
    case = CaseFile(type, document, at(now))

    def add(id: int, name: str, hour: int, content: Mapping[str, Any], said: Sequence[Said]) -> None:
        action: Action = type.lifecycle.action(name)
        receipts: dict[int, tuple[str, dict[str, Any], datetime]] = {
            seq: (code, {}, at(when)) for seq, code, when in order(list(said))
        }
        signed = json.dumps(dict(content)).encode()
        case.live.append(
            File(case, id, name, "1", False, action.amends, signed, receipts, at(hour))  # type: ignore[arg-type]
        )

    add(1, "apply", 0, {"answers": []}, base)
    for one in sent:
        add(one.number, one.action, one.hour, one.content, one.said)
    return case


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_case_is_what_the_slow_reference_says(data: st.DataObject) -> None:
    """APPT-16: every order of base receipts, follow-ups and timer; the status and content of the slow reference."""
    base, sent, due = drawn(data)
    case = case_of(with_timer(due), base, sent, END, lambda said: data.draw(st.permutations(said)))
    last = case.last
    assert last is not None
    status = slowly(base, sent, due, END)
    assert case.status_of(last) == status, (base, sent, due)
    assert {n: v for n, v in case.content.items() if n in ("answers", "note")} == in_force_of(sent)
    waits = case.due.get("overdue")
    pending = [one for one in sent if came_to(one)[0] == ""]
    assert waits is None or waits >= at(due), "no alarm before its time"
    if status == "4":
        assert waits is None, "what is still approved waits for a follow-up"
        assert [one for one in pending if one.hour < due]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_alarms_come_at_the_first_moment_of_another_status(data: st.DataObject) -> None:
    """APPT-16: who looks only when an alarm says so sees every transition of the reference: at each hour the status of
    that hour is the one that an alarm of that hour or an arrival led to."""
    base, sent, due = drawn(data)
    type = with_timer(due)
    known: str | None = None
    alarm: datetime | None = None
    for hour in range(END + 1):
        by_then = [each for each in base if each[2] <= hour]
        begun = [replace(one, said=[s for s in one.said if s[2] <= hour]) for one in sent if one.hour <= hour]
        arrived = any(when == hour for one in (Sent("", 0, 1, base), *sent) for _, _, when in one.said)
        arrived |= any(one.hour == hour for one in sent)
        case = case_of(type, by_then, begun, hour, list)
        assert case.last is not None
        now = case.status_of(case.last)
        assert known is None or now == known or arrived or (alarm is not None and alarm <= at(hour))
        known = now
        waiting = [m for name, m in case.due.items() if now in timer_of(type, name).from_states]
        alarm = min(waiting, default=None)
        assert alarm is None or alarm > at(hour), "an alarm that came does not come again for ever"


def timer_of(type: DocumentType, name: str) -> Timer:
    return next(timer for timer in type.lifecycle.timers if timer.name == name)


# ------------------------------------------------------------------------------------------- the real tables

STATE = """
select d.status, d.content::text as content, d.amending, d.follow_up::text as follow_up, d.done, f.status as found_as,
       (select sequence from submission s where s.id = d.pending_submission) as pending,
       (select sequence from submission s where s.id = d.in_force_submission) as in_force,
       (select json_agg(json_build_array(c.kind, c.key) order by c.key)::text
          from claim c where c.document_id = d.id) as claims,
       (select json_agg(json_build_array(c.kind, c.key) order by c.key)::text
          from shared_claim c where c.document_id = d.id) as shared,
       (select json_agg(json_build_array(s.timer, s.due_at))::text
          from schedule s where s.document_id = d.id) as alarms
from document d join find__template f on f.document_id = d.id where d.number = $1"""


class Undone(Exception):
    """Ends a savepoint, so that the next order begins where this one did."""


async def after(transaction: Transaction, number: str, order: Sequence[Heard | timedelta]) -> dict[str, Any]:
    """The document after these arrivals; a span of time is a look of the worker at what is due by then."""
    found: dict[str, Any] = {}
    begun = transaction.now
    try:
        async with transaction.savepoint():
            for each in order:
                if isinstance(each, Heard):
                    await hear(transaction, each)
                else:
                    transaction.now = begun + each
                    await looked_at(transaction, number)
            transaction.now = begun + timedelta(days=9)
            await looked_at(transaction, number)
            row = await transaction.row(STATE, number)
            assert row is not None
            found = dict(row)
            raise Undone
    except Undone:
        transaction.now = begun
        return found


async def looked_at(transaction: Transaction, number: str) -> None:
    """The worker's look at one document."""
    row = await transaction.row(f"select {COLUMNS} from document where number = $1 for update", number)
    assert row is not None
    await act_first(transaction, Document.of(row))


async def test_any_order_of_arrival_ends_the_same(house: House, clock: Any) -> None:
    """APPT-16, CUST-05: on the real tables: status, content, claims, marks and alarms, whichever comes first of what
    customs answer to the document and to two follow-ups, and whenever the worker looks."""
    letter, number = await in_force(house), NO()
    await letter.answered(number)
    await letter.said(2, 0, "SEND_FAILED")
    await clock(FROZEN + timedelta(hours=1))
    await letter.typed("explain", note="说明")
    await letter.declare("explain")

    def receipt(submission: int, seq: int, code: str, moment: datetime) -> Heard:
        return Heard("_template", letter.number, submission, seq, code, code, moment, {})

    def work(run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        ends: set[tuple[Any, ...]] = set()

        @settings(max_examples=60, deadline=None)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            moments = sorted(data.draw(st.integers(-3, 3)) for _ in range(6))
            words = st.sampled_from(["APPROVED", "REFUSED", "RECEIVED", ""])
            said = [(1, 3, "LOCKED"), (1, 4, "UNLOCKED")]
            said += [(s, n, data.draw(words)) for s in (2, 3) for n in (1, 2)]
            receipts = [
                receipt(s, n, code, DUE + timedelta(days=day))
                for (s, n, code), day in zip(said, data.draw(st.permutations(moments)), strict=True)
                if code
            ]
            looks = [
                timedelta(days=day) for day in sorted(data.draw(st.lists(st.integers(0, 8), max_size=3)))
            ]
            kinds = data.draw(st.permutations([True] * len(receipts) + [False] * len(looks)))
            shuffled, waiting = iter(data.draw(st.permutations(receipts))), iter(looks)
            order = [next(shuffled) if kind else next(waiting) for kind in kinds]
            expected = run(both(receipts))
            assert run(both(order)) == expected
            ends.add((expected["status"], expected["amending"], expected["in_force"]))

        check()
        assert len(ends) >= 5, ends

    async def both(order: Sequence[Heard | timedelta]) -> dict[str, Any]:
        async with house.worker.transaction() as transaction:
            return await after(transaction, letter.number, order)

    await in_thread(work)


def test_what_was_held_acts_from_the_refusal_on() -> None:
    """APPT-16: not in retrospect: what customs said of the document in between stands."""
    for hour, status in ((5, "6"), (7, "7")):
        base = [(1, "APPROVED", 1), (2, "LOCKED", hour)]
        sent = [Sent("answer", 2, 2, [(1, "REFUSED", 6)])]
        case = case_of(with_timer(3), base, sent, END, list)
        assert case.last is not None
        assert case.status_of(case.last) == slowly(base, sent, 3, END) == status


def test_what_was_said_at_the_same_moment_was_said_before() -> None:
    """APPT-16: with a clock that stands, a follow-up was submitted after what customs had said by then."""
    flow = Lifecycle(
        states=tuple(State(code, code) for code in "ABC"),
        actions=(),
        hears=(Hear("b", states("A"), "B"), Hear("c", states("B", "C"), "A")),
    )
    for hour, status in ((1, "A"), (2, "C"), (3, "C")):
        said = [(1, "b", at(0)), (2, "c", at(2))]
        assert flow.fold_timed("A", said, {}, at(9), [Lead(at(hour), "C")]) == status
