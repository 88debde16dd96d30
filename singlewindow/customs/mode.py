"""自动审核: answers by rules after a settable delay, with a settable share of refusals (CUST-04).

The moment of the decision stands in the submission's `due_at`, so that it survives a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from singlewindow.customs.answers import decide
from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.desk import AUTOMATIC, AUTOMATIC_REMARK, automatic_decision
from singlewindow.customs.settings import CustomsSettings

DESK_CHANNEL = "desk"
BATCH = 20
LONGEST_IDLE = 30.0  # seconds: the clock may have been moved without waking anybody


@dataclass(frozen=True)
class Mode:
    """Whether the desk decides by itself, after how many seconds, and what share (0..1) it refuses."""

    automatic: bool
    delay_seconds: float
    refuse_share: float


async def get_mode(transaction: Transaction) -> Mode:
    """The mode now; `initialise` has written it."""
    row = await transaction.row("select automatic, delay_seconds, refuse_share from mode")
    return Mode(**dict(row)) if row else Mode(automatic=False, delay_seconds=0, refuse_share=0)


async def initialise(transaction: Transaction, settings: CustomsSettings) -> None:
    """Write the mode from the settings at the first start; later starts keep what officers chose."""
    await transaction.run(
        "insert into mode (automatic, delay_seconds, refuse_share) values ($1, $2, $3) on conflict do nothing",
        settings.customs_mode == "automatic",
        settings.customs_delay,
        settings.customs_refuse,
    )


async def switch(transaction: Transaction, mode: Mode) -> None:
    """Set the mode. What waits for a decision is decided by itself after the delay, or waits for an officer."""
    await transaction.run(
        "update mode set automatic = $1, delay_seconds = $2, refuse_share = $3",
        mode.automatic,
        mode.delay_seconds,
        mode.refuse_share,
    )
    due = transaction.now + timedelta(seconds=mode.delay_seconds) if mode.automatic else None
    await transaction.run("update submission set due_at = $1 where state = 'received'", due)
    await transaction.wake(DESK_CHANNEL)


async def due_at(transaction: Transaction) -> datetime | None:
    """When a submission received now is decided by itself; None in manual mode."""
    mode = await get_mode(transaction)
    return transaction.now + timedelta(seconds=mode.delay_seconds) if mode.automatic else None


async def decide_due(database: Database) -> int:
    """Decide what is due; answers how many."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            f"""select id, number, sequence from submission where state = 'received' and due_at <= $1
                order by due_at, id limit {BATCH} for update skip locked""",
            transaction.now,
        )
        share = (await get_mode(transaction)).refuse_share if rows else 0
        for row in rows:
            decision = automatic_decision(row["number"], row["sequence"], share)
            await decide(transaction, row["id"], decision, AUTOMATIC_REMARK[decision.name], AUTOMATIC)
    return len(rows)


async def idle(database: Database) -> float:
    """Seconds until the next decision is due, at most LONGEST_IDLE."""
    async with database.transaction() as transaction:
        first: datetime | None = await transaction.value(
            "select min(due_at) from submission where state = 'received' and due_at is not null"
        )
        return (
            LONGEST_IDLE
            if first is None
            else min(max((first - transaction.now).total_seconds(), 0.01), LONGEST_IDLE)
        )
