"""Faults of delivery for trainings and tests: receipts lost, doubled, delayed, shuffled (CUST-04).

The faults strike in the outbox itself (trigger `strike`, migration c0003), whatever writes into it, and by dice
that depend on the seed and the receipt alone. Here they are set, and here what was lost is sent after all:
after `lost_seconds`, or with 0 when an officer sends the submission's receipts again.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.exchange import outgoing
from singlewindow.customs.problems import NotFound
from singlewindow.customs.settings import CustomsSettings

CHANNEL = "faults"
LONGEST_IDLE = 30.0
SHORTEST_IDLE = 0.1
OVERDUE_IDLE = 1.0  # a doubled one that was not even sent once: the portal is away
COLUMNS = "lost, doubled, delayed, shuffled, lost_seconds, hold_seconds, seed"


@dataclass(frozen=True)
class Faults:
    """Shares 0..1 of receipts; seconds until a lost one is sent (0: never), and the longest hold of the others.

    Delayed ones keep their order, shuffled ones are overtaken, doubled ones come a second time within the hold.
    """

    lost: float = 0
    doubled: float = 0
    delayed: float = 0
    shuffled: float = 0
    lost_seconds: float = 30
    hold_seconds: float = 5
    seed: str = ""


async def get_faults(transaction: Transaction) -> Faults:
    """The faults now; `initialise` has written them."""
    row = await transaction.row(f"select {COLUMNS} from fault")
    return Faults(**dict(row)) if row else Faults()


async def initialise(transaction: Transaction, settings: CustomsSettings) -> None:
    """Write the faults from the settings at the first start; later starts keep what officers chose."""
    faults = Faults(
        settings.customs_lost,
        settings.customs_doubled,
        settings.customs_delayed,
        settings.customs_shuffled,
        settings.customs_lost_seconds,
        settings.customs_hold_seconds,
        settings.customs_fault_seed,
    )
    await transaction.run(
        f"insert into fault ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        *astuple(faults),
    )


async def set_faults(transaction: Transaction, faults: Faults) -> None:
    """Set the faults for receipts from now on."""
    await transaction.run(
        f"update fault set ({COLUMNS}) = row ($1, $2, $3, $4, $5, $6, $7)", *astuple(faults)
    )


async def redeliver_due(database: Database) -> int:
    """Send the lost ones whose time has come, and the doubled ones once more; answers how many."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            """update outgoing set state = 'queued', again_at = null, next_at = clock_timestamp()
               where again_at <= clock_timestamp() and state in ('lost', 'sent') returning id"""
        )
        if rows:
            await transaction.wake(outgoing.CHANNEL)
    return len(rows)


async def idle(database: Database) -> float:
    """Seconds until the next redelivery, at most LONGEST_IDLE. Redelivery runs on real time."""
    async with database.transaction() as transaction:
        seconds: float | None = await transaction.value(
            """select extract(epoch from min(again_at) - clock_timestamp())::float8
               from outgoing where again_at is not null and state <> 'refused'"""
        )
    if seconds is None:
        return LONGEST_IDLE
    return min(max(seconds, SHORTEST_IDLE), LONGEST_IDLE) if seconds > 0 else OVERDUE_IDLE


async def send_again(transaction: Transaction, submission_id: int) -> int:
    """重发: every receipt of a submission once more under the same id, with the same bytes unless customs' key was
    renewed since; answers how many.

    Raises NotFound when there are none.
    """
    rows = await transaction.rows(
        """update outgoing o set state = 'queued', again_at = null, problem = '', attempts = 0,
               next_at = clock_timestamp()
           from receipt r where r.message_id = o.message_id and r.submission_id = $1 returning o.id""",
        submission_id,
    )
    if not rows:
        raise NotFound("没有可以重发的回执")
    await transaction.wake(outgoing.CHANNEL)
    return len(rows)
