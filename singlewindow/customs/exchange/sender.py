"""Delivers the outbox to the portal: in order per document, at least once, with back-off.

1. Take up to 500 due rows, oldest first, that no earlier row of their topic holds back.
2. Sign those that have no JWS yet, or one by a key that was renewed since, and keep it: what is sent again has the
   same id, and the same bytes as long as the key is the same.
3. Post them in one request and write what the portal said.
   What was made with a key that it does not know yet is put off: keys are renewed.
4. When the portal cannot be reached, wait: 0.2 s, doubled each time, up to 30 s.
5. When it answers with an error, halve the batch until the message that causes it stands alone; only that
   one (and its topic) is put off, so that it stops nobody else.
One sender at a time: its loop holds a lock in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import structlog
from pydantic import ValidationError

from singlewindow.contract.batches import HEADER
from singlewindow.contract.messages import Answer, AnswerBatch, Envelope, EnvelopeBatch, MessageKind
from singlewindow.contract.signatures import canonical
from singlewindow.customs.database import Database, Row
from singlewindow.customs.keys import Keys

BATCH = 500
SENDER = "customs"
FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0
log = structlog.get_logger()


class PortalAway(Exception):
    """Nobody answers at the portal's address."""


class PortalFails(Exception):
    """The portal answered a request with an error instead of an answer for each message."""


@dataclass
class Sender:
    """The outbox' way to the portal; it remembers how long to leave an absent portal alone."""

    database: Database
    keys: Keys
    client: httpx.AsyncClient
    _wait: float = field(default=0.0, init=False)
    _not_before: float = field(default=0.0, init=False)  # on the event loop's clock

    async def send_due(self) -> int:
        """Send one batch; answers how many messages were settled (0 also when the portal is away)."""
        rows = [] if self._pause() > 0 else await self._due()
        if not rows:
            return 0
        try:
            settled = await self._deliver(await self._signed(rows))
        except PortalAway as away:
            self._wait = min(max(FIRST_WAIT, self._wait * 2), LONGEST_WAIT)
            self._not_before = asyncio.get_running_loop().time() + self._wait
            log.warning("portal away", waiting=self._wait, reason=str(away))
            return 0
        self._wait = 0.0
        return settled

    async def idle(self) -> float:
        """Seconds until there may be something to do without being woken."""
        if (pause := self._pause()) > 0:
            return pause
        async with self.database.transaction() as transaction:
            seconds: float | None = await transaction.value(
                """select extract(epoch from min(next_at) - clock_timestamp())::float8
                   from outgoing where state = 'queued'"""
            )
        return LONGEST_WAIT if seconds is None else min(max(seconds, FIRST_WAIT), LONGEST_WAIT)

    def _pause(self) -> float:
        return self._not_before - asyncio.get_running_loop().time()

    async def _due(self) -> list[Row]:
        async with self.database.transaction() as transaction:
            return await transaction.rows(
                f"""select id, message_id, kind, topic, body,
                        case when body is null or not starts_with(body, $1) then payload end as payload
                    from outgoing o
                    where state = 'queued' and next_at <= clock_timestamp() and not exists (
                        select from outgoing earlier where earlier.topic = o.topic and earlier.state = 'queued'
                        and earlier.id < o.id and earlier.next_at > clock_timestamp())
                    order by id limit {BATCH}""",
                self.keys.signed_start(),
            )

    async def _signed(self, rows: Sequence[Row]) -> list[tuple[Row, Envelope]]:
        unsigned = [row for row in rows if row["payload"] is not None]
        bodies = await asyncio.to_thread(self._sign, unsigned) if unsigned else {}
        if bodies:
            async with self.database.transaction() as transaction:
                await transaction.run(
                    """update outgoing o set body = w.body
                       from unnest($1::bigint[], $2::text[]) as w (id, body) where o.id = w.id""",
                    list(bodies),
                    list(bodies.values()),
                )
        return [(row, self._envelope(row, bodies.get(row["id"]) or row["body"])) for row in rows]

    def _sign(self, rows: Sequence[Row]) -> dict[int, str]:
        return {row["id"]: self.keys.sign(canonical(row["payload"])) for row in rows}

    def _envelope(self, row: Row, body: str) -> Envelope:
        return Envelope(id=row["message_id"], kind=MessageKind(row["kind"]), sender=SENDER, body=body)

    async def _deliver(self, messages: Sequence[tuple[Row, Envelope]]) -> int:
        try:
            answers = await self._post([envelope for _, envelope in messages])
        except PortalFails as failure:
            if len(messages) == 1:
                await self._put_off([messages[0][0]], str(failure))
                return 1
            # The second half waits for the next round: a message of the same topic may be put off in the first.
            return await self._deliver(messages[: len(messages) // 2])
        return await self._settle([row for row, _ in messages], {answer.id: answer for answer in answers})

    async def _post(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        body = EnvelopeBatch(messages=list(envelopes)).model_dump_json().encode()
        headers = {"Content-Type": "application/json", HEADER: self.keys.sign_batch(body)}
        try:
            response = await self.client.post("/exchange/messages", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise PortalAway(f"{type(error).__name__}: {error}") from error
        if response.status_code in (502, 503, 504):
            raise PortalAway(f"HTTP {response.status_code}")
        if not response.is_success:
            raise PortalFails(f"HTTP {response.status_code}: {response.text[:200]}")
        try:
            return AnswerBatch.model_validate_json(response.content).answers
        except ValidationError as error:
            raise PortalFails(f"no answer for each message: {error}") from error

    async def _settle(self, rows: Sequence[Row], answers: dict[str, Answer]) -> int:
        answered = [(row, answers[row["message_id"]]) for row in rows if row["message_id"] in answers]
        stored = [row["id"] for row, answer in answered if answer.stored]
        refused = [
            (row["id"], answer.reason) for row, answer in answered if not (answer.stored or answer.later)
        ]
        async with self.database.transaction() as transaction:
            await transaction.run(
                """update outgoing set state = 'sent', sent_at = clock_timestamp(), attempts = attempts + 1,
                       problem = '' where id = any($1)""",
                stored,
            )
            if refused:
                await transaction.run_many(
                    "update outgoing set state = 'refused', attempts = attempts + 1, problem = $2 where id = $1",
                    refused,
                )
        for identifier, reason in refused:
            log.error("portal refused a message", outgoing=identifier, reason=reason)
        later = [(row, answer.reason) for row, answer in answered if answer.later]
        for reason in sorted({reason for _, reason in later}):
            await self._put_off([row for row, why in later if why == reason], reason)
        await self._put_off(
            [row for row in rows if row["message_id"] not in answers], "the portal did not answer"
        )
        log.info("sent to the portal", messages=len(stored))
        return len(rows)

    async def _put_off(self, rows: Sequence[Row], reason: str) -> None:
        if not rows:
            return
        log.warning("messages put off", messages=len(rows), reason=reason)
        async with self.database.transaction() as transaction:
            await transaction.run(
                f"""update outgoing set attempts = attempts + 1, problem = $2, next_at = clock_timestamp()
                        + least({FIRST_WAIT} * power(2, least(attempts, 10)), {LONGEST_WAIT}) * interval '1 second'
                    where id = any($1)""",
                [row["id"] for row in rows],
                reason,
            )
