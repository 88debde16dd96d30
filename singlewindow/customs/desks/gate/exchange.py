"""A lane's message from its bytes to its answer, in one transaction: what comes twice counts once."""

from __future__ import annotations

import structlog

from singlewindow.customs.database import Database, Transaction
from singlewindow.customs.desks.gate.lanes import get_lane, lane_of_key
from singlewindow.customs.desks.gate.messages import (
    Fault,
    Faulty,
    Gathered,
    fault_feedback,
    feedback,
    gathered,
)
from singlewindow.customs.desks.gate.passages import Unsettled, in_words, judged, outcome
from singlewindow.customs.desks.gate.rule import Lane
from singlewindow.customs.problems import NotFound

log = structlog.get_logger()


async def answer(database: Database, key: str, data: bytes) -> tuple[int, bytes]:
    """HTTP status and GATHER_FEEDBACK for what a lane has sent with its key."""
    message: Gathered | None = None
    async with database.transaction() as transaction:
        now = transaction.now
        try:
            async with transaction.savepoint():
                own = await _authenticated(transaction, key)
                message = gathered(data)
                return 200, await _settle(transaction, own, message)
        except Faulty as faulty:
            log.warning("lane refused", code=faulty.fault.code, reason=str(faulty))
            return faulty.fault.status, fault_feedback(faulty, message, now)


async def _authenticated(transaction: Transaction, key: str) -> str:
    lane = await lane_of_key(transaction, key) if key else None
    if lane is None:
        raise Faulty(Fault.NO_KEY)
    return lane


async def _settle(transaction: Transaction, own: str, message: Gathered) -> bytes:
    """The answer that this session had before, or the one that it gets now."""
    lane = await _checked_lane(transaction, own, message)
    passage_id = await _first(transaction, lane, message)
    if passage_id is None:
        return await _before(transaction, lane, message)
    try:
        passage = await judged(transaction, lane, message.media, message.gross, f"通道 {lane.number}")
    except Unsettled as unsettled:
        raise Faulty(Fault.BUSY) from unsettled
    said = feedback(lane, message, passage, transaction.now)
    await transaction.run(
        """update gate_passage set result = $2, reason = $3, theoretical = $4, difference = $5, tolerance = $6,
               trip_id = $7, feedback = $8 where id = $1""",
        passage_id,
        *outcome(passage),
        said.decode(),
    )
    log.info("lane answered", lane=lane.number, session=message.session, result=passage.verdict.result.value)
    return said


async def _checked_lane(transaction: Transaction, own: str, message: Gathered) -> Lane:
    if message.channel != own:
        raise Faulty(Fault.OTHER_LANE)
    try:
        lane = await get_lane(transaction, own)
    except NotFound as missing:
        raise Faulty(Fault.NO_LANE) from missing
    said = (message.area, message.direction, message.district or lane.district)
    if said != (lane.area, lane.direction, lane.district):
        raise Faulty(Fault.OTHER_FACTS)
    if not message.media:
        raise Faulty(Fault.NO_MEDIUM)
    return lane


async def _first(transaction: Transaction, lane: Lane, message: Gathered) -> int | None:
    """The new passage's id; None where the session is known. One that another connection is judging is waited for."""
    identifier: int | None = await transaction.value(
        """insert into gate_passage (lane, session_id, gathered_sha256, at, by, media, gross, result, reason)
           values ($1, $2, $3, $4, '', $5, $6, 'N', '') on conflict (lane, session_id) do nothing returning id""",
        lane.number,
        message.session,
        message.digest,
        transaction.now,
        in_words(message.media),
        message.gross,
    )
    return identifier


async def _before(transaction: Transaction, lane: Lane, message: Gathered) -> bytes:
    row = await transaction.row(
        "select gathered_sha256, feedback from gate_passage where lane = $1 and session_id = $2",
        lane.number,
        message.session,
    )
    assert row is not None
    if row["gathered_sha256"] != message.digest:
        raise Faulty(Fault.OTHER_SESSION)
    said: str = row["feedback"]
    return said.encode()
