"""What a system administrator does: companies and their accounts, on and off, and unlocking (PORT-10).

He sees no business document: row-level security gives him companies, accounts, cards and sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from singlewindow.kernel.database.connection import Row, Transaction
from singlewindow.kernel.people import account_log, attempts
from singlewindow.kernel.people.person import Account
from singlewindow.kernel.problems import NotFound

PAGE = 20
MOST_ACCOUNTS = 200
_FITS = """($1 = '' or starts_with(c.customs_code, upper($1)) or c.scc = upper($1) or strpos(c.name, $1) > 0
           or exists (select from account a where a.company_id = c.id and a.username = $1))"""
_ACCOUNTS = f"""
select a.id, a.username, a.display_name, a.role, a.active, a.last_login_at, k.card_no,
       (select count(*) >= $2 from login_attempt t
        where t.username = a.username and t.level in ('password', 'change') and t.succeeded is not true
          and t.at > now() - $3::interval
          and not exists (select from login_attempt s where s.username = a.username and s.succeeded
                          and s.level in ('password', 'change', 'unlock') and s.at > t.at)) as locked
from account a left join card k on k.account_id = a.id
where a.company_id = $1 order by a.id limit {MOST_ACCOUNTS}
"""


@dataclass(frozen=True)
class CompanyRow:
    """A company and how many accounts it has."""

    id: int
    customs_code: str
    scc: str
    name: str
    active: bool
    accounts: int


@dataclass(frozen=True)
class AccountRow:
    """An account as the system administrator sees it; locked: too many wrong passwords."""

    id: int
    username: str
    display_name: str
    role: str
    active: bool
    last_login_at: datetime | None
    card_no: str | None
    locked: bool


@dataclass(frozen=True)
class SystemOffice:
    """A system administrator at work, inside one transaction."""

    transaction: Transaction
    account: Account

    async def companies(self, wanted: str, page: int) -> tuple[int, list[CompanyRow]]:
        """How many companies fit (code from its beginning, 统一社会信用代码, part of the name, or a user name), and a
        page of them."""
        total = await self.transaction.value(f"select count(*) from company c where {_FITS}", wanted)
        rows = await self.transaction.rows(
            f"""select c.id, c.customs_code, c.scc, c.name, c.active,
                       (select count(*) from account a where a.company_id = c.id) as accounts
                from company c where {_FITS} order by c.customs_code limit {PAGE} offset $2""",
            wanted,
            (page - 1) * PAGE,
        )
        return total, [CompanyRow(**dict(row)) for row in rows]

    async def accounts(self, company_id: int) -> list[AccountRow]:
        """The accounts of a company, at most MOST_ACCOUNTS. Raises NotFound."""
        await self._company(company_id)
        rows = await self.transaction.rows(_ACCOUNTS, company_id, attempts.PER_USERNAME, attempts.WINDOW)
        return [AccountRow(**dict(row)) for row in rows]

    async def set_company_active(self, company_id: int, *, active: bool) -> None:
        """Deactivating ends all sessions of the company's accounts at once. Raises NotFound."""
        await self._company(company_id)
        await self.transaction.run("update company set active = $2 where id = $1", company_id, active)
        if not active:
            await self.transaction.run("delete from session where company_id = $1", company_id)
        await self._log(company_id, "company activated" if active else "company deactivated", "")

    async def set_active(self, account_id: int, *, active: bool) -> None:
        """Deactivating ends the account's sessions at once. Raises NotFound, for system administrators too."""
        found = await self._account(account_id)
        await self.transaction.run("update account set active = $2 where id = $1", account_id, active)
        if not active:
            await self.transaction.run("delete from session where account_id = $1", account_id)
        await self._log(found["company_id"], "activated" if active else "deactivated", found["username"])

    async def unlock(self, account_id: int, address: str) -> None:
        """Wrong passwords up to now count no more. Raises NotFound."""
        found = await self._account(account_id)
        await attempts.record(self.transaction, found["username"], address, "unlock", True)
        await self._log(found["company_id"], "unlocked", found["username"])

    async def _company(self, company_id: int) -> None:
        if await self.transaction.value("select id from company where id = $1", company_id) is None:
            raise NotFound("没有这个企业；请刷新列表")

    async def _account(self, account_id: int) -> Row:
        row = await self.transaction.row(
            "select company_id, username from account where id = $1 and company_id is not null for update",
            account_id,
        )
        if row is None:
            raise NotFound("没有这个账号；请刷新列表")
        return row

    async def _log(self, company_id: int, kind: str, username: str) -> None:
        await account_log.write(self.transaction, self.account, company_id, kind, username)
