"""事件推送: every event arrives, in order, whatever the endpoint does, and nobody waits for another's (INTG-03).

Time is the database's and what a test adds to it (`Courier.shift`): hours pass at once, and nothing is mocked.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.database.skipping import SKIPPED
from singlewindow.kernel.http.webhook_routes import happened
from singlewindow.kernel.live import feed
from singlewindow.kernel.settings import settings
from singlewindow.kernel.subsystem import subsystems
from singlewindow.kernel.webhooks import endpoints, sending, spreading
from singlewindow.kernel.webhooks.courier import BAD_AFTER, WRITERS, Bounds, Courier
from singlewindow.kernel.webhooks.endpoints import Endpoints
from singlewindow.kernel.webhooks.sending import Sender
from singlewindow.kernel.webhooks.signing import Sealer
from singlewindow.kernel.webhooks.spreading import spread
from tests.fences import FENCES, leave_standing
from tests.house import House, Member
from tests.kernel.test_documents import TYPE
from tests.receiver import Arrival, Receiver, accepts, fails, hangs, receiving, says

_documents = itertools.count(10**12)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def local(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers stand on this computer; what other tests left is sent nowhere."""
    monkeypatch.setattr(settings(), "webhook_private", True)
    await house.sql("delete from webhook")


@dataclass
class Company:
    """A company with its administrator, and what its feed tells."""

    house: House
    head: Member
    id: int
    documents: list[int] = field(default_factory=list)

    async def tells(self, document: int, *entries: int, type: str = TYPE) -> None:
        """Let the feed go on with entries of a document's history, as the sequencer writes them."""
        for no in entries:
            last = (
                await self.house.sql(
                    """insert into feed_head values ($1, 1) on conflict (company_id) do update
                       set last = feed_head.last + 1 returning last""",
                    self.id,
                )
            )[0]["last"]
            await self.house.sql(
                """insert into feed (company_id, no, document_id, event_no, type, number, version, kind, code, amends,
                       outcome, status, text, at)
                   values ($1, $2, $3, $4, $5, $6, 1, 'saved', '', '', '', '0', '', now())""",
                self.id, last, document, no, type, str(document),
            )  # fmt: skip

    async def hook(self, receiver: Receiver, **more: Any) -> dict[str, Any]:
        """A new endpoint there, with its secret."""
        body = {"name": "ERP", "url": receiver.url(), **more}
        answer = await self.head.http.post("/api/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def hooks(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.head.http.get("/api/webhooks")).json()["items"]
        return items

    async def log(self, hook: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        answer = await self.head.http.get(f"/api/webhooks/{hook['id']}/deliveries", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def put(self, hook: dict[str, Any], **changed: Any) -> httpx.Response:
        body = {name: hook[name] for name in ("name", "url", "applications")} | changed
        return await self.head.http.put(f"/api/webhooks/{hook['id']}", json=body)


async def company(house: House) -> Company:
    head = await house.member(role="administrator", level="card")
    [row] = await house.sql("select id from company where customs_code = $1", head.customs_code)
    return Company(house, head, row["id"])


@asynccontextmanager
async def working(house: House, bounds: Bounds | None = None) -> AsyncIterator[Courier]:
    """A worker that sends."""
    async with Sender(private=True) as sender:
        courier = Courier(house.worker, Sealer(house.pki), sender, bounds=bounds)
        yield courier
        await courier.stop()


async def deliver(house: House, *couriers: Courier) -> None:
    """All that is due now, at as many workers as there are."""
    while (await spread(house.worker))[0]:
        pass
    while sum([await courier.round() for courier in couriers]):
        await asyncio.gather(*(courier.settled() for courier in couriers))


async def until(count: int, arrivals: list[Arrival]) -> None:
    """Wait for so many requests."""
    async with asyncio.timeout(20):
        while len(arrivals) < count:  # noqa: ASYNC110 - what arrives is told by nobody
            await asyncio.sleep(0.01)


async def waiting(house: House) -> int:
    [row] = await house.sql("select count(*) from webhook_delivery where state = 'waiting'")
    return int(row["count"])


async def next_moment(house: House, courier: Courier) -> timedelta:
    """The shift at which something is due next; later events of a document wait for its first."""
    [row] = await house.sql(
        """select min(greatest(next_at, leased_until, rests_until)) - clock_timestamp() as wait from (
               select distinct on (webhook_id, document_id) * from webhook_delivery where state = 'waiting'
               order by webhook_id, document_id, no) as first join webhook w on w.id = first.webhook_id"""
    )
    wait: timedelta = row["wait"] + timedelta(milliseconds=1)
    return max(courier.shift, wait)


async def test_a_bad_endpoint_gets_all_in_order(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: fails three times in ten, hangs once in twenty, is away for an hour, served by two workers: each event
    arrives, those of a document in their order, again only under the same id, and each is signed."""
    monkeypatch.setattr(sending, "TOTAL", 0.1)
    luck, begin = random.Random(17), datetime.now(UTC)
    ours = await company(house)

    async with working(house) as first, working(house) as second, receiving() as receiver:

        async def answer(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
            passed = datetime.fromtimestamp(int(arrival.headers["webhook-timestamp"]), UTC) - begin
            if HOUR <= passed < 2 * HOUR:
                return  # the connection is closed without an answer
            chance = luck.random()
            if chance < 0.05:
                await hangs(receiver, arrival, writer)
            receiver.accepted.append(arrival)  # some of them only to fail afterwards: these come again
            await says(writer, 500 if chance < 0.35 else 200)

        receiver.answer = answer
        hook = await ours.hook(receiver)
        documents = [next(_documents) for _ in range(8)]
        for hour in range(3):
            first.shift = second.shift = max(first.shift, hour * HOUR)
            for document in documents:
                await ours.tells(document, 3 * hour + 1, 3 * hour + 2, 3 * hour + 3)
            await deliver(house, first, second)
            while await waiting(house) and (moment := await next_moment(house, first)) < (hour + 1) * HOUR:
                first.shift = second.shift = moment
                await deliver(house, first, second)
        while await waiting(house):
            first.shift = second.shift = await next_moment(house, first)
            await deliver(house, first, second)
        assert receiver.by_document() == {str(each): list(range(1, 10)) for each in documents}
        assert len(receiver.arrivals) > len(receiver.accepted) > 72
        assert {each.id for each in receiver.accepted} == {
            f"evt_{d}_{n}" for d in documents for n in range(1, 10)
        }
        assert len({(each.id, each.body) for each in receiver.accepted}) == 72
        assert all(each.signed_with(hook["secret"]) for each in receiver.accepted)
        log = await ours.log(hook)
        assert {line["state"] for line in log} == {"delivered"}
        assert (await ours.hooks())[0]["state"] == "ok"


async def test_one_that_hangs_delays_nobody_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: all of a good endpoint's events have arrived while the first requests to one that hangs for ever are
    still open; then it counts as away, and gets one request at a time."""
    monkeypatch.setattr(sending, "TOTAL", 30.0)
    bad, good = await company(house), await company(house)
    async with (
        working(house, Bounds(in_all=12)) as courier,
        receiving(hangs) as hanging,
        receiving() as quick,
    ):
        hook = await bad.hook(hanging)
        await good.hook(quick)
        for document in [next(_documents) for _ in range(15)]:
            await bad.tells(document, 1)
            await good.tells(document, 1, 2)
        await spread(house.worker)
        async with asyncio.timeout(20):
            while len(quick.accepted) < 30:
                await courier.round()
                await asyncio.sleep(0.01)
        assert len(hanging.arrivals) <= Bounds().endpoint
        assert not await house.sql("select from webhook_delivery where fault <> ''"), "one was cut off"
        await courier.stop()
        await house.sql("update webhook set failing = $2 where id = $1", hook["id"], BAD_AFTER)
        before, courier.shift = len(hanging.arrivals), HOUR
        for _ in range(3):
            await courier.round()
        await until(before + 1, hanging.arrivals)
        assert [each.webhook_id for each in courier._under_way.values()].count(hook["id"]) == 1


async def test_one_that_is_away_is_asked_less_and_less(house: House) -> None:
    """INTG-03: however many documents wait, an endpoint that is away is asked once a minute at most; a test goes out
    all the same, and so does everything once it was saved anew."""
    ours, documents = await company(house), [next(_documents) for _ in range(40)]
    async with working(house) as courier, receiving(fails()) as receiver:
        hook = await ours.hook(receiver)
        for document in documents:
            await ours.tells(document, 1)
        await deliver(house, courier)
        asked = len(receiver.arrivals)
        assert asked < BAD_AFTER + Bounds().endpoint
        courier.shift = timedelta(seconds=70)
        await deliver(house, courier)
        for minute in range(2, 12):
            courier.shift = timedelta(minutes=minute)
            before = len(receiver.arrivals)
            await deliver(house, courier)
            assert len(receiver.arrivals) <= before + 1
        before = len(receiver.arrivals)
        assert (await ours.head.http.post(f"/api/webhooks/{hook['id']}/test")).is_success
        await deliver(house, courier)
        assert len(receiver.arrivals) == before + 1
        receiver.answer = accepts
        assert (await ours.put(hook)).is_success
        await deliver(house, courier)
        assert len(receiver.accepted) == len(documents)


async def test_one_that_is_written_for_long_delays_nobody_else(house: House) -> None:
    """INTG-03: the row of one endpoint is locked while many requests to it end; what another got is written."""
    ours, other = await company(house), await company(house)
    async with working(house) as courier, receiving(fails()) as bad, receiving() as good:
        hook, theirs = await ours.hook(bad), await other.hook(good)
        await ours.tells(next(_documents), 1)
        for _ in range(WRITERS):
            await ours.tells(next(_documents), 1)
        await spread(house.worker)
        async with house.worker.transaction() as transaction:
            await transaction.run("update webhook set delivered_at = delivered_at where id = $1", hook["id"])
            await courier.round()
            await until(WRITERS + 1, bad.arrivals)
            await other.tells(next(_documents), 1)
            await spread(house.worker)
            await courier.round()
            async with asyncio.timeout(10):
                while not await other.log(theirs, state="delivered"):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        await courier.settled()
        assert {each["tries"] for each in await ours.log(hook)} == {1}
    assert not courier._turns


async def test_what_a_dead_worker_had_is_sent_again(house: House) -> None:
    """INTG-03: its leases end; the event comes a second time under the same id, and what follows it comes after it."""
    ours, document = await company(house), next(_documents)
    async with receiving(hangs) as receiver:
        await ours.hook(receiver)
        await ours.tells(document, 1, 2)
        await spread(house.worker)
        async with working(house) as dies:
            await dies.round()
            await until(1, receiver.arrivals)
        receiver.answer = accepts
        async with working(house) as lives:
            await deliver(house, lives)
            assert not receiver.accepted, "the lease had not ended"
            lives.shift = timedelta(minutes=2)
            await deliver(house, lives)
        assert [each.id for each in receiver.arrivals] == [f"evt_{document}_{n}" for n in (1, 1, 2)]


async def test_given_up_after_three_days(house: House) -> None:
    """INTG-03: then the endpoint is shown as failed, its administrator is told on the home page, and later events of
    the document go on. Saved anew it counts as looked after."""
    ours, document = await company(house), next(_documents)
    async with working(house) as courier, receiving(fails()) as receiver:
        hook = await ours.hook(receiver)
        await ours.tells(document, 1, 2)
        await deliver(house, courier)
        begin = courier.shift
        while (await ours.hooks())[0]["state"] == "retrying":
            courier.shift = await next_moment(house, courier)
            await deliver(house, courier)
        assert timedelta(days=2, hours=20) < courier.shift - begin <= timedelta(days=3)
        assert len(receiver.arrivals) > 25
        [shown] = await ours.hooks()
        assert (shown["state"], shown["failing"] > 25) == ("failed", True)
        second, first = await ours.log(hook)
        assert (first["state"], first["next_at"], first["status"]) == ("given up", None, 500)
        assert (first["fault_name"], first["number"], first["tries"] > 25) == (
            "应答的状态码不是 2xx",
            str(document),
            True,
        )
        assert second["state"] == "waiting"
        [line] = (await ours.head.http.get("/api/reminders")).json()["items"]
        assert (line["page"], "ERP" in line["text"]) == ("/company/webhooks", True)
        colleague = await house.member(ours.head.customs_code)
        assert (await colleague.http.get("/api/reminders")).json()["items"] == []
        receiver.answer = accepts
        courier.shift = await next_moment(house, courier)
        await deliver(house, courier)
        assert [each.event["no"] for each in receiver.accepted] == [2]
        assert (await ours.hooks())[0]["state"] == "failed"
        assert (await ours.put(hook, active=True)).json()["state"] == "ok"
        assert (await ours.head.http.get("/api/reminders")).json()["items"] == []


async def test_who_comes_back_gets_all_at_once(house: House) -> None:
    """INTG-03: nobody waits for hours for the next try when the endpoint is there again."""
    ours = await company(house)
    documents = [next(_documents) for _ in range(6)]
    async with working(house) as courier, receiving(fails(503)) as receiver:
        await ours.hook(receiver)
        for document in documents:
            await ours.tells(document, 1, 2)
        for _ in range(8):
            await deliver(house, courier)
            courier.shift = await next_moment(house, courier)
        receiver.answer = accepts
        await deliver(house, courier)
        assert receiver.by_document() == {str(document): [1, 2] for document in documents}


async def test_replay_from_a_cursor(house: House) -> None:
    """INTG-03: all that came after it, in the old order and under the old ids; what is newer waits for it, and so does
    what had been sent when the replay began."""
    ours, one, other = await company(house), next(_documents), next(_documents)
    await ours.tells(one, 1)  # before there was an endpoint
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        await ours.tells(one, 2)
        await ours.tells(other, 1)
        await deliver(house, courier)
        before = [each.id for each in receiver.accepted]
        assert set(before) == {f"evt_{one}_2", f"evt_{other}_1"}
        page = (await ours.head.http.get("/api/events", params={"most": 1})).json()
        receiver.answer = fails()
        await ours.tells(other, 2)
        await deliver(house, courier)
        receiver.answer = accepts
        receiver.accepted.clear()
        address = f"/api/webhooks/{hook['id']}/replay"
        assert (await ours.head.http.post(address, json={"after": page["next"]})).json() == {"events": 3}
        courier.shift = HOUR
        assert await courier.round() == 0, (
            "the newer one waits until the older ones are in their places again"
        )
        await deliver(house, courier)
        assert receiver.by_document() == {str(one): [2], str(other): [1, 2]}
        receiver.accepted.clear()
        assert (await ours.head.http.post(address, json={"hours": 24})).status_code == 202
        await deliver(house, courier)
        assert receiver.by_document() == {str(one): [1, 2], str(other): [1, 2]}
        for wrong in ({}, {"after": "", "hours": 1}, {"after": "9-x"}, {"hours": 0}):
            assert (await ours.head.http.post(address, json=wrong)).status_code == 422
        [again] = [line for line in await ours.log(hook) if line["event_id"] == f"evt_{other}_1"]
        receiver.accepted.clear()
        await ours.head.http.post(address, json={"after": again["after"]})
        await deliver(house, courier)
        assert [each.id for each in receiver.accepted] == [f"evt_{other}_1", f"evt_{other}_2"]


async def test_after_a_restore_no_id_comes_again(house: House) -> None:
    """INTG-03: a document's second entry was delivered and lost; the other one that has its number now is another
    event, and a receiver must not take it for known. Replayed it keeps its id; older ones keep theirs."""
    ours, document = await company(house), next(_documents)
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        await ours.tells(document, 1, 2)
        await deliver(house, courier)
        await house.sql("delete from webhook_delivery where no = 2")
        await house.sql("update webhook set reached = 1 where id = $1", hook["id"])
        await house.sql("delete from feed where document_id = $1 and event_no = 2", document)
        await house.sql("update feed_head set last = 1 + $2 where company_id = $1", ours.id, SKIPPED)
        await ours.tells(document, 2)
        await deliver(house, courier)
        known, lost, new = [each.id for each in receiver.accepted]
        assert (known, lost) == (f"evt_{document}_1", f"evt_{document}_2")
        assert new not in (known, lost)
        receiver.accepted.clear()
        await ours.head.http.post(f"/api/webhooks/{hook['id']}/replay", json={"hours": 24})
        await deliver(house, courier)
        assert [each.id for each in receiver.accepted] == [known, new]


async def test_the_number_before_a_moment(house: House) -> None:
    """INTG-03: replay by time; between two events, at one, before all, after all, and across a restore's gap."""
    ours, document, now = await company(house), next(_documents), datetime.now(UTC)
    await ours.tells(document, *range(1, 8))
    await house.sql("update feed_head set last = last + $2 where company_id = $1", ours.id, SKIPPED)
    await ours.tells(document, *range(8, 12))
    await house.sql(
        "update feed set made_at = $2::timestamptz + (event_no / 2 - 9) * interval '1 hour' where company_id = $1",
        ours.id, now,
    )  # fmt: skip
    await house.sql("delete from feed where company_id = $1 and event_no < 3", ours.id)
    rows = await house.sql("select no, made_at from feed where company_id = $1 order by no", ours.id)
    person: Any = SimpleNamespace(company_id=ours.id)
    async with house.web.transaction(Actor(company_id=ours.id)) as transaction:
        desk = Endpoints(transaction, person, Sealer(settings().pki_folder))
        for minutes in range(0, 600, 30):
            moment = now - timedelta(minutes=minutes)
            expected = max((row["no"] for row in rows if row["made_at"] < moment), default=0)
            assert await desk.number_before(moment) == expected, minutes


async def test_rotation_of_the_secret(house: House) -> None:
    """INTG-03: for a day both sign, then the new one alone; it is shown once and lies nowhere in the clear."""
    ours, document = await company(house), next(_documents)
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        rotated = (await ours.head.http.post(f"/api/webhooks/{hook['id']}/secret")).json()
        assert rotated["secret"] != hook["secret"]
        assert rotated["old_secret_until"]
        assert all("secret" not in each for each in await ours.hooks())
        [stored] = await house.sql(
            "select webhook::text as everything from webhook where id = $1", hook["id"]
        )
        assert rotated["secret"].removeprefix("whsec_")[:20] not in stored["everything"]
        await ours.tells(document, 1)
        await deliver(house, courier)
        courier.shift = timedelta(hours=25)
        await ours.tells(document, 2)
        await deliver(house, courier)
        both, new = receiver.accepted
        assert both.signed_with(hook["secret"])
        assert both.signed_with(rotated["secret"])
        assert not new.signed_with(hook["secret"])
        assert new.signed_with(rotated["secret"])


async def test_stopped_chosen_tried_and_removed(house: House) -> None:
    """INTG-03: what happens while it is stopped comes afterwards; events of other applications never; a test comes at
    once and once, and says so; what is removed is gone with its log."""
    ours, document = await company(house), next(_documents)
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        other = await ours.hook(receiver, name="别的", applications=["_labels"])
        address = f"/api/webhooks/{hook['id']}"
        assert (await ours.put(hook, active=False)).json()["state"] == "stopped"
        for what in ("test", "replay"):
            refused = await ours.head.http.post(f"{address}/{what}", json={"hours": 1})
            assert refused.status_code == 409
        await ours.tells(document, 1)
        await deliver(house, courier)
        assert not receiver.arrivals
        await ours.put(hook, active=True)
        await deliver(house, courier)
        assert [each.id for each in receiver.accepted] == [f"evt_{document}_1"]
        receiver.answer = fails()
        assert (await ours.head.http.post(f"{address}/test")).status_code == 202
        await deliver(house, courier)
        courier.shift = 5 * HOUR
        await deliver(house, courier)
        assert [each.event["kind"] for each in receiver.arrivals] == ["saved", "test"]
        saved, test = (each.event for each in receiver.arrivals)
        assert list(saved) == list(test), "its members are an event's"
        line = (await ours.log(hook, state="given up"))[0]
        assert (line["kind"], line["status"], line["tries"]) == ("test", 500, 1)
        assert (await ours.hooks())[0]["state"] == "ok", "a test says nothing of the events"
        assert await ours.log(other) == []
        assert (await ours.head.http.delete(address)).status_code == 204
        assert (await ours.head.http.delete(address)).status_code == 404
        assert [each["name"] for each in await ours.hooks()] == ["别的"]
        acts = [entry["what"] for entry in (await ours.head.http.get("/api/company/log")).json()["items"]]
        assert acts == ["删除推送地址", "修改或启用推送地址", "停用推送地址", *["新增推送地址"] * 2]


async def test_a_company_that_is_deactivated_is_sent_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10, INTG-03: neither what waits already nor what happens meanwhile, until it is active again. A cookie that
    an endpoint sets comes back to nobody; and a long replay of one endpoint holds up no other."""
    ours, other = await company(house), await company(house)
    document, theirs = next(_documents), next(_documents)

    async def sets_a_cookie(receiver: Receiver, arrival: Arrival, writer: asyncio.StreamWriter) -> None:
        receiver.accepted.append(arrival)
        await says(writer, 200, "Set-Cookie: who=ours; Path=/\r\n")

    async with working(house) as courier, receiving() as receiver:
        receiver.answer = sets_a_cookie
        await ours.hook(receiver)
        await other.hook(receiver)
        await ours.tells(document, 1)
        await spread(house.worker)
        await house.sql("update company set active = false where id = $1", ours.id)
        await ours.tells(document, 2)
        await deliver(house, courier)
        assert not receiver.arrivals
        await house.sql("update company set active = true where id = $1", ours.id)
        await ours.tells(document, 3, 4, 5)
        await other.tells(theirs, 1)
        monkeypatch.setattr(spreading, "_SPREAD", spreading._SPREAD.replace("limit 20 for", "limit 1 for"))
        await spread(house.worker)
        while await courier.round():
            await courier.settled()
        assert {each.id for each in receiver.accepted} == {f"evt_{document}_1", f"evt_{theirs}_1"}
        await deliver(house, courier)
        assert len(receiver.accepted) == 6
        assert not any("cookie" in each.headers for each in receiver.arrivals)


async def test_the_log_comes_in_pages_and_expires(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: newest first; no list without a limit; an event that the feed no longer keeps is given up."""
    monkeypatch.setattr(endpoints, "PAGE", 2)
    monkeypatch.setattr("singlewindow.kernel.http.webhook_routes.PAGE", 2)
    monkeypatch.setattr(spreading, "EVENTS", 2)
    ours, document = await company(house), next(_documents)
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        await ours.tells(document, 1, 2, 3)
        while (await spread(house.worker))[0]:
            pass
        await house.sql("delete from feed where company_id = $1 and event_no = 3", ours.id)
        await deliver(house, courier)
        newest, older = await ours.log(hook)
        assert (newest["state"], newest["fault"], older["state"]) == ("given up", "gone", "delivered")
        [oldest] = await ours.log(hook, before=older["id"])
        assert (oldest["event_id"], oldest["title"]) == (f"evt_{document}_1", "样例申请")
        assert oldest["event"] == "暂存"
        assert newest["event"] == ""
        assert await ours.log(hook, state="waiting") == []


@pytest.mark.parametrize(
    ("kind", "code_name", "told"),
    [
        ("submitted", "申报", "申报"),
        ("submitted", "撤销", "申报 撤销"),
        ("receipt", "海关接收成功", "回执 海关接收成功"),
        ("saved", "", "暂存"),
    ],
)
def test_what_happened_is_told_once(kind: str, code_name: str, told: str) -> None:
    """INTG-03: a submission whose action is called as its kind is no 申报 申报."""
    event = feed.FeedEvent(
        cursor="", no=1, type="", number="", sender_number=None, version=1, kind=kind, code="", code_name=code_name,
        status="", status_name="", amends="", outcome="", amendment="", text="", at=datetime.now(UTC),
    )  # fmt: skip
    assert happened(event) == told


async def test_what_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03, PORT-10: what is wrong is told at its field; only administrators; ten at most."""
    ours = await company(house)
    colleague = await house.member(ours.head.customs_code)
    assert (await colleague.http.get("/api/webhooks")).status_code == 403
    assert (await house.client().get("/api/webhooks")).status_code == 401
    monkeypatch.setattr(settings(), "webhook_private", False)

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "inside.example.com" else ["93.184.216.34"]

    monkeypatch.setattr("singlewindow.kernel.http.webhook_routes.names.resolve", resolve)
    good = {"name": "ERP", "url": "https://erp.example.com/"}
    for wrong, field_name in (
        ({"url": "http://erp.example.com/"}, "url"), ({"url": "https://inside.example.com/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"), ({"name": " "}, "name"), ({"name": "a\u202eb"}, "name"),
        ({"applications": []}, "applications"), ({"applications": ["nothing"]}, "applications"),
    ):  # fmt: skip
        refused = await ours.head.http.post("/api/webhooks", json=good | wrong)
        assert refused.status_code == 422
        [violation] = refused.json()["violations"]
        assert violation["path"] == field_name
        assert violation["advice"]
        assert violation["clause"]
    all_wrong = {"name": "", "url": "https://10.0.0.1/", "applications": []}
    refused = await ours.head.http.post("/api/webhooks", json=all_wrong)
    assert {each["path"] for each in refused.json()["violations"]} == set(all_wrong), "all at once"
    for _ in range(endpoints.MOST):
        assert (await ours.head.http.post("/api/webhooks", json=good)).status_code == 201
    assert (await ours.head.http.post("/api/webhooks", json=good)).status_code == 409


def _routes_of_one(house: House) -> set[str]:
    paths = house.app.openapi()["paths"]
    return {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/api/webhooks/")
    }


@pytest.mark.parametrize("fence", FENCES)
async def test_endpoints_of_another_company_are_not_there(house: House, fence: str) -> None:
    """PORT-10: each of the two fences holds by itself; a foreign endpoint is answered as an absent one, and no
    company is sent another's events."""
    ours, theirs, document = await company(house), await company(house), next(_documents)
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        await theirs.hook(receiver)
        await ours.tells(document, 1)
        await deliver(house, courier)
        assert len(receiver.accepted) == 1
        leave_standing(house, fence)
        asked = {
            "PUT ": {"name": "x", "url": receiver.url()}, "DELETE ": None, "POST /secret": None, "POST /test": None,
            "POST /replay": {"hours": 1}, "GET /deliveries": None,
        }  # fmt: skip
        assert {f"{each.replace(' ', ' /api/webhooks/{id}')}" for each in asked} == _routes_of_one(house)
        for method, path in (each.split(" ") for each in asked):
            body = asked[f"{method} {path}"]
            answers = [
                await theirs.head.http.request(method, f"/api/webhooks/{id}{path}", json=body)
                for id in (hook["id"], 2**40)
            ]
            assert [each.status_code for each in answers] == [404, 404]
            assert answers[0].json()["detail"] == answers[1].json()["detail"]
        assert [each["id"] for each in await theirs.hooks()] != [hook["id"]]
        assert len(await theirs.hooks()) == 1


async def test_applications_that_want_another_card_are_left_out(house: House) -> None:
    """PORT-06: what the administrator's session may not enter is not to be chosen, and nothing of it is sent."""
    ours, other, document = await company(house), await company(house), next(_documents)
    names = {each["name"] for each in (await ours.head.http.get("/api/webhooks")).json()["applications"]}
    assert names == {name for name, each in subsystems().items() if each.documents and not each.card_kind}
    async with working(house) as courier, receiving() as receiver:
        hook = await ours.hook(receiver)
        [row] = await house.sql("select closed from webhook")
        assert set(row["closed"]) == {name for name, each in subsystems().items() if each.card_kind}
        await house.sql("update webhook set closed = array[$2] where id = $1", hook["id"], TYPE)
        await other.hook(receiver)
        await ours.tells(document, 1)
        await other.tells(document, 1)
        await deliver(house, courier)
        assert len(receiver.accepted) == 1
        assert not await ours.log(hook)


async def test_the_body_is_the_event(house: House) -> None:
    """INTG-02, INTG-03: byte for byte what the feed says."""
    ours, document = await company(house), next(_documents)
    async with working(house) as courier, receiving() as receiver:
        await ours.hook(receiver)
        await ours.tells(document, 1)
        await deliver(house, courier)
        [item] = (await ours.head.http.get("/api/events")).json()["items"]
        assert receiver.accepted[0].event == item
        assert feed.no_of(ours.id, item["cursor"]) == 1
        assert receiver.accepted[0].headers["content-type"] == "application/json"
