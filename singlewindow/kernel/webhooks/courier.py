"""Who is sent what, when, and what became of it.

1. Lease what is due: of each document the oldest event only, of each endpoint few at a time, of a company that is
   deactivated none.
2. Send each in a task of its own, so that nobody waits for another's answer.
3. Write what became of it: delivered, to be tried again later, or given up.
A worker that dies in between leaves leases that end; what it had sent is then sent again under the same id. Back-off,
leases and the three days are real time (decision 0019), the database's, so that all workers have the same.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from singlewindow.kernel.database.connection import Database, Row, Transaction
from singlewindow.kernel.live import feed
from singlewindow.kernel.webhooks.sending import TOTAL, Outcome, Sender
from singlewindow.kernel.webhooks.signing import Sealer, signatures
from singlewindow.kernel.webhooks.trying import body_of_test

CHANNEL = "webhooks"
"""Called when something is to be sent at once."""
DUE = """exists (select from webhook w cross join lateral (
        select from webhook_delivery d where d.webhook_id = w.id and d.state = 'waiting'
            and d.next_at <= clock_timestamp() and (d.no is null or w.rests_until <= clock_timestamp()) limit 1) as next
    where w.active)"""
"""Whether there may be something to send: SQL, asked by the worker now and then."""
DELAYS = (
    timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1),
)  # fmt: skip
LAST_DELAY = timedelta(hours=3)
KEPT_TRYING = timedelta(days=3)
LEASE = timedelta(seconds=2 * TOTAL)  # longer than a request takes with the writing of what became of it
BAD_AFTER = 5  # failures in a row; from then on an endpoint counts as one that is away
LONGEST_REST = timedelta(
    minutes=1
)  # of one that is away, from one request to the next: 1 s, doubled each time
WRITERS = 3  # connections that write what became of requests
log = structlog.get_logger()


@dataclass(frozen=True)
class Bounds:
    """How many requests a worker has under way: in all, to one endpoint, to one that is away, to all that are away."""

    in_all: int = 256
    endpoint: int = 8
    away: int = 1
    all_away: int = 128


@dataclass(frozen=True)
class Parcel:
    """A leased delivery, ready to be sent. `body` None: the event is no longer kept."""

    id: int
    webhook_id: int
    lease: int
    tries: int
    first_at: datetime
    event_id: str
    at: datetime
    url: str
    away: bool
    test: bool
    body: bytes | None
    secrets: Sequence[bytes]


def next_try(tries: int, first_at: datetime, at: datetime) -> datetime | None:
    """When to try again after so many tries, of which the last failed at `at`; None: not again."""
    moment = at + (DELAYS[tries - 1] if tries <= len(DELAYS) else LAST_DELAY)
    return moment if moment <= first_at + KEPT_TRYING else None


class Courier:
    """Sends what is due, for one worker. `shift`: how far its clock is ahead of the database's (tests move it)."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        sender: Sender,
        *,
        bounds: Bounds | None = None,
        woken: asyncio.Event | None = None,
    ) -> None:
        self._database, self._sealer, self._sender = database, sealer, sender
        self._bounds = bounds or Bounds()
        self._woken = woken or asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Parcel] = {}
        self._writing = asyncio.Semaphore(WRITERS)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # one writer for an endpoint
        self.shift = timedelta(0)

    async def round(self) -> int:
        """Lease what is due and begin to send it; how many. What ends wakes the loop (`woken`)."""
        free = self._bounds.in_all - len(self._under_way)
        if free <= 0:
            return 0
        parcels = await self._lease(free)
        for parcel in parcels:
            task = asyncio.create_task(self._deliver(parcel))
            self._under_way[task] = parcel
            task.add_done_callback(self._ended)
        return len(parcels)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way))

    async def stop(self) -> None:
        """Cut off what is under way; it is sent again when its lease ends."""
        for task in list(self._under_way):
            task.cancel()
        await self.settled()

    def _ended(self, task: asyncio.Task[None]) -> None:
        ended = self._under_way.pop(task)
        if all(each.webhook_id != ended.webhook_id for each in self._under_way.values()):
            self._turns.pop(ended.webhook_id, None)
        self._woken.set()

    async def _lease(self, free: int) -> list[Parcel]:
        busy = Counter(parcel.webhook_id for parcel in self._under_way.values())
        away = sum(parcel.away for parcel in self._under_way.values())
        bounds = self._bounds
        async with self._database.transaction() as transaction:
            rows = await transaction.rows(
                _LEASE, self.shift, list(busy.keys()), list(busy.values()), bounds.endpoint, bounds.away,
                free, max(0, bounds.all_away - away), LEASE,
            )  # fmt: skip
            bodies = await _bodies(transaction, rows)
        return [self._parcel(row, bodies.get((row["company_id"], row["no"]))) for row in rows]

    def _parcel(self, row: Row, body: bytes | None) -> Parcel:
        test = row["no"] is None
        return Parcel(
            row["id"], row["webhook_id"], row["lease"], row["tries"], row["first_at"], row["event_id"],
            row["moment"], row["url"], row["away"], test,
            body_of_test(row["moment"]) if test else body, self._secrets(row),
        )  # fmt: skip

    def _secrets(self, row: Row) -> list[bytes]:
        """Those that sign now, the newest first; none where they cannot be opened."""
        sealed = [row["secret"], *([row["old_secret"]] if row["old_secret"] else [])]
        try:
            return [self._sealer.open(each, row["company_id"]) for each in sealed]
        except (OSError, ValueError) as error:
            log.error("webhook secret unreadable", webhook=row["webhook_id"], error=str(error))
            return []

    async def _deliver(self, parcel: Parcel) -> None:
        outcome = await self._send(parcel)
        try:
            async with (
                self._turns[parcel.webhook_id],
                self._writing,
                self._database.transaction() as transaction,
            ):
                await self._write(transaction, parcel, outcome)
        except Exception:  # it is sent again when the lease ends
            log.exception("delivery not written", delivery=parcel.id)

    async def _send(self, parcel: Parcel) -> Outcome:
        if parcel.body is None:
            return Outcome("gone")
        if not parcel.secrets:
            return Outcome("secret")
        timestamp = int(parcel.at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": parcel.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(parcel.secrets, parcel.event_id, timestamp, parcel.body),
        }
        try:
            return await self._sender.send(parcel.url, headers, parcel.body)
        except Exception:  # a defect of ours with one endpoint must not look as if nothing had been tried
            log.exception("delivery failed", delivery=parcel.id)
            return Outcome("broken")

    async def _write(self, transaction: Transaction, parcel: Parcel, outcome: Outcome) -> None:
        """The endpoint's row first, then deliveries: in the order in which everybody locks them."""
        at = await transaction.value("select clock_timestamp() + $1::interval", self.shift)
        if not outcome.fault:
            await self._delivered(transaction, parcel, outcome, at)
            return
        again = next_try(parcel.tries, parcel.first_at, at)
        if parcel.test or outcome.fault == "gone":
            again = None
        await self._failed(transaction, parcel, outcome, at, again)

    async def _delivered(
        self, transaction: Transaction, parcel: Parcel, outcome: Outcome, at: datetime
    ) -> None:
        if not parcel.test:
            was_away = await transaction.value(_RECOVERED, parcel.webhook_id, at, BAD_AFTER)
            if was_away:  # it is there again: nothing of what failed meanwhile has to wait any longer
                await transaction.run(_ALL_NOW, parcel.webhook_id, at)
        await transaction.run(
            """update webhook_delivery set state = 'delivered', fault = '', status = $3, last_at = $4,
                      leased_until = '-infinity'
               where id = $1 and lease = $2""",
            parcel.id, parcel.lease, outcome.status, at,
        )  # fmt: skip

    async def _failed(
        self, transaction: Transaction, parcel: Parcel, outcome: Outcome, at: datetime, again: datetime | None
    ) -> None:
        if not parcel.test:
            await transaction.run(
                f"""update webhook set failing = failing + 1, failed_since = coalesce(failed_since, $2),
                          gave_up_at = case when $3 then coalesce(gave_up_at, $2) else gave_up_at end,
                          rests_until = case when failing + 1 < {BAD_AFTER} then rests_until
                              else $2::timestamptz + least($4::interval,
                                  interval '1 second' * power(2, least(failing + 1 - {BAD_AFTER}, 20))) end
                   where id = $1""",
                parcel.webhook_id, at, again is None, LONGEST_REST,
            )  # fmt: skip
        await transaction.run(_TRY_AGAIN, parcel.id, parcel.lease, outcome.fault, outcome.status, at, again)


async def _bodies(transaction: Transaction, rows: Sequence[Row]) -> dict[tuple[int, int], bytes]:
    """What is sent, by company and number in its feed; nothing of what is no longer kept there."""
    keys = [(row["company_id"], row["no"]) for row in rows if row["no"] is not None]
    found = await transaction.look_up(_EVENTS, keys) if keys else []
    events = {(row["company_id"], row["no"]): feed.event_of(row) for row in found}
    return {key: event.model_dump_json().encode() for key, event in events.items() if event is not None}


_LEASE = f"""
    with moment as (select clock_timestamp() + $1::interval as now), due as (
        select next.id, w.failing >= {BAD_AFTER} as away,
               row_number() over (partition by w.id order by next.next_at, next.no) as place
        from moment cross join webhook w
        left join unnest($2::bigint[], $3::bigint[]) as busy (webhook_id, many) on busy.webhook_id = w.id
        cross join lateral (
            select d.id, d.next_at, d.no from webhook_delivery d
            where d.webhook_id = w.id and d.state = 'waiting' and d.next_at <= now and d.leased_until <= now
              and (d.no is null or d.no <= w.reached and w.rests_until <= now)
              and not exists (
                  select from webhook_delivery e
                  where e.webhook_id = d.webhook_id and e.document_id = d.document_id and e.no < d.no
                    and e.state = 'waiting')
            order by d.next_at, d.no
            limit greatest(0, case when w.failing >= {BAD_AFTER} then $5::bigint else $4::bigint end
                              - coalesce(busy.many, 0))
            for update of d skip locked
        ) next
        where w.active and exists (select from company c where c.id = w.company_id and c.active)
    ), turns as (
        select id, away, place, row_number() over (partition by away order by place, id) as turn from due
    ), chosen as (
        select id, away, place from turns where not away or turn <= $7::bigint order by away, place, id limit $6::bigint
    ), leased as (
        update webhook_delivery d set leased_until = now + $8::interval, lease = lease + 1, tries = tries + 1,
               first_at = coalesce(first_at, now), last_at = now
        from chosen, moment where d.id = chosen.id
        returning d.id, d.webhook_id, d.company_id, d.lease, d.tries, d.first_at, d.event_id, d.no,
                  chosen.away, chosen.place, moment.now as moment
    )
    select leased.*, w.url, w.secret, case when w.old_until > leased.moment then w.old_secret end as old_secret
    from leased join webhook w on w.id = leased.webhook_id
    order by leased.away, leased.place, leased.id"""

_EVENTS = f"""select company_id, {feed.COLUMNS} from feed
    where (company_id, no) in (select * from unnest($1::bigint[], $2::bigint[]))"""

_RECOVERED = """
    update webhook w set failing = 0, failed_since = null, delivered_at = $2::timestamptz, rests_until = '-infinity'
    from (select id, failing from webhook
          where id = $1 and (failing > 0 or delivered_at is null
                               or delivered_at < $2::timestamptz - interval '1 minute')
          for update) as before
    where w.id = before.id returning before.failing >= $3::bigint"""

_ALL_NOW = """update webhook_delivery set next_at = $2
    where webhook_id = $1 and state = 'waiting' and next_at > $2"""

_TRY_AGAIN = """
    with this as (
        update webhook_delivery set fault = $3, status = $4, last_at = $5, leased_until = '-infinity',
               state = case when $6::timestamptz is null then 'given up' else 'waiting' end,
               next_at = coalesce($6, next_at)
        where id = $1 and lease = $2 returning webhook_id, document_id, no
    )
    update webhook_delivery d set next_at = $6 from this
    where d.webhook_id = this.webhook_id and d.document_id = this.document_id and d.no > this.no
      and d.state = 'waiting' and d.next_at < $6"""
"""Later events of the same document need not be looked at before this one is tried again."""
