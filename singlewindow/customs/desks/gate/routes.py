"""The gate's routes: a lane's messages, and the officers' lane page, keys and trips."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from singlewindow.customs.database import Row
from singlewindow.customs.desk import RECEPTION
from singlewindow.customs.desks.gate import exchange, lanes, passages, trips
from singlewindow.customs.desks.gate.contents import LONGEST_KEY, MEDIA, weights_of
from singlewindow.customs.desks.gate.messages import Fault, Faulty, fault_feedback
from singlewindow.customs.desks.gate.passages import Medium, Unsettled
from singlewindow.customs.desks.gate.rule import Lane, Result, shown, weight_in_words
from singlewindow.customs.desks.gate.states import STATES
from singlewindow.customs.desks.gate.xml import MAX_BYTES
from singlewindow.customs.http.inputs import District, Identifier, PageNumber, PageSize, Prefix, Text, Wanted
from singlewindow.customs.http.parts import Officer, Running, read_body
from singlewindow.customs.problems import NotInThisState, Refused, TooLarge
from singlewindow.customs.searching import CAP

NEWEST = 50  # passages that the page shows
LaneNumber = Annotated[str, Path(pattern="^[0-9A-Z]{15}$")]
XML = "application/xml; charset=utf-8"

from_lanes = APIRouter(prefix="/exchange/lanes", tags=["lanes"])
officers = APIRouter(prefix="/api/gate", tags=["gate"])


@from_lanes.post(
    "",
    response_class=Response,
    responses={
        status: {"description": "GATHER_FEEDBACK", "content": {"application/xml": {}}}
        for status in sorted({200, *(fault.status for fault in Fault)})
    },
)
async def receive_gathered(request: Request, parts: Running) -> Response:
    """GATHER_INFO in, GATHER_FEEDBACK out; `Authorization: Bearer` with the lane's key. docs/lanes.md."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    try:
        body = await read_body(request, MAX_BYTES)
    except TooLarge:
        async with parts.database.transaction() as transaction:
            faulty = Faulty(Fault.TOO_LARGE, f"报文超过 {MAX_BYTES:,} 字节")
            return Response(
                fault_feedback(faulty, None, transaction.now), faulty.fault.status, media_type=XML
            )
    status, said = await exchange.answer(
        parts.database, key.strip() if scheme.lower() == "bearer" else "", body
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == Fault.NO_KEY.status else None
    return Response(said, status, headers, media_type=XML)


class KeyView(BaseModel):
    """A lane's key without itself."""

    id: int
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    revoked_by: str | None


class LaneView(BaseModel):
    """A registered lane, its district's tolerance in percent, and its newest keys."""

    number: str
    name: str
    district: str
    direction: Literal["I", "E"]
    enabled: bool
    tolerance: str
    keys: list[KeyView]

    @classmethod
    def of(cls, lane: Lane, keys: list[Row]) -> LaneView:
        """The lane as pages see it."""
        return cls(
            number=lane.number,
            name=lane.name,
            district=lane.district,
            direction=lane.direction,
            enabled=lane.enabled,
            tolerance=shown(lane.tolerance),
            keys=[KeyView.model_validate(dict(key)) for key in keys],
        )


class NewKey(BaseModel):
    """A key that is told this once."""

    key: str


class Arrival(BaseModel):
    """A vehicle at a lane: 绑定介质类型, 绑定介质关键信息, gross weight in kg ("" not weighed)."""

    medium: Literal["VN", "VE", "IC", "BC"]
    key: Text = Field(min_length=1, max_length=100)
    gross: str = Field(default="", pattern=r"^([0-9]{1,14}(\.[0-9]{1,5})?)?$")


class PassageView(BaseModel):
    """A passage: the answer with its reason; weights in kg, tolerance in percent, as decimal texts. `confirms` is what
    unlocking confirms of it, "" where it locked nothing."""

    id: int
    at: datetime
    by: str
    media: str
    gross: str
    result: Literal["Y", "N", "M"]
    result_name: str
    reason: str
    confirms: str
    theoretical: str
    difference: str
    tolerance: str
    session_id: str | None
    trip_number: str | None
    submission_id: int | None

    @classmethod
    def of(cls, row: Row) -> PassageView:
        """A row of `passages.newest`."""
        figures = {name: _shown(row[name]) for name in ("gross", "theoretical", "difference", "tolerance")}
        result = Result(row["result"])
        confirms = weight_in_words(row["gross"]) if result is Result.PERSON else ""
        words = {"result_name": result.words, "confirms": confirms}
        return cls.model_validate({**dict(row), **figures, **words})


class TripView(BaseModel):
    """A trip as customs hold it; `submission_id` is its base submission."""

    number: str
    sure_id: str
    medium_name: str
    medium_key: str
    district: str
    company_name: str
    state: str
    state_name: str
    gross: str
    confirmed: str
    changed_at: datetime
    submission_id: int


class TripPage(BaseModel):
    """One page of trips; `total` is capped."""

    total: int
    total_capped: bool
    page: int
    size: int
    items: list[TripView]
    states: dict[str, str]


@officers.get("/lanes")
async def read_lanes(parts: Running, officer: Officer) -> list[LaneView]:
    """All lanes with their keys."""
    async with parts.database.transaction() as transaction:
        found = await lanes.all_lanes(transaction)
        keys = await lanes.keys_of(transaction, [lane.number for lane in found])
    return [LaneView.of(lane, keys.get(lane.number, [])) for lane in found]


@officers.post("/lanes/{lane}/keys", status_code=201)
async def make_key(lane: LaneNumber, parts: Running, officer: Officer) -> NewKey:
    """A new key for a lane; the ones before count until they are revoked."""
    async with parts.database.transaction() as transaction:
        return NewKey(key=await lanes.new_key(transaction, lane, officer.name))


@officers.delete("/lanes/{lane}/keys/{identifier}", status_code=204)
async def revoke_key(lane: LaneNumber, identifier: Identifier, parts: Running, officer: Officer) -> Response:
    """The key counts no more, from the next message on."""
    async with parts.database.transaction() as transaction:
        await lanes.revoke_key(transaction, lane, identifier, officer.name)
    return Response(status_code=204)


@officers.get("/lanes/{lane}/passages")
async def read_passages(lane: LaneNumber, parts: Running, officer: Officer) -> list[PassageView]:
    """The last passages of a lane, the newest first."""
    async with parts.database.transaction() as transaction:
        await lanes.get_lane(transaction, lane)
        return [PassageView.of(row) for row in await passages.newest(transaction, lane, NEWEST)]


@officers.post("/lanes/{lane}/passages")
async def arrive(lane: LaneNumber, body: Arrival, parts: Running, officer: Officer) -> PassageView:
    """A vehicle that an officer lets the lane judge, as a message of the lane would be."""
    media = [Medium.of(body.medium, body.key)]
    if not 0 < len(media[0].key) <= LONGEST_KEY:
        raise Refused.because("key", "gate.key", f"绑定介质关键信息应为 1 至 {LONGEST_KEY} 个字符")
    gross = Decimal(body.gross or 0) or None
    async with parts.database.transaction() as transaction:
        known = await lanes.get_lane(transaction, lane)
        try:
            passage = await passages.judged(transaction, known, media, gross, officer.name)
        except Unsettled as unsettled:
            raise NotInThisState("车次正在被其他操作办理，请稍后重试") from unsettled
        await passages.note(transaction, known, media, gross, passage, officer.name)
        return PassageView.of((await passages.newest(transaction, lane, 1))[0])


@officers.get("/trips")
async def find_trips(
    parts: Running,
    officer: Officer,
    district: District,
    state: Wanted = "",
    key: Prefix = "",
    page: PageNumber = 1,
    size: PageSize = 20,
) -> TripPage:
    """Trips at customs, the newest first; `key` is the beginning of 绑定介质关键信息, the others are exact."""
    async with parts.database.transaction() as transaction:
        total, rows = await trips.find(transaction, state, district, key, page, size)
    names = {"received": RECEPTION["received"], **{k: v for k, v in STATES.items() if k != "amended"}}
    return TripPage(
        total=total,
        total_capped=total >= CAP,
        page=page,
        size=size,
        items=[TripView.model_validate(_trip(row, names)) for row in rows],
        states=names,
    )


def _trip(row: Row, names: dict[str, str]) -> dict[str, Any]:
    weights = weights_of(row["content"])
    return {
        **{
            name: row[name]
            for name in ("number", "sure_id", "medium_key", "district", "company_name", "state")
        },
        "medium_name": MEDIA[row["medium"]],
        "state_name": names.get(row["state"], row["state"]),
        "gross": shown(weights.tare + weights.goods),
        "confirmed": _shown(row["confirmed_weight"]),
        "changed_at": row["changed_at"],
        "submission_id": row["submission_id"],
    }


def _shown(number: Decimal | None) -> str:
    return "" if number is None else shown(number)
