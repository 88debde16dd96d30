"""When the automatic mode decides: a business moment in the submission's row, right also after the clock was moved."""

from __future__ import annotations

from singlewindow.customs.database import Database, Transaction

DESK_CHANNEL = "desk"
CLOCK_CHANNEL = "clock"


async def hold_mode(transaction: Transaction) -> None:
    """Keep the automatic mode as it is until the transaction ends. Whoever decides holds it before any submission: the
    switch has it first and then all that waits, and a decision asks for it again (`automatic_moment`)."""
    await transaction.run("select from mode for share")


async def reschedule(database: Database) -> int:
    """After the clock was set back or frozen: nothing waits longer than the mode's delay. Answers 0: done at once.

    After a jump ahead everything is due by itself; the desk is woken in both cases.
    """
    async with database.transaction() as transaction:
        await transaction.run(
            """update submission set due_at = automatic_moment(number || '/' || sequence)
               where due_at > automatic_moment(number || '/' || sequence)"""
        )
        await transaction.wake(DESK_CHANNEL)
    return 0
