"""Changes reach open pages by themselves, and only those whom they concern (UI-14, OPER-04, PORT-10)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn

from singlewindow.kernel.database.connection import Actor
from singlewindow.kernel.http.app import create_app
from singlewindow.kernel.live import changes
from singlewindow.kernel.live import hub as hub_module
from singlewindow.kernel.live.hub import PER_ACCOUNT, Hub
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference

STREAM = "/api/events/stream"
SOON = 60  # seconds; a machine that builds stands still for ten of them


@dataclass
class Web:
    """A web process: an application with a hub and a port of its own."""

    url: str
    hub: Hub
    server: uvicorn.Server

    def client(self, member: Member) -> httpx.AsyncClient:
        """The member's browser at this process."""
        headers = {name: value for name, value in member.http.headers.items() if name == "authorization"}
        return httpx.AsyncClient(
            base_url=self.url, cookies=member.http.cookies, headers=headers, timeout=SOON
        )


@asynccontextmanager
async def web(house: House) -> AsyncIterator[Web]:
    app = create_app()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=SOON, loop="none")
    )
    app.state.database = house.web
    url = house.owner_url.replace("sw_migrate", "sw_web")
    app.state.hub = Hub(house.web, url, lambda: server.should_exit)
    tasks = [
        asyncio.create_task(app.state.hub.run()),
        asyncio.create_task(server.serve(sockets=[listening])),
    ]
    while not (server.started and app.state.hub._told):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield Web(f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.hub, server)
    finally:
        server.should_exit = True
        await asyncio.wait_for(tasks[1], SOON)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Reader:
    """A stream as a page reads it."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self._events: asyncio.Queue[tuple[str, dict[str, Any], str] | None] = asyncio.Queue()
        self.pump = asyncio.create_task(self._read())
        self.cursor = ""

    async def next(self, *wanted: str) -> tuple[str, dict[str, Any]]:
        """The next event of these names; none asks for any. The end of the stream raises StopAsyncIteration."""
        async with asyncio.timeout(SOON):
            while found := await self._events.get():
                event, data, self.cursor = found
                if not wanted or event in wanted:
                    return event, data
        raise StopAsyncIteration

    async def change(self) -> dict[str, Any]:
        _, data = await self.next("change", "resync", "end")
        return data

    async def nothing(self, seconds: float = 0.5) -> None:
        """Fail when a change comes within this time."""
        await asyncio.sleep(seconds)
        while not self._events.empty():
            found = self._events.get_nowait()
            assert found is not None
            assert found[0] == "beat"

    async def _read(self) -> None:
        with contextlib.suppress(StopAsyncIteration, httpx.HTTPError):
            while True:
                self._events.put_nowait(await self._event())
        self._events.put_nowait(None)

    async def _event(self) -> tuple[str, dict[str, Any], str]:
        event, data, cursor = "", "{}", ""
        while True:
            line = await anext(self._lines)
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                cursor = value
            elif not line and event:
                return event, json.loads(data), cursor


@asynccontextmanager
async def reading(web: Web, member: Member, **query: str) -> AsyncIterator[Reader]:
    async with web.client(member) as client, client.stream("GET", STREAM, params=query) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        reader = Reader(answer.aiter_lines())
        if not query:
            assert (await reader.next())[0] == "hello"
        yield reader
        reader.pump.cancel()


async def test_a_status_change_reaches_every_web_process(house: House) -> None:
    """UI-14, OPER-04: whichever process changes a document, streams of all processes tell of it."""
    async with web(house) as one, web(house) as other:
        member, view = await applied(house)
        colleague = await house.member(member.customs_code)
        async with reading(one, member) as mine, reading(other, colleague) as theirs:
            await house.send()
            [submission] = [s for s in house.customs.received if s.number == view["number"]]
            await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
            for reader in (mine, theirs):
                sent, received = await reader.change(), await reader.change()
                assert (sent["number"], sent["code"]) == (view["number"], "SENT")
                assert received["status_name"] == "海关接收成功"
                assert received.keys() == {
                    "type", "number", "status", "status_name", "version", "kind", "code", "amendment", "author", "at",
                    "cursor",
                }  # fmt: skip
                assert received["cursor"] == reader.cursor


async def test_a_company_never_learns_of_anothers_document(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: not through its stream, not through what was missed, and not where the notification lies."""
    async with web(house) as process:
        member = await house.member()
        stranger = await house.member()
        async with reading(process, stranger) as theirs, reading(process, member) as mine:
            view = await member.save(TYPE, letter(reference()))
            await member.upload(TYPE, view["number"], "1")
            assert (await mine.change())["number"] == view["number"]
            await theirs.nothing()
            entry = (await house.sql(
                "select document_id, no, company_id from event order by recorded_at desc limit 1"))[0]  # fmt: skip
            company = (
                await house.sql("select id from company where customs_code = $1", stranger.customs_code)
            )[0]
            await house.sql(
                "select pg_notify('live', $1)", f"{entry['document_id']}:{entry['no']}:{company['id']}"
            )
            await theirs.nothing()
        actor = Actor(company["id"])
        for seen in (changes.SEEN, "$1::bigint > 0"):  # the second: the application forgot to ask
            monkeypatch.setattr(changes, "SEEN", seen)
            async with house.web.transaction(actor) as transaction:
                assert await changes.of_entries(transaction, [(entry["document_id"], entry["no"])]) == []
                assert await changes.since(transaction, changes._BEGINNING + changes.OVERLAP) == []


async def test_a_party_is_told_of_what_concerns_it(house: House) -> None:
    """PORT-10, APPT-13: a party hears of what was submitted, on the stream and in what it missed."""
    async with web(house) as process:
        member, party = await house.member(), await house.member()
        view = await member.save(TYPE, letter(reference(), consignee_code=party.customs_code))
        async with reading(process, party) as reader:
            cursor = reader.cursor
            view = (await member.upload(TYPE, view["number"], "1")).json()
            await reader.nothing()
            await member.apply(TYPE, view)
            told = await reader.change()
            assert (told["number"], told["kind"], told["author"]) == (view["number"], "submitted", "")
        async with reading(process, party, cursor=cursor) as reader:
            assert (await reader.change())["kind"] == "submitted"
            assert (await reader.next())[0] == "hello", "nothing of how it was drawn up"


async def test_what_was_missed_is_told_after_a_break(house: House) -> None:
    """UI-14: by Last-Event-ID or cursor; a cursor that is none means: look at everything anew."""
    async with web(house) as process:
        member = await house.member()
        async with reading(process, member) as reader:
            cursor = reader.cursor
        view = await member.save(TYPE, letter(reference()))
        await member.upload(TYPE, view["number"], "1")
        async with reading(process, member, cursor=cursor) as reader:
            event, data = await reader.next()
            assert (event, data["number"], data["kind"]) == ("change", view["number"], "uploaded")
            assert (await reader.next())[0] == "hello"
        headers = {"Last-Event-ID": cursor}
        async with process.client(member) as client, client.stream("GET", STREAM, headers=headers) as answer:
            reader = Reader(answer.aiter_lines())
            assert (await reader.next())[0] == "change"
            reader.pump.cancel()
        async with reading(process, member, cursor="nonsense") as reader:
            assert (await reader.next())[0] == "resync"


async def test_who_missed_too_much_is_told_to_look_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-14: what is told again is bounded, and so is what waits for a slow reader."""
    monkeypatch.setattr(changes, "REPLAYED", 1)
    async with web(house) as process:
        member, _view = await applied(house)
        await house.send()
        async with reading(process, member, cursor=changes.cursor_of(changes._BEGINNING)) as reader:
            assert (await reader.next())[0] == "resync"
        stream = process.hub.join(Actor(1, 1), b"")
        for _ in range(hub_module.WAITING + 1):
            stream.put(hub_module.Message("change"))
        first = await anext(stream.messages())
        assert first.event == "resync"
        process.hub.leave(stream)


@pytest.mark.parametrize("how", ["log-out", "expiry", "closed account", "unbound card", "revoked token"])
async def test_the_end_of_a_session_ends_its_stream(house: House, how: str) -> None:
    """UI-14, PORT-04, PORT-07, INTG-01: within seconds, also when another process ended it; so that of a token."""
    async with web(house) as process:
        member, colleague = await house.member(), await house.member()
        account = await house.sql("select id from account where username = $1", await username(member))
        if how == "revoked token":
            member = await house.program(member)
        async with reading(process, member) as reader, reading(process, colleague) as other:
            if how == "log-out":
                assert (await member.http.delete("/api/session")).status_code == 204
            elif how == "expiry":
                await house.sql(
                    "update session set expires_at = now() where account_id = $1", account[0]["id"]
                )
            elif how == "revoked token":
                await house.sql(
                    "update api_token set revoked_at = now() where account_id = $1", account[0]["id"]
                )
            elif how == "unbound card":
                await house.sql("update card set account_id = null where account_id = $1", account[0]["id"])
            else:
                await house.sql("update account set active = false where id = $1", account[0]["id"])
            assert (await reader.next("end"))[0] == "end"
            with pytest.raises(StopAsyncIteration):
                await reader.next()
            await other.nothing(0.1)
        async with asyncio.timeout(SOON):
            while process.hub.open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def username(member: Member) -> str:
    answer = await member.http.get("/api/session")
    name: str = answer.json()["account"]["username"]
    return name


async def test_streams_of_one_account_are_limited(house: House) -> None:
    """UI-14: more are refused with words; another account's and a freed place are not."""
    async with web(house) as process:
        member, colleague = await house.member(), await house.member()
        account = (
            await house.sql("select id, company_id from account where username = $1", await username(member))
        )[0]
        held = [
            process.hub.join(Actor(account["company_id"], account["id"]), b"") for _ in range(PER_ACCOUNT)
        ]
        async with process.client(member) as client:
            refused = await client.get(STREAM)
        assert refused.status_code == 429
        assert "上限" in refused.json()["detail"]
        assert refused.headers["Retry-After"]
        async with reading(process, colleague):
            pass
        process.hub.leave(held[0])
        async with reading(process, member):
            pass


async def test_a_stream_needs_a_session_and_a_card(house: House) -> None:
    """PORT-04: who may not open documents is told of none."""
    async with web(house) as process:
        bare = await house.member(bound=False)
        async with httpx.AsyncClient(base_url=process.url) as nobody, process.client(bare) as client:
            assert (await nobody.get(STREAM)).status_code == 401
            assert (await client.get(STREAM)).status_code == 403


async def test_a_process_that_ends_does_not_wait_for_its_streams(house: House) -> None:
    """UI-14: a shutdown ends open streams within a second or two; a page comes back to another process."""
    async with web(house) as process:
        member = await house.member()
        async with reading(process, member) as reader:
            process.server.should_exit = True
            async with asyncio.timeout(SOON / 2):  # less than the time after which the server cuts off
                with pytest.raises(StopAsyncIteration):
                    await reader.next("nothing")


async def test_what_happens_while_nobody_listens_is_told_later(house: House) -> None:
    """UI-14: a lost listening connection is made anew, and what it did not hear is read from the history."""
    async with web(house) as process:
        member = await house.member()
        view = await member.save(TYPE, letter(reference()))
        async with reading(process, member) as reader:
            async with house.web.transaction() as transaction:
                assert await transaction.rows(
                    """select pg_terminate_backend(pid) from pg_stat_activity
                       where application_name = 'singlewindow live'"""
                )
            await member.upload(TYPE, view["number"], "1")
            assert (await reader.change())["number"] == view["number"]


async def test_the_history_keeps_what_a_receipt_changed(house: House) -> None:
    """UI-14: from which status to which, by which receipt of which submission; a superseded one's is kept too."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "REJECTED"))
    rows = await house.sql(
        """select e.kind, e.data from event e join document d on d.id = e.document_id
           where d.number = $1 order by e.no""",
        view["number"],
    )
    data = json.loads(rows[-1]["data"])
    assert (data["submission"], data["seq"], data["code"]) == (1, 1, "REJECTED")
    assert data["from"] != data["status"]
    stored = await member.view(TYPE, view["number"])
    await member.http.put(
        f"/api/documents/{TYPE}/{view['number']}",
        json={"content": stored["content"]},
        headers={"If-Match": f'"{stored["version"]}"'},
    )
    await house.hear(house.customs.receipt(submission, 2, "APPROVED"))
    history = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/history")).json()["items"]
    assert history[-1]["kind"] == "late receipt"
    assert "已被后一次申报取代" in history[-1]["text"]
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "暂存"


async def test_entries_of_one_statement_are_told_in_few_notifications(house: House) -> None:
    """UI-14: many documents that change at once wake the web processes once or twice, and every page learns of all."""
    async with web(house) as process:
        member = await house.member()
        numbers = {(await member.save(TYPE, letter(reference())))["number"] for _ in range(30)}
        heard: list[str] = []
        listening = await asyncpg.connect(house.owner_url)
        await listening.add_listener("live", lambda *told: heard.append(str(told[-1])))
        async with reading(process, member) as reader:
            await house.sql(
                """insert into event (document_id, company_id, at, kind, who)
                   select d.id, d.company_id, now(), kind, '' from document d, unnest(array['created', 'noted']) as kind
                   where d.number = any($1) order by d.number""",
                list(numbers),
            )
            assert {(await reader.change())["number"] for _ in numbers} == numbers
            await reader.nothing()
        await listening.close()
    assert len(heard) == 1, "all of them in one"
    assert sum(told.count(";") + 1 for told in heard) == len(numbers), "and nothing of what is only created"


async def test_nobody_listens_where_no_page_is_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-14: a process without streams is not woken by every change; the first stream makes it listen at once."""
    monkeypatch.setattr(hub_module, "LINGER_SECONDS", 0.1)
    monkeypatch.setattr(hub_module, "TICK_SECONDS", 0.1)
    async with web(house) as process:
        member = await house.member()
        view = await member.save(TYPE, letter(reference()))
        for _ in range(2):
            assert not process.hub._listening.is_set()
            async with reading(process, member) as reader:
                assert process.hub._listening.is_set()
                await member.upload(TYPE, view["number"], "1")
                assert (await reader.change())["number"] == view["number"]
            async with asyncio.timeout(SOON):
                while process.hub._listening.is_set():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
