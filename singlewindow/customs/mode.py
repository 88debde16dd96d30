"""自动审核: answers by rules after a settable delay, with a settable share of refusals (CUST-04).

The moment of the decision stands in the submission's `due_at`, so that it survives a restart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import structlog

from singlewindow.contract.postgres import PASSING
from singlewindow.customs.answers import DECIDED, decide_all, hindrances, in_turns
from singlewindow.customs.database import Database, Row, Transaction
from singlewindow.customs.desk import AUTOMATIC, Decision, Taken, roll
from singlewindow.customs.desks import automatic_states, desk_for
from singlewindow.customs.due import DESK_CHANNEL, hold_mode
from singlewindow.customs.keys import Keys
from singlewindow.customs.settings import CustomsSettings

BATCH = 200
log = structlog.get_logger()
LONGEST_IDLE = 30.0  # seconds: the clock may have been moved without waking anybody


@dataclass(frozen=True)
class Mode:
    """Whether the desks decide by themselves, after how many seconds (from, to), and what share (0..1) they refuse."""

    automatic: bool
    delay_seconds: float
    delay_max_seconds: float
    refuse_share: float


async def get_mode(transaction: Transaction) -> Mode:
    """The mode now; `initialise` has written it."""
    row = await transaction.row("select automatic, delay_seconds, delay_max_seconds, refuse_share from mode")
    return Mode(**dict(row)) if row else Mode(False, 0, 0, 0)


async def initialise(transaction: Transaction, settings: CustomsSettings) -> None:
    """Write the mode from the settings at the first start; later starts keep what officers chose."""
    await transaction.run(
        """insert into mode (automatic, delay_seconds, delay_max_seconds, refuse_share) values ($1, $2, $3, $4)
           on conflict do nothing""",
        settings.customs_mode == "automatic",
        settings.customs_delay,
        max(settings.customs_delay, settings.customs_delay_max),
        settings.customs_refuse,
    )


async def switch(transaction: Transaction, mode: Mode) -> None:
    """Set the mode. What waits for a decision is decided by itself after the delay, or waits for an officer."""
    await transaction.run(
        "update mode set automatic = $1, delay_seconds = $2, delay_max_seconds = $3, refuse_share = $4",
        *astuple(mode),
    )
    await transaction.run(
        "update submission set due_at = automatic_moment(number || '/' || sequence) where state = any($1)",
        automatic_states(),
    )
    await transaction.wake(DESK_CHANNEL)


async def decide_due(database: Database, keys: Keys | None = None) -> int:
    """Decide what is due as the submissions' desks do by themselves; answers how many.

    What a desk leaves to an officer, may not decide, or stumbles on, is not due any more; it holds up nobody.
    """
    async with database.transaction() as transaction:
        return await decide_within(transaction, keys)


async def decide_within(transaction: Transaction, keys: Keys | None = None) -> int:
    """The same within a transaction, what became due in it included."""
    await hold_mode(transaction)
    rows = await transaction.rows(
        f"""select {DECIDED} from submission where due_at <= (select business_now())
            order by due_at, id limit {BATCH} for update skip locked"""
    )
    if not rows:
        return 0
    share = (await get_mode(transaction)).refuse_share
    left = {row["id"] for row in rows}
    for each in _rounds(rows):
        left -= await _decide(transaction, each, share, keys)
    if left:
        await transaction.run("update submission set due_at = null where id = any($1)", list(left))
    return len(rows)


async def decide_at_once(transaction: Transaction, keys: Keys) -> bool:
    """Decide what is due in the transaction that took it in, so that both answers leave together; whether nothing
    else waits for its moment. What goes wrong is undone, and left to `decide_due`."""
    try:
        async with transaction.savepoint():
            await decide_within(transaction, keys)
    except PASSING:
        raise
    except Exception:
        log.exception("not decided at once")
        return False
    return not await transaction.value("select exists (select from submission where due_at is not null)")


def _rounds(rows: Sequence[Row]) -> list[list[Row]]:
    """The submissions in rounds, so that of one document what came first is decided before what follows it."""
    rounds: list[list[Row]] = []
    turn: Counter[tuple[str, str]] = Counter()
    for row in sorted(rows, key=lambda row: row["sequence"]):
        document = row["type"], row["number"]
        if turn[document] == len(rounds):
            rounds.append([])
        rounds[turn[document]].append(row)
        turn[document] += 1
    return rounds


async def _decide(transaction: Transaction, rows: Sequence[Row], share: float, keys: Keys | None) -> set[int]:
    """Decide one round; answers the ids of what is decided."""
    decided: set[int] = set()
    for turn in in_turns([ruling for row in rows if (ruling := _ruling(row, share))]):
        decided |= await _decide_turn(transaction, turn, keys)
    return decided


async def _decide_turn(transaction: Transaction, rulings: Sequence[Taken], keys: Keys | None) -> set[int]:
    """Decide one turn together; answers the ids of what is decided. Where that fails, each for itself, and asked
    anew: what the one before it has done may hinder it."""
    taken = await _unhindered(transaction, rulings)
    if not taken or await _decided(transaction, taken, keys):
        return {each.row["id"] for each in taken}
    decided = set()
    for ruling in rulings:
        alone = await _unhindered(transaction, [ruling])
        if alone and await _decided(transaction, alone, keys):
            decided.add(ruling.row["id"])
    return decided


async def _decided(transaction: Transaction, taken: Sequence[Taken], keys: Keys | None) -> bool:
    """Whether all of it is decided; else nothing of it, and the log says why. Raises failures that pass."""
    try:
        async with transaction.savepoint():
            await decide_all(transaction, taken, AUTOMATIC, keys)
    except PASSING:
        raise
    except Exception:
        log.exception("cannot be decided", numbers=[each.row["number"] for each in taken][:10])
        return False
    return True


def _ruling(row: Row, share: float) -> Taken | None:
    desk = desk_for(row["type"])
    try:
        ruling = desk.automatic(row["state"], roll(row["number"], row["sequence"]) - share)
    except Exception:  # a defect of one desk must not stop the others
        log.exception("no ruling", number=row["number"], desk=desk.name)
        return None
    decision = desk.find_decision(ruling.decision, row["function"]) if ruling else None
    if ruling is None or decision is None or row["state"] not in decision.from_states:
        return None
    return Taken(row, decision, ruling.remark)


async def _unhindered(transaction: Transaction, taken: Sequence[Taken]) -> list[Taken]:
    """What may be decided so; where it may not, what the decision names instead, with the hindrance as its remark.
    What a desk stumbles on is left out."""
    asked: dict[Decision, list[Row]] = {}
    for each in taken:
        if each.decision.hindrance is not None or each.decision.detour is not None:
            asked.setdefault(each.decision, []).append(each.row)
    hindered: dict[int, str | None] = {}
    for decision, rows in asked.items():
        answers = await _answers(transaction, decision, rows)
        hindered |= {row["id"]: why for row, why in zip(rows, answers, strict=True) if why != ""}
    found = [
        _instead(each, hindered[each.row["id"]]) if each.row["id"] in hindered else each for each in taken
    ]
    return [each for each in found if each is not None]


async def _answers(transaction: Transaction, decision: Decision, rows: Sequence[Row]) -> Sequence[str | None]:
    """As `hindrances`, then why something else comes first; None for all of them where the desk stumbles, which must
    not stop the others."""
    try:
        async with transaction.savepoint():
            found = await hindrances(transaction, decision, rows, lock=True)
            if decision.detour is None:
                return found
            first = await decision.detour(transaction, rows, lock=True)
            return [why or then for why, then in zip(found, first, strict=True)]
    except PASSING:
        raise
    except Exception:
        log.exception("hindrance not known", numbers=[row["number"] for row in rows][:10])
        return [None] * len(rows)


def _instead(taken: Taken, why: str | None) -> Taken | None:
    if why is None:
        return None
    desk = desk_for(taken.row["type"])
    decision = desk.find_decision(taken.decision.otherwise, taken.row["function"])
    return Taken(taken.row, decision, why) if decision else None


async def idle(database: Database) -> float:
    """Seconds until the next decision is due, at most LONGEST_IDLE."""
    async with database.transaction() as transaction:
        first = await transaction.value("select min(due_at) from submission where due_at is not null")
        return (
            LONGEST_IDLE
            if first is None
            else min(max((first - transaction.now).total_seconds(), 0.01), LONGEST_IDLE)
        )
