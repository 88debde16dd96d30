"""What a company's administrator does with its endpoints: make, change, rotate the secret, try, replay, read the log.

An endpoint of another company is answered exactly as an absent one. The secret is told once, when it is made.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.live import feed
from singlewindow.kernel.live.feed import FeedEvent
from singlewindow.kernel.people import account_log
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Conflict, NotFound, Violation
from singlewindow.kernel.subsystem import subsystems
from singlewindow.kernel.webhooks import courier, spreading
from singlewindow.kernel.webhooks.sending import Fault
from singlewindow.kernel.webhooks.signing import Sealer, new_secret, shown
from singlewindow.kernel.webhooks.targets import CLAUSE

MOST = 10  # endpoints of one company
PAGE = 50  # deliveries at once
NAME_LENGTH = 50
OLD_SECRET = timedelta(hours=24)
COUNTED = 10_000  # what a replay will send is counted up to here
OWN = "company_id = $1"
"""The application's own check of whose endpoints are seen; row-level security is the second fence."""

State = Literal["ok", "retrying", "failed", "stopped"]
DeliveryState = Literal["waiting", "delivered", "given up"]
_COLUMNS = """id, name, url, applications, active, failing, failed_since, gave_up_at, delivered_at, created_at,
              case when old_until > clock_timestamp() then old_until end as old_until"""

_OF_DELIVERY = "id, event_id, no, state, tries, made_at, last_at, next_at, fault, status"


_BEFORE = f"""
    with recursive halved as (
        select 0::bigint as low, (select last from feed_head where {OWN}) as high
        union all
        select case when f.made_at < $2 then f.no else h.low end,
               case when f.made_at < $2 then h.high else (h.low + h.high) / 2 end
        from halved h left join lateral (
            select no, made_at from feed where {OWN} and no > (h.low + h.high) / 2 order by no limit 1) f on true
        where h.low < h.high
    )
    select low from halved where low = high"""
"""The last number that was made before a moment: numbers are given as time goes on, so the stretch in which it lies is
halved until it is found, each time by one look into the primary key."""


@dataclass(frozen=True)
class Wanted:
    """What the administrator fills in. `applications` None: events of all."""

    name: str
    url: str
    applications: Sequence[str] | None


@dataclass(frozen=True)
class Endpoint:
    """An endpoint and how it does. `old_until`: until then the former secret signs too."""

    id: int
    name: str
    url: str
    applications: Sequence[str] | None
    state: State
    failing: int
    failed_since: datetime | None
    gave_up_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    old_until: datetime | None


@dataclass(frozen=True)
class Delivery:
    """A line of the log. `no` is None for a test, `event` too, and where it is no longer kept."""

    id: int
    event_id: str
    no: int | None
    event: FeedEvent | None
    state: DeliveryState
    tries: int
    made_at: datetime
    last_at: datetime | None
    next_at: datetime | None
    fault: Fault
    status: int | None


@dataclass(frozen=True)
class Endpoints:
    """The administrator at work, inside one transaction."""

    transaction: Transaction
    person: Person
    sealer: Sealer

    async def all(self) -> list[Endpoint]:
        """The company's endpoints, oldest first."""
        rows = await self.transaction.rows(
            f"select {_COLUMNS} from webhook where {OWN} order by id limit {MOST}", self.person.company_id
        )
        return [_endpoint(row) for row in rows]

    async def add(self, wanted: Wanted, closed: Sequence[str]) -> tuple[Endpoint, str]:
        """A new one, and its secret; it is sent what happens from now on. `closed`: applications that the session may
        not enter. Raises Conflict where there are MOST already."""
        await self._room_for_one_more()
        secret = new_secret()
        row = await self.transaction.row(
            f"""insert into webhook (company_id, name, url, applications, closed, secret, reached)
                values ($1, $2, $3, $4, $5, $6, coalesce((select last from feed_head where {OWN}), 0))
                returning {_COLUMNS}""",
            self.person.company_id, wanted.name.strip(), wanted.url, wanted.applications, closed,
            self.sealer.seal(secret, self.person.company_id),
        )  # fmt: skip
        assert row is not None
        await self._log("webhook added", row)
        return _endpoint(row), shown(secret)

    async def change(self, id: int, wanted: Wanted, closed: Sequence[str], *, active: bool) -> Endpoint:
        """Started again it is sent what happened meanwhile. What had failed is looked after: it is no longer shown as
        failed, and all that waits is tried at once. Raises NotFound."""
        row = await self.transaction.row(
            f"""update webhook set name = $3, url = $4, applications = $5, closed = $6, active = $7, gave_up_at = null,
                   rests_until = '-infinity'
                where {OWN} and id = $2 returning {_COLUMNS}""",
            self.person.company_id, id, wanted.name.strip(), wanted.url, wanted.applications, closed, active,
        )  # fmt: skip
        found = _there(row)
        await self.transaction.run(
            f"""update webhook_delivery set next_at = clock_timestamp(), first_at = null, tries = 0
                where {OWN} and webhook_id = $2 and state = 'waiting'""",
            self.person.company_id, id,
        )  # fmt: skip
        await self._log("webhook changed" if active else "webhook stopped", found)
        await self._call(courier.CHANNEL)
        await self._call(spreading.CHANNEL)
        return _endpoint(found)

    async def remove(self, id: int) -> None:
        """With all that waits for it and its log. Raises NotFound."""
        row = await self.transaction.row(
            f"delete from webhook where {OWN} and id = $2 returning name, url", self.person.company_id, id
        )
        await self._log("webhook removed", _there(row))

    async def new_secret(self, id: int) -> tuple[Endpoint, str]:
        """A new secret; the one before signs beside it for a day. Raises NotFound."""
        secret = new_secret()
        row = await self.transaction.row(
            f"""update webhook set old_secret = secret, old_until = clock_timestamp() + $4::interval, secret = $3
                where {OWN} and id = $2 returning {_COLUMNS}""",
            self.person.company_id, id, self.sealer.seal(secret, self.person.company_id), OLD_SECRET,
        )  # fmt: skip
        found = _there(row)
        await self._log("webhook secret", found)
        return _endpoint(found), shown(secret)

    async def try_out(self, id: int) -> Delivery:
        """Send an event of no document, once. Raises NotFound, and Conflict for one that is stopped."""
        found = await self._get(id)
        if found.state == "stopped":
            raise Conflict("该推送地址已停用；请启用后再测试")
        row = await self.transaction.row(
            f"""insert into webhook_delivery (webhook_id, company_id, event_id, next_at)
               values ($2, $1, $3, '-infinity') returning {_OF_DELIVERY}""",
            self.person.company_id, id, f"test_{secrets.token_hex(12)}",
        )  # fmt: skip
        await self._call(courier.CHANNEL)
        assert row is not None
        return _delivery(row, None)

    async def replay(self, id: int, after: int) -> int:
        """Send again all that came after this number of the feed; how many events of the feed that are, at most
        COUNTED. Raises NotFound, and Conflict for one that is stopped."""
        row = await self.transaction.row(
            f"""update webhook set reached = least(reached, $3), gave_up_at = null
                where {OWN} and id = $2 and active returning {_COLUMNS}""",
            self.person.company_id, id, after,
        )  # fmt: skip
        if row is None:
            await self._get(id)
            raise Conflict("该推送地址已停用；请启用后再重放")
        await self._log("webhook replayed", row)
        await self._call(spreading.CHANNEL)
        counted: int = await self.transaction.value(
            f"select count(*) from (select from feed where {OWN} and no > $2 limit {COUNTED}) as counted",
            self.person.company_id, after,
        )  # fmt: skip
        return counted

    async def number_before(self, moment: datetime) -> int:
        """The highest number in the feed that was made before a (real) moment; 0 where there is none."""
        found: int | None = await self.transaction.value(_BEFORE, self.person.company_id, moment)
        return found or 0

    async def log(self, id: int, before: int | None, state: DeliveryState | None) -> list[Delivery]:
        """The newest PAGE + 1 deliveries that are older than `before`. Raises NotFound."""
        await self._get(id)
        rows = await self.transaction.rows(
            f"""select {_OF_DELIVERY} from webhook_delivery
                where {OWN} and webhook_id = $2 and ($3::bigint is null or id < $3)
                  and ($4::text is null or state = $4)
                order by id desc limit {PAGE + 1}""",
            self.person.company_id, id, before, state,
        )  # fmt: skip
        events = await self.transaction.rows(
            f"select {feed.COLUMNS} from feed where {OWN} and no = any($2::bigint[])",
            self.person.company_id, [row["no"] for row in rows if row["no"] is not None],
        )  # fmt: skip
        told = {event["no"]: feed.event_of(event) for event in events}
        return [_delivery(row, told.get(row["no"])) for row in rows]

    async def _get(self, id: int) -> Endpoint:
        row = await self.transaction.row(
            f"select {_COLUMNS} from webhook where {OWN} and id = $2", self.person.company_id, id
        )
        return _endpoint(_there(row))

    async def _room_for_one_more(self) -> None:
        """Two at the same instant are not both the last one: they wait for each other here."""
        await self.transaction.run(
            "select pg_advisory_xact_lock(hashtextextended('webhooks ' || $1::bigint, 0))",
            self.person.company_id,
        )
        if len(await self.all()) >= MOST:
            raise Conflict(f"推送地址最多 {MOST} 个；请删除不用的再新增")

    async def _log(self, kind: str, endpoint: Row) -> None:
        await account_log.write(
            self.transaction, self.person, self.person.company_id, kind, "",
            name=endpoint["name"], url=endpoint["url"],
        )  # fmt: skip

    async def _call(self, channel: str) -> None:
        """Names the company: others who wait for their events are not woken."""
        await self.transaction.run("select pg_notify($1, $2)", channel, str(self.person.company_id))


def _there(row: Row | None) -> Row:
    if row is None:
        raise NotFound("没有这个推送地址；请刷新页面后重试")
    return row


def wrong_in(wanted: Wanted) -> list[Violation]:
    """What the shape of the request does not say; addresses are judged in the route, which may ask for names."""
    violations = []
    if not wanted.name.strip():
        advice = "请填写便于识别的名称，如“ERP 生产环境”"
        violations.append(Violation("name", "webhook.name", "名称必填", advice, CLAUSE))
    elif not wanted.name.strip().isprintable():
        advice = "请删去换行等不可见的字符"
        violations.append(Violation("name", "webhook.name", "名称含有不能使用的字符", advice, CLAUSE))
    chosen = wanted.applications
    if chosen is not None and (not chosen or not set(chosen) <= set(subsystems())):
        advice = "请至少选择一个应用，或选择全部应用"
        violations.append(
            Violation("applications", "webhook.applications", "没有选择应用，或应用不存在", advice, CLAUSE)
        )
    return violations


def _endpoint(row: Row) -> Endpoint:
    return Endpoint(
        row["id"], row["name"], row["url"], row["applications"], _state(row), row["failing"],
        row["failed_since"], row["gave_up_at"], row["delivered_at"], row["created_at"], row["old_until"],
    )  # fmt: skip


def _state(row: Row) -> State:
    if not row["active"]:
        return "stopped"
    if row["gave_up_at"]:
        return "failed"
    return "retrying" if row["failing"] else "ok"


def _delivery(row: Row, event: FeedEvent | None) -> Delivery:
    waits = row["state"] == "waiting"
    return Delivery(
        row["id"], row["event_id"], row["no"], event, row["state"], row["tries"],
        row["made_at"], row["last_at"], row["next_at"] if waits and row["tries"] else None,
        row["fault"], row["status"],
    )  # fmt: skip
