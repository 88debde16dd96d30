"""A company's tokens in the hands of its administrator: make, look at, revoke, and what each was used for (INTG-01)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people import account_log, accounts, rights
from singlewindow.kernel.people.accounts import Colleague
from singlewindow.kernel.people.grant import Right
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.people.refusals import TOKENS
from singlewindow.kernel.people.session_store import digest
from singlewindow.kernel.people.token_store import SHOWN, new_token
from singlewindow.kernel.problems import SHAPE_ADVICE, Conflict, NotFound, Refused, Violation
from singlewindow.kernel.subsystem import Reminded, subsystems

OWN = "t.company_id = $1"
"""The application's own check of whose tokens are seen; row-level security is the second fence."""
USES_OWN = "u.company_id = $1"
PAGE = 50
MOST_USES = 100
MOST_ALIVE = 100
MOST_DAYS = 365
USUAL_DAYS = 90
MOST_NAME = 50
REMINDED = timedelta(days=2)
PAGE_ADDRESS = "/company/tokens"
CHINA = ZoneInfo("Asia/Shanghai")
State = Literal["active", "expired", "revoked"]
_COLUMNS = """t.id, t.name, t.shown, t.access, t.chapters, t.valid_until, t.created_at, t.created_by, t.last_used_at,
              t.revoked_at, t.revoked_by, a.username, a.display_name, a.active as account_active, k.card_no,
              k.kind as card_kind, case when t.revoked_at is not null then 'revoked'
              when t.valid_until <= now() then 'expired' else 'active' end as state"""
_FROM = "from api_token t join account a on a.id = t.account_id left join card k on k.account_id = a.id"


@dataclass(frozen=True)
class Wanted:
    """What the administrator fills in for a token; its last day counts whole, in Chinese time."""

    name: str
    account_id: int
    right: Right
    chapters: Sequence[str] | None  # None: all
    last_day: date | None  # None: the usual one


@dataclass(frozen=True)
class Token:
    """A token as its company sees it: everything but the token itself."""

    id: int
    name: str
    shown: str
    access: Right
    chapters: list[str] | None
    valid_until: datetime
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str
    username: str
    display_name: str
    account_active: bool
    card_no: str | None
    card_kind: str | None
    state: State


@dataclass(frozen=True)
class UseOfToken:
    """One use; `refused`: status and title of what was answered, "" where it was not refused."""

    id: int
    at: datetime
    method: str
    route: str
    request_id: str
    address: str
    refused: str


@dataclass(frozen=True)
class TokenDesk:
    """The administrator of a company at work on its tokens, inside one transaction."""

    transaction: Transaction
    person: Person

    async def page(self, number: int) -> tuple[int, list[Token]]:
        """How many tokens there are, and a page of them (from 1), newest first."""
        total = await self.transaction.value(
            f"select count(*) from api_token t where {OWN}", self.person.company_id
        )
        rows = await self.transaction.rows(
            f"select {_COLUMNS} {_FROM} where {OWN} order by t.id desc limit {PAGE} offset $2",
            self.person.company_id,
            (number - 1) * PAGE,
        )
        return total, [_token(row) for row in rows]

    async def make(self, wanted: Wanted) -> tuple[str, Token]:
        """A new token and what is kept of it. Raises Refused with everything that is wrong, NotFound for an account
        that is not the company's, Conflict for one token too many."""
        rights.require(self.person, rights.TOKENS)
        account = await accounts.get_colleague(self.transaction, self.person, wanted.account_id, lock=True)
        now: datetime = await self.transaction.value("select now()")
        if wrong := list(_wrong(wanted, account, now)):
            raise Refused.because(wrong)
        await self._check_room()
        token = new_token()
        id = await self.transaction.value(
            """insert into api_token (company_id, account_id, name, hash, shown, access, chapters, valid_until,
                                      created_by)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id""",
            self.person.company_id, account.id, wanted.name.strip(), digest(token), token[:SHOWN], wanted.right,
            None if wanted.chapters is None else sorted(set(wanted.chapters)), _end(wanted.last_day, now), self._who(),
        )  # fmt: skip
        made = await self._get(id)
        await self._log("token made", made)
        return token, made

    async def revoke(self, id: int) -> None:
        """From now on it is worth nothing; again does nothing. Raises NotFound for absent and foreign ones alike."""
        rights.require(self.person, rights.TOKENS)
        found = await self._get(id)
        row = await self.transaction.row(
            f"""update api_token t set revoked_at = now(), revoked_by = $3
                where {OWN} and t.id = $2 and t.revoked_at is null returning t.id""",
            self.person.company_id, id, self._who(),
        )  # fmt: skip
        if row is not None:
            await self._log("token revoked", found)

    async def uses(self, id: int, before: int | None) -> list[UseOfToken]:
        """The newest MOST_USES uses of a token, older than `before` where it is given. Raises NotFound."""
        await self._get(id)
        rows = await self.transaction.rows(
            f"""select u.id, u.at, u.method, u.route, u.request_id, u.address, u.refused from api_token_use u
                where {USES_OWN} and u.token_id = $2 and ($3::bigint is null or u.id < $3)
                order by u.id desc limit {MOST_USES}""",
            self.person.company_id, id, before,
        )  # fmt: skip
        return [UseOfToken(**dict(row)) for row in rows]

    async def _get(self, id: int) -> Token:
        row = await self.transaction.row(
            f"select {_COLUMNS} {_FROM} where {OWN} and t.id = $2", self.person.company_id, id
        )
        if row is None:
            raise NotFound("没有这个接口令牌；请刷新令牌列表", clause=TOKENS)
        return _token(row)

    async def _check_room(self) -> None:
        alive = await self.transaction.value(
            f"select count(*) from api_token t where {OWN} and t.revoked_at is null and t.valid_until > now()",
            self.person.company_id,
        )
        if alive >= MOST_ALIVE:
            raise Conflict(f"在用的接口令牌已达 {MOST_ALIVE} 个；请先停用不再使用的令牌", clause=TOKENS)

    def _who(self) -> str:
        return f"{self.person.display_name}（{self.person.username}）"

    async def _log(self, kind: str, token: Token) -> None:
        await account_log.write(
            self.transaction, self.person, self.person.company_id, kind, token.username, token=token.name
        )


async def ending(transaction: Transaction, most: int) -> list[Reminded]:
    """Lines for the home page of the company's administrators: tokens that are good for two days more at most."""
    rows = await transaction.rows(
        f"""select t.name, t.valid_until from api_token t
            join account a on a.id = $2 and a.company_id = t.company_id and a.role = 'administrator'
            where {OWN} and t.revoked_at is null and t.valid_until > now() and t.valid_until <= now() + $3::interval
            order by t.valid_until, t.id limit $4""",
        transaction.actor.company_id, transaction.actor.account_id, REMINDED, most,
    )  # fmt: skip
    return [
        Reminded(
            f"接口令牌【{row['name']}】有效期至 {last_day_of(row['valid_until'])}，请新建令牌并更新到程序中",
            row["valid_until"],
            page=PAGE_ADDRESS,
        )
        for row in rows
    ]


def last_day_of(valid_until: datetime) -> date:
    """The last day on which a token is good."""
    return (valid_until.astimezone(CHINA) - timedelta(days=1)).date()


def usual_last_day(now: datetime) -> date:
    """The last day that is offered."""
    return now.astimezone(CHINA).date() + timedelta(days=USUAL_DAYS)


def _end(last_day: date | None, now: datetime) -> datetime:
    """The moment at which a last day is over."""
    day = last_day or usual_last_day(now)
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def _wrong(wanted: Wanted, account: Colleague, now: datetime) -> Iterator[Violation]:
    name = wanted.name.strip()
    if not 1 <= len(name) <= MOST_NAME:
        yield _violation("name", f"名称须为 1 至 {MOST_NAME} 个字符", "请按使用令牌的程序填写名称")
    elif not name.isprintable():
        yield _violation("name", "名称含有不能使用的字符", "请删去换行等不可见的字符")
    if not account.active:
        yield _violation("account_id", f"账号 {account.username} 已停用", "请选择在用的账号")
    elif account.card_no is None:
        message = f"账号 {account.username} 未绑定卡介质，不能暂存、申报或查询"
        yield _violation("account_id", message, "请先为该账号绑定卡，或选择已绑定卡的账号")
    if wanted.chapters is not None:
        yield from _wrong_chapters(wanted.chapters)
    today = now.astimezone(CHINA).date()
    if wanted.last_day and not today <= wanted.last_day <= today + timedelta(days=MOST_DAYS):
        message = f"有效期至须在今天（{today}）至 {today + timedelta(days=MOST_DAYS)} 之间"
        yield _violation("last_day", message, f"有效期最长 {MOST_DAYS} 天，请重新选择日期")


def _wrong_chapters(chapters: Sequence[str]) -> Iterator[Violation]:
    if not chapters:
        yield _violation("chapters", "未选择可用的应用", "请至少选择一个应用，或选择全部应用")
    if unknown := sorted(set(chapters) - set(subsystems())):
        yield _violation("chapters", f"没有这个应用：{unknown[0][:40]}", SHAPE_ADVICE)


def _violation(path: str, message: str, advice: str) -> Violation:
    return Violation(path, f"token.{path}", message, advice, TOKENS)


def _token(row: Row) -> Token:
    values: dict[str, Any] = dict(row)
    return Token(**values)
